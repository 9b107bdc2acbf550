"""A university's own program registers a class over HTTP, fetches the bundles, revokes one, and others look at it."""

from __future__ import annotations

import os
import signal
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from _demo.claims import degree_fields
from _demo.expectation import Part, Unmet, answered, holds
from _demo.founding import REVOKED_ROW
from _demo.materials import Sheet, file_name, graduate_sheet
from _demo.people import Graduate, graduates
from _demo.sheets import csv
from _demo.tamper import change_byte
from _demo.tokens import AUDITOR, REGISTRARS, REVIEWER
from _demo.wire import Reply, Wire
from _demo.world import World

CAMPUS: Final = Part("教务系统经 HTTP 登记", "A university's program registers over HTTP")
UNIVERSITY: Final = REGISTRARS[0]
PRESS: Final = REGISTRARS[1]
CLASS: Final = graduates(24, seed=808, year=2017)
"""Who is registered through the service; the first six have a file."""
ALONE: Final = graduates(1, seed=810, year=2016)[0]
"""Whose registration the service does not survive."""
_FILED: Final = 6
_KEY: Final = "campus-system-2017-07"
_PATIENCE: Final = 60.0
"""Seconds until something that was accepted has to be registered; here a block takes one."""


@CAMPUS(
    "表格有误：试算列出全部，登记被拒（中英文），一条不登记",
    "a sheet with faults: all told, in both languages; none kept",
)
def _faulty(world: World) -> None:
    rows = [degree_fields(graduate) for graduate in graduates(8, seed=809, year=2018)]
    rows[2]["holder_name"] = ""
    rows[4]["graduation_date"] = "2018-02-30"
    rows[6]["certificate_number"] = rows[0]["certificate_number"]
    path = world.desk / "有误.csv"
    path.write_bytes(csv("degree", rows, []))
    registrar = world.wire(UNIVERSITY)
    before = answered(registrar.get("/registrations"), 200)
    dry = _hand_in(registrar, path, dry_run="true")
    found = {(each["code"], each["place"].get("row")) for each in answered(dry, 200)["findings"]}
    holds({("I010", 4), ("I013", 6), ("I001", 8)} <= found, "I010 in row 4, I013 in row 6, I001 in row 8", dry)
    for language, word in (("zh-CN", "必填"), ("en", "required")):
        reply = _hand_in(world.wire(UNIVERSITY, language), path, key=f"faulty-{language}")
        answered(reply, 422, "I000")
        holds(reply.headers["Content-Type"].startswith("application/problem+json"), "problem+json", reply)
        said = str([each["message"][language[:2]] for each in reply.value["findings"]])
        holds(word in said.lower(), f"“{word}” among the findings", reply)
    holds(answered(registrar.get("/registrations"), 200) == before, "nothing was kept", dry)


@CAMPUS("受理后服务被强行结束，重启：恰好登记一次", "killed after it accepted: started again, registered once")
def _killed(world: World) -> None:
    fields = degree_fields(ALONE)
    wish = {"kind": "degree", "credentials": [{"fields": fields}]}
    accepted = world.wire(UNIVERSITY).post("/registrations", wish, "before-the-kill")
    answered(accepted, 202)
    os.kill(world.site.service.pid, signal.SIGKILL)
    while world.site.service.alive:
        time.sleep(0.02)
    world.site.restart_service()
    replayed = world.wire(UNIVERSITY).post("/registrations", wish, "before-the-kill")
    answered(replayed, 202)
    holds(replayed.value["id"] == accepted.value["id"], "the same registration", replayed)
    _registered(world, accepted)
    listed = world.wire(UNIVERSITY).get("/credentials", number=fields["certificate_number"])
    holds(len(answered(listed, 200)["items"]) == 1, "one credential of that number", listed)


@CAMPUS("表格加文件包，同一请求发两次：只受理一次", "a sheet with an archive of files, sent twice: accepted once")
def _sheet(world: World) -> None:
    sheet = _class_sheet(world)
    registrar = world.wire(UNIVERSITY)
    first = _hand_in(registrar, sheet.path, _archive(world, sheet.files), key=_KEY)
    answered(first, 202)
    holds(first.value["count"] == len(CLASS), f"{len(CLASS)} credentials", first)
    again = _hand_in(registrar, sheet.path, _archive(world, sheet.files), key=_KEY)
    answered(again, 202)
    holds(again.value["id"] == first.value["id"], "the same registration", again)
    holds(again.headers["Idempotency-Replayed"] == "true", "said to be a repetition", again)
    answered(registrar.post("/registrations", {"kind": "degree", "credentials": []}, _KEY), 409, "H409")
    done = _registered(world, first)
    holds((done.value["registered"], len(done.value["batches"])) == (len(CLASS), 1), "one batch of all", done)


@CAMPUS("下载凭证包：逐份对链复核后才写盘", "the bundles, each checked against the chain before it is written")
def _bundles(world: World) -> None:
    folder = world.desk / "对接-凭证包"
    written = world.remote(UNIVERSITY).bundles(_registration(world), folder)
    found = sorted(folder.glob("*.chopmark.json"))
    if not len(written) == len(found) == len(CLASS):
        raise Unmet(f"{len(found)} bundles instead of {len(CLASS)}", str(written))
    answer = world.verify(world.desk / "2017届" / "毕业证书" / file_name(CLASS[0]), next(_of(found, CLASS[0])))
    holds([one["verdict"] for one in answer.values] == ["verified"], "verified by whoever has the trust file", answer)


