"""What an erasure does to the records of consent: words, messages and files go, what silences stays.

Every row stays in its place, so that each fact can still be told: that an opt-out came, when, and what it did. What a
person wrote, and what others wrote about them, is blanked; the tables' own triggers let nothing else through.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from urllib.parse import quote, quote_plus

from django.db import connection, transaction
from django.db.models import Case, Q, Value, When
from procrastinate.contrib.django import app

from consent.models import (
    ConsentRecord,
    Delivery,
    Drift,
    EmailEvent,
    Evidence,
    InboundCall,
    InboundMessage,
    LedgerEntry,
    OptInQuestion,
    OptOutRequest,
    Review,
    Suppression,
)
from consent.models.consents import WORDS
from consent.models.evidence import PERSONAL
from consent.models.inbox import DeliveryStatus
from consent.models.opt_out_request import RequestOutcome
from consent.services.evidence import withdraw_waiting
from consent.services.evidence_files import storage
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.blanking import BLANK
from contacts.models import Address
from contacts.normalize import ERASED_PREFIX
from contacts.services import blank, open_erasure
from contacts.values import SYSTEM, Actor, Consequence, ErasureScope
from contacts.vocabulary import AddressKind, Fate

SHORTEST_TRACE = 6
"""Shorter spellings of an address are in too many requests that have nothing to do with it."""
SETTLED = (DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED, DeliveryStatus.CONFLICT)
_OVER = Q(status__in=SETTLED) | Q(status=DeliveryStatus.FAILED, next_attempt_at=None)
WAITING = "forget_waiting_deliveries"
NEXT_LOOK = timedelta(hours=1)


def silence_for_good(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Record the erasure in the ledger, and the objection that keeps the person from being contacted again (R23)."""
    record_event(
        event=ConsentEvent(EventKind.DATA_ERASED, (Channel.ALL,), at, Source.STAFF),
        contact_id=scope.contact_id,
        by=by,
        at=at,
    )
    if scope.repeated:
        return []
    event = ConsentEvent(EventKind.OBJECTION, (Channel.ALL,), at, Source.STAFF)
    recorded = record_event(event=event, contact_id=scope.contact_id, by=by, at=at)
    standing = Suppression.objects.filter(contact_id__in=scope.contact_ids, lifted_at=None).count()
    entries = LedgerEntry.objects.filter(contact_id__in=scope.contact_ids).count()
    return [
        Consequence(
            Fate.SET, "Permanent objection on all channels", len(recorded.outcomes), "Only the contact ends it."
        ),
        Consequence(Fate.KEPT, "DND that stands", standing, "An opt-out outlives the data it came with."),
        Consequence(
            Fate.KEPT, "Ledger entries", entries, "Ids only: proof of what was done, with nobody's name in it."
        ),
    ]


