"""Drift: the provider's lists against ours, what becomes of a difference, and removing an entry there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from config.contact_desk.fingerprint import fingerprint
from consent import jobs
from consent.models import Drift, DriftRun, LedgerEntry, Suppression
from consent.selectors.dnd import contact_dnd
from consent.selectors.drift import count_to_settle, mailgun_domains
from consent.services import dnd, drift, drift_compare, mailgun_api, profile
from consent.services.mailgun_api import MailgunAway
from consent.services.recording import record_event
from consent.values import Attestation, ConsentEvent
from consent.vocabulary import Channel, EventKind, Reason, Source
from contacts.models import Address, Contact
from contacts.values import Actor
from contacts.vocabulary import ActorKind
from tests.consent.doors import INBOUND, STATUS, callback, knock, sms
from tests.consent.mailgun_fake import KEY, Mailgun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

DOMAIN = "mail.example.com"
PROVIDER = Actor(ActorKind.PROVIDER, "mailgun", "Mailgun")
ATTESTED = Attestation(provider_entry_removed=True, address_validated=True)
NOW = {"Retry-After": "0"}


@pytest.fixture(scope="module")
def server() -> Iterator[Mailgun]:
    with Mailgun().serving() as mailgun:
        yield mailgun


@pytest.fixture
def mailgun(server: Mailgun, settings: Settings) -> Mailgun:
    server.lists = {(DOMAIN, listing): {} for listing in ("bounces", "unsubscribes", "complaints")}
    server.troubles, server.asked, server.page_size, server.next_elsewhere = [], [], 2, ""
    settings.MAILGUN_API_BASE, settings.MAILGUN_API_KEY = server.base, KEY
    settings.MAILGUN_DOMAINS = [DOMAIN]
    return server


def told(kind: EventKind, address: str, *, at: datetime) -> None:
    record_event(
        event=ConsentEvent(kind=kind, channels=(Channel.EMAIL,), occurred_at=at, source=Source.PROVIDER),
        address_id=Address.objects.get(value=address).pk,
        by=PROVIDER,
        at=at,
    )


def lift(contact: Contact, *, by: Actor, at: datetime):
    return dnd.lift(
        contact_id=contact.pk, channels=[Channel.EMAIL], reasons=[Reason.BOUNCE], attest=ATTESTED, by=by, at=at
    )


def differences() -> set[tuple[str, str, str]]:
    rows = Drift.objects.filter(settled_at=None).select_related("address")
    return {(row.sort, row.listing, row.address.value) for row in rows}


def test_each_difference_is_found_and_what_agrees_is_none(
    mailgun: Mailgun, ada: Contact, bo: Contact, carla: Contact, by: Actor, at: datetime
) -> None:
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))
    told(EventKind.EMAIL_COMPLAINT, "bo@example.com", at=at - timedelta(days=5))
    told(EventKind.EMAIL_BOUNCE, "carla@example.com", at=at - timedelta(days=5))
    lift(carla, by=by, at=at)
    mailgun.has(DOMAIN, "bounces", "Ada@Example.com", code="550")
    mailgun.has(DOMAIN, "bounces", "carla@example.com", code="550")
    mailgun.has(DOMAIN, "bounces", "dave@example.com", code="605", error="dave@example.com is dead")
    mailgun.has(DOMAIN, "unsubscribes", "ada@example.com", tags=["*"])
    mailgun.has(DOMAIN, "unsubscribes", "not an address", tags=["*"])

    run = drift_compare.compare_mailgun(at=at)

    assert differences() == {
        ("lifted_here", "bounces", "carla@example.com"),
        ("theirs_only", "bounces", "dave@example.com"),
        ("theirs_only", "unsubscribes", "ada@example.com"),
        ("ours_only", "complaints", "bo@example.com"),
    }
    assert (run.compared, run.differing, run.error) == (4, 4, "")
    assert count_to_settle() == 3
    assert Drift.objects.get(address__value="dave@example.com").detail == "605"
    assert not Suppression.objects.filter(address__value="dave@example.com").exists(), "comparing changes nobody"


def test_comparing_again_keeps_the_rows_and_ends_those_that_are_no_more(mailgun: Mailgun, at: datetime) -> None:
    for name in "abc":
        mailgun.has(DOMAIN, "bounces", f"{name}@example.com")
    drift_compare.compare_mailgun(at=at)
    before = set(Drift.objects.values_list("pk", flat=True))
    del mailgun.lists[DOMAIN, "bounces"]["b@example.com"]

    drift_compare.compare_mailgun(at=at + timedelta(days=1))

    assert set(Drift.objects.values_list("pk", flat=True)) == before
    assert Drift.objects.get(address__value="b@example.com").outcome == "gone"
    assert Drift.objects.filter(settled_at=None).count() == 2


def test_a_list_that_can_not_be_read_whole_ends_nothing(mailgun: Mailgun, ada: Contact, at: datetime) -> None:
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))
    mailgun.has(DOMAIN, "bounces", "ada@example.com")
    mailgun.has(DOMAIN, "bounces", "z@example.com")
    drift_compare.compare_mailgun(at=at)
    mailgun.troubles = [(503, NOW)] * mailgun_api.TRIES

    run = drift_compare.compare_mailgun(at=at + timedelta(days=1))

    assert "mail.example.com, bounces: Mailgun did not answer (503)" in run.error
    assert differences() == {("theirs_only", "bounces", "z@example.com")}


def test_a_busy_provider_is_asked_again_and_a_wrong_key_is_told(
    mailgun: Mailgun, at: datetime, settings: Settings
) -> None:
    mailgun.has(DOMAIN, "bounces", "a@example.com")
    mailgun.troubles = [(429, NOW), (500, NOW)]
    assert drift_compare.compare_mailgun(at=at).compared == 1

    settings.MAILGUN_API_KEY = "key-another"
    run = drift_compare.compare_mailgun(at=at + timedelta(days=1))

    assert "401: MAILGUN_API_KEY is not accepted for mail.example.com" in run.error
    assert KEY not in run.error
    assert differences() == {("theirs_only", "bounces", "a@example.com")}


def test_an_unknown_domain_and_a_next_page_elsewhere_are_told(
    mailgun: Mailgun, at: datetime, settings: Settings
) -> None:
    mailgun.has(DOMAIN, "bounces", "a@example.com")
    mailgun.next_elsewhere = "http://127.0.0.1:1"
    settings.MAILGUN_DOMAINS = [DOMAIN, "other.example.com", "../v4"]

    run = drift_compare.compare_mailgun(at=at)

    assert "Mailgun's next page is somewhere else" in run.error
    assert "knows no sending domain other.example.com" in run.error
    assert not any("v4" in path for _, path in mailgun.asked)


def test_domains_come_from_the_channel_where_the_environment_names_none(
    settings: Settings, by: Actor, at: datetime
) -> None:
    settings.MAILGUN_DOMAINS = []
    profile.connect_channel(
        channel=Channel.EMAIL, provider="Mailgun", account="mail.example.com, EU.example.com", by=by, at=at
    )

    assert mailgun_domains() == ("mail.example.com", "eu.example.com")


@pytest.mark.parametrize(
    ("listing", "reason", "kind"),
    [
        ("bounces", Reason.BOUNCE, "temporary"),
        ("unsubscribes", Reason.UNSUBSCRIBE, "temporary"),
        ("complaints", Reason.SPAM_COMPLAINT, "permanent"),
    ],
)
def test_taking_over_is_the_providers_event_under_the_same_rules(
    mailgun: Mailgun, ada: Contact, by: Actor, at: datetime, listing: str, reason: Reason, kind: str
) -> None:
    mailgun.has(DOMAIN, listing, "ada@example.com")
    drift_compare.compare_mailgun(at=at)
    row = Drift.objects.get()

    drift.take_over(drift_id=row.pk, by=by, at=at)

    standing = Suppression.objects.get(address__value="ada@example.com")
    assert (standing.reason, standing.kind, standing.source) == (reason, kind, "provider")
    assert standing.since == row.since
    assert LedgerEntry.objects.filter(effect="set").latest("id").actor == by.ref
    row.refresh_from_db()
    assert (row.outcome, row.settled_by) == ("taken_over", by.ref)
    with pytest.raises(drift.UnableToSettle, match="settled meanwhile"):
        drift.take_over(drift_id=row.pk, by=by, at=at)
    drift_compare.compare_mailgun(at=at + timedelta(days=1))
    assert differences() == set()


def test_lifting_a_bounce_has_it_removed_there_too(mailgun: Mailgun, ada: Contact, by: Actor, at: datetime) -> None:
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))
    mailgun.has(DOMAIN, "bounces", "ada@example.com")

    (noted,) = drift.follow_lift(recorded=lift(ada, by=by, at=at), by=by, at=at)
    assert ProcrastinateJob.objects.get(task_name="remove_at_provider").args == {"drift_id": noted}
    jobs.remove_at_provider(drift_id=noted)
    jobs.remove_at_provider(drift_id=noted)

    row = Drift.objects.get()
    assert (row.outcome, row.removal, row.removal_told) == ("removed", "", "Removed (200).")
    assert mailgun.lists[DOMAIN, "bounces"] == {}
    assert [method for method, _ in mailgun.asked] == ["DELETE"]


def test_what_was_not_there_any_more_is_done(mailgun: Mailgun, ada: Contact, by: Actor, at: datetime) -> None:
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))
    (noted,) = drift.follow_lift(recorded=lift(ada, by=by, at=at), by=by, at=at)

    drift.remove_there(drift_id=noted, at=at)

    row = Drift.objects.get()
    assert (row.outcome, row.removal_told) == ("removed", "It was not there any more (404).")


def test_a_removal_that_fails_is_told_and_tried_again(mailgun: Mailgun, ada: Contact, by: Actor, at: datetime) -> None:
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))
    mailgun.has(DOMAIN, "bounces", "ada@example.com")
    (noted,) = drift.follow_lift(recorded=lift(ada, by=by, at=at), by=by, at=at)
    mailgun.troubles = [(503, NOW)] * mailgun_api.TRIES

    with pytest.raises(MailgunAway):
        drift.remove_there(drift_id=noted, at=at)
    row = Drift.objects.get()
    assert (row.removal, row.removal_told, row.settled_at) == ("failed", "Mailgun did not answer (503).", None)
    drift.remove_there(drift_id=noted, at=at)
    assert Drift.objects.get().outcome == "removed"


def test_what_was_silenced_again_meanwhile_stays_there_too(
    mailgun: Mailgun, ada: Contact, by: Actor, at: datetime
) -> None:
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))
    mailgun.has(DOMAIN, "bounces", "ada@example.com")
    (noted,) = drift.follow_lift(recorded=lift(ada, by=by, at=at), by=by, at=at)
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at + timedelta(hours=1))

    drift.remove_there(drift_id=noted, at=at + timedelta(hours=2))

    assert Drift.objects.get().outcome == "stands_again"
    assert mailgun.lists[DOMAIN, "bounces"], "Mailgun was not asked to free who is silenced here"


def test_without_a_key_nothing_is_promised(ada: Contact, by: Actor, at: datetime, settings: Settings) -> None:
    settings.MAILGUN_API_KEY = ""
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))

    assert drift.follow_lift(recorded=lift(ada, by=by, at=at), by=by, at=at) == []
    assert "can't be asked" in drift_compare.compare_mailgun(at=at).error


def test_twilio_refusals_that_set_nothing_are_found_and_taken_over(ada: Contact, by: Actor, at: datetime) -> None:
    """A code for a message older than a START is superseded; where Twilio still refuses, staff can see so."""
    sender = "+15035550101"
    knock(INBOUND, sms(sender, "STOP"))
    knock(STATUS, callback(sender, "", status="sent", MessageSid="SM" + "7" * 32))
    knock(INBOUND, sms(sender, "START"))
    knock(STATUS, callback(sender, "21610", status="failed", MessageSid="SM" + "7" * 32))
    assert LedgerEntry.objects.filter(detail="21610", effect="superseded").exists()
    later = LedgerEntry.objects.latest("id").recorded_at

    drift_compare.compare_twilio(at=later)

    row = Drift.objects.get()
    assert (row.sort, row.listing, row.domain) == ("theirs_only", "refusals", "sms")
    assert drift.take_over(drift_id=row.pk, by=by, at=later).changed
    assert Suppression.objects.filter(contact=ada, reason="provider_opt_out", lifted_at=None).exists()
    with pytest.raises(drift.UnableToSettle):
        drift.ask_removal(drift_id=row.pk, by=by, at=later)


def test_staff_settle_differences_in_the_browser(
    client: Client, support: User, mailgun: Mailgun, ada: Contact, bo: Contact, by: Actor, at: datetime
) -> None:
    mailgun.has(DOMAIN, "complaints", "ada@example.com")
    told(EventKind.EMAIL_BOUNCE, "bo@example.com", at=at - timedelta(days=5))
    lift(bo, by=by, at=at)
    mailgun.has(DOMAIN, "bounces", "bo@example.com")
    client.force_login(support)
    client.post("/admin/consent/drift/compare/")
    jobs.compare_now()
    theirs, lifted = (Drift.objects.get(sort=sort) for sort in ("theirs_only", "lifted_here"))

    listed = client.get("/admin/consent/drift/?state=to_do").content.decode()
    assert "ada@example.com" in listed
    assert "2 compared" in listed
    assert {card.title: card.count for card in client.get("/admin/").context["cards"]}["Drift"] == 2
    assert "Take over" in client.get(f"/admin/consent/drift/{theirs.pk}/change/").content.decode()
    page = client.post(f"/admin/consent/drift/{theirs.pk}/take-over/", follow=True).content.decode()
    assert "Taken over: the address is silenced here too." in page
    assert (
        "settled meanwhile" in client.post(f"/admin/consent/drift/{theirs.pk}/take-over/", follow=True).content.decode()
    )
    page = client.post(f"/admin/consent/drift/{lifted.pk}/remove-there/", follow=True).content.decode()
    assert "The worker removes it there." in page
    jobs.remove_at_provider(drift_id=lifted.pk)
    assert "Removed (200)." in client.get(f"/admin/consent/drift/{lifted.pk}/change/").content.decode()
    assert client.get(f"/admin/consent/drift/{lifted.pk}/remove-there/").status_code == 405
    assert DriftRun.objects.count() == 2


def test_an_agent_who_lifts_a_bounce_reads_that_mailgun_is_asked_too(
    client: Client, agent: User, mailgun: Mailgun, ada: Contact, at: datetime
) -> None:
    told(EventKind.EMAIL_BOUNCE, "ada@example.com", at=at - timedelta(days=5))
    client.force_login(agent)
    answer = client.post(
        f"/admin/contacts/contact/{ada.pk}/dnd/clear/",
        {
            "seen": fingerprint(contact_dnd(ada.pk)),
            "suppression": Suppression.objects.get(reason="bounce").pk,
            "note": "called",
            "provider_entry_removed": "on",
            "address_validated": "on",
        },
        follow=True,
    )

    assert "Mailgun is asked to take the address off its list of bounces, too" in answer.content.decode()
    assert Drift.objects.get().removal == "queued"
