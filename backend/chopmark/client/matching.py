"""Asking by number: the site's word, and as much of it as the chain can bear out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chopmark.client.answers import Document, attestation_of
from chopmark.client.connected import Connected
from chopmark.client.proving import Proof, prove_leaf
from chopmark.client.registering import Fields
from chopmark.client.transport import json_body
from chopmark.core.finding import Finding
from chopmark.core.reference import AttestationId
from chopmark.core.verdict import State, Verdict


@dataclass(frozen=True, slots=True)
class Matched:
    """A site's answer by number. It is the site's word: without a bundle nobody can see which credential a leaf is of.

    ``fields``: for each typed field whether the record agrees. ``proof``: one's own look whether the attestation that the
    site names stands on the chain with the status that its verdict tells.
    """

    verdict: Verdict
    level: str
    kind: str
    fields: tuple[tuple[str, str], ...]
    attestation: AttestationId | None
    issuer: bytes
    findings: tuple[Finding, ...]
    proof: Proof
    document: Document = field(repr=False)

    @property
    def differences(self) -> tuple[Finding, ...]:
        """Contradictions between the site's word and the chain."""
        return self.proof.findings if self.proof.state == "invalid" else ()


class Matching(Connected):
    """The reviewer who holds a number and no bundle."""

    def match(self, number: str, fields: Fields, *, kind: str = "", issuer: int | None = None) -> Matched:
        """Whether the record of this number says what was typed; never what it says.

        It cannot be checked like a bundle, so it is and stays the site's word. Only that the attestation which the site
        names is on the chain, with the status that its verdict tells, is seen here (``proof``). Raises ``SiteRefused``.
        """
        wish: dict[str, object] = {"number": number, "fields": _plain(fields)}
        wish |= {"kind": kind} if kind else {}
        wish |= {"issuer": issuer} if issuer is not None else {}
        told = self._asked("/matches", json_body(wish))
        try:
            verdict = Verdict(told.text("verdict"))
        except ValueError:
            raise told.broken("verdict") from None
        leaf, institution = attestation_of(told, "attestation"), told.maybe_inner("issuer")
        node = institution.octets("id", 32) if institution else b""
        proof = Proof(State.SKIPPED)
        if leaf is not None and node:
            proof = prove_leaf(self._chains, leaf, node, verdict)
        return Matched(
            verdict=verdict,
            level=told.text("level", ""),
            kind=told.text("kind", ""),
            fields=tuple((each.text("field"), each.text("state")) for each in told.each("fields")),
            attestation=leaf,
            issuer=node,
            findings=told.findings("findings"),
            proof=proof,
            document=told.value,
        )


def _plain(fields: Fields) -> Mapping[str, object]:
    return {name: value if isinstance(value, (str, int)) else list(value) for name, value in fields.items()}
