"""Verifying with the help of a site: an honest one adds what the caller lacks, a lying one is found out by a code."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chopmark.client import Patience, SiteContradicted, SiteRefused, Verdict, Verification
from chopmark.client.verifying import declarations_of
from chopmark.core.trust import TrustFile, read_trust
from chopmark.errors import InputError
from chopmark.services.verify.declared import Declaration
from tests.client.conftest import registrar, reviewer
from tests.client.servers import Answer, Said, lying, rewriting
from tests.fixtures.paper import certificate_pdf, scan_jpeg
from tests.fixtures.town import FIELDS, number
from tests.http.conftest import Served

_numbers = itertools.count(600_001)


@dataclass(frozen=True)
class Held:
    """Two graduates' files as their holders keep them, and one file that nobody registered; one bundle each."""

    li: Path
    wei: Path
    unknown: Path
    bundles: dict[str, bytes]
    number: str


@pytest.fixture(scope="module")
def held(service: Served, tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder, site = tmp_path_factory.mktemp("held"), registrar(service)
    bundles, numbers, taken = {}, {}, {}
    for name in ("王莉", "李伟"):
        (folder / f"{name}.pdf").write_bytes(certificate_pdf(f"held by {name}"))
        numbers[name] = number(next(_numbers))
        fields = FIELDS | {"holder_name": name, "certificate_number": numbers[name]}
        taken[name] = site.register("degree", fields, [folder / f"{name}.pdf"]).id
    for name, id_ in taken.items():
        site.wait(id_, timeout=60)
        bundles[name] = site.bundles(id_, folder / "bundles")[0].path.read_bytes()
    (folder / "unknown.pdf").write_bytes(certificate_pdf("nobody knows"))
    return Held(folder / "王莉.pdf", folder / "李伟.pdf", folder / "unknown.pdf", bundles, numbers["王莉"])


def codes(done: Verification) -> list[str]:
    return [found.code for found in done.all_differences]


def remarks(done: Verification) -> list[str]:
    return [found.code for each in done for found in each.remarks]


def verify_through(service: Served, change: Callable[[Answer], object], *paths: Path, **options: Any) -> Verification:
    with lying(service.url, rewriting("/verifications", change)) as proxy:
        return reviewer(service, proxy.url, **options.pop("client", {})).verify(paths, **options)


# -- an honest site


def test_an_honest_site_contributes_bundles_and_contradicts_nothing(service: Served, held: Held) -> None:
    done = reviewer(service).verify([held.li, held.wei])
    assert [(each.name, each.verdict) for each in done] == [
        ("王莉.pdf", Verdict.VERIFIED),
        ("李伟.pdf", Verdict.VERIFIED),
    ]
    assert (codes(done), remarks(done), done.exit_code) == ([], [], 0)
    done.require_agreement()
    first = done.materials[0].as_json()
    assert (first["verdict"], first["matched_by"]) == ("verified", "index")
    assert first["site"]["verdict"] == "verified"  # type: ignore[index]


def test_bundles_files_scans_and_folders_go_together(service: Served, held: Held, tmp_path: Path) -> None:
    folder = tmp_path / "dossier"
    (folder / "b").mkdir(parents=True)
    (folder / "王莉.pdf").write_bytes(held.li.read_bytes())
    (folder / "王莉.pdf.chopmark.json").write_bytes(held.bundles["王莉"])
    (folder / "李伟.jpg").write_bytes(scan_jpeg())
    (folder / "b" / "李伟.chopmark.json").write_bytes(held.bundles["李伟"])
    (folder / "档案.zip").write_bytes(b"PK\5\6" + bytes(18))
    (folder / "数据.json").write_text("{}", encoding="utf-8")
    done = reviewer(service).verify([folder], {"李伟.jpg": {"holder_name": "李伟"}})
    found = {each.name: each.verdict for each in done}
    assert found == {
        "数据.json": Verdict.CANNOT_CHECK,
        "李伟.jpg": Verdict.PARTLY_VERIFIED,
        "档案.zip": Verdict.CANNOT_CHECK,
        "王莉.pdf": Verdict.VERIFIED,
    }
    assert codes(done) == []


def test_one_file_and_one_bundle_that_do_not_belong_together_are_two_materials(
    service: Served, held: Held, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "foto.jpg").write_bytes(scan_jpeg())
    (tmp_path / "b" / "王莉.chopmark.json").write_bytes(held.bundles["王莉"])
    done = reviewer(service).verify([tmp_path])
    assert [(each.name, each.verdict) for each in done] == [
        ("a/foto.jpg", Verdict.CANNOT_CHECK),
        ("b/王莉.chopmark.json", Verdict.VERIFIED),
    ]
    assert codes(done) == []


def test_no_name_of_a_file_leaves_the_house(service: Served, held: Held) -> None:
    with lying(service.url, lambda _, said: said) as proxy:
        reviewer(service, proxy.url).verify([held.li])
        sent = proxy.asked[0].body
    assert "王莉.pdf".encode() not in sent
    assert b'filename="m0.pdf"' in sent


def test_what_is_declared_is_compared_by_both_alike(service: Served, held: Held) -> None:
    done = reviewer(service).verify([held.li, held.wei], ["王莉.pdf:holder_name=王丽", "school=东方理工大学"])
    assert [each.verdict for each in done] == [Verdict.MISMATCH, Verdict.VERIFIED]
    assert (codes(done), done.exit_code) == ([], 1)
    same = [Declaration("", "school", "x"), Declaration("a.pdf", "school", "y")]
    assert list(declarations_of({"*": {"school": "x"}, "a.pdf": {"school": "y"}})) == same
    assert list(declarations_of({"school": "x"})) == same[:1]


def test_a_slip_of_the_pen_is_said_before_anything_is_sent(service: Served, held: Held) -> None:
    with lying(service.url, lambda _, said: said) as proxy:
        with pytest.raises(InputError):
            reviewer(service, proxy.url).verify([held.li], {"no_such_field": "x"})
        assert proxy.asked == []


def test_what_is_too_large_for_a_site_is_checked_without_it(service: Served, held: Held) -> None:
    def refuse(asked: Any, said: Said) -> Said:
        if len(asked.body) < 50_000:
            return said
        problem = {"code": "H413", "message": {"zh": "请求过大", "en": "too large"}}
        return Said(413, json.dumps(problem).encode(), "application/problem+json")

    big = held.li.parent / "big.bin"
    big.write_bytes(bytes(60_000))
    with lying(service.url, refuse) as proxy:
        done = reviewer(service, proxy.url).verify([held.li, big, held.wei])
    assert [(each.verdict, [found.code for found in each.remarks]) for each in done] == [
        (Verdict.VERIFIED, []),
        (Verdict.CANNOT_CHECK, ["S017"]),
        (Verdict.VERIFIED, []),
    ]


# -- what a site says and nobody can check


def test_absence_is_hearsay_and_never_ones_own_verdict(service: Served, held: Held) -> None:
    (only,) = reviewer(service).verify([held.unknown])
    assert only.site is not None
    assert (only.verdict, only.site.verdict) == (Verdict.CANNOT_CHECK, Verdict.NOT_REGISTERED)
    assert [found.code for found in only.remarks] == ["S013"]


@pytest.mark.parametrize("lacking", ["trust", "node"])
def test_without_trust_or_node_a_verified_is_only_what_the_site_says(service: Served, held: Held, lacking: str) -> None:
    chain = service.office.client.chain.chain_id
    options = {"trust": None} if lacking == "trust" else {"nodes": {chain: ["http://127.0.0.1:9"]}, "node_timeout": 1.0}
    (only,) = reviewer(service, **options).verify([held.li])
    assert only.site is not None
    assert (only.verdict, only.site.verdict) == (Verdict.CANNOT_CHECK, Verdict.VERIFIED)
    assert [found.code for found in (*only.differences, *only.remarks)] == ["S013"]


def test_a_site_that_is_down_takes_nothing_away(service: Served, held: Held, tmp_path: Path) -> None:
    (tmp_path / "王莉.pdf.chopmark.json").write_bytes(held.bundles["王莉"])
    done = reviewer(service, "http://127.0.0.1:9", patience=Patience(retry=0.3)).verify([held.li, tmp_path])
    assert [each.verdict for each in done] == [Verdict.VERIFIED]
    assert (codes(done), remarks(done)) == ([], ["S016"])
    assert done.trouble is not None
    assert done.trouble.code == "E701"
    with lying(service.url, lambda *_: Said(body=b"[")) as proxy:
        assert remarks(reviewer(service, proxy.url).verify([held.li])) == ["S016"]


def test_a_caller_whom_the_site_does_not_know_is_told_so(service: Served, held: Held) -> None:
    with pytest.raises(SiteRefused) as told:
        type(reviewer(service))(service.url, "chop_nobody_x").verify([held.li])
    assert (told.value.status, told.value.code) == (401, "H401")


# -- a lying site


def first(document: Answer) -> Answer:
    found: Answer = document["materials"][0]
    return found


def set_first(**members: object) -> Callable[[Answer], object]:
    return lambda document: first(document).update(members)


@pytest.mark.parametrize("verdict", ["revoked", "not_registered", "manual_review"])
def test_a_swapped_verdict_is_noticed(service: Served, held: Held, verdict: str) -> None:
    done = verify_through(service, set_first(verdict=verdict), held.li)
    assert (done.materials[0].verdict, codes(done), done.exit_code) == (Verdict.VERIFIED, ["S001"], 3)
    with pytest.raises(SiteContradicted) as told:
        done.require_agreement()
    assert (told.value.code, told.value.findings[0].code) == ("E703", "S001")


def test_a_good_word_for_a_revoked_credential_is_noticed(service: Served, tmp_path: Path) -> None:
    site = registrar(service)
    file = tmp_path / "revoked.pdf"
    file.write_bytes(certificate_pdf("to be revoked"))
    fields = FIELDS | {"certificate_number": number(next(_numbers))}
    id_ = site.register("degree", fields, [file]).id
    site.wait(id_, timeout=60)
    before: list[Answer] = []
    assert verify_through(service, before.append, file).exit_code == 0
    (one,) = site.registered_credentials(id_)
    site.wait_change(site.revoke([one.id], "misconduct").id, timeout=60)
    assert codes(reviewer(service).verify([file])) == []

    # A lie: it read the present block and calls it verified.
    done = verify_through(service, set_first(verdict="verified"), file)
    assert (done.materials[0].verdict, codes(done)) == (Verdict.REVOKED, ["S001"])

    # An answer of yesterday: right as of the block that it names, which is told and, if it is too old, held against it.
    def replay(document: Answer) -> None:
        document.clear()
        document.update(before[0])

    done = verify_through(service, replay, file)
    assert (done.materials[0].verdict, codes(done), remarks(done)) == (Verdict.REVOKED, [], ["S014"])
    block = before[0]["materials"][0]["read_at"]
    head = service.office.client.head()
    if head.time > block["time"]:
        done = verify_through(service, replay, file, stale_after=head.time - block["time"] - 1)
        assert codes(done) == ["S003"]

    # The old answer under the new block's name.
    def disguised(document: Answer) -> None:
        at = first(document)["read_at"]
        replay(document)
        first(document)["read_at"] = at

    assert codes(verify_through(service, disguised, file)) == ["S001"]


def at_block(service: Served, height: int) -> Answer:
    block = service.office.client.block(height)
    assert block is not None
    chain = service.office.client.chain.chain_id
    return {"chainId": chain, "block": block.number, "hash": "0x" + block.hash.hex(), "time": block.time}


def test_an_old_block_is_noticed_by_its_age(service: Served, held: Held) -> None:
    early = at_block(service, 1)
    age = service.office.client.head().time - early["time"]
    done = verify_through(service, set_first(read_at=early), held.li, stale_after=max(0, age - 1))
    assert codes(done) == ["S003"]
    younger = early | {"time": service.office.client.head().time + 100}
    assert codes(verify_through(service, set_first(read_at=younger), held.li)) == ["S004"]


def test_a_block_of_nowhere_and_a_block_of_elsewhere_are_noticed(service: Served, held: Held) -> None:
    real = at_block(service, 1)
    for change in ({"hash": "0x" + "ab" * 32}, {"block": 10**9}):
        assert codes(verify_through(service, set_first(read_at=real | change), held.li)) == ["S004"]
    done = verify_through(service, set_first(read_at=real | {"chainId": 1}), held.li)
    assert codes(done) == ["S005"]


def with_bundle(data: bytes) -> Callable[[Answer], object]:
    return set_first(bundle_data=base64.b64encode(data).decode())


def test_a_forged_bundle_is_not_used(service: Served, held: Held) -> None:
    good = held.bundles["王莉"]
    document = json.loads(good)
    root = document["anchor"]["root"]
    forged = good.replace(root.encode(), (root[:-1] + ("0" if root[-1] != "0" else "1")).encode())
    for data in (forged, good + b" "):
        done = verify_through(service, with_bundle(data), held.li)
        (only,) = done
        assert (only.verdict, codes(done)) == (Verdict.CANNOT_CHECK, ["S006"]), data[:40]
    done = verify_through(service, set_first(bundle_data="no base64!"), held.li)
    assert codes(done) == ["S006"]


def test_another_files_bundle_is_not_used(service: Served, held: Held) -> None:
    done = verify_through(service, with_bundle(held.bundles["李伟"]), held.li)
    assert (done.materials[0].verdict, codes(done)) == (Verdict.CANNOT_CHECK, ["S007"])


def test_a_bundle_of_a_registry_that_the_caller_does_not_trust_is_told(service: Served, held: Held) -> None:
    own = read_trust((service.office.home / "trust.json").read_bytes())
    (chain,) = own.chains
    (entry,) = chain.registries
    other = TrustFile((replace(chain, registries=(replace(entry, attestation_registry=b"\1" * 20),)),))
    (only,) = reviewer(service, trust=other).verify([held.li])
    assert (only.verdict, [found.code for found in only.differences]) == (Verdict.CANNOT_CHECK, ["S008"])


def test_a_verdict_without_anything_to_check_it_by_is_told(service: Served, held: Held) -> None:
    done = verify_through(service, set_first(bundle_data=None), held.li)
    assert (done.materials[0].verdict, codes(done)) == (Verdict.CANNOT_CHECK, ["S012"])


def test_dropped_added_and_repeated_answers_are_noticed(service: Served, held: Held) -> None:
    done = verify_through(service, lambda d: d["materials"].pop(), held.li, held.wei)
    assert [(each.verdict, [f.code for f in each.differences]) for each in done] == [
        (Verdict.VERIFIED, []),
        (Verdict.CANNOT_CHECK, ["S009"]),
    ]
    done = verify_through(service, lambda d: d["materials"].append({**first(d), "material": "m77.pdf"}), held.li)
    assert ([f.code for f in done.differences], done.materials[0].differences) == (["S010"], ())
    done = verify_through(service, lambda d: d["materials"].append(first(d)), held.li)
    assert codes(done) == ["S011"]


def test_answers_that_changed_places_are_noticed(service: Served, held: Held) -> None:
    def swap(document: Answer) -> None:
        one, two = document["materials"]
        one["material"], two["material"] = two["material"], one["material"]

    done = verify_through(service, swap, held.li, held.wei)
    assert {each.verdict for each in done} == {Verdict.CANNOT_CHECK}
    assert all("S007" in [f.code for f in each.differences] for each in done)


def test_false_facts_beside_a_right_verdict_are_noticed(service: Served, held: Held) -> None:
    def other_leaf(document: Answer) -> None:
        found = first(document)
        found["attestation"] = found["attestation"].rpartition("/")[0] + "/7"
        found["registered"]["block"] += 1
        found["file"]["sha-256"] = "00" * 32

    assert codes(verify_through(service, other_leaf, held.li)) == ["S002", "S002", "S002"]


# -- by number


def test_a_match_is_the_sites_word_and_its_attestation_is_seen_on_the_chain(service: Served, held: Held) -> None:
    told = reviewer(service).match(held.number, {"holder_name": "王莉", "school": "东方理工大学"}, kind="degree")
    assert (told.verdict, dict(told.fields)["holder_name"]) == (Verdict.PARTLY_VERIFIED, "agrees")
    assert (told.proof.state, told.differences) == ("valid", ())
    unknown = reviewer(service).match(held.number, {"holder_name": "王五"}, kind="degree")
    assert (unknown.verdict, unknown.attestation, unknown.proof.state) == (Verdict.NOT_REGISTERED, None, "skipped")


def test_a_match_with_a_false_attestation_or_status_is_noticed(service: Served, held: Held) -> None:
    def ask(change: Callable[[Answer], object]) -> list[str]:
        with lying(service.url, rewriting("/matches", change)) as proxy:
            told = reviewer(service, proxy.url).match(held.number, {"holder_name": "王莉"}, kind="degree")
        return [found.code for found in told.differences]

    def other_root(document: Answer) -> None:
        head, _, index = document["attestation"].rpartition("/")
        document["attestation"] = f"{head.rpartition(':')[0]}:{'00' * 32}/{index}"

    assert ask(other_root) == ["S015"]
    assert ask(lambda document: document.update(verdict="revoked")) == ["S001"]
    without = reviewer(service, trust=None).match(held.number, {"holder_name": "王莉"}, kind="degree")
    assert (without.proof.state, without.proof.findings[0].code) == ("could_not_check", "S019")
