"""A validity that ends before it begins, in a kind that has both dates (none of the shipped ones does yet)."""

from datetime import date

import pytest

from chopmark.kinds import Field, Kind, examine_claims

DAY, UNTIL = Field("day", "签发", "Issued", "date"), Field("until", "有效期至", "Until", "date")
COUNT = Field("count", "数量", "Count", "integer")
KIND = Kind("demo", "示例", "Demo", (DAY, UNTIL, COUNT), (), (("day",),), "day", "until")
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"day": "2026-01-02", "until": "2026-01-01"}, ["I019"]),
        ({"day": "2026-01-02", "until": "2026-01-02"}, []),
        ({"day": "2026-01-02"}, []),
        ({"until": "2026-01-02"}, []),
        ({}, []),
    ],
)
def test_validity_ends_after_it_begins(given, codes):
    assert [finding.code for finding in examine_claims(KIND, given, TODAY).findings] == codes


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("-3", -3), ("１２", 12), ("1.5", None), ("many", None), ("9" * 16, None)]
)
def test_whole_numbers(text, value):
    examined = examine_claims(KIND, {"count": text}, TODAY)
    assert examined.claims.get("count") == value
    assert examined.ok == (value is not None)
