"""Finding a registered credential by whatever a person has at hand: bundle, id, beginning of an id, number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from chopmark.core.bundle import MAX_LENGTH, open_bundle, read_bundle
from chopmark.core.ledger import CredentialRow
from chopmark.core.reference import AttestationId
from chopmark.errors import FormatError, UnknownThing, UsageError
from chopmark.kinds import all_kinds
from chopmark.wording import Wording

PREFIX_LEAST: Final = 8
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


def find_credential(credentials: Credentials, text: str, issuer: bytes | None = None) -> CredentialRow:
    """The one credential that ``text`` means.

    It is a bundle's path, an attestation id, a commitment or its first 8 digits or more, or a number as printed. ``issuer`` narrows
    the search to one issuer. Of several with one number the living one is meant. Raises ``UnknownThing`` if there is none, ``UsageError`` if several are meant.
    """
    found = [row for row in _found(credentials, text.strip()) if issuer in (None, row.issuer)]
    living = [row for row in found if row.number is not None] or found[-1:]
    if not living:
        raise UnknownThing(what=_WHAT, name=text, known=_HINT)
    if len(living) > 1:
        ids = ", ".join(row.commitment.hex()[:16] for row in living[:5])
        raise UsageError(why=Wording(f"“{text}”对应多个凭证：{ids}", f"“{text}” means several credentials: {ids}"))
    return living[0]


def _found(credentials: Credentials, text: str) -> Sequence[CredentialRow]:
    if text.endswith(".json") and Path(text).is_file():
        return credentials.by_commitment(commitment_in(Path(text)).hex())
    if text.startswith("eip155:"):
        place = AttestationId.parse(text)
        return credentials.by_leaf(place.root, place.index)
    if _HEX.fullmatch(text.lower()) and (rows := credentials.by_commitment(text.lower())):
        return rows
    return [row for number in numbers_meant(text) for row in credentials.any_with_number(number)]


def commitment_in(path: Path) -> bytes:
    """The commitment of a bundle file. Raises ``FormatError`` or ``ProofError`` if it is no good."""
    with path.open("rb") as stream:
        data = stream.read(MAX_LENGTH + 1)
    if len(data) > MAX_LENGTH:
        raise FormatError(where=path.name, why=Wording("过大", "it is too large"))
    return open_bundle(read_bundle(data)).commitment


def numbers_meant(text: str) -> list[str]:
    """What a printed number is called in the register, for every kind whose credentials have a number of one field."""
    meant = [kind.number({names[0]: text}) for kind in all_kinds() for names in kind.credential if len(names) == 1]
    return [number for number in dict.fromkeys(meant) if number]


_HINT: Final = Wording(
    "请给出凭证包文件、存证编号、承诺值（前8位起）或证书编号",
    "give a bundle file, an attestation id, a commitment (8 digits or more) or a number",
)
