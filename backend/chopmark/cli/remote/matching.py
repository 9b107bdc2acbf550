"""``chopmark verify --number --site URL``: the site's word, and what of it the chain bears out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.plain import line
from chopmark.cli.remote.saying import out
from chopmark.cli.remote.site import connect
from chopmark.core.verdict import State
from chopmark.errors import InputError, UsageError
from chopmark.wording import Wording

UNDECIDED: Final = 3
_MARKS: Final = {"agrees": "✓", "includes": "≈", "differs": "✗", "not_recorded": "?"}


def match_number(number: str, holder: str, kind: str, issuer: str, fields: Sequence[str]) -> int:
    """Ask the site and print its answer as what it is; the exit code."""
    from chopmark.services.verify.declared import read_declarations

    if issuer and not (issuer.isascii() and issuer.isdigit()):
        raise UsageError(why=_NO_NUMBER)
    typed: dict[str, str] = {HOLDER: holder} if holder else {}
    for each in read_declarations(fields):
        if each.material or typed.setdefault(each.name, each.value) != each.value:
            raise InputError(
                place=each.name, why=_ONE_VALUE, fix_zh="请写 --field 字段=值", fix_en="Write --field FIELD=VALUE"
            )
    told = connect().match(number, typed, kind=kind, issuer=int(issuer[:20]) if issuer else None)
    found, proof = told.verdict, told.proof
    T.answer(
        dict(told.document)
        | {
            "proof": {"state": proof.state.value, "findings": [each.as_json() for each in proof.findings]},
        }
    )
    out(f"{number}  站点称：{found.wording.zh}", f"{number}  the site says: {found.wording.en}")
    for name, state in told.fields:
        line(f"{_MARKS.get(state, '?')} {name}")
    for finding in (*told.findings, *proof.findings):
        T.finding(finding)
    if proof.state is State.VALID and proof.read_at is not None:
        at = proof.read_at.number
        line(
            f"已在链上看到该存证及其状态（区块 {at}）；其余为站点所述",
            f"Attestation and status were seen on the chain (block {at}); the rest is the site's word",
        )
    # What the site says is no verdict of one's own: agreement that the chain does not bear out stays open.
    if proof.state is State.INVALID:
        return 1
    return found.exit_code or (0 if proof.state is State.VALID else UNDECIDED)


HOLDER: Final = "holder_name"
_NO_NUMBER: Final = Wording(
    "--issuer 与 --site 同用时须为机构的链上编号", "with --site, --issuer is the institution's number on the chain"
)
_ONE_VALUE: Final = Wording("每个字段只填一个值，且不针对文件", "a field has one value, and there are no files")
