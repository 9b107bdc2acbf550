// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Grant, GrantRecord} from "../types/Grant.sol";
import {Head} from "../types/Head.sol";
import {Key, KeyRecord} from "../types/Key.sol";
import {NodeId} from "../types/NodeId.sol";
import {NodeRecord} from "../types/Node.sol";
import {Standing} from "../types/Standing.sol";
import {IIssuerErrors} from "./IIssuerErrors.sol";
import {IIssuerEvents} from "./IIssuerEvents.sol";

/// @title Who may attest what
/// @notice A root authority accredits accreditors, these accredit others and issuers, each for one kind at a time.
/// What a node may do is in its grants; who may do it for the node is in its keys.
///
/// Most functions take the `actor`: the node as which the caller acts. The caller acts as the root authority's node
/// (serial 0) when it is the authority, and as another node when it is that node's controller or, where said so, a
/// live key of it with the role ACCREDIT. A key counts for its own node only.
interface IIssuerRegistry is IIssuerErrors, IIssuerEvents {
    // ---- accreditation ----

    /// @notice Registers a node, which may do nothing until something is granted to it.
    /// @param actor The root authority, or a live accreditor for `kind`. It becomes the node's registrar.
    /// @param kind Shows the actor's standing; ignored for the root authority.
    /// @param controller The node's cold key.
    /// @param profileDigest Digest of the node's profile document.
    /// @param url Address of the node's site, at most 200 bytes.
    /// @return subject The new node's id.
    function register(NodeId actor, bytes8 kind, address controller, bytes32 profileDigest, string calldata url)
        external
        returns (NodeId subject);

    /// @notice Accredits a node for a kind, or changes its accreditation.
    /// @dev The actor becomes the parent. Two cases are narrower.
    /// What has not ended by itself is changed only from above: by its parent, an ancestor, or the root authority;
    /// and what is suspended or revoked only from the rank that did so, or higher. A revocation ends with the new
    /// grant, a suspension stays until it is lifted.
    /// A node that ever was an accreditor keeps its depth: somebody higher than its parent acts in the parent's
    /// place, and nobody at another depth can take it over.
    /// @param actor A live accreditor for the kind, or the root authority.
    /// @param subject Who is accredited.
    /// @param kind For what.
    /// @param from First second; not in the past; 0 = now.
    /// @param until First second after the end; 0 = open.
    /// @param flags Sum of ATTEST 1 and ACCREDIT 2.
    function grant(NodeId actor, NodeId subject, bytes8 kind, uint40 from, uint40 until, uint8 flags) external;

    /// @notice Suspends an accreditation, and with it everything below; or raises a suspension to the actor's rank.
    /// @param actor Somebody above the node in this kind, even if itself suspended.
    /// @param subject Who is suspended.
    /// @param kind For what.
    /// @param reason Coded reason.
    function suspend(NodeId actor, NodeId subject, bytes8 kind, uint8 reason) external;

    /// @notice Lifts a suspension.
    /// @param actor Somebody above the node in this kind, live, of the suspender's rank or higher.
    /// @param subject Who is suspended.
    /// @param kind For what.
    /// @param reason Coded reason.
    function lift(NodeId actor, NodeId subject, bytes8 kind, uint8 reason) external;

    /// @notice Revokes an accreditation, and with it everything below; or raises a revocation to the actor's rank.
    /// @param actor Somebody above the node in this kind, even if itself suspended.
    /// @param subject Whose accreditation ends.
    /// @param kind For what.
    /// @param reason Coded reason.
    function revoke(NodeId actor, NodeId subject, bytes8 kind, uint8 reason) external;

    // ---- keys ----

    /// @notice Gives a node a key.
    /// @param actor The node itself (its controller calls) or the root authority; never an accreditor: a key serves
    /// every kind of its node, so an accreditor for one kind would gain the others.
    /// @param subject Whose key it becomes.
    /// @param account An address that never was a key of this node.
    /// @param roles Sum of ATTEST 1, STATUS 2, DELEGATE 4, ACCREDIT 8.
    function addKey(NodeId actor, NodeId subject, address account, uint8 roles) external;

    /// @notice Retires a key for good.
    /// @param actor The node itself (its controller calls), the root authority, or a guardian: a live ancestor in
    /// `kind` that registered the node, or stands above the one which did.
    /// @param kind Shows a guardian's standing; ignored otherwise.
    /// @param subject Whose key it is.
    /// @param account Which.
    function retireKey(NodeId actor, bytes8 kind, NodeId subject, address account) external;

