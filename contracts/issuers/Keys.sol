// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Actor} from "../types/Actor.sol";
import {Grant, Flags} from "../types/Grant.sol";
import {Key, Roles, newKey} from "../types/Key.sol";
import {Node} from "../types/Node.sol";
import {NodeId} from "../types/NodeId.sol";
import {Op, Ops} from "../types/Op.sol";
import {Accreditation} from "./Accreditation.sol";

/// @title Keys
/// @notice Which addresses serve a node, as what, and since when no more.
abstract contract Keys is Accreditation {
    function addKey(NodeId actor, NodeId subject, address account, uint8 roles) external {
        Actor who = _keyManager(actor, subject);
        if (account == address(0)) revert AddressZero();
        if (roles == 0 || roles > Roles.ALL) revert RolesInvalid(roles);
        if (!_keys[subject][account].isEmpty()) revert KeyKnown(subject, account);

        Node owner = _requireNode(subject);
        uint16 last = owner.keyCount();
        if (last == type(uint16).max) revert TooManyKeys(subject);
        _nodes[subject] = owner.withKeyCount(last + 1);

        (Key word, uint32 seq) = _store(subject, account, newKey(last + 1, roles), Ops.KEY_ADDED, 0, who);
        emit KeyAdded(subject, account, who.party(), who.keyIndex(), seq, word);
    }

    function retireKey(NodeId actor, bytes8 kind, NodeId subject, address account) external {
        Actor who = _keyGuardian(actor, kind, subject);
        Key present = _requireKey(subject, account);
        if (present.retired() != 0) revert KeyIsRetired(subject, account, present.retired());

        (Key word, uint32 seq) = _store(subject, account, present.withRetired(_now()), Ops.KEY_RETIRED, 0, who);
        emit KeyRetired(subject, account, who.party(), who.keyIndex(), seq, word);
    }

    function reportCompromise(NodeId actor, bytes8 kind, NodeId subject, address account, uint40 since, uint8 reason)
        external
    {
        Actor who = _keyGuardian(actor, kind, subject);
        Key present = _requireKey(subject, account);
        if (since < present.from() || since > _now()) revert CompromiseOutOfRange(since, present.from(), _now());
        uint40 known = present.compromisedSince();
        if (known != 0 && since >= known) revert CompromiseNotEarlier(since, known);

        (Key word, uint32 seq) =
            _store(subject, account, present.withCompromise(since, _now()), Ops.KEY_REPORTED_COMPROMISED, reason, who);
        emit KeyReportedCompromised(subject, account, who.party(), who.keyIndex(), seq, reason, word);
    }

    function admit(NodeId issuer, bytes8 kind, address account, uint8 role) external view returns (uint16 index) {
        index = _liveKey(issuer, account, role);
        _requireLive(issuer, kind, Flags.ATTEST);
    }

    function keyIndex(NodeId issuer, address account, uint8 role) external view returns (uint16 index) {
        return _liveKey(issuer, account, role);
    }

    /// @dev Only hands that cover every kind of the node: a key serves all of them.
    function _keyManager(NodeId actor, NodeId subject) private view returns (Actor who) {
        if (actor == _authorityNode()) {
            _requireAuthority();
        } else if (actor == subject) {
            _requireController(subject);
        } else {
            revert NotKeyManager(subject, actor);
        }
        return _self(actor);
    }

    /// @dev Key managers, and guardians. Grants need no consent, so an ancestor in some kind may be a stranger who
    /// accredited the node unasked. Retiring a key and reporting it back to its first second cannot be undone and
    /// strike every kind: hence only those who brought the node in, or stand above them, and only while live.
    function _keyGuardian(NodeId actor, bytes8 kind, NodeId subject) private view returns (Actor who) {
        if (actor == _authorityNode() || actor == subject) return _keyManager(actor, subject);
        who = _actingAs(actor);
        _requireLive(actor, kind, Flags.ACCREDIT);

        uint64 registrar = _requireNode(subject).registrar();
        bool guarded = false;
        NodeId step = subject;
        do {
            Grant link = _grants[step][kind];
            if (link.parent() == 0) revert NotAncestor(actor, subject, kind);
            step = _id(link.parent());
            guarded = guarded || step.serial() == registrar;
        } while (step != actor);
        if (!guarded) revert NotGuardian(actor, subject, kind);
    }

    function _requireKey(NodeId subject, address account) private view returns (Key word) {
        word = _keys[subject][account];
        if (word.isEmpty()) revert KeyUnknown(subject, account);
    }

    function _store(NodeId subject, address account, Key word, Op op, uint8 reason, Actor who)
        private
        returns (Key, uint32 seq)
    {
        _keys[subject][account] = word;
        seq = _record(subject, op, reason, who, bytes32(uint256(uint160(account))), bytes32(Key.unwrap(word)));
        return (word, seq);
    }
}
