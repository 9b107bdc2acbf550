"""Accrediting: an authority tells the registry who may attest what, acting as its own institution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Path
from starlette.responses import Response

from chopmark.core.reasons import find_reason
from chopmark.core.reference import issuer_id
from chopmark.core.submission import Sort, Stage
from chopmark.errors import InputError, KeystoreError
from chopmark.http.api.issuers import Number
from chopmark.http.auth import Caller
from chopmark.http.here import Here, SignedIn, Spoken
from chopmark.http.idempotency import Repeat, RepeatHere
from chopmark.http.models.base import dumped, moment, trouble_of
from chopmark.http.models.issuers import CallOut, GrantIn, OperationOut, ReasonIn
from chopmark.http.office import progress
from chopmark.http.problems import NotFound
from chopmark.http.routes import Router, declared
from chopmark.http.service import Service
from chopmark.kinds import find_kind
from chopmark.services.accredit import Desk, Errand
from chopmark.services.errands import on_the_way, try_new
from chopmark.services.repeats import Answer
from chopmark.services.submit.operation import Operation, operation, submit_operation
from chopmark.services.submit.registration import Asked
from chopmark.wording import Language, Wording

router = Router(tags=["accreditations"])

WRITE = "accreditations:write"
OperationId = Annotated[str, Path(pattern=r"^op_[A-Za-z0-9_-]{22}$", examples=["op_4u0wPpTzQ0CkY1h2kVn0Ag"])]
Code = Annotated[str, Path(max_length=60, description="code of a kind", examples=["degree"])]
Verb = Literal["suspend", "resume", "revoke"]
_VERBS = {"suspend": "suspend", "resume": "lift", "revoke": "revoke"}


@router.post(
    "/issuers/{number}/accreditations",
    **declared(WRITE, 400, 404, 409, 413, 415),
    operation_id="accredit",
    summary="授权机构 · accredit an institution",
    status_code=202,
    response_model=OperationOut,
)
def grant(
    number: Number, wanted: GrantIn, caller: SignedIn, here: Here, spoken: Spoken, repeat: RepeatHere
) -> Response:
    """For one kind, from now on. What the registry would refuse is refused here, before anything is kept."""
    code = find_kind(wanted.kind).code
    until = int(wanted.until.timestamp()) if wanted.until else 0
    if wanted.until and until <= here.site.clock():
        raise InputError(place="until", why=_PAST, fix_zh="请给出将来的时间", fix_en="Give a time to come")

    def made(desk: Desk, node: bytes, by: str) -> Errand:
        return desk.grant(node, by, [code], until, accreditor=wanted.accreditor)

    return _Counter(here, caller, spoken, number, code).carry_out(repeat, made)


@router.post(
    "/issuers/{number}/accreditations/{kind}/{verb}",
    **declared(WRITE, 400, 404, 409, 413, 415),
    operation_id="restrain",
    summary="中止、恢复、撤销授权 · suspend, resume, revoke an accreditation",
    status_code=202,
    response_model=OperationOut,
)
def restrain(
    number: Number,
    kind: Code,
    verb: Verb,
    wanted: ReasonIn,
    caller: SignedIn,
    here: Here,
    spoken: Spoken,
    repeat: RepeatHere,
) -> Response:
    """It holds for everything below that institution at once; only its own rank or a higher one can take it back."""
    code = find_kind(kind).code
    reason = find_reason(wanted.reason, "accreditation").code

    def made(desk: Desk, node: bytes, by: str) -> Errand:
        return desk.restrain(_VERBS[verb], node, by, [code], reason)

    return _Counter(here, caller, spoken, number, code).carry_out(repeat, made)


@router.get(
    "/operations/{id}",
    **declared(WRITE, 404, owned=["id"]),
    operation_id="operation",
    summary="授权事项的进度 · how far an operation is",
)
def show(id: OperationId, caller: SignedIn, here: Here, spoken: Spoken) -> OperationOut:  # noqa: A002
    """State and transactions, and the registry's own reason if it refused."""
    with here.site.ledger.read() as tx:
        row = tx.submissions.find(id, caller.acts_for(), Sort.OPERATION)
        if row is None:
            raise NotFound
        return _told(operation(tx, row, progress(here)), spoken)


class _Counter:
    """One request at the counter where accreditations are handled."""

    def __init__(self, here: Service, caller: Caller, spoken: Language, number: int, kind: str) -> None:
        self._here, self._caller, self._spoken = here, caller, spoken
        self._number, self._kind = number, kind

    def carry_out(self, repeat: Repeat, made: Callable[[Desk, bytes, str], Errand]) -> Response:
        """Try the calls on the chain, keep them to be sent, and say where their progress is told."""
        repeat.require()
        with repeat.turn() as turn:
            if turn.kept is not None:
                return turn.kept
            here, site, node = self._here, self._here.site, self._caller.acts_for()
            desk = site.desk()
            state = desk.directory.by_serial(self._number)
            if state is None:
                raise NotFound
            by = self._own_key(desk, node)
            errand = made(desk, state.id, by)
            sender = site.key_address(by)
            with site.ledger.read() as tx:
                known = on_the_way(tx, sender)
            try_new(site.chain, sender, errand.calls, known)
            asked = Asked(node, self._caller.token_id, int(site.clock()))

            def work(tx: Any) -> Answer:
                row = submit_operation(tx, sender, errand.calls, self._kind, asked)
                out = _told(operation(tx, row, progress(here)), self._spoken)
                return Answer.of(202, dumped(out), location=f"/api/v1/operations/{row.public}")

            response = turn.commit(work)
            here.moved()
            return response

    def _own_key(self, desk: Desk, node: bytes) -> str:
        """The key with which the caller's institution accredits, and as nobody else. Raises ``KeystoreError``."""
        row = next((row for row in desk.nodes if row.node == node), None)
        names = [name for name in (row.key, row.controller) if name] if row else []
        acting = {name: desk.directory.acting(desk.address_of(name)) for name in names if not name.startswith("0x")}
        for name, nodes in acting.items():
            if nodes == (node,):
                return name
        if issuer_id(desk.prefix, 0) == node and row and row.controller:
            return row.controller
        why = _NO_KEY.filled(name=self._caller.institution)
        raise KeystoreError(why=why, fix_zh=_KEY.zh, fix_en=_KEY.en)


def _told(found: Operation, language: Language) -> OperationOut:
    row = found.row
    return OperationOut.model_validate(
        {
            "id": row.public,
            "state": found.stage.value if found.stage is not Stage.TO_SIGN else "queued",
            "created_at": moment(row.created_at),
            "calls": [
                CallOut(
                    purpose=call.purpose,
                    transaction="0x" + box.tx_hash.hex() if box else None,
                    block=box.block_number if box else None,
                )
                for call, box in found.calls
            ],
            "trouble": trouble_of(found.trouble, language),
        }
    )


_PAST = Wording("已经过去", "it is past")
_NO_KEY = Wording("“{name}”在本站没有可用于授权的密钥", "“{name}” has no key here that may accredit for it alone")
_KEY = Wording("请由本站管理员加入带 accredit 权限的密钥", "Let this site's operator add a key with the role accredit")
