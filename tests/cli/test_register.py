"""cli.register: from files or a sheet to the chain; and everything that is refused, with nothing written."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from chopmark.core.trust import TrustFile, write_trust
from tests.fixtures.devchain import free_port
from tests.fixtures.paper import certificate_pdf, encrypted_pdf, truncated
from tests.fixtures.proxy import Proxy
from tests.fixtures.town import FIELDS, Answer, Office, Town, accredited, fields, number
from tests.services.sheet._make import xlsx_bytes

DEGREE = ("register", "--kind", "degree")
CARD = "110105194912310021"
"""A resident's number with a wrong check digit."""


def rows(*numbers: int, **changes: str) -> list[dict[str, str]]:
    return [{"certificate_number": number(n), **changes} for n in numbers]


def refused(office: Office, *words: str | Path, code: str, exit_code: int = 2, zh: str = "", en: str = "") -> Answer:
    """A command that is refused in both languages and as JSON, and writes nothing. The JSON answer."""
    with office.nothing_written():
        for lang, sentence in (("zh", zh), ("en", en)):
            answer = office.run(*words, lang=lang)
            said = answer.out + answer.err
            assert answer.code == exit_code, answer
            assert code in said, answer
            assert sentence in said, answer
            assert "→" in said, answer
            assert "Traceback" not in said
        answer = office.run(*words, "--json")
        assert answer.code == exit_code, answer
        assert code in _codes(answer), answer
    return answer


def _codes(answer: Answer) -> list[str]:
    said = answer.json
    found = [said["error"]] if "error" in said else said["findings"]
    assert all(each["message"]["zh"] and each["message"]["en"] for each in found)
    assert all(each["next"]["zh"] and each["next"]["en"] for each in found)
    return [each["code"] for each in found]


def place(answer: Answer, code: str) -> dict[str, object]:
    return next(each["place"] for each in answer.json["findings"] if each["code"] == code)


# -- what is right


@pytest.mark.parametrize(("lang", "words"), [("zh", ("已登记 1 条", "凭证包")), ("en", ("1 registered", "bundle"))])
def test_one_credential_with_its_files(office: Office, lang: str, words: tuple[str, ...]):
    n = {"zh": 1, "en": 2}[lang]
    path = office.file("王莉 学位证书.pdf", certificate_pdf(lang))
    answer = office.ok(*DEGREE, path, *fields(n), lang=lang)
    assert all(word in answer.out for word in words)
    bundle = office.home / "bundles" / "王莉_学位证书.chopmark.json"
    opened = open_bundle(read_bundle(bundle.read_bytes()))
    assert opened.commitment.hex() in answer.out
    assert "bundles/王莉_学位证书.chopmark.json" in answer.out


def test_one_credential_as_json(office: Office):
    said = office.json(*DEGREE, *fields(3), "--bundles", office.home / "out")
    (made,) = said["credentials"]
    (batch,) = said["batches"]
    assert (said["registered"], said["known"], said["warnings"]) == (1, 0, [])
    assert (batch["size"], made["label"]) == (1, number(3))
    assert Path(made["bundle"]) == office.home / "out" / f"{number(3)}.chopmark.json"
    there = office.client.block(batch["block"])
    assert there is not None
    assert there.time == batch["time"]


def test_a_sheet_is_checked_first_and_registered_with_yes(office: Office):
    for n in range(10, 13):
        office.file(f"files/二 班/王 莉{n}.rtf", rb"{\rtf %d}" % n)
    sheet = office.sheet(
        [row | {"文件名": f"二 班/王 莉{n}.rtf"} for n, row in zip(range(10, 13), rows(10, 11, 12), strict=True)]
    )
    words = (*DEGREE, "--sheet", sheet, "--files", office.home / "files")
    with office.nothing_written():
        assert "预检通过：学历学位，将新登记 3 条" in office.ok(*words, lang="zh").out
        assert "Degree, 3 to register" in office.ok(*words, lang="en").out
        said = office.json(*words)
        assert (said["rows"], said["new"], said["known"], said["findings"], said["chain"]) == (3, 3, 0, [], None)
        assert said["plan"]["transactions"] == 1
    done = office.json(*words, "--yes")
    assert [each["label"] for each in done["credentials"]] == ["王 莉10", "王 莉11", "王 莉12"]
    assert office.bundles() == [f"王_莉{n}.chopmark.json" for n in (10, 11, 12)]


