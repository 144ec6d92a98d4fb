"""Anything, in any order, as often as you like: the gate answers as the model does."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from consent.values import Attestation, SuppressionTerms
from consent.vocabulary import Channel, EventKind, Kind, Purpose, Reason
from tests.consent.machine import MAILBOXES, PEOPLE, PHONES, ConsentMachine
from tests.consent.model import PHONE_CHANNELS

CHANNELS = (*PHONE_CHANNELS, Channel.EMAIL)

SAID_BY_TEXT = [
    EventKind.TEXT_OPT_OUT,
    EventKind.TEXT_AMBIGUOUS,
    EventKind.PROVIDER_OPT_OUT,
    EventKind.TEXT_WRONG_NUMBER,
    EventKind.TEXT_DECEASED,
    EventKind.TEXT_HOSTILE,
]
SAID_ON = {
    Channel.SMS: [
        *SAID_BY_TEXT,
        EventKind.CARRIER_BLOCK,
        EventKind.HANDSET_UNREACHABLE,
        EventKind.NUMBER_UNKNOWN,
        EventKind.NUMBER_LANDLINE,
    ],
    Channel.WHATSAPP: [*SAID_BY_TEXT, EventKind.APP_OPT_OUT, EventKind.MARKETING_STOP],
    Channel.EMAIL: [
        EventKind.EMAIL_BOUNCE,
        EventKind.EMAIL_BOUNCES_PERSIST,
        EventKind.EMAIL_UNSUBSCRIBE,
        EventKind.EMAIL_COMPLAINT,
    ],
}
OPT_INS = [EventKind.TEXT_OPT_IN, EventKind.TEXT_OPT_IN_WORD, EventKind.TEXT_ANY]

people = st.sampled_from(PEOPLE)
phones = st.sampled_from(PHONES)
mailboxes = st.sampled_from(MAILBOXES)
messaging = st.sampled_from([Channel.SMS, Channel.WHATSAPP])
delays = st.one_of(st.just(0), st.integers(1, 12))

FORGEABLE = [EventKind.STAFF_LIFT, EventKind.EXPIRED]


class EverythingMachine(ConsentMachine):
    """Everything that can happen, to three people with three phones and two mailboxes."""

    # The contact and the providers

    @rule(channel=messaging, address=phones, delay=delays, data=st.data())
    def a_no_comes_from_a_phone(self, channel: Channel, address: int, delay: int, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(SAID_ON[channel]))
        said_at = self._said_at(address, delay)
        self._record(self._event(kind, channel, said_at=said_at), address=address)
        self.model.hears_no(kind, channel, address, said_at)

    @rule(address=mailboxes, delay=delays, kind=st.sampled_from(SAID_ON[Channel.EMAIL]))
    def a_no_comes_from_a_mailbox(self, address: int, delay: int, kind: EventKind) -> None:
        said_at = self._said_at(address, delay)
        self._record(self._event(kind, Channel.EMAIL, said_at=said_at), address=address)
        self.model.hears_no(kind, Channel.EMAIL, address, said_at)

    @rule(channel=messaging, address=phones, delay=delays, kind=st.sampled_from(OPT_INS))
    def a_yes_comes_from_a_phone(self, channel: Channel, address: int, delay: int, kind: EventKind) -> None:
        said_at = self._tick() - timedelta(minutes=delay)
        self._record(self._event(kind, channel, said_at=said_at), address=address)
        self.model.hears_yes(kind, channel, address, said_at)

    @rule(address=phones, delay=delays)
    def marketing_is_resumed_in_the_app(self, address: int, delay: int) -> None:
        said_at = self._tick() - timedelta(minutes=delay)
        self._record(self._event(EventKind.MARKETING_RESUME, Channel.WHATSAPP, said_at=said_at), address=address)
        self.model.hears_yes(EventKind.MARKETING_RESUME, Channel.WHATSAPP, address, said_at)

    @rule(person=people, address=mailboxes)
    def somebody_leaves_for_good_by_the_link_in_a_mail(self, person: int, address: int) -> None:
        now = self._tick()
        self._record(self._event(EventKind.PREFERENCE_NEVER, Channel.EMAIL), person=person, address=address)
        self.model.hears_no(EventKind.PREFERENCE_NEVER, Channel.EMAIL, address, now, named=person)

    @rule(person=people, address=mailboxes)
    def somebody_comes_back_by_the_link_in_a_mail(self, person: int, address: int) -> None:
        now = self._tick()
        self._record(self._event(EventKind.PREFERENCE_RETURN, Channel.EMAIL), person=person, address=address)
        self.model.comes_back(person, address, Channel.EMAIL, now)

    @rule(person=people)
    def somebody_objects(self, person: int) -> None:
        now = self._tick()
        self._record(self._event(EventKind.OBJECTION, Channel.ALL), person=person)
        self.model.objects(person, now)

    # Staff

    @rule(person=people, channel=st.sampled_from(CHANNELS))
    def staff_record_a_spoken_no(self, person: int, channel: Channel) -> None:
        now = self._tick()
        self._record(self._event(EventKind.STAFF_OPT_OUT, channel), person=person)
        self.model.staff_hear_no(person, channel, now)

    @rule(person=people, channel=st.sampled_from(CHANNELS), minutes=st.one_of(st.none(), st.integers(1, 5)))
    def staff_switch_dnd_on(self, person: int, channel: Channel, minutes: int | None) -> None:
        now = self._tick()
        until = None if minutes is None else now + timedelta(minutes=minutes)
        self._record(self._event(EventKind.DND_ON, channel, expires_at=until), person=person)
        self.model.staff_set(Reason.MANUAL, person, channel, now, until)

    @rule(person=people)
    def staff_switch_do_not_contact_on(self, person: int) -> None:
        now = self._tick()
        self._record(self._event(EventKind.DO_NOT_CONTACT_ON, Channel.ALL), person=person)
        self.model.staff_set(Reason.DO_NOT_CONTACT, person, Channel.ALL, now, None)

    @rule(person=people, block=st.booleans())
    def staff_block_or_unblock(self, person: int, block: bool) -> None:
        now = self._tick()
        self._record(self._event(EventKind.BLOCK if block else EventKind.UNBLOCK, Channel.ALL), person=person)
        if block:
            self.model.staff_block(person, now)
        else:
            self.model.staff_unblock(person)

    @rule(
        person=people,
        channel=st.sampled_from([*CHANNELS, Channel.ALL]),
        noted=st.booleans(),
        attested=st.booleans(),
        reasons=st.one_of(st.none(), st.sets(st.sampled_from(Reason), min_size=1, max_size=3)),
    )
    def staff_clear(
        self, person: int, channel: Channel, noted: bool, attested: bool, reasons: set[Reason] | None
    ) -> None:
        now = self._tick()
        attest = Attestation(True, True, now, "by phone", "Yes, offers please") if attested else Attestation()
        event = self._event(
            EventKind.STAFF_LIFT,
            channel,
            note="she asked" if noted else " ",
            attest=attest,
            reasons=None if reasons is None else frozenset(reasons),
        )
        done = self._record(event, person=person)
        assert done == self.model.staff_clear(person, channel, reasons, noted=noted, attested=attested)

    @precondition(lambda self: self.register.rows)
    @rule(person=people, kind=st.sampled_from(FORGEABLE), data=st.data())
    def a_form_is_forged(self, person: int, kind: EventKind, data: st.DataObject) -> None:
        """Name any row at all by its id, whoever's it is: nothing permanent and nobody else's ends."""
        row = data.draw(st.sampled_from(list(self.register.rows.values())))
        before = dict(self.register.rows)
        self._tick()

        event = self._event(kind, row.channel, direction=row.direction, suppression_ids=frozenset({row.id}))
        self._record(event, person=person)

        foreign = row.contact_id != person and (person, row.address_id) not in self.register.held
        due = kind is EventKind.EXPIRED and row.expires_at is not None and row.expires_at <= self.now
        theirs = kind is EventKind.STAFF_LIFT and not foreign
        if row.kind is Kind.PERMANENT or not (theirs or due):
            assert self.register.rows == before
        self.register.rows = before
        self.latest = None

    @rule(
        person=people,
        address=st.sampled_from([*PHONES, *MAILBOXES]),
        ago=st.integers(0, 12),
        reconsent=st.booleans(),
        data=st.data(),
    )
    def evidence_is_approved(self, person: int, address: int, ago: int, reconsent: bool, data: st.DataObject) -> None:
        possible = PHONE_CHANNELS if address in PHONES else (Channel.EMAIL,)
        channels = tuple(data.draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True)))
        given_at = self._tick() - timedelta(minutes=ago)
        event = self._event(EventKind.EVIDENCE_APPROVED, *channels, said_at=given_at, provider_reconsent=reconsent)
        self._record(event, person=person, address=address)
        self.model.evidence_approved(person, address, channels, given_at, reconsent=reconsent)

    @rule(
        channel=st.sampled_from([*CHANNELS, Channel.ALL]),
        terms=st.sampled_from(
            [
                (Reason.IMPORTED, Kind.PERMANENT),
                (Reason.IMPORTED, Kind.TEMPORARY),
                (Reason.OPT_OUT, Kind.PERMANENT),
                (Reason.PROVIDER_OPT_OUT, Kind.PERMANENT),
                (Reason.HOSTILE, Kind.PERMANENT),
                (Reason.BOUNCE, Kind.TEMPORARY),
                (Reason.WRONG_NUMBER, Kind.PERMANENT),
            ]
        ),
        whom=st.one_of(people, phones, mailboxes),
    )
    def a_file_is_imported(self, channel: Channel, terms: tuple[Reason, Kind], whom: int) -> None:
        now = self._tick()
        event = self._event(EventKind.IMPORT_SUPPRESSION, channel, terms=SuppressionTerms(*terms))
        permanent = terms[1] is Kind.PERMANENT
        if whom in PEOPLE:
            self._record(event, person=whom)
            self.model.import_no(terms[0], channel, now, permanent=permanent, person=whom)
        else:
            self._record(event, address=whom)
            self.model.import_no(terms[0], channel, now, permanent=permanent, address=whom)

    @precondition(lambda self: self._reviewable())
    @rule(data=st.data(), confirm=st.booleans())
    def a_reviewer_judges(self, data: st.DataObject, confirm: bool) -> None:
        row = data.draw(st.sampled_from(self._reviewable()))
        self._tick()
        place = (row.reason, row.channel, row.address_id, row.contact_id)
        confirmed = confirm and row.reason is Reason.REVIEW_HOLD
        kind = EventKind.HOLD_CONFIRMED if confirmed else EventKind.FALSE_POSITIVE
        if row.reason is Reason.WRONG_NUMBER and confirm:
            kind = EventKind.NUMBER_CORRECTED
        event = self._event(kind, row.channel, suppression_ids=frozenset({row.id}))
        self._record(event, person=row.contact_id, address=row.address_id)
        if confirmed:
            self.model.hold_becomes_opt_out(place)
        else:
            self.model.reviewer_dismisses(place)

    @rule()
    def snoozes_run_out(self) -> None:
        now = self._tick()
        for row in [each for each in self.register.rows.values() if each.expires_at and each.expires_at <= now]:
            event = self._event(
                EventKind.EXPIRED, row.channel, said_at=row.expires_at, suppression_ids=frozenset({row.id})
            )
            self._record(event, person=row.contact_id, address=row.address_id)
        self.model.time_passes(now)

    # Numbers change hands

    @rule(person=people, address=st.sampled_from([*PHONES, *MAILBOXES]))
    def an_address_joins_somebody_or_leaves(self, person: int, address: int) -> None:
        self._tick()
        self._join_or_leave(person, address)


class NumbersMachine(ConsentMachine):
    """What two people say by SMS, from two numbers that change hands, in and out of time."""

    asked = (Channel.SMS,)

    @rule(
        address=st.sampled_from(PHONES[:2]),
        kind=st.sampled_from([EventKind.TEXT_OPT_OUT, EventKind.TEXT_AMBIGUOUS, EventKind.PROVIDER_OPT_OUT]),
        delay=delays,
    )
    def a_no_comes(self, address: int, kind: EventKind, delay: int) -> None:
        said_at = self._said_at(address, delay)
        self._record(self._event(kind, Channel.SMS, said_at=said_at), address=address)
        self.model.hears_no(kind, Channel.SMS, address, said_at)

    @rule(address=st.sampled_from(PHONES[:2]), kind=st.sampled_from(OPT_INS[:2]), delay=delays)
    def a_yes_comes(self, address: int, kind: EventKind, delay: int) -> None:
        said_at = self._tick() - timedelta(minutes=delay)
        self._record(self._event(kind, Channel.SMS, said_at=said_at), address=address)
        self.model.hears_yes(kind, Channel.SMS, address, said_at)

    @precondition(lambda self: any(row.reason is Reason.REVIEW_HOLD for row in self._reviewable()))
    @rule(data=st.data())
    def a_hold_becomes_an_opt_out(self, data: st.DataObject) -> None:
        held = [row for row in self._reviewable() if row.reason is Reason.REVIEW_HOLD]
        row = data.draw(st.sampled_from(held))
        self._tick()
        event = self._event(EventKind.HOLD_CONFIRMED, Channel.SMS, suppression_ids=frozenset({row.id}))
        self._record(event, person=row.contact_id, address=row.address_id)
        self.model.hold_becomes_opt_out((row.reason, row.channel, row.address_id, row.contact_id))

    @rule(person=st.sampled_from(PEOPLE[:2]), address=st.sampled_from(PHONES[:2]), ago=st.integers(0, 6))
    def evidence_is_approved(self, person: int, address: int, ago: int) -> None:
        given_at = self._tick() - timedelta(minutes=ago)
        event = self._event(EventKind.EVIDENCE_APPROVED, Channel.SMS, said_at=given_at)
        self._record(event, person=person, address=address)
        self.model.evidence_approved(person, address, (Channel.SMS,), given_at, reconsent=False)

    @rule(person=st.sampled_from(PEOPLE[:2]), address=st.sampled_from(PHONES[:2]))
    def a_number_changes_hands(self, person: int, address: int) -> None:
        self._tick()
        self._join_or_leave(person, address)


TestEverything = EverythingMachine.TestCase
TestEverything.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestNumbers = NumbersMachine.TestCase
TestNumbers.settings = settings(
    max_examples=120, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


# Lives that a walk at random meets once in many thousands


def start_of_two_lives() -> NumbersMachine:
    life = NumbersMachine()
    life.two_people_hold_a_number_and_a_mailbox_each()
    return life


def every_hold_becomes_an_opt_out(life: NumbersMachine) -> None:
    for row in list(life.register.rows.values()):
        life._tick()
        event = life._event(EventKind.HOLD_CONFIRMED, Channel.SMS, suppression_ids=frozenset({row.id}))
        life._record(event, person=row.contact_id, address=row.address_id)
        life.model.hold_becomes_opt_out((row.reason, row.channel, row.address_id, row.contact_id))
        life.the_gate_answers_as_the_model_does()


def test_a_hold_that_came_with_a_number_outlives_an_older_yes_from_another() -> None:
    life = start_of_two_lives()
    life.a_no_comes(address=12, kind=EventKind.TEXT_AMBIGUOUS, delay=0)
    life.a_yes_comes(address=11, kind=EventKind.TEXT_OPT_IN, delay=0)
    life.a_number_changes_hands(person=1, address=12)

    every_hold_becomes_an_opt_out(life)

    assert not life.register.ask(Channel.SMS, Purpose.MARKETING, contact=1, address=11).allowed


def test_a_hold_does_not_end_by_becoming_an_opt_out_because_somebody_left_a_shared_number() -> None:
    life = start_of_two_lives()
    life.a_number_changes_hands(person=1, address=12)
    life.a_no_comes(address=12, kind=EventKind.TEXT_AMBIGUOUS, delay=0)
    life.a_number_changes_hands(person=1, address=12)
    life.a_yes_comes(address=12, kind=EventKind.TEXT_OPT_IN, delay=0)
    life.a_number_changes_hands(person=2, address=11)
    life.a_yes_comes(address=11, kind=EventKind.TEXT_OPT_IN, delay=0)
    life.a_number_changes_hands(person=2, address=11)
    life.the_gate_answers_as_the_model_does()

    every_hold_becomes_an_opt_out(life)

    assert not life.register.ask(Channel.SMS, Purpose.MARKETING, contact=1, address=11).allowed
