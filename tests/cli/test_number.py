"""``chopmark verify --number``: a scan without a bundle, compared with the issuer's own records."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.fixtures.town import Office, accredited, fields, number

pytestmark = pytest.mark.chain


@pytest.fixture
def registered(office: Office) -> Office:
    office.ok("register", "--kind", "degree", *fields(1, holder_id="11010519491231002X"), "--yes")
    return office


def ask(office: Office, *words: str, code: int = 0) -> dict[str, Any]:
    answer: dict[str, Any] = office.json("verify", "--number", number(1), *words, code=code)
    return answer


def test_what_the_paper_says_agrees_with_the_record(registered: Office) -> None:
    said = ask(registered, "--holder", " 王　莉", "--field", "专业=土木工程", "--field", "毕业时间=2026年6月30日")
    assert (said["verdict"], said["level"], said["kind"]) == ("partly_verified", "fields", "degree")
    states = {each["field"]: each["state"] for each in said["fields"]}
    assert states == dict.fromkeys(("holder_name", "major", "graduation_date", "certificate_number"), "agrees")
    assert said["attestation"].startswith("eip155:")
    assert (said["issuer"]["name"]["zh"], said["issuer"]["standing_now"]) == ("东方理工大学", "live")
    assert said["read_at"]["block"] >= said["registered"]["block"]
    assert [each["code"] for each in said["findings"]] == ["V024"]
    zh = registered.ok("verify", "--number", number(1), "--holder", "王莉", lang="zh").out
    assert "部分核实（字段一致）" in zh
    assert "东方理工大学" in zh
    assert "姓名" in zh
    assert "材料本身没有比对" in zh


def test_a_difference_is_told_without_what_is_recorded(registered: Office) -> None:
    answer = registered.run(
        "verify", "--number", number(1), "--holder", "王莉", "--field", "专业=力学", "--field", "学历=硕士", "--json"
    )
    said = answer.json
    assert (answer.code, said["verdict"], said["level"]) == (1, "mismatch", "none")
    assert {e["field"]: e["state"] for e in said["fields"]} | {"major": "differs", "level": "differs"} == {
        "holder_name": "agrees", "certificate_number": "agrees", "major": "differs", "level": "differs",
    }  # fmt: skip
    for secret in ("土木", "本科", "2026-06-30", "11010519491231002X", "hint"):
        assert secret not in answer.out
    human = registered.run("verify", "--number", number(1), "--holder", "王莉", "--field", "专业=力学", lang="zh")
    assert "土木" not in human.out
    assert "专业" in human.out


def test_another_holder_and_no_record_look_the_same(registered: Office) -> None:
    """Even a variant of the right character: 王丽 for 王莉."""
    other = ask(registered, "--holder", "王丽", "--field", "专业=土木工程", code=3)
    absent = registered.json("verify", "--number", number(2), "--holder", "王丽", "--field", "专业=土木工程", code=3)
    assert other == absent
    assert other["verdict"] == "not_registered"
    assert "不代表虚假" in other["findings"][0]["message"]["zh"]
    assert "2001-09-01" in other["findings"][0]["message"]["zh"]  # what the issuer says that it registers
    assert other["fields"] == []
    shown = [registered.run("verify", "--number", n, "--holder", "王丽").out for n in (number(1), number(2))]
    assert shown[0].replace(number(1), "") == shown[1].replace(number(2), "")


def test_an_identity_number_names_the_holder_too(registered: Office) -> None:
    said = ask(registered, "--field", "证件号码=11010519491231002x", "--field", "姓名=王丽", code=1)
    assert {e["field"]: e["state"] for e in said["fields"]}["holder_name"] == "differs"
    assert "V007" in {e["code"] for e in said["findings"]}


def test_a_persons_number_alone_is_no_question(registered: Office) -> None:
    for asked in (number(1), number(2)):
        answer = registered.run("verify", "--number", asked, "--kind", "degree", "--json")
        assert (answer.code, answer.error) == (2, "E101")
    assert "--holder" in registered.run("verify", "--number", number(1), "--kind", "degree").err


def test_a_number_alone_is_refused_before_anything_is_said_about_it(registered: Office) -> None:
    answers = [registered.run("verify", "--number", asked) for asked in (number(1), number(2))]
    assert [each.code for each in answers] == [2, 2]
    assert answers[0].err == answers[1].err
    assert "--holder" in answers[0].err
    assert "--kind" in answers[0].err
    assert "egistered" not in answers[0].out


def test_a_revoked_credential_is_said_to_be_revoked(registered: Office) -> None:
    registered.ok("revoke", number(1), "--reason", "misconduct")
    said = ask(registered, "--holder", "王莉", code=1)
    assert said["verdict"] == "revoked"
    assert "V005" in {each["code"] for each in said["findings"]}


def test_what_is_not_recorded_is_neither_right_nor_wrong(registered: Office) -> None:
    said = ask(registered, "--holder", "王莉", "--field", "学位=工学学士", code=3)
    assert said["verdict"] == "manual_review"
    assert {e["field"]: e["state"] for e in said["fields"]}["degree_name"] == "not_recorded"
    assert "V026" in {each["code"] for each in said["findings"]}


def test_two_institutions_with_one_number_are_told_apart_by_name(registered: Office) -> None:
    accredited(registered, "second")
    registered.ok("register", "--issuer", "second", "--kind", "degree", *fields(1), "--yes")
    answer = registered.run("verify", "--number", number(1), "--holder", "王莉")
    assert answer.code == 2
    assert "--issuer" in answer.err
    said = ask(registered, "--holder", "王莉", "--issuer", "second")
    assert said["issuer"]["name"]["zh"] == "second学院"
    assert ask(registered, "--holder", "王莉", "--issuer", str(said["issuer"]["number"])) == said


def test_guessing_is_stopped_and_logged_without_the_number(registered: Office) -> None:
    registered.variables["CHOPMARK_LOOKUP_MISSES_PER_NUMBER"] = "3"
    for name in ("王丽", "李雷", "韩梅梅"):
        ask(registered, "--holder", name, code=3)
    answer = registered.run("verify", "--number", f" {number(1)}", "--holder", "王莉", "--json")
    assert (answer.code, answer.error) == (3, "E602")
    assert "每天至多3次" in registered.run("verify", "--number", number(1), "--holder", "王莉", lang="zh").err
    with closing(sqlite3.connect(registered.home / "site.db")) as database:
        outcomes = [row[0] for row in database.execute("select outcome from lookups order by id")]
        dump = "\n".join(database.iterdump())
    assert outcomes == ["missed"] * 3 + ["throttled"] * 2
    kept = [line for line in dump.splitlines() if "lookup" in line]
    assert not any(word in line for line in kept for word in (number(1), "王"))


def test_what_cannot_be_asked_is_refused(office: Office) -> None:
    for words in (
        ("verify",),
        ("verify", "a.pdf", "--number", "1"),
        ("verify", "a.pdf", "--issuer", "7"),
        ("verify", "--number", "1", "--holder", "王莉", "--field", "a"),
        ("verify", "--number", "1", "--holder", "王莉", "--field", "a.pdf:姓名=王莉"),
        ("verify", "--number", "1", "--holder", "王莉", "--kind", "diploma"),
        ("verify", "--number", "1", "--holder", "王莉", "--issuer", "nobody"),
        ("verify", "--number", "1", "--holder", "王莉", "--field", "颜色=红"),
        ("verify", "--number", "1", "--holder", "王莉", "--field", "姓名=王丽"),
        ("verify", "--kind", "paper", "--field", "cn=CN37-1000", "--field", "year=2026"),
    ):
        answer = office.run(*words)
        assert answer.code == 2, (words, answer)