def test_a_workbook(office: Office):
    table = [list((FIELDS | row).values()) for row in rows(20, 21)]
    path = office.file("名单.xlsx", xlsx_bytes(table, headings=[*FIELDS, "certificate_number"]))
    assert office.json(*DEGREE, "--sheet", path, "--yes")["registered"] == 2


def test_the_same_again_registers_nothing_and_needs_neither_key_nor_node(office: Office):
    sheet = office.sheet(rows(30, 31))
    first = office.json(*DEGREE, "--sheet", sheet, "--yes")
    office.sheet(rows(30, 31, 32))
    assert "2 of 3 already registered" in office.run(*DEGREE, "--sheet", sheet).out
    office.sheet(rows(30, 31))
    office.variables["CHOPMARK_PASSPHRASE_FILE"] = ""
    point_to(office, f"http://127.0.0.1:{free_port()}")
    before = office.rows()
    again = office.json(*DEGREE, "--sheet", sheet, "--yes", "--bundles", office.home / "again")
    assert (again["registered"], again["known"]) == (0, 2)
    assert [w["code"] for w in again["warnings"]] == ["I002"]
    assert [c["id"] for c in again["credentials"]] == [c["id"] for c in first["credentials"]]
    assert len(list((office.home / "again").glob("*.chopmark.json"))) == 2
    assert office.rows() == before


def test_what_was_revoked_is_not_brought_back_by_the_same_sheet(office: Office):
    sheet = office.sheet(rows(40, 41))
    office.ok(*DEGREE, "--sheet", sheet, "--yes")
    office.ok("revoke", number(40), "--reason", "misconduct")
    with office.nothing_written():
        said = office.json(*DEGREE, "--sheet", sheet, "--yes")
    assert (said["registered"], said["known"]) == (0, 1)
    assert [w["code"] for w in said["warnings"]] == ["I002", "I006"]
    sheet = office.sheet([*rows(40, mode="普通全日制"), *rows(41)])  # one cell filled in meanwhile
    with office.nothing_written():
        said = office.json(*DEGREE, "--sheet", sheet, "--yes")
        assert [w["code"] for w in said["warnings"]] == ["I002", "I006"]
        office.file("a.rtf", rb"{\rtf 1}")
        office.json(*DEGREE, office.home / "a.rtf", *fields(40))
    assert office.json(*DEGREE, "--sheet", sheet, "--yes", "--again")["registered"] == 1


def test_rows_that_are_called_the_same_get_bundles_of_their_own(office: Office):
    for n in (1, 2):
        office.file(f"files/{n}/扫描.rtf", rb"{\rtf %d}" % n)
    sheet = office.sheet([row | {"file": f"{n}/扫描.rtf"} for n, row in zip((1, 2), rows(50, 51), strict=True)])
    words = (*DEGREE, "--sheet", sheet, "--files", office.home / "files", "--yes")
    first = office.json(*words)
    assert len({c["bundle"] for c in first["credentials"]}) == 2
    assert {c["id"]: c["bundle"] for c in office.json(*words)["credentials"]} == {
        c["id"]: c["bundle"] for c in first["credentials"]
    }
    for made in first["credentials"]:
        assert open_bundle(read_bundle((office.home / made["bundle"]).read_bytes())).commitment.hex() == made["id"]


def test_the_same_number_in_two_kinds(office: Office):
    paper = {"title": "x", "authors": "甲", "journal": "y", "year": "2026", "issue": "3", "pages": "1-2"}
    office.ok(*DEGREE, *fields(60))
    words = [word for name, value in paper.items() for word in ("--field", f"{name}={value}")]
    assert office.json("register", "--kind", "paper", *words, "--field", "doi=10.1000/x")["registered"] == 1
    assert office.json("register", "--kind", "paper", *words, "--field", "doi=10.1000/y")["registered"] == 1


def test_a_folder_of_a_thousand_files(office: Office):
    for n in range(1000):
        office.file(f"files/{n % 7}/{n}.rtf", rb"{\rtf %d}" % n)
    listed = [row | {"文件名": f"{n % 7}/{n}.rtf"} for n, row in enumerate(rows(*range(2000, 3000)))]
    sheet = office.sheet(listed)
    said = office.json(*DEGREE, "--sheet", sheet, "--files", office.home / "files", "--yes")
    assert said["registered"] == len(office.bundles()) == 1000
    assert len(said["batches"]) == 1
    assert [c["label"] for c in said["credentials"][:3]] == ["0", "1", "2"]


