"""The Rules page: the table that the running code decides by."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from consent.rules import RULES, Rule
from consent.vocabulary import CHANNELS, Channel

TITLES = {
    "R": "What silences or is recorded",
    "L": "What lifts",
    "E": "What happens to evidence",
    "J": "What follows an address",
    "M": "What happens on lists",
}
"""Codes begin with the letter of their group."""


def view(request: HttpRequest) -> HttpResponse:
    """Show every rule; each has its code as an anchor, so that other screens can point at it."""
    if not request.user.has_perm("consent.view_suppression"):
        raise PermissionDenied
    letters = list(dict.fromkeys(rule.code[0] for rule in RULES))
    groups = [(TITLES.get(each, each), [_row(rule) for rule in RULES if rule.code[0] == each]) for each in letters]
    ordered = sorted(RULES, key=lambda rule: letters.index(rule.code[0]))
    codes = list(dict.fromkeys(rule.code for rule in ordered))
    context = {**admin.site.each_context(request), "title": "Rules", "groups": groups, "codes": codes}
    return TemplateResponse(request, "consent/rules.html", context)


def _row(rule: Rule) -> dict[str, object]:
    everywhere = frozenset(CHANNELS) | {Channel.ALL}
    return {
        "rule": rule,
        "channels": "" if rule.channels == everywhere else ", ".join(c.label for c in Channel if c in rule.channels),
        "lifted_by": sorted(route.label for route in rule.lifted_by),
    }
