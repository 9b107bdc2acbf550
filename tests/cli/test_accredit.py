"""cli.accredit: who may attest what, told to the issuer registry."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from chopmark.chain.devnet import Devnet
from tests.fixtures.devchain import free_port
from tests.fixtures.town import ACCREDITOR, UNIVERSITY, Office, Town, accredited, found, fund

GRANT = ("accredit", "grant", "west", "--by", "edu-cold", "--kind", "degree")


def with_west(office: Office) -> Office:
    """An office with an institution that nobody has accredited yet."""
    for name in ("west-cold", "west-key"):
        office.key(name)
    keys = ("--controller", "west-cold", "--key", "west-key")
    office.ok("issuer", "new", "west", "--name-zh", "西方学院", *keys)
    return office


@pytest.fixture
def west(office: Office) -> Office:
    return with_west(office)


@pytest.fixture(scope="module")
def idle(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same, shared by tests that write nothing."""
    return with_west(town.open(tmp_path_factory.mktemp("idle") / "home"))


def grants(office: Office, alias: str) -> dict[str, str]:
    return {g["kind"]: g["standing"] for g in office.json("issuer", "show", alias)["accreditations"]}


def test_a_new_institution_is_registered_accredited_and_given_its_key(west: Office):
    answer = west.run(*GRANT, "--kind", "paper", lang="zh")
    assert answer.code == 0
    assert "“west”已获授权：degree、paper，机构编号" in answer.out
    assert "登记机构“west” …" in answer.err
    assert "下一步" not in answer.out
    shown = west.json("issuer", "show", "west")
    assert {g["kind"]: g["standing"] for g in shown["accreditations"]} == {"degree": "live", "paper": "live"}
    assert shown["keys"][0]["roles"] == "attest+status"


def test_as_json_it_is_one_value(west: Office):
    said = west.json(*GRANT)
    assert (said["alias"], said["kinds"], said["keyAdded"]) == ("west", ["degree"], True)
    assert west.json("issuer", "show", "west")["serial"] == said["serial"]


def test_the_same_again_sends_nothing(west: Office):
    first = west.json(*GRANT)
    with west.nothing_written():
        assert west.json(*GRANT) == first
        assert "nothing was sent" in west.ok(*GRANT).out
    west.ok(*GRANT, "--kind", "issue")
    assert grants(west, "west") == {"degree": "live", "issue": "live"}


def test_until_a_day_and_no_longer(west: Office):
    with west.nothing_written():
        for until in ("2020-01-01", "soon"):
            answer = west.run(*GRANT, "--until", until, "--json")
            assert (answer.code, answer.error) == (2, "E101")
    west.ok(*GRANT, "--until", "2031-12-31")
    (grant,) = west.json("issuer", "show", "west")["accreditations"]
    assert grant["until"] == 1_956_499_200  # the first second of 2032 in China
    assert "2031-12-31" in west.ok("issuer", "show", "west").out


def test_an_accreditor(west: Office):
    west.ok(*GRANT, "--accreditor")
    (grant,) = west.json("issuer", "show", "west")["accreditations"]
    assert (grant["attests"], grant["accreditor"]) == (False, True)
    assert west.json("issuer", "show", "west")["keys"][0]["roles"] == "accredit"
    west.ok(*GRANT)
    (grant,) = west.json("issuer", "show", "west")["accreditations"]
    assert (grant["attests"], grant["accreditor"]) == (True, False)


