// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One address in the service of one node. One word, high to low:
/// index 16 | roles 8 | from 40 | retired 40 | compromised since 40 | reported 40 | zero 72.
/// @dev An address has one life in a node: once added it is never added again, so that an index, an address and
/// a stretch of time always mean the same key.
type Key is uint256;

using {
    record,
    isEmpty,
    index,
    roles,
    from,
    retired,
    compromisedSince,
    reported,
    withRetired,
    withCompromise
} for Key global;

/// @notice What a key may do; a key may have several roles.
library Roles {
    /// @notice Attests batches.
    uint8 internal constant ATTEST = 1;
    /// @notice Revokes, suspends, resumes and supersedes leaves.
    uint8 internal constant STATUS = 2;
    /// @notice Vouches that another key of the node signed: meant for a contract that checks signatures.
    /// @dev Whoever holds it can act as every other ATTEST and STATUS key of the node.
    uint8 internal constant DELEGATE = 4;
    /// @notice Acts for an accreditor, so that its controller may stay cold.
    uint8 internal constant ACCREDIT = 8;
    /// @notice Every role there is.
    uint8 internal constant ALL = 15;
}

/// @notice The fields of a {Key}, spelled out. Times are block times; 0 = has not happened.
/// @param index Its number in the node, from 1; 0 = not a key.
/// @param roles Sum of {Roles}.
/// @param since When it was added.
/// @param retired When it was retired.
/// @param compromisedSince From when on somebody else may have held it: nothing it did then counts.
/// @param reported When the present value of compromisedSince was reported.
struct KeyRecord {
    uint16 index;
    uint8 roles;
    uint40 since;
    uint40 retired;
    uint40 compromisedSince;
    uint40 reported;
}

/// @notice Packs a key added in this block.
function newKey(uint16 index_, uint8 roles_) view returns (Key) {
    return Key.wrap((uint256(index_) << 240) | (uint256(roles_) << 232) | (uint256(uint40(block.timestamp)) << 192));
}

/// @notice Spells a key out.
function record(Key key) pure returns (KeyRecord memory) {
    return KeyRecord(key.index(), key.roles(), key.from(), key.retired(), key.compromisedSince(), key.reported());
}

function isEmpty(Key key) pure returns (bool) {
    return Key.unwrap(key) == 0;
}

function index(Key key) pure returns (uint16) {
    return uint16(Key.unwrap(key) >> 240);
}

function roles(Key key) pure returns (uint8) {
    return uint8(Key.unwrap(key) >> 232);
}

function from(Key key) pure returns (uint40) {
    return uint40(Key.unwrap(key) >> 192);
}

function retired(Key key) pure returns (uint40) {
    return uint40(Key.unwrap(key) >> 152);
}

function compromisedSince(Key key) pure returns (uint40) {
    return uint40(Key.unwrap(key) >> 112);
}

function reported(Key key) pure returns (uint40) {
    return uint40(Key.unwrap(key) >> 72);
}

/// @dev Only for a key that is not retired.
function withRetired(Key key, uint40 since) pure returns (Key) {
    return Key.wrap(Key.unwrap(key) | (uint256(since) << 152));
}

function withCompromise(Key key, uint40 since, uint40 reported_) pure returns (Key) {
    uint256 rest = Key.unwrap(key) & ~(uint256(type(uint80).max) << 72);
    return Key.wrap(rest | (uint256(since) << 112) | (uint256(reported_) << 72));
}
