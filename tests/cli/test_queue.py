"""cli.queue: the queue, moved and shown."""

from __future__ import annotations

import pytest

from tests.cli.test_register import point_to
from tests.fixtures.devchain import free_port
from tests.fixtures.town import Office, Town, accredited, fields


@pytest.fixture
def interrupted(office: Office):
    """An office whose registration died right after it was accepted."""

    def accept(n: int, failpoint: str = "after_accept", *words: str) -> Office:
        office.die(failpoint, "register", "--kind", "degree", *fields(n), *words)
        return office

    return accept


def test_nothing_waits(office: Office):
    assert "队列已清空" in office.ok("worker", lang="zh").out
    said = office.json("worker")
    assert (said["idle"], said["waiting"]) == (True, 0)
    said = office.json("status")
    assert said["pending"] == {"credentials": 0, "changes": 0, "calls": 0}
    assert said["inFlight"] == []
    assert said["head"] == said["final"] == said["followed"]
    assert set(said["balances"]) == {"edu-cold", "oriental-cold", "oriental-key"}
    assert int(said["balances"]["oriental-key"]) > 0
    for lang, word in (("zh", "余额"), ("en", "balance")):
        told = office.ok("status", lang=lang).out
        assert word in told
        assert "chopmark worker" not in told


def test_what_was_accepted_is_shown_and_finished(interrupted):
    office = interrupted(800)
    assert "待登记 1" in office.ok("status", lang="zh").out
    assert "chopmark worker goes on with it" in office.ok("status").out
    assert "The queue is empty" in office.ok("worker").out
    assert office.json("status")["pending"]["credentials"] == 0
    assert office.json("register", "--kind", "degree", *fields(800))["known"] == 1


def test_what_is_signed_needs_no_passphrase_any_more(interrupted):
    office = interrupted(801, "after_commit_before_send")
    (flying,) = office.json("status")["inFlight"]
    assert flying in office.ok("status").out
    assert "已签名，未发送" in office.ok("status", lang="zh").out
    office.variables["CHOPMARK_PASSPHRASE_FILE"] = ""
    assert office.json("worker")["idle"] is True


def test_what_waits_for_a_key_that_is_not_here_is_told(interrupted):
    office = interrupted(802)
    path = office.home / "keys" / "oriental-key.json"
    path.rename(office.home / "away.json")
    for lang, word in (("zh", "没有“oriental”的密钥"), ("en", "key of “oriental” is not here")):
        answer = office.run("worker", lang=lang)
        assert answer.code == 3
        assert word in answer.out
    answer = office.run("worker", "--json")
    assert (answer.code, answer.json["idle"], answer.json["waiting"]) == (3, False, 1)
    (office.home / "away.json").rename(path)
    office.ok("worker")


def test_a_key_that_is_not_needed_is_not_asked_for(office: Office, interrupted):
    """The other institution's passphrase is another one."""
    accredited(office, "west")
    (office.home / "keys" / "west-key.json").write_bytes(b"broken")
    interrupted(803, "after_accept", "--issuer", "oriental")
    assert office.json("worker")["idle"] is True


def test_without_a_node(interrupted):
    office = interrupted(804)
    url = office.client.chain.rpc[0]
    point_to(office, f"http://127.0.0.1:{free_port()}")
    answer = office.run("status", "--json")
    assert (answer.code, answer.json["error"]["code"], answer.json["pending"]["credentials"]) == (3, "E501", 1)
    told = office.run("status", lang="zh")
    assert told.code == 3
    assert "链：无法查询" in told.out
    assert "待登记 1" in told.out
    point_to(office, url)
    office.ok("worker")


def test_without_a_trust_file(town: Town, tmp_path):
    office = town.bare(tmp_path / "home")
    (office.home / "trust.json").unlink()
    for words in (("status",), ("worker",)):
        answer = office.run(*words, "--json")
        assert (answer.code, answer.error) == (2, "E300")
