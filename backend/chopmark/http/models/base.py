"""What all models share: sentences in both languages, findings with their places, times, blocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chopmark.core.transaction import BlockRef
from chopmark.errors import ChopmarkError
from chopmark.http.problems import as_problem
from chopmark.http.validation import wrong_shape
from chopmark.wording import Language, Wording

M = TypeVar("M", bound=BaseModel)

HEX64: Final = r"^[0-9a-f]{64}$"
Digest = Annotated[str, Field(pattern=HEX64, description="32 bytes, 64 lower-case hex digits")]
Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$", description="of a block or transaction")]
Address = Annotated[str, Field(pattern=r"^0x[0-9a-f]{40}$", description="of an account or contract")]
Attestation = Annotated[str, Field(description="eip155:CHAIN:REGISTRY:ROOT/INDEX")]
Problem = Annotated[dict[str, Any], Field(description="as in application/problem+json")]


class Strict(BaseModel):
    """A closed object."""

    model_config = ConfigDict(extra="forbid")


class Said(Strict):
    """A sentence in both languages."""

    zh: str
    en: str


class Place(Strict):
    """Where something is wrong; what is not known is absent. ``row``: as a spreadsheet counts, or the entry's number."""

    file: str | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = None
    value: str | None = None


class FindingOut(Strict):
    """Something that a check has to say: code, sentence, what to do, and where."""

    code: str = Field(examples=["I010"])
    message: Said
    next: Said
    place: Place | None = None


class Block(Strict):
    """A block of a chain."""

    chainId: int  # noqa: N815  (as bundles and trust files write it)
    block: int
    hash: Hash
    time: datetime


class Registered(Strict):
    """Where and when something was registered: the chain says so."""

    block: int
    time: datetime


def said(wording: Wording) -> Said:
    """A sentence of ours."""
    return Said(zh=wording.fact(Language.ZH, {}), en=wording.fact(Language.EN, {}))


def moment(seconds: int) -> datetime:
    """Unix seconds as a time that is written with Z."""
    return datetime.fromtimestamp(seconds, UTC)


def rfc3339(seconds: int) -> str:
    """Unix seconds as RFC 3339 text."""
    return moment(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def block_of(chain_id: int, block: BlockRef) -> Block:
    """A block that was read at."""
    return Block(chainId=chain_id, block=block.number, hash="0x" + block.hash.hex(), time=moment(block.time))


def trouble_of(fault: ChopmarkError | None, language: Language) -> dict[str, Any] | None:
    """An error inside an answer."""
    return None if fault is None else as_problem(fault, language)


def shaped(model: type[M], value: object, where: str = "body") -> M:
    """What a request brought, as described. Raises ``WrongShape`` with every place, never a value."""
    try:
        return model.model_validate(value)
    except ValidationError as fault:
        raise wrong_shape([{**error, "loc": (where, *error["loc"])} for error in fault.errors()]) from None


def dumped(model: BaseModel) -> dict[str, Any]:
    """A model as JSON values; what was never set is absent."""
    made: dict[str, Any] = model.model_dump(mode="json", exclude_unset=True)
    return made


def answers(declared: Mapping[str, Any], **responses: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a route with further answers: ``_200={"model": …}``."""
    more = {int(status.removeprefix("_")): dict(said) for status, said in responses.items()}
    return {**declared, "responses": {**declared["responses"], **more}}


def binary(media_type: str, description: str, status: int = 200) -> dict[str, Any]:
    """An answer that is a file, for ``answers``."""
    schema = {"type": "string", "format": "binary"}
    return {f"_{status}": {"description": description, "content": {media_type: {"schema": schema}}}}
