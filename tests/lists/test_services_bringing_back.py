"""Coming back: only with a later consent, only after unblocking, and never for somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.vocabulary import Effect, Source
from contacts.models import Address
from contacts.services import delete_contact
from lists import services
from lists.models import ListAddressOptOut, ListMembership
from lists.values import MembershipOutcome
from tests.factories.contacts import make_contact
from tests.factories.lists import make_consent

pytestmark = pytest.mark.django_db

PHONE = "+15035550101"


@pytest.fixture
def opted_out_ada(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    return ada


def silent_addresses(contact_list) -> set[str]:
    rows = ListAddressOptOut.objects.filter(list=contact_list, opted_out_at__isnull=False)
    return set(rows.values_list("address__value", flat=True))


def test_a_later_consent_brings_contact_and_addresses_back(offers, opted_out_ada, by, at, ledger):
    given, now = at + timedelta(days=1), at + timedelta(days=2)
    consent = make_consent(given, how="phone", text="Please send me offers again.")

    change = services.bring_back(list_id=offers.pk, contact_id=opted_out_ada.pk, consent=consent, by=by, at=now)

    assert change.contacts == (MembershipOutcome(Effect.LIFTED, contact_id=opted_out_ada.pk),)
    membership = ListMembership.objects.get(contact=opted_out_ada)
    assert (membership.opted_out_at, membership.added_at) == (None, at)
    assert (membership.consent_given_at, membership.consent_how) == (given, "phone")
    assert membership.consent_text == "Please send me offers again."
    assert silent_addresses(offers) == set()
    assert {row.consent_given_at for row in ListAddressOptOut.objects.all()} == {given}
    numbers = Address.objects.filter(holders__contact=opted_out_ada).order_by("pk").values_list("pk", flat=True)
    assert ledger(offers)[-3:] == [
        ("list_brought_back", "lifted", "", opted_out_ada.pk, None),
        *(("list_brought_back", "lifted", "", None, pk) for pk in numbers),
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"given_at": None},
        {"given_at": timedelta(days=-1)},
        {"given_at": timedelta(0)},
        {"given_at": timedelta(days=9)},
        {"given_at": timedelta(days=1), "how": ""},
        {"given_at": timedelta(days=1), "text": "  "},
    ],
)
def test_anything_less_than_a_later_consent_is_refused_and_recorded(offers, opted_out_ada, by, at, ledger, told):
    since = told["given_at"]
    consent = make_consent(**{**told, "given_at": None if since is None else at + since})

    change = services.bring_back(
        list_id=offers.pk, contact_id=opted_out_ada.pk, consent=consent, by=by, at=at + timedelta(days=2)
    )

    assert [outcome.code for outcome in change.refusals] == ["later_consent_required"]
    assert ListMembership.objects.get(contact=opted_out_ada).opted_out_at == at
    assert silent_addresses(offers) == {PHONE, "ada@example.com"}
    assert ledger(offers)[-1] == ("list_brought_back", "refused", "later_consent_required", opted_out_ada.pk, None)


def test_a_blocked_contact_is_unblocked_first(offers, opted_out_ada, by, at, ledger):
    services.block(list_id=offers.pk, contact_ids=[opted_out_ada.pk], by=by, at=at)
    given = at + timedelta(days=1)
    back = {"list_id": offers.pk, "contact_id": opted_out_ada.pk, "consent": make_consent(given), "by": by, "at": given}

    refused = services.bring_back(**back)
    unblocked = services.unblock(list_id=offers.pk, contact_ids=[opted_out_ada.pk], by=by, at=given)
    still_out = ListMembership.objects.get(contact=opted_out_ada).opted_out_at
    accepted = services.bring_back(**back)

    assert [outcome.code for outcome in refused.refusals] == ["list_blocked"]
    assert unblocked.count(Effect.LIFTED) == 1
    assert still_out == at
    assert accepted.count(Effect.LIFTED) == 1
    assert ("list_brought_back", "refused", "list_blocked", opted_out_ada.pk, None) in ledger(offers)


def test_a_removed_and_opted_out_contact_is_subscribed_again(offers, opted_out_ada, by, at):
    services.remove(list_id=offers.pk, contact_ids=[opted_out_ada.pk], by=by, at=at)
    given = at + timedelta(days=1)

    services.bring_back(list_id=offers.pk, contact_id=opted_out_ada.pk, consent=make_consent(given), by=by, at=given)

    membership = ListMembership.objects.get(contact=opted_out_ada)
    assert (membership.removed_at, membership.opted_out_at, membership.added_at) == (None, None, given)


def test_coming_back_twice_is_nothing(offers, opted_out_ada, by, at, ledger):
    given = at + timedelta(days=1)
    back = {"list_id": offers.pk, "contact_id": opted_out_ada.pk, "consent": make_consent(given), "by": by, "at": given}
    services.bring_back(**back)

    change = services.bring_back(**back)

    assert change.contacts == (MembershipOutcome(Effect.NOTHING, contact_id=opted_out_ada.pk, code="not_opted_out"),)
    assert ledger(offers)[-1] == ("list_brought_back", "nothing", "not_opted_out", opted_out_ada.pk, None)


def test_a_shared_address_stays_while_another_holder_is_opted_out(offers, opted_out_ada, by, at, ledger):
    twin = make_contact("Tina", phone=PHONE)
    services.opt_out(list_id=offers.pk, contact_ids=[twin.pk], by=by, at=at, source=Source.CONTACT)
    given = at + timedelta(days=1)

    change = services.bring_back(
        list_id=offers.pk, contact_id=opted_out_ada.pk, consent=make_consent(given), by=by, at=given
    )

    kept = [outcome for outcome in change.addresses if outcome.effect is Effect.KEPT]
    assert [outcome.code for outcome in kept] == ["shared_address"]
    assert silent_addresses(offers) == {PHONE}
    assert ListMembership.objects.get(contact=opted_out_ada).opted_out_at is None
    assert ("list_brought_back", "kept", "shared_address", None, kept[0].address_id) in ledger(offers)
    services.bring_back(list_id=offers.pk, contact_id=twin.pk, consent=make_consent(given), by=by, at=given)
    assert silent_addresses(offers) == set()


def test_an_address_that_only_a_deleted_contact_had_opted_out_comes_back_with_a_living_holder(
    offers, opted_out_ada, by, at
):
    delete_contact(contact_id=opted_out_ada.pk, by=by, at=at)
    second_ada = make_contact("Ada", "again", phone=PHONE)
    services.add(list_id=offers.pk, contact_ids=[second_ada.pk], by=by, at=at)
    given = at + timedelta(days=1)

    change = services.bring_back(
        list_id=offers.pk, contact_id=second_ada.pk, consent=make_consent(given), by=by, at=given
    )

    assert change.contacts == (MembershipOutcome(Effect.UNCHANGED, contact_id=second_ada.pk),)
    assert change.changed
    assert silent_addresses(offers) == {"ada@example.com"}


def test_bringing_back_a_deleted_contact_is_refused(offers, opted_out_ada, by, at):
    delete_contact(contact_id=opted_out_ada.pk, by=by, at=at)
    given = at + timedelta(days=1)

    change = services.bring_back(
        list_id=offers.pk, contact_id=opted_out_ada.pk, consent=make_consent(given), by=by, at=given
    )

    assert [outcome.code for outcome in change.refusals] == ["unknown_contact"]


def test_the_history_tells_both_the_opt_out_and_the_way_back(offers, opted_out_ada, by, agent, at):
    given = at + timedelta(days=1)
    services.bring_back(list_id=offers.pk, contact_id=opted_out_ada.pk, consent=make_consent(given), by=by, at=given)

    kept = ListMembership.objects.get(contact=opted_out_ada).history.order_by("history_id")

    assert [(entry.opted_out_at, entry.consent_given_at) for entry in kept] == [(None, None), (at, None), (None, given)]
    assert {entry.history_user for entry in kept} == {agent}
