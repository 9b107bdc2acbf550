// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../../contracts/AttestationRegistry.sol";
import {IssuerRegistry} from "../../../../contracts/IssuerRegistry.sol";
import {Batch} from "../../../../contracts/types/Batch.sol";
import {Change} from "../../../../contracts/types/Change.sol";
import {Head} from "../../../../contracts/types/Head.sol";
import {KeyRecord} from "../../../../contracts/types/Key.sol";
import {NodeId} from "../../../../contracts/types/NodeId.sol";
import {Folding} from "./Folding.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Does anything that anybody may try with an attestation registry shared by two issuers with equal roots.
/// The first rule that breaks is kept in {broken}.
contract RecordsHandler {
    AttestationRegistry public immutable records;
    IssuerRegistry public immutable issuers;
    Folding public immutable folding;
    string public broken;
    uint256 private tries;

    bytes8 private constant DEGREE = "degree-1";
    address private constant MINISTER = address(0xA0);
    uint256 private constant ROOTS = 3;
    uint256 private constant WORDS = 2;
    NodeId[2] private issuer;

    struct Try {
        NodeId issuer;
        NodeId rival;
        bytes32 root;
        address signer;
        address caller;
        bool direct;
        Batch batch;
        uint256[6] cells;
    }

    /// @dev What stood under a root after the last change that its issuer made itself; 0 = it never made one.
    mapping(NodeId => mapping(bytes32 => bytes32)) private seen;

    constructor(AttestationRegistry records_, IssuerRegistry issuers_, NodeId a, NodeId b, Folding folding_) {
        records = records_;
        issuers = issuers_;
        issuer = [a, b];
        folding = folding_;
    }

    // ---- what may be tried ----

    function attest(uint256 seed, uint40 size, uint8 algorithm) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        size = size % (256 * uint40(WORDS) + 1);
        algorithm %= 4;
        bytes memory call = t.direct
            ? abi.encodeCall(records.attest, (t.issuer, DEGREE, t.root, size, algorithm))
            : abi.encodeCall(records.attestFor, (t.signer, t.issuer, DEGREE, t.root, size, algorithm));
        if (!_do(t, call)) return;
        _rule(_entitled(t, 1) && issuers.isLive(t.issuer, DEGREE), "only live keys of live issuers attest");
        _rule(t.batch.isEmpty() && size > 0, "a root is attested once");
        _rule(records.batchWord(t.issuer, t.root).keyIndex() == issuers.key(t.issuer, t.signer).index, "by its signer");
    }

    function setStatus(uint256 seed, uint8 op, uint256 word, uint256 a, uint256 b) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        (a, b) = (_mix(a), _mix(b));
        op = 1 + op % 5;
        word %= WORDS + 1;
        Change[] memory changes = new Change[](1 + a % 2);
        changes[0] = Change(word, seed & 1 == 0 ? a & b : a % 256);
        if (changes.length == 2) changes[1] = Change(word + b % 3, b);
        if (seed & 6 != 0) {
            // What could be changed: by chance alone that is hardly ever hit.
            changes = new Change[](1);
            changes[0] = Change(word % WORDS, _changeable(t, op, word % WORDS, op == 4 ? a | b : a & b));
        }
        bytes memory call = t.direct
            ? abi.encodeCall(records.setStatus, (t.issuer, t.root, op, 1, changes))
            : abi.encodeCall(records.setStatusFor, (t.signer, t.issuer, t.root, op, 1, changes));
        if (!_do(t, call)) return;
        _rule(_entitled(t, 2) && op >= 2 && op <= 4, "only live keys change status");
        _rule(op != 4 || issuers.isLive(t.issuer, DEGREE), "raising trust needs accreditation");
        for (uint256 i = 0; i < changes.length; ++i) {
            _checkChange(t, op, changes[i]);
        }
    }

    function supersede(uint256 seed, uint40 old, uint40 next, uint256 nextRoot) external {
        seed = _mix(seed);
        Try memory t = _try(seed);
        bytes32 newRoot = _root(nextRoot);
        (old, next) = (old % 540, next % 540);
        bytes memory call = t.direct
            ? abi.encodeCall(records.supersede, (t.issuer, t.root, old, newRoot, next, 1))
            : abi.encodeCall(records.supersedeFor, (t.signer, t.issuer, t.root, old, newRoot, next, 1));
        (, bool nextWasRevoked,,) = records.standing(t.issuer, newRoot, next);
        if (!_do(t, call)) return;
        _rule(_entitled(t, 2) && issuers.isLive(t.issuer, DEGREE), "only live keys of live issuers supersede");
        _rule(!nextWasRevoked && (newRoot != t.root || old != next), "superseding makes no circle");
        _rule(t.cells[(old / 256) * 3] & (1 << (old % 256)) == 0, "a leaf is superseded once");
        _checkSuperseded(t.issuer, t.root, old, newRoot, next);
    }

    /// @notice The authority suspends an issuer or lifts that again, and keys come and go.
    function unsettle(uint256 seed) external {
        seed = _mix(seed);
        (NodeId root, NodeId node, address key) =
            (issuers.nodeId(0), issuer[seed & 1], _keyOf(issuer[seed & 1], seed >> 8));
        bool live = issuers.isLive(node, DEGREE);
        bool known = issuers.key(node, key).index != 0;
        bool retired = issuers.key(node, key).retired != 0;
        vm.prank(MINISTER);
        if (seed & 6 == 0) {
            if (live) issuers.suspend(root, node, DEGREE, 1);
            else issuers.lift(root, node, DEGREE, 1);
        } else if (!known) {
            issuers.addKey(root, node, key, uint8(1 + (seed >> 16) % 7));
        } else if (!retired && seed % 199 == 0) {
            issuers.retireKey(root, DEGREE, node, key);
        } else {
            issuers.offerAuthority(address(0)); // spends the prank
        }
        vm.warp(block.timestamp + seed % 100);
        vm.roll(block.number + 1);
    }

    // ---- the rules, read anew ----

    function _entitled(Try memory t, uint8 role) private view returns (bool) {
        bool signs = _isKey(t.issuer, t.signer, role);
        return t.direct ? signs && t.caller == t.signer : signs && _isKey(t.issuer, t.caller, 4);
    }

    function _isKey(NodeId node, address account, uint8 role) private view returns (bool) {
        KeyRecord memory k = issuers.key(node, account);
        return k.index != 0 && k.roles & role != 0 && k.retired == 0 && k.compromisedSince == 0;
    }

    function _checkChange(Try memory t, uint8 op, Change memory change) private {
        uint256 revoked = t.cells[3 * change.word];
        uint256 suspended = t.cells[3 * change.word + 1];
        _rule(change.mask & revoked == 0, "revoked stays revoked");
        if (op == 3) _rule(change.mask & suspended == 0, "every bit is a real transition");
        if (op == 4) _rule(change.mask & suspended == change.mask, "every bit is a real transition");
        _rule(_within(t.batch.size(), change), "bits past the size are refused");
        uint256 expected = op == 2 ? revoked | change.mask : suspended ^ change.mask;
        uint256 found = records.statusWord(t.issuer, t.root, change.word, op == 2 ? 0 : 1);
        _rule(found == expected, "exactly the named leaves change");
    }

    function _checkSuperseded(NodeId by, bytes32 root, uint40 old, bytes32 newRoot, uint40 next) private {
        (bool exists, bool revoked,, bool superseded) = records.standing(by, root, old);
        _rule(exists && revoked && superseded, "the superseded is revoked");
        (exists, revoked,,) = records.standing(by, newRoot, next);
        _rule(exists && !revoked, "the successor stands");
    }

    function _changeable(Try memory t, uint8 op, uint256 word, uint256 mask) private pure returns (uint256) {
        (uint256 revoked, uint256 suspended) = (t.cells[3 * word], t.cells[3 * word + 1]);
        uint40 size = t.batch.size();
        uint256 leaves = size <= 256 * word ? 0 : size - 256 * word;
        if (leaves < 256) mask &= (uint256(1) << leaves) - 1;
        return mask & ~revoked & (op == 4 ? suspended : op == 3 ? ~suspended : type(uint256).max);
    }

    function _within(uint40 size, Change memory change) private pure returns (bool) {
        if (256 * change.word >= size) return false;
        uint256 left = size - 256 * change.word;
        return left >= 256 || change.mask < 1 << left;
    }

    // ---- trying ----

    /// @dev Foundry prefers numbers that it has seen, small ones above all; choices by bits need random bits.
    function _mix(uint256 seed) private returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++tries)));
    }

    function _root(uint256 seed) private pure returns (bytes32) {
        return bytes32(0xabcdef00 + seed % (ROOTS + 1) % ROOTS);
    }

    /// @dev One of five addresses; mostly the first two, which are keys from the start.
    function _keyOf(NodeId node, uint256 i) private pure returns (address) {
        return address(uint160(0x2000 + 16 * node.serial() + (i & 3 == 0 ? i % 5 : (i >> 2) % 2)));
    }

    function _try(uint256 seed) private view returns (Try memory t) {
        uint256 which = (seed >> 8) & 1;
        (t.issuer, t.rival) = (issuer[which], issuer[1 - which]);
        t.root = _root(seed >> 16);
        t.direct = (seed >> 24) % 3 != 0;
        t.signer = _keyOf((seed >> 32) % 8 == 0 ? t.rival : t.issuer, seed >> 40);
        t.caller = t.direct ? t.signer : address(uint160(0x2002 + 16 * t.issuer.serial() + (seed >> 48) % 4 / 3));
        t.batch = records.batchWord(t.issuer, t.root);
        for (uint256 i = 0; i < 6; ++i) {
            t.cells[i] = records.statusWord(t.issuer, t.root, i / 3, uint8(i % 3));
        }
    }

    function _digest(NodeId node, bytes32 root) private view returns (bytes32) {
        uint256[6] memory cells;
        for (uint256 i = 0; i < 6; ++i) {
            cells[i] = records.statusWord(node, root, i / 3, uint8(i % 3));
        }
        Batch batch = records.batchWord(node, root);
        return batch.isEmpty() && cells[0] | cells[1] | cells[3] | cells[4] == 0
            ? bytes32(0)
            : keccak256(abi.encode(batch, cells));
    }

    /// @dev Calls, folds what was logged, and checks what holds of every call.
    function _do(Try memory t, bytes memory call) private returns (bool ok) {
        Head before = records.head(t.issuer);
        vm.recordLogs();
        vm.prank(t.caller);
        (ok,) = address(records).call(call);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _rule(logs.length == (ok ? 1 : 0), "one change, one entry");
        for (uint256 i = 0; i < logs.length; ++i) {
            _rule(folding.take(logs[i]), "heads never skip");
        }
        Head after_ = records.head(t.issuer);
        _rule(after_.count() == before.count() + (ok ? 1 : 0), "heads never skip");
        bytes32 folded = folding.heads(address(records), NodeId.unwrap(t.issuer));
        _rule(after_.count() == 0 || folded == Head.unwrap(after_), "the logs fold to the head");
        _rule(_digest(t.rival, t.root) == seen[t.rival][t.root], "one issuer's roots never affect another's");
        if (ok) {
            _checkMonotone(t);
            seen[t.issuer][t.root] = _digest(t.issuer, t.root);
        }
    }

    /// @dev Nothing is ever unrevoked, unsuperseded or re-attested, and no bit stands past the size.
    function _checkMonotone(Try memory t) private {
        Batch batch = records.batchWord(t.issuer, t.root);
        _rule(t.batch.isEmpty() || Batch.unwrap(batch) == Batch.unwrap(t.batch), "a batch never changes");
        for (uint256 i = 0; i < 6; ++i) {
            uint256 cell = records.statusWord(t.issuer, t.root, i / 3, uint8(i % 3));
            if (i % 3 != 1) _rule(cell & t.cells[i] == t.cells[i], "revoked stays revoked");
            _rule(cell == 0 || _within(batch.size(), Change(i / 3, cell)), "bits past the size are refused");
        }
    }

    function _rule(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }
}
