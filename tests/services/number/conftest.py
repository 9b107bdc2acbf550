"""A site with records of every kind on a real chain, and a counter where numbers are asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from chopmark.core.batch import arrange
from chopmark.core.words import GrantFlag
from chopmark.kinds import Given, all_kinds, examine_claims, find_kind
from chopmark.services.number import Limits, NumberDesk, NumberMatch, Question, match_number
from chopmark.services.pipeline import home_of
from chopmark.services.register import Draft, compose_drafts
from chopmark.services.register.draft import number_of
from chopmark.services.verify.site import SiteRecords, covered
from chopmark.store import Store
from tests.fixtures.world import Institution, World

TODAY = date(2026, 11, 22)
KINDS = {kind.code: kind for kind in all_kinds()}
PLENTY = Limits(asked=10_000, missed=10_000, missed_number=10_000)


@dataclass
class Counter:
    """One site. ``now``: its clock, in unix seconds."""

    world: World
    store: Store
    issuer: Institution
    limits: Limits = PLENTY
    now: int = 1_800_000_000
    silent: bool = False

    def register(
        self, code: str, given: Mapping[str, Given] | None = None, *, final: bool = True, **changes: Given
    ) -> int:
        """Register one credential, by default the kind's example; its row number."""
        kind = find_kind(code)
        claims = {each.name: each.example for each in kind.fields} if given is None else dict(given)
        examined = examine_claims(kind, {name: v for name, v in (claims | changes).items() if v}, TODAY)
        assert examined.ok, examined.findings
        draft = Draft(0, code, examined.claims, (), number_of(kind, examined.claims), "王丽的证书")
        (row,) = compose_drafts(kind, self.issuer.node, [draft], 0)
        batch = arrange(code, self.issuer.node, [row.commitment])
        with self.store.begin() as tx:
            (at,) = tx.credentials.add_many([row])
            sealed = tx.batches.seal(self.issuer.node, code, batch.root, 1, [at], None)
        if final:
            attest = self.world.client.calls.attest(self.issuer.node, code, batch.root, 1)
            self.world.do(self.issuer.key, attest)
            block = self.world.settle()
            with self.store.begin() as tx:
                tx.batches.anchored(sealed, block)
        return at

    def ask(self, number: str = "", *, asker: str = "reviewer", of: str = "", **fields: Given) -> NumberMatch:
        """One question; ``of``: the kind."""
        return match_number(self.desk(), Question(number, fields, of), asker)

    def desk(self) -> NumberDesk:
        records = SiteRecords(self.store.read)
        verifier = self.world.verifier(trust=None if self.silent else "own")
        profiles = [self.issuer.profile]
        return NumberDesk(
            read=self.store.read,
            begin=self.store.begin,
            kinds=KINDS,
            verifier=lambda: verifier,
            coverage=lambda: covered([*profiles, *records.profiles().values()], KINDS),
            key=b"\x07" * 32,
            limits=self.limits,
            clock=lambda: self.now,
        )


@pytest.fixture(scope="session")
def press(world: World) -> Institution:
    """An institution that may register every kind."""
    new = [code for code in KINDS if code not in ("degree", "paper")]
    for code in new:
        grant = world.client.calls.grant(world.root, world.accreditor.node, code, 0, 0, GrantFlag.ACCREDIT)
        world.do(world.authority, grant)
    return world.accredited("示例登记中心", "Example Registry", kinds=KINDS)


@contextmanager
def opened(world: World, press: Institution, folder: Path) -> Iterator[Counter]:
    with Store.open(f"sqlite:///{folder / 'site.db'}") as store:
        with store.begin() as tx:
            tx.site.bind(home_of(world.chain, world.registry))
        yield Counter(world, store, press)


@pytest.fixture
def counter(world: World, press: Institution, tmp_path: Path) -> Iterator[Counter]:
    """A site without records."""
    with opened(world, press, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def library(world: World, press: Institution, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """A site with the example of every kind; nobody changes it."""
    with opened(world, press, tmp_path_factory.mktemp("library")) as made:
        for code in KINDS:
            made.register(code)
        yield made
