"""Accepted credentials and their files."""

from __future__ import annotations

import os
import time

import pytest

from chopmark.errors import StoreError
from chopmark.store import Store
from tests.fixtures.ledger import ISSUER, new_credential, new_file


def test_what_was_added_comes_back_whole(store: Store) -> None:
    files = (new_file("证书.pdf"), new_file("成绩单.pdf"))
    new = new_credential("A1", replaces=b"\x07" * 32, files=files, payload=bytes(range(256)))
    with store.begin() as tx:
        ids = tx.credentials.add_many([new, new_credential("A2", disclosures=())])
    assert list(ids) == [1, 2]
    with store.read() as tx:
        row, bare = tx.credentials.get(1), tx.credentials.get(2)
        assert row is not None
        assert bare is not None
        for name in (
            "commitment",
            "issuer",
            "kind",
            "number",
            "fingerprint",
            "payload",
            "disclosures",
            "replaces",
            "label",
        ):
            assert getattr(row, name) == getattr(new, name)
        assert (row.batch_id, row.leaf_index, row.former_number, bare.disclosures) == (None, None, None, ())
        assert tx.credentials.files_of([1, 2]) == {1: files}
        assert tx.credentials.get(3) is None


def test_row_numbers_go_on(store: Store) -> None:
    for first in (1, 4):
        with store.begin() as tx:
            assert tx.credentials.add_many([new_credential(str(first + n)) for n in range(3)])[0] == first
    with store.begin() as tx:
        assert len(tx.credentials.add_many([])) == 0


@pytest.mark.parametrize(
    "second",
    [
        {"number": "A1"},
        {"number": "A2", "commitment": b"\x05" * 32},
    ],
    ids=["number", "commitment"],
)
def test_the_same_one_is_not_added_twice(store: Store, second: dict[str, object]) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential("A1", commitment=b"\x05" * 32)])
    with pytest.raises(StoreError, match="conflicts"), store.begin() as tx:
        tx.credentials.add_many([new_credential("fine"), new_credential(**second)])  # type: ignore[arg-type]
    with store.read() as tx:
        assert tx.credentials.pending_counts() == {(ISSUER, "degree"): 1}


def test_other_issuers_and_kinds_have_their_own_numbers(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many(
            [new_credential("A1"), new_credential("A1", kind="paper"), new_credential("A1", issuer=b"\x12" * 32)]
        )
        tx.credentials.add_many([new_credential(None), new_credential(None)])
    with store.read() as tx:
        assert len(tx.credentials.any_with_number("A1")) == 3


def test_numbers_and_fingerprints_are_found_however_many(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(f"N{n}", fingerprint=n.to_bytes(32, "big")) for n in range(300)])
    with store.read() as tx:
        asked = [f"N{n}" for n in range(12_000)]
        found = tx.credentials.find_number(ISSUER, "degree", asked)
        assert sorted(found) == sorted(f"N{n}" for n in range(300))
        assert all(row.number == number for number, row in found.items())
        assert tx.credentials.find_number(ISSUER, "paper", asked) == {}
        assert tx.credentials.find_number(ISSUER, "degree", []) == {}
        prints = tx.credentials.find_fingerprint(ISSUER, "degree", [(7).to_bytes(32, "big"), b"\xff" * 32])
        assert [row.number for row in prints.values()] == ["N7"]


def test_a_commitment_is_found_by_its_first_digits(store: Store) -> None:
    commitments = [bytes.fromhex(f"abcdef{n:02x}") + b"\x00" * 28 for n in range(3)] + [b"\xff" * 32]
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(c.hex(), commitment=c) for c in commitments])
    with store.read() as tx:
        assert [row.commitment for row in tx.credentials.by_commitment("abcdef")] == commitments[:3]
        assert [row.commitment for row in tx.credentials.by_commitment("abcdef0")] == commitments[:3]
        assert [row.commitment for row in tx.credentials.by_commitment("abcdef01")] == commitments[1:2]
        assert [row.commitment for row in tx.credentials.by_commitment(commitments[3].hex())] == commitments[3:]
        assert tx.credentials.by_commitment("00") == []


def test_a_file_leads_to_its_credentials(store: Store) -> None:
    digest = os.urandom(32)
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(n, files=(new_file(digest=digest),)) for n in ("A1", "A2")])
        tx.credentials.add_many([new_credential("A3", files=(new_file(),))])
    with store.read() as tx:
        assert [row.number for row in tx.credentials.by_file(digest)] == ["A1", "A2"]
        assert tx.credentials.by_file(os.urandom(32)) == []


def test_what_waits_comes_in_groups_and_without_payloads(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(f"D{n}") for n in range(5)])
        tx.credentials.add_many([new_credential(f"P{n}", kind="paper") for n in range(2)])
        tx.batches.seal(ISSUER, "degree", os.urandom(32), 1, [2], None)
    with store.read() as tx:
        degree, paper = tx.credentials.pending(3)
        assert (degree.kind, [number for number, _ in degree.leaves]) == ("degree", [1, 3, 4])
        assert (paper.kind, [number for number, _ in paper.leaves]) == ("paper", [6, 7])
        assert tx.credentials.pending_counts() == {(ISSUER, "degree"): 4, (ISSUER, "paper"): 2}
        assert tx.credentials.unsealed([1, 2, 3, 99]) == 2


def test_a_released_number_is_free_and_still_found(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential("A1")])
        tx.credentials.release_number(1)
        tx.credentials.release_number(1)
        tx.credentials.add_many([new_credential("A1")])
    with store.read() as tx:
        assert [(row.id, row.number, row.former_number) for row in tx.credentials.any_with_number("A1")] == [
            (1, None, "A1"),
            (2, "A1", None),
        ]


def test_ten_thousand_credentials_take_seconds(store: Store) -> None:
    rows = [
        new_credential(f"N{n}", payload=os.urandom(700), disclosures=("x" * 80,) * 10, files=(new_file(),))
        for n in range(10_000)
    ]
    began = time.monotonic()
    with store.begin() as tx:
        tx.credentials.add_many(rows)
    with store.read() as tx:
        (group,) = tx.credentials.pending(100_000)
    with store.begin() as tx:
        tx.batches.seal(ISSUER, "degree", os.urandom(32), 1, [number for number, _ in group.leaves], None)
    assert time.monotonic() - began < 20  # about two on an idle machine
