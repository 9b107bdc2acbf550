"""Days as the papers count them."""

from __future__ import annotations

from datetime import date

import pytest

from chopmark.core.calendar import day, full_years


def test_a_day_is_the_day_in_china():
    assert day(1_782_835_199) == date(2026, 6, 30)  # 23:59:59 in Shanghai, still the afternoon of that day in UTC
    assert day(1_782_835_200) == date(2026, 7, 1)
    assert day(0) == date(1970, 1, 1)


def test_an_absurd_time_is_a_day_all_the_same():
    for seconds in (253_402_271_999, 253_402_272_000, 2**48 - 1):
        assert day(seconds) == date(9999, 12, 31)
    assert day(253_402_271_999 - 86_400) == date(9999, 12, 30)


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2016, 6, 30), date(2026, 6, 29), 9),
        (date(2016, 6, 30), date(2026, 6, 30), 10),
        (date(2026, 6, 30), date(2026, 6, 30), 0),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2026, 6, 30), date(2026, 6, 29), -1),
        (date(2026, 6, 30), date(2025, 6, 30), -1),
    ],
)
def test_years_are_counted_by_anniversaries(start, end, years):
    assert full_years(start, end) == years