# -- what is wrong with the input


def test_files_that_are_no_good(office: Office):
    """Empty, half downloaded, with a password: all said at once, each with its name and the remedy."""
    wrong = {
        "空 文件.pdf": (b"", "是空文件", "is empty"),
        "半份.pdf": (truncated(certificate_pdf()), "已损坏或不完整", "is damaged or not whole"),
        "有口令.pdf": (encrypted_pdf(), "已加密", "is encrypted"),
    }
    paths = [office.file(name, data) for name, (data, _, _) in wrong.items()]
    with office.nothing_written():
        told = {lang: office.run(*DEGREE, *paths, *fields(100), lang=lang) for lang in ("zh", "en")}
    for name, (_, zh, en) in wrong.items():
        assert f"I031 {name}：文件“{name}”{zh}" in told["zh"].out
        assert f"I031 {name}: File “{name}” {en}" in told["en"].out
    assert "请换用完整、未加密、不超过50MB的文件" in told["zh"].out
    answer = refused(
        office, *DEGREE, paths[0], *fields(100), code="I031", zh="没有登记任何内容", en="Nothing was registered"
    )
    assert place(answer, "I031")["file"] == "空 文件.pdf"


def test_a_file_of_60_megabytes(office: Office):
    with (office.home / "big.pdf").open("wb") as stream:
        stream.truncate(60 << 20)
    refused(office, *DEGREE, office.home / "big.pdf", *fields(100), code="I031", zh="不超过50MB", en="at most 50 MB")
    answer = refused(
        office, *DEGREE, "--sheet", office.home / "big.pdf", code="E101", zh="超过 50 MB", en="larger than 50 MB"
    )
    assert "big.pdf" in answer.json["error"]["message"]["zh"]


@pytest.mark.parametrize(
    ("change", "code", "field", "zh"),
    [
        ({"holder_id": CARD}, "I012", "holder_id", "校验位不符"),
        ({"graduation_date": "2026-02-30"}, "I013", "graduation_date", "不是有效日期"),
        ({"major": "长" * 10_001}, "I014", "major", "过长：10001个字符"),
        ({"level": "大学"}, "I017", "level", "不在可选范围内"),
        ({"major": ""}, "I010", "major", "必填项为空"),
        ({"major": "土\u0007木"}, "I015", "major", "不可用的字符"),
    ],
)
def test_a_field_that_is_no_good_by_hand_and_in_a_sheet(office: Office, change, code, field, zh):
    answer = refused(office, *DEGREE, *fields(101, **change), code=code, zh=zh)
    assert place(answer, code)["field"] == field
    assert CARD not in answer.out + answer.err
    sheet = office.sheet([*rows(102), *rows(103, **change)])
    answer = refused(office, *DEGREE, "--sheet", sheet, "--yes", code=code, zh=zh)
    assert (place(answer, code)["row"], place(answer, code)["column"]) == (3, field)
    assert place(answer, code)["file"] == "名单.csv"


def test_wrong_columns(office: Office):
    sheet = office.file("名单.csv", "姓名,绰号\n王莉,小王\n")
    answer = refused(office, *DEGREE, "--sheet", sheet, "--yes", code="I020", zh="表格缺少列", en="lacks columns")
    assert {"I020", "I021"} <= set(_codes(answer))
    assert place(answer, "I021")["column"] == "绰号"


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04broken", b'"open'])
def test_a_sheet_that_is_none(office: Office, data: bytes):
    path = office.file("名单.csv", data)
    code = "I023" if data == b"" else "I024"
    refused(office, *DEGREE, "--sheet", path, "--yes", code=code, zh="表格", en="sheet")


def test_a_number_twice_in_the_sheet(office: Office):
    sheet = office.sheet([*rows(110), *rows(111), *rows(110, major="力学")])
    answer = refused(office, *DEGREE, "--sheet", sheet, "--yes", code="I001", zh="首次出现于第2行", en="first in row 2")
    assert place(answer, "I001")["row"] == 4


def test_a_number_of_an_earlier_batch_with_other_content(office: Office):
    office.ok(*DEGREE, *fields(120))
    sheet = office.sheet([*rows(121), *rows(120, major="力学")])
    answer = refused(office, *DEGREE, "--sheet", sheet, "--yes", code="I005", zh="不同字段：专业", en="(fields: Major)")
    assert place(answer, "I005")["row"] == 3
    refused(office, *DEGREE, *fields(120, level="硕士"), code="I005", zh="chopmark supersede", en="chopmark supersede")


