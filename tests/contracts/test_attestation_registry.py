"""Stories of the attestation registry: batches, the status of their leaves, and one leaf in place of another."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.world import DEGREE, PAPER, Flag, Op, Role, digest


@pytest.fixture
def college(world, accounts):
    """A second issuer, with a key of its own."""
    node = world.join(world.bureau, accounts[8], flags=Flag.ATTEST, sender=world.director)
    world.issuers.addKey(node, node, accounts[9], Role.ATTEST | Role.STATUS, sender=accounts[8])
    return node


def status(world, root, index):
    return tuple(world.records.standing(world.school, root, index))


VALID, UNKNOWN = (True, False, False, False), (False, False, False, False)
REVOKED, SUSPENDED, SUPERSEDED = (True, True, False, False), (True, False, True, False), (True, True, False, True)


class TestAttesting:
    def test_a_batch_is_recorded_with_key_block_and_time(self, world, records):
        root = world.attest("class of 2026", size=6000)
        batch = records.batch(world.school, root)
        assert (batch.kind, batch.algorithm, batch.size, batch.keyIndex, batch.seq) == (DEGREE, 1, 6000, 1, 1)
        assert (batch.blockNumber, batch.time) == (world.chain.blocks.head.number, world.now())

    def test_the_same_root_is_never_attested_twice_by_one_issuer(self, world, records):
        root = world.attest("twice")
        with ape.reverts(records.BatchKnown, error_inputs={"issuer": world.school, "root": root}):
            world.attest("twice", size=11)

    def test_another_issuers_equal_root_neither_blocks_nor_shadows(self, world, records, college, accounts):
        root = digest("shared")
        records.attest(college, DEGREE, root, 3, 2, sender=accounts[9])
        world.attest("shared", size=10)
        records.setStatus(college, root, Op.REVOKE, 1, [(0, 0b111)], sender=accounts[9])
        assert status(world, root, 0) == VALID
        assert records.batch(world.school, root).size == 10
        assert records.batch(college, root).size == 3

    @pytest.mark.parametrize(
        ("root", "size", "algorithm", "error"),
        [
            (b"\0" * 32, 1, 1, "RootZero"),
            (digest("x"), 0, 1, "SizeZero"),
            (digest("x"), 1, 0, "AlgorithmUnknown"),
            (digest("x"), 1, 3, "AlgorithmUnknown"),
        ],
    )
    def test_nonsense_is_refused(self, world, records, root, size, algorithm, error):
        with ape.reverts(getattr(records, error)):
            records.attest(world.school, DEGREE, root, size, algorithm, sender=world.key)

    def test_a_batch_may_have_2_to_the_40_minus_1_leaves(self, world, records):
        root = world.attest("vast", size=2**40 - 1)
        last = 2**40 - 2
        world.set_status(root, Op.REVOKE, (last // 256, 1 << (last % 256)))
        assert status(world, root, last) == REVOKED
        assert status(world, root, last + 1) == UNKNOWN

    def test_a_registry_needs_an_issuer_registry(self, world, deployable):
        with ape.reverts():
            deployable("AttestationRegistry").deploy(world.stranger, sender=world.minister)


class TestStatus:
    def test_a_leaf_is_suspended_resumed_and_revoked(self, world):
        root = world.attest("one")
        world.set_status(root, Op.SUSPEND, (0, 0b1000))
        assert status(world, root, 3) == SUSPENDED
        world.set_status(root, Op.RESUME, (0, 0b1000))
        assert status(world, root, 3) == VALID
        world.set_status(root, Op.REVOKE, (0, 0b1000))
        assert status(world, root, 3) == REVOKED
        assert status(world, root, 2) == VALID

    @pytest.mark.parametrize("op", list(Op))
    def test_revoked_is_final(self, world, records, op):
        root = world.attest("final")
        world.set_status(root, Op.SUSPEND, (0, 1))
        world.set_status(root, Op.REVOKE, (0, 1))
        with ape.reverts(records.AlreadyRevoked, error_inputs={"word": 0, "leaves": 1}):
            world.set_status(root, op, (0, 0b11))

    def test_one_call_changes_many_words(self, world, records):
        root = world.attest("many", size=1000)
        world.set_status(root, Op.REVOKE, *((word, 1 << word) for word in range(4)))
        assert [records.statusWord(world.school, root, word, 0) for word in range(4)] == [1, 2, 4, 8]

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ([], "NoChanges"),
            ([(0, 0)], "MaskEmpty"),
            ([(1, 1), (1, 2)], "WordsNotAscending"),
            ([(1, 1), (0, 1)], "WordsNotAscending"),
            ([(1, 1 << 44)], "MaskPastSize"),
            ([(2, 1)], "MaskPastSize"),
            ([(2**256 - 1, 1)], "MaskPastSize"),
            ([(2**254, 1)], "MaskPastSize"),
        ],
    )
    def test_malformed_changes_are_refused_whole(self, world, records, changes, error):
        root = world.attest("malformed", size=300)
        with ape.reverts(getattr(records, error)):
            world.set_status(root, Op.REVOKE, *changes)

    @pytest.mark.parametrize("op", [0, 1, 5, 16, 255])
    def test_there_are_three_operations(self, world, records, op):
        root = world.attest("ops")
        with ape.reverts(records.NotStatusOp, error_inputs={"op": op}):
            records.setStatus(world.school, root, op, 1, [(0, 1)], sender=world.key)

    def test_every_named_leaf_really_changes(self, world, records):
        root = world.attest("real")
        world.set_status(root, Op.SUSPEND, (0, 0b0110))
        with ape.reverts(records.AlreadySuspended, error_inputs={"word": 0, "leaves": 0b0100}):
            world.set_status(root, Op.SUSPEND, (0, 0b1100))
        with ape.reverts(records.NotSuspended, error_inputs={"word": 0, "leaves": 0b1000}):
            world.set_status(root, Op.RESUME, (0, 0b1100))

    def test_an_unknown_batch_has_no_status(self, world, records):
        with ape.reverts(records.BatchUnknown):
            world.set_status(digest("never attested"), Op.REVOKE, (0, 1))
        assert status(world, digest("never attested"), 0) == UNKNOWN


class TestSupersession:
    def test_the_old_leaf_is_revoked_and_marked(self, world):
        old, new = world.attest("old"), world.attest("new")
        world.records.supersede(world.school, old, 1, new, 2, 4, sender=world.key)
        assert status(world, old, 1) == SUPERSEDED
        assert status(world, new, 2) == VALID

    def test_a_leaf_is_superseded_once_and_never_in_a_circle(self, world, records):
        a, b = world.attest("a"), world.attest("b")
        records.supersede(world.school, a, 0, b, 0, 1, sender=world.key)
        with ape.reverts(records.AlreadyRevoked):
            records.supersede(world.school, a, 0, b, 1, 1, sender=world.key)
        with ape.reverts(records.AlreadyRevoked):
            records.supersede(world.school, b, 0, a, 0, 1, sender=world.key)
        with ape.reverts(records.SupersedesItself):
            records.supersede(world.school, b, 0, b, 0, 1, sender=world.key)

    def test_it_stays_within_one_kind(self, world, records, issuers):
        issuers.grant(world.ministry, world.school, PAPER, 0, 0, Flag.ATTEST, sender=world.minister)
        degree, paper = world.attest("degree"), digest("paper")
        records.attest(world.school, PAPER, paper, 1, 1, sender=world.key)
        with ape.reverts(records.KindDiffers, error_inputs={"oldKind": DEGREE, "newKind": PAPER}):
            records.supersede(world.school, degree, 0, paper, 0, 1, sender=world.key)

    def test_it_stays_within_one_issuer(self, world, records, college, accounts):
        mine, theirs = world.attest("mine"), digest("theirs")
        records.attest(college, DEGREE, theirs, 1, 1, sender=accounts[9])
        with ape.reverts(records.BatchUnknown, error_inputs={"issuer": world.school, "root": theirs}):
            records.supersede(world.school, mine, 0, theirs, 0, 1, sender=world.key)

    @pytest.mark.parametrize(("old_index", "new_index"), [(10, 0), (0, 10)])
    def test_both_leaves_exist(self, world, records, old_index, new_index):
        old, new = world.attest("old"), world.attest("new")
        with ape.reverts(records.IndexPastSize, error_inputs={"index": 10, "size": 10}):
            records.supersede(world.school, old, old_index, new, new_index, 1, sender=world.key)


class TestDelegates:
    def test_the_signer_is_recorded_and_the_delegate_named(self, world, records):
        root = digest("signed")
        receipt = records.attestFor(world.key, world.school, DEGREE, root, 5, 1, sender=world.delegate)
        assert records.batch(world.school, root).keyIndex == 1
        assert [event.via for event in receipt.events] == [2]

    def test_a_delegate_changes_status_and_supersedes_for_a_signer(self, world, records):
        a, b = world.attest("a"), world.attest("b")
        changed = records.setStatusFor(world.key, world.school, a, Op.SUSPEND, 3, [(0, 1)], sender=world.delegate)
        moved = records.supersedeFor(world.key, world.school, a, 1, b, 1, 3, sender=world.delegate)
        assert [(event.keyIndex, event.via, event.reason) for event in changed.events] == [(1, 2, 3)]
        assert [(event.keyIndex, event.via, event.reason) for event in moved.events] == [(1, 2, 3)]

    def test_a_delegate_has_no_voice_of_its_own(self, world, records, issuers):
        with ape.reverts(issuers.RoleMissing):
            records.attest(world.school, DEGREE, digest("own"), 1, 1, sender=world.delegate)
        with ape.reverts(issuers.RoleMissing):
            records.attestFor(world.delegate, world.school, DEGREE, digest("own"), 1, 1, sender=world.delegate)

    def test_a_signer_is_no_delegate(self, world, records, issuers):
        with ape.reverts(issuers.RoleMissing):
            records.attestFor(world.key, world.school, DEGREE, digest("x"), 1, 1, sender=world.key)

    def test_a_retired_signer_is_not_spoken_for(self, world, records, issuers):
        issuers.retireKey(world.school, DEGREE, world.school, world.key, sender=world.rector)
        with ape.reverts(issuers.KeyIsRetired):
            records.attestFor(world.key, world.school, DEGREE, digest("x"), 1, 1, sender=world.delegate)

    def test_a_retired_delegate_speaks_for_nobody(self, world, records, issuers):
        issuers.retireKey(world.school, DEGREE, world.school, world.delegate, sender=world.rector)
        with ape.reverts(issuers.KeyIsRetired):
            records.attestFor(world.key, world.school, DEGREE, digest("x"), 1, 1, sender=world.delegate)

    def test_a_delegate_of_one_issuer_is_nothing_to_another(self, world, records, issuers, college, accounts):
        with ape.reverts(issuers.KeyUnknown):
            records.attestFor(accounts[9], college, DEGREE, digest("x"), 1, 1, sender=world.delegate)


def test_one_transaction_holds_many_operations_or_none(world, records):
    first = records.attest.encode_input(world.school, DEGREE, digest("first"), 1, 1)
    second = records.attest.encode_input(world.school, DEGREE, digest("second"), 2, 1)
    with ape.reverts(records.BatchKnown):
        records.multicall([first, second, first], sender=world.key)
    records.multicall([first, second], sender=world.key)
    assert [records.batch(world.school, digest(name)).seq for name in ("first", "second")] == [1, 2]
