"""services.find: a registered credential by whatever a person has at hand."""

from __future__ import annotations

import pytest

from chopmark.core.bundle import write_bundle
from chopmark.core.ledger import Home
from chopmark.core.reference import AttestationId
from chopmark.core.transaction import BlockRef
from chopmark.errors import FormatError, InputError, UnknownThing
from chopmark.services.bundles import bundle_of
from chopmark.services.find import commitment_in, find_credential, numbers_meant
from chopmark.services.pipeline import take_in
from chopmark.services.pipeline.batcher import to_seal
from chopmark.wording import Language
from tests.fixtures.ledger import composed

ISSUER, OTHER = b"\x11" * 32, b"\x22" * 32
HOME = Home(31337, b"\x01" * 32, b"\x02" * 20, b"\x03" * 20, ISSUER[:24] + bytes(8), 5)
NUMBER = "105331202605000001"


@pytest.fixture
def store(sqlite_store):
    """One credential of ours in a final block, and one of another issuer with the same number."""
    with sqlite_store.begin() as tx:
        tx.site.bind(HOME)
    take_in(sqlite_store, [composed(NUMBER, ISSUER), composed(NUMBER, OTHER)])
    with sqlite_store.begin() as tx:
        for one in to_seal(tx.credentials.pending(10)):
            batch = tx.batches.seal(one.issuer, one.kind, one.root, int(one.algorithm), one.leaves, None)
            tx.batches.anchored(batch, BlockRef(7, b"\x07" * 32, 1))
    return sqlite_store


@pytest.fixture
def ours(store):
    with store.read() as tx:
        return tx.credentials.get(1)


@pytest.fixture
def find(store):
    def found(text, issuer=ISSUER, home=HOME):
        with store.read() as tx:
            return find_credential(tx.credentials, text, issuer, home)

    return found


def test_by_commitment_or_its_beginning(find, ours):
    whole = ours.commitment.hex()
    for text in (whole, whole[:8], whole[:9].upper(), f"  {whole[:20]}\n"):
        assert find(text) == ours
    with pytest.raises(UnknownThing):
        find(whole[:7])


def test_by_number_as_printed(find, ours):
    assert find(NUMBER) == ours
    assert find("１０５３３１ 202605 000001") == ours
    assert NUMBER in numbers_meant(NUMBER)
    assert numbers_meant("") == []


def test_by_bundle(find, ours, store, tmp_path):
    path = tmp_path / "王莉 证书.chopmark.json"
    with store.read() as tx:
        path.write_bytes(write_bundle(bundle_of(tx, ours)))
    assert find(str(path)) == ours
    assert commitment_in(path) == ours.commitment
    path.write_bytes(b"{}")
    with pytest.raises(FormatError):
        find(str(path))
    path.write_bytes(b" " * 2_000_000)
    with pytest.raises(FormatError):
        find(str(path))
    with pytest.raises(InputError, match="cannot be read"):
        commitment_in(tmp_path)
    with pytest.raises(UnknownThing):
        find(str(tmp_path / "nowhere.json"))


def test_by_attestation_id_of_this_chain_only(find, ours, store):
    with store.read() as tx:
        root = tx.batches.get(ours.batch_id).root
    mine = AttestationId(HOME.chain_id, HOME.attestation_registry, root, 0)
    assert find(str(mine)) == ours
    assert find(str(mine), home=None) == ours
    for other in (
        AttestationId(1, HOME.attestation_registry, root, 0),
        AttestationId(HOME.chain_id, b"\x09" * 20, root, 0),
        AttestationId(HOME.chain_id, HOME.attestation_registry, root, 1),
    ):
        with pytest.raises(UnknownThing):
            find(str(other))
    with pytest.raises(FormatError):
        find("eip155:nonsense")


def test_two_issuers_with_one_number_must_be_told_apart(find, ours):
    with pytest.raises(InputError) as caught:
        find(NUMBER, issuer=None)
    assert ours.commitment.hex()[:16] in caught.value.say(Language.ZH)
    assert "--issuer" in caught.value.next_step(Language.EN)


def test_of_several_with_one_number_the_living_one_is_meant_else_the_newest(find, ours, store):
    with store.begin() as tx:
        tx.credentials.release_number(ours.id)
    assert find(NUMBER) == find(ours.commitment.hex())
    (new,) = take_in(store, [composed(NUMBER, ISSUER)], again=True).added
    assert find(NUMBER).id == new
    with store.begin() as tx:
        tx.credentials.release_number(new)
    assert find(NUMBER).id == new


def test_a_number_that_is_also_the_beginning_of_a_commitment_is_not_guessed(find, ours, store):
    take_in(store, [composed(ours.commitment.hex()[:10].upper(), ISSUER)])
    with pytest.raises(InputError, match="several"):
        find(ours.commitment.hex()[:10])


@pytest.mark.parametrize("text", ["", "{0}", "no such number", "deadbeef", "*", "%"])
def test_what_is_not_there_is_answered_with_what_could_be_given(find, text):
    with pytest.raises(UnknownThing) as caught:
        find(text)
    assert "凭证包" in caught.value.next_step(Language.ZH)
    assert "bundle" in caught.value.next_step(Language.EN)
