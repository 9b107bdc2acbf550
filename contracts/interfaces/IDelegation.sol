// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change} from "../types/Change.sol";
import {NodeId} from "../types/NodeId.sol";
import {IAttestationRegistry} from "./IAttestationRegistry.sol";

/// @title Signed here, sent by anybody
/// @notice A working key of an issuer signs what it wants done (EIP-712); whoever has the signature may send it and
/// pays for it. The issuer admits this contract as a key with the role DELEGATE; the registry records the signer,
/// and this contract's key as the one through which it acted.
///
/// Each function's arguments, the signature aside, are the members of the message of the same name, in order. The
/// domain is name "Chopmark", version "1", this chain's id and this contract (ERC-5267 tells it).
/// A signature is 65 bytes r, s, v of a key (s low, v 27 or 28), or whatever a contract at the signer's address
/// accepts (ERC-1271).
///
/// Nothing that was signed happens twice. An attested root is never attested again by its issuer, and a superseded
/// leaf never superseded again: the registry sees to both. A change of status could be undone and repeated, so it
/// carries a nonce, and its digest is kept here. What was not carried out can be, by anybody, until the deadline.
interface IDelegation {
    /// @notice There is no code at the attestation registry's address.
    error NoRegistry(address given);
    /// @notice The message was valid until the deadline.
    error Expired(uint40 deadline, uint256 now_);
    /// @notice The signature is not the signer's for this message, chain and contract.
    error SignatureInvalid(address signer);
    /// @notice This change of status was carried out already.
    error Replayed(bytes32 digest);

    /// @notice Attests a batch, see {IAttestationRegistry-attestFor}.
    /// @param issuer Who attests.
    /// @param signer A live key of the issuer with the role ATTEST.
    /// @param kind What kind of leaves.
    /// @param root Root of their tree; never attested by this issuer before.
    /// @param size How many leaves.
    /// @param algorithm Hash of the tree: 1 SHA-256, 2 SM3.
    /// @param deadline Last second, in block time, at which this may happen.
    /// @param signature The signer's.
    function attest(
        NodeId issuer,
        address signer,
        bytes8 kind,
        bytes32 root,
        uint40 size,
        uint8 algorithm,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Revokes, suspends or resumes leaves, see {IAttestationRegistry-setStatusFor}.
    /// @param issuer Whose batch.
    /// @param signer A live key of the issuer with the role STATUS.
    /// @param root Root of the batch.
    /// @param op 2 revoke (final), 3 suspend, 4 resume.
    /// @param reason Coded reason.
    /// @param changes Which leaves, words ascending.
    /// @param nonce Any value that tells this change from an equal one; best drawn at random.
    /// @param deadline Last second, in block time, at which this may happen.
    /// @param signature The signer's.
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
    ) external;

    /// @notice Revokes a leaf in favour of another, see {IAttestationRegistry-supersedeFor}.
    /// @param issuer Whose leaves.
    /// @param signer A live key of the issuer with the role STATUS.
    /// @param oldRoot Batch of the old leaf.
    /// @param oldIndex Its index.
    /// @param newRoot Batch of the new leaf.
    /// @param newIndex Its index.
    /// @param reason Coded reason.
    /// @param deadline Last second, in block time, at which this may happen.
    /// @param signature The signer's.
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
    ) external;

    /// @notice Where everything is recorded.
    function registry() external view returns (IAttestationRegistry);

    /// @notice Whether a change of status was carried out.
    /// @param digest The EIP-712 digest that was signed.
    function used(bytes32 digest) external view returns (bool);
}
