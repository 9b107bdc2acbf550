"""What was declared reaches every bundle that it may be about, or is refused: it never vanishes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chopmark.core.disclosure import ClaimValue
from chopmark.errors import InputError
from chopmark.kinds import Value, all_kinds
from chopmark.services.verify.as_json import as_json, web_address
from chopmark.services.verify.collect import collect
from chopmark.services.verify.declared import assign, read_declarations
from chopmark.services.verify.match import match
from chopmark.services.verify.materials import Limits, Material
from chopmark.services.verify.verify import Verified, Verifier
from tests.fixtures import issued

KINDS = {kind.code: kind for kind in all_kinds()}
DEGREE = KINDS["degree"]
ISSUER = b"\x11" * 32
LIMITS = Limits(file_bytes=1 << 20, files=500)
PAPER: dict[str, ClaimValue] = {"title": "论文", "authors": ("王莉",)}


def materials(folder: Path, **kinds: str) -> tuple[Material, ...]:
    for name, kind in kinds.items():
        claims: dict[str, ClaimValue] = (
            {**issued.CLAIMS, "holder_id": "11010519491231002X"} if kind == "degree" else PAPER
        )
        made = issued.credential(ISSUER, claims, [name.encode()], kind=kind)
        (done,) = issued.bundles(issued.batch_of(ISSUER, [made], kind), [made])
        (folder / f"{name}.chopmark.json").write_bytes(done.data)
    return match(collect([folder], LIMITS))


def given(found: tuple[Material, ...], *texts: str, kind: str = "") -> dict[str, dict[str, Value]]:
    fields = assign(read_declarations(texts), found, KINDS, KINDS[kind] if kind else None)
    return {each.name.partition(".")[0]: one for each, one in zip(found, fields, strict=True)}


def verified(found: tuple[Material, ...], *texts: str, kind: str = "") -> list[Verified]:
    fields = assign(read_declarations(texts), found, KINDS, KINDS[kind] if kind else None)
    verifier = Verifier(trust=None, readers_of=lambda *_: [], kinds=KINDS, profiles={}, key_book=lambda _: {})
    return verifier.verify(found, fields)


def codes(one: Verified) -> list[str]:
    return [finding.code for finding in one.examination.findings]


def test_a_bundle_of_an_unknown_kind_takes_what_is_typed(tmp_path: Path) -> None:
    found = materials(tmp_path, a="unheard")
    assert given(found, "holder_name=李四", "whatever=1") == {"a": {"holder_name": "李四", "whatever": "1"}}
    assert codes(verified(found, "holder_name=李四")[0]).count("V021") == 1


def test_a_bundle_of_another_kind_than_the_named_one_takes_what_is_typed(tmp_path: Path) -> None:
    found = materials(tmp_path, a="paper", b="degree")
    assert given(found, "姓名=李四", kind="degree") == {
        "a": {"degree:holder_name": "李四"},
        "b": {"holder_name": "李四"},
    }
    (one, _) = verified(found, "姓名=李四", kind="degree")
    assert "V021" in codes(one)
    # A field that both kinds have is no agreement either: another kind was meant.
    (one, _) = verified(found, "title=论文", kind="patent")
    assert "V021" in codes(one)
    assert [each.equal for each in one.examination.comparisons] == [None]


def test_a_named_kind_without_declarations_is_refused_for_a_bundle_of_another(tmp_path: Path) -> None:
    found = materials(tmp_path, a="paper")
    with pytest.raises(InputError, match="not of the kind Degree"):
        given(found, kind="degree")
    assert given(found, kind="paper") == {"a": {}}


def test_a_field_of_one_kind_only_is_for_the_bundles_of_that_kind(tmp_path: Path) -> None:
    found = materials(tmp_path, a="paper", b="degree")
    assert given(found, "姓名=李四") == {"a": {}, "b": {"holder_name": "李四"}}
    with pytest.raises(InputError, match="not a field"):
        given(found, "a.chopmark.json:holder_name=李四")


def test_two_values_of_one_field_are_refused_and_both_named(tmp_path: Path) -> None:
    found = materials(tmp_path, a="degree")
    with pytest.raises(InputError, match=r"holder_name=李四.*姓名=王莉"):
        given(found, "姓名=王莉", "holder_name=李四")
    with pytest.raises(InputError, match="another value"):
        given(found, "a.chopmark.json:姓名=王莉", "a.chopmark.json:holder_name=李四")
    assert given(found, "姓名=王莉", "holder_name=王莉") == {"a": {"holder_name": "王莉"}}
    for texts in (("a.chopmark.json:姓名=王莉", "姓名=李四"), ("姓名=李四", "a.chopmark.json:姓名=王莉")):
        assert given(found, *texts) == {"a": {"holder_name": "王莉"}}  # what is said about one outweighs


def test_two_values_of_a_private_field_are_refused_without_being_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        given(materials(tmp_path, a="degree"), "holder_id=11010519491231002X", "身份证号=110105194912310021")
    assert "0519491231" not in str(caught.value)


def test_no_hint_tells_characters_of_a_private_field(tmp_path: Path) -> None:
    (one,) = verified(materials(tmp_path, a="degree"), "holder_id=110105194912310021")
    told = json.loads(json.dumps(as_json(one)["comparisons"]))
    assert [(each["equal"], each["hint"]) for each in told] == [(False, None)]


@pytest.mark.parametrize("kind", ["", "degree"])
def test_a_private_value_is_masked_whatever_the_bundle_is_of(tmp_path: Path, kind: str) -> None:
    (one,) = verified(materials(tmp_path, a="unheard"), "身份证号=11010519491231002X", kind=kind)
    assert "0519491231" not in json.dumps(as_json(one), ensure_ascii=False)


@pytest.mark.parametrize(
    ("site", "shown"),
    [
        ("https://oriental.example/a?b=1", True),
        ("http://oriental.example", True),
        ("https://", False),
        ("清华大学", False),
        ("ftp://oriental.example", False),
        ("https://moe.example@evil.example", False),
        ("https://x.example 清华大学", False),
        ("https://x.example）清华大学（No. 1", False),
        ("https://[", False),
        ("https://x.example/\u202e", False),
        ("", False),
    ],
)
def test_a_site_is_shown_only_if_it_is_a_web_address(site: str, shown: bool) -> None:
    assert web_address(site) == (site if shown else "")
