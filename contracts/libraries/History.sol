// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Actor} from "../types/Actor.sol";
import {Head, headOf} from "../types/Head.sol";
import {NodeId} from "../types/NodeId.sol";
import {Op} from "../types/Op.sol";

/// @title History
/// @notice Folds everything that happens to a node into one word, so that a list of its events proves itself.
/// @dev head' = keccak256(head || W || X || D) cut to 28 bytes, then the count. W, high to low: op 8 | reason 8 |
/// key index 16 | party 64 | seq 32 | block 64 | time 64. X says what it was about, D digests the particulars.
library History {
    /// @notice The head before anything happened: bound to chain, registry and node.
    function start(NodeId node) internal view returns (Head) {
        return headOf(keccak256(abi.encode(block.chainid, address(this), node)), 0);
    }

    /// @notice The head after one more event, which has the sequence number `head'.count()`.
    function fold(Head head, Op op, uint8 reason, Actor actor, bytes32 x, bytes32 d) internal view returns (Head) {
        uint32 seq = head.count() + 1;
        uint256 w = (uint256(Op.unwrap(op)) << 248) | (uint256(reason) << 240) | Actor.unwrap(actor);
        w |= (uint256(seq) << 128) | (uint256(uint64(block.number)) << 64) | uint64(block.timestamp);
        return headOf(keccak256(abi.encode(head, w, x, d)), seq);
    }
}
