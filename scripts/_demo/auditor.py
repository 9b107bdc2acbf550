"""What an auditor sees, who has the trust file and, for some questions, the registrar's home."""

from __future__ import annotations

import sqlite3
from typing import Final

from _demo.expectation import Part, exits, holds
from _demo.founding import REVOKED_ROW
from _demo.institutions import UNIVERSITY
from _demo.world import World

AUDITOR: Final = Part("审计员", "Auditor")


@AUDITOR(
    "一份凭证的来龙去脉：登记、撤销、时间、区块、密钥",
    "the life of a credential: registered, revoked, when, by which key",
)
def _credential(world: World) -> None:
    number = world.materials.rows[REVOKED_ROW].certificate_number
    answer = world.registrar.run("audit", "credential", number, "--format", "json")
    holds("revoke" in answer.out and "attest" in answer.out, "both events", answer)


@AUDITOR("不用登记机构的数据库，只凭凭证包也能审计", "the same from a bundle alone, without the issuer's database")
def _from_bundle(world: World) -> None:
    answer = world.auditor.run("audit", "credential", world.bundle(REVOKED_ROW), "--format", "json")
    holds("revoke" in answer.out and "attest" in answer.out, "both events", answer)


@AUDITOR("撤销之前某时点的状态：有效", "the status as of before the revocation: valid")
def _as_of(world: World) -> None:
    block = str(world.site.registered_by_block)
    before = world.auditor.run("audit", "credential", world.bundle(REVOKED_ROW), "--as-of", block, "--format", "json")
    holds("revoke" not in before.out, "no revocation yet", before)


@AUDITOR("一个机构的全部历史", "everything that an institution ever did")
def _issuer(world: World) -> None:
    text = world.registrar.run("audit", "issuer", UNIVERSITY.alias)
    holds("misconduct" in text.out or "处分" in text.out or "revoke" in text.out.lower(), "the revocation", text)
    table = world.registrar.run("audit", "issuer", UNIVERSITY.alias, "--format", "csv")
    holds(len(table.out.splitlines()) > 3, "a line for each event", table)


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
    with sqlite3.connect(world.folder.home / "site.db") as database:
        database.execute("DELETE FROM events WHERE id = (SELECT max(id) FROM events)")
    database.close()
    answer = world.registrar.run("audit", "rebuild", "--json", expect=None)
    exits(answer, 1)
    holds("A001" in answer.out, "A001", answer)
    world.registrar.run("audit", "rebuild", "--repair", expect=None)
    exits(world.registrar.run("audit", "rebuild", "--json", expect=None), 0)
