"""The table of verifications: written by hand from FORMAT §11."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from _vectors import bundles
from chopmark.core.bundle import open_bundle

DEGREE = "a degree in a batch of 13"
HIDDEN = "the degree, nothing disclosed"
NO_FILE = "the degree, without its file"
TWINS = "the degree, twins without their claims"

NOW = 1_790_000_000
REGISTERED = NOW - 30 * 86_400

SCAN = {"name": "scan.jpg", "size": 900_000, "sha256": sha256(b"a scan").hexdigest(), "media_type": "image/jpeg"}
IMAGE_PDF = {
    "name": "scan.pdf",
    "size": 900_000,
    "sha256": sha256(b"a scan in a PDF").hexdigest(),
    "media_type": "application/pdf",
    "looks_scanned": True,
}
ORIGINAL = {
    "name": "original.pdf",
    "size": bundles.ORIGINAL.size,
    "sha256": bundles.ORIGINAL.sha256.hex(),
    "media_type": "application/pdf",
}
ALTERED = {**ORIGINAL, "name": "altered.pdf", "sha256": sha256(b"one byte changed").hexdigest()}
OTHER_TYPE = {**ALTERED, "name": "other.docx", "media_type": "application/vnd.openxmlformats"}
DRAWING = {**ALTERED, "name": "drawing.svg", "media_type": "image/svg+xml"}
ENCRYPTED_ORIGINAL = {**ORIGINAL, "trouble": "encrypted"}
ENCRYPTED = {**ALTERED, "trouble": "encrypted"}
DAMAGED = {**ALTERED, "trouble": "damaged"}
EMPTY = {**ALTERED, "name": "empty.pdf", "size": 0, "sha256": sha256(b"").hexdigest(), "trouble": "empty"}

SAME = {"holder_name": " 王　莉 ", "certificate_number": "１０５３３１２０２６０５０００１２３"}
SAME_DATE = {"graduation_date": "2026年6月30日"}
OTHER_HOLDER = {"holder_name": "王丽"}
OTHER_NUMBER = {"certificate_number": "105331202605000124"}
UNKNOWN_FIELD = {"gpa": "4.0"}


def facts(name: str = DEGREE, **changes: Any) -> dict[str, Any]:
    """What the chain says about a good bundle's leaf, changed; ``batch`` and ``key`` are changed member by member."""
    bundle = bundles.good()[name]
    opened = open_bundle(bundle)
    batch: dict[str, Any] = {"kind": opened.payload.kind, "algorithm": 1, "size": bundle.proof.size, "key_index": 1}
    batch |= {"seq": 4, "block": 1_000, "time": REGISTERED}
    key = {"index": 1, "roles": 3, "added": REGISTERED - 86_400, "retired": 0, "compromised_since": 0, "reported": 0}
    found: dict[str, Any] = {
        "block": {"number": 2_000, "hash": sha256(b"block 2000").hexdigest(), "time": NOW},
        "batch": batch,
        "key": key,
        "revoked": False,
        "suspended": False,
        "superseded": False,
        "status_reason": None,
        "status_time": None,
        "successor": None,
        "standing": "live",
        "since": REGISTERED - 86_400,
        "trusted_code": True,
    }
    for member in ("batch", "key"):
        if member in changes:
            changed = changes.pop(member)
            found[member] = changed and {**found[member], **changed}
    return found | changes


SILENCE = {"silence": "connection refused"}
REVOKED: dict[str, Any] = {"revoked": True, "status_reason": 3, "status_time": NOW - 5}
SUSPENDED: dict[str, Any] = {"suspended": True, "status_reason": 7, "status_time": NOW - 5}
SUPERSEDED: dict[str, Any] = {
    "superseded": True,
    "revoked": True,
    "status_reason": 2,
    "status_time": NOW - 5,
    "successor": f"eip155:{bundles.CHAIN_ID}:0x{bundles.REGISTRY.hex()}:{'ab' * 32}/0",
}
COMPROMISED: dict[str, Any] = {"compromised_since": REGISTERED, "reported": NOW - 9}
EXPIRES = "a credential that expires"
LATE = "a date of ten years ago"
PAPER = "a paper with a list, a number and a rare character"
BROKEN = "another root"
EXPIRED: dict[str, Any] = {"block": {"number": 3_000, "hash": "cc" * 32, "time": 1_800_000_001}}
LAST_SECOND: dict[str, Any] = {"block": {"number": 3_000, "hash": "cc" * 32, "time": 1_800_000_000}}


