"""Every other call of the SDK, at a real service: it fits what the service answers."""

from __future__ import annotations

import io
import itertools
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from chopmark.client import SiteClient, SiteRefused
from tests.client.conftest import caller, registrar, reviewer
from tests.fixtures.town import FIELDS, number
from tests.http.conftest import Served

_numbers = itertools.count(400_001)


def test_a_site_says_who_it_is_and_whom_it_sees(service: Served) -> None:
    site = reviewer(service)
    chain = service.office.client.chain
    info = site.site()
    assert (info.chain_id, info.registry) == (chain.chain_id, chain.registries[0].attestation_registry)
    me = site.me()
    assert (me.role, me.institution) == ("reviewer", "")
    assert "verify" in me.scopes
    assert me.expires_at is not None
    assert me.expires_at > datetime.now(UTC)


def test_kinds_templates_and_reasons(service: Served) -> None:
    site = reviewer(service)
    assert "degree" in [kind.code for kind in site.kinds()]
    kind = site.kind("degree")
    assert kind.label.en == "degree" or kind.label.zh
    assert zipfile.is_zipfile(io.BytesIO(site.template("degree")))
    assert "姓名".encode() in site.template("degree", "csv")
    assert "misconduct" in [reason["name"] for reason in site.reasons()]
    with pytest.raises(SiteRefused) as told:
        site.kind("nothing/../x")
    assert told.value.status == 404


def test_the_life_of_a_credential_and_of_an_institution(service: Served) -> None:
    site = registrar(service)
    done = site.wait(site.register("degree", FIELDS | {"certificate_number": number(next(_numbers))}).id, timeout=60)
    (one,) = site.registered_credentials(done.registration.id)
    for name in (one.id, one.attestation):
        life = site.audit_credential(name)
        entries: Any = life["entries"]
        assert [entry["operation"] for entry in entries][-1:] == ["attested"]
        assert "next" not in life
    issuer = done.registration.issuer
    whole = site.audit_issuer(issuer)
    told: Any = whole["entries"]
    assert len(told) > 3
    auditor = caller(service, "auditor")
    assert auditor.audit_credential(one.attestation)["attestation"] == one.attestation
    facts = site.issuer(issuer)
    assert facts.number == issuer
    assert issuer in [each.number for each in site.issuers()]


def test_an_operator_makes_tokens_that_work_until_they_are_revoked(service: Served) -> None:
    site = caller(service, "operator")
    made = site.new_token("窗口 3", "reviewer", days=2)
    assert made.secret not in repr(made)
    assert "token" not in made.document
    guest = type(site)(service.url, made.secret)
    assert guest.me().name == "窗口 3"
    assert made.id in [token.id for token in site.tokens()]
    assert all(not token.secret for token in site.tokens())
    site.revoke_token(made.id)
    with pytest.raises(SiteRefused) as told:
        guest.me()
    assert told.value.code == "H401"
    assert site.queue()["worker"] == "here"
    assert "oriental" in [each["alias"] for each in site.institutions()]


def test_an_authority_accredits_below_itself_and_nobody_else_does(service: Served) -> None:
    issuer = registrar(service).register("degree", FIELDS | {"certificate_number": number(next(_numbers))}).issuer
    authority = SiteClient(service.url, service.token("authority", "edu"))
    asked = authority.accredit(issuer, "issue")
    assert asked.state == "queued"
    assert authority.operation(asked.id).id == asked.id
    with pytest.raises(SiteRefused) as told:
        reviewer(service).accredit(issuer, "issue")
    assert told.value.status == 403


def test_nothing_waits_for_a_signature_where_keys_are_at_home(service: Served) -> None:
    site = registrar(service)
    assert list(site.signing_requests()) == []
    with pytest.raises(SiteRefused) as told:
        site.signing_request("sig_" + "A" * 22)
    assert told.value.status == 404
    with pytest.raises(SiteRefused):
        site.sign("sig_" + "A" * 22, "0x" + "00" * 65)
