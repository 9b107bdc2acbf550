"""The list for a mail-merge is text, and nothing in it is carried out."""

from __future__ import annotations

import csv
import io

import pytest

from chopmark.services.register.mail_merge import MergeLine, mail_merge
from chopmark.wording import Language


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " =", "＝", "＋", "－", "＠", "\u3000＝"])
def test_what_a_spreadsheet_program_would_carry_out_is_defused(sign: str) -> None:
    cell = sign + "1+1"
    data = mail_merge([MergeLine(cell, "1", (cell,), "b", "a")], Language.ZH, (cell,))
    head, row = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert [head[2], row[0], row[2]] == ["'" + cell] * 3


def test_names_stay_as_they_are() -> None:
    data = mail_merge([MergeLine("王莉", "105331", ("a=b",), "b", "a")], Language.EN, ("class",))
    _, row = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert row[:3] == ["王莉", "105331", "a=b"]
