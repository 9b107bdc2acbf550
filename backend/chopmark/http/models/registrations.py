"""Registrations as they are asked for and told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StrictInt, StrictStr

from chopmark.core.submission import Stage
from chopmark.http.models.base import Digest, FindingOut, Hash, Problem, Strict, moment, trouble_of
from chopmark.services.submit.registration import Registration
from chopmark.wording import Language

MOST_CREDENTIALS = 10_000
MOST_LINES = 20_000
"""Lines of one request: all are taken in by one transaction, which holds up every other writer for its time."""
VALUE_LIMIT = 20_000

State = Literal["queued", "to_sign", "sent", "confirming", "registered", "refused"]
KindCode = Annotated[
    str, Field(min_length=1, max_length=60, examples=["degree"], description="code of a kind, see /kinds")
]
Text = Annotated[StrictStr, Field(max_length=VALUE_LIMIT)]
Fields = Annotated[
    dict[Annotated[str, Field(max_length=200)], Text | StrictInt | Annotated[list[Text], Field(max_length=500)]],
    Field(
        max_length=200,
        description="by the field's name, or its Chinese or English label",
        examples=[
            {
                "holder_name": "王莉",
                "school": "东方理工大学",
                "level": "本科",
                "certificate_number": "105331202605000001",
                "major": "土木工程",
                "graduation_date": "2026-06-30",
            }
        ],
    ),
]


class CredentialIn(Strict):
    """One credential to be registered. ``label``: what its bundle is called after; without one its number."""

    fields: Fields
    label: Annotated[str, Field(max_length=200)] = ""


class RegistrationIn(Strict):
    """Credentials of one kind, without files."""

    kind: KindCode
    credentials: Annotated[list[CredentialIn], Field(min_length=1, max_length=MOST_CREDENTIALS)]


class OneIn(Strict):
    """One credential, whose files come beside it; also one line of a list."""

    kind: KindCode
    fields: Fields
    label: Annotated[str, Field(max_length=200)] = ""


class Heading(Strict):
    """What a column of the sheet was taken for."""

    column: str
    heading: str
    field: str | None
    how: str
    suggestion: str | None = None


class PlanOut(Strict):
    """What registering would take now, with all that waits already. ``computation``: gas, an upper estimate."""

    transactions: int
    computation: int


class DryRun(Strict):
    """What was found and what would happen; nothing was written. ``chain``: why the chain could not be asked, if so."""

    dry_run: Literal[True]
    kind: str
    rows: int
    new: int
    known: int
    findings: list[FindingOut]
    warnings: list[FindingOut]
    plan: PlanOut | None
    chain: dict[str, Any] | None
    headings: list[Heading] = Field(description="of a sheet; else empty")
    found: int = Field(description="findings in all; at most 1,000 are listed")


class BatchOut(Strict):
    """A batch of leaves under one root. ``block``, ``time``: null until it stands in a final block."""

    root: Digest
    size: int
    block: int | None
    time: datetime | None
    transaction: Hash | None


class RegistrationOut(Strict):
    """What was taken in, and how far it is.

    ``count``: credentials in all; of these ``known`` were registered before, ``registered`` stand in final blocks.
    ``rejected``: rows of the sheet that were set aside. ``replaces``: the credential that this one corrects.
    """

    id: str = Field(examples=["reg_4u0wPpTzQ0CkY1h2kVn0Ag"])
    kind: str
    issuer: int
    created_at: datetime
    count: int
    state: State
    registered: int
    known: int
    rejected: int
    replaces: Digest | None
    batches: list[BatchOut]
    trouble: Problem | None
    credentials: str


def state_of(stage: Stage) -> State:
    """How far, as registrations say it."""
    return _STATES[stage]


_STATES: Final[dict[Stage, State]] = {
    Stage.TO_SIGN: "to_sign",
    Stage.QUEUED: "queued",
    Stage.SENT: "sent",
    Stage.CONFIRMING: "confirming",
    Stage.DONE: "registered",
    Stage.REFUSED: "refused",
}


def registration_out(found: Registration, language: Language) -> RegistrationOut:
    """A registration, told."""
    row = found.row
    return RegistrationOut(
        id=row.public,
        kind=row.kind,
        issuer=int.from_bytes(row.issuer[24:], "big"),
        created_at=moment(row.created_at),
        count=row.count,
        state=state_of(found.stage),
        registered=found.registered,
        known=row.count - row.new,
        rejected=row.turned_away,
        replaces=row.replaces.hex() if row.replaces else None,
        batches=[
            BatchOut(
                root=batch.root.hex(),
                size=batch.size,
                block=batch.block_number,
                time=None if batch.time is None else moment(batch.time),
                transaction="0x" + box.tx_hash.hex() if box else None,
            )
            for batch, box in found.batches
        ],
        trouble=trouble_of(found.trouble, language),
        credentials=f"/api/v1/registrations/{row.public}/credentials",
    )
