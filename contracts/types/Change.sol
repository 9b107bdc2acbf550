// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Some of the 256 leaves from index 256 * word on: leaf 256 * word + i for every bit i of the mask.
struct Change {
    uint256 word;
    uint256 mask;
}
