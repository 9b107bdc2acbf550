// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../../contracts/AttestationRegistry.sol";
import {Delegation} from "../../../../contracts/Delegation.sol";
import {IssuerRegistry} from "../../../../contracts/IssuerRegistry.sol";
import {Change} from "../../../../contracts/types/Change.sol";
import {KeyRecord} from "../../../../contracts/types/Key.sol";
import {NodeId} from "../../../../contracts/types/NodeId.sol";
import {Attest, SetStatus, Supersede, TypedData} from "./TypedData.sol";
import {Vm, vm} from "./Vm.sol";
import {Wallet} from "./Wallets.sol";

/// @notice Two issuers, two delegations before one attestation registry, signers that are keys and contracts; and
/// somebody who sends anything that was ever signed, or never was. The first rule that breaks is kept in {broken}.
contract DelegationHandler {
    using TypedData for Attest;
    using TypedData for SetStatus;
    using TypedData for Supersede;

    AttestationRegistry public immutable records;
    IssuerRegistry public immutable issuers;
    string public broken;
    /// @notice How many went through: attestations, changes of status, supersessions, and of what was sent again.
    uint256[4] public done;

    bytes8 private constant DEGREE = "degree-1";
    address private constant MINISTER = address(0xA0);
    uint256 private constant SIGNERS = 4;
    Delegation[2] private delegations;
    NodeId[2] private issuer;
    /// @notice The first two are keys of the first issuer; the last is a contract, and the second issuer's.
    address[SIGNERS] public signerOf;
    uint256 private tries;

    struct Try {
        Delegation delegation;
        NodeId issuer;
        address signer;
        uint40 deadline;
        uint8 role;
        bytes32 digest;
        address signedFor;
        uint256 secret;
    }

    struct Sent {
        Try t;
        bytes call;
    }

    Sent[] private sent;
    uint256 private constant REMEMBERED = 20;
    mapping(bytes32 digest => bool) private carriedOut;

    constructor(AttestationRegistry records_, IssuerRegistry issuers_, Delegation a, Delegation b) {
        (records, issuers, delegations) = (records_, issuers_, [a, b]);
        issuer = [issuers.nodeId(1), issuers.nodeId(2)];
        for (uint256 i = 0; i < SIGNERS; ++i) {
            signerOf[i] = vm.addr(_secret(i));
        }
        signerOf[3] = address(new Wallet(signerOf[3]));
    }

    // ---- what may be tried ----

    function attest(uint256 seed) external {
        seed = _mix(seed);
        Try memory t = _try(seed, 1);
        bytes32 root = bytes32(1 + (seed >> 200) % ((seed >> 210) % 2 == 0 ? 4 : 64)); // the others ask for 1 to 4
        Attest memory m = Attest(t.issuer, t.signer, DEGREE, root, 600, 1, t.deadline);
        t.digest = m.digest(address(t.delegation));
        bytes memory signature = _signature(t, seed);
        if (_lies(t, seed)) m.size += 1;
        if (_do(
                t,
                abi.encodeCall(
                    t.delegation.attest,
                    (m.issuer, m.signer, m.kind, m.root, m.size, m.algorithm, m.deadline, signature)
                )
            )) ++done[0];
    }

    function setStatus(uint256 seed, uint256 masks) external {
        seed = _mix(seed);
        Try memory t = _try(seed, 2);
        Change[] memory changes = new Change[]((seed >> 100) % 8 == 0 ? 2 : 1);
        for (uint256 i = 0; i < changes.length; ++i) {
            changes[i] = Change(i, uint256(1) << ((masks >> (8 * i)) % 2)); // few, so that they go to and fro
        }
        bytes32 root = bytes32(1 + (seed >> 200) % 2);
        bytes32 nonce = bytes32((seed >> 110) % 4);
        SetStatus memory m =
            SetStatus(t.issuer, t.signer, root, uint8(3 + (seed >> 120) % 2), 1, changes, nonce, t.deadline);
        t.digest = m.digest(address(t.delegation));
        bytes memory signature = _signature(t, seed);
        if (_lies(t, seed)) m.changes[0].mask <<= 1;
        if (_do(
                t,
                abi.encodeCall(
                    t.delegation.setStatus,
                    (m.issuer, m.signer, m.root, m.op, m.reason, m.changes, m.nonce, m.deadline, signature)
                )
            )) ++done[1];
    }

    function supersede(uint256 seed) external {
        seed = _mix(seed);
        Try memory t = _try(seed, 2);
        (bytes32 oldRoot, bytes32 newRoot) = (bytes32(1 + (seed >> 200) % 4), bytes32(1 + (seed >> 210) % 4));
        (uint40 old, uint40 next) = (uint40(8 + (seed >> 220) % 99), uint40(8 + (seed >> 230) % 99));
        Supersede memory m = Supersede(t.issuer, t.signer, oldRoot, old, newRoot, next, 1, t.deadline);
        t.digest = m.digest(address(t.delegation));
        bytes memory signature = _signature(t, seed);
        if (_lies(t, seed)) m.newIndex += 1;
        if (_do(
                t,
                abi.encodeCall(
                    t.delegation.supersede,
                    (m.issuer, m.signer, m.oldRoot, m.oldIndex, m.newRoot, m.newIndex, m.reason, m.deadline, signature)
                )
            )) ++done[2];
    }

    /// @notice Sends again what was sent before, whether it went through or not, perhaps to the other delegation.
    function again(uint256 seed) external {
        seed = _mix(seed);
        if (sent.length == 0) return;
        Sent memory s = sent[seed % sent.length];
        if ((seed >> 100) % 8 == 0) {
            s.t.delegation = delegations[address(s.t.delegation) == address(delegations[0]) ? 1 : 0];
        }
        if (_do(s.t, s.call)) ++done[3];
    }

    /// @notice Keys retire, issuers are suspended and readmitted, and time passes.
    function unsettle(uint256 seed) external {
        seed = _mix(seed);
        (NodeId root, NodeId node) = (issuers.nodeId(0), issuer[seed & 1]);
        bool live = issuers.isLive(node, DEGREE);
        address key = (seed >> 8) % 3 == 0 ? address(delegations[1]) : signerOf[(seed >> 16) % SIGNERS];
        KeyRecord memory k = issuers.key(node, key);
        if ((seed >> 32) % 4 == 0 || !live) {
            vm.prank(MINISTER);
            if (live) issuers.suspend(root, node, DEGREE, 1);
            else issuers.lift(root, node, DEGREE, 1);
        } else if (k.index != 0 && k.retired == 0 && (seed >> 40) % 64 == 0) {
            vm.prank(MINISTER);
            issuers.retireKey(root, DEGREE, node, key);
        }
        vm.warp(block.timestamp + (seed >> 64) % 60);
        vm.roll(block.number + 1);
    }

    // ---- the rules ----

    function _do(Try memory t, bytes memory call) private returns (bool ok) {
        bytes32 before = _heads();
        vm.recordLogs();
        (ok,) = address(t.delegation).call(call);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _rule(logs.length == (ok ? 1 : 0) && (before == _heads()) == !ok, "one call, one entry, or nothing");
        if (ok) {
            _rule(t.signedFor == address(t.delegation), "nothing is recorded without a signature");
            _rule(block.timestamp <= t.deadline, "nothing is recorded after its deadline");
            _rule(_isLive(t.issuer, t.signer, t.role), "a signature counts while its key is live");
            _rule(_isLive(t.issuer, address(t.delegation), 4), "a delegation counts while its key is live");
            _rule(!carriedOut[t.digest], "nothing that was signed happens twice");
            carriedOut[t.digest] = true;
        }
        if (sent.length < REMEMBERED) sent.push(Sent(t, call));
        else if (ok || tries % 3 == 0) sent[uint256(t.digest) % REMEMBERED] = Sent(t, call);
    }

    function _isLive(NodeId node, address account, uint8 role) private view returns (bool) {
        KeyRecord memory k = issuers.key(node, account);
        return k.index != 0 && k.roles & role != 0 && k.retired == 0 && k.compromisedSince == 0;
    }

    function _heads() private view returns (bytes32) {
        return keccak256(abi.encode(records.head(issuer[0]), records.head(issuer[1])));
    }

    // ---- trying ----

    function _secret(uint256 i) private pure returns (uint256) {
        return 0xC0FFEE + i;
    }

    /// @dev Foundry prefers numbers that it has seen; choices by bits need random bits.
    function _mix(uint256 seed) private returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++tries)));
    }

    /// @dev Mostly a signer of the issuer, and a deadline that has not passed.
    function _try(uint256 seed, uint8 role) private view returns (Try memory t) {
        uint256 which = seed & 1;
        uint256 who = (seed >> 8) % 8 == 0 ? (seed >> 16) % SIGNERS : 2 * which + (seed >> 16) % 2;
        (t.issuer, t.signer, t.secret, t.role) = (issuer[which], signerOf[who], _secret(who), role);
        t.delegation = delegations[(seed >> 24) % 4 == 0 ? 1 : 0];
        t.deadline = uint40(block.timestamp + (seed >> 32) % 200);
        if ((seed >> 40) % 16 == 0) t.deadline = uint40(block.timestamp - 1 - (seed >> 48) % 99);
    }

    /// @dev One time in eight, somebody else signs.
    function _signature(Try memory t, uint256 seed) private pure returns (bytes memory) {
        bool honest = (seed >> 56) % 8 != 0;
        if (honest) t.signedFor = address(t.delegation);
        return TypedData.sign(honest ? t.secret : t.secret + 1000, t.digest);
    }

    /// @dev One time in eight, what is sent is not what was signed.
    function _lies(Try memory t, uint256 seed) private pure returns (bool lies) {
        lies = (seed >> 64) % 8 == 0;
        if (lies) t.signedFor = address(0);
    }

    function _rule(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }
}
