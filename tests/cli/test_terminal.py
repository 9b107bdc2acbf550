"""cli.terminal: one language at a time, answers on stdout, everything else on stderr."""

from __future__ import annotations

import getpass
import json
import sys

import pytest

from chopmark.cli.terminal import Terminal, plain, preferred_language, width
from chopmark.core.finding import Finding, Place
from chopmark.errors import InputError, KeystoreError
from chopmark.wording import Language, Wording


@pytest.fixture
def terminal(tmp_path):
    return Terminal(options={"home": tmp_path}, language=Language.ZH)


@pytest.fixture
def typed(monkeypatch):
    """What a person at a terminal types, answer by answer."""
    answers: list[str] = []
    asked: list[str] = []

    def ask(prompt, stream=None):
        asked.append(prompt)
        assert stream is sys.stderr
        if not answers:
            raise EOFError
        return answers.pop(0)

    monkeypatch.setattr(getpass, "getpass", ask)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    return answers, asked


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN"}, Language.EN),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW"}, Language.ZH),
        ({"LANG": "ZH_cn"}, Language.ZH),
        ({"LANG": "C"}, Language.EN),
        ({}, Language.EN),
    ],
)
def test_the_locales_language(environment, language):
    assert preferred_language(environment) is language


def test_an_answer_is_text_or_json_and_never_both(terminal, capsys):
    terminal.out("甲", "a")
    terminal.answer({"a": 1})
    assert capsys.readouterr().out == "甲\n"
    terminal.json = True
    terminal.out("甲", "a")
    terminal.table(["x"], [["y"]])
    terminal.answer({"名": "甲"})
    terminal.note("进行中", "going on")
    said = capsys.readouterr()
    assert json.loads(said.out) == {"名": "甲"}
    assert said.err == "进行中\n"


def test_a_table_counts_chinese_characters_as_two(terminal, capsys):
    terminal.table(["名称", "x"], [["甲", 1], ["abcdef", 2]])
    assert capsys.readouterr().out == "名称    x\n甲      1\nabcdef  2\n"
    assert width("甲a１") == 5


def test_a_finding_has_place_and_next_step(terminal, capsys):
    finding = Finding("I030", {"name": "a.pdf"}, Place(file="名单.csv", row=7, column="文件名"))
    terminal.finding(finding)
    terminal.language = Language.EN
    terminal.finding(finding)
    assert capsys.readouterr().out.splitlines() == [
        "  I030 名单.csv，第7行，“文件名”列：找不到文件“a.pdf”",
        "       → 请把文件与表格一并提供（命令行用 --files 指定文件夹或ZIP，接口随请求上传），或更正文件名",
        "  I030 名单.csv, row 7, column “文件名”: File “a.pdf” is not there",
        (
            "       → Hand it in with the sheet (a folder or ZIP given by --files, or uploaded with the request), "
            "or correct its name"
        ),
    ]


def test_what_strangers_wrote_moves_no_cursor(terminal, capsys):
    nasty = "\x1b[2Ja\u202eb\rc\x07"
    terminal.finding(Finding("I030", {"name": nasty}))
    terminal.table([""], [[nasty]])
    terminal.error(InputError(place=nasty, why=Wording("x", "x"), fix_zh=nasty, fix_en=nasty))
    said = capsys.readouterr()
    assert not {"\x1b", "\u202e", "\r", "\x07"} & set(said.out + said.err)
    assert plain("甲\ud800") == "甲?"


def test_json_holds_nothing_that_nobody_sees(terminal, capsys):
    nasty = "a\u202eb\x85c\u2028d\x7fe\ue000\U000e0041\x1b\ud800甲　é"
    terminal.json = True
    terminal.answer({nasty: nasty})
    told = capsys.readouterr().out
    assert not set(nasty) - set("abcde甲　é") & set(told)
    assert "甲　é" in told
    assert json.loads(told) == {nasty: nasty}


def test_an_error_is_fact_and_next_step(terminal, capsys):
    fault = InputError(place="a", why=Wording("坏", "bad"), fix_zh="换", fix_en="change it")
    terminal.error(fault)
    assert capsys.readouterr() == ("", "E101 a：坏\n  → 换\n")
    terminal.json = True
    terminal.error(fault)
    said = json.loads(capsys.readouterr().out)
    assert said["error"]["message"] == {"zh": "a：坏", "en": "a: bad"}
    assert said["error"]["next"] == {"zh": "换", "en": "change it"}


def test_a_passphrase_from_a_file_without_mark_and_line_end(terminal, tmp_path):
    path = tmp_path / "passphrase"
    path.write_text("\ufeff口令 with space \r\n", encoding="utf-8")
    terminal.options["passphrase_file"] = path
    assert terminal.passphrase("work") == "口令 with space "


@pytest.mark.parametrize(("data", "zh"), [(None, "无法读取"), (b"\xff", "无法读取"), (b"\n", "是空的")])
def test_a_passphrase_file_that_is_no_good(terminal, tmp_path, data, zh):
    path = tmp_path / "passphrase{0}"
    if data is not None:
        path.write_bytes(data)
    terminal.options["passphrase_file"] = path
    with pytest.raises(KeystoreError) as caught:
        terminal.passphrase("work")
    assert zh in caught.value.say(Language.ZH)
    assert "passphrase{0}" in caught.value.say(Language.EN)
    assert "--passphrase-file" in caught.value.next_step(Language.EN)


def test_a_passphrase_typed_once_or_twice_when_it_is_new(terminal, typed):
    answers, asked = typed
    answers += ["one", "two", "two"]
    assert terminal.passphrase("work") == "one"
    assert terminal.passphrase("work") == "one"
    assert terminal.passphrase("new", new=True) == "two"
    assert asked == ["密钥“work”的口令：", "密钥“new”的口令：", "再输入一次："]


def test_two_entries_that_differ_and_none_at_all(terminal, typed):
    answers, _ = typed
    answers += ["one", "two"]
    with pytest.raises(KeystoreError, match="differ"):
        terminal.passphrase("new", new=True)
    with pytest.raises(KeystoreError, match="nothing was entered"):
        terminal.passphrase("work")


def test_nobody_to_ask(terminal, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(KeystoreError) as caught:
        terminal.passphrase("work")
    assert "没有终端" in caught.value.say(Language.ZH)
    assert "CHOPMARK_PASSPHRASE_FILE" in caught.value.next_step(Language.EN)


def test_a_terminal_shows_no_passphrase_of_its_own(terminal, tmp_path):
    (tmp_path / "passphrase").write_text("sesame", encoding="utf-8")
    terminal.options["passphrase_file"] = tmp_path / "passphrase"
    terminal.passphrase("work")
    assert "sesame" not in repr(terminal)
