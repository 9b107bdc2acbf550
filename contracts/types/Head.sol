// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The head of a node's history: a digest of everything that happened to it, in order, and how many
/// events that was. 28 bytes of digest, then a uint32 count.
/// @dev Whoever holds a list of events folds it and compares: equal heads prove that the list is complete, in order
/// and unaltered. 28 bytes leave 112 bits against collisions and let digest and count share one slot.
type Head is bytes32;

using {count} for Head global;

/// @notice How many events the head covers.
function count(Head head) pure returns (uint32) {
    return uint32(uint256(Head.unwrap(head)));
}

/// @notice Puts a digest and a count together.
function headOf(bytes32 digest, uint32 count_) pure returns (Head) {
    return Head.wrap(bytes32(bytes28(digest)) | bytes32(uint256(count_)));
}
