"""What authorities, accreditors and controllers tell the issuer registry: who may attest what, and with which keys.

A ``Desk`` finds out as which node somebody acts, checks what can be checked here, and answers with the calls to send. It sends nothing
itself: calls go through the same durable queue as attestations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chopmark.core.directory import Directory, NodeState
from chopmark.core.ledger import NodeRow
from chopmark.core.profile import Profile
from chopmark.core.reference import issuer_id, serial
from chopmark.core.transaction import Call
from chopmark.core.words import GrantFlag, GrantRecord, Role
from chopmark.errors import InputError, KeystoreError, UnknownThing
from chopmark.kinds import find_kind
from chopmark.services.issuers import registered
from chopmark.wording import Wording

ROLES: Final = {"attest": Role.ATTEST, "status": Role.STATUS, "delegate": Role.DELEGATE, "accredit": Role.ACCREDIT}
_ANY: Final = ""
"""Where the contract takes a kind and does not look at it, because the authority or the controller acts."""


# ruff: noqa: D102  (the contract's NatSpec says what its functions do)
class RegistryCalls(Protocol):
    """The issuer registry's functions, as calls ready to be sent.

    Nodes are 32 bytes, kinds codes, addresses 20 bytes, times unix seconds.
    """

    def register(self, actor: bytes, kind: str, controller: bytes, profile: bytes, site: str) -> Call: ...
    def grant(self, actor: bytes, node: bytes, kind: str, start: int, until: int, flags: int) -> Call: ...
    def suspend(self, actor: bytes, node: bytes, kind: str, reason: int) -> Call: ...
    def lift(self, actor: bytes, node: bytes, kind: str, reason: int) -> Call: ...
    def revoke(self, actor: bytes, node: bytes, kind: str, reason: int) -> Call: ...
    def add_key(self, actor: bytes, node: bytes, key: bytes, roles: int) -> Call: ...
    def retire_key(self, actor: bytes, kind: str, node: bytes, key: bytes) -> Call: ...
    def report_compromise(self, actor: bytes, kind: str, node: bytes, key: bytes, since: int, reason: int) -> Call: ...
    def set_profile(self, node: bytes, profile: bytes, site: str) -> Call: ...
    def offer_controller(self, node: bytes, controller: bytes) -> Call: ...
    def accept_controller(self, node: bytes) -> Call: ...
    def recover_controller(self, node: bytes, controller: bytes) -> Call: ...
    def offer_authority(self, authority: bytes) -> Call: ...
    def accept_authority(self) -> Call: ...


@dataclass(frozen=True, slots=True)
class Errand:
    """Calls to be sent, in order, by one key of the keystore (``sender``: its name)."""

    sender: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The counter where accreditations are handled.

    ``prefix``: the registry's id, with whose first 24 bytes every node id begins. ``address_of``: the address of a key's
    name in the keystore.
    """

    calls: RegistryCalls
    directory: Directory
    prefix: bytes
    nodes: Sequence[NodeRow]
    address_of: Callable[[str], bytes]

    def register(self, profile: Profile, by: str, kinds: Sequence[str]) -> Errand:
        """Give a new institution its place in the registry, acting with the key ``by``."""
        kind = find_kind(kinds[0]).code
        actor = self._actor(by, kinds)
        return Errand(by, (self.calls.register(actor, kind, profile.controller, profile.digest, profile.site),))

    def registered(self, profile: Profile) -> NodeState | None:
        """The node that carries this profile and controller; of several the oldest."""
        return registered(self.directory, profile)

    def grant(self, node: bytes, by: str, kinds: Sequence[str], until: int, *, accreditor: bool) -> Errand:
        """Accredit a node for kinds, from now until ``until`` (unix seconds; 0: without end).

        A kind for which it holds just this already is left out, so that a rerun says nothing twice.
        """
        flags = GrantFlag.ACCREDIT if accreditor else GrantFlag.ATTEST
        held = self.directory.nodes[node].grants
        codes = [find_kind(kind).code for kind in dict.fromkeys(kinds)]
        actor = self._actor(by, kinds)
        wanted = [code for code in codes if not _holds(held.get(code), serial(actor), flags, until)]
        return Errand(by, tuple(self.calls.grant(actor, node, code, 0, until, int(flags)) for code in wanted))

    def restrain(self, verb: str, alias: str | bytes, by: str, kinds: Sequence[str], reason: int) -> Errand:
        """``verb``: suspend, lift or revoke a node's accreditation for kinds. ``alias``: as ``node_of`` reads it, or the node's id."""
        node = alias if isinstance(alias, bytes) else self.node_of(alias)
        say = {"suspend": self.calls.suspend, "lift": self.calls.lift, "revoke": self.calls.revoke}[verb]
        actor = self._actor(by, kinds)
        codes = dict.fromkeys(find_kind(kind).code for kind in kinds)
        return Errand(by, tuple(say(actor, node, code, reason) for code in codes))

    def add_key(self, alias: str, key: bytes, roles: Iterable[str], by: str = "") -> Errand:
        """Give a node a working key; nothing, if it has it with these roles already.

        ``by``: the controller's key, or the authority's.
        """
        node = self.node_of(alias)
        mask = Role(0)
        for name in roles:
            if name not in ROLES:
                raise UnknownThing(what=Wording("权限", "role"), name=name, known=", ".join(ROLES))
            mask |= ROLES[name]
        sender = by or self._controller_key(alias, node)
        present = self.directory.nodes[node].keys.get(key)
        if present is not None and present.is_live and present.roles == mask:
            return Errand(sender, ())
        address = self.address_of(sender)
        actor = node
        if address != self.directory.nodes[node].controller:
            if address != self.directory.authority:
                raise _no_keeper(sender, alias)
            actor = issuer_id(self.prefix, 0)
        return Errand(sender, (self.calls.add_key(actor, node, key, int(mask)),))

    def retire_key(self, alias: str, key: bytes, by: str = "") -> Errand:
        """Retire a key: what it attested stands, it attests nothing more."""
        node = self.node_of(alias)
        self._known_key(node, key)
        sender, actor, kind = self._guardian(alias, node, by)
        return Errand(sender, (self.calls.retire_key(actor, kind, node, key),))

    def report_compromise(self, alias: str, key: bytes, since: int, by: str = "", reason: int = 0) -> Errand:
        """Report a key compromised from ``since`` (unix seconds) on."""
        node = self.node_of(alias)
        self._known_key(node, key)
        sender, actor, kind = self._guardian(alias, node, by)
        return Errand(sender, (self.calls.report_compromise(actor, kind, node, key, since, reason),))

    def republish(self, alias: str, profile: Profile, by: str = "") -> Errand:
        """Publish a changed profile; the controller's key signs. Nothing, if the chain has it already."""
        node = self.node_of(alias)
        state = self.directory.nodes[node]
        sender = by or self._controller_key(alias, node)
        if (state.profile, state.site) == (profile.digest, profile.site):
            return Errand(sender, ())
        return Errand(sender, (self.calls.set_profile(node, profile.digest, profile.site),))

    def offer_controller(self, alias: str, controller: bytes, by: str = "") -> Errand:
        """Offer a node to another controller, who then accepts it; the zero address withdraws the offer."""
        node = self.node_of(alias)
        return Errand(by or self._controller_key(alias, node), (self.calls.offer_controller(node, controller),))

    def accept_controller(self, alias: str, by: str) -> Errand:
        """Take a node that was offered to the key ``by``."""
        return Errand(by, (self.calls.accept_controller(self.node_of(alias)),))

    def recover_controller(self, alias: str, controller: bytes, by: str) -> Errand:
        """Give a node whose controller is lost another one; ``by``: the root authority's key."""
        return Errand(by, (self.calls.recover_controller(self.node_of(alias), controller),))

    def offer_authority(self, authority: bytes, by: str) -> Errand:
        """Offer the root authority's office; the zero address withdraws the offer."""
        return Errand(by, (self.calls.offer_authority(authority),))

    def accept_authority(self, by: str) -> Errand:
        """Take the office that was offered to the key ``by``."""
        return Errand(by, (self.calls.accept_authority(),))

    def node_of(self, alias: str) -> bytes:
        """The node id of an alias, a serial number, or a node id in hex.

        Raises ``UnknownThing``, and ``InputError`` for an institution that is not registered finally.
        """
        row = next((row for row in self.nodes if row.alias == alias), None)
        if row is not None:
            if row.node is None or self.directory.node(row.node) is None:
                raise _not_registered(alias)
            return row.node
        state = self.directory.by_serial(int(alias)) if _SERIAL.fullmatch(alias) else None
        if state is None and _NODE.fullmatch(alias):
            state = self.directory.node(bytes.fromhex(alias))
        if state is None:
            known = ", ".join(row.alias for row in self.nodes) or "-"
            raise UnknownThing(what=Wording("机构", "institution"), name=alias, known=known)
        return state.id

    def _actor(self, by: str, kinds: Sequence[str]) -> bytes:
        """As which node the key ``by`` acts: the authority, or the one accreditor that is accredited for all ``kinds``."""
        address = self.address_of(by)
        if address == self.directory.authority:
            return issuer_id(self.prefix, 0)
        acting = [self.directory.nodes[node] for node in self.directory.acting(address)]
        fitting = [n for n in acting if all(_accredits(n, find_kind(kind).code) for kind in kinds)]
        if len(fitting) == 1:
            return fitting[0].id
        why = _SEVERAL if fitting else _MAY_NOT
        raise KeystoreError(
            why=why.filled(name=by, kinds="、".join(kinds)),
            fix_zh="请用 --by 指定授权机构的密钥",
            fix_en="Name an accreditor's key with --by",
        )

    def _guardian(self, alias: str, node: bytes, by: str) -> tuple[str, bytes, str]:
        """Who watches over a node's keys: the key's name, as which node it acts, and the kind that gives it the right.

        Those are its controller, the root authority, whoever registered it, and everybody between these two.
        """
        sender = by or self._controller_key(alias, node)
        address = self.address_of(sender)
        state = self.directory.nodes[node]
        if address == state.controller:
            return sender, node, _ANY
        if address == self.directory.authority:
            return sender, issuer_id(self.prefix, 0), _ANY
        acting = self.directory.acting(address)
        for kind in sorted(state.grants):
            above = self.directory.above(node, kind)
            serials = [serial(each) for each in above]
            from_registrar = serials.index(state.registrar) if state.registrar in serials else len(above)
            for each in above[from_registrar:]:
                if each in acting:
                    return sender, each, kind
        raise _no_keeper(sender, alias)

    def _controller_key(self, alias: str, node: bytes) -> str:
        row = next((row for row in self.nodes if row.node == node), None)
        if row is not None and row.controller:
            return row.controller
        raise InputError(
            place=alias,
            why=Wording("这里没有该机构的管理密钥", "its controller's key is not here"),
            fix_zh="请用 --by 指定密钥",
            fix_en="Name a key with --by",
        )

    def _known_key(self, node: bytes, key: bytes) -> None:
        keys = self.directory.nodes[node].keys
        if key not in keys:
            raise UnknownThing(
                what=Wording("该机构的密钥", "key of this institution"),
                name="0x" + key.hex(),
                known=", ".join("0x" + k.hex() for k in keys) or "-",
            )


