"""Finding a registered credential by whatever a person has at hand: bundle, id, beginning of an id, number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from chopmark.core.bundle import MAX_LENGTH, open_bundle, read_bundle
from chopmark.core.ledger import CredentialRow, Home
from chopmark.core.reference import AttestationId
from chopmark.errors import InputError, UnknownThing
from chopmark.kinds import all_kinds
from chopmark.wording import Wording

_HEX: Final = re.compile(r"[0-9a-f]{8,64}")
_WHAT: Final = Wording("已登记的凭证", "registered credential")


class Credentials(Protocol):
    """What the site has registered."""

    def by_commitment(self, prefix: str) -> list[CredentialRow]:
        """Those whose commitment begins with these hex digits."""

    def by_leaf(self, root: bytes, index: int) -> list[CredentialRow]:
        """Those at this place of a batch."""

    def any_with_number(self, number: str) -> list[CredentialRow]:
        """Those that carry or carried this number."""


def find_credential(
    credentials: Credentials, text: str, issuer: bytes | None = None, home: Home | None = None
) -> CredentialRow:
    """The one credential that ``text`` means.

    It is a bundle's path, an attestation id, a commitment or its first 8 digits or more, or a number as printed. ``issuer``
    narrows the search to one issuer; ``home``: the chain whose attestation ids are meant. Of several with one number the
    living one is meant. Raises ``UnknownThing`` if there is none, ``InputError`` if several are meant, ``FormatError`` or
    ``ProofError`` for a bundle or attestation id that is no good.
    """
    text = text.strip()
    exact = [row for row in _exact(credentials, text, home) if issuer in (None, row.issuer)]
    numbered = [row for number in numbers_meant(text) for row in credentials.any_with_number(number)]
    living = _living([row for row in numbered if issuer in (None, row.issuer)])
    rows = list({row.id: row for row in [*exact, *living]}.values())
    if not rows:
        raise UnknownThing(what=_WHAT, name=text, known=_HINT)
    if len(rows) > 1:
        raise InputError(
            place=text,
            why=Wording("对应多个凭证：{ids}", "it means several credentials: {ids}").filled(
                ids=", ".join(row.commitment.hex()[:16] for row in rows[:5])
            ),
            fix_zh="请给出其中一个，或用 --issuer 指定机构",
            fix_en="Give one of these, or name the institution with --issuer",
        )
    return rows[0]


def _exact(credentials: Credentials, text: str, home: Home | None) -> Sequence[CredentialRow]:
    """What a bundle, an attestation id or the beginning of a commitment names."""
    if text.endswith(".json") and Path(text).is_file():
        return credentials.by_commitment(commitment_in(Path(text)).hex())
    if text.startswith("eip155:"):
        place = AttestationId.parse(text)
        if home is not None and (place.chain_id, place.registry) != (home.chain_id, home.attestation_registry):
            return []
        return credentials.by_leaf(place.root, place.index)
    digits = text.lower()
    return credentials.by_commitment(digits) if _HEX.fullmatch(digits) else []


def _living(rows: Sequence[CredentialRow]) -> Sequence[CredentialRow]:
    """Of those that carry or carried a number the ones that carry it now, else the newest."""
    return [row for row in rows if row.number is not None] or rows[-1:]


def commitment_in(path: Path) -> bytes:
    """The commitment of a bundle file. Raises ``FormatError`` or ``ProofError`` if it is no good, ``InputError``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_LENGTH + 1)
    except OSError as fault:
        raise InputError(
            place=path,
            why=Wording("无法读取（{why}）", "it cannot be read ({why})").filled(why=fault.strerror),
            fix_zh="请检查路径和权限",
            fix_en="Check the path and its mode",
        ) from fault
    return open_bundle(read_bundle(data)).commitment


def numbers_meant(text: str) -> list[str]:
    """What a printed number is called in the register, for every kind whose credentials have a number of one field."""
    meant = [kind.number({names[0]: text}) for kind in all_kinds() for names in kind.credential if len(names) == 1]
    return [number for number in dict.fromkeys(meant) if number]


_HINT: Final = Wording(
    "请给出凭证包文件、存证编号、承诺值（前8位起）或证书编号",
    "give a bundle file, an attestation id, a commitment (8 digits or more) or a number",
)
