"""Comparing: what the provider's lists say against what stands here. It writes down differences and settles none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from consent.models import Drift, DriftRun
from consent.models.drift import DriftListing, DriftOutcome, DriftSort
from consent.providers.mailgun_suppressions import Entry, Listing, Page
from consent.selectors.drift import (
    REASON_OF,
    lifted_at,
    mailgun_domains,
    open_differences,
    refusals_let_go,
    standing_at,
    told_by,
)
from consent.services import mailgun_api
from consent.services.mailgun_api import MailgunAway, MailgunRefused
from consent.services.messages import storable
from contacts.models import Address
from contacts.normalize import InvalidAddress, normalize_email
from contacts.services import get_or_create_addresses
from contacts.values import SYSTEM

log = structlog.get_logger(__name__)

MAILGUN, TWILIO = "mailgun", "twilio"
TWILIO_LOOKS_BACK = timedelta(days=90)
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """One difference, before it is written down. `place` is the sending domain, or the channel at Twilio."""

    place: str
    listing: DriftListing
    sort: DriftSort
    address_id: int
    since: datetime | None = None
    detail: str = ""


Pages = Callable[[str, Listing], Iterable[Page]]
"""A domain's list, page by page. Raises: MailgunAway, MailgunRefused."""


def compare_mailgun(*, at: datetime) -> DriftRun:
    """Compare each sending domain's three lists with what stands here, and keep the differences.

    A list that can't be read whole leaves its differences as they were, and the run says why.
    Once: the same differences again stay the same rows; those that are no more end as `gone`.
    """
    domains = mailgun_domains() if settings.MAILGUN_API_KEY else ()
    return compare_lists(domains=domains, pages=mailgun_api.pages, at=at)


def compare_lists(*, domains: Sequence[str], pages: Pages, at: datetime) -> DriftRun:
    """Compare what `pages` gives for each sending domain and list; without a domain the run says what is missing.

    Once: as compare_mailgun.
    """
    compared, errors = 0, []
    if not domains:
        errors.append("Mailgun can't be asked: set MAILGUN_API_KEY, and MAILGUN_DOMAINS or the channel's account.")
    for listing in DriftListing:
        if listing is DriftListing.REFUSALS:
            continue
        listed: set[int] = set()
        is_whole = bool(domains)
        for domain in domains:
            try:
                theirs = _compare_listing(domain, listing, pages=pages, at=at)
            except (MailgunAway, MailgunRefused) as error:
                errors.append(f"{domain}, {listing.label.lower()}: {error}")
                is_whole = False
                continue
            compared += len(theirs)
            listed |= theirs
            _end_unseen(MAILGUN, [domain], listing, at=at)
        if is_whole:
            ours = told_by(MAILGUN, REASON_OF[listing]).exclude(address_id__in=listed)
            ids = set(ours.values_list("address_id", flat=True))
            _keep(MAILGUN, [Found("", listing, DriftSort.OURS_ONLY, each) for each in sorted(ids)], at=at)
            _end_unseen(MAILGUN, [""], listing, at=at)
    return _ran(MAILGUN, compared, "; ".join(errors), at=at)


def _compare_listing(domain: str, listing: DriftListing, *, pages: Pages, at: datetime) -> set[int]:
    """Compare one list, page by page, and return the addresses that are on it."""
    seen: set[int] = set()
    for page in pages(domain, Listing(listing.value)):
        with transaction.atomic():
            rows = _addresses(page.entries, at=at)
            _keep(MAILGUN, _differing(rows, domain, listing), at=at)
        seen |= {address.pk for address, _ in rows}
    return seen


def _addresses(entries: Iterable[Entry], *, at: datetime) -> list[tuple[Address, Entry]]:
    readable = []
    for entry in entries:
        try:
            readable.append((normalize_email(storable(entry.address), strict=False), entry))
        except InvalidAddress:
            log.warning("mailgun_entry_is_no_address")
    rows = get_or_create_addresses(canonicals=[canonical for canonical, _ in readable], at=at)
    by_id = {row.pk: (row, entry) for row, (_, entry) in zip(rows, readable, strict=True)}
    return list(by_id.values())


def _differing(rows: Sequence[tuple[Address, Entry]], domain: str, listing: DriftListing) -> list[Found]:
    reason = REASON_OF[listing]
    ids = [address.pk for address, _ in rows]
    standing, lifted = standing_at(ids, reason), lifted_at(ids, reason)
    found = []
    for address, entry in rows:
        if address.pk in standing:
            continue
        ended = lifted.get(address.pk)
        is_older = ended is not None and (entry.since is None or entry.since <= ended)
        sort = DriftSort.LIFTED_HERE if is_older else DriftSort.THEIRS_ONLY
        found.append(Found(domain, listing, sort, address.pk, entry.since, storable(entry.detail)[:80]))
    return found


def compare_twilio(*, at: datetime) -> DriftRun:
    """Find in our own ledger the numbers that Twilio refused with 21610 and that are silenced here by nothing for it.

    Twilio tells its list to nobody, so that its refusals are all there is to compare with.
    Once: as compare_mailgun.
    """
    told = refusals_let_go(since=at - TWILIO_LOOKS_BACK)
    reason = REASON_OF[DriftListing.REFUSALS]
    ids = [address_id for address_id, _ in told]
    standing, lifted = standing_at(ids, reason), lifted_at(ids, reason)
    found = [
        Found(channel, DriftListing.REFUSALS, DriftSort.THEIRS_ONLY, address_id, last, "21610")
        for (address_id, channel), last in told.items()
        if address_id not in standing and not (address_id in lifted and lifted[address_id] >= last)
    ]
    _keep(TWILIO, found, at=at)
    places = set(open_differences().filter(provider=TWILIO).values_list("domain", flat=True))
    _end_unseen(TWILIO, places, DriftListing.REFUSALS, at=at)
    return _ran(TWILIO, len(told), "", at=at)


@transaction.atomic
def _keep(provider: str, found: Sequence[Found], *, at: datetime) -> None:
    """Write differences down: those known are seen again, the others are new."""
    rows = [
        Drift(
            provider=provider,
            domain=each.place,
            listing=each.listing,
            sort=each.sort,
            address_id=each.address_id,
            since=each.since,
            detail=each.detail,
            found_at=at,
            seen_at=at,
        )
        for each in found
    ]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        known = {
            (row.domain, row.listing, row.address_id): row
            for row in open_differences()
            .select_for_update()
            .filter(provider=provider, address_id__in=[row.address_id for row in chunk])
            .order_by("id")
        }
        again = []
        for row in chunk:
            held = known.get((row.domain, row.listing, row.address_id))
            if held is not None:
                held.sort, held.since, held.detail, held.seen_at = row.sort, row.since, row.detail, at
                again.append(held)
        Drift.objects.bulk_update(again, ["sort", "since", "detail", "seen_at"])
        new = [row for row in chunk if (row.domain, row.listing, row.address_id) not in known]
        Drift.objects.bulk_create(new, ignore_conflicts=True)


def _end_unseen(provider: str, places: Collection[str], listing: DriftListing, *, at: datetime) -> None:
    gone = open_differences().filter(provider=provider, domain__in=places, listing=listing, seen_at__lt=at)
    gone.update(settled_at=at, settled_by=SYSTEM.ref, outcome=DriftOutcome.GONE)


def _ran(provider: str, compared: int, error: str, *, at: datetime) -> DriftRun:
    differing = open_differences().filter(provider=provider).count()
    return DriftRun.objects.create(
        provider=provider, ran_at=at, compared=compared, differing=differing, error=error[:500]
    )
