"""Finding contacts and addresses again."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from django.db import connection

from contacts import selectors
from contacts.models import Contact
from contacts.vocabulary import AddressKind
from tests.factories.contacts import LONG_AGO, AddressFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Contact:
    return ContactFactory(
        first_name="Ada",
        last_name="Lovelace",
        company="Engine Ltd",
        holding=[AddressFactory(raw="+14155550142"), AddressFactory(kind="email", raw="Ada.L+crm@Example.com")],
    )


@pytest.fixture
def bo() -> Contact:
    return ContactFactory(
        first_name="Bo",
        last_name="Diddley",
        company="O2 & Söhne 555",
        holding=[
            AddressFactory(raw="+442079460958"),
            AddressFactory(kind="email", raw="bo@例子.广告"),
            AddressFactory(kind="messenger", raw="1234567890123456"),
        ],
    )


ADA = [
    "ada",
    "LOVE",
    "lace ada",
    "  engine   ada ",
    "ad",
    "en",
    "+14155550142",
    "(415) 555-0142",
    "415.555.0142",
    "1 415 555 0142",
    "001 415 555 0142",
    "tel:+1-415-555-0142",
    "whatsapp:+14155550142",
    "555 0142",
    "5550142",
    "0142",
    "142",
    "+1415555",
    "+1 (415)",
    "415 555",
    "1415",
    "+4155550142",
    "ada.l+crm@example.com",
    "Ada.L+CRM@EXAMPLE.COM",
    "Ada <ada.l+crm@example.com>",
    "ada.l+crm@exam",
    "ada.l",
    "@Example.com",
]

BO = [
    "diddley",
    "söhne",
    "SÖHNE",
    "o2",
    "bo",
    "555",
    "&",
    "+44 (0)20 7946 0958",
    "0044 20 7946 0958",
    "7946 0958",
    "+44 20",
    "bo@例子.广告",
    "bo@xn--fsqu00a.xn--4rr70v",
    "BO@",
    "1234567890123456",
]

NOBODY = [
    "ada diddley",
    "da",
    "%",
    "_da",
    "0143",
    "+1416",
    "555 0142 7",
    "crm@example.com",
    "@xample.com",
    "ada@",
    "12345678901234567",
    "1234",
    "\\",
    "engine'--",
]


@pytest.mark.parametrize("query", ADA)
def test_ada_is_found(query: str, ada: Contact, bo: Contact) -> None:
    found = selectors.search(query, region="US")

    assert ada in found


@pytest.mark.parametrize("query", BO)
def test_bo_is_found(query: str, ada: Contact, bo: Contact) -> None:
    assert bo in selectors.search(query, region="US")


@pytest.mark.parametrize("query", NOBODY)
def test_nobody_is_found(query: str, ada: Contact, bo: Contact) -> None:
    assert list(selectors.search(query, region="US")) == []


def test_a_word_in_nobodys_name_is_the_beginning_of_an_email(ada: Contact) -> None:
    unnamed = ContactFactory(
        first_name="", last_name="", holding=[AddressFactory(kind="email", raw="jsmith@example.com")]
    )

    assert list(selectors.search("JSmi", region="US")) == [unnamed]


@pytest.mark.parametrize("query", ["020 7946 0958", "020 79", "2079", "(020) 7946-0958", "0958"])
def test_a_national_number_is_found_in_its_own_region(query: str, bo: Contact) -> None:
    assert list(selectors.search(query, region="GB")) == [bo]
    assert list(selectors.search(query, region="gb")) == [bo]


@pytest.mark.parametrize("region", ["", "XX"])
def test_search_works_without_a_known_region(region: str, ada: Contact) -> None:
    assert list(selectors.search("5550142", region=region)) == [ada]


@pytest.mark.parametrize("query", ["", "   ", "\x00"])
def test_an_empty_query_finds_everybody(query: str, ada: Contact, bo: Contact) -> None:
    assert set(selectors.search(query, region="US")) == {ada, bo}


def test_a_contact_is_found_once_however_many_ways_match(ada: Contact) -> None:
    assert list(selectors.search("ada", region="US")) == [ada]
    assert selectors.search("ada", region="US").count() == 1


@pytest.mark.parametrize(
    "query", ["ada", "ada lovelace", "ad", "+14155550142", "0142", "415 555", "ada.l", "a@b.example"]
)
def test_no_search_reads_a_whole_table(query: str, ada: Contact) -> None:
    with connection.cursor() as cursor:
        # The planner then reads a whole table only where no index serves.
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "Seq Scan" not in selectors.search(query, region="US").explain()


def test_a_shared_number_finds_every_holder(ada: Contact) -> None:
    twin = ContactFactory(first_name="Twin", holding=[selectors.find_address(AddressKind.PHONE, "+14155550142")])

    assert set(selectors.search("415 555 0142", region="US")) == {ada, twin}


@pytest.mark.parametrize("field", ["deleted_at", "erased_at"])
def test_a_tombstone_is_hidden_everywhere(field: str, ada: Contact, at: datetime) -> None:
    address = ada.held_addresses.first().address
    Contact.objects.filter(pk=ada.pk).update(**{field: at})

    for query in ("", "ada", "+14155550142", "ada.l+crm@example.com", "0142"):
        assert list(selectors.search(query, region="US")) == []
    assert list(selectors.holders_of(address.pk)) == []
    assert selectors.contact_detail(ada.public_id) is None


def test_search_results_can_be_filtered_ordered_and_cut(ada: Contact) -> None:
    ContactFactory(first_name="Ada", last_name="Zuse", notes="old")
    last = ContactFactory(first_name="Ada", last_name="Yonath")

    results = selectors.search("ada", region="US").filter(notes="").order_by("-last_name")[:1]

    assert list(results) == [last]


def test_an_address_is_found_by_kind_and_value(ada: Contact) -> None:
    found = selectors.find_address(AddressKind.PHONE, "+14155550142")

    assert found == ada.held_addresses.get(kind="phone").address
    assert selectors.find_address(AddressKind.MESSENGER, "+14155550142") is None


def test_the_addresses_of_a_contact_are_told_with_who_shares_them(
    ada: Contact, at: datetime, django_assert_num_queries
) -> None:
    phone = selectors.find_address(AddressKind.PHONE, "+14155550142")
    ContactFactory(holding=[phone])
    ContactFactory(holding=[phone], deleted_at=at)

    with django_assert_num_queries(1):
        email, number = selectors.addresses_of(ada.pk)

    assert number == selectors.AddressView(
        id=phone.pk,
        public_id=phone.public_id,
        kind=AddressKind.PHONE,
        value="+14155550142",
        shown="+1 415-555-0142",
        is_primary=True,
        joined_at=LONG_AGO,
        shared_with=1,
    )
    assert (email.kind, email.shown, email.shared_with) == (AddressKind.EMAIL, "Ada.L+crm@Example.com", 0)


def test_the_primary_address_is_told_first() -> None:
    second, first = AddressFactory(raw="+14155550102"), AddressFactory(raw="+14155550101")
    contact = ContactFactory(holding=[first, second])

    assert [view.id for view in selectors.addresses_of(contact.pk)] == [first.pk, second.pk]


def test_the_holders_of_an_address_are_its_visible_contacts(ada: Contact, bo: Contact) -> None:
    phone = selectors.find_address(AddressKind.PHONE, "+14155550142")

    assert list(selectors.holders_of(phone.pk)) == [ada]


def test_the_detail_of_a_contact_is_read_in_two_queries(ada: Contact, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        detail = selectors.contact_detail(ada.public_id)

    assert detail.contact == ada
    assert detail.primary(AddressKind.EMAIL).value == "ada.l+crm@example.com"
    assert detail.primary(AddressKind.MESSENGER) is None
    assert selectors.contact_detail(uuid.uuid4()) is None
