// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../contracts/AttestationRegistry.sol";
import {IAttestationErrors} from "../../../contracts/interfaces/IAttestationErrors.sol";
import {IIssuerErrors} from "../../../contracts/interfaces/IIssuerErrors.sol";
import {IIssuerRegistry} from "../../../contracts/interfaces/IIssuerRegistry.sol";
import {Batch, BatchRecord} from "../../../contracts/types/Batch.sol";
import {Change} from "../../../contracts/types/Change.sol";
import {Head} from "../../../contracts/types/Head.sol";
import {NodeId} from "../../../contracts/types/NodeId.sol";
import {World, check, vm} from "./support/World.sol";

/// @notice What issuers attest and what becomes of it.
contract AttestationTest is World {
    bytes32 private constant ROOT = "root";
    bytes32 private constant NEXT = "next root";
    address private constant PROXY = address(0xDE);

    function _standing(NodeId issuer, bytes32 root, uint256 index) private view returns (uint256 bits) {
        (bool exists, bool revoked, bool suspended, bool superseded) = records.standing(issuer, root, index);
        return (exists ? 8 : 0) + (revoked ? 4 : 0) + (suspended ? 2 : 0) + (superseded ? 1 : 0);
    }

    function _refusesStatus(uint8 op, Change[] memory changes, bytes memory why) private {
        _refuses(keyOf(school), why);
        records.setStatus(school, ROOT, op, 1, changes);
    }

    // ---- attesting ----

    function test_aBatchIsRecordedWithItsKeyBlockAndTime() public {
        check(Head.unwrap(records.head(school)) << 224 == 0, "no history yet");
        _attest(school, ROOT, 300);
        BatchRecord memory batch = records.batch(school, ROOT);
        check(batch.kind == DEGREE && batch.algorithm == 1 && batch.size == 300, "what");
        check(batch.keyIndex == 1 && batch.seq == 1 && batch.blockNumber == 100 && batch.time == START, "who and when");
        check(uint48(Batch.unwrap(records.batchWord(school, ROOT))) == START, "word");
        check(records.head(school).count() == 1, "history");
        check(address(records.issuerRegistry()) == address(issuers), "registry");
    }

    function test_attestingRefusesWhatItCannotMean() public {
        address key = keyOf(school);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.RootZero.selector));
        records.attest(school, DEGREE, 0, 1, 1);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.SizeZero.selector));
        records.attest(school, DEGREE, ROOT, 0, 1);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.AlgorithmUnknown.selector, 3));
        records.attest(school, DEGREE, ROOT, 1, 3);
        vm.prank(key);
        records.attest(school, DEGREE, ROOT, type(uint40).max, 2);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.BatchKnown.selector, school, ROOT));
        records.attest(school, DEGREE, ROOT, 1, 1);
        _refuses(key, abi.encodeWithSelector(IIssuerErrors.NotGranted.selector, school, PAPER));
        records.attest(school, PAPER, NEXT, 1, 1);
        _refuses(abi.encodeWithSelector(IAttestationErrors.NoIssuerRegistry.selector, STRANGER));
        new AttestationRegistry(IIssuerRegistry(STRANGER));
    }

    function test_aDelegateSpeaksForASignerWhoIsRecorded() public {
        bytes memory call = abi.encodeCall(records.attestFor, (keyOf(school), school, DEGREE, ROOT, 9, 1));
        check(!_succeeds(PROXY, address(records), call), "not a key");
        check(!_succeeds(keyOf(school), address(records), call), "a signer is no delegate");
        _addKey(school, PROXY, KEY_DELEGATE);
        check(_succeeds(PROXY, address(records), call), "a delegate");
        check(records.batch(school, ROOT).keyIndex == 1, "the signer's key");
        vm.prank(PROXY);
        records.setStatusFor(keyOf(school), school, ROOT, SUSPEND, 1, one(0, 1));
        _attest(school, NEXT, 1);
        vm.prank(PROXY);
        records.supersedeFor(keyOf(school), school, ROOT, 2, NEXT, 0, 1);
        check(_standing(school, ROOT, 0) == 10 && _standing(school, ROOT, 2) == 13, "both done");
        _refuses(PROXY, abi.encodeWithSelector(IIssuerErrors.RoleMissing.selector, school, PROXY, KEY_ATTEST));
        records.attestFor(PROXY, school, DEGREE, "other", 1, 1);
    }

    // ---- status ----

    function test_statusChangesAreRealTransitions() public {
        _refusesStatus(
            REVOKE, one(0, 1), abi.encodeWithSelector(IAttestationErrors.BatchUnknown.selector, school, ROOT)
        );
        _attest(school, ROOT, 300);
        _refusesStatus(REVOKE, new Change[](0), abi.encodeWithSelector(IAttestationErrors.NoChanges.selector));
        _refusesStatus(REVOKE, one(0, 0), abi.encodeWithSelector(IAttestationErrors.MaskEmpty.selector, 0));
        _refusesStatus(1, one(0, 1), abi.encodeWithSelector(IAttestationErrors.NotStatusOp.selector, 1));
        _refusesStatus(5, one(0, 1), abi.encodeWithSelector(IAttestationErrors.NotStatusOp.selector, 5));
        _refusesStatus(RESUME, one(0, 1), abi.encodeWithSelector(IAttestationErrors.NotSuspended.selector, 0, 1));
        Change[] memory twice = two(Change(1, 1), Change(1, 2));
        _refusesStatus(REVOKE, twice, abi.encodeWithSelector(IAttestationErrors.WordsNotAscending.selector, 1, 1));
        _setStatus(school, ROOT, SUSPEND, 1, 5);
        _refusesStatus(SUSPEND, one(1, 4), abi.encodeWithSelector(IAttestationErrors.AlreadySuspended.selector, 1, 4));
        _setStatus(school, ROOT, RESUME, 1, 4);
        check(_standing(school, ROOT, 256) == 10 && _standing(school, ROOT, 258) == 8, "one resumed");
        vm.prank(keyOf(school));
        records.setStatus(school, ROOT, REVOKE, 1, two(Change(0, 8), Change(1, 1)));
        check(_standing(school, ROOT, 256) == 14, "revoked while suspended");
        check(_standing(school, ROOT, 3) == 12, "revoked");
        for (uint8 op = REVOKE; op <= RESUME; ++op) {
            _refusesStatus(op, one(1, 3), abi.encodeWithSelector(IAttestationErrors.AlreadyRevoked.selector, 1, 1));
        }
        check(records.statusWord(school, ROOT, 1, 0) == 1 && records.statusWord(school, ROOT, 1, 1) == 1, "words");
    }

    function test_loweringTrustNeedsNoAccreditationRaisingDoes() public {
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
        _revoke(ministry, bureau);
        _setStatus(school, ROOT, SUSPEND, 0, 1);
        _setStatus(school, ROOT, REVOKE, 0, 2);
        bytes memory why = abi.encodeWithSelector(IIssuerErrors.GrantRevoked.selector, bureau, DEGREE, START);
        _refusesStatus(RESUME, one(0, 1), why);
        _refuses(keyOf(school), why);
        records.supersede(school, ROOT, 3, NEXT, 0, 1);
    }

    // ---- supersession ----

    function test_supersedingRevokesTheOldLeafAndMarksIt() public {
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
        vm.prank(keyOf(school));
        records.supersede(school, ROOT, 3, NEXT, 4, 1);
        check(_standing(school, ROOT, 3) == 13 && _standing(school, NEXT, 4) == 8, "old and new");
        check(_standing(school, ROOT, 10) == 0, "no such leaf");
    }

    function test_supersedingRefusesWhatItCannotMean() public {
        address key = keyOf(school);
        _attest(school, ROOT, 10);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.BatchUnknown.selector, school, NEXT));
        records.supersede(school, ROOT, 0, NEXT, 0, 1);
        _grant(press, school, PAPER, ATTEST);
        vm.prank(key);
        records.attest(school, PAPER, "paper", 1, 1);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.KindDiffers.selector, DEGREE, PAPER));
        records.supersede(school, ROOT, 0, "paper", 0, 1);
        _attest(school, NEXT, 10);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.SupersedesItself.selector, ROOT, 3));
        records.supersede(school, ROOT, 3, ROOT, 3, 1);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.IndexPastSize.selector, 10, 10));
        records.supersede(school, ROOT, 10, NEXT, 0, 1);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.IndexPastSize.selector, 10, 10));
        records.supersede(school, ROOT, 0, NEXT, 10, 1);
        vm.prank(key);
        records.supersede(school, ROOT, 0, NEXT, 0, 1);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.AlreadyRevoked.selector, 0, 1));
        records.supersede(school, ROOT, 0, NEXT, 1, 1);
        _refuses(key, abi.encodeWithSelector(IAttestationErrors.AlreadyRevoked.selector, 0, 1));
        records.supersede(school, NEXT, 0, ROOT, 0, 1);
    }

    // ---- properties ----

    /// @notice A caller that is no key of the issuer changes nothing of it.
    function testFuzz_aStrangerAttestsNothing(address caller, uint256 verb, bytes32 root, uint8 op) public {
        vm.assume(caller != keyOf(school) && caller != address(vm));
        _attest(school, ROOT, 10);
        _attest(school, NEXT, 10);
        Head before = records.head(school);
        verb %= 6;
        bytes memory call;
        if (verb == 0) call = abi.encodeCall(records.attest, (school, DEGREE, root, 1, 1));
        if (verb == 1) call = abi.encodeCall(records.attestFor, (keyOf(school), school, DEGREE, root, 1, 1));
        if (verb == 2) call = abi.encodeCall(records.setStatus, (school, ROOT, op, 1, one(0, 1)));
        if (verb == 3) call = abi.encodeCall(records.setStatusFor, (keyOf(school), school, ROOT, op, 1, one(0, 1)));
        if (verb == 4) call = abi.encodeCall(records.supersede, (school, ROOT, 0, NEXT, 0, 1));
        if (verb == 5) call = abi.encodeCall(records.supersedeFor, (keyOf(school), school, ROOT, 0, NEXT, 0, 1));
        check(!_succeeds(caller, address(records), call), "a stranger attests nothing");
        check(Head.unwrap(records.head(school)) == Head.unwrap(before), "a stranger attests nothing");
    }

    /// @notice After a revocation, nothing that anybody can call brings the leaf back.
    function testFuzz_revokedStaysRevoked(uint256 word, uint256 mask, uint8[3] memory ops, uint256[3] memory masks)
        public
    {
        _attest(school, ROOT, 768);
        _attest(school, NEXT, 768);
        word = _bound(word, 0, 2);
        vm.assume(mask != 0);
        _setStatus(school, ROOT, REVOKE, word, mask);
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory call = abi.encodeCall(records.setStatus, (school, ROOT, ops[i] % 6, 1, one(word, masks[i])));
            bool ok = _succeeds(keyOf(school), address(records), call);
            check(!ok || masks[i] & mask == 0, "revoked stays revoked");
            uint40 index = uint40(256 * word + masks[i] % 256);
            call = abi.encodeCall(records.supersede, (school, ROOT, index, NEXT, index, 1));
            _succeeds(keyOf(school), address(records), call);
            check(records.statusWord(school, ROOT, word, 0) & mask == mask, "revoked stays revoked");
        }
    }

    /// @notice One issuer's roots are nothing to another, be they equal.
    function testFuzz_oneIssuersRootsNeverAffectAnothers(bytes32 root, uint40 a, uint40 b, uint8 op, uint8 bit) public {
        vm.assume(root != 0);
        _attest(school, root, uint40(_bound(a, 256, 1 << 30)));
        bytes32 before = _stateOf(school, root, bit);
        b = uint40(_bound(b, 1, 1 << 30));
        bytes memory call = abi.encodeCall(records.attest, (college, DEGREE, root, b, 1));
        check(_succeeds(keyOf(college), address(records), call), "one issuer's roots never affect another's");
        call = abi.encodeCall(records.setStatus, (college, root, uint8(_bound(op, 2, 4)), 1, one(0, 1 << bit)));
        _succeeds(keyOf(college), address(records), call);
        call = abi.encodeCall(records.setStatus, (school, root, REVOKE, 1, one(0, 1)));
        check(!_succeeds(keyOf(college), address(records), call), "one issuer's roots never affect another's");
        check(_stateOf(school, root, bit) == before, "one issuer's roots never affect another's");
    }

    function _stateOf(NodeId issuer, bytes32 root, uint256 index) private view returns (bytes32) {
        return
            keccak256(abi.encode(records.head(issuer), records.batchWord(issuer, root), _standing(issuer, root, index)));
    }

    /// @notice A change is taken exactly when every bit of it is a leaf.
    function testFuzz_bitsPastTheSizeAreRefused(uint40 size, uint256 word, uint256 mask, uint8 op) public {
        size = uint40(_bound(size, 1, 1024));
        word = word % 7 == 6 ? word : word % 6;
        mask = op & 128 == 0 ? uint256(1) << (mask % 256) : mask;
        vm.assume(mask != 0);
        _attest(school, ROOT, size);
        bytes memory call = abi.encodeCall(records.setStatus, (school, ROOT, 2 + op % 2, 1, one(word, mask)));
        bool taken = _succeeds(keyOf(school), address(records), call);
        bool fits = word < 4 && 256 * word + _highest(mask) < size;
        check(taken == fits, "bits past the size are refused");
    }

    function _highest(uint256 mask) private pure returns (uint256 bit) {
        while (mask > 1) {
            mask >>= 1;
            ++bit;
        }
    }
}
