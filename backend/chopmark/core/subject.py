"""What is to be verified: a file, a bundle, what somebody declared, and the verifier's own trust."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from chopmark.core.bundle import OpenedBundle
from chopmark.core.disclosure import ClaimValue
from chopmark.core.trust import TrustFile
from chopmark.wording import Wording

Trouble: TypeAlias = Literal["", "empty", "encrypted", "damaged", "too_large", "unreadable"]


class FieldShape(Protocol):
    """What verification needs to know about a field of a kind."""

    @property
    def name(self) -> str:
        """Its name in claims."""

    @property
    def label(self) -> Wording:
        """Its name as people read it."""

    @property
    def sort(self) -> str:
        """How its values are compared (``core.compare.same``)."""

    @property
    def private(self) -> bool:
        """Whether its value is kept out of findings."""


class KindShape(Protocol):
    """What verification needs to know about a kind of credential."""

    @property
    def label(self) -> Wording:
        """Its name as people read it."""

    @property
    def fields(self) -> Sequence[FieldShape]:
        """Its fields, in the order in which they are shown."""

    @property
    def holder(self) -> Sequence[str]:
        """The fields that name whose it is."""

    @property
    def issued_on(self) -> str:
        """The field with the date on the paper, or empty."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What was seen of a file: name, length in bytes, SHA-256 of all bytes (32), media type.

    ``trouble``: why its content cannot be seen, empty if it can. ``looks_scanned``: pages are pictures without text.
    """

    name: str
    size: int
    sha256: bytes
    media_type: str
    trouble: Trouble = ""
    looks_scanned: bool = False

    @property
    def is_scan(self) -> bool:
        """Whether other bytes say nothing: every scan or photograph of the same paper has its own."""
        return self.looks_scanned or (self.media_type.startswith("image/") and self.media_type != "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Subject:
    """One material: a file, a bundle (its exact bytes), or both.

    ``opened``: the bundle as ``open_bundle`` gave it, where whoever asks has opened these very bytes already; opening is
    most of the work. ``declared``: field name → what the applicant says; lists as tuples. ``kind_of``: a kind by its code, None if it
    is not known here. ``indexed``: whether a site's index was asked for the file. ``coverage``: what is known about
    how far registration goes, for the sentence that says *not registered*. ``found_by``: the declared fields by whose
    values a site found its own record, for somebody who holds neither file nor bundle: nothing is then told that was
    not typed, neither a recorded value nor how a typed one differs from it.
    """

    file: FileFacts | None = None
    bundle: bytes | None = None
    bundle_name: str = ""
    opened: OpenedBundle | None = None
    declared: Mapping[str, ClaimValue] = field(default_factory=dict)
    kind_of: Callable[[str], KindShape | None] = lambda _: None
    trust: TrustFile | None = None
    indexed: bool = False
    coverage: Wording | str = ""
    found_by: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what has nothing to verify."""
        if self.file is None and self.bundle is None:
            raise ValueError("a subject has a file, a bundle, or both")

    @property
    def name(self) -> str:
        """What people call it: the file's name, else the bundle's."""
        return self.file.name if self.file else self.bundle_name
