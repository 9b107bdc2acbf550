"""What the check hands in is well-formed: only what it says is changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from _demo.tamper import change_bundle, change_byte, next_index, other_anchor, other_claim
from chopmark.core.batch import arrange
from chopmark.core.bundle import Anchor, Bundle, open_bundle, read_bundle, write_bundle
from chopmark.core.credential import compose
from chopmark.errors import FormatError, ProofError

ISSUER = bytes(24) + (1).to_bytes(8, "big")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    credentials = [
        compose(issuer=ISSUER, kind="degree", claims={"major": f"专业{n}"}, entropy=os.urandom) for n in range(3)
    ]
    batch = arrange("degree", ISSUER, [credential.commitment for credential in credentials])
    mine = credentials[0]
    anchor = Anchor(31337, bytes(20), batch.root)
    made = Bundle(anchor, mine.payload, mine.disclosures, batch.proof(batch.index_of(mine.commitment)))
    path = tmp_path / "a.chopmark.json"
    path.write_bytes(write_bundle(made))
    return path


def test_a_change_that_changes_nothing_gives_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    same = change_bundle(bundle, tmp_path / "same.json", lambda _: None)
    assert same.read_bytes() == bundle.read_bytes()


def test_another_anchor_is_still_a_good_bundle(bundle: Path, tmp_path: Path) -> None:
    other = change_bundle(bundle, tmp_path / "other.json", other_anchor(chainId=5))
    assert open_bundle(read_bundle(other.read_bytes())).claims["major"] == "专业0"


def test_another_claim_is_well_formed_and_does_not_belong(bundle: Path, tmp_path: Path) -> None:
    other = change_bundle(bundle, tmp_path / "other.json", other_claim("major", "医学"))
    read = read_bundle(other.read_bytes())
    with pytest.raises((ProofError, FormatError)):
        open_bundle(read)


def test_another_index_proves_nothing(bundle: Path, tmp_path: Path) -> None:
    other = change_bundle(bundle, tmp_path / "other.json", next_index)
    with pytest.raises((ProofError, FormatError)):
        open_bundle(read_bundle(other.read_bytes()))


def test_one_byte_is_one_byte(tmp_path: Path) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(bytes(range(200)))
    changed = change_byte(source, tmp_path / "b.bin").read_bytes()
    assert sum(a != b for a, b in zip(source.read_bytes(), changed, strict=True)) == 1
