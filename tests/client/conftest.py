"""A real service on a real socket, on the town's chain; its office and a registrar's and a reviewer's client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chopmark.client import Patience, SiteClient
from tests.fixtures.town import Town
from tests.http.conftest import Served, serving

QUICK = Patience(connect=2, silence=20, answer=60, retry=15.0)


@pytest.fixture(scope="session")
def service(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for all tests here: each brings credentials of its own."""
    with serving(town.open(tmp_path_factory.mktemp("service") / "home")) as made:
        yield made


def registrar(service: Served, url: str = "", **options: object) -> SiteClient:
    """The university's registrar, with the university's trust file."""
    return caller(service, "registrar", url, **options)


def reviewer(service: Served, url: str = "", **options: object) -> SiteClient:
    """A reviewer, with a trust file of her own."""
    return caller(service, "reviewer", url, **options)


def caller(service: Served, role: str, url: str = "", **options: object) -> SiteClient:
    given = {"trust": service.office.home / "trust.json", "patience": QUICK} | options
    return SiteClient(url or service.url, service.token(role), **given)  # type: ignore[arg-type]
