"""All that was verified, on a terminal or as JSON Lines: the materials, what needs attention, the count, the block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.material import headline, show_material
from chopmark.cli.moments import shown as shown_time
from chopmark.cli.plain import BOLD, DIM, paint
from chopmark.core.verdict import Verdict
from chopmark.kinds import Kind
from chopmark.services.verify.as_json import as_json
from chopmark.services.verify.materials import Skipped
from chopmark.services.verify.verify import Verified
from chopmark.wording import Wording

SKIPPED: Final[Mapping[Skipped, Wording]] = {
    Skipped.LINK_OUTSIDE: Wording("链接指向所给文件夹之外", "a link that leads out of the folder"),
    Skipped.LINK_TO_FOLDER: Wording("指向文件夹的链接", "a link to a folder"),
    Skipped.LINK_DEAD: Wording("链接目标不存在", "a link that leads nowhere"),
    Skipped.NOT_A_FILE: Wording("不是普通文件", "not a regular file"),
    Skipped.NO_ACCESS: Wording("没有读取权限", "no permission to read it"),
}
_LONG: Final = 8
"""From how many materials on those that need attention are listed once more at the end."""


def show(results: Sequence[Verified], kinds: Mapping[str, Kind]) -> None:
    """Print everything, as JSON Lines or for people."""
    if T.json:
        for each in results:
            T.answer(as_json(each))
        return
    names = {a: each.material.name for each in results if (a := each.examination.attestation) is not None}
    for each in results:
        show_material(each, kinds.get(each.examination.kind), names)
        T.out("")
    _attention(results)
    _totals(results)
    _unpaired(results)
    _pinned(results)
    _nameless(results)


def _attention(results: Sequence[Verified]) -> None:
    """In a long list: once more, and only, what somebody has to look at, refuted ones first."""
    waiting = [each for each in results if each.examination.verdict is not Verdict.VERIFIED]
    if len(results) < _LONG or not waiting or len(waiting) == len(results):
        return
    T.out(f"需要处理（{len(waiting)}）：", f"Needs attention ({len(waiting)}):")
    for each in sorted(waiting, key=lambda each: list(Verdict).index(each.examination.verdict)):
        T.out("  " + headline(each))
    T.out("")


def _totals(results: Sequence[Verified]) -> None:
    counts = Counter(each.examination.verdict for each in results)
    found = [verdict for verdict in reversed(Verdict) if counts[verdict]]
    said = " · ".join(f"{verdict.wording.fact(T.language, {})} {counts[verdict]}" for verdict in found)
    many = len(results)
    total = T.text(f"共 {many} 份材料", f"{many} material{'' if many == 1 else 's'}")
    T.out(f"{paint(total, BOLD)}{T.text('：', ': ')}{said}")


def _unpaired(results: Iterable[Verified]) -> None:
    """Files without bundles beside bundles without files: they may belong together, and nothing could tell which to which."""
    found = [each.material for each in results]
    files = sum(each.file is not None and each.bundle is None for each in found)
    bundles = sum(each.file is None and each.bundle is not None and each.bundle.path is not None for each in found)
    if files and bundles:
        T.out(
            f"有 {bundles} 个凭证包不属于这里的任何文件，{files} 个文件没有凭证包："
            "如属同一凭证，请把文件与凭证包取相同的名称，或单独给出这一对",
            f"Bundles that belong to no file here: {bundles}; files without a bundle: {files}. "
            "Where they belong together, name file and bundle alike, or give the pair alone",
        )


def _pinned(results: Iterable[Verified]) -> None:
    """Which block of which chain all of this was read at."""
    examined = [each.examination for each in results]
    read = {(x.chain_id, x.read_at): x.subject.trust for x in examined if x.read_at is not None}
    for (chain_id, block), trust in read.items():
        name = next((chain.name for chain in trust.chains if chain.chain_id == chain_id), "") if trust else ""
        digest, at = block.hash.hex(), shown_time(block.time)
        T.out(
            f"链 {name}（{chain_id}），截至区块 {block.number}（0x{digest[:8]}…{digest[-8:]}），{at} 北京时间",
            f"Chain {name} ({chain_id}), as of block {block.number} (0x{digest[:8]}…{digest[-8:]}), {at} Beijing time",
        )
    if not read:
        T.out("没有读取任何链", "No chain was read")
    legend = T.text("✓ 通过  ✗ 不符  ? 无法核验  – 未比对", "✓ good  ✗ not  ? could not check  – not compared")
    T.out(paint(legend, DIM))


def _nameless(results: Iterable[Verified]) -> None:
    """How to see names instead of numbers."""
    issuers = (each.examination.issuer for each in results)
    if any(issuer is not None and not (issuer.name_zh or issuer.name_en) for issuer in issuers):
        T.note(
            "只显示编号的机构：把其资料文件（*.profile.json）与材料放在一起核验，即可显示名称",
            "For issuers shown by number only: verify with their profile (*.profile.json) beside the materials to see "
            "their names",
        )
