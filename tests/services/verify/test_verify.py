"""Verification on a real chain: every named case, good and bad, through the services."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chopmark.core.bundle import Anchor, write_bundle
from chopmark.core.reference import issuer_id
from chopmark.core.trust import TrustFile
from chopmark.core.verdict import Level, Part, State, Verdict
from chopmark.core.words import Op, Role, Standing
from chopmark.services.verify.as_json import as_json
from chopmark.services.verify.collect import collect
from chopmark.services.verify.declared import assign, read_declarations
from chopmark.services.verify.match import match
from chopmark.services.verify.materials import Limits
from chopmark.services.verify.verify import Verified, Verifier
from chopmark.wording import Language
from tests.fixtures import issued, paper
from tests.fixtures.issued import CLAIMS, Issued
from tests.fixtures.world import World

pytestmark = pytest.mark.chain
LIMITS = Limits(file_bytes=50 << 20, files=20_000)


def run(verifier: Verifier, folder: Path, *declared: str) -> dict[str, Verified]:
    materials = match(collect([folder], LIMITS))
    fields = assign(read_declarations(declared), materials, dict(verifier.kinds), None)
    return {each.material.name: each for each in verifier.verify(materials, fields)}


def only(verifier: Verifier, folder: Path, *declared: str) -> Verified:
    found = list(run(verifier, folder, *declared).values())
    assert len(found) == 1
    return found[0]


def put(folder: Path, done: Issued | bytes, name: str = "x", file: bytes | None = None, suffix: str = "pdf") -> None:
    data = done if isinstance(done, bytes) else done.data
    (folder / f"{name}.{suffix}.chopmark.json").write_bytes(data)
    if file is not None:
        (folder / f"{name}.{suffix}").write_bytes(file)


def codes(verified: Verified) -> list[str]:
    return [finding.code for finding in verified.examination.findings]


def told(verified: Verified, code: str, language: Language = Language.ZH) -> str:
    return next(f.say(language) for f in verified.examination.findings if f.code == code)


def changed(data: bytes, **members: Any) -> bytes:
    """A bundle with members exchanged, in canonical form again. ``anchor__root`` is the root in the anchor."""
    document = json.loads(data)
    for path, value in members.items():
        outer, _, inner = path.partition("__")
        if inner:
            document[outer][inner] = value
        else:
            document[outer] = value
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


# ---- the file


def test_the_original_is_verified_exactly(world: World, tmp_path: Path) -> None:
    pdf = paper.certificate_pdf("exact")
    put(tmp_path, world.issue(files=[pdf]), file=pdf)
    found = only(world.verifier(), tmp_path)
    x = found.examination
    assert (x.verdict, x.level, codes(found)) == (Verdict.VERIFIED, Level.EXACT, ["V001"])
    assert x.issuer is not None
    assert (x.issuer.serial, x.issuer.name_zh, x.issuer.site) == (2, "东方理工大学", "https://oriental.example")
    assert x.issuer.standing is Standing.LIVE
    assert x.read_at == world.client.final()
    assert x.registered_at is not None
    assert x.attested == CLAIMS


def test_an_encrypted_original_is_the_original_all_the_same(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[paper.encrypted_pdf()]), file=paper.encrypted_pdf())
    assert only(world.verifier(), tmp_path).examination.verdict is Verdict.VERIFIED


def test_what_there_is_no_time_for_could_not_be_checked(world: World, tmp_path: Path) -> None:
    pdf = paper.certificate_pdf("no time")
    put(tmp_path, world.issue(files=[pdf]), file=pdf)
    (tmp_path / "other.pdf").write_bytes(paper.certificate_pdf("unknown"))
    found = run(replace(world.verifier(), seconds=0.0), tmp_path)
    assert {each.examination.verdict for each in found.values()} == {Verdict.CANNOT_CHECK}
    said = [finding.say(Language.ZH) for finding in found["x.pdf"].examination.findings]
    assert any("核验用时已到上限" in each for each in said), said


def test_one_changed_byte_is_another_file(world: World, tmp_path: Path) -> None:
    pdf = paper.certificate_pdf("one byte")
    put(tmp_path, world.issue(files=[pdf]), file=paper.one_byte_changed(pdf))
    found = only(world.verifier(), tmp_path)
    assert (found.examination.verdict, codes(found)) == (Verdict.MISMATCH, ["V003"])


def test_no_changed_byte_of_a_file_is_ever_verified(world: World, tmp_path: Path) -> None:
    """Another file or, where the byte broke it, one that does not open."""
    pdf = paper.certificate_pdf("any byte")
    put(tmp_path, world.issue(files=[pdf]))
    (tmp_path / "x.pdf.chopmark.json").rename(tmp_path / "x.chopmark.json")
    for at in range(0, len(pdf), 661):
        (tmp_path / "x.pdf").write_bytes(paper.one_byte_changed(pdf, at))
        assert only(world.verifier(), tmp_path).examination.verdict.exit_code != 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "文件为空"),
        (paper.truncated(paper.certificate_pdf()), "文件已损坏"),
        (paper.encrypted_pdf(), "文件已加密"),
        (paper.truncated(paper.scan_jpeg()), "文件已损坏"),
    ],
)
@pytest.mark.parametrize("with_bundle", [True, False])
def test_a_file_that_does_not_open_is_not_checked(
    world: World, tmp_path: Path, data: bytes, why: str, with_bundle: bool
) -> None:
    if with_bundle:
        put(tmp_path, world.issue(files=[b"the original"]), file=data)
    else:
        (tmp_path / "x.pdf").write_bytes(data)
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.CANNOT_CHECK
    assert why in told(found, "V017")


def test_a_file_of_60_mb_is_told_and_the_others_go_on(world: World, tmp_path: Path) -> None:
    with (tmp_path / "big.pdf").open("wb") as stream:
        stream.truncate(60 << 20)
    put(tmp_path, world.issue(files=[b"fine"]), file=b"fine")
    found = run(world.verifier(), tmp_path)
    assert found["big.pdf"].examination.verdict is Verdict.CANNOT_CHECK
    assert "大小上限" in told(found["big.pdf"], "V017")
    assert found["x.pdf"].examination.verdict is Verdict.VERIFIED


def test_a_scan_with_a_good_bundle_is_for_human_eyes(world: World, tmp_path: Path) -> None:
    for name, data in (("a", paper.scan_jpeg()), ("b", paper.scan_pdf()), ("c", paper.recognised_scan_pdf())):
        put(tmp_path, world.issue(files=[paper.certificate_pdf()]), name, data, "jpg" if name == "a" else "pdf")
    for found in run(world.verifier(), tmp_path).values():
        assert found.examination.verdict is Verdict.MANUAL_REVIEW
        assert "姓名" in told(found, "V022")
        assert found.examination.fragment(Part.STATUS).state is State.VALID


def test_a_scan_whose_declared_fields_match_is_partly_verified(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"original"]), file=paper.scan_jpeg(), suffix="jpg")
    found = only(world.verifier(), tmp_path, "姓名=王　莉", "graduation_date=2026年6月30日", "学校名称=东方理工大学")
    assert found.examination.verdict is Verdict.PARTLY_VERIFIED
    assert found.examination.level is Level.FIELDS
    assert "姓名" in told(found, "V002")


def test_another_persons_credential(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"original"]), file=paper.scan_jpeg(), suffix="jpg")
    found = only(world.verifier(), tmp_path, "姓名=王丽")
    assert found.examination.verdict is Verdict.MISMATCH
    assert "登记“王莉”" in told(found, "V007")
    hint = found.examination.comparisons[0].hint
    assert hint is not None
    assert hint.zh == "第2字：丽≠莉"
    assert found.examination.fragment(Part.HOLDER).state is State.INVALID


def test_a_changed_field(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"original"]), file=b"original")
    found = only(world.verifier(), tmp_path, "专业=软件工程", "姓名=王莉")
    assert found.examination.verdict is Verdict.MISMATCH
    assert "填报“软件工程”，登记“计算机科学与技术”" in told(found, "V003")


def test_a_bundle_alone(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"original"]))
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.VERIFIED
    assert found.material.file is None


def test_no_bundle(world: World, tmp_path: Path) -> None:
    (tmp_path / "scan.jpg").write_bytes(paper.scan_jpeg())
    (tmp_path / "born.pdf").write_bytes(paper.certificate_pdf("nobody knows"))
    found = run(world.verifier(), tmp_path)
    assert (found["scan.jpg"].examination.verdict, codes(found["scan.jpg"])) == (Verdict.CANNOT_CHECK, ["V014"])
    assert (found["born.pdf"].examination.verdict, codes(found["born.pdf"])) == (Verdict.CANNOT_CHECK, ["V014"])
    for each in found.values():
        said = json.dumps(as_json(each), ensure_ascii=False)
        assert "假" not in said.replace("不代表虚假", "")
        assert "fake" not in said.lower()


def test_an_unknown_kinds_declared_fields_could_not_be_compared(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(kind="paper", claims={"title": "论文"}))
    verifier = world.verifier()
    ignorant = replace(verifier, kinds={code: kind for code, kind in verifier.kinds.items() if code != "paper"})
    assert only(ignorant, tmp_path).examination.verdict is Verdict.VERIFIED
    found = only(ignorant, tmp_path, "holder_name=李四")
    assert (found.examination.verdict, codes(found)) == (Verdict.MANUAL_REVIEW, ["V021"])


def test_a_hard_link_to_anothers_file_is_a_material(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"linked"]), "a", b"linked")
    (tmp_path / "b.pdf").hardlink_to(tmp_path / "a.pdf")
    (tmp_path / "c.pdf").symlink_to("a.pdf")
    found = run(world.verifier(), tmp_path)
    assert list(found) == ["a.pdf", "b.pdf", "c.pdf"]
    assert all("V018" in codes(each) for each in found.values())


def test_the_same_file_for_two_materials(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"same"]), "a", b"same")
    (tmp_path / "b.pdf").write_bytes(b"same")
    found = run(world.verifier(), tmp_path)
    assert all("V018" in codes(each) for each in found.values())
    assert found["a.pdf"].examination.verdict is Verdict.VERIFIED
    assert "a.pdf、b.pdf" in told(found["a.pdf"], "V018")


# ---- status


def test_revoked(world: World, tmp_path: Path) -> None:
    done = world.issue(files=[b"revoked"])
    world.change(Op.REVOKED, 3, done)
    put(tmp_path, done, file=b"revoked")
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.REVOKED
    assert "处分决定" in told(found, "V005")
    assert "…" not in told(found, "V005")


def test_suspended_and_resumed(world: World, tmp_path: Path) -> None:
    done = world.issue(files=[b"suspended"])
    put(tmp_path, done, file=b"suspended")
    world.change(Op.SUSPENDED, 7, done)
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.SUSPENDED
    assert "复核中" in told(found, "V020")
    world.change(Op.RESUMED, 8, done)
    assert only(world.verifier(), tmp_path).examination.verdict is Verdict.VERIFIED


def test_superseded_leads_to_the_new_version(world: World, tmp_path: Path) -> None:
    old = world.issue(files=[b"old"])
    new = world.issue(files=[b"new"], replaces=old.credential.commitment)
    world.supersede(old, new)
    put(tmp_path, old, "old", b"old")
    put(tmp_path, new, "new", b"new")
    found = run(world.verifier(), tmp_path)
    assert found["old.pdf"].examination.verdict is Verdict.SUPERSEDED
    assert str(new.attestation) in told(found["old.pdf"], "V006")
    assert found["new.pdf"].examination.verdict is Verdict.VERIFIED


def test_one_leaf_of_a_large_batch(world: World, tmp_path: Path) -> None:
    made = [issued.credential(world.issuer.node, files=[str(n).encode()]) for n in range(300)]
    batch = world.attest(made)
    leaf = next(each for each in batch if each.attestation.index == 299)
    other = next(each for each in batch if each.attestation.index == 298)
    world.change(Op.REVOKED, 1, leaf)
    put(tmp_path, leaf, "leaf")
    put(tmp_path, other, "other")
    found = run(world.verifier(), tmp_path)
    assert found["leaf.pdf.chopmark.json"].examination.verdict is Verdict.REVOKED
    assert found["other.pdf.chopmark.json"].examination.verdict is Verdict.VERIFIED


def test_expired(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"x"], valid_until=world.now() - 1), "over", b"x")
    put(tmp_path, world.issue(files=[b"y"], valid_until=world.now() + 10**7), "good", b"y")
    found = run(world.verifier(), tmp_path)
    assert found["over.pdf"].examination.verdict is Verdict.EXPIRED
    assert "V019" in codes(found["over.pdf"])
    assert found["good.pdf"].examination.verdict is Verdict.VERIFIED


def test_back_registration_is_told(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(claims={**CLAIMS, "graduation_date": "2001-07-01"}))
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.VERIFIED
    assert "补登" in told(found, "V016")


def test_what_is_not_final_is_not_seen(world: World, tmp_path: Path) -> None:
    done = world.issue()
    put(tmp_path, done)
    call = world.client.calls.set_status(world.issuer.node, done.attestation.root, Op.REVOKED, 1, [(0, 1)])
    world.do(world.issuer.key, call)
    before = only(world.verifier(), tmp_path).examination
    assert before.verdict is Verdict.VERIFIED
    assert before.read_at is not None
    assert before.read_at.number < world.client.head().number
    world.settle()
    assert only(world.verifier(), tmp_path).examination.verdict is Verdict.REVOKED


# ---- keys and institutions


def test_a_key_retired_later_changes_nothing(world: World, tmp_path: Path) -> None:
    school = world.accredited("西部学院", "Western College")
    put(tmp_path, world.issue(school))
    world.do(school.controller, world.client.calls.retire_key(school.node, "degree", school.node, school.key.address))
    world.settle()
    found = only(world.verifier(profiles=[school.profile]), tmp_path)
    assert found.examination.verdict is Verdict.VERIFIED
    assert [each.code for each in found.examination.later] == ["V009"]


@pytest.mark.parametrize(("before", "verdict"), [(True, Verdict.MANUAL_REVIEW), (False, Verdict.VERIFIED)])
def test_a_compromised_key(world: World, tmp_path: Path, before: bool, verdict: Verdict) -> None:
    school = world.accredited("北方学院", "Northern College")
    suspect = world.now()
    if before:
        world.pass_time(100)
    done = world.issue(school, claims={**CLAIMS, "graduation_date": "2020-06-30"})  # a back-dated claim helps nobody
    put(tmp_path, done)
    world.pass_time(100)
    since = suspect + 50 if before else world.now()
    call = world.client.calls.report_compromise(school.node, "degree", school.node, school.key.address, since, 39)
    world.do(school.controller, call)
    world.settle()
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is verdict
    assert ("V010" in codes(found)) is before


def test_an_issuer_suspended_later_is_told_beside_the_verdict(world: World, tmp_path: Path) -> None:
    school = world.accredited("南方学院", "Southern College")
    put(tmp_path, world.issue(school))
    world.by_accreditor(world.client.calls.suspend(world.accreditor.node, school.node, "degree", 33))
    world.settle()
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.VERIFIED
    assert [each.code for each in found.examination.later] == ["V023"]
    assert found.examination.issuer is not None
    assert found.examination.issuer.standing is Standing.SUSPENDED


def test_an_accreditor_suspended_later_shows_in_its_wards(world: World, tmp_path: Path) -> None:
    body = world.institution("协会", "Association", world.root, world.authority)
    world.do(world.authority, world.client.calls.grant(world.root, body.node, "degree", 0, 0, 2))
    school = world.institution("民办学院", "Private College", body.node, body.controller)
    world.do(body.controller, world.client.calls.grant(body.node, school.node, "degree", 0, 0, 1))
    put(tmp_path, world.issue(school))
    world.do(world.authority, world.client.calls.suspend(world.root, body.node, "degree", 33))
    world.settle()
    found = only(world.verifier(), tmp_path).examination
    assert found.verdict is Verdict.VERIFIED
    assert found.issuer is not None
    assert found.issuer.standing is Standing.SUSPENDED


def test_a_second_key_of_the_issuer(world: World, tmp_path: Path) -> None:
    school, second = world.accredited("双钥学院", "Twokey College"), world.signer()
    calls = world.client.calls
    world.do(school.controller, calls.add_key(school.node, school.node, second.address, Role.ATTEST))
    world.do(school.controller, calls.retire_key(school.node, "", school.node, school.key.address))
    put(tmp_path, world.issue(replace(school, key=second)))
    assert codes(only(world.verifier(), tmp_path)) == []


def test_without_a_profile_the_issuer_has_a_number_and_a_site(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue())
    found = only(world.verifier(profiles=[]), tmp_path).examination
    assert found.issuer is not None
    assert (found.issuer.serial, found.issuer.name_zh, found.issuer.site) == (2, "", "https://oriental.example")
    (tmp_path / "any.profile.json").write_bytes(world.issuer.profile.document())
    materials = collect([tmp_path], LIMITS)
    assert materials.profiles == (world.issuer.profile,)
    assert len(match(materials)) == 1


# ---- whose, and where


def test_an_issuer_of_another_registry(world: World, tmp_path: Path) -> None:
    stranger = issued.lone(issuer_id(b"\x77" * 32, 2))
    anchor = Anchor(world.chain.chain_id, world.registry.attestation_registry, stranger.bundle.anchor.root)
    put(tmp_path, write_bundle(replace(stranger.bundle, anchor=anchor)))
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.ISSUER_NOT_AUTHORISED
    assert "V008" in codes(found)


def test_a_root_that_another_issuer_attested(world: World, tmp_path: Path) -> None:
    """What B attests under A's name is nobody's: roots are the issuer's own."""
    school = world.accredited("冒名学院", "Borrower College")
    made = issued.credential(world.issuer.node)
    batch = issued.batch_of(world.issuer.node, [made])
    world.do(school.key, world.client.calls.attest(school.node, "degree", batch.root, 1))
    world.settle()
    put(tmp_path, issued.bundles(batch, [made], world.chain.chain_id, world.registry.attestation_registry)[0])
    found = only(world.verifier(), tmp_path)
    assert found.examination.verdict is Verdict.NOT_REGISTERED
    assert "V004" in codes(found)


