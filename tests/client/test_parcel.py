"""What leaves the house: which names, in which requests, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from chopmark.client.multipart import data_part, file_part, json_part, multipart, text_part
from chopmark.client.parcel import PARTS, declared_json, named, parts_of, requests
from chopmark.errors import InputError
from chopmark.services.files import Trouble
from chopmark.services.verify.declared import Declaration
from chopmark.services.verify.materials import FoundBundle, FoundFile, How, Material


def file(name: str, size: int = 10, trouble: Trouble = Trouble.NONE, group: str = "") -> FoundFile:
    return FoundFile(Path(f"/{group}/{name}"), name, group, size, name.encode(), "application/pdf", trouble)


def bundle(name: str, size: int = 5) -> FoundBundle:
    return FoundBundle(Path(f"/{name}"), name, "", name.encode().ljust(size, b" "), None)


def test_names_tell_the_kind_of_file_and_which_belong_together() -> None:
    scans = bundle("王莉.chopmark.json")
    materials = [
        Material(file("王莉 身份证.PDF"), None),
        Material(file("王莉.pdf"), scans, How.NAME),
        Material(file("王莉.jpg"), scans, How.NAME),
        Material(None, bundle("李伟.chopmark.json")),
        Material(file("机密.王莉的信"), None),
        Material(file("材料.zip"), None),
        Material(file("数据.json"), None),
    ]
    assert [(each.file, each.bundle) for each in named(materials)] == [
        ("m0.pdf", ""),
        ("m1.pdf", "m1.chopmark.json"),
        ("m1.jpg", "m1.chopmark.json"),
        ("", "m3.chopmark.json"),
        ("m4", ""),
        ("m5", ""),
        ("m6.json.txt", ""),
    ]


def test_what_cannot_be_read_is_not_sent() -> None:
    unreadable = [Trouble.EMPTY, Trouble.UNREADABLE, Trouble.TOO_LARGE]
    assert named([Material(file("a.pdf", trouble=trouble), None) for trouble in unreadable]) == []


def test_requests_keep_to_the_limits_and_lone_bundles_go_by_themselves() -> None:
    sent = named([Material(file(f"{at}.pdf", size=40), None) for at in range(5)] + [Material(None, bundle("b"))])
    groups = [[each.name for each in group] for group in requests(sent, 100)]
    assert groups == [["m0.pdf", "m1.pdf"], ["m2.pdf", "m3.pdf"], ["m4.pdf"], ["m5.chopmark.json"]]
    many = named([Material(file(f"{at}.pdf"), bundle(f"{at}"), How.DIGEST) for at in range(PARTS)])
    assert all(2 * len(group) <= PARTS for group in requests(many, 1 << 30))


def test_a_file_of_two_bundles_goes_once(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"abc")
    found = FoundFile(path, "a.pdf", "", 3, b"", "application/pdf")
    sent = named([Material(found, bundle("x"), How.DIGEST), Material(found, bundle("y"), How.DIGEST)])
    assert [part.file_name for part in parts_of(sent)] == ["m0.pdf", "m0.chopmark.json", "m1.chopmark.json"]


def test_declarations_follow_the_new_names() -> None:
    sent = named([Material(file("a/王莉.pdf"), None), Material(file("b.pdf"), None)])
    declared = [Declaration("", "school", "x"), Declaration("王莉.pdf", "school", "y")]
    assert declared_json(declared, sent) == {"*": {"school": "x"}, "m0.pdf": {"school": "y"}}


def test_a_body_is_as_long_as_it_says_and_can_be_sent_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(200_000))
    parts = [
        text_part("kind", "学位"),
        json_part("x", {"a": 1}),
        file_part("f", path, 'a"\r\nb'),
        data_part("d", b"1", "d"),
    ]
    body = multipart(parts)
    sent = b"".join(body.chunks())
    assert len(sent) == body.length
    assert sent == b"".join(body.chunks())
    assert b'filename="a___b"' in sent


def test_a_file_that_shrinks_while_it_is_sent_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(1_000))
    body = multipart([file_part("f", path, "a")])
    path.write_bytes(bytes(10))
    with pytest.raises(InputError) as told:
        b"".join(body.chunks())
    assert "shorter" in str(told.value)
    path.unlink()
    with pytest.raises(InputError):
        b"".join(body.chunks())
    with pytest.raises(InputError):
        file_part("f", path, "a")
