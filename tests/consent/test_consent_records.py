"""Consent on file: recorded by staff, evidence and the contact's own START, and over the moment they opt out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from consent.models import ConsentRecord, ConsentText, LedgerEntry, Suppression
from consent.models.evidence import ConsentMethod
from consent.selectors import decide
from consent.selectors.consents import needs_consent
from consent.selectors.decisions import Subject
from consent.services import dnd, evidence, profile
from consent.services.consent_records import GivenConsent, UnableToRecordConsent, record_consent
from consent.services.consent_texts import UnableToSaveText, save_text
from consent.services.evidence import Claim
from consent.values import GateRequest
from consent.vocabulary import Channel, EventKind, Purpose
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import add_address
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind
from tests.conftest import actor
from tests.consent.acting import email_of, ledger, phone_of, tell
from tests.factories.contacts import make_contact
from tests.factories.staff_site import text as text_message

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def text(compliance: User, at: datetime) -> ConsentText:
    return save_text(
        name="Shop", wordings={"en": "Text me offers."}, note="First words", by=actor(compliance), at=at - 90 * DAY
    )


def given(contact: Contact, at: datetime, **fields: object) -> GivenConsent:
    told = {
        "address_id": phone_of(contact),
        "contact_id": contact.pk,
        "channel": Channel.SMS,
        "method": ConsentMethod.WEB_FORM,
        "given_at": at - DAY,
        "wording": "Text me offers.",
    }
    return GivenConsent(**{**told, **fields})


def ask_for_consent(at: datetime, channel: Channel = Channel.SMS, months: int | None = None) -> None:
    profile.set_consent_policy(channel=channel, needs_consent=True, consent_months=months, by=SYSTEM, at=at)


def write(sid: str, body: str, *, at: datetime) -> None:
    """Ada texts us."""
    text_message(sid, body, sender="+15035550101", at=at)


def codes(contact: Contact, purpose: Purpose = Purpose.MARKETING, channel: Channel = Channel.SMS) -> list[str]:
    answer = decide(GateRequest(channel, purpose), Subject(contact_id=contact.pk))
    return [reason.code for reason in answer.decision.reasons]


def on_file(contact: Contact) -> list[tuple[str, str, bool]]:
    rows = ConsentRecord.objects.filter(contact=contact).order_by("id")
    return [(row.channel, row.method, row.ended_at is None) for row in rows]


def test_a_recorded_consent_is_on_file_and_in_the_ledger(
    ada: Contact, text: ConsentText, agent: User, at: datetime
) -> None:
    record = record_consent(
        given=given(
            ada, at, text_id=text.pk, language="en", wording="", url="https://shop.example/join", ip="192.0.2.7"
        ),
        by=actor(agent),
        at=at,
    )

    assert (record.text, record.ip, record.expires_at) == (text, "192.0.2.7", None)
    assert ledger(ada) == [("consent_recorded", "nothing", "")]
    assert LedgerEntry.objects.get().event_id == record.event_id


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"wording": " "}, "text", "required"),
        ({"given_at": None}, "given_at", "in_the_future"),
        ({"channel": Channel.EMAIL}, "channel", "not_this_address"),
        ({"channel": Channel.ALL}, "channel", "not_this_address"),
        ({"list_slug": "nowhere"}, "list", "unknown_list"),
        ({"text_id": 0}, "text", "unknown_text"),
    ],
    ids=["no words", "future", "another kind", "all channels", "no list", "no text"],
)
def test_what_is_no_consent_is_refused_by_field(
    ada: Contact, at: datetime, fields: dict[str, object], field: str, code: str
) -> None:
    if "given_at" in fields:
        fields = {"given_at": at + DAY}

    with pytest.raises(UnableToRecordConsent) as refused:
        record_consent(given=given(ada, at, **fields), by=SYSTEM, at=at)

    assert (refused.value.field, refused.value.code) == (field, code)
    assert not ConsentRecord.objects.exists()


def test_an_address_that_the_contact_does_not_hold_is_refused(ada: Contact, bo: Contact, at: datetime) -> None:
    with pytest.raises(UnableToRecordConsent) as refused:
        record_consent(given=given(ada, at, address_id=phone_of(bo)), by=SYSTEM, at=at)

    assert refused.value.code == "not_held"


def test_a_consent_on_file_lifts_nothing(ada: Contact, at: datetime, connected: None) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=SYSTEM, at=at - 2 * DAY)

    record_consent(given=given(ada, at), by=SYSTEM, at=at)

    assert codes(ada) == ["manual"]
    assert Suppression.objects.filter(lifted_at=None).count() == 1


@pytest.mark.parametrize(
    "kind",
    [EventKind.TEXT_OPT_OUT, EventKind.PROVIDER_OPT_OUT, EventKind.TEXT_WRONG_NUMBER],
)
def test_an_opt_out_ends_the_consent_in_the_same_transaction(ada: Contact, at: datetime, kind: EventKind) -> None:
    record_consent(given=given(ada, at), by=SYSTEM, at=at - DAY)

    said = tell(kind, ada, at)

    record = ConsentRecord.objects.get()
    assert (record.ended_at, record.withdrawn_at, record.end_kind) == (at, at, kind)
    assert record.end_event_id == said.event_id


def test_an_opt_out_ends_the_consent_of_its_channel_alone(ada: Contact, at: datetime) -> None:
    record_consent(given=given(ada, at), by=SYSTEM, at=at)
    record_consent(given=given(ada, at, channel=Channel.EMAIL, address_id=email_of(ada)), by=SYSTEM, at=at)

    dnd.record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.EMAIL], by=SYSTEM, at=at, note="Asked on the phone")

    assert on_file(ada) == [("sms", "web_form", True), ("email", "web_form", False)]


def test_staffs_own_dnd_ends_no_consent(ada: Contact, at: datetime) -> None:
    record_consent(given=given(ada, at), by=SYSTEM, at=at)

    dnd.switch_on(contact_id=ada.pk, channels=[Channel.ALL], by=SYSTEM, at=at)
    dnd.block(contact_id=ada.pk, on=True, by=SYSTEM, at=at)

    assert on_file(ada) == [("sms", "web_form", True)]


def test_a_late_opt_out_leaves_a_newer_consent_on_file(ada: Contact, at: datetime) -> None:
    record_consent(given=given(ada, at), by=SYSTEM, at=at)

    tell(EventKind.TEXT_OPT_OUT, ada, at - 2 * DAY)

    assert on_file(ada) == [("sms", "web_form", True)]
    assert Suppression.objects.filter(contact=ada, lifted_at=None).exists()


def test_a_consent_older_than_an_opt_out_is_refused_also_when_that_was_lifted(ada: Contact, at: datetime) -> None:
    write("SMa", "STOP", at=at - 5 * DAY)
    write("SMb", "START", at=at - 4 * DAY)
    assert not Suppression.objects.filter(lifted_at=None).exists()

    with pytest.raises(UnableToRecordConsent) as refused:
        record_consent(given=given(ada, at, given_at=at - 6 * DAY), by=SYSTEM, at=at)

    assert refused.value.code == "older_than_opt_out"


def test_start_puts_a_consent_on_file_and_a_later_stop_and_start_make_a_new_one(ada: Contact, at: datetime) -> None:
    for number, body in enumerate(["START", "STOP", "START", "When do you open?"]):
        write(f"SM{number}", body, at=at + number * DAY)

    assert on_file(ada) == [("sms", "text_message", False), ("sms", "text_message", True)]
    assert not [each for each in ledger(ada) if each[0] == "consent_recorded"]


def test_a_start_of_a_blocked_contact_and_one_that_came_late_are_no_consent(
    ada: Contact, bo: Contact, at: datetime
) -> None:
    dnd.block(contact_id=ada.pk, on=True, by=SYSTEM, at=at - DAY)
    tell(EventKind.TEXT_OPT_OUT, bo, at)

    tell(EventKind.TEXT_OPT_IN, ada, at)
    tell(EventKind.TEXT_OPT_IN, bo, at - DAY)

    assert not ConsentRecord.objects.exists()


def test_a_start_from_a_shared_number_names_nobody_and_counts_for_the_number(
    ada: Contact, bo: Contact, at: datetime, connected: None
) -> None:
    add_address(
        contact_id=bo.pk,
        address=NewAddress(AddressKind.PHONE, "+15035550101", is_primary=True),
        by=SYSTEM,
        at=at,
    )
    ask_for_consent(at)

    tell(EventKind.TEXT_OPT_IN, ada, at)

    assert ConsentRecord.objects.get().contact is None
    assert (codes(ada), codes(bo)) == ([], [])


def test_approved_evidence_is_put_on_file(
    ada: Contact, agent: User, support: User, at: datetime, connected: None
) -> None:
    tell(EventKind.TEXT_OPT_OUT, ada, at - 9 * DAY)
    filed = evidence.file_evidence(
        claim=Claim(ada.pk, phone_of(ada), [Channel.SMS, Channel.CALL], ConsentMethod.SIGNED_PAPER, "Yes", at - DAY),
        by=actor(agent),
        at=at,
    )
    assert not ConsentRecord.objects.exists()

    evidence.approve(evidence_id=filed.pk, reason="Signature checked", by=actor(support), at=at)

    rows = ConsentRecord.objects.order_by("channel").values_list("channel", "evidence_id", "given_at", "recorded_by")
    assert list(rows) == [(channel, filed.pk, at - DAY, f"user:{support.pk}") for channel in ("call", "sms")]


def test_the_policy_refuses_marketing_without_consent_and_says_what_helps(
    ada: Contact, at: datetime, connected: None
) -> None:
    assert codes(ada) == []
    ask_for_consent(at)

    answer = decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=ada.pk))

    [reason] = answer.decision.reasons
    assert reason.code == "no_consent"
    assert "record the consent, or wait for their START" in reason.text
    assert (codes(ada, Purpose.CONVERSATIONAL), codes(ada, Purpose.TRANSACTIONAL)) == ([], [])
    assert codes(ada, channel=Channel.EMAIL) == []
    record_consent(given=given(ada, at), by=SYSTEM, at=at)
    assert codes(ada) == []


def test_a_consent_for_another_address_or_purpose_is_none(
    ada: Contact, bo: Contact, at: datetime, connected: None
) -> None:
    ask_for_consent(at)
    record_consent(given=given(ada, at, purpose=Purpose.TRANSACTIONAL), by=SYSTEM, at=at)
    record_consent(given=given(bo, at), by=SYSTEM, at=at)

    add_address(
        contact_id=bo.pk, address=NewAddress(AddressKind.PHONE, "+15035550177", is_primary=True), by=SYSTEM, at=at
    )

    assert (codes(ada), codes(bo)) == (["no_consent"], ["no_consent"])


def test_asked_by_address_every_holder_must_have_agreed(ada: Contact, at: datetime, connected: None) -> None:
    ask_for_consent(at)
    record_consent(given=given(ada, at), by=SYSTEM, at=at)
    request, subject = GateRequest(Channel.SMS, Purpose.MARKETING), Subject(address_value="+15035550101")
    assert decide(request, subject).decision.allowed

    make_contact("Twin", phone="+15035550101")

    assert [reason.code for reason in decide(request, subject).decision.reasons] == ["no_consent"]


def test_a_consent_runs_out_after_the_channels_months(ada: Contact, at: datetime, connected: None) -> None:
    ask_for_consent(at, months=6)
    long_ago = datetime(2025, 8, 31, 12, tzinfo=at.tzinfo)

    record = record_consent(given=given(ada, at, given_at=long_ago), by=SYSTEM, at=at)

    assert record.expires_at == datetime(2026, 2, 28, 12, tzinfo=at.tzinfo)
    answer = decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=ada.pk))
    assert "28 Feb 2026, when the last ran out" in answer.decision.reasons[0].text


def test_the_policy_is_known_for_past_moments(at: datetime, connected: None) -> None:
    ask_for_consent(at - 2 * DAY)
    profile.set_consent_policy(channel=Channel.SMS, needs_consent=False, consent_months=None, by=SYSTEM, at=at - DAY)

    asked = [needs_consent(Channel.SMS, at=moment) for moment in (at - 3 * DAY, at - 1.5 * DAY, at)]

    assert (asked, needs_consent(Channel.SMS)) == ([False, True, False], False)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM consent_consentrecord",
        "UPDATE consent_consentrecord SET given_at = given_at - interval '1 day'",
        "UPDATE consent_consentrecord SET expires_at = NULL, note = 'x'",
        'UPDATE consent_consenttext SET wordings = \'{"en": "Other"}\'',
        "DELETE FROM consent_consenttext",
    ],
)
def test_the_database_refuses_to_change_what_was_agreed(
    ada: Contact, text: ConsentText, at: datetime, statement: str
) -> None:
    record_consent(given=given(ada, at, text_id=text.pk), by=SYSTEM, at=at)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_consent_that_ended_never_stands_again(ada: Contact, at: datetime) -> None:
    record_consent(given=given(ada, at), by=SYSTEM, at=at - DAY)
    tell(EventKind.TEXT_OPT_OUT, ada, at)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE consent_consentrecord SET ended_at = NULL, withdrawn_at = NULL, end_kind = ''")


def test_an_edited_text_is_a_new_version_and_the_same_words_are_refused(
    text: ConsentText, compliance: User, at: datetime
) -> None:
    second = save_text(name="Shop", wordings={"en": "Text me news."}, note="Plainer", by=actor(compliance), at=at)

    with pytest.raises(UnableToSaveText) as refused:
        save_text(name="Shop", wordings={"en": "Text me news. "}, note="Again", by=actor(compliance), at=at)

    assert (second.version, refused.value.code) == (2, "unchanged")
    assert ConsentText.objects.get(version=1).wordings == {"en": "Text me offers."}


def test_a_past_moment_is_answered_from_the_consent_that_was_on_file_then(
    ada: Contact, at: datetime, connected: None
) -> None:
    profile.connect_channel(channel=Channel.SMS, provider="test", by=SYSTEM, at=at - 9 * DAY)
    ask_for_consent(at - 4 * DAY)
    record_consent(given=given(ada, at, given_at=at - 9 * DAY), by=SYSTEM, at=at - 3 * DAY)
    tell(EventKind.STAFF_OPT_OUT, ada, at - DAY)

    def then(days: float) -> list[str]:
        request = GateRequest(Channel.SMS, Purpose.MARKETING)
        answer = decide(request, Subject(contact_id=ada.pk), at=at - days * DAY)
        return [reason.code for reason in answer.decision.reasons if reason.code != "channel_disconnected"]

    assert [then(days) for days in (5, 3.5, 2, 0.5)] == [[], ["no_consent"], [], ["opt_out", "no_consent"]]