def _accredits(node: NodeState, kind: str) -> bool:
    grant = node.grants.get(kind)
    return grant is not None and GrantFlag.ACCREDIT in grant.flags


def _holds(grant: GrantRecord | None, parent: int, flags: GrantFlag, until: int) -> bool:
    """Whether an accreditation is just what would be granted, and nothing was taken from it."""
    if grant is None or grant.suspended or grant.revoked:
        return False
    return (grant.parent, grant.flags & ~GrantFlag.EVER_ACCREDITED, grant.until) == (parent, flags, until)


def _no_keeper(sender: str, alias: str) -> KeystoreError:
    return KeystoreError(
        why=Wording("“{sender}”不管理“{alias}”的密钥", "“{sender}” does not manage the keys of “{alias}”").filled(
            sender=sender, alias=alias
        ),
        fix_zh="请用 --by 指定该机构的管理密钥或其上级的密钥",
        fix_en="Name its controller's key or one of its parents' with --by",
    )


def _not_registered(alias: str) -> InputError:
    return InputError(
        place=alias,
        why=Wording(
            "该机构尚未在链上登记，或登记尚未最终确认", "it is not registered on the chain, or not finally yet"
        ),
        fix_zh="请授权机构运行 chopmark accredit grant；已运行的，稍后重试",
        fix_en="Whoever accredits it runs chopmark accredit grant; if that was done, try again shortly",
    )


_SERIAL: Final = re.compile(r"[0-9]{1,19}")
_NODE: Final = re.compile(r"[0-9a-f]{64}")
_SEVERAL: Final = Wording("“{name}”同时代表多个机构", "“{name}” acts for several institutions")
_MAY_NOT: Final = Wording("“{name}”无权授权“{kinds}”", "“{name}” may not accredit for “{kinds}”")
