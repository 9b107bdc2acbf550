// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Actor, actorOf} from "../types/Actor.sol";
import {Flags, Grant, MAX_DEPTH, renewed} from "../types/Grant.sol";
import {Key, Roles} from "../types/Key.sol";
import {newNode} from "../types/Node.sol";
import {NodeId} from "../types/NodeId.sol";
import {Op, Ops} from "../types/Op.sol";
import {Standing} from "../types/Standing.sol";
import {History} from "../libraries/History.sol";
import {IssuerState} from "./IssuerState.sol";

/// @title Accreditation
/// @notice Who stands below whom in which kind, and what the ones above may do to the ones below.
/// @dev Rank is depth: the root authority has 0, and smaller is higher.
abstract contract Accreditation is IssuerState {
    function register(NodeId actor, bytes8 kind, address controller, bytes32 profileDigest, string calldata url)
        external
        returns (NodeId subject)
    {
        Actor who = _actingAs(actor);
        if (actor != _authorityNode()) _requireLive(actor, kind, Flags.ACCREDIT);
        if (controller == address(0)) revert AddressZero();

        subject = _id(++_serial);
        _nodes[subject] = newNode(controller, actor.serial());
        _heads[subject] = History.start(subject);
        _setProfile(subject, profileDigest, url);
        uint32 seq = _record(
            subject,
            Ops.NODE_REGISTERED,
            0,
            who,
            bytes32(uint256(uint160(controller))),
            keccak256(abi.encode(profileDigest, url))
        );
        emit NodeRegistered(subject, controller, who.party(), who.keyIndex(), seq, profileDigest, url);
    }

    function grant(NodeId actor, NodeId subject, bytes8 kind, uint40 from, uint40 until, uint8 flags) external {
        Actor who = _actingAs(actor);
        uint8 rank = _rankOf(actor, kind, false);
        _requireNode(subject);
        if (kind == 0) revert KindZero();
        if (flags == 0 || flags > Flags.GRANTABLE) revert FlagsInvalid(flags);
        if (from == 0) from = _now();
        if (from < _now()) revert StartsInPast(from, _now());
        if (until != 0 && until <= from) revert EndsBeforeStart(from, until);

        Grant present = _grants[subject][kind];
        (uint64 parent, uint16 granterKey, uint8 depth) = _place(actor, who, rank, subject, kind, present);
        Grant next = renewed(present, parent, granterKey, depth, from, until, flags);
        uint32 seq = _store(subject, kind, next, Ops.ACCREDITATION_GRANTED, 0, who);
        emit AccreditationGranted(subject, kind, who.party(), who.keyIndex(), seq, next);
    }

    function suspend(NodeId actor, NodeId subject, bytes8 kind, uint8 reason) external {
        (Actor who, uint8 rank, Grant present) = _reducing(actor, subject, kind);
        Grant next = present.withSuspension(_now(), rank);
        if (Grant.unwrap(next) == Grant.unwrap(present)) revert SuspensionStands(subject, kind, present.restraint());
        uint32 seq = _store(subject, kind, next, Ops.ACCREDITATION_SUSPENDED, reason, who);
        emit AccreditationSuspended(subject, kind, who.party(), who.keyIndex(), seq, reason, next);
    }

    function lift(NodeId actor, NodeId subject, bytes8 kind, uint8 reason) external {
        Actor who = _actingAs(actor);
        uint8 rank = _rankOf(actor, kind, false);
        Grant present = _requireBelow(actor, subject, kind);
        if (present.suspended() == 0) revert NotSuspended(subject, kind);
        if (rank > present.restraint()) revert RankTooLow(subject, kind, rank, present.restraint());
        Grant next = present.withoutSuspension();
        uint32 seq = _store(subject, kind, next, Ops.ACCREDITATION_LIFTED, reason, who);
        emit AccreditationLifted(subject, kind, who.party(), who.keyIndex(), seq, reason, next);
    }

    function revoke(NodeId actor, NodeId subject, bytes8 kind, uint8 reason) external {
        (Actor who, uint8 rank, Grant present) = _reducing(actor, subject, kind);
        Grant next = present.withRevocation(_now(), rank);
        if (Grant.unwrap(next) == Grant.unwrap(present)) revert RevocationStands(subject, kind, present.restraint());
        uint32 seq = _store(subject, kind, next, Ops.ACCREDITATION_REVOKED, reason, who);
        emit AccreditationRevoked(subject, kind, who.party(), who.keyIndex(), seq, reason, next);
    }

    function standing(NodeId subject, bytes8 kind) external view returns (Standing result, NodeId failing) {
        return _walk(subject, kind, 0);
    }

    function isLive(NodeId subject, bytes8 kind) external view returns (bool) {
        (Standing result,) = _walk(subject, kind, 0);
        return result == Standing.Live;
    }

    // ---- who acts ----

    /// @dev The caller acting as a node: as the authority, as its controller, or with an ACCREDIT key of that node.
    function _actingAs(NodeId actor) internal view returns (Actor) {
        if (actor == _authorityNode()) {
            _requireAuthority();
            return _self(actor);
        }
        if (msg.sender == _nodes[actor].controller()) return _self(actor);
        return actorOf(_liveKey(actor, msg.sender, Roles.ACCREDIT), actor.serial());
    }

    /// @dev The index of a key that is live and has the role.
    function _liveKey(NodeId subject, address account, uint8 role) internal view returns (uint16) {
        Key word = _keys[subject][account];
        if (word.isEmpty()) revert KeyUnknown(subject, account);
        if (word.retired() != 0) revert KeyIsRetired(subject, account, word.retired());
        if (word.compromisedSince() != 0) revert KeyIsCompromised(subject, account, word.compromisedSince());
        if (word.roles() & role != role) revert RoleMissing(subject, account, role);
        return word.index();
    }

    /// @dev The actor's rank in the kind. Reverts unless it is a live accreditor for it; to reduce, a suspended one
    /// will do: its wards must not be safe from it while it is under inquiry itself.
    function _rankOf(NodeId actor, bytes8 kind, bool toReduce) private view returns (uint8) {
        if (actor == _authorityNode()) return 0;
        (Standing result, NodeId failing) = _walk(actor, kind, Flags.ACCREDIT);
        bool enough = result == Standing.Live || (toReduce && result == Standing.Suspended);
        if (!enough) _refuse(result, failing, kind);
        return _grants[actor][kind].depth();
    }

    function _reducing(NodeId actor, NodeId subject, bytes8 kind)
        private
        view
        returns (Actor who, uint8 rank, Grant present)
    {
        who = _actingAs(actor);
        rank = _rankOf(actor, kind, true);
        present = _requireBelow(actor, subject, kind);
    }

    // ---- the chain of parents ----

    /// @dev Where a new grant stands: below the actor, or, for one who ever was an accreditor and would lose its
    /// depth by that, where it stood.
    function _place(NodeId actor, Actor who, uint8 rank, NodeId subject, bytes8 kind, Grant present)
        private
        view
        returns (uint64 parent, uint16 granterKey, uint8 depth)
    {
        bool above = actor == _authorityNode() || _isAbove(actor, present, kind);
        bool ended = present.isEmpty() || _endedByItself(present);
        if (!ended && !above) revert NotAncestor(actor, subject, kind);
        if (present.isRestrained() && rank > present.restraint()) {
            revert RankTooLow(subject, kind, rank, present.restraint());
        }

        depth = rank + 1;
        if (present.everAccredited() && depth != present.depth()) {
            if (!above) revert DepthFixed(subject, kind, present.depth(), depth);
            return (present.parent(), 0, present.depth());
        }
        if (depth > MAX_DEPTH) revert TooDeep(depth, MAX_DEPTH);
        return (actor.serial(), who.keyIndex(), depth);
    }

    /// @dev Time alone sets a node free for others, and only one that nobody restrains.
    function _endedByItself(Grant present) private view returns (bool) {
        return !present.isRestrained() && present.until() != 0 && block.timestamp >= present.until();
    }

    function _requireBelow(NodeId actor, NodeId subject, bytes8 kind) private view returns (Grant present) {
        present = _grants[subject][kind];
        if (present.isEmpty()) revert NotGranted(subject, kind);
        if (actor != _authorityNode() && !_isAbove(actor, present, kind)) revert NotAncestor(actor, subject, kind);
    }

    /// @dev Whether the actor is the parent, or the parent's parent, and so on; below the root authority.
    function _isAbove(NodeId actor, Grant below, bytes8 kind) private view returns (bool) {
        uint64 wanted = actor.serial();
        uint64 parent = below.parent();
        while (parent != wanted && parent != 0) parent = _grants[_id(parent)][kind].parent();
        return parent != 0;
    }

    /// @dev Walks up from a node to below the root authority, which needs no look-up. Of several failures the
    /// nearest counts, but a suspension only if nothing harder stands above it.
    function _walk(NodeId subject, bytes8 kind, uint8 needed) internal view returns (Standing result, NodeId failing) {
        while (true) {
            Grant link = _grants[subject][kind];
            Standing here = link.standing(needed, block.timestamp);
            if (here != Standing.Live) {
                if (here != Standing.Suspended) return (here, subject);
                if (result == Standing.Live) (result, failing) = (here, subject);
            }
            uint64 parent = link.parent();
            if (parent == 0) return (result, failing);
            (subject, needed) = (_id(parent), Flags.ACCREDIT);
        }
    }

    function _requireLive(NodeId subject, bytes8 kind, uint8 needed) internal view {
        (Standing result, NodeId failing) = _walk(subject, kind, needed);
        if (result != Standing.Live) _refuse(result, failing, kind);
    }

    /// @dev Says why.
    function _refuse(Standing why, NodeId failing, bytes8 kind) private view {
        Grant link = _grants[failing][kind];
        if (why == Standing.NotGranted) revert NotGranted(failing, kind);
        if (why == Standing.Revoked) revert GrantRevoked(failing, kind, link.revoked());
        if (why == Standing.NotStarted) revert GrantNotStarted(failing, kind, link.from());
        if (why == Standing.Expired) revert GrantExpired(failing, kind, link.until());
        if (why == Standing.Suspended) revert GrantSuspended(failing, kind, link.suspended());
        revert GrantLacks(failing, kind, link.flags());
    }

    // ---- writing ----

    function _store(NodeId subject, bytes8 kind, Grant next, Op op, uint8 reason, Actor who)
        private
        returns (uint32 seq)
    {
        _grants[subject][kind] = next;
        return _record(subject, op, reason, who, bytes32(kind), bytes32(Grant.unwrap(next)));
    }
}