def test_files_that_the_sheet_names_and_the_folder_lacks(office: Office):
    (office.home / "files").mkdir()
    sheet = office.sheet(rows(130, file="王莉.pdf"))
    words = (*DEGREE, "--sheet", sheet, "--yes")
    answer = refused(office, *words, "--files", office.home / "files", code="I030", zh="找不到文件", en="is not there")
    assert place(answer, "I030")["row"] == 2
    refused(office, *words, "--files", office.home / "nowhere", code="E101", zh="不是文件夹", en="not a folder")


@pytest.mark.parametrize(
    ("words", "code", "zh", "en"),
    [
        (("register", *fields(1)), "E100", "用 --kind 指定", "--kind"),
        ((*DEGREE,), "E100", "二者取一", "not both"),
        ((*DEGREE, "--sheet", "x.csv", "a.pdf"), "E100", "二者取一", "not both"),
        ((*DEGREE, "--files", "x", *fields(1)), "E100", "只与 --sheet 同用", "goes with --sheet"),
        (("register", "--kind", "diploma", *fields(1)), "E102", "没有类别“diploma”", "no kind “diploma”"),
        ((*DEGREE, "--issuer", "west", *fields(1)), "E102", "没有机构“west”", "no institution “west”"),
        ((*DEGREE, "--field", "绰号=x"), "E101", "没有字段“绰号”", "no field “绰号”"),
        ((*DEGREE, "--field", "{0}"), "E101", "应为 字段=值", "field=value"),
        ((*DEGREE, "--sheet", "nowhere.csv"), "E101", "无法读取", "cannot be read"),
        ((*DEGREE, "--issuer", "edu", *fields(1)), "E400", "没有“edu”的工作密钥", "working key of “edu”"),
    ],
)
def test_words_that_are_wrong(office: Office, words, code, zh, en):
    refused(office, *words, code=code, zh=zh, en=en)


def test_everything_is_said_at_once_and_long_lists_are_cut(office: Office):
    sheet = office.sheet([row | {"graduation_date": "?"} for row in rows(*range(70))])
    answer = office.run(*DEGREE, "--sheet", sheet, lang="zh")
    assert answer.code == 2
    assert "需要更正（70）" in answer.out
    assert "另有 10 条" in answer.out
    assert "共 70 条，70 条有问题；没有登记任何内容" in answer.out
    assert len(office.json(*DEGREE, "--sheet", sheet, code=2)["findings"]) == 70


# -- who may not


def test_a_kind_that_the_institution_is_not_accredited_for(office: Office):
    issue = {"journal": "学报", "cn": "CN37-1000/TU", "year": "2026", "issue": "3", "articles": "1-2|题|甲"}
    words = [word for name, value in issue.items() for word in ("--field", f"{name}={value}")]
    for more in ((), ("--dry-run",)):
        refused(
            office,
            *("register", "--kind", "issue", *words, *more),
            code="I003",
            zh="无权签发“期刊目录”，授权范围：学历学位、论文",
            en="Not accredited for “Journal issue”; accredited for: Degree, Paper",
        )


@pytest.mark.parametrize(
    ("restrain", "zh", "en"),
    [
        (("accredit", "suspend", "west", "--by", "edu-cold", "--kind", "degree"), "的授权已中止", "suspended"),
        (("accredit", "revoke", "west", "--by", "edu-cold", "--kind", "degree"), "的授权已撤销", "revoked"),
    ],
)
def test_a_suspended_institution(office: Office, restrain, zh, en):
    accredited(office, "west")
    office.ok(*restrain)
    words = (*DEGREE, "--issuer", "west", *fields(200))
    refused(office, *words, code="I003", zh=zh, en=en)
    refused(office, *words, "--dry-run", code="I003", zh="授权范围：无", en="accredited for: nothing")


def test_an_institution_whose_parent_is_suspended(office: Office):
    office.key("mid-cold")
    office.ok("issuer", "new", "mid", "--name-zh", "市教育局", "--controller", "mid-cold", "--accreditor")
    office.ok("accredit", "grant", "mid", "--by", "edu-cold", "--kind", "degree", "--accreditor")
    for name in ("low-cold", "low-key"):
        office.key(name)
    office.ok("issuer", "new", "low", "--name-zh", "学院", "--controller", "low-cold", "--key", "low-key")
    office.ok("accredit", "grant", "low", "--by", "mid-cold", "--kind", "degree")
    office.ok("accredit", "suspend", "mid", "--by", "edu-cold", "--kind", "degree", "--reason", "investigation")
    refused(office, *DEGREE, "--issuer", "low", *fields(201), code="I003", zh="上级机构", en="above it: suspended")


