"""``chopmark serve``: the service, with the worker beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from chopmark.cli.app import TERMINAL as T


def serve(
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口（0：任选）· port [0: any]")] = 8080,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="同时处理队列 · move the queue, too")] = True,
    keys: Annotated[
        str,
        typer.Option(help="打开哪些密钥，逗号分隔（默认：本站机构的工作密钥）· keys to open [the working keys here]"),
    ] = "",
    trust_proxy: Annotated[
        str,
        typer.Option(help="可信反向代理的地址，逗号分隔 · addresses of proxies whose X-Forwarded-For is believed"),
    ] = "",
) -> None:
    """启动 HTTP 服务（Ctrl-C 或 SIGTERM 有序结束）· the HTTP service."""
    from chopmark.errors import UsageError
    from chopmark.http.server import serve as run
    from chopmark.wording import Wording

    names = tuple(name.strip() for name in keys.split(",") if name.strip())
    if names and not worker:
        raise UsageError(why=Wording("--keys 与 --no-worker 不能同用", "--keys makes no sense with --no-worker"))
    run(
        T.site,
        host=host,
        port=port,
        keys=names if worker else None,
        trust_proxy=trust_proxy,
        bound=lambda at: _serving(host, at),
        closed=_closed,
    )


def _serving(host: str, port: int) -> None:
    place = f"[{host}]" if ":" in host else host
    T.note(f"服务地址 http://{place}:{port}/api/v1", f"Serving http://{place}:{port}/api/v1")


def _closed(names: Sequence[str]) -> None:
    """Some keys opened, these did not: what their institutions register waits."""
    T.note(
        f"警告：密钥 {'、'.join(names)} 打不开，由它们签名的登记将一直等待；请检查口令文件",
        f"Warning: {', '.join(names)} did not open; what they are to sign will wait. Check the file with the passphrase",
    )
