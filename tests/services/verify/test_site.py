"""A site's own database as an index: a file alone finds its credential."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chopmark.core.bundle import open_bundle
from chopmark.core.ledger import FileRow, NewCredential, NodeRole
from chopmark.core.profile import Coverage, Profile
from chopmark.core.verdict import Level, Verdict
from chopmark.core.words import Op
from chopmark.kinds import all_kinds
from chopmark.services.issuers import keep
from chopmark.services.pipeline import home_of
from chopmark.services.verify.collect import collect
from chopmark.services.verify.match import match
from chopmark.services.verify.materials import How, Limits
from chopmark.services.verify.site import SiteRecords, coverage
from chopmark.store import Store
from tests.fixtures import issued
from tests.fixtures.issued import Issued
from tests.fixtures.world import World

pytestmark = pytest.mark.chain
LIMITS = Limits(file_bytes=1 << 20, files=100)
KINDS = {kind.code: kind for kind in all_kinds()}


@pytest.fixture
def store(world: World, tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'site.db'}") as store:
        with store.begin() as tx:
            tx.site.bind(home_of(world.chain, world.registry))
        yield store


def _keep(
    store: Store, world: World, batch: Sequence[Issued], files: Sequence[bytes], *, anchored: bool = True
) -> None:
    """What the pipeline leaves behind of a batch."""
    from hashlib import sha256

    by_commitment = sorted(zip(batch, files, strict=True), key=lambda pair: pair[0].credential.commitment)
    rows = [
        NewCredential(
            commitment=done.credential.commitment,
            issuer=world.issuer.node,
            kind="degree",
            number=None,
            fingerprint=os.urandom(32),
            payload=done.credential.payload,
            disclosures=done.credential.disclosures,
            replaces=open_bundle(done.bundle).replaces,
            label=f"{place}.pdf",
            accepted_at=0,
            files=(FileRow(sha256(data).digest(), f"{place}.pdf", len(data), "application/pdf"),),
        )
        for place, (done, data) in enumerate(by_commitment)
    ]
    with store.begin() as tx:
        ids = tx.credentials.add_many(rows)
        root = batch[0].attestation.root
        sealed = tx.batches.seal(world.issuer.node, "degree", root, 1, list(ids), None)
        if anchored:
            tx.batches.anchored(sealed, world.client.final())


@pytest.mark.parametrize("count", [1, 9])
def test_a_file_alone_finds_its_credential(world: World, store: Store, tmp_path: Path, count: int) -> None:
    files = [f"file {n}".encode() for n in range(count)]
    batch = world.attest([issued.credential(world.issuer.node, files=[data]) for data in files])
    world.settle()
    _keep(store, world, batch, files)
    folder = tmp_path / "in"
    folder.mkdir()
    for number, data in enumerate(files):
        (folder / f"{number}.bin").write_bytes(data)
    (folder / "unknown.bin").write_bytes(b"unknown")
    found = match(collect([folder], LIMITS), SiteRecords(store.read).bundles_for)
    assert [(m.how, m.bundle is not None) for m in found] == [(How.INDEX, True)] * count + [(How.NONE, False)]
    assert [m.bundle.data for m in found if m.bundle] == [done.data for done in batch]
    verified = world.verifier().verify(found, [{}] * len(found))
    assert [each.examination.verdict for each in verified[:-1]] == [Verdict.VERIFIED] * count
    assert {each.examination.level for each in verified[:-1]} == {Level.EXACT}


def test_a_file_that_several_credentials_bind_finds_them_all(world: World, store: Store, tmp_path: Path) -> None:
    batch = world.attest([issued.credential(world.issuer.node, files=[b"volume"]) for _ in range(3)])
    world.settle()
    _keep(store, world, batch, [b"volume"] * 3)
    (tmp_path / "volume.bin").write_bytes(b"volume")
    found = match(collect([tmp_path / "volume.bin"], LIMITS), SiteRecords(store.read).bundles_for)
    assert {m.bundle.data for m in found if m.bundle} == {done.data for done in batch}
    verified = world.verifier().verify(found, [{}] * len(found))
    assert [each.examination.verdict for each in verified] == [Verdict.VERIFIED] * 3
    assert all("V018" in {f.code for f in each.examination.findings} for each in verified)


def test_of_one_credential_the_newest_version_alone_speaks_for_a_file(world: World, store: Store) -> None:
    from hashlib import sha256

    old = world.attest([issued.credential(world.issuer.node, files=[b"page"])])
    new = world.attest([issued.credential(world.issuer.node, files=[b"page"], replaces=old[0].credential.commitment)])
    world.settle()
    _keep(store, world, old, [b"page"])
    _keep(store, world, new, [b"page"])
    (known,) = SiteRecords(store.read).bundles_for([sha256(b"page").digest()]).values()
    assert [bundle.data for bundle in known] == [new[0].data]


def test_what_is_not_anchored_yet_is_not_offered(world: World, store: Store) -> None:
    from hashlib import sha256

    batch = world.attest([issued.credential(world.issuer.node, files=[b"x"])])
    _keep(store, world, batch, [b"x"], anchored=False)
    assert SiteRecords(store.read).bundles_for([sha256(b"x").digest()]) == {}


def test_names_and_keys_that_a_site_knows(world: World, store: Store) -> None:
    with store.begin() as tx:
        keep(tx.nodes, "school", world.issuer.profile, NodeRole.ISSUER, "", "", 0)
        at = world.client.final()
        logged = [each for each in world.client.logs(0, at.number) if each.event.op is Op.KEY_ADDED]
        tx.history.append(logged, [0] * len(logged), at, None)
    records = SiteRecords(store.read)
    assert records.profiles() == {world.issuer.profile.digest: world.issuer.profile}
    assert records.keys_of(world.issuer.node) == {1: world.issuer.key.address}
    assert records.keys_of(b"\0" * 32) == {}


def test_how_far_registration_goes() -> None:
    covers = (Coverage("degree", "2001-09-01"), Coverage("paper", "2001-09-01"), Coverage("patent"))
    profile = Profile("东方理工大学", "Oriental", "", "", covers, b"\0" * 20)
    said = coverage([profile], KINDS, indexed=True)
    assert said.zh == "本站索引中没有此文件；东方理工大学称自2001-09-01起登记学历学位、论文；东方理工大学称登记专利"
    assert "Oriental says that it registers since 2001-09-01: Degree, Paper" in said.en
    assert coverage([], KINDS, indexed=False).zh == "没有凭证包，也没有可查的站点索引"


def test_an_empty_database_is_no_index(store: Store) -> None:
    """`chopmark status` makes one: a registered file must not be called unregistered because of that."""
    assert not SiteRecords(store.read).is_index
