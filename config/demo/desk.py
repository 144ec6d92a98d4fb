"""What can be done in the story: each act once, at the time it is told, through the product's own doors and verbs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from config.demo.business import HELP_TEXT, LISTS, NAME, PAIRED, PASSWORD, STAFF
from config.demo.people import Person
from config.demo.sample_messages import FORM, INBOUND_PATH, SampleMessage, door_url, encode, form_of, sign
from consent.models import BusinessProfile, ChannelState, Delivery
from consent.models.inbox import DeliveryStatus
from consent.services import dnd, expiry
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import CHANNELS, RETIRED_CHANNELS, Channel, Direction, EventKind, Reason, Source
from contacts.drafts import NewAddress
from contacts.services import add_address, create_contact
from contacts.values import Actor
from contacts.vocabulary import ActorKind, AddressKind
from lists import services as lists
from lists.values import LaterConsent

LOCAL = "http://localhost" if settings.DEBUG else "https://localhost"

PROVIDERS = {Channel.EMAIL: "Mailgun", Channel.FACEBOOK: "Meta through Twilio"}


class StoryFailed(Exception):
    """Something in the story did not happen as it was told. It is a mistake of ours, and nothing is kept."""


class Desk:
    """The shop at work. `contacts`, `staff` and `lists` fill up as the story goes on."""

    def __init__(self, *, seed: int) -> None:
        self.contacts: dict[str, int] = {}
        self.staff: dict[str, Actor] = {}
        self.lists: dict[str, int] = {}
        self.unreadable = 0
        self._client = Client()
        self._random = Random(seed)  # noqa: S311  (message ids, the same ones in every demo)

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
        BusinessProfile.objects.update_or_create(id=1, defaults={"name": NAME, "help_text": HELP_TEXT})
        for channel in CHANNELS:
            ChannelState.objects.update_or_create(
                channel=channel,
                defaults={
                    "connected": channel not in RETIRED_CHANNELS,
                    "provider": "" if channel in RETIRED_CHANNELS else PROVIDERS.get(channel, "Twilio"),
                },
            )
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

    def give_number(self, person: Person, number: str, *, by: str, at: datetime) -> None:
        """Add a further number to a contact."""
        address = NewAddress(kind=AddressKind.PHONE, raw=number, is_primary=True)
        add_address(contact_id=self.contacts[person.key], address=address, by=self.staff[by], at=at)

    def text(
        self,
        sender: str,
        body: str,
        *,
        at: datetime,
        channel: Channel = Channel.SMS,
        opt_out_type: str = "",
        name: str = "",
        country: str = "US",
        times: int = 1,
    ) -> None:
        """Post a message to the door as Twilio does, signed. `times` 2: the provider delivers it again."""
        params = form_of(SampleMessage(channel, sender, body, self._new_sid(), opt_out_type, name, country))
        for _ in range(times):
            self._post(params, at=at, expected=200)

    def unreadable_message(self, body: str, *, at: datetime) -> None:
        """Post an authentic message from a kind of sender that we do not know: it is kept, and shown to staff."""
        params = form_of(SampleMessage(Channel.SMS, "rcs:trail_partner_agent", body, self._new_sid()))
        self._post(params, at=at, expected=200)
        self.unreadable += 1

    def forged_message(self, sender: str, body: str, *, at: datetime) -> None:
        """Post a message that somebody signed with another key."""
        params = form_of(SampleMessage(Channel.SMS, sender, body, self._new_sid()))
        self._post(params, at=at, expected=403, auth_token="somebody else's")  # noqa: S106

    def _new_sid(self) -> str:
        return f"SM{self._random.getrandbits(128):032x}"

    def _post(self, params: dict[str, str], *, at: datetime, expected: int, auth_token: str = "") -> None:
        url = door_url(LOCAL)
        signature = sign(url=url, params=params, auth_token=auth_token or settings.TWILIO_AUTH_TOKEN)
        # The door takes the present from the clock, as every shell does; the story is of days gone by.
        with patch.object(timezone, "now", lambda: at):
            answer = self._client.post(
                INBOUND_PATH,
                data=encode(params),
                content_type=FORM,
                headers={"X-Twilio-Signature": signature, "Host": url.split("/")[2]},
                secure=url.startswith("https:"),
            )
        if answer.status_code != expected:
            raise StoryFailed(f"The door answered {answer.status_code} to {params['Body']!r}: {answer.content[:200]!r}")

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

    def record_opt_out(
        self, person: Person, channels: Sequence[Channel], *, by: str, at: datetime, note: str, how: str
    ) -> None:
        contact_id = self.contacts[person.key]
        dnd.record_verbal_opt_out(
            contact_id=contact_id, channels=channels, by=self.staff[by], at=at, note=note, how=how
        )

    def do_not_contact(self, person: Person, *, on: bool, by: str, at: datetime, note: str = "") -> None:
        dnd.do_not_contact(contact_id=self.contacts[person.key], on=on, by=self.staff[by], at=at, note=note)

    def block(self, person: Person, *, on: bool, by: str, at: datetime, note: str = "") -> None:
        dnd.block(contact_id=self.contacts[person.key], on=on, by=self.staff[by], at=at, note=note)

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

    def check(self) -> None:
        """Raise StoryFailed unless everything that was delivered has been read, but for what can't be."""
        unread = Delivery.objects.exclude(status__in=[DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED])
        if unread.count() != self.unreadable:
            told = unread.exclude(reason="").values_list("reason", flat=True).first()
            raise StoryFailed(f"{unread.count()} deliveries could not be read; one says: {told}")

    def let_time_pass(self, *, at: datetime) -> None:
        """Do what the worker does by the clock: end the snoozes whose time has come."""
        expiry.expire_due(at=at)
