"""cli.status: what an issuer may still say about what it registered."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from tests.cli.test_register import point_to
from tests.fixtures.devchain import free_port
from tests.fixtures.town import Office, Town, accredited, fields, number


@pytest.fixture
def issued(office: Office):
    """Registers graduates; their ids."""

    def issue(*numbers: int) -> list[str]:
        sheet = office.sheet([{"certificate_number": number(n)} for n in numbers])
        said = office.json("register", "--kind", "degree", "--sheet", sheet, "--yes")
        return [each["id"] for each in said["credentials"]]

    return issue


@pytest.fixture(scope="module")
def idle(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with one registered graduate, shared by tests that write nothing."""
    office = town.open(tmp_path_factory.mktemp("idle") / "home")
    office.ok("register", "--kind", "degree", *fields(630))
    return office


def test_revoked_by_number_by_id_and_by_bundle_at_once(office: Office, issued):
    ids = issued(600, 601, 602)
    bundle = office.home / "bundles" / f"{number(602)}.chopmark.json"
    said = office.json("revoke", number(600), ids[1][:12], bundle, "--reason", "misconduct")
    assert [each["id"] for each in said] == ids
    assert len({each["transaction"] for each in said}) == 1
    assert not any(each["already"] for each in said)
    again = office.json("revoke", *ids, "--reason", "misconduct")
    assert all(each["already"] for each in again)
    assert "此前已是该状态" in office.ok("revoke", ids[0], "--reason", "处分决定", lang="zh").out


def test_suspended_and_resumed(office: Office, issued):
    issued(610)
    assert "已上链，区块" in office.ok("suspend", number(610), "--reason", "under-review", lang="zh").out
    assert "done, block" in office.ok("resume", number(610)).out
    assert "it was so already" in office.ok("resume", number(610)).out


def test_what_is_revoked_is_final(office: Office, issued):
    (one,) = issued(620)
    office.ok("revoke", one, "--reason", "withdrawn")
    for verb in (("resume",), ("suspend", "--reason", "under-review")):
        answer = office.run(*verb, one, "--json")
        assert (answer.code, answer.error) == (2, "E504")
        assert "不能再变更" in answer.json["error"]["message"]["zh"]
        assert "audit credential" in answer.json["error"]["next"]["en"]


def test_what_is_revoked_or_replaced_is_not_corrected_and_nothing_is_registered(office: Office, issued):
    one, other = issued(625, 626)
    office.ok("revoke", one, "--reason", "withdrawn")
    office.ok("supersede", other, "--field", "major=力学")
    for old, zh, en in ((one, "撤销", "revoked on 20"), (other, "被新版本替代", "newer version on 20")):
        with office.nothing_written():
            answer = office.run("supersede", old, "--field", "major=土木", "--json")
        assert (answer.code, answer.error) == (2, "E101")
        message = answer.json["error"]["message"]
        assert zh in message["zh"]
        assert "不可再更正" in message["zh"]
        assert en in message["en"]
        assert "nothing was registered" in answer.json["error"]["next"]["en"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("revoke", "{number}"), "E100"),
        (("revoke", "{number}", "--reason", "whim"), "E102"),
        (("revoke", "{number}", "--reason", "investigation"), "E102"),
        (("revoke", "deadbeef", "--reason", "misconduct"), "E102"),
        (("revoke", "{number}", "deadbeef", "--reason", "misconduct"), "E102"),
        (("revoke", "{number}", "--reason", "misconduct", "--issuer", "nobody"), "E102"),
        (("suspend", "eip155:nonsense", "--reason", "under-review"), "E200"),
        (("supersede", "{number}"), "E101"),
        (("supersede", "{number}", "--field", "绰号=x"), "E101"),
        (("supersede", "deadbeef", "--field", "major=x"), "E102"),
        (("supersede", "{number}", "--field", "major=x", "--reason", "x"), "E102"),
    ],
)
def test_what_is_refused_changes_nothing(idle: Office, words: tuple[str, ...], code: str):
    with idle.nothing_written():
        answer = idle.run(*(word.format(number=number(630)) for word in words), "--json")
    assert (answer.code, answer.error) == (2, code), answer
    assert answer.json["error"]["next"]["zh"]


def test_a_number_of_two_institutions_is_told_apart_by_the_issuer(office: Office, issued):
    issued(640)
    accredited(office, "west")
    office.ok("register", "--kind", "degree", "--issuer", "west", *fields(640))
    assert office.run("revoke", number(640), "--reason", "misconduct", "--json").error == "E100"
    office.ok("revoke", number(640), "--reason", "misconduct", "--issuer", "west")
    assert (
        office.json("suspend", number(640), "--reason", "under-review", "--issuer", "oriental")[0]["already"] is False
    )


