// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What happened: the first byte of every history entry. A code is never reused for another meaning.
type Op is uint8;

/// @notice The codes. Below 16: attestation registry. From 16: issuer registry.
library Ops {
    Op internal constant ATTESTED = Op.wrap(1);
    Op internal constant REVOKED = Op.wrap(2);
    Op internal constant SUSPENDED = Op.wrap(3);
    Op internal constant RESUMED = Op.wrap(4);
    Op internal constant SUPERSEDED = Op.wrap(5);

    Op internal constant NODE_REGISTERED = Op.wrap(16);
    Op internal constant ACCREDITATION_GRANTED = Op.wrap(17);
    Op internal constant ACCREDITATION_SUSPENDED = Op.wrap(18);
    Op internal constant ACCREDITATION_LIFTED = Op.wrap(19);
    Op internal constant ACCREDITATION_REVOKED = Op.wrap(20);
    Op internal constant KEY_ADDED = Op.wrap(21);
    Op internal constant KEY_RETIRED = Op.wrap(22);
    Op internal constant KEY_REPORTED_COMPROMISED = Op.wrap(23);
    Op internal constant PROFILE_SET = Op.wrap(24);
    Op internal constant CONTROLLER_OFFERED = Op.wrap(25);
    Op internal constant CONTROLLER_ACCEPTED = Op.wrap(26);
    Op internal constant CONTROLLER_RECOVERED = Op.wrap(27);
    Op internal constant AUTHORITY_OFFERED = Op.wrap(28);
    Op internal constant AUTHORITY_ACCEPTED = Op.wrap(29);
}
