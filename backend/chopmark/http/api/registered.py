"""What a registration gives back: bundles for the holders, a list for the mail-merge, the rows that were set aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from starlette.responses import Response

from chopmark.core.ledger import CredentialRow
from chopmark.core.submission import Stage, SubmissionRow
from chopmark.http.api.registrations import READ, RegistrationId, find
from chopmark.http.attachments import CSV, XLSX, ZIP, attachment, streamed
from chopmark.http.here import Here, SignedIn, Spoken
from chopmark.http.models.base import answers, binary
from chopmark.http.problems import Conflict, NotFound
from chopmark.http.routes import Router, declared
from chopmark.kinds import Kind, find_kind
from chopmark.kinds.kind import text_of
from chopmark.services.lifecycle import claims_of
from chopmark.services.register import MergeLine, mail_merge
from chopmark.services.register.pack import bundles_in_parts, entry_names, zipped
from chopmark.services.submit.own import own
from chopmark.services.submit.registration import registration
from chopmark.wording import Wording

router = Router(tags=["registrations"])


@router.get(
    "/registrations/{id}/bundles",
    **answers(declared(READ, 404, 409, owned=["id"]), **binary(ZIP, "one bundle for each credential")),
    operation_id="bundles",
    summary="下载凭证包 · the bundles of a registration",
    response_class=Response,
)
def bundles(id: RegistrationId, caller: SignedIn, here: Here) -> Response:  # noqa: A002
    """A ZIP archive that is made while it is sent; 409 until everything is registered."""
    with here.site.ledger.read() as tx:
        row = find(tx, id, caller)
        time = _require_registered(tx, row)
        ids = tx.submissions.credential_ids(row.id)
    pieces: Iterator[bytes] = zipped(bundles_in_parts(here.site.ledger.read, ids), time)
    return streamed(pieces, f"{row.public}.zip", ZIP)


@router.get(
    "/registrations/{id}/mail-merge",
    **answers(declared(READ, 404, 409, owned=["id"]), **binary(CSV, "UTF-8 with its mark")),
    operation_id="mailMerge",
    summary="邮件合并名单 · whose bundle is which",
    response_class=Response,
)
def merge(id: RegistrationId, caller: SignedIn, here: Here, spoken: Spoken) -> Response:  # noqa: A002
    """Names, numbers, names of bundles in the archive, attestation ids; 409 until everything is registered."""
    with here.site.ledger.read() as tx:
        row = find(tx, id, caller)
        _require_registered(tx, row)
        ids = tx.submissions.credential_ids(row.id)
        found = tx.credentials.get_many(ids)
        told = own(tx, [found[at] for at in ids])
    kind = find_kind(row.kind)
    names = entry_names([(each.row.label, each.row.commitment) for each in told])
    lines = [
        MergeLine(_holder(kind, each.row), each.number, (), name, str(each.attestation or ""))
        for each, name in zip(told, names, strict=True)
    ]
    return attachment(mail_merge(lines, spoken), f"{row.public}.mail-merge.csv", CSV)


@router.get(
    "/registrations/{id}/rejected",
    **answers(declared(READ, 404, owned=["id"]), **binary(XLSX, "rows with a column that says what to correct")),
    operation_id="rejectedRows",
    summary="未登记的行 · rows that were set aside",
    response_class=Response,
)
def rejected(id: RegistrationId, caller: SignedIn, here: Here) -> Response:  # noqa: A002
    """The rows of the sheet that were not registered, to be corrected and sent again; 404 if there were none."""
    with here.site.ledger.read() as tx:
        row = find(tx, id, caller)
        data = tx.submissions.rejected(row.id)
    if data is None:
        raise NotFound
    return attachment(data, f"{row.public}.rejected.xlsx", XLSX)


def _require_registered(tx: Any, row: SubmissionRow) -> int:
    """When the last of its credentials was registered (unix seconds). Raises ``Conflict`` until all of them are."""
    found = registration(tx, row)
    if found.stage is not Stage.DONE or found.registered < row.count:
        raise Conflict(why=_NOT_YET.filled(registered=found.registered, count=row.count))
    return max(batch.time or 0 for batch, _ in found.batches)


def _holder(kind: Kind, row: CredentialRow) -> str:
    claims = claims_of(row)
    return "、".join(text_of(claims[name]) for name in kind.holder if name in claims)


_NOT_YET: Final = Wording(
    "尚未全部登记完成（{registered}/{count}）", "not everything is registered yet ({registered} of {count})"
)
