"""Who unsubscribes from one of our lists leaves that list alone; who names no list of ours leaves mail as a whole."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from consent.models import Delivery, InboundMessage, LedgerEntry, Suppression
from contacts.models import Contact
from lists.models import ContactList, ListMembership
from tests.consent.email_asking import mailgun, refusals
from tests.consent.email_knocks import knock, sample
from tests.factories.lists import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected", "doors")]


@pytest.fixture
def newsletter() -> ContactList:
    return make_list("newsletter")


def test_our_own_variable_names_the_list(iris: Contact, newsletter: ContactList) -> None:
    mailgun("unsubscribed_our_list")

    membership = ListMembership.objects.get()
    assert (membership.contact, membership.list) == (iris, newsletter)
    assert membership.opted_out_at is not None
    assert not Suppression.objects.exists()
    assert refusals(iris) == set()
    assert refusals(iris, list_slug="newsletter") != set()
    told = LedgerEntry.objects.filter(contact_id=iris.pk).order_by("id").values_list("kind", "effect", "list_id")
    assert list(told) == [("text_list_keyword", "nothing", None), ("list_opted_out", "set", newsletter.pk)]
    message = InboundMessage.objects.get()
    assert (message.channel, message.delivery) == ("email", Delivery.objects.get())


def test_the_providers_mailing_list_is_ours_where_it_bears_its_name(iris: Contact) -> None:
    make_list("news")

    mailgun("unsubscribed_mailing_list")

    assert refusals(iris) == set()
    assert refusals(iris, list_slug="news") != set()


def test_a_providers_own_group_can_stand_for_one_of_our_lists(
    iris: Contact, newsletter: ContactList, settings: Settings
) -> None:
    settings.EMAIL_LISTS = {"sendgrid:1001": "newsletter"}

    knock("sendgrid", sample("sendgrid", "group_unsubscribe")).send()

    assert refusals(iris) == set()
    assert refusals(iris, list_slug="newsletter") != set()


@pytest.mark.parametrize(
    "variables", [{"consent_list": "no-such-list"}, {"consent_list": "\x00"}, "Could not load", {}]
)
def test_a_list_that_is_none_of_ours_means_mail_as_a_whole(
    iris: Contact, newsletter: ContactList, variables: object
) -> None:
    mailgun("unsubscribed_our_list", **{"user-variables": variables})

    assert refusals(iris) == {"unsubscribe"}
    assert not ListMembership.objects.exists()


def test_leaving_a_list_again_is_told_once(iris: Contact, newsletter: ContactList) -> None:
    for _ in range(3):
        mailgun("unsubscribed_our_list")

    assert InboundMessage.objects.count() == 1


def test_two_who_leave_a_list_in_one_batch_both_leave(iris: Contact, ada: Contact, newsletter: ContactList) -> None:
    left = sample("sendgrid", "unsubscribe")[0] | {"consent_list": "newsletter"}

    knock("sendgrid", [left, left | {"email": "ada@example.com"}]).send()

    assert set(ListMembership.objects.values_list("contact_id", flat=True)) == {iris.pk, ada.pk}
    assert Delivery.objects.get().status == "processed"


def test_a_complaint_about_a_lists_message_is_about_mail_as_a_whole(iris: Contact, newsletter: ContactList) -> None:
    mailgun("complained", **{"user-variables": {"consent_list": "newsletter"}})

    assert refusals(iris) == {"spam_complaint"}
