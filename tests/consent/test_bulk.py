"""Many contacts at once, against a real database: the same rules, the same ledger, few statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from consent.models import LedgerEntry, Suppression
from consent.services import bulk, dnd
from consent.services.recording import Recorded
from consent.values import Attestation, ConsentEvent
from consent.vocabulary import Channel, Effect, EventKind, Reason
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import ContactMissing, create_contact
from contacts.values import Actor
from contacts.vocabulary import ActorKind, AddressKind
from tests.consent.acting import crowd, every_row, ledger, plain, tell
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
Verb = Callable[[Sequence[int], Actor, datetime], dict[int, Recorded]]


@pytest.fixture
def twin(ada: Contact, by: Actor, at: datetime) -> Contact:
    """Shares Ada's phone number."""
    return create_contact(
        first_name="Twin", addresses=[NewAddress(AddressKind.PHONE, "+15035550101")], by=by, at=at - timedelta(days=9)
    )


@pytest.fixture
def many(ada: Contact, twin: Contact, bo: Contact, carla: Contact, by: Actor, at: datetime) -> list[int]:
    """Contacts in every state that the verbs tell apart."""
    silent = make_contact("Silent", "Sam", phone="+15035550104", email="sam@example.com")
    snoozed = make_contact("Snoozed", "Sue", phone="+15035550105")
    blocked = make_contact("Blocked", "Ben", phone="+15035550106")
    nobody = make_contact("Nobody")
    tell(EventKind.HANDSET_UNREACHABLE, ada, at - 9 * MINUTE)
    tell(EventKind.TEXT_OPT_OUT, bo, at - 8 * MINUTE)
    tell(EventKind.EMAIL_BOUNCE, carla, at - 7 * MINUTE, Channel.EMAIL)
    dnd.switch_on(contact_id=carla.pk, channels=[Channel.SMS], by=by, at=at - 6 * MINUTE)
    dnd.switch_on(contact_id=silent.pk, channels=[Channel.ALL], by=by, at=at - 5 * MINUTE)
    dnd.switch_on(
        contact_id=snoozed.pk, channels=[Channel.SMS], by=by, at=at - 4 * MINUTE, expires_at=at + timedelta(days=3)
    )
    dnd.block(contact_id=blocked.pk, on=True, by=by, at=at - 3 * MINUTE)
    return [each.pk for each in (ada, twin, bo, carla, silent, snoozed, blocked, nobody)]


ONE_AND_MANY: dict[str, tuple[Verb, Callable[[int, Actor, datetime], Recorded]]] = {
    "dnd on": (
        lambda ids, by, at: bulk.switch_on_many(contact_ids=ids, channels=[Channel.SMS, Channel.EMAIL], by=by, at=at),
        lambda one, by, at: dnd.switch_on(contact_id=one, channels=[Channel.SMS, Channel.EMAIL], by=by, at=at),
    ),
    "lift sms": (
        lambda ids, by, at: bulk.lift_many(contact_ids=ids, channels=[Channel.SMS], by=by, at=at),
        lambda one, by, at: dnd.lift(contact_id=one, channels=[Channel.SMS], by=by, at=at),
    ),
    "lift all": (
        lambda ids, by, at: bulk.lift_many(contact_ids=ids, channels=[Channel.ALL], by=by, at=at),
        lambda one, by, at: dnd.lift(contact_id=one, channels=[Channel.ALL], by=by, at=at),
    ),
    "block": (
        lambda ids, by, at: bulk.block_many(contact_ids=ids, by=by, at=at),
        lambda one, by, at: dnd.block(contact_id=one, on=True, by=by, at=at),
    ),
}
EVENTS: dict[str, Callable[[datetime], ConsentEvent]] = {
    "dnd on": lambda at: dnd.switching_on(channels=[Channel.SMS, Channel.EMAIL], at=at),
    "lift sms": lambda at: dnd.lifting(channels=[Channel.SMS], at=at),
    "lift all": lambda at: dnd.lifting(channels=[Channel.ALL], at=at),
    "block": lambda at: dnd.blocking(on=True, at=at),
}


def entries_since(number: int) -> list[tuple[object, ...]]:
    return list(
        LedgerEntry.objects.filter(id__gt=number)
        .order_by("id")
        .values_list(
            "kind", "effect", "rule", "code", "channel", "direction", "reason", "suppression_kind", "route",
            "contact_id", "address_id", "source", "actor", "occurred_at", "recorded_at",
        )
    )  # fmt: skip


class Rolled(Exception):
    pass


@pytest.mark.parametrize("verb", ONE_AND_MANY)
def test_many_at_once_get_what_they_would_get_one_by_one(verb: str, many: list[int], by: Actor, at: datetime) -> None:
    at_once, alone = ONE_AND_MANY[verb]
    before = LedgerEntry.objects.latest("id").pk
    try:
        with transaction.atomic():
            answers = {one: tuple(plain(outcome) for outcome in alone(one, by, at).outcomes) for one in sorted(many)}
            one_by_one = (answers, entries_since(before), every_row())
            raise Rolled
    except Rolled:
        pass

    recorded = at_once(many, by, at)

    together = {one: tuple(plain(outcome) for outcome in each.outcomes) for one, each in recorded.items()}
    assert (together, entries_since(before), every_row()) == one_by_one


