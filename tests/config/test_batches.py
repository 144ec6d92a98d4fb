"""Bulk actions as batches: foreseen, run in chunks, undone as one, each with its ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.batches import services
from config.batches.errors import BatchRefusal
from config.batches.models import Batch, BatchItem
from config.batches.vocabulary import Action, Status
from consent import selectors
from consent.models import LedgerEntry, Suppression
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import SYSTEM, Actor
from lists import services as lists
from lists.models import ListMembership
from tests.factories.lists import make_crowd, make_list

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
SMS = {"channels": ["sms"]}


def ready(action: Action, contacts: list[int], by: Actor, at: datetime, **parameters: object) -> Batch:
    """Return a draft that is filled in."""
    draft = services.make_draft(action=action, contact_ids=contacts, by=by, at=at)
    return services.fill_in(batch_id=draft.pk, parameters=parameters, note="Spring clean", at=at)


def run(batch: Batch, at: datetime, *, size: int = 1000) -> Batch:
    """Start a batch and run it to its end."""
    if batch.status == Status.DRAFT:
        services.start(batch_id=batch.pk, at=at)
    while services.run_next_chunk(batch_id=batch.pk, at=at, size=size):
        pass
    return Batch.objects.get(pk=batch.pk)


def undo(batch: Batch, by: Actor, at: datetime) -> Batch:
    """Undo a batch, and check that it was foreseen."""
    foreseen = services.foresee_undo(batch, at=at)
    undone = run(services.undo(batch_id=batch.pk, note="Mistake", by=by, at=at), at)
    assert undone.outcomes == foreseen
    return undone


def tell(kind: EventKind, contact: Contact, at: datetime) -> None:
    address_id = selectors.addresses_by_channel(contact.pk)[Channel.SMS][0]
    record_event(
        event=ConsentEvent(kind, (Channel.SMS,), at, Source.CONTACT, detail="stop"),
        address_id=address_id,
        by=SYSTEM,
        at=at,
    )


def outcomes(batch: Batch) -> dict[int, str]:
    return dict(BatchItem.objects.filter(batch=batch).values_list("contact_id", "outcome"))


@pytest.fixture
def three(ada: Contact, bo: Contact, carla: Contact, by: Actor, at: datetime) -> list[int]:
    """Ada is reachable, Bo has a temporary DND on SMS, Carla texted STOP."""
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=by, at=at - 2 * MINUTE)
    tell(EventKind.TEXT_OPT_OUT, carla, at - MINUTE)
    return [ada.pk, bo.pk, carla.pk]


def test_setting_dnd_counts_what_is_new_and_what_was_on(three: list[int], by: Actor, at: datetime) -> None:
    batch = ready(Action.SET_DND, three, by, at, **SMS)

    done = run(batch, at + MINUTE)

    assert done.status == Status.DONE
    assert done.outcomes == batch.foreseen == {"changed": 2, "unchanged": 1}
    assert outcomes(done) == {three[0]: "changed", three[1]: "unchanged", three[2]: "changed"}
    assert set(Suppression.objects.filter(set_kind="dnd_on", since=at + MINUTE).values_list("contact_id", "note")) == {
        (three[0], "Spring clean"),
        (three[2], "Spring clean"),
    }


def test_lifting_leaves_permanent_ones_and_says_so(three: list[int], by: Actor, at: datetime) -> None:
    batch = ready(Action.LIFT_DND, three, by, at, **SMS)

    done = run(batch, at)

    assert done.outcomes == batch.foreseen == {"nothing": 1, "changed": 1, "permanent_dnd": 1}
    assert Suppression.objects.get(lifted_at=None).contact_id == three[2]
    assert LedgerEntry.objects.filter(contact_id=three[2], effect="refused", code="permanent_dnd").count() == 1


def test_a_lift_that_runs_late_leaves_what_was_said_after_its_preview(
    ada: Contact, bo: Contact, three: list[int], by: Actor, at: datetime
) -> None:
    stated = {"provider_entry_removed": True, "address_validated": True}
    batch = ready(Action.LIFT_DND, three, by, at, channels=["sms", "email"], **stated)
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=by, at=at + MINUTE)
    [mailbox] = selectors.addresses_by_channel(ada.pk)[Channel.EMAIL]
    bounced = ConsentEvent(EventKind.EMAIL_BOUNCE, (Channel.EMAIL,), at + MINUTE, Source.PROVIDER)
    record_event(event=bounced, address_id=mailbox, by=SYSTEM, at=at + MINUTE)

    done = run(batch, at + 2 * MINUTE)

    assert outcomes(done) == {three[0]: "said_again", three[1]: "said_again", three[2]: "permanent_dnd"}
    assert not Suppression.objects.exclude(lifted_at=None).exists()
    kept = LedgerEntry.objects.filter(kind="staff_lift", effect="kept", code="said_again")
    assert set(kept.values_list("contact_id", "reason")) == {(ada.pk, "bounce"), (bo.pk, "manual")}


def test_every_item_leads_to_its_ledger_entries(three: list[int], by: Actor, at: datetime) -> None:
    done = run(ready(Action.BLOCK, three, by, at), at)

    for item in BatchItem.objects.filter(batch=done):
        kinds = LedgerEntry.objects.filter(event_id=item.event_id, contact_id=item.contact_id).values_list("kind")
        assert set(kinds) == {("block",)}


def test_foreseeing_writes_nothing(three: list[int], by: Actor, at: datetime) -> None:
    before = (LedgerEntry.objects.count(), Suppression.objects.count())

    ready(Action.SET_DND, three, by, at, **SMS)
    ready(Action.BLOCK, three, by, at)

    assert (LedgerEntry.objects.count(), Suppression.objects.count()) == before


def test_who_was_deleted_meanwhile_is_left_out(three: list[int], by: Actor, at: datetime) -> None:
    batch = ready(Action.SET_DND, three, by, at, **SMS)
    delete_contact(contact_id=three[0], by=by, at=at)

    done = run(batch, at + MINUTE)

    assert outcomes(done)[three[0]] == "gone"
    assert not Suppression.objects.filter(contact_id=three[0]).exists()


# Undo


def test_undoing_gives_back_exactly_what_was(three: list[int], by: Actor, at: datetime) -> None:
    before = set(Suppression.objects.filter(lifted_at=None).values_list("contact_id", "reason", "since"))
    done = run(ready(Action.SET_DND, three, by, at, **SMS), at)

    undone = undo(done, by, at + MINUTE)

    assert set(Suppression.objects.filter(lifted_at=None).values_list("contact_id", "reason", "since")) == before
    assert outcomes(undone) == {three[0]: "changed", three[2]: "changed"}
    assert Batch.objects.get(pk=done.pk).status == Status.UNDONE
    assert LedgerEntry.objects.filter(kind="staff_lift", effect="lifted", contact_id=three[0]).count() == 1


def test_undoing_leaves_what_the_contact_did_since(three: list[int], ada: Contact, by: Actor, at: datetime) -> None:
    done = run(ready(Action.SET_DND, three, by, at, **SMS), at)
    tell(EventKind.TEXT_OPT_OUT, ada, at + MINUTE)

    undo(done, by, at + 2 * MINUTE)

    standing = Suppression.objects.filter(contact=ada, lifted_at=None)
    assert [(row.reason, row.kind) for row in standing] == [("opt_out", "permanent")]


def test_undoing_a_lift_leaves_who_texted_start_since(three: list[int], bo: Contact, by: Actor, at: datetime) -> None:
    done = run(ready(Action.LIFT_DND, three, by, at, **SMS), at)
    tell(EventKind.TEXT_OPT_IN, bo, at + MINUTE)

    undone = undo(done, by, at + 2 * MINUTE)

    assert outcomes(undone) == {bo.pk: "came_back"}
    assert not Suppression.objects.filter(contact=bo, lifted_at=None).exists()


def test_undoing_tells_what_it_could_undo_in_part_only(three: list[int], ada: Contact, by: Actor, at: datetime) -> None:
    done = run(ready(Action.SET_DND, three, by, at, channels=["sms", "email"]), at)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=at + MINUTE)

    undone = undo(done, by, at + 2 * MINUTE)

    assert outcomes(undone)[ada.pk] == "partly"
    assert [row.channel for row in Suppression.objects.filter(contact=ada, lifted_at=None)] == ["email"]


def test_a_batch_is_undone_once(three: list[int], by: Actor, at: datetime) -> None:
    done = run(ready(Action.SET_DND, three, by, at, **SMS), at)
    undone = undo(done, by, at + MINUTE)

    for again in (done, undone):
        with pytest.raises(BatchRefusal) as refused:
            services.undo(batch_id=again.pk, note="Again", by=by, at=at + 2 * MINUTE)
        assert refused.value.code in {"undone_before", "undo_is_final"}

    assert Batch.objects.filter(undo_of=done).count() == 1


@pytest.mark.parametrize("note", ["", "  "])
def test_an_undo_wants_a_reason(three: list[int], by: Actor, at: datetime, note: str) -> None:
    done = run(ready(Action.SET_DND, three, by, at, **SMS), at)

    with pytest.raises(BatchRefusal, match="Say why"):
        services.undo(batch_id=done.pk, note=note, by=by, at=at)


def test_what_changed_nothing_has_nothing_to_undo(ada: Contact, by: Actor, at: datetime) -> None:
    done = run(ready(Action.LIFT_DND, [ada.pk], by, at, **SMS), at)

    with pytest.raises(BatchRefusal) as refused:
        services.undo(batch_id=done.pk, note="Mistake", by=by, at=at)

    assert refused.value.code == "nothing_to_undo"


# Lists


def test_adding_leaves_out_who_opted_out_or_is_blocked(three: list[int], by: Actor, at: datetime) -> None:
    offers = make_list()
    on_it, opted_out, fresh = three
    lists.add(list_id=offers.pk, contact_ids=[on_it], by=by, at=at - MINUTE)
    lists.opt_out(list_id=offers.pk, contact_ids=[opted_out], source=Source.CONTACT, by=by, at=at - MINUTE)

    batch = ready(Action.ADD_TO_LIST, three, by, at, list_id=offers.pk)
    done = run(batch, at)

    assert done.outcomes == batch.foreseen == {"unchanged": 1, "list_opted_out": 1, "changed": 1}
    assert outcomes(done)[fresh] == "changed"
    assert LedgerEntry.objects.filter(kind="list_added", contact_id=opted_out, code="list_opted_out").count() == 1


def test_undoing_an_add_takes_off_who_is_on_since(three: list[int], by: Actor, at: datetime) -> None:
    offers = make_list()
    stays, removed_since, removed_and_back = three
    done = run(ready(Action.ADD_TO_LIST, three, by, at, list_id=offers.pk), at)
    lists.remove(list_id=offers.pk, contact_ids=[removed_since, removed_and_back], by=by, at=at + MINUTE)
    lists.add(list_id=offers.pk, contact_ids=[removed_and_back], by=by, at=at + 2 * MINUTE)

    undone = undo(done, by, at + 3 * MINUTE)

    on_it = ListMembership.objects.filter(removed_at=None).values_list("contact_id", flat=True)
    assert list(on_it) == [removed_and_back]
    assert outcomes(undone) == {stays: "changed", removed_since: "changed_since", removed_and_back: "changed_since"}


def test_undoing_a_removal_brings_back_nobody_who_opted_out_since(
    three: list[int], ada: Contact, by: Actor, at: datetime
) -> None:
    offers = make_list()
    lists.add(list_id=offers.pk, contact_ids=three, by=by, at=at - MINUTE)
    batch = ready(Action.REMOVE_FROM_LIST, three, by, at, list_id=offers.pk)
    done = run(batch, at)
    lists.opt_out(list_id=offers.pk, contact_ids=[ada.pk], source=Source.CONTACT, by=by, at=at + MINUTE)

    undone = undo(done, by, at + 2 * MINUTE)

    assert done.outcomes == batch.foreseen == {"changed": 3}
    assert outcomes(undone) == {three[0]: "list_opted_out", three[1]: "changed", three[2]: "changed"}
    assert ListMembership.objects.filter(removed_at=None).count() == 2


# Drafts, chunks and the database's guard


def test_nothing_runs_that_was_not_foreseen(ada: Contact, by: Actor, at: datetime) -> None:
    draft = services.make_draft(action=Action.BLOCK, contact_ids=[ada.pk], by=by, at=at)

    with pytest.raises(BatchRefusal, match="preview"):
        services.start(batch_id=draft.pk, at=at)

    assert not services.run_next_chunk(batch_id=draft.pk, at=at)
    assert not Suppression.objects.exists()


def test_a_large_draft_is_counted_chunk_by_chunk_and_starts_no_sooner(by: Actor, at: datetime) -> None:
    draft = ready(Action.SET_DND, make_crowd(1001), by, at, **SMS)
    assert (draft.counted, draft.foreseen) == (1000, {"changed": 1000})
    with pytest.raises(BatchRefusal, match="preview"):
        services.start(batch_id=draft.pk, at=at)

    services.count_next_chunk(batch_id=draft.pk, at=at)
    again = services.count_next_chunk(batch_id=draft.pk, at=at)

    assert not again
    started = services.start(batch_id=draft.pk, at=at)
    assert (started.counted, started.foreseen) == (1001, {"changed": 1001})


def test_filling_in_anew_counts_anew(three: list[int], by: Actor, at: datetime) -> None:
    draft = ready(Action.SET_DND, three, by, at, **SMS)

    again = services.fill_in(batch_id=draft.pk, parameters={"channels": ["email"]}, note="By mail", at=at)

    assert draft.foreseen == {"changed": 2, "unchanged": 1}
    assert again.foreseen == {"changed": 3}


@pytest.mark.parametrize("note", ["", "   "])
def test_a_batch_wants_a_reason(ada: Contact, by: Actor, at: datetime, note: str) -> None:
    draft = services.make_draft(action=Action.BLOCK, contact_ids=[ada.pk], by=by, at=at)

    with pytest.raises(BatchRefusal, match="Say why"):
        services.fill_in(batch_id=draft.pk, parameters={}, note=note, at=at)


def test_what_was_started_can_not_be_changed_or_started_again(three: list[int], by: Actor, at: datetime) -> None:
    done = run(ready(Action.BLOCK, three, by, at), at)

    with pytest.raises(BatchRefusal, match="started before"):
        services.fill_in(batch_id=done.pk, parameters={}, note="Another reason", at=at)
    with pytest.raises(BatchRefusal, match="started before"):
        services.start(batch_id=done.pk, at=at)


@pytest.mark.parametrize(
    "change",
    [
        {"contact_ids": [1]},
        {"parameters": {"channels": ["all"]}},
        {"note": "Another"},
        {"action": "block"},
        {"total": 9},
    ],
    ids=str,
)
def test_the_database_keeps_what_was_started(
    three: list[int], by: Actor, at: datetime, change: dict[str, object]
) -> None:
    done = run(ready(Action.SET_DND, three, by, at, **SMS), at)

    with pytest.raises(DatabaseError), transaction.atomic():
        Batch.objects.filter(pk=done.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Batch.objects.filter(pk=done.pk)._raw_delete(Batch.objects.db)
    with pytest.raises(DatabaseError), transaction.atomic():
        BatchItem.objects.filter(batch=done).update(outcome="changed")


@pytest.mark.parametrize(("chosen", "code"), [(0, "nobody_chosen"), (100_001, "too_many")])
def test_nobody_and_too_many_are_refused(chosen: int, code: str, by: Actor, at: datetime) -> None:
    with pytest.raises(BatchRefusal) as refused:
        services.make_draft(action=Action.BLOCK, contact_ids=range(1, chosen + 1), by=by, at=at)

    assert refused.value.code == code


def test_chunks_come_to_the_same_as_one_go(by: Actor, at: datetime) -> None:
    crowd = make_crowd(25)

    done = run(ready(Action.SET_DND, crowd, by, at, **SMS), at, size=10)

    assert (done.done, done.total, done.outcomes) == (25, 25, {"changed": 25})
    assert Counter(BatchItem.objects.filter(batch=done).values_list("contact_id", flat=True)) == Counter(crowd)
    assert Suppression.objects.count() == LedgerEntry.objects.count() == 25


def test_a_stopped_batch_goes_on_where_it_stopped(by: Actor, at: datetime) -> None:
    batch = ready(Action.SET_DND, make_crowd(25), by, at, **SMS)
    services.start(batch_id=batch.pk, at=at)
    services.run_next_chunk(batch_id=batch.pk, at=at, size=10)
    services.mark_failed(batch_id=batch.pk)
    assert Batch.objects.get(pk=batch.pk).status == Status.FAILED

    services.resume(batch_id=batch.pk)
    done = run(Batch.objects.get(pk=batch.pk), at, size=10)

    assert (done.status, done.outcomes) == (Status.DONE, {"changed": 25})
    assert Suppression.objects.count() == 25


def test_a_stopped_batch_goes_no_further_once_it_is_being_undone(by: Actor, at: datetime) -> None:
    batch = ready(Action.SET_DND, make_crowd(25), by, at, **SMS)
    services.start(batch_id=batch.pk, at=at)
    services.run_next_chunk(batch_id=batch.pk, at=at, size=10)
    services.mark_failed(batch_id=batch.pk)

    undone = run(services.undo(batch_id=batch.pk, note="Never mind", by=by, at=at + MINUTE), at + MINUTE)

    assert undone.outcomes == {"changed": 10}
    assert not services.run_next_chunk(batch_id=batch.pk, at=at + MINUTE)
    assert not Suppression.objects.filter(lifted_at=None).exists()


def test_stale_drafts_are_forgotten_and_nothing_else(three: list[int], by: Actor, at: datetime) -> None:
    services.make_draft(action=Action.BLOCK, contact_ids=three, by=by, at=at - timedelta(days=2))
    young = services.make_draft(action=Action.BLOCK, contact_ids=three, by=by, at=at)
    old = run(ready(Action.BLOCK, three, by, at - timedelta(days=3)), at)

    assert services.forget_stale_drafts(at=at) == 1

    assert set(Batch.objects.values_list("id", flat=True)) == {young.pk, old.pk}


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.UNDO])
def test_a_chunk_takes_as_many_statements_for_many_as_for_some(action: Action, by: Actor, at: datetime) -> None:
    crowd = make_crowd(180)
    parameters = {"channels": ["sms"], "list_id": make_list().pk}
    counts = []
    for members in (crowd[:60], crowd[60:]):
        batch = ready(action, members, by, at, **parameters)
        services.start(batch_id=batch.pk, at=at)
        with CaptureQueriesContext(connection) as asked:
            services.run_next_chunk(batch_id=batch.pk, at=at)
        counts.append(len(asked))

    assert counts[0] == counts[1] < 40
