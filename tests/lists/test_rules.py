"""The rules of a membership, as tables: what stands, what is done, what becomes of it."""

from __future__ import annotations

import ast
import inspect
from datetime import UTC, datetime, timedelta

import pytest

from consent import rules as law
from consent.vocabulary import Effect, EventKind
from lists import rules, sentences
from lists.values import AddressStanding, LaterConsent, Standing, Verdict

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
BEFORE, EARLIER, LATER = AT - timedelta(days=9), AT - timedelta(days=5), AT - timedelta(days=1)

NOBODY = Standing(1, known=False)
DELETED = Standing(1, deleted=True, membership_id=7, added_at=BEFORE)
STRANGER = Standing(1)
MEMBER = Standing(1, membership_id=7, added_at=BEFORE)
REMOVED = Standing(1, membership_id=7, added_at=BEFORE, removed_at=EARLIER)
OPTED_OUT = Standing(1, membership_id=7, added_at=BEFORE, opted_out_at=EARLIER)
NEVER_ADDED_OPTED_OUT = Standing(1, membership_id=7, opted_out_at=EARLIER)
REMOVED_OPTED_OUT = Standing(1, membership_id=7, added_at=BEFORE, opted_out_at=EARLIER, removed_at=EARLIER)
BLOCKED = Standing(1, membership_id=7, added_at=BEFORE, blocked_at=EARLIER)
BLOCKED_OPTED_OUT = Standing(1, membership_id=7, added_at=BEFORE, opted_out_at=EARLIER, blocked_at=EARLIER)
BROUGHT_BACK = Standing(1, membership_id=7, added_at=BEFORE, consent_given_at=EARLIER)


@pytest.mark.parametrize(
    ("standing", "effect", "code"),
    [
        (NOBODY, Effect.REFUSED, "unknown_contact"),
        (DELETED, Effect.REFUSED, "unknown_contact"),
        (STRANGER, Effect.LIFTED, ""),
        (MEMBER, Effect.UNCHANGED, ""),
        (REMOVED, Effect.LIFTED, ""),
        (OPTED_OUT, Effect.KEPT, "list_opted_out"),
        (NEVER_ADDED_OPTED_OUT, Effect.KEPT, "list_opted_out"),
        (REMOVED_OPTED_OUT, Effect.KEPT, "list_opted_out"),
        (BLOCKED, Effect.KEPT, "list_blocked"),
        (BLOCKED_OPTED_OUT, Effect.KEPT, "list_blocked"),
        (BROUGHT_BACK, Effect.UNCHANGED, ""),
    ],
)
def test_adding_never_ends_an_opt_out_or_a_block(standing, effect, code):
    assert rules.add(standing, list_archived=False) == Verdict(effect, code)


def test_an_archived_list_takes_nobody():
    assert rules.add(STRANGER, list_archived=True) == Verdict(Effect.REFUSED, "list_archived")


@pytest.mark.parametrize(
    ("standing", "effect", "code"),
    [
        (NOBODY, Effect.REFUSED, "unknown_contact"),
        (STRANGER, Effect.NOTHING, "not_a_member"),
        (MEMBER, Effect.SET, ""),
        (OPTED_OUT, Effect.SET, ""),
        (REMOVED, Effect.UNCHANGED, ""),
        (DELETED, Effect.SET, ""),
    ],
)
def test_removing_takes_off_whoever_is_on(standing, effect, code):
    assert rules.remove(standing) == Verdict(effect, code)


@pytest.mark.parametrize(
    ("standing", "occurred_at", "effect", "code"),
    [
        (NOBODY, LATER, Effect.REFUSED, "unknown_contact"),
        (STRANGER, LATER, Effect.SET, ""),
        (DELETED, LATER, Effect.SET, ""),
        (MEMBER, LATER, Effect.SET, ""),
        (OPTED_OUT, LATER, Effect.UNCHANGED, ""),
        (OPTED_OUT, BEFORE, Effect.UNCHANGED, ""),
        (BROUGHT_BACK, LATER, Effect.SET, ""),
        (BROUGHT_BACK, EARLIER, Effect.SET, ""),
        (BROUGHT_BACK, BEFORE, Effect.SUPERSEDED, "newer_consent"),
    ],
)
def test_the_newest_act_of_the_contact_counts_and_a_tie_is_an_opt_out(standing, occurred_at, effect, code):
    assert rules.opt_out(standing, occurred_at=occurred_at) == Verdict(effect, code)


@pytest.mark.parametrize(
    ("standing", "blocking", "unblocking"),
    [
        (NOBODY, Effect.REFUSED, Effect.REFUSED),
        (STRANGER, Effect.SET, Effect.NOTHING),
        (MEMBER, Effect.SET, Effect.NOTHING),
        (OPTED_OUT, Effect.SET, Effect.NOTHING),
        (BLOCKED, Effect.UNCHANGED, Effect.LIFTED),
        (BLOCKED_OPTED_OUT, Effect.UNCHANGED, Effect.LIFTED),
    ],
)
def test_a_block_is_set_once_and_lifted_once(standing, blocking, unblocking):
    assert rules.block(standing).effect is blocking
    assert rules.unblock(standing).effect is unblocking


