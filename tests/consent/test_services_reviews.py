"""Reviewers and held messages: who is silenced in the end, on whose word, and exactly once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection

from consent.models import InboundMessage, LedgerEntry, Review, Suppression
from consent.models.review import Verdict
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.selectors.holds import HOLD_BUSINESS_DAYS, calendar, case_of, standing_signals, told_by, waiting_holds
from consent.services import holds
from consent.services.reviews import UnableToReview, correct_number, decide_hold, mark_false_positive
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Address, Contact
from contacts.services import delete_contact
from contacts.values import SYSTEM, Actor
from tests.conftest import actor
from tests.consent.doors import INBOUND, knock, sms
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

DOUBTFUL = "stop sending so many"


@pytest.fixture
def reviewer(support: User) -> Actor:
    return actor(support)


@pytest.fixture
def held(ada: Contact) -> Suppression:
    """Ada, who shares her number with a twin, wrote something that may be an opt-out."""
    make_contact("Twin", phone="+15035550101")
    knock(INBOUND, sms("+15035550101", DOUBTFUL))
    return Suppression.objects.get(contact=ada)


def reasons(contact: Contact, channel: Channel = Channel.SMS) -> set[str]:
    answer = decide(GateRequest(channel, Purpose.MARKETING), Subject(contact_id=contact.pk))
    return {reason.code for reason in answer.decision.reasons}


def last_event() -> list[tuple[str, str, str]]:
    """Return the lines of the ledger's last event: kind, effect, rule."""
    event = LedgerEntry.objects.latest("id").event_id
    return list(LedgerEntry.objects.filter(event_id=event).order_by("id").values_list("kind", "effect", "rule"))


def test_a_hold_that_is_no_opt_out_frees_everybody_at_the_number(
    held: Suppression, ada: Contact, reviewer: Actor, at: datetime
) -> None:
    reviewed = decide_hold(suppression_id=held.pk, is_opt_out=False, note="She means fewer.", by=reviewer, at=later())

    assert reasons(ada) == set()
    rows = Suppression.objects.all()
    assert {(row.lift_route, row.lifted_by, row.lift_message.body) for row in rows} == {
        ("reviewer", reviewer.ref, DOUBTFUL)
    }
    assert {row.lift_review for row in rows} == set(reviewed.reviews)
    assert set(Review.objects.values_list("verdict", "note")) == {("not_opt_out", "She means fewer.")}
    assert set(LedgerEntry.objects.filter(kind="hold_dismissed").values_list("effect", "rule", "route")) == {
        ("lifted", "L08", "reviewer")
    }
    assert LedgerEntry.objects.latest("id").message_id == InboundMessage.objects.get().pk


def test_a_hold_that_is_an_opt_out_silences_for_good_from_the_day_it_was_written(
    held: Suppression, ada: Contact, reviewer: Actor
) -> None:
    decide_hold(suppression_id=held.pk, is_opt_out=True, note="Clear enough.", by=reviewer, at=later(days=0))

    standing = Suppression.objects.filter(lifted_at=None)
    assert {(row.reason, row.kind, row.rule, row.since) for row in standing} == {
        ("opt_out", "permanent", "R01", held.since)
    }
    assert standing.count() == 2
    assert reasons(ada) == {"opt_out"}
    knock(INBOUND, sms("+15035550101", "START"))
    assert reasons(ada) == set()


def later(days: int = 1) -> datetime:
    return InboundMessage.objects.latest("id").occurred_at + timedelta(days=days)


def test_a_hold_is_decided_once(held: Suppression, ada: Contact, reviewer: Actor) -> None:
    decide_hold(suppression_id=held.pk, is_opt_out=True, note="A no.", by=reviewer, at=later())
    written = LedgerEntry.objects.count()

    with pytest.raises(UnableToReview) as refused:
        decide_hold(suppression_id=held.pk, is_opt_out=False, note="No no.", by=reviewer, at=later())

    assert (refused.value.code, "became an opt-out" in str(refused.value)) == ("settled", True)
    assert reasons(ada) == {"opt_out"}
    assert LedgerEntry.objects.count() == written


def test_a_start_settles_a_hold(held: Suppression, reviewer: Actor) -> None:
    knock(INBOUND, sms("+15035550101", "START"))

    with pytest.raises(UnableToReview, match="opted in on that channel"):
        decide_hold(suppression_id=held.pk, is_opt_out=True, note="A no.", by=reviewer, at=later())

    assert not Review.objects.exists()
    assert waiting_holds() == []


