// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Inclusion
/// @notice Inclusion proofs of RFC 9162 section 2.1.3.2 with SHA-256, over leaf entries of exactly 74 bytes.
/// @dev A leaf is hashed behind 0x00 and a node behind 0x01, and an entry is never as long as two hashes: an inner
/// node cannot pass as a leaf. A proof has exactly as many hashes as index and size ask for; no hash goes unused.
library Inclusion {
    /// @notice Length of a leaf entry.
    uint256 internal constant ENTRY_LENGTH = 74;

    /// @notice The entry does not have 74 bytes.
    error EntryLengthWrong(uint256 length);
    /// @notice The tree has no leaf at this index.
    error IndexPastSize(uint256 index, uint256 size);
    /// @notice This is not the number of hashes that leads from this index to the root of a tree of this size.
    error ProofLengthWrong(uint256 length, uint256 index, uint256 size);
    /// @notice The proof leads to another root.
    error RootMismatch(bytes32 computed, bytes32 expected);

    /// @notice Hash of a leaf.
    function leafHash(bytes calldata entry) internal pure returns (bytes32) {
        if (entry.length != ENTRY_LENGTH) revert EntryLengthWrong(entry.length);
        return sha256(abi.encodePacked(hex"00", entry));
    }

    /// @notice Hash of an inner node.
    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }

    /// @notice Reverts unless the leaf is at this index of the tree with this size and root.
    function verify(bytes32 leaf, uint256 index, uint256 size, bytes32[] calldata proof, bytes32 root) internal pure {
        bytes32 computed = rootOf(leaf, index, size, proof);
        if (computed != root) revert RootMismatch(computed, root);
    }

    /// @notice The root to which the proof leads from this leaf; reverts when it leads nowhere.
    function rootOf(bytes32 leaf, uint256 index, uint256 size, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32)
    {
        if (index >= size) revert IndexPastSize(index, size);
        (bytes32 root, bool exact) = climb(leaf, index, size, proof);
        if (!exact) revert ProofLengthWrong(proof.length, index, size);
        return root;
    }

    /// @notice Climbs from the leaf as far as the proof goes, naming the variables as the RFC does.
    /// @dev Only for `index < size`.
    /// @return r The hash arrived at.
    /// @return exact Whether that is the root: no hash was missing and none left over.
    function climb(bytes32 leaf, uint256 index, uint256 size, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32 r, bool exact)
    {
        r = leaf;
        uint256 fn = index;
        uint256 sn = size - 1;
        for (uint256 i = 0; i < proof.length; ++i) {
            if (sn == 0) return (r, false);
            if (fn & 1 == 1 || fn == sn) {
                r = nodeHash(proof[i], r);
                // The last node of a level without a sibling rises unchanged.
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = nodeHash(r, proof[i]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        exact = sn == 0;
    }
}
