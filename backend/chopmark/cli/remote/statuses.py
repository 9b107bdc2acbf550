"""``chopmark revoke | suspend | resume --site URL``, and what waits at a site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.remote.saying import out, say_proof
from chopmark.cli.remote.site import connect, only_here, own_issuer
from chopmark.errors import InputError, Refused, UnknownThing, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.client import SiteClient
    from chopmark.client.answers import Changed
    from chopmark.client.statuses import StatusVerb
    from chopmark.core.words import Op

_VERBS: Final[dict[str, StatusVerb]] = {"REVOKED": "revoke", "SUSPENDED": "suspend", "RESUMED": "resume"}
_COMMITMENT: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
RECENT: Final = 20
"""Submissions that ``status`` looks at."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A credential that somebody means: its commitment (hex), and its bundle if it had to be looked into or was at hand."""

    id: str
    bundle: bytes | None = None


def change(op: Op, ids: Sequence[str], reason: str, issuer: str, *, by_sheet: bool = False) -> None:
    """Change the status of credentials, all or none; each is looked up first, so that what is meant can be said.

    Done is what the chain says, read at one's own node. Exits with 1 if it refutes the site, with 3 if it cannot be asked.
    """
    from chopmark.client.errors import SiteContradicted
    from chopmark.core.reasons import find_reason
    from chopmark.core.verdict import State

    serial = own_issuer(issuer)
    if by_sheet:
        raise only_here(f"{_VERBS[op.name]} --sheet")
    if not reason:
        raise UsageError(why=_NO_REASON)
    code, verb = find_reason(reason), _VERBS[op.name]
    site = connect()
    meant = {found.id: found for found in (find_meant(site, text, serial) for text in ids)}
    taken = site.change(verb, list(meant), code.name)
    done = site.wait_change(taken.id)
    if done.state == "to_sign":
        T.answer({"id": done.id, "state": done.state})
        out(f"{done.id} 等待本机构签名", f"{done.id} waits for the institution's signature")
        raise typer.Exit(3)
    if done.state != "done" or done.refused:
        raise Refused(
            why=_FINAL, fix_zh="用 chopmark audit credential 查看其经历", fix_en="See chopmark audit credential"
        )
    bundles = {each.id: each.bundle for each in meant.values() if each.bundle is not None}
    told, proof = site.prove_change(done, verb, list(meant), bundles=bundles)
    if proof.state is State.INVALID:
        raise SiteContradicted(site=site.url, findings=proof.findings)
    _say_changed(told)
    say_proof(proof)
    if proof.state is not State.VALID:
        raise typer.Exit(3)


def _say_changed(told: Sequence[Changed]) -> None:
    T.answer(
        [
            {
                "id": each.id,
                "label": each.label,
                "already": each.already,
                "transaction": each.transaction or None,
                "block": each.block,
            }
            for each in told
        ]
    )
    for each in told:
        where = T.text(f"已上链，区块 {each.block}", f"done, block {each.block}")
        before = T.text("此前已是该状态", "it was so already")
        out(f"{each.id[:16]}  {each.label}  {before if each.already else where}")


def commitment_of(site: SiteClient, text: str) -> str:
    """The commitment (hex) of the one credential that ``text`` means."""
    return find_meant(site, text).id


def status() -> None:
    """Whom the token stands for, what is on its way, what waits for a signature."""
    site = connect()
    me = site.me()
    way: list[dict[str, object]] = []
    if "registrations:read" in me.scopes:
        recent = [each for each, _ in zip(site.registrations(), range(RECENT), strict=False)]
        way = [
            {"id": r.id, "state": r.state, "count": r.count} for r in recent if r.state not in ("registered", "refused")
        ]
    open_ = [r.document for r in site.signing_requests()] if "signatures:read" in me.scopes else []
    queue = site.queue() if "queue:read" in me.scopes else None
    until = me.expires_at.isoformat() if me.expires_at else None
    T.answer(
        {
            "site": site.url,
            "token": {"name": me.name, "role": me.role, "institution": me.institution or None, "expires_at": until},
            "registrations": way,
            "signing_requests": [{name: each.get(name) for name in ("id", "state", "signer")} for each in open_],
            "queue": queue,
        }
    )
    who = me.institution or "-"
    out(
        f"站点 {site.url}：令牌 {me.name}（{me.role}，机构 {who}），有效至 {until}",
        f"Site {site.url}: token {me.name} ({me.role}, institution {who}), valid until {until}",
    )
    for each in way:
        out(f"  {each['id']}  {each['count']} 条  {each['state']}", f"  {each['id']}  {each['count']}  {each['state']}")
    for request in open_:
        out(f"  {request['id']}  待签名", f"  {request['id']}  to be signed")
    if queue is not None:
        out("  " + "  ".join(f"{name} {value}" for name, value in queue.items() if isinstance(value, (int, str))))


