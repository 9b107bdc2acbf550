"""A trail on a terminal, as JSON, or as CSV."""

from __future__ import annotations

import csv
import sys
from typing import Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.audit import key_names
from chopmark.cli.moments import shown
from chopmark.cli.plain import BOLD, DIM, GREEN, RED, YELLOW, columns, line, paint, plain
from chopmark.core.actors import Actor
from chopmark.core.lifeline import Entry, LeafRef
from chopmark.core.reasons import reason_wording
from chopmark.core.reference import serial
from chopmark.core.words import Standing
from chopmark.errors import StoreError
from chopmark.kinds import all_kinds
from chopmark.services.audit.as_form import Naming, as_json, rows
from chopmark.services.audit.trail import Trail
from chopmark.wording import Wording

_STANDINGS: Final = {
    Standing.LIVE: Wording("有效", "in force"),
    Standing.NOT_GRANTED: Wording("未获授权", "not accredited"),
    Standing.NOT_STARTED: Wording("尚未生效", "not yet in force"),
    Standing.EXPIRED: Wording("已到期", "expired"),
    Standing.REVOKED: Wording("已撤销", "revoked"),
    Standing.UNFLAGGED: Wording("不含签发权", "without the right to attest"),
    Standing.SUSPENDED: Wording("已暂停", "suspended"),
}
_NAMED: Final = 5
"""So many leaves of one change are named on the terminal; JSON and CSV have all."""
_BOM: Final = "\ufeff"


def show_trail(trail: Trail, form: str) -> None:
    """Print it."""
    names = key_names()
    naming = Naming(key=lambda address: names.get(address, ""), time=_time)
    if form == "json":
        T.answer(as_json(trail, naming))
    elif form == "csv":
        # Excel takes UTF-8 for the local code page unless it is told; a terminal needs no telling.
        if not sys.stdout.isatty():
            sys.stdout.write(_BOM)
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows(trail, naming))
    else:
        _Text(trail, naming).show()


def _time(seconds: int) -> str:
    return shown(seconds).replace(" ", "T") + "+08:00"