def test_a_judgement_needs_a_note_and_a_person(held: Suppression, reviewer: Actor) -> None:
    for by, note, code in ((reviewer, "  ", "required"), (SYSTEM, "Fine", "person_required")):
        with pytest.raises(UnableToReview) as refused:
            decide_hold(suppression_id=held.pk, is_opt_out=True, note=note, by=by, at=later())
        assert refused.value.code == code
    assert not Review.objects.exists()


def test_a_new_holder_of_a_held_number_is_judged_with_the_others(held: Suppression, reviewer: Actor) -> None:
    newcomer = make_contact("Newcomer", phone="+15035550101")
    assert reasons(newcomer) == {"review_hold"}

    decide_hold(suppression_id=held.pk, is_opt_out=True, note="A no.", by=reviewer, at=later())

    assert reasons(newcomer) == {"opt_out"}


def test_two_doubtful_messages_are_one_case_on_the_clock_of_the_first(held: Suppression) -> None:
    knock(INBOUND, sms("+15035550101", "enough"))

    [case] = waiting_holds()

    assert case.since == held.since
    assert [message.body for message in told_by(case)] == ["enough", DOUBTFUL]


def test_each_channel_is_a_case_of_its_own(held: Suppression, ada: Contact, reviewer: Actor) -> None:
    knock(INBOUND, sms("whatsapp:+15035550101", DOUBTFUL))
    assert [case.channel for case in waiting_holds()] == [Channel.SMS, Channel.WHATSAPP]

    decide_hold(suppression_id=held.pk, is_opt_out=False, note="Fewer.", by=reviewer, at=later())

    assert reasons(ada) == set()
    assert reasons(ada, Channel.WHATSAPP) == {"review_hold"}


def test_nothing_is_reviewed_that_the_ledger_can_not_take(held: Suppression, ada: Contact, reviewer: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'no ledger'; END $$;"
            " CREATE TRIGGER a_full_disk BEFORE INSERT ON consent_ledgerentry"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
        )

    with pytest.raises(DatabaseError, match="no ledger"):
        decide_hold(suppression_id=held.pk, is_opt_out=False, note="Fewer.", by=reviewer, at=later())

    assert reasons(ada) == {"review_hold"}
    assert not Review.objects.exists()


def test_an_unreviewed_hold_becomes_an_opt_out_when_its_days_have_passed(held: Suppression, ada: Contact) -> None:
    due = calendar().hold_due_at(held.since)

    assert holds.confirm_overdue(at=due - timedelta(seconds=1)) == 0
    assert reasons(ada) == {"review_hold"}
    assert holds.confirm_overdue(at=due) == 1
    assert reasons(ada) == {"opt_out"}

    written = LedgerEntry.objects.count()
    assert holds.confirm_overdue(at=due + timedelta(days=1)) == 0
    assert LedgerEntry.objects.count() == written
    row = Suppression.objects.get(contact=ada, lifted_at=None)
    assert (row.set_kind, row.set_by, row.source, row.since) == ("hold_confirmed", "system", "system", held.since)
    assert not Review.objects.exists()
    assert (due - held.since).days >= HOLD_BUSINESS_DAYS


