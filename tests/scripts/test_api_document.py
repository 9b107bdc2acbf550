"""What is written about the service is about the service as it is."""

from __future__ import annotations

import re

import _setup
from chopmark.core.access import PERMISSIONS
from chopmark.settings import Settings
from make_api import FILE, document

SERVICE = (_setup.ROOT / "docs" / "service.md").read_text(encoding="utf-8")
PROSE = SERVICE.replace("\n", " ")
ELSEWHERE = {
    "home",
    "trust",
    "database",
    "lang",
    "chain",
    "passphrase_file",
    "max_files",
    "site",
    "token",
    "token_file",
}
"""Settings that are not the service's own."""


def test_the_document_is_the_one_that_the_service_answers() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run python3 scripts/make_api.py"


def test_every_setting_of_the_service_is_described_with_its_default() -> None:
    rows = [line for line in SERVICE.splitlines() if line.startswith("| `")]
    for name, setting in Settings.model_fields.items():
        if name in ELSEWHERE | {"light_keystore"}:
            continue
        (row,) = [line for line in rows if f"`{name}`" in line.split("|")[1]]
        default = f"{setting.default:g}" if isinstance(setting.default, float) else str(setting.default)
        assert default in row.split("|")[2], f"{name}: {default}"


def test_every_role_is_described_with_its_scopes() -> None:
    for role, scopes in PERMISSIONS.items():
        (row,) = [line for line in SERVICE.splitlines() if line.startswith(f"| `{role.value}`")]
        assert set(re.findall(r"`([a-z:]+)`", row.split("|")[3])) == scopes, role


def test_every_figure_that_is_named_is_measured() -> None:
    from chopmark.http.metrics import Metrics

    measured = Metrics()
    measured.answered("/readyz", "GET", 200, 0.01)
    text = measured.text().decode()
    for name in re.findall(r"`(chopmark_[a-z_]+)", SERVICE):
        assert name in text, name
