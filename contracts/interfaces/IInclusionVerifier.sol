// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchRecord} from "../types/Batch.sol";
import {IAttestationRegistry} from "./IAttestationRegistry.sol";

/// @title Inclusion checks for other contracts and for callers without a library of their own
interface IInclusionVerifier {
    /// @notice The entry is not one that this contract can judge: version 1 and SHA-256 are expected.
    error EntryUnsupported(uint8 version, uint8 algorithm);
    /// @notice The issuer named in the entry has not attested this root.
    error NotAttested(bytes32 issuer, bytes32 root);
    /// @notice The entry and the attested batch name different kinds.
    error KindDiffers(bytes8 entryKind, bytes8 batchKind);
    /// @notice The entry and the attested batch name different algorithms.
    error AlgorithmDiffers(uint8 entryAlgorithm, uint8 batchAlgorithm);

    /// @notice What a registry says of one proven leaf.
    /// @param batch The batch that holds it.
    /// @param revoked Whether it is revoked.
    /// @param suspended Whether it is suspended.
    /// @param superseded Whether it is revoked in favour of another.
    struct Finding {
        BatchRecord batch;
        bool revoked;
        bool suspended;
        bool superseded;
    }

    /// @notice Whether the entry is the leaf at this index of the SHA-256 tree with this size and root. False for
    /// whatever does not prove it, malformed arguments included.
    /// @param entry The leaf entry, 74 bytes.
    /// @param index Its index.
    /// @param size Number of leaves.
    /// @param proof Sibling hashes from the leaf upwards.
    /// @param root The root.
    function included(bytes calldata entry, uint256 index, uint256 size, bytes32[] calldata proof, bytes32 root)
        external
        pure
        returns (bool);

    /// @notice Finds a leaf in the batch that its issuer attested; reverts with the reason if it is not there.
    /// @dev The caller decides which registry to trust; the issuer and the kind come from the entry.
    /// @param registry The attestation registry.
    /// @param entry The leaf entry, 74 bytes.
    /// @param index Its index.
    /// @param proof Sibling hashes from the leaf upwards.
    /// @param root The root.
    /// @return finding The batch and the leaf's status.
    function attested(
        IAttestationRegistry registry,
        bytes calldata entry,
        uint256 index,
        bytes32[] calldata proof,
        bytes32 root
    ) external view returns (Finding memory finding);
}
