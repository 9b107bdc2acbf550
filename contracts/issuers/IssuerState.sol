// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIssuerRegistry} from "../interfaces/IIssuerRegistry.sol";
import {History} from "../libraries/History.sol";
import {Actor, actorOf} from "../types/Actor.sol";
import {Grant} from "../types/Grant.sol";
import {Head} from "../types/Head.sol";
import {Key} from "../types/Key.sol";
import {Node} from "../types/Node.sol";
import {NodeId, nodeIdOf} from "../types/NodeId.sol";
import {Op} from "../types/Op.sol";

/// @title IssuerState
/// @notice The storage of an issuer registry, its ids, and the one way to write history.
/// @dev Slots are part of the format: state proofs derive their keys from them. Variables are never reordered, and
/// nothing is declared in front of them.
abstract contract IssuerState is IIssuerRegistry {
    /// @dev Slot 0: holder of the root authority's office.
    address internal _authority;
    /// @dev Slot 1: node => address => key.
    mapping(NodeId node => mapping(address account => Key)) internal _keys;
    /// @dev Slot 2: node => kind => accreditation.
    mapping(NodeId node => mapping(bytes8 kind => Grant)) internal _grants;
    /// @dev Slot 3: node => controller and counts.
    mapping(NodeId node => Node) internal _nodes;
    /// @dev Slot 4, low 160 bits: to whom the office is offered.
    address internal _pendingAuthority;
    /// @dev Slot 4, next 64 bits: the newest node's serial.
    uint64 internal _serial;
    /// @dev Slot 5: node => head of its history.
    mapping(NodeId node => Head) internal _heads;
    /// @dev Slot 6: node => to whom its controller offered it.
    mapping(NodeId node => address) internal _pendingControllers;
    /// @dev Slot 7: node => digest of its profile document.
    mapping(NodeId node => bytes32) internal _profiles;
    /// @dev Slot 8: node => address of its site.
    mapping(NodeId node => string) internal _sites;

    bytes32 internal immutable _registryId;

    /// @dev Longest site address, in bytes.
    uint256 private constant SITE_LIMIT = 200;

    /// @dev Times have 40 bits. A chain that counts milliseconds is refused here rather than cut short later.
    constructor(bytes32 salt) {
        if (block.timestamp > type(uint40).max) revert ClockOutOfRange(block.timestamp);
        _registryId = keccak256(abi.encode(block.chainid, address(this), salt));
    }

    function _id(uint64 serial) internal view returns (NodeId) {
        return nodeIdOf(_registryId, serial);
    }

    function _authorityNode() internal view returns (NodeId) {
        return _id(0);
    }

    function _now() internal view returns (uint40) {
        return uint40(block.timestamp);
    }

    /// @dev The node, acting with its controller's hand (or, for the authority's node, the authority's).
    function _self(NodeId subject) internal pure returns (Actor) {
        return actorOf(0, subject.serial());
    }

    /// @dev Reverts unless somebody registered the node. The authority's own node was not: it has no controller,
    /// no keys and no accreditation, and needs none.
    function _requireNode(NodeId subject) internal view returns (Node found) {
        found = _nodes[subject];
        if (!found.exists()) revert NodeUnknown(subject);
    }

    function _requireAuthority() internal view {
        if (msg.sender != _authority) revert NotAuthority(msg.sender);
    }

    function _requireController(NodeId subject) internal view returns (Node found) {
        found = _requireNode(subject);
        if (msg.sender != found.controller()) revert NotController(subject, msg.sender);
    }

    function _setProfile(NodeId subject, bytes32 profileDigest, string calldata url) internal {
        if (bytes(url).length > SITE_LIMIT) revert SiteTooLong(bytes(url).length, SITE_LIMIT);
        _profiles[subject] = profileDigest;
        _sites[subject] = url;
    }

    /// @dev Every change of state ends here, once per change, in the history of the node that it is about.
    function _record(NodeId subject, Op op, uint8 reason, Actor actor, bytes32 x, bytes32 d)
        internal
        returns (uint32 seq)
    {
        Head next = History.fold(_heads[subject], op, reason, actor, x, d);
        _heads[subject] = next;
        return next.count();
    }
}
