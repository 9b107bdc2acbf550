"""A year's graduates as a registrar has them: a list out of an old system, and a folder of small real PDFs."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.town import number

HEADINGS = [
    "序号",
    "学员名字",
    "身份证件号码",
    "毕业院校",
    "层次",
    "所学专业",
    "毕业时间",
    "毕业证书编号",
    "附件",
    "邮箱",
]
OPTIONS = ["--map", "学员名字=holder_name", "--merge", "邮箱"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
NAMES = ("王莉", "买买提·艾力", "李雷", "韩梅梅", "欧阳娜娜", "赵一曼")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one row: its cell, what stands there, and what is found."""

    column: str
    value: str
    code: str


SORTS = (
    Wrong("学员名字", "", "I010"),
    Wrong("毕业时间", "2026-02-30", "I013"),
    Wrong("层次", "大学", "I017"),
    Wrong("附件", "没有.pdf", "I030"),
    Wrong("毕业证书编号", "1.05331E+17", "I026"),
    Wrong("身份证件号码", "110105199001010000", "I012"),
    Wrong("所学专业", "土木\ufffd程", "I015"),
)


def resident_id(n):
    """The identity number of the ``n``-th graduate, its check digit right."""
    digits = f"110105{2000 + n % 5}{1 + n % 12:02}{1 + n % 28:02}{n % 1000:03}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]


def row(n):
    """Row ``n``: everything in it right."""
    day = ("2026-06-30", "2026/6/30", "2026年6月30日", "20260630")[n % 4]
    name = NAMES[n % len(NAMES)]
    cells = [
        n,
        name,
        resident_id(n),
        "东方理工大学",
        "本科",
        "土木工程",
        day,
        number(n),
        f"{number(n)}.pdf",
        f"s{n}@example.org",
    ]
    return [str(cell) for cell in cells]


def small_pdf(text):
    """A whole PDF of one page with one line of text, and a cross-reference table that is right."""
    page = f"BT /F1 18 Tf 40 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for at, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%b\nendobj\n" % (at, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        6,
        table,
        6,
        end,
    )
    return bytes(out)


@dataclass(frozen=True)
class Year:
    """The list, the folder of files, and what is wrong: row as the spreadsheet shows it → code."""

    sheet: Path
    files: Path
    wrong: dict[int, str]
    rows: int


def year(folder: Path, count: int, first: int = 1) -> Year:
    """``count`` graduates, 17 rows of them wrong in nine ways, in GB18030, under a title and over a total."""
    rows = [row(n) for n in range(first, first + count)]
    wrong = {}
    files = folder / "附件"
    files.mkdir(parents=True)
    for each in rows:
        (files / each[8]).write_bytes(small_pdf(each[7]))
    step = count // 18

    def spoil(at, sort):
        wrong[at + 3] = sort.code  # under a title and the headings, counted from 1
        rows[at][HEADINGS.index(sort.column)] = sort.value

    for turn, sort in enumerate((*SORTS, *SORTS[:6]), 1):
        spoil(turn * step, sort)
    for turn in (14, 15):  # the same row twice
        rows[turn * step] = [*rows[turn * step - 1][:8], "", ""]
        wrong[turn * step + 3] = "I001"
    for turn, data in ((16, b"%PDF-1.7 half a download"), (17, b"")):
        (files / rows[turn * step][8]).write_bytes(data)
        wrong[turn * step + 3] = "I031"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["东方理工大学2026届毕业生名单"])
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    writer.writerow([f"合计：{count}人"])
    sheet = folder / "毕业生.csv"
    sheet.write_bytes(
        text.getvalue().replace("\ufffd", "\x00").encode("gb18030").replace(b"\0", "\ufffd".encode("gb18030"))
    )
    return Year(sheet, files, wrong, count)
