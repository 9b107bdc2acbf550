"""The service as a process: on a real socket, with the worker beside it, next to a command line, to an orderly end."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chopmark.core.ledger import OutboxState
from chopmark.core.trust import TrustFile, write_trust
from chopmark.errors import KeystoreError, UnknownThing, UsageError
from chopmark.http.logs import Log
from chopmark.http.server import listen, proxies_of, server_of
from chopmark.store import Transaction
from tests.fixtures.devchain import free_port
from tests.fixtures.proxy import Dropped, Proxy
from tests.fixtures.town import PASSPHRASE, Office, Town, accredited, fields
from tests.http.conftest import serving, site_of


def until(what: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits for something to become true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def point_to(office: Office, url: str) -> None:
    chain = replace(office.client.chain, rpc=(url,))
    (office.home / "trust.json").write_bytes(write_trust(TrustFile((chain,))))


@contextlib.contextmanager
def kept(office: Office) -> Iterator[Transaction]:
    """What an office's database holds now."""
    site = site_of(office)
    with site.store.read() as tx:
        yield tx
    site.store.close()


def senders(office: Office) -> list[str]:
    """Who holds leases now."""
    with kept(office) as tx:
        leases = [tx.leases.present(address) for address in tx.outbox.senders()]
    return [lease.holder for lease in leases if lease is not None and lease.holder]


def pending(office: Office) -> int:
    """Credentials that are in no batch yet."""
    with kept(office) as tx:
        return sum(tx.credentials.pending_counts().values())


@contextlib.contextmanager
def process(office: Office, *words: str) -> Iterator[tuple[subprocess.Popen[str], str, list[dict[str, object]]]]:
    """``chopmark serve`` as a process of its own: it, its address, and the lines of its log as they come."""
    running = office.start("serve", "--port", "0", *words)
    lines: list[dict[str, object]] = []

    def look() -> None:
        assert running.stderr is not None
        lines.extend(json.loads(line) for line in running.stderr if line.startswith("{"))

    reader = threading.Thread(target=look, daemon=True)
    reader.start()
    try:
        until(lambda: any(line["event"] == "serving" for line in lines) or running.poll() is not None)
        port = next(line["port"] for line in lines if line["event"] == "serving")
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(url))
        yield running, url, lines
    finally:
        if running.poll() is None:
            running.kill()
        running.wait(20)
        reader.join(5)
        for stream in (running.stdout, running.stderr):
            assert stream is not None
            stream.close()


def answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5) as response:
        return bool(response.status == 200)
    return False


# --- the worker beside the requests


def test_what_a_command_left_behind_is_registered_by_the_service(office: Office):
    office.die("after_accept", "register", "--kind", "degree", *fields(9100))
    assert pending(office) == 1
    with serving(office, small=True) as served:
        until(lambda: pending(office) == 0)
        ready = served.client.get("/readyz")
        states = {"database": "ok", "chain": "ok", "worker": "ok", "disk": "ok"}
        assert (ready.status_code, ready.json()) == (200, {"ready": True, **states, "codes": []})
    assert office.json("register", "--kind", "degree", *fields(9100))["known"] == 1
    assert senders(office) == []


@pytest.mark.both_databases
def test_a_command_registers_while_the_service_runs_and_each_finds_what_the_other_did(office: Office):
    events = office.events()
    with serving(office, small=True) as served:
        assert served.background is not None
        for n in range(9110, 9114):
            assert office.json("register", "--kind", "degree", *fields(n))["registered"] == 1
            served.background.wake()
    assert pending(office) == 0
    assert senders(office) == []
    # However they took turns: four credentials in four batches, none twice.
    assert office.events() - events == 4
    with kept(office) as tx:
        assert [batch.anchored for batch in tx.batches.list()] == [True] * 4
        assert {box.state for box in tx.outbox.list()} == {OutboxState.FINAL}


