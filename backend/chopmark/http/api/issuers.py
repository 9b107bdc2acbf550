"""Institutions: public facts, as the registry told them up to the newest final block that the site followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Path

from chopmark.core.directory import Directory, NodeState
from chopmark.core.profile import Profile
from chopmark.core.transaction import BlockRef
from chopmark.core.words import GrantFlag, GrantRecord, KeyRecord, Role
from chopmark.http.cursors import Page, Paging, paging
from chopmark.http.here import Here
from chopmark.http.models.base import Said, block_of, moment
from chopmark.http.models.issuers import CoverageOut, GrantOut, IssuerFacts, KeyOut
from chopmark.http.problems import NotFound
from chopmark.http.routes import Router, declared
from chopmark.http.service import Service
from chopmark.services.accredit import ROLES
from chopmark.services.issuers import names_by_digest
from chopmark.services.verify.as_json import web_address

router = Router(tags=["issuers"])

READ = "issuers:read"
MOST_SERIAL = 2**63 - 1
Number = Annotated[int, Path(ge=0, le=MOST_SERIAL, description="serial number on the chain", examples=[7])]


@router.get("/issuers", **declared(READ), operation_id="issuers", summary="机构名录 · institutions")
def listing(
    here: Here,
    page: Annotated[Paging, paging("issuers")],
) -> Page[IssuerFacts]:
    """All that the registry knows, by number; 0 is the root authority."""
    after = int(page.after[0]) if page.after else -1
    book = _book(here)
    states = sorted((n for n in book.directory.nodes.values() if n.serial > after), key=lambda n: n.serial)
    items = [book.told(state) for state in states[: page.limit]]
    more = page.next((states[page.limit - 1].serial,)) if len(states) > page.limit else None
    return Page(items=items, next=more)


@router.get("/issuers/{number}", **declared(READ, 404), operation_id="issuer", summary="一个机构 · one institution")
def show(number: Number, here: Here) -> IssuerFacts:
    """Its names as it published them, its accreditations and how they stand, its keys."""
    book = _book(here)
    state = book.directory.by_serial(number)
    if state is None:
        raise NotFound
    return book.told(state)


@dataclass(frozen=True, slots=True)
class _Book:
    """The registry at a block, and the profiles that are at hand."""

    directory: Directory
    profiles: Mapping[bytes, Profile]
    chain_id: int
    at: BlockRef

    def told(self, state: NodeState) -> IssuerFacts:
        """Everything public about an institution."""
        profile = self.profiles.get(state.profile)
        return IssuerFacts(
            number=state.serial,
            id=state.id.hex(),
            name=Said(zh=profile.name_zh, en=profile.name_en or profile.name_zh) if profile else None,
            uscc=(profile.uscc or None) if profile else None,
            site=web_address(state.site) or None,
            profile=(state.profile or bytes(32)).hex(),
            controller="0x" + state.controller.hex(),
            registered_by=state.registrar,
            registered_at=moment(state.registered_at[1]),
            coverage=[CoverageOut(kind=c.kind, since=c.since or None) for c in profile.coverage] if profile else [],
            grants=[self._grant(state, kind, grant) for kind, grant in sorted(state.grants.items())],
            keys=[_key(address, key) for address, key in sorted(state.keys.items(), key=lambda pair: pair[1].index)],
            read_at=block_of(self.chain_id, self.at),
        )

    def _grant(self, state: NodeState, kind: str, grant: GrantRecord) -> GrantOut:
        needed = GrantFlag.ATTEST if GrantFlag.ATTEST in grant.flags else GrantFlag.ACCREDIT
        standing = self.directory.standing(state.id, kind, self.at.time, needed).standing
        may = [
            name
            for name, flag in (("attest", GrantFlag.ATTEST), ("accredit", GrantFlag.ACCREDIT))
            if flag in grant.flags
        ]
        return GrantOut.model_validate(
            {
                "kind": kind,
                "standing": standing.name.lower(),
                "may": may,
                "by": grant.parent,
                "start": moment(grant.start),
                "until": _time(grant.until),
                "suspended": _time(grant.suspended),
                "revoked": _time(grant.revoked),
            }
        )


def _book(here: Service) -> _Book:
    """The registry as this site followed it; where nobody follows, it is followed now. Raises ``Unreachable``."""
    site = here.site
    with site.ledger.read() as tx:
        cursor = tx.history.cursor()
        events = tx.history.events(registry="issuer") if cursor is not None else []
        rows = tx.nodes.list()
    if cursor is None:
        site.worker().follow()
        with site.ledger.read() as tx:
            cursor, events = tx.history.cursor(), tx.history.events(registry="issuer")
    assert cursor is not None
    return _Book(Directory.replay(events), names_by_digest(rows), site.home.chain_id, cursor)


def _key(address: bytes, key: KeyRecord) -> KeyOut:
    return KeyOut.model_validate(
        {
            "index": key.index,
            "address": "0x" + address.hex(),
            "roles": _roles(key.roles),
            "added": moment(key.added),
            "retired": _time(key.retired),
            "compromised_since": _time(key.compromised_since),
        }
    )


def _roles(mask: Role) -> list[str]:
    return [name for name, role in ROLES.items() if role in mask]


def _time(seconds: int) -> datetime | None:
    return moment(min(seconds, _LATEST)) if seconds else None


_LATEST = 253_402_214_400
"""The last second that can be written as a date of four digits; on the chain an accreditation may end later."""