@dataclass(frozen=True, slots=True)
class Row:
    """One case: what is examined, and what has to follow."""

    name: str
    verdict: str
    level: str
    codes: str
    bundle: str | None = DEGREE
    file: dict[str, Any] | None = None
    declared: dict[str, Any] = field(default_factory=dict)
    chain: dict[str, Any] | None = None
    trusted: bool = True
    indexed: bool = False


def original(name: str, verdict: str, codes: str, declared: dict[str, Any] | None = None, **changes: Any) -> Row:
    """The degree with the file that was registered, and changed chain facts: V001 is always there."""
    file, chain = changes.pop("file", ORIGINAL), facts(**changes)
    return Row(name, verdict, "exact", f"V001 {codes}", file=file, declared=declared or {}, chain=chain)


def other(name: str, file: dict[str, Any], verdict: str, level: str, codes: str, *declared: dict[str, Any]) -> Row:
    """The degree with another file, everything good on the chain."""
    return Row(name, verdict, level, codes, file=file, declared=_together(*declared), chain=facts())


def alone(name: str, verdict: str, level: str, codes: str, *declared: dict[str, Any], **changes: Any) -> Row:
    """A bundle without a file."""
    bundle = changes.pop("bundle", DEGREE)
    return Row(name, verdict, level, codes, bundle, declared=_together(*declared), chain=facts(bundle, **changes))


def bare(name: str, file: dict[str, Any], verdict: str, codes: str, *, indexed: bool = False) -> Row:
    """A file without a bundle."""
    return Row(name, verdict, "none", codes, None, file, indexed=indexed)


def unread(name: str, verdict: str, level: str, codes: str, **options: Any) -> Row:
    """The degree, and no chain that answers."""
    return Row(name, verdict, level, codes, **({"file": ORIGINAL} | options))


def _together(*declared: dict[str, Any]) -> dict[str, Any]:
    return {name: value for each in declared for name, value in each.items()}


#: A file that is the original.
ORIGINALS = (
    original("the original file", "verified", ""),
    original("the original file, fields declared", "verified", "", SAME),
    original("the original file, encrypted", "verified", "", file=ENCRYPTED_ORIGINAL),
    original("the original file, another holder declared", "mismatch", "V007", OTHER_HOLDER),
    original("the original file, another number declared", "mismatch", "V003", OTHER_NUMBER),
    original("the original file, a field declared that is unknown", "manual_review", "V021", UNKNOWN_FIELD),
)

#: No file.
ALONE = (
    alone("a bundle alone", "verified", "fields", ""),
    alone("a bundle alone, fields equal in normal form", "verified", "fields", "", SAME, SAME_DATE),
    alone("a bundle alone, another holder declared", "mismatch", "none", "V007", OTHER_HOLDER),
    alone("a bundle alone, one field equal and one different", "mismatch", "none", "V003", SAME, OTHER_NUMBER),
    alone("a bundle alone, nothing disclosed", "verified", "none", "", bundle=HIDDEN),
    alone("a bundle alone, only twins disclosed", "verified", "fields", "", bundle=TWINS),
    alone("declared fields that are not disclosed", "manual_review", "none", "V021 V021", SAME, bundle=HIDDEN),
    alone("declared fields compared with twins", "verified", "fields", "", SAME, bundle=TWINS),
    alone("another holder compared with a twin", "mismatch", "none", "V007", OTHER_HOLDER, bundle=TWINS),
    alone("a kind that is not known here", "verified", "fields", "", bundle=PAPER),
    alone("an unknown kind, a field declared", "manual_review", "fields", "V021", {"title": "x"}, bundle=PAPER),
)

