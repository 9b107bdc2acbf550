"""The outcome of the self-check on a terminal or as JSON."""

from __future__ import annotations

from typing import Final

from chopmark.cli.app import TERMINAL as T
from chopmark.services.audit.rebuild import REGISTRY_NAMES, Comparison, Rebuilt, findings
from chopmark.services.verify.as_json import spoken

_SHOWN: Final = 50


def show_rebuilt(rebuilt: Rebuilt, comparison: Comparison | None, *, repaired: bool) -> None:
    """Print it."""
    found = findings(rebuilt, comparison)
    differences = comparison.differences if comparison else ()
    at = rebuilt.at
    T.answer(
        {
            "read_at": {"block": at.number, "hash": "0x" + at.hash.hex(), "time": at.time},
            "events": len(rebuilt.logged),
            "heads": len(rebuilt.heads),
            "database_upto": comparison.upto.number if comparison and comparison.upto else None,
            "differences": [
                {
                    "lack": each.lack.value,
                    "text": spoken(each.lack.wording),
                    "registry": each.registry,
                    "issuer": each.serial,
                    "seq": each.seq,
                    "block": each.block,
                }
                for each in differences
            ],
            "repaired": repaired,
            "findings": [each.as_json() for each in found],
        }
    )
    for each in found:
        T.finding(each, "")
    if differences:
        headings = [
            T.text(*h) for h in (("登记", "registry"), ("编号", "No."), ("序号", "seq"), ("区块", "block"), ("", ""))
        ]
        T.table(
            headings,
            [
                (
                    REGISTRY_NAMES[each.registry].fact(T.language, {}),
                    each.serial,
                    each.seq,
                    each.block,
                    each.lack.wording.fact(T.language, {}),
                )
                for each in differences[:_SHOWN]
            ],
        )
        if len(differences) > _SHOWN:
            rest = len(differences) - _SHOWN
            T.out(f"……另有 {rest} 条，见 --json", f"… and {rest} more, see --json")
    if repaired:
        T.out("已以链为准重建本地历史", "Local history was rebuilt from the chain")
    _scope(rebuilt, comparison)


def _scope(rebuilt: Rebuilt, comparison: Comparison | None) -> None:
    """How far both were compared."""
    at = rebuilt.at
    upto = comparison.upto if comparison else None
    if upto is None:
        T.out(
            f"仅核对了链（截至区块 {at.number}）：本站没有可比对的历史",
            f"Only the chain was checked (as of block {at.number}): this site keeps no history to compare",
        )
    else:
        T.out(
            f"链读至区块 {at.number}；数据库已跟踪至区块 {upto.number}，比对至此",
            f"The chain was read up to block {at.number}; the database has followed up to block {upto.number} and was "
            "compared up to there",
        )
