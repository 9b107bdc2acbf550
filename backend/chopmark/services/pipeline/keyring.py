"""The signing keys that are open in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chopmark.services.ports import Signer


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Opened keys by what they are for.

    ``issuers``: the working key of each issuer (by node id). ``others``: keys for registry operations (controllers,
    accreditors' keys, the authority).
    """

    issuers: Mapping[bytes, Signer]
    others: tuple[Signer, ...] = ()

    def of_issuer(self, issuer: bytes) -> Signer | None:
        """The key that attests for an issuer, if it is open here."""
        return self.issuers.get(issuer)

    def of_sender(self, sender: bytes) -> Signer | None:
        """The key of an address, if it is open here."""
        return next((key for key in (*self.issuers.values(), *self.others) if key.address == sender), None)
