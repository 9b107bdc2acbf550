"""``chopmark audit`` as an auditor runs it, without anybody's database and with one."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from chopmark.core.words import Op
from tests.cli.test_verify import Chopmark, chopmark
from tests.fixtures.world import World

__all__ = ["chopmark"]
pytestmark = pytest.mark.chain


@pytest.fixture
def bundle(world: World, tmp_path: Path) -> Path:
    """A credential that was suspended, resumed and revoked."""
    done = world.issue()
    world.pass_time(86_400)
    world.change(Op.SUSPENDED, 7, done)
    world.pass_time(86_400)
    world.change(Op.RESUMED, 8, done)
    world.change(Op.REVOKED, 3, done)
    path = tmp_path / "x.chopmark.json"
    path.write_bytes(done.data)
    return path


def test_the_life_of_a_credential(chopmark: Chopmark, bundle: Path) -> None:
    ran = chopmark("audit", "credential", bundle)
    assert ran.code == 0
    for said in ("attested", "reason: under review", "resumed", "reason: decision after misconduct", "controller 0x"):
        assert said in ran.out
    assert "revoked (since" in ran.out
    zh = chopmark("audit", "credential", bundle, lang="zh")
    assert "原因：复核中" in zh.out
    assert "时间均为北京时间" in zh.out


def test_as_of(chopmark: Chopmark, bundle: Path) -> None:
    entries = json.loads(chopmark("audit", "credential", bundle, "--json").out)["entries"]
    suspended = next(each for each in entries if each["operation"] == "suspended")
    day = suspended["time"][:10]
    then = json.loads(chopmark("audit", "credential", bundle, "--as-of", day, "--json").out)
    assert then["status"]["suspended"] is True
    assert then["status"]["revoked"] is False
    by_block = json.loads(chopmark("audit", "credential", bundle, "--as-of", suspended["block"], "--json").out)
    assert by_block["status"] == then["status"]
    assert "suspended (since" in chopmark("audit", "credential", bundle, "--as-of", day).out


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "99999999"])
def test_a_moment_that_is_none(chopmark: Chopmark, bundle: Path, moment: str) -> None:
    ran = chopmark("audit", "credential", bundle, "--as-of", moment)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_csv(chopmark: Chopmark, bundle: Path) -> None:
    ran = chopmark("audit", "credential", bundle, "--format", "csv")
    assert ran.out.startswith("\ufeffblock,time,operation")
    table = list(csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff"))))
    own = [row["operation"] for row in table if row["context"] == "false"]
    assert own == ["attested", "suspended", "resumed", "revoked"]


def test_batch_and_issuer(chopmark: Chopmark, bundle: Path, world: World) -> None:
    root = json.loads(bundle.read_bytes())["anchor"]["root"]
    assert f"Batch {root}" in chopmark("audit", "batch", root).out
    assert chopmark("audit", "batch", bundle).out == chopmark("audit", "batch", root).out
    by_number = chopmark("audit", "issuer", "2").out
    assert "Institution No. 2" in by_number
    assert chopmark("audit", "issuer", world.issuer.node.hex()).out == by_number
    assert chopmark("audit", "issuer", bundle).out == by_number
    assert "root authority taken up" in chopmark("audit", "issuer", "0").out


@pytest.mark.parametrize(
    ("what", "thing"),
    [("credential", "nosuch"), ("batch", "ab" * 32), ("batch", "ab"), ("issuer", "9999"), ("issuer", "nosuch")],
)
def test_what_is_not_there(chopmark: Chopmark, what: str, thing: str) -> None:
    ran = chopmark("audit", what, thing)
    assert ran.code == 2
    assert "→" in ran.err
    assert json.loads(chopmark("audit", what, thing, "--json").out)["error"]["code"] == "E102"


def test_a_bad_bundle(chopmark: Chopmark, tmp_path: Path) -> None:
    (tmp_path / "bad.chopmark.json").write_text("{")
    ran = chopmark("audit", "credential", tmp_path / "bad.chopmark.json")
    assert ran.code == 2
    assert "E200" in ran.err


def test_rebuild_without_and_with_a_database(chopmark: Chopmark, bundle: Path, tmp_path: Path) -> None:
    ran = chopmark("audit", "rebuild")
    assert ran.code == 0
    assert "A002" in ran.out
    assert "Only the chain was checked" in ran.out


def test_node_down_and_no_database(chopmark: Chopmark, world: World, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "down.json").write_text(world.trust_path.read_text().replace(world.devnet.url, "http://127.0.0.1:1"))
    for arguments in (("credential", bundle), ("rebuild",)):
        ran = chopmark("--trust", tmp_path / "down.json", "audit", *arguments)
        assert ran.code == 3
        assert "E501" in ran.err


def test_rebuild_and_repair_a_tampered_database(chopmark: Chopmark, bundle: Path, world: World, tmp_path: Path) -> None:
    import sqlite3

    from chopmark.services.audit.rebuild import rebuild, repair
    from chopmark.services.pipeline import home_of
    from chopmark.store import Store

    path = tmp_path / "site.db"
    rebuilt = rebuild(world.client, world.chain, world.registry)
    with Store.open(f"sqlite:///{path}") as store:
        with store.begin() as tx:
            tx.site.bind(home_of(world.chain, world.registry))
        repair(rebuilt, store.begin)
    database = ("--database", f"sqlite:///{path}")
    assert chopmark(*database, "audit", "rebuild").code == 0
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE events SET reason = 9 WHERE op = 2")
    ran = chopmark(*database, "audit", "rebuild", "--json")
    assert ran.code == 1
    assert {each["lack"] for each in json.loads(ran.out)["differences"]} == {"changed"}
    told = chopmark(*database, "audit", "rebuild", lang="zh")
    assert "A001 本地库与链不一致：缺0条、多0条、改动" in told.out
    assert "--repair" in told.out
    assert chopmark(*database, "audit", "rebuild", "--repair").code == 0
    assert chopmark(*database, "audit", "rebuild").code == 0
    # The chain is down: the site's own copy answers, and says that it does.
    (tmp_path / "down.json").write_text(world.trust_path.read_text().replace(world.devnet.url, "http://127.0.0.1:1"))
    local = chopmark(*database, "--trust", tmp_path / "down.json", "audit", "credential", bundle)
    assert local.code == 0
    assert "from the site's database" in local.err
    assert "reason: decision after misconduct" in local.out
