"""``chopmark token``: made once, listed without secrets, revoked for good."""

from __future__ import annotations

import re

from tests.fixtures.town import Office


def test_a_token_is_printed_once_alone_on_its_line(office: Office):
    answer = office.ok("token", "new", "窗口一", "--role", "registrar", "--institution", "oriental", "--days", "30")
    text = answer.out.strip()
    assert re.fullmatch(r"chop_[a-z2-7]{16}_[A-Za-z0-9_-]{43}", text)
    assert "shown this once" in answer.err
    assert text not in answer.err
    secret = text.split("_", 2)[2]
    for lang, state in (("zh", "有效"), ("en", "live")):
        listed = office.ok("token", "list", lang=lang).out
        assert "窗口一" in listed
        assert state in listed
        assert secret not in listed
    for file in office.home.glob("site.db*"):
        assert secret.encode() not in file.read_bytes()


def test_the_same_as_json(office: Office):
    options = ("--role", "reviewer", "--days", "400", "--scope", "verify", "--scope", "issuers:read")
    made = office.json("token", "new", "desk", *options)
    assert made["token"].startswith(f"chop_{made['id']}_")
    assert (made["role"], made["institution"], made["scopes"], made["state"]) == (
        "reviewer", None, ["issuers:read", "verify"], "live",
    )  # fmt: skip
    (listed,) = office.json("token", "list")
    assert listed == {name: value for name, value in made.items() if name != "token"}
    assert listed["last_used_on"] is None


def test_revoked_is_revoked(office: Office):
    made = office.json("token", "new", "desk", "--role", "operator", "--days", "1")
    assert "is revoked" in office.ok("token", "revoke", made["id"]).out
    first = office.json("token", "revoke", made["id"])
    assert (first["state"], first["revoked_at"]) == ("revoked", office.json("token", "list")[0]["revoked_at"])
    assert "已吊销" in office.ok("token", "list", lang="zh").out
    answer = office.run("token", "revoke", "nobody", "--json")
    assert (answer.code, answer.error) == (2, "E102")


def test_what_cannot_be_is_refused_and_nothing_is_made(office: Office):
    for words, zh in (
        (("--role", "registrar", "--days", "3"), "须指明"),
        (("--role", "registrar", "--institution", "nowhere", "--days", "3"), "没有机构"),
        (("--role", "reviewer", "--days", "500"), "1 至 400"),
        (("--role", "reviewer", "--scope", "tokens:write", "--days", "3"), "可用的权限"),
        (("--role", "king", "--days", "3"), "--role"),
    ):
        answer = office.run("token", "new", "x", *words, lang="zh")
        assert answer.code == 2
        assert zh in answer.err
    assert office.json("token", "list") == []
    assert "没有令牌" in office.ok("token", "list", lang="zh").out
