"""Meta's deliveries: a batch of events about people on WhatsApp and Messenger, each in its effect once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent import keywords
from consent.models import AppEvent, Delivery
from consent.providers import meta
from consent.providers.meta import status as meta_status
from consent.providers.meta.events import AppFact, Ignored, Told
from consent.registry import KeywordsWhenAsked, registry
from consent.selectors.codes import status_effects
from consent.selectors.questions import is_answer_awaited
from consent.selectors.words import word_lists
from consent.services.inbox import Read, UnreadableDelivery
from consent.services.ledger import Proof
from consent.services.messages import ReceivedMessage, receive, storable
from consent.services.recording import record_event
from consent.values import ConsentEvent, Reading
from consent.vocabulary import ADDRESS_KIND_OF, EventKind, MessageClass, Source
from contacts.models import ContactAddress
from contacts.normalize import InvalidAddress, normalize
from contacts.services import get_or_create_addresses, lock_for_contacts
from contacts.values import Actor, CanonicalAddress
from contacts.vocabulary import ActorKind

META = Actor(ActorKind.PROVIDER, "meta", "Meta")

_WISHES = {
    Told.STOP: (EventKind.MARKETING_STOP, MessageClass.OPT_OUT),
    Told.RESUME: (EventKind.MARKETING_RESUME, MessageClass.OPT_IN),
}


@dataclass(frozen=True, slots=True)
class _Event:
    """A fact with its place in the batch, the address it is about and the time that counts."""

    position: int
    fact: AppFact
    address_id: int
    occurred_at: datetime


def read_batch(delivery: Delivery, at: datetime) -> Read:
    """Read what Meta told, in the order it stands there, one event or many.

    Events about nobody's wish are left; those that name nobody are noted for staff.
    Raises: UnreadableDelivery where nothing of it can be read.
    Once: an event that another batch brought before is left.
    """
    try:
        told = meta.parse(bytes(delivery.body))
    except meta.Unreadable as error:
        raise UnreadableDelivery(str(error)) from error
    left = [event.why for event in told if isinstance(event, Ignored)]
    addressed, notes = _addressed(told)
    if not addressed:
        if notes:
            raise UnreadableDelivery(_sentence(notes))
        return Read(ignored=_sentence(left) or "It holds no event.")
    new = _new(_locked(addressed, delivery, at), delivery, at)
    for event in new:
        _record(event, delivery, at)
    if not new:
        return Read(ignored=_sentence(["Every event of it was told before.", *notes]))
    return Read(note=_sentence(notes))


def _sentence(parts: Iterable[str]) -> str:
    return storable("; ".join(dict.fromkeys(parts)))


def _addressed(
    told: Sequence[AppFact | Ignored],
) -> tuple[list[tuple[int, AppFact, CanonicalAddress]], list[str]]:
    """Return the facts with their places and addresses, and a note on each that names nobody."""
    found, notes = [], []
    for position, fact in enumerate(told):
        if isinstance(fact, Ignored):
            continue
        try:
            # WhatsApp ids and page-scoped ids are never national numbers, so no region is guessed.
            address = normalize(ADDRESS_KIND_OF[fact.channel], storable(fact.who), region=None, strict=False)
        except InvalidAddress as error:
            notes.append(f"Event {position + 1} of {len(told)} names nobody on {fact.channel.label}: {error}")
            continue
        found.append((position, fact, address))
    return found, notes


def _locked(
    addressed: Sequence[tuple[int, AppFact, CanonicalAddress]], delivery: Delivery, at: datetime
) -> list[_Event]:
    """Return the facts with their address rows. A batch locks everyone it concerns at once, in the one order."""
    rows = get_or_create_addresses(canonicals=[address for *_, address in addressed], at=at)
    address_ids = {row.pk for row in rows}
    holders = ContactAddress.objects.filter(address_id__in=address_ids).values_list("contact_id", flat=True)
    lock_for_contacts(contact_ids=set(holders), address_ids=address_ids)
    return [
        _Event(
            position=position,
            fact=fact,
            address_id=row.pk,
            # Meta's clock may run ahead of ours, and nothing could then ever be later than the event.
            occurred_at=min(fact.occurred_at or delivery.received_at, delivery.received_at),
        )
        for (position, fact, _), row in zip(addressed, rows, strict=True)
    ]


def _new(events: Sequence[_Event], delivery: Delivery, at: datetime) -> list[_Event]:
    """Keep the identity of each event, and return those that nobody told before."""
    AppEvent.objects.bulk_create(
        [
            AppEvent(
                provider=delivery.provider,
                identity=event.fact.identity,
                delivery=delivery,
                position=event.position,
                occurred_at=event.occurred_at,
                recorded_at=at,
            )
            for event in events
        ],
        ignore_conflicts=True,
    )
    kept = set(AppEvent.objects.filter(delivery=delivery).values_list("position", flat=True))
    return [event for event in events if event.position in kept]


def _record(event: _Event, delivery: Delivery, at: datetime) -> None:
    if event.fact.told is Told.FAILED:
        record_event(
            event=ConsentEvent(
                kind=meta_status.effect_of(event.fact.code, status_effects("meta")),
                channels=(event.fact.channel,),
                occurred_at=event.occurred_at,
                source=Source.PROVIDER,
                detail=storable(event.fact.code)[:80],
            ),
            address_id=event.address_id,
            proof=Proof(delivery_id=delivery.pk),
            by=META,
            at=at,
        )
        return
    wish, reading = _read(event)
    receive(
        message=ReceivedMessage(
            delivery_id=delivery.pk,
            position=event.position,
            address_id=event.address_id,
            channel=event.fact.channel,
            body=event.fact.words,
            reading=reading,
            told_as=wish,
            occurred_at=event.occurred_at,
            sent_to=event.fact.sent_to,
        ),
        by=META,
        at=at,
    )


def _read(event: _Event) -> tuple[EventKind | None, Reading]:
    """Return what a choice in the app's settings is, or how the words are read."""
    fact = event.fact
    if fact.told in _WISHES:
        kind, message_class = _WISHES[fact.told]
        return kind, Reading(message_class, "K00", "provider", fact.told.value)
    words = word_lists()
    asked = is_answer_awaited(
        body=fact.words, words=words, address_id=event.address_id, channel=fact.channel, at=event.occurred_at
    )
    reading = keywords.read(
        fact.words,
        words=words,
        opt_in_pending=asked,
        list_keywords=KeywordsWhenAsked(registry.list_keywords),
        button=fact.button,
    )
    return None, reading
