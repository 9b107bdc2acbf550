// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../../contracts/AttestationRegistry.sol";
import {InclusionVerifier} from "../../../../contracts/InclusionVerifier.sol";
import {IssuerRegistry} from "../../../../contracts/IssuerRegistry.sol";
import {Change} from "../../../../contracts/types/Change.sol";
import {NodeId} from "../../../../contracts/types/NodeId.sol";
import {Deployment} from "./Deployment.sol";
import {check, vm} from "./Vm.sol";

/// @notice A small world: the authority accredits a bureau, the bureau a district, the district a school and a
/// college, all for degrees. A press stands beside them, accredited for papers by the authority itself.
abstract contract World {
    bytes8 internal constant DEGREE = "degree-1";
    bytes8 internal constant PAPER = "paper-01";
    uint8 internal constant ATTEST = 1;
    uint8 internal constant ACCREDIT = 2;
    uint8 internal constant KEY_ATTEST = 1;
    uint8 internal constant KEY_STATUS = 2;
    uint8 internal constant KEY_DELEGATE = 4;
    uint8 internal constant KEY_ACCREDIT = 8;
    uint8 internal constant REVOKE = 2;
    uint8 internal constant SUSPEND = 3;
    uint8 internal constant RESUME = 4;
    uint40 internal constant START = 1_900_000_000;

    address internal constant MINISTER = address(0xA0);
    address internal constant STRANGER = address(0xBAD);

    IssuerRegistry internal issuers;
    AttestationRegistry internal records;
    InclusionVerifier internal verifier;

    NodeId internal ministry;
    NodeId internal bureau;
    NodeId internal district;
    NodeId internal school;
    NodeId internal college;
    NodeId internal press;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(100);
        issuers = Deployment.issuerRegistry(MINISTER, bytes32("salt"));
        records = Deployment.attestationRegistry(issuers);
        verifier = Deployment.inclusionVerifier();
        ministry = issuers.nodeId(0);
        bureau = _join(ministry, DEGREE, ACCREDIT | ATTEST);
        district = _join(bureau, DEGREE, ACCREDIT);
        school = _join(district, DEGREE, ATTEST);
        college = _join(district, DEGREE, ATTEST);
        press = _join(ministry, PAPER, ATTEST | ACCREDIT);
        _addKey(school, keyOf(school), KEY_ATTEST | KEY_STATUS);
        _addKey(college, keyOf(college), KEY_ATTEST | KEY_STATUS);
        _addKey(bureau, keyOf(bureau), KEY_ACCREDIT);
        _addKey(district, keyOf(district), KEY_ACCREDIT);
        _addKey(press, keyOf(press), KEY_ACCREDIT | KEY_ATTEST | KEY_STATUS);
    }

    /// @dev The cold key of a node, and its first working key.
    function handOf(NodeId node) internal view returns (address) {
        return node == ministry ? MINISTER : address(uint160(0x1000 + node.serial()));
    }

    function keyOf(NodeId node) internal pure returns (address) {
        return address(uint160(0x2000 + node.serial()));
    }

    function _join(NodeId by, bytes8 kind, uint8 flags) internal returns (NodeId node) {
        uint64 next = issuers.nodeCount() + 1;
        vm.prank(handOf(by));
        node = issuers.register(by, kind, address(uint160(0x1000 + next)), bytes32("profile"), "https://example.edu");
        _grant(by, node, kind, flags);
    }

    function _grant(NodeId by, NodeId node, bytes8 kind, uint8 flags) internal {
        vm.prank(handOf(by));
        issuers.grant(by, node, kind, 0, 0, flags);
    }

    function _grantUntil(NodeId by, NodeId node, bytes8 kind, uint40 until, uint8 flags) internal {
        vm.prank(handOf(by));
        issuers.grant(by, node, kind, 0, until, flags);
    }

    function _suspend(NodeId by, NodeId node) internal {
        vm.prank(handOf(by));
        issuers.suspend(by, node, DEGREE, 1);
    }

    function _lift(NodeId by, NodeId node) internal {
        vm.prank(handOf(by));
        issuers.lift(by, node, DEGREE, 1);
    }

    function _revoke(NodeId by, NodeId node) internal {
        vm.prank(handOf(by));
        issuers.revoke(by, node, DEGREE, 1);
    }

    function _addKey(NodeId node, address account, uint8 roles) internal {
        vm.prank(handOf(node));
        issuers.addKey(node, node, account, roles);
    }

    function _attest(NodeId issuer, bytes32 root, uint40 size) internal {
        vm.prank(keyOf(issuer));
        records.attest(issuer, DEGREE, root, size, 1);
    }

    function _setStatus(NodeId issuer, bytes32 root, uint8 op, uint256 word, uint256 mask) internal {
        vm.prank(keyOf(issuer));
        records.setStatus(issuer, root, op, 1, one(word, mask));
    }

    function one(uint256 word, uint256 mask) internal pure returns (Change[] memory changes) {
        changes = new Change[](1);
        changes[0] = Change(word, mask);
    }

    function two(Change memory a, Change memory b) internal pure returns (Change[] memory changes) {
        changes = new Change[](2);
        (changes[0], changes[1]) = (a, b);
    }

    /// @dev Expects the next call to be refused with exactly this error.
    function _refuses(bytes memory why) internal {
        vm.expectRevert(why);
    }

    function _refuses(address caller, bytes memory why) internal {
        vm.prank(caller);
        vm.expectRevert(why);
    }

    /// @dev Whether the call goes through.
    function _succeeds(address caller, address target, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        (ok,) = target.call(data);
    }

    function _bound(uint256 x, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + x % (high - low + 1);
    }
}
