// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch, BatchRecord} from "../types/Batch.sol";
import {Change} from "../types/Change.sol";
import {Head} from "../types/Head.sol";
import {NodeId} from "../types/NodeId.sol";
import {IAttestationErrors} from "./IAttestationErrors.sol";
import {IIssuerRegistry} from "./IIssuerRegistry.sol";

/// @title What was attested, and what became of it
/// @notice An accredited issuer commits the root of a tree of leaves, all of one kind. Each leaf has status bits at
/// its index. Roots are the issuer's own: what another issuer attests neither blocks nor shadows them. Nothing is
/// ever deleted, and nobody but the issuer's keys changes anything.
///
/// A record's existence proves that issuer, key and accreditation were good at its block.
interface IAttestationRegistry is IAttestationErrors {
    // Every event is one entry of its issuer's history, folded into the issuer's head. With its block's number and
    // time it tells every folded byte: X is the root, `keyIndex` the signer's key, `via` the DELEGATE key through
    // which the signer acted (0 = directly), `seq` the entry's number in the issuer's history, from 1.

    /// @notice A batch was attested. D = the batch word, which also holds key index, sequence number, block and time.
    event Attested(NodeId indexed issuer, bytes32 indexed root, bytes8 indexed kind, Batch batch, uint16 via);

    /// @notice Leaves were revoked (op 2), suspended (3) or resumed (4).
    /// D = keccak256 of the changes, 64 bytes each, one after the other.
    event StatusChanged(
        NodeId indexed issuer,
        bytes32 indexed root,
        uint8 op,
        uint8 reason,
        uint16 keyIndex,
        uint16 via,
        uint32 seq,
        Change[] changes
    );

    /// @notice A leaf was revoked in favour of another. X = the old root,
    /// D = keccak256(abi.encode(oldIndex, newRoot, newIndex)).
    event Superseded(
        NodeId indexed issuer,
        bytes32 indexed oldRoot,
        bytes32 indexed newRoot,
        uint40 oldIndex,
        uint40 newIndex,
        uint8 reason,
        uint16 keyIndex,
        uint16 via,
        uint32 seq
    );

    /// @notice Attests a batch. The caller is a live key of the issuer with the role ATTEST, and the issuer's
    /// accreditation for the kind is live up to the root authority.
    /// @param issuer Who attests.
    /// @param kind What kind of leaves.
    /// @param root Root of their tree; never attested by this issuer before.
    /// @param size How many leaves.
    /// @param algorithm Hash of the tree: 1 SHA-256, 2 SM3.
    function attest(NodeId issuer, bytes8 kind, bytes32 root, uint40 size, uint8 algorithm) external;

    /// @notice As {attest}, for a signer whose signature the caller has checked. The caller is a live key of the
    /// issuer with the role DELEGATE; the signer is recorded.
    /// @param signer The key that signed.
    /// @param issuer Who attests.
    /// @param kind What kind of leaves.
    /// @param root Root of their tree; never attested by this issuer before.
    /// @param size How many leaves.
    /// @param algorithm Hash of the tree: 1 SHA-256, 2 SM3.
    function attestFor(address signer, NodeId issuer, bytes8 kind, bytes32 root, uint40 size, uint8 algorithm) external;

    /// @notice Revokes, suspends or resumes leaves. The caller is a live key of the issuer with the role STATUS.
    /// Revoking and suspending lower trust and need no accreditation; resuming does. Every named leaf really changes,
    /// or nothing does.
    /// @param issuer Whose batch.
    /// @param root Root of the batch.
    /// @param op 2 revoke (final), 3 suspend, 4 resume.
    /// @param reason Coded reason.
    /// @param changes Which leaves, words ascending.
    function setStatus(NodeId issuer, bytes32 root, uint8 op, uint8 reason, Change[] calldata changes) external;

    /// @notice As {setStatus}, for a signer whose signature the caller has checked; see {attestFor}.
    /// @param signer The key that signed.
    /// @param issuer Whose batch.
    /// @param root Root of the batch.
    /// @param op 2 revoke (final), 3 suspend, 4 resume.
    /// @param reason Coded reason.
    /// @param changes Which leaves, words ascending.
    function setStatusFor(
        address signer,
        NodeId issuer,
        bytes32 root,
        uint8 op,
        uint8 reason,
        Change[] calldata changes
    ) external;

    /// @notice Revokes a leaf in favour of another of the same issuer and kind. Neither may be revoked, so no leaf is
    /// superseded twice and there are no circles. Needs role STATUS and live accreditation.
    /// @param issuer Whose leaves.
    /// @param oldRoot Batch of the old leaf.
    /// @param oldIndex Its index.
    /// @param newRoot Batch of the new leaf.
    /// @param newIndex Its index.
    /// @param reason Coded reason.
    function supersede(NodeId issuer, bytes32 oldRoot, uint40 oldIndex, bytes32 newRoot, uint40 newIndex, uint8 reason)
        external;

    /// @notice As {supersede}, for a signer whose signature the caller has checked; see {attestFor}.
    /// @param signer The key that signed.
    /// @param issuer Whose leaves.
    /// @param oldRoot Batch of the old leaf.
    /// @param oldIndex Its index.
    /// @param newRoot Batch of the new leaf.
    /// @param newIndex Its index.
    /// @param reason Coded reason.
    function supersedeFor(
        address signer,
        NodeId issuer,
        bytes32 oldRoot,
        uint40 oldIndex,
        bytes32 newRoot,
        uint40 newIndex,
        uint8 reason
    ) external;

    /// @notice The registry that says who may attest what.
    function issuerRegistry() external view returns (IIssuerRegistry);

    /// @notice A batch; all zero if the issuer has not attested the root.
    /// @param issuer The issuer.
    /// @param root The root.
    function batch(NodeId issuer, bytes32 root) external view returns (BatchRecord memory);

    /// @notice A batch as stored.
    /// @param issuer The issuer.
    /// @param root The root.
    function batchWord(NodeId issuer, bytes32 root) external view returns (Batch);

    /// @notice Status bits of 256 leaves: bit i is the leaf 256 * word + i.
    /// @param issuer The issuer.
    /// @param root The root.
    /// @param word Which 256 leaves.
    /// @param plane 0 revoked, 1 suspended, 2 superseded.
    function statusWord(NodeId issuer, bytes32 root, uint256 word, uint8 plane) external view returns (uint256);

    /// @notice How one leaf stands.
    /// @param issuer The issuer.
    /// @param root The root.
    /// @param index The leaf.
    /// @return exists Whether the issuer attested the root with a leaf at this index. If not, the rest is false.
    /// @return revoked Whether it is revoked: for good.
    /// @return suspended Whether it is suspended; stays set when a suspended leaf is revoked.
    /// @return superseded Whether it was revoked in favour of another leaf.
    function standing(NodeId issuer, bytes32 root, uint256 index)
        external
        view
        returns (bool exists, bool revoked, bool suspended, bool superseded);

    /// @notice The head of an issuer's history in this registry, the initial one if nothing happened yet.
    /// @param issuer The issuer.
    function head(NodeId issuer) external view returns (Head);
}
