"""How long raw deliveries are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from consent.selectors.channels import business_profile


def kept_for() -> timedelta:
    """Return how long the raw body of a settled delivery is kept, as the business profile says."""
    return timedelta(days=business_profile().delivery_retention_days)


def purge_due_at(received_at: datetime) -> datetime:
    """Return when the raw body of a delivery that is settled may go."""
    return received_at + kept_for()
