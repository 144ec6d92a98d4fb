"""Undoing a bulk change: exactly what it did, and nothing that anybody did since."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from consent.models import Suppression
from consent.services import bulk, dnd
from consent.services.recording import Recorded, record_event
from consent.values import ConsentEvent, SuppressionTerms
from consent.vocabulary import Channel, EventKind, Kind, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import create_contact, remove_address
from contacts.values import Actor
from contacts.vocabulary import AddressKind
from tests.consent.acting import every_row, ledger, phone_of, plain, rows, tell

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def twin(ada: Contact, by: Actor, at: datetime) -> Contact:
    """Shares Ada's phone number."""
    return create_contact(
        first_name="Twin", addresses=[NewAddress(AddressKind.PHONE, "+15035550101")], by=by, at=at - timedelta(days=9)
    )


def events(recorded: dict[int, Recorded]) -> dict[int, uuid.UUID]:
    return {contact_id: each.event_id for contact_id, each in recorded.items()}


def undo(recorded: dict[int, Recorded], by: Actor, at: datetime) -> dict[int, tuple[Recorded, ...]]:
    """Undo, and check that it was foreseen."""
    foreseen = bulk.foresee_undoing(event_ids=events(recorded), at=at, note="mistake")
    undone = bulk.undo_many(event_ids=events(recorded), by=by, at=at, note="mistake")
    assert {one: [plain(each) for each in outcomes] for one, outcomes in foreseen.items()} == {
        one: [plain(outcome) for each in answers for outcome in each.outcomes] for one, answers in undone.items()
    }
    return undone


def test_undoing_a_switch_lifts_what_it_set_and_leaves_what_stood(
    ada: Contact, bo: Contact, by: Actor, at: datetime
) -> None:
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=by, at=at - MINUTE)
    switched = bulk.switch_on_many(
        contact_ids=[ada.pk, bo.pk], channels=[Channel.SMS, Channel.EMAIL], by=by, at=at, note="storm"
    )

    undo(switched, by, at + MINUTE)

    assert rows(ada) == []
    assert rows(bo) == [("sms", "manual", "temporary")]
    assert ledger(ada)[2:] == [("staff_lift", "lifted", "")] * 2
    assert set(Suppression.objects.exclude(lifted_at=None).values_list("lift_note", "lifted_by")) == {
        ("mistake", by.ref)
    }


def test_undoing_leaves_what_others_said_again_since(ada: Contact, by: Actor, at: datetime) -> None:
    switched = bulk.switch_on_many(contact_ids=[ada.pk], channels=[Channel.SMS, Channel.CALL], by=by, at=at)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at + MINUTE)

    undo(switched, by, at + 2 * MINUTE)

    assert rows(ada) == [("sms", "manual", "temporary")]
    assert ("staff_lift", "kept", "said_again") in ledger(ada)


def test_undoing_leaves_a_stop_that_came_since(ada: Contact, by: Actor, at: datetime) -> None:
    switched = bulk.switch_on_many(contact_ids=[ada.pk], channels=[Channel.SMS], by=by, at=at)
    tell(EventKind.TEXT_OPT_OUT, ada, at + MINUTE)

    undo(switched, by, at + 2 * MINUTE)

    assert rows(ada) == [("sms", "opt_out", "permanent")]


def test_undoing_leaves_what_was_lifted_and_set_again_by_others(ada: Contact, by: Actor, at: datetime) -> None:
    switched = bulk.switch_on_many(contact_ids=[ada.pk], channels=[Channel.SMS], by=by, at=at)
    dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at + MINUTE)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at + 2 * MINUTE, note="another reason")

    undo(switched, by, at + 3 * MINUTE)

    assert Suppression.objects.get(contact=ada, lifted_at=None).note == "another reason"
    assert ledger(ada)[-1] == ("staff_lift", "nothing", "")


def test_undoing_a_longer_dnd_gives_it_its_old_end_back(ada: Contact, by: Actor, at: datetime) -> None:
    friday = at + timedelta(days=5)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at - MINUTE, expires_at=friday, note="on leave")
    switched = bulk.switch_on_many(contact_ids=[ada.pk], channels=[Channel.SMS], by=by, at=at)
    assert Suppression.objects.get().expires_at is None

    undo(switched, by, at + MINUTE)

    standing = Suppression.objects.get(contact=ada, lifted_at=None)
    assert (standing.expires_at, standing.since, standing.rule) == (friday, at - MINUTE, "R15")
    assert ledger(ada)[-2:] == [("staff_lift", "lifted", ""), ("change_undone", "set", "")]


def test_undoing_a_longer_dnd_after_its_old_end_leaves_it_off(ada: Contact, by: Actor, at: datetime) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at - MINUTE, expires_at=at + MINUTE)
    switched = bulk.switch_on_many(contact_ids=[ada.pk], channels=[Channel.SMS], by=by, at=at)

    undo(switched, by, at + 2 * MINUTE)

    assert rows(ada) == []
    assert ledger(ada)[-1] == ("change_undone", "nothing", "ran_out")


