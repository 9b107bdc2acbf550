"""Killed at every place: run again, everything is there exactly once."""

from __future__ import annotations

import pytest

from chopmark.core.ledger import OutboxState
from chopmark.errors import UsageError
from chopmark.services.pipeline.failpoint import ALLOWED, CHOSEN, DEAD, reach
from tests.fixtures.pipes import Site

pytestmark = [pytest.mark.chain, pytest.mark.slow]

NUMBERS = [f"N{n}" for n in range(20)]


@pytest.mark.parametrize(
    ("failpoint", "signed"),
    [
        ("after_accept", 0),
        ("after_seal_before_commit", 0),
        ("after_commit_before_send", 1),
        ("after_send_before_record", 1),
        ("after_mined_before_record", 1),
    ],
)
def test_killed_while_registering(site: Site, failpoint: str, signed: int) -> None:
    _killed(site, failpoint, signed)


@pytest.mark.parametrize(("failpoint", "signed"), [("after_seal_before_commit", 0), ("after_commit_before_send", 1)])
def test_killed_while_registering_with_postgres(postgres_site: Site, failpoint: str, signed: int) -> None:
    _killed(postgres_site, failpoint, signed)


def _killed(site: Site, failpoint: str, signed: int) -> None:
    assert site.run_process(*NUMBERS, failpoint=failpoint) == DEAD
    before = site.outbox()
    assert len(before) == signed
    with site.store.read() as tx:
        acknowledged = tx.credentials.find_number(site.chain.issuer_node, "degree", NUMBERS)
    assert len(acknowledged) == len(NUMBERS)
    site.run_process(*NUMBERS, check=True)
    (after,) = site.outbox()
    assert after.state is OutboxState.FINAL
    assert [row.raw for row in before] in ([], [after.raw])
    site.fsck(*NUMBERS)


def test_killed_at_every_place_one_after_the_other(site: Site) -> None:
    places = ("after_accept", "after_seal_before_commit", "after_commit_before_send", "after_send_before_record")
    for failpoint in (*places, "after_mined_before_record"):
        assert site.run_process(*NUMBERS, failpoint=failpoint) == DEAD
    site.run_process(check=True)
    assert len(site.outbox()) == 1
    site.fsck(*NUMBERS)


@pytest.mark.parametrize(
    "failpoint",
    [
        "after_seal_before_commit",
        "after_commit_before_send",
        "after_send_before_record",
        "after_mined_before_record",
    ],
)
def test_killed_while_revoking(site: Site, failpoint: str) -> None:
    rows = site.register(*NUMBERS)
    revoked = rows[::3]
    ids = " ".join(str(row.id) for row in revoked)
    assert site.run_process(changes=ids, failpoint=failpoint) == DEAD
    site.run_process(changes=ids, check=True)
    assert [site.status(row)[0] for row in rows] == [row in revoked for row in rows]
    assert len(site.outbox()) == 2
    site.fsck(*NUMBERS)


def test_a_dead_process_is_not_waited_for(site: Site) -> None:
    assert site.run_process(*NUMBERS, failpoint="after_commit_before_send") == DEAD
    with site.store.read() as tx:
        lease = tx.leases.present(site.chain.key.address)
    assert lease is not None
    done = site.worker(sleep=lambda _: site.chain.mine(1)).run(timeout=10)
    assert done.idle
    site.fsck(*NUMBERS)


def test_a_failpoint_needs_to_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    reach("after_accept")
    monkeypatch.setenv(CHOSEN, "after_accept")
    monkeypatch.delenv(ALLOWED, raising=False)
    with pytest.raises(UsageError, match="after_accept"):
        reach("after_accept")
    monkeypatch.setenv(ALLOWED, "1")
    reach("after_send_before_record")
