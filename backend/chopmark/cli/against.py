"""``chopmark sign --against``: what the credentials of a request say, worked out anew, and held against the registrar's own sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain
from chopmark.errors import InputError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.disclosure import ClaimValue
    from chopmark.kinds import Claims, Kind
    from chopmark.services.delegation.contents import Said
    from chopmark.services.delegation.offline import ToSign

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Against:
    """What the signer has beside a request: what credentials say, by commitment; and sheets that they should say."""

    contents: Mapping[bytes, Said]
    sheets: tuple[Path, ...] = ()


def read_against(given: Sequence[Path], requests: Sequence[Path]) -> Against | None:
    """What ``--against`` names. With a sheet the contents lie beside each request, if they are not named. None: nothing was named."""
    from chopmark.services.delegation.contents import SUFFIX, read_contents
    from chopmark.services.delegation.request_file import REQUEST_SUFFIX

    if not given:
        return None
    named = [path for path in given if path.name.endswith(SUFFIX)]
    beside = [path.with_name(path.name.removesuffix(REQUEST_SUFFIX) + SUFFIX) for path in requests]
    contents: dict[bytes, Said] = {}
    for path in named or beside:
        contents |= read_contents(path)
    return Against(contents, tuple(path for path in given if path not in named))


def claims_of(one: ToSign, against: Against | None) -> dict[bytes, Mapping[str, ClaimValue]]:
    """What each credential says that this request registers; nothing for another sort of request.

    Raises ``InputError`` unless the contents hold every one of them, of this institution and kind.
    """
    from chopmark.core.ledger import Verb

    if against is None or one.content.verb is not Verb.ATTEST:
        return {}
    found: dict[bytes, Mapping[str, ClaimValue]] = {}
    for commitment in one.content.commitments:
        said = against.contents.get(commitment)
        if said is None or (said.issuer, said.kind) != (one.typed.message.issuer, one.content.kind):
            raise _refused(one.public_id, _UNTOLD.filled(id=commitment.hex()))
        found[commitment] = said.claims
    return found


def require_in_sheets(one: ToSign, claims: Mapping[bytes, Mapping[str, ClaimValue]], against: Against | None) -> None:
    """Raises ``InputError`` unless each credential that would be registered is a row of the sheets, field by field."""
    from chopmark.kinds import find_kind
    from chopmark.services.register.draft import number_of

    if against is None or not against.sheets or not claims:
        return
    kind = find_kind(one.content.kind)
    names = {each.name for each in kind.fields}
    rows = {number: row for sheet in against.sheets for number, row in _rows(kind, sheet).items()}
    for commitment, said in claims.items():
        ours: Claims = {name: value for name, value in said.items() if name in names}
        number, shown = number_of(kind, ours), kind.shown_number(ours) or commitment.hex()[:16]
        row = rows.get(number)
        if row is None:
            raise _refused(one.public_id, _STRANGER.filled(number=shown))
        fields = [each for each in kind.fields if row.get(each.name) != ours.get(each.name)]
        if fields:
            what = Wording("、".join(f.zh for f in fields), ", ".join(f.en for f in fields))
            raise _refused(one.public_id, _DIFFERS.filled(number=shown, fields=what))


def show_claims(claims: Mapping[bytes, Mapping[str, ClaimValue]]) -> None:
    """What the first of them say, in words."""
    for commitment, said in [*claims.items()][:SHOWN]:
        told = "  ".join(str(value) for name, value in sorted(said.items()) if not name.startswith("_"))
        T.out(plain(f"    {commitment.hex()[:16]}…  {told}"))


def _rows(kind: Kind, sheet: Path) -> dict[str, Claims]:
    """The rows of a sheet by their number. Raises ``InputError`` for one that holds something wrong."""
    from chopmark.cli.desk import today
    from chopmark.cli.sheets import read_bytes
    from chopmark.services.register.draft import number_of
    from chopmark.services.sheet import examine_sheet, read_sheet

    report = examine_sheet(kind, read_sheet(read_bytes(sheet), sheet.name, kind), None, today())
    if report.findings:
        raise _refused(
            sheet, Wording("{zh}", "{en}").filled(zh=_first(report.findings, 0), en=_first(report.findings, 1))
        )
    return {row.key or number_of(kind, row.claims): row.claims for row in report.rows}


def _first(findings: Sequence[object], language: int) -> str:
    from chopmark.core.finding import Finding
    from chopmark.wording import Language

    found = findings[0]
    assert isinstance(found, Finding)
    return found.say((Language.ZH, Language.EN)[language])


def _refused(place: object, why: Wording) -> InputError:
    return InputError(
        place=place, why=why, fix_zh="请勿签名；请向登记人员核实", fix_en="Do not sign it; ask whoever registers"
    )


_UNTOLD: Final = Wording("内容文件里没有凭证 {id}", "the contents do not hold the credential {id}")
_STRANGER: Final = Wording("“{number}”不在表格中", "“{number}” is not in the sheet")
_DIFFERS: Final = Wording("“{number}”与表格不同：{fields}", "“{number}” differs from the sheet in: {fields}")
