// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Whether an accreditation counts now, and if not, why.
enum Standing {
    /// Counts.
    Live,
    /// Was never granted.
    NotGranted,
    /// Begins later.
    NotStarted,
    /// Ended by itself.
    Expired,
    /// Was revoked.
    Revoked,
    /// Is granted without the flag that is needed here.
    Unflagged,
    /// Is suspended; nothing harder stands against it.
    Suspended
}
