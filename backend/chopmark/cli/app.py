"""The tree of commands and the global options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from chopmark import __version__
from chopmark.cli.terminal import Terminal, environment_language
from chopmark.errors import ChopmarkError
from chopmark.wording import Language

app = typer.Typer(
    name="chopmark",
    help="戳记 Chopmark：凭证登记与核验 · credentials that anyone can check",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
TERMINAL = Terminal(language=environment_language())
"""The one terminal of this process; the callback below fills it before any command runs."""

INTERRUPTED = 130
"""Exit code of Ctrl-C (128 + SIGINT)."""


def _version(wanted: bool) -> None:
    if wanted:
        print(f"chopmark {__version__}")
        raise typer.Exit


@app.callback()
def options(
    home: Annotated[
        Path | None, typer.Option(help="数据目录 · folder of keys, database, trust file [CHOPMARK_HOME]")
    ] = None,
    trust: Annotated[Path | None, typer.Option(help="信任文件 · trust file [CHOPMARK_TRUST]")] = None,
    database: Annotated[str | None, typer.Option(help="数据库 · database URL [CHOPMARK_DATABASE]")] = None,
    lang: Annotated[Language | None, typer.Option(help="语言 · language [CHOPMARK_LANG]")] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="口令文件 · file with the passphrase [CHOPMARK_PASSPHRASE_FILE]")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 · version")
    ] = False,
) -> None:
    """戳记 Chopmark：凭证登记与核验 · credentials that anyone can check."""
    TERMINAL.options = {"home": home, "trust": trust, "database": database, "passphrase_file": passphrase_file}
    if lang is not None:
        TERMINAL.language = lang


def _mount() -> None:
    """Every file of commands adds itself to the tree."""
    from chopmark.cli import accredit, audit, issuer, key, kinds, queue, register, status, verify

    app.command("kinds")(kinds.kinds)
    app.add_typer(key.app, name="key")
    app.add_typer(issuer.app, name="issuer")
    app.add_typer(accredit.app, name="accredit")
    app.command("register")(register.register)
    app.command("verify")(verify.verify)
    app.command("revoke")(status.revoke)
    app.command("suspend")(status.suspend)
    app.command("resume")(status.resume)
    app.command("supersede")(status.supersede)
    app.add_typer(audit.app, name="audit")
    app.command("worker")(queue.worker)
    app.command("status")(queue.status)


def main() -> None:
    """Run one command and leave with its exit code (0 fine, 1 refuted, 2 usage, 3 could not check or queued)."""
    _mount()
    try:
        app(standalone_mode=True)
    except ChopmarkError as fault:
        TERMINAL.error(fault)
        sys.exit(fault.exit_code)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            TERMINAL.note(
                "已中断；已受理的内容不会丢失，重跑即可继续",
                "Interrupted; what was accepted is safe, run again to continue",
            )
        raise
    except BrokenPipeError:
        # The reader went away (``chopmark … | head``): not an error of ours. Keep Python from failing at its own flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
