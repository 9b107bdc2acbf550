"""From what an auditor typed to what is meant, and to who can tell its life."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.audit import open_source
from chopmark.errors import StoreError, UnknownThing, UsageError
from chopmark.services.audit.find import Named, hex32_in, issuer_of, named_leaf, trusted
from chopmark.services.audit.trail import Target
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.reference import AttestationId
    from chopmark.services.audit.source import EventSource

_LEAST: Final = 8
_INSTITUTION: Final = Wording("机构", "institution")
_ISSUER_HINT: Final = Wording(
    "机构号、本站别名或凭证包文件", "an institution's number, an alias of this site, a bundle"
)
_HINT: Final = Wording(
    "凭证包文件、存证编号、本站的承诺值（前8位起）或编号",
    "a bundle file, an attestation id, or of this site a commitment (8 digits or more) or a number",
)


def leaf_meant(text: str) -> tuple[EventSource, Target]:
    """A credential: by bundle or attestation id anywhere; by commitment or number where this site registered it."""
    named = named_leaf(text)
    if named is not None:
        source, issuer = _source_of(named)
        return source, Target(issuer, named.attestation.root, named.attestation.index)
    if not T.site.has_store:
        raise UnknownThing(what=Wording("凭证", "credential"), name=text, known=_HINT)
    from chopmark.services.find import find_credential

    with T.site.store.read() as tx:
        row = find_credential(tx.credentials, text)
        batch = tx.batches.get(row.batch_id) if row.batch_id is not None else None
    if batch is None or row.leaf_index is None or not batch.anchored:
        raise UsageError(why=Wording("该凭证尚未完成链上登记", "this credential is not on the chain yet"))
    return open_source(*T.site.home_registry), Target(row.issuer, batch.root, row.leaf_index)


def batch_meant(text: str) -> tuple[EventSource, Target]:
    """A batch: by the id or bundle of one of its leaves, by its root, or by the beginning of a root of this site."""
    named = named_leaf(text)
    if named is not None:
        source, issuer = _source_of(named)
        return source, Target(issuer, named.attestation.root)
    chain, registry = T.site.home_registry
    source = open_source(chain, registry)
    root = hex32_in(text) or _root_here(text.lower().removeprefix("0x"))
    return source, Target(issuer_of(source, root, registry.registry_id), root)


def issuer_meant(text: str) -> tuple[EventSource, Target]:
    """An institution: by number, alias, id, or by a bundle that it issued."""
    from chopmark.core.reference import MAX_SERIAL, issuer_id

    if Path(text).is_file() or text.startswith("eip155:"):
        named = named_leaf(text)
        if named is not None:
            source, issuer = _source_of(named)
            return source, Target(issuer)
    chain, registry = T.site.home_registry
    if text.isascii() and text.isdigit() and int(text) <= MAX_SERIAL:
        node = issuer_id(registry.registry_id, int(text))
    else:
        node = hex32_in(text) or _node_here(text)
    source = open_source(chain, registry)
    if not source.events(node=node, registry="issuer"):
        raise UnknownThing(what=_INSTITUTION, name=text, known=_ISSUER_HINT)
    return source, Target(node)


def _source_of(named: Named) -> tuple[EventSource, bytes]:
    attestation: AttestationId = named.attestation
    chain, registry = trusted(T.site.trust, attestation)
    source = open_source(chain, registry)
    return source, named.issuer or issuer_of(source, attestation.root, registry.registry_id)


def _root_here(prefix: str) -> bytes:
    if len(prefix) >= _LEAST and T.site.has_store:
        with T.site.store.read() as tx:
            found = [batch.root for batch in tx.batches.list() if batch.root.hex().startswith(prefix)]
        if len(found) == 1:
            return found[0]
    raise UnknownThing(what=Wording("批次", "batch"), name=prefix, known=_HINT)


def _node_here(alias: str) -> bytes:
    known: list[str] = []
    if T.site.has_store:
        try:
            with T.site.store.read() as tx:
                rows = tx.nodes.list()
        except StoreError:
            rows = []
        known = [row.alias for row in rows]
        for row in rows:
            if row.alias == alias and row.node is not None:
                return row.node
    raise UnknownThing(what=_INSTITUTION, name=alias, known=", ".join(known) or _ISSUER_HINT)
