"""A chain on this machine, for trying things out: anvil, started directly, its state kept on disk.

>>> with Devnet(folder, port=8545) as devnet:   # doctest: +SKIP
...     deploy(Rpc(devnet.url), LocalSigner(DEV_KEYS[0]), ...)

The native program is started, not npm's wrapper, which leaves it behind when it is killed.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from chopmark.chain.devstate import DevState
from chopmark.chain.rpc import Rpc
from chopmark.errors import ChainError, Unreachable
from chopmark.wording import Wording

CHAIN_ID = 31337
READY_SECONDS = 30.0
STOP_SECONDS = 20.0
STATE_SECONDS = 2
SETTLE = 3
"""Blocks mined after a restart: anvil forgets the states below the newest, and readers read a few blocks below it."""

DEV_KEYS: tuple[bytes, ...] = tuple(
    bytes.fromhex(key)
    for key in (
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
        "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
        "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
        "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
        "dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97",
        "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
    )
)
"""WORTHLESS: anvil's published accounts, known to everybody. Whatever they hold anywhere else is gone at once."""


class DevnetError(ChainError):
    """The devnet cannot be started."""

    code = "E507"
    exit_code = 2
    wording = Wording("开发链无法启动：{why}", "The devnet cannot be started: {why}", "{fix_zh}", "{fix_en}")


class Devnet:
    """One anvil with its state under ``folder``; a second start goes on where the first one stopped.

    ``block_time``: seconds between blocks; 0 mines a block for each transaction. Only this machine can reach it.
    Killed, it comes back with the state of a few seconds before.
    """

    def __init__(self, folder: Path, port: int, block_time: float = 1, chain_id: int = CHAIN_ID) -> None:
        self._folder = folder
        self._port = port
        self._block_time = block_time
        self._chain_id = chain_id
        self._state = DevState(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = -1

    @property
    def url(self) -> str:
        """Its JSON-RPC address."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def alive(self) -> bool:
        """Whether the node that this object started still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The node's process; 0 if it was not started here."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Starts the node and returns when it answers. Raises ``DevnetError``."""
        if self.alive:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self._check_port()
            if not self._state.recover():
                raise _error(
                    Wording("状态文件 {path} 已损坏", "the state file {path} is damaged").filled(path=self._state.path),
                    f"删除 {self._folder} 即可从新链开始",
                    f"Delete {self._folder} to begin with a new chain",
                )
            loaded = self._state.exists
            self._spawn()
            self._wait_until_ready()
            if loaded:
                Rpc(self.url).call("anvil_mine", hex(SETTLE))
        except BaseException:
            self.stop()
            raise
        self._state.keep_on()

    def stop(self) -> None:
        """Stops the node and waits until its state is on disk. Harmless if it does not run."""
        self._state.close()
        if self._process is not None:
            self._end(self._process)
            self._state.keep()
            self._process = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _take_lock(self) -> None:
        """One node for one folder. The lock goes to the child as well, so that it holds as long as either lives."""
        if self._lock >= 0:  # left by a node that died
            os.close(self._lock)
        self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(self._lock, 20, 0).decode("ascii", "replace") or "?"
            os.close(self._lock)
            self._lock = -1
            raise _error(
                Wording("目录 {folder} 正被进程 {pid} 使用", "process {pid} is using {folder}").filled(
                    folder=self._folder, pid=pid
                ),
                f"请先停止它：kill {pid}",
                f"Stop it first: kill {pid}",
            ) from None

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self._port))
            except OSError as fault:
                raise _error(
                    Wording("端口 {port} 不可用（{reason}）", "port {port} cannot be used ({reason})").filled(
                        port=self._port, reason=fault.strerror
                    ),
                    "请停止占用它的程序，或换一个端口",
                    "Stop what uses it, or choose another port",
                ) from None

    def _spawn(self) -> None:
        command = [
            str(find_anvil()),
            "--host",
            "127.0.0.1",
            "--port",
            str(self._port),
            "--chain-id",
            str(self._chain_id),
        ]
        command += ["--state", str(self._state.path), "--state-interval", str(STATE_SECONDS), "--quiet", "--no-cors"]
        command += ["--cache-path", str(self._folder / "states")]
        command += ["--block-time", f"{self._block_time:g}"] if self._block_time else []
        with (self._folder / "anvil.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  (the program that find_anvil names, no shell)
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(self._lock,),
            )
        os.pwrite(self._lock, f"{self._process.pid:<20}".encode(), 0)

    def _wait_until_ready(self) -> None:
        rpc = Rpc(self.url, timeout=2)
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self.alive:
            try:
                rpc.call("eth_chainId")
                return
            except Unreachable:
                time.sleep(0.02)
        said = (self._folder / "anvil.log").read_text("utf-8", "replace").strip()[-500:]
        raise _error(
            Wording("anvil 没有就绪（{said}）", "anvil does not get ready ({said})").filled(said=said),
            f"详见 {self._folder / 'anvil.log'}",
            f"See {self._folder / 'anvil.log'}",
        )


def find_anvil() -> Path:
    """The anvil program: ``CHOPMARK_ANVIL``, else a package in ``node_modules``, else on the path.

    Raises ``DevnetError``.
    """
    named = os.environ.get("CHOPMARK_ANVIL")
    if named:
        candidates = [Path(named)]
    else:
        machine = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
        package = f"node_modules/@foundry-rs/anvil-{platform.system().lower()}-{machine}/bin/anvil"
        roots = (Path(__file__).parents[3], Path.cwd())
        candidates = [root / package for root in roots] + [Path(sys.prefix, "bin", "anvil")]
        candidates += [Path(found)] if (found := shutil.which("anvil")) else []
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    places = ", ".join(str(candidate) for candidate in candidates)
    raise _error(
        Wording("找不到 anvil（{places}）", "anvil is not here ({places})").filled(places=places),
        "请运行 scripts 中的安装步骤（npm ci），或用 CHOPMARK_ANVIL 指定程序",
        "Install it (npm ci), or name it with CHOPMARK_ANVIL",
    )


def _error(why: Wording, fix_zh: str, fix_en: str) -> DevnetError:
    return DevnetError(why=why, fix_zh=fix_zh, fix_en=fix_en)
