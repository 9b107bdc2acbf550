// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerRegistry} from "../../../../contracts/IssuerRegistry.sol";
import {Grant, GrantRecord} from "../../../../contracts/types/Grant.sol";
import {Head} from "../../../../contracts/types/Head.sol";
import {KeyRecord} from "../../../../contracts/types/Key.sol";
import {NodeId} from "../../../../contracts/types/NodeId.sol";
import {Standing} from "../../../../contracts/types/Standing.sol";
import {Folding} from "./Folding.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Does anything that anybody may try with an issuer registry, and compares each outcome with the rules as it
/// remembers them. The first rule that breaks is kept in {broken}.
contract IssuersHandler {
    IssuerRegistry public immutable issuers;
    Folding public immutable folding;
    string public broken;
    uint256 private tries;

    uint256 private constant NODES = 7; // serials 1..7, and 0 for the authority
    bytes8[2] private KINDS = [bytes8("degree-1"), bytes8("paper-01")];
    uint8 private constant NONE = 99;

    // What the rules need to remember, kept apart for suspension and revocation.
    mapping(NodeId => mapping(bytes8 => uint8)) private suspendedBy;
    mapping(NodeId => mapping(bytes8 => uint8)) private revokedBy;
    mapping(NodeId => mapping(bytes8 => uint8)) private fixedDepth;

    struct Try {
        NodeId actor;
        NodeId node;
        bytes8 kind;
        address caller;
        GrantRecord before;
        Grant elsewhere;
        bool entitled;
        Standing actorStanding;
        uint8 actorFlags;
        uint8 rank;
    }

    constructor(IssuerRegistry issuers_, Folding folding_) {
        issuers = issuers_;
        folding = folding_;
    }

    function handOf(uint256 serial) public pure returns (address) {
        return address(uint160(0x1000 + serial));
    }

    function keyOf(uint256 serial, uint256 i) public pure returns (address) {
        return address(uint160(0x2000 + 16 * serial + i % 3));
    }

    // ---- what may be tried ----

    function grant(uint256 seed, uint40 from, uint40 until, uint8 flags) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        from = from % 4 == 0 ? uint40(block.timestamp + from % 1000) : 0;
        until = until % 2 == 0 ? 0 : uint40(block.timestamp + 1 + until % 5000);
        flags = uint8(1 + flags % 3);
        bool ok = _do(t, abi.encodeCall(issuers.grant, (t.actor, t.node, t.kind, from, until, flags)));
        if (!ok) return;
        GrantRecord memory now_ = issuers.grantOf(t.node, t.kind);
        _rule(t.entitled, "only entitled callers write");
        _rule(_mayGrant(t), "only a live accreditor of the kind grants");
        _rule(t.before.suspended == 0 || now_.suspended == t.before.suspended, "only lifting lifts");
        if (t.before.revoked != 0 && now_.revoked == 0) {
            _rule(t.rank <= revokedBy[t.node][t.kind], "a revocation is not undone from below");
            revokedBy[t.node][t.kind] = NONE;
        }
        _checkDepth(t, now_);
    }

    function suspend(uint256 seed, uint8 reason) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        if (!_do(t, abi.encodeCall(issuers.suspend, (t.actor, t.node, t.kind, reason)))) return;
        _reduced(t);
        if (t.before.suspended == 0 || t.rank < suspendedBy[t.node][t.kind]) suspendedBy[t.node][t.kind] = t.rank;
    }

    function revoke(uint256 seed, uint8 reason) external {
        seed = _mix(seed);
        if (seed % 3 != 0) return; // else everything is revoked most of the time
        Try memory t = _try(seed);
        if (!_do(t, abi.encodeCall(issuers.revoke, (t.actor, t.node, t.kind, reason)))) return;
        _reduced(t);
        if (t.before.revoked == 0 || t.rank < revokedBy[t.node][t.kind]) revokedBy[t.node][t.kind] = t.rank;
    }

    function lift(uint256 seed, uint8 reason) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        if (!_do(t, abi.encodeCall(issuers.lift, (t.actor, t.node, t.kind, reason)))) return;
        _rule(t.entitled, "only entitled callers write");
        _rule(_mayGrant(t), "only a live accreditor of the kind lifts");
        _rule(t.rank <= suspendedBy[t.node][t.kind], "a suspension is not lifted from below");
    }

    function addKey(uint256 seed, uint8 roles) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        address key = keyOf(t.node.serial(), seed >> 128);
        KeyRecord memory before = issuers.key(t.node, key);
        uint16 count = issuers.node(t.node).keyCount;
        if (!_do(t, abi.encodeCall(issuers.addKey, (t.actor, t.node, key, roles % 16)))) return;
        _rule(_isManager(t), "only a node's controller or the authority gives it keys");
        _rule(before.index == 0 && issuers.key(t.node, key).index == count + 1, "an address has one life in a node");
    }

    function retireKey(uint256 seed) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        address key = keyOf(t.node.serial(), seed >> 128);
        KeyRecord memory before = issuers.key(t.node, key);
        if (!_do(t, abi.encodeCall(issuers.retireKey, (t.actor, t.kind, t.node, key)))) return;
        _rule(_isManager(t) || (t.entitled && _mayGrant(t)), "only managers and guardians retire keys");
        _rule(before.retired == 0, "a key is retired once");
    }

    function reportCompromise(uint256 seed, uint40 ago) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        address key = keyOf(t.node.serial(), seed >> 128);
        uint40 since = uint40(block.timestamp - ago % 2000);
        KeyRecord memory before = issuers.key(t.node, key);
        bytes memory call = abi.encodeCall(issuers.reportCompromise, (t.actor, t.kind, t.node, key, since, 1));
        if (!_do(t, call)) return;
        KeyRecord memory now_ = issuers.key(t.node, key);
        _rule(_isManager(t) || (t.entitled && _mayGrant(t)), "only managers and guardians report keys");
        bool fell = before.compromisedSince == 0 || now_.compromisedSince < before.compromisedSince;
        _rule(fell && now_.compromisedSince >= before.since, "a compromise is only ever reported to have begun earlier");
        _rule(now_.retired == before.retired && now_.index == before.index, "a report changes nothing else");
    }

    function handOver(uint256 seed, uint8 verb) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        address current = issuers.node(t.node).controller;
        address other = seed & 1 == 0 ? handOf(t.node.serial()) : address(uint160(0x3000 + t.node.serial()));
        address pending = issuers.node(t.node).pendingController;
        verb %= 4;
        if (verb == 0 && _do(t, abi.encodeCall(issuers.offerController, (t.node, other)))) {
            _rule(t.caller == current, "a controller offers its node itself");
        }
        if (verb == 1) {
            if (seed & 2 == 0) t.caller = pending;
            if (_do(t, abi.encodeCall(issuers.acceptController, (t.node)))) {
                _rule(t.caller == pending && pending != address(0), "a node is taken by whom it was offered to");
            }
        }
        if (verb == 2 && _do(t, abi.encodeCall(issuers.recoverController, (t.node, other)))) {
            _rule(t.caller == handOf(0), "only the authority recovers a node");
        }
        if (verb == 3 && _do(t, abi.encodeCall(issuers.setProfile, (t.node, bytes32(seed), "site")))) {
            _rule(t.caller == current, "a profile is its controller's to change");
        }
    }

    function wait_(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_ % 1500);
        vm.roll(block.number + 1);
    }

    /// @notice A node's key is admitted exactly when the rules, read anew, say so.
    function admit(uint256 seed, uint8 role) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        address key = keyOf(t.node.serial(), seed >> 128);
        role = uint8(1 << (role % 4));
        (bool admitted,) = address(issuers).staticcall(abi.encodeCall(issuers.admit, (t.node, t.kind, key, role)));
        KeyRecord memory k = issuers.key(t.node, key);
        bool good = k.index != 0 && k.retired == 0 && k.compromisedSince == 0 && k.roles & role == role;
        _rule(admitted == (good && _chainIsGood(t.node, t.kind)), "a key is admitted exactly when all above it is live");
    }

    // ---- the rules, read anew ----

    function _chainIsGood(NodeId node, bytes8 kind) private view returns (bool) {
        uint8 needed = 1;
        for (uint256 i = 0; i < 8; ++i) {
            GrantRecord memory g = issuers.grantOf(node, kind);
            if (g.depth == 0 || g.flags & needed == 0 || g.suspended != 0 || g.revoked != 0) return false;
            if (block.timestamp < g.since || (g.until != 0 && block.timestamp >= g.until)) return false;
            if (g.parent == 0) return true;
            (node, needed) = (issuers.nodeId(g.parent), 2);
        }
        return false;
    }

    function _isManager(Try memory t) private view returns (bool) {
        if (t.actor.serial() == 0) return t.caller == issuers.authority();
        return t.actor == t.node && t.caller == issuers.node(t.node).controller;
    }

    /// @dev As the actor stood before the try.
    function _mayGrant(Try memory t) private pure returns (bool) {
        return t.actor.serial() == 0 || (t.actorStanding == Standing.Live && t.actorFlags & 2 != 0);
    }

    function _reduced(Try memory t) private {
        _rule(t.entitled, "only entitled callers write");
        bool may = t.actor.serial() == 0
            || (t.actorFlags & 2 != 0 && (t.actorStanding == Standing.Live || t.actorStanding == Standing.Suspended));
        _rule(may, "only an accreditor of the kind, at most suspended, reduces");
        _rule(t.actor.serial() == 0 || t.rank < t.before.depth, "only one above reduces");
    }

    /// @dev Depth is one more than the parent's, and an accreditor's never changes.
    function _checkDepth(Try memory t, GrantRecord memory now_) private {
        uint8 above = now_.parent == 0 ? 0 : issuers.grantOf(issuers.nodeId(now_.parent), t.kind).depth;
        _rule(now_.depth == above + 1 && now_.depth <= 8, "depth is one more than the parent's");
        uint8 fixed_ = fixedDepth[t.node][t.kind];
        _rule(fixed_ == 0 || fixed_ == now_.depth, "an accreditor keeps its depth");
        if (now_.flags & 2 != 0) fixedDepth[t.node][t.kind] = now_.depth;
    }

    // ---- trying ----

    /// @dev Foundry prefers numbers that it has seen, small ones above all; choices by bits need random bits.
    function _mix(uint256 seed) private returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++tries)));
    }

    /// @dev Picks who does what to whom; mostly by a hand that may act for the actor.
    function _try(uint256 seed) private view returns (Try memory t) {
        uint256 node = 1 + (seed >> 16) % NODES;
        (t.node, t.kind) = (issuers.nodeId(uint64(node)), KINDS[(seed >> 24) % 4 / 3]);
        uint256 actor = _pickActor(seed >> 8, t.node, t.kind);
        t.actor = issuers.nodeId(uint64(actor));
        uint256 by = (seed >> 32) % 8;
        t.caller = actor == 0 ? issuers.authority() : issuers.node(t.actor).controller;
        if (by == 5) t.caller = keyOf(actor, seed >> 40);
        if (by == 6) t.caller = handOf((seed >> 40) % (NODES + 1));
        if (by == 7) t.caller = keyOf((seed >> 40) % NODES, seed >> 48);
        t.before = issuers.grantOf(t.node, t.kind);
        t.elsewhere = issuers.grantWord(t.node, t.kind == KINDS[0] ? KINDS[1] : KINDS[0]);
        t.entitled = _mayActAs(t.actor, t.caller);
        (t.actorStanding,) = issuers.standing(t.actor, t.kind);
        GrantRecord memory own = issuers.grantOf(t.actor, t.kind);
        (t.actorFlags, t.rank) = (own.flags, own.depth);
    }

    /// @dev Mostly somebody above the node, sometimes anybody.
    function _pickActor(uint256 seed, NodeId node, bytes8 kind) private view returns (uint256 actor) {
        if (seed & 3 == 0) return (seed >> 4) % (NODES + 1);
        actor = issuers.grantWord(node, kind).parent();
        if (seed & 2 == 0 && actor != 0) actor = issuers.grantWord(issuers.nodeId(uint64(actor)), kind).parent();
        if (seed & 12 == 0) return 0;
    }

    function _mayActAs(NodeId actor, address caller) private view returns (bool) {
        if (actor.serial() == 0) return caller == issuers.authority();
        if (caller == issuers.node(actor).controller) return true;
        KeyRecord memory k = issuers.key(actor, caller);
        return k.index != 0 && k.roles & 8 != 0 && k.retired == 0 && k.compromisedSince == 0;
    }

    /// @dev Calls, folds what was logged, and checks what holds of every call.
    function _do(Try memory t, bytes memory call) private returns (bool ok) {
        Head before = issuers.head(t.node);
        vm.recordLogs();
        vm.prank(t.caller);
        (ok,) = address(issuers).call(call);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _rule(logs.length == (ok ? 1 : 0), "one change, one entry");
        for (uint256 i = 0; i < logs.length; ++i) {
            _rule(folding.take(logs[i]), "heads never skip");
            _rule(logs[i].topics[1] == NodeId.unwrap(t.node), "an entry stands in its node's history");
        }
        Head after_ = issuers.head(t.node);
        _rule(after_.count() == before.count() + (ok ? 1 : 0), "heads never skip");
        bytes32 folded = folding.heads(address(issuers), NodeId.unwrap(t.node));
        _rule(folded == Head.unwrap(after_), "the logs fold to the head");
        Grant other = issuers.grantWord(t.node, t.kind == KINDS[0] ? KINDS[1] : KINDS[0]);
        _rule(Grant.unwrap(other) == Grant.unwrap(t.elsewhere), "one kind never changes another");
    }

    function _rule(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }
}
