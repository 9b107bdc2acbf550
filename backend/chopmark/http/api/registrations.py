"""Registering: checked in the request, acknowledged once it is on disk, sent by the worker."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Path, Query
from starlette.responses import Response

from chopmark.core.submission import Sort, SubmissionRow
from chopmark.core.words import Role
from chopmark.http.auth import Caller
from chopmark.http.bodies import REGISTRATION
from chopmark.http.cursors import Page, Paging, paging
from chopmark.http.here import Here, SignedIn, Spoken
from chopmark.http.idempotency import RepeatHere, Turn
from chopmark.http.intake import Given, Reading, archive_limits, read_upload
from chopmark.http.models.base import answers, dumped
from chopmark.http.models.credentials import CredentialOut, credential_out
from chopmark.http.models.registrations import DryRun, RegistrationOut, registration_out
from chopmark.http.office import acting, asked, progress, require_key, today
from chopmark.http.problems import FindingsError, NotFound, WrongShape
from chopmark.http.routes import JSON, Router, declared
from chopmark.http.service import Service
from chopmark.http.uploads import MULTIPART, NDJSON, Upload, uploaded
from chopmark.services.acting import Acting, accreditation_finding
from chopmark.services.register import rejected_sheet, set_aside, weigh
from chopmark.services.register.check import Checked, as_json, check, planned
from chopmark.services.register.listed import MOST
from chopmark.services.register.run import blind
from chopmark.services.repeats import Answer
from chopmark.services.sheet.choices import to_remember
from chopmark.services.submit.own import own
from chopmark.services.submit.registration import TurnedAway, registration, submit_checked
from chopmark.wording import Language, Wording

router = Router(tags=["registrations"])

RegistrationId = Annotated[str, Path(pattern=r"^reg_[A-Za-z0-9_-]{22}$", examples=["reg_4u0wPpTzQ0CkY1h2kVn0Ag"])]
READ: Final = "registrations:read"
WRITE: Final = "registrations:write"


@router.post(
    "/registrations",
    **answers(
        declared(WRITE, 400, 404, 408, 409, 413, 415, extra=REGISTRATION),
        _200={"model": DryRun, "description": "dry_run: what was found; nothing was written"},
        _202={"model": RegistrationOut, "description": "on disk; a worker registers it"},
    ),
    operation_id="register",
    summary="登记凭证 · register credentials",
    response_class=Response,
)
def register(
    upload: Annotated[Upload, uploaded(JSON, MULTIPART, NDJSON)],
    caller: SignedIn,
    here: Here,
    spoken: Spoken,
    repeat: RepeatHere,
    dry_run: Annotated[bool, Query(description="check only, write nothing")] = False,
    skip_invalid: Annotated[bool, Query(description="register the good rows of a sheet, set the others aside")] = False,
    again: Annotated[bool, Query(description="register anew what was revoked")] = False,
    kind: Annotated[str, Query(max_length=60, description="of a sheet, or of lines that do not say it")] = "",
) -> Response:
    """Fields as JSON, one credential with its files, a sheet with an archive of files, or one JSON object a line.

    Everything is checked first; if anything is wrong, everything that is wrong is told and nothing is written.
    """
    if not dry_run:
        repeat.require()
    with repeat.turn() as turn:
        if turn.kept is not None:
            return turn.kept
        who = acting(here, caller)
        given = read_upload(upload, _reading(here, who, kind))
        registering = _Registering(here, caller, spoken, who, given, again=again)
        if dry_run:
            return registering.dry_run()
        return registering.accept(turn, skip_invalid=skip_invalid)


def _reading(here: Service, who: Acting, kind: str) -> Reading:
    def remembered(code: str) -> dict[str, str]:
        with here.site.ledger.read() as tx:
            return tx.headings.of(who.node, code)

    settings = here.site.settings
    return Reading(kind, today(here), settings.max_file_bytes, remembered, archive_limits(settings))


class _Registering:
    """One request to register."""

    def __init__(
        self, here: Service, caller: Caller, spoken: Language, who: Acting, given: Given, *, again: bool
    ) -> None:
        self._here, self._caller, self._spoken = here, caller, spoken
        self._who, self._given, self._again = who, given, again

    def dry_run(self) -> Response:
        """What was found, as the command line says it; nothing is written."""
        checked = self._checked(needs_chain=False)
        if not checked.findings and checked.weighed.new and checked.unasked is None:
            require_key(self._here, self._who, Role.ATTEST)
        told: dict[str, Any] = as_json(checked, planned(self._here.site.ledger, self._who.node, checked))
        found = self._found(checked)
        headings = [match.as_json() for match in self._given.drafted.headings]
        told |= {"findings": told["findings"][:MOST], "warnings": told["warnings"][:MOST]}
        return _answer(DryRun.model_validate({"dry_run": True, **told, "headings": headings, "found": found}))

    def accept(self, turn: Turn, *, skip_invalid: bool) -> Response:
        """Everything on disk, or an error and nothing written."""
        checked = self._checked(needs_chain=not skip_invalid)
        away = None
        if skip_invalid and checked.findings:
            checked, away = self._set_aside(checked)
        if checked.findings:
            raise FindingsError(checked.findings[:MOST], total=self._found(checked))
        if checked.weighed.new:
            require_key(self._here, self._who, Role.ATTEST)
        who = asked(self._here, self._caller, self._who)
        rows = blind(checked, self._who.node, who.now)

        def work(tx: Any) -> Answer:
            row = submit_checked(tx, checked, rows, who, again=self._again, away=away)
            if self._given.headings:
                tx.headings.remember(who.issuer, checked.kind.code, to_remember(self._given.headings), who.now)
            out = registration_out(registration(tx, row, progress(self._here)), self._spoken)
            return Answer.of(202, dumped(out), location=f"/api/v1/registrations/{row.public}")

        response = turn.commit(work)
        self._here.moved()
        return response

    def _checked(self, *, needs_chain: bool) -> Checked:
        given, who, site = self._given, self._who, self._here.site
        with site.ledger.read() as tx:
            weighed = weigh(tx.credentials, who.node, given.kind, given.drafted.drafts, given.name, again=self._again)
        accredited = lambda: accreditation_finding(site.chain, given.kind, who)  # noqa: E731
        return check(given.kind, given.drafted, weighed, accredited, needs_chain=needs_chain)

    def _found(self, checked: Checked) -> int:
        return len(checked.findings) - len(self._given.drafted.findings) + self._given.found

    def _set_aside(self, checked: Checked) -> tuple[Checked, TurnedAway]:
        """The good rows, and a sheet of the others with what is wrong with each."""
        sheet = self._given.sheet
        if sheet is None:
            raise WrongShape([("query.skip_invalid", _ONLY_SHEETS)])
        aside = set_aside(checked.drafted, checked.weighed)
        accredited = lambda: accreditation_finding(self._here.site.chain, checked.kind, self._who)  # noqa: E731
        kept = check(checked.kind, aside.drafted, aside.weighed, accredited, needs_chain=True)
        if not kept.findings and not kept.weighed.new and not kept.weighed.known:
            return checked, TurnedAway(0, None)  # no good row is left: nothing is registered, and all of it is told
        return kept, TurnedAway(len(aside.rows), rejected_sheet(sheet, aside.rows, self._spoken))


@router.get(
    "/registrations",
    **declared(READ),
    operation_id="registrations",
    summary="本机构的登记 · registrations of one's own institution",
)
def listing(
    caller: SignedIn, here: Here, spoken: Spoken, page: Annotated[Paging, paging("registrations")]
) -> Page[RegistrationOut]:
    """Newest first."""
    before = int(page.after[0]) if page.after else None
    with here.site.ledger.read() as tx:
        rows = tx.submissions.page(caller.acts_for(), Sort.REGISTRATION, before, page.limit + 1)
        items = [registration_out(registration(tx, row, progress(here)), spoken) for row in rows[: page.limit]]
    more = page.next((rows[page.limit - 1].id,)) if len(rows) > page.limit else None
    return Page(items=items, next=more)


@router.get(
    "/registrations/{id}",
    **declared(READ, 404, owned=["id"]),
    operation_id="registration",
    summary="一次登记的进度 · how far a registration is",
)
def show(id: RegistrationId, caller: SignedIn, here: Here, spoken: Spoken) -> RegistrationOut:  # noqa: A002
    """State, batches, and what keeps it from going on, if anything does."""
    with here.site.ledger.read() as tx:
        return registration_out(registration(tx, find(tx, id, caller), progress(here)), spoken)


@router.get(
    "/registrations/{id}/credentials",
    **declared(READ, 404, owned=["id"]),
    operation_id="registrationCredentials",
    summary="一次登记的凭证 · the credentials of a registration",
)
def credentials(
    id: RegistrationId,  # noqa: A002
    caller: SignedIn,
    here: Here,
    page: Annotated[Paging, paging("registration-credentials")],
) -> Page[CredentialOut]:
    """In the order in which they were given, those that were registered before included."""
    after = int(page.after[0]) if page.after else -1
    with here.site.ledger.read() as tx:
        row = find(tx, id, caller)
        items = tx.submissions.items(row.id, after, page.limit + 1)
        wanted = [item.credential for _, item in items[: page.limit] if item.credential is not None]
        rows = tx.credentials.get_many(wanted)
        told = [credential_out(each) for each in own(tx, [rows[at] for at in wanted])]
    more = page.next((items[page.limit - 1][0],)) if len(items) > page.limit else None
    return Page(items=told, next=more)


def find(tx: Any, public: str, caller: Caller) -> SubmissionRow:
    """A registration of the caller's own institution. Raises ``NotFound``, for another's too."""
    row: SubmissionRow | None = tx.submissions.find(public, caller.acts_for(), Sort.REGISTRATION)
    if row is None:
        raise NotFound
    return row


def _answer(model: DryRun) -> Response:
    import orjson

    return Response(orjson.dumps(dumped(model)), media_type=JSON)


_ONLY_SHEETS: Final = Wording("只用于表格", "it is for sheets only")
