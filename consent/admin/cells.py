"""Cells of a ledger line, as the Ledger and a delivery's outcome print them."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent.admin import links
from consent.models import LedgerEntry
from consent.selectors.people import Names
from consent.vocabulary import Disposition, Effect

_TONES = {
    Effect.SET: "bad",
    Effect.STRENGTHENED: "bad",
    Effect.LIFTED: "good",
    Effect.REFUSED: "wait",
}

_DETAILS = {each.value: each.label for each in Disposition}
_DONE = {Effect.SET, Effect.STRENGTHENED, Effect.LIFTED}


def what(row: LedgerEntry) -> SafeString:
    """Return what happened, with where and the word or code that told us."""
    where = row.get_channel_display() if row.channel and not row.list_id else ""
    told = [where, f"“{_DETAILS.get(row.detail, row.detail)}”" if row.detail else ""]
    return format_html('{}<span class="sd-sub">{}</span>', row.get_kind_display(), ", ".join(filter(None, told)))


def effect(row: LedgerEntry) -> SafeString:
    """Return what it did, to which reason, and why it did nothing."""
    if row.list_id and row.effect in _DONE:
        return links.mark("done", "quiet")  # what happened says what became of the membership; it silences no channel
    mark = links.mark(row.get_effect_display(), _TONES.get(Effect(row.effect), "quiet"))
    return format_html('{}<span class="sd-sub">{}</span>', mark, row.get_reason_display() if row.reason else "")


def who(row: LedgerEntry, names: Names) -> SafeString:
    """Return whom it was about: the contact over the address."""
    address = names.addresses.get(row.address_id or 0, "")
    if row.contact_id is None:
        return format_html("{}", address or "—")
    name = names.contacts.get(row.contact_id, f"Contact {row.contact_id}")
    return format_html('{}<span class="sd-sub">{}</span>', links.contact(row.contact_id, name), address)
