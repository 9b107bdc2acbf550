"""cli.issuer: institutions that a site has names for."""

from __future__ import annotations

import json

import pytest

from chopmark.core.profile import read_profile
from tests.cli.test_register import point_to
from tests.fixtures.devchain import free_port
from tests.fixtures.town import ACCREDITOR, UNIVERSITY, Office, Town, accredited

NEW = ("issuer", "new", "west", "--name-zh", "西方学院", "--controller", "cold")


@pytest.fixture
def bare(town: Town, tmp_path) -> Office:
    """Keys, and no institution; no node either, which nothing here needs."""
    office = town.bare(tmp_path / "home")
    office.key("cold")
    office.key("work")
    return office


def test_a_new_one_is_kept_and_its_profile_written_for_whoever_accredits_it(bare: Office):
    said = bare.ok(
        *NEW, "--name-en", "Western College", "--uscc", "91350100M000100Y43", "--site", "https://west.example",
        *("--covers", "degree:2020-01-01", "--key", "work"), lang="zh",
    ).out  # fmt: skip
    assert "已建立“west”（西方学院），资料文件：west.profile.json" in said
    assert "accredit grant" in said
    profile = read_profile((bare.home / "west.profile.json").read_bytes())
    assert (profile.name_zh, profile.name_en, profile.uscc) == ("西方学院", "Western College", "91350100M000100Y43")
    assert profile.key == bare.signer("work").address
    (listed,) = bare.json("issuer", "list")
    assert (listed["alias"], listed["node"], listed["role"]) == ("west", None, "issuer")
    assert listed["profile"] == json.loads(profile.document())


def test_no_institutions_yet(bare: Office):
    assert "chopmark issuer new" in bare.ok("issuer", "list").out
    assert bare.json("issuer", "list") == []


@pytest.mark.parametrize(
    ("words", "code", "zh"),
    [
        (("issuer", "new", "West", *NEW[3:]), "E101", "不能用作别名"),
        ((*NEW, "--uscc", "91350100M000100Y44"), "E101", "校验位不符"),
        ((*NEW, "--site", "west.example"), "E101", "网址应形如"),
        ((*NEW, "--covers", "diploma"), "E102", "没有类别“diploma”"),
        ((*NEW, "--covers", "degree:{0}"), "E101", "年-月-日"),
        ((*NEW, "--key", "nokey"), "E102", "没有密钥“nokey”"),
        ((*NEW[:-1], "nokey"), "E102", "没有密钥“nokey”"),
        ((*NEW, "--out", "no/folder.json"), "E101", "无法写入"),
        (("issuer", "new", "west", "--name-zh", " ", "--controller", "cold"), "E101", "--name-zh"),
        (("issuer", "import", "west", "nowhere.json"), "E101", "无法读取"),
        (("issuer", "import", "west", "passphrase"), "E200", "机构资料格式不符"),
        (("issuer", "profile", "nobody"), "E102", "没有机构“nobody”"),
    ],
)
def test_what_is_refused_keeps_and_writes_nothing(bare: Office, words: tuple[str, ...], code: str, zh: str):
    before = sorted(bare.home.iterdir())
    answer = bare.run(*words, "--json")
    assert (answer.code, answer.error) == (2, code), answer
    assert zh in answer.json["error"]["message"]["zh"], answer
    assert answer.json["error"]["next"]["zh"]
    assert answer.json["error"]["next"]["en"]
    assert bare.rows()["nodes"] == 0
    assert [p for p in sorted(bare.home.iterdir()) if p not in before and not p.name.startswith("site.db")] == []


def test_an_alias_is_taken_once(bare: Office):
    bare.ok(*NEW)
    answer = bare.run(*NEW, "--json")
    assert (answer.code, answer.error) == (2, "E101")
    assert "别名已被使用" in answer.json["error"]["message"]["zh"]


def test_a_profile_from_elsewhere_gives_a_name(bare: Office, town: Town, tmp_path):
    office = town.open(tmp_path / "university")
    accredited(office, "west")
    bare.ok("issuer", "import", "uni", office.home / "west.profile.json")
    assert bare.json("issuer", "show", "uni")["profileMatchesChain"] is True
    assert "uni" in bare.ok("accredit", "list", lang="zh").out
    office.ok("issuer", "profile", "west", "--site", "https://name.example")
    assert bare.json("issuer", "show", "uni")["profileMatchesChain"] is False
    assert "与链上公布的不同" in bare.ok("issuer", "show", "uni", lang="zh").out


