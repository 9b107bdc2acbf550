"""The whole check: a site in an empty folder, every expectation of its users, and nothing left behind."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from _demo import node
from _demo.auditor import AUDITOR
from _demo.campus import CAMPUS
from _demo.command import CommandFailed, CommandLine
from _demo.delegated import DELEGATED
from _demo.expectation import check
from _demo.folder import Folder
from _demo.operation import AFTERWARDS, OPERATOR
from _demo.registrar import REGISTRAR
from _demo.reviewer import REVIEWER
from _demo.running import stopping, tell
from _demo.say import Voice
from _demo.service_log import LOG
from _demo.site import Site
from _demo.systems import SYSTEMS
from _demo.world import World
from chopmark.errors import ChopmarkError

_INTERRUPTED: Final = 130


def check_all(voice: Voice, *, keep: bool) -> int:
    """Check everything on a free port in an empty folder; 0 if all is as expected.

    The folder is kept, and named, if something is not.
    """
    began = time.monotonic()
    root = Path(tempfile.mkdtemp(prefix="chopmark-check-"))
    voice.line("戳记 Chopmark 自检", "Chopmark check")
    met, unmet = 0, 1
    try:
        met, unmet = _check_in(root, voice)
    except KeyboardInterrupt:
        voice.trouble("已中断", "interrupted")
        shutil.rmtree(root)
        return _INTERRUPTED
    except (CommandFailed, ChopmarkError, OSError) as trouble:
        tell(trouble, voice)
    seconds = time.monotonic() - began
    voice.line(
        f"\n符合 {met} 项，不符 {unmet} 项，用时 {seconds:.0f} 秒",
        f"\n{met} as expected, {unmet} not, in {seconds:.0f} seconds",
    )
    if unmet or keep:
        voice.line(f"保留目录：{root}", f"folder kept: {root}")
    else:
        shutil.rmtree(root)
    return 1 if unmet else 0


def _check_in(root: Path, voice: Voice) -> tuple[int, int]:
    folder = Folder(root / "site")
    site = Site(folder, voice, node.free_port(), node.free_port())
    with folder.alone(), stopping(site):
        site.open()
        world = _world(site, root)
        first = check((REVIEWER, REGISTRAR, AUDITOR, CAMPUS, SYSTEMS, DELEGATED, OPERATOR, LOG), world, voice)
    last = check((AFTERWARDS,), world, voice)
    return first[0] + last[0], first[1] + last[1]


def _world(site: Site, root: Path) -> World:
    desk = root / "desk"
    desk.mkdir()
    for name in ("reviewer", "auditor", "nobody"):
        (root / name).mkdir()
    for name in ("reviewer", "auditor"):
        shutil.copy(site.folder.trust, root / name)
    return World(
        site,
        registrar=site.chopmark,
        reviewer=CommandLine(root / "reviewer"),
        auditor=CommandLine(root / "auditor"),
        nobody=CommandLine(root / "nobody"),
        desk=desk,
    )
