"""What every command of a registrar begins with: which institution, with which key, and whether the chain lets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from datetime import date

    from chopmark.core.finding import Finding
    from chopmark.core.words import Role
    from chopmark.kinds import Kind
    from chopmark.services.acting import Acting
    from chopmark.services.pipeline import KeyRing


def acting(alias: str) -> Acting:
    """The institution of this alias; without one, the only one here that has a working key.

    Raises ``UnknownThing``, ``UsageError`` if several could be meant, ``InputError`` if it is not accredited yet.
    """
    from chopmark.services.acting import at_work, institution

    with T.site.ledger.read() as tx:
        row = institution(tx.nodes, alias)
    return at_work(row, lambda: T.site.desk().nodes)


def check_key(who: Acting, role: Role) -> None:
    """Ask the chain, before anything is written, whether the working key may.

    Raises ``KeystoreError``, ``Unreachable``, ``WrongChain``.
    """
    from chopmark.services.acting import check_key as check

    check(T.site.chain, who, T.site.key_address(who.key), role)


def accreditation_finding(kind: Kind, who: Acting) -> Finding | None:
    """I003 if the chain would refuse what the institution wants to register; None if it may.

    Raises ``Unreachable``, ``WrongChain``.
    """
    from chopmark.services.acting import accreditation_finding as finding

    return finding(T.site.chain, kind, who)


def key_ring(who: Acting) -> KeyRing:
    """The institution's key, opened; where another key pays, that one as well, and neither if the first is elsewhere."""
    from chopmark.services.pipeline import KeyRing

    if not who.payer:
        return KeyRing({who.node: T.site.signer(who.key)})
    if not T.site.holds(who.key):
        return KeyRing({})
    return KeyRing({who.node: T.site.signer(T.site.stored_name(who.key))}, (T.site.signer(who.payer),))


def today() -> date:
    """The day in Asia/Shanghai."""
    from chopmark.services.acting import day_of

    return day_of(T.site.clock())
