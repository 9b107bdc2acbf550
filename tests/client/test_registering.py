"""Registering through a site: once, whatever gets lost on the way; and nothing is believed that the chain does not bear out."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chopmark.client import SiteContradicted, SiteRefused, State
from chopmark.core.bundle import open_bundle, read_bundle
from chopmark.core.trust import TrustFile, read_trust, write_trust
from chopmark.errors import TrustError, Unreachable
from tests.client.conftest import registrar
from tests.client.servers import Answer, Asked, Said, lying, rewriting
from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import FIELDS, number
from tests.http.conftest import Served

_numbers = itertools.count(700_001)


def graduate(**changes: str) -> dict[str, str]:
    """The fields of a graduate whom nobody has registered yet."""
    return FIELDS | {"certificate_number": number(next(_numbers))} | changes


def credentials(service: Served) -> int:
    return service.office.rows()["credentials"]


def test_a_credential_with_its_file_comes_home_proven(service: Served, tmp_path: Path) -> None:
    site = registrar(service)
    file = tmp_path / "王莉.pdf"
    file.write_bytes(certificate_pdf("degree of 王莉"))
    dry = site.check("degree", graduate(), [file])
    assert (dry.rows, dry.new, dry.findings) == (1, 1, ())
    seen: list[str] = []
    taken = site.register("degree", graduate(), [file])
    done = site.wait(taken.id, timeout=60, progress=lambda now: seen.append(now.state))
    assert (done.registration.state, done.proof.state, done.proof.findings) == ("registered", State.VALID, ())
    assert done.proof.read_at is not None
    assert seen[-1] == "registered"
    (home,) = site.bundles(taken.id, tmp_path / "bundles")
    opened = open_bundle(read_bundle(home.path.read_bytes()))
    assert opened.claims["holder_name"] == "王莉"
    assert home.path.stat().st_mode & 0o777 == 0o600
    assert site.bundle(opened.commitment.hex()) == home.path.read_bytes()
    (listed,) = site.registered_credentials(taken.id)
    assert (listed.id, listed.state, listed.attestation) == (
        home.commitment.hex(),
        "registered",
        str(opened.attestation),
    )


def test_a_sheet_with_a_folder_of_files_is_checked_then_registered(service: Served, tmp_path: Path) -> None:
    site = registrar(service)
    rows = [graduate(file=f"{at}.pdf") for at in range(3)]
    sheet = service.office.sheet(rows, "sdk.csv")
    folder = tmp_path / "files"
    folder.mkdir()
    for at in range(3):
        (folder / f"{at}.pdf").write_bytes(certificate_pdf(f"{at}"))
    assert site.check_sheet(sheet, "degree", folder).new == 3
    done = site.wait(site.register_sheet(sheet, "degree", folder).id, timeout=60)
    assert (done.registration.count, done.proof.state) == (3, State.VALID)
    assert len(site.bundles(done.registration.id, tmp_path / "out")) == 3
    assert b"105331202605" in site.mail_merge(done.registration.id)


def test_what_is_wrong_is_told_finding_by_finding_and_nothing_is_written(service: Served) -> None:
    site = registrar(service)
    before = credentials(service)
    with pytest.raises(SiteRefused) as told:
        site.register_many("degree", [graduate(), graduate(holder_name="")])
    assert told.value.status == 422
    assert [finding.code for finding in told.value.findings] == ["I010"]
    assert credentials(service) == before


def test_an_answer_that_was_lost_leaves_one_registration(service: Served) -> None:
    lost: list[Asked] = []

    def lose(asked: Asked, said: Said) -> Said:
        if asked.method == "POST" and len(lost) < 2:
            lost.append(asked)
            return Said(drop=True)
        return said

    before = credentials(service)
    with lying(service.url, lose) as proxy:
        site = registrar(service, proxy.url)
        taken = site.register("degree", graduate())
        assert site.wait(taken.id, timeout=60).proof.state is State.VALID
        assert [r.id for r, _ in zip(site.registrations(), range(1), strict=False)] == [taken.id]
    assert len(lost) == 2
    assert credentials(service) == before + 1


def test_the_callers_own_name_for_a_write_makes_it_happen_once(service: Served) -> None:
    site = registrar(service)
    fields = graduate()
    first = site.register("degree", fields, key="enrolment-4711")
    assert site.register("degree", fields, key="enrolment-4711").id == first.id
    with pytest.raises(SiteRefused) as told:
        site.register("degree", graduate(), key="enrolment-4711")
    assert (told.value.code, told.value.status) == ("H409", 409)


def test_a_batch_that_is_not_on_the_chain_is_noticed(service: Served) -> None:
    taken = registrar(service).register("degree", graduate())
    assert registrar(service).wait(taken.id, timeout=60).proof.state is State.VALID

    def other_root(document: Answer) -> None:
        for batch in document.get("batches", ()):
            batch["root"] = "00" * 32

    def more_leaves(document: Answer) -> None:
        for batch in document.get("batches", ()):
            batch["size"] += 1

    for change, code in ((other_root, "S015"), (more_leaves, "S002")):
        with lying(service.url, rewriting("/registrations/", change)) as proxy:
            proof = registrar(service, proxy.url).wait(taken.id, timeout=30).proof
        assert (proof.state, [found.code for found in proof.findings]) == (State.INVALID, [code])


def test_without_trust_or_node_the_sites_word_is_not_called_proof(service: Served, tmp_path: Path) -> None:
    taken = registrar(service).register("degree", graduate())
    registrar(service).wait(taken.id, timeout=60)
    site = registrar(service, trust=None)
    proof = site.wait(taken.id, timeout=60).proof
    assert (proof.state, [found.code for found in proof.findings]) == (State.COULD_NOT_CHECK, ["S019"])
    with pytest.raises(TrustError):
        site.bundles(taken.id, tmp_path / "none")
    dead = {service.office.client.chain.chain_id: ["http://127.0.0.1:9"]}
    site = registrar(service, nodes=dead)
    assert site.wait(taken.id, timeout=60).proof.state is State.COULD_NOT_CHECK
    with pytest.raises(Unreachable):
        site.bundles(taken.id, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def _zip(said: Said, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Said:
    with zipfile.ZipFile(io.BytesIO(said.body)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in change(held).items():
            archive.writestr(name, data)
    said.body = made.getvalue()
    return said


def _altered(held: dict[str, bytes]) -> dict[str, bytes]:
    """One digit of a proof's root is another."""
    name, data = next(iter(held.items()))
    document = json.loads(data)
    root = document["anchor"]["root"]
    document["anchor"]["root"] = ("1" if root[0] == "0" else "0") + root[1:]
    return held | {name: json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()}


