"""Links and marks that several screens print."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent import sentences
from consent.selectors.business import time_zone
from consent.vocabulary import Kind


def contact(contact_id: int, name: str) -> SafeString:
    """Return a link to the contact's page."""
    return _link(reverse("admin:contacts_contact_change", args=[contact_id]), name)


def rule(code: str) -> SafeString:
    """Return a link to the rule's row on the Rules page."""
    return _link(f"{reverse('admin:rules')}#{code}", code)


def kind(value: str) -> SafeString:
    """Return the mark of a suppression's kind: in words, and a lock where it is permanent."""
    if value == Kind.PERMANENT:
        return format_html(
            '<span class="sd-mark sd-mark-permanent"><span class="material-symbols-outlined" aria-hidden="true">'
            "lock</span>{}</span>",
            Kind.PERMANENT.label,
        )
    return mark(Kind.TEMPORARY.label, "temporary") if value else SafeString()


def mark(text: str, tone: str) -> SafeString:
    """Return a word in a box. Shape: `tone` is good, bad, wait or quiet."""
    return format_html('<span class="sd-mark sd-mark-{}">{}</span>', tone, text)


def to(model: str, row_id: int | None, text: str) -> SafeString:
    """Return a link to a row's own page, or a dash where there is no row. Shape: `model` is "app_model"."""
    if row_id is None:
        return format_html("{}", "—")
    return _link(reverse(f"admin:{model}_change", args=[row_id]), f"{text} ({row_id})")


def moment(value: datetime) -> str:
    """Return a time as staff read it: "2 Oct 2026, 14:05"."""
    local = value.astimezone(time_zone())
    return f"{local.day} {local:%b %Y, %H:%M}"


def refusal(code: str) -> str:
    """Return the sentence for a code that says why something was refused or kept, or the code where it has none."""
    if not code:
        return "—"
    try:
        return sentences.refusal(code)
    except KeyError:
        return code


def _link(address: str, text: str) -> SafeString:
    return format_html('<a class="sd-link" href="{}">{}</a>', address, text)
