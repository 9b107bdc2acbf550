"""What comes of verifying with the help of a site: one's own verdicts, the site's words, and where they part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chopmark.client.errors import SiteContradicted, SiteError
from chopmark.client.word import SiteWord
from chopmark.core.finding import Finding
from chopmark.core.verdict import Verdict, exit_code
from chopmark.services.verify.as_json import as_json, spoken
from chopmark.services.verify.materials import Skipped
from chopmark.services.verify.verify import Verified

UNDECIDED = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """One material.

    ``own``: what one's own check found; only this is a verdict. ``site``: what the site said, None if nothing.
    ``differences``: contradictions between the two (``S…``). ``remarks``: what else is to be known of the site's word.
    """

    own: Verified
    site: SiteWord | None
    differences: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """What the caller calls it."""
        return self.own.material.name

    @property
    def verdict(self) -> Verdict:
        """One's own verdict, never the site's."""
        return self.own.examination.verdict

    def as_json(self) -> dict[str, object]:
        """As ``verify --json`` has it, and beside it what the site said."""
        word = self.site
        said = None
        if word is not None:
            at = word.read_at
            said = {
                "verdict": word.verdict.value,
                "verdict_text": spoken(word.said),
                "level": word.level.value,
                "attestation": word.attestation or None,
                "read_at": {"chainId": at.chain_id, "block": at.number, "hash": "0x" + at.hash.hex(), "time": at.time}
                if at
                else None,
            }
        return as_json(self.own) | {
            "site": said,
            "differences": [found.as_json() for found in self.differences],
            "remarks": [found.as_json() for found in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class Verification:
    """All materials, in the order in which they were named.

    ``differences``: of the site's answer as a whole. ``trouble``: why the site did not answer, None if it did.
    ``skipped``: what was left out of folders, and why.
    """

    site: str
    materials: tuple[Checked, ...]
    differences: tuple[Finding, ...] = ()
    trouble: SiteError | None = None
    skipped: tuple[tuple[str, Skipped], ...] = ()

    def __iter__(self) -> Iterator[Checked]:
        return iter(self.materials)

    def __len__(self) -> int:
        return len(self.materials)

    @property
    def all_differences(self) -> tuple[Finding, ...]:
        """Every contradiction."""
        return (*self.differences, *(found for each in self.materials for found in each.differences))

    @property
    def exit_code(self) -> int:
        """As without a site; but a site that contradicts one's own check leaves something open even if all is verified."""
        own = exit_code(each.verdict for each in self.materials)
        return own or (UNDECIDED if self.all_differences else 0)

    def require_agreement(self) -> None:
        """Raise ``SiteContradicted`` if the site said anything that one's own check refutes."""
        if found := self.all_differences:
            raise SiteContradicted(site=self.site, findings=found)
