"""Running the site until somebody stops it."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from _demo import node, service
from _demo.command import CommandFailed, go_on, interrupt_all
from _demo.folder import Folder, Taken
from _demo.say import Voice
from _demo.site import Site
from _demo.try_next import try_next
from chopmark.errors import ChopmarkError
from chopmark.wording import Language

_STEADY: Final = 5.0
"""Seconds: a service that dies younger is given a rest before the next try."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(root: Path, port: int, service_port: int, voice: Voice) -> int:
    """Open the site in ``root``, tell what to try, watch node and service, close on Ctrl-C; the exit code."""
    began = time.monotonic()
    voice.line("戳记 Chopmark 演示站", "Chopmark demonstration site")
    if root.exists() and not root.is_dir():
        voice.trouble(
            f"{root} 不是文件夹。请用 --folder 另选目录", f"{root} is no folder. Choose another with --folder"
        )
        return 2
    folder = Folder(root)
    try:
        with folder.alone():
            ports = node.free_port(port or node.PORT), node.free_port(service_port or service.PORT)
            site = Site(folder, voice, *ports)
            _end_left_behind(site, voice)
            with stopping(site):
                site.open()
                voice.line(*(f"{time.monotonic() - began:6.1f} s  {word}" for word in ("就绪", "ready")))
                try_next(site, voice)
                voice.line(
                    "按 Ctrl-C 停止；数据保留，下次启动继续", "Ctrl-C stops it; the data stay for the next start"
                )
                _watch(site, voice)
    except Taken as taken:
        pid, _, url = taken.by.partition(" ")
        voice.trouble(
            f"目录 {root} 的演示站已在运行（进程 {pid}，{url or '正在启动'}）。可用 --folder 另选目录",
            f"The site in {root} is running already (process {pid}, {url or 'starting'}). Choose another with --folder",
        )
        return 1
    except KeyboardInterrupt:
        voice.line("已停止，数据已保存", "stopped, the data are saved")
        return 0
    except (CommandFailed, ChopmarkError, OSError) as trouble:
        tell(trouble, voice)
        return 1
    return 0


def _end_left_behind(site: Site, voice: Voice) -> None:
    for left, zh, en in (
        (site.service.end_left_behind(), "服务", "service"),
        (node.end_left_behind(site.folder.chain), "节点", "node"),
    ):
        if left:
            voice.line(
                f"         上次运行被强行结束，留下的{zh}（进程 {left}）已停止",
                f"         an earlier run was killed; stopped the {en} that it left behind (process {left})",
            )


def tell(trouble: Exception, voice: Voice) -> None:
    """Say what stopped the site."""
    if isinstance(trouble, ChopmarkError):
        language = Language(voice.language)
        voice.trouble(*[f"{trouble.code} {trouble.say(language)}\n  → {trouble.next_step(language)}"] * 2)
    elif isinstance(trouble, CommandFailed):
        voice.trouble(f"命令未按预期结束：\n{trouble}", f"A command ended otherwise than it should:\n{trouble}")
    else:
        voice.trouble(f"出错：{trouble}", f"Failed: {trouble}")


@contextlib.contextmanager
def stopping(site: Site) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal end the block; whatever ends it, commands, service and node are stopped."""

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        interrupt_all()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupted) for number in _SIGNALS}
    try:
        yield
    finally:
        # A second Ctrl-C must not cut the saving short.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        interrupt_all()
        site.close()
        for number, handler in before.items():
            signal.signal(number, handler)
        go_on()


def _watch(site: Site, voice: Voice) -> None:
    """Look after node and service until a signal comes."""
    while True:
        time.sleep(0.5)
        if not site.alive:
            voice.line("节点意外停止，正在重新启动", "the node stopped by itself; starting it again")
            site.restart_node()
        elif not site.service.alive:
            if site.service.age < _STEADY:
                time.sleep(_STEADY)
            log = site.folder.service_log
            voice.line(
                f"服务意外停止，正在重新启动（详见 {log}）",
                f"the service stopped by itself; starting it again (see {log})",
            )
            try:
                site.restart_service()
            except CommandFailed as failed:
                # The chain and the command line work without it.
                tell(failed, voice)
