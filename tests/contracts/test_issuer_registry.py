"""Stories of the issuer registry: who accredits whom, who serves whom, and how offices change hands."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.world import DEGREE, PAPER, ZERO, Flag, Role, Standing, digest


@pytest.fixture
def college(world, accounts):
    """Another node under the bureau, accredited for nothing yet."""
    world.issuers.register(world.bureau, DEGREE, accounts[8], digest("college"), "", sender=world.director)
    return bytes(world.issuers.nodeId(world.issuers.nodeCount()))


class TestRegistration:
    def test_node_ids_count_up_under_the_registrys_id(self, world, issuers, chain):
        registry_id = bytes(issuers.registryId())
        assert world.ministry == registry_id[:24] + (0).to_bytes(8, "big")
        assert world.school == registry_id[:24] + (2).to_bytes(8, "big")
        assert issuers.nodeCount() == 2

    def test_a_node_knows_its_controller_and_registrar(self, world, issuers):
        node = issuers.node(world.school)
        assert (node.controller, node.pendingController) == (world.rector.address, ZERO)
        assert (node.keyCount, node.registrar) == (2, 1)
        assert issuers.profile(world.school) == digest("profile")
        assert issuers.site(world.school) == "https://example.edu"

    def test_an_accreditor_registers_only_while_it_is_live(self, world, issuers):
        issuers.suspend(world.ministry, world.bureau, DEGREE, 1, sender=world.minister)
        with ape.reverts(issuers.GrantSuspended):
            issuers.register(world.bureau, DEGREE, world.spare, digest("x"), "", sender=world.director)

    def test_a_kind_in_which_it_has_no_standing_does_not_help(self, world, issuers):
        with ape.reverts(issuers.NotGranted, error_inputs={"node": world.bureau, "kind": PAPER}):
            issuers.register(world.bureau, PAPER, world.spare, digest("x"), "", sender=world.director)

    def test_a_site_has_at_most_200_bytes(self, world, issuers):
        issuers.setProfile(world.school, digest("x"), "s" * 200, sender=world.rector)
        with ape.reverts(issuers.SiteTooLong, error_inputs={"length": 201, "limit": 200}):
            issuers.setProfile(world.school, digest("x"), "s" * 201, sender=world.rector)


class TestAccreditation:
    def test_a_school_is_live_through_its_bureau(self, world, issuers):
        assert issuers.isLive(world.school, DEGREE)
        assert not issuers.isLive(world.school, PAPER)

    def test_suspending_the_bureau_reaches_the_school_at_once(self, world, issuers):
        issuers.suspend(world.ministry, world.bureau, DEGREE, 7, sender=world.minister)
        standing = issuers.standing(world.school, DEGREE)
        assert (standing.result, standing.failing) == (Standing.SUSPENDED, world.bureau)
        issuers.lift(world.ministry, world.bureau, DEGREE, 7, sender=world.minister)
        assert issuers.isLive(world.school, DEGREE)

    def test_a_school_does_not_accredit(self, world, issuers, college):
        with ape.reverts(issuers.GrantLacks):
            issuers.grant(world.school, college, DEGREE, 0, 0, Flag.ATTEST, sender=world.rector)

    def test_nobody_accredits_itself(self, world, issuers):
        with ape.reverts(issuers.NotAncestor):
            issuers.grant(world.bureau, world.bureau, DEGREE, 0, 0, Flag.ACCREDIT, sender=world.director)
        with ape.reverts(issuers.NotGranted):
            issuers.grant(world.bureau, world.bureau, PAPER, 0, 0, Flag.ACCREDIT, sender=world.director)

    def test_the_authoritys_node_is_no_issuer(self, world, issuers):
        with ape.reverts(issuers.NodeUnknown, error_inputs={"node": world.ministry}):
            issuers.grant(world.ministry, world.ministry, DEGREE, 0, 0, Flag.ATTEST, sender=world.minister)
        with ape.reverts(issuers.NodeUnknown):
            issuers.addKey(world.ministry, world.ministry, world.spare, Role.ATTEST, sender=world.minister)

    def test_a_node_of_another_registry_means_nothing_here(self, world, issuers, deployable):
        other = deployable("IssuerRegistry").deploy(world.minister, digest("other"), sender=world.minister)
        foreign = bytes(other.nodeId(1))
        with ape.reverts(issuers.NodeUnknown, error_inputs={"node": foreign}):
            issuers.grant(world.ministry, foreign, DEGREE, 0, 0, Flag.ATTEST, sender=world.minister)
        with ape.reverts(issuers.KeyUnknown):
            issuers.grant(bytes(other.nodeId(0)), world.school, DEGREE, 0, 0, Flag.ATTEST, sender=world.minister)

    def test_kind_zero_is_no_kind(self, world, issuers):
        with ape.reverts(issuers.KindZero):
            issuers.grant(world.ministry, world.school, b"\0" * 8, 0, 0, Flag.ATTEST, sender=world.minister)

    def test_a_grant_does_not_reach_back(self, world, issuers):
        with ape.reverts(issuers.StartsInPast):
            issuers.grant(world.ministry, world.school, DEGREE, world.now() - 5, 0, 1, sender=world.minister)

    def test_times_have_40_bits(self, world, issuers):
        latest = 2**40 - 1
        issuers.grant(world.ministry, world.school, PAPER, 0, latest, Flag.ATTEST, sender=world.minister)
        assert issuers.grantOf(world.school, PAPER).until == latest

    def test_a_grant_begins_and_ends_by_itself(self, world, issuers):
        start = world.now() + 100
        issuers.grant(world.ministry, world.school, PAPER, start, start + 100, Flag.ATTEST, sender=world.minister)
        assert issuers.standing(world.school, PAPER).result == Standing.NOT_STARTED
        world.chain.mine(timestamp=start)
        assert issuers.standing(world.school, PAPER).result == Standing.LIVE
        world.chain.mine(timestamp=start + 100)
        assert issuers.standing(world.school, PAPER).result == Standing.EXPIRED

    def test_the_authoritys_suspension_is_not_the_bureaus_to_lift(self, world, issuers):
        issuers.suspend(world.ministry, world.school, DEGREE, 1, sender=world.minister)
        low = {"node": world.school, "kind": DEGREE, "rank": 1, "restraint": 0}
        with ape.reverts(issuers.RankTooLow, error_inputs=low):
            issuers.lift(world.bureau, world.school, DEGREE, 1, sender=world.director)
        with ape.reverts(issuers.RankTooLow, error_inputs=low):
            issuers.grant(world.bureau, world.school, DEGREE, 0, 0, Flag.ATTEST, sender=world.director)

    def test_a_higher_rank_raises_a_suspension_and_a_lower_one_cannot(self, world, issuers):
        issuers.suspend(world.bureau, world.school, DEGREE, 1, sender=world.director)
        since = issuers.grantOf(world.school, DEGREE).suspended
        world.later(50)
        issuers.suspend(world.ministry, world.school, DEGREE, 1, sender=world.minister)
        grant = issuers.grantOf(world.school, DEGREE)
        assert (grant.suspended, grant.restraint) == (since, 0)
        with ape.reverts(issuers.SuspensionStands):
            issuers.suspend(world.bureau, world.school, DEGREE, 1, sender=world.director)

    def test_a_new_grant_by_rank_ends_a_revocation(self, world, issuers):
        issuers.revoke(world.bureau, world.school, DEGREE, 1, sender=world.director)
        assert issuers.standing(world.school, DEGREE).result == Standing.REVOKED
        issuers.grant(world.bureau, world.school, DEGREE, 0, 0, Flag.ATTEST, sender=world.director)
        assert issuers.isLive(world.school, DEGREE)

    def test_waiting_for_the_end_does_not_launder_a_suspension(self, world, issuers, accounts):
        rival = world.join(world.ministry, accounts[9], flags=Flag.ACCREDIT, sender=world.minister)
        issuers.grant(world.bureau, world.school, DEGREE, 0, world.now() + 100, Flag.ATTEST, sender=world.director)
        issuers.suspend(world.ministry, world.school, DEGREE, 1, sender=world.minister)
        world.later(200)
        with ape.reverts(issuers.NotAncestor):
            issuers.grant(rival, world.school, DEGREE, 0, 0, Flag.ATTEST, sender=accounts[9])
        with ape.reverts(issuers.RankTooLow):
            issuers.grant(world.bureau, world.school, DEGREE, 0, 0, Flag.ATTEST, sender=world.director)
        issuers.grant(world.ministry, world.school, DEGREE, 0, 0, Flag.ATTEST, sender=world.minister)
        assert issuers.standing(world.school, DEGREE).result == Standing.SUSPENDED

    def test_an_accreditation_that_ran_out_may_be_given_by_another(self, world, issuers, accounts):
        rival = world.join(world.ministry, accounts[9], flags=Flag.ACCREDIT, sender=world.minister)
        issuers.grant(world.bureau, world.school, DEGREE, 0, world.now() + 100, Flag.ATTEST, sender=world.director)
        with ape.reverts(issuers.NotAncestor):
            issuers.grant(rival, world.school, DEGREE, 0, 0, Flag.ATTEST, sender=accounts[9])
        world.later(200)
        issuers.grant(rival, world.school, DEGREE, 0, 0, Flag.ATTEST, sender=accounts[9])
        assert issuers.grantOf(world.school, DEGREE).parent == 3

    def test_a_suspended_bureau_may_reduce_but_not_grant(self, world, issuers, college):
        issuers.suspend(world.ministry, world.bureau, DEGREE, 1, sender=world.minister)
        issuers.revoke(world.bureau, world.school, DEGREE, 1, sender=world.director)
        with ape.reverts(issuers.GrantSuspended):
            issuers.grant(world.bureau, college, DEGREE, 0, 0, Flag.ATTEST, sender=world.director)

    def test_accreditation_for_one_kind_gives_nothing_in_another(self, world, issuers):
        issuers.grant(world.ministry, world.school, PAPER, 0, 0, Flag.ATTEST, sender=world.minister)
        for verb in (issuers.suspend, issuers.revoke):
            with ape.reverts(issuers.NotGranted):
                verb(world.bureau, world.school, PAPER, 1, sender=world.director)


class TestKeys:
    def test_keys_are_numbered_from_one(self, world, issuers):
        assert issuers.key(world.school, world.key).index == 1
        assert issuers.key(world.school, world.delegate).index == 2
        assert issuers.key(world.school, world.stranger).index == 0

    def test_an_accreditor_plants_no_key(self, world, issuers):
        with ape.reverts(issuers.NotKeyManager):
            issuers.addKey(world.bureau, world.school, world.spare, Role.ATTEST, sender=world.director)

    def test_a_working_key_manages_no_keys(self, world, issuers):
        with ape.reverts(issuers.NotController):
            issuers.addKey(world.school, world.school, world.spare, Role.ATTEST, sender=world.key)
        with ape.reverts(issuers.NotController):
            issuers.retireKey(world.school, DEGREE, world.school, world.delegate, sender=world.key)

    def test_an_accreditor_works_with_a_key_and_its_director_stays_cold(self, world, issuers):
        issuers.addKey(world.bureau, world.bureau, world.spare, Role.ACCREDIT, sender=world.director)
        issuers.suspend(world.bureau, world.school, DEGREE, 1, sender=world.spare)
        issuers.retireKey(world.bureau, DEGREE, world.bureau, world.spare, sender=world.director)
        with ape.reverts(issuers.KeyIsRetired):
            issuers.lift(world.bureau, world.school, DEGREE, 1, sender=world.spare)

    def test_a_key_of_one_node_is_nothing_to_another(self, world, issuers):
        issuers.addKey(world.school, world.school, world.spare, Role.ACCREDIT, sender=world.rector)
        with ape.reverts(issuers.KeyUnknown, error_inputs={"node": world.bureau, "key": world.spare.address}):
            issuers.suspend(world.bureau, world.school, DEGREE, 1, sender=world.spare)

    def test_a_compromise_is_reported_within_the_keys_life_and_only_earlier(self, world, issuers):
        start = issuers.key(world.school, world.key).since
        world.later(1000)

        def report(since):
            return issuers.reportCompromise(
                world.school, DEGREE, world.school, world.key, since, 1, sender=world.rector
            )

        with ape.reverts(issuers.CompromiseOutOfRange):
            report(start - 1)
        with ape.reverts(issuers.CompromiseOutOfRange):
            report(world.now() + 1000)
        report(start + 100)
        with ape.reverts(issuers.CompromiseNotEarlier):
            report(start + 100)
        report(start + 50)
        key = issuers.key(world.school, world.key)
        assert (key.compromisedSince, key.reported) == (start + 50, world.now())

    def test_a_retired_key_may_still_be_reported(self, world, issuers):
        issuers.retireKey(world.school, DEGREE, world.school, world.key, sender=world.rector)
        since = issuers.key(world.school, world.key).retired
        issuers.reportCompromise(world.school, DEGREE, world.school, world.key, since, 1, sender=world.rector)
        assert issuers.key(world.school, world.key).compromisedSince == since

    def test_the_bureau_that_registered_a_school_guards_its_keys(self, world, issuers):
        issuers.retireKey(world.bureau, DEGREE, world.school, world.key, sender=world.director)
        assert issuers.key(world.school, world.key).retired == world.now()

    def test_accrediting_a_stranger_unasked_gives_no_hold_on_its_keys(self, world, issuers, accounts):
        press = world.join(world.ministry, accounts[9], flags=Flag.ACCREDIT, sender=world.minister, kind=PAPER)
        issuers.grant(press, world.school, PAPER, 0, 0, Flag.ATTEST, sender=accounts[9])
        with ape.reverts(issuers.NotGuardian):
            issuers.reportCompromise(press, PAPER, world.school, world.key, world.now(), 1, sender=accounts[9])


class TestStewardship:
    def test_the_office_changes_hands_in_two_steps(self, world, issuers):
        issuers.offerAuthority(world.spare, sender=world.minister)
        assert issuers.authority() == world.minister
        issuers.acceptAuthority(sender=world.spare)
        assert (issuers.authority(), issuers.pendingAuthority()) == (world.spare.address, ZERO)
        with ape.reverts(issuers.NotAuthority, error_inputs={"caller": world.minister.address}):
            issuers.offerAuthority(world.minister, sender=world.minister)

    def test_an_offer_is_withdrawn_with_zero(self, world, issuers):
        issuers.offerAuthority(world.spare, sender=world.minister)
        issuers.offerAuthority(ZERO, sender=world.minister)
        with ape.reverts(issuers.NotPendingAuthority):
            issuers.acceptAuthority(sender=world.spare)

    def test_the_office_cannot_be_renounced(self, issuers):
        names = {method.name for method in issuers.contract_type.mutable_methods}
        assert not {name for name in names if "renounce" in name.lower()}

    def test_a_node_changes_hands_in_two_steps(self, world, issuers):
        issuers.offerController(world.school, world.spare, sender=world.rector)
        with ape.reverts(issuers.NotPendingController):
            issuers.acceptController(world.school, sender=world.stranger)
        issuers.acceptController(world.school, sender=world.spare)
        node = issuers.node(world.school)
        assert (node.controller, node.keyCount, node.registrar) == (world.spare.address, 2, 1)

    def test_the_authority_recovers_a_stolen_node_and_ends_the_thiefs_offer(self, world, issuers):
        issuers.offerController(world.school, world.stranger, sender=world.rector)
        issuers.recoverController(world.school, world.spare, sender=world.minister)
        with ape.reverts(issuers.NotPendingController):
            issuers.acceptController(world.school, sender=world.stranger)

    def test_one_transaction_holds_many_operations_or_none(self, world, issuers):
        add = issuers.addKey.encode_input(world.school, world.school, world.spare, Role.STATUS)
        again = issuers.addKey.encode_input(world.school, world.school, world.key, Role.STATUS)
        with ape.reverts(issuers.KeyKnown):
            issuers.multicall([add, again], sender=world.rector)
        assert issuers.key(world.school, world.spare).index == 0
        issuers.multicall([add], sender=world.rector)
        assert issuers.key(world.school, world.spare).index == 3