@CAMPUS(
    "SDK 核验：原件、改动件、来历不明、已撤销；自行复核，站点无异", "verified by the SDK, by its own look at the chain"
)
def _verified(world: World) -> None:
    folder = world.desk / "送审"
    folder.mkdir()
    (world.desk / "来历不明").mkdir()
    for source in (world.original(0), world.original(REVOKED_ROW), world.bundle(REVOKED_ROW), world.bundle(1)):
        (folder / source.name).write_bytes(source.read_bytes())
    change_byte(world.original(1), folder / world.original(1).name)
    stranger = graduate_sheet(world.desk / "来历不明", graduates(1, seed=811, year=2015), printed=1)
    (unknown,) = stranger.files.iterdir()
    (folder / "来历不明.pdf").write_bytes(unknown.read_bytes())
    checked = world.remote(REVIEWER).verify([folder])
    seen = {Path(one.name).name: (one.verdict.value, one.site.verdict.value if one.site else "") for one in checked}
    expected = {
        world.original(0).name: ("verified", "verified"),
        world.original(1).name: ("mismatch", "mismatch"),
        world.original(REVOKED_ROW).name: ("revoked", "revoked"),
        "来历不明.pdf": ("cannot_check", "not_registered"),
    }
    if seen != expected or checked.all_differences or checked.trouble:
        raise Unmet(f"expected {expected}", f"{seen}\n{checked.all_differences}\n{checked.trouble}")


@CAMPUS("他机构的登记：与不存在的无异（404）", "another institution's registration: as if it were not there (404)")
def _foreign(world: World) -> None:
    mine, press = _registration(world), world.wire(PRESS)
    for path in (f"/registrations/{mine}", f"/registrations/{mine}/bundles", f"/registrations/{mine}/credentials"):
        answered(world.wire(UNIVERSITY).get(path), 200)
        foreign, absent = press.get(path), press.get(path.replace(mine, "reg_" + "A" * 22))
        answered(foreign, 404, "H404")
        told = [{k: v for k, v in reply.value.items() if k != "instance"} for reply in (foreign, absent)]
        holds(told[0] == told[1], "the same answer as for what does not exist", foreign)


@CAMPUS("经 HTTP 撤销：核验结果为已撤销", "revoked over HTTP: verifying says so")
def _revoked(world: World) -> None:
    wish = {"operation": "revoke", "reason": "misconduct", "credentials": [CLASS[1].certificate_number]}
    answered(world.wire(PRESS).post("/status-changes", wish, "press"), 422, "I000")
    asked = world.wire(UNIVERSITY).post("/status-changes", wish, "revoke-one")
    answered(asked, 202)
    _wait(world.wire(UNIVERSITY), f"/status-changes/{asked.value['id']}", "done")
    path = world.desk / "2017届" / "毕业证书" / file_name(CLASS[1])
    (one,) = world.remote(REVIEWER).verify([path])
    if one.verdict.value != "revoked" or one.differences:
        raise Unmet(f"verdict {one.verdict.value} instead of revoked", str(one.as_json()))


@CAMPUS("审计：登记与撤销的来龙去脉；他机构查不到", "audit: registered, revoked; not for another institution")
def _trail(world: World) -> None:
    listed = world.wire(UNIVERSITY).get("/credentials", number=CLASS[1].certificate_number)
    (item,) = answered(listed, 200)["items"]
    holds(item["status"] == "revoked", "revoked in the institution's own list", listed)
    trail = world.wire(AUDITOR).get(f"/audit/credentials/{item['id']}")
    operations = [entry["operation"] for entry in answered(trail, 200)["entries"]]
    holds({"attested", "revoked"} <= set(operations), "attested and revoked", trail)
    answered(world.wire(PRESS).get(f"/audit/credentials/{item['id']}"), 404, "H404")
    answered(world.wire(AUDITOR).get(f"/credentials/{item['id']}/bundle"), 403, "H403")


# --- the class that is registered here --------------------------------------------------------------------------------


def _class_sheet(world: World) -> Sheet:
    folder = world.desk / "2017届"
    folder.mkdir(exist_ok=True)
    return graduate_sheet(folder, CLASS, printed=_FILED)


def _of(paths: Sequence[Path], graduate: Graduate) -> Iterator[Path]:
    return (path for path in paths if graduate.certificate_number in path.name)


def _archive(world: World, files: Path) -> Path:
    path = world.desk / "毕业证书.zip"
    if not path.exists():
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(files.iterdir()):
                archive.write(file, file.name)
    return path


def _hand_in(wire: Wire, sheet: Path, files: Path | None = None, *, key: str = "", **query: str) -> Reply:
    parts = [("sheet", sheet), *([("files", files)] if files else [])]
    return wire.upload("/registrations", parts, {"kind": "degree"}, key, **query)


def _registration(world: World) -> str:
    """The id of the class's registration, by the same request once more."""
    sheet = _class_sheet(world)
    again = _hand_in(world.wire(UNIVERSITY), sheet.path, _archive(world, sheet.files), key=_KEY)
    return str(answered(again, 202)["id"])


def _registered(world: World, accepted: Reply) -> Reply:
    return _wait(world.wire(UNIVERSITY), f"/registrations/{accepted.value['id']}", "registered")


def _wait(wire: Wire, path: str, state: str) -> Reply:
    """Ask again and again until it is in this state."""
    until = time.monotonic() + _PATIENCE
    while (seen := wire.get(path)).status == 200 and seen.value["state"] != state and time.monotonic() < until:
        time.sleep(0.3)
    answered(seen, 200)
    holds(seen.value["state"] == state, f"state {state} within {_PATIENCE:.0f} s", seen)
    return seen
