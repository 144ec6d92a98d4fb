"""Permanent means permanent: every way around it that the database and the verbs know, tried one by one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.db.models.deletion import Collector

from consent.models import Evidence, InboundMessage, LedgerEntry, Review, Suppression
from consent.models.inbox import Delivery
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import Attestation, ConsentEvent, GateRequest
from consent.vocabulary import CHANNELS, Channel, Covers, EventKind, Kind, LiftRoute, Purpose, Reason, Source
from contacts.drafts import NewAddress
from contacts.models import Address, Contact, ContactAddress
from contacts.services import create_contact, delete_contact, erase_contact, merge_contacts, set_addresses
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(bo: Contact, at: datetime, connected: None) -> Suppression:
    """Bo texted STOP an hour ago."""
    record_event(
        event=ConsentEvent(
            EventKind.TEXT_OPT_OUT, (Channel.SMS,), at - timedelta(hours=1), Source.CONTACT, detail="stop"
        ),
        address_id=addresses_by_channel(bo.pk)[Channel.SMS][0],
        by=SYSTEM,
        at=at - timedelta(hours=1),
    )
    return Suppression.objects.get(contact=bo)


def frozen(row: Suppression) -> dict[str, object]:
    return Suppression.objects.values().get(pk=row.pk)


def may_text(contact: Contact, purpose: Purpose = Purpose.MARKETING) -> bool:
    return decide(GateRequest(Channel.SMS, purpose), Subject(contact_id=contact.pk)).decision.allowed


LIFTED_BY_SQL = {
    "lifted_at": "now()",
    "lift_event_id": f"'{uuid.UUID(int=1)}'",
    "lifted_by": "'user:1'",
}

WEAKER: dict[str, dict[str, object]] = {
    "temporary": {"kind": Kind.TEMPORARY},
    "covers less": {"covers": Covers.NON_TRANSACTIONAL},
    "another channel": {"channel": Channel.CALL},
    "inbound only": {"direction": "inbound"},
    "another reason": {"reason": Reason.MANUAL},
    "another reason and kind": {"reason": Reason.MANUAL, "kind": Kind.TEMPORARY},
    "dated back": {"since": datetime.fromisoformat("2020-01-01T00:00:00+00:00")},
    "reaffirmed earlier": {"reaffirmed_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")},
    "recorded earlier": {"recorded_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")},
    "somebody else's": {"contact_id": None},
    "no address": {"address_id": None},
    "running out": {"expires_at": datetime.fromisoformat("2026-11-22T00:00:00+00:00")},
    "told otherwise": {"rule": "R15", "set_kind": EventKind.DND_ON},
    "half lifted": {"lifted_at": datetime.fromisoformat("2026-11-22T00:00:00+00:00")},
}


@pytest.mark.parametrize("fields", WEAKER.values(), ids=WEAKER.keys())
def test_no_update_makes_it_weaker(stopped: Suppression, fields: dict[str, object]) -> None:
    before = frozen(stopped)

    with pytest.raises(DatabaseError), transaction.atomic():
        Suppression.objects.filter(pk=stopped.pk).update(**fields)

    assert frozen(stopped) == before


@pytest.mark.parametrize("fields", WEAKER.values(), ids=WEAKER.keys())
def test_no_save_makes_it_weaker(stopped: Suppression, fields: dict[str, object]) -> None:
    before = frozen(stopped)
    for name, value in fields.items():
        setattr(stopped, name, value)

    with pytest.raises(DatabaseError), transaction.atomic():
        stopped.save()

    assert frozen(stopped) == before


@pytest.mark.parametrize("fields", WEAKER.values(), ids=WEAKER.keys())
def test_no_bulk_update_makes_it_weaker(stopped: Suppression, fields: dict[str, object]) -> None:
    before = frozen(stopped)
    for name, value in fields.items():
        setattr(stopped, name, value)

    with pytest.raises(DatabaseError), transaction.atomic():
        Suppression.objects.bulk_update([stopped], [name.removesuffix("_id") for name in fields])

    assert frozen(stopped) == before


@pytest.mark.parametrize("route", list(LiftRoute))
def test_no_plain_sql_lifts_it_by_any_route_without_proof(stopped: Suppression, route: LiftRoute) -> None:
    before = frozen(stopped)
    assignments = ", ".join(f"{column} = {value}" for column, value in LIFTED_BY_SQL.items())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE consent_suppression SET {assignments}, lift_route = %s, lift_note = 'please',"
            " attestation = %s WHERE id = %s",
            [str(route), json.dumps({"provider_entry_removed": True, "address_validated": True}), stopped.pk],
        )

    assert frozen(stopped) == before


def sql(statement: str) -> Callable[[Suppression], None]:
    def run(row: Suppression) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"id": row.pk})

    return run


def raw_delete(row: Suppression) -> None:
    Suppression.objects.filter(pk=row.pk)._raw_delete(using="default")


def collector_delete(row: Suppression) -> None:
    collector = Collector(using="default")
    collector.collect([row])
    collector.delete()


DELETIONS: dict[str, Callable[[Suppression], object]] = {
    "delete": lambda row: row.delete(),
    "queryset delete": lambda row: Suppression.objects.filter(pk=row.pk).delete(),
    "raw delete": raw_delete,
    "collector": collector_delete,
    "SQL DELETE": sql("DELETE FROM consent_suppression WHERE id = %(id)s"),
    "SQL DELETE by a CTE": sql(
        "WITH gone AS (DELETE FROM consent_suppression WHERE id = %(id)s RETURNING id) SELECT * FROM gone"
    ),
    "TRUNCATE": sql("TRUNCATE consent_suppression CASCADE"),
    "TRUNCATE of contacts": sql("TRUNCATE contacts_contact CASCADE"),
    "contact delete": lambda row: row.contact.delete(),
    "address delete": lambda row: row.address.delete(),
    "SQL DELETE of the contact": sql(
        "DELETE FROM contacts_contact WHERE id = (SELECT contact_id FROM consent_suppression WHERE id = %(id)s)"
    ),
    "SQL DELETE of the address": sql(
        "DELETE FROM contacts_address WHERE id = (SELECT address_id FROM consent_suppression WHERE id = %(id)s)"
    ),
    "number rewritten": sql(
        "UPDATE contacts_address SET value = '+15035550999'"
        " WHERE id = (SELECT address_id FROM consent_suppression WHERE id = %(id)s)"
    ),
}


def to_the_end(deletion: Callable[[Suppression], object], row: Suppression) -> None:
    """Run a deletion and check what the database would check at commit."""
    with transaction.atomic():
        deletion(row)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("deletion", DELETIONS.values(), ids=DELETIONS.keys())
def test_nothing_deletes_it_or_takes_its_number_away(
    stopped: Suppression, truncate_refused: None, deletion: Callable[[Suppression], object]
) -> None:
    before = frozen(stopped)

    with pytest.raises((DatabaseError, ProtectedError)):
        to_the_end(deletion, stopped)

    assert frozen(stopped) == before


@pytest.mark.parametrize("user", ["agent", "support", "compliance", "superuser"])
def test_no_verb_lifts_it_for_any_member_of_staff(
    request: pytest.FixtureRequest, stopped: Suppression, bo: Contact, at: datetime, user: str
) -> None:
    person = request.getfixturevalue(user)
    by = Actor(SYSTEM.kind.USER, str(person.pk), person.get_username())
    before = frozen(stopped)
    everything = Attestation(True, True, at - timedelta(minutes=5), "phone", "He said yes")

    tries = [
        dnd.lift(contact_id=bo.pk, channels=[Channel.SMS], by=by, at=at, note="please", attest=everything),
        dnd.lift(contact_id=bo.pk, channels=[Channel.ALL], by=by, at=at, note="please", attest=everything),
        dnd.lift(
            contact_id=bo.pk, channels=[Channel.SMS], suppression_ids=[stopped.pk], by=by, at=at, attest=everything
        ),
        dnd.lift(contact_id=bo.pk, channels=[Channel.SMS], reasons=[Reason.OPT_OUT], by=by, at=at),
    ]

    assert [[refusal.code for refusal in tried.refusals] for tried in tries] == [["permanent_dnd"]] * 4
    assert frozen(stopped) == before
    assert LedgerEntry.objects.filter(effect="refused", actor=by.ref, suppression_id=stopped.pk).count() == 4


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.EXPIRED,
        EventKind.HOLD_DISMISSED,
        EventKind.FALSE_POSITIVE,
        EventKind.NUMBER_CORRECTED,
        EventKind.UNBLOCK,
        EventKind.PREFERENCE_RETURN,
    ],
)
def test_no_other_event_lifts_it(stopped: Suppression, bo: Contact, by: Actor, at: datetime, kind: EventKind) -> None:
    before = frozen(stopped)

    record_event(
        event=ConsentEvent(kind, (Channel.SMS,), at, Source.STAFF, suppression_ids=frozenset({stopped.pk})),
        contact_id=bo.pk,
        by=by,
        at=at,
    )

    assert frozen(stopped) == before


@pytest.mark.parametrize(
    "again",
    [
        lambda contact, by, at: dnd.switch_on(contact_id=contact.pk, channels=[Channel.SMS], by=by, at=at),
        lambda contact, by, at: dnd.block(contact_id=contact.pk, on=True, by=by, at=at),
        lambda contact, by, at: dnd.record_verbal_opt_out(
            contact_id=contact.pk, channels=[Channel.SMS], by=by, at=at, note="called"
        ),
    ],
    ids=["manual", "block", "verbal opt-out"],
)
def test_setting_anything_on_top_leaves_it_as_strong_as_it_was(
    stopped: Suppression, bo: Contact, by: Actor, at: datetime, again: Callable[..., object]
) -> None:
    again(bo, by, at)
    dnd.block(contact_id=bo.pk, on=False, by=by, at=at)
    dnd.lift(contact_id=bo.pk, channels=[Channel.SMS], reasons=[Reason.MANUAL], by=by, at=at, note="asked")

    row = Suppression.objects.get(pk=stopped.pk)
    assert (row.kind, row.lifted_at, row.since) == (Kind.PERMANENT, None, stopped.since)
    assert not may_text(bo)


def test_a_forged_second_row_does_not_replace_it(stopped: Suppression, at: datetime) -> None:
    copy = Suppression.objects.get(pk=stopped.pk)
    copy.pk = None
    copy.public_id = uuid.uuid4()
    copy.kind = Kind.TEMPORARY
    copy.reason = Reason.MANUAL
    copy.lifted_at = at
    copy.lift_route = LiftRoute.STAFF
    copy.lifted_by = "user:1"
    copy.lift_event_id = uuid.uuid4()

    with pytest.raises(DatabaseError), transaction.atomic():
        Suppression.objects.bulk_create([copy])


def test_changing_the_number_frees_neither_the_contact_nor_the_number(
    stopped: Suppression, bo: Contact, by: Actor, at: datetime
) -> None:
    set_addresses(
        contact_id=bo.pk,
        expected_version=bo.version,
        addresses=[NewAddress(AddressKind.PHONE, "+15035550177", is_primary=True)],
        by=by,
        at=at,
    )
    heir = create_contact(first_name="Heir", addresses=[NewAddress(AddressKind.PHONE, "+1 503 555 0102")], by=by, at=at)

    assert not may_text(bo)
    assert not may_text(heir)


def test_deleting_and_re_creating_the_contact_frees_nobody(
    stopped: Suppression, bo: Contact, by: Actor, at: datetime
) -> None:
    delete_contact(contact_id=bo.pk, by=by, at=at)
    again = create_contact(first_name="Bo", addresses=[NewAddress(AddressKind.PHONE, "1-503-555-0102")], by=by, at=at)

    assert not may_text(again)
    assert may_text_address("+15035550102") is False


@pytest.mark.parametrize("route", ["merged into another", "another merged into it", "erased"])
def test_no_merge_and_no_erasure_touches_it_or_frees_anybody(
    stopped: Suppression, bo: Contact, ada: Contact, by: Actor, at: datetime, route: str
) -> None:
    before = frozen(stopped)

    if route == "erased":
        erase_contact(contact_id=bo.pk, reason="Ticket 1", by=by, at=at)
    else:
        keep, absorb = (ada, bo) if route == "merged into another" else (bo, ada)
        merge_contacts(keep_id=keep.pk, absorb_id=absorb.pk, by=by, at=at)
        assert not may_text(keep)

    assert frozen(stopped) == before
    assert not may_text_address("+15035550102")
    again = create_contact(first_name="Bo", addresses=[NewAddress(AddressKind.PHONE, "1-503-555-0102")], by=by, at=at)
    assert not may_text(again)


def may_text_address(value: str) -> bool:
    return decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(address_value=value)).decision.allowed


def test_taking_the_number_off_behind_the_verbs_back_leaves_the_contact_silenced(
    stopped: Suppression, bo: Contact
) -> None:
    ContactAddress.objects.filter(contact=bo).delete()
    twin = create_contact(first_name="Twin", by=SYSTEM, at=stopped.recorded_at)
    number = Address.objects.get(pk=stopped.address_id)
    ContactAddress.objects.create(
        contact=twin, address=number, kind=number.kind, is_primary=True, joined_at=stopped.recorded_at
    )

    assert not may_text(bo)
    assert not may_text(twin)


@pytest.mark.parametrize("table", ["consent_ledgerentry", "consent_inboundmessage", "consent_historicalsuppression"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET id = id"])
def test_the_record_itself_is_append_only(
    stopped: Suppression, truncate_refused: None, table: str, statement: str
) -> None:
    if "UPDATE" in statement and table == "consent_historicalsuppression":
        statement = "UPDATE {} SET history_id = history_id"
    if table == "consent_inboundmessage":
        a_message(stopped.address_id, stopped.recorded_at)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def a_message(
    address_id: int | None, at: datetime, *, channel: Channel = Channel.SMS, opts_in: bool = True, **read: str
) -> int:
    delivery = Delivery.objects.create(
        provider="twilio", door="twilio.inbound", event_id=uuid.uuid4().hex, body_hash="0", body=b"", received_at=at
    )
    return InboundMessage.objects.create(
        delivery=delivery,
        address_id=address_id,
        channel=channel,
        body="START",
        **{"message_class": "opt_in", "rule": "K02", "matched_by": "words", "matched": "start", **read},
        opts_in=opts_in,
        occurred_at=at,
        recorded_at=at,
    ).pk


def try_to_lift(row: Suppression, at: datetime, **proof: object) -> None:
    with transaction.atomic():
        Suppression.objects.filter(pk=row.pk).update(
            lifted_at=at, lifted_by="contact", lift_event_id=uuid.uuid4(), **proof
        )


def test_an_opt_in_lifts_it_only_where_it_is_the_contacts_own_and_newer(
    stopped: Suppression, ada: Contact, at: datetime
) -> None:
    adas = addresses_by_channel(ada.pk)[Channel.SMS][0]
    wrong = [
        a_message(adas, at),
        a_message(stopped.address_id, stopped.since),
        a_message(stopped.address_id, at, channel=Channel.WHATSAPP),
        a_message(stopped.address_id, at, opts_in=False),
    ]

    for message_id in wrong:
        with pytest.raises(DatabaseError):
            try_to_lift(stopped, at, lift_route=LiftRoute.CONTACT_OPT_IN, lift_message_id=message_id)

    try_to_lift(stopped, at, lift_route=LiftRoute.CONTACT_OPT_IN, lift_message_id=a_message(stopped.address_id, at))
    assert Suppression.objects.get(pk=stopped.pk).lifted_at == at


@pytest.mark.parametrize(
    ("set_by", "falls_short", "reaches"),
    [
        (EventKind.PROVIDER_OPT_OUT, {"matched": "resubscribe"}, {"matched": "unstop"}),
        (EventKind.PROVIDER_OPT_OUT, {"matched": "yes"}, {"matched": "in", "matched_by": "provider"}),
        (EventKind.PROVIDER_OPT_OUT, {"message_class": "none", "matched": ""}, {}),
        (EventKind.TEXT_HOSTILE, {"message_class": "none", "matched": ""}, {"matched": "resubscribe"}),
    ],
)
def test_an_opt_in_lifts_no_more_in_plain_sql_than_by_the_rules(
    stopped: Suppression, at: datetime, set_by: EventKind, falls_short: dict[str, str], reaches: dict[str, str]
) -> None:
    before = at - timedelta(minutes=30)
    event = ConsentEvent(set_by, (Channel.SMS,), before, Source.PROVIDER)
    record_event(event=event, address_id=stopped.address_id, by=SYSTEM, at=before)
    row = Suppression.objects.get(set_kind=set_by, channel=Channel.SMS)
    short, enough = (a_message(row.address_id, at, **read) for read in (falls_short, reaches))

    with pytest.raises(DatabaseError):
        try_to_lift(row, at, lift_route=LiftRoute.CONTACT_OPT_IN, lift_message_id=short)
    try_to_lift(row, at, lift_route=LiftRoute.CONTACT_OPT_IN, lift_message_id=enough)

    assert Suppression.objects.get(pk=row.pk).lifted_at == at


def test_a_lifted_one_never_stands_up_again_or_changes(stopped: Suppression, at: datetime) -> None:
    try_to_lift(stopped, at, lift_route=LiftRoute.CONTACT_OPT_IN, lift_message_id=a_message(stopped.address_id, at))

    for fields in ({"lifted_at": None}, {"lift_note": "edited"}, {"lifted_by": "user:9"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Suppression.objects.filter(pk=stopped.pk).update(**fields)


def test_a_review_is_no_way_out_of_an_opt_out(stopped: Suppression, support: object, at: datetime) -> None:
    review = Review.objects.create(
        suppression=stopped, verdict="false_positive", reviewer=support, note="I think so", decided_at=at
    )

    with pytest.raises(DatabaseError):
        try_to_lift(stopped, at, lift_route=LiftRoute.REVIEWER, lift_review_id=review.pk)


class TestEvidenceRoute:
    """The database's half of four eyes; the verbs have theirs."""

    def file(self, stopped: Suppression, agent: object, at: datetime, **fields: object) -> Evidence:
        filed = {
            "contact_id": stopped.contact_id,
            "address_id": stopped.address_id,
            "channels": ["sms"],
            "method": "signed_paper",
            "wording": "Yes, text me",
            "consent_given_at": at - timedelta(minutes=5),
            "submitted_by": agent,
            "submitted_at": at,
        }
        return Evidence.objects.create(**{**filed, **fields})

    def approve(self, evidence: Evidence, by: object, at: datetime) -> None:
        with transaction.atomic():
            Evidence.objects.filter(pk=evidence.pk).update(
                status="approved", reviewed_by=by, reviewed_at=at, review_reason="Signature checked"
            )

    def test_approved_by_a_second_person_it_lifts(
        self, stopped: Suppression, agent: object, support: object, at: datetime
    ) -> None:
        evidence = self.file(stopped, agent, at)
        self.approve(evidence, support, at)

        try_to_lift(stopped, at, lift_route=LiftRoute.APPROVED_EVIDENCE, evidence_id=evidence.pk)

        assert Suppression.objects.get(pk=stopped.pk).evidence_id == evidence.pk

    def test_nobody_approves_their_own_and_pending_evidence_lifts_nothing(
        self, stopped: Suppression, agent: object, at: datetime
    ) -> None:
        evidence = self.file(stopped, agent, at)

        with pytest.raises(DatabaseError):
            self.approve(evidence, agent, at)
        with pytest.raises(DatabaseError):
            try_to_lift(stopped, at, lift_route=LiftRoute.APPROVED_EVIDENCE, evidence_id=evidence.pk)

    def test_evidence_is_never_born_approved_and_never_edited(
        self, stopped: Suppression, agent: object, support: object, at: datetime
    ) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            self.file(stopped, agent, at, status="approved", reviewed_by=support, reviewed_at=at, review_reason="x")
        evidence = self.file(stopped, agent, at)
        for fields in ({"submitted_by": support}, {"channels": ["sms", "call"]}, {"wording": "other"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Evidence.objects.filter(pk=evidence.pk).update(**fields)
        self.approve(evidence, support, at)
        with pytest.raises(DatabaseError), transaction.atomic():
            Evidence.objects.filter(pk=evidence.pk).update(review_reason="another")

    @pytest.mark.parametrize("wrong", ["older", "channel", "somebody else"])
    def test_it_must_be_newer_for_that_channel_and_that_person(
        self, stopped: Suppression, agent: object, support: object, ada: Contact, at: datetime, wrong: str
    ) -> None:
        fields: dict[str, dict[str, object]] = {
            "older": {"consent_given_at": stopped.since},
            "channel": {"channels": ["whatsapp"]},
            "somebody else": {
                "contact_id": ada.pk,
                "address_id": addresses_by_channel(ada.pk)[Channel.SMS][0],
            },
        }
        evidence = self.file(stopped, agent, at, **fields[wrong])
        self.approve(evidence, support, at)

        with pytest.raises(DatabaseError):
            try_to_lift(stopped, at, lift_route=LiftRoute.APPROVED_EVIDENCE, evidence_id=evidence.pk)

    @pytest.mark.parametrize(("channels", "lifts"), [(["sms"], False), ([*CHANNELS], True)])
    def test_what_stands_on_every_channel_goes_on_where_it_says_nothing(
        self, bo: Contact, agent: object, support: object, at: datetime, channels: list[str], lifts: bool
    ) -> None:
        before = at - timedelta(minutes=30)
        event = ConsentEvent(EventKind.IMPORT_SUPPRESSION, (Channel.ALL,), before, Source.SYSTEM)
        record_event(event=event, contact_id=bo.pk, by=SYSTEM, at=before)
        everywhere = Suppression.objects.filter(contact=bo, channel=Channel.ALL)
        evidence = self.file(everywhere[0], agent, at, channels=channels)
        self.approve(evidence, support, at)

        with nullcontext() if lifts else pytest.raises(DatabaseError), transaction.atomic():
            for row in everywhere:
                try_to_lift(row, at, lift_route=LiftRoute.APPROVED_EVIDENCE, evidence_id=evidence.pk)
            connection.check_constraints()

        assert everywhere.filter(lifted_at=None).exists() != lifts


def test_a_temporary_one_can_be_cleared_by_staff_on_every_channel(
    ada: Contact, by: Actor, at: datetime, connected: None
) -> None:
    """The same doors that refuse a permanent one let a temporary one through."""
    for channel in CHANNELS:
        dnd.switch_on(contact_id=ada.pk, channels=[channel], by=by, at=at)
        assert dnd.lift(contact_id=ada.pk, channels=[channel], by=by, at=at).changed

    assert may_text(ada)
