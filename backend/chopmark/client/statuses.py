"""What an institution may still say about what it registered, and what waits for its signature."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from chopmark.client.answers import Changed, Credential, Registration, SigningRequest, StatusChange
from chopmark.client.changing import prove_change
from chopmark.client.connected import Connected, segment
from chopmark.client.errors import SiteContradicted, SiteError, StillWaiting
from chopmark.client.multipart import file_part, json_part, multipart
from chopmark.client.proving import Proof, examine_bundles, open_proof, refutations, unproven
from chopmark.client.registering import POLL, Fields
from chopmark.client.transport import json_body
from chopmark.core.bundle import OpenedBundle
from chopmark.core.finding import Finding
from chopmark.core.verdict import Part, State
from chopmark.errors import TrustError, Unreachable
from chopmark.services.verify.collect import opened_or_fault
from chopmark.wording import Language, Wording

StatusVerb: TypeAlias = Literal["revoke", "suspend", "resume"]


class Statuses(Connected):
    """Credentials, their status, corrections, signatures."""

    def credentials(self, *, number: str = "", kind: str = "") -> Iterator[Credential]:
        """The institution's credentials, page after page as they are used."""
        return self._pages("/credentials", Credential.read, {"number": number, "kind": kind})

    def credential(self, id_: str) -> Credential:
        """One credential, by its commitment (64 hex digits)."""
        return Credential.read(self._get(f"/credentials/{segment(id_)}"))

    def bundle(self, id_: str) -> bytes:
        """A credential's bundle, opened and read against the chain first.

        Raises ``SiteContradicted`` if it is no registered credential or another one's, ``TrustError`` or ``Unreachable`` if
        that cannot be seen.
        """
        if self._chains.trust is None:
            raise TrustError(why=_NO_TRUST)
        data = self._bundle_data(id_)
        (examined,) = examine_bundles(self._chains, [(id_, data)])
        wrong = tuple(refutations([examined]))
        opened = examined.material.bundle.opened if examined.material.bundle else None
        if not wrong and opened is not None and opened.commitment.hex() != id_:
            wrong = (Finding("S018", {"why": _OTHER.filled(id=opened.commitment.hex())}),)
        if wrong:
            raise SiteContradicted(site=self.url, findings=wrong)
        if (silent := unproven([examined])) is not None:
            said = silent.fragment(Part.STATUS).findings[0]
            why = Wording("{zh}", "{en}").filled(zh=said.say(Language.ZH), en=said.say(Language.EN))
            raise Unreachable(url="", why=why)
        return data

    def revoke(self, credentials: Sequence[str], reason: str, *, key: str = "") -> StatusChange:
        """Revoke credentials (commitments or numbers) for good, all or none. Accepted is not yet done: ``wait_change``."""
        return self.change("revoke", credentials, reason, key=key)

    def suspend(self, credentials: Sequence[str], reason: str, *, key: str = "") -> StatusChange:
        """Suspend credentials until they are resumed."""
        return self.change("suspend", credentials, reason, key=key)

    def resume(self, credentials: Sequence[str], reason: str = "review-closed", *, key: str = "") -> StatusChange:
        """Resume suspended credentials."""
        return self.change("resume", credentials, reason, key=key)

    def change(self, verb: StatusVerb, credentials: Sequence[str], reason: str, *, key: str = "") -> StatusChange:
        """Any of the three."""
        wish = {"operation": verb, "reason": reason, "credentials": list(credentials)}
        return StatusChange.read(self._post("/status-changes", wish, key=key))

    def status_change(self, id_: str) -> StatusChange:
        """A change of status as it is now."""
        return StatusChange.read(self._get(f"/status-changes/{segment(id_)}"))

    def changed(self, id_: str) -> Iterator[Changed]:
        """What became of each credential of a change, in the order in which they were given."""
        return self._pages(f"/status-changes/{segment(id_)}/credentials", Changed.read, {})

    def wait_change(self, id_: str, *, timeout: float = 600.0) -> StatusChange:
        """Wait until a change is done, refused, or waits for a signature. Raises ``StillWaiting``."""
        until = time.monotonic() + timeout
        pauses = iter(POLL)
        while True:
            now = self.status_change(id_)
            if now.state in ("done", "refused", "to_sign"):
                return now
            pause = next(pauses, POLL[-1])
            if time.monotonic() + pause > until:
                raise StillWaiting(site=self.url, seconds=f"{timeout:g}", name=id_, state=now.state)
            time.sleep(pause)

    def prove_change(
        self,
        change: StatusChange,
        verb: StatusVerb,
        credentials: Sequence[str],
        *,
        bundles: Mapping[str, bytes] | None = None,
        timeout: float = 30.0,
    ) -> tuple[tuple[Changed, ...], Proof]:
        """What the site says became of each credential, and whether the chain says so too, at one final block of one's own.

        ``credentials``: the commitments that were meant, all of them; ``bundles``: by commitment, as far as they are at hand;
        others are asked of the site, and opened, so that it cannot point to another leaf. ``proof.state`` is ``invalid`` if the
        chain refutes the site, ``could_not_check`` without trust, node or bundle.
        """
        told = tuple(self.changed(change.id))
        if {each.id for each in told} != set(credentials) or len(told) != len(credentials):
            why = _NOT_MEANT.filled(found=len(told), expected=len(credentials))
            return told, Proof(State.INVALID, (Finding("S021", {"why": why}),))
        if self._chains.trust is None:
            return told, open_proof(_NO_TRUST)
        held: list[tuple[str, bytes]] = []
        for id_ in credentials:
            try:
                held.append((id_, (bundles or {}).get(id_) or self._bundle_data(id_)))
            except SiteError as fault:
                why = Wording("{zh}", "{en}").filled(zh=fault.say(Language.ZH), en=fault.say(Language.EN))
                return told, open_proof(why)
        block = max((each.block or 0 for each in told), default=0)
        return told, prove_change(self._chains, verb, held, block=block, timeout=timeout)

    def prove_superseded(self, old: str, bundle: bytes, *, timeout: float = 30.0) -> Proof:
        """Whether the chain says that a credential (commitment, with its bundle) was replaced by a newer version."""
        if self._chains.trust is None:
            return open_proof(_NO_TRUST)
        return prove_change(self._chains, "supersede", [(old, bundle)], timeout=timeout)

    def opened(self, id_: str) -> tuple[OpenedBundle, bytes]:
        """A credential's bundle, opened and seen to be of this commitment; the chain is not asked (see ``bundle``).

        Raises ``SiteContradicted`` if it does not open or is another one's.
        """
        data = self._bundle_data(id_)
        opened, fault = opened_or_fault(data)
        if opened is None:
            why = fault.facts.get("why", "…") if fault else "…"
            raise SiteContradicted(site=self.url, findings=(Finding("S006", {"name": id_, "why": why}),))
        if opened.commitment.hex() != id_:
            why = _OTHER.filled(id=opened.commitment.hex())
            raise SiteContradicted(site=self.url, findings=(Finding("S018", {"why": why}),))
        return opened, data

    def _bundle_data(self, id_: str) -> bytes:
        return self._raw(f"/credentials/{segment(id_)}/bundle", "application/json")

    def correct(
        self, id_: str, fields: Fields, files: Sequence[Path] = (), *, reason: str = "corrected", key: str = ""
    ) -> Registration:
        """Register a corrected version of a credential and link the old one to it."""
        wish = {"fields": dict(fields), "reason": reason}
        body = (
            multipart([json_part("request", wish), *(file_part("file", path, path.name) for path in files)])
            if files
            else json_body(wish)
        )
        return Registration.read(self._send(f"/credentials/{segment(id_)}/correction", body, key=key))

    def signing_requests(self, state: str = "open") -> Iterator[SigningRequest]:
        """What waits for the institution's signature."""
        return self._pages("/signing-requests", SigningRequest.read, {"state": state})

    def signing_request(self, id_: str) -> SigningRequest:
        """One request, with what is to be signed. What it says of itself is the site's word: recompute before signing."""
        return SigningRequest.read(self._get(f"/signing-requests/{segment(id_)}"))

    def sign(self, id_: str, signature: str, *, key: str = "") -> SigningRequest:
        """Hand in a signature (0x-hex) that was made elsewhere; the key never comes near a site."""
        done = self._post(f"/signing-requests/{segment(id_)}/signature", {"signature": signature}, key=key)
        return SigningRequest.read(done)


_NO_TRUST = Wording(
    "没有给出信任文件，无法核验站点交来的凭证包", "none was given, so the bundle from the site cannot be checked"
)
_OTHER = Wording("它属于另一凭证 {id}", "it is that of another credential, {id}")
_NOT_MEANT = Wording(
    "变更所列的 {found} 份凭证不是交给它的 {expected} 份",
    "the {found} credentials that the change lists are not the {expected} that were handed in",
)
