"""Saying no: what an institution does not sign is not asked for again, and never attested."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chopmark.core.ledger import CredentialRow, RequestRow, RequestState, Verb
from chopmark.core.words import Op
from chopmark.errors import InputError
from chopmark.services.delegation import content_of
from chopmark.services.pipeline import correct, refuse, require_unsaid
from chopmark.services.pipeline.refusing import BY_SIGNER
from chopmark.wording import Language
from tests.fixtures.delegated import VALID, DelegatedSite, delegated
from tests.fixtures.devchain import DevChain
from tests.fixtures.ledger import composed

pytestmark = pytest.mark.chain


@pytest.fixture
def site(devchain: DevChain, sqlite_url: str) -> Iterator[DelegatedSite]:
    """The key is elsewhere."""
    with delegated(devchain, sqlite_url) as made:
        yield made


@pytest.fixture
def any_site(devchain: DevChain, database_url: str) -> Iterator[DelegatedSite]:
    """The key is elsewhere; a database of each sort."""
    with delegated(devchain, database_url) as made:
        yield made


def _refuse(site: DelegatedSite, row: RequestRow, *wrong: bytes) -> RequestRow:
    require_unsaid(site.chain.client, row)
    with site.store.begin() as tx:
        return refuse(tx, row, site.bench().now(), wrong)


def _now(site: DelegatedSite, *rows: CredentialRow) -> list[CredentialRow]:
    with site.store.read() as tx:
        return [*tx.credentials.get_many([row.id for row in rows]).values()]


def _registered(site: DelegatedSite, *numbers: str) -> list[CredentialRow]:
    rows = site.accept(*numbers)
    site.work()
    site.sign()
    site.work()
    return _now(site, *rows)


def test_a_batch_with_one_wrong_leaf_is_taken_apart_and_the_others_asked_for(any_site: DelegatedSite) -> None:
    site = any_site
    rows = site.accept("N1", "N2", "N3")
    site.work()
    (asked,) = site.open()
    closed = _refuse(site, asked, rows[1].commitment)
    assert (closed.state, closed.note) == (RequestState.REFUSED, BY_SIGNER)
    assert [row.withdrawn for row in _now(site, *rows)] == [False, True, False]
    assert _refuse(site, asked) == closed  # again changes nothing
    site.work()
    (anew,) = site.open()
    assert anew.typed.message.size == 2  # type: ignore[union-attr]
    with pytest.raises(InputError):
        site.take(asked, site.chain.key.sign_typed(asked.typed))
    (right,) = site.accept("N2")  # the number is free again
    assert right.id not in {row.id for row in rows}
    site.work()
    site.sign()
    assert site.worker().run(timeout=60).idle
    site.fsck("N1", "N2", "N3")
    with site.store.read() as tx:
        assert [content_of(tx, row).verb for row in tx.requests.listed([*RequestState])] == [Verb.ATTEST] * 3


def test_a_whole_batch_is_given_up(site: DelegatedSite) -> None:
    rows = site.accept("N1", "N2")
    site.want([rows[0].id], Op.REVOKED)  # nothing of it may wait for ever
    site.work()
    _refuse(site, site.open()[0])
    assert site.worker().run(timeout=60).idle
    assert (site.open(), site.batches(), site.outbox()) == ([], [], [])
    assert [row.withdrawn for row in _now(site, *rows)] == [True, True]


def test_a_wish_is_given_up(site: DelegatedSite) -> None:
    (row,) = _registered(site, "N1")
    (wish,) = site.want([row.id], Op.REVOKED)
    site.work()
    _refuse(site, site.open()[0])
    assert site.worker().run(timeout=60).idle
    with site.store.read() as tx:
        change = tx.changes.get(wish)
    assert change is not None
    assert (change.done, change.note, site.open()) == (True, BY_SIGNER, [])
    assert site.status(row) == (False, False, False)
    assert _now(site, row)[0].number == "N1"


@pytest.mark.parametrize("verb", [Verb.ATTEST, Verb.SUPERSEDE])
def test_a_correction_is_given_up_whole(site: DelegatedSite, verb: Verb) -> None:
    (old,) = _registered(site, "N1")
    new = composed("N1", site.chain.issuer_node, fingerprint=os.urandom(32), replaces=old.commitment)
    with site.store.begin() as tx:
        successor = correct(tx, old, new, 2, now=1).successor_id
    site.work()
    _refuse(site, next(row for row in site.open() if row.verb is verb))
    assert site.worker().run(timeout=60).idle
    assert site.open() == []
    assert _now(site, old)[0].number == "N1"
    with site.store.read() as tx:
        assert tx.credentials.get_many([successor or 0])[successor or 0].withdrawn
        assert tx.changes.pending() == []
    site.fsck("N1")


def test_what_is_signed_cannot_be_unsaid_while_the_signature_counts(site: DelegatedSite) -> None:
    rows = site.accept("N1")
    site.work()
    (asked,) = site.open()
    site.take(asked, site.chain.key.sign_typed(asked.typed))
    with pytest.raises(InputError) as caught:
        _refuse(site, asked)
    assert "signature" in caught.value.say(Language.EN)
    assert _now(site, *rows)[0].withdrawn is False
    site.ahead = VALID - 30  # it ran out for us, and would still be taken by the contract
    site.worker(bench=site.bench(keys=None)).run(timeout=60)
    (anew,) = site.open()
    with pytest.raises(InputError):
        _refuse(site, anew)
    site.ahead = VALID + 200
    _refuse(site, anew)
    assert site.worker().run(timeout=60).idle


def test_what_stands_or_is_not_in_it_is_not_refused(site: DelegatedSite) -> None:
    (row,) = _registered(site, "N1")
    (done,) = site.requests()
    with pytest.raises(InputError):
        _refuse(site, done)
    with pytest.raises(InputError), site.store.begin() as tx:
        refuse(tx, done, 1)
    site.accept("N2")
    site.want([row.id], Op.SUSPENDED)
    site.work()
    for asked in site.open():
        with pytest.raises(InputError, match="nothing was changed"):
            _refuse(site, asked, b"\x05" * 32)
    assert len(site.open()) == 2