#: Another file.
OTHERS = (
    other("a scan, fields equal", SCAN, "partly_verified", "fields", "V002", SAME),
    other("a scan, nothing declared", SCAN, "manual_review", "none", "V022"),
    other("a scan, a field different", SCAN, "mismatch", "none", "V003", OTHER_NUMBER),
    other("a scan, another holder", SCAN, "mismatch", "none", "V007", OTHER_HOLDER),
    other("a scan, equal and undisclosed fields", SCAN, "manual_review", "fields", "V002 V021", SAME, UNKNOWN_FIELD),
    other("a PDF of images, fields equal", IMAGE_PDF, "partly_verified", "fields", "V002", SAME),
    other("a PDF of images, nothing declared", IMAGE_PDF, "manual_review", "none", "V022"),
    other("an altered PDF, nothing declared", ALTERED, "mismatch", "none", "V003"),
    other("an altered PDF, fields equal", ALTERED, "partly_verified", "fields", "V002", SAME),
    other("an altered PDF, a field different", ALTERED, "mismatch", "none", "V003 V003", OTHER_NUMBER),
    other("an altered PDF, an unknown field declared", ALTERED, "mismatch", "none", "V003 V021", UNKNOWN_FIELD),
    other("a file of another type, nothing declared", OTHER_TYPE, "manual_review", "none", "V022"),
    other("a drawing is no scan, and of another type", DRAWING, "manual_review", "none", "V022"),
    other("an encrypted file that is another", ENCRYPTED, "cannot_check", "none", "V017"),
    other("an encrypted file that is another, fields equal", ENCRYPTED, "cannot_check", "fields", "V017", SAME),
    other("an encrypted file, another holder", ENCRYPTED, "mismatch", "none", "V007 V017", OTHER_HOLDER),
    other("an empty file", EMPTY, "cannot_check", "none", "V017"),
    Row("the original, its digest undisclosed", "manual_review", "none", "V021 V022", NO_FILE, ORIGINAL, chain=facts()),
    Row("fields equal, no digest disclosed", "partly_verified", "fields", "V021", NO_FILE, ORIGINAL, SAME, facts()),
)

#: No bundle.
BARE = (
    bare("a scan without a bundle", SCAN, "cannot_check", "V014"),
    bare("a PDF of images without a bundle", IMAGE_PDF, "cannot_check", "V014"),
    bare("another file without a bundle, no index asked", ORIGINAL, "cannot_check", "V014"),
    bare("another file, unknown to the index", ORIGINAL, "not_registered", "V004 V014", indexed=True),
    bare("an encrypted file without a bundle", ENCRYPTED, "cannot_check", "V014 V017"),
    bare("a damaged file without a bundle", DAMAGED, "cannot_check", "V014 V017"),
    bare("an empty file without a bundle", EMPTY, "cannot_check", "V014 V017"),
)

#: A bundle that fails, nobody to trust, nobody who answers.
UNREAD = (
    unread("a bundle whose proof leads elsewhere", "mismatch", "none", "V013", bundle=BROKEN),
    unread("a bundle that is not canonical", "mismatch", "none", "V013", bundle="a line feed behind it", file=None),
    unread("a failing bundle and a silent chain", "mismatch", "none", "V013", bundle=BROKEN, chain=SILENCE),
    unread("no trust file", "cannot_check", "exact", "V001 V012", trusted=False),
    unread(
        "no trust file, another holder", "mismatch", "exact", "V001 V007 V012", trusted=False, declared=OTHER_HOLDER
    ),
    unread("no trust file, an altered file", "mismatch", "none", "V003 V012", trusted=False, file=ALTERED),
    unread("a silent chain", "cannot_check", "exact", "V001 V011", chain=SILENCE),
    unread("a chain that was not asked", "cannot_check", "exact", "V001 V011"),
    unread("a silent chain, an altered file", "mismatch", "none", "V003 V011", chain=SILENCE, file=ALTERED),
    unread(
        "a silent chain, another holder", "mismatch", "exact", "V001 V007 V011", chain=SILENCE, declared=OTHER_HOLDER
    ),
    unread("a silent chain, a scan", "cannot_check", "none", "V011 V022", chain=SILENCE, file=SCAN),
)

