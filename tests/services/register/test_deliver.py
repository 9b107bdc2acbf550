"""services.register.deliver: a bundle for each credential, whole or not at all."""

import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from chopmark.core.ledger import Home
from chopmark.core.transaction import BlockRef
from chopmark.errors import InputError, UsageError
from chopmark.services.pipeline import take_in
from chopmark.services.pipeline.batcher import to_seal
from chopmark.services.register import compose_drafts
from chopmark.services.register.deliver import BundleFile, bundle_files, deliver, file_name
from chopmark.wording import Language
from tests.services.register._drafts import DEGREE, ISSUER, draft

HOME = Home(31337, b"\x01" * 32, b"\x02" * 20, b"\x03" * 20, ISSUER[:24] + bytes(8), 5)


def seal(store, anchor=True):
    """Every pending leaf in a batch, in a final block."""
    with store.begin() as tx:
        tx.site.bind(HOME)
        for one in to_seal(tx.credentials.pending(1000)):
            batch = tx.batches.seal(one.issuer, one.kind, one.root, int(one.algorithm), one.leaves, None)
            if anchor:
                tx.batches.anchored(batch, BlockRef(7, b"\x07" * 32, 1_790_000_000))


def bundle(n=1, label="王莉 证书", data=b"{}"):
    return BundleFile(n, label, bytes([n]) * 32, data)


def test_bundles_of_several_batches_are_found_by_their_credentials(sqlite_store, tmp_path):
    ids: list[int] = []
    for part in ([draft(1), draft(2)], [draft(3)]):
        ids += take_in(sqlite_store, list(compose_drafts(DEGREE, ISSUER, part, 1))).added
        seal(sqlite_store)
    with sqlite_store.read() as tx:
        done = deliver(bundle_files(tx, [ids[2], ids[0]]), tmp_path / "new" / "bundles")
    assert set(done) == {ids[0], ids[2]}
    for each in done.values():
        assert open_bundle(read_bundle(each.path.read_bytes())).commitment == each.commitment
    assert sorted(p.name for p in (tmp_path / "new" / "bundles").iterdir()) == [
        "label1.chopmark.json",
        "label3.chopmark.json",
    ]


@pytest.mark.parametrize("sealed", [False, True])
def test_what_is_not_final_has_no_bundle(sqlite_store, sealed):
    (only,) = take_in(sqlite_store, list(compose_drafts(DEGREE, ISSUER, [draft(1)], 1))).added
    if sealed:
        seal(sqlite_store, anchor=False)
    with sqlite_store.read() as tx, pytest.raises(UsageError):
        bundle_files(tx, [only])


def test_a_label_used_twice_overwrites_nothing_and_a_rerun_changes_nothing(tmp_path):
    two = [bundle(1, data=b"1"), bundle(2, data=b"2")]
    first = deliver(two, tmp_path)
    assert [p.name for p in (first[1].path, first[2].path)] == [
        "王莉_证书.chopmark.json",
        "王莉_证书-02020202.chopmark.json",
    ]
    assert first[2].path.read_bytes() == b"2"
    before = {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    assert deliver(two, tmp_path) == first
    assert deliver(two[1:], tmp_path)[2].path == first[2].path
    assert {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("王莉 学位证书（副本）", "王莉_学位证书（副本）"),
        ("../../etc/passwd", "etc_passwd"),
        (".hidden", "hidden"),
        ("a\nb\x1b[31m", "a_b_31m"),
        ("CON:*?", "CON"),
        ("///", "credential"),
        ("", "credential"),
    ],
)
def test_labels_become_names(label, name):
    assert file_name(label) == name


@pytest.mark.parametrize("sign", ["长", "𠮷", "é", "x"])
def test_long_labels_fit_any_file_system_even_when_they_collide(tmp_path, sign):
    done = deliver([bundle(1, sign * 300, b"1"), bundle(2, sign * 300, b"2")], tmp_path)
    names = [each.path.name for each in done.values()]
    assert len(set(names)) == 2
    assert all(len(name.encode()) <= 255 and name.startswith(sign) for name in names)


def test_a_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        deliver([bundle()], tmp_path / "file" / "bundles")
    assert "登记已完成" in caught.value.say(Language.ZH)
    assert "the registration stands" in caught.value.say(Language.EN)
    assert "--bundles" in caught.value.next_step(Language.EN)


def test_a_failure_leaves_no_half_bundle(tmp_path):
    (tmp_path / "王莉_证书.chopmark.json").mkdir()
    with pytest.raises(InputError):
        deliver([bundle()], tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["王莉_证书.chopmark.json"]


def test_a_bundle_is_for_its_owner_alone(tmp_path):
    (delivered,) = deliver([BundleFile(1, "甲", b"\x01" * 32, b"{}")], tmp_path).values()
    assert delivered.path.stat().st_mode & 0o777 == 0o600
