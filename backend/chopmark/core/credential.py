"""Composing a credential: claims in, payload and disclosures out (FORMAT §2, §3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.digest import b64, b64_digests, sha256
from chopmark.core.disclosure import (
    DECOY_LENGTH,
    FILE,
    REPLACES,
    SALT_LENGTH,
    TWIN,
    BoundFile,
    ClaimValue,
    blind,
)
from chopmark.core.normal import norm_name
from chopmark.core.payload import MAX_DIGESTS, assemble
from chopmark.errors import FormatError
from chopmark.wording import Wording

#: The number of digests is a multiple of this, so that it says little about how many claims there are.
_DIGESTS_STEP: Final = 4


@dataclass(frozen=True, slots=True)
class Credential:
    """What composing yields: the payload's bytes, all disclosures in ascending order, and the commitment (32 bytes).

    Whoever loses the disclosures can prove nothing any more; whoever holds them can show every claim.
    """

    payload: bytes
    disclosures: tuple[str, ...]
    commitment: bytes


def compose(
    *,
    issuer: bytes,
    kind: str,
    claims: Mapping[str, ClaimValue],
    entropy: Callable[[int], bytes],
    twins: Collection[str] = (),
    files: Sequence[BoundFile] = (),
    valid_until: int | None = None,
    replaces: bytes | None = None,
) -> Credential:
    """Blind claims and bind files.

    ``claims`` are kept as given. ``twins`` name the claims that get a normalised twin; those that are not text, or not
    there, get none. ``files`` are numbered in their order. ``valid_until``: unix seconds. ``replaces``: the commitment
    of the credential that this one corrects. ``entropy(n)`` returns n bytes from a cryptographic random source; it is
    asked once. Raises ``FormatError`` for what the format cannot hold.
    """
    opened: list[tuple[str, ClaimValue | BoundFile | bytes]] = list(claims.items())
    if ":" in "".join(claims):
        raise FormatError(where=_WHERE, why=_NO_FIELD)
    for name in twins:
        value = claims.get(name)
        if type(value) is str:
            opened.append((TWIN + name, norm_name(value)))
    opened += [(f"{FILE}{number}", file) for number, file in enumerate(files, 1)]
    if replaces is not None:
        opened.append((REPLACES, replaces))
    decoys = _DIGESTS_STEP - len(opened) % _DIGESTS_STEP
    salts = len(opened) * SALT_LENGTH
    random = entropy(salts + decoys * DECOY_LENGTH)
    if len(random) != salts + decoys * DECOY_LENGTH:
        raise ValueError("the random source returned another number of bytes than asked")
    if len(opened) + decoys > MAX_DIGESTS:
        raise FormatError(where=_WHERE, why=_TOO_MANY)
    disclosures = [
        blind(name, value, b64(random[at : at + SALT_LENGTH]))
        for at, (name, value) in zip(range(0, salts, SALT_LENGTH), opened, strict=True)
    ]
    thrown_away = [random[at : at + DECOY_LENGTH] for at in range(salts, len(random), DECOY_LENGTH)]
    digests = b64_digests(disclosures + thrown_away)
    disclosures.sort()
    digests.sort()
    payload = assemble(issuer, kind, digests, valid_until)
    # Base64url has no spaces: all are decoded in one go.
    return Credential(payload, tuple(b" ".join(disclosures).decode("ascii").split()), sha256(payload))


_WHERE: Final = Wording("凭证", "The credential")
_NO_FIELD: Final = Wording("字段名不能含冒号", "a field's name has no colon")
_TOO_MANY: Final = Wording(f"披露项超过{MAX_DIGESTS - 1}个", f"it has more than {MAX_DIGESTS - 1} disclosures")
