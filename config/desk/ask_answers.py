"""Answers of the gate as the Ask page prints them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from consent import sentences
from consent.admin import links
from consent.selectors.decisions import Answer
from consent.values import ActiveSuppression, Refusal
from consent.vocabulary import Channel, Covers, Direction, Reason
from contacts.models import Address, Contact


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: when it counts, whom it is about, and its reasons."""

    when: str
    answer: Answer
    who: str
    reasons: list[dict[str, object]] = field(default_factory=list)


def told(answer: Answer, *, at: datetime | None, contact: Contact | None, is_now: bool = False) -> Told:
    """Return an answer in words. Shape: `at` None for the question about now; `is_now` beside one about the past."""
    when = "now" if is_now else "" if at is None else f"on {links.moment(at)}"
    refusals = answer.decision.reasons
    if at is not None and contact is not None and contact.created_at > at:
        begins = f"Not in our records yet: {contact} is since {links.moment(contact.created_at)}."
        refusals = tuple(replace(each, text=begins) if each.code == "unknown_contact" else each for each in refusals)
    address = _shown(answer)
    name = f"{contact}, {address}" if address else str(contact)
    who = address if contact is None else links.contact(contact.pk, name)
    return Told(when, answer, who, [_reason(refusal) for refusal in refusals])


def is_same(one: Answer, other: Answer) -> bool:
    """Return whether two answers say the same: the same address, the same reasons with the same end."""

    def plain(answer: Answer) -> object:
        reasons = [(each.code, each.kind, each.expires_at, each.suppression_id) for each in answer.decision.reasons]
        return answer.address_value, reasons

    return plain(one) == plain(other)


def _shown(answer: Answer) -> str:
    known = Address.objects.filter(pk=answer.address_id or 0).values_list("shown", flat=True).first()
    return known or answer.address_value or ""


def _reason(refusal: Refusal) -> dict[str, object]:
    return {
        "text": refusal.text,
        "code": refusal.code,
        "channel": refusal.channel.label if refusal.channel else "",
        "kind": links.kind(refusal.kind) if refusal.kind else "",
        "expires_at": refusal.expires_at,
        "ends": sentences.how_it_lifts(_standing(refusal)) if refusal.rule else "",
        "rule": links.rule(refusal.rule) if refusal.rule else "",
        "row": links.to("consent_suppression", refusal.suppression_id, "In the register")
        if refusal.suppression_id
        else "",
    }


def _standing(refusal: Refusal) -> ActiveSuppression:
    """Return the suppression behind a refusal, as far as a sentence about its end needs it."""
    assert refusal.channel is not None
    assert refusal.kind is not None
    assert refusal.since is not None
    reason = Reason.BLOCKED if refusal.code == "blocked_contact" else Reason(refusal.code)
    return ActiveSuppression(
        id=0,
        address_id=None,
        contact_id=None,
        channel=Channel(refusal.channel),
        direction=Direction.OUTBOUND,
        reason=reason,
        kind=refusal.kind,
        covers=Covers.EVERYTHING,
        rule=refusal.rule,
        since=refusal.since,
        reaffirmed_at=refusal.since,
        expires_at=refusal.expires_at,
    )
