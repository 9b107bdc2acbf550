"""``chopmark sign`` and ``chopmark submit``: signatures of keys that have no account, made offline and brought back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain
from chopmark.errors import Unsigned, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chopmark.core.disclosure import ClaimValue
    from chopmark.core.ledger import CredentialRow, RequestRow
    from chopmark.services.delegation.offline import ToSign
    from chopmark.services.delegation.request_file import RequestFile
    from chopmark.services.ports import Transaction

Json = Annotated[bool, typer.Option("--json", help="JSON")]
LISTED: Final = 5
"""Commitments that are printed; ``--json`` gives all."""


def sign(
    files: Annotated[list[Path], typer.Argument(help="签名请求文件 · NAME.sign.json")],
    key: Annotated[str, typer.Option("--key", help="签名密钥 · name of the key that signs")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 · sign without asking")] = False,
    check: Annotated[bool, typer.Option("--check", help="只核对并显示，不签名 · show it, do not sign")] = False,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="与内容文件或表格逐项对照 · compare with NAME.content.jsonl or a sheet, repeatable"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="签名文件的文件夹（默认与请求同处）· where the answers go")] = None,
    as_json: Json = False,
) -> None:
    """离线核对并签名，只用信任文件和密钥 · check and sign what a site asks, offline; needs trust file and key only."""
    from chopmark.cli.against import claims_of, read_against, require_in_sheets, show_claims
    from chopmark.services.delegation.offline import examine, require_signer, sign_all
    from chopmark.services.delegation.request_file import read_file, read_request_file, signed_file, write_file

    T.json = as_json
    _require_apart(files)
    trust, now = T.site.trust, int(T.site.clock())
    read = [(path, read_request_file(read_file(path), path.name)) for path in files]
    asked = [(path, file, examine(file, trust, now)) for path, file in read]
    beside = read_against(against or [], files)
    shown = []
    for path, file, requests in asked:
        told = []
        for one in requests:
            _show(file, one)
            claims = claims_of(one, beside)
            show_claims(claims)
            require_in_sheets(one, claims, beside)
            told.append(_as_json(one) | ({"credentials": _claims_json(claims)} if claims else {}))
        shown.append({"file": str(path), "signed": None if check else str(_answer_path(path, out)), "requests": told})
    if check:
        T.answer(shown)
        T.out("以上已核对，没有签名", "That is what would be signed; nothing was signed")
        return
    address = T.site.keystore.address(key)
    for _, _, requests in asked:
        require_signer(requests, address)  # before anybody is asked for a passphrase
    if not yes:
        T.answer(shown)  # whoever is asked has to see it before the answer
    _require_yes(yes, sum(len(requests) for _, _, requests in asked))
    signer = T.site.signer(key)
    for path, _, requests in asked:
        answer = _answer_path(path, out)
        write_file(answer, signed_file(sign_all(requests, signer.address, signer.sign_digest)))
        T.out(plain(T.text(f"已签名：{answer}", f"Signed: {answer}")))
    if yes:
        T.answer(shown)
    T.out(
        "下一步：把签名文件交回站点，由其运行 chopmark submit",
        "Next: hand it back to the site, which runs chopmark submit",
    )


def submit(
    files: Annotated[list[Path], typer.Argument(help="签名文件 · NAME.signed.json")],
    bundles: Annotated[Path, typer.Option(help="凭证包文件夹 · where bundles go")] = Path("bundles"),
    as_json: Json = False,
) -> None:
    """交回签名，并把所签内容登记完 · take signatures in and carry out what they are for."""
    from chopmark.cli.submitted import require_signed

    T.json = as_json
    require_signed(files)
    if T.site_url:
        from chopmark.cli.remote.signing import submit as at_site

        at_site(files)
        return
    from chopmark.cli.submitted import carry_out, take_in

    carry_out(take_in(files), bundles)


def refuse(
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID", help="签名请求编号或文件 · id of a request, sig_…, or its NAME.sign.json"),
    ],
    wrong: Annotated[
        list[str] | None,
        typer.Option(
            help="只撤回这些凭证，其余重新送签，可重复 · withdraw only these commitments, ask again for the others"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """拒签：待签内容有误，不再登记 · do not sign: what is asked for is wrong and is given up."""
    from chopmark.cli.submitted import refuse as close

    T.json = as_json
    close(ids, wrong or ())


def write_requests(rows: Sequence[RequestRow]) -> Unsigned:
    """Write the files that ask for these signatures of one institution into the current folder; what to tell about it.

    Beside each what its credentials say, for the registrar and the signer only.
    """
    from chopmark.core.reference import serial
    from chopmark.services.delegation.contents import SUFFIX, write_contents
    from chopmark.services.delegation.request_file import REQUEST_SUFFIX, request_files, write_file
    from chopmark.services.issuers import profile_of

    issuer = rows[0].issuer
    paths = []
    with T.site.ledger.read() as tx:
        node = tx.nodes.by_node(issuer)
        profile = None if node is None else profile_of(node)
        names = ("", "") if profile is None else (profile.name_zh, profile.name_en)
        alias = str(serial(issuer)) if node is None else node.alias
        for group, data in request_files(tx, rows, *names):
            path = Path(f"{alias}-{group[0].digest.hex()[:8]}{REQUEST_SUFFIX}")
            write_file(path, data)
            paths.append(path)
            if contents := _contents(tx, group):
                write_contents(path.with_name(path.name.removesuffix(REQUEST_SUFFIX) + SUFFIX), contents)
    return Unsigned(count=len(rows), file=" ".join(map(str, paths)), ids=[row.public_id for row in rows])


def _contents(tx: Transaction, rows: Sequence[RequestRow]) -> list[CredentialRow]:
    """The credentials that these requests register."""
    from chopmark.core.ledger import Verb

    batches = dict.fromkeys(row.batch_id for row in rows if row.verb is Verb.ATTEST and row.batch_id is not None)
    return [each for batch in batches for each in tx.credentials.of_batch(batch)]


def write_all() -> list[Unsigned]:
    """Write the files for everything that waits for a signature, one for each institution."""
    from chopmark.core.ledger import RequestState

    with T.site.ledger.read() as tx:
        rows = tx.requests.listed([RequestState.OPEN])
    return [write_requests([row for row in rows if row.issuer == who]) for who in dict.fromkeys(r.issuer for r in rows)]


def request_json(row: RequestRow) -> dict[str, object]:
    """A request that waits, for ``chopmark status``."""
    from chopmark.core.reference import address_text, serial

    return {
        "id": row.public_id,
        "issuer": serial(row.issuer),
        "verb": row.verb.value,
        "signer": address_text(row.signer),
        "digest": row.digest.hex(),
        "deadline": row.deadline,
        "note": row.note,
    }


def say_request(row: RequestRow) -> None:
    """A request that waits, in one line."""
    from chopmark.cli.moments import shown
    from chopmark.core.reference import address_text
    from chopmark.services.delegation.content import VERBS

    verb, who, when = VERBS[row.verb].fact(T.language, {}), address_text(row.signer), shown(row.deadline)
    T.out(
        f"  待签名 {row.public_id}：{verb}，由 {who} 签名，{when} 前",
        f"  to be signed {row.public_id}: {verb}, by {who}, until {when}",
    )


def _require_apart(files: Sequence[Path]) -> None:
    """Answers of two files must not have one name."""
    names = [_answer_name(path) for path in files]
    if len({*names}) != len(names):
        raise UsageError(why=Wording("有两个同名的文件", "two of the files have one name"))


def _answer_name(path: Path) -> str:
    from chopmark.services.delegation.request_file import REQUEST_SUFFIX, SIGNED_SUFFIX

    return path.name.removesuffix(REQUEST_SUFFIX).removesuffix(".json") + SIGNED_SUFFIX


def _answer_path(path: Path, out: Path | None) -> Path:
    return (out or path.parent) / _answer_name(path)


def _claims_json(claims: Mapping[bytes, Mapping[str, ClaimValue]]) -> list[dict[str, object]]:
    return [{"id": commitment.hex(), "claims": dict(said)} for commitment, said in claims.items()]


def _require_yes(yes: bool, count: int) -> None:
    """Ask whoever sits there. Raises ``UsageError`` if nobody does, or the answer is no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(why=_NOBODY)
    question = T.text(f"签名以上 {count} 项？[y/N] ", f"Sign these {count}? [y/N] ")
    print(question, end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes", "是"):
        raise UsageError(why=_NO)


def _show(file: RequestFile, one: ToSign) -> None:
    """What would be signed, in words."""
    from chopmark.cli.moments import shown
    from chopmark.core.reference import address_text, serial
    from chopmark.services.delegation.content import VERBS

    what, number = one.content, serial(one.typed.message.issuer)
    verb, kind = VERBS[what.verb].fact(T.language, {}), _kind(what.kind)
    name = T.text(file.name_zh, file.name_en or file.name_zh)
    T.out(f"{one.public_id}：{verb}，{kind} {what.count} 份", f"{one.public_id}: {verb}, {kind}, {what.count} in all")
    lines = [
        (f"机构 {number} 号（站点称为“{name}”）", f"institution {number} (the site calls it “{name}”)"),
        (f"链 {one.chain.name}（{one.chain.chain_id}）", f"chain {one.chain.name} ({one.chain.chain_id})"),
        (f"签名密钥 {address_text(one.signer)}", f"key {address_text(one.signer)}"),
        (f"有效至 {shown(one.deadline)}", f"good until {shown(one.deadline)}"),
        (
            f"批次 {what.root.hex()}（已由承诺值重新推算）",
            f"batch {what.root.hex()} (worked out anew from the commitments)",
        ),
    ]
    if (reason := what.reason_said()) is not None:
        lines.append((f"原因 {reason.zh}", f"reason {reason.en}"))
    lines += [(f"凭证 {one.hex()}", f"credential {one.hex()}") for one in what.commitments[:LISTED]]
    if (more := what.count - LISTED) > 0:
        lines.append((f"…另有 {more} 份，--json 可列出全部", f"… and {more} more; --json lists all"))
    if what.successor is not None:
        lines.append((f"新版本 {what.successor.hex()}", f"new version {what.successor.hex()}"))
    for zh, en in lines:
        T.out(plain(f"  {zh}"), plain(f"  {en}"))


def _kind(code: str) -> str:
    """A kind's name; of one that this version does not know its code."""
    from chopmark.kinds import all_kinds

    return next((kind.label.fact(T.language, {}) for kind in all_kinds() if kind.code == code), code)


def _as_json(one: ToSign) -> dict[str, object]:
    from chopmark.core.reference import address_text, serial

    return one.content.as_json() | {
        "id": one.public_id,
        "issuer": serial(one.typed.message.issuer),
        "chainId": one.chain.chain_id,
        "signer": address_text(one.signer),
        "deadline": one.deadline,
        "digest": one.typed.digest.hex(),
    }


_NOBODY: Final = Wording(
    "没有终端可供确认；核对以上内容后加 --yes，没有签名",
    "there is no terminal to ask on: add --yes once you have read it; nothing was signed",
)
_NO: Final = Wording("没有签名", "nothing was signed")
