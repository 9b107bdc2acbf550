"""Verification by a caller who lets a site help and believes nothing of it.

The site contributes what the caller lacks: bundles of files that it knows by their digest, and its own verdict to compare. Every
bundle is opened here and read against the chain through the caller's own nodes and trust file, by the same code that verifies
without any site. What cannot be checked here stays unchecked, whatever the site says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from chopmark.client.checked import Checked, Verification
from chopmark.client.compare import Compared, bundle_trouble, compare, usable
from chopmark.client.errors import SiteError, SiteNonsense, SiteRefused
from chopmark.client.multipart import json_part, multipart, text_part
from chopmark.client.nodes import At, OwnChains
from chopmark.client.parcel import Sent, declared_json, named, parts_of, requests
from chopmark.client.shape import Members
from chopmark.client.transport import Transport
from chopmark.client.word import SiteWord, site_block, site_word
from chopmark.core.examine import Examination
from chopmark.core.finding import Finding
from chopmark.core.profile import Profile
from chopmark.core.transaction import BlockRef
from chopmark.core.trust import TrustedChain, TrustedRegistry
from chopmark.kinds import Kind, Value, all_kinds, find_kind
from chopmark.services.verify.collect import collect
from chopmark.services.verify.declared import Declaration, assign, read_declarations
from chopmark.services.verify.match import match
from chopmark.services.verify.materials import How, Limits, Material, Materials
from chopmark.services.verify.ports import ChainReader
from chopmark.services.verify.verify import Verified, Verifier
from chopmark.wording import Language, Wording

Declared: TypeAlias = Sequence[str] | Mapping[str, str] | Mapping[str, Mapping[str, str]]
"""What an applicant declared: ``["holder_name=王莉", "a.pdf:holder_name=王莉"]``, ``{"holder_name": "王莉"}`` for all
materials, or ``{"*": {…}, "a.pdf": {…}}``."""

TOO_LARGE: Final = 413
LIMITS: Final = Limits(50 << 20, 20_000)
"""Of one file in bytes, and of how many files, where the caller names none."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be verified, with the limits of one's own reading and of one request to the site (bytes)."""

    paths: Sequence[Path]
    declared: Declared = ()
    kind: str = ""
    limits: Limits = LIMITS
    request_bytes: int = 64 << 20
    stale_after: int = 600


def verify(transport: Transport, chains: OwnChains, question: Question) -> Verification:
    """Verify with the help of a site.

    Raises ``InputError`` and ``UsageError`` for what was asked, ``SiteRefused`` if the site takes neither the caller nor the
    question. A site that is silent, broken or busy is a remark: one's own check goes on without it.
    """
    return _Verification(transport, chains, question).run()


def declarations_of(declared: Declared) -> tuple[Declaration, ...]:
    """What was declared, as the same thing however it was written. Raises ``InputError``."""
    if not isinstance(declared, Mapping):
        return read_declarations(declared)
    found = []
    for name, value in declared.items():
        if isinstance(value, Mapping):
            found += [Declaration("" if name == "*" else name, field, typed) for field, typed in value.items()]
        else:
            found.append(Declaration("", name, value))
    return tuple(found)


@dataclass(slots=True)
class _Heard:
    """What the site said: words by the name of the material, blocks beside them, and why it did not answer."""

    words: dict[str, list[SiteWord]] = field(default_factory=lambda: defaultdict(list))
    unsent: dict[int, Finding] = field(default_factory=dict)
    differences: list[Finding] = field(default_factory=list)
    trouble: SiteError | None = None


@dataclass(slots=True)
class _Case:
    """One material on its way: as handed over (None: it was not), as verified here, what the site says of it."""

    sent: Sent | None
    material: Material
    word: SiteWord | None
    told: list[Finding]
    remarks: list[Finding]