class _Text:
    """A trail for people."""

    def __init__(self, trail: Trail, naming: Naming) -> None:
        self._trail = trail
        self._naming = naming
        self._kinds = {kind.code: T.text(kind.zh, kind.en) for kind in all_kinds()}
        self._nodes = _node_names(trail)

    def show(self) -> None:
        trail = self._trail
        T.out(paint(self._subject(), BOLD))
        columns(self._facts())
        T.out("")
        for entry in trail.entries:
            self._entry(entry)
        if not trail.entries:
            line("此时尚无任何记录", "Nothing was known then")
        T.out("")
        at, count = trail.at, len(trail.entries)
        many = "entry" if count == 1 else "entries"
        T.out(
            f"共 {count} 条，读至区块 {at.number}（0x{at.hash.hex()}），时间均为北京时间",
            f"{count} {many}, read up to block {at.number} (0x{at.hash.hex()}), times are Beijing time",
        )

    def _subject(self) -> str:
        target = self._trail.target
        if target.root is None:
            return T.text("机构 ", "Institution ") + self._node(target.issuer)
        if target.index is None:
            return T.text(f"批次 {target.root.hex()}", f"Batch {target.root.hex()}")
        return T.text("凭证 ", "Credential ") + f"{target.root.hex()}/{target.index}"

    def _facts(self) -> list[tuple[str, str]]:
        trail = self._trail
        facts = [(T.text("截至", "as of"), self._moment())]
        if trail.target.root is not None:
            facts.append((T.text("签发机构", "issuer"), self._node(trail.target.issuer)))
        if trail.batch is not None:
            size, kind = trail.batch.size, self._kinds.get(trail.batch.kind, trail.batch.kind)
            many = "leaf" if size == 1 else "leaves"
            facts.append((T.text("类别", "kind"), T.text(f"{kind}，本批 {size} 条", f"{kind}, batch of {size} {many}")))
        if trail.status is not None:
            facts.append((T.text("状态", "status"), self._status()))
        if trail.key is not None:
            facts.append((T.text("签发密钥", "signing key"), self._key()))
        for kind, found in (trail.accreditation or {}).items():
            since = T.text(f"，自 {shown(found.since)}", f" since {shown(found.since)}") if found.since else ""
            at = self._node(found.at) if found.at and found.at != trail.target.issuer else ""
            where = T.text(f"（{at}）", f" ({at})") if at else ""
            said = _STANDINGS[found.standing].fact(T.language, {}) + since + where
            facts.append((T.text("授权", "accreditation"), self._kinds.get(kind, kind) + T.text("：", ": ") + said))
        return facts

    def _moment(self) -> str:
        moment = self._trail.as_of
        if moment.block is None:
            return shown(moment.time)
        return T.text(f"区块 {moment.block}，{shown(moment.time)}", f"block {moment.block}, {shown(moment.time)}")

    def _status(self) -> str:
        status = self._trail.status
        if status is None or status.batch is None:
            return T.text("未登记", "not attested")
        said, style = Wording("有效", "in force"), GREEN
        if status.superseded:
            said, style = Wording("已更正", "superseded"), RED
        elif status.revoked:
            said, style = Wording("已撤销", "revoked"), RED
        elif status.suspended:
            said, style = Wording("已中止", "suspended"), YELLOW
        text = said.fact(T.language, {})
        if status.since and style != GREEN:
            text += T.text(f"（自 {shown(status.since)}）", f" (since {shown(status.since)})")
        if status.successor:
            text += f" → {_short(status.successor)}"
        return text

    def _key(self) -> str:
        if self._trail.key is None:
            return ""
        address, record = self._trail.key
        said = f"#{record.index} 0x{address.hex()}{self._alias(address)}"
        if record.compromised_since:
            since = shown(record.compromised_since)
            said += T.text(f"，自 {since} 起报失", f", compromised since {since}")
        if record.retired:
            said += T.text(f"，{shown(record.retired)} 停用", f", retired {shown(record.retired)}")
        return said

    def _entry(self, entry: Entry) -> None:
        event = entry.logged.event
        said = [entry.wording.fact(T.language, {})]
        if entry.kind:
            said.append(self._kinds.get(entry.kind, entry.kind))
        said += self._leaves(entry)
        if entry.subject:
            said.append(f"0x{entry.subject.hex()}{self._alias(entry.subject)}")
        if entry.context and event.node != self._trail.target.issuer:
            said.append(self._node(event.node))
        if event.reason:
            reason = reason_wording(event.reason).fact(T.language, {})
            said.append(T.text(f"原因：{reason}", f"reason: {reason}"))
        other = entry.successor or entry.predecessor
        arrow = "→" if entry.successor else "←"
        link = f" {arrow} {_short(other)}" if other else ""
        block = T.text(f"区块 {event.block}", f"block {event.block}")
        text = f"{shown(event.time)}  {block}  {'  '.join(said)}{link}"
        T.out(paint(text, DIM) if entry.context else plain(text))
        doubt = T.text("  ! 报失起始时间之后，不可信", "  ! the key is reported compromised since before")
        if not self._trail.by_compromised_key(entry):
            doubt = ""
        line(f"{self._actor(entry.actor)}{doubt}  {T.text('交易', 'tx')} 0x{entry.logged.tx_hash.hex()}")

    def _leaves(self, entry: Entry) -> list[str]:
        """Which batch, in an issuer's life; which leaves, in a batch's; how many."""
        target, said = self._trail.target, []
        if entry.root and target.root is None:
            said.append(f"{entry.root.hex()[:12]}…")
        if entry.indices and target.index is None and entry.predecessor is None:
            more = "…" if len(entry.indices) > _NAMED else ""
            said.append("#" + ",".join(map(str, entry.indices[:_NAMED])) + more)
        if entry.leaves > 1:
            said.append(T.text(f"{entry.leaves} 条", f"{entry.leaves} leaves"))
        return said

    def _actor(self, actor: Actor) -> str:
        key = T.text(f"密钥 #{actor.key}", f"key #{actor.key}") if actor.key else T.text("管理密钥", "controller")
        if not actor.key and not serial(actor.node):
            key = T.text("根机构", "root authority")
        address = f" 0x{actor.address.hex()}{self._alias(actor.address)}" if actor.address else ""
        via = T.text(f"，经由密钥 #{actor.via}", f", through key #{actor.via}") if actor.via else ""
        who = "" if actor.node == self._trail.target.issuer or not serial(actor.node) else f"{self._node(actor.node)} "
        return f"{who}{key}{address}{via}"

    def _alias(self, address: bytes) -> str:
        name = self._naming.key(address)
        return T.text(f"（{name}）", f" ({name})") if name else ""

    def _node(self, node: bytes) -> str:
        number = f"No. {serial(node)}"
        if not serial(node):
            return T.text("根机构", "root authority")
        name = self._nodes.get(node, "")
        return f"{name} ({number})" if name else number


def _short(leaf: LeafRef) -> str:
    return f"{leaf.root.hex()[:12]}…/{leaf.index}"


def _node_names(trail: Trail) -> dict[bytes, str]:
    """Names of the institutions involved, as far as their published profiles are kept here."""
    if not T.site.has_store:
        return {}
    from chopmark.services.issuers import names_by_digest

    try:
        with T.site.store.read() as tx:
            profiles = names_by_digest(tx.nodes.list())
    except StoreError:
        return {}
    found = {node.id: profiles.get(node.profile) for node in trail.directory.nodes.values()}
    return {
        node: T.text(profile.name_zh, profile.name_en or profile.name_zh)
        for node, profile in found.items()
        if profile is not None
    }
