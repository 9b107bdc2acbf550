"""What an auditor means: a bundle, an attestation id, a root, an issuer's number. None of it needs a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chopmark.core.bundle import MAX_LENGTH, open_bundle, read_bundle
from chopmark.core.reference import PREFIX_LENGTH, AttestationId
from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile
from chopmark.core.words import Op
from chopmark.errors import TrustError, UnknownThing, UsageError
from chopmark.services.audit.source import EventSource
from chopmark.wording import Wording

_HEX32: Final = re.compile(r"(?:0x|urn:chopmark:issuer:)?([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Named:
    """A leaf that somebody named. ``issuer`` is empty where the name does not say it (an attestation id)."""

    attestation: AttestationId
    issuer: bytes = b""
    commitment: bytes = b""


def named_leaf(text: str) -> Named | None:
    """The leaf that a bundle's path or an attestation id names; None if the text is neither.

    Raises ``FormatError`` or ``ProofError`` for a bundle that is no good, ``FormatError`` for a bad attestation id.
    """
    if text.startswith("eip155:"):
        return Named(AttestationId.parse(text))
    path = Path(text)
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        opened = open_bundle(read_bundle(stream.read(MAX_LENGTH + 1)))
    return Named(opened.attestation, opened.payload.issuer, opened.commitment)


def hex32_in(text: str) -> bytes | None:
    """The 32 bytes that 64 hex digits name, with or without a prefix; None if the text is something else."""
    match = _HEX32.fullmatch(text.strip().lower())
    return bytes.fromhex(match[1]) if match else None


def trusted(trust: TrustFile, attestation: AttestationId) -> tuple[TrustedChain, TrustedRegistry]:
    """The chain of an attestation. Raises ``TrustError`` if the trust file does not name it."""
    found = trust.find(attestation.chain_id, attestation.registry)
    if found is None:
        raise TrustError(
            why=_NOT_TRUSTED.filled(chain=attestation.chain_id, registry="0x" + attestation.registry.hex())
        )
    return found


def issuer_of(source: EventSource, root: bytes, prefix: bytes) -> bytes:
    """Who attested a root. Raises ``UnknownThing`` if nobody did, ``UsageError`` if several issuers did."""
    told = source.events(root=root, registry="attestation")
    issuers = {each.event.node for each in told if each.event.op is Op.ATTESTED and each.event.x == root}
    mine = sorted(node for node in issuers if node.startswith(prefix[:PREFIX_LENGTH]))
    if not mine:
        raise UnknownThing(what=_BATCH, name=root.hex(), known="–")
    if len(mine) > 1:
        raise UsageError(why=_SEVERAL.filled(issuers=", ".join(f"No. {int.from_bytes(n[24:], 'big')}" for n in mine)))
    return mine[0]


_BATCH: Final = Wording("批次", "batch")
_SEVERAL: Final = Wording(
    "多个机构登记过这个根（{issuers}），请改用凭证包文件",
    "several issuers attested this root ({issuers}); name it by a bundle file",
)
_NOT_TRUSTED: Final = Wording(
    "其中没有链 {chain} 的登记合约 {registry}", "it does not name the registry {registry} on chain {chain}"
)