@pytest.mark.parametrize(
    ("fate", "zh", "en"),
    [
        (lambda since: ("key", "retire", "west", "west-key"), "已停用", "is retired"),
        (lambda since: ("key", "report", "west", "west-key", "--since", since), "已报失", "reported compromised"),
    ],
    ids=["retired", "compromised"],
)
def test_a_key_that_may_no_more(office: Office, fate: Callable[[str], tuple[str, ...]], zh: str, en: str):
    accredited(office, "west")
    added = office.json("issuer", "show", "west")["keys"][0]["from"]
    office.ok(*fate(datetime.fromtimestamp(added, UTC).isoformat()))
    words = (*DEGREE, "--issuer", "west", *fields(210))
    refused(office, *words, code="E400", zh=zh, en=en)
    refused(office, *words, "--dry-run", code="E400", zh=zh, en=en)


def test_a_key_that_was_never_added(office: Office):
    office.ok("key", "new", "spare")
    with contextlib.closing(sqlite3.connect(office.home / "site.db")) as database, database:
        database.execute("update nodes set key = 'spare' where alias = 'oriental'")
    refused(office, *DEGREE, *fields(211), code="E400", zh="还不是该机构的密钥", en="not a key of this institution yet")


def test_a_wrong_passphrase(office: Office):
    office.file("passphrase", "wrong horse battery\n")
    answer = refused(office, *DEGREE, *fields(212), code="E401", zh="口令不对", en="Wrong passphrase")
    assert "wrong horse" not in answer.out + answer.err


def test_no_passphrase_and_nobody_to_ask(office: Office):
    office.variables["CHOPMARK_PASSPHRASE_FILE"] = ""
    refused(office, *DEGREE, *fields(213), code="E400", zh="没有终端可供输入", en="no terminal to ask on")


def test_a_key_file_that_others_can_read(office: Office):
    (office.home / "keys" / "oriental-key.json").chmod(0o644)
    refused(office, *DEGREE, *fields(214), code="E400", zh="他人可读", en="others can read it")


def test_two_institutions_must_be_told_apart(office: Office):
    accredited(office, "west")
    refused(office, *DEGREE, *fields(215), code="E100", zh="--issuer 指定机构（oriental, west）", en="oriental, west")
    assert office.json(*DEGREE, "--issuer", "west", *fields(215))["registered"] == 1


def test_an_institution_that_nobody_accredited_yet(office: Office):
    office.key("new-cold")
    office.ok("issuer", "new", "new", "--name-zh", "新", "--controller", "new-cold", "--key", "oriental-key")
    refused(office, *DEGREE, "--issuer", "new", *fields(216), code="E101", zh="尚未获得授权", en="not accredited yet")


def test_a_home_without_institutions(town: Town, tmp_path: Path):
    office = town.bare(tmp_path / "home")
    refused(office, *DEGREE, *fields(217), code="E100", zh="chopmark issuer new", en="chopmark issuer new")


# -- the chain, the trust file, the disk


def point_to(office: Office, url: str, **changes: Any) -> None:
    """Another node for this office."""
    chain = replace(office.client.chain, rpc=(url,), **changes)
    (office.home / "trust.json").write_bytes(write_trust(TrustFile((chain,))))


def test_no_node(office: Office):
    point_to(office, f"http://127.0.0.1:{free_port()}")
    refused(office, *DEGREE, *fields(300), code="E501", exit_code=3, zh="节点不可达", en="cannot be reached")


def test_no_node_while_only_checking(office: Office):
    point_to(office, f"http://127.0.0.1:{free_port()}")
    sheet = office.sheet(rows(301, 302))
    words = (*DEGREE, "--sheet", sheet)
    with office.nothing_written():
        assert "节点不可达" in office.ok(*words, lang="zh").out
        assert "no node answers" in office.ok(*words, lang="en").out
        assert office.json(*words)["chain"]["code"] == "E501"
    sheet = office.sheet(rows(301, 301))
    refused(office, *words, code="I001", zh="重复", en="repeated")


