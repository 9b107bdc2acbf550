"""cli.app: options, exit codes, and what happens when a command is used wrongly or left."""

from __future__ import annotations

import getpass
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from chopmark import __version__
from tests.fixtures.town import Office, Screen, Town, fields, number

HEAVY = (
    "sqlalchemy",
    "eth_account",
    "pikepdf",
    "typst",
    "web3",
    "urllib3",
    "calamine",
    "pydantic",
    "alembic",
)
COMMANDS = ("", "key", "issuer", "issuer controller", "accredit", "accredit authority", "audit")
LEAVES = (
    *("kinds", "register", "verify", "revoke", "suspend", "resume", "supersede", "worker", "status"),
    *("key new", "key add", "key report", "issuer new", "issuer controller recover", "accredit grant"),
)


@pytest.fixture
def bare(town: Town, tmp_path) -> Office:
    return town.bare(tmp_path / "home")


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom chopmark.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr.strip() == "[]"
    assert "register" in done.stdout


@pytest.mark.parametrize("words", [*COMMANDS, *LEAVES])
def test_every_command_has_help_in_both_languages(bare, words):
    answer = bare.ok(*words.split(), "--help")
    assert "·" in answer.out
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.out)
    assert answer.err == ""


def test_words_that_people_here_do_not_use_appear_nowhere(bare):
    said = "".join(bare.ok(*words.split(), "--help").out for words in (*COMMANDS, *LEAVES))
    assert not [word for word in ("币", "钱包", "Gas", "NFT") if word in said]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_group_without_a_command_shows_its_help(bare, words):
    answer = bare.run(*words.split())
    assert answer.code == 2
    assert "Commands:" in answer.err


def test_version(bare):
    assert bare.ok("--version").out.strip() == f"chopmark {__version__}"


@pytest.mark.parametrize(
    ("words", "zh", "en", "see"),
    [
        (("accredit", "grant", "x"), "缺少 '--by'", "Missing option '--by'", "chopmark accredit grant --help"),
        (("key", "new"), "缺少 'name'", "Missing argument 'name'", "chopmark key new --help"),
        (("register", "--knid", "x"), "没有选项 --knid", "No such option: --knid", "chopmark register --help"),
        (("register", "--kind"), "选项 --kind 用法不对", "requires an argument", "--help"),
        (("--lang", "fr", "kinds"), "'--lang' 的值不可用", "Invalid value for '--lang'", "chopmark --help"),
        (("frobnicate",), "frobnicate", "No such command 'frobnicate'", "chopmark --help"),
    ],
)
def test_wrong_usage_is_told_in_one_sentence_with_where_to_look(bare, words, zh, en, see):
    for lang, sentence in (("zh", zh), ("en", en)):
        answer = bare.run(*words, lang=lang)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("E100 ")
        assert sentence in answer.err
        assert see in answer.err
    if words[-1] == "--kind":  # it would take --json for its value
        return
    answer = bare.run(*words, "--json")
    assert (answer.code, answer.error) == (2, "E100")
    assert zh in answer.json["error"]["message"]["zh"]
    assert en in answer.json["error"]["message"]["en"]


def test_the_language_is_the_options_then_the_variables_then_the_homes_then_the_locales(bare):
    def said(lang="", *options, **variables):
        bare.variables = variables
        return "没有类别" in bare.run(*options, "kinds", "x", lang=lang).err

    assert said("zh")
    assert not said("zh", "--lang", "en")
    assert said("en", "--lang", "zh")
    assert said("", LANG="zh_CN.UTF-8", LC_ALL="", LC_MESSAGES="")
    assert not said("", LANG="de_DE.UTF-8", LC_ALL="", LC_MESSAGES="")
    bare.file("settings.toml", 'lang = "zh"\n')
    bare.variables = {"LANG": "C", "LC_ALL": ""}
    assert "机构" in bare.ok("issuer", "list", lang="").out
    assert "institutions" in bare.ok("issuer", "list", lang="en").out


def test_a_broken_settings_file_is_told(bare):
    bare.file("settings.toml", "= nonsense")
    answer = bare.run("issuer", "list", "--json")
    assert (answer.code, answer.error) == (2, "E101")
    assert "settings.toml" in answer.json["error"]["message"]["zh"]


def test_a_run_keeps_nothing_of_the_run_before(bare, tmp_path):
    bare.ok("--trust", tmp_path / "other.json", "--lang", "zh", "kinds", "--json")
    assert "codes" not in bare.ok("kinds").out
    assert "code" in bare.ok("kinds").out


def test_an_unexpected_fault_of_the_system_is_no_traceback(bare):
    (bare.home / "keys").write_bytes(b"")  # where a folder should be
    answer = bare.run("key", "list", "--json")
    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert answer.json["error"]["message"]["zh"]


def test_nobody_reads_the_answer(office):
    with office.start("kinds", "paper") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(20) == 141
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_output_that_takes_no_chinese_stops_nothing(office):
    with office.start("kinds", "degree", PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert "degree  Degree" in out
    assert "??" in out
    with office.start("kinds", "degree", "--json", PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate(timeout=20)
    assert json.loads(out)["zh"] == "学历学位"


def test_ctrl_c_leaves_what_was_accepted_to_the_next_run(town: Town, tmp_path):
    """Blocks are held back, so that the command waits for a transaction that is in no block."""
    office = town.open(tmp_path / "home")
    before = office.rows()
    town.rpc.call("evm_setAutomine", False)
    try:
        with office.start("register", "--kind", "degree", *fields(7001), "--json") as process:
            until = time.monotonic() + 30
            while office.rows()["outbox"] == before["outbox"] and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        assert process.returncode == 130, err
        assert json.loads(out)["error"]["code"] == "E103"
        assert "run again to continue" in err
        assert "Traceback" not in err
        assert office.rows()["credentials"] == 1
        assert office.bundles() == []
    finally:
        town.rpc.call("evm_setAutomine", True)
        town.rpc.call("anvil_mine", "0x1")
    again = office.json("register", "--kind", "degree", *fields(7001))
    assert (again["registered"], again["known"]) == (0, 1)
    assert office.rows()["outbox"] == before["outbox"] + 1
    assert office.bundles() == [f"{number(7001)}.chopmark.json"]


def test_leaving_at_a_question_is_no_traceback(office, monkeypatch):
    """A terminal that ends (Ctrl-D) while a passphrase is asked for, or is left by Ctrl-C."""
    office.variables["CHOPMARK_PASSPHRASE_FILE"] = ""
    for leaving, code, told in ((EOFError, 2, "E400"), (KeyboardInterrupt, 130, "E103")):

        def left(*_, leaving=leaving, **__):
            raise leaving

        monkeypatch.setattr(getpass, "getpass", left)
        with office.nothing_written():
            answer = office.run("register", "--kind", "degree", *fields(7002), stdin=Screen())
        assert answer.code == code
        assert told in answer.err


def test_bytes_that_are_no_text_are_told(office: Office):
    told = office.run("suspend", os.fsdecode(b"\xff\xfe"), "--reason", "under-review", "--json")
    assert (told.code, told.error) == (2, "E100")
    assert "is no text" in told.err
