"""services.register.compose: from drafts to credentials that nobody can guess."""

from dataclasses import replace
from pathlib import Path

import pytest

from chopmark.core.disclosure import BoundFile, read_disclosure
from chopmark.core.payload import read_payload
from chopmark.services.register import compose_drafts
from chopmark.services.register.compose import last_second
from chopmark.services.register.draft import GivenFile
from tests.services.register._drafts import DEGREE, ISSUER, claims, draft

FILE = GivenFile(Path("王莉.pdf"), 7, b"\x07" * 32, "application/pdf")
NOW = 1_790_000_000
EXPIRING = replace(DEGREE, valid_until="graduation_date")


def opened(row):
    return {d.name: d.value for d in map(read_disclosure, row.disclosures)}


def test_a_draft_becomes_a_credential():
    (row,) = compose_drafts(DEGREE, ISSUER, [draft(1, [FILE])], NOW)
    told = opened(row)
    assert {name: told[name] for name in claims(1)} == dict(claims(1))
    assert told["norm:holder_name"] == "王莉"
    assert told["norm:certificate_number"] == "105331202605000001"
    assert told["file:1"] == BoundFile(7, "application/pdf", b"\x07" * 32)
    assert read_payload(row.payload).issuer == ISSUER
    assert read_payload(row.payload).valid_until is None
    assert (row.number, row.label, row.accepted_at, row.replaces) == ("105331202605000001", "label1", NOW, None)
    assert [(f.name, f.size, f.digest) for f in row.files] == [("王莉.pdf", 7, b"\x07" * 32)]


def test_the_same_draft_twice_is_blinded_otherwise_and_has_the_same_fingerprint():
    one, two = compose_drafts(DEGREE, ISSUER, [draft(1), draft(1)], NOW)
    assert one.commitment != two.commitment
    assert not set(one.disclosures) & set(two.disclosures)
    assert one.fingerprint == two.fingerprint


def test_a_correction_names_what_it_replaces():
    (row,) = compose_drafts(DEGREE, ISSUER, [draft(1)], NOW, replaces=b"\x09" * 32)
    assert row.replaces == opened(row)["replaces"] == b"\x09" * 32


def test_randomness_is_an_argument():
    def counting(n):
        return bytes(i % 251 for i in range(n))

    one, two = (next(compose_drafts(DEGREE, ISSUER, [draft(1)], NOW, entropy=counting)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("day", "second"),
    [("2026-06-30", 1_782_835_199), ("9999-12-31", 253_402_271_999), ("1988-04-17", 577_292_399)],
)
def test_a_credential_is_good_to_the_last_second_of_its_day_in_china(day, second):
    """1988-04-17 had 23 hours: summer time began. The longest date there is does not overflow."""
    given = {"graduation_date": day}
    assert last_second(EXPIRING, given) == second


def test_without_a_last_day_it_never_expires():
    assert last_second(DEGREE, claims(1)) is None
    assert last_second(EXPIRING, {}) is None
