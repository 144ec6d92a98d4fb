"""Where the business is: its time zone and its country, which nearly every line of a screen asks for.

Kept for a few seconds in the cache, because a page asks a hundred times. What decides about consent is never read
from here: ask `business_profile`.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache

from consent.models import BusinessProfile

_KEY = "consent.business.place"
_SECONDS = 5


def time_zone() -> ZoneInfo:
    """Return the time zone in which staff read times and business days begin."""
    return ZoneInfo(_place()[0] or settings.TIME_ZONE)


def default_region() -> str:
    """Return the country of phone numbers that are written without one (ISO 3166)."""
    return _place()[1] or settings.DEFAULT_REGION


def forget_place() -> None:
    """Ask the database anew from now on."""
    cache.delete(_KEY)


def _place() -> tuple[str, str]:
    """Return time zone and region as saved; empty where nobody has saved any, and the environment's count."""
    kept: tuple[str, str] | None = cache.get(_KEY)
    if kept is None:
        kept = BusinessProfile.objects.filter(pk=1).values_list("time_zone", "default_region").first() or ("", "")
        cache.set(_KEY, kept, _SECONDS)
    return kept
