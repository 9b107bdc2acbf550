"""Taking in: durable, and a rerun finds itself."""

from __future__ import annotations

import pytest

from chopmark.core.ledger import NodeRole, NodeRow
from chopmark.errors import InputError
from chopmark.services.pipeline import Plan, accept, correct, plan, take_in
from chopmark.store import Store
from chopmark.wording import Language
from tests.fixtures.ledger import ISSUER, composed, new_credential


def test_what_is_taken_in_is_kept(store: Store) -> None:
    rows = [composed(f"N{n}", ISSUER) for n in range(10)]
    accepted = take_in(store, rows)
    assert (accepted.added, accepted.already) == (tuple(range(1, 11)), ())
    with store.read() as tx:
        assert tx.credentials.pending_counts() == {(ISSUER, "degree"): 10}


def test_a_rerun_finds_itself_though_the_salts_differ(store: Store) -> None:
    take_in(store, [composed("N1", ISSUER), composed("N2", ISSUER)])
    again = take_in(store, [composed("N2", ISSUER), composed("N3", ISSUER)])
    assert (again.added, [row.number for row in again.already]) == ((3,), ["N2"])
    assert again.ids == (3, 2)


def test_without_a_number_the_content_tells(store: Store) -> None:
    def bare(content: bytes) -> object:
        return new_credential(None, fingerprint=content * 32)

    take_in(store, [bare(b"a")])  # type: ignore[list-item]
    again = take_in(store, [bare(b"a"), bare(b"b")])  # type: ignore[list-item]
    assert (again.added, len(again.already)) == ((2,), 1)


@pytest.mark.parametrize("numbers", [("N1", "N9"), ("N5", "N5")], ids=["taken", "twice"])
def test_a_taken_number_takes_nothing_in(store: Store, numbers: tuple[str, str]) -> None:
    take_in(store, [composed("N1", ISSUER)])
    rows = [composed(number, ISSUER, fingerprint=bytes([n]) * 32) for n, number in enumerate(numbers)]
    with pytest.raises(InputError) as caught, store.begin() as tx:
        accept(tx, rows)
    assert "chopmark supersede" in caught.value.next_step(Language.EN)
    with store.read() as tx:
        assert tx.credentials.pending_counts() == {(ISSUER, "degree"): 1}


def test_a_revoked_number_is_given_anew_only_on_purpose(store: Store) -> None:
    (old,) = take_in(store, [composed("N1", ISSUER)]).added
    with store.begin() as tx:
        tx.credentials.release_number(old)
    for content in (b"\x01" * 32, b"N1".ljust(32, b"\0")):
        with pytest.raises(InputError) as caught:
            take_in(store, [composed("N1", ISSUER, fingerprint=content), composed("N2", ISSUER)])
        assert "--again" in caught.value.next_step(Language.EN)
    assert take_in(store, [composed("N1", ISSUER, "paper")]).added == (2,)
    assert take_in(store, [composed("N1", ISSUER)], again=True).added == (3,)


def test_a_number_whose_credential_lives_on_under_another_is_free(store: Store) -> None:
    """A mistyped number was corrected: the one that it belongs to gets it, until what was corrected is revoked."""
    (old,) = take_in(store, [composed("N1", ISSUER)]).added
    with store.begin() as tx:
        row = tx.credentials.get_many([old])[old]
        change = correct(tx, row, composed("N2", ISSUER), 2, now=1)
    with store.read() as tx:
        assert tx.credentials.find_former(ISSUER, "degree", ["N1"]) == {}
    with store.begin() as tx:
        tx.credentials.release_number(change.successor_id or 0)
    with store.read() as tx:
        assert tx.credentials.find_former(ISSUER, "degree", ["N1", "N2", "N3"]).keys() == {"N1", "N2"}


PAPER = {"kind": "paper"}


