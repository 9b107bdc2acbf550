"""``chopmark verify``: files, folders and bundles in any mix; one clear answer for each material."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain
from chopmark.errors import StoreError, TrustError, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile
    from chopmark.services.verify.materials import Materials
    from chopmark.services.verify.ports import ChainReader
    from chopmark.services.verify.site import SiteRecords

_MANY = 40
_NOTHING = Wording(
    "请给出文件、文件夹或凭证包；没有凭证包时用 --number 和 --holder 按编号核对",
    "name files, folders or bundles; without a bundle ask by --number and --holder",
)
_NOT_BOTH = Wording(
    "--number、--holder、--issuer、--field 只用于按编号核对，不与文件和 --declared 同用",
    "--number, --holder, --issuer and --field ask by number, without files and --declared",
)


def verify(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="文件、文件夹、凭证包，可混合 · files, folders, bundles", show_default=False),
    ] = None,
    declared: Annotated[
        list[str] | None,
        typer.Option(help="申报内容，如 姓名=王莉 或 王莉.pdf:姓名=王莉 · declared fields", metavar="[文件:]字段=值"),
    ] = None,
    kind: Annotated[str, typer.Option(help="只按此类别理解所填内容 · the kind that the fields are of")] = "",
    number: Annotated[str, typer.Option(help="没有凭证包时按编号核对 · by number, without a bundle")] = "",
    holder: Annotated[str, typer.Option(help="与 --number 同用：持有人 · with --number: whose it is")] = "",
    issuer: Annotated[str, typer.Option(help="与 --number 同用：机构代号或编号 · with --number: the issuer")] = "",
    field: Annotated[
        list[str] | None, typer.Option(help="与 --number 同用：材料上的内容 · what the paper says", metavar="字段=值")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="每份材料一行 JSON · one JSON object a line")] = False,
) -> None:
    """核验材料 · verify materials: files and bundles, or by number with --number and --holder.

    退出码：0 全部核实；1 有不符、撤销等；2 用法不对；3 有未能核验的 · exit: 0 all good, 1 refuted, 2 usage, 3 undecided.
    """
    T.json = as_json
    if number or holder or field:
        if paths or declared:
            raise UsageError(why=_NOT_BOTH)
        if T.site_url:
            from chopmark.cli.remote.matching import match_number

            raise typer.Exit(match_number(number, holder, kind, issuer, field or []))
        from chopmark.cli.number import verify_number

        raise typer.Exit(verify_number(number, holder, kind, issuer, field or []))
    if not paths or issuer:
        raise UsageError(why=_NOTHING if not paths else _NOT_BOTH)
    if T.site_url:
        from chopmark.cli.remote.verifying import verify as verify_there

        raise typer.Exit(verify_there(paths, declared or [], kind))
    raise typer.Exit(_verify(paths, declared or [], kind))


def _verify(paths: list[Path], declared: list[str], kind: str) -> int:
    from chopmark.cli.verdicts import show
    from chopmark.core.verdict import exit_code
    from chopmark.kinds import all_kinds, find_kind
    from chopmark.services.verify.declared import read_declarations
    from chopmark.services.verify.desk import VerifyDesk
    from chopmark.services.verify.materials import Limits

    settings = T.settings
    kinds = {each.code: each for each in all_kinds()}
    chosen = find_kind(kind) if kind else None
    declarations = read_declarations(declared)
    limits = Limits(settings.max_file_bytes, settings.max_files)
    found = VerifyDesk(kinds, limits, _trust, _readers_of).collect(paths)
    _tell_skipped(found)
    desk = VerifyDesk(kinds, limits, _trust, _readers_of, _records())
    materials = desk.pair(found)
    if len(materials) > _MANY:
        T.note(f"正在核验{len(materials)}份材料…", f"Verifying {len(materials)} materials…")
    verified = desk.verify(found, materials, declarations, chosen)
    show(verified, kinds)
    return exit_code(each.examination.verdict for each in verified)


def _readers_of(chain: TrustedChain, registry: TrustedRegistry) -> list[ChainReader]:
    return [T.site.client(replace(chain, rpc=(url,)), registry) for url in chain.rpc]


def _trust(wanted: bool) -> TrustFile | None:
    """The trust file; None if there is none, which leaves open whatever needs it. One that was named must be there."""
    try:
        return T.site.trust
    except TrustError:
        if T.settings.trust_path.exists() or T.settings.trust is not None:
            raise
    if wanted:
        T.note(
            f"没有信任文件（{T.settings.trust_path}），无法查询链上状态。"
            "请向授权机构索取，用 --trust 指定或放到该位置。",
            f"There is no trust file ({T.settings.trust_path}), so no chain can be asked. The authority hands it out; "
            "name it with --trust or put it there.",
        )
    return None


def _records() -> SiteRecords | None:
    """The site's own records, if there are any and they can be read: verification goes on without."""
    from chopmark.services.verify.site import SiteRecords

    if not T.site.has_store:
        return None
    try:
        return SiteRecords(T.site.store.read)
    except StoreError as fault:
        T.note(
            f"本站数据库不可用，将不查本站索引：{fault.say(T.language)}",
            f"This site's database is not used: {fault.say(T.language)}",
        )
        return None


def _tell_skipped(found: Materials) -> None:
    from chopmark.cli.verdicts import SKIPPED

    for name, why in found.skipped:
        reason, shown = SKIPPED[why], plain(name)
        T.note(f"跳过 {shown}：{reason.zh}", f"Skipped {shown}: {reason.en}")
