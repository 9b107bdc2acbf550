"""The command line through a site: the same commands, answers and exit codes; the home holds a trust file and a token only."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chopmark.cli.remote.site import COMMANDS
from tests.cli import test_sign as signing
from tests.client.servers import Answer, Said, Server, lying, rewriting
from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import FIELDS, Office, Town, fields, number
from tests.http.conftest import Served, serving

_numbers = itertools.count(500_001)


@pytest.fixture(scope="module")
def service(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(town.open(tmp_path_factory.mktemp("remote") / "home")) as made:
        yield made


@pytest.fixture
def desk(town: Town, service: Served, tmp_path: Path) -> Office:
    """A registrar's home without keys: trust file, token."""
    return at_site(town.bare(tmp_path / "desk"), service, "registrar")


def at_site(office: Office, service: Served, role: str) -> Office:
    token = office.file("token", service.token(role))
    token.chmod(0o600)
    office.variables = {"CHOPMARK_SITE": service.url, "CHOPMARK_TOKEN_FILE": str(token)}
    return office


def registered(desk: Office, **changes: str) -> tuple[str, Path]:
    """A graduate with a file, registered: commitment, file."""
    n = next(_numbers)
    file = desk.file(f"{n}.pdf", certificate_pdf(str(n)))
    (made,) = desk.json("register", file, "--kind", "degree", *fields(n, **changes))["credentials"]
    return made["id"], file


def test_registering_and_verifying_read_as_they_do_at_home(desk: Office, service: Served) -> None:
    n = next(_numbers)
    file = desk.file("王莉.pdf", certificate_pdf("王莉"))
    dry = desk.json("register", file, "--kind", "degree", *fields(n), "--dry-run")
    assert (dry["rows"], dry["new"], dry["findings"]) == (1, 1, [])
    answer = desk.ok("register", file, "--kind", "degree", *fields(n))
    assert "1 registered" in answer.out
    assert "Seen on the chain" in answer.err
    (bundle,) = desk.bundles()
    assert bundle.endswith(".chopmark.json")
    again = desk.json("register", file, "--kind", "degree", *fields(n))
    assert (again["registered"], again["known"], len(again["batches"])) == (0, 1, 1)
    assert set(again) == {"registered", "known", "warnings", "batches", "credentials"}
    verified = desk.ok("verify", file)
    assert "Verified" in verified.out
    assert "nothing that contradicts" in verified.out
    told = desk.json("verify", file)
    assert (told["verdict"], told["site"]["verdict"], told["differences"]) == ("verified", "verified", [])
    by_number = desk.run("verify", "--number", number(n), "--holder", "王莉", "--kind", "degree")
    assert by_number.code == 0
    assert "the site says" in by_number.out


def test_a_sheet_is_checked_corrected_and_registered(desk: Office) -> None:
    rows = [FIELDS | {"certificate_number": number(next(_numbers))} for _ in range(3)]
    bad = desk.sheet([*rows[:2], rows[2] | {"graduation_date": "2026-13-01"}])
    answer = desk.run("register", "--kind", "degree", "--sheet", bad, "--yes")
    assert answer.code == 2
    assert "I013" in answer.out
    told = desk.json("register", "--kind", "degree", "--sheet", bad, "--yes", code=2)
    assert [finding["place"]["row"] for finding in told["findings"]] == [4]
    good = desk.sheet(rows)
    assert desk.json("register", "--kind", "degree", "--sheet", good)["new"] == 3
    assert desk.bundles() == []
    assert desk.json("register", "--kind", "degree", "--sheet", good, "--yes")["registered"] == 3
    assert len(desk.bundles()) == 3


def test_the_good_rows_of_a_sheet_and_the_others_come_back(desk: Office) -> None:
    rows = [FIELDS | {"certificate_number": number(next(_numbers))} for _ in range(2)]
    sheet = desk.sheet([rows[0], rows[1] | {"holder_name": ""}], "毕业生.csv")
    done = desk.json("register", "--kind", "degree", "--sheet", sheet, "--yes", "--skip-invalid")
    assert done["registered"] == 1
    assert [path.name for path in desk.home.glob("毕业生*")] != ["毕业生.csv"]


