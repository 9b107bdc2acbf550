// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A registered institution. One word, high to low:
/// controller 160 | key count 16 | registrar 64 | zero 16.
/// @dev The registrar is the serial of the node that registered it. A node exists when it has a controller.
type Node is uint256;

using {exists, controller, keyCount, registrar, withController, withKeyCount} for Node global;

/// @notice The fields of a {Node}, spelled out.
/// @param controller Its cold key: adds and retires keys, sets the profile, hands itself over.
/// @param pendingController Whom the controller offered the node to; zero = nobody.
/// @param keyCount How many keys it ever had; also the index of the newest.
/// @param registrar Serial of the node that registered it; 0 = the root authority.
struct NodeRecord {
    address controller;
    address pendingController;
    uint16 keyCount;
    uint64 registrar;
}

/// @notice Packs a node without keys.
function newNode(address controller_, uint64 registrar_) pure returns (Node) {
    return Node.wrap((uint256(uint160(controller_)) << 96) | (uint256(registrar_) << 16));
}

function exists(Node node) pure returns (bool) {
    return Node.unwrap(node) != 0;
}

function controller(Node node) pure returns (address) {
    return address(uint160(Node.unwrap(node) >> 96));
}

function keyCount(Node node) pure returns (uint16) {
    return uint16(Node.unwrap(node) >> 80);
}

function registrar(Node node) pure returns (uint64) {
    return uint64(Node.unwrap(node) >> 16);
}

function withController(Node node, address controller_) pure returns (Node) {
    return Node.wrap((uint256(uint160(controller_)) << 96) | uint96(Node.unwrap(node)));
}

function withKeyCount(Node node, uint16 keyCount_) pure returns (Node) {
    return Node.wrap((Node.unwrap(node) & ~(uint256(type(uint16).max) << 80)) | (uint256(keyCount_) << 80));
}