def test_a_bundle_that_was_never_attested(world: World, tmp_path: Path) -> None:
    made = issued.credential(world.issuer.node)
    batch = issued.batch_of(world.issuer.node, [made])
    put(tmp_path, issued.bundles(batch, [made], world.chain.chain_id, world.registry.attestation_registry)[0])
    assert only(world.verifier(), tmp_path).examination.verdict is Verdict.NOT_REGISTERED


def test_a_record_of_another_size(world: World, tmp_path: Path) -> None:
    made = issued.credential(world.issuer.node)
    batch = issued.batch_of(world.issuer.node, [made])
    world.do(world.issuer.key, world.client.calls.attest(world.issuer.node, "degree", batch.root, 2))
    world.settle()
    put(tmp_path, issued.bundles(batch, [made], world.chain.chain_id, world.registry.attestation_registry)[0])
    found = only(world.verifier(), tmp_path)
    assert (found.examination.verdict, codes(found)) == (Verdict.MISMATCH, ["V013"])


def test_another_chains_bundle(world: World, tmp_path: Path) -> None:
    done = world.issue()
    put(tmp_path, changed(done.data, anchor__chainId=56), "chain")
    put(tmp_path, changed(done.data, anchor__registry="0x" + "ab" * 20), "registry")
    for found in run(world.verifier(), tmp_path).values():
        assert found.examination.verdict is Verdict.CANNOT_CHECK
        assert "devnet 31337" in told(found, "V012")


