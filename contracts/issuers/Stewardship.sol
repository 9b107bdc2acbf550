// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Node} from "../types/Node.sol";
import {NodeId} from "../types/NodeId.sol";
import {Op, Ops} from "../types/Op.sol";
import {IssuerState} from "./IssuerState.sol";

/// @title Stewardship
/// @notice Who holds the nodes and the office of the root authority, and how these change hands.
/// @dev Both change hands in two steps, so that a mistyped address takes nothing. Neither can be given up: a zero
/// address accepts no offer. OpenZeppelin's Ownable2Step was not taken because it can be renounced, and because
/// here each step is an entry in the history of the authority's node.
abstract contract Stewardship is IssuerState {
    function setProfile(NodeId subject, bytes32 profileDigest, string calldata url) external {
        _requireController(subject);
        _setProfile(subject, profileDigest, url);
        uint32 seq = _record(subject, Ops.PROFILE_SET, 0, _self(subject), profileDigest, keccak256(bytes(url)));
        emit ProfileSet(subject, subject.serial(), 0, seq, profileDigest, url);
    }

    function offerController(NodeId subject, address controller) external {
        _requireController(subject);
        _pendingControllers[subject] = controller;
        uint32 seq = _recordHolder(subject, Ops.CONTROLLER_OFFERED, subject, controller);
        emit ControllerOffered(subject, controller, subject.serial(), 0, seq);
    }

    function acceptController(NodeId subject) external {
        Node held = _requireNode(subject);
        if (!_isOffered(_pendingControllers[subject])) revert NotPendingController(subject, msg.sender);
        _giveNode(subject, held, msg.sender);
        uint32 seq = _recordHolder(subject, Ops.CONTROLLER_ACCEPTED, subject, msg.sender);
        emit ControllerAccepted(subject, msg.sender, subject.serial(), 0, seq);
    }

    function recoverController(NodeId subject, address controller) external {
        _requireAuthority();
        Node held = _requireNode(subject);
        if (controller == address(0)) revert AddressZero();
        _giveNode(subject, held, controller);
        uint32 seq = _recordHolder(subject, Ops.CONTROLLER_RECOVERED, _authorityNode(), controller);
        emit ControllerRecovered(subject, controller, 0, 0, seq);
    }

    function offerAuthority(address candidate) external {
        _requireAuthority();
        _pendingAuthority = candidate;
        NodeId root = _authorityNode();
        uint32 seq = _recordHolder(root, Ops.AUTHORITY_OFFERED, root, candidate);
        emit AuthorityOffered(root, candidate, 0, 0, seq);
    }

    function acceptAuthority() external {
        if (!_isOffered(_pendingAuthority)) revert NotPendingAuthority(msg.sender);
        delete _pendingAuthority;
        _giveAuthority(msg.sender);
    }

    /// @dev Zero stands for nobody, not for a caller without an address, such as some chains' simulated calls have.
    function _isOffered(address offered) private view returns (bool) {
        return offered != address(0) && msg.sender == offered;
    }

    function _giveNode(NodeId subject, Node held, address controller) private {
        _nodes[subject] = held.withController(controller);
        delete _pendingControllers[subject];
    }

    function _giveAuthority(address candidate) internal {
        _authority = candidate;
        NodeId root = _authorityNode();
        uint32 seq = _recordHolder(root, Ops.AUTHORITY_ACCEPTED, root, candidate);
        emit AuthorityAccepted(root, candidate, 0, 0, seq);
    }

    function _recordHolder(NodeId subject, Op op, NodeId actor, address holder) private returns (uint32 seq) {
        return _record(subject, op, 0, _self(actor), bytes32(uint256(uint160(holder))), 0);
    }
}