def forget_words(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank what staff noted about the person's suppressions, in every version, and in reviews of them."""
    people, places = scope.contact_ids, scope.address_ids
    mine = Q(contact_id__in=people) | Q(contact_id=None, address_id__in=places)
    notes = blank(Suppression, mine, "note", "lift_note") + _blank_attestations("consent_suppression", scope)
    versions = Q(id__in=Suppression.objects.filter(mine).values("pk"))
    blank(Suppression.history.model, versions, "note", "lift_note", "history_change_reason")
    _blank_attestations("consent_historicalsuppression", scope)
    judged = Suppression.objects.filter(Q(contact_id__in=people) | Q(address_id__in=places)).values("pk")
    return [
        Consequence(Fate.REMOVED, "Notes on DND", notes),
        Consequence(Fate.REMOVED, "Notes of reviewers", blank(Review, Q(suppression_id__in=judged), "note")),
    ]


def forget_evidence(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank the words of opt-in evidence and delete its files once the erasure is committed.

    What waits for review leaves the queue. That it was filed, judged and by whom stays.
    """
    withdrawn = withdraw_waiting(contact_ids=scope.contact_ids, by=by, at=at)
    mine = Q(contact_id__in=scope.contact_ids) | Q(address_id__in=scope.address_ids)
    files = list(Evidence.objects.filter(mine).exclude(file_key__in=["", BLANK]).values_list("file_key", flat=True))
    for key in files:
        transaction.on_commit(partial(storage().delete, key))
    return [
        Consequence(Fate.REMOVED, "Evidence waiting for review", withdrawn, "It is closed."),
        Consequence(Fate.REMOVED, "Words of opt-in evidence", blank(Evidence, mine, *PERSONAL)),
        Consequence(Fate.REMOVED, "Files of opt-in evidence", len(files)),
    ]


def forget_consents(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank where and in which words consent was given. That it was, when, and when it ended stays."""
    mine = Q(contact_id__in=scope.contact_ids) | Q(address_id__in=scope.address_ids)
    places = ConsentRecord.objects.filter(mine, ip__isnull=False).update(ip=None)
    words = blank(ConsentRecord, mine, *WORDS)
    return [Consequence(Fate.REMOVED, "Words and places of consents on file", max(places, words))]


def forget_requests(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank what the person asked for by a slow road, and close what waits: the objection does more than was asked."""
    mine = Q(contact_id__in=scope.contact_ids)
    waiting = OptOutRequest.objects.filter(mine, outcome=RequestOutcome.OPEN)
    closed = waiting.update(
        outcome=RequestOutcome.CLOSED, done_at=at, done_by=by.ref, closed_reason="Erased: an objection stands instead."
    )
    told = blank(OptOutRequest, mine, "told", "closed_reason")
    return [
        Consequence(Fate.REMOVED, "Words of opt-out requests", told),
        Consequence(Fate.REMOVED, "Opt-out requests that wait", closed, "Closed: the objection does more."),
    ]


def forget_messages(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank what the person wrote, and each raw request of a provider that names one of the addresses."""
    here = Q(address_id__in=scope.address_ids)
    requests = _forget_requests(scope, at=at)
    why = "Those from shared addresses stay: they may be somebody else's."
    return [
        Consequence(Fate.REMOVED, "Messages", blank(InboundMessage, here, "body"), why),
        Consequence(Fate.REMOVED, "Raw requests of providers", requests, "What they did stays; their hash, too."),
        Consequence(Fate.REMOVED, "Notes on opt-in questions", blank(OptInQuestion, here, "note")),
        Consequence(Fate.REMOVED, "Words of providers' lists", blank(Drift, here, "detail", "removal_told")),
    ]


def forget_late(*, at: datetime) -> int:
    """Blank what came from erased addresses after their erasure, once it has had its effect. Return how many requests.

    What is still waiting to be read is left for the next time. Once: nothing is left.
    """
    erased = Address.objects.filter(kind__in=list(AddressKind), value__startswith=ERASED_PREFIX).values("pk")
    brought = _delivery_ids(Q(address_id__in=erased))
    told = LedgerEntry.objects.filter(address_id__in=erased, delivery_id__isnull=False).values("delivery_id")
    late = Delivery.objects.filter(brought | Q(pk__in=told), _OVER).exclude(body=b"")
    with transaction.atomic():
        found = list(late.select_for_update(skip_locked=True).values_list("pk", flat=True))
        addresses = InboundMessage.objects.filter(delivery_id__in=found, address_id__in=erased)
        ids = sorted(set(addresses.values_list("address_id", flat=True)))
        Delivery.objects.filter(pk__in=found).update(body=b"")
        if ids:
            open_erasure(address_ids=ids, reason="Came from an erased address", by=SYSTEM)
            blank(InboundMessage, Q(address_id__in=ids), "body")
    return len(found)


def forget_waiting(*, delivery_ids: Sequence[int], at: datetime) -> None:
    """Empty raw requests that waited to be read while their person was erased, and look again for those that still do.

    Once: nothing is left.
    """
    with transaction.atomic():
        found = Delivery.objects.filter(pk__in=delivery_ids).exclude(body=b"").select_for_update()
        over = set(found.filter(_OVER).values_list("pk", flat=True))
        _empty(over)
        _look_again(sorted({row.pk for row in found} - over), at=at)


def _look_again(delivery_ids: Sequence[int], *, at: datetime) -> None:
    if delivery_ids:
        task = app.configure_task(WAITING, schedule_at=at + NEXT_LOOK)
        task.defer(delivery_ids=list(delivery_ids))


def _empty(delivery_ids: Collection[int]) -> int:
    reason = Case(When(reason="", then=Value("")), default=Value(BLANK))
    return Delivery.objects.filter(pk__in=delivery_ids).update(body=b"", reason=reason)


def _blank_attestations(table: str, scope: ErasureScope) -> int:
    """Blank how and in which words a later consent was given; that it was, and when, is a fact of consent."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {table}
            SET attestation = attestation || jsonb_build_object('consent_how', %s::text, 'consent_text', %s::text)
            WHERE id IN (
                SELECT id FROM consent_suppression
                WHERE contact_id = ANY (%s) OR (contact_id IS NULL AND address_id = ANY (%s))
            )
              AND attestation ->> 'consent_text' NOT IN ('', %s)
            """,  # noqa: S608  names of our own tables
            [BLANK, BLANK, list(scope.contact_ids), list(scope.address_ids), BLANK],
        )
        return cursor.rowcount


def _delivery_ids(here: Q) -> Q:
    """Return the condition that a delivery brought something from or about these addresses."""
    brought = (model.objects.filter(here).values("delivery_id") for model in (InboundMessage, EmailEvent, InboundCall))
    return reduce(or_, (Q(pk__in=ids) for ids in brought))


def _forget_requests(scope: ErasureScope, *, at: datetime) -> int:
    """Empty the raw requests about these addresses that are settled, and those that failed for good.

    One that still waits is left to be read: its "no" must count. `forget_waiting` empties it then. One that is being
    read at this moment waits for our lock on the address, so it is passed by: waiting for each other would undo both.
    """
    about = _delivery_ids(Q(address_id__in=scope.address_ids)) | Q(pk__in=_mentioning(scope.traces))
    told = LedgerEntry.objects.filter(address_id__in=scope.address_ids, delivery_id__isnull=False)
    about |= Q(pk__in=told.values("delivery_id"))
    named = Delivery.objects.filter(about).exclude(body=b"")
    found = list(named.filter(_OVER).select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    # Among them what somebody holds at this moment: it is read, or emptied, by the next look.
    _look_again(list(named.exclude(pk__in=found).order_by("pk").values_list("pk", flat=True)), at=at)
    return _empty(found)


def _mentioning(traces: Sequence[str]) -> list[int]:
    """Return the deliveries whose body has one of these texts, plain or as forms and links spell it."""
    spelled = {
        each.lower()
        for trace in traces
        if len(trace) >= SHORTEST_TRACE
        for each in (trace, quote(trace, safe=""), quote_plus(trace))
    }
    if not spelled:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM consent_delivery
            WHERE length(body) > 0
              AND EXISTS (
                  SELECT 1 FROM unnest(%s::text[]) AS trace WHERE strpos(lower(encode(body, 'escape')), trace) > 0
              )
            """,
            [sorted(spelled)],
        )
        return [row[0] for row in cursor.fetchall()]
