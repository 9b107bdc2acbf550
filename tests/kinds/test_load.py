"""kinds.load: strict about every word of a kind's file."""

import re
import subprocess
import sys

import pytest

from chopmark.errors import FormatError
from chopmark.kinds.kind import Field
from chopmark.kinds.load import load_kinds, read_kind
from chopmark.services.sheet import FILE_HEADINGS, heading_key
from chopmark.wording import Language

GOOD = """
code = "demo"
zh = "示例"
en = "Demo"
holder = ["name"]
credential = [["number"]]
issued_on = "day"
valid_until = "until"

[[field]]
name = "name"
zh = "姓名"
en = "Name"
[[field]]
name = "number"
zh = "编号"
en = "Number"
check = "issn"
[[field]]
name = "day"
zh = "日期"
en = "Date"
type = "date"
[[field]]
name = "until"
zh = "有效期至"
en = "Valid until"
type = "date"
[[field]]
name = "tags"
zh = "标签"
en = "Tags"
type = "list"
"""


def test_a_good_file():
    kind = read_kind(GOOD, "demo.toml")
    assert (kind.code, kind.holder, kind.credential, kind.crosses) == ("demo", ("name",), (("number",),), ())
    assert kind.field("tags") == Field("tags", "标签", "Tags", "list")
    assert kind.field("tags").sort == "list"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('code = "demo"', 'code = "demo', "TOML"),
        ('code = "demo"', 'code = "Demo!"', "Demo!"),
        ('code = "demo"', 'code = "other"', "other"),
        ('code = "demo"', 'code = "too-long-a"', "too-long-a"),
        ('zh = "示例"', 'zh = "示例"\ncolour = "red"', "colour"),
        ('zh = "示例"', "", "zh"),
        ('en = "Demo"', "en = 7", "en"),
        ('holder = ["name"]', 'holder = ["nobody"]', "nobody"),
        ('holder = ["name"]', "holder = [1]", "holder"),
        ('credential = [["number"]]', 'credential = [["nothing"]]', "nothing"),
        ('credential = [["number"]]', 'credential = ["number"]', "credential"),
        ('credential = [["number"]]', "credential = [[]]", "credential"),
        ('credential = [["number"]]', "credential = []", "credential"),
        ('issued_on = "day"', 'issued_on = "never"', "never"),
        ('issued_on = "day"', 'issued_on = "number"', "日期"),
        ('issued_on = "day"', 'crosses = ["nonsense"]', "nonsense"),
        ('issued_on = "day"', 'crosses = ["patent_kind"]', "patent_kind"),
        ('name = "number"', 'name = "name"', "name"),
        ('zh = "编号"', 'zh = "姓名"', "姓名"),
        ('zh = "编号"', 'zh = "编号"\nsynonyms = ["Name"]', "Name"),
        ('check = "issn"', 'check = "nonsense"', "nonsense"),
        ('check = "issn"', 'width = "3"', "width"),
        ('check = "issn"', "required = 1", "required"),
        ('check = "issn"', "max_length = 0", "number"),
        ('check = "issn"', "lines = true", "number"),
        ('check = "issn"', "lint = true", "number"),
        ('check = "issn"', 'choices = [""]', "choices"),
        ('name = "tags"', 'name = "Tags"', "Tags"),
        ('type = "list"', 'type = "set"', "set"),
    ],
)
def test_a_bad_file_is_refused_and_the_word_named(old, new, word):
    assert GOOD.count(old) >= 1
    with pytest.raises(FormatError) as caught:
        read_kind(GOOD.replace(old, new, 1), "demo.toml")
    assert word in caught.value.say(Language.ZH)
    assert "demo.toml" in caught.value.say(Language.EN)


def test_fields_must_be_tables():
    with pytest.raises(FormatError):
        read_kind(re.sub(r"\[\[field\]\].*", "", GOOD, flags=re.DOTALL) + "field = [1]", "demo.toml")


def test_the_files_are_read_once():
    assert load_kinds() is load_kinds()


@pytest.mark.parametrize("kind", load_kinds().values(), ids=lambda kind: kind.code)
def test_no_two_fields_are_meant_by_one_heading(kind):
    owner: dict[str, str] = {}
    for field in kind.fields:
        for heading in (field.name, field.zh, field.en, *field.synonyms):
            assert owner.setdefault(heading_key(heading), field.name) == field.name
    assert not owner.keys() & {heading_key(heading) for heading in FILE_HEADINGS}


def test_importing_kinds_brings_in_neither_sockets_nor_parsers():
    heavy = "{'ssl', 'socket', 'tomllib', 'stdnum', 'python_calamine', 'zipfile', 'pydantic'}"
    code = (
        f"import sys; old = set(sys.modules); import chopmark.kinds; print(sorted({heavy} & (set(sys.modules) - old)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
