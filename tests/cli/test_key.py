"""cli.key: keys in the keystore, and what the chain is told about them."""

from __future__ import annotations

import getpass
import io
from datetime import UTC, datetime

import pytest

from chopmark.keys.signer import LocalSigner
from tests.fixtures.town import PASSPHRASE, UNIVERSITY, Office, Screen, Town, accredited, fields

SECRET = "11" * 32
ADDRESS = "0x" + LocalSigner(bytes.fromhex(SECRET)).address.hex()


@pytest.fixture
def bare(town: Town, tmp_path) -> Office:
    return town.bare(tmp_path / "home")


@pytest.fixture
def west(office: Office) -> Office:
    """An office with a second institution, whose keys no other test uses."""
    accredited(office, "west")
    return office


@pytest.fixture(scope="module")
def idle(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same, shared by tests that write nothing."""
    office = town.open(tmp_path_factory.mktemp("idle") / "home")
    accredited(office, "west")
    return office


def keys_of(office: Office, alias: str) -> dict[str, dict[str, object]]:
    return {key["address"]: key for key in office.json("issuer", "show", alias)["keys"]}


def test_a_new_key_is_kept_encrypted_and_listed(bare: Office):
    made = bare.json("key", "new", "registrar")
    assert bare.json("key", "list") == [{**made, "error": None}]
    path = bare.home / "keys" / "registrar.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert bare.signer("registrar").address.hex() == made["address"][2:]
    said = bare.ok("key", "new", "教务处", lang="zh")
    assert "请备份密钥文件和口令" in said.out
    assert "Back up" in bare.ok("key", "new", "second").out
    assert "教务处" in bare.ok("key", "list", lang="zh").out


def test_no_keys_yet(bare: Office):
    assert "chopmark key new" in bare.ok("key", "list").out
    assert "还没有密钥" in bare.ok("key", "list", lang="zh").out
    assert bare.json("key", "list") == []


@pytest.mark.parametrize(
    ("name", "code", "zh"),
    [("../x", "E100", "密钥名"), ("", "E100", "密钥名"), ("taken", "E101", "已有同名密钥"), ("{0}", "E100", "密钥名")],
)
def test_names_that_cannot_be(bare: Office, name: str, code: str, zh: str):
    bare.ok("key", "new", "taken")
    for words in (("key", "new", name), ("key", "import", name)):
        answer = bare.run(*words, "--json", stdin=io.StringIO(SECRET))
        assert (answer.code, answer.error) == (2, code)
        assert zh in answer.json["error"]["message"]["zh"]
    assert [key["name"] for key in bare.json("key", "list")] == ["taken"]


def test_a_passphrase_that_is_too_short(bare: Office):
    bare.file("passphrase", "short")
    answer = bare.run("key", "new", "x", "--json")
    assert (answer.code, answer.error) == (2, "E100")
    assert not (bare.home / "keys").exists()


@pytest.mark.parametrize("text", [SECRET, "0x" + SECRET + "\n", f"  {SECRET.upper()}\n"])
def test_a_private_key_comes_in_on_standard_input(bare: Office, text: str):
    answer = bare.ok("key", "import", "old", "--json", stdin=io.StringIO(text))
    assert answer.json == {"name": "old", "address": ADDRESS}
    assert SECRET not in answer.out + answer.err


def test_a_private_key_typed_at_a_terminal_is_not_shown(bare: Office, monkeypatch):
    asked = []

    def ask(prompt, stream):
        asked.append(prompt)
        return SECRET

    monkeypatch.setattr(getpass, "getpass", ask)
    assert bare.ok("key", "import", "old", "--json", lang="zh", stdin=Screen()).json["address"] == ADDRESS
    assert asked == ["私钥（64位十六进制）："]


@pytest.mark.parametrize("text", ["", "x" * 64, "11" * 31, "00" * 32, "ff" * 32])
def test_what_is_no_private_key(bare: Office, text: str):
    answer = bare.run("key", "import", "old", "--json", stdin=io.StringIO(text))
    assert (answer.code, answer.error) == (2, "E400")
    assert bare.json("key", "list") == []
    assert not text or text not in answer.out + answer.err


def test_a_key_that_cannot_be_used_is_listed_with_its_trouble(bare: Office):
    bare.ok("key", "new", "open")
    (bare.home / "keys" / "open.json").chmod(0o644)
    (listed,) = bare.json("key", "list")
    assert listed["error"]["code"] == "E400"
    assert "他人可读" in bare.ok("key", "list", lang="zh").out


def test_a_working_key_is_added_and_works_from_then_on(west: Office):
    added = west.key("second")
    said = west.ok("key", "add", "west", "second", lang="zh").out
    assert "已上链：区块" in said
    assert "今后使用密钥“second”" in said
    assert keys_of(west, "west")["0x" + added.address.hex()]["roles"] == "attest+status"
    assert west.json("register", "--kind", "degree", "--issuer", "west", *fields(500))["registered"] == 1
    with west.nothing_written():
        assert "nothing was sent" in west.ok("key", "add", "west", "second").out


def test_a_key_without_the_right_to_attest_or_held_elsewhere_does_not_become_the_working_key(west: Office):
    board = west.key("board")
    west.ok("key", "add", "west", "board", "--role", "status")
    west.ok("key", "add", "west", ADDRESS, "--role", "delegate")
    roles = {address: key["roles"] for address, key in keys_of(west, "west").items()}
    assert roles["0x" + board.address.hex()] == "status"
    assert roles[ADDRESS] == "delegate"
    assert "west-key" in west.ok("issuer", "list").out


@pytest.mark.parametrize(
    ("words", "code", "zh"),
    [
        (("add", "west", "nokey"), "E102", "没有密钥“nokey”"),
        (("add", "west", "0x12"), "E200", "地址"),
        (("add", "nowhere", "west-key"), "E102", "没有机构“nowhere”"),
        (("add", "west", "west-cold", "--role", "owner"), "E102", "没有权限“owner”"),
        (("add", "west", "edu-cold", "--by", "edu-cold"), "E400", "不管理“west”的密钥"),
        (("retire", "west", "edu-cold"), "E102", "没有该机构的密钥"),
        (("retire", "west", "west-key", "--by", "oriental-key"), "E400", "不管理“west”的密钥"),
        (("report", "west", "west-key", "--since", "soon"), "E101", "不是可用的日期或时间"),
        (("report", "west", "west-key", "--since", "2001-01-01"), "E504", "须在"),
        (("report", "west", "west-key", "--since", "2001-01-01", "--reason", "x"), "E102", "没有原因"),
    ],
)
def test_what_is_refused_leaves_nothing_in_the_queue(idle: Office, words: tuple[str, ...], code: str, zh: str):
    with idle.nothing_written():
        answer = idle.run("key", *words, "--json")
    assert (answer.code, answer.error) == (2, code), answer
    assert zh in answer.json["error"]["message"]["zh"], answer
    assert answer.json["error"]["next"]["en"]


def test_a_key_for_an_institution_that_is_not_registered_finally_yet(office: Office):
    office.ok("issuer", "new", "new", "--name-zh", "新", "--controller", "oriental-cold", "--key", "oriental-key")
    with office.nothing_written():
        answer = office.run("key", "add", "new", "oriental-key", "--json")
    assert (answer.code, answer.error) == (2, "E101")
    assert "尚未最终确认" in answer.json["error"]["message"]["zh"]
    assert "accredit grant" in answer.json["error"]["next"]["en"]


def test_an_institution_accredited_from_another_home_adds_its_key_itself(office: Office, town: Town, tmp_path):
    """The way it goes in life: a profile travels to the ministry, and nothing travels back."""
    away = town.bare(tmp_path / "university")
    away.key("cold")
    away.key("work")
    away.ok("issuer", "new", "remote", "--name-zh", "远方大学", "--controller", "cold", "--key", "work")
    answer = office.json("accredit", "grant", away.home / "remote.profile.json", "--by", "edu-cold", "--kind", "degree")
    assert answer["keyAdded"] is False
    away.ok("key", "add", "remote", "work")
    assert away.json("register", "--kind", "degree", *fields(510))["registered"] == 1


def test_a_retired_key_is_told(west: Office):
    assert "On the chain" in west.ok("key", "retire", "west", "west-key").out
    said = west.ok("issuer", "show", "west", lang="zh").out
    assert "已停用（20" in said
    assert "retired 20" in west.ok("issuer", "show", "west").out


def test_a_lost_key_is_reported_although_its_file_is_gone(west: Office):
    (key,) = west.json("issuer", "show", "west")["keys"]
    (west.home / "keys" / "west-key.json").unlink()
    assert west.run("key", "report", "west", "west-key", "--since", "2001-01-01").code == 2
    since = ("--since", datetime.fromtimestamp(key["from"], UTC).isoformat())
    west.ok("key", "report", "west", key["address"], *since, "--reason", "key-stolen", "--by", "edu-cold")
    (now,) = west.json("issuer", "show", "west")["keys"]
    assert now["compromisedSince"] == key["from"]
    assert "已报失（自 20" in west.ok("issuer", "show", "west", lang="zh").out


def test_no_secret_is_said_anywhere(office: Office):
    secret = bytes(office.signer("oriental-key")._account.key).hex()
    said = [
        office.run("key", "list", "--json"),
        office.run("register", "--kind", "degree", *fields(520)),
        office.run("key", "add", UNIVERSITY, "oriental-key", "--by", "oriental-key"),
    ]
    text = "".join(answer.out + answer.err for answer in said)
    assert secret not in text.lower()
    assert PASSPHRASE not in text
