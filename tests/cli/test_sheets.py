"""cli.register and cli.status with sheets as registrars have them: their own headings, archives, rows handed back, lists."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest

from tests.fixtures.town import FIELDS, Office, number
from tests.services.sheet._make import csv_bytes, xlsx_bytes

DEGREE = ("register", "--kind", "degree")


def graduates(*numbers: int, **more: str) -> list[dict[str, str]]:
    return [{"certificate_number": number(n)} | more for n in numbers]


def said_in(office: Office, *words, code=2):
    return [found["code"] for found in office.json(*words, code=code)["findings"]]


# -- headings


def test_a_heading_that_nobody_knows_is_confirmed_once_and_remembered(office: Office):
    rows = [list((FIELDS | one).values()) for one in graduates(7001)]
    headings = ["学员名字", *[*FIELDS][1:], "certificate_number"]
    sheet = office.file("一.csv", csv_bytes(rows, headings=headings))
    with office.nothing_written():
        answer = office.run(*DEGREE, "--sheet", sheet, lang="zh")
        assert "看起来像“姓名”（学员名字=holder_name）" in answer.out
        assert answer.out.count("可识别的列名") == 1
        assert said_in(office, *DEGREE, "--sheet", sheet) == ["I021", "I020"]
        given = office.json(*DEGREE, "--sheet", sheet, "--map", "学员名字=holder_name")
    assert given["headings"][0] == {"column": "A", "heading": "学员名字", "field": "holder_name", "how": "given"}
    assert said_in(office, *DEGREE, "--sheet", sheet) == ["I021", "I020"], "a dry run remembers nothing"
    office.ok(*DEGREE, "--sheet", sheet, "--map", "学员名字=holder_name", "--yes")
    office.file("二.csv", csv_bytes([[*rows[0][:-1], number(7002)]], headings=headings))
    again = office.json(*DEGREE, "--sheet", "二.csv")
    assert again["headings"][0]["how"] == "remembered"
    assert [w["code"] for w in again["warnings"]] == ["I047"]
    assert "学员名字=姓名" in again["warnings"][0]["message"]["zh"]
    changed = office.json(*DEGREE, "--sheet", "二.csv", "--map", "学员名字=mode", code=2)
    assert changed["headings"][0] == {"column": "A", "heading": "学员名字", "field": "mode", "how": "given"}


def test_a_column_is_ignored_when_told_so(office: Office):
    sheet = office.sheet(graduates(7010, 性别="女"))
    assert said_in(office, *DEGREE, "--sheet", sheet) == ["I021"]
    office.ok(*DEGREE, "--sheet", sheet, "--map", "性别=-", "--yes")
    assert office.json(*DEGREE, "--sheet", sheet)["known"] == 1


@pytest.mark.parametrize("wrong", ["姓=holder_name", "专业=no_such_field", "专业"])
def test_a_choice_that_means_nothing(office: Office, wrong: str):
    assert "I048" in said_in(office, *DEGREE, "--sheet", office.sheet(graduates(7011)), "--map", wrong)


def test_a_choice_without_its_equals_sign(office: Office):
    words = (*DEGREE, "--sheet", office.sheet(graduates(7011)), "--map", "专业")
    assert "缺少“=”" in office.run(*words, lang="zh").out
    assert "“=” is missing" in office.run(*words, lang="en").out


def test_the_worksheet_that_is_meant(office: Office):
    headings = [*FIELDS, "certificate_number"]
    one, two = ([[*FIELDS.values(), number(n)]] for n in (7015, 7016))
    book = xlsx_bytes(
        [], sheets={"目录": [["说明", "请勿改动"], ["见后", "-"]], "本科": [headings, *one], "专科": [headings, *two]}
    )
    sheet = office.file("名单.xlsx", book)
    first = office.json(*DEGREE, "--sheet", sheet)
    assert [w["code"] for w in first["warnings"]] == ["I027"]
    assert "只读取“本科”" in first["warnings"][0]["message"]["zh"]
    office.ok(*DEGREE, "--sheet", sheet, "--tab", "专科", "--yes")
    assert office.bundles() == [f"{number(7016)}.chopmark.json"]
    assert said_in(office, *DEGREE, "--sheet", sheet, "--tab", "研究生") == ["I029"]


# -- files


def test_files_out_of_an_archive_by_the_number_in_their_names(office: Office):
    sheet = office.sheet(graduates(7020, 7021))
    path = office.home / "files.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in (7020, 7021):
            archive.writestr(f"二班/王莉_{number(n)}.rtf", rb"{\rtf %d}" % n)
    words = (*DEGREE, "--sheet", sheet, "--files", path)
    assert [w["code"] for w in office.json(*words)["warnings"]] == ["I046"]
    done = office.json(*words, "--yes")
    assert [each["label"] for each in done["credentials"]] == [f"王莉_{number(n)}" for n in (7020, 7021)]
    assert not list((office.home / "scratch").iterdir()), "nothing unpacked is left behind"


def test_an_archive_that_leads_out_is_refused_with_its_place(office: Office):
    path = office.home / "files.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.rtf", b"{}")
    with office.nothing_written():
        answer = office.run(*DEGREE, "--sheet", office.sheet(graduates(7025)), "--files", path, "--yes", "--json")
    assert (answer.code, answer.error) == (2, "E105")
    assert "files.zip/../../evil.rtf" in answer.err


# -- rows handed back, lists, templates


def test_the_good_rows_are_registered_and_the_others_handed_back(office: Office):
    sheet = office.sheet([*graduates(7030), *graduates(7031, holder_name=""), *graduates(7032, level="大学")])
    words = (*DEGREE, "--sheet", sheet, "--skip-invalid")
    with office.nothing_written():
        dry = office.json(*words)
        assert (dry["new"], dry["findings"], len(dry["set_aside"])) == (1, [], 2)
        assert not (office.home / "名单.rejected.xlsx").exists()
    done = office.json(*words, "--yes")
    assert (done["registered"], done["set_aside"]) == (1, 2)
    table = openpyxl.load_workbook(done["rejected"]).worksheets[0]
    said = [[str(cell.value or "") for cell in line] for line in table]
    assert said[0][-1].startswith("To be corrected")
    assert said[1][-1].startswith("I010 [holder_name] Required field is empty")
    assert [line[5] for line in said[1:]] == [number(7031), number(7032)]
    again = office.json(*words, "--yes")
    assert (again["registered"], again["known"], again["rejected"]) == (0, 1, done["rejected"])


def test_rows_that_contradict_each_other_are_both_handed_back(office: Office):
    sheet = office.sheet([*graduates(7035), *graduates(7036), *graduates(7035, holder_name="王丽")])
    done = office.json(*DEGREE, "--sheet", sheet, "--skip-invalid", "--yes")
    assert (done["registered"], done["set_aside"]) == (1, 2)
    assert office.bundles() == [f"{number(7036)}.chopmark.json"]


def test_a_fault_of_the_whole_sheet_is_no_rows_fault(office: Office):
    sheet = office.sheet(graduates(7037, 性别="女"))
    with office.nothing_written():
        assert said_in(office, *DEGREE, "--sheet", sheet, "--skip-invalid", "--yes") == ["I021"]


def test_the_list_for_mailing_carries_out_no_formula(office: Office):
    rows = [*graduates(7040, 邮箱="=HYPERLINK(1)"), *graduates(7041, 邮箱="a@example.org")]
    done = office.json(*DEGREE, "--sheet", office.sheet(rows), "--merge", "邮箱", "--yes")
    data = (office.home / done["mail_merge"]).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [line["邮箱"] for line in lines] == ["'=HYPERLINK(1)", "a@example.org"]
    assert [line["number"] for line in lines] == [number(7040), number(7041)]
    assert lines[0]["attestation id"].startswith("eip155:")
    office.ok("audit", "credential", lines[0]["attestation id"])
    answer = office.run(*DEGREE, "--sheet", office.sheet(rows), "--merge", "电话", "--json")
    assert (answer.code, answer.error) == (2, "E100")


@pytest.mark.parametrize(("lang", "form"), [("zh", "xlsx"), ("en", "xlsx"), ("zh", "csv"), ("en", "csv")])
def test_a_template_filled_in_is_read_back_as_it_is(office: Office, lang: str, form: str):
    n = 7050 + ("zh", "en").index(lang) * 2 + ("xlsx", "csv").index(form)
    path = office.home / f"t.{form}"
    told = office.ok("register", "--template", "degree", "--out", path, lang=lang).out
    assert ("说明见 .xlsx" in told) is ((lang, form) == ("zh", "csv"))
    assert (".xlsx template" in told) is ((lang, form) == ("en", "csv"))
    answer = office.run("register", "--template", "degree", "--out", path, "--json")
    assert (answer.code, answer.error) == (2, "E101"), "a file that is there is left alone"
    filled = {**FIELDS, "certificate_number": number(n)}
    if form == "xlsx":
        book = openpyxl.load_workbook(path)
        table = book.worksheets[0]
        headings = [str(cell.value) for cell in table[1]]
        for field, value in filled.items():
            table.cell(2, _place(headings, field, lang)).value = value
        assert table.freeze_panes == "A2"
        assert any("博士" in str(rule.formula1) for rule in table.data_validations.dataValidation)
        book.save(path)
    else:
        headings = path.read_text("utf-8-sig").strip().split(",")
        cells = [""] * len(headings)
        for field, value in filled.items():
            cells[_place(headings, field, lang) - 1] = value
        path.write_text(",".join(headings) + "\n" + ",".join(cells) + "\n", "utf-8")
    said = office.json("register", "--kind", "degree", "--sheet", path, "--yes")
    assert (said["registered"], said["warnings"]) == (1, [])


def _place(headings, name, lang):
    from chopmark.kinds import find_kind

    label = find_kind("degree").field(name).label
    wanted = label.zh if lang == "zh" else label.en
    return 1 + [heading.rstrip("*") for heading in headings].index(wanted)


@pytest.mark.parametrize(
    "words", [("--template", "degree", "--kind", "degree"), ("--template", "degree", "--out", "t.doc")]
)
def test_templates_that_cannot_be(office: Office, words):
    answer = office.run("register", *words, "--json")
    assert (answer.code, answer.error) == (2, "E100")


# -- status by sheet


@pytest.fixture
def issued(office: Office):
    def issue(*numbers: int) -> list[str]:
        said = office.json(*DEGREE, "--sheet", office.sheet(graduates(*numbers)), "--yes")
        return [each["id"] for each in said["credentials"]]

    return issue


def test_revoked_by_a_sheet_with_reasons_of_its_own(office: Office, issued):
    ids = issued(7060, 7061, 7062)
    table = [["处分决定汇总"], ["证书编号", "姓名", "原因"], [number(7060), "王莉", "处分决定"], [ids[1][:12], "", ""]]
    sheet = office.file("撤销.xlsx", xlsx_bytes([], sheets={"表": [*table, ["合计：2"]]}))
    words = ("revoke", "--sheet", sheet, "--reason", "entered-in-error")
    with office.nothing_written():
        dry = office.json(*words)
        assert (dry["rows"], [each["row"] for each in dry["credentials"]]) == (2, [3, 4])
        assert [w["code"] for w in dry["warnings"]] == ["I038", "I040"]
    done = office.json(*words, "--yes")
    assert [each["id"] for each in done] == ids[:2]
    trail = office.json("audit", "credential", number(7060))
    assert "misconduct" in str(trail) or "处分决定" in str(trail)
    again = office.json(*words, "--yes")
    assert all(each["already"] for each in again)


def test_everything_wrong_with_such_a_sheet_is_said_and_nothing_done(office: Office, issued):
    issued(7070, 7071, 7072, 7073)
    office.ok("revoke", number(7073), "--reason", "withdrawn")
    rows = [
        [number(7070), "李雷", ""],
        [number(7999), "", ""],
        [number(7071), "", "天气不好"],
        [number(7072), "", ""],
        [number(7072), "", ""],
        [number(7073), "", ""],
        ["", "王莉", ""],
        ["/etc/passwd.json", "", ""],
    ]
    sheet = office.file("中止.csv", csv_bytes(rows, headings=["编号", "姓名", "原因"]))
    with office.nothing_written():
        said = office.json("suspend", "--sheet", sheet, "--reason", "under-review", "--yes", code=2)
        told = [(found["place"]["row"], found["code"]) for found in said["findings"]]
        assert told == [(2, "I057"), (3, "I050"), (4, "I053"), (6, "I001"), (7, "I052"), (8, "I010"), (9, "I050")]
        assert "没有变更任何状态" in office.run("suspend", "--sheet", sheet, "--yes", lang="zh").out


def test_suspended_and_resumed_by_the_same_sheet(office: Office, issued):
    issued(7080, 7081)
    sheet = office.file("名单.csv", csv_bytes([[number(7080)], [number(7081)]], headings=["学历证书编号"]))
    assert said_in(office, "suspend", "--sheet", sheet, "--yes") == ["I055", "I055"]
    assert len(office.json("suspend", "--sheet", sheet, "--reason", "under-review", "--yes")) == 2
    assert not any(each["already"] for each in office.json("resume", "--sheet", sheet, "--yes"))


@pytest.mark.parametrize(
    "words", [("revoke",), ("revoke", "x", "--sheet", "y.csv"), ("suspend", "x", "--tab", "y"), ("revoke", "x")]
)
def test_either_credentials_or_a_sheet(office: Office, words):
    answer = office.run(*words, "--json")
    assert (answer.code, answer.error) == (2, "E100")


# -- corrections by sheet


def corrections(office, *rows, headings=("学历证书编号", "姓名", "专业")):
    return office.file("更正.csv", csv_bytes(rows, headings=headings))


def test_corrected_by_a_sheet_what_is_empty_stays_as_it_is(office: Office, issued):
    old = issued(7100, 7101, 7102)
    sheet = corrections(office, [number(7100), "王丽", ""], [number(7101), "", "水利工程"])
    words = ("supersede", "--kind", "degree", "--sheet", sheet)
    with office.nothing_written():
        dry = office.json(*words)
        assert (dry["rows"], dry["new"], dry["findings"]) == (2, 2, [])
    done = office.json(*words, "--yes", "--bundles", office.home / "new")
    assert (done["registered"], len(done["credentials"])) == (2, 2)
    assert not {each["id"] for each in done["credentials"]} & set(old)
    assert "'superseded': True" in str(office.json("audit", "credential", old[0]))
    again = office.json(*words, "--yes", "--bundles", office.home / "new")
    assert (again["registered"], again["known"]) == (0, 2)
    assert [each["id"] for each in again["credentials"]] == [each["id"] for each in done["credentials"]]


def test_everything_wrong_with_corrections_is_said_and_nothing_done(office: Office, issued):
    issued(7110, 7111, 7112, 7113)
    office.ok("revoke", number(7113), "--reason", "withdrawn")
    sheet = corrections(
        office,
        [number(7110), "", ""],
        [number(7111), "王莉", ""],
        [number(7998), "王丽", ""],
        [number(7112), "", "长" * 300],
        [number(7113), "王丽", ""],
    )
    with office.nothing_written():
        said = office.json("supersede", "--kind", "degree", "--sheet", sheet, "--yes", code=2)
    told = [(found["place"]["row"], found["code"]) for found in said["findings"]]
    assert told[:3] == [(2, "I056"), (3, "I052"), (4, "I050")]
    assert (5, "I014") in told
    assert told[-1][0] == 6


def test_new_files_come_with_the_corrections(office: Office):
    for n in (7120, 7121):
        office.file(f"files/{n}.rtf", rb"{\rtf %d}" % n)
    rows = [one | {"文件名": f"{n}.rtf"} for n in (7120, 7121) for one in graduates(n)]
    office.ok(*DEGREE, "--sheet", office.sheet(rows), "--files", office.home / "files", "--yes")
    office.file("files/new.rtf", rb"{\rtf new}")
    headings = ("学历证书编号", "姓名", "文件名")
    sheet = corrections(office, [number(7120), "王丽", "new.rtf"], [number(7121), "王丽", ""], headings=headings)
    words = ("supersede", "--kind", "degree", "--sheet", sheet, "--files", office.home / "files")
    assert ("I058", 3) in [(w["code"], w["place"].get("row")) for w in office.json(*words)["warnings"]]
    assert office.json(*words, "--yes", "--bundles", office.home / "new")["registered"] == 2


@pytest.mark.parametrize(
    "words",
    [(), ("x", "--kind", "degree"), ("--sheet", "a.csv"), ("--sheet", "a.csv", "--field", "a=b", "--kind", "degree")],
)
def test_a_correction_is_one_or_a_sheet(office: Office, words):
    answer = office.run("supersede", *words, "--json")
    assert (answer.code, answer.error) == (2, "E100")
