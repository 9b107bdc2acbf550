"""Tokens: what is made, what is kept, what is recognised."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest

from chopmark.core.access import PERMISSIONS, SCOPES, Role
from chopmark.core.ledger import NodeRole, NodeRow
from chopmark.errors import InputError, UnknownThing
from chopmark.services.tokens import DAY, LONGEST, issue, listed, recognise, revoke
from chopmark.store import Store
from chopmark.wording import Language

NOW = 1_800_000_000


@pytest.fixture
def known(sqlite_store: Store) -> Store:
    with sqlite_store.begin() as tx:
        tx.nodes.add(NodeRow("oriental", None, NodeRole.ISSUER, "cold", "key", {}, NOW))
    return sqlite_store


def made(store: Store, **changes):
    wanted: dict[str, Any] = {
        "name": "窗口一",
        "role": Role.REGISTRAR,
        "institution": "oriental",
        "days": 30,
        "now": NOW,
    } | changes
    with store.begin() as tx:
        return issue(tx, **wanted)


def test_a_token_is_shown_once_and_its_digest_is_kept(known: Store):
    issued = made(known)
    assert re.fullmatch(r"chop_[a-z2-7]{16}_[A-Za-z0-9_-]{43}", issued.text)
    with known.read() as tx:
        (row,) = listed(tx)
        assert row == issued.row
        assert recognise(tx, issued.text, NOW) == row
    secret = issued.text.split("_", 2)[2]
    assert row.digest == sha256(secret.encode()).digest()
    assert secret not in repr(issued)
    assert secret not in repr(row)
    assert row.permitted == PERMISSIONS[Role.REGISTRAR]


def test_two_tokens_have_nothing_in_common(known: Store):
    one, two = made(known), made(known)
    assert one.row.id != two.row.id
    with known.read() as tx:
        crossed = f"chop_{one.row.id}_{two.text.split('_', 2)[2]}"
        assert recognise(tx, crossed, NOW) is None


def test_it_stands_until_it_expires_or_is_revoked(known: Store):
    issued = made(known, days=1)
    with known.read() as tx:
        assert recognise(tx, issued.text, NOW + DAY - 1) is not None
        assert recognise(tx, issued.text, NOW + DAY) is None
    with known.begin() as tx:
        assert revoke(tx, issued.row.id, NOW + 5).revoked_at == NOW + 5
        assert revoke(tx, issued.row.id, NOW + 9).revoked_at == NOW + 5
    with known.read() as tx:
        assert recognise(tx, issued.text, NOW + 1) is None
    with known.begin() as tx, pytest.raises(UnknownThing):
        revoke(tx, "nobody", NOW)


@pytest.mark.parametrize("text", ["", "chop_", "chop_a_b", "chop_" + "a" * 16 + "_" + "b" * 43, "x" * 10_000, "名"])
def test_an_unknown_one_costs_the_same_work(known: Store, text, monkeypatch):
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, two: bytes) -> bool:
        compared.append((one, two))
        return one == two

    monkeypatch.setattr("chopmark.services.tokens.hmac.compare_digest", compare)
    with known.read() as tx:
        assert recognise(tx, text, NOW) is None
    assert len(compared) == 1


def test_the_zero_digest_of_nobody_opens_nothing(known: Store):
    """Whoever is compared with nobody does not become somebody."""
    with known.read() as tx:
        assert recognise(tx, "chop_" + "a" * 16 + "_" + "A" * 43, NOW) is None


@pytest.mark.parametrize(
    ("changes", "zh"),
    [
        ({"name": ""}, "1 至 100"),
        ({"name": " "}, "1 至 100"),
        ({"name": "a\nb"}, "1 至 100"),
        ({"name": "a" * 101}, "1 至 100"),
        ({"days": 0}, "1 至 400"),
        ({"days": LONGEST + 1}, "1 至 400"),
        ({"institution": ""}, "须指明"),
        ({"role": Role.AUTHORITY, "institution": ""}, "须指明"),
        ({"scopes": ("tokens:write",)}, "registrar 可用的权限"),
        ({"scopes": ("nonsense",)}, "registrar 可用的权限"),
        ({"role": Role.REVIEWER, "institution": "a" * 101}, "机构标注"),
    ],
)
def test_what_no_token_can_be(known: Store, changes, zh):
    with pytest.raises(InputError) as caught:
        made(known, **changes)
    assert zh in caught.value.say(Language.ZH)
    with known.read() as tx:
        assert listed(tx) == []


def test_an_institution_is_one_of_this_site(known: Store):
    with pytest.raises(UnknownThing, match="nowhere"):
        made(known, institution="nowhere")
    assert made(known, role=Role.REVIEWER, institution="区教育局").row.institution == "区教育局"


def test_a_narrowed_token_has_less_and_never_more(known: Store):
    row = made(known, scopes=("registrations:read", "verify")).row
    assert row.permitted == {"registrations:read", "verify"}
    with known.read() as tx:
        (kept,) = listed(tx)
    assert kept.permitted == row.permitted


def test_the_roles_are_as_the_design_has_them():
    assert PERMISSIONS[Role.REVIEWER] == {"verify", "match", "issuers:read"}
    assert "credentials:read" not in PERMISSIONS[Role.AUDITOR]
    assert not {scope for scope in PERMISSIONS[Role.OPERATOR] if scope.endswith(":write")} - {"tokens:write"}
    assert frozenset().union(*PERMISSIONS.values()) == SCOPES
