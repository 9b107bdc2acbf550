// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIssuerErrors} from "../../../contracts/interfaces/IIssuerErrors.sol";
import {GrantRecord} from "../../../contracts/types/Grant.sol";
import {NodeId} from "../../../contracts/types/NodeId.sol";
import {Standing} from "../../../contracts/types/Standing.sol";
import {World, check, vm} from "./support/World.sol";

/// @notice Who accredits whom, and what cannot be laundered.
contract AccreditationTest is World {
    function _is(NodeId node, Standing expected, NodeId failing) private view {
        (Standing found, NodeId where) = issuers.standing(node, DEGREE);
        check(found == expected && where == failing, "standing");
    }

    function _refusesKey(bytes memory why, uint8 role) private {
        _refuses(why);
        issuers.admit(school, DEGREE, keyOf(school), role);
    }

    // ---- the chain ----

    function test_aChainIsLiveFromTheIssuerUp() public view {
        _is(school, Standing.Live, NodeId.wrap(0));
        check(issuers.isLive(school, DEGREE), "live");
        check(issuers.admit(school, DEGREE, keyOf(school), KEY_ATTEST) == 1, "index");
        GrantRecord memory grant = issuers.grantOf(school, DEGREE);
        check(grant.parent == district.serial() && grant.depth == 3 && grant.since == START, "grant");
    }

    function test_whateverFailsAboveFailsBelow() public {
        _is(press, Standing.NotGranted, press);
        _refuses(abi.encodeWithSelector(IIssuerErrors.NotGranted.selector, school, PAPER));
        issuers.admit(school, PAPER, keyOf(school), KEY_ATTEST);

        _suspend(ministry, bureau);
        _is(school, Standing.Suspended, bureau);
        _refusesKey(abi.encodeWithSelector(IIssuerErrors.GrantSuspended.selector, bureau, DEGREE, START), KEY_ATTEST);
        _revoke(ministry, bureau);
        _is(school, Standing.Revoked, bureau);
        _refusesKey(abi.encodeWithSelector(IIssuerErrors.GrantRevoked.selector, bureau, DEGREE, START), KEY_ATTEST);
        check(issuers.keyIndex(school, keyOf(school), KEY_STATUS) == 1, "a key needs no accreditation to lower trust");
    }

    function test_timeLimitsOfAnAncestorBindThoseBelow() public {
        vm.prank(MINISTER);
        issuers.grant(ministry, bureau, DEGREE, START + 10, START + 20, ACCREDIT);
        _is(school, Standing.NotStarted, bureau);
        _refusesKey(
            abi.encodeWithSelector(IIssuerErrors.GrantNotStarted.selector, bureau, DEGREE, START + 10), KEY_ATTEST
        );
        vm.warp(START + 10);
        _is(school, Standing.Live, NodeId.wrap(0));
        vm.warp(START + 20);
        _is(school, Standing.Expired, bureau);
        _refusesKey(abi.encodeWithSelector(IIssuerErrors.GrantExpired.selector, bureau, DEGREE, START + 20), KEY_ATTEST);
    }

    function test_anAncestorWithoutItsFlagCarriesNobody() public {
        _grant(ministry, bureau, DEGREE, ATTEST);
        _is(school, Standing.Unflagged, bureau);
        // Flags as they are: ATTEST, and the mark of a former accreditor.
        _refusesKey(abi.encodeWithSelector(IIssuerErrors.GrantLacks.selector, bureau, DEGREE, 5), KEY_ATTEST);
    }

    function test_aSuspensionNearbyIsHiddenByAHarderFailureAbove() public {
        _suspend(district, school);
        _suspend(bureau, district);
        _is(school, Standing.Suspended, school);
        _revoke(ministry, bureau);
        _is(school, Standing.Revoked, bureau);
    }

    // ---- granting ----

    function test_aGrantRefusesWhatItCannotMean() public {
        NodeId nobody = issuers.nodeId(99);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.NodeUnknown.selector, nobody));
        issuers.grant(ministry, nobody, DEGREE, 0, 0, ATTEST);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.NodeUnknown.selector, ministry));
        issuers.grant(ministry, ministry, DEGREE, 0, 0, ATTEST);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.KindZero.selector));
        issuers.grant(ministry, press, 0, 0, 0, ATTEST);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.FlagsInvalid.selector, 0));
        issuers.grant(ministry, press, DEGREE, 0, 0, 0);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.FlagsInvalid.selector, 4));
        issuers.grant(ministry, press, DEGREE, 0, 0, 4);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.StartsInPast.selector, START - 1, START));
        issuers.grant(ministry, press, DEGREE, START - 1, 0, ATTEST);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.EndsBeforeStart.selector, START, START));
        issuers.grant(ministry, press, DEGREE, 0, START, ATTEST);
    }

    function test_onlyALiveAccreditorRegistersAndGrants() public {
        _refuses(handOf(school), abi.encodeWithSelector(IIssuerErrors.GrantLacks.selector, school, DEGREE, ATTEST));
        issuers.register(school, DEGREE, STRANGER, 0, "");
        _refuses(handOf(press), abi.encodeWithSelector(IIssuerErrors.NotGranted.selector, press, DEGREE));
        issuers.register(press, DEGREE, STRANGER, 0, "");
        _refuses(handOf(press), abi.encodeWithSelector(IIssuerErrors.AddressZero.selector));
        issuers.register(press, PAPER, address(0), 0, "");
        _suspend(ministry, bureau);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.GrantSuspended.selector, bureau, DEGREE, START));
        issuers.grant(district, college, DEGREE, 0, 0, ATTEST);
    }

    function test_aChainHasAtMostEightLinks() public {
        NodeId above = school;
        _grant(district, school, DEGREE, ACCREDIT);
        for (uint256 depth = 4; depth <= 8; ++depth) {
            above = _join(above, DEGREE, ACCREDIT);
        }
        check(issuers.grantOf(above, DEGREE).depth == 8, "depth");
        vm.prank(handOf(above));
        NodeId tooLow = issuers.register(above, DEGREE, STRANGER, 0, "");
        _refuses(handOf(above), abi.encodeWithSelector(IIssuerErrors.TooDeep.selector, 9, 8));
        issuers.grant(above, tooLow, DEGREE, 0, 0, ATTEST);
    }

    function test_aLiveGrantIsChangedOnlyFromAbove() public {
        NodeId rival = _join(ministry, DEGREE, ACCREDIT);
        _refuses(handOf(rival), abi.encodeWithSelector(IIssuerErrors.NotAncestor.selector, rival, school, DEGREE));
        issuers.grant(rival, school, DEGREE, 0, 0, ATTEST);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.NotAncestor.selector, district, bureau, DEGREE));
        issuers.grant(district, bureau, DEGREE, 0, 0, ATTEST);
        _refuses(
            handOf(district), abi.encodeWithSelector(IIssuerErrors.NotAncestor.selector, district, district, DEGREE)
        );
        issuers.grant(district, district, DEGREE, 0, 0, ACCREDIT);
    }

    function test_anIssuerMovesUpToTheAncestorThatGrantsAgain() public {
        _grant(bureau, school, DEGREE, ATTEST);
        check(issuers.grantOf(school, DEGREE).parent == bureau.serial(), "parent");
        check(issuers.grantOf(school, DEGREE).depth == 2, "depth");
    }

    function test_anAccreditorKeepsItsDepthAndItsParent() public {
        vm.prank(keyOf(bureau));
        issuers.grant(bureau, district, DEGREE, 0, 0, ACCREDIT);
        check(issuers.grantOf(district, DEGREE).granterKey == 1, "granted with the parent's key");
        _revoke(ministry, district);
        _grant(ministry, district, DEGREE, ATTEST);
        GrantRecord memory grant = issuers.grantOf(district, DEGREE);
        check(grant.parent == bureau.serial() && grant.depth == 2, "the authority acts in the parent's place");
        check(grant.granterKey == 0 && grant.flags == 5 && grant.revoked == 0, "new terms, old mark");
    }

    function test_anExpiredAccreditorIsNotTakenToAnotherDepth() public {
        NodeId rival = _join(ministry, DEGREE, ACCREDIT);
        NodeId deep = _join(rival, DEGREE, ACCREDIT);
        _grantUntil(bureau, district, DEGREE, START + 5, ACCREDIT);
        vm.warp(START + 5);
        _refuses(handOf(deep), abi.encodeWithSelector(IIssuerErrors.DepthFixed.selector, district, DEGREE, 2, 3));
        issuers.grant(deep, district, DEGREE, 0, 0, ACCREDIT);
        _grant(rival, district, DEGREE, ACCREDIT);
        check(issuers.grantOf(district, DEGREE).parent == rival.serial(), "one at the same depth may take it");
    }

    // ---- restraint ----

    function test_everyVerbOfRestraintNeedsSomethingToRestrain() public {
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.NotGranted.selector, press, DEGREE));
        issuers.suspend(ministry, press, DEGREE, 1);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.NotSuspended.selector, school, DEGREE));
        issuers.lift(ministry, school, DEGREE, 1);
        _suspend(bureau, school);
        _refuses(handOf(bureau), abi.encodeWithSelector(IIssuerErrors.SuspensionStands.selector, school, DEGREE, 1));
        issuers.suspend(bureau, school, DEGREE, 1);
        _revoke(bureau, school);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.RevocationStands.selector, school, DEGREE, 1));
        issuers.revoke(district, school, DEGREE, 1);
        _revoke(ministry, school);
        check(issuers.grantOf(school, DEGREE).restraint == 0, "raised to the authority's rank");
    }

    function test_aSuspendedAccreditorReducesButNeverGrantsOrLifts() public {
        _suspend(district, college);
        _suspend(bureau, district);
        _suspend(district, school);
        _revoke(district, college);
        bytes memory why = abi.encodeWithSelector(IIssuerErrors.GrantSuspended.selector, district, DEGREE, START);
        _refuses(handOf(district), why);
        issuers.lift(district, school, DEGREE, 1);
        _revoke(bureau, district);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.GrantRevoked.selector, district, DEGREE, START));
        issuers.revoke(district, school, DEGREE, 1);
    }

    function test_aRevocationEndsWithANewGrantButASuspensionDoesNot() public {
        _suspend(district, school);
        _revoke(bureau, school);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.RankTooLow.selector, school, DEGREE, 2, 1));
        issuers.grant(district, school, DEGREE, 0, 0, ATTEST);
        _grant(bureau, school, DEGREE, ATTEST);
        _is(school, Standing.Suspended, school);
        _lift(bureau, school);
        _is(school, Standing.Live, NodeId.wrap(0));
        check(issuers.grantOf(school, DEGREE).restraint == 0, "no restraint is left");
    }

    function test_liftingASuspensionLeavesARevocation() public {
        _revoke(bureau, school);
        _suspend(bureau, school);
        _lift(bureau, school);
        _is(school, Standing.Revoked, school);
        check(issuers.grantOf(school, DEGREE).restraint == 1, "its rank is kept");
    }

    function test_expiryDoesNotLaunderASuspension() public {
        NodeId rival = _join(ministry, DEGREE, ACCREDIT);
        _grantUntil(district, school, DEGREE, START + 5, ATTEST);
        _suspend(bureau, school);
        vm.warp(START + 6);
        _refuses(handOf(rival), abi.encodeWithSelector(IIssuerErrors.NotAncestor.selector, rival, school, DEGREE));
        issuers.grant(rival, school, DEGREE, 0, 0, ATTEST);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.RankTooLow.selector, school, DEGREE, 2, 1));
        issuers.grant(district, school, DEGREE, 0, 0, ATTEST);
        _grant(bureau, school, DEGREE, ATTEST);
        _is(school, Standing.Suspended, school);
    }

    /// @notice Of two ranks the higher binds, whatever was done in between from below.
    function testFuzz_aSuspensionIsNotLiftedFromBelow(uint256 by, uint256 from, uint256 seed) public {
        NodeId[3] memory chain = [ministry, bureau, district];
        uint256 rank = _bound(by, 0, 2);
        uint256 other = _bound(from, 0, 2);
        _grantUntil(district, school, DEGREE, seed & 1 == 0 ? 0 : START + 50, ATTEST);
        if (seed & 2 != 0) _revoke(district, school);
        _suspend(chain[rank], school);
        uint256 revoked = seed & 2 != 0 ? 2 : 9;
        if (seed & 4 != 0 && revoked == 9) _revoke(chain[other], school);
        if (seed & 32 != 0) {
            bytes memory too = abi.encodeCall(issuers.suspend, (chain[other], school, DEGREE, 1));
            _succeeds(handOf(chain[other]), address(issuers), too);
        }
        if (seed & 8 != 0) vm.warp(START + 100);
        if (seed & 16 != 0) {
            bytes memory again = abi.encodeCall(issuers.grant, (chain[other], school, DEGREE, 0, 0, ATTEST));
            _succeeds(handOf(chain[other]), address(issuers), again);
        }
        check(issuers.grantOf(school, DEGREE).suspended != 0, "only lifting lifts");
        bytes memory lift = abi.encodeCall(issuers.lift, (chain[other], school, DEGREE, 1));
        bool lifted = _succeeds(handOf(chain[other]), address(issuers), lift);
        check(!lifted || other <= rank, "a suspension is not lifted from below");
        check((issuers.grantOf(school, DEGREE).suspended == 0) == lifted, "lifted or not");
    }

    /// @notice Whatever an accreditor tries in a kind that is not its own, it fails.
    function testFuzz_anAccreditorOfOneKindGainsNoOther(uint256 verb, uint256 who, uint40 from, uint8 flags) public {
        NodeId[5] memory nodes = [bureau, district, school, college, press];
        NodeId node = nodes[who % 5];
        verb %= 6;
        (from, flags) = (from & 1 == 0 ? 0 : START + from % 1000, uint8(_bound(flags, 1, 3)));
        bytes memory call;
        if (verb == 0) call = abi.encodeCall(issuers.grant, (press, node, DEGREE, from, 0, flags));
        if (verb == 1) call = abi.encodeCall(issuers.suspend, (press, node, DEGREE, flags));
        if (verb == 2) call = abi.encodeCall(issuers.revoke, (press, node, DEGREE, flags));
        if (verb == 3) call = abi.encodeCall(issuers.lift, (press, node, DEGREE, flags));
        if (verb == 4) call = abi.encodeCall(issuers.register, (press, DEGREE, STRANGER, 0, ""));
        if (verb == 5) call = abi.encodeCall(issuers.addKey, (press, node, STRANGER, flags));
        bool own = verb == 5 && node == press;
        address hand = flags & 1 == 0 && !own ? handOf(press) : keyOf(press);
        check(!_succeeds(hand, address(issuers), call), "an accreditor of one kind gains no other");
    }
}
