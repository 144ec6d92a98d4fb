"""Leaving a list: for the contact, for its addresses, and for whoever comes to hold them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.models import Suppression
from consent.models.evidence import ConsentMethod
from consent.selectors.decisions import Subject, decide_many
from consent.services.consent_records import GivenConsent, record_consent
from consent.services.profile import set_consent_policy
from consent.values import GateRequest
from consent.vocabulary import Channel, Effect, Purpose, Source
from contacts.drafts import NewAddress
from contacts.models import Address
from contacts.services import AddressMissing, add_address, delete_contact, remove_address
from contacts.vocabulary import AddressKind
from lists import services
from lists.models import ListAddressOptOut, ListMembership
from lists.selectors import audience
from lists.values import MembershipOutcome
from tests.factories.contacts import make_contact
from tests.factories.lists import make_consent, make_crowd

pytestmark = pytest.mark.django_db

PHONE = "+15035550101"


def address(value: str) -> Address:
    return Address.objects.get(value=value)


def silent_addresses(contact_list) -> set[str]:
    rows = ListAddressOptOut.objects.filter(list=contact_list, opted_out_at__isnull=False)
    return set(rows.values_list("address__value", flat=True))


def test_a_member_who_opts_out_takes_its_addresses_along(offers, ada, by, at, ledger):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    change = services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    assert change.contacts == (MembershipOutcome(Effect.SET, contact_id=ada.pk),)
    assert ListMembership.objects.get(contact=ada).opted_out_at == at
    assert silent_addresses(offers) == {PHONE, "ada@example.com"}
    assert ledger(offers)[1:] == [
        ("list_opted_out", "set", "", ada.pk, None),
        *(("list_opted_out", "set", "", None, pk) for pk in sorted([address(PHONE).pk, address("ada@example.com").pk])),
    ]


def test_opting_out_again_counts_the_newest_time_and_is_recorded(offers, ada, by, at, ledger):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    later = at + timedelta(days=3)
    change = services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=later, source=Source.CONTACT)

    assert change.contacts == (MembershipOutcome(Effect.UNCHANGED, contact_id=ada.pk),)
    assert change.addresses == ()
    assert ListMembership.objects.get(contact=ada).opted_out_at == later
    assert set(ListAddressOptOut.objects.values_list("opted_out_at", flat=True)) == {later}
    assert ledger(offers)[-1] == ("list_opted_out", "unchanged", "", ada.pk, None)


def test_an_older_opt_out_that_arrives_late_never_dates_one_back(offers, ada, by, at):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    services.opt_out(
        list_id=offers.pk,
        contact_ids=[ada.pk],
        by=by,
        at=at + timedelta(days=1),
        occurred_at=at - timedelta(days=5),
        source=Source.CONTACT,
    )

    assert ListMembership.objects.get(contact=ada).opted_out_at == at


def test_a_clock_that_runs_ahead_opts_out_now(offers, ada, by, at):
    services.opt_out(
        list_id=offers.pk,
        contact_ids=[ada.pk],
        by=by,
        at=at,
        occurred_at=at + timedelta(days=400),
        source=Source.PROVIDER,
    )

    assert ListMembership.objects.get(contact=ada).opted_out_at == at


def test_an_opt_out_older_than_the_consent_that_brought_back_changes_nothing(offers, ada, by, at, ledger):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    back = at + timedelta(days=2)
    services.bring_back(list_id=offers.pk, contact_id=ada.pk, consent=make_consent(back), by=by, at=back)

    change = services.opt_out_address(
        list_id=offers.pk,
        address_id=address(PHONE).pk,
        by=by,
        at=back + timedelta(hours=1),
        occurred_at=at + timedelta(days=1),
        source=Source.CONTACT,
    )

    assert change.contacts == (MembershipOutcome(Effect.SUPERSEDED, contact_id=ada.pk, code="newer_consent"),)
    assert [outcome.effect for outcome in change.addresses] == [Effect.SUPERSEDED]
    assert silent_addresses(offers) == set()
    assert ("list_opted_out", "superseded", "newer_consent", ada.pk, None) in ledger(offers)


def test_somebody_who_was_never_on_the_list_gets_a_no_that_lasts(offers, ada, by, at):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    change = services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    assert change.contacts[0].code == "list_opted_out"
    membership = ListMembership.objects.get(contact=ada)
    assert (membership.added_at, membership.opted_out_at) == (None, at)


def test_an_address_opts_out_every_contact_who_holds_it(offers, by, at, ledger):
    mother = make_contact("May", phone=PHONE, email="may@example.com")
    daughter = make_contact("Dee", phone=PHONE)

    change = services.opt_out_address(
        list_id=offers.pk, address_id=address(PHONE).pk, by=by, at=at, source=Source.CONTACT
    )

    assert [(outcome.contact_id, outcome.effect) for outcome in change.contacts] == [
        (mother.pk, Effect.SET),
        (daughter.pk, Effect.SET),
    ]
    assert silent_addresses(offers) == {PHONE, "may@example.com"}
    assert not ListAddressOptOut.objects.filter(unheld=True).exists()
    assert ("list_opted_out", "set", "", None, address(PHONE).pk) in ledger(offers)


def test_an_address_nobody_holds_keeps_the_opt_out_for_its_first_holder(offers, by, at, ledger):
    gone = make_contact("Gone", phone=PHONE)
    number = address(PHONE)
    remove_address(contact_id=gone.pk, address_id=number.pk, by=by, at=at)
    change = services.opt_out_address(list_id=offers.pk, address_id=number.pk, by=by, at=at, source=Source.CONTACT)

    first = make_contact("Nell", phone=PHONE, email="nell@example.com")

    assert change.contacts == ()
    assert change.addresses == (MembershipOutcome(Effect.SET, address_id=number.pk),)
    assert ListMembership.objects.get(contact=first).opted_out_at == at
    assert silent_addresses(offers) == {PHONE, "nell@example.com"}
    assert ("list_opted_out", "set", "", first.pk, None) in ledger(offers)
    assert not ListAddressOptOut.objects.filter(unheld=True).exists()
    second = make_contact("Otto", phone=PHONE)
    assert not ListMembership.objects.filter(contact=second).exists()


def test_a_number_that_an_opted_out_contact_gets_later_is_opted_out_too(offers, ada, by, at, ledger):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    add_address(contact_id=ada.pk, address=NewAddress(AddressKind.PHONE, "+15035550177"), by=by, at=at)

    new = address("+15035550177")
    assert "+15035550177" in silent_addresses(offers)
    assert ledger(offers)[-1] == ("list_opted_out", "set", "", None, new.pk)


def test_an_opt_out_survives_deletion_and_a_second_import(offers, ada, by, at):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    delete_contact(contact_id=ada.pk, by=by, at=at)

    make_contact("Ada", "again", phone=PHONE)

    assert PHONE in silent_addresses(offers)
    assert ListMembership.objects.get(contact=ada).opted_out_at == at


def test_a_deleted_contact_can_still_opt_out(offers, ada, by, at):
    delete_contact(contact_id=ada.pk, by=by, at=at)

    change = services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    assert change.count(Effect.SET) == 1


def test_opting_out_of_an_archived_list_is_recorded(offers, ada, by, at):
    services.archive_list(list_id=offers.pk, by=by, at=at)

    change = services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    assert change.count(Effect.SET) == 1


def test_a_list_opt_out_sets_no_dnd(offers, ada, by, at):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    services.block(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    assert not Suppression.objects.exists()


def test_an_unknown_contact_is_refused_and_an_unknown_address_raises(offers, by, at, ledger):
    change = services.opt_out(list_id=offers.pk, contact_ids=[404], by=by, at=at, source=Source.IMPORT)

    assert change.contacts == (MembershipOutcome(Effect.REFUSED, contact_id=404, code="unknown_contact"),)
    assert ledger(offers) == [("list_opted_out", "refused", "unknown_contact", 404, None)]
    with pytest.raises(AddressMissing):
        services.opt_out_address(list_id=offers.pk, address_id=404, by=by, at=at, source=Source.IMPORT)


def test_thousands_opt_out_in_a_bounded_number_of_queries(offers, by, at, django_assert_max_num_queries):
    people = make_crowd(1200)
    services.opt_out(list_id=offers.pk, contact_ids=people[:100], by=by, at=at, source=Source.IMPORT)

    with django_assert_max_num_queries(16):
        change = services.opt_out(list_id=offers.pk, contact_ids=people, by=by, at=at, source=Source.IMPORT)

    assert (change.count(Effect.SET), change.count(Effect.UNCHANGED)) == (1100, 100)
    assert len(change.addresses) == 1100


def test_a_consent_for_the_list_alone_reaches_nobody_who_left_it(offers, ada, by, at, connected):
    """It stays on file, as what was agreed to; what refuses is the opt-out, until a later consent ends that."""
    channel = Channel.SMS
    set_consent_policy(channel=channel, needs_consent=True, consent_months=None, by=by, at=at)
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    agreed = GivenConsent(
        address_id=address(PHONE).pk,
        channel=channel,
        method=ConsentMethod.WEB_FORM,
        given_at=at - timedelta(days=1),
        contact_id=ada.pk,
        list_slug=offers.slug,
        wording="Offers, please.",
    )
    record_consent(given=agreed, by=by, at=at)
    asked = GateRequest(channel, Purpose.MARKETING, offers.slug)
    subjects = [Subject(contact_id=ada.pk), Subject(address_value=PHONE)]
    assert [each.decision.allowed for each in decide_many(asked, subjects)] == [True, True]

    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    reasons = [{each.code for each in answer.decision.reasons} for answer in decide_many(asked, subjects)]
    assert reasons == [{"list_opted_out"}, {"list_opted_out"}]
    assert list(audience(offers.slug, channel, Purpose.MARKETING)) == []
    elsewhere = decide_many(GateRequest(channel, Purpose.MARKETING), subjects)
    assert [[each.code for each in answer.decision.reasons] for answer in elsewhere] == [["no_consent"], ["no_consent"]]
    services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    newcomer = make_contact("Newcomer", phone=PHONE)
    services.add(list_id=offers.pk, contact_ids=[newcomer.pk], by=by, at=at)
    assert list(audience(offers.slug, channel, Purpose.MARKETING)) == []