def test_one_that_is_on_the_chain_is_shown_with_its_standing(office: Office):
    said = office.ok("issuer", "show", UNIVERSITY, lang="zh").out
    for word in ("机构 2 号：东方理工大学", "自2001-09-01起全部登记", "管理密钥 0x", "attest+status", "登记", "有效"):
        assert word in said
    shown = office.json("issuer", "show", "2")
    assert (shown["alias"], shown["serial"]) == (UNIVERSITY, 2)
    assert {g["kind"]: (g["attests"], g["standing"]) for g in shown["accreditations"]} == {
        "degree": (True, "live"),
        "paper": (True, "live"),
    }
    assert "Institution 1: Provincial" in office.ok("issuer", "show", ACCREDITOR).out
    assert office.json("issuer", "show", shown["node"])["serial"] == 2


def test_one_that_is_nowhere_yet_is_shown_with_what_comes_next(bare: Office):
    bare.ok(*NEW, "--uscc", "91350100M000100Y43")
    assert "尚未在链上登记" in bare.ok("issuer", "show", "west", lang="zh").out
    assert "Not on the chain yet" in bare.ok("issuer", "show", "west").out
    assert bare.json("issuer", "show", "west")["node"] is None


def test_without_a_node_showing_says_so(office: Office):
    point_to(office, f"http://127.0.0.1:{free_port()}")
    answer = office.run("issuer", "show", UNIVERSITY, "--json")
    assert (answer.code, answer.error) == (3, "E501")
    assert office.run("issuer", "list").code == 0


def test_a_profile_is_changed_and_published_once(office: Office):
    accredited(office, "west")
    words = ("issuer", "profile", "west", "--name-en", "Western College", "--site", "https://west.example")
    said = office.json(*words)
    assert said["sent"] == 1
    shown = office.json("issuer", "show", "west")
    assert shown["profileMatchesChain"] is True
    assert (shown["profile"]["nameEn"], shown["site"]) == ("Western College", "https://west.example")
    with office.nothing_written():
        assert office.json(*words)["sent"] == 0
        answer = office.run("issuer", "profile", "west", "--site", "nonsense", "--json")
        assert (answer.code, answer.error) == (2, "E101")
    assert "新资料文件" in office.ok("issuer", "profile", "west", "--name-en", "W", lang="zh").out


def test_an_institution_is_handed_over_in_two_steps(office: Office):
    accredited(office, "west")
    new = office.key("next")
    with office.nothing_written():
        answer = office.run("issuer", "controller", "accept", "west", "--by", "next", "--json")
        assert (answer.code, answer.error) == (2, "E504")
        assert "并未移交" in answer.json["error"]["message"]["zh"]
    office.ok("issuer", "controller", "offer", "west", "next")
    office.ok("issuer", "controller", "offer", "west", "0x" + "00" * 20)  # withdrawn
    assert office.run("issuer", "controller", "accept", "west", "--by", "next", "--json").error == "E504"
    said = office.ok("issuer", "controller", "offer", "west", "next", lang="zh").out
    assert f"由 0x{new.address.hex()} 运行 chopmark issuer controller accept" in said
    assert office.json("issuer", "show", "west")["controller"] != "0x" + new.address.hex()
    assert "has a new controller" in office.ok("issuer", "controller", "accept", "west", "--by", "next").out
    assert office.json("issuer", "show", "west")["controller"] == "0x" + new.address.hex()
    office.ok("issuer", "profile", "west", "--site", "https://west.example")  # signed by the new one, without --by
    shown = office.json("issuer", "show", "west")
    assert shown["profile"]["controller"] == shown["controller"]
    assert shown["profileMatchesChain"] is True


def test_a_lost_controller_is_replaced_by_the_root_authority_alone(office: Office):
    accredited(office, "west")
    new = office.key("next")
    (office.home / "keys" / "west-cold.json").unlink()
    with office.nothing_written():
        answer = office.run("issuer", "controller", "recover", "west", "next", "--by", "edu-cold", "--json")
        assert (answer.code, answer.error) == (2, "E504")
    office.json("issuer", "controller", "recover", "west", "next", "--by", "root")
    assert office.json("issuer", "show", "west")["controller"] == "0x" + new.address.hex()
    office.key("second")
    office.ok("key", "add", "west", "second")
