"""What the operator of the site sees: crashes, restarts, a clean end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from _demo import node
from _demo.claims import degree_fields
from _demo.expectation import Part, Unmet, answered, exits, holds, says
from _demo.institutions import UNIVERSITY
from _demo.people import graduates
from _demo.tokens import REVIEWER
from _demo.wire import Wire
from _demo.world import World

OPERATOR: Final = Part("运维", "Operator")
AFTERWARDS: Final = Part("停止与再次启动", "Stopping and starting again")
_DEV: Final = Path(__file__).parents[1] / "dev.py"
_QUICK: Final = 10.0
"""Seconds that a second start may take here, where other work shares the machine; alone it takes half of that."""
_PROMPT: Final = 5.0
"""Seconds that its end may take; alone it takes less than two."""


@OPERATOR("状态：队列为空，已同步到最终区块", "status: nothing waits, followed to the final block")
def _status(world: World) -> None:
    answer = world.registrar.run("status", "--json")
    holds(not any(answer.value["pending"].values()) and not answer.value["inFlight"], "nothing waits", answer)


@OPERATOR("同一目录的第二个演示站：说明已在运行", "a second site in the same folder: told that one runs")
def _second(world: World) -> None:
    command = [sys.executable, str(_DEV), "--folder", str(world.folder.root), "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 1 or "running already" not in done.stderr or str(os.getpid()) not in done.stderr:
        raise Unmet(f"exit code {done.returncode}", done.stdout + done.stderr)


@OPERATOR(
    "节点被强行结束、丢失最后区块：重启后补登，凭证仍有效", "the node is killed and forgets: healed, nothing is lost"
)
def _killed_node(world: World) -> None:
    (graduate,) = graduates(1, seed=123, year=2022)
    fields = [word for name, value in degree_fields(graduate).items() for word in ("--field", f"{name}={value}")]
    bundles = world.desk / "节点重启"
    whose = ("--kind", "degree", "--issuer", UNIVERSITY.alias, "--bundles", bundles)
    earlier = {path: path.read_bytes() for path in world.folder.chain.glob("*.json")}
    world.registrar.run("register", *whose, *fields)
    os.kill(world.site.node_process, signal.SIGKILL)
    while world.site.alive:
        time.sleep(0.05)
    for path, content in earlier.items():
        path.write_bytes(content)
    world.site.restart_node()
    (bundle,) = bundles.glob("*.chopmark.json")
    says(world.verify(bundle), "verified", 0)
    says(world.verify(world.original(0), world.bundle(0)), "verified", 0, "V001")


@OPERATOR("修复之后，数据库与链仍一致", "after healing, database and chain agree")
def _agree(world: World) -> None:
    exits(world.registrar.run("audit", "rebuild", "--json", expect=None), 0)


@OPERATOR("没有任何命令留下后台进程", "no command has left a process behind")
def _no_orphans(world: World) -> None:
    if left := _processes(world) - {world.site.node_process, world.site.service.pid}:
        raise Unmet(f"processes {sorted(left)} still use the folder")


@AFTERWARDS("停止后，节点与命令全部结束", "after stopping, no process is left")
def _stopped(world: World) -> None:
    if left := _processes(world):
        raise Unmet(f"processes {sorted(left)} still use the folder")


@AFTERWARDS(
    "再次启动：很快，数据与服务都在；Ctrl-C 后全部结束",
    "started again: quick, data and service are there; Ctrl-C ends all",
)
def _again(world: World) -> None:
    began = time.monotonic()
    with _started(world) as (site, service, said):
        seconds = time.monotonic() - began
        answered(Wire(service, world.site.tokens.of(REVIEWER)).get("/me"), 200)
        says(world.registrar.run("verify", "--json", world.original(0), expect=None), "verified", 0, "V001")
        told = time.monotonic()
        site.send_signal(signal.SIGINT)
        rest = site.communicate(timeout=30)[0]
        ended = time.monotonic() - told
    if site.returncode != 0 or "saved" not in rest:
        raise Unmet(f"exit code {site.returncode}", said + rest)
    if seconds > _QUICK or ended > _PROMPT:
        raise Unmet(f"it took {seconds:.1f} s to start and {ended:.1f} s to end", said)
    if left := _processes(world):
        raise Unmet(f"processes {sorted(left)} are left")


@AFTERWARDS(
    "演示站被强行结束：下次启动清理留下的进程", "the site itself is killed: the next start ends what it left behind"
)
def _killed_site(world: World) -> None:
    with _started(world) as (site, service, _):
        site.kill()
        site.communicate()
    holds(
        Wire(service).root("/healthz").status == 200, "the service goes on for nobody", Wire(service).root("/healthz")
    )
    with _started(world) as (site, service, said):
        site.send_signal(signal.SIGINT)
        site.communicate(timeout=30)
    if said.count("left behind") != 2:
        raise Unmet("service and node of the killed run should be named", said)
    if left := _processes(world):
        raise Unmet(f"processes {sorted(left)} are left")


@contextlib.contextmanager
def _started(world: World) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """`dev.py` once more in the site's folder, ready: the process, the service's address, what it said."""
    ports = ("--port", str(node.free_port()), "--service-port", str(port := node.free_port()))
    command = [sys.executable, "-u", str(_DEV), "--folder", str(world.folder.root), *ports, "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as site:
        assert site.stdout is not None
        said = []
        for line in site.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        try:
            yield site, f"http://127.0.0.1:{port}", "".join(said)
        finally:
            if site.poll() is None:
                site.send_signal(signal.SIGINT)
                site.communicate(timeout=30)


def _processes(world: World) -> set[int]:
    """Processes, other than this one, whose command names the site's folder."""
    root, found = os.fsencode(world.folder.root), set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if root in (entry / "cmdline").read_bytes():
                    found.add(int(entry.name))
            except OSError:
                continue
    return found
