// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../contracts/AttestationRegistry.sol";
import {Delegation} from "../../../contracts/Delegation.sol";
import {IssuerRegistry} from "../../../contracts/IssuerRegistry.sol";
import {NodeId} from "../../../contracts/types/NodeId.sol";
import {DelegationHandler} from "./support/DelegationHandler.sol";
import {Deployment} from "./support/Deployment.sol";
import {Folding} from "./support/Folding.sol";
import {IssuersHandler} from "./support/IssuersHandler.sol";
import {RecordsHandler} from "./support/RecordsHandler.sol";
import {Broken, Vm, vm} from "./support/Vm.sol";

/// @dev Takes the logs of what a test set up, so that histories are folded from their first entry.
abstract contract Campaign {
    bytes8 internal constant DEGREE = "degree-1";
    bytes8 internal constant PAPER = "paper-01";
    Folding internal folding;

    function _foldWhatWasLogged() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            folding.take(logs[i]);
        }
    }
}

/// @notice 100,000 attempts upon an issuer registry, most of them plausible.
contract IssuerInvariants is Campaign {
    IssuersHandler private handler;

    function setUp() public {
        vm.warp(1_900_000_000);
        folding = new Folding();
        vm.recordLogs();
        address minister = address(0x1000);
        IssuerRegistry issuers = Deployment.issuerRegistry(minister, 0);
        handler = new IssuersHandler(issuers, folding);
        // Parents by serial: two bureaus under the authority, districts and issuers below, for both kinds.
        uint64[7] memory parents = [0, 0, 1, 1, 3, 3, uint64(2)];
        for (uint64 i = 1; i <= 7; ++i) {
            (NodeId above, NodeId node) = (issuers.nodeId(parents[i - 1]), issuers.nodeId(i));
            (address by, address hand, address key) =
                (handler.handOf(parents[i - 1]), handler.handOf(i), handler.keyOf(i, 0));
            vm.prank(by);
            issuers.register(above, DEGREE, hand, 0, "");
            vm.prank(by);
            issuers.grant(above, node, DEGREE, 0, 0, 3);
            if (i % 2 == 1) {
                NodeId root = issuers.nodeId(0);
                vm.prank(minister);
                issuers.grant(root, node, PAPER, 0, 0, 3);
            }
            vm.prank(hand);
            issuers.addKey(node, node, key, 15);
        }
        _foldWhatWasLogged();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev The rules are in the handler, where every call is judged.
    function invariant_theIssuersRulesHold() external view {
        if (bytes(handler.broken()).length != 0) revert Broken(handler.broken());
    }
}

/// @notice 100,000 attempts upon an attestation registry.
contract RecordInvariants is Campaign {
    RecordsHandler private handler;

    function setUp() public {
        vm.warp(1_900_000_000);
        folding = new Folding();
        vm.recordLogs();
        address minister = address(0xA0);
        IssuerRegistry issuers = Deployment.issuerRegistry(minister, 0);
        AttestationRegistry records = Deployment.attestationRegistry(issuers);
        NodeId root = issuers.nodeId(0);
        for (uint64 i = 1; i <= 2; ++i) {
            NodeId node = issuers.nodeId(i);
            vm.prank(minister);
            issuers.register(root, DEGREE, address(uint160(0x1000 + i)), 0, "");
            vm.prank(minister);
            issuers.grant(root, node, DEGREE, 0, 0, 1);
            for (uint160 k = 0; k < 3; ++k) {
                vm.prank(minister);
                issuers.addKey(root, node, address(0x2000 + 16 * uint160(i) + k), k == 2 ? 4 : 3);
            }
        }
        handler = new RecordsHandler(records, issuers, issuers.nodeId(1), issuers.nodeId(2), folding);
        _foldWhatWasLogged();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev The rules are in the handler, where every call is judged.
    function invariant_theRecordsRulesHold() external view {
        if (bytes(handler.broken()).length != 0) revert Broken(handler.broken());
    }
}

/// @notice 100,000 attempts upon two delegations.
contract DelegationInvariants {
    bytes8 private constant DEGREE = "degree-1";
    DelegationHandler private handler;

    function setUp() public {
        vm.warp(1_900_000_000);
        address minister = address(0xA0);
        IssuerRegistry issuers = Deployment.issuerRegistry(minister, 0);
        AttestationRegistry records = Deployment.attestationRegistry(issuers);
        (Delegation a, Delegation b) = (Deployment.delegation(records), Deployment.delegation(records));
        NodeId root = issuers.nodeId(0);
        for (uint64 i = 1; i <= 2; ++i) {
            NodeId node = issuers.nodeId(i);
            vm.prank(minister);
            issuers.register(root, DEGREE, address(uint160(0x1000 + i)), 0, "");
            vm.prank(minister);
            issuers.grant(root, node, DEGREE, 0, 0, 1);
        }
        handler = new DelegationHandler(records, issuers, a, b);
        address[4] memory keys = [address(a), address(b), handler.signerOf(0), handler.signerOf(1)];
        for (uint64 i = 1; i <= 2; ++i) {
            NodeId node = issuers.nodeId(i);
            if (i == 2) (keys[2], keys[3]) = (handler.signerOf(2), handler.signerOf(3));
            for (uint256 k = 0; k < 4; ++k) {
                vm.prank(minister);
                issuers.addKey(root, node, keys[k], k < 2 ? 4 : 3);
            }
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev The rules are in the handler, where every call is judged.
    function invariant_theDelegationsRulesHold() external view {
        if (bytes(handler.broken()).length != 0) revert Broken(handler.broken());
    }
}
