"""The demonstration site: a chain on this machine, three institutions that registered something on it, and their service."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from _demo import node
from _demo.command import Answer, CommandFailed, CommandLine
from _demo.folder import Folder
from _demo.founding import Founding
from _demo.institutions import AUTHORITY_KEY
from _demo.materials import GRADUATES, Materials, make
from _demo.say import Voice
from _demo.service import Service
from _demo.tokens import Tokens
from chopmark.chain.devnet import Devnet, DevnetError

DEPTH: Final = 2
"""Blocks on top of one that make it final here."""
_DEPLOY: Final = Path(__file__).parents[1] / "deploy.py"
_CHAIN_RESET: Final = "E503"
_REGISTRIES: Final = ("issuerRegistry", "attestationRegistry")


class Site:
    """One site in one folder; use it while holding ``folder.alone()``."""

    def __init__(self, folder: Folder, voice: Voice, port: int, service_port: int) -> None:
        self.folder = folder
        self.voice = voice
        self.chopmark = CommandLine(folder.home)
        self.service = Service(folder, self.chopmark, service_port)
        self.tokens = Tokens(folder, self.chopmark)
        self._devnet = Devnet(folder.chain, port)

    @cached_property
    def materials(self) -> Materials:
        """The demonstration material, made if it is not there."""
        return make(self.folder.materials)

    @property
    def url(self) -> str:
        """The node's address."""
        return self._devnet.url

    @property
    def alive(self) -> bool:
        """Whether the node runs."""
        return self._devnet.alive

    @property
    def node_process(self) -> int:
        """The node's process id."""
        return self._devnet.pid

    # --- starting and stopping ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Start the node and bring the site to where an earlier run left it, or to its beginning."""
        with self.voice.step(
            "演示材料（人物与机构均为虚构）", "demonstration material (all persons are invented)"
        ) as step:
            count = sum(1 for path in self.materials.folder.rglob("*") if path.is_file())
            step.add(f"：{count} 个文件", f": {count} files")
        self.folder.furnish()
        self._start_node()
        self.folder.running_at(self.url)
        if self.folder.trust.exists() and not self._stands():
            self._begin_anew()
        if self.folder.done.get("ready"):
            self._open_service()
        else:
            self._found()

    def close(self) -> None:
        """Stop service and node; the node's state is on disk when this returns."""
        self.service.stop()
        self._devnet.stop()

    def restart_node(self) -> None:
        """Start the node again after it died, and put right what it forgot."""
        self.service.stop()
        self._devnet.stop()
        self._start_node()
        if self._stands():
            self._open_service()
        else:
            self._begin_anew()
            self._found()

    def restart_service(self) -> None:
        """Start the service again after it died."""
        self.service.stop()
        self._open_service()

    def _open_service(self) -> None:
        with self.voice.step("服务", "service") as step:
            self.service.start()
            self.tokens.begin()
            self.service.wait_until_ready()
            self.tokens.hand_out(self.service.url)
            step.add(f" {self.service.url}/api/v1", f" {self.service.url}/api/v1")

    def _start_node(self) -> None:
        with self.voice.step("区块链节点", "chain node") as step:
            try:
                self._devnet.start()
            except DevnetError as trouble:
                if not self._is_damaged(trouble):
                    raise
                self._begin_anew()
            step.add(
                f" {self.url}（每秒一块，{DEPTH} 个确认）", f" {self.url} (a block each second, {DEPTH} confirmations)"
            )

    @staticmethod
    def _is_damaged(trouble: DevnetError) -> bool:
        return "damaged" in str(trouble)

    def _stands(self) -> bool:
        """Whether the chain is the one that the data belong to, after healing what can be healed."""
        self.folder.point_trust_to(self.url)
        with self.voice.step("数据库与链核对", "database against chain") as step:
            if not self._is_our_chain():
                step.add("：不是同一条链", ": another chain")
                return False
            # The service takes as long to start as the comparison takes: side by side. What was founded only in part
            # goes on without it, until there are institutions whose keys it can open.
            if self.folder.done.get("ready"):
                self.service.start()
            answer = self._worker()
            if answer.code == 0:
                step.add("：一致", ": they agree")
                return True
            if answer.error_code != _CHAIN_RESET:
                raise CommandFailed(answer)
            self.voice.line(
                "         节点丢失了最后几个区块，落后于数据库；正在补登",
                "         the node lost its last blocks and is behind the database; sending again what they held",
            )
            # That is for one who sends alone.
            self.service.stop()
            healed = self._worker("--heal").code == 0
            step.add("：已修复" if healed else "：无法修复", ": healed" if healed else ": beyond healing")
            return healed

    def _is_our_chain(self) -> bool:
        """Whether the node has the block 0 and the contracts that the trust file names."""
        trusted = json.loads(self.folder.trust.read_text(encoding="utf-8"))["chains"][0]
        genesis = node.ask(self.url, "eth_getBlockByNumber", "0x0", False)["hash"]
        registry = trusted["registries"][0]
        codes = [node.ask(self.url, "eth_getCode", registry[name], "latest") for name in _REGISTRIES]
        return bool(genesis == trusted["genesis"] and all(code != "0x" for code in codes))

    def _worker(self, *words: str) -> Answer:
        return self.chopmark.run("worker", *words, "--json", expect=None)

    def _begin_anew(self) -> None:
        """Put what belongs to a chain that is gone aside, and start with a new chain."""
        self.service.stop()
        self._devnet.stop()
        aside = self.folder.set_aside(dt.datetime.now(dt.UTC).astimezone())
        self.voice.line(
            f"         链已不是原来的链；原数据移至 {aside}，从头开始",
            f"         the chain is not the one it was; the old data are now in {aside}; beginning anew",
        )
        self.folder.furnish()
        self._devnet.start()
        self.folder.running_at(self.url)

    # --- the beginning ------------------------------------------------------------------------------------------------

    def _found(self) -> None:
        founding = Founding(self.folder, self.chopmark, self.voice)
        with self.voice.step("七把密钥", "seven keys"):
            addresses = founding.keys()
            node.fund(self.url, addresses.values())
        with self.voice.step("部署合约", "contracts"):
            self._deploy(addresses[AUTHORITY_KEY])
        with self.voice.step(
            "授权三家机构：大学、期刊社、专利局", "accredit a university, a publisher, a patent office"
        ):
            founding.institutions()
        # The service and its tokens cost processor time, registering waits for blocks: side by side nobody waits longer.
        with ThreadPoolExecutor(max_workers=1) as beside:
            service = beside.submit(self._open_service)
            with self.voice.step(
                f"登记：名单 {GRADUATES} 人、论文、目次、专利", f"register {GRADUATES} graduates, papers, patents"
            ):
                founding.register(self.materials)
            service.result()
        self.folder.finish(registered_by_block=int(node.ask(self.url, "eth_blockNumber"), 16))
        with self.voice.step("撤销一份证书", "revoke one certificate"):
            founding.revoke(self.materials)
        self.folder.finish(ready=True)

    def _deploy(self, authority: str) -> None:
        """Deploy with the authority's key, by the script that deploys on any chain."""
        if self.folder.trust.exists():
            return
        words = ["--rpc", self.url, "--trust", str(self.folder.trust), "--name", "devnet"]
        words += ["--finality", f"confirmations:{DEPTH}", "--lang", self.voice.language]
        keystore = ["--keystore", str(self.folder.home / "keys" / f"{AUTHORITY_KEY}.json")]
        passphrase = ["--passphrase-file", str(self.folder.passphrase)]
        done = subprocess.run(
            [sys.executable, str(_DEPLOY), *words, *keystore, *passphrase],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(Answer(("(scripts/deploy.py)",), done.returncode, done.stdout, done.stderr, 0.0))

    # --- looking at it ------------------------------------------------------------------------------------------------

    @property
    def registered_by_block(self) -> int:
        """A block by which everything was registered and nothing revoked yet."""
        return int(self.folder.done["registered_by_block"])

    def addresses(self, chopmark: CommandLine | None = None) -> Mapping[str, str]:
        """The site's keys: addresses by name."""
        keys: list[dict[str, Any]] = (chopmark or self.chopmark).run("key", "list", "--json").value
        return {str(key["name"]): str(key["address"]) for key in keys}

    def transactions(self) -> int:
        """How many transactions the site's keys have sent."""
        return node.transactions(self.url, self.addresses().values())

    def fund(self) -> None:
        """Give coin to keys that have none."""
        node.fund(self.url, self.addresses().values())

    def attested(self, alias: str) -> int:
        """How many leaves an institution has attested on the chain, as an auditor sees it."""
        entries = self.chopmark.run("audit", "issuer", alias, "--json").value["entries"]
        return sum(entry["leaves"] or 1 for entry in entries if entry["operation"] == "attested")
