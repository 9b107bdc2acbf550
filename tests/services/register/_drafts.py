"""Claims and drafts for the tests of registering."""

from datetime import date

from chopmark.kinds import examine_claims, find_kind
from chopmark.services.register.draft import Draft, number_of
from tests.fixtures.town import FIELDS, number

TODAY = date(2026, 11, 22)
DEGREE = find_kind("degree")
PAPER = find_kind("paper")
ISSUER = b"\x11" * 32


def claims(n=1, **changes):
    """The claims of the ``n``-th graduate."""
    examined = examine_claims(DEGREE, FIELDS | {"certificate_number": number(n)} | changes, TODAY)
    assert examined.ok, examined.findings
    return examined.claims


def draft(n=1, files=(), row=0, **changes):
    """A draft of the ``n``-th graduate."""
    given = claims(n, **changes)
    return Draft(row, "degree", given, tuple(files), number_of(DEGREE, given), f"label{n}", DEGREE.shown_number(given))
