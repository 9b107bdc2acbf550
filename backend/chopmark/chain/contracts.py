"""Every operation of the two registries, and of the delegation before them, as a ``Call``. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Sequence

from chopmark.chain.abi import Value, encode
from chopmark.chain.artifacts import ATTESTATION_REGISTRY, DELEGATION, ISSUER_REGISTRY, artifact
from chopmark.core.transaction import Call

MULTICALL = "multicall"


def call_data(contract: str, function: str, *arguments: Value) -> bytes:
    """Selector and arguments of one function."""
    entry = artifact(contract).functions[function]
    return entry.key + encode(entry.inputs, arguments)


def kind_code(kind: str) -> bytes:
    """A kind's code as its eight bytes (FORMAT §5)."""
    return kind.encode("ascii").ljust(8, b"\0")


def together(calls: Sequence[Call]) -> Call:
    """Several calls to one contract as one: all of them happen, in order, or none.

    Raises ``ValueError`` if there are none, or if they go to different contracts.
    """
    targets = {call.to for call in calls}
    if len(targets) != 1 or None in targets:
        raise ValueError("calls of one contract belong together, and no others")
    if len(calls) == 1:
        return calls[0]
    purposes = list(dict.fromkeys(call.purpose for call in calls))
    data = call_data(ISSUER_REGISTRY, MULTICALL, [call.data for call in calls])
    return Call(calls[0].to, data, f"{'+'.join(purposes)} x{len(calls)}")


class Calls:
    """The operations of one pair of registries, addressed to them.

    Node ids and roots are 32 bytes, addresses 20, kinds their code (``"degree"``), times unix seconds, reasons and
    flags the codes of ``core.reasons`` and ``core.words``. Whether an operation is allowed, the contracts say: see
    ``Node.simulate``.
    """

    def __init__(self, issuer_registry: bytes, attestation_registry: bytes) -> None:
        self._issuers = issuer_registry
        self._attestations = attestation_registry

    # -- attestations

    def attest(self, issuer: bytes, kind: str, root: bytes, size: int, algorithm: int = 1) -> Call:
        """Commits a batch. The sender is a live ATTEST key of the issuer."""
        return self._attestation("attest", issuer, kind_code(kind), root, size, algorithm)

    def attest_for(self, signer: bytes, issuer: bytes, kind: str, root: bytes, size: int, algorithm: int = 1) -> Call:
        """As ``attest``, for a signer; the sender is a DELEGATE key."""
        return self._attestation("attestFor", signer, issuer, kind_code(kind), root, size, algorithm)

    def set_status(self, issuer: bytes, root: bytes, op: int, reason: int, changes: Sequence[tuple[int, int]]) -> Call:
        """Revokes (op 2), suspends (3) or resumes (4) leaves: (word, mask) pairs, words ascending."""
        return self._attestation("setStatus", issuer, root, int(op), int(reason), list(changes))

    def set_status_for(
        self, signer: bytes, issuer: bytes, root: bytes, op: int, reason: int, changes: Sequence[tuple[int, int]]
    ) -> Call:
        """As ``set_status``, for a signer; the sender is a DELEGATE key."""
        return self._attestation("setStatusFor", signer, issuer, root, int(op), int(reason), list(changes))

    def supersede(
        self, issuer: bytes, old_root: bytes, old_index: int, new_root: bytes, new_index: int, reason: int
    ) -> Call:
        """Revokes a leaf in favour of another of the same issuer and kind."""
        return self._attestation("supersede", issuer, old_root, old_index, new_root, new_index, int(reason))

    def supersede_for(
        self,
        signer: bytes,
        issuer: bytes,
        old_root: bytes,
        old_index: int,
        new_root: bytes,
        new_index: int,
        reason: int,
    ) -> Call:
        """As ``supersede``, for a signer; the sender is a DELEGATE key."""
        return self._attestation("supersedeFor", signer, issuer, old_root, old_index, new_root, new_index, int(reason))

    # -- accreditation

    def register(self, actor: bytes, kind: str, controller: bytes, profile: bytes, site: str) -> Call:
        """Makes a node. ``kind`` shows an accreditor's standing; the root authority may leave it empty."""
        return self._issuer("register", actor, kind_code(kind), controller, profile, site)

    def grant(self, actor: bytes, node: bytes, kind: str, start: int, until: int, flags: int) -> Call:
        """Accredits a node for a kind. ``start`` 0: now; ``until`` 0: open."""
        return self._issuer("grant", actor, node, kind_code(kind), start, until, int(flags))

    def suspend(self, actor: bytes, node: bytes, kind: str, reason: int) -> Call:
        """Suspends an accreditation and all below it."""
        return self._issuer("suspend", actor, node, kind_code(kind), int(reason))

    def lift(self, actor: bytes, node: bytes, kind: str, reason: int) -> Call:
        """Lifts a suspension."""
        return self._issuer("lift", actor, node, kind_code(kind), int(reason))

    def revoke(self, actor: bytes, node: bytes, kind: str, reason: int) -> Call:
        """Revokes an accreditation and all below it."""
        return self._issuer("revoke", actor, node, kind_code(kind), int(reason))

    # -- keys and stewardship

    def add_key(self, actor: bytes, node: bytes, key: bytes, roles: int) -> Call:
        """Gives a node a key. ``actor``: the node itself or the root authority."""
        return self._issuer("addKey", actor, node, key, int(roles))

    def retire_key(self, actor: bytes, kind: str, node: bytes, key: bytes) -> Call:
        """Retires a key. ``kind`` shows a guardian's standing; otherwise it may be empty."""
        return self._issuer("retireKey", actor, kind_code(kind), node, key)

    def report_compromise(self, actor: bytes, kind: str, node: bytes, key: bytes, since: int, reason: int) -> Call:
        """Reports that a key was not its holder's alone from ``since`` on."""
        return self._issuer("reportCompromise", actor, kind_code(kind), node, key, since, int(reason))

    def set_profile(self, node: bytes, profile: bytes, site: str) -> Call:
        """Replaces a node's profile digest and site."""
        return self._issuer("setProfile", node, profile, site)

    def offer_controller(self, node: bytes, controller: bytes) -> Call:
        """Offers a node to another controller; the zero address withdraws the offer."""
        return self._issuer("offerController", node, controller)

    def accept_controller(self, node: bytes) -> Call:
        """Takes an offered node."""
        return self._issuer("acceptController", node)

    def recover_controller(self, node: bytes, controller: bytes) -> Call:
        """Gives a node another controller; the root authority's alone."""
        return self._issuer("recoverController", node, controller)

    def offer_authority(self, authority: bytes) -> Call:
        """Offers the root authority's office; the zero address withdraws the offer."""
        return self._issuer("offerAuthority", authority)

    def accept_authority(self) -> Call:
        """Takes the offered office."""
        return self._issuer("acceptAuthority")

    def _issuer(self, function: str, *arguments: Value) -> Call:
        return Call(self._issuers, call_data(ISSUER_REGISTRY, function, *arguments), function)

    def _attestation(self, function: str, *arguments: Value) -> Call:
        return Call(self._attestations, call_data(ATTESTATION_REGISTRY, function, *arguments), function)


