// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Who did it: a key index (bits 239..224) and a party (bits 223..160), placed as in a history entry.
/// @dev Issuer registry: the party is the serial of the acting node, the key the one of that node's keys that was
/// used (0 = its controller, or the root authority). Attestation registry: the key is the signer's, the party the
/// index of the DELEGATE key through which the signer acted (0 = directly).
type Actor is uint256;

using {keyIndex, party} for Actor global;

/// @notice Packs an actor.
function actorOf(uint16 keyIndex_, uint64 party_) pure returns (Actor) {
    return Actor.wrap((uint256(keyIndex_) << 224) | (uint256(party_) << 160));
}

function keyIndex(Actor actor) pure returns (uint16) {
    return uint16(Actor.unwrap(actor) >> 224);
}

function party(Actor actor) pure returns (uint64) {
    return uint64(Actor.unwrap(actor) >> 160);
}
