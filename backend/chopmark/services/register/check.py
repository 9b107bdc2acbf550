"""A registration as examined: against its kind, against what is registered, against what the chain allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chopmark.core.finding import Finding
from chopmark.errors import Unreachable
from chopmark.kinds import Kind
from chopmark.services.pipeline.plan import Plan, plan
from chopmark.services.ports import Store
from chopmark.services.register.draft import Drafted
from chopmark.services.register.weigh import Weighed


@dataclass(frozen=True, slots=True)
class Checked:
    """Input as examined.

    ``findings``: all that refuses it. ``unasked``: why the chain could not be asked, if a dry run went on without. ``aside``: rows that
    are handed back and not registered, with what is wrong with each (see ``set_aside``).
    """

    kind: Kind
    drafted: Drafted
    weighed: Weighed
    findings: tuple[Finding, ...]
    unasked: Unreachable | None = None
    aside: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person should look at, and what is passed over: registered already (I002), or revoked (I006)."""
        known = len(self.weighed.known)
        skipped = (Finding("I002", {"n": self.drafted.rows, "k": known}),) if known else ()
        return (*self.drafted.warnings, *skipped, *self.weighed.ended)


def check(
    kind: Kind, drafted: Drafted, weighed: Weighed, accredited: Callable[[], Finding | None], *, needs_chain: bool
) -> Checked:
    """With what the chain allows. ``accredited``: asks it, see ``acting.accreditation_finding``.

    ``needs_chain``: something is going to be registered, so it must be asked: then ``Unreachable`` is raised. Without, a
    silent chain is told in ``unasked``.
    """
    findings = (*drafted.findings, *weighed.findings)
    if needs_chain and (findings or not weighed.new):
        return Checked(kind, drafted, weighed, findings)  # nothing will be registered, so nothing need be asked
    try:
        refused = accredited()
    except Unreachable as fault:
        if needs_chain:
            raise
        return Checked(kind, drafted, weighed, findings, fault)
    return Checked(kind, drafted, weighed, (*findings, *([refused] if refused else [])))


def planned(store: Store, issuer: bytes, checked: Checked) -> Plan | None:
    """What registering would take, with all that waits already; None for what is refused."""
    new = len(checked.weighed.new)
    return None if checked.findings else plan(store, {(issuer, checked.kind.code): new} if new else {})


def as_json(checked: Checked, plan_: Plan | None) -> dict[str, object]:
    """What was found and what would happen, for programs; every face says the same."""
    told: dict[str, object] = {
        "kind": checked.kind.code,
        "rows": checked.drafted.rows,
        "new": len(checked.weighed.new),
        "known": len(checked.weighed.known),
        "findings": [f.as_json() for f in checked.findings],
        "warnings": [w.as_json() for w in checked.warnings],
        "headings": [heading.as_json() for heading in checked.drafted.headings],
        "plan": {"transactions": plan_.transactions, "computation": plan_.gas} if plan_ else None,
        "chain": checked.unasked.as_json() if checked.unasked else None,
    }
    if checked.aside:
        told["set_aside"] = [f.as_json() for findings in checked.aside.values() for f in findings]
    return told
