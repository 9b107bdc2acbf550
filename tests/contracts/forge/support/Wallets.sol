// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

bytes4 constant MAGIC = 0x1626ba7e;

/// @notice A contract account that accepts what its owner's key signed.
contract Wallet {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
        return ecrecover(digest, uint8(signature[64]), r, s) == owner ? MAGIC : bytes4(0xffffffff);
    }
}

/// @notice Answers any question with the bytes that it was given.
contract Parrot {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback() external {
        bytes memory said = answer;
        assembly ("memory-safe") {
            return(add(said, 32), mload(said))
        }
    }
}

/// @notice Says yes, and reverts with it.
contract Refuser {
    fallback() external {
        assembly ("memory-safe") {
            mstore(0, shl(224, 0x1626ba7e))
            revert(0, 32)
        }
    }
}

/// @notice Leaves nothing of the gas that it is given.
contract Glutton {
    fallback() external {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @notice Answers with a megabyte that begins with yes.
contract Bomb {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 1000000)
        }
    }
}

/// @notice Calls back before it says yes to an empty signature; to others it says yes at once.
contract Reentrant {
    address private target;
    bytes private again;

    function prepare(address target_, bytes calldata again_) external {
        (target, again) = (target_, again_);
    }

    function isValidSignature(bytes32, bytes calldata signature) external returns (bytes4) {
        if (signature.length != 0) return MAGIC;
        (bool ok,) = target.call{gas: 1_000_000}(again); // what breaks a static call burns all that it has
        return ok ? bytes4(0) : MAGIC;
    }
}
