#!/usr/bin/env python3
"""A demonstration site on this machine: a chain, three institutions and their service, something registered to try.

``python3 scripts/dev.py`` sets up and keeps running until Ctrl-C; the next start goes on where it stopped.
``python3 scripts/dev.py --check`` sets up in an empty folder, acts as registrar, reviewer, auditor and operator, tells
for each expectation whether it is met, cleans up and ends with 0 or 1.

Needs Python 3.11 or later; everything else is installed into the project's folder.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from _setup import ROOT, enter


def main() -> int:
    """Read the options, make the environment, and go on inside it."""
    parser = argparse.ArgumentParser(
        description="戳记演示站：一条本机链、三家机构、对外服务和可供试用的材料 · a demonstration site on this machine"
    )
    parser.add_argument(
        "--check", action="store_true", help="自检：逐项核对后退出 · check every expectation, then leave"
    )
    parser.add_argument("--folder", type=Path, default=ROOT / ".dev", help="数据目录 · where it keeps its data [.dev]")
    parser.add_argument("--port", type=int, default=0, help="节点端口 · the node's port [8545, or a free one]")
    parser.add_argument(
        "--service-port", type=int, default=0, help="服务端口 · the service's port [8000, or a free one]"
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="语言 · language [from the locale]")
    parser.add_argument("--keep", action="store_true", help="自检后保留目录 · keep the folder of a check")
    options = parser.parse_args()
    enter("run")
    from _demo.say import Voice, preferred_language

    voice = Voice(options.lang or preferred_language())
    if options.check:
        from _demo.checking import check_all

        return check_all(voice, keep=options.keep)
    from _demo.running import run

    return run(options.folder.absolute(), options.port, options.service_port, voice)


if __name__ == "__main__":
    sys.exit(main())
