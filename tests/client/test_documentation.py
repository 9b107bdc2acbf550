"""``docs/sdk.md`` does what it says: its examples are run, in order, at a real service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chopmark.client import SiteClient, Verdict
from chopmark.core.catalogue import CATALOGUE
from tests.client.conftest import reviewer
from tests.fixtures.paper import certificate_pdf
from tests.http.conftest import Served

GUIDE = Path(__file__).parents[2] / "docs" / "sdk.md"


def test_every_example_runs(service: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dossier").mkdir()
    for path in (tmp_path / "王莉.pdf", tmp_path / "dossier" / "王莉.pdf"):
        path.write_bytes(certificate_pdf("the guide's own"))
    (tmp_path / "trust.json").write_bytes((service.office.home / "trust.json").read_bytes())
    (tmp_path / "token").write_text(service.token("registrar"), encoding="ascii")
    (tmp_path / "token").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {"reviewer": reviewer(service)}
    examples = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) == 5
    for example in examples:
        exec(example.replace("https://site.example", service.url), known)
    site = known["site"]
    assert isinstance(site, SiteClient)
    (again,) = site.verify(["王莉.pdf"])
    assert again.verdict is Verdict.VERIFIED
    assert list((tmp_path / "bundles").glob("*.chopmark.json"))


def test_every_code_of_a_site_is_explained() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert [code for code in CATALOGUE if code.startswith("S") and code not in guide] == []