@pytest.mark.parametrize(
    ("words", "code", "zh"),
    [
        (("grant", "nobody", "--by", "edu-cold", "--kind", "degree"), "E102", "没有机构“nobody”"),
        (("grant", "west", "--by", "nokey", "--kind", "degree"), "E102", "没有密钥“nokey”"),
        (("grant", "west", "--by", "edu-cold", "--kind", "diploma"), "E102", "没有类别“diploma”"),
        (("grant", "west", "--by", "edu-cold", "--kind", "patent"), "E400", "无权授权“patent”"),
        (("grant", "west", "--by", "oriental-cold", "--kind", "degree"), "E400", "无权授权“degree”"),
        (("grant", "nowhere.json", "--by", "edu-cold", "--kind", "degree"), "E101", "无法读取"),
        (("suspend", "west", "--by", "edu-cold", "--kind", "degree"), "E101", "尚未在链上登记"),
        (("suspend", "2", "--by", "edu-cold", "--kind", "degree", "--reason", "x"), "E102", "没有原因“x”"),
        (("suspend", "2", "--by", "edu-cold", "--kind", "issue"), "E504", "未获“issue”"),
        (("lift", "2", "--by", "edu-cold", "--kind", "degree"), "E504", "并未中止"),
        (("authority", "offer", "edu-cold", "--by", "edu-cold"), "E504", "不是根授权机构"),
        (("authority", "accept", "--by", "edu-cold"), "E504", "并未移交"),
        (("authority", "offer", "0x12", "--by", "root"), "E200", "地址"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(idle: Office, words: tuple[str, ...], code: str, zh: str):
    with idle.nothing_written():
        answer = idle.run("accredit", *words, "--json")
    assert (answer.code, answer.error) == (2, code), answer
    assert zh in answer.json["error"]["message"]["zh"], answer
    assert answer.json["error"]["next"]["zh"]


def test_a_profile_from_elsewhere(office: Office, town: Town, tmp_path: Path):
    away = town.bare(tmp_path / "away")
    away.key("cold")
    away.ok("issuer", "new", "far", "--name-zh", "远方大学", "--controller", "cold", "--out", "Far.profile.json")
    words = ("accredit", "grant", away.home / "Far.profile.json", "--by", "edu-cold", "--kind", "degree")
    said = office.ok(*words, lang="zh").out
    assert "下一步：该机构用管理密钥运行 chopmark key add" in said
    assert grants(office, "far") == {"degree": "live"}
    assert office.json(*words)["keyAdded"] is False
    # A profile that it has not published yet is not what stands on the chain.
    with office.nothing_written():
        changed = away.file(
            "far.profile.json", (away.home / "Far.profile.json").read_bytes().replace("远".encode(), "近".encode())
        )
        answer = office.run("accredit", "grant", changed, *words[3:], "--json")
    assert (answer.code, answer.error) == (2, "E101")
    assert "与链上公布的不同" in answer.json["error"]["message"]["zh"]
    # Somebody else's file under that name is no update.
    away.key("other")
    away.ok("issuer", "new", "thief", "--name-zh", "冒名", "--controller", "other", "--out", "far.profile.json")
    answer = office.run("accredit", "grant", away.home / "far.profile.json", *words[3:], "--json")
    assert "别名已被使用" in answer.json["error"]["message"]["zh"]


def test_a_file_name_that_can_be_no_alias_is_imported_first(office: Office, town: Town, tmp_path: Path):
    away = town.bare(tmp_path / "away")
    away.key("cold")
    away.ok("issuer", "new", "far", "--name-zh", "远方大学", "--controller", "cold", "--out", "远方大学.profile.json")
    path = away.home / "远方大学.profile.json"
    answer = office.run("accredit", "grant", path, "--by", "edu-cold", "--kind", "degree", "--json")
    assert "chopmark issuer import" in answer.json["error"]["next"]["zh"]
    office.ok("issuer", "import", "far", path)
    office.ok("accredit", "grant", "far", "--by", "edu-cold", "--kind", "degree")


def test_suspended_lifted_revoked(office: Office):
    accredited(office, "west")
    restrain = ("west", "--by", "edu-cold", "--kind", "degree")
    office.ok("accredit", "suspend", *restrain, "--reason", "investigation")
    assert grants(office, "west") == {"degree": "suspended"}
    assert "已中止" in office.ok("accredit", "list", lang="zh").out
    office.ok("accredit", "lift", *restrain, "--reason", "调查结束")
    assert grants(office, "west") == {"degree": "live"}
    said = office.json("accredit", "revoke", *restrain, "--reason", "35")
    assert said[0]["transaction"].startswith("0x")
    assert grants(office, "west") == {"degree": "revoked"}


def test_all_accreditations_are_listed(office: Office):
    listed = office.json("accredit", "list")
    assert {(g["serial"], g["kind"]) for g in listed} >= {(1, "degree"), (2, "degree"), (2, "paper")}
    said = office.ok("accredit", "list").out
    assert "Root authority 0x" in said
    assert UNIVERSITY in said
    assert ACCREDITOR in said


def test_nobody_is_accredited_on_a_new_chain(tmp_path: Path):
    """And the root authority's office goes from hand to hand in two steps."""
    with Devnet(tmp_path / "chain", free_port(), block_time=0) as devnet:
        town = found(devnet, tmp_path / "template", root_only=True)
        office = town.open(tmp_path / "home")
        assert "没有授权记录" in office.ok("accredit", "list", lang="zh").out
        new = office.key("next")
        said = office.ok("accredit", "authority", "offer", "next", "--by", "root", lang="zh").out
        assert f"由 0x{new.address.hex()} 运行 chopmark accredit authority accept" in said
        assert f"0x{office.signer('root').address.hex()}" in office.ok("accredit", "list").out
        assert office.run("accredit", "authority", "accept", "--by", "root", "--json").error == "E504"
        assert office.json("accredit", "authority", "accept", "--by", "next")[0]["block"]
        assert f"Root authority 0x{new.address.hex()}" in office.ok("accredit", "list").out
        assert office.run("accredit", "authority", "offer", "root", "--by", "root", "--json").error == "E504"


def test_accreditation_and_key_wait_for_finality_together(tmp_path: Path):
    """On a chain where that takes blocks: grant and key are in the same block or the next, not one after the other."""
    with Devnet(tmp_path / "chain", free_port(), block_time=0.3) as devnet:
        office = found(devnet, tmp_path / "template", depth=3, root_only=True).open(tmp_path / "home")
        for name in ("west-cold", "west-key"):
            office.key(name)
        keys = ("--controller", "west-cold", "--key", "west-key")
        office.ok("issuer", "new", "west", "--name-zh", "西方学院", *keys)
        office.ok("accredit", "grant", "west", "--by", "root", "--kind", "degree")
        with contextlib.closing(sqlite3.connect(office.home / "site.db")) as database:
            (register, *both) = [b for (b,) in database.execute("select block_number from outbox order by id")]
    assert len(both) == 2
    assert abs(both[0] - both[1]) < 3 <= min(both) - register


def test_interrupted_between_queue_and_chain_nothing_is_done_twice(west: Office):
    before = west.events()
    for _ in range(2):  # the second run sends what the first one signed, and dies with the next
        west.die("after_commit_before_send", *GRANT)
    west.ok(*GRANT)
    assert west.events() == before + 3  # registered, accredited, key added
    with contextlib.closing(sqlite3.connect(west.home / "site.db")) as database:
        purposes = [p for (p,) in database.execute("select purpose from calls order by id desc limit 3")]
    assert sorted(purposes) == ["addKey", "grant", "register"]


def test_a_key_that_cannot_pay_is_told_and_the_order_waits(west: Office):
    fund(west.client, west.signer("west-cold").address, wei=0)
    answer = west.run(*GRANT, "--json")
    assert answer.code in (2, 3)
    assert answer.json["error"]["code"] == "E504"
    fund(west.client, west.signer("west-cold").address)
    assert west.json(*GRANT)["keyAdded"] is True
    assert grants(west, "west") == {"degree": "live"}
