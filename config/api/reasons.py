"""Why not, as the API tells it: the same shape in decisions, in DND and in refusals."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from rest_framework import serializers

from config.api.answering import dump, iso, quoted
from config.api.problems import Fault, Problem
from consent.rules import lift_routes
from consent.selectors.business import time_zone
from consent.sentences import refusal, why
from consent.services.recording import Recorded
from consent.values import ActiveSuppression, Refusal
from consent.vocabulary import Channel, Kind, LiftRoute, Reason


class ReasonShape(serializers.Serializer[Any]):
    """One reason why not, and what would end it."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices(), allow_null=True)
    channel = serializers.ChoiceField(Channel.choices(), allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    text = serializers.CharField()
    lifted_by = serializers.ListField(child=serializers.ChoiceField(LiftRoute.choices()))
    rule = serializers.CharField()


def write_refusal(refusal: Refusal) -> str:
    """Return a reason of the gate as JSON. A large call has hundreds, which differ in times and text alone."""
    head, tail = _ends(refusal.code, refusal.kind, refusal.channel, refusal.lifted_by, refusal.rule)
    since, expires_at = (f'"{iso(each)}"' if each else "null" for each in (refusal.since, refusal.expires_at))
    return f'{head},"since":{since},"expires_at":{expires_at},"text":{quoted(refusal.text)},{tail}'


@lru_cache(maxsize=1024)
def _ends(
    code: str, kind: Kind | None, channel: Channel | None, lifted_by: tuple[LiftRoute, ...], rule: str
) -> tuple[str, str]:
    head = dump({"code": code, "kind": kind, "channel": channel})
    return head.removesuffix("}"), dump({"lifted_by": lifted_by, "rule": rule}).removeprefix("{")


def of_suppression(row: ActiveSuppression) -> dict[str, Any]:
    """Return a suppression that stands."""
    routes = lift_routes(row)
    return {
        "code": "blocked_contact" if row.reason is Reason.BLOCKED else row.reason,
        "kind": row.kind,
        "channel": row.channel,
        "since": iso(row.since),
        "expires_at": iso(row.expires_at),
        "text": why(row, tz=time_zone()),
        "lifted_by": [route for route in LiftRoute if route in routes],
        "rule": row.rule,
    }


REFUSALS = (
    "permanent_dnd",
    "blocked_contact",
    "review_pending",
    "note_required",
    "attestation_required",
    "later_consent_required",
)
"""What the rules answer to a clear that they refuse."""
_FIRST = ("permanent_dnd", "blocked_contact", "review_pending")
"""Which of several refusals names the problem: what can't be mended by sending the request with more in it."""
_HOW_TO_SEND = {
    "blocked_contact": "PUT block/ with on: false does so.",
    "note_required": "PUT dnd/{channel}/ takes it as note.",
    "attestation_required": "PUT dnd/{channel}/ takes it in attest: provider_entry_removed, address_validated.",
    "later_consent_required": "PUT dnd/{channel}/ takes it in attest: consent_given_at, consent_how, consent_text.",
}
"""Refusal → where the API takes what would help."""


def told_of(code: str, row: ActiveSuppression | None = None) -> str:
    """Return the sentence of a refusal, with where to send what would help."""
    how = _HOW_TO_SEND.get(code, "")
    if code == "permanent_dnd" and row is not None and LiftRoute.APPROVED_EVIDENCE in lift_routes(row):
        how = "POST evidence/ files it."
    return f"{refusal(code, row)} {how}".rstrip()


def refused(recorded: Recorded, standing: Iterable[ActiveSuppression]) -> Problem:
    """Return the problem of a change that the rules refused. Respond with it: raised, its ledger rows were undone.

    Shape: `standing` is what stood for the contact; the problem's `reasons` are those of it that stand in the way.
    """
    rows = {row.id: row for row in standing}
    refusals = [each for each in recorded.refusals if each.code != "refused_together"] or list(recorded.refusals)
    told: dict[Fault, None] = {}
    reasons: dict[int, dict[str, Any]] = {}
    for each in refusals:
        row = rows.get(each.suppression_id or 0)
        sentence = told_of(each.code, row)
        if row is not None:
            told[Fault(row.channel, each.code, f"{why(row, tz=time_zone())}. {sentence}")] = None
            reasons[row.id] = of_suppression(row)
        else:
            told[Fault(each.channel, each.code, sentence)] = None
    codes = [each.code for each in refusals]
    code = next((first for first in _FIRST if first in codes), codes[0])
    detail = " ".join(dict.fromkeys(each.detail for each in told))
    distinct = list({repr(sorted(each.items(), key=str)): each for each in reasons.values()}.values())
    return Problem(409, code, f"Nothing was changed. {detail}", list(told), more={"reasons": distinct})
