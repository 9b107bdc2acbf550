// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestationRegistry} from "./interfaces/IAttestationRegistry.sol";
import {IInclusionVerifier} from "./interfaces/IInclusionVerifier.sol";
import {Inclusion} from "./libraries/Inclusion.sol";
import {NodeId} from "./types/NodeId.sol";

/// @title InclusionVerifier
/// @notice {IInclusionVerifier}: keeps nothing, owns nothing, is owned by nobody.
contract InclusionVerifier is IInclusionVerifier {
    /// @dev The leaf entry: version 1 | algorithm 1 | kind 8 | issuer 32 | commitment 32.
    uint8 private constant VERSION = 1;
    uint8 private constant SHA_256 = 1;

    /// @inheritdoc IInclusionVerifier
    function included(bytes calldata entry, uint256 index, uint256 size, bytes32[] calldata proof, bytes32 root)
        external
        pure
        returns (bool)
    {
        if (entry.length != Inclusion.ENTRY_LENGTH || index >= size) return false;
        (bytes32 computed, bool exact) = Inclusion.climb(Inclusion.leafHash(entry), index, size, proof);
        return exact && computed == root;
    }

    /// @inheritdoc IInclusionVerifier
    function attested(
        IAttestationRegistry registry,
        bytes calldata entry,
        uint256 index,
        bytes32[] calldata proof,
        bytes32 root
    ) external view returns (Finding memory finding) {
        bytes32 leaf = Inclusion.leafHash(entry);
        (uint8 version, uint8 algorithm) = (uint8(entry[0]), uint8(entry[1]));
        if (version != VERSION || algorithm != SHA_256) revert EntryUnsupported(version, algorithm);
        bytes8 kind = bytes8(entry[2:10]);
        NodeId issuer = NodeId.wrap(bytes32(entry[10:42]));

        finding.batch = registry.batch(issuer, root);
        if (finding.batch.size == 0) revert NotAttested(NodeId.unwrap(issuer), root);
        if (finding.batch.kind != kind) revert KindDiffers(kind, finding.batch.kind);
        if (finding.batch.algorithm != algorithm) revert AlgorithmDiffers(algorithm, finding.batch.algorithm);
        Inclusion.verify(leaf, index, finding.batch.size, proof, root);
        (, finding.revoked, finding.suspended, finding.superseded) = registry.standing(issuer, root, index);
    }
}