def test_without_a_trust_file_all_that_needs_none_is_answered(world: World, tmp_path: Path) -> None:
    pdf = paper.certificate_pdf("no trust")
    put(tmp_path, world.issue(files=[pdf]), "good", pdf)
    put(tmp_path, b"{", "bad")
    found = run(world.verifier(trust=None), tmp_path)
    good = found["good.pdf"]
    assert good.examination.verdict is Verdict.CANNOT_CHECK
    assert "V001" in codes(good)
    assert "没有信任文件" in told(good, "V012")
    assert found["bad.pdf.chopmark.json"].examination.verdict is Verdict.MISMATCH


# ---- the node


def _trust(world: World, **changes: Any) -> TrustFile:
    return TrustFile((replace(world.chain, **changes),))


@contextmanager
def _silent_server() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_node_that_is_down(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue(files=[b"x"]), file=b"x")
    found = only(world.verifier(_trust(world, rpc=("http://127.0.0.1:1",))), tmp_path)
    assert found.examination.verdict is Verdict.CANNOT_CHECK
    assert set(codes(found)) == {"V001", "V011"}
    assert found.examination.verdict.exit_code == 3


def test_a_node_that_hangs(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue())
    with _silent_server() as url:
        began = time.monotonic()
        found = only(world.verifier(_trust(world, rpc=(url,)), timeout=0.5), tmp_path)
        assert time.monotonic() - began < 3
    assert (found.examination.verdict, codes(found)) == (Verdict.CANNOT_CHECK, ["V011"])


