// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Names a node of one issuer registry on one chain: an accreditor, an issuer, or both.
/// @dev First 24 bytes of the registry's id, then a uint64 serial. Serial 0 is the root authority; the others
/// count registrations from 1. The registry's id binds chain and contract, so no id means anything elsewhere.
type NodeId is bytes32;

using {serial, equal as ==, notEqual as !=} for NodeId global;

/// @notice The id of the node with this serial in the registry with this id.
function nodeIdOf(bytes32 registryId, uint64 serial_) pure returns (NodeId) {
    return NodeId.wrap(bytes32(bytes24(registryId)) | bytes32(uint256(serial_)));
}

function serial(NodeId id) pure returns (uint64) {
    return uint64(uint256(NodeId.unwrap(id)));
}

function equal(NodeId a, NodeId b) pure returns (bool) {
    return NodeId.unwrap(a) == NodeId.unwrap(b);
}

function notEqual(NodeId a, NodeId b) pure returns (bool) {
    return NodeId.unwrap(a) != NodeId.unwrap(b);
}