def test_a_node_that_is_away_stops_nobody_and_work_goes_on_when_it_is_back(office: Office):
    with Proxy(office.client.chain.rpc[0]) as proxy:
        point_to(office, proxy.url)
        office.die("after_accept", "register", "--kind", "degree", *fields(9120))

        def away(_: object) -> None:
            raise Dropped

        proxy.before = away
        with serving(office, small=True, rpc_timeout=2.0) as served:
            background = served.background
            assert background is not None
            until(lambda: background.trouble is not None)
            assert background.alive
            ready = served.client.get("/readyz")
            assert ready.status_code == 503
            assert (ready.json()["chain"], ready.json()["worker"]) == ("failed", "ok")
            assert ready.json()["codes"] == ["E501"]
            assert served.client.get("/healthz").status_code == 200
            assert served.client.get("/api/v1/me", headers=served.as_("reviewer")).status_code == 200
            assert pending(office) == 1
            proxy.before = lambda request: None
            until(lambda: pending(office) == 0, 30)
            until(lambda: served.client.get("/readyz").status_code == 200)
            codes = [line["code"] for line in served.lines if line["event"] == "worker"]
            assert codes == ["E501"]  # said once, not at every round


def test_an_institution_that_is_accredited_meanwhile_is_served_without_a_restart(office: Office):
    for name in ("north-cold", "north-key"):
        office.key(name)
    names = ("--name-zh", "北方学院", "--controller", "north-cold", "--key", "north-key")
    office.ok("issuer", "new", "north", *names)
    with serving(office, small=True) as served:
        office.ok("accredit", "grant", "north", "--by", "edu-cold", "--kind", "degree")
        office.ok("status")
        office.die("after_accept", "register", "--issuer", "north", "--kind", "degree", *fields(9130))
        until(lambda: pending(office) == 0)
        assert served.background is not None
        assert served.background.trouble is None


def test_a_chain_that_is_another_one_is_said_and_looked_at_again(town: Town, tmp_path: Path):
    office = town.bare(tmp_path / "home")
    other = replace(office.client.chain, genesis=b"\x07" * 32)
    (office.home / "trust.json").write_bytes(write_trust(TrustFile((other,))))
    with serving(office, small=True) as served:
        background = served.background
        assert background is not None
        until(lambda: background.trouble is not None)
        assert background.trouble is not None
        assert background.trouble.code == "E502"
        assert served.client.get("/readyz").json()["codes"] == ["E502"]


# --- keys


def test_the_working_keys_are_opened_and_no_cold_one(office: Office):
    from chopmark.http.keys import OpenKeys

    accredited(office, "west")
    site = site_of(office)
    opened = OpenKeys.of(site, (), Log())
    assert opened.names == ["oriental-key", "west-key"]
    ring = opened.ring()
    assert {signer.address for signer in ring.issuers.values()} == {
        office.keystore().address("oriental-key"),
        office.keystore().address("west-key"),
    }
    named = OpenKeys.of(site, ("edu-cold",), Log())
    assert named.ring().of_sender(office.keystore().address("edu-cold")) is not None
    with pytest.raises(UnknownThing):
        OpenKeys.of(site, ("nobody",), Log())
    site.store.close()


def test_a_key_that_does_not_open_is_told_unless_it_was_named(office: Office):
    from chopmark.http.keys import OpenKeys
    from chopmark.settings import load_settings
    from chopmark.wiring import Site

    site = Site(load_settings(home=office.home, light_keystore=True), lambda _name, *, new=False: "wrong horse")
    stream = io.StringIO()
    with pytest.raises(KeystoreError, match="oriental-key"):  # it would take registrations and never make them
        OpenKeys.of(site, (), Log(stream))
    assert json.loads(stream.getvalue())["code"] == "E401"
    with pytest.raises(KeystoreError):
        OpenKeys.of(site, ("oriental-key",), Log(stream))
    with pytest.raises(KeystoreError):
        server_of(site, host="127.0.0.1", port=0, keys=("oriental-key",), log=Log(stream))
    site.store.close()