class DelegatedCalls:
    """What keys signed, addressed to a delegation contract. Anybody may send it and pays.

    Arguments are the signed message's members in the message's order (FORMAT §15), then the signature: 65 bytes of a
    key, or whatever the signer's contract accepts. ``deadline``: unix seconds. Several go into one transaction with
    ``together``: a correction is ``attest`` and ``supersede``, both or neither.
    """

    def __init__(self, delegation: bytes) -> None:
        self._delegation = delegation

    def attest(
        self,
        issuer: bytes,
        signer: bytes,
        kind: str,
        root: bytes,
        size: int,
        algorithm: int,
        deadline: int,
        signature: bytes,
    ) -> Call:
        """Commits a batch for a live ATTEST key of the issuer."""
        return self._call("attest", issuer, signer, kind_code(kind), root, size, algorithm, deadline, signature)

    def set_status(
        self,
        issuer: bytes,
        signer: bytes,
        root: bytes,
        op: int,
        reason: int,
        changes: Sequence[tuple[int, int]],
        nonce: bytes,
        deadline: int,
        signature: bytes,
    ) -> Call:
        """Revokes (op 2), suspends (3) or resumes (4) leaves for a live STATUS key. ``nonce``: 32 bytes."""
        codes = (int(op), int(reason))
        return self._call("setStatus", issuer, signer, root, *codes, list(changes), nonce, deadline, signature)

    def supersede(
        self,
        issuer: bytes,
        signer: bytes,
        old_root: bytes,
        old_index: int,
        new_root: bytes,
        new_index: int,
        reason: int,
        deadline: int,
        signature: bytes,
    ) -> Call:
        """Revokes a leaf in favour of another for a live STATUS key."""
        leaves = (old_root, old_index, new_root, new_index)
        return self._call("supersede", issuer, signer, *leaves, int(reason), deadline, signature)

    def _call(self, function: str, *arguments: Value) -> Call:
        return Call(self._delegation, call_data(DELEGATION, function, *arguments), f"delegated {function}")
