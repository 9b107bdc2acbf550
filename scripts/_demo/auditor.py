"""What an auditor sees, who has the trust file and, for some questions, the registrar's home."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Final

from _demo.command import Answer
from _demo.expectation import Part, exits, holds
from _demo.founding import REVOKED_ROW
from _demo.institutions import UNIVERSITY
from _demo.world import World

AUDITOR: Final = Part("审计员", "Auditor")


@AUDITOR("一份凭证的来龙去脉：登记、撤销、时间、区块、密钥", "the life of a credential: by whom, when, in which block")
def _credential(world: World) -> None:
    number = world.materials.rows[REVOKED_ROW].certificate_number
    answer = world.registrar.run("audit", "credential", number, "--json")
    holds({"attested", "revoked"} <= _operations(answer), "registered and revoked", answer)
    names = {entry["key_name"] for entry in answer.value["entries"] if entry["operation"] == "revoked"}
    holds(names == {UNIVERSITY.key}, "revoked by the registrar's key", answer)


@AUDITOR("不用登记机构的数据库，只凭凭证包也能审计", "the same from a bundle alone, without the issuer's database")
def _from_bundle(world: World) -> None:
    answer = world.auditor.run("audit", "credential", world.bundle(REVOKED_ROW), "--json")
    holds({"attested", "revoked"} <= _operations(answer), "registered and revoked", answer)


@AUDITOR("撤销之前某区块时的状态：尚未撤销", "as it was known in a block before the revocation: not revoked")
def _as_of(world: World) -> None:
    block = str(world.site.registered_by_block)
    answer = world.auditor.run("audit", "credential", world.bundle(REVOKED_ROW), "--as-of", block, "--json")
    holds("attested" in _operations(answer), "registered", answer)
    holds("revoked" not in _operations(answer), "not revoked yet", answer)


@AUDITOR("一个机构的全部历史：JSON 与表格", "everything that an institution ever did: as JSON and as a table")
def _issuer(world: World) -> None:
    answer = world.registrar.run("audit", "issuer", UNIVERSITY.alias, "--json")
    expected = {"node_registered", "accreditation_granted", "key_added", "attested", "revoked", "key_retired"}
    holds(expected <= _operations(answer), f"{sorted(expected)}", answer)
    table = world.registrar.run("audit", "issuer", UNIVERSITY.alias, "--format", "csv")
    holds(len(table.out.splitlines()) > len(expected), "a line for each event", table)


def _operations(answer: Answer) -> set[str]:
    return {entry["operation"] for entry in answer.value["entries"]}


@AUDITOR("以链为准重建：与数据库一致，全部历史头一致", "rebuilt from the chain: equal to the database, all heads equal")
def _rebuild(world: World) -> None:
    answer = world.registrar.run("audit", "rebuild", "--json", expect=None)
    exits(answer, 0)
    holds("A002" in answer.out, "A002", answer)


@AUDITOR("没有数据库也能重建并自检", "rebuilt from nothing but the trust file: complete")
def _rebuild_from_nothing(world: World) -> None:
    answer = world.auditor.run("audit", "rebuild", "--json", expect=None)
    exits(answer, 0)
    holds("A002" in answer.out, "A002", answer)


@AUDITOR("数据库少了一条事件：指出并修复", "an event is missing from the database: told, and repaired")
def _tampered(world: World) -> None:
    with contextlib.closing(sqlite3.connect(world.folder.home / "site.db")) as database, database:
        database.execute("DELETE FROM events WHERE rowid = (SELECT max(rowid) FROM events)")
    answer = world.registrar.run("audit", "rebuild", "--json", expect=None)
    exits(answer, 1)
    holds("A001" in answer.out, "A001", answer)
    world.registrar.run("audit", "rebuild", "--repair", expect=None)
    exits(world.registrar.run("audit", "rebuild", "--json", expect=None), 0)
