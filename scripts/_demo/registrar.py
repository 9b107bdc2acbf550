"""What a registrar sees."""

from __future__ import annotations

import csv as comma
from pathlib import Path
from typing import Final

import python_calamine

from _demo.claims import degree_fields
from _demo.expectation import Part, Unmet, exits, holds, says
from _demo.institutions import UNIVERSITY
from _demo.materials import GRADUATES, Sheet, graduate_sheet
from _demo.people import graduates
from _demo.sheets import csv
from _demo.world import World

REGISTRAR: Final = Part("登记员", "Registrar")
_SECOND_YEAR: Final = 300
"""Rows of the list whose registration is killed half-way."""


def _register(world: World, sheet: Sheet, *words: str, bundles: Path | None = None) -> tuple[str | Path, ...]:
    files = ("--files", sheet.files, "--bundles", bundles or world.folder.bundles)
    return ("register", "--sheet", sheet.path, *files, "--kind", sheet.kind, "--issuer", sheet.issuer, "--json", *words)


@REGISTRAR("名单：一千人每人一份凭证包", "the sheet: a thousand people, a bundle for each")
def _bundles(world: World) -> None:
    found = len(list(world.folder.bundles.glob("*.chopmark.json")))
    expected = GRADUATES + sum(1 for _ in world.singles())
    if found != expected:
        raise Unmet(f"{found} bundles instead of {expected}")


@REGISTRAR("再次登记同一名单：一条也不登记", "the same sheet again: nothing is registered")
def _again(world: World) -> None:
    before = world.site.transactions()
    answer = world.registrar.run(*_register(world, world.materials.sheets[0], "--yes"), expect=None)
    exits(answer, 0)
    holds(answer.value["registered"] == 0, "nothing new", answer)
    holds("I006" in answer.out, "I006: the revoked one is not registered again", answer)
    holds(world.site.transactions() == before, "no transaction was sent", answer)


@REGISTRAR("表格有误：一次列出全部问题，一条也不登记", "a sheet with faults: all are listed, nothing is registered")
def _faulty(world: World) -> None:
    rows = [degree_fields(graduate) for graduate in graduates(20, seed=77, year=2024)]
    rows[5]["certificate_number"] = rows[2]["certificate_number"]
    rows[8]["holder_name"] = ""
    rows[11]["graduation_date"] = "2024-02-30"
    rows[14]["holder_id"] = rows[14]["holder_id"][:-1] + ("0" if rows[14]["holder_id"][-1] != "0" else "1")
    folder = world.desk / "有误名单"
    folder.mkdir()
    path = folder / "名单.csv"
    path.write_bytes(csv("degree", rows, ["没有这个文件.pdf"]))
    words = _register(world, Sheet(UNIVERSITY.alias, "degree", path, folder), "--yes")
    answer = world.registrar.run(*words, expect=None)
    exits(answer, 2)
    for code, row in (("I030", 2), ("I001", 7), ("I010", 10), ("I013", 13), ("I012", 16)):
        holds(code in answer.out and f'"row": {row}' in answer.out, f"{code} in row {row}", answer)


@REGISTRAR("试运行：只报告，不登记", "a dry run: reports, registers nothing")
def _dry(world: World) -> None:
    before = world.site.transactions()
    answer = world.registrar.run(*_register(world, _second_year(world)), expect=None)
    exits(answer, 0)
    holds(world.site.transactions() == before, "no transaction was sent", answer)


@REGISTRAR(
    "登记中途被强行结束，服务接着办完，重跑：每人恰好一条",
    "killed half-way, the service goes on, run again: each row once",
)
def _killed(world: World) -> None:
    sheet, bundles = _second_year(world), world.desk / "2025-凭证包"
    words = _register(world, sheet, "--yes", bundles=bundles)
    for moment in ("accepted", "sent"):
        with world.registrar.started(*words) as process:
            assert process.stderr is not None
            heard = next((line for line in process.stderr if moment in line), None)
            # The service beside it may be done before it says anything.
            ended_well = heard is None and process.wait() == 0
            process.kill()
        if heard is None and not ended_well:
            raise Unmet(f"the registration never said “{moment}”")
    answer = world.registrar.run(*words)
    found = len(list(bundles.glob("*.chopmark.json")))
    holds(found == _SECOND_YEAR, f"{_SECOND_YEAR} bundles, found {found}", answer)
    registered = world.site.attested(UNIVERSITY.alias)
    expected = GRADUATES + _SECOND_YEAR + 2
    holds(registered == expected, f"{expected} leaves on the chain, found {registered}", answer)


def _second_year(world: World) -> Sheet:
    folder = world.desk / "2025届"
    folder.mkdir(exist_ok=True)
    return graduate_sheet(folder, graduates(_SECOND_YEAR, seed=5, year=2025), printed=3)


