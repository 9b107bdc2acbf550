"""Identity documents, vocational certificates, books, software, decisions, figures, evidence: well-formed or not."""

from __future__ import annotations

from datetime import date

import pytest

from chopmark.core.identifiers import CHECKS, normal_of

TODAY = date(2026, 11, 22)
DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
LEAF = f"eip155:31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:{DIGEST}/0"


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("11010519491231002x", "居民身份证"),
        ("110105 19491231 002X", "居民身份证"),
        ("E12345678", "护照"),
        ("ea1234567", "护照"),
        ("123456789", "护照"),
        ("14CV28142", "护照"),
        ("H12345678", "港澳居民来往内地通行证"),
        ("M1234567801", "港澳居民来往内地通行证"),
        ("12345678", "台湾居民来往大陆通行证"),
        ("CHN110012345678", "外国人永久居留身份证"),
    ],
)
def test_identity_documents_of_every_sort(text: str, document: str) -> None:
    checked = CHECKS["identity_document"](text, TODAY)
    assert checked.ok
    assert checked.facts == {"document": document}
    # Whatever cannot be checked is told; whatever can be is silent.
    assert bool(checked.warnings) == (document != "居民身份证")


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000", "911156"])
def test_permits_in_the_form_of_a_resident_id_have_its_check_digit(prefix: str) -> None:
    from chopmark.core.identifiers.digits import mod11_2

    body = prefix + "19900307" + "001"
    right = body + mod11_2(body)
    wrong = body + ("0" if right[-1] != "0" else "1")
    checked = CHECKS["identity_document"](right, TODAY)
    assert checked.facts == {"document": "外国人永久居留身份证" if prefix[0] == "9" else "港澳台居民居住证"}
    assert CHECKS["identity_document"](wrong, TODAY).wrong_digit


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # check digit
        "1101051949123100",  # two lost
        "11010519491231002",  # one lost
        "1101051949123100X",  # one lost
        "1101051949123100ZX",  # a letter for a digit
        "11010519491331002X",  # month 13
        "110105491231002",  # the old form
        "1234567",
        "1234567890",
        "ABCDEFGH",
        "",
    ],
)
def test_no_typing_error_of_a_resident_id_passes_for_another_document(text: str) -> None:
    assert not CHECKS["identity_document"](text, TODAY).ok


@pytest.mark.parametrize(
    ("check", "normal", "spellings"),
    [
        ("software_registration", "2026SR0123456", ["２０２６ＳＲ０１２３４５６", "登记号：2026sr 0123456"]),
        (
            "cip",
            "2024-012345",
            ["中国版本图书馆CIP数据核字（2024）第012345号", "CIP核字(2024)第12345号", "2024-012345"],
        ),
        (
            "document_number",
            "鲁人社字〔2026〕12号",
            ["鲁人社字[2026]12号", "鲁人社字（2026）012 号", "鲁人社字【2026】第12号"],
        ),
        ("skill_level", "三级", ["三级/高级工", "三级（高级工）", "高级工", "3级", "高级工、三级"]),
        ("skill_level", "二级", ["技师", "二级/技师"]),
        ("skill_level", "一级", ["高级技师"]),
        ("skill_certificate", "S000037000001263000001", ["s0000 3700 0001 2630 00001"]),
        ("management_number", "2026034370342026371234", ["20260343703420 26371234"]),
        ("rank", "2", ["2", "第2", "第二名", "第2位", "2/7", "第2完成人"]),
        ("rank", "10", ["十", "第10"]),
        ("count", "1200", ["1,200", "1200字", "01200", "1200 学时"]),
        ("sha256", DIGEST, [DIGEST.upper(), "0x" + DIGEST, "SHA-256:" + DIGEST]),
        ("attestation", LEAF, [LEAF, f" {LEAF} "]),
        ("contribution_line", "王丽|主编|第1-3章|120000", ["王丽 | 主编｜第1–3章|120,000字"]),
    ],
)
def test_one_thing_in_several_spellings(check: str, normal: str, spellings: list[str]) -> None:
    for text in spellings:
        assert normal_of(check, text) == normal
    assert normal_of(check, normal) == normal


@pytest.mark.parametrize(
    ("check", "texts"),
    [
        ("software_registration", ["SR0123456", "2027SR0123456", "1990SR0123456", "2026SR12"]),
        ("cip", ["CIP", "2028-012345", "(2024)第1号"]),
        ("document_number", ["12号", "〔2026〕12号", "鲁人社字2026 12号", "鲁人社字〔2028〕12号"]),
        ("skill_level", ["三级/技师", "第三", "/"]),
        ("skill_certificate", ["12345", "SS00003700000126300001"]),
        ("management_number", ["1234", "ABCDEFGHIJ", "1" * 41]),
        ("rank", ["0", "-1", "第", "二十", "1.5", "1000"]),
        ("count", ["-1", "1.5", "1,20", "许多", "9" * 10]),
        ("sha256", [DIGEST[:-1], DIGEST + "0", "g" * 64]),
        ("attestation", [DIGEST, LEAF[:-2]]),
        ("contribution_line", ["王丽|主编|第1章", "|主编||", "王丽|||", "王丽|主编||很多"]),
    ],
)
def test_what_is_not_well_formed_is_told_why(check: str, texts: list[str]) -> None:
    for text in texts:
        checked = CHECKS[check](text, TODAY)
        assert not checked.ok, text
        assert checked.normal == ""
        assert checked.wrong_digit or (checked.why is not None and checked.why.zh and checked.why.en)
