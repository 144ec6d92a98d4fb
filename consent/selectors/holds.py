"""What waits for a reviewer: held messages with their clock, and signals that may be false.

A case is what one reviewer judges at once: all that stands for one reason at one address (and, for a hold, on one
channel), whoever holds the address. What names a contact without an address is a case of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from consent.business_days import NO_HOLIDAYS, UnknownPlace, business_days_after, public_holidays
from consent.models import InboundMessage, Review, Suppression
from consent.models.profile import HOLD_BUSINESS_DAYS
from consent.selectors.channels import business_profile
from consent.selectors.standing import addresses_by_channel
from consent.vocabulary import Channel, MessageClass, Reason
from contacts.models import ContactAddress

SIGNALS = (Reason.WRONG_NUMBER, Reason.DECEASED, Reason.HOSTILE)
MOST_CASES = 200
"""How many cases a screen lists; the oldest holds and the newest signals."""
MOST_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class Case:
    """What a reviewer judges. `suppression_id` is its oldest row and names it; `rows` are all of them."""

    suppression_id: int
    rows: tuple[int, ...]
    reason: Reason
    channel: Channel
    address_id: int | None
    contact_ids: tuple[int, ...]
    detail: str
    since: datetime
    reaffirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """When this business works."""

    tz: tzinfo
    closed: Container[date]
    hold_days: int = HOLD_BUSINESS_DAYS

    def earliest_hold_due(self, at: datetime) -> datetime:
        """Return when a hold that is due now came at the latest: business days are days at the least."""
        return at - timedelta(days=self.hold_days)

    def hold_due_at(self, since: datetime) -> datetime:
        """Return when a hold becomes an opt-out by itself."""
        return business_days_after(since, self.hold_days, tz=self.tz, closed=self.closed)


def calendar() -> Calendar:
    """Return the business's own calendar: its time zone, its holidays, and how long a held message waits."""
    profile = business_profile()
    try:
        closed = public_holidays(profile.holiday_country, profile.holiday_region)
    except UnknownPlace:
        closed = NO_HOLIDAYS
    return Calendar(ZoneInfo(profile.time_zone), closed, profile.hold_business_days)


def waiting_holds(*, limit: int = MOST_CASES) -> list[Case]:
    """Return the held messages that wait for a reviewer, the oldest first."""
    return cases(_standing([Reason.REVIEW_HOLD]).order_by("since", "id"))[:limit]


def holds_since_before(moment: datetime) -> list[Case]:
    """Return the holds that stand since then or longer, the oldest first."""
    return cases(_standing([Reason.REVIEW_HOLD]).filter(since__lte=moment).order_by("since", "id"))


def standing_signals(*, limit: int = MOST_CASES) -> list[Case]:
    """Return the signals that silence somebody, the newest first."""
    return cases(_standing(SIGNALS).order_by("-since", "-id")[: limit * 4])[:limit]


def case_of(suppression_id: int) -> Case | None:
    """Return the case that a standing row belongs to; None where it was settled, or is nothing to review."""
    row = Suppression.objects.filter(pk=suppression_id, reason__in=[Reason.REVIEW_HOLD, *SIGNALS]).first()
    found = [] if row is None else cases(rows_of_case(row).order_by("since", "id"))
    return found[0] if found else None


def rows_of_case(row: Suppression) -> QuerySet[Suppression]:
    """Return the standing rows that are judged together with this one."""
    together = Suppression.objects.filter(lifted_at__isnull=True, reason=row.reason, address=row.address_id)
    if row.reason == Reason.REVIEW_HOLD:
        together = together.filter(channel=row.channel)
    return together if row.address_id is not None else together.filter(contact=row.contact_id)


def cases(rows: Iterable[Suppression]) -> list[Case]:
    """Return rows grouped into cases, in the order in which each first appears."""
    groups: dict[tuple[object, ...], list[Suppression]] = {}
    for row in rows:
        holder = row.contact_id if row.address_id is None else None
        channel = row.channel if row.reason == Reason.REVIEW_HOLD else ""
        groups.setdefault((row.reason, row.address_id, holder, channel), []).append(row)
    return [_case(group) for group in groups.values()]


