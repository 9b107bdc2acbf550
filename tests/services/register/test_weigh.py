"""services.register.weigh: new, known, ended, or known with another content."""

from pathlib import Path

import pytest

from chopmark.services.pipeline import take_in
from chopmark.services.register import compose_drafts, weigh
from chopmark.services.register.draft import GivenFile
from chopmark.wording import Language
from tests.services.register._drafts import DEGREE, ISSUER, draft

FILE = GivenFile(Path("a.pdf"), 7, b"\x07" * 32, "application/pdf")


@pytest.fixture
def keep(sqlite_store):
    def kept(*drafts, issuer=ISSUER):
        return take_in(sqlite_store, list(compose_drafts(DEGREE, issuer, drafts, 1))).added

    return kept


@pytest.fixture
def weighed(sqlite_store):
    def weigh_drafts(*drafts, issuer=ISSUER, **options):
        with sqlite_store.read() as tx:
            return weigh(tx.credentials, issuer, DEGREE, drafts, "名单.csv", **options)

    return weigh_drafts


def test_nothing_is_known_at_first(weighed):
    found = weighed(draft(1), draft(2))
    assert [d.number[-1] for d in found.new] == ["1", "2"]
    assert (found.known, found.ended, found.findings) == ((), (), ())


def test_the_same_content_is_known_and_new_rows_are_new(weighed, keep):
    (first,) = keep(draft(1, [FILE]))
    found = weighed(draft(1, [FILE]), draft(2))
    assert [(d.number[-1], row.id) for d, row in found.known] == [("1", first)]
    assert [d.number[-1] for d in found.new] == ["2"]


def test_other_content_is_told_field_by_field_in_one_language_each(weighed, keep):
    keep(draft(1))
    (finding,) = weighed(draft(1, row=5, major="力学", level="硕士")).findings
    assert (finding.code, finding.place.file, finding.place.row) == ("I005", "名单.csv", 5)
    assert "学历层次、专业" in finding.say(Language.ZH)
    assert "Level, Major" in finding.say(Language.EN)
    assert "supersede" in finding.next_step(Language.EN)


def test_another_file_is_other_content(weighed, keep):
    keep(draft(1))
    (finding,) = weighed(draft(1, [FILE])).findings
    assert "不同字段：文件" in finding.say(Language.ZH)
    assert "(fields: file)" in finding.say(Language.EN)


def test_another_issuers_numbers_are_its_own(weighed, keep):
    keep(draft(1), issuer=b"\x22" * 32)
    assert len(weighed(draft(1)).new) == 1


def test_what_was_revoked_is_not_brought_back_by_running_a_list_again(weighed, keep, sqlite_store):
    (first,) = keep(draft(1))
    with sqlite_store.begin() as tx:
        tx.credentials.release_number(first)
    found = weighed(draft(1, row=2))
    assert (found.new, found.known, found.findings) == ((), (), ())
    assert [(w.code, w.place.row) for w in found.ended] == [("I006", 2)]
    assert "已撤销" in found.ended[0].say(Language.ZH)
    assert "--again" in found.ended[0].next_step(Language.EN)
    assert len(weighed(draft(1), again=True).new) == 1


def test_a_revoked_number_is_held_back_whatever_the_content(weighed, keep, sqlite_store):
    (first,) = keep(draft(1))
    with sqlite_store.begin() as tx:
        tx.credentials.release_number(first)
    for changed in (draft(1, row=2, mode="普通全日制"), draft(1, [FILE], row=2)):
        found = weighed(changed, draft(2))
        assert [w.code for w in found.ended] == ["I006"]
        assert [d.number[-1] for d in found.new] == ["2"]
        assert len(weighed(changed, again=True).new) == 1
