"""What a reviewer decides about a held message or a signal. Each judgement is a row that the lift rests on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from consent.models import Review, Suppression
from consent.models.review import Verdict
from consent.selectors import holder_ids
from consent.selectors.holds import SIGNALS, cases, mark_of, rows_of_case, told_by
from consent.services.ledger import Proof
from consent.services.recording import Recorded, record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, Direction, EventKind, LiftRoute, Reason, Source
from contacts.drafts import NewAddress
from contacts.normalize import InvalidAddress
from contacts.services import (
    ContactRefusal,
    add_address,
    lock_for_address,
    lock_for_contacts,
    read_draft,
    remove_address,
)
from contacts.values import Actor
from contacts.vocabulary import AddressKind


class UnableToReview(ValueError):
    """A judgement can't be taken. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a judgement: its reviews, and what was recorded for each row of the case."""

    reviews: tuple[Review, ...]
    recorded: tuple[Recorded, ...]


def decide_hold(
    *, suppression_id: int, is_opt_out: bool, note: str, by: Actor, at: datetime, seen: str | None = None
) -> Reviewed:
    """Decide a held message: an opt-out (L09) or none (L08), for everybody whom it silenced.

    Shape: `suppression_id` is any row of the case; `seen` is `mark_of` it as the reviewer read it, None where no screen
    showed it.
    Raises: UnableToReview without a note, where the case was settled meanwhile, and with `said_again` where more was
    said since it was read and the verdict would lift that unread.
    Once: refused with `settled`, so that two reviewers, or a reviewer and the clock, never both decide.
    """
    verdict = Verdict.OPT_OUT if is_opt_out else Verdict.NOT_OPT_OUT
    kind = EventKind.HOLD_CONFIRMED if is_opt_out else EventKind.HOLD_DISMISSED
    _check(note, by)
    with transaction.atomic():
        rows = lock_case(suppression_id, {Reason.REVIEW_HOLD})
        if not is_opt_out:
            _check_seen(rows, seen)
        return _judge(rows, verdict, kind, note=note, by=by, at=at)


def mark_false_positive(
    *, suppression_id: int, note: str, by: Actor, at: datetime, seen: str | None = None
) -> Reviewed:
    """Say that a signal was misread (L08): nobody died, the number is right, or nothing hostile was meant.

    Shape, Raises, Once: as `decide_hold`.
    """
    _check(note, by)
    with transaction.atomic():
        rows = lock_case(suppression_id, set(SIGNALS))
        _check_seen(rows, seen)
        return _judge(rows, Verdict.FALSE_POSITIVE, EventKind.FALSE_POSITIVE, note=note, by=by, at=at)


def correct_number(
    *, suppression_id: int, contact_id: int, new_number: str, note: str, by: Actor, at: datetime
) -> Reviewed:
    """Give a contact the right number in the place of a wrong one (L10). The wrong number itself stays silenced.

    Shape: `suppression_id` is any row of the wrong number's case, `contact_id` somebody who holds that number.
    Raises: UnableToReview without a note, for a number that is none or the same again, for a contact who does not
    hold the wrong number, and where the case was settled meanwhile.
    Once: refused with `not_held`, since the contact has parted with the number.
    Source: docs/decisions/0030-a-corrected-number-frees-nobody.md.
    """
    _check(note, by)
    draft = NewAddress(AddressKind.PHONE, new_number, is_primary=True)
    try:
        corrected = read_draft(draft)
    except InvalidAddress as error:
        raise UnableToReview("new_number", "invalid", str(error)) from error
    with transaction.atomic():
        named = _named(suppression_id, {Reason.WRONG_NUMBER})
        wrong = named.address
        if wrong is None or contact_id not in holder_ids(wrong.pk):
            raise UnableToReview(
                "contact", "not_held", "This contact does not hold the wrong number any more. Choose another."
            )
        if wrong.value == corrected.value:
            raise UnableToReview("new_number", "same_number", "That is the wrong number itself. Give the right one.")
        try:
            add_address(contact_id=contact_id, address=draft, by=by, at=at)
            remove_address(contact_id=contact_id, address_id=wrong.pk, by=by, at=at)
        except ContactRefusal as refused:
            raise UnableToReview("contact", refused.code, refused.message) from refused
        rows = list(rows_of_case(named).order_by("id"))
        if not rows:
            raise _settled(named)
        review = _review(rows[0], Verdict.NUMBER_CORRECTED, note=note, by=by, at=at)
        recorded = record_event(
            event=ConsentEvent(
                kind=EventKind.NUMBER_CORRECTED,
                channels=tuple(dict.fromkeys(Channel(row.channel) for row in rows)),
                occurred_at=at,
                source=Source.STAFF,
                note=note.strip(),
                suppression_ids=frozenset(),
            ),
            contact_id=contact_id,
            address_id=wrong.pk,
            proof=Proof(review_id=review.pk),
            by=by,
            at=at,
        )
        return Reviewed((review,), (recorded,))


