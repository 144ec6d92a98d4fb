"""Raw bodies go when their time is up; what they did stays, and so does what still needs somebody."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from consent.models import Delivery, EmailEvent, InboundMessage, LedgerEntry, Suppression
from consent.selectors.address_flags import FLAGS
from consent.services import dnd, inbox, profile
from consent.services.retention import purge_raw
from consent.vocabulary import EventKind, Reason
from contacts.models import Contact
from contacts.values import Actor
from tests.consent.doors import STATUS, callback, knock
from tests.factories.staff_site import FORM, text

pytestmark = pytest.mark.django_db

SENDER = "+15035550101"


def failed(at: datetime, *, sid: str = "SM9") -> Delivery:
    return text(sid, "STOP", sender="nobody at all", at=at)


def conflicting(at: datetime) -> Delivery:
    accepted = inbox.accept(
        provider="twilio", door="twilio.inbound", event_id="SM1", body=b"another", content_type=FORM, at=at
    )
    return Delivery.objects.get(pk=accepted.delivery_id)


def test_a_settled_body_is_purged_and_its_effect_stays(ada: Contact, at: datetime) -> None:
    old = text("SM1", "STOP", sender=SENDER, at=at - timedelta(days=91))
    young = text("SM2", "hello", sender=SENDER, at=at - timedelta(days=89))
    before = (list(Suppression.objects.values()), list(LedgerEntry.objects.values()))

    assert purge_raw(at=at, chunk=1) == 1
    assert purge_raw(at=at + timedelta(minutes=1)) == 0

    old.refresh_from_db()
    young.refresh_from_db()
    assert (bytes(old.body), old.purged_at) == (b"", at)
    assert bytes(young.body) != b""
    assert InboundMessage.objects.get(delivery=old).body == "STOP"
    assert (list(Suppression.objects.values()), list(LedgerEntry.objects.values())) == before


def test_what_still_needs_somebody_is_never_purged(at: datetime) -> None:
    long_ago = at - timedelta(days=4000)
    text("SM1", "hello", sender=SENDER, at=long_ago)
    kept = [failed(long_ago), conflicting(long_ago)]
    Delivery.objects.filter(pk=text("SM3", "hello", sender=SENDER, at=long_ago).pk).update(status="pending")

    assert purge_raw(at=at) == 1

    assert all(bytes(Delivery.objects.get(pk=row.pk).body) for row in kept)
    assert Delivery.objects.get(status="pending").purged_at is None
    with pytest.raises(DatabaseError, match="delivery_purged_once_settled"), transaction.atomic():
        Delivery.objects.filter(pk=kept[0].pk).update(body=b"", purged_at=at)


def test_a_repeat_of_a_purged_delivery_is_still_known_for_one(ada: Contact, at: datetime) -> None:
    text("SM1", "STOP", sender=SENDER, at=at - timedelta(days=91))
    purge_raw(at=at)
    before = LedgerEntry.objects.count()

    again = text("SM1", "STOP", sender=SENDER, at=at)

    assert again.purged_at == at
    assert LedgerEntry.objects.count() == before


def test_how_long_is_the_profile_s_to_say(by: Actor, at: datetime) -> None:
    text("SM1", "hello", sender=SENDER, at=at - timedelta(days=8))
    profile.update_profile(delivery_retention_days=7, by=by, at=at)

    assert purge_raw(at=at) == 1


def test_a_job_purges_every_night() -> None:
    periodic = {(task.task.name, task.cron) for task in app.periodic_registry.periodic_tasks.values()}

    assert ("consent.jobs.purge_raw_deliveries", "41 2 * * *") in periodic


def test_the_screen_says_when_it_was_purged_or_will_be(client: Client, support: User, at: datetime) -> None:
    client.force_login(support)
    old = text("SM1", "hello", sender=SENDER, at=at - timedelta(days=91))
    young = text("SM2", "hello", sender=SENDER, at=at)
    purge_raw(at=at)

    def page(row: Delivery) -> str:
        return client.get(f"/admin/consent/delivery/{row.pk}/change/").content.decode()

    assert "Purged on 21 Nov 2026, 12:00" in page(old)
    assert "Kept until 19 Feb 2027, 12:00" in page(young)
    assert "Kept until it is settled" in page(failed(at))


def replay(*options: str) -> str:
    out = StringIO()
    call_command("replay_deliveries", *options, stdout=out)
    return out.getvalue()


def test_operators_read_again_what_failed(ada: Contact, at: datetime) -> None:
    good = text("SM5", "STOP", sender=SENDER, at=at)
    Suppression.objects.get(contact=ada, reason="opt_out")
    mended = Delivery.objects.create(
        provider="twilio",
        door="twilio.inbound",
        event_id="SM6",
        body_hash="6" * 64,
        body=bytes(good.body).replace(b"SM5", b"SM6"),
        content_type=FORM,
        received_at=at,
        status="failed",
        reason="The database was away.",
    )
    hopeless = failed(at)

    assert "2 would be read again. Nothing was." in replay("--dry-run")
    assert "The database was away." in replay("--dry-run", "--status", "failed")
    assert Delivery.objects.get(pk=mended.pk).status == "failed"
    assert "2 read again: 1 failed, 1 processed." in replay()
    assert "1 read again: 1 failed." in replay()
    assert Delivery.objects.get(pk=mended.pk).status == "processed"
    assert LedgerEntry.objects.filter(delivery_id=mended.pk).exists()
    assert Delivery.objects.get(pk=hopeless.pk).status == "failed"


def test_operators_narrow_it_down(at: datetime) -> None:
    failed(at)
    assert "0 read again." in replay("--provider", "mailgun")
    assert "0 read again." in replay("--since", "2026-11-22")
    assert "0 read again." in replay("--status", "pending")
    assert "1 read again" in replay("--since", "2026-11-21T11:00Z", "--provider", "twilio", "--status", "failed")
    with pytest.raises(CommandError, match="is no time"):
        replay("--since", "yesterday")


def test_a_waiting_delivery_offers_the_button_too(client: Client, support: User, at: datetime) -> None:
    client.force_login(support)
    fields = b"MessageSid=SM1&From=%2B15035550101&To=%2B15035559999&Body=hello"
    accepted = inbox.accept(
        provider="twilio", door="twilio.inbound", event_id="SM1", body=fields, content_type=FORM, at=at
    )
    row = Delivery.objects.get(pk=accepted.delivery_id)
    assert "/replay/" in client.get(f"/admin/consent/delivery/{row.pk}/change/").content.decode()

    page = client.post(f"/admin/consent/delivery/{row.pk}/replay/", follow=True)

    assert "Read again: processed." in page.content.decode()


def test_what_lies_with_us_is_told_apart_and_counted(client: Client, support: User, ada: Contact) -> None:
    now = timezone.now()
    delivery = text("SM1", "hello", sender=SENDER, at=now)
    address = InboundMessage.objects.get(delivery=delivery).address
    EmailEvent.objects.create(
        provider="mailgun",
        identity="1",
        delivery=delivery,
        position=0,
        address=address,
        kind=EventKind.EMAIL_FAILURE_OTHER,
        detail="permanent espblock 550",
        alert=True,
        occurred_at=now,
        recorded_at=now,
    )
    client.force_login(support)

    page = client.get("/admin/sender-alerts/?days=30").content.decode()
    cards = {card.title: card.count for card in client.get("/admin/").context["cards"]}

    assert "permanent espblock 550" in page
    assert "The receiver blocks our sending address" in page
    assert cards["Sender alerts"] == 1


def test_a_landline_is_flagged_beside_the_number(client: Client, agent: User, ada: Contact) -> None:
    knock(STATUS, callback(SENDER, "30006"))
    client.force_login(agent)

    for address in ("/admin/contacts/contact/", f"/admin/contacts/contact/{ada.pk}/change/"):
        assert FLAGS[Reason.LANDLINE].replace("'", "&#x27;") in client.get(address).content.decode()


def test_a_refused_message_is_marked_wherever_staff_read_it(
    client: Client, support: User, ada: Contact, by: Actor, at: datetime
) -> None:
    dnd.block(contact_id=ada.pk, on=True, by=by, at=at - timedelta(hours=1))
    row = text("SM1", "hello", sender=SENDER, at=at)
    client.force_login(support)

    for address in ("/admin/consent/delivery/", f"/admin/consent/delivery/{row.pk}/change/"):
        assert "Refused: blocked or inbound DND" in client.get(address).content.decode()