def test_status_changes_and_corrections(desk: Office) -> None:
    id_, file = registered(desk)
    (bundle,) = (desk.home / "bundles").glob("*")
    (suspended,) = desk.json("suspend", bundle, "--reason", "under-review")
    assert (suspended["id"], suspended["already"]) == (id_, False)
    assert suspended["block"]
    assert desk.json("verify", file, code=1)["verdict"] == "suspended"
    desk.ok("resume", id_)
    left = desk.run("supersede", id_, "--field", "major=建筑学", "--json")
    assert (left.code, left.error) == (2, "E101"), "files are not given up by saying nothing of them"
    new = desk.json("supersede", id_, file, "--field", "major=建筑学")
    assert new["registered"] == 1
    assert desk.json("verify", bundle, code=1)["verdict"] == "superseded"
    other, paper = registered(desk)
    assert "done, block" in desk.ok("revoke", other, "--reason", "misconduct").out
    assert desk.json("verify", paper, code=1)["verdict"] == "revoked"
    assert desk.run("revoke", "f" * 64, "--reason", "misconduct").code == 2
    refused = desk.run("resume", other, "--json")
    assert (refused.code, refused.error) == (2, "E504")


def test_what_a_site_says_of_itself_and_of_lives(desk: Office) -> None:
    id_, _ = registered(desk)
    told = desk.json("status")
    assert (told["token"]["role"], told["registrations"]) == ("registrar", [])
    assert "degree" in desk.ok("kinds").out
    assert "holder_name" in desk.ok("kinds", "degree").out
    life = desk.ok("audit", "credential", id_)
    assert "word of the site" in life.out


def test_a_lying_site_is_named_by_code_and_leaves_the_answer_open(desk: Office, service: Served) -> None:
    _, file = registered(desk)

    def lie(document: Answer) -> None:
        document["materials"][0]["verdict"] = "revoked"
        document["materials"].append({**document["materials"][0], "material": "m9\x1b[2J\u202e.pdf"})

    with lying(service.url, rewriting("/verifications", lie)) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        answer = desk.run("verify", file, lang="zh")
        told = desk.json("verify", file, code=3)
    assert answer.code == 3
    assert "已核实" in answer.out
    assert "S001" in answer.out
    assert "S010" in answer.out
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out
    assert "该站点称“已撤销”，自行核验为“已核实”" in answer.out
    assert (told["verdict"], told["differences"][0]["code"]) == ("verified", "S001")


def test_a_site_that_is_down_is_told_and_ones_own_check_goes_on(desk: Office) -> None:
    _, file = registered(desk)
    desk.variables["CHOPMARK_SITE"] = "http://127.0.0.1:9"
    answer = desk.run("verify", file, desk.home / "bundles")
    assert answer.code == 0
    assert "E701" in answer.out
    assert desk.run("kinds", "--json").error == "E701"


@pytest.mark.parametrize(
    "words",
    [
        ("key", "list"),
        ("worker",),
        ("issuer", "list"),
        ("accredit", "--help"),
        ("audit", "rebuild"),
        ("serve",),
        ("revoke", "--sheet", "x.csv", "--reason", "misconduct"),
    ],
)
def test_what_makes_no_sense_at_a_site_says_so(desk: Office, words: tuple[str, ...]) -> None:
    answer = desk.run(*words)
    assert answer.code == 2
    assert "--site" in answer.err


WORDS = {
    "register": ("register", "--kind", "degree", *fields(1)),
    "revoke": ("revoke", "1", "--reason", "misconduct"),
    "suspend": ("suspend", "1", "--reason", "under-review"),
    "resume": ("resume", "1"),
    "supersede": ("supersede", "1", "--field", "major=建筑学"),
    "status": ("status",),
    "kinds": ("kinds",),
    "audit": ("audit", "credential", "a" * 64),
    "verify": ("verify", "--number", "1", "--holder", "王莉"),
    "submit": ("submit", "answer.signed.json"),
}


