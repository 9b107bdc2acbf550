"""The payload: what an issuer commits to, in the shape of a W3C Verifiable Credential 2.0 (FORMAT §3).

It is written once. A verifier hashes the bytes that it got and never writes them anew before hashing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson

from chopmark.core.digest import are_b64_digests, are_texts
from chopmark.core.leaf import KIND
from chopmark.core.strictjson import JsonValue, read_canonical
from chopmark.errors import FormatError
from chopmark.wording import Wording

MAX_LENGTH: Final = 65_536
MIN_DIGESTS: Final = 2
MAX_DIGESTS: Final = 1_024
#: 9999-12-31T23:59:59Z: the last instant that four digits of year can write.
MAX_TIME: Final = 253_402_300_799

_CONTEXT: Final[list[JsonValue]] = ["https://www.w3.org/ns/credentials/v2"]
_ALGORITHM: Final = "sha-256"
_TYPE: Final = "VerifiableCredential"
_ISSUER_URN: Final = "urn:chopmark:issuer:"
_KIND_URN: Final = "urn:chopmark:kind:"
_ISSUER: Final = re.compile(re.escape(_ISSUER_URN) + r"([0-9a-f]{64})", re.ASCII)
_INSTANT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)
_MEMBERS: Final = {"@context", "_sd_alg", "credentialSubject", "issuer", "type"}
_MEMBERS_EXPIRING: Final = _MEMBERS | {"validUntil"}


@dataclass(frozen=True, slots=True)
class Payload:
    """What a payload says.

    ``issuer``: its id, 32 bytes. ``kind``: its code. ``digests``: of the disclosures and decoys, in ascending order.
    ``valid_until``: the last second at which the credential is valid (unix seconds), None if it does not expire.
    """

    issuer: bytes
    kind: str
    digests: tuple[str, ...]
    valid_until: int | None = None


def write_payload(payload: Payload) -> bytes:
    """The payload's bytes. Raises ``FormatError`` for what ``read_payload`` would refuse."""
    _digests({"_sd": list(payload.digests)})
    return assemble(payload.issuer, payload.kind, list(payload.digests), payload.valid_until)


def assemble(issuer: bytes, kind: str, digests: list[str], valid_until: int | None) -> bytes:
    """As ``write_payload``, for digests that were just made: 2 to 1,024 in ascending order is for the caller to see to."""
    if len(issuer) != 32:
        raise _refused(_NOT_ISSUER)
    if not KIND.fullmatch(kind):
        raise _refused(_NOT_KIND)
    document: dict[str, object] = {
        "@context": _CONTEXT,
        "_sd_alg": _ALGORITHM,
        "credentialSubject": {"_sd": digests},
        "issuer": _ISSUER_URN + issuer.hex(),
        "type": [_TYPE, _KIND_URN + kind],
    }
    if valid_until is not None:
        document["validUntil"] = instant_text(valid_until)
    # Texts alone, all of them ASCII, and the names above stand in their canonical order: this is RFC 8785's form. The
    # longest payload, with 1,024 digests, has less than MAX_LENGTH bytes.
    return orjson.dumps(document)


def read_payload(data: bytes) -> Payload:
    """Read a payload's bytes. Raises ``FormatError`` for any deviation from FORMAT §3."""
    document = read_canonical(data, what=_WHERE, limit=MAX_LENGTH)
    if type(document) is not dict or (document.keys() != _MEMBERS and document.keys() != _MEMBERS_EXPIRING):
        raise _refused(_NOT_MEMBERS)
    if document["@context"] != _CONTEXT or document["_sd_alg"] != _ALGORITHM:
        raise _refused(_NOT_VC)
    return Payload(
        issuer=_issuer(document["issuer"]),
        kind=_kind(document["type"]),
        digests=_digests(document["credentialSubject"]),
        valid_until=instant(document["validUntil"]) if "validUntil" in document else None,
    )


def instant(text: JsonValue) -> int:
    """Unix seconds of ``YYYY-MM-DDThh:mm:ssZ``, a possible instant from 1970 to 9999. Raises ``FormatError``."""
    match = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise _refused(_NOT_INSTANT)
    try:
        year, month, day, hour, minute, second = (int(part) for part in match.groups())
        seconds = int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        raise _refused(_NOT_INSTANT) from None
    if seconds < 0:
        raise _refused(_NOT_INSTANT)
    return seconds


def instant_text(seconds: int) -> str:
    """``YYYY-MM-DDThh:mm:ssZ`` of unix seconds. Raises ``FormatError`` outside 1970 to 9999."""
    if not 0 <= seconds <= MAX_TIME:
        raise _refused(_NOT_INSTANT)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _issuer(value: JsonValue) -> bytes:
    match = _ISSUER.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise _refused(_NOT_ISSUER)
    return bytes.fromhex(match[1])


def _kind(value: JsonValue) -> str:
    if type(value) is not list or len(value) != 2 or value[0] != _TYPE or not isinstance(value[1], str):
        raise _refused(_NOT_KIND)
    code = value[1].removeprefix(_KIND_URN)
    if len(code) == len(value[1]) or not KIND.fullmatch(code):
        raise _refused(_NOT_KIND)
    return code


def _digests(value: JsonValue) -> tuple[str, ...]:
    digests = value.get("_sd") if type(value) is dict and len(value) == 1 else None
    if type(digests) is not list or not MIN_DIGESTS <= len(digests) <= MAX_DIGESTS:
        raise _refused(_DIGESTS)
    if not are_texts(digests) or not are_b64_digests(digests) or sorted(set(digests)) != digests:
        raise _refused(_DIGESTS)
    return tuple(digests)


def _refused(why: Wording) -> FormatError:
    return FormatError(where=_WHERE, why=why)


_WHERE: Final = Wording("凭证正文", "The payload")
_NOT_MEMBERS: Final = Wording("成员不是格式所列的成员", "its members are not those of the format")
_NOT_VC: Final = Wording("@context 或 _sd_alg 不符", "its @context or _sd_alg is another")
_NOT_ISSUER: Final = Wording("issuer 不是机构编号", "its issuer is not an issuer id")
_NOT_KIND: Final = Wording("type 不是格式所列的类型", "its type is not of the format")
_NOT_INSTANT: Final = Wording("validUntil 不是可能的时刻（UTC）", "its validUntil is not a possible instant (UTC)")
_DIGESTS: Final = Wording(
    f"_sd 应为{MIN_DIGESTS}至{MAX_DIGESTS}个严格升序的摘要",
    f"its _sd is not {MIN_DIGESTS} to {MAX_DIGESTS} digests in strictly ascending order",
)
