"""services.register.draft: what makes two drafts the same."""

from pathlib import Path

from chopmark.kinds import Value
from chopmark.services.register.draft import Drafted, GivenFile, number_of, readable
from tests.services.register._drafts import DEGREE, PAPER, claims, draft

ONE = GivenFile(Path("a.pdf"), 1, b"\x01" * 32, "application/pdf")
TWO = GivenFile(Path("b.pdf"), 1, b"\x02" * 32, "application/pdf")


def test_the_same_content_has_the_same_fingerprint_wherever_it_comes_from():
    assert draft(1, [ONE, TWO]).fingerprint == draft(1, [TWO, ONE], row=7).fingerprint
    assert draft(1, [GivenFile(Path("renamed.pdf"), 1, b"\x01" * 32, "x/y")]).fingerprint == draft(1, [ONE]).fingerprint


def test_other_claims_or_files_have_another():
    prints = {draft(1).fingerprint, draft(2).fingerprint, draft(1, [ONE]).fingerprint, draft(1, [TWO]).fingerprint}
    assert len(prints | {draft(1, major="力学").fingerprint}) == 5


def test_a_number_is_the_kinds_and_without_one_the_content_stands_in():
    assert number_of(DEGREE, claims(1)) == "105331202605000001"
    partial: dict[str, Value] = {"title": "x", "authors": ("甲", "乙"), "year": 2026}
    assert number_of(PAPER, partial).startswith("content:")
    assert number_of(PAPER, partial) == number_of(PAPER, dict(reversed(partial.items())))
    assert number_of(PAPER, partial) != number_of(PAPER, partial | {"authors": ("乙", "甲")})


def test_nothing_is_wrong_without_findings():
    assert Drafted((), (), (), 0).ok


def test_a_file_name_whose_bytes_are_no_text_can_still_be_kept():
    name = b"\xd6\xa4\xca\xe9.pdf".decode("utf-8", "surrogateescape")
    given = GivenFile(Path(name), 1, b"\x01" * 32, "application/pdf")
    assert readable(name) == given.name
    assert given.name.encode().endswith(b".pdf")
    assert "\ufffd" in given.stem
    assert readable("王莉 证书.pdf") == "王莉 证书.pdf"
