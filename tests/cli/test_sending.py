"""cli.sending: what is said while something is on its way, and what is raised when it gets stuck."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from chopmark.cli import sending
from chopmark.cli.app import TERMINAL
from chopmark.core.transaction import BlockRef
from chopmark.core.words import Role
from chopmark.errors import Busy, ChopmarkError, Refused, Unreachable
from chopmark.services.pipeline import Blocked, Progress
from chopmark.store import Store
from chopmark.wording import Language, Wording
from tests.fixtures.town import Office, accredited

SILENT = Unreachable(url="http://node", why=Wording("无应答", "no answer"))
NO = Refused(why=Wording("不许", "not allowed"), fix_zh="换", fix_en="change")
DONE = Progress(head=BlockRef(7, b"\x07" * 32), final=BlockRef(7, b"\x07" * 32))


@pytest.fixture(params=list(Language))
def language(request, monkeypatch):
    monkeypatch.setattr(TERMINAL, "language", request.param)
    return request.param


@pytest.mark.parametrize(
    ("progress", "zh", "en"),
    [
        (DONE, "", ""),
        (replace(DONE, leaves=3), "待登记 3 条", "3 to register"),
        (replace(DONE, changes=2, in_flight=1), "待变更状态 2 条，已发送", "2 status changes, sent"),
        (
            replace(DONE, calls=1, confirming=1),
            "待办授权事项 1 项，等待最终确认",
            "1 registry calls, waiting for finality",
        ),
        (replace(DONE, busy="other"), "由 other 发送中", "being sent by other"),
        (replace(DONE, unreachable=SILENT), "节点没有应答，正在重试", "the node does not answer, trying again"),
    ],
)
def test_where_things_are(language, progress, zh, en):
    assert sending._line(progress) == (zh if language is Language.ZH else en)


def test_progress_is_a_line_for_each_change_or_one_that_is_rewritten(language, monkeypatch, capsys):
    def tell():
        shown = sending._Shown()
        for progress in (DONE, replace(DONE, leaves=1), replace(DONE, leaves=1), replace(DONE, in_flight=1)):
            shown(progress)
        shown.end()
        return capsys.readouterr().err

    assert len(tell().splitlines()) == 2
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    live = tell()
    assert live.count("\r\033[K") == 2
    assert live.count("\n") == 1


@pytest.mark.parametrize(
    ("progress", "fault"),
    [
        (replace(DONE, unreachable=SILENT, leaves=1), SILENT),
        (replace(DONE, blocked=(Blocked("leaves", (1,), NO),), leaves=1), NO),
        (replace(DONE, busy="other", leaves=1), Busy),
        (replace(DONE, busy="other"), None),
        (DONE, None),
    ],
)
def test_what_keeps_it_from_going_on_is_raised(progress, fault):
    if fault is None:
        sending.raise_trouble(progress)
        return
    with pytest.raises(ChopmarkError) as caught:
        sending.raise_trouble(progress)
    assert caught.value is fault or isinstance(caught.value, Busy)


def test_an_order_that_an_earlier_one_makes_impossible_is_refused_and_not_tried_again(office: Office):
    """The same key was queued with another role by a run that died: by itself the new order would pass."""
    accredited(office, "west")
    spare = office.key("spare")
    node = bytes.fromhex(office.json("issuer", "show", "west")["node"])
    with Store.open(f"sqlite:///{office.home / 'site.db'}") as store, store.begin() as tx:
        call = office.client.calls.add_key(node, node, spare.address, Role.STATUS)
        tx.calls.add_call(office.signer("west-cold").address, call)
    answer = office.run("key", "add", "west", "spare", "--json")
    assert (answer.code, answer.error) == (2, "E504"), answer
    assert office.json("worker")["idle"] is True
    (_, key) = office.json("issuer", "show", "west")["keys"]
    assert key["roles"] == "status"


def test_somebody_else_sends(office: Office):
    """Another machine holds the lease of the key: the order is queued and the command says who sends."""
    accredited(office, "west")
    office.key("spare")
    sender = office.signer("west-cold").address
    with Store.open(f"sqlite:///{office.home / 'site.db'}") as store, store.begin() as tx:
        lease = tx.leases.take(sender, "elsewhere/1/1/1/1", 1 << 34, 60)
        assert lease is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "PATIENCE", 0.2)
        answer = office.run("key", "add", "west", "spare", "--json")
    assert (answer.code, answer.error) == (3, "E601")
    assert "elsewhere" in answer.json["error"]["message"]["en"]
    assert office.json("status")["pending"]["calls"] == 1
    with Store.open(f"sqlite:///{office.home / 'site.db'}") as store, store.begin() as tx:
        tx.leases.release(lease)
    assert office.json("worker")["idle"] is True


def test_a_block_that_does_not_come(office: Office):
    accredited(office, "west")
    rpc = office.client._rpc
    rpc.call("evm_setAutomine", False)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sending, "PATIENCE", 0.3)
            answer = office.run("issuer", "profile", "west", "--site", "https://late.example", "--json")
        assert (answer.code, answer.error) == (3, "E501")
        assert "最终确认" in answer.json["error"]["message"]["zh"]
    finally:
        rpc.call("evm_setAutomine", True)
        rpc.call("anvil_mine", "0x1")
    said = office.json("issuer", "profile", "west", "--site", "https://late.example")
    assert said["sent"] == 0  # the block has come meanwhile, and the chain says so already
    assert office.json("worker")["idle"] is True
    assert office.json("status")["inFlight"] == []
