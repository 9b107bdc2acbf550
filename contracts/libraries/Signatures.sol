// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Signatures
/// @notice Whether a signature over a digest is an account's, be it a key or a contract.
library Signatures {
    /// @notice Recovers first: an account may be a key and have code as well (EIP-7702).
    function isFrom(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signature);
        if (fault == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0 && _accepts(signer, digest, signature);
    }

    /// @dev ERC-1271, strictly: exactly one word, and nothing in it but the magic value. The call changes nothing,
    /// and no more than a word of its answer is ever copied. Its gas is not limited: who sends also pays, and can
    /// try first.
    function _accepts(address wallet, bytes32 digest, bytes calldata signature) private view returns (bool) {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bool whole;
        bytes32 answer;
        assembly ("memory-safe") {
            let answered := staticcall(gas(), wallet, add(question, 32), mload(question), 0, 32)
            whole := and(answered, eq(returndatasize(), 32))
            answer := mload(0)
        }
        return whole && answer == bytes32(IERC1271.isValidSignature.selector);
    }
}
