"""A random life: everything that may happen to a few people, by the product's own verbs, at moments we choose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from consent.selectors.decisions import Subject
from consent.services import dnd, profile
from consent.services.expiry import expire_due
from consent.services.recording import record_event
from consent.values import Attestation, ConsentEvent, GateRequest
from consent.vocabulary import Channel, EventKind, Purpose, Source
from contacts.drafts import NewAddress
from contacts.models import ContactAddress
from contacts.services import ContactRefusal, add_address, delete_contact, make_primary, remove_address
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind
from lists import services as lists
from lists.values import LaterConsent, ListDraft
from tests.factories.contacts import make_contact
from tests.factories.staff_site import text

BEGINNING = datetime(2020, 3, 1, 8, 0, tzinfo=UTC)
NUMBERS = [f"+1503555010{last}" for last in range(5)]
MAILBOXES = [f"person{last}@example.com" for last in range(3)]
WORDS = ["STOP", "START", "stop texting me", "UNSTOP", "RESUBSCRIBE", "stop sending so many", "hello", "wrong number"]
HEARD = [
    (EventKind.PROVIDER_OPT_OUT, Channel.SMS),
    (EventKind.HANDSET_UNREACHABLE, Channel.SMS),
    (EventKind.MARKETING_STOP, Channel.WHATSAPP),
    (EventKind.TEXT_OPT_OUT, Channel.WHATSAPP),
]


class Life:
    """One random sequence of acts. `now` moves with each; `by` is whoever acts for the business."""

    def __init__(self, seed: int, by: Actor) -> None:
        self.rng = Random(seed)
        self.by = by
        self.now = BEGINNING
        for channel in (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP):
            profile.connect_channel(channel=channel, by=SYSTEM, at=self.now)
        self.people = [
            make_contact("Person", str(place), phone=NUMBERS[place], email=MAILBOXES[place], at=self.now).pk
            for place in range(3)
        ]
        self.list = lists.create_list(draft=ListDraft(slug="offers", name="Offers"), by=SYSTEM, at=self.now)
        self.texts = 0

    def act(self) -> str:
        """Let a while pass and something happen. Return what it was."""
        self.now += timedelta(seconds=self.rng.randint(1, 90), microseconds=self.rng.randrange(1_000_000))
        act = self.rng.choice(self._acts())
        try:
            act()
        except (ContactRefusal, lists.ListRefusal) as refusal:
            return f"{act.__name__} refused: {refusal}"
        return act.__name__

    def subjects(self) -> list[Subject]:
        """Return everybody whom the gate may be asked about, and every address."""
        return [
            *(Subject(contact_id=person) for person in (*self.people, 0)),
            *(Subject(address_value=value) for value in NUMBERS),
        ]

    def questions(self) -> list[GateRequest]:
        """Return what the gate is asked this time."""
        channel = self.rng.choice([Channel.SMS, Channel.SMS, Channel.WHATSAPP, Channel.CALL])
        purpose = self.rng.choice([Purpose.MARKETING, *Purpose])
        return [GateRequest(channel, purpose, self.rng.choice([None, "offers"]))]

    def _acts(self) -> list[Callable[[], object]]:
        common = [self.somebody_texts] * 5 + [self.a_provider_tells, self.dnd_goes_on, self.dnd_goes_off] * 3
        numbers = [self.an_address_joins, self.an_address_leaves, self.another_becomes_primary] * 2
        members = [self.joins_the_list, self.leaves_the_list, self.opts_out_of_it, self.comes_back_to_it] * 2
        seldom = [
            self.is_blocked_or_not,
            self.is_blocked_on_the_list_or_not,
            self.a_channel_comes_or_goes,
            *[self.consent_is_asked_for_or_not] * 3,
        ]
        rare = [
            self.consent_is_asked_for_or_not,
            self.the_list_is_shelved_or_not,
            self.somebody_new_comes,
            self.do_not_contact_goes_on_or_off,
        ]
        gone = [self.somebody_is_deleted] if self.rng.random() < 0.3 else []
        return [*common, *numbers, *members, *seldom, *rare, self.snoozes_end, self.snoozes_end, *gone]

    def _person(self) -> int:
        return self.rng.choice(self.people)

    # What people and providers say

    def somebody_texts(self) -> None:
        self.texts += 1
        text(f"SM{self.texts}", self.rng.choice(WORDS), sender=self.rng.choice(NUMBERS), at=self.now)

    def a_provider_tells(self) -> None:
        kind, channel = self.rng.choice(HEARD)
        held = ContactAddress.objects.filter(kind=AddressKind.PHONE).order_by("id").values_list("address_id", flat=True)
        if not held:
            return
        occurred_at = self.now - timedelta(seconds=self.rng.randint(0, 300))
        event = ConsentEvent(kind, (channel,), occurred_at, Source.PROVIDER, detail="told")
        record_event(event=event, address_id=self.rng.choice(list(held)), by=SYSTEM, at=self.now)

    # What staff do

    def dnd_goes_on(self) -> None:
        ends = self.rng.choice([None, self.now + timedelta(minutes=self.rng.randint(1, 6))])
        channel = self.rng.choice([Channel.SMS, Channel.WHATSAPP, Channel.ALL])
        dnd.switch_on(contact_id=self._person(), channels=[channel], by=self.by, at=self.now, expires_at=ends)

    def dnd_goes_off(self) -> None:
        channel = self.rng.choice([Channel.SMS, Channel.WHATSAPP, Channel.ALL])
        attest = Attestation(True, True, self.now, "by phone", "Yes, please")
        dnd.lift(contact_id=self._person(), channels=[channel], by=self.by, at=self.now, note="asked", attest=attest)

    def do_not_contact_goes_on_or_off(self) -> None:
        dnd.do_not_contact(contact_id=self._person(), on=self.rng.random() < 0.5, by=self.by, at=self.now)

    def is_blocked_or_not(self) -> None:
        dnd.block(contact_id=self._person(), on=self.rng.random() < 0.5, by=self.by, at=self.now)

    def snoozes_end(self) -> None:
        expire_due(at=self.now)

    def a_channel_comes_or_goes(self) -> None:
        verb = self.rng.choice([profile.connect_channel, profile.disconnect_channel, profile.connect_channel])
        verb(channel=self.rng.choice([Channel.SMS, Channel.CALL]), by=self.by, at=self.now)

    def consent_is_asked_for_or_not(self) -> None:
        profile.set_consent_policy(
            channel=Channel.SMS, needs_consent=self.rng.random() < 0.6, consent_months=None, by=self.by, at=self.now
        )

    # Who holds what

    def an_address_joins(self) -> None:
        added = NewAddress(AddressKind.PHONE, self.rng.choice(NUMBERS), is_primary=self.rng.random() < 0.5)
        add_address(contact_id=self._person(), address=added, by=self.by, at=self.now)

    def an_address_leaves(self) -> None:
        holding = self._holding()
        if holding:
            remove_address(contact_id=holding.contact_id, address_id=holding.address_id, by=self.by, at=self.now)

    def another_becomes_primary(self) -> None:
        holding = self._holding()
        if holding:
            make_primary(contact_id=holding.contact_id, address_id=holding.address_id, by=self.by, at=self.now)

    def _holding(self) -> ContactAddress | None:
        held = list(ContactAddress.objects.filter(contact_id=self._person(), kind=AddressKind.PHONE).order_by("id"))
        return self.rng.choice(held) if held else None

    def somebody_new_comes(self) -> None:
        if len(self.people) < 6:
            self.people.append(make_contact("New", phone=self.rng.choice(NUMBERS), at=self.now).pk)

    def somebody_is_deleted(self) -> None:
        delete_contact(contact_id=self._person(), by=self.by, at=self.now)

    # Lists

    def joins_the_list(self) -> None:
        lists.add(list_id=self.list.pk, contact_ids=[self._person()], by=self.by, at=self.now)

    def leaves_the_list(self) -> None:
        lists.remove(list_id=self.list.pk, contact_ids=[self._person()], by=self.by, at=self.now)

    def opts_out_of_it(self) -> None:
        lists.opt_out(
            list_id=self.list.pk, contact_ids=[self._person()], by=self.by, at=self.now, source=Source.CONTACT
        )

    def comes_back_to_it(self) -> None:
        consent = LaterConsent(self.now, "web form", "Yes, please.")
        lists.bring_back(list_id=self.list.pk, contact_id=self._person(), consent=consent, by=self.by, at=self.now)

    def is_blocked_on_the_list_or_not(self) -> None:
        verb = self.rng.choice([lists.block, lists.unblock])
        verb(list_id=self.list.pk, contact_ids=[self._person()], by=self.by, at=self.now)

    def the_list_is_shelved_or_not(self) -> None:
        verb = self.rng.choice([lists.archive_list, lists.restore_list, lists.restore_list])
        verb(list_id=self.list.pk, by=self.by, at=self.now)