class _Verification:
    def __init__(self, transport: Transport, chains: OwnChains, question: Question) -> None:
        self._transport = transport
        self._chains = chains
        self._question = question
        self._kinds: Mapping[str, Kind] = {each.code: each for each in all_kinds()}
        self._chosen = find_kind(question.kind) if question.kind else None
        self._declarations = declarations_of(question.declared)

    def run(self) -> Verification:
        found = collect(self._question.paths, self._question.limits)
        materials = match(found)
        # What is declared is read here first: a slip of the pen is said before anything leaves the house.
        self._fields(materials)
        heard = self._hear(materials)
        cases = list(self._cases(materials, heard))
        verifier = self._verifier(found)
        fields = self._fields([case.material for case in cases])
        own = verifier.verify([case.material for case in cases], fields)
        checked = [self._checked(*each) for each in zip(cases, own, fields, strict=True)]
        return Verification(
            self._transport.site, tuple(checked), tuple(heard.differences), heard.trouble, found.skipped
        )

    def _fields(self, materials: Sequence[Material]) -> list[dict[str, Value]]:
        return assign(self._declarations, materials, self._kinds, self._chosen)

    def _verifier(self, found: Materials) -> Verifier:
        profiles: Mapping[bytes, Profile] = {profile.digest: profile for profile in found.profiles}
        return Verifier(self._chains.trust, self._chains.nodes, self._kinds, profiles, lambda _: {})

    # -- asking

    def _hear(self, materials: Sequence[Material]) -> _Heard:
        heard = _Heard()
        sent = named(materials)
        gone = {each.at for each in sent}
        heard.unsent = {at: Finding("S017", {"why": _UNREADABLE}) for at in range(len(materials)) if at not in gone}
        for group in requests(sent, self._question.request_bytes):
            try:
                self._ask(group, heard)
            except SiteError as fault:
                if not _is_silence(fault):
                    raise
                heard.trouble = fault
                return heard
        return heard

    def _ask(self, group: Sequence[Sent], heard: _Heard) -> None:
        """One request; one that is too large for the site is halved until it is one material."""
        try:
            told = self._post(group)
        except SiteRefused as fault:
            if fault.status != TOO_LARGE:
                raise
            if len(group) == 1:
                heard.unsent[group[0].at] = Finding("S017", {"why": _spoken(fault)})
                return
            self._ask(group[: len(group) // 2], heard)
            self._ask(group[len(group) // 2 :], heard)
            return
        expected = {each.name for each in group}
        for members in told.each("materials"):
            word = site_word(members)
            if word.material in expected:
                heard.words[word.material].append(word)
            else:
                heard.differences.append(Finding("S010", {"name": word.material[:200]}))
        at = told.maybe_inner("read_at")
        if at is not None and self._chains.trust is not None and self._chains.find(site_block(at).chain_id) is None:
            trusted = ", ".join(str(chain.chain_id) for chain in self._chains.trust.chains)
            heard.differences.append(Finding("S005", {"theirs": site_block(at).chain_id, "own": trusted}))

    def _post(self, group: Sequence[Sent]) -> Members:
        parts = parts_of(group)
        if declared := declared_json(self._declarations, group):
            parts.append(json_part("declared", declared))
        if self._question.kind:
            parts.append(text_part("kind", self._question.kind))
        reply = self._transport.ask("POST", "/verifications", body=multipart(parts), repeatable=True)
        try:
            value = orjson.loads(reply.data)
        except orjson.JSONDecodeError:
            raise SiteNonsense(site=self._transport.site, why=_NO_JSON) from None
        return Members.of(value, self._transport.site)

    # -- putting together

    def _cases(self, materials: Sequence[Material], heard: _Heard) -> Iterator[_Case]:
        sent = {each.at: each for each in named(materials)}
        for at, material in enumerate(materials):
            mine = sent.get(at)
            if mine is None or at in heard.unsent:
                yield _Case(mine, material, None, [], [heard.unsent[at]])
                continue
            words = [word for word in heard.words.get(mine.name, []) if _is_about(word, mine)]
            if not words:
                yield self._unanswered(mine, heard)
                continue
            yield from self._answered(mine, words)

    def _unanswered(self, mine: Sent, heard: _Heard) -> _Case:
        if heard.trouble is not None:
            remark = Finding("S016", {"why": _spoken(heard.trouble)})
            return _Case(mine, mine.material, None, [], [remark])
        return _Case(mine, mine.material, None, [Finding("S009", {"name": mine.material.name})], [])

    def _answered(self, mine: Sent, words: Sequence[SiteWord]) -> Iterator[_Case]:
        """One case for each answer; a file without a bundle may have several, each with a bundle of its own."""
        single: dict[bytes, SiteWord] = {}
        for word in words:
            single.setdefault(word.bundle.data if word.bundle and mine.material.bundle is None else b"", word)
        twice = []
        if len(words) > len(single) or (len(single) > 1 and b"" in single):
            twice = [Finding("S011", {"name": mine.material.name, "count": len(words)})]
        file = mine.material.file
        for word in single.values():
            told, material = list(twice), mine.material
            if material.bundle is None and file is not None and word.bundle is not None:
                troubles = list(bundle_trouble(word.bundle, file.digest, self._chains))
                told += troubles
                if usable(troubles):
                    material = replace(material, bundle=word.bundle, how=How.INDEX)
            yield _Case(mine, material, word, told, [])

    def _checked(self, case: _Case, own: Verified, fields: Mapping[str, Value]) -> Checked:
        compared = Compared(())
        if case.word is not None:
            compared = compare(
                case.word,
                own.examination,
                self._chains,
                lambda at: self._again(case.material, fields, at),
                self._question.stale_after,
            )
        return Checked(own, case.word, (*case.told, *compared.differences), (*case.remarks, *compared.remarks))

    def _again(self, material: Material, fields: Mapping[str, Value], at: BlockRef) -> Examination:
        """One's own check as of an earlier or later block."""

        def readers(chain: TrustedChain, registry: TrustedRegistry) -> list[ChainReader]:
            return [At(node, at) for node in self._chains.nodes(chain, registry)]

        verifier = Verifier(self._chains.trust, readers, self._kinds, {}, lambda _: {})
        (then,) = verifier.verify([material], [fields])
        return then.examination


def _is_about(word: SiteWord, mine: Sent) -> bool:
    """Whether the site took the same bundle for the file as was taken here."""
    if not mine.file:
        return word.bundle_name in ("", mine.bundle)
    return word.bundle_name == mine.bundle or (not mine.bundle and word.bundle is not None)


def _is_silence(fault: SiteError) -> bool:
    """Whether the site could not answer, as opposed to would not."""
    return not isinstance(fault, SiteRefused) or fault.exit_code == 3


def _spoken(fault: SiteError) -> Wording:
    return Wording("{zh}", "{en}").filled(zh=fault.say(Language.ZH), en=fault.say(Language.EN))


_UNREADABLE: Final = Wording("文件为空、过大或无法读取", "it is empty, too large or cannot be read")
_NO_JSON: Final = Wording("不是 JSON", "it is no JSON")
