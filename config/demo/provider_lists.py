"""What Mailgun's suppression lists would hold: nearly what stands here, so that the screen for drift has its cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.demo.business import SENDING_DOMAIN
from consent.models import Suppression
from consent.models.drift import DriftListing
from consent.providers.mailgun_suppressions import Entry, Listing, Page
from consent.selectors.drift import REASON_OF, told_by
from consent.services.drift_compare import compare_lists, compare_twilio
from consent.vocabulary import Reason
from contacts.models import ContactAddress
from contacts.vocabulary import AddressKind

FORGOTTEN = {Listing.BOUNCES: 1, Listing.UNSUBSCRIBES: 1, Listing.COMPLAINTS: 0}
"""How many that the provider told us once are no more on each of its lists."""
UNTOLD = {Listing.BOUNCES: 2, Listing.UNSUBSCRIBES: 1, Listing.COMPLAINTS: 1}
"""How many are on each list that nobody told us: an event that was lost while the webhook was not set up."""
STILL_THERE = 2
"""How many bounces were cleared here and never removed there."""


def compare(*, at: datetime) -> None:
    """Compare the lists as the nightly job does; in the demo there is no Mailgun to ask."""
    strangers = iter(_never_silenced())

    def pages(domain: str, listing: Listing) -> Iterator[Page]:
        reason = REASON_OF[DriftListing(listing.value)]
        known = told_by("mailgun", reason).order_by("address_id").values_list("address__value", flat=True)
        entries = [Entry(value, None) for value in dict.fromkeys(known)][FORGOTTEN[listing] :]
        if listing is Listing.BOUNCES:
            entries += [Entry(value, since, "550") for value, since in _cleared_here()]
        entries += [Entry(next(strangers), at - timedelta(days=6)) for _ in range(UNTOLD[listing])]
        yield Page(tuple(entries))

    compare_lists(domains=[SENDING_DOMAIN], pages=pages, at=at)
    compare_twilio(at=at)


def _cleared_here() -> list[tuple[str, datetime]]:
    bounces = Suppression.objects.filter(reason=Reason.BOUNCE, address__kind=AddressKind.EMAIL)
    standing = bounces.filter(lifted_at=None).values("address_id")
    ended = bounces.exclude(lifted_at=None).exclude(address_id__in=standing).order_by("address_id")
    return list(ended.values_list("address__value", "reaffirmed_at")[:STILL_THERE])


def _never_silenced() -> list[str]:
    held = ContactAddress.objects.filter(address__kind=AddressKind.EMAIL, address__suppressions=None)
    return list(held.order_by("-contact_id").values_list("address__value", flat=True)[: sum(UNTOLD.values())])