LIES: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "altered": (_altered, "S006"),
    "garbage": (lambda held: dict.fromkeys(held, b"{}"), "S006"),
    "missing": (lambda held: dict(list(held.items())[1:]), "S018"),
    "twice": (lambda held: dict.fromkeys(held, next(iter(held.values()))), "S018"),
}


@pytest.mark.parametrize("lie", list(LIES))
def test_a_bundle_that_proves_nothing_is_never_written(service: Served, tmp_path: Path, lie: str) -> None:
    change, code = LIES[lie]
    taken = registrar(service).register_many("degree", [graduate(), graduate()])
    registrar(service).wait(taken.id, timeout=60)
    with (
        lying(service.url, lambda asked, said: _zip(said, change) if "/bundles" in asked.path else said) as proxy,
        pytest.raises(SiteContradicted) as told,
    ):
        registrar(service, proxy.url).bundles(taken.id, tmp_path / "out")
    assert told.value.findings[0].code == code
    assert (told.value.code, told.value.exit_code) == ("E703", 1)
    assert not (tmp_path / "out").exists()


def test_bundles_of_another_registry_are_not_taken_home(service: Served, tmp_path: Path) -> None:
    taken = registrar(service).register("degree", graduate())
    registrar(service).wait(taken.id, timeout=60)
    own = read_trust((service.office.home / "trust.json").read_bytes())
    chain = own.chains[0]
    other = tuple(replace(entry, attestation_registry=b"\1" * 20) for entry in chain.registries)
    path = tmp_path / "trust.json"
    path.write_bytes(write_trust(TrustFile((replace(chain, registries=other),))))
    with pytest.raises(Unreachable) as told:
        registrar(service, trust=path).bundles(taken.id, tmp_path / "out")
    assert "trust file" in str(told.value)
    assert not (tmp_path / "out").exists()


def test_status_changes_are_carried_out_and_told_one_by_one(service: Served) -> None:
    site = registrar(service)
    done = site.wait(site.register_many("degree", [graduate(), graduate()]).id, timeout=60)
    held = [each.id for each in site.registered_credentials(done.registration.id)]
    change = site.wait_change(site.revoke(held, "misconduct").id, timeout=60)
    assert (change.state, change.count, change.refused) == ("done", 2, 0)
    told = list(site.changed(change.id))
    assert [each.id for each in told] == held
    assert all(each.block and each.transaction for each in told)
    with pytest.raises(SiteRefused) as refused:
        site.credential("f" * 64)
    assert refused.value.status == 404


def test_a_correction_names_what_it_replaces(service: Served, tmp_path: Path) -> None:
    site = registrar(service)
    done = site.wait(site.register("degree", graduate()).id, timeout=60)
    (old,) = site.registered_credentials(done.registration.id)
    taken = site.correct(old.id, {"major": "建筑学"})
    assert taken.replaces == old.id
    assert site.wait(taken.id, timeout=60).proof.state is State.VALID
    (home,) = site.bundles(taken.id, tmp_path / "bundles")
    opened = open_bundle(read_bundle(home.path.read_bytes()))
    assert (opened.claims["major"], opened.replaces) == ("建筑学", bytes.fromhex(old.id))
