"""services.lifecycle: what an issuer may still say about a registered credential."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chopmark.core.disclosure import read_disclosure
from chopmark.core.ledger import BatchRow
from chopmark.core.transaction import BlockRef
from chopmark.core.words import KeyRecord, Role
from chopmark.errors import InputError, KeystoreError, UsageError
from chopmark.kinds import Value, find_kind
from chopmark.services.lifecycle import (
    claims_of,
    compose_successor,
    draft_successor,
    require_changed,
    require_key,
    require_registered,
)
from chopmark.services.pipeline import take_in
from chopmark.services.register import FileBinder, compose_drafts
from chopmark.services.register.draft import Draft
from chopmark.wording import Language
from tests.services.register._drafts import DEGREE, ISSUER, TODAY, claims, draft

HEAD = BlockRef(9, b"\x09" * 32, 1_000)
KEY = KeyRecord(index=1, roles=Role.ATTEST | Role.STATUS, added=1_000, retired=0, compromised_since=0, reported=0)


def test_a_live_key_with_the_role_passes():
    require_key("work", KEY, Role.ATTEST, HEAD)
    require_key("work", KEY, Role.STATUS, HEAD)


@pytest.mark.parametrize(
    ("key", "zh", "en"),
    [
        (None, "还不是该机构的密钥", "is not a key of this institution yet"),
        (replace(KEY, retired=2_000), "已停用", "is retired"),
        (replace(KEY, compromised_since=500), "已报失", "reported compromised"),
        (replace(KEY, compromised_since=500, retired=2_000), "已报失", "reported compromised"),
        (replace(KEY, roles=Role.STATUS), "没有登记的权限", "may not register"),
        (replace(KEY, added=1_001), "尚未生效", "not in force yet"),
    ],
)
def test_other_keys_are_refused_with_a_remedy(key, zh, en):
    with pytest.raises(KeystoreError) as caught:
        require_key("工作{0}", key, Role.ATTEST, HEAD)
    assert f"“工作{{0}}”{zh}" in caught.value.say(Language.ZH)
    assert en in caught.value.say(Language.EN)
    assert all(caught.value.next_step(language) for language in Language)


@pytest.fixture
def kept(sqlite_store):
    """Registered rows of drafts."""

    def keep(*drafts, kind=DEGREE, issuer=ISSUER):
        ids = take_in(sqlite_store, list(compose_drafts(kind, issuer, drafts, 1))).added
        with sqlite_store.read() as tx:
            return [tx.credentials.get_many(ids)[at] for at in ids]

    return keep


def test_only_what_stands_in_a_final_block_is_changed(kept):
    (row,) = kept(draft(1))
    batch = BatchRow(5, ISSUER, "degree", b"\x01" * 32, 1, 1, None, 7, b"\x07" * 32, 1)
    sealed = replace(row, batch_id=5)
    require_registered([sealed], {5: batch})
    for rows, batches in (
        ([row], {}),
        ([sealed], {}),
        ([sealed], {5: replace(batch, block_number=None)}),
    ):
        with pytest.raises(InputError) as caught:
            require_registered(rows, batches)
        assert "尚未完成登记" in caught.value.say(Language.ZH)
        assert "chopmark worker" in caught.value.next_step(Language.EN)
    with pytest.raises(UsageError, match="--issuer"):
        require_registered([sealed, replace(sealed, issuer=b"\x22" * 32)], {5: batch})


def successor(old, given, paths=()):
    with FileBinder(1 << 20) as binder:
        return draft_successor(old, given, paths, binder, TODAY)


def test_what_is_not_corrected_is_taken_over(kept):
    (old,) = kept(draft(1))
    assert claims_of(old) == dict(claims(1))
    drafted = successor(old, {"major": "力学"})
    assert drafted.drafts[0].claims == {**claims(1), "major": "力学"}
    new = compose_successor(old, DEGREE, drafted, 9)
    assert new.replaces == old.commitment
    assert new.number == old.number
    assert old.commitment in {d.value for d in map(read_disclosure, new.disclosures) if d.name == "replaces"}


def test_an_optional_field_can_be_taken_away(kept):
    (old,) = kept(draft(1, mode="普通全日制"))
    assert "mode" not in successor(old, {"mode": ""}).drafts[0].claims


def test_lists_come_over_entry_by_entry(kept):
    """Names with a comma, and the lines of a table of contents, would not survive being typed again."""
    paper = find_kind("paper")
    given: dict[str, Value] = {
        "title": "On Concrete",
        "authors": ("Zhang, Wei", "Acme Co., Ltd.；x"),
        "journal": "学报",
        "year": 2026,
        "issue": "3",
        "pages": "1-2",
    }
    (old,) = kept(Draft(0, "paper", given, (), "n", "label"), kind=paper)
    (new,) = successor(old, {"title": "On Concretes"}).drafts
    assert new.claims["authors"] == given["authors"]
    assert new.claims["year"] == 2026


def test_a_correction_that_corrects_nothing(kept, tmp_path):
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf 1}")
    paths = [tmp_path / "a.rtf"]
    (bare,) = kept(draft(1))
    (bound,) = kept(*successor(bare, {"certificate_number": "105331202605000002"}, paths).drafts)
    for old, given, files in ((bare, {}, []), (bare, {"major": "土木工程"}, []), (bound, {}, []), (bound, {}, paths)):
        with pytest.raises(InputError) as caught:
            require_changed(old, successor(old, given, files).drafts[0])
        assert "内容没有变化" in caught.value.say(Language.ZH)
        assert "--field" in caught.value.next_step(Language.EN)
    require_changed(bare, successor(bare, {"major": "力学"}).drafts[0])
    require_changed(bare, successor(bare, {}, paths).drafts[0])  # a file is a correction by itself


def test_a_wrong_correction_is_refused(kept):
    (old,) = kept(draft(1))
    assert [f.code for f in successor(old, {"graduation_date": "2026-02-30"}).findings] == ["I013"]
