"""What is asked for: fairly, so that nobody's unsigned wishes hold up another's, and one after the other for one credential."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chopmark.core.ledger import CredentialRow, Verb
from chopmark.core.words import Op
from chopmark.services.pipeline import request_changes, wanted
from chopmark.services.pipeline.bench import Delegate
from tests.fixtures.delegated import DelegatedSite, delegated
from tests.fixtures.devchain import DevChain
from tests.fixtures.ledger import composed

pytestmark = pytest.mark.chain


@pytest.fixture
def site(devchain: DevChain, sqlite_url: str) -> Iterator[DelegatedSite]:
    """The key is elsewhere."""
    with delegated(devchain, sqlite_url) as made:
        yield made


def _registered(site: DelegatedSite, *numbers: str) -> list[CredentialRow]:
    rows = site.accept(*numbers)
    site.work()
    site.sign()
    site.work()
    with site.store.read() as tx:
        return list(tx.credentials.get_many([row.id for row in rows]).values())


def test_what_nobody_signs_holds_up_no_later_wish(site: DelegatedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "ASKED_LIMIT", 2)
    rows = _registered(site, "N1", "N2", "N3", "N4")
    site.want([row.id for row in rows[:2]], Op.SUSPENDED)
    site.work()
    site.want([rows[2].id], Op.REVOKED)
    site.work()
    site.want([rows[3].id], Op.REVOKED)
    site.work()
    assert [row.verb for row in site.open()] == [Verb.SUSPEND, Verb.REVOKE, Verb.REVOKE]
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert [site.status(row)[:2] for row in rows] == [(False, True), (False, True), (True, False), (True, False)]


def test_wishes_of_one_institution_hold_up_no_other(site: DelegatedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "ASKED_LIMIT", 2)
    other = b"\x77" * 32
    (mine,) = _registered(site, "N1")
    site.institutions[other] = Delegate(b"\x07" * 20, site.payer.address)
    with site.store.begin() as tx:  # never signed, so these can never be revoked, and wait
        ids = tx.credentials.add_many([composed(f"X{n}", other) for n in range(3)])
        request_changes(tx, list(tx.credentials.get_many(ids).values()), Op.REVOKED, 1, now=1)
    site.work()
    site.want([mine.id], Op.REVOKED)
    site.work()
    assert [row.verb for row in site.open() if row.issuer == mine.issuer] == [Verb.REVOKE]


def test_a_wish_waits_for_what_is_under_way_for_the_same_credential(site: DelegatedSite) -> None:
    """Held against the chain before the earlier one is in a block, it would look fulfilled, and be lost."""
    (row,) = _registered(site, "N1")
    site.want([row.id], Op.SUSPENDED)
    site.work()
    site.sign()
    site.chain.cheat("evm_setAutomine", False)
    try:
        site.worker(sleep=lambda _: None).run(timeout=0)
        assert len(site.outbox()) == 2
        (resumed,) = site.want([row.id], Op.RESUMED)
        site.worker(sleep=lambda _: None).run(timeout=0)
        with site.store.read() as tx:
            change = tx.changes.get(resumed)
        assert change is not None
        assert (change.done, change.note) == (False, "")
    finally:
        site.chain.cheat("evm_setAutomine", True)
    site.work()
    assert [one.verb for one in site.open()] == [Verb.RESUME]
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert site.status(row) == (False, False, False)
