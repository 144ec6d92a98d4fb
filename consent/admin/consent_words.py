"""Consent on file as sentences: the same on the contact page, in lists and in exports."""

from __future__ import annotations

from datetime import datetime

from consent import sentences
from consent.models import ConsentRecord
from consent.selectors.business import time_zone
from consent.vocabulary import EventKind, Purpose


def agreed(record: ConsentRecord) -> str:
    """Return what was agreed to: "Agreed to marketing by SMS at (503) 555-0101 on 2 Oct 2026, by web form."."""
    what = Purpose(record.purpose).label.lower()
    only = f" of the list “{record.list_slug}”" if record.list_slug else ""
    how = record.get_method_display().lower()
    return (
        f"Agreed to {what}{only} by {record.get_channel_display()} at {record.address.shown}"
        f" on {_day(record.given_at)}, by {how}."
    )


def words(record: ConsentRecord) -> str:
    """Return the words that were agreed to, in the language they were shown in; empty where a message says them."""
    if record.text is not None:
        wordings: dict[str, str] = record.text.wordings
        return wordings.get(record.language) or next(iter(wordings.values()))
    return record.wording or (record.evidence.wording if record.evidence is not None else "")


def text_shown(record: ConsentRecord) -> str:
    """Return which text was shown: "Shop, version 2"; empty where there was none."""
    return str(record.text) if record.text is not None else ""


def where(record: ConsentRecord) -> str:
    """Return where it was given, as far as it is known."""
    told = (record.url, f"IP {record.ip}" if record.ip else "", record.campaign, record.place)
    return " · ".join(filter(None, told))


def state(record: ConsentRecord, *, now: datetime) -> tuple[str, str]:
    """Return how it stands, as (tone of its mark, sentence)."""
    if record.ended_at is not None and record.withdrawn_at is not None:
        return "bad", f"Withdrawn on {_day(record.withdrawn_at)}: {EventKind(record.end_kind).label.lower()}"
    if record.expires_at is None:
        return "good", "On file"
    if record.expires_at <= now:
        return "wait", f"Ran out on {_day(record.expires_at)}"
    return "good", f"On file until {_day(record.expires_at)}"


def _day(moment: datetime) -> str:
    return sentences.day(moment, tz=time_zone())
