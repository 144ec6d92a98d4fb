"""Business days: which days an office works, and when so many of them have passed.

Pure: the public holidays of a place are data of the `holidays` package.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

import holidays

_SATURDAY = 5
NO_HOLIDAYS: Container[date] = frozenset()


class UnknownPlace(ValueError):
    """No holidays are known for a country or region. `field` is "country" or "region"."""

    def __init__(self, field: str, given: str) -> None:
        super().__init__(f"No public holidays are known for the {field} “{given}”. Choose one from the list.")
        self.field = field


def countries() -> dict[str, tuple[str, ...]]:
    """Return the countries with known holidays (ISO 3166 two-letter code) and the codes of their regions."""
    return {
        code: tuple(regions)
        for code, regions in sorted(holidays.list_supported_countries(include_aliases=False).items())
        if len(code) == 2
    }


@lru_cache(maxsize=16)
def public_holidays(country: str, region: str = "") -> Container[date]:
    """Return the public holidays of a place, for any year.

    Shape: `country` is "US", "FR", …; empty for none but Saturdays and Sundays off.
    Raises: UnknownPlace.
    """
    if not country:
        return NO_HOLIDAYS
    regions = countries().get(country)
    if regions is None:
        raise UnknownPlace("country", country)
    if region and region not in regions:
        raise UnknownPlace("region", region)
    return holidays.country_holidays(country, subdiv=region or None)


def is_business_day(day: date, *, closed: Container[date] = NO_HOLIDAYS) -> bool:
    """Return whether the office works: Monday to Friday, but on no holiday."""
    return day.weekday() < _SATURDAY and day not in closed


def business_days_after(moment: datetime, days: int, *, tz: tzinfo, closed: Container[date] = NO_HOLIDAYS) -> datetime:
    """Return the moment at which so many whole business days have passed, in UTC or whatever `tz` says.

    The day of the moment itself never counts: what comes in on a Friday evening has all of the next five business
    days. The time of day is kept on the clock on the wall, also over a change to summer time.
    Raises: ValueError for fewer than no days.
    """
    if days < 0:
        raise ValueError(f"{days} business days can't pass; give 0 or more.")
    local = moment.astimezone(tz)
    day, left = local.date(), days
    while left:
        day += timedelta(days=1)
        left -= is_business_day(day, closed=closed)
    return datetime.combine(day, local.time(), tzinfo=tz)