def test_no_command_works_at_home_by_mistake(desk: Office) -> None:
    """A command that forgot the site would do something else than was asked for, and somewhere else."""
    assert set(WORDS) == COMMANDS
    signed = {"id": "sig_" + "A" * 22, "digest": "00" * 32, "signer": "0x" + "00" * 20, "signature": "0x" + "01" * 65}
    desk.file("answer.signed.json", json.dumps({"format": "chopmark-signed-1", "signatures": [signed]}))
    with Server(lambda _: Said(body=b"no site")) as server:
        desk.variables["CHOPMARK_SITE"] = server.url
        answers = {name: desk.run(*words, "--json").error for name, words in WORDS.items()}
    assert answers == dict.fromkeys(WORDS, "E702")
    assert len(server.asked) == len(WORDS)
    assert not (desk.home / "site.db").exists()


def test_an_empty_site_is_none(desk: Office) -> None:
    assert desk.run("--site", "", "key", "list").code == 0


def test_a_token_must_be_there_and_private(desk: Office, service: Served) -> None:
    token = Path(desk.variables["CHOPMARK_TOKEN_FILE"])
    token.chmod(0o644)
    answer = desk.run("status", "--json")
    assert (answer.code, answer.error) == (2, "E705")
    assert token.read_text() not in answer.out + answer.err
    desk.variables |= {"CHOPMARK_TOKEN_FILE": "", "CHOPMARK_TOKEN": service.token("registrar")}
    assert desk.json("status")["token"]["role"] == "registrar"
    desk.variables["CHOPMARK_TOKEN"] = ""
    assert desk.run("status", "--json").error == "H401"


def test_the_trust_file_is_the_callers(desk: Office, tmp_path: Path) -> None:
    _, file = registered(desk)
    (desk.home / "trust.json").unlink()
    told = desk.json("verify", file, code=3)
    assert (told["verdict"], told["site"]["verdict"]) == ("cannot_check", "verified")
    assert [found["code"] for found in told["remarks"]] == ["S013"]
    assert "hearsay" in json.dumps(told["remarks"])
    missing = desk.run("--trust", tmp_path / "none.json", "verify", file, "--json")
    assert (missing.code, missing.error) == (2, "E300")


def test_an_institution_is_the_tokens_business(desk: Office) -> None:
    answer = desk.run("revoke", "1", "--reason", "misconduct", "--issuer", "oriental")
    assert answer.code == 2
    assert "token" in answer.err
    assert replace(desk, variables={}).run("status").code == 0


def test_a_registrar_whose_key_is_elsewhere_signs_offline_and_hands_it_in(
    office: Office, town: Town, tmp_path: Path
) -> None:
    site = signing._delegated(office)
    vault = town.bare(tmp_path / "vault")
    (vault.home / "keys").mkdir(mode=0o700)
    (site.home / "registrar.json").rename(vault.home / "keys" / "registrar.json")
    with serving(site) as service:
        desk = town.bare(tmp_path / "night")
        token = desk.file("token", service.token("registrar", "night"))
        token.chmod(0o600)
        desk.variables = {"CHOPMARK_SITE": service.url, "CHOPMARK_TOKEN_FILE": str(token)}
        words = ("register", "--kind", "degree", *fields(next(_numbers)))
        told = desk.json(*words, code=3)
        assert told["state"] == "to_sign"
        (asked,) = told["files"]
        assert len(desk.json("status")["signing_requests"]) == 1
        vault.ok("sign", desk.home / asked, "--key", "registrar", "--yes", "--out", vault.home)
        (answer,) = vault.home.glob("*.signed.json")
        assert desk.json("submit", answer)[0]["state"] == "signed"
        assert desk.json(*words)["known"] == 1
        assert len(desk.bundles()) == 1