def test_the_clock_confirms_the_other_holds_when_one_fails(
    held: Suppression, bo: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    knock(INBOUND, sms("+15035550102", DOUBTFUL))
    confirm = holds._confirm

    def fail_for_ada(suppression_id: int, at: datetime) -> bool:
        if case_of(suppression_id) == case_of(held.pk):
            raise OSError("no ledger")
        return confirm(suppression_id, at)

    monkeypatch.setattr(holds, "_confirm", fail_for_ada)

    assert holds.confirm_overdue(at=later(14)) == 1
    assert reasons(bo) == {"opt_out"}
    assert Suppression.objects.get(pk=held.pk).lifted_at is None


@pytest.mark.parametrize(
    ("body", "reason"), [("Wrong number", "wrong_number"), ("He passed away last week", "deceased")]
)
def test_a_false_positive_takes_a_signal_back_with_a_review_behind_it(
    ada: Contact, reviewer: Actor, body: str, reason: str
) -> None:
    knock(INBOUND, sms("+15035550101", body))
    assert reasons(ada) == {reason}
    [case] = standing_signals()
    assert [message.body for message in told_by(case)] == [body]

    mark_false_positive(suppression_id=case.suppression_id, note="She quoted a film.", by=reviewer, at=later())

    assert reasons(ada) == reasons(ada, Channel.CALL) == set()
    assert set(Suppression.objects.values_list("lift_route", flat=True)) == {"reviewer"}
    assert Review.objects.filter(verdict=Verdict.FALSE_POSITIVE).count() == len(case.rows)
    assert last_event() == [("false_positive", "lifted", "L08")]


def test_a_stop_is_no_signal_and_no_hold_that_a_reviewer_could_take_back(ada: Contact, reviewer: Actor) -> None:
    knock(INBOUND, sms("+15035550101", "stop texting me"))
    row = Suppression.objects.get()

    for review in (mark_false_positive, lambda **given: decide_hold(is_opt_out=False, **given)):
        with pytest.raises(UnableToReview) as refused:
            review(suppression_id=row.pk, note="It was nothing.", by=reviewer, at=later())
        assert refused.value.code == "not_found"
    assert reasons(ada) == {"opt_out"}


@pytest.fixture
def wrong(ada: Contact) -> Suppression:
    knock(INBOUND, sms("+15035550101", "Wrong number"))
    return Suppression.objects.filter(channel="sms").get()


def test_a_corrected_number_reaches_the_contact_and_the_old_one_stays_silenced(
    wrong: Suppression, ada: Contact, reviewer: Actor
) -> None:
    correct_number(
        suppression_id=wrong.pk,
        contact_id=ada.pk,
        new_number="(503) 555-0188",
        note="Read back on the phone.",
        by=reviewer,
        at=later(),
    )

    assert reasons(ada) == set()
    [number] = [Address.objects.get(pk=each) for each in addresses_by_channel(ada.pk)[Channel.SMS]]
    assert number.value == "+15035550188"
    stranger = decide(GateRequest(Channel.CALL, Purpose.TRANSACTIONAL), Subject(address_value="+15035550101"))
    assert [reason.code for reason in stranger.decision.reasons] == ["wrong_number"]
    review = Review.objects.get()
    assert (review.verdict, review.suppression.address.value) == ("number_corrected", "+15035550101")
    assert last_event() == [("number_corrected", "nothing", "L10")]
    assert LedgerEntry.objects.latest("id").contact_id == ada.pk


def test_a_corrected_number_that_said_stop_stays_silent(wrong: Suppression, ada: Contact, reviewer: Actor) -> None:
    knock(INBOUND, sms("+15035550188", "STOP"))

    correct_number(
        suppression_id=wrong.pk, contact_id=ada.pk, new_number="+15035550188", note="Typo.", by=reviewer, at=later()
    )

    assert reasons(ada) == {"opt_out", "provider_opt_out"}


@pytest.mark.parametrize(
    ("new_number", "field", "code"),
    [
        ("", "new_number", "invalid"),
        ("not a number", "new_number", "invalid"),
        ("503 555 0101", "new_number", "same_number"),
    ],
)
def test_a_correction_names_the_field_it_refuses(
    wrong: Suppression, ada: Contact, reviewer: Actor, new_number: str, field: str, code: str
) -> None:
    with pytest.raises(UnableToReview) as refused:
        correct_number(
            suppression_id=wrong.pk, contact_id=ada.pk, new_number=new_number, note="?", by=reviewer, at=later()
        )

    assert (refused.value.field, refused.value.code) == (field, code)
    assert not Review.objects.exists()


def test_a_number_is_corrected_once_and_only_for_who_holds_it(
    wrong: Suppression, ada: Contact, bo: Contact, reviewer: Actor
) -> None:
    def correct(contact: Contact) -> None:
        correct_number(
            suppression_id=wrong.pk,
            contact_id=contact.pk,
            new_number="+15035550188",
            note="Typo.",
            by=reviewer,
            at=later(),
        )

    correct(ada)

    for contact in (ada, bo):
        with pytest.raises(UnableToReview) as refused:
            correct(contact)
        assert refused.value.code == "not_held"
    assert Review.objects.count() == 1


def test_a_deleted_contact_is_not_corrected(wrong: Suppression, ada: Contact, reviewer: Actor) -> None:
    delete_contact(contact_id=ada.pk, by=SYSTEM, at=later())

    with pytest.raises(UnableToReview):
        correct_number(
            suppression_id=wrong.pk, contact_id=ada.pk, new_number="+15035550188", note="?", by=reviewer, at=later()
        )
