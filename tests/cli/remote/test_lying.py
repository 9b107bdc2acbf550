"""What a site says that it did is seen on the chain, and held against what was handed to it, before anybody calls it done."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cli.remote.test_remote import at_site
from tests.client.servers import Answer, Asked, Said, lying, rewriting
from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import FIELDS, Office, Town, fields, number
from tests.http.conftest import Served, serving

_numbers = itertools.count(520_001)
REVOKE = ("--reason", "misconduct")


@pytest.fixture(scope="module")
def service(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(town.open(tmp_path_factory.mktemp("lying") / "home")) as made:
        yield made


@pytest.fixture
def desk(town: Town, service: Served, tmp_path: Path) -> Office:
    return at_site(town.bare(tmp_path / "desk"), service, "registrar")


def registered(desk: Office) -> tuple[int, str, Path]:
    """A graduate, registered: the number, the commitment, the bundle."""
    n = next(_numbers)
    (made,) = desk.json("register", "--kind", "degree", *fields(n))["credentials"]
    return n, made["id"], desk.home / made["bundle"]


def pretending(id_: str) -> object:
    """A site that says it has carried out a change, and passes none on."""

    def change(asked: Asked, said: Said) -> Said:
        if "/status-changes" not in asked.path:
            return said
        told: Answer = {"id": "chg_x", "state": "done", "count": 1, "refused": 0, "trouble": None}
        if asked.path.partition("?")[0].endswith("/credentials"):
            item = {"id": id_, "label": "x", "already": False, "refused": False, "transaction": "0x01", "block": 3}
            told = {"items": [item], "next": None}
        return Said(200, json.dumps(told).encode())

    return change


class Untold:
    """What a forger would do: the request itself never arrives."""

    def __init__(self, id_: str) -> None:
        self.answer = pretending(id_)

    def __call__(self, asked: Asked) -> Said | None:
        return self.answer(asked, Said()) if "/status-changes" in asked.path else None  # type: ignore[operator]


def contradicted(desk: Office, *words: str | Path, code: str) -> None:
    answer = desk.run(*words, "--json")
    assert (answer.code, answer.error) == (1, "E703"), answer
    assert code in answer.out


@pytest.mark.parametrize("by", ["bundle", "number"])
def test_a_revocation_that_never_was_is_found_out(desk: Office, service: Served, by: str) -> None:
    n, id_, bundle = registered(desk)
    with lying(service.url, instead=Untold(id_)) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        contradicted(desk, "revoke", bundle if by == "bundle" else number(n), *REVOKE, code="S002")
    desk.variables["CHOPMARK_SITE"] = service.url
    assert desk.json("verify", bundle)["verdict"] == "verified"


def test_a_change_of_other_credentials_than_were_meant_is_found_out(desk: Office, service: Served) -> None:
    _, _, bundle = registered(desk)
    with lying(service.url, instead=Untold("ab" * 32)) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        contradicted(desk, "revoke", bundle, *REVOKE, code="S021")


def test_a_number_that_is_said_to_be_anothers_credential_is_not_revoked(desk: Office, service: Served) -> None:
    n, _, _ = registered(desk)
    _, other, _ = registered(desk)

    def point_elsewhere(document: Answer) -> None:
        for item in document["items"]:
            item["id"] = other

    with lying(service.url, rewriting("/credentials?", point_elsewhere)) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        contradicted(desk, "revoke", number(n), *REVOKE, code="S021")
        assert [each.path for each in proxy.asked if each.method == "POST"] == []


def test_what_nobody_could_look_up_is_left_open(desk: Office) -> None:
    _, id_, bundle = registered(desk)
    trust = (desk.home / "trust.json").read_bytes()
    (desk.home / "trust.json").unlink()
    answer = desk.run("suspend", bundle, "--reason", "under-review")
    assert answer.code == 3
    assert "S019" in answer.err
    (desk.home / "trust.json").write_bytes(trust)
    assert "Seen on the chain" in desk.ok("suspend", id_, "--reason", "under-review").err


def test_a_correction_that_points_nowhere_is_found_out(desk: Office, service: Served) -> None:
    """The site registers the new version and leaves the old one in force."""
    _, old, _ = registered(desk)
    taken: list[bytes] = []

    def keep(asked: Asked, said: Said) -> Said:
        if asked.method == "POST":
            taken.append(said.body)
        return said

    with lying(service.url, keep) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        registered(desk)

    def instead(asked: Asked) -> Said | None:
        return Said(202, taken[0]) if asked.path.endswith("/correction") else None

    with lying(service.url, instead=instead) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        contradicted(desk, "supersede", old, "--field", "major=建筑学", code="S021")


def swapped(before: bytes, after: bytes) -> Callable[[Asked], Said | None]:
    """A site that registers something else than it was handed."""
    assert len(before) == len(after)

    def instead(asked: Asked) -> Said | None:
        asked.body = asked.body.replace(before, after)
        return None

    return instead


def test_another_name_than_was_handed_in_is_found_out(desk: Office, service: Served) -> None:
    with lying(service.url, instead=swapped("王莉".encode(), "李四".encode())) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        words = ("register", "--kind", "degree", *fields(next(_numbers)))
        contradicted(desk, *words, code="S021")
        assert "holder name" in desk.run(*words).err.lower() or "姓名" in desk.run(*words, lang="zh").err
    assert desk.bundles() == []


def test_a_row_that_was_swapped_is_found_out_number_by_number(desk: Office, service: Served) -> None:
    ours, theirs = next(_numbers), next(_numbers)
    sheet = desk.sheet([{"certificate_number": number(next(_numbers))}, {"certificate_number": number(ours)}])
    with lying(service.url, instead=swapped(number(ours).encode(), number(theirs).encode())) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        contradicted(desk, "register", "--kind", "degree", "--sheet", sheet, "--yes", code=number(theirs))
    assert desk.bundles() == []


def test_a_file_that_was_swapped_is_found_out(desk: Office, service: Served) -> None:
    file = desk.file("a.pdf", certificate_pdf("one") + b"%aaa\n")
    with lying(service.url, instead=swapped(b"%aaa\n", b"%bbb\n")) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        contradicted(desk, "register", file, "--kind", "degree", *fields(next(_numbers)), code="S021")


def test_another_registration_than_ones_own_is_found_out(desk: Office, service: Served) -> None:
    kept: dict[str, object] = {}

    def first(document: Answer) -> None:
        kept.setdefault("id", document.get("id"))

    with lying(service.url, rewriting("/registrations", first)) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        registered(desk)

    def other(document: Answer) -> None:
        if "id" in document:
            document["id"] = kept["id"]

    with lying(service.url, rewriting("/registrations", other)) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        contradicted(desk, "register", "--kind", "degree", *fields(next(_numbers)), code="S021")


def test_registered_in_no_batch_at_all_is_found_out(desk: Office, service: Served) -> None:
    changes: list[dict[str, object]] = [{"batches": []}, {"batches": [], "count": 0}]
    for change in changes:
        with lying(service.url, rewriting("/registrations/", partial(_updated, change))) as proxy:
            desk.variables["CHOPMARK_SITE"] = proxy.url
            contradicted(desk, "register", "--kind", "degree", *fields(next(_numbers)), code="S021")
    assert desk.bundles() == []


def _updated(change: dict[str, object], document: Answer) -> None:
    document.update(change)


def test_rows_that_did_not_come_back_are_named(desk: Office, service: Served) -> None:
    """A site that takes one row and says nothing of the other."""
    kept, dropped = next(_numbers), next(_numbers)
    sheet = desk.sheet([{"certificate_number": number(kept)}, {"certificate_number": number(dropped)}])
    row = next(line for line in sheet.read_bytes().splitlines() if number(dropped).encode() in line)
    with lying(
        service.url, instead=swapped(row, b"," * row.count(b",") + b" " * (len(row) - row.count(b",")))
    ) as proxy:
        desk.variables["CHOPMARK_SITE"] = proxy.url
        told = desk.json("register", "--kind", "degree", "--sheet", sheet, "--yes", code=3)
    assert [each["code"] for each in told["warnings"]] == ["S023"]
    assert number(dropped) in json.dumps(told["warnings"])


def test_who_was_revoked_before_is_missed_by_nobody(desk: Office) -> None:
    n, id_, _ = registered(desk)
    desk.ok("revoke", id_, *REVOKE)
    sheet = desk.sheet([{"certificate_number": number(n)}, {"certificate_number": number(next(_numbers))}])
    told = desk.json("register", "--kind", "degree", "--sheet", sheet, "--yes")
    assert (told["registered"], told["warnings"]) == (1, [])


def test_a_column_that_only_the_site_understands_leaves_it_open(desk: Office) -> None:
    def sheet() -> Path:
        rows = [FIELDS | {"certificate_number": number(next(_numbers))}]
        made = desk.sheet(rows)
        made.write_text(made.read_text("utf-8").replace("major", "念的专业"), "utf-8")
        return made

    words = ("register", "--kind", "degree", "--sheet")
    told = desk.json(*words, sheet(), "--yes", "--map", "念的专业=major")
    assert told["registered"] == 1
    told = desk.json(*words, sheet(), "--yes", code=3)  # the site remembers
    assert (told["registered"], [each["code"] for each in told["warnings"]]) == (1, ["S022"])


def test_an_institution_can_be_pinned_by_its_number(desk: Office) -> None:
    words = ("register", "--kind", "degree", *fields(next(_numbers)))
    contradicted(desk, *words, "--issuer", "999", code="S021")
    (made,) = desk.json(*words, "--issuer", "2")["credentials"]
    contradicted(desk, "revoke", made["id"], *REVOKE, "--issuer", "999", code="S021")
    desk.ok("suspend", made["id"], "--reason", "under-review", "--issuer", "2")
