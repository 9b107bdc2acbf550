"""core.profile: who stands behind an issuer id, and every document that is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chopmark.core.digest import sha256
from chopmark.core.profile import Coverage, Profile, read_profile
from chopmark.core.strictjson import canonical
from chopmark.errors import FormatError
from chopmark.wording import Language

PROFILE = Profile(
    "东方理工大学",
    "Oriental University of Technology",
    "91350100M000100Y43",
    "https://oriental.example",
    (Coverage("degree", "2001-09-01"), Coverage("paper")),
    b"\x11" * 20,
    b"\x22" * 20,
)


def changed(**members: Any) -> bytes:
    """The canonical document with other members; a member that is ``...`` is left out."""
    document = PROFILE.as_json() | members
    return canonical({name: value for name, value in document.items() if value is not ...})


def test_it_comes_back_from_its_document() -> None:
    assert read_profile(PROFILE.document()) == PROFILE
    assert PROFILE.digest == sha256(PROFILE.document())


def test_a_body_that_only_accredits_needs_no_key_and_no_code() -> None:
    bare = Profile("省教育厅", "", "", "", (), b"\x11" * 20)
    assert read_profile(bare.document()) == bare
    assert json.loads(bare.document())["key"] == ""


def test_from_when_on_a_kind_is_registered_whole() -> None:
    assert PROFILE.since("degree") == "2001-09-01"
    assert PROFILE.since("paper") == ""
    assert PROFILE.since("patent") is None


LONG = "长" * 501
BAD: dict[str, bytes | Callable[[], bytes]] = {
    "empty": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "a member twice": b'{"format":"chopmark-profile-1","format":"chopmark-profile-1"}',
    "a member missing": changed(site=...),
    "a member too many": changed(logo="x"),
    "another format": changed(format="chopmark-profile-2"),
    "white space": json.dumps(PROFILE.as_json(), ensure_ascii=False).encode(),
    "too large": lambda: b'"' + b"x" * 16_384 + b'"',
    "a name that is a number": changed(nameZh=1),
    "a name too long": changed(nameEn=LONG),
    "a site too long": changed(site=LONG),
    "a code with a wrong check digit": changed(uscc="91350100M000100Y44"),
    "a code in lower case": changed(uscc="91350100m000100y43"),
    "a code with a space": changed(uscc="91350100M000100Y43 "),
    "a controller that is a number": changed(controller=1),
    "no controller": changed(controller=""),
    "a controller in upper case": changed(controller="0x" + "AB" * 20),
    "a controller too short": changed(controller="0x" + "ab" * 19),
    "a controller with a line break": changed(controller="0x" + "ab" * 20 + "\n"),
    "a key that is none": changed(key="0x12"),
    "a key that is null": changed(key=None),
    "coverage that is no list": changed(coverage={}),
    "coverage too long": changed(coverage=[{"kind": "degree", "since": ""}] * 101),
    "an entry that is no object": changed(coverage=["degree"]),
    "an entry with a member too many": changed(coverage=[{"kind": "degree", "since": "", "until": ""}]),
    "an entry with a member missing": changed(coverage=[{"kind": "degree"}]),
    "an entry whose kind is a number": changed(coverage=[{"kind": 1, "since": ""}]),
    "an entry whose kind is no code": changed(coverage=[{"kind": "Degree", "since": ""}]),
    "an entry without a kind": changed(coverage=[{"kind": "", "since": ""}]),
    "an impossible day": changed(coverage=[{"kind": "degree", "since": "2025-02-29"}]),
    "a day in another form": changed(coverage=[{"kind": "degree", "since": "20250228"}]),
    "a day in other digits": changed(coverage=[{"kind": "degree", "since": "２０２５-０２-２８"}]),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(name: str) -> None:
    data = BAD[name]
    with pytest.raises(FormatError) as caught:
        read_profile(data() if callable(data) else data)
    assert "机构资料" in caught.value.say(Language.ZH)
    assert "issuer profile" in caught.value.say(Language.EN)


def test_the_longest_that_is_let_pass() -> None:
    whole = changed(nameZh="长" * 500, coverage=[{"kind": "degree", "since": ""}] * 100)
    assert len(read_profile(whole).coverage) == 100
