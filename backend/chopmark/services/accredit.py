"""What authorities, accreditors and controllers tell the issuer registry: who may attest what, and with which keys.

A ``Desk`` finds out as which node somebody acts, checks what can be checked here, and answers with the calls to send. It sends nothing
itself: calls go through the same durable queue as attestations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chopmark.core.directory import Directory, NodeState
from chopmark.core.ledger import NodeRow
from chopmark.core.profile import Profile
from chopmark.core.reference import issuer_id
from chopmark.core.transaction import Call
from chopmark.core.words import GrantFlag, Role
from chopmark.errors import KeyError_, UnknownThing, UsageError
from chopmark.kinds import find_kind
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


@dataclass(frozen=True, slots=True)
class Errand:
    """Calls to be sent, in order, by one key of the keystore (``sender``: its name)."""

    sender: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The counter where accreditations are handled.

    ``prefix``: first 24 bytes of every node id of the registry. ``address_of``: the address of a key's name in the keystore.
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
        found = (n for n in self.directory.nodes.values() if n.profile == profile.digest)
        return next((n for n in found if n.controller == profile.controller), None)

    def grant(self, node: bytes, by: str, kinds: Sequence[str], until: int, *, accreditor: bool) -> Errand:
        """Accredit a node for kinds, from now until ``until`` (unix seconds; 0: without end)."""
        actor = self._actor(by, kinds)
        flags = GrantFlag.ACCREDIT if accreditor else GrantFlag.ATTEST
        codes = [find_kind(kind).code for kind in kinds]
        return Errand(by, tuple(self.calls.grant(actor, node, code, 0, until, int(flags)) for code in codes))

    def restrain(self, verb: str, alias: str, by: str, kinds: Sequence[str], reason: int) -> Errand:
        """``verb``: suspend, lift or revoke a node's accreditation for kinds."""
        node = self.node_of(alias)
        say = {"suspend": self.calls.suspend, "lift": self.calls.lift, "revoke": self.calls.revoke}[verb]
        actor = self._actor(by, kinds)
        return Errand(by, tuple(say(actor, node, find_kind(kind).code, reason) for kind in kinds))

    def add_key(self, alias: str, key: bytes, roles: Iterable[str], by: str = "") -> Errand:
        """Give a node a working key. ``by``: the controller's key, or the authority's."""
        node = self.node_of(alias)
        mask = Role(0)
        for name in roles:
            if name not in ROLES:
                raise UnknownThing(what=Wording("权限", "role"), name=name, known=", ".join(ROLES))
            mask |= ROLES[name]
        sender, actor, _ = self._keeper(alias, node, by)
        return Errand(sender, (self.calls.add_key(actor, node, key, int(mask)),))

    def retire_key(self, alias: str, key: bytes, by: str = "") -> Errand:
        """Retire a key: what it attested stands, it attests nothing more."""
        node = self.node_of(alias)
        self._known_key(node, key)
        sender, actor, kind = self._keeper(alias, node, by)
        return Errand(sender, (self.calls.retire_key(actor, kind, node, key),))

    def report_compromise(self, alias: str, key: bytes, since: int, by: str = "", reason: int = 0) -> Errand:
        """Report a key compromised from ``since`` (unix seconds) on."""
        node = self.node_of(alias)
        self._known_key(node, key)
        sender, actor, kind = self._keeper(alias, node, by)
        return Errand(sender, (self.calls.report_compromise(actor, kind, node, key, since, reason),))

    def republish(self, alias: str, profile: Profile) -> Errand:
        """Publish a changed profile; the controller's key signs."""
        node = self.node_of(alias)
        sender = self._controller_key(alias, node)
        return Errand(sender, (self.calls.set_profile(node, profile.digest, profile.site),))

    def node_of(self, alias: str) -> bytes:
        """The node id of an alias, a serial number, or a node id in hex. Raises ``UnknownThing``."""
        row = next((row for row in self.nodes if row.alias == alias), None)
        if row is not None and row.node is not None:
            return row.node
        if row is not None:
            raise UsageError(why=Wording(f"“{alias}”尚未在链上登记", f"“{alias}” has no place in the registry yet"))
        state = (
            self.directory.by_serial(int(alias)) if alias.isascii() and alias.isdigit() and len(alias) < 20 else None
        )
        if state is None and len(alias) == 64:
            state = self.directory.node(_hex(alias))
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
        names = "、".join(kinds)
        why = (
            Wording(f"密钥“{by}”同时代表多个机构", f"key “{by}” acts for several institutions")
            if fitting
            else Wording(f"密钥“{by}”无权授权“{names}”", f"key “{by}” may not accredit for {names}")
        )
        raise KeyError_(why=why, fix_zh="请使用授权机构的密钥", fix_en="Use the key of an accreditor")

    def _keeper(self, alias: str, node: bytes, by: str) -> tuple[str, bytes, str]:
        """Who manages a node's keys: the key's name, as which node it acts, and the kind that gives it the right."""
        sender = by or self._controller_key(alias, node)
        address = self.address_of(sender)
        state = self.directory.nodes[node]
        if address == state.controller:
            return sender, node, _ANY
        if address == self.directory.authority:
            return sender, issuer_id(self.prefix, 0), _ANY
        for kind in sorted(state.grants):
            for above in self.directory.above(node, kind):
                if above in self.directory.acting(address):
                    return sender, above, find_kind(kind).code
        raise KeyError_(
            why=Wording(
                f"密钥“{sender}”不管理“{alias}”的密钥", f"key “{sender}” does not manage the keys of “{alias}”"
            ),
            fix_zh="请使用该机构的管理密钥或其上级的密钥",
            fix_en="Use its controller's key or one of its parents'",
        )

    def _controller_key(self, alias: str, node: bytes) -> str:
        row = next((row for row in self.nodes if row.node == node), None)
        if row is not None and row.controller:
            return row.controller
        raise UsageError(
            why=Wording(
                f"这里没有“{alias}”的管理密钥，请用 --by 指定",
                f"the controller's key of “{alias}” is not here; name one with --by",
            )
        )

    def _known_key(self, node: bytes, key: bytes) -> None:
        if key not in self.directory.nodes[node].keys:
            raise UnknownThing(
                what=Wording("该机构的密钥", "key of this institution"),
                name="0x" + key.hex(),
                known=", ".join("0x" + k.hex() for k in self.directory.nodes[node].keys) or "-",
            )


def _accredits(node: NodeState, kind: str) -> bool:
    grant = node.grants.get(kind)
    return grant is not None and GrantFlag.ACCREDIT in grant.flags


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