def test_a_paper_under_another_of_its_numbers_is_not_taken_in_twice(store: Store) -> None:
    """Two registrations at a time: neither saw the other when it was examined."""
    take_in(store, [composed("1:10.1/a", ISSUER, other_numbers=("2:journal 5 7",), **PAPER)])
    for row in (
        composed("2:journal 5 7", ISSUER, **PAPER),
        composed("1:10.1/a", ISSUER, fingerprint=b"\x01" * 32, **PAPER),
    ):
        with pytest.raises(InputError) as caught:
            take_in(store, [row])
        assert "chopmark supersede" in caught.value.next_step(Language.EN)
    two = [
        composed("2:journal 5 9", ISSUER, **PAPER),
        composed("1:10.1/c", ISSUER, other_numbers=("2:journal 5 9",), **PAPER),
    ]
    with pytest.raises(InputError):
        take_in(store, two)
    # two notes on one page, with a DOI each, are two
    assert take_in(store, [composed("1:10.1/b", ISSUER, other_numbers=("2:journal 5 7",), **PAPER)]).added == (2,)
    same = composed("2:journal 5 7", ISSUER, fingerprint=b"1:10.1/a".ljust(32, b"\0"), **PAPER)
    assert [row.id for row in take_in(store, [same]).already] == [1]


def test_a_revoked_paper_holds_back_all_its_numbers(store: Store) -> None:
    (old,) = take_in(store, [composed("1:10.1/a", ISSUER, other_numbers=("2:journal 5 7",), **PAPER)]).added
    with store.begin() as tx:
        tx.credentials.release_number(old)
    again = composed("2:journal 5 7", ISSUER, **PAPER)
    with pytest.raises(InputError) as caught:
        take_in(store, [again])
    assert "--again" in caught.value.next_step(Language.EN)
    another = composed("1:10.1/b", ISSUER, other_numbers=("2:journal 5 7",), **PAPER)
    with store.begin() as tx:
        assert accept(tx, [another]).added == (2,)  # on that page, with a DOI of its own
        tx.credentials.withdraw([2])
    assert take_in(store, [again], again=True).added == (3,)


def test_a_correction_may_add_a_number_that_the_paper_did_not_have(store: Store) -> None:
    (at,) = take_in(store, [composed("2:journal 5 7", ISSUER, **PAPER)]).added
    with store.begin() as tx:
        old = tx.credentials.get_many([at])[at]
        new = composed("1:10.1/a", ISSUER, other_numbers=("2:journal 5 7",), replaces=old.commitment, **PAPER)
        change = correct(tx, old, new, 2, now=1)
    assert change.successor_id == 2


def test_a_plan_counts_batches_and_transactions(store: Store) -> None:
    assert plan(store) == Plan(0, 0, 0, 0, 0, 0)
    take_in(store, [composed("N1", ISSUER), composed("P1", ISSUER, "paper")])
    found = plan(store, {(ISSUER, "degree"): 299, (b"\x12" * 32, "degree"): 250_000})
    assert (found.batches, found.leaves, found.transactions) == (5, 250_301, 2)
    assert 250_000 < found.gas < 450_000
    with store.begin() as tx:
        tx.changes.request([1], 2, 1, 1)
        tx.calls.add(b"\x05" * 20, b"\x06" * 20, b"", "grant")
    assert (plan(store).changes, plan(store).calls, plan(store).transactions) == (1, 1, 2)


def test_a_plan_knows_that_signatures_cost_more_and_one_payer_sends_for_several(store: Store) -> None:
    """By docs/performance.md: attesting 79,298 signed, revoking 103,890."""
    others = [bytes([n]) * 32 for n in (0x12, 0x13)]
    take_in(store, [composed("N1", one) for one in others])
    direct = plan(store)
    with store.begin() as tx:
        for n, one in enumerate(others):
            tx.nodes.add(NodeRow(f"u{n}", one, NodeRole.ISSUER, "", "0x" + "11" * 20, {}, 1, "payer"))
    signed = plan(store)
    assert (direct.batches, direct.transactions, direct.gas) == (2, 2, 166_000)
    assert (signed.batches, signed.transactions) == (2, 1)
    assert 21_000 + 2 * (79_298 - 21_000) < signed.gas < 200_000
    with store.begin() as tx:
        tx.changes.request([1], 2, 1, 1)
    assert plan(store).gas - signed.gas > 103_890 - 21_000
    assert (plan(store).changes, plan(store).transactions) == (1, 1)
