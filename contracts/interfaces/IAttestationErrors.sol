// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeId} from "../types/NodeId.sol";

/// @title Why an attestation registry refuses
/// @notice Every error carries the values that broke the rule. Errors of the issuer registry pass through unchanged.
interface IAttestationErrors {
    /// @notice There is no code at the issuer registry's address.
    error NoIssuerRegistry(address given);
    /// @notice The issuer has not attested this root.
    error BatchUnknown(NodeId issuer, bytes32 root);
    /// @notice The issuer has attested this root already.
    error BatchKnown(NodeId issuer, bytes32 root);
    /// @notice A root is not zero.
    error RootZero();
    /// @notice A batch has between 1 and 2^40 - 1 leaves.
    error SizeZero();
    /// @notice No tree hash has this number.
    error AlgorithmUnknown(uint8 algorithm);
    /// @notice A status changes by one of the operations 2 (revoke), 3 (suspend), 4 (resume).
    error NotStatusOp(uint8 op);
    /// @notice A change of status changes something.
    error NoChanges();
    /// @notice Words come in strictly ascending order.
    error WordsNotAscending(uint256 previous, uint256 word);
    /// @notice The mask names no leaf.
    error MaskEmpty(uint256 word);
    /// @notice The mask names leaves that the batch does not have.
    error MaskPastSize(uint256 word, uint256 mask, uint40 size);
    /// @notice These leaves are revoked, for good.
    error AlreadyRevoked(uint256 word, uint256 leaves);
    /// @notice These leaves are suspended already.
    error AlreadySuspended(uint256 word, uint256 leaves);
    /// @notice These leaves are not suspended.
    error NotSuspended(uint256 word, uint256 leaves);
    /// @notice The batch has no leaf at this index.
    error IndexPastSize(uint256 index, uint256 size);
    /// @notice A leaf is superseded by one of the same kind.
    error KindDiffers(bytes8 oldKind, bytes8 newKind);
    /// @notice A leaf does not supersede itself.
    error SupersedesItself(bytes32 root, uint40 index);
}
