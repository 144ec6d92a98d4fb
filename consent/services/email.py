"""E-mail providers' deliveries: from the stored body to the events it stands for (R07 to R11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings

from consent.models import Delivery, EmailEvent
from consent.providers.email import READERS, TITLES, EmailFact, Reader, Unreadable, mailgun
from consent.registry import ListSubject, registry
from consent.selectors.email import soft_bounces_persist_at
from consent.services.inbox import Read, UnreadableDelivery
from consent.services.ledger import Proof
from consent.services.messages import ReceivedMessage, receive, storable
from consent.services.recording import record_event
from consent.values import ConsentEvent, Reading
from consent.vocabulary import Channel, EventKind, MessageClass, Source
from contacts.models import ContactAddress
from contacts.normalize import InvalidAddress, normalize_email
from contacts.services import get_or_create_addresses, lock_for_contacts
from contacts.values import Actor, CanonicalAddress
from contacts.vocabulary import ActorKind

DOOR_PREFIX = "email."


@dataclass(frozen=True, slots=True)
class _Told:
    """A fact with the address it is about and the time that counts."""

    position: int
    fact: EmailFact
    kind: EventKind
    address_id: int
    occurred_at: datetime

    @property
    def detail(self) -> str:
        return storable(self.fact.detail)[:80]


def read_email(delivery: Delivery, at: datetime) -> Read:
    """Read what an e-mail provider told, one event or a batch, each in its effect once.

    Events that are about nobody's wish or mailbox are left; those that name no address are noted for staff.
    Raises: UnreadableDelivery where nothing of it can be read.
    """
    try:
        facts = _reader(delivery.provider)(bytes(delivery.body))
    except Unreadable as error:
        raise UnreadableDelivery(str(error)) from error
    addressed, notes = _addressed(facts)
    if not addressed:
        if notes:
            raise UnreadableDelivery(_sentence(notes))
        return Read(ignored=_sentence(fact.meaning.why for fact in facts) or "It holds no event.")
    new = _new(_locked(addressed, delivery, at), delivery, at)
    for told in new:
        _record(told, delivery, at)
    if not new:
        return Read(ignored=_sentence(["Every event of it was told before.", *notes]))
    notes += [fact.meaning.why for fact in facts if fact.meaning.kind is None and fact.meaning.alert]
    return Read(note=_sentence(notes))


def _reader(provider: str) -> Reader:
    if provider == "mailgun":
        return partial(mailgun.facts, strict_generic=settings.MAILGUN_STRICT_GENERIC)
    return READERS[provider]


def _sentence(parts: Iterable[str]) -> str:
    return storable("; ".join(dict.fromkeys(parts)))


def _addressed(
    facts: Sequence[EmailFact],
) -> tuple[list[tuple[int, EmailFact, EventKind, CanonicalAddress]], list[str]]:
    """Return the facts that are to be recorded, with their addresses, and a note on each that has none."""
    found, notes = [], []
    for position, fact in enumerate(facts):
        if fact.meaning.kind is None:
            continue
        try:
            address = normalize_email(storable(fact.recipient), strict=False)
        except InvalidAddress as error:
            detail = fact.detail or "no detail"
            notes.append(f"Event {position + 1} of {len(facts)} ({detail}) names no address: {error}")
            continue
        found.append((position, fact, fact.meaning.kind, address))
    return found, notes


def _locked(
    addressed: Sequence[tuple[int, EmailFact, EventKind, CanonicalAddress]], delivery: Delivery, at: datetime
) -> list[_Told]:
    """Return the facts with their address rows. A batch locks everyone it concerns at once, in the one order."""
    rows = get_or_create_addresses(canonicals=[address for *_, address in addressed], at=at)
    address_ids = {row.pk for row in rows}
    if len(rows) > 1:
        holders = ContactAddress.objects.filter(address_id__in=address_ids).values_list("contact_id", flat=True)
        lock_for_contacts(contact_ids=set(holders), address_ids=address_ids)
    return [
        _Told(
            position=position,
            fact=fact,
            kind=kind,
            address_id=row.pk,
            # A provider's clock may run ahead of ours, and nothing could then ever be later than the event.
            occurred_at=min(fact.occurred_at or delivery.received_at, delivery.received_at),
        )
        for (position, fact, kind, _), row in zip(addressed, rows, strict=True)
    ]


def _new(told: Sequence[_Told], delivery: Delivery, at: datetime) -> list[_Told]:
    """Keep what each fact says, and return those that nobody told before, in the order they happened."""
    EmailEvent.objects.bulk_create(
        [
            EmailEvent(
                provider=delivery.provider,
                identity=each.fact.identity,
                delivery=delivery,
                position=each.position,
                address_id=each.address_id,
                kind=each.kind,
                detail=each.detail,
                alert=each.fact.meaning.alert,
                occurred_at=each.occurred_at,
                recorded_at=at,
            )
            for each in told
        ],
        ignore_conflicts=True,
    )
    kept = set(EmailEvent.objects.filter(delivery=delivery).values_list("position", flat=True))
    return sorted((each for each in told if each.position in kept), key=lambda each: each.occurred_at)


def _record(told: _Told, delivery: Delivery, at: datetime) -> None:
    provider = Actor(ActorKind.PROVIDER, delivery.provider, TITLES[delivery.provider])
    if told.kind is EventKind.EMAIL_UNSUBSCRIBE:
        slug = _our_list(told, delivery.provider)
        if slug is not None:
            _leave_list(slug, told, delivery, by=provider, at=at)
            return
    _record_event(told.kind, told.occurred_at, told, delivery, by=provider, at=at)
    if told.kind is EventKind.EMAIL_SOFT_BOUNCE:
        persisting_at = soft_bounces_persist_at(told.address_id)
        if persisting_at is not None:
            _record_event(EventKind.EMAIL_BOUNCES_PERSIST, persisting_at, told, delivery, by=provider, at=at)


def _record_event(
    kind: EventKind, occurred_at: datetime, told: _Told, delivery: Delivery, *, by: Actor, at: datetime
) -> None:
    record_event(
        event=ConsentEvent(
            kind=kind,
            channels=(Channel.EMAIL,),
            occurred_at=occurred_at,
            source=Source.PROVIDER,
            detail=told.detail,
        ),
        address_id=told.address_id,
        proof=Proof(delivery_id=delivery.pk),
        by=by,
        at=at,
    )


def _our_list(told: _Told, provider: str) -> str | None:
    """Return the slug of the list that the person left, or None for mail as a whole.

    A list that we do not know is none of ours, and then the wider silence is the safe one.
    """
    if registry.list_facts is None:
        return None
    names = [storable(name) for name in told.fact.list_names]
    candidates: list[str] = [*(settings.EMAIL_LISTS.get(f"{provider}:{name}", "") for name in names), *names]
    for slug in filter(None, candidates):
        facts = registry.list_facts(slug, [ListSubject(None, told.address_id)])
        if facts and facts[0].exists:
            return slug
    return None


def _leave_list(slug: str, told: _Told, delivery: Delivery, *, by: Actor, at: datetime) -> None:
    """Hand the unsubscribe to the lists app, as it hears of a list's keyword in a text."""
    receive(
        message=ReceivedMessage(
            delivery_id=delivery.pk,
            address_id=told.address_id,
            channel=Channel.EMAIL,
            body="",
            reading=Reading(
                MessageClass.LIST_KEYWORD, "R08", matched_by="provider", matched=told.detail, list_slug=slug
            ),
            occurred_at=told.occurred_at,
            position=told.position,
        ),
        by=by,
        at=at,
    )
