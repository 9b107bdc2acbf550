"""An institution's own credentials: found, shown, and each one's bundle."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from starlette.responses import Response

from chopmark.core.bundle import write_bundle
from chopmark.core.ledger import CredentialRow
from chopmark.http.attachments import attachment
from chopmark.http.auth import Caller
from chopmark.http.cursors import Page, Paging, paging
from chopmark.http.here import Here, SignedIn
from chopmark.http.models.base import HEX64, answers
from chopmark.http.models.credentials import CredentialOut, credential_out
from chopmark.http.problems import Conflict, NotFound
from chopmark.http.routes import JSON, Router, declared
from chopmark.kinds import find_kind
from chopmark.services.bundles import bundle_of
from chopmark.services.find import numbers_meant
from chopmark.services.register.deliver import SUFFIX, file_name
from chopmark.services.submit.own import own
from chopmark.wording import Wording

router = Router(tags=["credentials"])

READ = "credentials:read"
CredentialId = Annotated[str, Path(pattern=HEX64, description="commitment", examples=["0" * 64])]


@router.get(
    "/credentials",
    **declared(READ, 404),
    operation_id="credentials",
    summary="本机构的凭证 · credentials of one's own institution",
)
def listing(
    caller: SignedIn,
    here: Here,
    page: Annotated[Paging, paging("credentials")],
    number: Annotated[str, Query(max_length=200, description="as printed")] = "",
    kind: Annotated[str, Query(max_length=60, description="code of a kind")] = "",
) -> Page[CredentialOut]:
    """Newest first; those with a number, now or formerly, and of one kind, if that is asked for."""
    code = find_kind(kind).code if kind else ""
    numbers = numbers_meant(number) if number.strip() else None
    before = int(page.after[0]) if page.after else None
    with here.site.ledger.read() as tx:
        node = caller.acts_for()
        rows = tx.credentials.page(node, kind=code, numbers=numbers, before=before, limit=page.limit + 1)
        items = [credential_out(each) for each in own(tx, rows[: page.limit])]
    more = page.next((rows[page.limit - 1].id,)) if len(rows) > page.limit else None
    return Page(items=items, next=more)


@router.get(
    "/credentials/{id}",
    **declared(READ, 404, owned=["id"]),
    operation_id="credential",
    summary="一份凭证 · one credential",
)
def show(id: CredentialId, caller: SignedIn, here: Here) -> CredentialOut:  # noqa: A002
    """How far its registration is, and its status as far as the site has followed the chain."""
    with here.site.ledger.read() as tx:
        (told,) = own(tx, [find(tx, id, caller)])
    return credential_out(told)


_BUNDLE = {"description": "the bundle: for its holder, who alone decides whom it is shown to", "content": {JSON: {}}}


@router.get(
    "/credentials/{id}/bundle",
    **answers(declared(READ, 404, 409, owned=["id"]), _200=_BUNDLE),
    operation_id="bundle",
    summary="一份凭证包 · one bundle",
    response_class=Response,
)
def bundle(id: CredentialId, caller: SignedIn, here: Here) -> Response:  # noqa: A002
    """The exact bytes, as an attachment; 409 until it is registered."""
    with here.site.ledger.read() as tx:
        row = find(tx, id, caller)
        (told,) = own(tx, [row])
        if told.attestation is None:
            raise Conflict(why=_NOT_YET)
        data = write_bundle(bundle_of(tx, row))
    return attachment(data, file_name(row.label) + SUFFIX, JSON)


def find(tx: Any, commitment: str, caller: Caller) -> CredentialRow:
    """A credential of the caller's own institution. Raises ``NotFound``, for another's too."""
    row: CredentialRow | None = tx.credentials.of_issuer(caller.acts_for(), bytes.fromhex(commitment))
    if row is None:
        raise NotFound
    return row


_NOT_YET = Wording("尚未登记完成", "it is not registered yet")
