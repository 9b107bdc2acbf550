"""Which credentials a list means: all of them looked up together, and everything that is wrong with it said at once."""

# ruff: noqa: D102  (the store's own classes say what their methods do)
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chopmark.core.finding import Finding, Place
from chopmark.core.ledger import CredentialRow
from chopmark.kinds.values import printable
from chopmark.services.find import numbers_meant
from chopmark.services.ports import KeptBatches
from chopmark.wording import Wording

_HEX: Final = re.compile(r"[0-9a-f]{64}")


class OwnCredentials(Protocol):
    """An issuer's credentials."""

    def of_issuer_many(self, issuer: bytes, commitments: Sequence[bytes]) -> list[CredentialRow]: ...
    def of_issuer_numbered(self, issuer: bytes, numbers: Sequence[str]) -> list[CredentialRow]: ...


class Books(Protocol):
    """The part of a transaction that is needed."""

    @property
    def credentials(self) -> OwnCredentials: ...
    @property
    def batches(self) -> KeptBatches: ...


@dataclass(frozen=True, slots=True)
class Meant:
    """The credentials of a list, each once, and what is wrong with the list (I050, I051), by place from 1."""

    rows: tuple[CredentialRow, ...]
    findings: tuple[Finding, ...]


def meant(tx: Books, issuer: bytes, texts: Sequence[str]) -> Meant:
    """Of an issuer's own credentials those that the texts name: commitments in full, or numbers as printed.

    Of several with one number the living one is meant. Another issuer's are as if they were not there.
    """
    texts = [text.strip() for text in texts]
    exact = {text: bytes.fromhex(text) for text in texts if _HEX.fullmatch(text)}
    numbers = {text: numbers_meant(text) for text in dict.fromkeys(texts) if text not in exact}
    by_commitment = {row.commitment: row for row in tx.credentials.of_issuer_many(issuer, [*exact.values()])}
    by_number: defaultdict[str, list[CredentialRow]] = defaultdict(list)
    wanted = [number for named in numbers.values() for number in named]
    for row in tx.credentials.of_issuer_numbered(issuer, wanted):
        for number in {row.number, row.former_number} - {None}:
            by_number[number or ""].append(row)
    rows: dict[int, CredentialRow] = {}
    findings: list[Finding] = []
    for place, text in enumerate(texts, 1):
        if text in exact:
            named = [by_commitment[exact[text]]] if exact[text] in by_commitment else []
        else:
            named = _living([row for number in numbers[text] for row in by_number[number]])
        if len(named) == 1:
            rows[named[0].id] = named[0]
        else:
            why = _SEVERAL if named else _NONE
            findings.append(Finding("I050", {"value": printable(text), "why": why}, Place(row=place)))
    findings += _unregistered(tx, list(rows.values()))
    return Meant(tuple(rows.values()), tuple(findings))


def _living(rows: Sequence[CredentialRow]) -> list[CredentialRow]:
    once = {row.id: row for row in rows}
    return [row for row in once.values() if row.number is not None] or list(once.values())[-1:]


def _unregistered(tx: Books, rows: Sequence[CredentialRow]) -> list[Finding]:
    """Those that do not stand on the chain for good."""
    numbers = {row.batch_id for row in rows if row.batch_id is not None}
    final = {at for at in numbers if (batch := tx.batches.get(at)) is not None and batch.anchored}
    return [Finding("I051", {"value": printable(row.label)}) for row in rows if row.batch_id not in final]


_NONE: Final = Wording("本机构没有登记过", "this institution registered none")
_SEVERAL: Final = Wording("有多份", "there are several")
