"""``chopmark verify``: files, folders and bundles in any mix; one clear answer for each material."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain
from chopmark.errors import StoreError, TrustError

if TYPE_CHECKING:
    from chopmark.core.profile import Profile
    from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile
    from chopmark.kinds import Kind
    from chopmark.services.verify.materials import Material, Materials
    from chopmark.services.verify.ports import ChainReader
    from chopmark.services.verify.site import SiteRecords
    from chopmark.services.verify.verify import Verifier

_MANY = 40


def verify(
    paths: Annotated[
        list[Path], typer.Argument(help="文件、文件夹、凭证包，可混合 · files, folders, bundles", show_default=False)
    ],
    declared: Annotated[
        list[str] | None,
        typer.Option(help="申报内容，如 姓名=王莉 或 王莉.pdf:姓名=王莉 · declared fields", metavar="[文件:]字段=值"),
    ] = None,
    kind: Annotated[str, typer.Option(help="只按此类别理解申报内容 · the kind that the declared fields are of")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="每份材料一行 JSON · one JSON object a line")] = False,
) -> None:
    """核验材料 · verify materials.

    退出码：0 全部核实；1 有不符、撤销等；2 用法不对；3 有未能核验的 · exit: 0 all good, 1 refuted, 2 usage, 3 undecided.
    """
    T.json = as_json
    raise typer.Exit(_verify(paths, declared or [], kind))


def _verify(paths: list[Path], declared: list[str], kind: str) -> int:
    from chopmark.cli.verdicts import show
    from chopmark.core.verdict import exit_code
    from chopmark.kinds import all_kinds, find_kind
    from chopmark.services.verify.collect import collect
    from chopmark.services.verify.declared import assign, read_declarations
    from chopmark.services.verify.match import match
    from chopmark.services.verify.materials import Limits

    settings = T.settings
    kinds = {each.code: each for each in all_kinds()}
    chosen = find_kind(kind) if kind else None
    declarations = read_declarations(declared)
    found = collect(paths, Limits(settings.max_file_bytes, settings.max_files))
    _tell_skipped(found)
    records = _records()
    materials = match(found, records.bundles_for if records else None)
    fields = assign(declarations, materials, kinds, chosen)
    if len(materials) > _MANY:
        T.note(f"正在核验{len(materials)}份材料…", f"Verifying {len(materials)} materials…")
    profiles = _profiles(found, records)
    verified = _verifier(materials, kinds, profiles, records).verify(materials, fields)
    show(verified, kinds)
    return exit_code(each.examination.verdict for each in verified)


def _verifier(
    materials: tuple[Material, ...],
    kinds: Mapping[str, Kind],
    profiles: Mapping[bytes, Profile],
    records: SiteRecords | None,
) -> Verifier:
    from chopmark.services.verify.site import coverage
    from chopmark.services.verify.verify import Verifier as Verifying

    indexed = records is not None and records.is_index
    bundled = any(material.bundle is not None for material in materials)
    return Verifying(
        trust=_trust(wanted=bundled),
        readers_of=_readers_of,
        kinds=kinds,
        profiles=profiles,
        key_book=records.keys_of if records else lambda _: {},
        indexed=indexed,
        coverage=coverage(profiles.values(), kinds, indexed=indexed),
    )


def _readers_of(chain: TrustedChain, registry: TrustedRegistry) -> list[ChainReader]:
    return [T.site.client(replace(chain, rpc=(url,)), registry) for url in chain.rpc]


def _trust(*, wanted: bool) -> TrustFile | None:
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


def _profiles(found: Materials, records: SiteRecords | None) -> dict[bytes, Profile]:
    profiles = {profile.digest: profile for profile in found.profiles}
    if records is not None:
        with suppress(StoreError):
            profiles |= records.profiles()
    return profiles


def _tell_skipped(found: Materials) -> None:
    from chopmark.cli.verdicts import SKIPPED

    for name, why in found.skipped:
        reason, shown = SKIPPED[why], plain(name)
        T.note(f"跳过 {shown}：{reason.zh}", f"Skipped {shown}: {reason.en}")
