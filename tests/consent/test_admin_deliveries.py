"""Deliveries on the staff site: read what came in, see what it did, read a failed one again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from consent.admin import payload
from consent.models import Delivery, LedgerEntry, Suppression
from consent.services import inbox
from contacts.models import Contact
from contacts.values import Actor
from tests.consent.doors import STATUS, callback, knock
from tests.consent.email_asking import mailgun
from tests.consent.email_knocks import knock as knock_by_mail
from tests.consent.email_knocks import sample
from tests.factories.contacts import make_contact
from tests.factories.staff_site import FORM, Business, make_business, text

pytestmark = pytest.mark.django_db

DELIVERIES = "/admin/consent/delivery/"


@pytest.fixture
def business(agent: User, by: Actor, at: datetime, connected: None) -> Business:
    return make_business(owner_id=agent.pk, by=by, at=at)


@pytest.fixture
def desk(client: Client, support: User) -> Client:
    client.force_login(support)
    return client


def stored(body: bytes, content_type: str, *, at: datetime) -> Delivery:
    accepted = inbox.accept(
        provider="twilio", door="twilio.inbound", event_id="", body=body, content_type=content_type, at=at
    )
    return Delivery.objects.get(pk=accepted.delivery_id)


def test_a_form_is_shown_field_by_field_with_what_it_did(desk: Client, business: Business) -> None:
    page = desk.get(f"{DELIVERIES}{business.stop.pk}/change/").content.decode()

    assert "+15035559999" in page
    assert "Read as <strong>Opt-out</strong> on SMS" in page
    assert "Opted out at the provider" in page
    assert "R01" in page
    assert "R03" in page


def test_what_a_stranger_wrote_is_never_markup(desk: Client, at: datetime) -> None:
    evil = text("SM7", "<script>alert(1)</script>", sender="+15035550199", at=at)

    for address in (DELIVERIES, f"{DELIVERIES}{evil.pk}/change/"):
        assert "<script>alert" not in desk.get(address).content.decode()


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (b"a=1&b=%C3%A9&c=", FORM, (("a", "1"), ("b", "é"), ("c", ""))),
        (b"a=%ff%00", FORM, (("a", "\\xff\x00"),)),
        (b"\xff=1", FORM, (("\\xff", "1"),)),
    ],
)
def test_a_form_is_decoded_whatever_its_bytes(
    body: bytes, content_type: str, shown: tuple[tuple[str, str], ...]
) -> None:
    assert payload.read(body, content_type).fields == shown


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (b'{"a": [1]}', "application/json; charset=utf-8", '{\n  "a": [\n    1\n  ]\n}'),
        (b"{broken", "application/json", "{broken"),
        (b"[" * 5000, "application/json", "[" * 5000),
        (b"\xfe\xff", "", "\\xfe\\xff"),
        (b"plain", "text/plain", "plain"),
        (b"&" * 2000, FORM, "&" * 2000),
    ],
)
def test_any_other_body_is_shown_as_text(body: bytes, content_type: str, shown: str) -> None:
    assert payload.read(body, content_type).text == shown


def test_a_huge_body_is_cut_and_says_so() -> None:
    assert payload.read(b"x" * 100_000, "text/plain").is_cut
    assert payload.read(b"a=" + b"x" * 100_000, FORM).is_cut


def test_a_body_that_retention_cleared_says_so(desk: Client, at: datetime) -> None:
    gone = stored(b"a=1", FORM, at=at)
    Delivery.objects.filter(pk=gone.pk).update(body=b"")

    assert "The body was cleared" in desk.get(f"{DELIVERIES}{gone.pk}/change/").content.decode()


def test_a_failed_delivery_is_read_again_and_has_its_effect(desk: Client, ada: Contact, at: datetime) -> None:
    good = stored(b"MessageSid=SM5&From=%2B15035550101&To=%2B15035559999&Body=STOP", FORM, at=at)
    Delivery.objects.filter(pk=good.pk).update(status="failed", reason="The database was away.", next_attempt_at=None)
    assert "mend what the reason names, then replay" in desk.get(f"{DELIVERIES}{good.pk}/change/").content.decode()

    answer = desk.post(f"{DELIVERIES}{good.pk}/replay/", follow=True)

    assert "Read again: processed." in answer.content.decode()
    assert Delivery.objects.get(pk=good.pk).status == "processed"
    assert Suppression.objects.filter(contact=ada, reason="opt_out", lifted_at=None).exists()
    assert LedgerEntry.objects.filter(delivery_id=good.pk, effect="set").exists()


def test_the_page_tells_when_the_worker_comes_to_it_again(desk: Client, at: datetime) -> None:
    waits = stored(b"MessageSid=SM5&From=%2B15035550101&To=%2B15035559999&Body=STOP", FORM, at=at)
    Delivery.objects.filter(pk=waits.pk).update(status="failed", next_attempt_at=at + timedelta(minutes=5))

    page = " ".join(desk.get(f"{DELIVERIES}{waits.pk}/change/").content.decode().split())

    assert "The worker itself comes to it at 12:05 on 21 Nov 2026." in page


def test_what_nobody_reads_is_told_on_the_desk(desk: Client) -> None:
    body = b"MessageSid=SM5&From=%2B15035550101&To=%2B15035559999&Body=STOP"
    new = stored(body, FORM, at=timezone.now())
    assert "Deliveries nobody reads" not in desk.get("/admin/").content.decode()

    old = stored(body.replace(b"SM5", b"SM6"), FORM, at=timezone.now() - timedelta(minutes=6))

    assert (new.status, old.status) == ("pending", "pending")
    assert "Deliveries nobody reads" in desk.get("/admin/").content.decode()


def test_replaying_twice_has_the_effect_once(desk: Client, ada: Contact, at: datetime) -> None:
    good = text("SM5", "STOP", sender="+15035550101", at=at)
    before = LedgerEntry.objects.count()

    desk.post(f"{DELIVERIES}{good.pk}/replay/")

    assert LedgerEntry.objects.count() == before


def test_a_delivery_that_can_not_be_read_stays_failed_and_says_why(desk: Client, business: Business) -> None:
    answer = desk.post(f"{DELIVERIES}{business.failed.pk}/replay/", follow=True)

    page = answer.content.decode()
    assert "Read again: failed." in page
    assert "The sender is no address" in page


def test_replay_needs_a_post_and_a_delivery(desk: Client, business: Business) -> None:
    assert desk.get(f"{DELIVERIES}{business.failed.pk}/replay/").status_code == 405
    assert desk.post(f"{DELIVERIES}999999/replay/").status_code == 404


def test_only_failed_deliveries_offer_the_button(desk: Client, business: Business) -> None:
    assert "/replay/" in desk.get(f"{DELIVERIES}{business.failed.pk}/change/").content.decode()
    assert "/replay/" not in desk.get(f"{DELIVERIES}{business.stop.pk}/change/").content.decode()


def test_an_agent_sees_what_their_own_contacts_sent_and_what_it_did_to_them_alone(
    client: Client, agent: User, business: Business, at: datetime
) -> None:
    text("SM8", "STOP", sender="+15035550102", at=at)
    make_contact("Twin", phone="+15035550101")
    client.force_login(agent)

    listed = client.get(DELIVERIES).context["cl"].result_list
    page = client.get(f"{DELIVERIES}{business.stop.pk}/change/")

    assert [row.pk for row in listed] == [business.stop.pk]
    assert {entry.contact_id for entry in page.context["outcome"].entries} == {business.ada.pk}
    assert "/replay/" not in page.content.decode()


@pytest.mark.parametrize("term", ["SM1", "(503) 555-0101"])
def test_a_delivery_is_found_by_its_id_and_by_its_sender(desk: Client, business: Business, term: str) -> None:
    found = desk.get(DELIVERIES, {"q": term}).context["cl"].result_list

    assert [row.pk for row in found] == [business.stop.pk]


def test_refused_requests_are_numbers_per_day(desk: Client, at: datetime) -> None:
    inbox.count_refused(door="twilio.inbound", cause="signature", at=at)

    assert "twilio.inbound" in desk.get("/admin/consent/doorcounter/").content.decode()


def test_an_e_mail_event_is_named_in_the_list_found_by_address_and_told_with_its_effect(
    desk: Client, doors: None, connected: None, iris: Contact
) -> None:
    mailgun("permanent_bounce")
    delivery = Delivery.objects.get()

    for address in (DELIVERIES, f"{DELIVERIES}?q=Iris.Moreau@example.com"):
        listed = desk.get(address).content.decode()
        assert "E-mail bounced" in listed
        assert "iris.moreau@example.com" in listed
    page = desk.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()
    assert "permanent bounce 550 5.1.1" in page
    assert "R07" in page
    assert "iris.moreau@example.com" in page


def test_a_batch_names_its_first_event_and_tells_all_of_them(desk: Client, doors: None, connected: None) -> None:
    events = [
        sample("sendgrid", "bounce")[0] | {"email": "ann@example.com"},
        sample("sendgrid", "spamreport")[0] | {"email": "ben@example.com"},
    ]
    knock_by_mail("sendgrid", events).send()

    assert "E-mail bounced and more" in desk.get(DELIVERIES).content.decode()
    page = desk.get(f"{DELIVERIES}{Delivery.objects.get().pk}/change/").content.decode()
    assert all(each in page for each in ("ann@example.com", "ben@example.com", "R07", "R09"))


def test_a_status_callback_is_told_with_what_it_did(desk: Client, connected: None, ada: Contact) -> None:
    knock(STATUS, callback("+15035550101", "30005"))

    page = desk.get(f"{DELIVERIES}{Delivery.objects.get().pk}/change/").content.decode()

    assert "R05" in page
    assert "It changed nothing." not in page
