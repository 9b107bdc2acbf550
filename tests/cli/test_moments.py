"""cli.moments: times that people type and read."""

import pytest

from chopmark.cli.moments import day, instant, shown
from chopmark.errors import InputError
from chopmark.wording import Language


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-06-30", 1_782_748_800),
        (" 2026-06-30T08:00 ", 1_782_777_600),
        ("2026-06-30 08:00:00+08:00", 1_782_777_600),
        ("2026-06-30T00:00Z", 1_782_777_600),
        ("20260630", 1_782_748_800),
    ],
)
def test_what_is_typed(text, seconds):
    assert instant(text) == seconds


def test_a_day_has_a_first_and_a_last_second():
    assert instant("2026-06-30", end_of_day=True) == instant("2026-07-01") - 1
    assert instant("2026-06-30T08:00", end_of_day=True) == instant("2026-06-30T08:00")
    assert shown(instant("2026-06-30", end_of_day=True)) == "2026-06-30 23:59:59"


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "2026-13-01", "0001-01-01", "1960-01-01", "9999-12-31T23:59-12:00", "{0}"]
)
def test_what_is_no_time(text):
    with pytest.raises(InputError) as caught:
        instant(text)
    assert "不是可用的日期或时间" in caught.value.say(Language.ZH)
    assert "2026-06-30" in caught.value.next_step(Language.EN)


def test_any_second_of_the_chain_can_be_shown():
    """An accreditation may run until second 2^40 - 1, which no calendar here has."""
    assert shown(2**40 - 1).startswith("9999-")
    assert day(2**40 - 1).startswith("9999-")
