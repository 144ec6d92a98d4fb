"""A list's keyword, texted: the sender leaves that list, in the transaction that read the message."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from consent import keywords
from consent.models import Delivery, InboundMessage, LedgerEntry, Suppression
from consent.registry import HandledMessage, registry
from consent.selectors.words import word_lists
from consent.services.messages import ReceivedMessage, receive
from consent.values import Reading
from consent.vocabulary import Channel, MessageClass
from contacts.models import Address
from contacts.registry import registry as contacts_registry
from lists import services
from lists.models import ListAddressOptOut, ListMembership

pytestmark = pytest.mark.django_db


def keyword_message(
    address: Address, slug: str | None, at: datetime, *, message_class: MessageClass = MessageClass.LIST_KEYWORD
) -> HandledMessage:
    delivery = Delivery.objects.create(
        provider="twilio", door="twilio", event_id=f"SM{address.pk}", body_hash="0", body=b"", received_at=at
    )
    message = InboundMessage.objects.create(
        delivery=delivery,
        address=address,
        channel=Channel.SMS,
        message_class=message_class,
        rule="K04",
        occurred_at=at,
        recorded_at=at,
    )
    holders = tuple(address.holders.order_by("contact_id").values_list("contact_id", flat=True))
    return HandledMessage(message.pk, address.pk, holders, Reading(message_class, "K04", list_slug=slug), at, at)


def number_of(contact) -> Address:
    return Address.objects.get(kind="phone", holders__contact=contact)


def test_the_keyword_of_a_list_opts_its_sender_out(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    message = keyword_message(number_of(ada), offers.slug, at + timedelta(hours=1))

    services.opt_out_by_keyword(message)

    assert ListMembership.objects.get(contact=ada).opted_out_at == message.occurred_at
    record = ListAddressOptOut.objects.get(address=number_of(ada))
    assert (record.message_id, record.source) == (message.message_id, "contact")
    entry = LedgerEntry.objects.get(kind="list_opted_out", contact_id=ada.pk)
    assert (entry.message_id, entry.actor, entry.rule) == (message.message_id, f"contact:{ada.pk}", "M03")


def test_a_keyword_goes_from_the_raw_text_to_the_membership(offers, news, ada, by, at):
    for each in (offers, news):
        services.add(list_id=each.pk, contact_ids=[ada.pk], by=by, at=at)
    delivery = Delivery.objects.create(
        provider="twilio", door="twilio", event_id="SM1", body_hash="0", body=b"", received_at=at
    )

    receive(
        message=ReceivedMessage(
            delivery_id=delivery.pk,
            address_id=number_of(ada).pk,
            channel=Channel.SMS,
            body=" NoSpring! ",
            reading=keywords.read(" NoSpring! ", words=word_lists(), list_keywords=registry.list_keywords()),
            occurred_at=at,
        ),
        by=by,
        at=at,
    )

    assert ListMembership.objects.get(contact=ada, list=offers).opted_out_at == at
    assert ListMembership.objects.get(contact=ada, list=news).opted_out_at is None
    assert not Suppression.objects.exists()
    told = LedgerEntry.objects.filter(contact_id=ada.pk, message_id__isnull=False).order_by("id")
    assert list(told.values_list("kind", "effect")) == [("text_list_keyword", "nothing"), ("list_opted_out", "set")]


def test_the_same_message_twice_is_the_same_as_once(offers, ada, at):
    message = keyword_message(number_of(ada), offers.slug, at)
    services.opt_out_by_keyword(message)
    before = list(ListMembership.objects.values()), list(ListAddressOptOut.objects.values())

    services.opt_out_by_keyword(message)

    assert (list(ListMembership.objects.values()), list(ListAddressOptOut.objects.values())) == before
    effects = LedgerEntry.objects.filter(contact_id=ada.pk, kind="list_opted_out").order_by("id")
    assert list(effects.values_list("effect", flat=True)) == ["set", "unchanged"]


def test_an_unknown_number_is_opted_out_before_it_is_anybodys(offers, at):
    number = Address.objects.create(kind="phone", value="+15035550188", shown="+15035550188", created_at=at)

    services.opt_out_by_keyword(keyword_message(number, offers.slug, at))

    record = ListAddressOptOut.objects.get(address=number)
    assert (record.opted_out_at, record.unheld) == (at, True)
    assert LedgerEntry.objects.get(address_id=number.pk).contact_id is None


@pytest.mark.parametrize("message_class", [each for each in MessageClass if each is not MessageClass.LIST_KEYWORD])
def test_any_other_message_leaves_lists_alone(offers, ada, at, message_class):
    services.opt_out_by_keyword(keyword_message(number_of(ada), offers.slug, at, message_class=message_class))

    assert not ListMembership.objects.exists()


def test_a_keyword_of_a_list_that_is_gone_is_never_dropped_silently(ada, at):
    with pytest.raises(services.ListMissing):
        services.opt_out_by_keyword(keyword_message(number_of(ada), "no-such-list", at))


def test_lists_are_hooked_into_consent_and_contacts(offers):
    assert services.opt_out_by_keyword in registry.message_handlers
    assert services.opt_out_with_address in contacts_registry.address_joined
    assert registry.list_keywords() == {"nospring": "spring-offers"}
