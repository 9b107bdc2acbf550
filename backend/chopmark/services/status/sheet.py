"""Revoking, suspending, resuming by a sheet: one row a credential, everything checked before anything is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.core.ledger import BatchRow, ChangeRow, CredentialRow
from chopmark.core.normal import norm_name
from chopmark.core.reasons import find_reason
from chopmark.core.words import Op
from chopmark.errors import ChopmarkError, InputError, UnknownThing
from chopmark.kinds import Field, Kind, all_kinds, find_kind
from chopmark.kinds.kind import text_of
from chopmark.kinds.values import shown
from chopmark.services.find import find_credential
from chopmark.services.lifecycle import claims_of
from chopmark.services.pipeline import request_changes
from chopmark.services.pipeline.deliver import marked
from chopmark.services.pipeline.status import WORD_BITS
from chopmark.services.ports import Transaction
from chopmark.services.sheet import IGNORED, Choices, SheetRow, examine_sheet, heading_key, read_sheet
from chopmark.services.sheet.headings import known_keys
from chopmark.wording import Language, Wording


@dataclass(frozen=True, slots=True)
class Meant:
    """One row: the credential that it means, and the coded reason."""

    row: int
    credential: CredentialRow
    reason: int


@dataclass(frozen=True, slots=True)
class StatusSheet:
    """A sheet as examined. Only if there are no findings may its rows be asked for. ``rows``: how many it holds."""

    meant: tuple[Meant, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    rows: int

    def as_json(self) -> dict[str, object]:
        """For programs; every face says the same."""
        return {
            "rows": self.rows,
            "credentials": [
                {"row": m.row, "id": m.credential.commitment.hex(), "label": m.credential.label} for m in self.meant
            ],
            "findings": [found.as_json() for found in self.findings],
            "warnings": [found.as_json() for found in self.warnings],
        }


def examine_changes(
    tx: Transaction, data: bytes, name: str, issuer: bytes, op: Op, today: date, *, reason: str = "", tab: str = ""
) -> StatusSheet:
    """What the rows of a sheet mean, and everything that is wrong with them, by row.

    A row names a credential by its number, the beginning of its commitment, or its attestation id; it may give a reason of its own, else
    ``reason`` counts. Where it gives the holder's name too, that must be the registered one. Other columns are not read.
    """
    kind = _list_kind()
    sheet = read_sheet(data, name, kind, tab=tab)
    known = known_keys(kind)
    others = {heading: IGNORED for heading in sheet.headings if heading_key(heading) not in known}
    report = examine_sheet(kind, sheet, None, today, Choices(others))
    looking = _Looking(tx, name, issuer, op, reason)
    for row in report.rows:
        looking.add(row)
    findings = sorted([*report.findings, *looking.findings], key=lambda found: found.place.row)
    return StatusSheet(tuple(looking.meant), tuple(findings), report.warnings, report.counted)


def request_sheet(tx: Transaction, examined: StatusSheet, op: Op, now: int) -> list[ChangeRow]:
    """Want what the sheet says, all of it in this transaction; in the order of its rows. A worker does it. ``now``: unix seconds."""
    by_reason: defaultdict[int, list[CredentialRow]] = defaultdict(list)
    for meant in examined.meant:
        by_reason[meant.reason].append(meant.credential)
    wanted = [change for code, rows in by_reason.items() for change in request_changes(tx, rows, op, code, now=now)]
    by_credential = {change.credential_id: change for change in wanted}
    return [by_credential[meant.credential.id] for meant in examined.meant]


@cache
def _list_kind() -> Kind:
    """The columns of such a sheet, as if they were those of a kind. Any kind's number may stand in it."""
    numbers = [kind.field(names[0]) for kind in all_kinds() for names in kind.credential if len(names) == 1]
    holders = [kind.field(name) for kind in all_kinds() for name in kind.holder if kind.field(name).names]
    credential = Field(
        "credential", "编号", "number", required=True, max_length=300,
        synonyms=(*_names(numbers), "凭证", "凭证编号", "存证编号", "承诺值", "attestation", "commitment", "credential id"),
    )  # fmt: skip
    reason = Field("reason", "原因", "reason", max_length=100, synonyms=("原因代码", "变更原因", "撤销原因"))
    holder = Field("holder", "持有人", "holder", names=True, max_length=5000, synonyms=_names(holders))
    return Kind("status", "状态变更", "status changes", (credential, reason, holder), ("holder",), (("credential",),))


def _names(fields: Sequence[Field]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in fields for name in (each.name, each.zh, each.en, *each.synonyms)))


