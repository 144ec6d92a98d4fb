"""Whatever door an erased number or e-mail comes back by: it is stored as its hash alone, and stays silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from config.api.services.keys import create_key
from config.api.vocabulary import Scope
from consent.models import Delivery, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.services import erasing
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose, Reason
from contacts.drafts import NewAddress
from contacts.models import Address, Contact, ContactAddress
from contacts.services import create_contact, erase_contact, set_addresses
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind
from lists import services as lists
from lists.values import ListDraft
from tests.api.conftest import Caller
from tests.consent.doors import INBOUND, STATUS, callback, knock, sms
from tests.factories.contacts import make_contact
from tests.journeys.searching import found_in_tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

PHONE, SPELT, EMAIL = "+15035557341", "(503) 555-7341", "zebulon.quill@example.com"
TRACES = (PHONE[1:], SPELT, "5557341", EMAIL)


@dataclass(frozen=True)
class Doors:
    """Whoever lets the number in again."""

    shop: Caller
    staff: Client
    folder: Path
    at: datetime

    def has(self, contact: Contact) -> str:
        return reverse("admin:contact-desk-address-add", args=[contact.pk])


def by_the_form_that_adds_contacts(doors: Doors) -> None:
    form = {"first_name": "Z", "email": EMAIL, "phone": SPELT}
    assert doors.staff.post(reverse("admin:contacts_contact_add"), form).status_code == 302


def by_the_addresses_of_another_contact(doors: Doors) -> None:
    other = make_contact("Dee")
    for kind, raw in (("phone", SPELT), ("email", EMAIL)):
        assert doors.staff.post(doors.has(other), {"kind": kind, "raw": raw}).status_code == 302


def by_correcting_the_addresses_of_another_contact(doors: Doors) -> None:
    other = make_contact("Dee", phone="+15035557300")
    drafts = [NewAddress(AddressKind.PHONE, SPELT, is_primary=True), NewAddress(AddressKind.EMAIL, EMAIL)]
    set_addresses(contact_id=other.pk, expected_version=other.version, addresses=drafts, by=SYSTEM, at=doors.at)


def by_a_loader_of_contacts(doors: Doors) -> None:
    drafts = [NewAddress(AddressKind.PHONE, SPELT), NewAddress(AddressKind.EMAIL, EMAIL)]
    create_contact(first_name="Z", addresses=drafts, by=SYSTEM, at=doors.at)


def by_a_new_contact_of_the_api(doors: Doors) -> None:
    body = {"first_name": "Z", "addresses": [{"kind": "phone", "value": SPELT}, {"kind": "email", "value": EMAIL}]}
    assert doors.shop.post("contacts/", body).status_code == 201


def by_an_upsert_of_the_api(doors: Doors) -> None:
    body = {"first_name": "Z", "addresses": [{"kind": "phone", "value": SPELT}, {"kind": "email", "value": EMAIL}]}
    assert doors.shop.post("contacts/?upsert=address", body, Idempotency_Key="again").status_code in {200, 201}


def by_a_patch_of_the_api(doors: Doors) -> None:
    other = make_contact("Dee")
    body = {"addresses": [{"kind": "phone", "value": SPELT}, {"kind": "email", "value": EMAIL}]}
    read = doors.shop.get(f"contacts/{other.public_id}/")
    answer = doors.shop.patch(f"contacts/{other.public_id}/", body, If_Match=read.headers["ETag"])
    assert answer.status_code == 200, answer.content


def by_suppressions_in_bulk(doors: Doors) -> None:
    rows = [{"address": SPELT, "channel": "sms"}, {"address": EMAIL, "channel": "email"}]
    assert doors.shop.post("suppressions/bulk/", {"suppressions": rows, "origin": "Old desk"}).status_code == 200


def by_a_file_of_suppressions(doors: Doors) -> None:
    file = doors.folder / "old.csv"
    file.write_text(f"address,channel\n{SPELT},sms\n{EMAIL},email\n")
    call_command("import_suppressions", str(file))


def by_a_bulk_opt_out_of_a_list(doors: Doors) -> None:
    lists.create_list(draft=ListDraft(slug="spring", name="Spring offers"), by=SYSTEM, at=doors.at)
    body = {"act": "opt_out", "addresses": [SPELT, EMAIL]}
    assert doors.shop.post("lists/spring/members/bulk/", body).status_code == 200


def by_a_text_message(doors: Doors) -> None:
    assert knock(INBOUND, sms(PHONE, "START")).status_code == 200
    assert knock(STATUS, callback(PHONE, "30005")).status_code in {200, 204}
    assert not Delivery.objects.exclude(status="processed").exists()


WAYS: dict[str, Callable[[Doors], None]] = {
    each.__name__.replace("_", " "): each
    for each in (
        by_the_form_that_adds_contacts,
        by_the_addresses_of_another_contact,
        by_correcting_the_addresses_of_another_contact,
        by_a_loader_of_contacts,
        by_a_new_contact_of_the_api,
        by_an_upsert_of_the_api,
        by_a_patch_of_the_api,
        by_suppressions_in_bulk,
        by_a_file_of_suppressions,
        by_a_bulk_opt_out_of_a_list,
        by_a_text_message,
    )
}


@pytest.fixture
def doors(agent: User, by: Actor, at: datetime, tmp_path: Path) -> Doors:
    """Zebulon was known, and was erased."""
    gone = make_contact("Zebulon", phone=PHONE, email=EMAIL)
    erase_contact(contact_id=gone.pk, reason="Ticket 4711", by=by, at=at)
    staff = Client()
    staff.force_login(agent)
    key = create_key(name="Shop", scopes=tuple(Scope), by=SYSTEM, at=at)
    return Doors(Caller(key.text), staff, tmp_path, at)


def codes(subject: Subject, channel: Channel, purpose: Purpose) -> set[str]:
    return {reason.code for reason in decide(GateRequest(channel, purpose), subject).decision.reasons}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_what_was_erased_comes_back_as_a_hash_and_stays_silent(doors: Doors, way: Callable[[Doors], None]) -> None:
    erased = set(Address.objects.values_list("pk", flat=True))

    way(doors)
    erasing.forget_late(at=doors.at.replace(year=2027))

    assert found_in_tables(TRACES) == set()
    hashed = Address.objects.filter(pk__in=erased, value__startswith="erased:")
    assert set(hashed.values_list("pk", flat=True)) == erased
    where = {Channel.SMS: PHONE, Channel.WHATSAPP: PHONE, Channel.CALL: PHONE, Channel.EMAIL: EMAIL}
    for channel, value in where.items():
        for purpose in Purpose:
            assert "erased" in codes(Subject(address_value=value), channel, purpose)
    holders = set(ContactAddress.objects.filter(address_id__in=erased).values_list("contact_id", flat=True))
    for contact_id in holders:
        rows = Suppression.objects.filter(contact_id=contact_id, reason=Reason.OBJECTION, lifted_at=None)
        assert {(row.channel, row.kind) for row in rows} == {("all", "permanent")}
        for channel in (Channel.SMS, Channel.EMAIL):
            assert {"erased", "objection"} <= codes(Subject(contact_id=contact_id), channel, Purpose.MARKETING)