def test_the_next_node_is_asked(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue())
    trust = _trust(world, rpc=("http://127.0.0.1:1", world.devnet.url))
    assert only(world.verifier(trust), tmp_path).examination.verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"genesis": b"\x12" * 32}, ("创世区块", "0x1212")),
        ({"chain_id": 99}, ("链 ID", "99", "31337")),
    ],
)
def test_a_node_of_another_chain(
    world: World, tmp_path: Path, changes: Mapping[str, Any], said: tuple[str, ...]
) -> None:
    put(tmp_path, changed(world.issue().data, anchor__chainId=changes.get("chain_id", 31337)))
    found = only(world.verifier(_trust(world, **changes)), tmp_path)
    assert found.examination.verdict is Verdict.CANNOT_CHECK
    assert all(part in told(found, "V011") for part in said)


def test_code_that_is_not_the_trusted_code(world: World, tmp_path: Path) -> None:
    put(tmp_path, world.issue())
    registry = replace(world.registry, attestation_code_hash=b"\x34" * 32)
    found = only(world.verifier(_trust(world, registries=(registry,))), tmp_path)
    assert found.examination.verdict is Verdict.CANNOT_CHECK
    assert "代码" in told(found, "V011")


def test_two_chains_one_down(world: World, tmp_path: Path) -> None:
    other = replace(world.chain, name="other", chain_id=77, rpc=("http://127.0.0.1:1",))
    done = world.issue()
    put(tmp_path, done, "here")
    put(tmp_path, changed(done.data, anchor__chainId=77), "there")
    found = run(world.verifier(TrustFile((world.chain, other))), tmp_path)
    assert found["here.pdf.chopmark.json"].examination.verdict is Verdict.VERIFIED
    assert found["there.pdf.chopmark.json"].examination.verdict is Verdict.CANNOT_CHECK