@pytest.mark.parametrize("verb", ONE_AND_MANY)
def test_what_is_foreseen_is_what_happens_and_nothing_is_written_before(
    verb: str, many: list[int], by: Actor, at: datetime
) -> None:
    before = (LedgerEntry.objects.count(), every_row())

    foreseen = bulk.foresee_for_many(event=EVENTS[verb](at), contact_ids=many, at=at)
    untouched = (LedgerEntry.objects.count(), every_row())
    recorded = ONE_AND_MANY[verb][0](many, by, at)

    assert untouched == before
    assert {one: [plain(each) for each in outcomes] for one, outcomes in foreseen.items()} == {
        one: [plain(each) for each in answer.outcomes] for one, answer in recorded.items()
    }


def test_a_permanent_dnd_is_refused_unchanged_and_in_the_ledger(bo: Contact, by: Actor, at: datetime) -> None:
    tell(EventKind.TEXT_OPT_OUT, bo, at - MINUTE)
    before = every_row()

    answer = bulk.lift_many(contact_ids=[bo.pk], channels=[Channel.ALL], by=by, at=at, note="clean-up")

    assert [refusal.code for refusal in answer[bo.pk].refusals] == ["permanent_dnd"]
    assert every_row() == before
    assert ledger(bo)[-1] == ("staff_lift", "refused", "permanent_dnd")


def test_a_crowd_is_written_whole_with_history_and_ledger(by: Actor, at: datetime) -> None:
    members = crowd(60)

    recorded = bulk.switch_on_many(contact_ids=members, channels=[Channel.SMS], by=by, at=at, note="storm")

    set_ids = {one: each.set_ids[0] for one, each in recorded.items()}
    assert dict(Suppression.objects.values_list("contact_id", "id")) == set_ids
    assert set(Suppression.objects.values_list("note", "set_by", "rule")) == {("storm", by.ref, "R15")}
    assert len(set(Suppression.objects.values_list("public_id", "set_event_id"))) == 60
    assert dict(LedgerEntry.objects.values_list("contact_id", "suppression_id")) == set_ids
    assert dict(LedgerEntry.objects.values_list("contact_id", "event_id")) == {
        one: each.event_id for one, each in recorded.items()
    }
    kept = Suppression.history.values_list("id", "history_type", "history_change_reason", "history_user_id")
    assert set(kept) == {(row_id, "+", "storm", by.user_id) for row_id in set_ids.values()}


def test_what_staff_stated_is_kept_with_each_lifted_bounce(ada: Contact, bo: Contact, by: Actor, at: datetime) -> None:
    for contact in (ada, bo):
        tell(EventKind.EMAIL_BOUNCE, contact, at - MINUTE, Channel.EMAIL)
    stated = Attestation(provider_entry_removed=True, address_validated=True)

    bulk.lift_many(contact_ids=[ada.pk, bo.pk], channels=[Channel.EMAIL], by=by, at=at, attest=stated, note="cleaned")

    lifted = Suppression.objects.filter(reason=Reason.BOUNCE).values_list("lifted_at", "lift_note", "attestation")
    assert [(when, note, said["address_validated"]) for when, note, said in lifted] == [(at, "cleaned", True)] * 2


def test_a_shared_address_is_lifted_once(ada: Contact, twin: Contact, by: Actor, at: datetime) -> None:
    tell(EventKind.HANDSET_UNREACHABLE, ada, at - MINUTE)

    answer = bulk.lift_many(contact_ids=[ada.pk, twin.pk], channels=[Channel.SMS], by=by, at=at)

    assert answer[ada.pk].count(Effect.LIFTED) == 1
    assert answer[twin.pk].count(Effect.NOTHING) == 1


def test_the_number_of_statements_does_not_grow_with_the_contacts(by: Actor, at: datetime) -> None:
    members = crowd(150)
    few, more = members[:50], members[50:]
    counts = []

    for chosen in (few, more):
        with CaptureQueriesContext(connection) as asked:
            switched = bulk.switch_on_many(contact_ids=chosen, channels=[Channel.SMS, Channel.CALL], by=by, at=at)
            bulk.lift_many(contact_ids=chosen, channels=[Channel.SMS], by=by, at=at + MINUTE)
            bulk.block_many(contact_ids=chosen, by=by, at=at + 2 * MINUTE)
            events = {one: each.event_id for one, each in switched.items()}
            bulk.undo_many(event_ids=events, by=by, at=at + 3 * MINUTE, note="wrong crowd")
        counts.append(len(asked))

    assert counts[0] == counts[1] < 80


def test_nothing_is_written_where_the_ledger_refuses(ada: Contact, bo: Contact, at: datetime) -> None:
    nameless = Actor(ActorKind.USER, "9" * 70)

    with pytest.raises(DataError), transaction.atomic():
        bulk.switch_on_many(contact_ids=[ada.pk, bo.pk], channels=[Channel.SMS], by=nameless, at=at)

    assert not Suppression.objects.exists()


def test_an_unknown_contact_stops_its_chunk(ada: Contact, by: Actor, at: datetime) -> None:
    with pytest.raises(ContactMissing):
        bulk.block_many(contact_ids=[ada.pk, ada.pk + 1000], by=by, at=at)

    assert not Suppression.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_repeat_changes_nothing_and_is_recorded(ada: Contact, by: Actor, at: datetime) -> None:
    bulk.switch_on_many(contact_ids=[ada.pk], channels=[Channel.SMS], by=by, at=at)

    again = bulk.switch_on_many(contact_ids=[ada.pk, ada.pk], channels=[Channel.SMS], by=by, at=at + MINUTE)

    assert not again[ada.pk].changed
    assert [effect for _, effect, _ in ledger(ada)] == ["set", "unchanged"]