def test_of_several_keys_those_that_open_are_enough_and_the_others_are_told(office: Office):
    from chopmark.settings import load_settings
    from chopmark.wiring import Site

    accredited(office, "east")
    settings = load_settings(home=office.home, light_keystore=True, database=office.variables.get("CHOPMARK_DATABASE"))
    site = Site(settings, lambda name, *, new=False: "wrong horse" if name == "east-key" else PASSPHRASE)
    told: list[str] = []
    server_of(site, host="127.0.0.1", port=0, keys=(), log=Log(io.StringIO()), closed=told.extend)
    assert told == ["east-key"]
    site.store.close()


# --- the process


def test_told_to_end_it_finishes_what_is_under_way_gives_its_leases_back_and_leaves_in_peace(office: Office):
    with Proxy(office.client.chain.rpc[0]) as proxy:
        point_to(office, proxy.url)
        office.die("after_accept", "register", "--kind", "degree", *fields(9140))
        with process(office) as (running, url, lines):
            until(lambda: pending(office) == 0)
            asked = threading.Event()
            answered: list[int] = []

            def slowly(_: object) -> None:
                asked.set()
                time.sleep(0.4)

            proxy.before = slowly

            def ask() -> None:
                with urllib.request.urlopen(f"{url}/readyz", timeout=20) as response:
                    answered.append(response.status)

            asking = threading.Thread(target=ask)
            asking.start()
            assert asked.wait(10)
            running.send_signal(signal.SIGTERM)
            asking.join(20)
            assert running.wait(30) == 0
        assert answered == [200]
        assert lines[-1]["event"] == "ended"
        assert senders(office) == []
        assert [line["status"] for line in lines if line["event"] == "request"][-1] == 200


def test_without_a_worker_nothing_is_opened_and_nothing_moves(office: Office):
    office.die("after_accept", "register", "--kind", "degree", *fields(9150))
    office.variables["CHOPMARK_PASSPHRASE_FILE"] = ""
    with process(office, "--no-worker") as (running, url, _):
        with urllib.request.urlopen(f"{url}/readyz", timeout=20) as response:
            assert json.load(response)["worker"] == "off"
        assert pending(office) == 1
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0


def test_an_address_that_cannot_be_listened_on(office: Office):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = office.run("serve", "--port", port, "--no-worker", lang="zh")
        assert answer.code == 2
        assert "无法在 127.0.0.1:" in answer.err
        assert "--port" in answer.err
        assert "服务地址" not in answer.err
    with pytest.raises(UsageError):
        listen("203.0.113.7", free_port())
    assert office.run("serve", "--keys", "a", "--no-worker").code == 2


def test_a_key_that_is_named_and_is_not_there_is_said_before_anything_is_served(office: Office):
    answer = office.run("serve", "--port", "0", "--keys", "nobody", lang="en")
    assert (answer.code, "nobody" in answer.err) == (2, True)


@pytest.mark.parametrize("words", ["nonsense", "10.0.0.1,proxy.example", "*,10.0.0.1", "10.0.0.1/8"])
def test_a_proxy_that_is_no_address_is_refused(office: Office, words: str):
    answer = office.run("serve", "--port", "0", "--no-worker", "--trust-proxy", words)
    assert (answer.code, "E100" in answer.err, "--trust-proxy" in answer.err) == (2, True, True)


def test_proxies_are_addresses_networks_or_everybody():
    assert proxies_of(" 127.0.0.1, 10.0.0.0/8 ,::1") == ["127.0.0.1", "10.0.0.0/8", "::1"]
    assert proxies_of("*") == ["*"]
    assert proxies_of("") == []


def test_without_a_passphrase_that_opens_a_key_nothing_is_served(office: Office, tmp_path: Path):
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong horse")
    for file in (tmp_path / "nowhere", wrong):
        answer = office.run("--passphrase-file", file, "serve", "--port", "0")
        assert (answer.code, "E400" in answer.err) == (2, True), answer
        assert "oriental-key" in answer.err
        assert "--no-worker" in answer.err
        assert "Serving" not in answer.err


def test_a_home_that_is_not_there_is_not_made(office: Office, tmp_path: Path):
    for words in ((), ("--no-worker",)):
        answer = office.run("--home", tmp_path / "nohome", "serve", "--port", "0", *words)
        assert (answer.code, "E300" in answer.err) == (2, True), answer
        assert not (tmp_path / "nohome").exists()
