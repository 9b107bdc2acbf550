// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IAttestationRegistry} from "./interfaces/IAttestationRegistry.sol";
import {IDelegation} from "./interfaces/IDelegation.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Change} from "./types/Change.sol";
import {NodeId} from "./types/NodeId.sol";

/// @title Delegation
/// @notice {IDelegation}, with many operations in one transaction by {Multicall}, all or none. It owns nothing, is
/// owned by nobody, and has no say but what issuers give it and signers sign.
/// @dev Calls a contract that is not ours only to ask it about a signature, statically. Whether signer, delegate and
/// accreditation are live, the registry decides in the same transaction.
contract Delegation is IDelegation, EIP712, Multicall {
    bytes32 private constant ATTEST = keccak256(
        "Attest(bytes32 issuer,address signer,bytes8 kind,bytes32 root,uint40 size,uint8 algorithm,uint40 deadline)"
    );
    bytes32 private constant SET_STATUS = keccak256(
        "SetStatus(bytes32 issuer,address signer,bytes32 root,uint8 op,uint8 reason,Change[] changes,bytes32 nonce,uint40 deadline)Change(uint256 word,uint256 mask)"
    );
    bytes32 private constant CHANGE = keccak256("Change(uint256 word,uint256 mask)");
    bytes32 private constant SUPERSEDE = keccak256(
        "Supersede(bytes32 issuer,address signer,bytes32 oldRoot,uint40 oldIndex,bytes32 newRoot,uint40 newIndex,uint8 reason,uint40 deadline)"
    );

    /// @inheritdoc IDelegation
    IAttestationRegistry public immutable registry;

    /// @inheritdoc IDelegation
    mapping(bytes32 digest => bool) public used;

    constructor(IAttestationRegistry registry_) EIP712("Chopmark", "1") {
        if (address(registry_).code.length == 0) revert NoRegistry(address(registry_));
        registry = registry_;
    }

    /// @inheritdoc IDelegation
    function attest(
        NodeId issuer,
        address signer,
        bytes8 kind,
        bytes32 root,
        uint40 size,
        uint8 algorithm,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireSigned(signer, deadline, _digest(bytes.concat(ATTEST, _arguments(7))), signature);
        registry.attestFor(signer, issuer, kind, root, size, algorithm);
    }

    /// @inheritdoc IDelegation
    function setStatus(
        NodeId issuer,
        address signer,
        bytes32 root,
        uint8 op,
        uint8 reason,
        Change[] calldata changes,
        bytes32 nonce,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _spend(signer, _hashed(changes), nonce, deadline, signature);
        registry.setStatusFor(signer, issuer, root, op, reason, changes);
    }

    /// @inheritdoc IDelegation
    function supersede(
        NodeId issuer,
        address signer,
        bytes32 oldRoot,
        uint40 oldIndex,
        bytes32 newRoot,
        uint40 newIndex,
        uint8 reason,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireSigned(signer, deadline, _digest(bytes.concat(SUPERSEDE, _arguments(8))), signature);
        registry.supersedeFor(signer, issuer, oldRoot, oldIndex, newRoot, newIndex, reason);
    }

    /// @dev A change of status may be undone, and then its signature must not do it again.
    function _spend(address signer, bytes32 changes, bytes32 nonce, uint40 deadline, bytes calldata signature) private {
        bytes memory encoded = bytes.concat(SET_STATUS, _arguments(5), changes, nonce, bytes32(uint256(deadline)));
        bytes32 digest = _digest(encoded);
        if (used[digest]) revert Replayed(digest);
        _requireSigned(signer, deadline, digest, signature);
        used[digest] = true;
    }

    function _requireSigned(address signer, uint40 deadline, bytes32 digest, bytes calldata signature) private view {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        if (!Signatures.isFrom(signer, digest, signature)) revert SignatureInvalid(signer);
    }

    /// @dev The first arguments of this call, a word each. A value takes the same 32 bytes in a call as in EIP-712's
    /// encoding, and the arguments stand in the message's order: so what is hashed is what was sent.
    function _arguments(uint256 count) private pure returns (bytes calldata) {
        return msg.data[4:4 + 32 * count];
    }

    function _digest(bytes memory encoded) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(encoded));
    }

    function _hashed(Change[] calldata changes) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](changes.length);
        for (uint256 i = 0; i < changes.length; ++i) {
            hashes[i] = keccak256(abi.encode(CHANGE, changes[i].word, changes[i].mask));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
