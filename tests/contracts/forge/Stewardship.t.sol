// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerRegistry} from "../../../contracts/IssuerRegistry.sol";
import {IIssuerErrors} from "../../../contracts/interfaces/IIssuerErrors.sol";
import {NodeRecord} from "../../../contracts/types/Node.sol";
import {NodeId} from "../../../contracts/types/NodeId.sol";
import {Deployment} from "./support/Deployment.sol";
import {World, check, vm} from "./support/World.sol";

/// @notice Who holds nodes and the root authority's office, and that strangers write nothing.
contract StewardshipTest is World {
    address private constant NEW = address(0x77);

    function test_aRegistryStartsWithItsAuthorityAndNothingElse() public {
        IssuerRegistry fresh = Deployment.issuerRegistry(MINISTER, bytes32("salt"));
        check(fresh.authority() == MINISTER && fresh.pendingAuthority() == address(0), "authority");
        check(fresh.nodeCount() == 0, "count");
        check(
            fresh.registryId() == keccak256(abi.encode(block.chainid, address(fresh), bytes32("salt"))), "registry id"
        );
        check(NodeId.unwrap(fresh.nodeId(7)) == (fresh.registryId() >> 64 << 64 | bytes32(uint256(7))), "node id");
        check(fresh.nodeId(7) != fresh.nodeId(8), "ids differ");
        _refuses(abi.encodeWithSelector(IIssuerErrors.AddressZero.selector));
        new IssuerRegistry(address(0), 0);
        vm.warp(uint256(type(uint40).max) + 1);
        _refuses(abi.encodeWithSelector(IIssuerErrors.ClockOutOfRange.selector, uint256(type(uint40).max) + 1));
        new IssuerRegistry(MINISTER, 0);
    }

    function test_theOfficeChangesHandsInTwoSteps() public {
        vm.prank(MINISTER);
        issuers.offerAuthority(NEW);
        check(issuers.authority() == MINISTER && issuers.pendingAuthority() == NEW, "offered");
        _refuses(STRANGER, abi.encodeWithSelector(IIssuerErrors.NotPendingAuthority.selector, STRANGER));
        issuers.acceptAuthority();
        vm.prank(NEW);
        issuers.acceptAuthority();
        check(issuers.authority() == NEW && issuers.pendingAuthority() == address(0), "accepted");
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.NotAuthority.selector, MINISTER));
        issuers.offerAuthority(MINISTER);
        _refuses(NEW, abi.encodeWithSelector(IIssuerErrors.NotPendingAuthority.selector, NEW));
        issuers.acceptAuthority();
    }

    function test_anOfferIsWithdrawnWithZero() public {
        vm.prank(MINISTER);
        issuers.offerAuthority(NEW);
        vm.prank(MINISTER);
        issuers.offerAuthority(address(0));
        _refuses(NEW, abi.encodeWithSelector(IIssuerErrors.NotPendingAuthority.selector, NEW));
        issuers.acceptAuthority();
        _refuses(address(0), abi.encodeWithSelector(IIssuerErrors.NotPendingAuthority.selector, address(0)));
        issuers.acceptAuthority();
    }

    function test_aNodeChangesHandsInTwoSteps() public {
        vm.prank(handOf(school));
        issuers.offerController(school, NEW);
        NodeRecord memory node = issuers.node(school);
        check(node.controller == handOf(school) && node.pendingController == NEW, "offered");
        check(node.registrar == district.serial() && node.keyCount == 1, "the rest of the record");
        _refuses(STRANGER, abi.encodeWithSelector(IIssuerErrors.NotPendingController.selector, school, STRANGER));
        issuers.acceptController(school);
        vm.prank(NEW);
        issuers.acceptController(school);
        node = issuers.node(school);
        check(node.controller == NEW && node.pendingController == address(0), "accepted");
        check(node.registrar == district.serial() && node.keyCount == 1, "the rest is kept");
        _refuses(handOf(school), abi.encodeWithSelector(IIssuerErrors.NotController.selector, school, handOf(school)));
        issuers.offerController(school, handOf(school));
    }

    function test_theAuthorityRecoversANodeAndEndsItsOffer() public {
        vm.prank(handOf(school));
        issuers.offerController(school, STRANGER);
        vm.prank(MINISTER);
        issuers.recoverController(school, NEW);
        check(issuers.node(school).controller == NEW, "recovered");
        _refuses(STRANGER, abi.encodeWithSelector(IIssuerErrors.NotPendingController.selector, school, STRANGER));
        issuers.acceptController(school);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.AddressZero.selector));
        issuers.recoverController(school, address(0));
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.NodeUnknown.selector, ministry));
        issuers.recoverController(ministry, NEW);
    }

    function test_aProfileIsItsControllersToChange() public {
        vm.prank(handOf(school));
        issuers.setProfile(school, bytes32("new"), "https://school.example");
        check(issuers.profile(school) == bytes32("new"), "profile");
        check(keccak256(bytes(issuers.site(school))) == keccak256("https://school.example"), "site");
        string memory long = string(new bytes(201));
        _refuses(handOf(school), abi.encodeWithSelector(IIssuerErrors.SiteTooLong.selector, 201, 200));
        issuers.setProfile(school, 0, long);
        vm.prank(handOf(school));
        issuers.setProfile(school, 0, string(new bytes(200)));
    }

    function test_manyOperationsGoInOneTransactionAllOrNone() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(issuers.addKey, (school, school, NEW, KEY_STATUS));
        calls[1] = abi.encodeCall(issuers.retireKey, (school, bytes8(0), school, keyOf(school)));
        check(!_succeeds(STRANGER, address(issuers), abi.encodeCall(issuers.multicall, (calls))), "keeps the caller");
        vm.prank(handOf(school));
        issuers.multicall(calls);
        check(issuers.key(school, keyOf(school)).retired == START, "both were done");
        calls[0] = abi.encodeCall(issuers.addKey, (school, school, address(0x78), KEY_STATUS));
        check(!_succeeds(handOf(school), address(issuers), abi.encodeCall(issuers.multicall, (calls))), "reverts");
        check(issuers.key(school, address(0x78)).index == 0, "none was done");
    }

    /// @notice A caller without any office, role or node writes nothing, whatever it calls and as whomever it acts.
    function testFuzz_aStrangerWritesNothing(address caller, uint256 verb, uint64 actor, uint64 node, address key)
        public
    {
        vm.assume(caller != MINISTER && (caller < address(0x1001) || caller > address(0x2010)) && caller != address(vm));
        NodeId as_ = issuers.nodeId(actor % 7);
        NodeId on = issuers.nodeId(node % 7);
        bytes32 before = _state(on);
        check(!_succeeds(caller, address(issuers), _call(verb % 14, as_, on, key)), "a stranger writes nothing");
        check(_state(on) == before, "a stranger writes nothing");
    }

    function _state(NodeId node) private view returns (bytes32) {
        return keccak256(abi.encode(issuers.head(node), issuers.nodeCount(), issuers.authority()));
    }

    function _call(uint256 verb, NodeId actor, NodeId node, address key) private view returns (bytes memory) {
        if (verb == 0) return abi.encodeCall(issuers.register, (actor, DEGREE, key, 0, ""));
        if (verb == 1) return abi.encodeCall(issuers.grant, (actor, node, DEGREE, 0, 0, 3));
        if (verb == 2) return abi.encodeCall(issuers.suspend, (actor, node, DEGREE, 1));
        if (verb == 3) return abi.encodeCall(issuers.lift, (actor, node, DEGREE, 1));
        if (verb == 4) return abi.encodeCall(issuers.revoke, (actor, node, DEGREE, 1));
        if (verb == 5) return abi.encodeCall(issuers.addKey, (actor, node, key, 1));
        if (verb == 6) return abi.encodeCall(issuers.retireKey, (actor, DEGREE, node, keyOf(node)));
        if (verb == 7) return abi.encodeCall(issuers.reportCompromise, (actor, DEGREE, node, keyOf(node), START, 1));
        if (verb == 8) return abi.encodeCall(issuers.setProfile, (node, 0, ""));
        if (verb == 9) return abi.encodeCall(issuers.offerController, (node, key));
        if (verb == 10) return abi.encodeCall(issuers.acceptController, (node));
        if (verb == 11) return abi.encodeCall(issuers.recoverController, (node, key));
        if (verb == 12) return abi.encodeCall(issuers.offerAuthority, (key));
        return abi.encodeCall(issuers.acceptAuthority, ());
    }
}
