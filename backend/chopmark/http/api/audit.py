"""Auditing: the life of a credential or an institution, as the chain tells it, as known at any moment."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import Path, Query
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from chopmark.core.access import Role
from chopmark.core.reference import AttestationId, issuer_id
from chopmark.errors import FormatError, UnknownThing, UsageError
from chopmark.http.api.issuers import Number
from chopmark.http.auth import Caller
from chopmark.http.cursors import Paging, paging
from chopmark.http.here import Here, SignedIn
from chopmark.http.models.audit import TrailOut
from chopmark.http.models.base import rfc3339
from chopmark.http.problems import Conflict, NotFound, WrongShape
from chopmark.http.routes import Router, declared
from chopmark.http.service import Service
from chopmark.services.audit.as_form import Naming, as_json
from chopmark.services.audit.find import issuer_of
from chopmark.services.audit.moment import AsOf, as_of, is_block
from chopmark.services.audit.source import EventSource
from chopmark.services.audit.trail import Target, trail
from chopmark.wording import Wording

router = Router(tags=["audit"])

READ = "audit:read"
_COMMITMENT: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final[TypeAdapter[Any]] = TypeAdapter(AwareDatetime)
_NAMING: Final = Naming(key=lambda _: "", time=rfc3339)
"""Names in the keystore are this site's own business."""
Thing = Annotated[
    str,
    Path(
        max_length=200,
        description="commitment of a credential of this site, or an attestation id; its slash may stand as it is",
        examples=["0" * 64],
    ),
]
When = Annotated[str, Query(max_length=40, description="as known then: RFC 3339 time, or number of a block")]
_OPTIONS: dict[str, Any] = {"response_model": TrailOut}


@router.get(
    "/audit/credentials/{id:path}",
    **declared(READ, 404, 409, owned=["id"]),
    operation_id="auditCredential",
    summary="凭证的经历 · the life of a credential",
    **_OPTIONS,
)
def credential(
    id: Thing,  # noqa: A002
    caller: SignedIn,
    here: Here,
    page: Annotated[Paging, paging("audit-credential")],
    as_of: When = "",
) -> dict[str, Any]:
    """Attested, suspended, resumed, superseded, revoked: by whom, when, why; and what befell its issuer's accreditation."""
    source, target, attestation = _leaf(here, caller, id)
    return _told(source, target, as_of, page, attestation)


@router.get(
    "/audit/issuers/{number}",
    **declared(READ, 404, owned=["number"]),
    operation_id="auditIssuer",
    summary="机构的经历 · the life of an institution",
    **_OPTIONS,
)
def issuer(
    number: Number, caller: SignedIn, here: Here, page: Annotated[Paging, paging("audit-issuer")], as_of: When = ""
) -> dict[str, Any]:
    """Accreditations, keys, batches, changes of status, in the order of the chain."""
    chain, registry = here.site.home_registry
    node = issuer_id(registry.registry_id, number)
    _require_own(caller, node)
    source = here.site.event_source(chain, registry)
    if not source.events(node=node, registry="issuer"):
        raise NotFound
    return _told(source, Target(node), as_of, page, None)


def _leaf(here: Service, caller: Caller, text: str) -> tuple[EventSource, Target, AttestationId]:
    """The leaf meant. Raises ``NotFound``, for another institution's too, and ``Conflict`` before it is registered."""
    if _COMMITMENT.fullmatch(text):
        return _own_leaf(here, caller, bytes.fromhex(text))
    try:
        attestation = AttestationId.parse(text)
    except FormatError:
        raise NotFound from None
    found = here.site.trust.find(attestation.chain_id, attestation.registry)
    if found is None:
        raise NotFound
    source = here.site.event_source(*found)
    try:
        node = issuer_of(source, attestation.root, found[1].registry_id)
    except (UnknownThing, UsageError):
        raise NotFound from None
    _require_own(caller, node)
    return source, Target(node, attestation.root, attestation.index), attestation


def _own_leaf(here: Service, caller: Caller, commitment: bytes) -> tuple[EventSource, Target, AttestationId]:
    """By commitment: only where this site registered it."""
    with here.site.ledger.read() as tx:
        if caller.role is Role.REGISTRAR:
            mine = tx.credentials.of_issuer(caller.acts_for(), commitment)
            rows = [mine] if mine is not None else []
        else:
            rows = tx.credentials.by_commitment(commitment.hex())
        batch = tx.batches.get(rows[0].batch_id) if len(rows) == 1 and rows[0].batch_id is not None else None
    if len(rows) != 1:
        raise NotFound
    if batch is None or not batch.anchored or rows[0].leaf_index is None:
        raise Conflict(why=_NOT_YET)
    home = here.site.home
    attestation = AttestationId(home.chain_id, home.attestation_registry, batch.root, rows[0].leaf_index)
    source = here.site.event_source(*here.site.home_registry)
    return source, Target(batch.issuer, batch.root, rows[0].leaf_index), attestation


def _require_own(caller: Caller, node: bytes) -> None:
    """A registrar sees its own institution only: another's is as if it were not there."""
    if caller.role is Role.REGISTRAR and node != caller.acts_for():
        raise NotFound


def _told(
    source: EventSource, target: Target, when: str, page: Paging, attestation: AttestationId | None
) -> dict[str, Any]:
    found = trail(source, target, _moment(source, when))
    if target.index is not None and found.batch is not None and target.index >= found.batch.size:
        raise NotFound
    told: dict[str, Any] = as_json(found, _NAMING)
    start = int(page.after[0]) if page.after else 0
    entries = told["entries"]
    more = page.next((start + page.limit,)) if start + page.limit < len(entries) else None
    return told | {
        "attestation": str(attestation) if attestation else None,
        "entries": entries[start : start + page.limit],
        "next": more,
    }


def _moment(source: EventSource, text: str) -> AsOf:
    """Raises ``WrongShape`` for what is neither, ``UsageError`` for a moment that is not final yet."""
    if not text:
        return as_of(source)
    if is_block(text):
        return as_of(source, block=int(text))
    try:
        time = int(_TIME.validate_python(text).timestamp())
    except (ValidationError, OverflowError):
        raise WrongShape([("query.as_of", _WHEN)]) from None
    return as_of(source, time=time)


_NOT_YET: Final = Wording("尚未登记完成", "it is not registered yet")
_WHEN: Final = Wording("应为 RFC 3339 时间或区块号", "it must be an RFC 3339 time or the number of a block")
