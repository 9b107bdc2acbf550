// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {IAttestationRegistry} from "./interfaces/IAttestationRegistry.sol";
import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";
import {History} from "./libraries/History.sol";
import {Actor, actorOf} from "./types/Actor.sol";
import {Batch, BatchRecord, newBatch} from "./types/Batch.sol";
import {Change} from "./types/Change.sol";
import {Head} from "./types/Head.sol";
import {Roles} from "./types/Key.sol";
import {NodeId} from "./types/NodeId.sol";
import {Op, Ops} from "./types/Op.sol";

/// @title AttestationRegistry
/// @notice {IAttestationRegistry}, with many operations in one transaction by {Multicall}, all or none.
/// @dev Slots are part of the format, see IssuerState. The only contract called is the issuer registry, by static
/// calls that come before any change, and it calls nobody: nothing can re-enter.
contract AttestationRegistry is IAttestationRegistry, Multicall {
    /// @dev Slot 0: issuer => head of its history.
    mapping(NodeId issuer => Head) private _heads;
    /// @dev Slot 1: issuer => root => batch.
    mapping(NodeId issuer => mapping(bytes32 root => Batch)) private _batches;
    /// @dev Slot 2: keccak256(issuer || root) => 4 * word + plane => status bits of 256 leaves.
    mapping(bytes32 batchKey => mapping(uint256 cell => uint256)) private _status;

    /// @inheritdoc IAttestationRegistry
    IIssuerRegistry public immutable issuerRegistry;

    uint256 private constant REVOKED = 0;
    uint256 private constant SUSPENDED = 1;
    uint256 private constant SUPERSEDED = 2;
    uint256 private constant PLANES = 4;

    uint8 private constant SHA_256 = 1;
    uint8 private constant SM3 = 2;

    constructor(IIssuerRegistry issuerRegistry_) {
        if (address(issuerRegistry_).code.length == 0) revert NoIssuerRegistry(address(issuerRegistry_));
        issuerRegistry = issuerRegistry_;
    }

    // ---- the six verbs ----

    /// @inheritdoc IAttestationRegistry
    function attest(NodeId issuer, bytes8 kind, bytes32 root, uint40 size, uint8 algorithm) external {
        _attest(msg.sender, 0, issuer, kind, root, size, algorithm);
    }

    /// @inheritdoc IAttestationRegistry
    function attestFor(address signer, NodeId issuer, bytes8 kind, bytes32 root, uint40 size, uint8 algorithm)
        external
    {
        _attest(signer, _delegate(issuer), issuer, kind, root, size, algorithm);
    }

    /// @inheritdoc IAttestationRegistry
    function setStatus(NodeId issuer, bytes32 root, uint8 op, uint8 reason, Change[] calldata changes) external {
        _setStatus(msg.sender, 0, issuer, root, op, reason, changes);
    }

    /// @inheritdoc IAttestationRegistry
    function setStatusFor(
        address signer,
        NodeId issuer,
        bytes32 root,
        uint8 op,
        uint8 reason,
        Change[] calldata changes
    ) external {
        _setStatus(signer, _delegate(issuer), issuer, root, op, reason, changes);
    }

    /// @inheritdoc IAttestationRegistry
    function supersede(NodeId issuer, bytes32 oldRoot, uint40 oldIndex, bytes32 newRoot, uint40 newIndex, uint8 reason)
        external
    {
        _supersede(msg.sender, 0, issuer, Leaf(oldRoot, oldIndex), Leaf(newRoot, newIndex), reason);
    }

    /// @inheritdoc IAttestationRegistry
    function supersedeFor(
        address signer,
        NodeId issuer,
        bytes32 oldRoot,
        uint40 oldIndex,
        bytes32 newRoot,
        uint40 newIndex,
        uint8 reason
    ) external {
        _supersede(signer, _delegate(issuer), issuer, Leaf(oldRoot, oldIndex), Leaf(newRoot, newIndex), reason);
    }

    // ---- views ----

    /// @inheritdoc IAttestationRegistry
    function batch(NodeId issuer, bytes32 root) external view returns (BatchRecord memory) {
        return _batches[issuer][root].record();
    }

    /// @inheritdoc IAttestationRegistry
    function batchWord(NodeId issuer, bytes32 root) external view returns (Batch) {
        return _batches[issuer][root];
    }

    /// @inheritdoc IAttestationRegistry
    function statusWord(NodeId issuer, bytes32 root, uint256 word, uint8 plane) external view returns (uint256) {
        return _planes(issuer, root)[PLANES * word + plane];
    }

    /// @inheritdoc IAttestationRegistry
    function standing(NodeId issuer, bytes32 root, uint256 index)
        external
        view
        returns (bool exists, bool revoked, bool suspended, bool superseded)
    {
        exists = index < _batches[issuer][root].size();
        if (!exists) return (false, false, false, false);
        mapping(uint256 cell => uint256) storage planes = _planes(issuer, root);
        (uint256 cell, uint256 bit) = _locate(index);
        revoked = planes[cell + REVOKED] & bit != 0;
        suspended = planes[cell + SUSPENDED] & bit != 0;
        superseded = planes[cell + SUPERSEDED] & bit != 0;
    }

    /// @inheritdoc IAttestationRegistry
    function head(NodeId issuer) external view returns (Head) {
        return _head(issuer);
    }

    // ---- attesting ----

    function _attest(address signer, uint16 via, NodeId issuer, bytes8 kind, bytes32 root, uint40 size, uint8 algorithm)
        private
    {
        uint16 keyIndex = issuerRegistry.admit(issuer, kind, signer, Roles.ATTEST);
        if (root == 0) revert RootZero();
        if (size == 0) revert SizeZero();
        if (algorithm != SHA_256 && algorithm != SM3) revert AlgorithmUnknown(algorithm);
        mapping(bytes32 root => Batch) storage own = _batches[issuer];
        if (!own[root].isEmpty()) revert BatchKnown(issuer, root);

        Head before = _head(issuer);
        Batch word = newBatch(kind, algorithm, size, keyIndex, before.count() + 1);
        own[root] = word;
        _heads[issuer] =
            History.fold(before, Ops.ATTESTED, 0, actorOf(keyIndex, via), root, bytes32(Batch.unwrap(word)));
        emit Attested(issuer, root, kind, word, via);
    }

    // ---- status ----

    function _setStatus(
        address signer,
        uint16 via,
        NodeId issuer,
        bytes32 root,
        uint8 op,
        uint8 reason,
        Change[] calldata changes
    ) private {
        Batch word = _requireBatch(issuer, root);
        uint16 keyIndex = _mayChange(signer, issuer, word, op == Op.unwrap(Ops.RESUMED));
        _apply(Op.wrap(op), _planes(issuer, root), word.size(), changes);
        uint32 seq = _record(issuer, Op.wrap(op), reason, actorOf(keyIndex, via), root, _digest(changes));
        emit StatusChanged(issuer, root, op, reason, keyIndex, via, seq, changes);
    }

    /// @dev Lowering trust takes a live key; raising it takes live accreditation as well.
    function _mayChange(address signer, NodeId issuer, Batch word, bool raising) private view returns (uint16) {
        return raising
            ? issuerRegistry.admit(issuer, word.kind(), signer, Roles.STATUS)
            : issuerRegistry.keyIndex(issuer, signer, Roles.STATUS);
    }

    /// @dev Every bit of every mask is a real transition, or nothing happens: a history entry never says more than
    /// what changed.
    function _apply(Op op, mapping(uint256 cell => uint256) storage planes, uint40 size, Change[] calldata changes)
        private
    {
        if (changes.length == 0) revert NoChanges();
        uint8 code = Op.unwrap(op);
        for (uint256 i = 0; i < changes.length; ++i) {
            uint256 word = changes[i].word;
            uint256 mask = changes[i].mask;
            if (i > 0 && word <= changes[i - 1].word) revert WordsNotAscending(changes[i - 1].word, word);
            if (mask == 0) revert MaskEmpty(word);
            _requireWithin(word, mask, size);

            uint256 cell = PLANES * word;
            uint256 revoked = planes[cell + REVOKED];
            if (revoked & mask != 0) revert AlreadyRevoked(word, revoked & mask);
            if (code == Op.unwrap(Ops.REVOKED)) {
                planes[cell + REVOKED] = revoked | mask;
                continue;
            }
            uint256 suspended = planes[cell + SUSPENDED];
            if (code == Op.unwrap(Ops.SUSPENDED)) {
                if (suspended & mask != 0) revert AlreadySuspended(word, suspended & mask);
            } else if (code == Op.unwrap(Ops.RESUMED)) {
                if (suspended & mask != mask) revert NotSuspended(word, mask & ~suspended);
            } else {
                revert NotStatusOp(code);
            }
            planes[cell + SUSPENDED] = suspended ^ mask;
        }
    }

    function _requireWithin(uint256 word, uint256 mask, uint40 size) private pure {
        if (word > (size - 1) >> 8) revert MaskPastSize(word, mask, size);
        uint256 left = size - (word << 8);
        if (left < 256 && mask >> left != 0) revert MaskPastSize(word, mask, size);
    }

    /// @dev Of the pairs as sent; they lie end to end in calldata.
    function _digest(Change[] calldata changes) private pure returns (bytes32) {
        bytes calldata pairs;
        assembly ("memory-safe") {
            pairs.offset := changes.offset
            pairs.length := mul(changes.length, 64)
        }
        return keccak256(pairs);
    }

    // ---- supersession ----

    struct Leaf {
        bytes32 root;
        uint40 index;
    }

    function _supersede(address signer, uint16 via, NodeId issuer, Leaf memory old, Leaf memory next, uint8 reason)
        private
    {
        Batch word = _requireBatch(issuer, old.root);
        Actor actor = actorOf(_mayChange(signer, issuer, word, true), via);
        _requireReplaceable(issuer, old, word, next, _requireBatch(issuer, next.root));
        _markSuperseded(issuer, old);
        bytes32 d = keccak256(abi.encode(old.index, next.root, next.index));
        uint32 seq = _record(issuer, Ops.SUPERSEDED, reason, actor, old.root, d);
        emit Superseded(
            issuer, old.root, next.root, old.index, next.index, reason, actor.keyIndex(), uint16(actor.party()), seq
        );
    }

    function _requireReplaceable(NodeId issuer, Leaf memory old, Batch word, Leaf memory next, Batch nextWord)
        private
        view
    {
        if (word.kind() != nextWord.kind()) revert KindDiffers(word.kind(), nextWord.kind());
        if (old.root == next.root && old.index == next.index) revert SupersedesItself(old.root, old.index);
        _requireUnrevoked(issuer, old, word);
        _requireUnrevoked(issuer, next, nextWord);
    }

    /// @dev Revoked as well, so that a verifier who does not know plane 2 fails safe.
    function _markSuperseded(NodeId issuer, Leaf memory old) private {
        mapping(uint256 cell => uint256) storage planes = _planes(issuer, old.root);
        (uint256 cell, uint256 bit) = _locate(old.index);
        planes[cell + REVOKED] |= bit;
        planes[cell + SUPERSEDED] |= bit;
    }

    function _requireUnrevoked(NodeId issuer, Leaf memory leaf, Batch word) private view {
        if (leaf.index >= word.size()) revert IndexPastSize(leaf.index, word.size());
        (uint256 cell, uint256 bit) = _locate(leaf.index);
        if (_planes(issuer, leaf.root)[cell + REVOKED] & bit != 0) revert AlreadyRevoked(leaf.index >> 8, bit);
    }

    // ---- shared ----

    /// @dev The caller as a DELEGATE of the issuer. Whether its word about the signer can be trusted is the issuer's
    /// choice, made when its controller added the key.
    function _delegate(NodeId issuer) private view returns (uint16 via) {
        return issuerRegistry.keyIndex(issuer, msg.sender, Roles.DELEGATE);
    }

    function _requireBatch(NodeId issuer, bytes32 root) private view returns (Batch word) {
        word = _batches[issuer][root];
        if (word.isEmpty()) revert BatchUnknown(issuer, root);
    }

    function _planes(NodeId issuer, bytes32 root) private view returns (mapping(uint256 cell => uint256) storage) {
        return _status[keccak256(abi.encode(issuer, root))];
    }

    /// @dev The first cell of a leaf's word, and the leaf's bit in it.
    function _locate(uint256 index) private pure returns (uint256 cell, uint256 bit) {
        return (PLANES * (index >> 8), 1 << (index & 0xff));
    }

    function _head(NodeId issuer) private view returns (Head found) {
        found = _heads[issuer];
        if (Head.unwrap(found) == 0) return History.start(issuer);
    }

    function _record(NodeId issuer, Op op, uint8 reason, Actor actor, bytes32 x, bytes32 d)
        private
        returns (uint32 seq)
    {
        Head next = History.fold(_head(issuer), op, reason, actor, x, d);
        _heads[issuer] = next;
        return next.count();
    }
}
