"""The Rules page: the table that the running code decides by, in the words of docs/rules.md."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from consent.rules import RULES
from consent.rules_page import NONE, rule_sections


def view(request: HttpRequest) -> HttpResponse:
    """Show every rule; each has its code as an anchor, so that other screens can point at it."""
    if not request.user.has_perm("consent.view_suppression"):
        raise PermissionDenied
    sections = rule_sections(RULES)
    context = {
        **admin.site.each_context(request),
        "title": "Rules",
        "sections": sections,
        "codes": list(dict.fromkeys(row.code for section in sections for row in section.rows)),
        "none": NONE,
    }
    return TemplateResponse(request, "consent/rules.html", context)
