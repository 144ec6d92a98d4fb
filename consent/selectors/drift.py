"""Differences between the provider's lists and ours, for screens and for the comparison itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import Max, QuerySet

from consent.models import Drift, DriftRun, LedgerEntry, Suppression
from consent.models.drift import DriftListing, DriftSort
from consent.providers.mailgun_suppressions import is_domain
from consent.selectors.channels import connection_of
from consent.vocabulary import Channel, Direction, Effect, EventKind, Reason

REASON_OF: Mapping[DriftListing, Reason] = {
    DriftListing.BOUNCES: Reason.BOUNCE,
    DriftListing.UNSUBSCRIBES: Reason.UNSUBSCRIBE,
    DriftListing.COMPLAINTS: Reason.SPAM_COMPLAINT,
    DriftListing.REFUSALS: Reason.PROVIDER_OPT_OUT,
}
"""What an entry of a list is here."""

TO_DO = (DriftSort.THEIRS_ONLY, DriftSort.LIFTED_HERE)
"""Differences that somebody should settle; the third is there to be known."""


def mailgun_domains() -> tuple[str, ...]:
    """Return the sending domains to compare: the environment's, else those in the e-mail channel's account."""
    named = settings.MAILGUN_DOMAINS
    if not named:
        state = connection_of(Channel.EMAIL)
        named = state.account.split(",") if state is not None and state.provider.lower() == "mailgun" else []
    domains = (name.strip().lower() for name in named)
    return tuple(dict.fromkeys(domain for domain in domains if is_domain(domain)))


def mailgun_is_configured() -> bool:
    """Return whether Mailgun can be asked: an API key, and a domain to ask about."""
    return bool(settings.MAILGUN_API_KEY) and bool(mailgun_domains())


def open_differences() -> QuerySet[Drift]:
    """Return the differences that stand."""
    return Drift.objects.filter(settled_at__isnull=True)


def count_to_settle() -> int:
    """Return how many differences ask for somebody."""
    return open_differences().filter(sort__in=TO_DO).count()


def last_runs() -> list[DriftRun]:
    """Return the last comparison with each provider."""
    return list(DriftRun.objects.order_by("provider", "-ran_at").distinct("provider"))


def standing_at(address_ids: Collection[int], reason: Reason) -> set[int]:
    """Return which of these addresses are silenced for this reason."""
    rows = Suppression.objects.filter(address_id__in=address_ids, reason=reason, lifted_at__isnull=True)
    return set(rows.filter(direction=Direction.OUTBOUND).values_list("address_id", flat=True))


def lifted_at(address_ids: Collection[int], reason: Reason) -> dict[int, datetime]:
    """Return when this reason was lifted last at each address where it ever was."""
    rows = Suppression.objects.filter(address_id__in=address_ids, reason=reason, lifted_at__isnull=False)
    return dict(rows.values_list("address_id").annotate(last=Max("lifted_at")))


def told_by(provider: str, reason: Reason) -> QuerySet[Suppression]:
    """Return what stands because this provider told us."""
    return Suppression.objects.filter(
        reason=reason, lifted_at__isnull=True, set_by=f"provider:{provider}", address__isnull=False
    )


def refusals_let_go(*, since: datetime) -> dict[tuple[int, str], datetime]:
    """Return the addresses and channels for which Twilio's 21610 came late and set nothing, with when it was told.

    A later message refused for the same cause would set it; until then the provider may know more than we do.
    """
    entries = LedgerEntry.objects.filter(
        kind=EventKind.PROVIDER_OPT_OUT,
        effect=Effect.SUPERSEDED,
        detail="21610",
        recorded_at__gte=since,
        address_id__isnull=False,
    )
    told = entries.values_list("address_id", "channel").annotate(last=Max("recorded_at"))
    return {(address_id, channel): last for address_id, channel, last in told}
