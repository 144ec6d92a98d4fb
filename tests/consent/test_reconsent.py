"""The provider's own consent: told by a reviewer, answered by Twilio, kept on the evidence, and only then R03 lifts."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from consent.models import Evidence, LedgerEntry, ProviderReconsent
from consent.models.evidence import ConsentMethod
from consent.providers.twilio_consents import read_answer
from consent.services import evidence as verbs
from consent.services import evidence_notices
from consent.services.evidence import Claim
from consent.services.reconsent import UnableToTellProvider, tell_provider
from consent.vocabulary import Channel, EventKind
from contacts.models import Contact
from tests.conftest import actor
from tests.consent.acting import email_of, phone_of, rows, tell
from tests.consent.twilio_fake import Twilio, twilio_serving

DAY = timedelta(days=1)


@pytest.fixture
def twilio(settings: Settings) -> Iterator[Twilio]:
    with twilio_serving(settings) as fake:
        yield fake


@pytest.fixture
def claim(ada: Contact, agent: User, at: datetime, connected: None) -> Evidence:
    """Ada texted STOP, Twilio blocks her itself, and she signed up again yesterday."""
    tell(EventKind.TEXT_OPT_OUT, ada, at - 7 * DAY)
    tell(EventKind.PROVIDER_OPT_OUT, ada, at - 7 * DAY)
    told = Claim(ada.pk, phone_of(ada), [Channel.SMS], ConsentMethod.WEB_FORM, "Yes, text me", at - DAY)
    return verbs.file_evidence(claim=told, by=actor(agent), at=at)


@pytest.mark.django_db
def test_what_twilio_accepted_is_on_the_evidence_and_approval_then_lifts_its_block(
    twilio: Twilio, claim: Evidence, ada: Contact, support: User, at: datetime
) -> None:
    told = tell_provider(evidence_id=claim.pk, by=actor(support), at=at)

    [(path, authorization, [item])] = twilio.asked
    assert path == "/v1/Consents/Bulk"
    assert b64decode(authorization.removeprefix("Basic ")) == b"AC123:secret"
    assert item == {
        "contact_id": "+15035550101",
        "correlation_id": told.correlation_id,
        "sender_id": "MG123",
        "status": "opt-in",
        "source": "website",
        "date_of_consent": "2026-11-20T12:00:00Z",
    }
    claim.refresh_from_db()
    assert (told.accepted, claim.provider_reconsent) == (True, told.correlation_id)
    assert rows(ada) == [("sms", "opt_out", "permanent"), ("sms", "provider_opt_out", "permanent")]
    assert LedgerEntry.objects.filter(kind="provider_reconsent", effect="nothing", evidence_id=claim.pk).count() == 1

    verbs.approve(evidence_id=claim.pk, reason="Twilio accepted it", by=actor(support), at=at)

    assert rows(ada) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "error_code", "body", "told"),
    [
        (201, 30646, None, "30646"),
        (401, 0, None, "http_401"),
        (302, 0, None, "http_302"),
        (201, 0, b"<html>", "unreadable"),
        (201, 0, b'{"items": []}', "not_answered"),
    ],
    ids=["invalid", "unauthorised", "elsewhere", "no JSON", "no item"],
)
def test_what_twilio_did_not_accept_is_kept_and_its_block_stays(
    twilio: Twilio,
    claim: Evidence,
    ada: Contact,
    support: User,
    at: datetime,
    status: int,
    error_code: int,
    body: bytes | None,
    told: str,
) -> None:
    twilio.status, twilio.error_code, twilio.body = status, error_code, body

    answer = tell_provider(evidence_id=claim.pk, by=actor(support), at=at)
    verbs.approve(evidence_id=claim.pk, reason="Checked", by=actor(support), at=at)

    assert (answer.accepted, answer.error_code, answer.http_status) == (False, told, status)
    assert rows(ada) == [("sms", "provider_opt_out", "permanent")]
    refused = LedgerEntry.objects.get(kind="provider_reconsent")
    assert (refused.effect, refused.code, refused.detail) == ("refused", "provider_refused", told)


@pytest.mark.django_db
def test_a_provider_that_does_not_answer_is_kept_too(
    twilio: Twilio, settings: Settings, claim: Evidence, support: User, at: datetime
) -> None:
    settings.TWILIO_ACCOUNTS_URL = "http://127.0.0.1:9"

    answer = tell_provider(evidence_id=claim.pk, by=actor(support), at=at)

    assert (answer.accepted, answer.http_status, answer.error_code) == (False, None, "ConnectionError")


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["own_evidence", "already_reviewed", "accepted_before", "not_set_up", "not_a_number"])
def test_the_provider_is_told_by_a_reviewer_of_open_evidence_once(
    case: str,
    twilio: Twilio,
    settings: Settings,
    claim: Evidence,
    ada: Contact,
    agent: User,
    support: User,
    at: datetime,
) -> None:
    by, evidence_id = actor(support), claim.pk
    if case == "own_evidence":
        by = actor(agent)
    elif case == "already_reviewed":
        verbs.reject(evidence_id=claim.pk, reason="No", by=by, at=at)
    elif case == "accepted_before":
        tell_provider(evidence_id=claim.pk, by=by, at=at)
    elif case == "not_set_up":
        settings.TWILIO_CONSENT_SENDER = ""
    else:
        told = Claim(ada.pk, email_of(ada), [Channel.EMAIL], ConsentMethod.WEB_FORM, "Yes", at - DAY)
        evidence_id = verbs.file_evidence(claim=told, by=actor(agent), at=at).pk
    asked_before = len(twilio.asked)

    with pytest.raises(UnableToTellProvider) as refused:
        tell_provider(evidence_id=evidence_id, by=by, at=at)

    assert (refused.value.code, len(twilio.asked)) == (case, asked_before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_evidence SET provider_reconsent = 'typed by hand'",
        "UPDATE consent_providerreconsent SET accepted = true, error_code = ''",
        "DELETE FROM consent_providerreconsent",
    ],
)
def test_nobody_writes_the_providers_answer_by_hand(
    twilio: Twilio, claim: Evidence, support: User, at: datetime, statement: str
) -> None:
    twilio.error_code = 30646
    tell_provider(evidence_id=claim.pk, by=actor(support), at=at)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_reviewer_tells_the_provider_from_the_evidence_and_sees_the_answer(
    twilio: Twilio, claim: Evidence, agent: User, support: User, client: Client
) -> None:
    address = reverse("admin:consent_evidence_change", args=[claim.pk])
    step = reverse("admin:consent_evidence_reconsent", args=[claim.pk])
    client.force_login(agent)
    assert client.post(step).status_code == 403
    client.force_login(support)
    assert "Tell Twilio" in client.get(address).content.decode()
    twilio.error_code = 30646

    failed = client.post(step, follow=True).content.decode()
    twilio.error_code = 0
    accepted = client.post(step, follow=True).content.decode()

    assert "Twilio did not accept it (30646)" in failed
    assert "Twilio accepted the consent" in accepted
    assert "Tell Twilio of the consent" not in accepted
    assert list(ProviderReconsent.objects.order_by("id").values_list("accepted", flat=True)) == [False, True]


@given(st.integers(100, 599), st.binary(max_size=200))
def test_no_answer_but_a_plain_yes_is_read_as_one(status: int, body: bytes) -> None:
    assert read_answer(status, body, "abc") != "" or (status == 201 and b"error_code" in body)


@pytest.mark.django_db
class TestNotices:
    @pytest.mark.parametrize(("verb", "word"), [(verbs.approve, "approved"), (verbs.reject, "rejected")])
    def test_the_submitter_is_told_by_mail_without_a_word_about_the_contact(
        self, claim: Evidence, support: User, agent: User, at: datetime, verb: object, word: str
    ) -> None:
        verb(evidence_id=claim.pk, reason="Looked at the form", by=actor(support), at=at)

        assert evidence_notices.tell_submitter(evidence_id=claim.pk)

        [message] = mail.outbox
        assert (message.to, message.subject) == ([agent.email], f"Your opt-in evidence was {word}")
        assert "sam wrote: Looked at the form" in message.body
        assert "Ada" not in message.body
        assert "503" not in message.body

    def test_what_expired_is_told_too(self, claim: Evidence, at: datetime) -> None:
        verbs.expire_stale(at=at + 31 * DAY)

        assert evidence_notices.tell_submitter(evidence_id=claim.pk)
        assert "expired" in mail.outbox[0].subject

    def test_without_a_mail_backend_nothing_is_sent(
        self, claim: Evidence, support: User, at: datetime, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        verbs.reject(evidence_id=claim.pk, reason="No", by=actor(support), at=at)

        assert not evidence_notices.tell_submitter(evidence_id=claim.pk)

    def test_every_verdict_hands_the_notice_to_a_worker_in_its_own_transaction(
        self, claim: Evidence, support: User, at: datetime
    ) -> None:
        verbs.reject(evidence_id=claim.pk, reason="No", by=actor(support), at=at)

        with connection.cursor() as cursor:
            cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'tell_submitter'")
            [(args,)] = cursor.fetchall()
        assert (args if isinstance(args, dict) else json.loads(args)) == {"evidence_id": claim.pk}

    def test_the_desk_shows_what_became_of_ones_own_requests(
        self, client: Client, claim: Evidence, agent: User, support: User, at: datetime
    ) -> None:
        client.force_login(agent)
        assert "Waiting for review" in client.get("/admin/").content.decode()
        verbs.reject(evidence_id=claim.pk, reason="No signature on it", by=actor(support), at=at)

        desk = client.get("/admin/").content.decode()

        assert "Your requests" in desk
        assert "No signature on it" in desk
        client.force_login(support)
        assert "Your requests" not in client.get("/admin/").content.decode()
