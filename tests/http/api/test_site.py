"""http.api.site, kinds: what anybody may know."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from chopmark import __version__
from chopmark.core.reasons import REASONS
from chopmark.kinds import all_kinds
from tests.http.conftest import Face


def test_the_site_names_its_chain_and_contracts(two: Face):
    told = two.client.get("/api/v1/site").json()
    chain = two.office.client.chain
    assert (told["chain"]["chainId"], told["chain"]["genesis"]) == (chain.chain_id, "0x" + chain.genesis.hex())
    assert told["registries"]["attestation"] == "0x" + chain.registries[0].attestation_registry.hex()
    assert (told["version"], told["languages"]) == (__version__, ["zh", "en"])


def test_reasons_are_listed(two: Face):
    told = two.client.get("/api/v1/reasons").json()
    assert [each["code"] for each in told["items"]] == list(REASONS)


def test_kinds_and_their_fields(two: Face):
    told = two.client.get("/api/v1/kinds").json()
    assert [each["code"] for each in told["items"]] == [kind.code for kind in all_kinds()]
    for each in told["items"]:
        kind = two.client.get(f"/api/v1/kinds/{each['code']}").json()
        assert {name for names in kind["number"] for name in names} <= {field["name"] for field in kind["fields"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_has_the_fields_as_headings(two: Face, lang: str):
    csv = two.client.get("/api/v1/kinds/degree/template", params={"format": "csv", "lang": lang})
    assert csv.headers["content-type"].startswith("text/csv")
    assert ("证书编号" in csv.content.decode("utf-8-sig")) is (lang == "zh")
    xlsx = two.client.get("/api/v1/kinds/degree/template", params={"lang": lang})
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.content))
    assert book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("rest", ["", "/template"])
def test_a_kind_that_is_not_there(two: Face, rest: str):
    answer = two.client.get(f"/api/v1/kinds/nothing{rest}")
    assert (answer.status_code, answer.json()["code"]) == (404, "E102")


def test_institutions_are_for_the_operator(two: Face):
    told = two.client.get("/api/v1/institutions", headers=two.as_("operator")).json()
    by_alias = {each["alias"]: each for each in told["items"]}
    assert set(by_alias) == {"edu", "oriental", "western"}
    assert (by_alias["oriental"]["role"], by_alias["oriental"]["signs"]) == ("issuer", "here")
    assert two.client.get("/api/v1/institutions", headers=two.as_()).status_code == 403
