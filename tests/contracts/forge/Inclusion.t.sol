// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestationRegistry} from "../../../contracts/interfaces/IAttestationRegistry.sol";
import {IInclusionVerifier} from "../../../contracts/interfaces/IInclusionVerifier.sol";
import {Inclusion} from "../../../contracts/libraries/Inclusion.sol";
import {World, check, vm} from "./support/World.sol";

/// @notice Inclusion proofs against a second, naive reading of RFC 9162 section 2.1: trees by definition.
contract InclusionTest is World {
    function _entry(uint256 i) private view returns (bytes memory) {
        return abi.encodePacked(hex"0101", DEGREE, school, keccak256(abi.encode(i)));
    }

    function _leaves(uint256 size) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            leaves[i] = sha256(abi.encodePacked(hex"00", _entry(i)));
        }
    }

    /// @dev The largest power of two smaller than n.
    function _split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (2 * k < n) k *= 2;
    }

    /// @dev MTH(D[from:to]).
    function _root(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return leaves[from];
        uint256 k = from + _split(to - from);
        return sha256(abi.encodePacked(hex"01", _root(leaves, from, k), _root(leaves, k, to)));
    }

    /// @dev PATH(index, D[from:to]), appended to what is there.
    function _path(bytes32[] memory leaves, uint256 index, uint256 from, uint256 to)
        private
        pure
        returns (bytes32[] memory)
    {
        if (to - from == 1) return new bytes32[](0);
        uint256 k = from + _split(to - from);
        return index < k
            ? _append(_path(leaves, index, from, k), _root(leaves, k, to))
            : _append(_path(leaves, index, k, to), _root(leaves, from, k));
    }

    function _append(bytes32[] memory list, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }

    function _cut(bytes32[] memory list) private pure returns (bytes32[] memory shorter) {
        shorter = new bytes32[](list.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) {
            shorter[i] = list[i];
        }
    }

    function _tree(uint256 size, uint256 index) private view returns (bytes32 root, bytes32[] memory path) {
        bytes32[] memory leaves = _leaves(size);
        return (_root(leaves, 0, size), _path(leaves, index, 0, size));
    }

    /// @notice Every leaf of every small tree, and no neighbour's place, longer or shorter path.
    function testFuzz_aLeafIsIncludedAtItsIndexAlone(uint256 size, uint256 index, uint256 other) public view {
        size = _bound(size, 1, 24);
        index = index % size;
        other = other % size;
        (bytes32 root, bytes32[] memory path) = _tree(size, index);
        check(verifier.included(_entry(index), index, size, path, root), "a leaf is included");
        check(other == index || !verifier.included(_entry(index), other, size, path, root), "at its index alone");
        check(!verifier.included(_entry(size), index, size, path, root), "no other leaf");
        check(!verifier.included(_entry(index), index, size, _append(path, root), root), "no hash goes unused");
        if (size > 1) check(!verifier.included(_entry(index), index, size, _cut(path), root), "no hash is missing");
        check(!verifier.included(_entry(index), size, size, path, root), "no index past the size");
        check(!verifier.included(_entry(index), index, 0, path, root), "no empty tree");
    }

    /// @notice What lies above the leaves is never taken for one, as bare bytes or filled up to an entry's length.
    function testFuzz_anInnerNodeNeverPassesAsALeaf(uint256 size, uint256 index, uint80 fill) public view {
        size = _bound(size, 2, 24);
        index = index % size;
        bytes32[] memory leaves = _leaves(size);
        (bytes32 root, bytes32[] memory path) = _tree(size, index);
        bytes memory inner =
            index & 1 == 0 ? abi.encodePacked(leaves[index], path[0]) : abi.encodePacked(path[0], leaves[index]);
        bytes32[] memory rest = new bytes32[](path.length - 1);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = path[i + 1];
        }
        uint256 above = (size + 1) / 2;
        bytes[4] memory disguises = [
            inner,
            abi.encodePacked(inner, bytes10(fill)),
            abi.encodePacked(bytes10(fill), inner),
            abi.encodePacked(hex"01", inner, bytes9(uint72(fill)))
        ];
        for (uint256 i = 0; i < 4; ++i) {
            check(
                !verifier.included(disguises[i], index / 2, above, rest, root), "an inner node never passes as a leaf"
            );
            check(!verifier.included(disguises[i], index, size, path, root), "an inner node never passes as a leaf");
        }
    }

    // ---- with a registry ----

    function test_aLeafIsFoundInTheBatchOfItsIssuer() public {
        (bytes32 root, bytes32[] memory path) = _tree(5, 3);
        _attest(school, root, 5);
        _setStatus(school, root, SUSPEND, 0, 8);
        IInclusionVerifier.Finding memory found = verifier.attested(_records(), _entry(3), 3, path, root);
        check(found.batch.size == 5 && found.suspended && !found.revoked && !found.superseded, "finding");
    }

    function test_theReasonIsGivenWhenItIsNot() public {
        (bytes32 root, bytes32[] memory path) = _tree(5, 3);
        _refuses(abi.encodeWithSelector(IInclusionVerifier.NotAttested.selector, school, root));
        verifier.attested(_records(), _entry(3), 3, path, root);
        _attest(school, root, 5);
        _refuses(abi.encodeWithSelector(Inclusion.EntryLengthWrong.selector, 64));
        verifier.attested(_records(), new bytes(64), 3, path, root);
        _refuses(abi.encodeWithSelector(IInclusionVerifier.EntryUnsupported.selector, 0, 0));
        verifier.attested(_records(), new bytes(74), 3, path, root);
        _refuses(abi.encodeWithSelector(Inclusion.IndexPastSize.selector, 5, 5));
        verifier.attested(_records(), _entry(3), 5, path, root);
        bytes32[] memory longer = _append(path, root);
        _refuses(abi.encodeWithSelector(Inclusion.ProofLengthWrong.selector, path.length + 1, 3, 5));
        verifier.attested(_records(), _entry(3), 3, longer, root);
        bytes memory other = _entry(4);
        vm.prank(STRANGER);
        (bool ok, bytes memory why) =
            address(verifier).call(abi.encodeCall(verifier.attested, (_records(), other, 3, path, root)));
        check(!ok && bytes4(why) == Inclusion.RootMismatch.selector, "another leaf leads to another root");
        bytes memory paper = abi.encodePacked(hex"0101", PAPER, school, bytes32(0));
        _refuses(abi.encodeWithSelector(IInclusionVerifier.KindDiffers.selector, PAPER, DEGREE));
        verifier.attested(_records(), paper, 3, path, root);
    }

    function test_theBatchsAlgorithmIsTheEntrys() public {
        (bytes32 root, bytes32[] memory path) = _tree(5, 3);
        vm.prank(keyOf(school));
        records.attest(school, DEGREE, root, 5, 2);
        _refuses(abi.encodeWithSelector(IInclusionVerifier.AlgorithmDiffers.selector, 1, 2));
        verifier.attested(_records(), _entry(3), 3, path, root);
    }

    function _records() private view returns (IAttestationRegistry) {
        return records;
    }
}
