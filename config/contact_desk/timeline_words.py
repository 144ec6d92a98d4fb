"""The ledger as sentences: what happened, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.contact_desk.dnd_told import names
from consent.models.evidence import ConsentMethod
from consent.selectors.timeline import TimelineEvent, TimelineLine
from consent.sentences import REFUSALS, refusal
from consent.vocabulary import Channel, Direction, Effect, EventKind
from lists.sentences import REFUSALS as LIST_REFUSALS

_METHODS = {method.value: method.label.lower() for method in ConsentMethod}
_WITH_HASH = {EventKind.COMPLAINT_PACK, EventKind.DATA_EXPORTED}
_WITH_WORD = {EventKind.TEXT_OPT_OUT, EventKind.TEXT_OPT_IN, EventKind.TEXT_OPT_IN_WORD}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose timeline it is, and the names of what it speaks of."""

    contact_id: int
    lists: Mapping[int, str]
    addresses: Mapping[int, str]


def title_of(event: TimelineEvent, subject: Subject) -> str:
    """Return what happened: "Texted STOP", "DND switched on: SMS and E-mail", "Removed from a list: News"."""
    refused = event.kind is not EventKind.MESSAGE_REFUSED and {line.effect for line in event.lines} == {Effect.REFUSED}
    return f"Refused: {_title(event, subject)}" if refused else _title(event, subject)


def _title(event: TimelineEvent, subject: Subject) -> str:
    channels = [line.channel for line in event.lines if line.channel and line.channel is not Channel.ALL]
    verb = "Texted" if Channel.SMS in channels else "Wrote"
    if event.kind in _WITH_WORD and event.detail:
        return f"{verb} {event.detail.upper()}"
    if event.kind is EventKind.TEXT_AMBIGUOUS and event.detail:
        return f"{verb} something like “{event.detail}”"  # the word that matched; the message stands below
    if lists := [subject.lists[line.list_id] for line in event.lines if line.list_id and line.list_id in subject.lists]:
        return f"{event.kind.label}: {', '.join(dict.fromkeys(lists))}"
    detail = f"{event.detail[:12]}…" if event.kind in _WITH_HASH else _METHODS.get(event.detail, event.detail)
    told = f" ({detail})" if detail else ""
    where = f": {names(channels)}" if channels else ""
    return f"{event.kind.label}{told}{where}"


def effect_of(line: TimelineLine, subject: Subject) -> str:
    """Return what one event did to one suppression or membership, or why it did nothing."""
    if line.list_id:
        return _on_list(line)
    what = f"{_where(line, subject)}: {line.reason.label.lower()}" if line.reason else _where(line, subject)
    kind = f", {line.kind.label.lower()}" if line.kind else ""
    match line.effect:
        case Effect.SET:
            return f"Silenced — {what}{kind}"
        case Effect.STRENGTHENED:
            return f"Made stronger — {what}{kind}"
        case Effect.LIFTED:
            return f"Lifted — {what}"
        case Effect.UNCHANGED:
            return f"Already so — {what}{kind}"
        case Effect.SUPERSEDED:
            return f"No effect, older than a newer act — {what}"
        case Effect.REFUSED | Effect.KEPT:
            verdict = "Refused" if line.effect is Effect.REFUSED else "Stays"
            return f"{verdict} — {what}{kind}. {_why(line)}".strip()
        case Effect.NOTHING:
            return "No effect"


def _where(line: TimelineLine, subject: Subject) -> str:
    channel = line.channel.label if line.channel else Channel.ALL.label
    inbound = " from the contact" if line.direction is Direction.INBOUND else ""
    address = subject.addresses.get(line.address_id or 0)
    return f"{channel}{inbound} ({address})" if address else f"{channel}{inbound}"


def _why(line: TimelineLine) -> str:
    if line.code in REFUSALS:
        return refusal(line.code)
    return LIST_REFUSALS.get(line.code, line.code.replace("_", " ").capitalize())


_ON_LIST = {
    Effect.SET: "",
    Effect.STRENGTHENED: "",
    Effect.LIFTED: "",
    Effect.UNCHANGED: "Already so.",
    Effect.NOTHING: "No effect.",
    Effect.SUPERSEDED: "No effect, older than a newer act.",
    Effect.KEPT: "Stays as it was.",
    Effect.REFUSED: "Refused.",
}
"""The title says what happened to a membership; here is only what it did not do."""


def _on_list(line: TimelineLine) -> str:
    return f"{_ON_LIST[line.effect]} {_why(line) if line.code else ''}".strip()
