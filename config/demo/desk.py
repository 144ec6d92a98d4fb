"""What can be done in the story: each act once, at the time it is told, through the product's own doors and verbs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from config.demo.business import (
    CONSENT_TEXT_NAME,
    CONSENT_WORDING,
    CONSENT_WORDINGS,
    LISTS,
    PAIRED,
    PASSWORD,
    PROFILE,
    SENDING_DOMAIN,
    STAFF,
)
from config.demo.door import Door
from config.demo.people import Person
from consent.models import Suppression
from consent.models.evidence import ConsentMethod
from consent.services import dnd, evidence, expiry, profile, reviews
from consent.services.consent_records import GivenConsent, record_consent
from consent.services.consent_texts import save_text
from consent.services.recording import record_event
from consent.services.request_log import log_request
from consent.values import Attestation, ConsentEvent
from consent.vocabulary import (
    ADDRESS_KIND_OF,
    CHANNELS,
    RETIRED_CHANNELS,
    Channel,
    Direction,
    EventKind,
    Reason,
    Source,
)
from contacts.drafts import NewAddress
from contacts.models import ContactAddress
from contacts.services import add_address, create_contact, remove_address
from contacts.values import Actor
from contacts.vocabulary import ActorKind, AddressKind
from lists import services as lists
from lists.values import LaterConsent

PROVIDERS = {Channel.EMAIL: ("Mailgun", SENDING_DOMAIN)}
"""Who carries a channel, under which account; Twilio the others."""


class Desk:
    """The shop at work. `contacts`, `staff` and `lists` fill up as the story goes on."""

    def __init__(self, *, seed: int) -> None:
        self.door = Door(seed=seed)
        self.contacts: dict[str, int] = {}
        self.staff: dict[str, Actor] = {}
        self.lists: dict[str, int] = {}
        self.evidence: dict[str, int] = {}
        self.consent_text = 0

    def open(self, *, at: datetime) -> None:
        """Hire the staff, connect every channel but the retired one, and make the lists."""
        self._hire(at=at)
        self._set_up(at=at)

    def _hire(self, *, at: datetime) -> None:
        password = make_password(PASSWORD)
        for member in STAFF:
            user = User.objects.create(
                username=member.username,
                first_name=member.first_name,
                last_name=member.last_name,
                email=f"{member.username}@tamarack.example",
                password=password,
                is_staff=True,
                is_superuser=member.role is None,
                date_joined=at,
            )
            if member.role is not None:
                user.groups.add(Group.objects.get(name=member.role))
            self.staff[member.username] = Actor(ActorKind.USER, str(user.pk), user.username)

    def _set_up(self, *, at: datetime) -> None:
        by = self.staff["compliance"]
        profile.update_profile(note="moving in", by=by, at=at, **PROFILE)
        for channel in CHANNELS:
            if channel not in RETIRED_CHANNELS:
                provider, account = PROVIDERS.get(channel, ("Twilio", ""))
                profile.connect_channel(channel=channel, provider=provider, account=account, by=by, at=at)
        for draft in reversed(LISTS):
            paired = self.lists.get(PAIRED.get(draft.slug, ""))
            made = lists.create_list(draft=replace(draft, opt_out_list_id=paired), by=self.staff["marketing"], at=at)
            self.lists[made.slug] = made.pk

    def take_in(self, person: Person, *, by: str, at: datetime) -> None:
        """Create a contact with the suppressions that the former address book had for it."""
        owner = self.staff[person.owner].user_id if person.owner else None
        contact = create_contact(
            first_name=person.first_name,
            last_name=person.last_name,
            company=person.company,
            owner_id=owner,
            notes=person.notes,
            language=person.language,
            time_zone=person.time_zone,
            addresses=person.addresses,
            by=self.staff[by],
            at=at,
        )
        self.contacts[person.key] = contact.pk
        for channel, terms in person.former:
            record_event(
                event=ConsentEvent(
                    kind=EventKind.IMPORT_SUPPRESSION,
                    channels=(channel,),
                    occurred_at=at,
                    source=Source.IMPORT,
                    detail="former address book",
                    terms=terms,
                ),
                contact_id=contact.pk,
                by=self.staff[by],
                at=at,
            )

    def change_number(self, person: Person, number: str, *, by: str, at: datetime) -> None:
        """Give a contact another number in place of the one it had."""
        contact_id, actor = self.contacts[person.key], self.staff[by]
        old = ContactAddress.objects.get(contact_id=contact_id, kind=AddressKind.PHONE, is_primary=True).address_id
        address = NewAddress(kind=AddressKind.PHONE, raw=number, is_primary=True)
        add_address(contact_id=contact_id, address=address, by=actor, at=at)
        remove_address(contact_id=contact_id, address_id=old, by=actor, at=at)

    def switch_on(
        self,
        person: Person,
        channels: Sequence[Channel],
        *,
        by: str,
        at: datetime,
        note: str,
        until: datetime | None = None,
        direction: Direction = Direction.OUTBOUND,
    ) -> None:
        dnd.switch_on(
            contact_id=self.contacts[person.key],
            channels=channels,
            by=self.staff[by],
            at=at,
            note=note,
            expires_at=until,
            direction=direction,
        )

    def clear(
        self,
        person: Person,
        channels: Sequence[Channel],
        *,
        by: str,
        at: datetime,
        note: str = "",
        reasons: Collection[Reason] | None = None,
        direction: Direction = Direction.OUTBOUND,
    ) -> None:
        """Clear what staff may clear. Without `reasons`, everything there: refused where a lock is among it."""
        dnd.lift(
            contact_id=self.contacts[person.key],
            channels=channels,
            by=self.staff[by],
            at=at,
            note=note,
            reasons=reasons,
            direction=direction,
        )

    def clear_bounce(self, person: Person, *, by: str, at: datetime, note: str) -> None:
        """Clear a bounce with the two statements that it needs."""
        dnd.lift(
            contact_id=self.contacts[person.key],
            channels=[Channel.EMAIL],
            reasons=[Reason.BOUNCE],
            attest=Attestation(provider_entry_removed=True, address_validated=True),
            by=self.staff[by],
            at=at,
            note=note,
        )

    def record_opt_out(
        self, person: Person, channels: Sequence[Channel], *, by: str, at: datetime, note: str, how: str
    ) -> None:
        contact_id = self.contacts[person.key]
        dnd.record_verbal_opt_out(
            contact_id=contact_id, channels=channels, by=self.staff[by], at=at, note=note, how=how
        )

    def save_consent_text(self, *, by: str, at: datetime) -> None:
        """Put the words on file that the shop's customers agree to, and let an agreement last two years."""
        actor = self.staff[by]
        self.consent_text = save_text(
            name=CONSENT_TEXT_NAME, wordings=CONSENT_WORDINGS, note="The words of the card", by=actor, at=at
        ).pk
        for channel in (Channel.SMS, Channel.EMAIL):
            profile.set_consent_policy(channel=channel, needs_consent=False, consent_months=24, by=actor, at=at)

    def record_consent(self, person: Person, channel: Channel, given_at: datetime, *, by: str, at: datetime) -> None:
        """Put on file what somebody agreed to on the card at the counter."""
        contact_id = self.contacts[person.key]
        held = ContactAddress.objects.get(contact_id=contact_id, kind=ADDRESS_KIND_OF[channel], is_primary=True)
        record_consent(
            given=GivenConsent(
                address_id=held.address_id,
                contact_id=contact_id,
                channel=channel,
                method=ConsentMethod.SIGNED_PAPER,
                given_at=given_at,
                text_id=self.consent_text,
                language="en",
                place="Card at the counter in Portland",
            ),
            by=self.staff[by],
            at=at,
        )

    def log_request(self, told: str, *, how: str, received_at: datetime, by: str, at: datetime) -> None:
        """Log an opt-out request of which it is not known yet who made it."""
        log_request(told=told, how=how, received_at=received_at, by=self.staff[by], at=at)

    def do_not_contact(self, person: Person, *, on: bool, by: str, at: datetime, note: str = "") -> None:
        dnd.do_not_contact(contact_id=self.contacts[person.key], on=on, by=self.staff[by], at=at, note=note)

    def block(self, person: Person, *, on: bool, by: str, at: datetime, note: str = "") -> None:
        dnd.block(contact_id=self.contacts[person.key], on=on, by=self.staff[by], at=at, note=note)

    def file_evidence(self, person: Person, channel: Channel, *, by: str, at: datetime, note: str) -> None:
        """File the contact's new consent, given two hours ago at the counter, for a second person to judge."""
        contact_id = self.contacts[person.key]
        held = ContactAddress.objects.get(contact_id=contact_id, kind=ADDRESS_KIND_OF[channel], is_primary=True)
        claim = evidence.Claim(
            contact_id=contact_id,
            address_id=held.address_id,
            channels=[channel],
            method=ConsentMethod.SIGNED_PAPER,
            wording=CONSENT_WORDING,
            consent_given_at=at - timedelta(hours=2),
            where_given="At the counter in Portland",
            note=note,
        )
        self.evidence[person.key] = evidence.file_evidence(claim=claim, by=self.staff[by], at=at).pk

    def judge_evidence(self, person: Person, *, approved: bool, by: str, at: datetime, reason: str) -> None:
        judge = evidence.approve if approved else evidence.reject
        judge(evidence_id=self.evidence[person.key], reason=reason, by=self.staff[by], at=at)

    def judge_hold(self, person: Person, channel: Channel, *, is_opt_out: bool, by: str, at: datetime) -> None:
        """Read what was held, and say what it was; unless the contact has said so itself by now."""
        mine = Suppression.objects.filter(contact_id=self.contacts[person.key], channel=channel)
        held = mine.filter(reason=Reason.REVIEW_HOLD, lifted_at__isnull=True).first()
        if held is not None:
            note = "Meant us." if is_opt_out else "Meant the order, not us."
            reviews.decide_hold(suppression_id=held.pk, is_opt_out=is_opt_out, note=note, by=self.staff[by], at=at)

    def add_to_list(self, slug: str, people: Collection[Person], *, by: str, at: datetime) -> None:
        lists.add(list_id=self.lists[slug], contact_ids=self._ids(people), by=self.staff[by], at=at)

    def remove_from_list(self, slug: str, person: Person, *, by: str, at: datetime, note: str) -> None:
        """Take somebody off a list, and put them on its opt-out list where it has one."""
        lists.remove(
            list_id=self.lists[slug],
            contact_ids=self._ids([person]),
            by=self.staff[by],
            at=at,
            also_add_to_paired=slug in PAIRED,
            note=note,
        )

    def leave_list(self, slug: str, person: Person, *, by: str, at: datetime, note: str) -> None:
        """Note that the contact asked to leave a list."""
        list_id, ids = self.lists[slug], self._ids([person])
        lists.opt_out(list_id=list_id, contact_ids=ids, by=self.staff[by], at=at, source=Source.STAFF, note=note)

    def bring_back(self, slug: str, person: Person, consent: LaterConsent, *, by: str, at: datetime) -> None:
        """Put a contact back on a list it had left, with its later consent."""
        contact_id = self.contacts[person.key]
        lists.bring_back(list_id=self.lists[slug], contact_id=contact_id, consent=consent, by=self.staff[by], at=at)

    def block_on_list(self, slug: str, person: Person, *, by: str, at: datetime, note: str) -> None:
        lists.block(list_id=self.lists[slug], contact_ids=self._ids([person]), by=self.staff[by], at=at, note=note)

    def _ids(self, people: Collection[Person]) -> list[int]:
        return [self.contacts[person.key] for person in people]

    def let_time_pass(self, *, at: datetime) -> None:
        """Do what the worker does by the clock: end the snoozes whose time has come."""
        expiry.expire_due(at=at)
