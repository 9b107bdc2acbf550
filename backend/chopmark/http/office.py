"""The caller's institution at work: who it is here, with which key, and whether the chain lets it."""

from __future__ import annotations

from datetime import date

from chopmark.core.words import Role
from chopmark.http.auth import Caller
from chopmark.http.service import Service
from chopmark.services.acting import Acting, at_work, check_key, day_of, institution
from chopmark.services.pipeline.progress import Progress
from chopmark.services.submit.registration import Asked


def acting(service: Service, caller: Caller) -> Acting:
    """The institution of a token that acts for one.

    Raises ``InputError`` while it is not accredited, ``KeystoreError`` if no key of it is known here, ``Unreachable`` if
    only the chain could say.
    """
    with service.site.ledger.read() as tx:
        row = institution(tx.nodes, caller.institution)
    return at_work(row, lambda: service.site.desk().nodes)


def require_key(service: Service, who: Acting, *roles: Role) -> None:
    """Ask the chain, before anything is written, whether the institution's key may do this.

    Raises ``KeystoreError``, ``Unreachable``, ``WrongChain``.
    """
    for role in roles:
        check_key(service.site.chain, who, service.site.key_address(who.key), role)


def asked(service: Service, caller: Caller, who: Acting) -> Asked:
    """Who asks for what, now."""
    return Asked(who.node, caller.token_id, int(service.site.clock()))


def today(service: Service) -> date:
    """The day in Asia/Shanghai."""
    return day_of(service.site.clock())


def progress(service: Service) -> Progress | None:
    """Where the worker beside this process last saw things; None if another process moves the queue."""
    return service.background.progress if service.background is not None else None