def lock_case(suppression_id: int, reasons: Collection[Reason]) -> list[Suppression]:
    """Lock everybody whom a case is about and return its standing rows. Needs a transaction.

    Raises: UnableToReview where it is none, or was settled.
    """
    named = _named(suppression_id, reasons)
    people = set(rows_of_case(named).filter(contact__isnull=False).values_list("contact_id", flat=True))
    if named.address_id is None:
        lock_for_contacts(contact_ids=people)
    elif people:
        lock_for_contacts(contact_ids=people | set(holder_ids(named.address_id)), address_ids=[named.address_id])
    else:
        lock_for_address(address_id=named.address_id)
    rows = list(rows_of_case(named).order_by("id"))
    if named.pk not in {row.pk for row in rows}:
        raise _settled(Suppression.objects.get(pk=named.pk))
    return rows


def record_for_rows(
    rows: list[Suppression],
    kind: EventKind,
    *,
    source: Source,
    note: str,
    by: Actor,
    at: datetime,
    reviews: dict[int, Review] | None = None,
) -> tuple[Recorded, ...]:
    """Record the end of each row of a case, with the message and the review that it rests on.

    The event is as old as the newest act that the row stands for, so that a START since then still counts.
    """
    message = next(iter(told_by(cases(rows)[0])), None)
    return tuple(
        record_event(
            event=ConsentEvent(
                kind=kind,
                channels=(Channel(row.channel),),
                occurred_at=row.reaffirmed_at,
                source=source,
                direction=Direction(row.direction),
                detail=row.detail,
                note=note,
                suppression_ids=frozenset({row.pk}),
            ),
            contact_id=row.contact_id if row.address_id is None else None,
            address_id=row.address_id,
            proof=Proof(
                message_id=message.pk if message else None,
                review_id=reviews[row.pk].pk if reviews else None,
            ),
            by=by,
            at=at,
        )
        for row in rows
    )


def _judge(
    rows: list[Suppression], verdict: Verdict, kind: EventKind, *, note: str, by: Actor, at: datetime
) -> Reviewed:
    reviews = {row.pk: _review(row, verdict, note=note, by=by, at=at) for row in rows}
    recorded = record_for_rows(rows, kind, source=Source.STAFF, note=note.strip(), by=by, at=at, reviews=reviews)
    return Reviewed(tuple(reviews.values()), recorded)


def _review(row: Suppression, verdict: Verdict, *, note: str, by: Actor, at: datetime) -> Review:
    return Review.objects.create(
        suppression=row, verdict=verdict, reviewer_id=by.staff_id, note=note.strip(), decided_at=at
    )


def _check(note: str, by: Actor) -> None:
    if by.user_id is None:
        raise UnableToReview("by", "person_required", "Only a person reviews; integrations and jobs don't.")
    if not note.strip():
        raise UnableToReview("note", "required", "Say in a few words why you decide so.")


def _check_seen(rows: list[Suppression], seen: str | None) -> None:
    """Refuse to lift what the reviewer has not read. Needs the case's lock."""
    if seen is not None and seen != mark_of(cases(rows)[0]):
        raise UnableToReview("seen", "said_again", "More was said since this page was shown. Read it, then decide.")


def _named(suppression_id: int, reasons: Collection[Reason]) -> Suppression:
    named = Suppression.objects.select_related("address").filter(pk=suppression_id, reason__in=reasons).first()
    if named is None:
        raise UnableToReview("suppression", "not_found", "There is nothing to review here. Go back to the list.")
    return named


def _settled(row: Suppression) -> UnableToReview:
    how = f": {LiftRoute(row.lift_route).label.lower()}" if row.lift_route else ""
    return UnableToReview("suppression", "settled", f"This was settled meanwhile{how}. Nothing was changed now.")
