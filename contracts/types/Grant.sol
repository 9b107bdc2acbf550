// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Standing} from "./Standing.sol";

/// @notice One node's accreditation for one kind. One word, high to low:
/// parent 64 | from 40 | until 40 | suspended 40 | revoked 40 | granter key 16 | depth 4 | restraint 4 | flags 8.
/// @dev Depth is the distance from the root authority and also the rank: smaller is higher. Along every chain of
/// parents the depth falls by one at each step and the depth of an accreditor never changes, so no chain is a
/// circle and none is longer than {MAX_DEPTH}.
type Grant is uint256;

using {
    record,
    isEmpty,
    parent,
    from,
    until,
    suspended,
    revoked,
    granterKey,
    depth,
    restraint,
    flags,
    isRestrained,
    everAccredited,
    standing,
    withSuspension,
    withoutSuspension,
    withRevocation
} for Grant global;

/// @dev The longest chain from the root authority to a node.
uint8 constant MAX_DEPTH = 8;

/// @notice What an accreditation allows.
library Flags {
    /// @notice The node may attest this kind.
    uint8 internal constant ATTEST = 1;
    /// @notice The node may accredit others for this kind.
    uint8 internal constant ACCREDIT = 2;
    /// @notice What a granter may choose.
    uint8 internal constant GRANTABLE = 3;
    /// @notice Set with the first ACCREDIT and never cleared: others may stand below this node, so its depth is fixed.
    uint8 internal constant EVER_ACCREDITED = 4;
}

/// @notice The fields of a {Grant}, spelled out. Times are block times.
/// @param parent Serial of the node it depends on; 0 = the root authority.
/// @param since First second at which it counts.
/// @param until First second at which it no longer counts; 0 = open.
/// @param suspended Since when it is suspended; 0 = it is not.
/// @param revoked Since when it is revoked; 0 = it is not.
/// @param granterKey The parent's key that granted it; 0 = its controller did, or somebody above in its place.
/// @param depth Distance from the root authority.
/// @param restraint While suspended or revoked: the rank from which that can be undone.
/// @param flags Sum of {Flags}.
struct GrantRecord {
    uint64 parent;
    uint40 since;
    uint40 until;
    uint40 suspended;
    uint40 revoked;
    uint16 granterKey;
    uint8 depth;
    uint8 restraint;
    uint8 flags;
}

/// @notice The accreditation that a grant makes out of the present one.
/// @dev Ends a revocation, never a suspension: lifting is a verb of its own. The restraint stays with the suspension.
function renewed(
    Grant present,
    uint64 parent_,
    uint16 granterKey_,
    uint8 depth_,
    uint40 from_,
    uint40 until_,
    uint8 flags_
) pure returns (Grant) {
    uint8 sticky = flags_ & Flags.ACCREDIT == 0 ? present.flags() & Flags.EVER_ACCREDITED : Flags.EVER_ACCREDITED;
    uint40 suspended_ = present.suspended();
    uint256 word = (uint256(parent_) << 192) | (uint256(from_) << 152) | (uint256(until_) << 112);
    word |= (uint256(suspended_) << 72) | (uint256(granterKey_) << 16) | (uint256(depth_) << 12);
    word |= (suspended_ == 0 ? 0 : uint256(present.restraint()) << 8) | flags_ | sticky;
    return Grant.wrap(word);
}

/// @notice Spells a grant out.
function record(Grant grant) pure returns (GrantRecord memory r) {
    r.parent = grant.parent();
    r.since = grant.from();
    r.until = grant.until();
    r.suspended = grant.suspended();
    r.revoked = grant.revoked();
    r.granterKey = grant.granterKey();
    r.depth = grant.depth();
    r.restraint = grant.restraint();
    r.flags = grant.flags();
}

/// @dev No grant is empty: its depth is at least 1.
function isEmpty(Grant grant) pure returns (bool) {
    return Grant.unwrap(grant) == 0;
}

function parent(Grant grant) pure returns (uint64) {
    return uint64(Grant.unwrap(grant) >> 192);
}

function from(Grant grant) pure returns (uint40) {
    return uint40(Grant.unwrap(grant) >> 152);
}

function until(Grant grant) pure returns (uint40) {
    return uint40(Grant.unwrap(grant) >> 112);
}

function suspended(Grant grant) pure returns (uint40) {
    return uint40(Grant.unwrap(grant) >> 72);
}

function revoked(Grant grant) pure returns (uint40) {
    return uint40(Grant.unwrap(grant) >> 32);
}

function granterKey(Grant grant) pure returns (uint16) {
    return uint16(Grant.unwrap(grant) >> 16);
}

function depth(Grant grant) pure returns (uint8) {
    return uint8(Grant.unwrap(grant) >> 12) & 0xf;
}

function restraint(Grant grant) pure returns (uint8) {
    return uint8(Grant.unwrap(grant) >> 8) & 0xf;
}

function flags(Grant grant) pure returns (uint8) {
    return uint8(Grant.unwrap(grant));
}

function isRestrained(Grant grant) pure returns (bool) {
    return grant.suspended() != 0 || grant.revoked() != 0;
}

function everAccredited(Grant grant) pure returns (bool) {
    return grant.flags() & Flags.EVER_ACCREDITED != 0;
}

/// @notice How this grant by itself, its parents aside, stands at a time.
/// @param needed The flags that it must carry.
function standing(Grant grant, uint8 needed, uint256 time) pure returns (Standing) {
    if (grant.isEmpty()) return Standing.NotGranted;
    if (grant.revoked() != 0) return Standing.Revoked;
    if (time < grant.from()) return Standing.NotStarted;
    uint256 end = grant.until();
    if (time >= end && end != 0) return Standing.Expired;
    if (grant.flags() & needed != needed) return Standing.Unflagged;
    if (grant.suspended() != 0) return Standing.Suspended;
    return Standing.Live;
}

/// @dev The restraint is the highest rank of all that restrain; the time is that of the first.
function withSuspension(Grant grant, uint40 since, uint8 rank) pure returns (Grant) {
    uint256 stamp = grant.suspended() == 0 ? uint256(since) << 72 : 0;
    return Grant.wrap(_restrained(grant, rank) | stamp);
}

function withoutSuspension(Grant grant) pure returns (Grant) {
    uint256 word = Grant.unwrap(grant) & ~(uint256(type(uint40).max) << 72);
    return Grant.wrap(grant.revoked() == 0 ? word & ~uint256(0xf00) : word);
}

/// @dev As {withSuspension}.
function withRevocation(Grant grant, uint40 since, uint8 rank) pure returns (Grant) {
    uint256 stamp = grant.revoked() == 0 ? uint256(since) << 32 : 0;
    return Grant.wrap(_restrained(grant, rank) | stamp);
}

function _restrained(Grant grant, uint8 rank) pure returns (uint256) {
    if (grant.isRestrained() && grant.restraint() <= rank) return Grant.unwrap(grant);
    return (Grant.unwrap(grant) & ~uint256(0xf00)) | (uint256(rank) << 8);
}
