"""Many materials, examined together: offline first, then each chain once, then one verdict each."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chopmark.core.examine import (
    ChainFacts,
    ChainSilence,
    Examination,
    FileFacts,
    Offline,
    Subject,
    Wanted,
    conclude,
    examine_offline,
)
from chopmark.core.finding import Finding
from chopmark.core.profile import Profile
from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile
from chopmark.core.verdict import Part
from chopmark.errors import ChainError, WrongChain
from chopmark.kinds import Kind, Value
from chopmark.services.files import Sandbox, Trouble
from chopmark.services.verify.materials import FoundFile, How, Material
from chopmark.services.verify.ports import ChainReader, KeyBook
from chopmark.services.verify.read import read
from chopmark.wording import Language, Wording


@dataclass(frozen=True, slots=True)
class Verified:
    """A material and what came out."""

    material: Material
    examination: Examination


@dataclass(frozen=True, slots=True)
class Verifier:
    """Everything that verification needs beside the materials.

    ``trust``: the verifier's own, None if there is no file. ``readers_of``: the nodes of a trusted pair of registries,
    in the order in which they are to be asked.
    ``profiles``: of issuers by digest, as far as they are at hand. ``indexed``: whether a site's index was asked for
    the files. ``coverage``: how far registration goes, as far as known here, for the sentence about what was not found.
    ``seconds``: what is not looked at by then could not be checked.
    """

    trust: TrustFile | None
    readers_of: Callable[[TrustedChain, TrustedRegistry], Iterable[ChainReader]]
    kinds: Mapping[str, Kind]
    profiles: Mapping[bytes, Profile]
    key_book: KeyBook
    indexed: bool = False
    coverage: Wording | str = ""
    seconds: float = math.inf

    def verify(self, materials: Sequence[Material], declared: Sequence[Mapping[str, Value]]) -> list[Verified]:
        """One examination for each material, in their order; ``declared`` in the same order.

        Never raises for what was handed in nor for a chain that does not answer: all of that is in the examinations.
        """
        until = time.monotonic() + self.seconds
        with Sandbox(until=until) as sandbox:
            offline = [
                examine_offline(self._subject(material, fields, sandbox))
                for material, fields in zip(materials, declared, strict=True)
            ]
        told = self._ask(offline, until)
        return [
            Verified(material, _with_shared(conclude(each, told.get(each.wanted) if each.wanted else None), material))
            for material, each in zip(materials, offline, strict=True)
        ]

    def _subject(self, material: Material, declared: Mapping[str, Value], sandbox: Sandbox) -> Subject:
        bundle = material.bundle
        return Subject(
            file=_facts(material.file, material.how, sandbox) if material.file else None,
            bundle=bundle.data if bundle else None,
            bundle_name=bundle.name if bundle else "",
            opened=bundle.opened if bundle else None,
            declared=declared,
            kind_of=self.kinds.get,
            trust=self.trust,
            indexed=self.indexed,
            coverage=self.coverage if bundle is None else "",
            found_by=material.found_by,
        )

    def _ask(self, offline: Sequence[Offline], until: float) -> Mapping[Wanted, ChainFacts | ChainSilence]:
        """Each pair of registries once, for all leaves wanted of it. One that is silent silences nothing else."""
        by_registry: dict[tuple[int, bytes], list[Wanted]] = defaultdict(list)
        for each in offline:
            if (wanted := each.wanted) is not None:
                by_registry[wanted.chain.chain_id, wanted.registry.attestation_registry].append(wanted)
        told: dict[Wanted, ChainFacts | ChainSilence] = {}
        for leaves in by_registry.values():
            told.update(self._ask_one(leaves, until))
        return told

    def _ask_one(self, leaves: Sequence[Wanted], until: float) -> Mapping[Wanted, ChainFacts | ChainSilence]:
        chain = leaves[0].chain
        reasons: list[Wording] = []
        for reader in self.readers_of(chain, leaves[0].registry):
            if time.monotonic() >= until:
                reasons.append(_NO_TIME.filled(name=chain.name))
                break
            try:
                return dict(read(reader, leaves, self.profiles.get, self.key_book).facts)
            except WrongChain as fault:
                reasons.append(_WRONG_CHAIN.filled(name=chain.name, **_spoken(fault)))
            except ChainError as fault:
                reasons.append(_NO_ANSWER.filled(name=chain.name, why=_why(fault)))
        why = Wording("；".join(reason.zh for reason in reasons), "; ".join(reason.en for reason in reasons))
        return dict.fromkeys(leaves, ChainSilence(why))


def _facts(file: FoundFile, how: How, sandbox: Sandbox) -> FileFacts:
    """What core wants to know of a file. One that matched by its bytes is not looked into: nothing could be added."""
    trouble, scanned = file.trouble, False
    if trouble is Trouble.NONE and how not in (How.DIGEST, How.INDEX):
        anatomy = sandbox.dissect(file.path, file.media_type)
        trouble, scanned = anatomy.trouble, anatomy.scanned
    return FileFacts(file.name, file.size, file.digest, file.media_type, trouble.value, scanned)


def _with_shared(examination: Examination, material: Material) -> Examination:
    """Add that a file serves several materials: told with the file's integrity, deciding nothing by itself."""
    if not material.shared:
        return examination
    items = Wording("、".join(material.shared), ", ".join(material.shared))
    shared = Finding("V018", {"items": Wording("{items}", "{items}").filled(items=items)})
    fragments = tuple(
        replace(each, findings=(*each.findings, shared)) if each.part is Part.INTEGRITY else each
        for each in examination.fragments
    )
    return replace(examination, fragments=fragments)


def _spoken(fault: ChainError) -> dict[str, object]:
    return {"url": "…", "what": "…", "expected": "…", "actual": "…"} | fault.facts


def _why(fault: ChainError) -> object:
    """The reason inside an error's sentence, with the node that gave it; the whole sentence if there is none inside."""
    why, url = fault.facts.get("why", ""), fault.facts.get("url", "")
    if not why:
        return Wording("{zh}", "{en}").filled(zh=fault.say(Language.ZH), en=fault.say(Language.EN))
    return _AT.filled(url=url, why=why) if url else why


_WRONG_CHAIN: Final = Wording(
    "{name} 的节点 {url} 所服务的不是信任文件中的链：{what} 应为 {expected}，实为 {actual}",
    "the node {url} of {name} serves another chain than the trust file names: "
    "{what} should be {expected} and is {actual}",
)
_NO_TIME: Final = Wording("{name}：核验用时已到上限", "{name}: the time for this verification is over")
_NO_ANSWER: Final = Wording("{name}：{why}", "{name}: {why}")
_AT: Final = Wording("{url}，{why}", "{url}, {why}")