def _case(rows: Sequence[Suppression]) -> Case:
    oldest = min(rows, key=lambda row: (row.since, row.pk))
    return Case(
        suppression_id=oldest.pk,
        rows=tuple(row.pk for row in rows),
        reason=Reason(oldest.reason),
        channel=Channel(oldest.channel),
        address_id=oldest.address_id,
        contact_ids=tuple(sorted({row.contact_id for row in rows if row.contact_id is not None})),
        detail=oldest.detail,
        since=oldest.since,
        reaffirmed_at=max(row.reaffirmed_at for row in rows),
    )


def _standing(reasons: Collection[Reason]) -> QuerySet[Suppression]:
    return Suppression.objects.filter(lifted_at__isnull=True, reason__in=reasons)


def told_by(case: Case) -> list[InboundMessage]:
    """Return the messages that a case stands for, the newest first."""
    messages = _from(case).filter(occurred_at__gte=case.since)
    if case.reason is Reason.REVIEW_HOLD:
        return list(messages.filter(message_class=MessageClass.REVIEW_HOLD, channel=case.channel)[:MOST_MESSAGES])
    return list(messages.filter(signal=case.reason.value)[:MOST_MESSAGES])


def mark_of(case: Case) -> str:
    """Return what tells a case from the same one after more was said: its newest message, and its newest act."""
    newest = next(iter(told_by(case)), None)
    return f"{newest.pk if newest else 0}-{case.reaffirmed_at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a list prints about a case: who is concerned, in which words, and what a reviewer said last."""

    people: tuple[int, ...]
    message: InboundMessage | None
    review: Review | None


def told_of(listed: Sequence[Case]) -> list[Told]:
    """Return what is printed about each case, in their order, in three queries for all of them."""
    addresses = {case.address_id for case in listed if case.address_id is not None}
    holders: dict[int, set[int]] = {}
    held = ContactAddress.objects.filter(address_id__in=addresses).values_list("address_id", "contact_id")
    for address_id, contact_id in held:
        holders.setdefault(address_id, set()).add(contact_id)
    reviews = {
        review.suppression_id: review for review in reversed(reviews_of([n for case in listed for n in case.rows]))
    }
    return [
        Told(
            people=tuple(sorted({*case.contact_ids, *holders.get(case.address_id or 0, ())})),
            message=message,
            review=next((reviews[row] for row in case.rows if row in reviews), None),
        )
        for case, message in zip(listed, messages_of(listed), strict=True)
    ]


def messages_of(listed: Sequence[Case]) -> list[InboundMessage | None]:
    """Return the newest message that each case stands for, in their order, in one query for all of them."""
    addresses = {case.address_id for case in listed if case.address_id is not None}
    telling = InboundMessage.objects.filter(Q(message_class=MessageClass.REVIEW_HOLD) | ~Q(signal=""))
    messages = list(telling.filter(address_id__in=addresses).order_by("-id")[: MOST_CASES * 5])
    return [next((message for message in messages if _tells(message, case)), None) for case in listed]


def _tells(message: InboundMessage, case: Case) -> bool:
    if message.address_id != case.address_id or message.occurred_at < case.since:
        return False
    if case.reason is Reason.REVIEW_HOLD:
        return message.message_class == MessageClass.REVIEW_HOLD and message.channel == case.channel
    return message.signal == case.reason


def conversation(case: Case) -> list[InboundMessage]:
    """Return the last messages of the case's address over all channels, the oldest first."""
    return list(reversed(_from(case)[:MOST_MESSAGES]))


def _from(case: Case) -> QuerySet[InboundMessage]:
    addresses: Collection[int] = [case.address_id] if case.address_id is not None else []
    if not addresses and case.contact_ids:
        own = addresses_by_channel(case.contact_ids[0])
        addresses = {address for held in own.values() for address in held}
    return InboundMessage.objects.filter(address_id__in=addresses).select_related("address").order_by("-id")


def reviews_of(suppression_ids: Collection[int]) -> list[Review]:
    """Return what reviewers said about these rows before, the newest first."""
    return list(Review.objects.filter(suppression_id__in=suppression_ids).select_related("reviewer").order_by("-id"))
