"""Business days, as calendars on the wall have them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.business_days import UnknownPlace, business_days_after, countries, is_business_day, public_holidays

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("came", "country", "region", "due"),
    [
        ("2026-11-02 09:00", "", "", "2026-11-09 09:00"),  # a Monday: the next Monday
        ("2026-11-06 18:30", "", "", "2026-11-13 18:30"),  # a Friday evening: the next Friday evening
        ("2026-11-07 12:00", "", "", "2026-11-13 12:00"),  # a Saturday
        ("2026-11-20 09:00", "US", "", "2026-11-30 09:00"),  # Thanksgiving lies between
        ("2026-12-23 09:00", "DE", "", "2026-12-31 09:00"),  # Christmas Day is a Friday, St Stephen's a Saturday
        ("2026-12-28 09:00", "DE", "", "2027-01-05 09:00"),  # New Year's Day
        ("2027-03-30 09:00", "US", "CA", "2027-04-07 09:00"),  # Cesar Chavez Day, in California alone
        ("2027-03-30 09:00", "US", "", "2027-04-06 09:00"),
        ("2027-03-10 09:00", "US", "", "2027-03-17 09:00"),  # summer time began on 14 March
    ],
)
def test_five_business_days_skip_weekends_and_the_holidays_of_the_place(
    came: str, country: str, region: str, due: str
) -> None:
    moment = datetime.fromisoformat(came).replace(tzinfo=NEW_YORK)

    after = business_days_after(moment.astimezone(UTC), 5, tz=NEW_YORK, closed=public_holidays(country, region))

    assert after == datetime.fromisoformat(due).replace(tzinfo=NEW_YORK)


def test_no_days_after_is_the_moment_itself() -> None:
    sunday = datetime(2026, 11, 22, 8, tzinfo=UTC)

    assert business_days_after(sunday, 0, tz=UTC) == sunday


def test_fewer_than_no_days_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        business_days_after(datetime(2026, 11, 22, tzinfo=UTC), -1, tz=UTC)


@pytest.mark.parametrize(("country", "region", "field"), [("XX", "", "country"), ("US", "ZZ", "region")])
def test_an_unknown_place_is_named(country: str, region: str, field: str) -> None:
    with pytest.raises(UnknownPlace) as refused:
        public_holidays(country, region)

    assert refused.value.field == field


def test_the_countries_we_ship_languages_for_are_known() -> None:
    assert {"US", "CA", "GB", "FR", "ES", "DE", "PT", "BR"} <= set(countries())


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 30),
    st.frozensets(st.dates(date(2020, 1, 1), date(2040, 1, 1)), max_size=20),
)
def test_exactly_so_many_business_days_lie_between(moment: datetime, days: int, closed: frozenset[date]) -> None:
    due = business_days_after(moment, days, tz=UTC, closed=closed)

    passed = [moment.date() + timedelta(days=n + 1) for n in range((due.date() - moment.date()).days)]
    assert sum(is_business_day(day, closed=closed) for day in passed) == days
    assert is_business_day(due.date(), closed=closed)
    assert due.time() == moment.time()
