"""Signatures that are no good: wrong, of another place, used again. And wallets that are contracts."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chopmark.chain.contracts import DelegatedCalls
from chopmark.core.ledger import RequestRow, RequestState
from chopmark.core.signature import ORDER
from chopmark.core.typed_data import Domain, SetStatus, TypedData
from chopmark.core.words import Op, Role
from chopmark.errors import FormatError, InputError, KeystoreError, Refused, UnknownThing
from chopmark.keys.signer import LocalSigner
from chopmark.services.delegation import (
    checked_signature,
    open_requests,
    request_of,
    take_signature,
    waiting_for,
)
from chopmark.services.pipeline import KeyRing
from chopmark.services.pipeline.bench import Delegate
from chopmark.services.pipeline.signed import CARRIED_OUT, NOT_THEIRS
from chopmark.services.ports import Transaction
from chopmark.wording import Language
from tests.fixtures.delegated import DelegatedSite, delegated
from tests.fixtures.devchain import DevChain
from tests.fixtures.ledger import composed

pytestmark = pytest.mark.chain


@pytest.fixture
def site(devchain: DevChain, sqlite_url: str) -> Iterator[DelegatedSite]:
    with delegated(devchain, sqlite_url) as made:
        yield made


@pytest.fixture
def asked(site: DelegatedSite) -> RequestRow:
    site.accept("N1", "N2")
    site.work()
    (row,) = site.open()
    return row


def _said(fault: InputError | FormatError | KeystoreError) -> str:
    said = [fault.say(lang) for lang in Language] + [fault.next_step(lang) for lang in Language]
    assert all(said)
    assert "…" not in "".join(said)
    return said[1]


def test_a_signature_of_another_key_is_refused_and_named(site: DelegatedSite, asked: RequestRow) -> None:
    """FAULTS 43."""
    other = LocalSigner(os.urandom(32))
    with pytest.raises(InputError) as caught:
        site.take(asked, other.sign_typed(asked.typed))
    assert other.address.hex() in _said(caught.value)
    for wrong in (os.urandom(65), bytes(65), os.urandom(64), b"\x00"):
        with pytest.raises(InputError) as caught:
            site.take(asked, wrong)
        _said(caught.value)
    for text in ("", "0x", "0xzz", "nonsense", "0x" + "00" * 9000):
        with pytest.raises(FormatError) as malformed:
            checked_signature(asked, text, lambda _: False)
        _said(malformed.value)
    assert site.requests() == [asked]
    with site.store.read() as tx:
        assert open_requests(tx, asked.issuer) == [asked]
        _its_institutions_alone(tx, asked)


def _its_institutions_alone(tx: Transaction, asked: RequestRow) -> None:
    other, absent_id = b"\x55" * 32, "sig_" + "A" * 22
    assert open_requests(tx, other) == []
    assert request_of(tx, asked.issuer, asked.public_id) == asked
    with pytest.raises(UnknownThing) as foreign:
        request_of(tx, other, asked.public_id)
    with pytest.raises(UnknownThing) as absent:
        request_of(tx, other, absent_id)
    assert str(foreign.value).replace(asked.public_id, "") == str(absent.value).replace(absent_id, "")
    assert waiting_for(tx, credentials=[1, 2]) == [asked]
    assert waiting_for(tx, credentials=[], changes=[]) == []


def test_a_signature_for_another_chain_contract_or_content_is_refused(site: DelegatedSite, asked: RequestRow) -> None:
    typed, key = asked.typed, site.chain.key
    others = [
        replace(typed, domain=replace(typed.domain, chain_id=1)),
        replace(typed, domain=replace(typed.domain, contract=os.urandom(20))),
        replace(typed, message=replace(typed.message, deadline=asked.deadline + 1)),
        replace(typed, message=replace(typed.message, issuer=os.urandom(32))),
    ]
    for other in others:
        with pytest.raises(InputError):
            site.take(asked, key.sign_typed(other))


def test_other_spellings_of_a_signature_are_brought_into_the_one(site: DelegatedSite, asked: RequestRow) -> None:
    good = site.chain.key.sign_typed(asked.typed)
    high = good[:32] + (ORDER - int.from_bytes(good[32:64], "big")).to_bytes(32, "big") + bytes((55 - good[64],))
    with pytest.raises(InputError, match="ran out"), site.store.begin() as tx:
        take_signature(tx, asked.issuer, asked.public_id, good, asked.deadline + 1)
    taken = [site.take(asked, one) for one in (high, good[:64] + bytes((good[64] - 27,)), good)]
    assert {row.signature for row in taken} == {good}
    with pytest.raises(InputError, match="another signature"), site.store.begin() as tx:
        take_signature(tx, asked.issuer, asked.public_id, os.urandom(65), int(time.time()))
    assert site.worker().run(timeout=60).idle
    assert site.take(asked, good).state is RequestState.DONE  # handed in again: no error, and nothing happens
    with pytest.raises(InputError, match="it is done"), site.store.begin() as tx:
        take_signature(tx, asked.issuer, asked.public_id, os.urandom(65), int(time.time()))


def test_a_signing_service_that_signs_with_another_key_sends_nothing(site: DelegatedSite) -> None:
    """FAULTS 43: what a key at hand hands out is recovered before it is kept."""

    class Wrong(LocalSigner):
        def sign_digest(self, digest: bytes) -> bytes:
            return LocalSigner(b"\x01" * 32).sign_digest(digest)

    site.accept("N1")
    site.here = True
    wrong = Wrong(bytes(site.chain.key._account.key))
    right = site.chain
    site.chain = replace(site.chain, key=wrong)
    progress = site.worker().run(timeout=60)
    (blocked,) = progress.blocked
    assert (blocked.what, blocked.ids) == ("request", (site.requests()[0].id,))
    assert isinstance(blocked.error, KeystoreError)
    assert "another address" in _said(blocked.error)
    assert [row.state for row in site.requests()] == [RequestState.OPEN]
    assert site.outbox() == []
    site.chain = right
    assert site.worker().run(timeout=60).idle


def test_a_signing_service_that_fails_stops_no_other_institution(site: DelegatedSite) -> None:
    class Broken(LocalSigner):
        def sign_digest(self, digest: bytes) -> bytes:
            raise KeystoreError(why="it is out", fix_zh="-", fix_en="-")

    other, out = b"\x77" * 32, Broken(os.urandom(32))
    site.institutions[other] = Delegate(out.address, site.payer.address)
    with site.store.begin() as tx:
        tx.credentials.add_many([composed("X1", other)])
    site.work()  # it is asked first
    site.accept("N1")
    node = site.chain.issuer_node
    keys = KeyRing({other: out, node: site.chain.key}, (site.payer,))
    progress = site.worker(bench=site.bench(keys=keys)).run(timeout=60)
    assert [one.what for one in progress.blocked] == ["request"]
    assert {row.issuer: row.state for row in site.requests()} == {other: RequestState.OPEN, node: RequestState.DONE}


# -- replay (FAULTS 5)


def test_a_status_signature_counts_once_even_when_the_change_would_be_real_again(site: DelegatedSite) -> None:
    rows = site.accept("N1")
    site.work()
    site.sign()
    site.work()
    site.want([rows[0].id], Op.SUSPENDED)
    site.work()
    site.sign()
    site.work()
    done = site.requests()[-1]
    site.want([rows[0].id], Op.RESUMED)
    site.work()
    site.sign()
    assert site.worker().run(timeout=60).idle
    message, chain = done.typed.message, site.chain
    assert isinstance(message, SetStatus)
    assert chain.registry.delegation is not None
    said = (message.root, message.op, message.reason, message.changes, message.nonce, message.deadline)
    again = DelegatedCalls(chain.registry.delegation.address).set_status(
        message.issuer, message.signer, *said, done.signature or b""
    )
    with pytest.raises(Refused) as caught:
        chain.client.simulate(site.payer.address, again)
    assert str(caught.value.facts["rule"]).startswith("Replayed(")


def test_a_database_that_forgot_what_was_carried_out_asks_anew(site: DelegatedSite) -> None:
    """Restored from a backup: the contract knows the signature, and what it says is wanted again."""
    rows = site.accept("N1")
    site.work()
    site.sign()
    site.work()
    for op in (Op.SUSPENDED, Op.RESUMED):
        site.want([rows[0].id], op)
        site.work()
        site.sign()
        site.work()
    (suspended, _) = site.requests()[1:]
    site.want([rows[0].id], Op.SUSPENDED)
    with site.store.begin() as tx:
        old = suspended.typed
        tx.requests._connection.exec_driver_sql("DELETE FROM request_changes")
        tx.requests._connection.exec_driver_sql("UPDATE requests SET state = 'signed', outbox_id = NULL WHERE id = 2")
        tx.requests._connection.exec_driver_sql("INSERT INTO request_changes VALUES (2, 3)")
    assert isinstance(old, TypedData)
    site.work()
    assert (site.requests()[1].state, site.requests()[1].note) == (RequestState.REFUSED, CARRIED_OUT)
    site.work()
    site.sign()
    assert site.worker().run(timeout=60).idle


def test_another_contract_in_the_trust_file_means_asking_anew(site: DelegatedSite, asked: RequestRow) -> None:
    bench = site.bench()
    assert bench.delegation is not None
    moved = replace(bench, delegation=replace(bench.delegation, domain=Domain(31337, b"\x09" * 20)))
    site.worker(bench=moved).run(timeout=60)
    old, new = site.requests()
    assert (old.state, new.typed.domain.contract) == (RequestState.REFUSED, b"\x09" * 20)


# -- contract wallets (ERC-1271)

_YES_IF_SLOT_0 = "0x600054631626ba7e0260e01b60005260206000f3"
"""Runtime code: returns the magic value times storage slot 0."""


@pytest.fixture
def wallet(site: DelegatedSite) -> bytes:
    """A contract is the institution's key; ``anvil_setStorageAt`` says whether it agrees."""
    chain, node = site.chain, site.chain.issuer_node
    address = os.urandom(20)
    chain.cheat("anvil_setCode", "0x" + address.hex(), _YES_IF_SLOT_0)
    chain.send(chain.controller, chain.client.calls.add_key(node, node, address, Role.ATTEST | Role.STATUS))
    site.institutions[node] = replace(site.institutions[node], signer=address)
    return address


def _agrees(site: DelegatedSite, wallet: bytes, yes: bool) -> None:
    site.chain.cheat("anvil_setStorageAt", "0x" + wallet.hex(), "0x0", "0x" + int(yes).to_bytes(32, "big").hex())
    site.chain.mine()


def test_a_wallet_that_is_a_contract_is_asked_before_anything_is_sent(site: DelegatedSite, wallet: bytes) -> None:
    site.accept("N1")
    site.work()
    (row,) = site.open()
    site.take(row, b"whatever its owners agreed on")
    progress = site.worker().run(timeout=60)
    assert str(progress.blocked[0].error.facts["rule"]).startswith("SignatureInvalid(")
    (again,) = site.requests()
    assert (again.state, again.note, again.signature) == (RequestState.OPEN, NOT_THEIRS, None)
    assert site.outbox() == []
    _agrees(site, wallet, True)
    site.take(row, b"whatever its owners agreed on")
    assert site.worker().run(timeout=60).idle
    assert site.accounts_used()[1] == 1
    site.fsck("N1")