    /// @notice Reports that from some time on somebody else may have held a key. What it did since then does not count.
    /// @param actor As for {retireKey}.
    /// @param kind As for {retireKey}.
    /// @param subject Whose key it is.
    /// @param account Which; it may be retired already.
    /// @param since From when on: not before the key's first second, not in the future, and earlier than
    /// reported before.
    /// @param reason Coded reason.
    function reportCompromise(NodeId actor, bytes8 kind, NodeId subject, address account, uint40 since, uint8 reason)
        external;

    // ---- stewardship ----

    /// @notice Replaces a node's profile digest and site. Only its controller.
    /// @param subject Whose profile.
    /// @param profileDigest Digest of the profile document.
    /// @param url Address of the node's site, at most 200 bytes.
    function setProfile(NodeId subject, bytes32 profileDigest, string calldata url) external;

    /// @notice Offers a node to another controller. Only its controller.
    /// @param subject The node.
    /// @param controller To whom; zero withdraws the offer.
    function offerController(NodeId subject, address controller) external;

    /// @notice Takes an offered node. Only the offered controller.
    /// @param subject The node.
    function acceptController(NodeId subject) external;

    /// @notice Gives a node another controller. Only the root authority: for a lost or stolen cold key.
    /// @param subject The node.
    /// @param controller The new one.
    function recoverController(NodeId subject, address controller) external;

    /// @notice Offers the root authority's office to another. Only the authority.
    /// @param candidate To whom; zero withdraws the offer.
    function offerAuthority(address candidate) external;

    /// @notice Takes the offered office. Only the offered authority.
    function acceptAuthority() external;

    // ---- judgement ----

    /// @notice Reverts unless the key may use its role for the issuer and the kind now: key live, and every
    /// accreditation from the issuer up to the root authority live.
    /// @param issuer The node.
    /// @param kind The kind to be attested.
    /// @param account The key.
    /// @param role The role, or several which it must all have.
    /// @return index The key's index.
    function admit(NodeId issuer, bytes8 kind, address account, uint8 role) external view returns (uint16 index);

    /// @notice Reverts unless the key has the role and is live now. Accreditation is not looked at: this is for
    /// acts that lower trust, which must stay possible.
    /// @param issuer The node.
    /// @param account The key.
    /// @param role The role, or several which it must all have.
    /// @return index The key's index.
    function keyIndex(NodeId issuer, address account, uint8 role) external view returns (uint16 index);

    /// @notice How a node stands in a kind now, every accreditation above it included.
    /// @param subject The node.
    /// @param kind The kind.
    /// @return result Live, or the reason why not.
    /// @return failing The node whose accreditation fails; zero when live.
    function standing(NodeId subject, bytes8 kind) external view returns (Standing result, NodeId failing);

    /// @notice Whether a node is accredited for a kind now, every accreditation above it included.
    /// @param subject The node.
    /// @param kind The kind.
    function isLive(NodeId subject, bytes8 kind) external view returns (bool);

    // ---- records ----

    /// @notice Holder of the root authority's office.
    function authority() external view returns (address);

    /// @notice To whom the office is offered; zero = nobody.
    function pendingAuthority() external view returns (address);

    /// @notice Names this registry on this chain; every node's id begins with its first 24 bytes.
    function registryId() external view returns (bytes32);

    /// @notice How many nodes were registered; also the newest one's serial.
    function nodeCount() external view returns (uint64);

    /// @notice The id that belongs to a serial; 0 is the root authority's node.
    /// @param serial The serial.
    function nodeId(uint64 serial) external view returns (NodeId);

    /// @notice A node's controller and counts; all zero for an unknown node.
    /// @param id The node.
    function node(NodeId id) external view returns (NodeRecord memory);

    /// @notice A key's record; all zero for an unknown key.
    /// @param id The node.
    /// @param account The key.
    function key(NodeId id, address account) external view returns (KeyRecord memory);

    /// @notice A key's record as stored.
    /// @param id The node.
    /// @param account The key.
    function keyWord(NodeId id, address account) external view returns (Key);

    /// @notice A node's own accreditation for a kind, the ones above it aside; all zero if there never was one.
    /// @param id The node.
    /// @param kind The kind.
    function grantOf(NodeId id, bytes8 kind) external view returns (GrantRecord memory);

    /// @notice A node's own accreditation as stored.
    /// @param id The node.
    /// @param kind The kind.
    function grantWord(NodeId id, bytes8 kind) external view returns (Grant);

    /// @notice The head of a node's history in this registry; zero for an unknown node.
    /// @param id The node.
    function head(NodeId id) external view returns (Head);

    /// @notice Digest of a node's profile document.
    /// @param id The node.
    function profile(NodeId id) external view returns (bytes32);

    /// @notice Address of a node's site.
    /// @param id The node.
    function site(NodeId id) external view returns (string memory);
}
