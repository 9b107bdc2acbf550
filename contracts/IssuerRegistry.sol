// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";
import {IssuerState} from "./issuers/IssuerState.sol";
import {Keys} from "./issuers/Keys.sol";
import {Stewardship} from "./issuers/Stewardship.sol";
import {History} from "./libraries/History.sol";
import {Grant, GrantRecord} from "./types/Grant.sol";
import {Head} from "./types/Head.sol";
import {Key, KeyRecord} from "./types/Key.sol";
import {Node, NodeRecord} from "./types/Node.sol";
import {NodeId} from "./types/NodeId.sol";

/// @title IssuerRegistry
/// @notice {IIssuerRegistry}, put together: accreditation, keys and stewardship over one storage, with many operations
/// in one transaction by {Multicall}, all or none. Nobody can change the code or a past record.
/// @dev Calls no other contract, so nothing can re-enter. {Multicall} calls this contract only and keeps the caller.
contract IssuerRegistry is Keys, Stewardship, Multicall {
    /// @param firstAuthority First holder of the root authority's office.
    /// @param salt Sets registries of one address on chains of one id apart, such as successive test chains.
    constructor(address firstAuthority, bytes32 salt) IssuerState(salt) {
        if (firstAuthority == address(0)) revert AddressZero();
        _heads[_authorityNode()] = History.start(_authorityNode());
        _giveAuthority(firstAuthority);
    }

    /// @inheritdoc IIssuerRegistry
    function authority() external view returns (address) {
        return _authority;
    }

    /// @inheritdoc IIssuerRegistry
    function pendingAuthority() external view returns (address) {
        return _pendingAuthority;
    }

    /// @inheritdoc IIssuerRegistry
    function registryId() external view returns (bytes32) {
        return _registryId;
    }

    /// @inheritdoc IIssuerRegistry
    function nodeCount() external view returns (uint64) {
        return _serial;
    }

    /// @inheritdoc IIssuerRegistry
    function nodeId(uint64 serial) external view returns (NodeId) {
        return _id(serial);
    }

    /// @inheritdoc IIssuerRegistry
    function node(NodeId id) external view returns (NodeRecord memory) {
        Node found = _nodes[id];
        return NodeRecord(found.controller(), _pendingControllers[id], found.keyCount(), found.registrar());
    }

    /// @inheritdoc IIssuerRegistry
    function key(NodeId id, address account) external view returns (KeyRecord memory) {
        return _keys[id][account].record();
    }

    /// @inheritdoc IIssuerRegistry
    function keyWord(NodeId id, address account) external view returns (Key) {
        return _keys[id][account];
    }

    /// @inheritdoc IIssuerRegistry
    function grantOf(NodeId id, bytes8 kind) external view returns (GrantRecord memory) {
        return _grants[id][kind].record();
    }

    /// @inheritdoc IIssuerRegistry
    function grantWord(NodeId id, bytes8 kind) external view returns (Grant) {
        return _grants[id][kind];
    }

    /// @inheritdoc IIssuerRegistry
    function head(NodeId id) external view returns (Head) {
        return _heads[id];
    }

    /// @inheritdoc IIssuerRegistry
    function profile(NodeId id) external view returns (bytes32) {
        return _profiles[id];
    }

    /// @inheritdoc IIssuerRegistry
    function site(NodeId id) external view returns (string memory) {
        return _sites[id];
    }
}
