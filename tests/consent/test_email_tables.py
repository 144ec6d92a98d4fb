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

HAPPENED_AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
IRIS = "iris.moreau@example.com"

HARD = "email_bounce"
SOFT = "email_soft_bounce"
LEFT = "email_unsubscribe"
SPAM = "email_complaint"
ARRIVED = "email_delivered"
PASSING = "email_failure_other"
OURS = "email_failure_other, staff look"
NOTHING = "nothing"
UNKNOWN = "nothing, staff look"
NO_EVENT = "no event"

TABLES: dict[str, dict[str, str]] = {
    "amazon_ses": {
        "bounce_permanent_general": HARD,
        "bounce_permanent_noemail": HARD,
        "bounce_permanent_suppressed": HARD,
        "bounce_permanent_onaccountsuppressionlist": HARD,
        "bounce_permanent_unsubscribedrecipient": LEFT,
        "bounce_transient_general": SOFT,
        "bounce_transient_mailboxfull": SOFT,
        "bounce_transient_messagetoolarge": PASSING,
        "bounce_transient_contentrejected": OURS,
        "bounce_transient_attachmentrejected": OURS,
        "bounce_undetermined_undetermined": PASSING,
        "bounce_novel_novel": PASSING,
        "bounce_published": HARD,
        "bounce_of_two": HARD,
        "complaint_abuse": SPAM,
        "complaint_untyped": SPAM,
        "complaint_fraud": SPAM,
        "complaint_suppressed": SPAM,
        "complaint_not_spam": NOTHING,
        "complaint_auth_failure": OURS,
        "delivery": ARRIVED,
        "delay_full": SOFT,
        "delay_ip": OURS,
        "reject": OURS,
        "rendering_failure": OURS,
        "send": NOTHING,
        "open": NOTHING,
        "left_everything": LEFT,
        "left_topic": LEFT,
        "joined_topic": NOTHING,
    },
    "brevo": {
        "hard_bounce": HARD,
        "invalid_email": HARD,
        "blocked": HARD,
        "marketing_hard_bounce": HARD,
        "soft_bounce": SOFT,
        "deferred": SOFT,
        "spam": SPAM,
        "complaint": SPAM,
        "unsubscribed": LEFT,
        "marketing_unsubscribe": LEFT,
        "delivered": ARRIVED,
        "error": OURS,
        "request": NOTHING,
        "click": NOTHING,
        "future_event": UNKNOWN,
    },
    "mailersend": {
        "hard_bounced": HARD,
        "soft_bounced": SOFT,
        "deferred": SOFT,
        "spam_complaint": SPAM,
        "unsubscribed": LEFT,
        "delivered": ARRIVED,
        "sent": NOTHING,
        "opened": NOTHING,
        "clicked_unique": NOTHING,
        "sender_identity": NOTHING,
        "future_activity": UNKNOWN,
    },
    "mailgun": {
        "permanent_bounce": HARD,
        "permanent_bounce_policy": HARD,
        "permanent_hardfail": HARD,
        "permanent_generic": HARD,
        "permanent_generic_no_mx": HARD,
        "permanent_generic_null_status": HARD,
        "permanent_generic_delayed": HARD,
        "permanent_suppress_bounce": HARD,
        "permanent_future_605": HARD,
        "permanent_generic_policy": OURS,
        "permanent_generic_policy_in_text": OURS,
        "permanent_hardfail_607": SPAM,
        "permanent_bounce_607": SPAM,
        "permanent_suppress_complaint": SPAM,
        "complained": SPAM,
        "permanent_hardfail_606": LEFT,
        "permanent_suppress_unsubscribe": LEFT,
        "unsubscribed": LEFT,
        "unsubscribed_mailing_list": LEFT,
        "unsubscribed_our_list": LEFT,
        "unsubscribed_broken_variables": LEFT,
        "permanent_old": SOFT,
        "temporary_generic": SOFT,
        "temporary_bounce": SOFT,
        "permanent_greylisted": PASSING,
        "temporary_greylisted": PASSING,
        "permanent_espblock": OURS,
        "permanent_blacklisted": OURS,
        "temporary_espblock": OURS,
        "permanent_unknown": OURS,
        "permanent_future": OURS,
        "internal_generic": OURS,
        "no_severity": OURS,
        "delivered": ARRIVED,
        "opened": NOTHING,
        "clicked": NOTHING,
        "accepted": NOTHING,
        "rejected": UNKNOWN,
        "future_event": UNKNOWN,
        "complained_test_mode": NO_EVENT,
    },
    "mailjet": {
        "bounce_hard": HARD,
        "bounce_full_for_good": HARD,
        "bounce_future_hard": HARD,
        "blocked_before": HARD,
        "blocked_typo": HARD,
        "bounce_full": SOFT,
        "bounce_greylisted": PASSING,
        "bounce_policy": OURS,
        "bounce_future_soft": OURS,
        "blocked_preblocked": OURS,
        "blocked_spam_reporter": SPAM,
        "spam": SPAM,
        "unsub": LEFT,
        "sent": ARRIVED,
        "open": NOTHING,
    },
    "mailtrap": {
        "bounce": HARD,
        "reject_bounced": HARD,
        "soft_bounce": SOFT,
        "spam": SPAM,
        "reject_complained": SPAM,
        "unsubscribe": LEFT,
        "reject_unsubscribed": LEFT,
        "suspension": OURS,
        "reject_other": OURS,
        "delivery": ARRIVED,
        "open": NOTHING,
        "click": NOTHING,
    },
    "mandrill": {
        "hard_bounce": HARD,
        "reject_hard_bounce": HARD,
        "soft_bounce": SOFT,
        "deferral": SOFT,
        "spam": SPAM,
        "reject_spam": SPAM,
        "denylist_add": SPAM,
        "unsub": LEFT,
        "reject_unsub": LEFT,
        "reject_untold": OURS,
        "delivered": ARRIVED,
        "send": NOTHING,
        "open": NOTHING,
        "denylist_remove": NOTHING,
    },
    "postal": {
        "failed": HARD,
        "nameless_failed": HARD,
        "bounced": HARD,
        "bounced_under_another_name": HARD,
        "held_suppressed": HARD,
        "delayed": SOFT,
        "held": OURS,
        "sent": ARRIVED,
        "incoming_failed": NOTHING,
        "clicked": NOTHING,
        "loaded": NOTHING,
        "domain_error": NOTHING,
    },
    "postmark": {
        "hard_bounce": HARD,
        "bad_address": HARD,
        "subscription_off_after_bounce": HARD,
        "soft_bounce": SOFT,
        "transient": SOFT,
        "dns_error": SOFT,
        "spam_complaint": SPAM,
        "subscription_off_after_complaint": SPAM,
        "unsubscribe_by_mail": LEFT,
        "subscription_off_by_person": LEFT,
        "unknown_type": PASSING,
        "blocked": OURS,
        "spam_notification": OURS,
        "future_type": OURS,
        "delivery": ARRIVED,
        "auto_responder": NOTHING,
        "open": NOTHING,
        "subscription_on_again": NOTHING,
    },
    "resend": {
        "bounced_permanent": HARD,
        "bounced_suppressed": HARD,
        "bounced_untyped": HARD,
        "suppressed": HARD,
        "bounced_full": SOFT,
        "delayed": SOFT,
        "bounced_undetermined": PASSING,
        "bounced_content": OURS,
        "failed": OURS,
        "complained": SPAM,
        "complained_one_of_two": SPAM,
        "contact_unsubscribed": LEFT,
        "contact_subscribed": NOTHING,
        "delivered": ARRIVED,
        "opened": NOTHING,
        "sent": NOTHING,
    },
    "sendgrid": {
        "bounce": HARD,
        "bounce_without_type": HARD,
        "dropped_bounced": HARD,
        "dropped_invalid": HARD,
        "expired": SOFT,
        "deferred": SOFT,
        "spamreport": SPAM,
        "dropped_spam_report": SPAM,
        "unsubscribe": LEFT,
        "group_unsubscribe": LEFT,
        "dropped_unsubscribed": LEFT,
        "blocked": OURS,
        "dropped_spam_content": OURS,
        "dropped_future_reason": OURS,
        "delivered": ARRIVED,
        "group_resubscribe": NOTHING,
        "processed": NOTHING,
        "open": NOTHING,
    },
    "sparkpost": {
        **dict.fromkeys(("bounce_10", "bounce_25", "bounce_30", "out_of_band_10", "policy_rejection_25"), HARD),
        **dict.fromkeys(("bounce_20", "bounce_21", "bounce_22", "bounce_24", "bounce_40", "bounce_70", "delay"), SOFT),
        **dict.fromkeys(("bounce_1", "bounce_23"), PASSING),
        **dict.fromkeys(("bounce_50", "bounce_51", "bounce_52", "bounce_53", "bounce_54"), OURS),
        **dict.fromkeys(("bounce_777", "generation_failure"), OURS),
        **dict.fromkeys(("bounce_90", "list_unsubscribe", "link_unsubscribe"), LEFT),
        **dict.fromkeys(("bounce_60", "bounce_80", "bounce_100", "injection", "open"), NOTHING),
        "spam_complaint": SPAM,
        "delivery": ARRIVED,
        "ping": NO_EVENT,
    },
    "unisender_go": {
        "hard_unknown": HARD,
        "hard_full": HARD,
        "hard_future": HARD,
        "single_hard": HARD,
        "soft_full": SOFT,
        "soft_retry": SOFT,
        "hard_spam": OURS,
        "spam": SPAM,
        "unsubscribed": LEFT,
        "hard_unsubscribed": LEFT,
        "delivered": ARRIVED,
        "subscribed": NOTHING,
        "opened": NOTHING,
        "sent": NOTHING,
        "spam_block": NO_EVENT,
    },
}


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
