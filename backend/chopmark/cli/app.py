"""The tree of commands and the global options."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from chopmark import __version__
from chopmark.cli.terminal import Terminal, environment_language
from chopmark.errors import ChopmarkError, UsageError
from chopmark.wording import Language, Wording

if TYPE_CHECKING:
    from typer._click.core import Command
    from typer._click.exceptions import ClickException

NAME: Final = "chopmark"
INTERRUPTED: Final = 130
"""Exit code of Ctrl-C (128 + SIGINT)."""
UNHEARD: Final = 141
"""Exit code when nobody reads the answer any more, as in ``chopmark … | head`` (128 + SIGPIPE)."""

app = typer.Typer(
    name=NAME,
    help="戳记 Chopmark：凭证登记与核验 · credentials that anyone can check",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
TERMINAL = Terminal(language=environment_language())
"""The one terminal of this process; ``main`` begins it anew, the callback below fills it before any command runs."""


_NO_TEXT: Final = Wording("{given} 不是文本（编码不是 UTF-8）", "{given} is no text (it is not UTF-8)")


class OptionError(UsageError):
    """Options or arguments that the command does not have, lacks, or cannot read."""

    wording = Wording("用法不对：{why}", "Wrong usage: {why}", "用 {command} --help 查看用法", "See {command} --help")


class Interrupted(ChopmarkError):
    """Somebody pressed Ctrl-C."""

    code = "E103"
    exit_code = INTERRUPTED
    wording = Wording(
        "已中断",
        "Interrupted",
        "已受理的内容不会丢失，重跑即可继续",
        "What was accepted is safe; run again to continue",
    )


class SystemTrouble(ChopmarkError):
    """The operating system refused something that nobody expected to fail."""

    code = "E104"
    wording = Wording(
        "系统出错：{why}",
        "The system reports: {why}",
        "请检查磁盘、权限后重跑",
        "Check disk and permissions, then run again",
    )


def _version(wanted: bool) -> None:
    if wanted:
        print(f"{NAME} {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="数据目录 · folder of keys, database, trust file [CHOPMARK_HOME]")
    ] = None,
    trust: Annotated[Path | None, typer.Option(help="信任文件 · trust file [CHOPMARK_TRUST]")] = None,
    database: Annotated[str | None, typer.Option(help="数据库 · database URL [CHOPMARK_DATABASE]")] = None,
    lang: Annotated[Language | None, typer.Option(help="语言 · language [CHOPMARK_LANG]")] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="口令文件 · file with the passphrase [CHOPMARK_PASSPHRASE_FILE]")
    ] = None,
    site: Annotated[
        str | None, typer.Option(help="通过此站点办理 · work through this site [CHOPMARK_SITE]", metavar="URL")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="站点令牌的文件 · file with the token for the site [CHOPMARK_TOKEN_FILE]")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 · version")
    ] = False,
) -> None:
    """戳记 Chopmark：凭证登记与核验 · credentials that anyone can check."""
    named = {"home": home, "trust": trust, "database": database, "lang": lang, "passphrase_file": passphrase_file}
    named |= {"site": site, "token_file": token_file}
    TERMINAL.options = {name: value for name, value in named.items() if value is not None}
    if lang is not None:
        TERMINAL.language = lang
    if site or os.environ.get("CHOPMARK_SITE"):
        from chopmark.cli.remote.site import require_remote

        require_remote(context.invoked_subcommand)


@cache
def _tree() -> Command:
    """The commands; every file of commands adds its own."""
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
    from chopmark.cli import serve, signing, token

    app.command("sign")(signing.sign)
    app.command("submit")(signing.submit)
    app.command("refuse")(signing.refuse)
    app.command("serve")(serve.serve)
    app.add_typer(token.app, name="token")
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code.

    0 fine, 1 refuted, 2 usage or refused, 3 could not check or queued, 130 interrupted, 141 nobody reads the answer.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # Keep Python from failing once more at its own flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = UNHEARD
    sys.exit(code)


def _run(words: list[str]) -> int:
    """One command; what is expected to go wrong is told, never traced."""
    from typer._click.exceptions import ClickException

    TERMINAL.begin(as_json="--json" in words)
    try:
        tree = _tree()
        with tree.make_context(NAME, words) as context:
            tree.invoke(context)
    except typer.Exit as leaving:
        return leaving.exit_code
    except ClickException as fault:
        return _misused(fault)
    except ChopmarkError as fault:
        return _failed(fault)
    except (KeyboardInterrupt, EOFError):
        return _failed(Interrupted())
    except BrokenPipeError:
        raise
    except UnicodeEncodeError as fault:
        # Arguments may be any bytes (file names are); where text is wanted, such bytes end here.
        return _failed(OptionError(why=_NO_TEXT.filled(given=ascii(fault.object)[:60]), command=NAME))
    except OSError as fault:
        where = f"{fault.filename}: " if fault.filename else ""
        return _failed(SystemTrouble(why=f"{where}{fault.strerror or fault}"))
    return 0


def _failed(fault: ChopmarkError) -> int:
    TERMINAL.error(fault)
    return fault.exit_code


def _misused(fault: ClickException) -> int:
    """What typer says about options, in one sentence of ours."""
    from typer._click import exceptions

    context = getattr(fault, "ctx", None)
    if isinstance(fault, exceptions.NoArgsIsHelpError):
        print(fault.format_message(), file=sys.stderr)
        return fault.exit_code
    said = " ".join(fault.format_message().split())
    zh = said
    if isinstance(fault, exceptions.BadParameter) and fault.param is not None:
        missing = isinstance(fault, exceptions.MissingParameter)
        hint = fault.param.get_error_hint()
        zh = f"缺少 {hint}" if missing else f"{hint} 的值不可用（{fault.message}）"
    elif isinstance(fault, exceptions.NoSuchOption):
        zh = f"没有选项 {fault.option_name}"
    elif isinstance(fault, exceptions.BadOptionUsage):
        zh = f"选项 {fault.option_name} 用法不对（{fault.message}）"
    command = context.command_path if context is not None else NAME
    why = Wording("{zh}", "{en}").filled(zh=zh, en=said)
    return _failed(OptionError(why=why, command=command))
