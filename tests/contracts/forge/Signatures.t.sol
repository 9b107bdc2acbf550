// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDelegation} from "../../../contracts/interfaces/IDelegation.sol";
import {Change} from "../../../contracts/types/Change.sol";
import {DelegationWorld} from "./support/DelegationWorld.sol";
import {Attest, SetStatus, Supersede, TypedData} from "./support/TypedData.sol";
import {check, vm} from "./support/Vm.sol";
import {Bomb, Glutton, MAGIC, Parrot, Reentrant, Refuser, Wallet} from "./support/Wallets.sol";

/// @notice Which bytes are a signature, and what a signature covers.
contract SignaturesTest is DelegationWorld {
    using TypedData for Attest;
    using TypedData for SetStatus;

    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    // ---- the form of a signature ----

    function test_aSignatureHasOneForm() public {
        Attest memory m = attest_(ROOT);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SECRET, m.digest(address(delegation)));
        bytes32 high = bytes32(ORDER - uint256(s));
        bytes memory why = invalidFor(registrar);
        check(ecrecover(m.digest(address(delegation)), 55 - v, r, high) == registrar, "the other form recovers as well");
        _isRefused(call(m, abi.encodePacked(r, high, 55 - v)), why);
        _isRefused(call(m, abi.encodePacked(r, s, v - 27)), why);
        _isRefused(call(m, abi.encodePacked(r, s, 55 - v)), why);
        _isRefused(call(m, abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)))), why); // ERC-2098
        _isRefused(call(m, abi.encodePacked(r, s)), why);
        _isRefused(call(m, abi.encodePacked(r, s, v, uint8(0))), why);
        _isRefused(call(m, abi.encodePacked(v, r, s)), why);
        _isRefused(call(m, ""), why);
        _sends(call(m, abi.encodePacked(r, s, v)));
    }

    function test_whatRecoversToNobodyIsNobodysSignature() public {
        Attest memory m = attest_(ROOT);
        m.signer = address(0);
        _isRefused(call(m, new bytes(65)), invalidFor(address(0)));
        _isRefused(call(m, abi.encodePacked(bytes32(0), bytes32(uint256(1)), uint8(27))), invalidFor(address(0)));
        _isRefused(call(m, abi.encodePacked(bytes32(uint256(1)), bytes32(0), uint8(28))), invalidFor(address(0)));
    }

    /// @notice A key's own signature, and nobody else's, whoever it is.
    function testFuzz_nobodyElseSigns(uint256 secret) public {
        secret = _bound(secret, 1, ORDER - 2);
        vm.assume(secret != SECRET);
        Attest memory m = attest_(ROOT);
        (bool ok,) = _send(call(m, TypedData.sign(secret, m.digest(address(delegation)))));
        check(!ok && headOf() == 0, "nobody else signs");
        m.signer = vm.addr(secret);
        (ok,) = _send(call(m, TypedData.sign(secret, m.digest(address(delegation)))));
        check(!ok && headOf() == 0, "only keys of the issuer sign");
    }

    // ---- what it covers ----

    /// @dev Sends what was signed with one word of it changed, which must not be done; then as it was signed.
    function _changed(bytes memory data, uint256 words, uint256 word, uint256 change) private {
        vm.assume(change != 0);
        uint32 before = headOf();
        assembly ("memory-safe") {
            let place := add(add(data, 36), mul(32, mod(word, words)))
            mstore(place, xor(mload(place), change))
        }
        (bool ok,) = _send(data);
        check(!ok && headOf() == before, "what was not signed is not done");
        assembly ("memory-safe") {
            let place := add(add(data, 36), mul(32, mod(word, words)))
            mstore(place, xor(mload(place), change))
        }
        (ok,) = _send(data);
        check(ok && headOf() == before + 1, "what was signed is done");
    }

    /// @dev A change that keeps the member within its type, most of the time: else the decoder refuses it already.
    function _change(uint256 seed, uint256 bits) private pure returns (uint256) {
        return seed & 1 == 0 ? seed : (seed >> 1) & ((1 << bits) - 1);
    }

    function testFuzz_aChangedAttestationIsRefused(uint256 word, uint256 seed) public {
        uint8[7] memory bits = [255, 160, 0, 255, 40, 2, 40];
        word %= 7;
        uint256 change = word == 2 ? uint256(bytes32(bytes8(uint64(seed)))) : _change(seed, bits[word]);
        _changed(call(attest_(ROOT)), 7, word, change);
    }

    function testFuzz_aChangedSupersessionIsRefused(uint256 word, uint256 seed) public {
        _attest(school, ROOT, 300);
        _attest(school, NEXT, 300);
        uint8[8] memory bits = [255, 160, 255, 8, 255, 8, 8, 40];
        word %= 8;
        _changed(call(supersede_(5, 9)), 8, word, _change(seed, bits[word]));
    }

    /// @dev Words of the call: 8 members (5 tells where the changes are), then where the signature is, how many
    /// changes there are, and their words and masks.
    function testFuzz_aChangedChangeOfStatusIsRefused(uint256 word, uint256 seed, uint256 masks) public {
        _attest(school, ROOT, 600);
        _attest(school, NEXT, 600);
        SetStatus memory m = setStatus_(SUSPEND, two(Change(0, masks | 1), Change(1, (masks >> 1) | 1)), "n");
        uint8[14] memory bits = [255, 160, 255, 2, 8, 0, 255, 40, 0, 1, 2, 255, 2, 255];
        word %= 14;
        vm.assume(word != 5 && word != 8);
        _changed(call(m), 14, word, word == 9 ? 1 + (seed & 1) : _change(seed, bits[word])); // 9: 3 changes or none
    }

    /// @notice Changes left out, added or put in another place are other changes.
    function test_theListOfChangesIsCovered() public {
        _attest(school, ROOT, 600);
        SetStatus memory m = setStatus_(SUSPEND, two(Change(0, 1), Change(1, 2)), "n");
        bytes memory signature = signed(m);
        Change[][4] memory lists = [one(0, 1), one(1, 2), new Change[](0), two(Change(0, 1), Change(1, 3))];
        for (uint256 i = 0; i < 4; ++i) {
            _isRefused(call(setStatus_(SUSPEND, lists[i], "n"), signature), invalidFor(registrar));
        }
        _sends(call(m, signature));
    }

    /// @notice 65 bytes, each of which counts.
    function testFuzz_aChangedSignatureIsRefused(uint256 place, uint8 change) public {
        vm.assume(change != 0);
        bytes memory signature = signed(attest_(ROOT));
        place %= 65;
        signature[place] ^= bytes1(change);
        (bool ok,) = _send(call(attest_(ROOT), signature));
        check(!ok && headOf() == 0, "a changed signature is refused");
    }

    // ---- contracts that sign ----

    /// @dev The school's signer is a contract.
    function _walletIs(address wallet) private {
        registrar = wallet;
        _addKey(school, wallet, KEY_ATTEST | KEY_STATUS);
    }

    function test_aContractSignsAsItsOwnerDoes() public {
        _walletIs(address(new Wallet(vm.addr(SECRET))));
        _isRefused(call(attest_(ROOT), signed(attest_(NEXT))), invalidFor(registrar));
        _sends(call(attest_(ROOT)));
        check(records.batch(school, ROOT).keyIndex == 4, "the contract's key");
        SetStatus memory m = setStatus_(SUSPEND, one(0, 1), "n");
        _sends(call(m));
        _setStatus(school, ROOT, RESUME, 0, 1);
        bytes memory why = abi.encodeWithSelector(IDelegation.Replayed.selector, m.digest(address(delegation)));
        _isRefused(call(m, "another signature that it might accept"), why);
    }

    function test_aKeyWithCodeOfItsOwnSignsAsAKey() public {
        Parrot no = new Parrot("");
        vm.etch(registrar, address(no).code); // EIP-7702
        _sends(call(attest_(ROOT)));
    }

    function test_aContractThatDoesNotSayYesDoesNotSign() public {
        address[4] memory wallets =
            [address(new Refuser()), address(new Bomb()), address(new Glutton()), address(records)];
        for (uint256 i = 0; i < 4; ++i) {
            _walletIs(wallets[i]);
            _isRefused(call(attest_(ROOT)), invalidFor(wallets[i]));
        }
    }

    function test_aContractThatEatsAllGasTakesNothingElseWithIt() public {
        _walletIs(address(new Glutton()));
        bytes memory data = call(attest_(ROOT));
        (bool ok,) = address(delegation).call{gas: 3_000_000}(data);
        check(!ok && headOf() == 0, "nothing is recorded");
    }

    function test_aContractThatCallsBackGetsNothingTwice() public {
        bytes memory byKey = call(setStatus_(SUSPEND, one(0, 2), "good by itself"));
        Reentrant wallet = new Reentrant();
        _walletIs(address(wallet));
        _attest(school, ROOT, 10);
        SetStatus memory m = setStatus_(SUSPEND, one(0, 1), "n");
        bytes[2] memory inner = [call(m, "another signature"), byKey];
        for (uint256 i = 0; i < 2; ++i) {
            wallet.prepare(address(delegation), inner[i]);
            m.nonce = bytes32(i);
            m.op = i == 0 ? SUSPEND : RESUME;
            _sends(call(m, ""));
            check(headOf() == 2 + i, "one change, and no other");
        }
        _sends(byKey);
    }

    /// @notice Of all answers, one word that is the magic value and nothing else means yes.
    function testFuzz_onlyExactlyYesMeansYes(bytes memory answer, uint8 form, bytes28 rest) public {
        if (form % 4 == 1) answer = abi.encodePacked(MAGIC, rest);
        if (form % 4 == 2) answer = abi.encodePacked(MAGIC, bytes27(0)); // 31 bytes
        if (form % 4 == 3) answer = abi.encodePacked(MAGIC, bytes29(0)); // 33 bytes
        if (form % 8 == 5) answer = abi.encode(MAGIC);
        _walletIs(address(new Parrot(answer)));
        (bool ok,) = _send(call(attest_(ROOT)));
        bool yes = keccak256(answer) == keccak256(abi.encode(MAGIC));
        check(ok == yes && (headOf() == 1) == yes, "only exactly yes means yes");
    }

    /// @notice Whatever is sent as a signature, an address without a key and without code never signed it.
    function testFuzz_arbitraryBytesSignNothing(bytes memory signature, address signer) public {
        Attest memory m = attest_(ROOT);
        vm.assume(signer.code.length == 0);
        m.signer = signer;
        (bool ok, bytes memory why) = _send(call(m, signature));
        check(!ok && bytes4(why) == IDelegation.SignatureInvalid.selector, "arbitrary bytes sign nothing");
    }
}
