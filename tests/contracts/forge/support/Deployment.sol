// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../../contracts/AttestationRegistry.sol";
import {Delegation} from "../../../../contracts/Delegation.sol";
import {InclusionVerifier} from "../../../../contracts/InclusionVerifier.sol";
import {IssuerRegistry} from "../../../../contracts/IssuerRegistry.sol";
import {IAttestationRegistry} from "../../../../contracts/interfaces/IAttestationRegistry.sol";
import {IIssuerRegistry} from "../../../../contracts/interfaces/IIssuerRegistry.sol";
import {vm} from "./Vm.sol";

/// @notice Deploys the committed artifacts: the tests attack the very bytes that sites deploy. Where the sources
/// themselves are looked at (coverage, planted bugs: CHOPMARK_FROM_SOURCE), it deploys what Foundry compiled.
library Deployment {
    string private constant ARTIFACTS = "backend/chopmark/chain/artifacts/";
    /// @dev Foundry's number for a coverage run.
    uint8 private constant COVERAGE = 2;

    function issuerRegistry(address authority, bytes32 salt) internal returns (IssuerRegistry) {
        if (_fromSource()) return new IssuerRegistry(authority, salt);
        return IssuerRegistry(_create("IssuerRegistry", abi.encode(authority, salt)));
    }

    function attestationRegistry(IIssuerRegistry issuers) internal returns (AttestationRegistry) {
        if (_fromSource()) return new AttestationRegistry(issuers);
        return AttestationRegistry(_create("AttestationRegistry", abi.encode(issuers)));
    }

    function delegation(IAttestationRegistry records) internal returns (Delegation) {
        if (_fromSource()) return new Delegation(records);
        return Delegation(_create("Delegation", abi.encode(records)));
    }

    function inclusionVerifier() internal returns (InclusionVerifier) {
        if (_fromSource()) return new InclusionVerifier();
        return InclusionVerifier(_create("InclusionVerifier", ""));
    }

    function _fromSource() private view returns (bool) {
        return vm.isContext(COVERAGE) || vm.envOr("CHOPMARK_FROM_SOURCE", false);
    }

    function _create(string memory name, bytes memory arguments) private returns (address deployed) {
        string memory artifact = vm.readFile(string.concat(ARTIFACTS, name, ".json"));
        bytes memory code = bytes.concat(vm.parseJsonBytes(artifact, ".bytecode"), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), name);
    }
}
