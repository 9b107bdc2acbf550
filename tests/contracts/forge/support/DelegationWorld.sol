// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Delegation} from "../../../../contracts/Delegation.sol";
import {IDelegation} from "../../../../contracts/interfaces/IDelegation.sol";
import {Change} from "../../../../contracts/types/Change.sol";
import {Deployment} from "./Deployment.sol";
import {Attest, SetStatus, Supersede, TypedData} from "./TypedData.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @notice The school admits a delegation contract. Its registrar's key, 2, only signs; somebody else sends.
abstract contract DelegationWorld is World {
    using TypedData for Attest;
    using TypedData for SetStatus;
    using TypedData for Supersede;

    uint256 internal constant SECRET = 0xA11CE;
    address internal constant PAYER = address(0xFEE);
    uint40 internal constant DEADLINE = START + 1 days;
    bytes32 internal constant ROOT = "root";
    bytes32 internal constant NEXT = "next root";

    Delegation internal delegation;
    address internal registrar;

    function setUp() public virtual override {
        super.setUp();
        delegation = Deployment.delegation(records);
        registrar = vm.addr(SECRET);
        _addKey(school, registrar, KEY_ATTEST | KEY_STATUS);
        _addKey(school, address(delegation), KEY_DELEGATE);
    }

    // ---- messages ----

    function attest_(bytes32 root) internal view returns (Attest memory) {
        return Attest(school, registrar, DEGREE, root, 300, 1, DEADLINE);
    }

    function setStatus_(uint8 op, Change[] memory changes, bytes32 nonce) internal view returns (SetStatus memory) {
        return SetStatus(school, registrar, ROOT, op, 1, changes, nonce, DEADLINE);
    }

    function supersede_(uint40 old, uint40 next) internal view returns (Supersede memory) {
        return Supersede(school, registrar, ROOT, old, NEXT, next, 1, DEADLINE);
    }

    // ---- signatures ----

    function signed(Attest memory m) internal view returns (bytes memory) {
        return TypedData.sign(SECRET, m.digest(address(delegation)));
    }

    function signed(SetStatus memory m) internal view returns (bytes memory) {
        return TypedData.sign(SECRET, m.digest(address(delegation)));
    }

    function signed(Supersede memory m) internal view returns (bytes memory) {
        return TypedData.sign(SECRET, m.digest(address(delegation)));
    }

    // ---- calls ----

    /// @dev A static message's members are the first arguments of its call.
    function call(Attest memory m, bytes memory signature) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IDelegation.attest, (m.issuer, m.signer, m.kind, m.root, m.size, m.algorithm, m.deadline, signature)
        );
    }

    function call(SetStatus memory m, bytes memory signature) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IDelegation.setStatus,
            (m.issuer, m.signer, m.root, m.op, m.reason, m.changes, m.nonce, m.deadline, signature)
        );
    }

    function call(Supersede memory m, bytes memory signature) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IDelegation.supersede,
            (m.issuer, m.signer, m.oldRoot, m.oldIndex, m.newRoot, m.newIndex, m.reason, m.deadline, signature)
        );
    }

    function call(Attest memory m) internal view returns (bytes memory) {
        return call(m, signed(m));
    }

    function call(SetStatus memory m) internal view returns (bytes memory) {
        return call(m, signed(m));
    }

    function call(Supersede memory m) internal view returns (bytes memory) {
        return call(m, signed(m));
    }

    /// @dev Sends a call, which must go through.
    function _sends(bytes memory data) internal {
        (bool ok, bytes memory why) = _send(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(why, 32), mload(why))
            }
        }
    }

    /// @dev Sends a call, which must be refused with exactly this error.
    function _isRefused(bytes memory data, bytes memory reason) internal {
        (bool ok, bytes memory why) = _send(data);
        require(!ok, "was not refused");
        require(keccak256(why) == keccak256(reason), "was refused for another reason");
    }

    function _send(bytes memory data) internal returns (bool ok, bytes memory answer) {
        vm.prank(PAYER);
        return address(delegation).call(data);
    }

    function invalidFor(address signer) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IDelegation.SignatureInvalid.selector, signer);
    }

    function headOf() internal view returns (uint32) {
        return records.head(school).count();
    }
}
