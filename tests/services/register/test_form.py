"""services.register.form: one credential from fields given by hand."""

import pytest

from chopmark.errors import InputError
from chopmark.services.register import FileBinder, draft_one
from chopmark.services.register.form import read_fields
from chopmark.wording import Language
from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import FIELDS, number
from tests.services.register._drafts import DEGREE, PAPER, TODAY

GIVEN = FIELDS | {"certificate_number": number(1)}


def drafted(given=GIVEN, paths=(), kind=DEGREE):
    with FileBinder(1 << 20) as binder:
        return draft_one(kind, given, paths, binder, TODAY)


def test_fields_by_name_or_label():
    assert read_fields(DEGREE, ["holder_name=王莉", " 专业 = 土木 ", "School=a=b"]) == {
        "holder_name": "王莉",
        "major": " 土木 ",
        "school": "a=b",
    }


@pytest.mark.parametrize(
    ("pairs", "zh", "en"),
    [
        (["holder_name"], "应为 字段=值", "field=value"),
        (["绰号=x"], "没有字段“绰号”", "no field “绰号”"),
        (["{0}=x"], "没有字段“{0}”", "no field “{0}”"),
        (["holder_name=a", "姓名=b"], "给出了两次", "given twice"),
    ],
)
def test_pairs_that_are_none(pairs, zh, en):
    with pytest.raises(InputError) as caught:
        read_fields(DEGREE, pairs)
    assert zh in caught.value.say(Language.ZH)
    assert en in caught.value.say(Language.EN)
    assert caught.value.next_step(Language.ZH)


def test_a_right_one_is_called_after_its_first_file_or_its_number(tmp_path):
    for name in ("王莉 证书.pdf", "copy.pdf", "other.pdf"):
        (tmp_path / name).write_bytes(certificate_pdf("x" if name == "other.pdf" else "王莉"))
    (draft,) = drafted(paths=[tmp_path / n for n in ("王莉 证书.pdf", "copy.pdf", "other.pdf")]).drafts
    assert draft.label == "王莉 证书"
    assert [file.name for file in draft.files] == ["王莉 证书.pdf", "other.pdf"]  # the same bytes are bound once
    (draft,) = drafted().drafts
    assert (draft.label, draft.shown, draft.row) == (number(1), number(1), 0)
    paper = {"title": "x", "authors": "甲；乙", "journal": "学报", "year": "2026", "issue": "3", "pages": "1-2"}
    (draft,) = drafted(paper, kind=PAPER).drafts
    assert draft.label == "学报，2026，3，1-2"


def test_everything_wrong_is_said_at_once(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"")
    wrong = GIVEN | {"graduation_date": "2026-02-30", "holder_id": "110105194912310021", "major": ""}
    found = drafted(wrong, [tmp_path / "a.pdf", tmp_path / "nowhere.pdf"])
    assert sorted(f.code for f in found.findings) == ["I010", "I012", "I013", "I030", "I031"]
    assert found.drafts == ()
    assert found.rows == 1
