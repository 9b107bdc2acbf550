"""The contracts' words; named ones are in ``tests/vectors/words.json``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.words import (
    BatchRecord,
    GrantFlag,
    GrantRecord,
    HeadRecord,
    KeyRecord,
    NodeRecord,
    Op,
    Plane,
    Role,
    Standing,
)
from chopmark.errors import FormatError

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDS = (BatchRecord, KeyRecord, GrantRecord, NodeRecord, HeadRecord)
words = st.integers(0, 2**256 - 1)


def bits(width: int) -> st.SearchStrategy[int]:
    return st.integers(0, 2**width - 1)


@given(
    st.builds(
        BatchRecord,
        st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True),
        bits(8),
        bits(40),
        bits(16),
        bits(32),
        bits(48),
        bits(48),
    )
    | st.builds(KeyRecord, st.integers(1, 65_535), bits(8).map(Role), bits(40), bits(40), bits(40), bits(40))
    | st.builds(
        GrantRecord,
        bits(64),
        bits(40),
        bits(40),
        bits(40),
        bits(40),
        bits(16),
        st.integers(1, 15),
        bits(4),
        bits(8).map(GrantFlag),
    )
    | st.builds(NodeRecord, st.binary(min_size=20, max_size=20).filter(any), bits(16), bits(64))
    | st.builds(HeadRecord, st.binary(min_size=28, max_size=28).filter(any), bits(32))
)
def test_a_record_is_read_back(record):
    assert type(record).decode(record.encode()) == record


@given(words)
def test_a_word_is_written_back_but_for_its_unused_bits(word):
    unused = {KeyRecord: 72, NodeRecord: 16}
    for sort in RECORDS:
        record = sort.decode(word)
        if record is not None:
            low = unused.get(sort, 0)
            assert record.encode() == word >> low << low


def test_an_empty_slot_is_no_record():
    assert [sort.decode(0) for sort in RECORDS] == [None] * 5


def test_every_layout_fills_the_word():
    assert [sum(sort.WIDTHS) for sort in RECORDS] == [256] * 5


def test_a_kind_that_no_bundle_can_have_is_a_record_all_the_same():
    """The contract checks no alphabet: a follower must not stop at a stranger's batch."""
    record = BatchRecord.decode(int.from_bytes(b"\xff\x00A b\n\x00\x00".ljust(32, b"\1"), "big"))
    assert record is not None
    assert record.kind == "\xff\x00A b\n"


@pytest.mark.parametrize("word", [-1, 2**256])
def test_what_is_no_word_is_refused(word):
    for sort in RECORDS:
        with pytest.raises(FormatError, match="256 bits"):
            sort.decode(word)


def test_a_field_that_does_not_fit_is_refused():
    with pytest.raises(FormatError, match="does not fit 40 bits"):
        BatchRecord("degree", 1, 2**40, 1, 1, 1, 1).encode()
    with pytest.raises(FormatError, match="does not fit 16 bits"):
        KeyRecord(-1, Role.ATTEST, 1).encode()


def test_a_key_lives_until_it_is_retired_or_reported():
    assert KeyRecord(1, Role.ATTEST, 5).is_live
    assert not KeyRecord(1, Role.ATTEST, 5, retired=9).is_live
    assert not KeyRecord(1, Role.ATTEST, 5, compromised_since=6, reported=9).is_live


@pytest.mark.parametrize(
    ("changes", "needed", "time", "standing"),
    [
        ({}, GrantFlag.ATTEST, 100, Standing.LIVE),
        ({}, GrantFlag.ATTEST, 10, Standing.LIVE),
        ({}, GrantFlag.ATTEST, 9, Standing.NOT_STARTED),
        ({"until": 100}, GrantFlag.ATTEST, 99, Standing.LIVE),
        ({"until": 100}, GrantFlag.ATTEST, 100, Standing.EXPIRED),
        ({}, GrantFlag.ACCREDIT, 100, Standing.UNFLAGGED),
        ({}, GrantFlag.ATTEST | GrantFlag.ACCREDIT, 100, Standing.UNFLAGGED),
        ({"suspended": 50}, GrantFlag.ATTEST, 100, Standing.SUSPENDED),
        ({"suspended": 50}, GrantFlag.ACCREDIT, 100, Standing.UNFLAGGED),
        ({"suspended": 50, "until": 60}, GrantFlag.ATTEST, 100, Standing.EXPIRED),
        ({"revoked": 50, "suspended": 40, "until": 60}, GrantFlag.ATTEST, 5, Standing.REVOKED),
    ],
)
def test_a_grant_stands_as_the_contract_says(changes, needed, time, standing):
    fields = {"parent": 0, "start": 10, "until": 0, "suspended": 0, "revoked": 0, "granter_key": 0}
    fields |= {"depth": 1, "restraint": 0, "flags": GrantFlag.ATTEST}
    assert GrantRecord(**(fields | changes)).standing(needed, time) is standing


def _solidity(name: str) -> str:
    return (ROOT / "contracts" / "types" / f"{name}.sol").read_text(encoding="utf-8")


def test_the_operation_codes_are_the_contracts():
    found = re.findall(r"Op internal constant (\w+) = Op\.wrap\((\d+)\);", _solidity("Op"))
    assert {name: int(code) for name, code in found} == {op.name: int(op) for op in Op}
    assert [op for op in Op if op.of_attestations] == [Op(code) for code in range(1, 6)]


def test_roles_flags_and_standings_are_the_contracts():
    roles = re.findall(r"uint8 internal constant (\w+) = (\d+);", _solidity("Key"))
    assert {n: int(v) for n, v in roles if n != "ALL"} == {role.name: int(role) for role in Role}
    flags = re.findall(r"uint8 internal constant (\w+) = (\d+);", _solidity("Grant"))
    assert {n: int(v) for n, v in flags if n != "GRANTABLE"} == {flag.name: int(flag) for flag in GrantFlag}
    body = _solidity("Standing").split("enum Standing {")[1]
    names = re.findall(r"^\s+(\w+),?$", body, re.MULTILINE)
    assert [name.upper() for name in names] == [standing.name.replace("_", "") for standing in Standing]


def test_the_planes_are_numbered_as_the_format_says():
    assert [(plane.name, int(plane)) for plane in Plane] == [("REVOKED", 0), ("SUSPENDED", 1), ("SUPERSEDED", 2)]
