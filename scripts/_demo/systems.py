"""What another system sees of the service: who may ask what, and what it is told."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

from _demo.claims import degree_fields
from _demo.expectation import Part, Unmet, answered, holds
from _demo.people import graduates
from _demo.tokens import OPERATOR, REGISTRARS, REVIEWER
from _demo.try_next import over_http
from _demo.world import World

SYSTEMS: Final = Part("系统对接（HTTP 服务）", "Other systems (the HTTP service)")
UNIVERSITY: Final = REGISTRARS[0]


@SYSTEMS("健康、就绪、指标（指标须运维令牌）", "health, readiness, figures (these for the operator alone)")
def _health(world: World) -> None:
    answered(world.wire().root("/healthz"), 200)
    ready = world.wire().root("/readyz")
    answered(ready, 200)
    holds(all(ready.value[name] == "ok" for name in ("database", "chain", "worker", "disk")), "all is well", ready)
    answered(world.wire().root("/metrics"), 401, "H401")
    answered(world.wire(REVIEWER).root("/metrics"), 403, "H403")
    figures = world.wire(OPERATOR).root("/metrics")
    answered(figures, 200)
    holds(b'route="/readyz"' in figures.body and b"chopmark_chain_block" in figures.body, "requests, blocks", figures)


@SYSTEMS("没有令牌：401；核验员登记：403；都用来访者的语言说明", "no token: 401; a reviewer who registers: 403")
def _rights(world: World) -> None:
    wish = {"kind": "degree", "credentials": [{"fields": degree_fields(graduates(1, seed=807, year=2023)[0])}]}
    answered(world.wire().post("/registrations", wish, "nobody"), 401, "H401")
    refused = world.wire(REVIEWER, "zh-CN").post("/registrations", wish, "reviewer")
    answered(refused, 403, "H403")
    holds("没有" in refused.value["detail"] and refused.headers["Content-Language"] == "zh", "Chinese", refused)
    holds(refused.value["message"]["en"].startswith("This token"), "both languages for programs", refused)
    answered(world.wire(OPERATOR).get("/registrations"), 403, "H403")
    answered(world.wire(UNIVERSITY).get("/tokens"), 403, "H403")


@SYSTEMS("材料类别与填报表格", "kinds, and sheets to fill in")
def _kinds(world: World) -> None:
    told = world.wire().get("/kinds")
    codes = {kind["code"] for kind in answered(told, 200)["items"]}
    holds({"degree", "paper", "issue", "patent", "skill", "book", "receipt"} <= codes, "all kinds", told)
    sheet = world.wire().get("/kinds/degree/template", format="csv", lang="zh")
    answered(sheet, 200)
    holds("学历证书编号" in sheet.body.decode("utf-8-sig"), "Chinese headings", sheet)
    book = world.wire().get("/kinds/degree/template")
    answered(book, 200)
    holds(zipfile.is_zipfile(io.BytesIO(book.body)), "an XLSX file", book)


@SYSTEMS("不信任该链的人：站点的话不算核验", "whoever does not trust the chain: the site's word is no verdict")
def _hearsay(world: World) -> None:
    other = world.another_trust("陌生的信任文件", lambda trust: trust["chains"][0].update(chainId=2027))
    (one,) = world.remote(REVIEWER, other).verify([world.original(0)])
    if (one.verdict.value, one.site and one.site.verdict.value) != ("cannot_check", "verified"):
        raise Unmet("expected cannot_check, with “verified” as the site's word", str(one.as_json()))


@SYSTEMS(
    "凭编号比对：一致、不一致；从不透露登记的值", "by number: what is typed agrees or differs; nothing recorded is told"
)
def _matched(world: World) -> None:
    first = world.materials.rows[20]
    question: dict[str, Any] = {"kind": "degree", "number": first.certificate_number}
    typed = {"holder_name": first.name, "level": first.level, "major": "核科学与技术"}
    told = world.wire(REVIEWER).post("/matches", question | {"fields": typed})
    states = {each["field"]: each["state"] for each in answered(told, 200)["fields"]}
    expected = {"holder_name": "agrees", "level": "agrees", "major": "differs"}
    holds(expected.items() <= states.items(), "name and level agree, the major differs", told)
    holds(first.major not in str(told.value), "the recorded major is not told", told)
    other = world.wire(REVIEWER).post("/matches", question | {"fields": {"holder_name": "钱不同"}})
    holds(answered(other, 200)["verdict"] == "not_registered", "another name: nothing of that number and name", other)
    holds(first.name not in str(other.value), "the recorded name is not told", other)


@SYSTEMS(
    "演示站给出的 curl 与 chopmark --site 命令：照抄可用",
    "the lines for curl and chopmark --site that the site prints: they work",
)
def _pasted(world: World) -> None:
    shell = {"CHOPMARK_HOME": str(world.folder.home), "CHOPMARK_LANG": "en"}
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for _, about, line in over_http(world.site):
        if line.startswith("curl") and shutil.which("curl") is None:
            continue
        done = subprocess.run(
            ["sh", "-c", line],
            env={**os.environ, **shell, "PATH": path},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        expected = '"ready":true' if "readyz" in line else "verified"
        if done.returncode or expected not in done.stdout.lower():
            raise Unmet(
                f"{about}: exit code {done.returncode}", f"$ {line}\n{done.stdout[:2000]}\n{done.stderr[:2000]}"
            )
