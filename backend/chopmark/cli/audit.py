"""``chopmark audit``: lives of credentials, batches and issuers, as of any moment; and the self-check."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import ChopmarkError

if TYPE_CHECKING:
    from chopmark.core.trust import TrustedChain, TrustedRegistry
    from chopmark.services.audit.moment import AsOf
    from chopmark.services.audit.source import EventSource
    from chopmark.services.audit.trail import Target

app = typer.Typer(help="审计 · audit", no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """How a trail is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


Thing = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
When = Annotated[
    str, typer.Option("--as-of", help="当时所知：日期、时间或区块号 · as known then: a date, a time or a block")
]
Form = Annotated[Format, typer.Option("--format", help="输出格式 · form of the answer")]
Json = Annotated[bool, typer.Option("--json", help="同 --format json · the same as --format json")]


@app.command("credential")
def credential(thing: Thing, as_of: When = "", form: Form = Format.TEXT, as_json: Json = False) -> None:
    """凭证的完整经历（凭证包、存证编号、承诺值或编号）· the life of a credential."""
    from chopmark.cli.audit_targets import leaf_meant

    if T.site_url:
        from chopmark.cli.remote.looking import audit_credential

        audit_credential(thing, as_of, as_json=as_json or form is Format.JSON)
        return
    _run(lambda: leaf_meant(thing), as_of, Format.JSON if as_json else form)


@app.command("batch")
def batch(thing: Thing, as_of: When = "", form: Form = Format.TEXT, as_json: Json = False) -> None:
    """批次的完整经历（根、存证编号或凭证包）· the life of a batch."""
    from chopmark.cli.audit_targets import batch_meant

    _run(lambda: batch_meant(thing), as_of, Format.JSON if as_json else form)


@app.command("issuer")
def issuer(thing: Thing, as_of: When = "", form: Form = Format.TEXT, as_json: Json = False) -> None:
    """机构的完整经历（编号、别名、机构号或凭证包）· the life of an institution."""
    from chopmark.cli.audit_targets import issuer_meant

    _run(lambda: issuer_meant(thing), as_of, Format.JSON if as_json else form)


@app.command("rebuild")
def rebuild(
    repair: Annotated[bool, typer.Option("--repair", help="以链为准改写本地历史 · rewrite local history")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """仅凭链重建全部历史，并与本地数据库比对 · rebuild everything from the chain and compare the database."""
    T.json = as_json
    _require_here()
    raise typer.Exit(_rebuild(repair=repair))


def _require_here() -> None:
    """Lives of batches and issuers are read from one's own node; a site is asked about credentials only."""
    if T.site_url:
        from chopmark.cli.remote.site import only_here

        raise only_here("audit batch | issuer | rebuild")


def _run(meant: Callable[[], tuple[EventSource, Target]], as_of: str, form: Format) -> None:
    from chopmark.cli.trail import show_trail
    from chopmark.services.audit.trail import trail

    _require_here()
    T.json = form is Format.JSON
    source, target = meant()
    show_trail(trail(source, target, _moment(source, as_of)), form.value)


def _moment(source: EventSource, text: str) -> AsOf:
    from chopmark.cli.moments import instant
    from chopmark.services.audit.moment import as_of, is_block

    if not text:
        return as_of(source)
    if is_block(text):
        return as_of(source, block=int(text))
    return as_of(source, time=instant(text, end_of_day=True))


def open_source(chain: TrustedChain, registry: TrustedRegistry) -> EventSource:
    """The chain, by the first of its nodes that answers; else the site's copy of it, and says so.

    Raises ``Unreachable`` if there is neither, ``WrongChain`` if a node serves another chain.
    """
    source = T.site.event_source(chain, registry)
    if source.name == "local":
        T.note(
            f"链不可达，以下来自本站数据库，截至区块 {source.at.number}",
            f"The chain cannot be reached; this is from the site's database, as of block {source.at.number}",
        )
    return source


def _rebuild(*, repair: bool) -> int:
    from chopmark.cli.rebuilt import show_rebuilt
    from chopmark.services.audit.rebuild import compare, rebuild
    from chopmark.services.audit.rebuild import repair as rewrite

    chain, registry = T.site.home_registry
    T.note("正在读取链上全部历史…", "Reading the whole history from the chain…")
    rebuilt = rebuild(T.site.client(chain, registry), chain, registry)
    store = T.site.ledger if T.site.has_store else None
    comparison = compare(rebuilt, store.read) if store else None
    differs = comparison is not None and bool(comparison.differences)
    repaired = repair and differs and store is not None
    if repaired and store is not None:
        rewrite(rebuilt, store.begin)
    show_rebuilt(rebuilt, comparison, repaired=repaired)
    return 1 if differs and not repaired else 0


def key_names() -> dict[bytes, str]:
    """Names of the keys in the local keystore by address; empty if there is none that can be read."""
    try:
        return {stored.address: stored.name for stored in T.site.keystore.list()}
    except ChopmarkError as fault:
        print(fault.say(T.language), file=sys.stderr)
        return {}
