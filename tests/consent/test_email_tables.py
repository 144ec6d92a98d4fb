"""Every provider's table, over payloads built from what the provider documents."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postal import PostalTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from anymail.webhooks.unisender_go import UnisenderGoTrackingWebhookView

from consent.providers.email import READERS, EmailFact, Unreadable, mailgun
from contacts.normalize import InvalidAddress, normalize_email
from tests.consent.door_suite import fuzz
from tests.consent.email_knocks import ESPS, FORM, JSON, Knock, body_of, sample, samples
from tests.consent.email_tables import HARD, NO_EVENT, NOTHING, TABLES

HAPPENED_AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
IRIS = "iris.moreau@example.com"


def facts(esp: str, name: str) -> list[EmailFact]:
    return READERS[esp](body_of(esp, sample(esp, name)))


def said(fact: EmailFact) -> str:
    return f"{fact.meaning.kind or NOTHING}{', staff look' if fact.meaning.alert else ''}"


def test_every_sample_has_its_row() -> None:
    assert {esp: set(table) for esp, table in TABLES.items()} == {esp: set(samples(esp)) for esp in ESPS}


@pytest.mark.parametrize(("esp", "name"), [(esp, name) for esp, table in TABLES.items() for name in table])
def test_what_a_provider_says_means_what_the_table_says(esp: str, name: str) -> None:
    found = facts(esp, name)

    assert ({said(fact) for fact in found} or {NO_EVENT}) == {TABLES[esp][name]}
    assert all(fact.meaning.why for fact in found)


NAMES_NOBODY = {("mailgun", "rejected"), ("mailersend", "sender_identity"), ("postal", "domain_error")}
NAMES_SEVERAL = {("resend", "complained_one_of_two")}
TELLS_NO_TIME = {("brevo", "marketing_unsubscribe"), ("brevo", "marketing_hard_bounce")}


@pytest.mark.parametrize(("esp", "name"), [(esp, name) for esp, table in TABLES.items() for name in table])
def test_it_is_about_one_address_at_one_time(esp: str, name: str) -> None:
    found = facts(esp, name)

    if (esp, name) in NAMES_NOBODY | NAMES_SEVERAL:
        assert [fact.recipient for fact in found] == [""]
        return
    people = {normalize_email(fact.recipient, strict=False).value for fact in found}
    assert people == ({IRIS, "noah.berg@example.com"} if name == "bounce_of_two" else {IRIS} if found else set())
    for fact in found:
        if (esp, name) in TELLS_NO_TIME:
            assert fact.occurred_at is None
        elif fact.meaning.kind is not None:
            assert fact.occurred_at is not None
            assert abs((fact.occurred_at - HAPPENED_AT).total_seconds()) <= 1
        assert len(fact.detail) <= 80
        assert "@" not in fact.detail


def test_every_event_is_told_apart_from_every_other_and_known_again() -> None:
    told = [fact.identity for esp in ESPS for name in samples(esp) for fact in facts(esp, name)]

    assert len(set(told)) == len(told)
    assert told == [fact.identity for esp in ESPS for name in samples(esp) for fact in facts(esp, name)]


@pytest.mark.parametrize("esp", sorted(set(ESPS) - {"mandrill"}))
def test_an_event_is_the_same_whatever_the_order_of_its_names(esp: str) -> None:
    for name, payload in samples(esp).items():
        body = json.loads(body_of(esp, payload))
        backwards = json.dumps(_backwards(body), indent=1).encode()
        if esp == "amazon_ses":
            backwards = json.dumps({**body, "Message": json.dumps(_backwards(json.loads(body["Message"])))}).encode()

        assert [fact.identity for fact in READERS[esp](backwards)] == [fact.identity for fact in facts(esp, name)]


def _backwards(value: object) -> object:
    if isinstance(value, dict):
        return {name: _backwards(value[name]) for name in reversed(value)}
    return [_backwards(each) for each in value] if isinstance(value, list) else value


# An oracle: where a library reads the same payload, it finds the same person at the same time.

ANYMAIL = {
    "amazon_ses": AmazonSESTrackingWebhookView,
    "brevo": BrevoTrackingWebhookView,
    "mailersend": MailerSendTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "mailtrap": MailtrapTrackingWebhookView,
    "mandrill": MandrillCombinedWebhookView,
    "postal": PostalTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "resend": ResendTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
    "unisender_go": UnisenderGoTrackingWebhookView,
}
READ_OTHERWISE = {
    ("resend", "contact_unsubscribed"),  # contacts are no messages to anymail
    ("resend", "contact_subscribed"),
    ("resend", "complained_one_of_two"),  # anymail takes the first of several
    ("amazon_ses", "left_everything"),
    ("amazon_ses", "left_topic"),
    ("amazon_ses", "joined_topic"),
    ("brevo", "marketing_unsubscribe"),
    ("brevo", "marketing_hard_bounce"),
    ("mailersend", "sender_identity"),
    ("mailgun", "rejected"),  # anymail takes the header's To
    ("mailgun", "complained_test_mode"),
    ("postal", "incoming_failed"),
    ("postmark", "open"),  # the time of an open is of no interest to us
}


@pytest.mark.parametrize("esp", ESPS)
def test_anymail_finds_the_same_people_at_the_same_time(esp: str) -> None:
    view = ANYMAIL[esp].__new__(ANYMAIL[esp])  # without the secrets that it would ask for
    for name, payload in samples(esp).items():
        if (esp, name) in READ_OTHERWISE:
            continue
        request = Knock("/", body_of(esp, payload), FORM if esp == "mandrill" else JSON).request()

        theirs = [(event.recipient, event.timestamp) for event in view.parse_events(request) if event.recipient]
        ours = [(fact.recipient, fact.occurred_at) for fact in facts(esp, name) if fact.recipient]

        assert [(normalize_email(who).value, _time(at, esp)) for who, at in ours] == [
            (normalize_email(who).value, _time(at, esp)) for who, at in theirs
        ], name


def _time(at: datetime | None, esp: str) -> int | None:
    # Anymail takes the time of SNS's envelope, a second later, and not that of the event inside.
    return None if at is None else 0 if esp == "amazon_ses" else int(at.timestamp())


# Reading never breaks.


@pytest.mark.parametrize("esp", ESPS)
def test_ten_thousand_odd_bodies_are_read_or_called_unreadable(esp: str) -> None:
    chance = random.Random(esp)
    bodies = [body_of(esp, payload) for payload in samples(esp).values()]
    for _ in range(10_000 // len(ESPS) + 1):
        odd = fuzz(chance.choice(bodies), chance)
        try:
            found = READERS[esp](odd)
        except Unreadable:
            continue
        for fact in found:
            assert isinstance(fact.recipient, str)
            assert fact.occurred_at is None or fact.occurred_at.tzinfo is not None
            try:
                normalize_email(fact.recipient, strict=False)
            except InvalidAddress:
                continue


# Mailgun's own


def test_the_letter_of_the_source_can_be_had_for_generic_failures() -> None:
    body = body_of("mailgun", sample("mailgun", "permanent_generic_policy"))

    assert [said(fact) for fact in mailgun.facts(body, strict_generic=True)] == [HARD]


def test_the_recipient_is_never_taken_from_the_headers() -> None:
    nobody = {name: value for name, value in sample("mailgun", "complained").items() if name != "recipient"}

    assert [fact.recipient for fact in mailgun.facts(body_of("mailgun", nobody))] == [""]


def test_a_list_is_named_by_our_variable_first() -> None:
    event = sample("mailgun", "unsubscribed_mailing_list") | {"user-variables": {"consent_list": "offers"}}

    assert mailgun.facts(body_of("mailgun", event))[0].list_names == (
        "offers",
        "news.mg.acme-dental.example",
        "news@mg.acme-dental.example",
        "news",
    )


def test_tags_name_no_list() -> None:
    assert mailgun.facts(body_of("mailgun", sample("mailgun", "unsubscribed")))[0].list_names == ()


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (1795170600.25, datetime(2026, 11, 20, 10, 30, 0, 250_000, tzinfo=UTC)),
        ("1795170600", HAPPENED_AT),
        (1795170600000, HAPPENED_AT),
        ("2026-11-20T10:30:00Z", HAPPENED_AT),
        ("2026-11-20T12:30:00+02:00", HAPPENED_AT),
        ("2026-11-20 10:30:00", HAPPENED_AT),
        (0, None),
        (-5, None),
        (True, None),
        ("yesterday", None),
        ("", None),
        (None, None),
        ([], None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        ("9" * 400, None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
    ],
)
def test_a_time_that_can_not_be_true_is_none(told: object, read: datetime | None) -> None:
    event = sample("mailgun", "complained") | {"timestamp": told}

    assert mailgun.facts(body_of("mailgun", event))[0].occurred_at == read
