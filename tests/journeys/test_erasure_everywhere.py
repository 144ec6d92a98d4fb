"""Erasure where the other journeys leave nothing: questions, requests, consents, differences, decisions."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import FileField

from consent.models import Drift
from consent.models.evidence import ConsentMethod
from consent.selectors.decisions import Subject, decide_many
from consent.services.consent_records import GivenConsent, record_consent
from consent.services.decisions import record_answers
from consent.services.questions import ask_opt_in
from consent.services.request_log import log_request
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose, Source
from contacts.services import erase_contact
from tests.conftest import actor
from tests.consent.acting import phone_of
from tests.factories.contacts import make_contact
from tests.journeys.searching import found_in_tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

TRACES = ("Zebulon", "Quillfeather", "5035557341", "zebulon.quill@example.com", "on the porch")


def test_no_table_keeps_a_file_of_its_own() -> None:
    """Files lie in the store of proof files alone, which the search and the erasure know."""
    kept = [field for model in apps.get_models() for field in model._meta.fields if isinstance(field, FileField)]

    assert kept == []


def test_words_on_questions_requests_consents_and_differences_go_too(support: User, agent: User, at: datetime) -> None:
    by = actor(agent)
    zeb = make_contact("Zebulon", "Quillfeather", phone="+15035557341", email="zebulon.quill@example.com")
    phone, day = phone_of(zeb), timedelta(days=1)
    ask_opt_in(address_id=phone, channel=Channel.SMS, by=by, at=at - day, contact_id=zeb.pk, note="Asked on the porch")
    log_request(told="Zebulon on the porch", how="letter", received_at=at - day, by=by, at=at, contact_id=zeb.pk)
    record_consent(
        given=GivenConsent(
            phone,
            Channel.SMS,
            ConsentMethod.IN_PERSON,
            at - day,
            contact_id=zeb.pk,
            wording="I, Zebulon, agree",
            url="https://shop.example/?mail=zebulon.quill@example.com",
            campaign="Quillfeather",
            place="on the porch",
            note="said on the porch",
        ),
        by=by,
        at=at,
    )
    seen = {"found_at": at, "seen_at": at, "since": at}
    Drift.objects.create(
        provider="mailgun", listing="bounces", sort="theirs_only", address_id=phone, detail="Zebulon is full", **seen
    )
    sms = GateRequest(Channel.SMS, Purpose.MARKETING)
    answers = decide_many(sms, [Subject(contact_id=zeb.pk), Subject(address_value="+15035557341")])
    record_answers(request=sms, answers=answers, by=by, at=at, source=Source.STAFF)
    before = {column for column, _ in found_in_tables(TRACES)}
    assert {
        "consent_optinquestion.note",
        "consent_optoutrequest.told",
        "consent_consentrecord.wording",
        "consent_consentrecord.url",
        "consent_consentrecord.place",
        "consent_drift.detail",
    } <= before

    erase_contact(contact_id=zeb.pk, reason="Ticket 4711", by=actor(support), at=at)

    assert found_in_tables(TRACES) == set()