def test_undoing_a_lift_sets_the_same_reasons_again(ada: Contact, twin: Contact, by: Actor, at: datetime) -> None:
    tell(EventKind.HANDSET_UNREACHABLE, ada, at - 3 * MINUTE)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.CALL], by=by, at=at - 2 * MINUTE, note="at work")
    columns = ("address_id", "contact_id", "channel", "reason", "kind", "rule", "set_kind", "source", "detail", "since")
    before = set(Suppression.objects.values_list(*columns))
    lifted = bulk.lift_many(contact_ids=[ada.pk, twin.pk], channels=[Channel.ALL], by=by, at=at)
    assert not Suppression.objects.filter(lifted_at=None).exists()

    undo(lifted, by, at + MINUTE)

    assert set(Suppression.objects.filter(lifted_at=None).values_list(*columns)) == before
    assert ("change_undone", "set", "") in ledger(ada)


def test_undoing_a_lift_twice_sets_nothing_more(ada: Contact, by: Actor, at: datetime) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.CALL], by=by, at=at - MINUTE)
    lifted = bulk.lift_many(contact_ids=[ada.pk], channels=[Channel.CALL], by=by, at=at)
    undo(lifted, by, at + MINUTE)

    undo(lifted, by, at + 2 * MINUTE)

    assert rows(ada) == [("call", "manual", "temporary")]
    assert ledger(ada)[-1] == ("change_undone", "unchanged", "")


def test_undoing_a_lift_leaves_a_contact_alone_who_opted_in_since(ada: Contact, by: Actor, at: datetime) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS, Channel.CALL], by=by, at=at - MINUTE)
    lifted = bulk.lift_many(contact_ids=[ada.pk], channels=[Channel.ALL], by=by, at=at)
    tell(EventKind.TEXT_OPT_IN, ada, at + MINUTE)

    undo(lifted, by, at + 2 * MINUTE)

    assert rows(ada) == [("call", "manual", "temporary")]
    assert ("change_undone", "superseded", "came_back") in ledger(ada)


def test_undoing_a_lift_at_a_shared_address_leaves_nothing_behind(
    ada: Contact, twin: Contact, by: Actor, at: datetime
) -> None:
    record_event(
        event=ConsentEvent(
            EventKind.IMPORT_SUPPRESSION,
            (Channel.SMS,),
            at - MINUTE,
            Source.IMPORT,
            terms=SuppressionTerms(kind=Kind.TEMPORARY),
        ),
        address_id=phone_of(ada),
        by=by,
        at=at - MINUTE,
    )
    before = {row[:3] for row in named()}
    lifted = bulk.lift_many(contact_ids=[ada.pk], channels=[Channel.SMS], by=by, at=at)
    assert {row[:3] for row in named()} != before

    undo(lifted, by, at + MINUTE)

    assert {row[:3] for row in named()} == before


def named() -> set[tuple[object, ...]]:
    """Return whom and what each standing suppression names."""
    return set(Suppression.objects.filter(lifted_at=None).values_list("address_id", "contact_id", "reason", "since"))


def test_undoing_a_lift_restores_what_stood_at_an_address_the_contact_has_left(
    ada: Contact, twin: Contact, by: Actor, at: datetime
) -> None:
    tell(EventKind.HANDSET_UNREACHABLE, ada, at - MINUTE)
    lifted = bulk.lift_many(contact_ids=[ada.pk], channels=[Channel.SMS], by=by, at=at)
    address_id = phone_of(ada)
    remove_address(contact_id=ada.pk, address_id=address_id, by=by, at=at + MINUTE)
    tell(EventKind.HANDSET_UNREACHABLE, twin, at + MINUTE)

    undo(lifted, by, at + 2 * MINUTE)

    standing = Suppression.objects.get(lifted_at=None)
    assert (standing.address_id, standing.since) == (address_id, at + MINUTE)


def test_undoing_a_block_unblocks_and_takes_its_opt_out_along(
    ada: Contact, bo: Contact, by: Actor, at: datetime
) -> None:
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=by, at=at - MINUTE)
    blocked = bulk.block_many(contact_ids=[ada.pk, bo.pk], by=by, at=at)

    undo(blocked, by, at + MINUTE)

    assert rows(ada) == []
    assert rows(bo) == [("sms", "manual", "temporary")]
    assert {kind for kind, _, _ in ledger(ada)} == {"block", "unblock", "staff_lift"}


def test_undoing_a_block_leaves_a_newer_block(ada: Contact, by: Actor, at: datetime) -> None:
    blocked = bulk.block_many(contact_ids=[ada.pk], by=by, at=at)
    dnd.block(contact_id=ada.pk, on=False, by=by, at=at + MINUTE)
    dnd.block(contact_id=ada.pk, on=True, by=by, at=at + 2 * MINUTE)

    undo(blocked, by, at + 3 * MINUTE)

    assert {reason for _, reason, _ in rows(ada)} == {"blocked", "manual"}


def test_undoing_never_lifts_a_permanent_one_whatever_it_is_given(bo: Contact, by: Actor, at: datetime) -> None:
    stopped = tell(EventKind.TEXT_OPT_OUT, bo, at)
    before = every_row()

    answer = bulk.undo_many(event_ids={bo.pk: stopped.event_id}, by=by, at=at + MINUTE, note="please")

    assert [refusal.code for each in answer[bo.pk] for refusal in each.refusals] == ["permanent_dnd"]
    assert every_row() == before
    assert ledger(bo)[-1] == ("staff_lift", "refused", "permanent_dnd")