@pytest.mark.parametrize(
    ("method", "answer", "zh"),
    [
        ("eth_chainId", {"result": "0x7"}, "链 ID 应为 31337"),
        ("eth_getCode", {"result": "0x60"}, "代码"),
    ],
)
def test_a_node_of_another_chain(office: Office, method: str, answer: dict[str, str], zh: str):
    with Proxy(office.client.chain.rpc[0]) as proxy:
        proxy.before = lambda request: answer if request["method"] == method else None
        point_to(office, proxy.url)
        refused(office, *DEGREE, *fields(303), code="E502", zh=zh, en="serves another chain")
        refused(office, *DEGREE, *fields(303), "--dry-run", code="E502", zh=zh, en="serves another chain")


def test_a_node_with_another_first_block(office: Office):
    with Proxy(office.client.chain.rpc[0]) as proxy:

        def other_genesis(request, answer):
            if request["method"] == "eth_getBlockByNumber" and request["params"][0] == "0x0":
                answer["result"]["hash"] = "0x" + "77" * 32
            return answer

        proxy.after = other_genesis
        point_to(office, proxy.url)
        refused(office, *DEGREE, *fields(304), code="E502", zh="创世区块", en="block 0")


def test_no_trust_file(office: Office):
    (office.home / "trust.json").unlink()
    refused(office, *DEGREE, *fields(305), code="E300", zh="没有文件", en="there is no file")


def test_a_trust_file_with_a_key_twice(office: Office):
    text = (office.home / "trust.json").read_text(encoding="utf-8")
    office.file("trust.json", text.replace('"chainId"', '"name": "x", "chainId"', 1))
    refused(office, *DEGREE, *fields(306), code="E200", zh="出现两次", en="occurs twice")


def test_a_database_of_another_chain(office: Office):
    point_to(office, office.client.chain.rpc[0], genesis=b"\x07" * 32)
    refused(office, *DEGREE, *fields(307), code="E600", zh="另一条链", en="another chain")


def test_bundles_that_cannot_be_written(office: Office):
    office.file("bundles", b"a file where the folder should be")
    answer = office.run(*DEGREE, *fields(310), "--json")
    assert (answer.code, answer.error) == (2, "E101")
    assert "登记已完成" in answer.json["error"]["message"]["zh"]
    assert "the registration stands" in answer.json["error"]["message"]["en"]
    before = office.rows()
    again = office.json(*DEGREE, *fields(310), "--bundles", office.home / "elsewhere")
    assert (again["registered"], again["known"]) == (0, 1)
    assert len(list((office.home / "elsewhere").iterdir())) == 1
    assert office.rows() == before


@pytest.mark.parametrize("place", ["after_accept", "after_commit_before_send", "after_send_before_record"])
def test_killed_after_acceptance_and_run_again_each_is_registered_once(office: Office, place: str):
    base = {"after_accept": 400, "after_commit_before_send": 410, "after_send_before_record": 420}[place]
    sheet = office.sheet(rows(*range(base, base + 5)))
    words = (*DEGREE, "--sheet", sheet, "--yes")
    before, events = office.rows(), office.events()
    office.die(place, *words)
    assert office.rows()["credentials"] == before["credentials"] + 5
    again = office.json(*words)
    assert (again["registered"], again["known"]) == (0, 5)
    assert office.rows()["credentials"] == before["credentials"] + 5
    assert office.rows()["batches"] == before["batches"] + 1
    assert office.events() == events + 1
    assert len(office.bundles()) == 5


def test_a_process_that_is_killed(office: Office):
    """The same with a real SIGKILL, at whatever moment it comes."""
    sheet = office.sheet(rows(*range(450, 455)))
    words = (*DEGREE, "--sheet", sheet, "--yes", "--json")
    before = office.rows()["credentials"]
    with office.start(*words) as process:
        until = time.monotonic() + 30
        while office.rows()["credentials"] == before and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    again = office.json(*words[:-1])
    assert (again["registered"], again["known"]) == (0, 5)
    assert office.rows()["credentials"] == before + 5


def test_a_failpoint_alone_is_refused(office: Office):
    office.variables["CHOPMARK_FAILPOINT"] = "after_accept"
    answer = office.run(*DEGREE, *fields(430), "--json")
    assert (answer.code, answer.error) == (2, "E100")


def test_the_answer_is_one_json_value_whatever_is_told(office: Office):
    out = str(office.file("a.pdf", b""))
    for words in ((out, *fields(440)), fields(440), (*fields(440), "--dry-run")):
        json.loads(office.run(*DEGREE, *words, "--json").out)
