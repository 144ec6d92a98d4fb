"""What the gate is told about a list, and how it answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.registry import ListSubject
from consent.selectors.decisions import Subject, decide, decide_many
from consent.values import GateRequest, ListFacts
from consent.vocabulary import Channel, Purpose, Source
from contacts.models import Address
from lists import selectors, services
from tests.factories.contacts import make_contact
from tests.factories.lists import make_crowd

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

SMS = GateRequest(Channel.SMS, Purpose.MARKETING, "spring-offers")
PHONE = "+15035550101"


def codes(request: GateRequest, subject: Subject) -> list[str]:
    return [reason.code for reason in decide(request, subject).decision.reasons]


def test_each_flag_of_a_membership_refuses_with_its_own_code(offers, ada, by, at):
    subject = Subject(contact_id=ada.pk)
    lists_verb = {"list_id": offers.pk, "contact_ids": [ada.pk], "by": by, "at": at}

    assert codes(SMS, subject) == ["not_a_member"]
    services.add(**lists_verb)
    assert codes(SMS, subject) == []
    services.remove(**lists_verb)
    assert codes(SMS, subject) == ["list_removed"]
    services.opt_out(**lists_verb, source=Source.CONTACT)
    services.block(**lists_verb)
    assert codes(SMS, subject) == ["list_blocked", "list_opted_out", "list_removed"]


def test_an_unknown_or_archived_list_refuses_everybody(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.archive_list(list_id=offers.pk, by=by, at=at)

    assert codes(SMS, Subject(contact_id=ada.pk)) == ["unknown_list"]
    assert codes(GateRequest(Channel.SMS, Purpose.MARKETING, "nonsense"), Subject(contact_id=ada.pk)) == [
        "unknown_list"
    ]
    assert selectors.list_facts("nonsense", []) == []


def test_somebody_elses_opt_out_at_the_same_address_refuses_there_and_only_there(offers, ada, by, at):
    twin = make_contact("Tina", phone=PHONE, email="tina@example.com")
    services.add(list_id=offers.pk, contact_ids=[ada.pk, twin.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    answer = decide(SMS, Subject(contact_id=twin.pk))

    assert [reason.text for reason in answer.decision.reasons] == [
        "Somebody with the same address opted out of this list on 21 Nov 2026"
    ]
    assert codes(GateRequest(Channel.EMAIL, Purpose.MARKETING, offers.slug), Subject(contact_id=twin.pk)) == []


def test_asked_by_address_one_holders_no_is_the_answer(offers, ada, by, at):
    twin = make_contact("Tina", phone=PHONE)
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    assert codes(SMS, Subject(address_value=PHONE)) == []
    services.block(list_id=offers.pk, contact_ids=[twin.pk], by=by, at=at)
    assert codes(SMS, Subject(address_value=PHONE)) == ["list_blocked"]
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    assert codes(SMS, Subject(address_value=PHONE)) == ["list_blocked", "list_opted_out"]


def test_an_address_nobody_holds_is_on_no_list_and_may_be_opted_out_of_it(offers, by, at):
    number = Address.objects.create(kind="phone", value="+15035550188", shown="+15035550188", created_at=at)

    assert codes(SMS, Subject(address_value=number.value)) == ["not_a_member"]
    services.opt_out_address(list_id=offers.pk, address_id=number.pk, by=by, at=at, source=Source.CONTACT)
    assert codes(SMS, Subject(address_value=number.value)) == ["list_opted_out"]


def test_facts_come_in_the_order_of_the_subjects(offers, ada, bo, by, at):
    services.add(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at)
    services.opt_out(
        list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, occurred_at=at - timedelta(days=1), source=Source.CONTACT
    )

    facts = selectors.list_facts(
        offers.slug, [ListSubject(bo.pk, None), ListSubject(ada.pk, None), ListSubject(None, None)]
    )

    assert facts == [
        ListFacts(offers.slug, member=True),
        ListFacts(offers.slug, opted_out_at=at - timedelta(days=1)),
        ListFacts(offers.slug),
    ]


def test_thousands_of_subjects_take_a_fixed_number_of_queries(offers, by, at, django_assert_num_queries):
    people = make_crowd(1500)
    services.add(list_id=offers.pk, contact_ids=people, by=by, at=at)
    addresses = list(Address.objects.order_by("pk").values_list("pk", flat=True))
    subjects = [ListSubject(*pair) for pair in zip(people, addresses, strict=True)]
    subjects += [ListSubject(None, pk) for pk in addresses]

    with django_assert_num_queries(4):
        facts = selectors.list_facts(offers.slug, subjects)

    assert len(facts) == 3000
    assert all(each.member for each in facts)


def test_the_gate_decides_for_a_whole_list_at_once(offers, by, at):
    people = make_crowd(30)
    services.add(list_id=offers.pk, contact_ids=people, by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=people[::3], by=by, at=at, source=Source.IMPORT)

    answers = decide_many(SMS, [Subject(contact_id=pk) for pk in people])

    assert [answer.decision.allowed for answer in answers] == [index % 3 != 0 for index in range(30)]
