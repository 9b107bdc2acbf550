"""services.issuers: institutions as a site knows them."""

from __future__ import annotations

import pytest

from chopmark.core.directory import Directory, NodeState
from chopmark.core.ledger import NodeRole
from chopmark.core.profile import Coverage, Profile
from chopmark.errors import ChopmarkError, FormatError, InputError, UnknownThing
from chopmark.services.issuers import (
    Presentation,
    alias_of,
    changed_profile,
    keep,
    link,
    make_profile,
    names_by_digest,
    profile_of,
    read_profile_file,
    registered,
    write_profile_file,
)
from chopmark.wording import Language

CONTROLLER, KEY = b"\x11" * 20, b"\x22" * 20
GIVEN = Presentation(
    " 东方理工大学 ", "Oriental", "91350100 M000100Y43", "https://oriental.example", ("degree:2020-01-01", "paper")
)


def made(**changes):
    from dataclasses import replace

    return make_profile(replace(GIVEN, **changes), CONTROLLER, KEY)


def refused(error, **changes):
    with pytest.raises(error) as caught:
        made(**changes)
    return {language: caught.value.say(language) + caught.value.next_step(language) for language in Language}


def test_what_a_person_typed_becomes_a_profile():
    profile = made()
    assert profile.name_zh == "东方理工大学"
    assert profile.uscc == "91350100M000100Y43"
    assert profile.coverage == (Coverage("degree", "2020-01-01"), Coverage("paper"))
    assert (profile.controller, profile.key) == (CONTROLLER, KEY)
    assert made(name_en="", uscc=" ", site="", covers=()).coverage == ()


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"name_zh": " "}, "名称应为 1 至 200 字", "1 to 200 characters"),
        ({"name_zh": "长" * 201}, "名称应为", "--name-zh"),
        ({"name_en": "x" * 201}, "名称应为 0 至 200 字", "--name-en"),
        ({"name_zh": "东方\u202e理工"}, "控制字符", "cannot be seen"),
        ({"uscc": "91350100M000100Y44"}, "校验位不符", "check digit"),
        ({"site": "oriental.example"}, "网址应形如", "web address"),
        ({"site": "https://"}, "网址应形如", "web address"),
        ({"site": "https://[::1"}, "网址应形如", "web address"),
        ({"site": "https://a b"}, "网址应形如", "web address"),
        ({"site": "https://例子.中国/" + "长" * 70}, "网址至多 200 字节", "at most 200 bytes"),
        ({"covers": ("degree:2020-02-30",)}, "年-月-日", "YYYY-MM-DD"),
        ({"covers": ("degree", "degree:2020-01-01")}, "给出了两次", "given twice"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(changes, zh, en):
    said = refused(InputError, **changes)
    assert zh in said[Language.ZH]
    assert en in said[Language.EN]


def test_an_unknown_kind_is_answered_with_the_kinds():
    assert "degree" in refused(UnknownThing, covers=("diploma",))[Language.ZH]


def test_what_is_not_given_anew_stays():
    old = made()
    same = changed_profile(old, Presentation("", "", "", "", ()), CONTROLLER)
    assert same == old
    new = changed_profile(old, Presentation("", "Eastern", "", "", ("patent",)), b"\x33" * 20)
    assert (new.name_zh, new.name_en, new.coverage) == (old.name_zh, "Eastern", (Coverage("patent"),))
    assert (new.controller, new.key) == (b"\x33" * 20, KEY)


def test_an_institution_is_kept_with_its_profile(sqlite_store):
    with sqlite_store.begin() as tx:
        row = keep(tx.nodes, "oriental", made(), NodeRole.ISSUER, "cold", "work", 1)
    with sqlite_store.read() as tx:
        assert tx.nodes.get("oriental") == row
    assert profile_of(row) == made()
    assert names_by_digest([row]) == {made().digest: made()}


@pytest.mark.parametrize("alias", ["", "Oriental", "东方", "-x", "a" * 41, "a b", "{0}", "../x", "7", "2026"])
def test_what_cannot_be_an_alias(sqlite_store, alias):
    with sqlite_store.begin() as tx, pytest.raises(InputError) as caught:
        keep(tx.nodes, alias, made(), NodeRole.ISSUER, "", "", 1)
    assert "issuer import" in caught.value.next_step(Language.ZH)
    assert "issuer import" in caught.value.next_step(Language.EN)


def test_an_alias_is_taken_once(sqlite_store):
    with sqlite_store.begin() as tx:
        keep(tx.nodes, "oriental", made(), NodeRole.ISSUER, "", "", 1)
        with pytest.raises(InputError, match="is taken"):
            keep(tx.nodes, "oriental", made(), NodeRole.ISSUER, "", "", 1)


def test_a_profile_travels_as_a_file(tmp_path):
    path = tmp_path / "oriental.profile.json"
    write_profile_file(path, made())
    assert read_profile_file(path) == made()
    assert alias_of(path) == "oriental"
    path.write_bytes(b"x" * 100_000)
    with pytest.raises(FormatError):
        read_profile_file(path)
    for broken in (tmp_path / "nowhere.json", tmp_path):
        with pytest.raises(InputError) as caught:
            read_profile_file(broken)
        assert "无法读取" in caught.value.say(Language.ZH)
    with pytest.raises(InputError) as caught:
        write_profile_file(tmp_path / "no" / "folder.json", made())
    assert "--out" in caught.value.next_step(Language.EN)


def directory(*nodes):
    return Directory({node.id: node for node in nodes})


def state(number, profile: Profile, controller=CONTROLLER):
    return NodeState(bytes(31) + bytes([number]), controller, profile=profile.digest)


def test_a_node_is_known_by_profile_and_controller():
    several = directory(state(1, made(site="")), state(2, made()), state(3, made()))
    assert registered(several, made()) == state(2, made())
    stolen = state(2, made(), controller=b"\x66" * 20)  # anybody can register somebody else's profile
    assert registered(directory(stolen), made()) is None


def test_institutions_get_to_know_their_nodes(sqlite_store):
    other = made(name_zh="西方大学")
    with sqlite_store.begin() as tx:
        for alias, profile in (("a", made()), ("again", made()), ("other", other)):
            keep(tx.nodes, alias, profile, NodeRole.ISSUER, "", "", 1)
        link(tx.nodes, directory(state(1, made())))
    with sqlite_store.read() as tx:
        assert {row.alias: row.node for row in tx.nodes.list()} == {
            "a": state(1, made()).id,
            "again": None,
            "other": None,
        }


def test_names_with_braces_break_no_sentence(sqlite_store):
    for call in (lambda: made(covers=("{x:2020",)), lambda: made(site="{0}")):
        with pytest.raises(ChopmarkError) as caught:
            call()
        assert "{" in caught.value.say(Language.ZH)
