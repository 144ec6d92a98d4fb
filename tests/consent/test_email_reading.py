"""From an e-mail provider's request to the gate's refusal."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.models import Delivery, EmailEvent, LedgerEntry, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.selectors.email import count_sender_alerts, sender_alerts
from consent.services import dnd, inbox
from consent.values import Attestation, GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact
from contacts.values import Actor
from tests.consent.email_asking import IRIS, ledger, mailgun, refusals
from tests.consent.email_knocks import COMPLAINTS, ESPS, knock, sample, samples
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected", "doors")]

# The rules, each from the raw payload to the gate


def test_a_hard_bounce_silences_mail_until_staff_vouch_for_the_address(iris: Contact, by: Actor) -> None:
    mailgun("permanent_bounce")

    assert refusals(iris) == refusals(iris, Purpose.TRANSACTIONAL) == {"bounce"}
    assert ledger() == [("email_bounce", "set", "R07")]
    row = Suppression.objects.get()
    assert (row.kind, row.detail) == ("temporary", "permanent bounce 550 5.1.1")
    assert row.since == datetime(2026, 11, 20, 10, 30, 0, 250_000, tzinfo=UTC)

    vouched = Attestation(provider_entry_removed=True, address_validated=True)
    dnd.lift(contact_id=iris.pk, channels=[Channel.EMAIL], by=by, at=timezone.now(), attest=vouched)
    assert refusals(iris) == set()


def test_a_bounce_is_about_the_mailbox_and_so_for_everyone_who_gets_it(iris: Contact) -> None:
    mailgun("permanent_bounce")
    twin = make_contact("Twin", email=IRIS)

    assert refusals(twin) == {"bounce"}
    assert Suppression.objects.get().contact_id is None


def test_an_unsubscribe_ends_marketing_and_leaves_receipts(iris: Contact) -> None:
    mailgun("unsubscribed")

    assert refusals(iris) == {"unsubscribe"}
    assert refusals(iris, Purpose.TRANSACTIONAL) == set()
    assert ledger() == [("email_unsubscribe", "set", "R08")]


def test_a_complaint_is_for_good(iris: Contact, by: Actor) -> None:
    mailgun("complained")

    tried = dnd.lift(contact_id=iris.pk, channels=[Channel.EMAIL], by=by, at=timezone.now())

    assert [refusal.code for refusal in tried.refusals] == ["permanent_dnd"]
    assert refusals(iris, Purpose.TRANSACTIONAL) == {"spam_complaint"}
    assert ledger() == [("email_complaint", "set", "R09"), ("staff_lift", "refused", "L06")]


@pytest.mark.parametrize("name", ["temporary_generic", "permanent_old", "permanent_greylisted", "permanent_espblock"])
def test_what_passes_or_is_about_us_is_recorded_and_silences_nobody(iris: Contact, name: str) -> None:
    mailgun(name)

    assert refusals(iris) == set()
    assert [(effect, rule) for _, effect, rule in ledger()] == [("nothing", "R11")]


def test_a_delivery_is_recorded_and_frees_nobody(iris: Contact) -> None:
    mailgun("permanent_bounce")
    mailgun("delivered")

    assert refusals(iris) == {"bounce"}
    assert ledger()[1][:2] == ("email_delivered", "nothing")


def test_an_open_leaves_no_trace_but_its_delivery(iris: Contact) -> None:
    mailgun("opened")

    assert ledger() == []
    assert Delivery.objects.values_list("status", "reason").get() == ("ignored", "Opened")


def test_a_test_mode_event_is_nobodys(iris: Contact) -> None:
    mailgun("complained_test_mode")

    assert refusals(iris) == set()
    assert Delivery.objects.get().status == "ignored"


def test_mail_alone_is_silenced(iris: Contact) -> None:
    mailgun("complained")

    for channel in (Channel.SMS, Channel.CALL, Channel.WHATSAPP):
        assert decide(GateRequest(channel, Purpose.MARKETING), Subject(contact_id=iris.pk)).decision.allowed


def test_an_address_that_nobody_holds_yet_is_silenced_for_its_first_holder() -> None:
    mailgun("complained")

    assert refusals(make_contact("Late", email=IRIS)) == {"spam_complaint"}


@pytest.mark.parametrize("esp", ESPS)
def test_every_provider_reaches_the_gate(esp: str, iris: Contact) -> None:
    expected = {"bounce"} if esp == "postal" else {"spam_complaint"}

    assert knock(esp, sample(esp, COMPLAINTS[esp])).send().status_code == 200

    assert refusals(iris) == expected
    entry = LedgerEntry.objects.get()
    assert (entry.source, entry.actor) == ("provider", f"provider:{esp}")
    assert entry.delivery_id == Delivery.objects.get().pk


@pytest.mark.parametrize("esp", ESPS)
def test_every_payload_of_every_provider_is_settled(esp: str, iris: Contact) -> None:
    unreadable = {"complained_one_of_two"}
    for name, payload in samples(esp).items():
        assert knock(esp, payload).send().status_code == 200, name

    left = Delivery.objects.exclude(status__in=["processed", "ignored"])
    assert [row.reason for row in left if not unreadable & set(samples(esp))] == []
    assert left.count() == len(unreadable & set(samples(esp)))


# Times


def test_a_provider_that_tells_no_time_is_taken_at_ours(iris: Contact) -> None:
    mailgun("permanent_bounce", timestamp=None)

    assert LedgerEntry.objects.get().occurred_at == Delivery.objects.get().received_at


@pytest.mark.parametrize("ahead", [timedelta(minutes=2), timedelta(days=4000)])
def test_a_time_in_the_future_is_taken_as_now(iris: Contact, ahead: timedelta) -> None:
    mailgun("permanent_bounce", timestamp=(timezone.now() + ahead).timestamp())

    assert LedgerEntry.objects.get().occurred_at == Delivery.objects.get().received_at


# Batches


def batch(*events: dict[str, Any]) -> None:
    assert knock("sendgrid", list(events)).send().status_code == 200


def sendgrid(name: str, email: str = IRIS, **changes: Any) -> dict[str, Any]:
    return sample("sendgrid", name)[0] | {"email": email} | changes


def test_a_batch_is_stored_once_and_read_event_by_event(iris: Contact, ada: Contact) -> None:
    batch(sendgrid("bounce"), sendgrid("open"), sendgrid("spamreport", "ada@example.com"), sendgrid("unsubscribe"))

    assert Delivery.objects.count() == 1
    assert refusals(iris) == {"bounce", "unsubscribe"}
    assert refusals(ada) == {"spam_complaint"}
    assert list(EmailEvent.objects.order_by("position").values_list("position", flat=True)) == [0, 2, 3]


def test_a_batch_cut_otherwise_counts_each_event_once(iris: Contact) -> None:
    first, second, third = sendgrid("deferred"), sendgrid("deferred", timestamp=1795170601), sendgrid("bounce")
    batch(first, second)
    batch(second, third)
    batch(third, first, first)

    assert Delivery.objects.count() == 3
    assert [kind for kind, *_ in ledger()] == ["email_soft_bounce", "email_soft_bounce", "email_bounce"]
    assert Delivery.objects.order_by("-id").values_list("status", "reason").first() == (
        "ignored",
        "Every event of it was told before.",
    )


def test_an_event_without_an_address_keeps_no_other_from_its_effect(iris: Contact) -> None:
    batch(sendgrid("spamreport", ""), sendgrid("bounce"), sendgrid("bounce", "no address"))

    delivery = Delivery.objects.get()
    assert refusals(iris) == {"bounce"}
    assert delivery.status == "processed"
    assert "Event 1 of 3 (spamreport)" in delivery.reason
    assert "Event 3 of 3" in delivery.reason


def test_what_names_nobody_at_all_waits_for_staff() -> None:
    batch(sendgrid("spamreport", ""))

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.next_attempt_at) == ("failed", None)
    assert "names no address" in delivery.reason


def test_which_of_two_recipients_complained_is_for_staff_to_find_out() -> None:
    knock("resend", sample("resend", "complained_one_of_two")).send()

    assert Delivery.objects.get().status == "failed"
    assert not Suppression.objects.exists()


def test_an_unknown_event_is_kept_for_staff_to_see(iris: Contact) -> None:
    batch(sendgrid("open", event="teleported"))

    assert Delivery.objects.values_list("status", "reason").get() == (
        "ignored",
        "Event “teleported” is unknown here",
    )


def test_authentic_nonsense_is_kept_for_staff_to_see() -> None:
    assert knock("postmark", body=b"not json").send().status_code == 200

    assert Delivery.objects.values_list("status", "reason").get() == ("failed", "The body is not JSON.")
    assert bytes(Delivery.objects.get().body) == b"not json"


def test_a_large_batch_takes_one_look_at_each_address() -> None:
    people = [f"person{number}@example.com" for number in range(40)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        batch(*(sendgrid("bounce", who) for who in people))

    assert Suppression.objects.count() == 40
    assert len(queries) < 40 * 14


# Odd addresses


@pytest.mark.parametrize(
    "written",
    [
        "IRIS.MOREAU@EXAMPLE.COM",
        " iris.moreau@example.com ",
        "Iris Moreau <iris.moreau@example.com>",
        "iris.moreau@example.com\u200b",
        "mailto:iris.moreau@example.com",
    ],
)
def test_an_address_in_any_spelling_is_the_same_person(iris: Contact, written: str) -> None:
    mailgun("complained", recipient=written)

    assert refusals(iris) == {"spam_complaint"}


@pytest.mark.parametrize(
    "written", ['quoted"odd name"@example.com', "nul\x00byte@example.com", "jörg@exämple.de", "\ud800@example.com"]
)
def test_an_address_that_nobody_could_type_is_silenced_all_the_same(written: str) -> None:
    mailgun("complained", recipient=written)

    assert Suppression.objects.count() == 1
    assert Delivery.objects.get().status == "processed"


# Any order, any number of times


def everything_told(order: Sequence[dict[str, Any]]) -> set[tuple[str, ...]]:
    for event in order:
        assert knock("mailgun", event).send().status_code == 200
    standing = Suppression.objects.filter(lifted_at=None)
    return set(standing.values_list("reason", "kind", "covers", "address__value"))


@pytest.mark.parametrize("seed", range(12))
def test_events_in_any_order_and_number_end_in_the_same_state(iris: Contact, seed: int) -> None:
    names = ("permanent_bounce", "unsubscribed", "complained", "permanent_espblock", "permanent_suppress_bounce")
    history = [sample("mailgun", name) | {"timestamp": 1795170600 + at} for at, name in enumerate(names)]
    history += [
        sample("mailgun", "temporary_generic") | {"timestamp": 1790000000 + day * 86_400} for day in (0, 3, 6, 9, 12)
    ]
    chance = random.Random(seed)
    told = history + chance.choices(history, k=6)
    chance.shuffle(told)

    assert everything_told(told) == {
        ("bounce", "temporary", "everything", IRIS),
        ("unsubscribe", "temporary", "non_transactional", IRIS),
        ("spam_complaint", "permanent", "everything", IRIS),
    }
    assert EmailEvent.objects.count() == len(history)
    assert LedgerEntry.objects.exclude(kind="email_bounces_persist").count() == len(history)


# A worker goes on where the request could not


def test_a_delivery_whose_reading_failed_is_read_later_with_all_of_its_events(iris: Contact, ada: Contact) -> None:
    with interrupted_after(1):
        batch(sendgrid("bounce"), sendgrid("spamreport", "ada@example.com"))
    assert (refusals(iris), refusals(ada)) == (set(), set())
    assert EmailEvent.objects.count() == LedgerEntry.objects.count() == 0

    inbox.process_due(at=timezone.now() + timedelta(minutes=2))

    assert (refusals(iris), refusals(ada)) == ({"bounce"}, {"spam_complaint"})
    assert LedgerEntry.objects.count() == 2


class interrupted_after:
    """Break the reading after so many ledger entries were written."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._wrapper = connection.execute_wrapper(self._watch)

    def __enter__(self) -> None:
        self._wrapper.__enter__()

    def __exit__(self, *error: object) -> None:
        self._wrapper.__exit__(*error)

    def _watch(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "INSERT INTO consent_ledgerentry" in sql.replace('"', ""):
            self._left -= 1
            if self._left < 0:
                raise ConnectionError("pulled the plug")
        return execute(sql, *rest)


# What staff should see to


def test_trouble_of_ours_is_counted_for_staff() -> None:
    mailgun("permanent_espblock")
    mailgun("permanent_espblock", recipient="two@example.com")
    mailgun("permanent_blacklisted")
    mailgun("permanent_bounce")
    since = timezone.now() - timedelta(days=1)

    assert [(alert.provider, alert.detail, alert.count) for alert in sender_alerts(since=since)] == [
        ("mailgun", "permanent espblock 550", 2),
        ("mailgun", "permanent blacklisted 550", 1),
    ]
    assert count_sender_alerts(since=since) == 3
    assert count_sender_alerts(since=timezone.now()) == 0


# The record itself


@pytest.mark.parametrize(
    "statement", ["UPDATE consent_emailevent SET kind = 'email_delivered'", "DELETE FROM consent_emailevent"]
)
def test_what_was_told_can_not_be_changed(iris: Contact, statement: str) -> None:
    mailgun("complained")

    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)

    assert EmailEvent.objects.get().kind == "email_complaint"