# ---- damage


def _damages(good: bytes) -> dict[str, bytes]:
    document = json.loads(good)
    first, *rest = document["disclosures"]
    return {
        "duplicate": good[:-1] + b',"format":"chopmark-bundle-1"}',
        "nan": good.replace(b'"index":0', b'"index":NaN'),
        "float": good.replace(b'"index":0', b'"index":0.0'),
        "deep": good.replace(b'"index":0', b'"index":' + b"[" * 40 + b"]" * 40),
        "space": good.replace(b",", b", ", 1),
        "tail": good + b"\n",
        "bom": b"\xef\xbb\xbf" + good,
        "utf16": good.decode().encode("utf-16"),
        "missing": changed(good).replace(b'"format":"chopmark-bundle-1",', b""),
        "extra": good[:-1] + b',"trust":[]}',
        "format": changed(good, format="chopmark-bundle-2"),
        "root": changed(good, anchor__root="00" * 32),
        "anchor": changed(good, anchor__chainId="31337"),
        "payload": changed(good, payload=document["payload"][:-4]),
        "other payload": changed(good, payload=json.loads(issued.lone().data)["payload"]),
        "disclosure": changed(good, disclosures=[first[:-1] + ("A" if first[-1] != "A" else "B"), *rest]),
        "foreign disclosure": changed(
            good, disclosures=sorted([*rest, json.loads(issued.lone().data)["disclosures"][0]])
        ),
        "disclosure twice": changed(good, disclosures=[first, first, *rest]),
        "index": changed(good, proof__index=1),
        "size": changed(good, proof__size=2),
        "nodes": changed(good, proof__nodes=["00" * 32]),
    }