#: What the record says.
RECORDS = (
    original("contracts with other code", "cannot_check", "V011", trusted_code=False),
    alone("contracts with other code and no record", "cannot_check", "fields", "V011", trusted_code=False, batch=None),
    original("no record", "not_registered", "V004", batch=None, key=None),
    original("no record, another holder", "mismatch", "V004 V007", OTHER_HOLDER, batch=None),
    original("a record of another kind", "mismatch", "V013", batch={"kind": "paper"}),
    original("a record of another size", "mismatch", "V013", batch={"size": 14}),
    original("a record of another algorithm", "mismatch", "V013", batch={"algorithm": 2}),
    original("a record of another kind, revoked", "mismatch", "V013", batch={"kind": "paper"}, **REVOKED),
)

#: What the key's record says.
KEYS = (
    original("a key retired since", "verified", "V009", key={"retired": NOW - 9}),
    original("a key compromised since the record's second", "manual_review", "V010", key=COMPROMISED),
    original(
        "a key compromised before", "manual_review", "V010", key=COMPROMISED | {"compromised_since": REGISTERED - 1}
    ),
    original("a key compromised after", "verified", "", key=COMPROMISED | {"compromised_since": REGISTERED + 1}),
    alone("a compromised key, an old date", "manual_review", "fields", "V010 V016", bundle=LATE, key=COMPROMISED),
    original("a key whose record cannot be had", "cannot_check", "V011", key=None),
    original("the record of another key", "cannot_check", "V011", key={"index": 2}),
    original("a key whose record cannot be had, revoked", "revoked", "V005 V011", key=None, **REVOKED),
    original("a compromised key, revoked", "revoked", "V005 V010", key=COMPROMISED, **REVOKED),
)

#: What the status bits say.
STATUS = (
    original("revoked", "revoked", "V005", **REVOKED),
    original("revoked, why and when unknown", "revoked", "V005", revoked=True),
    original("revoked, another holder", "mismatch", "V005 V007", OTHER_HOLDER, **REVOKED),
    Row("revoked, an altered file", "mismatch", "none", "V003 V005", file=ALTERED, chain=facts(**REVOKED)),
    Row("revoked, a scan", "revoked", "none", "V005 V022", file=SCAN, chain=facts(**REVOKED)),
    Row("revoked, an empty file", "revoked", "none", "V005 V017", file=EMPTY, chain=facts(**REVOKED)),
    original("suspended", "suspended", "V020", **SUSPENDED),
    original("suspended, then revoked", "revoked", "V005", **SUSPENDED | REVOKED),
    original("superseded", "superseded", "V006", **SUPERSEDED),
    original("superseded, successor unknown", "superseded", "V006", **SUPERSEDED | {"successor": None}),
    original("suspended, then superseded", "superseded", "V006", **SUSPENDED | SUPERSEDED),
)

#: The credential's own end.
EXPIRY = (
    alone("not yet expired", "verified", "fields", "", bundle=EXPIRES),
    alone("valid to the last second", "verified", "fields", "", bundle=EXPIRES, **LAST_SECOND),
    alone("expired", "expired", "fields", "V019", bundle=EXPIRES, **EXPIRED),
    alone("expired and revoked", "revoked", "fields", "V005 V019", bundle=EXPIRES, **EXPIRED, **REVOKED),
    alone("expired and suspended", "suspended", "fields", "V019 V020", bundle=EXPIRES, **EXPIRED, **SUSPENDED),
    alone("expired, no key's record", "expired", "fields", "V011 V019", bundle=EXPIRES, **EXPIRED, key=None),
)

#: Told beside the verdict.
BESIDE = (
    original("an issuer suspended since", "verified", "V023", standing="suspended", since=NOW - 9),
    original("an issuer revoked since", "verified", "V023", standing="revoked", since=NOW - 9),
    original("an issuer whose standing is unknown", "verified", "", standing=None, since=0),
    alone("registered ten years after its date", "verified", "fields", "V016", bundle=LATE),
)

ROWS = (*ORIGINALS, *ALONE, *OTHERS, *BARE, *UNREAD, *RECORDS, *KEYS, *STATUS, *EXPIRY, *BESIDE)
