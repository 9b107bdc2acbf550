// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Delegation} from "../../../contracts/Delegation.sol";
import {IAttestationErrors} from "../../../contracts/interfaces/IAttestationErrors.sol";
import {IAttestationRegistry} from "../../../contracts/interfaces/IAttestationRegistry.sol";
import {IDelegation} from "../../../contracts/interfaces/IDelegation.sol";
import {IIssuerErrors} from "../../../contracts/interfaces/IIssuerErrors.sol";
import {BatchRecord} from "../../../contracts/types/Batch.sol";
import {Deployment} from "./support/Deployment.sol";
import {DelegationWorld} from "./support/DelegationWorld.sol";
import {Attest, SetStatus, Supersede, TypedData} from "./support/TypedData.sol";
import {Vm, check, vm} from "./support/Vm.sol";

/// @notice What a registrar signs and somebody else sends: once, here, in time, and by a live key.
contract DelegationTest is DelegationWorld {
    using TypedData for Attest;
    using TypedData for SetStatus;

    // ---- what it is for ----

    function test_aRegistrarSignsSomebodyElsePaysTheSignerIsRecorded() public {
        vm.recordLogs();
        _sends(call(attest_(ROOT)));
        _sends(call(attest_(NEXT)));
        _sends(call(setStatus_(SUSPEND, one(1, 5), "a")));
        _sends(call(supersede_(0, 7)));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        check(logs.length == 4, "every entry is the registry's, and the delegation adds none");
        (uint256 word, uint16 via) = abi.decode(logs[0].data, (uint256, uint16));
        check(uint16(word >> 128) == 2 && via == 3, "the signer's key, through the delegation's");
        (,, uint16 key, uint16 through) = abi.decode(logs[2].data, (uint8, uint8, uint16, uint16));
        check(key == 2 && through == 3, "the signer's key, through the delegation's");
        BatchRecord memory batch = records.batch(school, ROOT);
        check(batch.kind == DEGREE && batch.size == 300 && batch.algorithm == 1 && batch.keyIndex == 2, "as signed");
        check(records.statusWord(school, ROOT, 1, 1) == 5 && records.statusWord(school, ROOT, 0, 2) == 1, "as signed");
    }

    function test_itSaysItsDomainAndItsRegistry() public {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address place,,) =
            delegation.eip712Domain();
        check(fields == 0x0f && place == address(delegation) && chainId == block.chainid, "domain");
        check(keccak256(bytes(name)) == keccak256("Chopmark") && keccak256(bytes(version)) == keccak256("1"), "domain");
        check(address(delegation.registry()) == address(records), "registry");
        _refuses(abi.encodeWithSelector(IDelegation.NoRegistry.selector, STRANGER));
        new Delegation(IAttestationRegistry(STRANGER));
    }

    function test_aCorrectionIsAttestedAndSupersededOrNeither() public {
        _sends(call(attest_(ROOT)));
        Supersede memory m = supersede_(3, 0);
        bytes[] memory both = new bytes[](2);
        (both[0], both[1]) = (call(attest_(NEXT)), call(m, signed(supersede_(4, 0))));
        _isRefused(abi.encodeCall(delegation.multicall, (both)), invalidFor(registrar));
        check(records.batch(school, NEXT).size == 0, "neither");
        both[1] = call(m);
        _sends(abi.encodeCall(delegation.multicall, (both)));
        (, bool revoked,, bool superseded) = records.standing(school, ROOT, 3);
        check(records.batch(school, NEXT).size == 300 && revoked && superseded, "both");
    }

    // ---- once ----

    function test_anAttestationIsNotRepeated() public {
        _sends(call(attest_(ROOT)));
        _isRefused(call(attest_(ROOT)), abi.encodeWithSelector(IAttestationErrors.BatchKnown.selector, school, ROOT));
    }

    function test_aSupersessionIsNotRepeated() public {
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
        _sends(call(supersede_(0, 0)));
        _isRefused(call(supersede_(0, 0)), abi.encodeWithSelector(IAttestationErrors.AlreadyRevoked.selector, 0, 1));
    }

    function test_aSuspensionThatWasLiftedIsNotRepeated() public {
        _attest(school, ROOT, 10);
        SetStatus memory m = setStatus_(SUSPEND, one(0, 1), "first");
        check(!delegation.used(m.digest(address(delegation))), "not yet");
        _sends(call(m));
        _setStatus(school, ROOT, RESUME, 0, 1);
        bytes32 digest = m.digest(address(delegation));
        check(delegation.used(digest), "used");
        _isRefused(call(m), abi.encodeWithSelector(IDelegation.Replayed.selector, digest));
        _sends(call(setStatus_(SUSPEND, one(0, 1), "second")));
    }

    function test_whatTheRegistryRefusedMayBeTriedAgain() public {
        SetStatus memory m = setStatus_(REVOKE, one(0, 1), "once");
        _isRefused(call(m), abi.encodeWithSelector(IAttestationErrors.BatchUnknown.selector, school, ROOT));
        check(!delegation.used(m.digest(address(delegation))), "nothing was used up");
        _attest(school, ROOT, 10);
        _sends(call(m));
    }

    // ---- here ----

    function test_aSignatureForAnotherChainIsRefused() public {
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
        bytes[3] memory calls = [call(attest_("new")), call(setStatus_(REVOKE, one(0, 2), "n")), call(supersede_(0, 0))];
        uint256 home = block.chainid;
        vm.chainId(home + 1);
        for (uint256 i = 0; i < 3; ++i) {
            _isRefused(calls[i], invalidFor(registrar));
        }
        _sends(call(attest_("for the chain that forked off")));
        vm.chainId(home);
        for (uint256 i = 0; i < 3; ++i) {
            _sends(calls[i]);
        }
    }

    function test_aSignatureForAnotherContractIsRefused() public {
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
        bytes[3] memory calls = [call(attest_("new")), call(setStatus_(REVOKE, one(0, 2), "n")), call(supersede_(0, 0))];
        Delegation first = delegation;
        delegation = Deployment.delegation(records);
        _addKey(school, address(delegation), KEY_DELEGATE);
        for (uint256 i = 0; i < 3; ++i) {
            _isRefused(calls[i], invalidFor(registrar));
        }
        delegation = first;
        for (uint256 i = 0; i < 3; ++i) {
            _sends(calls[i]);
        }
    }

    // ---- in time ----

    function test_afterItsDeadlineASignatureIsRefused() public {
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
        bytes[3] memory calls = [call(attest_("new")), call(setStatus_(REVOKE, one(0, 2), "n")), call(supersede_(0, 0))];
        vm.warp(DEADLINE + 1);
        for (uint256 i = 0; i < 3; ++i) {
            _isRefused(calls[i], abi.encodeWithSelector(IDelegation.Expired.selector, DEADLINE, DEADLINE + 1));
        }
        vm.warp(DEADLINE);
        for (uint256 i = 0; i < 3; ++i) {
            _sends(calls[i]);
        }
    }

    // ---- by a live key ----

    /// @dev All three are refused with this; nothing is recorded.
    function _allRefused(bytes memory why) private {
        uint32 before = headOf();
        _isRefused(call(attest_("new")), why);
        _isRefused(call(setStatus_(REVOKE, one(0, 2), "n")), why);
        _isRefused(call(supersede_(0, 0)), why);
        check(headOf() == before, "nothing is recorded");
    }

    function _retire(address key) private {
        vm.prank(handOf(school));
        issuers.retireKey(school, DEGREE, school, key);
    }

    function _twoBatches() private {
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
    }

    function test_afterTheSignersRetirementItsSignaturesAreRefused() public {
        _twoBatches();
        _retire(registrar);
        _allRefused(abi.encodeWithSelector(IIssuerErrors.KeyIsRetired.selector, school, registrar, START));
    }

    function test_afterTheSignersCompromiseItsSignaturesAreRefused() public {
        _twoBatches();
        vm.prank(handOf(school));
        issuers.reportCompromise(school, DEGREE, school, registrar, START, 1);
        _allRefused(abi.encodeWithSelector(IIssuerErrors.KeyIsCompromised.selector, school, registrar, START));
    }

    function test_afterTheDelegatesRetirementNothingGoesThrough() public {
        _twoBatches();
        _retire(address(delegation));
        _allRefused(abi.encodeWithSelector(IIssuerErrors.KeyIsRetired.selector, school, address(delegation), START));
    }

    function test_aDelegationThatTheIssuerDidNotAdmitDoesNothing() public {
        _twoBatches();
        delegation = Deployment.delegation(records);
        _allRefused(abi.encodeWithSelector(IIssuerErrors.KeyUnknown.selector, school, address(delegation)));
    }

    function test_aKeySignsInItsRoleOnly() public {
        _twoBatches();
        registrar = vm.addr(SECRET + 1);
        _addKey(school, registrar, KEY_DELEGATE | KEY_ACCREDIT);
        bytes memory signature = TypedData.sign(SECRET + 1, attest_("new").digest(address(delegation)));
        _isRefused(
            call(attest_("new"), signature),
            abi.encodeWithSelector(IIssuerErrors.RoleMissing.selector, school, registrar, KEY_ATTEST)
        );
        SetStatus memory m = setStatus_(REVOKE, one(0, 2), "n");
        _isRefused(
            call(m, TypedData.sign(SECRET + 1, m.digest(address(delegation)))),
            abi.encodeWithSelector(IIssuerErrors.RoleMissing.selector, school, registrar, KEY_STATUS)
        );
    }

    function test_afterSuspensionTrustCanOnlyBeLowered() public {
        _twoBatches();
        _setStatus(school, ROOT, SUSPEND, 0, 4);
        _suspend(ministry, bureau);
        bytes memory why = abi.encodeWithSelector(IIssuerErrors.GrantSuspended.selector, bureau, DEGREE, START);
        _isRefused(call(attest_("new")), why);
        _isRefused(call(supersede_(0, 0)), why);
        _isRefused(call(setStatus_(RESUME, one(0, 4), "n")), why);
        _sends(call(setStatus_(REVOKE, one(0, 2), "n")));
    }

    function test_anotherIssuersKeyHasNoSayHere() public {
        _addKey(college, vm.addr(SECRET + 1), KEY_ATTEST | KEY_STATUS);
        _addKey(college, address(delegation), KEY_DELEGATE);
        Attest memory m = attest_(ROOT);
        bytes memory theirs = TypedData.sign(SECRET + 1, m.digest(address(delegation)));
        _isRefused(call(m, theirs), invalidFor(registrar));
        m.signer = vm.addr(SECRET + 1);
        theirs = TypedData.sign(SECRET + 1, m.digest(address(delegation)));
        _isRefused(call(m, theirs), abi.encodeWithSelector(IIssuerErrors.KeyUnknown.selector, school, m.signer));
    }
}
