"""Erasure: nothing says any more who it was, and nobody contacts them again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from config.api.models import KeptAnswer
from config.api.wrapping import unwrap, wrap
from config.batches.models import Batch
from config.batches.vocabulary import Action, Status
from consent.jobs import forget_waiting_deliveries
from consent.models import Delivery, InboundMessage, LedgerEntry, Suppression
from consent.models.evidence import ConsentMethod
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.services import dnd, erasing, evidence, evidence_files
from consent.services.evidence import Claim
from consent.values import Attestation, GateRequest
from consent.vocabulary import CHANNELS, Channel, Effect, EventKind, Kind, Purpose, Reason, Source
from contacts.drafts import NewAddress
from contacts.models import Address, Contact, ContactAddress, Erasure
from contacts.registry import Registry
from contacts.selectors import duplicates_of, find_address, search
from contacts.services import (
    RelationsUnknown,
    UnableToErase,
    create_contact,
    erase_contact,
    merge_contacts,
    preview_erasure,
    set_addresses,
    update_contact,
)
from contacts.services import erasing as contacts_erasing
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind, Fate
from lists import services as lists
from lists.models import ContactList, ListMembership
from lists.selectors import audience, audience_count, audience_export
from lists.values import LaterConsent, ListDraft
from tests.conftest import actor
from tests.consent.doors import INBOUND, STATUS, callback, knock, sms
from tests.factories.contacts import make_contact
from tests.journeys.searching import found_in_files, found_in_tables

pytestmark = pytest.mark.django_db

PHONE, OLD_PHONE, EMAIL = "+15035557341", "+15035557342", "zebulon.quill@example.com"
WORDS = "I bought nine purple llamas from you"
TRACES = (
    "Zebulon",
    "Quillfeather",
    "Llamarama",
    PHONE[1:],
    OLD_PHONE[1:],
    "503-555-7341",
    EMAIL,
    "zebulon.quill%40",
    "purple llamas",
    "purple+llamas",
    "told me on the porch",
    "signed on the porch",
)


@pytest.fixture(autouse=True)
def files(settings: object, tmp_path: Path) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return tmp_path


@dataclass(frozen=True)
class Known:
    """Somebody the business knows well."""

    contact: Contact
    by: Actor


@pytest.fixture
def zeb(agent: User, support: User, at: datetime, connected: None) -> Known:
    """Zebulon wrote, opted out and was noted about wherever the product keeps words."""
    by = actor(agent)
    contact = make_contact(
        "Zebulon", "Quillfeather", phone=OLD_PHONE, email=EMAIL, company="Llamarama", notes="told me on the porch"
    )
    contact = update_contact(
        contact_id=contact.pk,
        expected_version=contact.version,
        changes={"notes": "He told me on the porch that he moved."},
        by=by,
        at=at - timedelta(days=9),
    )
    email = NewAddress(AddressKind.EMAIL, EMAIL, is_primary=True)
    set_addresses(
        contact_id=contact.pk,
        expected_version=contact.version,
        addresses=[NewAddress(AddressKind.PHONE, PHONE, is_primary=True), email],
        by=by,
        at=at - timedelta(days=8),
    )
    assert knock(INBOUND, sms(PHONE, WORDS, ProfileName="Zebulon Quillfeather")).status_code == 200
    note = "Zebulon told me on the porch"
    dnd.switch_on(contact_id=contact.pk, channels=[Channel.WHATSAPP], by=by, at=at - timedelta(days=7), note=note)
    dnd.lift(contact_id=contact.pk, channels=[Channel.WHATSAPP], by=by, at=at - timedelta(days=6), note=note)
    dnd.record_verbal_opt_out(
        contact_id=contact.pk, channels=[Channel.CALL], by=by, at=at - timedelta(days=5), note=note
    )
    spring = lists.create_list(draft=ListDraft(slug="spring", name="Spring offers"), by=SYSTEM, at=at)
    lists.add(list_id=spring.pk, contact_ids=[contact.pk], by=by, at=at - timedelta(days=5), note=note)
    lists.opt_out(
        list_id=spring.pk, contact_ids=[contact.pk], by=by, at=at - timedelta(days=4), source=Source.STAFF, note=note
    )
    lists.bring_back(
        list_id=spring.pk,
        contact_id=contact.pk,
        consent=LaterConsent(at - timedelta(days=3), "signed on the porch", "Zebulon wants offers"),
        by=by,
        at=at - timedelta(days=2),
    )
    for verdict in (None, evidence.reject):
        upload = SimpleUploadedFile("Zebulon.txt", b"Zebulon Quillfeather signed on the porch", "text/plain")
        claim = evidence.file_evidence(
            claim=Claim(
                contact_id=contact.pk,
                address_id=addresses_by_channel(contact.pk)[Channel.CALL][0],
                channels=[Channel.CALL],
                method=ConsentMethod.SIGNED_PAPER,
                wording="Zebulon may be called",
                consent_given_at=at - timedelta(days=1),
                where_given="signed on the porch",
                note="told me on the porch",
                file=evidence_files.store(upload=upload, at=at),
            ),
            by=by,
            at=at,
        )
        if verdict is not None:
            verdict(evidence_id=claim.pk, reason="Zebulon never signed", by=actor(support), at=at)
    return Known(contact, actor(support))


def erase(known: Known, at: datetime, reason: str = "Ticket 4711") -> object:
    return erase_contact(contact_id=known.contact.pk, reason=reason, by=known.by, at=at)


def gate(value: str, channel: Channel = Channel.SMS, purpose: Purpose = Purpose.MARKETING) -> set[str]:
    decision = decide(GateRequest(channel, purpose), Subject(address_value=value)).decision
    return {reason.code for reason in decision.reasons}


def test_before_it_the_search_finds_every_trace(zeb: Known) -> None:
    assert {text for _, text in found_in_tables(TRACES)} == {text.lower() for text in TRACES} - {"zebulon.quill%40"}
    assert len(found_in_files(TRACES)) == 2


def fill_the_sites_own_records(known: Known, at: datetime) -> Session:
    """Let bulk actions, the log, jobs, a session and a kept answer name Zebulon."""
    for note, contact_ids in (("told me on the porch", [known.contact.pk]), ("Like Zebulon Quillfeather", [])):
        other = make_contact("Dee").pk
        Batch.objects.create(
            action=Action.BLOCK,
            status=Status.DONE,
            note=note,
            contact_ids=contact_ids or sorted([known.contact.pk, other]),
            total=len(contact_ids) or 2,
            created_by_id=known.by.staff_id,
            created_at=at,
            started_at=at,
        )
    LogEntry.objects.create(
        user_id=known.by.staff_id,
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=str(known.contact.pk),
        object_repr="Zebulon Quillfeather",
        action_flag=CHANGE,
        change_message="told me on the porch",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
            " VALUES ('default', 'old', %s, 'succeeded')",
            [json.dumps({"to": PHONE})],
        )
    store = SessionStore()
    store["_auth_user_id"], store["_messages"] = "1", "Zebulon Quillfeather created."
    store.save()
    KeptAnswer.objects.create(
        asker="integration:shop",
        idempotency_key="1",
        request_hash="x",
        status=201,
        content=wrap(json.dumps({"email": EMAIL}).encode(), purpose="answer").encode(),
        created_at=datetime.now(UTC),
    )
    return Session.objects.get(pk=store.session_key)


def test_the_sites_own_records_forget_too(zeb: Known, at: datetime, django_capture_on_commit_callbacks: object) -> None:
    session = fill_the_sites_own_records(zeb, at)
    assert ("procrastinate_jobs.args", PHONE[1:]) in found_in_tables([PHONE[1:]])

    with django_capture_on_commit_callbacks(execute=True):
        erase(zeb, datetime.now(UTC))

    assert found_in_tables(TRACES) == set()
    session.refresh_from_db()
    assert session.get_decoded() == {"_auth_user_id": "1"}
    answer = KeptAnswer.objects.get()
    assert answer.status == 201
    assert EMAIL.encode() not in unwrap(bytes(answer.content).decode(), purpose="answer")
    assert set(Batch.objects.values_list("note", flat=True)) == {"[erased]"}


def test_what_waits_to_be_read_is_emptied_once_it_has_failed_for_good(zeb: Known, at: datetime) -> None:
    delivery = Delivery.objects.latest("id")
    Delivery.objects.filter(pk=delivery.pk).update(
        status="failed", next_attempt_at=at + timedelta(minutes=5), reason=f"{PHONE} is odd"
    )

    erase(zeb, at)

    assert Delivery.objects.get(pk=delivery.pk).body
    (job,) = ProcrastinateJob.objects.filter(task_name="forget_waiting_deliveries")
    assert job.args == {"delivery_ids": [delivery.pk]}
    assert job.scheduled_at == at + timedelta(hours=1)
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=None)
    forget_waiting_deliveries(**job.args)
    gone = Delivery.objects.get(pk=delivery.pk)
    assert (bytes(gone.body), gone.reason) == (b"", "[erased]")


def test_what_carriers_tell_of_an_erased_number_is_emptied_within_the_hour(zeb: Known, at: datetime) -> None:
    erase(zeb, at)
    assert knock(STATUS, callback(PHONE, "30005")).status_code in {200, 204}

    erasing.forget_late(at=at + timedelta(hours=1))

    assert found_in_tables([PHONE[1:]]) == set()


def test_a_note_of_a_bulk_action_is_fixed_but_for_an_erasure(zeb: Known, at: datetime) -> None:
    fill_the_sites_own_records(zeb, at)

    with pytest.raises(DatabaseError), transaction.atomic():
        Batch.objects.update(note="[erased]")


def test_what_is_kept_of_a_message_for_good_holds_no_name(zeb: Known) -> None:
    assert knock(INBOUND, sms(PHONE, "stop texting my brother Zebulon")).status_code == 200

    assert found_in_tables(["brother zebulon"]) <= {
        ("consent_inboundmessage.body", "brother zebulon"),
        ("consent_delivery.body", "brother zebulon"),
    }
    for table in ("consent_ledgerentry.detail", "consent_suppression.detail", "consent_inboundmessage.matched"):
        assert (table, "zebulon") not in found_in_tables(["zebulon"])


def test_after_it_no_table_and_no_file_holds_a_trace_of_the_person(
    zeb: Known, at: datetime, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        erased = erase(zeb, at)

    assert found_in_tables(TRACES) == set()
    assert found_in_files(TRACES) == set()
    assert not erased.repeated
    removed = {one.what for one in erased.consequences if one.fate is Fate.REMOVED}
    assert {"Messages", "Notes on DND", "Files of opt-in evidence", "Evidence waiting for review"} <= removed


def test_what_is_told_before_is_what_happens(zeb: Known, at: datetime) -> None:
    foreseen = preview_erasure(contact_id=zeb.contact.pk, by=zeb.by, at=at)
    assert Contact.objects.get(pk=zeb.contact.pk).first_name == "Zebulon"
    assert not Erasure.objects.exists()

    assert erase(zeb, at).consequences == foreseen.consequences


def test_the_facts_of_consent_stay_to_the_last_line(zeb: Known, at: datetime) -> None:
    facts = "id address_id contact_id channel direction reason kind covers rule since recorded_at lifted_at lift_route"
    before = list(Suppression.objects.order_by("id").values(*facts.split()))
    entries = list(LedgerEntry.objects.order_by("id").values())

    erase(zeb, at)

    assert list(Suppression.objects.order_by("id").values(*facts.split()))[: len(before)] == before
    assert list(LedgerEntry.objects.order_by("id").values())[: len(entries)] == entries
    written = LedgerEntry.objects.filter(kind=EventKind.DATA_ERASED)
    assert [(row.contact_id, row.rule, row.actor) for row in written] == [(zeb.contact.pk, "P02", zeb.by.ref)]
    assert ListMembership.objects.filter(contact=zeb.contact).exists()


def test_who_never_objected_is_silent_on_every_channel_for_good(ada: Contact, by: Actor, at: datetime) -> None:
    erase_contact(contact_id=ada.pk, reason="asked by letter", by=by, at=at)

    rows = Suppression.objects.filter(contact=ada, lifted_at=None)
    assert {(row.reason, row.kind, row.channel) for row in rows} == {(Reason.OBJECTION, Kind.PERMANENT, Channel.ALL)}
    assert {"erased", "objection"} <= gate("+15035550101")
    assert "erased" in gate("+15035550101", Channel.WHATSAPP, Purpose.TRANSACTIONAL)
    assert {"erased", "objection"} <= gate("ada@example.com", Channel.EMAIL)


@pytest.mark.parametrize("spelling", [PHONE, "(503) 555-7341", "001 503 555 7341", "whatsapp:+15035557341"])
def test_a_reimport_in_any_spelling_is_silenced(zeb: Known, at: datetime, spelling: str) -> None:
    erase(zeb, at)

    again = create_contact(
        first_name="Z", addresses=[NewAddress(AddressKind.PHONE, spelling)], by=SYSTEM, at=at + timedelta(days=1)
    )

    assert Address.objects.filter(value=PHONE).count() == 0
    for channel in CHANNELS:
        for purpose in (Purpose.MARKETING, Purpose.CONVERSATIONAL):
            assert not decide(GateRequest(channel, purpose), Subject(contact_id=again.pk)).decision.allowed
    assert Suppression.objects.filter(contact=again, reason=Reason.OBJECTION, kind=Kind.PERMANENT).exists()
    assert list(search(spelling, region="US")) == [again]


def test_an_address_is_found_under_a_key_that_was_replaced(zeb: Known, at: datetime, settings: object) -> None:
    erase(zeb, at)

    settings.ERASURE_KEYS = ["a new key", *settings.ERASURE_KEYS]

    assert find_address(AddressKind.PHONE, PHONE) is not None
    assert "erased" in gate(PHONE)


@pytest.mark.parametrize("body", ["STOP", "START", "UNSTOP", "purple llamas again", "Zebulon is dead"])
def test_a_message_from_an_erased_number_is_read_frees_nobody_and_leaves_no_words(
    zeb: Known, at: datetime, body: str
) -> None:
    erase(zeb, at)

    assert knock(INBOUND, sms(PHONE, body)).status_code == 200

    assert not Delivery.objects.exclude(status="processed").exists()
    assert {"erased", "objection"} <= gate(PHONE)
    erasing.forget_late(at=at + timedelta(hours=1))
    assert found_in_tables(TRACES) == set()
    assert InboundMessage.objects.latest("id").message_class
    assert erasing.forget_late(at=at + timedelta(hours=2)) == 0


def test_the_second_time_nothing_is_left_and_it_is_recorded(zeb: Known, at: datetime) -> None:
    erase(zeb, at)
    rows = Suppression.objects.count()

    again = erase(zeb, at + timedelta(days=1))

    assert again.repeated
    assert again.consequences == ()
    assert Suppression.objects.count() == rows
    assert LedgerEntry.objects.filter(kind=EventKind.DATA_ERASED).count() == 2


def test_a_shared_address_stays_with_the_others(zeb: Known, at: datetime) -> None:
    wife = make_contact("Wilma", "Quill", phone=PHONE)

    erased = erase(zeb, at)

    assert Address.objects.get(value=PHONE).holders.get().contact == wife
    assert not ContactAddress.objects.filter(contact=zeb.contact).exists()
    assert ("Shared addresses", 1) in {(one.what, one.count) for one in erased.consequences}
    assert InboundMessage.objects.filter(body=WORDS).exists()


def test_a_merged_duplicate_is_erased_with_the_one_it_went_into(zeb: Known, at: datetime) -> None:
    other = make_contact("Zebulon", "Quillfeather", phone="+15035557399")
    merge_contacts(keep_id=other.pk, absorb_id=zeb.contact.pk, by=zeb.by, at=at)

    erase_contact(contact_id=other.pk, reason="asked", by=zeb.by, at=at)

    assert found_in_tables(TRACES) == set()


def test_a_reason_is_needed_and_names_nobody(zeb: Known, at: datetime) -> None:
    for reason in (" ", "zebulon quillfeather asked", f"letter from {EMAIL}"):
        with pytest.raises(UnableToErase):
            erase(zeb, at, reason)

    assert not LedgerEntry.objects.filter(kind=EventKind.DATA_ERASED).exists()


def test_without_a_key_it_is_refused(zeb: Known, at: datetime, settings: object) -> None:
    settings.ERASURE_KEYS = []

    with pytest.raises(UnableToErase, match="ERASURE_KEYS"):
        erase(zeb, at)


def test_a_table_nobody_registered_makes_it_refuse(zeb: Known, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts_erasing, "registry", Registry())

    with pytest.raises(RelationsUnknown, match=r"consent\.suppression\.contact"):
        erase(zeb, at)


BLANKINGS = {
    "a message": "UPDATE consent_inboundmessage SET body = ''",
    "the class of a message": "UPDATE consent_inboundmessage SET message_class = 'none'",
    "a note": "UPDATE consent_suppression SET note = '' WHERE lifted_at IS NOT NULL",
    "an earlier version": "UPDATE contacts_historicalcontact SET first_name = ''",
    "a version's number": "UPDATE contacts_historicaladdress SET value = 'erased:1'",
    "evidence": "UPDATE consent_evidence SET wording = '' WHERE status = 'rejected'",
    "an earlier membership": "UPDATE lists_historicallistmembership SET note = ''",
    "a ledger entry": "UPDATE consent_ledgerentry SET detail = ''",
}


@pytest.mark.parametrize("statement", BLANKINGS.values(), ids=BLANKINGS.keys())
def test_nobody_blanks_anything_without_an_erasure(zeb: Known, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


IN_AN_ERASURE = {
    "another's message": "UPDATE consent_inboundmessage SET body = '' WHERE address_id = {bo}",
    "other words": "UPDATE consent_inboundmessage SET body = 'I agree' WHERE address_id <> {bo}",
    "a class": "UPDATE consent_inboundmessage SET message_class = 'opt_in' WHERE address_id <> {bo}",
    "a sender": "UPDATE consent_inboundmessage SET address_id = {bo} WHERE address_id <> {bo}",
    "a date": "UPDATE consent_suppression SET note = '', since = '2020-01-01' WHERE kind = 'permanent'",
    "a permanent one": "UPDATE consent_suppression SET note = '', kind = 'temporary' WHERE kind = 'permanent'",
    "history of a date": "UPDATE consent_historicalsuppression SET note = '', since = '2020-01-01'",
    "a verdict": "UPDATE consent_evidence SET status = 'approved', review_reason = '' WHERE status = 'rejected'",
    "a row": "DELETE FROM consent_inboundmessage WHERE address_id <> {bo}",
    "a ledger entry": "UPDATE consent_ledgerentry SET detail = ''",
    "the erasure": "UPDATE contacts_erasure SET reason = 'none'",
}


@pytest.mark.parametrize("statement", IN_AN_ERASURE.values(), ids=IN_AN_ERASURE.keys())
def test_an_erasure_opens_nothing_but_the_persons_own_words(
    zeb: Known, bo: Contact, at: datetime, statement: str
) -> None:
    assert knock(INBOUND, sms("+15035550102", "hello there")).status_code == 200
    Erasure.objects.create(
        contact_ids=[zeb.contact.pk],
        address_ids=list(zeb.contact.held_addresses.values_list("address_id", flat=True)),
        reason="test",
        erased_by="user:1",
    )

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(bo=find_address(AddressKind.PHONE, "+15035550102").pk))


def test_no_past_moment_allows_an_erased_number(zeb: Known, at: datetime) -> None:
    request = GateRequest(Channel.SMS, Purpose.TRANSACTIONAL)
    erase(zeb, at)
    anew = create_contact(addresses=[NewAddress(AddressKind.PHONE, PHONE, is_primary=True)], by=SYSTEM, at=at)
    asked_at = datetime.now(UTC)

    for moment in (at - timedelta(days=4), asked_at):
        answer = decide(request, Subject(address_value=PHONE), at=moment).decision
        assert "erased" in {reason.code for reason in answer.reasons}
    later = decide(request, Subject(contact_id=anew.pk), at=asked_at).decision
    assert "erased" in {reason.code for reason in later.reasons}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_no_audience_lists_an_erased_address(zeb: Known, at: datetime, purpose: Purpose) -> None:
    erase(zeb, at)
    anew = create_contact(addresses=[NewAddress(AddressKind.PHONE, PHONE, is_primary=True)], by=SYSTEM, at=at)
    other = make_contact("Cleo", phone="+15035557399")
    spring = ContactList.objects.get(slug="spring")
    lists.add(list_id=spring.pk, contact_ids=[anew.pk, other.pk], by=SYSTEM, at=at)

    assert [each.address_value for each in audience("spring", Channel.SMS, purpose)] == ["+15035557399"]
    exported = b"".join(map(bytes, audience_export("spring", Channel.SMS, purpose)))
    assert b"erased:" not in exported
    assert audience_count("spring", Channel.SMS, purpose).reachable == 1


def test_an_objection_is_permanent_on_all_channels_and_staff_cant_lift_it(
    ada: Contact, by: Actor, at: datetime, connected: None
) -> None:
    recorded = dnd.object_to_marketing(contact_id=ada.pk, by=by, at=at, note="She wrote a letter.")

    row = Suppression.objects.get(pk=recorded.set_ids[0])
    assert (row.reason, row.kind, row.channel, row.rule) == (Reason.OBJECTION, Kind.PERMANENT, Channel.ALL, "R23")
    lifted = dnd.lift(
        contact_id=ada.pk,
        channels=[Channel.ALL],
        reasons=[Reason.OBJECTION],
        by=by,
        at=at,
        attest=Attestation(True, True, at, "call", "yes"),
    )
    assert {one.code for one in lifted.refusals} == {"permanent_dnd"}
    again = dnd.object_to_marketing(contact_id=ada.pk, by=by, at=at + timedelta(days=1), note="Again.")
    assert {one.effect for one in again.outcomes} == {Effect.UNCHANGED}
    assert decide(GateRequest(Channel.SMS, Purpose.TRANSACTIONAL), Subject(contact_id=ada.pk)).decision.allowed


def test_duplicates_are_found_by_address_and_by_name(zeb: Known) -> None:
    same_name = make_contact("zebulon", "QUILLFEATHER")
    same_phone = make_contact("Z", phone=PHONE)
    make_contact("Zebulon", "Other")

    assert duplicates_of(zeb.contact.pk) == [same_phone, same_name]
