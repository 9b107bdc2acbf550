"""One question about a paper: counted, looked up, compared, and asked of the chain by the code of every verification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chopmark.core.disclosure import ClaimValue
from chopmark.core.examine import Examination
from chopmark.core.finding import Finding
from chopmark.core.verdict import Level, Verdict
from chopmark.kinds import Kind
from chopmark.services.bundles import Kept
from chopmark.services.number.held import Held, any_held, find_held
from chopmark.services.number.limits import Begin, Limits, Outcome, admit, conclude, digests_of
from chopmark.services.number.question import Meaning, Question, meanings, nobody_named
from chopmark.services.verify.materials import How, Material
from chopmark.services.verify.verify import Verifier
from chopmark.wording import Wording


class FieldState(StrEnum):
    """How a typed field stands to the record."""

    AGREES = "agrees"
    INCLUDES = "includes"
    """One name was typed, several are recorded, and it is among them: its rank is not confirmed by that."""
    DIFFERS = "differs"
    NOT_RECORDED = "not_recorded"

    @property
    def wording(self) -> Wording:
        """The state in words."""
        return _STATES[self]


@dataclass(frozen=True, slots=True)
class MatchedField:
    """One typed field, and how it stands to the record; never what the record holds."""

    name: str
    label: Wording
    state: FieldState


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """The answer. ``kind``, ``examination``: None, and ``fields`` empty, where nothing may be said about any record.

    ``examination`` holds recorded values: what is shown of it is chosen in ``as_json`` and by nobody else.
    """

    verdict: Verdict
    level: Level
    findings: tuple[Finding, ...]
    kind: Kind | None = None
    fields: tuple[MatchedField, ...] = ()
    examination: Examination | None = None


@dataclass(frozen=True, slots=True)
class NumberDesk:
    """What answering needs: the site's records and its log of questions, and everything that verification needs.

    ``key``: under which numbers are hidden in the log. ``verifier``: made for each question, since institutions get names
    meanwhile. ``coverage``: what the institutions here say that they register, for what was not found.
    """

    read: Callable[[], AbstractContextManager[Kept]]
    begin: Begin
    kinds: Mapping[str, Kind]
    verifier: Callable[[], Verifier]
    coverage: Callable[[], Wording]
    key: bytes
    limits: Limits
    clock: Callable[[], float]


def match_number(desk: NumberDesk, question: Question, asker: str) -> NumberMatch:
    """Answer one question. ``asker``: who is told, in the log and for the limits.

    A number that is not here and one whose holder was not named rightly are answered alike, without asking a chain.
    Raises ``InputError`` and ``UnknownThing`` for a question that cannot be put, ``Throttled`` for one too many.
    A chain that does not answer is a verdict.
    """
    meant = meanings(question, desk.kinds)
    if question.bare:
        _require_published(desk, question, meant)
    digests = digests_of((each.number for each in meant), desk.key)
    ticket = admit(desk.begin, asker, digests, int(desk.clock()), desk.limits)
    with desk.read() as records:
        held = find_held(records, meant, question.issuer)
    answer = _answer(desk, held)
    conclude(desk.begin, ticket, _outcome(answer))
    return answer


def _require_published(desk: NumberDesk, question: Question, meant: tuple[Meaning, ...]) -> None:
    """Refuse a number without a holder that no published work here has, and do not count it.

    "Not registered" would be false for a person's number, which is never looked up here: the refusal is the same whether
    there is such a record or not. Raises ``InputError``.
    """
    with desk.read() as records:
        if not any_held(records, [each for each in meant if each.kind.open], question.issuer):
            raise nobody_named(question)


def _answer(desk: NumberDesk, held: Held | None) -> NumberMatch:
    if held is None:
        return _not_registered(_not_here(desk.coverage()))
    if held.bundle is None:
        return _not_registered(_NOT_FINAL, held.meaning.kind)
    material = Material(None, held.bundle, How.NUMBER, found_by=held.meaning.found_by)
    (verified,) = desk.verifier().verify([material], [_declared(held)])
    return _matched(held, verified.examination)


def _declared(held: Held) -> Mapping[str, ClaimValue]:
    """What was typed, for the code that compares lists whole: a name that is among the recorded stands for them all."""
    return {
        name: held.claims[name] if name in held.included else value for name, value in held.meaning.declared.items()
    }


def _matched(held: Held, examination: Examination) -> NumberMatch:
    states = {True: FieldState.AGREES, False: FieldState.DIFFERS, None: FieldState.NOT_RECORDED}
    fields = tuple(
        MatchedField(each.name, each.label, FieldState.INCLUDES if each.name in held.included else states[each.equal])
        for each in examination.comparisons
    )
    one_of = tuple(Finding("V027", {"label": each.label}) for each in fields if each.state is FieldState.INCLUDES)
    findings = tuple(finding for fragment in examination.fragments for finding in fragment.findings)
    return NumberMatch(
        examination.verdict, examination.level, (*findings, *one_of), held.meaning.kind, fields, examination
    )


def _not_here(coverage: Wording) -> Wording:
    return Wording(_NOT_HERE.zh + coverage.zh, f"{_NOT_HERE.en} {coverage.en}".rstrip())


def _not_registered(coverage: Wording, kind: Kind | None = None) -> NumberMatch:
    return NumberMatch(Verdict.NOT_REGISTERED, Level.NONE, (Finding("V004", {"coverage": coverage}),), kind)


def _outcome(answer: NumberMatch) -> Outcome:
    if answer.kind is None:
        return Outcome.MISSED
    differs = any(each.state is FieldState.DIFFERS for each in answer.fields)
    return Outcome.DIFFERED if differs else Outcome.AGREED


_STATES: Final = {
    FieldState.AGREES: Wording("一致", "agrees"),
    FieldState.INCLUDES: Wording("在登记的名单之中", "is among those recorded"),
    FieldState.DIFFERS: Wording("不一致", "differs"),
    FieldState.NOT_RECORDED: Wording("登记中没有", "not recorded"),
}
_NOT_HERE: Final = Wording(
    "本站没有编号与持有人都相符的登记：可能未在本站登记，也可能编号或姓名与登记不同（如同音字、异体字、曾用名）；"
    "为保护持有人，不说明是哪一种。",
    "This site has no record that agrees with number and holder: it may not be registered here, or the number or the name "
    "may be written otherwise (another character of the same sound, a variant, a former name); to protect holders, it is "
    "not said which.",
)
_NOT_FINAL: Final = Wording(
    "本站已受理该项登记，但尚未在链上最终确认", "The record is accepted here, but not yet final on the chain"
)
