// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestationRegistry} from "../../../../contracts/interfaces/IAttestationRegistry.sol";
import {IIssuerEvents} from "../../../../contracts/interfaces/IIssuerEvents.sol";
import {Change} from "../../../../contracts/types/Change.sol";
import {Vm} from "./Vm.sol";

/// @notice Histories folded from logs alone, written from the description and not from the contracts' code.
contract Folding {
    /// @notice What was folded so far: registry => node => head.
    mapping(address registry => mapping(bytes32 node => bytes32)) public heads;

    /// @notice Folds one log, of the block that is being made.
    /// @return inStep Whether its sequence number was the next one.
    function take(Vm.Log memory log) external returns (bool inStep) {
        bytes32 node = log.topics[1];
        bytes32 head = heads[log.emitter][node];
        if (head == 0) head = _cut(keccak256(abi.encode(block.chainid, log.emitter, node)), 0);
        (uint256 w, bytes32 x, bytes32 d) = _entry(log);
        uint32 seq = uint32(w >> 128);
        inStep = seq == uint32(uint256(head)) + 1;
        w |= (block.number << 64) | block.timestamp;
        heads[log.emitter][node] = _cut(keccak256(abi.encodePacked(head, w, x, d)), seq);
    }

    function _cut(bytes32 digest, uint32 count) private pure returns (bytes32) {
        return bytes32((uint256(digest) >> 32 << 32) | count);
    }

    function _w(uint256 op, uint256 reason, uint256 key, uint256 party, uint256 seq) private pure returns (uint256) {
        return (op << 248) | (reason << 240) | (key << 224) | (party << 160) | (seq << 128);
    }

    function _entry(Vm.Log memory log) private pure returns (uint256 w, bytes32 x, bytes32 d) {
        bytes32 name = log.topics[0];
        if (name == IAttestationRegistry.Attested.selector) {
            (uint256 batch, uint256 via) = abi.decode(log.data, (uint256, uint256));
            return (_w(1, 0, uint16(batch >> 128), via, uint32(batch >> 96)), log.topics[2], bytes32(batch));
        }
        if (name == IAttestationRegistry.StatusChanged.selector) {
            (uint8 op, uint8 reason, uint16 key, uint16 via, uint32 seq, Change[] memory changes) =
                abi.decode(log.data, (uint8, uint8, uint16, uint16, uint32, Change[]));
            bytes memory pairs;
            for (uint256 i = 0; i < changes.length; ++i) {
                pairs = bytes.concat(pairs, abi.encode(changes[i].word, changes[i].mask));
            }
            return (_w(op, reason, key, via, seq), log.topics[2], keccak256(pairs));
        }
        if (name == IAttestationRegistry.Superseded.selector) {
            (uint40 old, uint40 next, uint8 reason, uint16 key, uint16 via, uint32 seq) =
                abi.decode(log.data, (uint40, uint40, uint8, uint16, uint16, uint32));
            return (_w(5, reason, key, via, seq), log.topics[2], keccak256(abi.encode(old, log.topics[3], next)));
        }
        return _issuerEntry(name, log);
    }

    function _issuerEntry(bytes32 name, Vm.Log memory log) private pure returns (uint256 w, bytes32 x, bytes32 d) {
        if (name == IIssuerEvents.NodeRegistered.selector) {
            (uint64 party, uint16 key, uint32 seq, bytes32 profile, string memory site) =
                abi.decode(log.data, (uint64, uint16, uint32, bytes32, string));
            return (_w(16, 0, key, party, seq), log.topics[2], keccak256(abi.encode(profile, site)));
        }
        if (name == IIssuerEvents.ProfileSet.selector) {
            (uint64 party, uint16 key, uint32 seq, bytes32 profile, string memory site) =
                abi.decode(log.data, (uint64, uint16, uint32, bytes32, string));
            return (_w(24, 0, key, party, seq), profile, keccak256(bytes(site)));
        }
        (uint256 op, bool hasReason, bool hasWord) = _shape(name);
        if (hasReason) {
            (uint64 party, uint16 key, uint32 seq, uint8 reason, bytes32 word) =
                abi.decode(log.data, (uint64, uint16, uint32, uint8, bytes32));
            return (_w(op, reason, key, party, seq), log.topics[2], word);
        }
        (uint64 party_, uint16 key_, uint32 seq_) = abi.decode(log.data, (uint64, uint16, uint32));
        if (hasWord) (,,, d) = abi.decode(log.data, (uint64, uint16, uint32, bytes32));
        return (_w(op, 0, key_, party_, seq_), log.topics[2], d);
    }

    function _shape(bytes32 name) private pure returns (uint256 op, bool hasReason, bool hasWord) {
        if (name == IIssuerEvents.AccreditationGranted.selector) return (17, false, true);
        if (name == IIssuerEvents.AccreditationSuspended.selector) return (18, true, true);
        if (name == IIssuerEvents.AccreditationLifted.selector) return (19, true, true);
        if (name == IIssuerEvents.AccreditationRevoked.selector) return (20, true, true);
        if (name == IIssuerEvents.KeyAdded.selector) return (21, false, true);
        if (name == IIssuerEvents.KeyRetired.selector) return (22, false, true);
        if (name == IIssuerEvents.KeyReportedCompromised.selector) return (23, true, true);
        if (name == IIssuerEvents.ControllerOffered.selector) return (25, false, false);
        if (name == IIssuerEvents.ControllerAccepted.selector) return (26, false, false);
        if (name == IIssuerEvents.ControllerRecovered.selector) return (27, false, false);
        if (name == IIssuerEvents.AuthorityOffered.selector) return (28, false, false);
        if (name == IIssuerEvents.AuthorityAccepted.selector) return (29, false, false);
        revert("unknown event");
    }
}
