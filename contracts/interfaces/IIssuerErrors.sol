// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeId} from "../types/NodeId.sol";

/// @title Why an issuer registry refuses
/// @notice Every error carries the values that broke the rule.
interface IIssuerErrors {
    // Who acts

    /// @notice Only the root authority may do this.
    error NotAuthority(address caller);
    /// @notice The root authority's office was not offered to this caller.
    error NotPendingAuthority(address caller);
    /// @notice Only the node's controller may do this.
    error NotController(NodeId node, address caller);
    /// @notice The node was not offered to this caller.
    error NotPendingController(NodeId node, address caller);
    /// @notice Only the node's controller or the root authority may manage its keys thus.
    error NotKeyManager(NodeId node, NodeId actor);
    /// @notice The actor does not stand above the node in this kind.
    error NotAncestor(NodeId actor, NodeId node, bytes8 kind);
    /// @notice The node was not registered by the actor, nor by anybody between the actor and the node.
    error NotGuardian(NodeId actor, NodeId node, bytes8 kind);
    /// @notice What a higher rank (a smaller depth) did is not undone from below.
    error RankTooLow(NodeId node, bytes8 kind, uint8 rank, uint8 restraint);

    // Keys

    /// @notice The address is not a key of the node.
    error KeyUnknown(NodeId node, address key);
    /// @notice The address is, or was, a key of the node already.
    error KeyKnown(NodeId node, address key);
    /// @notice The key was retired.
    error KeyIsRetired(NodeId node, address key, uint40 retired);
    /// @notice The key is compromised.
    error KeyIsCompromised(NodeId node, address key, uint40 since);
    /// @notice The key does not have this role.
    error RoleMissing(NodeId node, address key, uint8 role);
    /// @notice No such combination of roles.
    error RolesInvalid(uint8 roles);
    /// @notice A node has at most 65,535 keys.
    error TooManyKeys(NodeId node);
    /// @notice A compromise begins between the key's first second and now.
    error CompromiseOutOfRange(uint40 since, uint40 from, uint40 latest);
    /// @notice A compromise is only ever reported to have begun earlier.
    error CompromiseNotEarlier(uint40 since, uint40 present);

    // Accreditation

    /// @notice The node is not accredited for the kind.
    error NotGranted(NodeId node, bytes8 kind);
    /// @notice The accreditation begins later.
    error GrantNotStarted(NodeId node, bytes8 kind, uint40 from);
    /// @notice The accreditation has ended.
    error GrantExpired(NodeId node, bytes8 kind, uint40 until);
    /// @notice The accreditation is revoked.
    error GrantRevoked(NodeId node, bytes8 kind, uint40 since);
    /// @notice The accreditation is suspended.
    error GrantSuspended(NodeId node, bytes8 kind, uint40 since);
    /// @notice The accreditation does not allow this.
    error GrantLacks(NodeId node, bytes8 kind, uint8 flags);
    /// @notice An accreditation begins in this block or later.
    error StartsInPast(uint40 from, uint40 earliest);
    /// @notice An accreditation ends after it begins.
    error EndsBeforeStart(uint40 from, uint40 until);
    /// @notice No such combination of flags.
    error FlagsInvalid(uint8 flags);
    /// @notice The chain of accreditations would be too long.
    error TooDeep(uint8 depth, uint8 limit);
    /// @notice The node is or was an accreditor of the kind: its depth is fixed.
    error DepthFixed(NodeId node, bytes8 kind, uint8 depth, uint8 wanted);
    /// @notice The accreditation is not suspended.
    error NotSuspended(NodeId node, bytes8 kind);
    /// @notice It is suspended already, at this rank or higher.
    error SuspensionStands(NodeId node, bytes8 kind, uint8 restraint);
    /// @notice It is revoked already, at this rank or higher.
    error RevocationStands(NodeId node, bytes8 kind, uint8 restraint);

    // Arguments

    /// @notice No node has this id.
    error NodeUnknown(NodeId node);
    /// @notice A kind is not zero.
    error KindZero();
    /// @notice The zero address cannot hold anything.
    error AddressZero();
    /// @notice The site's address is too long.
    error SiteTooLong(uint256 length, uint256 limit);
    /// @notice The chain's clock does not count seconds in 40 bits.
    error ClockOutOfRange(uint256 time);
}