def find_meant(site: SiteClient, text: str, serial: int | None = None) -> Meant:
    """What a bundle's path, a commitment, or a number as printed means. ``serial``: of the only institution that may be meant.

    Whose number it is the site says, so its bundle is opened: it must hold that number. Raises ``SiteContradicted`` if not.
    """
    if (path := Path(text)).is_file():
        found = _of_bundle(path)
        return Meant(site.credential(found.id).id, found.bundle) if serial is None else _of(site, found.id, serial)
    text = text.strip()
    if _COMMITMENT.fullmatch(text):
        return Meant(site.credential(text).id) if serial is None else _of(site, text, serial)
    listed = [each for each, _ in zip(site.credentials(number=text), range(3), strict=False)]
    if not listed:
        raise UnknownThing(what=_WHAT, name=text, known=_HINT)
    if len(listed) > 1:
        ids = ", ".join(each.id[:16] for each in listed)
        raise InputError(
            place=text,
            why=_SEVERAL.filled(ids=ids),
            fix_zh="请给出其中一个的完整承诺值",
            fix_en="Give the whole commitment of one of them",
        )
    return _of(site, listed[0].id, serial, text)


def _of(site: SiteClient, id_: str, serial: int | None, number: str = "") -> Meant:
    """A credential whose bundle the site gives: of this institution and this number, as far as they are named."""
    from chopmark.client.errors import SiteContradicted
    from chopmark.client.wanted import claims_in
    from chopmark.core.finding import Finding
    from chopmark.core.reference import serial as serial_of
    from chopmark.kinds import find_kind
    from chopmark.services.find import numbers_meant

    opened, data = site.opened(id_)
    kind = find_kind(opened.payload.kind)
    why = None
    if serial not in (None, serial_of(opened.payload.issuer)):
        why = _OTHER_OFFICE.filled(id=id_, issuer=serial_of(opened.payload.issuer))
    elif number and not {*numbers_meant(number)} & {*kind.numbers(claims_in(kind, opened))}:
        why = _OTHER_NUMBER.filled(id=id_, number=number)
    if why is not None:
        raise SiteContradicted(site=site.url, findings=(Finding("S021", {"why": why}),))
    return Meant(id_, data)


def _of_bundle(path: Path) -> Meant:
    from chopmark.core.bundle import MAX_LENGTH, open_bundle, read_bundle

    with path.open("rb") as stream:
        data = stream.read(MAX_LENGTH + 1)
    return Meant(open_bundle(read_bundle(data)).commitment.hex(), data)


_OTHER_OFFICE: Final = Wording("{id} 属于机构 {issuer} 号", "{id} is institution {issuer}'s")
_OTHER_NUMBER: Final = Wording("{id} 的编号不是 {number}", "the number of {id} is not {number}")
_NO_REASON: Final = Wording("请用 --reason 给出原因", "say why with --reason")
_WHAT: Final = Wording("已登记的凭证", "registered credential")
_HINT: Final = Wording("凭证包、64 位承诺值或证书编号", "a bundle, a commitment of 64 digits, or a number")
_SEVERAL: Final = Wording("对应多个凭证：{ids}", "it means several credentials: {ids}")
_FINAL: Final = Wording(
    "其中有凭证已被撤销或替代，状态不能再变更", "some of them are revoked or superseded, which is final"
)
