"""Correcting: a new version is registered and the old one points to it, in one transaction of the chain."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.responses import Response

from chopmark.core.reasons import find_reason
from chopmark.core.words import Role
from chopmark.http.api.credentials import CredentialId, find
from chopmark.http.bodies import CORRECTION
from chopmark.http.here import Here, SignedIn, Spoken
from chopmark.http.idempotency import RepeatHere
from chopmark.http.intake import in_own_names
from chopmark.http.models.base import dumped, shaped
from chopmark.http.models.corrections import CorrectionIn
from chopmark.http.models.registrations import RegistrationOut, registration_out
from chopmark.http.office import acting, asked, progress, require_key, today
from chopmark.http.problems import FindingsError
from chopmark.http.routes import JSON, Router, declared
from chopmark.http.uploads import MULTIPART, Upload, uploaded
from chopmark.kinds import find_kind
from chopmark.services.register.listed import named
from chopmark.services.repeats import Answer
from chopmark.services.status.correct import check_correction, draft_correction
from chopmark.services.submit.registration import registration, submit_correction

router = Router(tags=["status"])


@router.post(
    "/credentials/{id}/correction",
    **declared("status:write", 400, 404, 408, 409, 413, 415, owned=["id"], extra=CORRECTION),
    operation_id="correct",
    summary="更正凭证 · correct a credential",
    status_code=202,
    response_model=RegistrationOut,
)
def correct(
    id: CredentialId,  # noqa: A002
    upload: Annotated[Upload, uploaded(JSON, MULTIPART)],
    caller: SignedIn,
    here: Here,
    spoken: Spoken,
    repeat: RepeatHere,
) -> Response:
    """What is not given is taken over from the old version, but for its files: name those that the new one binds."""
    repeat.require()
    with repeat.turn() as turn:
        if turn.kept is not None:
            return turn.kept
        given = upload.json("body") if upload.media_type == JSON else upload.field_json("request")
        wanted = shaped(CorrectionIn, given)
        code = find_reason(wanted.reason).code
        who = acting(here, caller)
        with here.site.ledger.read() as tx:
            old = find(tx, id, caller)
        fields = named(find_kind(old.kind), wanted.fields)
        files = list(in_own_names(upload.part("file"), upload.folder / "files"))
        drafted = draft_correction(old, fields, files, here.site.settings.max_file_bytes, today(here))
        if not drafted.ok:
            raise FindingsError(drafted.findings)
        with here.site.ledger.read() as tx:
            correction = check_correction(tx, old, drafted)
        if correction.done is None:
            require_key(here, who, Role.ATTEST, Role.STATUS)
        request = asked(here, caller, who)

        def work(tx: Any) -> Answer:
            row = submit_correction(tx, correction, code, request)
            out = registration_out(registration(tx, row, progress(here)), spoken)
            return Answer.of(202, dumped(out), location=f"/api/v1/registrations/{row.public}")

        response = turn.commit(work)
        here.moved()
        return response