@REGISTRAR(
    "有误的行另存为表格，其余登记；更正后再登记", "bad rows go into a sheet of their own, the others are registered"
)
def _skipped(world: World) -> None:
    rows = [degree_fields(graduate) for graduate in graduates(6, seed=78, year=2024)]
    right, rows[1]["holder_name"] = rows[1]["holder_name"], ""
    folder = world.desk / "跳过有误行"
    folder.mkdir()
    path = folder / "名单.csv"
    path.write_bytes(csv("degree", rows, []))
    words = _register(world, Sheet(UNIVERSITY.alias, "degree", path, folder), "--yes", bundles=folder / "凭证包")
    answer = world.registrar.run(*words, "--skip-invalid", expect=None)
    holds(answer.value["registered"] == 5, "five of six are registered", answer)
    (rejected,) = folder.glob("*.rejected.xlsx")
    headings, row = python_calamine.load_workbook(rejected).get_sheet_by_index(0).to_python()
    holds(any("I010" in str(cell) for cell in row), "one row with its reason", answer)
    row[headings.index("姓名")] = right
    with (folder / "更正.csv").open("w", encoding="utf-8-sig", newline="") as corrected:
        comma.writer(corrected).writerows([headings, row])
    sheet = Sheet(UNIVERSITY.alias, "degree", folder / "更正.csv", folder)
    words = _register(world, sheet, "--yes", bundles=folder / "凭证包")
    answer = world.registrar.run(*words, expect=None)
    holds(answer.value["registered"] == 1, "the corrected row, too", answer)


@REGISTRAR("更正：旧凭证显示已更正，新凭证已核实", "a correction: the old one is superseded, the new one verified")
def _superseded(world: World) -> None:
    row, bundles = 9, world.desk / "更正"
    number = world.materials.rows[row].certificate_number
    whose = ("--issuer", UNIVERSITY.alias, "--reason", "corrected", "--bundles", bundles)
    world.registrar.run("supersede", number, world.original(row), "--field", "major=应用物理学", *whose, "--json")
    says(world.verify(world.original(row), world.bundle(row)), "superseded", 1, "V006")
    (new,) = bundles.glob("*.chopmark.json")
    says(world.verify(world.original(row), new, declared={"major": "应用物理学"}), "verified", 0, "V001")


@REGISTRAR("中止与恢复", "suspended, then resumed")
def _suspended(world: World) -> None:
    number = world.materials.rows[10].certificate_number
    world.registrar.run("suspend", number, "--reason", "under-review", "--issuer", UNIVERSITY.alias)
    says(world.verify(world.original(10), world.bundle(10)), "suspended", 1, "V020")
    world.registrar.run("resume", number, "--reason", "review-closed", "--issuer", UNIVERSITY.alias)
    says(world.verify(world.original(10), world.bundle(10)), "verified", 0, "V001")


@REGISTRAR("超出授权的类别：拒绝并说明授权范围", "a kind that it is not accredited for: refused, with its scope")
def _not_accredited(world: World) -> None:
    patent = world.materials.sheets[2]
    words = _register(world, Sheet(UNIVERSITY.alias, patent.kind, patent.path, patent.files), "--yes")
    answer = world.registrar.run(*words, expect=None)
    holds(answer.code == 2, "exit code 2", answer)
    holds("I003" in answer.out or "E504" in answer.out, "I003", answer)


@REGISTRAR("只凭文件也能找到登记（本机构的索引）", "a file alone is found in the site's own index")
def _index(world: World) -> None:
    says(world.registrar.run("verify", "--json", world.original(0), expect=None), "verified", 0, "V001", level="exact")


@REGISTRAR("停用工作密钥：此前的登记仍有效，并注明", "a retired key: what it registered stands, and that is told")
def _retired(world: World) -> None:
    world.registrar.run("key", "new", "second-registrar")
    world.site.fund()
    world.registrar.run("key", "add", UNIVERSITY.alias, "second-registrar", "--role", "attest", "--role", "status")
    world.registrar.run("key", "retire", UNIVERSITY.alias, UNIVERSITY.key)
    answer = world.verify(world.original(0), world.bundle(0))
    one = says(answer, "verified", 0, "V001")
    holds("V009" in {finding["code"] for finding in one["later"]}, "V009 among what came later", answer)


@REGISTRAR("停用后，新密钥可以登记", "after that, the new key registers")
def _new_key(world: World) -> None:
    (graduate,) = graduates(1, seed=99, year=2023)
    fields = [word for name, value in degree_fields(graduate).items() for word in ("--field", f"{name}={value}")]
    bundles = world.desk / "新密钥"
    whose = ("--kind", "degree", "--issuer", UNIVERSITY.alias, "--bundles", bundles)
    world.registrar.run("register", world.materials.stranger, *whose, *fields)
    (bundle,) = bundles.glob("*.chopmark.json")
    says(world.verify(world.materials.stranger, bundle), "verified", 0, "V001", never=["V009"])
