"""A verification from the paths that were handed in to one answer each: what every face does alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chopmark.core.profile import Profile
from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile
from chopmark.errors import StoreError
from chopmark.kinds import Kind
from chopmark.services.verify.collect import collect
from chopmark.services.verify.declared import Declaration, assign
from chopmark.services.verify.match import match
from chopmark.services.verify.materials import Limits, Material, Materials
from chopmark.services.verify.ports import ChainReader
from chopmark.services.verify.site import SiteRecords, coverage
from chopmark.services.verify.verify import Verified, Verifier


@dataclass(frozen=True, slots=True)
class VerifyDesk:
    """What verification needs of a site.

    ``trust``: asked for only once it is known whether anything is ``wanted`` of a chain; None leaves open what needs it.
    ``records``: the site's own index, None if it has none that can be read. ``seconds``: for looking into files and asking chains.
    """

    kinds: Mapping[str, Kind]
    limits: Limits
    trust: Callable[[bool], TrustFile | None]
    readers_of: Callable[[TrustedChain, TrustedRegistry], Iterable[ChainReader]]
    records: SiteRecords | None = None
    seconds: float = math.inf

    def collect(self, paths: Iterable[Path]) -> Materials:
        """Everything that lies at these paths. Raises ``InputError``, ``UsageError``."""
        return collect(paths, self.limits)

    def pair(self, found: Materials) -> tuple[Material, ...]:
        """Which file belongs to which bundle, the site's own index included."""
        return match(found, self.records.bundles_for if self.records else None)

    def pair_for(self, found: Materials, institution: bytes | None) -> tuple[Material, ...]:
        """The same for somebody who does not keep the records, see ``SiteRecords.shown_to``."""
        return match(found, self.records.shown_to(institution) if self.records else None)

    def verify(
        self, found: Materials, materials: Sequence[Material], declared: Sequence[Declaration], kind: Kind | None
    ) -> list[Verified]:
        """One answer for each material, in their order. Raises ``InputError`` for a declaration that fits nothing."""
        fields = assign(declared, materials, self.kinds, kind)
        return self._verifier(found, materials).verify(materials, fields)

    def _verifier(self, found: Materials, materials: Sequence[Material]) -> Verifier:
        profiles = self._profiles(found)
        indexed = self.records is not None and self.records.is_index
        return Verifier(
            trust=self.trust(any(material.bundle is not None for material in materials)),
            readers_of=self.readers_of,
            kinds=self.kinds,
            profiles=profiles,
            key_book=self.records.keys_of if self.records else lambda _: {},
            indexed=indexed,
            coverage=coverage(profiles.values(), self.kinds, indexed=indexed),
            seconds=self.seconds,
        )

    def _profiles(self, found: Materials) -> dict[bytes, Profile]:
        profiles = {profile.digest: profile for profile in found.profiles}
        if self.records is not None:
            with suppress(StoreError):
                profiles |= self.records.profiles()
        return profiles
