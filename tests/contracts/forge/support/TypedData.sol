// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change} from "../../../../contracts/types/Change.sol";
import {NodeId} from "../../../../contracts/types/NodeId.sol";
import {vm} from "./Vm.sol";

struct Attest {
    NodeId issuer;
    address signer;
    bytes8 kind;
    bytes32 root;
    uint40 size;
    uint8 algorithm;
    uint40 deadline;
}

struct SetStatus {
    NodeId issuer;
    address signer;
    bytes32 root;
    uint8 op;
    uint8 reason;
    Change[] changes;
    bytes32 nonce;
    uint40 deadline;
}

struct Supersede {
    NodeId issuer;
    address signer;
    bytes32 oldRoot;
    uint40 oldIndex;
    bytes32 newRoot;
    uint40 newIndex;
    uint8 reason;
    uint40 deadline;
}

/// @notice What a signer signs, written from EIP-712 and the description of the messages, not from the contract's code.
library TypedData {
    string private constant DOMAIN =
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
    string private constant ATTEST =
        "Attest(bytes32 issuer,address signer,bytes8 kind,bytes32 root,uint40 size,uint8 algorithm,uint40 deadline)";
    string private constant SET_STATUS =
        "SetStatus(bytes32 issuer,address signer,bytes32 root,uint8 op,uint8 reason,Change[] changes,bytes32 nonce,uint40 deadline)";
    string private constant CHANGE = "Change(uint256 word,uint256 mask)";
    string private constant SUPERSEDE =
        "Supersede(bytes32 issuer,address signer,bytes32 oldRoot,uint40 oldIndex,bytes32 newRoot,uint40 newIndex,uint8 reason,uint40 deadline)";

    function digest(Attest memory m, address delegation) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(keccak256(bytes(ATTEST)), m)), delegation);
    }

    function digest(Supersede memory m, address delegation) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(keccak256(bytes(SUPERSEDE)), m)), delegation);
    }

    function digest(SetStatus memory m, address delegation) internal view returns (bytes32) {
        bytes memory changes;
        for (uint256 i = 0; i < m.changes.length; ++i) {
            changes = bytes.concat(changes, keccak256(abi.encode(keccak256(bytes(CHANGE)), m.changes[i])));
        }
        bytes32 kind = keccak256(bytes(string.concat(SET_STATUS, CHANGE)));
        bytes memory head = abi.encode(kind, m.issuer, m.signer, m.root, m.op, m.reason);
        return _digest(keccak256(bytes.concat(head, keccak256(changes), abi.encode(m.nonce, m.deadline))), delegation);
    }

    /// @dev 65 bytes: r, s, v.
    function sign(uint256 key, bytes32 digest_) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest_);
        return abi.encodePacked(r, s, v);
    }

    function _digest(bytes32 message, address delegation) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(keccak256(bytes(DOMAIN)), keccak256("Chopmark"), keccak256("1"), block.chainid, delegation)
        );
        return keccak256(bytes.concat(hex"1901", domain, message));
    }
}
