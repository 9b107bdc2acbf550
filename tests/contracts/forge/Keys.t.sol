// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIssuerErrors} from "../../../contracts/interfaces/IIssuerErrors.sol";
import {Key, KeyRecord} from "../../../contracts/types/Key.sol";
import {NodeId} from "../../../contracts/types/NodeId.sol";
import {World, check, vm} from "./support/World.sol";

/// @notice Which addresses serve a node, and who may say so.
contract KeysTest is World {
    address private constant NEW = address(0x77);

    function _admits(bytes memory why, uint8 role) private {
        _refuses(why);
        issuers.admit(school, DEGREE, keyOf(school), role);
    }

    function test_aKeyGetsTheNextIndexAndItsRoles() public {
        _addKey(school, NEW, KEY_DELEGATE);
        KeyRecord memory key = issuers.key(school, NEW);
        check(key.index == 2 && key.roles == KEY_DELEGATE && key.since == START, "key");
        check(Key.unwrap(issuers.keyWord(school, NEW)) >> 240 == 2, "word");
        check(issuers.node(school).keyCount == 2, "count");
        vm.prank(MINISTER);
        issuers.addKey(ministry, school, address(0x78), KEY_STATUS);
        check(issuers.key(school, address(0x78)).index == 3, "the authority may add one too");
    }

    function test_addingRefusesWhatItCannotMean() public {
        address hand = handOf(school);
        _refuses(hand, abi.encodeWithSelector(IIssuerErrors.AddressZero.selector));
        issuers.addKey(school, school, address(0), KEY_ATTEST);
        _refuses(hand, abi.encodeWithSelector(IIssuerErrors.RolesInvalid.selector, 0));
        issuers.addKey(school, school, NEW, 0);
        _refuses(hand, abi.encodeWithSelector(IIssuerErrors.RolesInvalid.selector, 16));
        issuers.addKey(school, school, NEW, 16);
        _refuses(hand, abi.encodeWithSelector(IIssuerErrors.KeyKnown.selector, school, keyOf(school)));
        issuers.addKey(school, school, keyOf(school), KEY_ATTEST);
        _refuses(MINISTER, abi.encodeWithSelector(IIssuerErrors.NodeUnknown.selector, ministry));
        issuers.addKey(ministry, ministry, NEW, KEY_ATTEST);
        _refuses(
            keyOf(district), abi.encodeWithSelector(IIssuerErrors.NotController.selector, district, keyOf(district))
        );
        issuers.addKey(district, district, NEW, KEY_ATTEST);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.NotKeyManager.selector, school, district));
        issuers.addKey(district, school, NEW, KEY_ATTEST);
    }

    function test_aNodeHasAtMost65535Keys() public {
        // Sets the count in the node's word; counting up would take the test hours.
        bytes32 slot = keccak256(abi.encode(school, uint256(3)));
        uint256 word = uint256(vm.load(address(issuers), slot));
        vm.store(address(issuers), slot, bytes32((word & ~(uint256(0xffff) << 80)) | (uint256(0xffff) << 80)));
        _refuses(handOf(school), abi.encodeWithSelector(IIssuerErrors.TooManyKeys.selector, school));
        issuers.addKey(school, school, NEW, KEY_ATTEST);
    }

    function test_aKeyMustBeKnownLiveAndOfTheRole() public {
        _refuses(abi.encodeWithSelector(IIssuerErrors.KeyUnknown.selector, school, NEW));
        issuers.keyIndex(school, NEW, KEY_ATTEST);
        _refuses(abi.encodeWithSelector(IIssuerErrors.KeyUnknown.selector, college, keyOf(school)));
        issuers.admit(college, DEGREE, keyOf(school), KEY_ATTEST);
        _admits(
            abi.encodeWithSelector(IIssuerErrors.RoleMissing.selector, school, keyOf(school), KEY_DELEGATE),
            KEY_DELEGATE
        );
        vm.prank(handOf(school));
        issuers.reportCompromise(school, 0, school, keyOf(school), START, 1);
        _admits(
            abi.encodeWithSelector(IIssuerErrors.KeyIsCompromised.selector, school, keyOf(school), START), KEY_ATTEST
        );
        vm.prank(handOf(school));
        issuers.retireKey(school, 0, school, keyOf(school));
        _admits(abi.encodeWithSelector(IIssuerErrors.KeyIsRetired.selector, school, keyOf(school), START), KEY_ATTEST);
    }

    function test_aKeyIsRetiredOnceAndNeverComesBack() public {
        _refuses(handOf(school), abi.encodeWithSelector(IIssuerErrors.KeyUnknown.selector, school, NEW));
        issuers.retireKey(school, 0, school, NEW);
        vm.prank(MINISTER);
        issuers.retireKey(ministry, 0, school, keyOf(school));
        bytes memory why = abi.encodeWithSelector(IIssuerErrors.KeyIsRetired.selector, school, keyOf(school), START);
        _refuses(handOf(school), why);
        issuers.retireKey(school, 0, school, keyOf(school));
        _refuses(handOf(school), abi.encodeWithSelector(IIssuerErrors.KeyKnown.selector, school, keyOf(school)));
        issuers.addKey(school, school, keyOf(school), KEY_ATTEST);
    }

    function test_anAccreditorActsWithItsKeyButOnlyWithThatRole() public {
        vm.prank(keyOf(district));
        issuers.suspend(district, school, DEGREE, 1);
        _refuses(keyOf(school), abi.encodeWithSelector(IIssuerErrors.KeyUnknown.selector, district, keyOf(school)));
        issuers.lift(district, school, DEGREE, 1);
        vm.prank(handOf(district));
        issuers.retireKey(district, 0, district, keyOf(district));
        _refuses(
            keyOf(district),
            abi.encodeWithSelector(IIssuerErrors.KeyIsRetired.selector, district, keyOf(district), START)
        );
        issuers.lift(district, school, DEGREE, 1);
    }

    // ---- guardians ----

    function test_guardiansRetireAndReport() public {
        vm.prank(keyOf(district));
        issuers.retireKey(district, DEGREE, school, keyOf(school));
        vm.prank(handOf(bureau));
        issuers.reportCompromise(bureau, DEGREE, school, keyOf(school), START, 1);
        check(issuers.key(school, keyOf(school)).compromisedSince == START, "reported by one above the registrar");
    }

    function test_accreditingAStrangerUnaskedGivesNoHoldOnItsKeys() public {
        _grant(press, school, PAPER, ATTEST);
        _refuses(handOf(press), abi.encodeWithSelector(IIssuerErrors.NotGuardian.selector, press, school, PAPER));
        issuers.reportCompromise(press, PAPER, school, keyOf(school), START, 1);
        _refuses(handOf(press), abi.encodeWithSelector(IIssuerErrors.NotGuardian.selector, press, school, PAPER));
        issuers.retireKey(press, PAPER, school, keyOf(school));
    }

    function test_aGuardianMustStandAboveAndBeLive() public {
        _refuses(handOf(press), abi.encodeWithSelector(IIssuerErrors.NotAncestor.selector, press, school, PAPER));
        issuers.retireKey(press, PAPER, school, keyOf(school));
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.NotAncestor.selector, district, bureau, DEGREE));
        issuers.retireKey(district, DEGREE, bureau, keyOf(bureau));
        NodeId nobody = issuers.nodeId(99);
        _refuses(handOf(district), abi.encodeWithSelector(IIssuerErrors.NodeUnknown.selector, nobody));
        issuers.retireKey(district, DEGREE, nobody, NEW);
        _suspend(bureau, district);
        _refuses(
            handOf(district), abi.encodeWithSelector(IIssuerErrors.GrantSuspended.selector, district, DEGREE, START)
        );
        issuers.retireKey(district, DEGREE, school, keyOf(school));
    }

    // ---- properties ----

    /// @notice Any sequence of reports: the time only ever falls, and stays within the key's life.
    function testFuzz_compromisedSinceOnlyFalls(uint40[4] memory sinces, uint16[4] memory waits) public {
        uint40 known;
        for (uint256 i = 0; i < 4; ++i) {
            vm.warp(block.timestamp + waits[i]);
            uint40 since = uint40(_bound(sinces[i], START - 100, START + 40_000));
            bytes memory call =
                abi.encodeCall(issuers.reportCompromise, (school, bytes8(0), school, keyOf(school), since, 1));
            bool ok = _succeeds(handOf(school), address(issuers), call);
            bool fits = since >= START && since <= block.timestamp && (known == 0 || since < known);
            check(ok == fits, "a compromise is only ever reported to have begun earlier");
            KeyRecord memory key = issuers.key(school, keyOf(school));
            if (ok) {
                known = since;
                check(key.reported == block.timestamp, "reported");
            }
            check(key.compromisedSince == known, "a compromise is only ever reported to have begun earlier");
        }
    }
}
