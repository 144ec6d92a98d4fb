"""Adding and removing: what comes back, what stands, what the ledger says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.models import LedgerEntry
from consent.vocabulary import Effect, EventKind, Source
from contacts.services import delete_contact
from lists import services
from lists.models import ListMembership
from lists.values import MembershipOutcome
from tests.factories.lists import make_crowd, make_list

pytestmark = pytest.mark.django_db


def row(contact, contact_list) -> ListMembership:
    return ListMembership.objects.get(contact=contact, list=contact_list)


def test_adding_puts_contacts_on_the_list_and_into_the_ledger(offers, ada, bo, by, at, ledger):
    change = services.add(list_id=offers.pk, contact_ids=[bo.pk, ada.pk], by=by, at=at, note="Trade fair")

    assert change.kind is EventKind.LIST_ADDED
    assert change.contacts == tuple(MembershipOutcome(Effect.LIFTED, contact_id=pk) for pk in sorted([ada.pk, bo.pk]))
    assert change.changed
    membership = row(ada, offers)
    assert (membership.added_at, membership.opted_out_at, membership.removed_at) == (at, None, None)
    assert (membership.changed_by, membership.source, membership.note) == (by.ref, "staff", "Trade fair")
    assert ledger(offers) == [("list_added", "lifted", "", pk, None) for pk in sorted([ada.pk, bo.pk])]
    entry = LedgerEntry.objects.filter(list_id=offers.pk).first()
    assert (entry.rule, entry.actor, entry.source, entry.occurred_at) == ("M01", by.ref, "staff", at)


def test_adding_twice_changes_nothing_and_is_recorded(offers, ada, by, at, ledger):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    change = services.add(list_id=offers.pk, contact_ids=[ada.pk, ada.pk], by=by, at=at + timedelta(days=1))

    assert change.count(Effect.UNCHANGED) == 1
    assert not change.changed
    assert row(ada, offers).added_at == at
    assert ledger(offers)[-1] == ("list_added", "unchanged", "", ada.pk, None)


@pytest.mark.parametrize("source", [Source.STAFF, Source.IMPORT, Source.API, Source.WORKFLOW])
def test_no_source_of_an_add_turns_an_opt_out_into_a_subscription(offers, ada, by, at, ledger, source):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    change = services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=source)

    assert change.contacts == (MembershipOutcome(Effect.KEPT, contact_id=ada.pk, code="list_opted_out"),)
    assert row(ada, offers).opted_out_at == at
    assert ledger(offers)[-1] == ("list_added", "kept", "list_opted_out", ada.pk, None)


def test_removing_and_adding_again_does_not_wash_an_opt_out_away(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    assert row(ada, offers).opted_out_at == at
    assert row(ada, offers).removed_at == at


def test_a_blocked_contact_stays_out_of_an_add(offers, ada, by, at, ledger):
    services.block(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    assert row(ada, offers).added_at is None
    assert ledger(offers)[-1] == ("list_added", "kept", "list_blocked", ada.pk, None)


def test_removing_greys_a_membership_and_adding_brings_it_back(offers, ada, by, at, ledger):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    removed = services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at + timedelta(hours=1))

    assert removed.count(Effect.SET) == 1
    assert row(ada, offers).removed_at == at + timedelta(hours=1)
    added = services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at + timedelta(hours=2))
    assert added.count(Effect.LIFTED) == 1
    assert (row(ada, offers).removed_at, row(ada, offers).added_at) == (None, at + timedelta(hours=2))
    assert [line[:2] for line in ledger(offers)] == [
        ("list_added", "lifted"),
        ("list_removed", "set"),
        ("list_added", "lifted"),
    ]


def test_removing_who_is_not_on_the_list_is_said_and_recorded(offers, ada, by, at, ledger):
    change = services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    assert change.contacts == (MembershipOutcome(Effect.NOTHING, contact_id=ada.pk, code="not_a_member"),)
    assert not ListMembership.objects.exists()
    assert ledger(offers) == [("list_removed", "nothing", "not_a_member", ada.pk, None)]


def test_a_removed_contact_may_join_the_paired_opt_out_list(ada, bo, by, at, ledger):
    leavers = make_list("Opt Out")
    offers = make_list("Offers", paired_with=leavers)
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    change = services.remove(list_id=offers.pk, contact_ids=[ada.pk, bo.pk], by=by, at=at, also_add_to_paired=True)

    assert change.also is not None
    assert change.also.contacts == (MembershipOutcome(Effect.LIFTED, contact_id=ada.pk),)
    assert row(ada, leavers).added_at == at
    assert ledger(leavers) == [("list_added", "lifted", "", ada.pk, None)]


def test_without_a_paired_list_nobody_is_removed_by_halves(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    with pytest.raises(services.NoPairedList):
        services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, also_add_to_paired=True)

    assert row(ada, offers).removed_at is None


def test_deleted_and_unknown_contacts_are_refused_one_by_one(offers, ada, bo, by, at, ledger):
    delete_contact(contact_id=ada.pk, by=by, at=at)

    change = services.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk, 999_999], by=by, at=at)

    assert {outcome.contact_id: str(outcome.effect) for outcome in change.contacts} == {
        ada.pk: "refused",
        bo.pk: "lifted",
        999_999: "refused",
    }
    assert {outcome.code for outcome in change.refusals} == {"unknown_contact"}
    assert ("list_added", "refused", "unknown_contact", ada.pk, None) in ledger(offers)


def test_a_list_that_is_not_there_is_named(ada, by, at):
    with pytest.raises(services.ListMissing, match="404"):
        services.add(list_id=404, contact_ids=[ada.pk], by=by, at=at)


def test_a_note_that_no_database_could_hold_loses_only_its_nul(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, note="fair\x00")

    assert row(ada, offers).note == "fair"


def test_thousands_at_once_take_a_bounded_number_of_queries(offers, by, at, django_assert_max_num_queries):
    people = make_crowd(1200)
    services.add(list_id=offers.pk, contact_ids=people[:600], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=people[:100], by=by, at=at, source=Source.IMPORT)
    services.remove(list_id=offers.pk, contact_ids=people[100:200], by=by, at=at)

    with django_assert_max_num_queries(12):
        change = services.add(list_id=offers.pk, contact_ids=people, by=by, at=at, source=Source.IMPORT)

    assert {effect: change.count(effect) for effect in (Effect.LIFTED, Effect.UNCHANGED, Effect.KEPT)} == {
        Effect.LIFTED: 700,
        Effect.UNCHANGED: 400,
        Effect.KEPT: 100,
    }
    assert LedgerEntry.objects.filter(list_id=offers.pk, kind="list_added").count() == 1800


def test_who_changed_a_membership_is_in_its_history(offers, ada, by, agent, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, note="Moved away")

    kept = list(row(ada, offers).history.order_by("history_id"))

    assert [(entry.history_type, entry.history_user, entry.removed_at) for entry in kept] == [
        ("+", agent, None),
        ("~", agent, at),
    ]
    assert kept[-1].history_change_reason == "Moved away"
