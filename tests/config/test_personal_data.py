"""Erase, merge, objection and export on the contact page."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from consent.models import LedgerEntry, Suppression
from consent.vocabulary import Channel, EventKind, Kind, Reason
from contacts.models import Contact, Erasure
from contacts.values import Actor
from tests.config.desk import as_user, page, press, said
from tests.consent.doors import INBOUND, knock, sms
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

LIST = "/admin/contacts/contact/"


def screen(contact: Contact, name: str, *more: int) -> str:
    return reverse(f"admin:contact-desk-{name}{'-pair' if more else ''}", args=[contact.pk, *more])


def seen(answer: HttpResponse) -> str:
    found = re.search(r'name="seen" value="(\w+)"', answer.content.decode().split("cd-form__end")[0][-6000:])
    assert found
    return found[1]


def confirm(client: Client, address: str, **fields: object) -> HttpResponse:
    return client.post(address, {"seen": seen(client.get(address)), **fields})


def test_an_erasure_is_previewed_confirmed_and_leaves_a_page_that_says_so(support: User, ada: Contact) -> None:
    knock(INBOUND, sms("+15035550101", "I like llamas"))
    client, address = as_user(support), screen(ada, "erase")

    shown = client.get(address).content.decode()
    done = confirm(client, address, reason="Ticket 4711", confirmation=f"erase {ada.pk}")

    assert "What is removed" in shown
    assert "What stays, and why" in shown
    assert "Permanent objection on all channels" in shown
    assert Erasure.objects.get().reason == "Ticket 4711"
    assert f"Contact {ada.pk} was erased" in said(done)
    ada.refresh_from_db()
    assert ada.first_name == ""
    gone = client.get(page(ada), follow=True)
    assert gone.redirect_chain == [(LIST, 302)]
    assert f"Contact {ada.pk} was erased on" in gone.content.decode()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"reason": "Ticket 1", "confirmation": "ERASE"}, "to confirm that it is this contact"),
        ({"reason": "Asked by ada@example.com", "confirmation": "ERASE {ada}"}, "must not name the person"),
        ({"reason": "", "confirmation": "ERASE {ada}"}, "required"),
        ({"reason": "Ticket 1", "confirmation": "ERASE {ada}", "seen": "older"}, "changed since the preview"),
    ],
)
def test_an_erasure_without_what_it_needs_is_refused(
    support: User, ada: Contact, fields: dict[str, str], why: str
) -> None:
    given = {name: value.format(ada=ada.pk) for name, value in fields.items()}

    answer = confirm(as_user(support), screen(ada, "erase"), **given)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    ada.refresh_from_db()
    assert ada.first_name == "Ada"
    assert not Erasure.objects.exists()


def test_a_duplicate_is_found_previewed_and_merged(support: User, ada: Contact) -> None:
    twin = make_contact("Ada", "Lovelace", phone="+15035550177")
    knock(INBOUND, sms("+15035550177", "stop"))
    client = as_user(support)
    address = screen(ada, "merge", twin.pk)

    assert address in client.get(screen(ada, "merge")).content.decode()
    shown = client.get(address).content.decode()
    unsure = confirm(client, address)
    done = confirm(client, address, sure="on")

    assert "What moves to the kept contact" in shown
    assert "SMS: " in shown
    assert unsure.status_code == 422
    assert done.headers["Location"] == page(ada)
    assert Suppression.objects.filter(contact=ada, channel=Channel.SMS, lifted_at=None).exists()
    led = client.get(page(twin), follow=True)
    assert led.redirect_chain == [(page(ada), 302)]
    assert f"Contact {twin.pk} was merged into this one" in led.content.decode()


def test_nothing_is_merged_when_a_no_came_in_since_the_preview(support: User, ada: Contact) -> None:
    twin = make_contact("Ada", "Lovelace", phone="+15035550177")
    client, address = as_user(support), screen(ada, "merge", twin.pk)
    old = seen(client.get(address))
    knock(INBOUND, sms("+15035550177", "stop"))

    answer = client.post(address, {"seen": old, "sure": "on"})

    assert answer.status_code == 422
    assert "changed since the preview" in answer.content.decode()
    twin.refresh_from_db()
    assert twin.merged_into_id is None


def test_two_contacts_of_the_list_can_be_merged_and_only_two(support: User, ada: Contact, bo: Contact) -> None:
    client = as_user(support)

    two = client.post(LIST, {"action": "merge", "_selected_action": [ada.pk, bo.pk]})
    one = client.post(LIST, {"action": "merge", "_selected_action": [ada.pk]})

    assert two.headers["Location"] == screen(ada, "merge", bo.pk)
    assert "exactly two" in said(one)


def test_merging_with_oneself_or_somebody_gone_leads_back(support: User, ada: Contact) -> None:
    client = as_user(support)

    oneself = client.get(screen(ada, "merge", ada.pk))
    nobody = client.get(screen(ada, "merge", 999_999))

    assert oneself.headers["Location"] == nobody.headers["Location"] == screen(ada, "merge")
    assert "Choose another one" in said(oneself)


def test_an_objection_says_that_only_the_contact_lifts_it(agent: User, ada: Contact) -> None:
    client = as_user(agent)
    before = client.get(page(ada)).content.decode()

    done = press(client, ada, "object", note="She wrote a letter")
    silent = press(client, ada, "object")

    assert "Only the contact can lift it" in before
    assert "Only the contact can take it back" in said(done)
    assert silent.status_code == 422
    rows = Suppression.objects.filter(contact=ada, reason=Reason.OBJECTION)
    assert {(row.kind, row.channel, row.rule) for row in rows} == {(Kind.PERMANENT, Channel.ALL, "R23")}
    assert "Record the objection for good" not in client.get(page(ada)).content.decode()


def test_an_export_holds_everything_and_is_in_the_ledger(support: User, ada: Contact, by: Actor, at: datetime) -> None:
    knock(INBOUND, sms("+15035550101", "I like llamas"))

    answer = as_user(support).post(screen(ada, "export"))

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("data.json"))
    read = archive.read("index.html").decode()
    assert data["contact"]["first_name"] == "Ada"
    assert [each["body"] for each in data["messages"]] == ["I like llamas"]
    (request,) = data["raw_requests_of_providers"]
    assert (request["door"], "I+like+llamas" in request["body"]) == ("twilio.inbound", True)
    assert {"earlier_versions", "addresses_ever_held", "opt_out_requests", "ledger"} <= data.keys()
    assert "I like llamas" in read
    assert "<script" not in read
    entry = LedgerEntry.objects.get(kind=EventKind.DATA_EXPORTED)
    assert (entry.rule, entry.contact_id, entry.actor) == ("P01", ada.pk, f"user:{support.pk}")