def test_a_correction_links_old_and_new(office: Office, issued):
    (old,) = issued(650)
    pdf = office.file("新 证书.rtf", rb"{\rtf new}")
    answer = office.run("supersede", number(650), pdf, "--field", "专业=应用物理学", lang="zh")
    assert answer.code == 0, answer
    assert f"旧版本 {old[:16]}… 已指向新版本" in answer.out
    bundle = office.home / "bundles" / "新_证书.chopmark.json"
    opened = open_bundle(read_bundle(bundle.read_bytes()))
    assert opened.commitment.hex() in answer.out
    assert opened.claims["major"] == "应用物理学"
    assert opened.claims["holder_name"] == "王莉"
    # the old one is named by its id only, the number means the new one
    answer = office.run("resume", old, "--json")
    assert answer.error == "E504"
    assert office.json("suspend", number(650), "--reason", "under-review")[0]["id"] == opened.commitment.hex()


def test_a_correction_loses_files_only_if_told_to(office: Office):
    office.ok("register", "--kind", "degree", office.file("a.rtf", rb"{\rtf 1}"), *fields(660))
    words = ("supersede", number(660), "--field", "major=力学")
    with office.nothing_written():
        answer = office.run(*words, lang="zh")
        assert answer.code == 2
        assert "旧版本绑定了 1 个文件" in answer.err
        assert "--without-files" in answer.err
        assert office.run(*words, "--json").error == "E101"
    office.ok(*words, "--without-files")


def test_a_wrong_correction_is_refused_field_by_field(office: Office, issued):
    issued(670)
    with office.nothing_written():
        answer = office.run("supersede", number(670), "--field", "graduation_date=2026-02-30", "--json")
        assert (answer.code, [f["code"] for f in answer.json["findings"]]) == (2, ["I013"])
        assert "没有更正任何内容" in office.run("supersede", number(670), "--field", "level=x", lang="zh").out
        answer = office.run("supersede", number(670), "--field", "major=土木工程", lang="zh")
        assert "内容没有变化" in answer.err


def test_what_is_not_final_yet_waits(office: Office, issued):
    (one,) = issued(680)
    with contextlib.closing(sqlite3.connect(office.home / "site.db")) as database, database:
        database.execute("update batches set block_number = null where id = (select max(id) from batches)")
    answer = office.run("revoke", one, "--reason", "misconduct", "--json")
    assert (answer.code, answer.error) == (2, "E101")
    assert "chopmark worker" in answer.json["error"]["next"]["zh"]


def test_without_a_node_nothing_is_asked_for(office: Office, issued):
    issued(690)
    point_to(office, f"http://127.0.0.1:{free_port()}")
    for words in (("revoke", number(690), "--reason", "misconduct"), ("supersede", number(690), "--field", "major=x")):
        with office.nothing_written():
            answer = office.run(*words, "--json")
        assert (answer.code, answer.error) == (3, "E501")


def test_a_correction_that_died_is_finished_by_its_number(office: Office, issued):
    """By then the number means the new version already."""
    issued(702)
    words = ("supersede", number(702), "--field", "major=力学")
    office.die("after_commit_before_send", *words)
    said = office.json(*words)
    assert len(said["credentials"]) == 1
    assert (office.home / said["credentials"][0]["bundle"]).exists()


@pytest.mark.parametrize("verb", [("revoke", "--reason", "misconduct"), ("supersede", "--field", "major=力学")])
def test_killed_in_the_middle_and_run_again_it_happens_once(office: Office, issued, verb: tuple[str, ...]):
    n = 700 if verb[0] == "revoke" else 701
    (one,) = issued(n)
    before = office.rows()
    office.die("after_commit_before_send", verb[0], one, *verb[1:])
    office.ok(verb[0], one, *verb[1:])
    if (
        verb[0] == "supersede"
    ):  # run again it hands out the bundle, by the old id and by the number that means the new one
        for ident in (one, number(n)):
            said = office.json(verb[0], ident, *verb[1:], "--bundles", office.home / "again")
            assert (said["registered"], said["known"]) == (0, 1)
        assert len(list((office.home / "again").iterdir())) == 1
    after = office.rows()
    assert after["changes"] == before["changes"] + 1
    assert after["outbox"] == before["outbox"] + 1
    assert after["credentials"] == before["credentials"] + (verb[0] == "supersede")