def consent(given_at: datetime | None = LATER, how: str = "phone", text: str = "Yes") -> LaterConsent:
    return LaterConsent(given_at, how, text)


@pytest.mark.parametrize(
    ("standing", "given", "effect", "code"),
    [
        (NOBODY, consent(), Effect.REFUSED, "unknown_contact"),
        (DELETED, consent(), Effect.REFUSED, "unknown_contact"),
        (BLOCKED_OPTED_OUT, consent(), Effect.REFUSED, "list_blocked"),
        (BLOCKED, consent(), Effect.REFUSED, "list_blocked"),
        (STRANGER, consent(), Effect.NOTHING, "not_opted_out"),
        (MEMBER, consent(), Effect.NOTHING, "not_opted_out"),
        (REMOVED, consent(), Effect.NOTHING, "not_opted_out"),
        (OPTED_OUT, consent(None), Effect.REFUSED, "later_consent_required"),
        (OPTED_OUT, consent(how=" "), Effect.REFUSED, "later_consent_required"),
        (OPTED_OUT, consent(text=""), Effect.REFUSED, "later_consent_required"),
        (OPTED_OUT, consent(BEFORE), Effect.REFUSED, "later_consent_required"),
        (OPTED_OUT, consent(EARLIER), Effect.REFUSED, "later_consent_required"),
        (OPTED_OUT, consent(AT + timedelta(seconds=1)), Effect.REFUSED, "later_consent_required"),
        (OPTED_OUT, consent(AT), Effect.LIFTED, ""),
        (OPTED_OUT, consent(), Effect.LIFTED, ""),
        (NEVER_ADDED_OPTED_OUT, consent(), Effect.LIFTED, ""),
        (REMOVED_OPTED_OUT, consent(), Effect.LIFTED, ""),
    ],
)
def test_only_a_whole_and_later_consent_brings_back(standing, given, effect, code):
    verdict, addresses = rules.bring_back(standing, [], consent=given, list_archived=False, at=AT)

    assert verdict == Verdict(effect, code)
    assert addresses == {}


def test_nobody_comes_back_to_an_archived_list():
    verdict, _ = rules.bring_back(OPTED_OUT, [], consent=consent(), list_archived=True, at=AT)

    assert verdict == Verdict(Effect.REFUSED, "list_archived")


OWN = AddressStanding(11, EARLIER)
SHARED = AddressStanding(12, EARLIER, held_by_another=True)
NEWER = AddressStanding(13, LATER)


@pytest.mark.parametrize(
    ("standing", "addresses", "expected", "expected_addresses"),
    [
        (OPTED_OUT, [OWN, SHARED, NEWER], (Effect.LIFTED, ""), {11: "lifted", 12: "kept", 13: "kept"}),
        (OPTED_OUT, [SHARED], (Effect.LIFTED, ""), {12: "kept"}),
        (MEMBER, [OWN], (Effect.UNCHANGED, ""), {11: "lifted"}),
        (MEMBER, [SHARED], (Effect.KEPT, "shared_address"), {12: "kept"}),
        (MEMBER, [NEWER], (Effect.KEPT, "newer_opt_out"), {13: "kept"}),
        (STRANGER, [OWN], (Effect.LIFTED, ""), {11: "lifted"}),
        (REMOVED, [OWN, SHARED], (Effect.LIFTED, ""), {11: "lifted", 12: "kept"}),
    ],
)
def test_an_address_comes_back_with_its_holder_unless_somebody_else_opted_out_there(
    standing, addresses, expected, expected_addresses
):
    verdict, of_addresses = rules.bring_back(standing, addresses, consent=consent(), list_archived=False, at=AT)

    assert verdict == Verdict(*expected)
    assert {pk: str(each.effect) for pk, each in of_addresses.items()} == expected_addresses


def test_every_list_event_cites_its_row_of_the_law():
    rows = {kind: rule.code for rule in law.RULES for kind in rule.on if kind.value.startswith("list_")}

    assert rows == rules.RULE_OF
    assert set(rows) == {kind for kind in EventKind if kind.value.startswith("list_")}


def test_every_code_has_its_sentence_and_no_sentence_is_left_over():
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(rules))) if isinstance(node, ast.Call)]
    codes = {call.args[1].value for call in calls if getattr(call.func, "id", "") == "Verdict" and len(call.args) == 2}

    assert codes == set(sentences.REFUSALS)
    assert all(sentences.refusal(code).endswith(".") for code in codes)