def test_a_damaged_bundle_says_so_whatever_is_damaged(world: World, tmp_path: Path) -> None:
    done = world.issue(files=[b"x"])
    for name, data in _damages(done.data).items():
        assert data != done.data, name
        put(tmp_path, data, name)
    for name, found in run(world.verifier(), tmp_path).items():
        assert (name, found.examination.verdict) == (name, Verdict.MISMATCH)
        assert codes(found) == ["V013"]
        assert found.examination.verdict.exit_code == 1


def test_no_changed_bit_of_a_bundle_is_ever_verified(world: World, tmp_path: Path) -> None:
    """A sweep over every seventh byte; the step is prime to the lengths of everything inside."""
    done = world.issue(files=[b"x"])
    for at in range(0, len(done.data), 7):
        put(tmp_path, paper.one_byte_changed(done.data, at), f"{at:05}")
    found = run(world.verifier(), tmp_path)
    assert len(found) == len(range(0, len(done.data), 7))
    wrong = [name for name, each in found.items() if each.examination.verdict.exit_code == 0]
    assert wrong == []


# ---- many


def test_a_folder_of_300_files(world: World, tmp_path: Path) -> None:
    files = [f"file {n}".encode() for n in range(300)]
    batch = world.attest([issued.credential(world.issuer.node, files=[data]) for data in files])
    world.settle()
    for number, (done, data) in enumerate(zip(batch, files, strict=True)):
        (tmp_path / f"{number % 7}").mkdir(exist_ok=True)
        put(tmp_path / f"{number % 7}", done, f"{number}", data)
    found = run(world.verifier(), tmp_path)
    assert len(found) == 300
    assert {each.examination.verdict for each in found.values()} == {Verdict.VERIFIED}
    assert {each.examination.read_at for each in found.values()} == {world.client.final()}


@pytest.mark.slow
def test_200_bundles_of_200_batches_at_once(world: World, tmp_path: Path) -> None:
    for number in range(200):
        made = issued.credential(world.issuer.node, files=[f"n {number}".encode()])
        put(tmp_path, world.attest([made])[0], f"{number}")
    world.settle()
    found = run(world.verifier(), tmp_path)
    assert {each.examination.verdict for each in found.values()} == {Verdict.VERIFIED}
    assert len({each.examination.read_at for each in found.values()}) == 1, "one pinned block for all"
