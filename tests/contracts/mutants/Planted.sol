// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

interface Environment {
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
}

/// @notice Whether bug number n is planted in this run. All bugs are compiled in at once, each behind this question.
/// @dev Pure in name only, so that it fits anywhere.
function planted(uint256 n) pure returns (bool) {
    function (uint256) pure returns (bool) ask;
    function (uint256) view returns (bool) real = _planted;
    assembly {
        ask := real
    }
    return ask(n);
}

function _planted(uint256 n) view returns (bool) {
    address environment = address(uint160(uint256(keccak256("hevm cheat code"))));
    return Environment(environment).envOr("CHOPMARK_PLANTED", 0) == n;
}
