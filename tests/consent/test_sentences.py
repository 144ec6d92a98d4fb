"""What staff, integrations and regulators read: why something stands, what ends it, why something was refused."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from consent.rules import LIFT_ROUTES, deciding, folding, joining, lifting, restoring, setting
from consent.sentences import REFUSALS, day, how_it_lifts, refusal, why
from consent.vocabulary import Channel, EventKind, Kind, Reason, Source
from tests.consent.register import NOON, standing

SMS, CALL, EMAIL, WHATSAPP, FACEBOOK = (
    Channel.SMS,
    Channel.CALL,
    Channel.EMAIL,
    Channel.WHATSAPP,
    Channel.FACEBOOK,
)

WHY = [
    (EventKind.TEXT_OPT_OUT, {"detail": "stop"}, "Texted STOP"),
    (EventKind.TEXT_OPT_OUT, {"detail": ""}, "Texted an opt-out"),
    (EventKind.TEXT_OPT_OUT, {"detail": "stop", "channel": WHATSAPP}, "Wrote STOP"),
    (EventKind.TEXT_AMBIGUOUS, {"detail": "stop by"}, "Texted something like “stop by” that may be an opt-out"),
    (EventKind.TEXT_AMBIGUOUS, {}, "Texted something that may be an opt-out"),
    (EventKind.HOLD_CONFIRMED, {}, "Held message counted as an opt-out"),
    (EventKind.PROVIDER_OPT_OUT, {}, "Opted out at the provider"),
    (EventKind.PROVIDER_OPT_OUT, {"detail": "21610"}, "Opted out at the provider (code 21610)"),
    (EventKind.PROVIDER_OPT_OUT, {"detail": "stop"}, "Opted out at the provider with STOP"),
    (EventKind.STAFF_OPT_OUT, {"detail": "letter"}, "Asked us to stop, recorded by staff"),
    (EventKind.BLOCK, {"reason": Reason.MANUAL}, "Opted out with the block"),
    (EventKind.BLOCK, {"reason": Reason.BLOCKED}, "Contact blocked"),
    (EventKind.DND_ON, {}, "Switched on by staff"),
    (EventKind.INBOUND_DND_ON, {}, "Switched on by staff"),
    (EventKind.API_DND_ON, {"source": Source.WORKFLOW}, "Switched on by a workflow"),
    (EventKind.API_DND_ON, {"source": Source.API}, "Switched on by an integration"),
    (EventKind.DO_NOT_CONTACT_ON, {}, "Do Not Contact switched on by staff"),
    (EventKind.IMPORT_SUPPRESSION, {"reason": Reason.BOUNCE}, "Imported: e-mail bounces"),
    (EventKind.EMAIL_BOUNCE, {"detail": "550"}, "E-mail bounced (code 550)"),
    (EventKind.EMAIL_BOUNCE, {}, "E-mail bounced"),
    (EventKind.NUMBER_LANDLINE, {"detail": "30006"}, "Number is a landline (code 30006)"),
    (EventKind.EMAIL_COMPLAINT, {}, "Reported the e-mail as spam"),
    (EventKind.OBJECTION, {}, "Objected to marketing"),
]


@pytest.mark.parametrize(("kind", "fields", "expected"), WHY)
def test_why_it_stands(kind: EventKind, fields: dict[str, object], expected: str) -> None:
    row = standing(**{"set_kind": kind, "since": NOON} | fields)

    assert why(row, tz=UTC) == f"{expected} on 21 Nov 2026"


HOW = [
    (Reason.OPT_OUT, {}, "Lifts when the contact texts START, or with approved opt-in evidence."),
    (
        Reason.OPT_OUT,
        {"channel": WHATSAPP, "rule": "R12"},
        "Lifts when the contact writes START on WhatsApp, or with approved opt-in evidence.",
    ),
    (
        Reason.OPT_OUT,
        {"channel": FACEBOOK, "rule": "R13"},
        "Lifts when the contact writes START on Messenger, or with approved opt-in evidence.",
    ),
    (
        Reason.OPT_OUT,
        {"channel": CALL, "rule": "R14"},
        "Lifts when the contact opts in there, or with approved opt-in evidence.",
    ),
    (Reason.MANUAL, {"rule": "R15"}, "Lifts when staff clear it."),
    (Reason.SPAM_COMPLAINT, {"rule": "R09", "channel": EMAIL}, "Lifts with approved opt-in evidence."),
    (Reason.OBJECTION, {"rule": "R23"}, "Lifts when the contact comes back on the preference page."),
    (
        Reason.BLOCKED,
        {"rule": "R21"},
        "Lifts when staff unblock. Unblock first; the opt-out that came with it ends when the contact asks.",
    ),
    (
        Reason.HOSTILE,
        {"rule": "R20"},
        "Lifts when the contact texts START, with approved opt-in evidence, or when a reviewer finds that it was"
        " misread. A reviewer may mark it a false positive.",
    ),
    (Reason.BLOCKED, {"kind": Kind.PERMANENT}, "Nothing lifts it."),
]


@pytest.mark.parametrize(("reason", "fields", "expected"), HOW)
def test_how_it_lifts(reason: Reason, fields: dict[str, object], expected: str) -> None:
    assert how_it_lifts(standing(reason, **fields)) == expected


@pytest.mark.parametrize("pair", sorted(LIFT_ROUTES))
def test_every_suppression_that_can_stand_tells_what_lifts_it(pair: tuple[Reason, Kind]) -> None:
    assert how_it_lifts(standing(pair[0], kind=pair[1])).startswith("Lifts w")


def codes_in_the_rules() -> set[str]:
    """Return every word_with_underscores that the source of the rules names as a string."""
    sources = [Path(str(module.__file__)) for module in (deciding, folding, joining, lifting, restoring, setting)]
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in sources]
    strings = {
        str(node.value) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value
    }
    return {text for text in strings if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)}


def test_every_refusal_code_has_a_sentence_and_every_sentence_a_code() -> None:
    by_the_verbs_of_evidence = {"own_evidence", "already_reviewed", "reviewer_unknown", "provider_refused"}

    assert codes_in_the_rules() | by_the_verbs_of_evidence == set(REFUSALS)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_a_whole_sentence_with_and_without_the_suppression(code: str) -> None:
    alone, about = refusal(code), refusal(code, standing())

    for sentence in (alone, about):
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert sentence == sentence.strip()
    assert about.startswith(alone)
    assert ("Lifts when the contact texts START" in about) == ("{how}" in REFUSALS[code])


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        refusal("no_such_code")


def test_a_date_is_the_day_in_the_zone_of_the_reader() -> None:
    moment = datetime(2026, 10, 2, 23, 30, tzinfo=UTC)

    assert day(moment, tz=UTC) == "2 Oct 2026"
    assert day(moment, tz=ZoneInfo("Europe/Berlin")) == "3 Oct 2026"
