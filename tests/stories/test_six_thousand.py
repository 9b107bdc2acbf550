"""Six thousand graduates from one list: what is wrong is named, the rest is registered once, whatever is killed on the way."""

import csv
import io
import signal
import time

import openpyxl
import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from tests.fixtures.town import Office
from tests.stories._graduates import HEADINGS, OPTIONS, row, small_pdf, year

COUNT = 6_000
GOOD = COUNT - 17


def words(of, *more):
    return ("register", "--kind", "degree", "--sheet", of.sheet, "--files", of.files, *OPTIONS, *more)


def first_codes(findings):
    """Row → the first that was found in it."""
    return {found["place"]["row"]: found["code"] for found in reversed(findings)}


@pytest.mark.slow
def test_a_years_graduates(office: Office, tmp_path, capsys):
    graduates = year(tmp_path, COUNT)
    begun = time.perf_counter()
    with office.nothing_written():
        said = office.json(*words(graduates), code=2)
    seen = time.perf_counter()
    assert (said["rows"], said["new"]) == (COUNT, GOOD)
    assert first_codes(said["findings"]) == graduates.wrong
    assert len(set(graduates.wrong.values())) == 9
    for found in said["findings"]:
        assert found["place"]["column"] in HEADINGS
        assert found["next"]["zh"]
        assert found["next"]["en"]
    assert {w["code"] for w in said["warnings"]} == {"I038", "I040", "I033"}
    matched = {heading["heading"]: (heading["field"], heading["how"]) for heading in said["headings"]}
    assert matched["学员名字"] == ("holder_name", "given")
    assert matched["毕业院校"] == ("school", "synonym")

    # Killed when everything is accepted, when it is signed, when it is sent, and by a SIGKILL at whatever moment it comes.
    events = office.events()
    office.die("after_accept", *words(graduates, "--skip-invalid", "--yes"))
    assert office.rows()["credentials"] == GOOD
    office.die("after_commit_before_send", "worker")
    office.die("after_send_before_record", "worker")
    with office.start("worker") as process:
        time.sleep(0.4)
        process.kill()
    assert process.returncode in (-signal.SIGKILL, 0)
    killed = time.perf_counter()
    done = office.json(*words(graduates, "--skip-invalid", "--yes"))
    finished = time.perf_counter()
    assert (done["registered"], done["known"], done["set_aside"]) == (0, GOOD, 17)
    assert [batch["size"] for batch in done["batches"]] == [GOOD]
    assert office.events() == events + 1, "one transaction"
    assert (office.rows()["credentials"], office.rows()["batches"]) == (GOOD, 1)
    ids = [each["id"] for each in done["credentials"]]
    assert len(ids) == len(set(ids)) == len(office.bundles()) == GOOD
    with capsys.disabled():
        print(
            f"\n  dry run {seen - begun:.1f} s, killed four times {killed - seen:.1f} s, run again {finished - killed:.1f} s"
        )

    lines = list(csv.DictReader(io.StringIO((office.home / done["mail_merge"]).read_text("utf-8-sig"))))
    assert [line["bundle file"] for line in lines] == [
        each["bundle"].rpartition("/")[2] for each in done["credentials"]
    ]
    assert lines[0]["邮箱"] == "s1@example.org"
    opened = open_bundle(read_bundle((office.home / "bundles" / lines[0]["bundle file"]).read_bytes()))
    assert opened.commitment.hex() == ids[0]
    the_rest_is_corrected_and_registered(office, graduates, done["rejected"])


def the_rest_is_corrected_and_registered(office, graduates, rejected):
    """What was handed back says what to correct; corrected, it is registered without another word about its headings."""
    book = openpyxl.load_workbook(rejected)
    table = book.worksheets[0]
    headings = [cell.value for cell in table[1]]
    assert headings[:-1] == HEADINGS
    assert table.max_row == 1 + 17
    for at in range(2, 19):
        said = str(table.cell(at, len(headings)).value)
        assert said[:4] in graduates.wrong.values()
    wrong = sorted(graduates.wrong)
    for at, (line, code) in enumerate(sorted(graduates.wrong.items()), 2):
        right = row(line - 2)
        for column, cell in enumerate(right, 1):
            table.cell(at, column).value = cell
        if code == "I001":
            table.cell(at, 1 + HEADINGS.index("毕业证书编号")).value = right[7]
        (graduates.files / right[8]).write_bytes(small_pdf(right[7]))
    assert len(wrong) == 17
    book.save(rejected)
    again = ("register", "--kind", "degree", "--sheet", rejected, "--files", graduates.files, "--merge", "邮箱")
    said = office.json(*again, "--yes")
    assert (said["registered"], said["known"]) == (17, 0)
    assert [w["code"] for w in said["warnings"]] == ["I047", "I033"]
