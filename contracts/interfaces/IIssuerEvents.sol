// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Grant} from "../types/Grant.sol";
import {Key} from "../types/Key.sol";
import {NodeId} from "../types/NodeId.sol";

/// @title What an issuer registry logs
/// @notice Every event is one entry of its node's history, folded into the node's head. With its block's number and
/// time it tells every folded byte: `seq` is the entry's number in the node's history, from 1; `party` the serial of
/// the node that acted (0 = the root authority); `keyIndex` the key of that node which was used (0 = its controller,
/// or the authority). Words are as stored after the change.
interface IIssuerEvents {
    /// @notice A node came to be. X = controller, D = keccak256(abi.encode(profileDigest, site)).
    event NodeRegistered(
        NodeId indexed node,
        address indexed controller,
        uint64 party,
        uint16 keyIndex,
        uint32 seq,
        bytes32 profileDigest,
        string site
    );

    /// @notice A node was accredited for a kind, or its accreditation changed. X = kind, D = the grant.
    event AccreditationGranted(
        NodeId indexed node, bytes8 indexed kind, uint64 party, uint16 keyIndex, uint32 seq, Grant grant
    );
    /// @notice An accreditation was suspended, or its suspension raised to a higher rank. X = kind, D = the grant.
    event AccreditationSuspended(
        NodeId indexed node, bytes8 indexed kind, uint64 party, uint16 keyIndex, uint32 seq, uint8 reason, Grant grant
    );
    /// @notice A suspension was lifted. X = kind, D = the grant.
    event AccreditationLifted(
        NodeId indexed node, bytes8 indexed kind, uint64 party, uint16 keyIndex, uint32 seq, uint8 reason, Grant grant
    );
    /// @notice An accreditation was revoked, or its revocation raised to a higher rank. X = kind, D = the grant.
    event AccreditationRevoked(
        NodeId indexed node, bytes8 indexed kind, uint64 party, uint16 keyIndex, uint32 seq, uint8 reason, Grant grant
    );

    /// @notice A node got a key. X = the address, D = the key word.
    event KeyAdded(NodeId indexed node, address indexed key, uint64 party, uint16 keyIndex, uint32 seq, Key word);
    /// @notice A key was retired. X = the address, D = the key word.
    event KeyRetired(NodeId indexed node, address indexed key, uint64 party, uint16 keyIndex, uint32 seq, Key word);
    /// @notice A key was reported compromised, or earlier compromised than thought. X = the address, D = the key word.
    event KeyReportedCompromised(
        NodeId indexed node, address indexed key, uint64 party, uint16 keyIndex, uint32 seq, uint8 reason, Key word
    );

    /// @notice A node's profile and site changed. X = profileDigest, D = keccak256(bytes(site)).
    event ProfileSet(
        NodeId indexed node, uint64 party, uint16 keyIndex, uint32 seq, bytes32 profileDigest, string site
    );
    /// @notice A controller offered its node to another; zero withdraws the offer. X = the offered, D = 0.
    event ControllerOffered(NodeId indexed node, address indexed controller, uint64 party, uint16 keyIndex, uint32 seq);
    /// @notice The offered controller took the node. X = the new controller, D = 0.
    event ControllerAccepted(
        NodeId indexed node, address indexed controller, uint64 party, uint16 keyIndex, uint32 seq
    );
    /// @notice The root authority gave a node another controller. X = the new controller, D = 0.
    event ControllerRecovered(
        NodeId indexed node, address indexed controller, uint64 party, uint16 keyIndex, uint32 seq
    );
    /// @notice The root authority offered its office to another; zero withdraws the offer. X = the offered, D = 0.
    event AuthorityOffered(NodeId indexed node, address indexed authority, uint64 party, uint16 keyIndex, uint32 seq);
    /// @notice The office has a new holder, or its first. X = the new authority, D = 0.
    event AuthorityAccepted(NodeId indexed node, address indexed authority, uint64 party, uint16 keyIndex, uint32 seq);
}
