"""What an institution may still say about what it registered, and what waits for its signature."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from chopmark.client.answers import Changed, Credential, Registration, SigningRequest, StatusChange
from chopmark.client.connected import Connected, segment
from chopmark.client.errors import SiteContradicted, StillWaiting
from chopmark.client.multipart import file_part, json_part, multipart
from chopmark.client.proving import examine_bundles, refutations, unproven
from chopmark.client.registering import POLL, Fields
from chopmark.client.transport import json_body
from chopmark.core.verdict import Part
from chopmark.errors import TrustError, Unreachable
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
        data = self._raw(f"/credentials/{segment(id_)}/bundle", "application/json")
        (examined,) = examine_bundles(self._chains, [(id_, data)])
        wrong = tuple(refutations([examined]))
        opened = examined.material.bundle.opened if examined.material.bundle else None
        if not wrong and opened is not None and opened.commitment.hex() != id_:
            from chopmark.core.finding import Finding

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