@dataclass(slots=True)
class _Looking:
    """What is remembered from row to row."""

    tx: Transaction
    sheet: str
    issuer: bytes
    op: Op
    reason: str
    meant: list[Meant] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)
    batches: dict[int, BatchRow | None] = field(default_factory=dict)
    ended: dict[int, frozenset[int]] = field(default_factory=dict)

    def add(self, row: SheetRow) -> None:
        """Find what one row means, or say what is wrong with it."""
        text = str(row.claims["credential"])
        place = Place(self.sheet, row.number, value=text)
        credential = self._find(text, place)
        reason = self._reason(str(row.claims.get("reason", "")) or self.reason, place)
        if credential is None:
            return
        wrong = [
            *self._repeated(credential, text, place),
            *self._not_final(credential, text, place),
            *self._held_by_another(credential, str(row.claims.get("holder", "")), place),
        ]
        self.findings += wrong
        if not wrong and reason is not None:
            self.meant.append(Meant(row.number, credential, reason))

    def _find(self, text: str, place: Place) -> CredentialRow | None:
        try:
            if text.lower().endswith(".json"):  # it would be opened, on the disk of whoever reads the sheet
                raise InputError(place=text, why=_A_FILE)
            return find_credential(self.tx.credentials, text, self.issuer, self.tx.site.home())
        except UnknownThing:
            why = _NOT_HERE
        except ChopmarkError as fault:
            why = said(fault)
        self.findings.append(Finding("I050", {"value": text, "why": why}, place))
        return None

    def _reason(self, text: str, place: Place) -> int | None:
        if not text:
            self.findings.append(Finding("I055", {}, place))
            return None
        try:
            return find_reason(text).code
        except UnknownThing as fault:
            self.findings.append(Finding("I053", {"value": text, "known": fault.facts["known"]}, place))
            return None

    def _repeated(self, credential: CredentialRow, text: str, place: Place) -> list[Finding]:
        first = self.first.setdefault(credential.id, place.row)
        return [] if first == place.row else [Finding("I054", {"value": text, "first": first}, place)]

    def _not_final(self, credential: CredentialRow, text: str, place: Place) -> list[Finding]:
        """Not on the chain for good yet, or ended, after which only revoking once more changes nothing and is no fault."""
        batch = self._batch(credential)
        if batch is None or not batch.anchored:
            return [Finding("I051", {"value": text}, place)]
        if self.op is not Op.REVOKED and credential.leaf_index in self._ended(batch):
            return [Finding("I052", {"value": text, "verb": _VERBS[self.op], "why": _ENDED}, place)]
        return []

    def _held_by_another(self, credential: CredentialRow, given: str, place: Place) -> list[Finding]:
        kind = find_kind(credential.kind)
        claims = claims_of(credential)
        held = [each for name in kind.holder if (each := kind.field(name)).names and name in claims]
        if not given or not held or norm_name(text_of(claims[held[0].name])) == norm_name(given):
            return []
        each = held[0]
        facts = {
            "label": each.label,
            "value": shown(each, given),
            "registered": shown(each, text_of(claims[each.name])),
        }
        return [Finding("I057", facts, place)]

    def _batch(self, credential: CredentialRow) -> BatchRow | None:
        at = credential.batch_id
        if at is None:
            return None
        if at not in self.batches:
            self.batches[at] = self.tx.batches.get(at)
        return self.batches[at]

    def _ended(self, batch: BatchRow) -> frozenset[int]:
        """The leaves of a batch that are revoked or superseded, as far as the chain was read here."""
        if batch.id not in self.ended:
            told = self.tx.history.events(node=batch.issuer, root=batch.root, ops=[Op.SUPERSEDED, Op.REVOKED])
            words = [pair for one in told for pair in marked(one)]
            self.ended[batch.id] = frozenset(
                at * WORD_BITS + bit for at, mask in words for bit in range(WORD_BITS) if mask >> bit & 1
            )
        return self.ended[batch.id]


def said(fault: ChopmarkError) -> Wording:
    """An error as the reason of a finding."""
    return Wording("{zh}", "{en}").filled(zh=fault.say(Language.ZH), en=fault.say(Language.EN))


_NOT_HERE: Final = Wording("本机构没有登记过", "this institution has registered none")
_A_FILE: Final = Wording("表格中不能写文件名", "a sheet cannot name a file")
_ENDED: Final = Wording("已被撤销或替代，不可再变更", "it is revoked or superseded, which is final")
_VERBS: Final[Mapping[Op, Wording]] = {
    Op.SUSPENDED: Wording("中止", "suspend"),
    Op.RESUMED: Wording("恢复", "resume"),
    Op.REVOKED: Wording("撤销", "revoke"),
}
