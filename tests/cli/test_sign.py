"""cli.signing: a registrar whose key has no account registers, signs on another machine, and hands the signature in."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chopmark.chain.deploy import deploy_delegation
from chopmark.chain.rpc import Rpc
from chopmark.core.bundle import open_bundle, read_bundle
from chopmark.core.trust import TrustedDelegation, TrustFile, read_trust, write_trust
from chopmark.keys.signer import LocalSigner
from tests.fixtures.town import PASSPHRASE, UNIVERSITY, Answer, Office, Screen, Town, fields, number

DEGREE = ("register", "--kind", "degree")


@pytest.fixture
def site(office: Office) -> Office:
    """The university's site: the registrar's key is not in it, and has no money; the site's own key pays."""
    return _delegated(office)


@pytest.fixture
def desk(site: Office, town: Town, tmp_path: Path) -> Office:
    """The registrar's machine: a keystore with her key and a trust file; no chain answers, and there is no database."""
    home = tmp_path / "registrar"
    office = town.bare(home)
    (home / "keys").mkdir(mode=0o700)
    shutil.move(site.home / "registrar.json", home / "keys" / "registrar.json")
    office.variables = {"CHOPMARK_DATABASE": "sqlite:////nowhere/at/all.db"}
    trust = read_trust((home / "trust.json").read_bytes())
    chains = tuple(_replaced(chain, rpc=("http://127.0.0.1:9",)) for chain in trust.chains)
    (home / "trust.json").write_bytes(write_trust(TrustFile(chains)))
    return office


def _replaced(one: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(one, **changes)


def _delegated(office: Office) -> Office:
    """A newer university, whose working key lies elsewhere from the beginning."""
    secret = os.urandom(32)
    office.keystore().create("registrar", PASSPHRASE, private_key=secret)
    shutil.move(office.home / "keys" / "registrar.json", office.home / "registrar.json")
    for name in ("night-cold", "cashier"):
        office.key(name)
    address = "0x" + LocalSigner(secret).address.hex()
    names = ("--name-zh", "夜校", "--name-en", "Evening College")
    office.ok("issuer", "new", "night", *names, "--controller", "night-cold", "--key", address, "--payer", "cashier")
    office.ok("accredit", "grant", "night", "--by", "edu-cold", "--kind", "degree")
    office.ok("key", "add", "night", "--delegation")
    return office


def waits(site: Office, *words: str | Path) -> Path:
    """A command that ends with exit 3, because a signature is missing; the file that asks for it."""
    answer = site.run(*words, "--json")
    assert answer.code == 3, answer
    assert answer.error == "E603"
    (path,) = site.home.glob("*.sign.json")
    assert path.name in answer.err
    return path


def signed(site: Office, desk: Office, path: Path) -> Path:
    """Carried over, signed there, carried back."""
    there = Path(shutil.move(path, desk.home / path.name))
    desk.ok("sign", there, "--key", "registrar", "--yes")
    back = there.with_name(path.name.replace(".sign.", ".signed."))
    return Path(shutil.move(back, site.home / back.name))


def refused(office: Office, *words: str | Path, code: str, en: str, zh: str) -> Answer:
    """A command that is refused, said in both languages with what to do; no answer file appears."""
    before = sorted(office.home.iterdir())
    answer = Answer(0, "", "")
    for lang, sentence in (("en", en), ("zh", zh)):
        answer = office.run(*words, lang=lang)
        assert answer.code == 2, answer
        assert code in answer.err
        assert sentence in answer.err, answer
        assert "→" in answer.err
        assert "Traceback" not in answer.err
    assert sorted(office.home.iterdir()) == before
    return answer


# -- the story


def test_register_here_sign_there_submit_here(site: Office, desk: Office):
    sheet = site.sheet([{"certificate_number": number(n)} for n in range(800, 803)])
    words = (*DEGREE, "--issuer", "night", "--sheet", sheet, "--yes")
    asked = waits(site, *words)
    document = json.loads(asked.read_text("utf-8"))
    assert document["issuer"]["nameZh"] == "夜校"
    assert document["requests"][0]["content"] == {"verb": "attest", "kind": "degree", "count": 3, "reason": None}
    assert "王莉" not in asked.read_text("utf-8")
    assert site.bundles() == []
    assert waits(site, *words) == asked  # the same again asks for the same
    assert json.loads(asked.read_text("utf-8")) == document

    shown = site.ok("status", lang="zh").out
    assert "待签名 sig_" in shown
    (listed,) = site.json("status")["toSign"]
    assert listed["id"] == document["requests"][0]["id"]

    there = Path(shutil.copy(asked, desk.home / asked.name))
    said = desk.ok("sign", there, "--key", "registrar", "--yes", lang="zh").out
    for word in ("登记", "学历学位 3 份", "夜校", "devnet", "有效至"):
        assert word in said
    answer = there.with_name(asked.name.replace(".sign.", ".signed."))
    assert json.loads(answer.read_text("utf-8"))["format"] == "chopmark-signed-1"
    assert not (desk.home / "site.db").exists()

    done = site.ok("submit", answer)
    assert "3 registered" in done.out
    assert len(site.bundles()) == 3
    opened = open_bundle(read_bundle((site.home / "bundles" / site.bundles()[0]).read_bytes()))
    assert opened.commitment.hex()[:16] in said
    again = site.json(*words)  # and the command that began it finds everything done
    assert (again["registered"], again["known"]) == (0, 3)
    assert site.ok("status").out.count("sig_") == 0
    site.ok("verify", f"bundles/{site.bundles()[0]}")


def test_revoke_and_correct_with_a_key_elsewhere(site: Office, desk: Office):
    for n in (810, 811):
        site.ok("submit", signed(site, desk, waits(site, *DEGREE, "--issuer", "night", *fields(n))))
    asked = waits(site, "revoke", number(810), "--reason", "misconduct", "--issuer", "night")
    there = Path(shutil.move(asked, desk.home / asked.name))
    said = desk.ok("sign", there, "--key", "registrar", "--yes", lang="en").out
    assert "revoke, for good" in said
    assert "decision after misconduct" in said
    answer = there.with_name(asked.name.replace(".sign.", ".signed."))
    (change,) = site.json("submit", answer)["changes"]
    assert change["block"]
    asked = waits(
        site, "supersede", number(811), "--field", "major=桥梁工程", "--reason", "corrected", "--issuer", "night"
    )
    assert len(json.loads(asked.read_text("utf-8"))["requests"]) == 2
    assert site.ok("submit", signed(site, desk, asked)).out.count("done, block") == 1
    assert "superseded" in json.dumps(site.json("audit", "credential", number(811)))


def test_a_key_at_hand_makes_it_all_one_command(office: Office):
    """The same, with the key in the site's keystore: nobody notices that it has no account."""
    key = office.signer("oriental-key")
    balance = office.client.balance(key.address)
    office.key("cashier")
    office.ok("key", "add", UNIVERSITY, "--delegation")
    office.ok("issuer", "payer", UNIVERSITY, "cashier")
    made = office.json(*DEGREE, *fields(820))
    assert made["registered"] == 1
    office.ok("suspend", number(820), "--reason", "under-review")
    office.ok("resume", number(820))
    office.ok("supersede", number(820), "--field", "major=桥梁工程")
    assert office.client.balance(key.address) == balance
    office.ok("issuer", "payer", UNIVERSITY, "--none")
    office.ok("revoke", number(820), "--reason", "withdrawn")
    assert office.client.balance(key.address) < balance


# -- what is refused before anything is written


def test_without_the_delegate_nothing_is_accepted(office: Office, tmp_path: Path):
    office.key("cashier")
    for name in ("lone-cold", "lone-key"):
        office.key(name)
    keys = ("--controller", "lone-cold", "--key", "lone-key", "--payer", "cashier")
    office.ok("issuer", "new", "lone", "--name-zh", "独立学院", *keys)
    office.ok("accredit", "grant", "lone", "--by", "edu-cold", "--kind", "degree")
    with office.nothing_written():
        refused(
            office, *DEGREE, "--issuer", "lone", *fields(830), code="E400",
            en="chopmark key add lone --delegation", zh="尚未接受代签合约",
        )  # fmt: skip
    trust = read_trust((office.home / "trust.json").read_bytes())
    other = TrustedDelegation(office.client.registry.attestation_registry, b"\x01" * 32)
    bent = [_replaced(c, registries=tuple(_replaced(r, delegation=other) for r in c.registries)) for c in trust.chains]
    (office.home / "trust.json").write_bytes(write_trust(TrustFile(tuple(bent))))
    with office.nothing_written():
        for words in ((*DEGREE, "--issuer", "lone", *fields(830)), ("key", "add", "lone", "--delegation")):
            refused(office, *words, code="E502", en="the delegation contract's code", zh="代签合约的代码")
    bare = [_replaced(c, registries=tuple(_replaced(r, delegation=None) for r in c.registries)) for c in trust.chains]
    (office.home / "trust.json").write_bytes(write_trust(TrustFile(tuple(bare))))
    with office.nothing_written():
        for words in ((*DEGREE, "--issuer", "lone", *fields(830)), ("key", "add", "lone", "--delegation")):
            refused(office, *words, code="E300", en="it names no delegation contract", zh="没有代签合约")


def test_commands_that_are_not_meant(office: Office):
    for words in (
        ("key", "add", UNIVERSITY),
        ("key", "add", UNIVERSITY, "oriental-key", "--delegation"),
        ("key", "add", UNIVERSITY, "--delegation", "--role", "attest"),
        ("issuer", "payer", UNIVERSITY),
        ("issuer", "payer", UNIVERSITY, "oriental-key", "--none"),
        ("issuer", "payer", UNIVERSITY, "nobody"),
        ("issuer", "payer", "nobody", "oriental-key"),
    ):
        answer = office.run(*words)
        assert answer.code == 2, answer
        assert answer.err.startswith("E10"), answer


# -- the signer's own check


@pytest.fixture
def asked(site: Office, desk: Office) -> Path:
    """A request on the registrar's machine."""
    path = waits(site, *DEGREE, "--issuer", "night", *fields(840))
    return Path(shutil.move(path, desk.home / path.name))


def _edited(path: Path, edit: Callable[[Any], None]) -> Path:
    document = json.loads(path.read_text("utf-8"))
    edit(document)
    path.write_text(json.dumps(document), "utf-8")
    return path


def _message(document: Any) -> Any:
    return document["requests"][0]["typedData"]["message"]


def _set(place: Callable[[Any], Any], name: str, value: object) -> Callable[[Any], None]:
    def edit(document: Any) -> None:
        place(document)[name] = value

    return edit


def _content(document: Any) -> Any:
    return document["requests"][0]["content"]


def _domain(document: Any) -> Any:
    return document["requests"][0]["typedData"]["domain"]


EDITS = [
    (_set(_content, "count", 2), "E101", "not what would be signed", "说明与实际"),
    (_set(_content, "kind", "paper"), "E101", "not what would be signed", "说明与实际"),
    (_set(_content, "verb", "revoke"), "E101", "not what would be signed", "说明与实际"),
    (_set(_message, "size", 2), "E101", "not that of the credentials", "不符"),
    (_set(_message, "algorithm", 2), "E101", "not that of the credentials", "不符"),
    (_set(_message, "root", "0x" + "ab" * 32), "E101", "do not lead to the batch", "推算不出"),
    (_set(_message, "issuer", "0x" + "ab" * 32), "E101", "not of the registry", "不属于"),
    (_set(_message, "deadline", 1_700_000_000), "E101", "ran out", "期限已过"),
    (_set(_message, "deadline", 2**39), "E101", "more than 31 days", "超过 31 天"),
    (_set(_message, "signer", "0x" + "ab" * 20), "E101", "it asks 0xabab", "要求由 0xabab"),
    (_set(_domain, "chainId", 1), "E101", "does not name the chain 1", "不在您的信任文件中"),
    (_set(_domain, "verifyingContract", "0x" + "ab" * 20), "E101", "does not name the delegation", "代签合约 0xabab"),
    (_set(_domain, "name", "Other"), "E200", "another program's", "其他程序"),
    (
        lambda d: d["requests"][0]["typedData"].update(primaryType="Permit"),
        "E200",
        "nothing that can be signed",
        "不是可签",
    ),
    (lambda d: d["batches"][0]["commitments"].append("ab" * 32), "E101", "do not lead to the batch", "推算不出"),
    (lambda d: d["batches"].clear(), "E101", "do not lead to the batch", "推算不出"),
    (lambda d: d["requests"].append(d["requests"][0]), "E200", "one id twice", "出现两次"),
    (lambda d: d["requests"].clear(), "E200", "it holds nothing", "没有内容"),
    (lambda d: d["requests"][0].update(id="sig_x"), "E200", "an id is sig_", "编号应为"),
    (lambda d: d.update(extra=1), "E200", "exactly the members", "应恰有"),
    (lambda d: d.update(format="chopmark-sign-9"), "E200", "not of the format", "不是"),
    (lambda d: d["issuer"].update(nameZh="a\u202eb"), "E200", "name is unusable", "名称不可用"),
]


def test_whatever_is_changed_on_the_way_is_not_signed(asked: Path, desk: Office):
    original = asked.read_text("utf-8")
    for edit, code, en, zh in EDITS:
        asked.write_text(original, "utf-8")
        refused(desk, "sign", _edited(asked, edit), "--key", "registrar", "--yes", code=code, en=en, zh=zh)
    asked.write_bytes(original.encode()[:-40])
    refused(desk, "sign", asked, "--key", "registrar", "--yes", code="E200", en="malformed", zh="格式不符")
    refused(
        desk,
        "sign",
        desk.home / "none.sign.json",
        "--key",
        "registrar",
        code="E101",
        en="cannot be read",
        zh="无法读取",
    )


def test_nothing_is_signed_that_nobody_confirmed(asked: Path, desk: Office):
    refused(desk, "sign", asked, "--key", "registrar", code="E100", en="add --yes", zh="加 --yes")
    answer = desk.run("sign", asked, "--key", "registrar", stdin=Screen("n\n"))
    assert (answer.code, "nothing was signed" in answer.err) == (2, True)
    assert desk.run("sign", asked, "--key", "registrar", stdin=Screen("y\n")).code == 0
    assert desk.run("sign", asked, asked, "--key", "registrar", "--yes").code == 2
    assert desk.run("sign", asked, "--key", "nobody", "--yes").code == 2


def test_what_is_signed_is_told_before_anybody_says_yes(asked: Path, desk: Office):
    """To programs, too: a person who says no has had it before the eyes."""
    answer = desk.run("sign", asked, "--key", "registrar", "--json", stdin=Screen("n\n"))
    assert answer.code == 2
    (file,), end = json.JSONDecoder().raw_decode(answer.out)
    assert (file["requests"][0]["verb"], file["requests"][0]["count"]) == ("attest", 1)
    assert json.loads(answer.out[end:])["error"]["code"] == "E100"
    assert len(desk.json("sign", asked, "--key", "registrar", "--yes")[0]["requests"]) == 1


def test_looking_does_not_sign(asked: Path, desk: Office):
    before = sorted(desk.home.iterdir())
    (file,) = desk.json("sign", asked, "--key", "registrar", "--check")
    assert (file["signed"], file["requests"][0]["count"]) == (None, 1)
    assert "nothing was signed" in desk.ok("sign", asked, "--key", "registrar", "--check").out
    assert sorted(desk.home.iterdir()) == before


# -- what the credentials say


def test_the_signer_learns_what_is_signed_and_compares_it_with_the_sheet(site: Office, desk: Office):
    sheet = site.sheet([{"certificate_number": number(n)} for n in (850, 851)])
    asked = waits(site, *DEGREE, "--issuer", "night", "--sheet", sheet, "--yes")
    contents = asked.with_name(asked.name.replace(".sign.json", ".content.jsonl"))
    assert contents.stat().st_mode & 0o777 == 0o600
    asked, contents, sheet = (Path(shutil.move(path, desk.home / path.name)) for path in (asked, contents, sheet))
    words = ("sign", asked, "--key", "registrar", "--check", "--against")
    (file,) = desk.json(*words, contents)
    told = file["requests"][0]["credentials"]
    assert [each["id"] for each in told] == file["requests"][0]["commitments"]
    assert {each["claims"]["certificate_number"] for each in told} == {number(850), number(851)}
    assert "王莉" in desk.ok(*words, contents).out
    desk.ok(*words, sheet)
    whole, lines = contents.read_bytes(), contents.read_bytes().splitlines(keepends=True)
    for text, en, zh in (
        (sheet.read_text("utf-8").replace(number(851), number(852)), "is not in the sheet", "不在表格中"),
        (sheet.read_text("utf-8").replace("王莉", "李四", 1), "differs from the sheet", "与表格不同"),
    ):
        other = desk.file("other.csv", text)
        refused(desk, *words, other, code="E101", en=en, zh=zh)
    contents.write_bytes(lines[0])
    refused(desk, *words, contents, code="E101", en="do not hold the credential", zh="没有凭证")
    one, other = map(json.loads, lines)
    forged = json.dumps(one | {"disclosures": other["disclosures"]}, separators=(",", ":"))
    contents.write_text(forged + "\n", "utf-8")
    refused(desk, *words, contents, code="E200", en="a disclosure is not of this credential", zh="披露的内容不属于")
    contents.write_bytes(whole)
    signed_ = desk.ok("sign", asked, "--key", "registrar", "--against", contents, "--against", sheet, "--yes")
    assert "Signed" in signed_.out


def test_requests_are_split_into_files_that_a_signer_takes(site: Office, monkeypatch: pytest.MonkeyPatch):
    from chopmark.core.ledger import RequestState
    from chopmark.services.delegation import content, request_file
    from chopmark.wiring import Site

    sheet = site.sheet([{"certificate_number": number(n)} for n in range(860, 863)])
    waits(site, *DEGREE, "--issuer", "night", "--sheet", sheet, "--yes")
    with Site(_settings(site), _nobody).ledger.read() as tx:
        rows = [*tx.requests.listed([RequestState.OPEN])] * 5
        sizes = lambda **limits: [len(group) for group, _ in request_file.request_files(tx, rows, "", "", **limits)]  # noqa: E731
        assert sizes() == [5]
        assert sizes(limit=70_000) == [2, 2, 1]
        for _, data in request_file.request_files(tx, rows[:1], "夜校", ""):
            assert request_file.read_request_file(data, "x").requests
        batches, shared = content.batches_of, iter(range(100))

        def apart(tx: Any, row: Any) -> Any:
            """As if each request were about two batches of its own, as corrections are."""
            (batch,) = batches(tx, row).values()
            return {batch.root: batch} | {bytes([next(shared)]) * 32: batch for _ in range(2)}

        monkeypatch.setattr(request_file, "batches_of", apart)
        monkeypatch.setattr(request_file, "REQUESTS_LIMIT", 5)
        assert sizes() == [2, 2, 1]


def _nobody(name: str, *, new: bool = False) -> str:
    return ""


def _settings(office: Office) -> Any:
    from chopmark.settings import load_settings

    return load_settings(home=office.home)


def test_a_trust_file_with_another_contract_refuses(asked: Path, desk: Office, site: Office, town: Town):
    """Not even the site's own word about the contract counts."""
    payer = site.key("founder")
    other = deploy_delegation(Rpc(town.devnet.url), payer, site.client.registry.attestation_registry)
    trust = read_trust((desk.home / "trust.json").read_bytes())
    moved = [_replaced(c, registries=tuple(_replaced(r, delegation=other) for r in c.registries)) for c in trust.chains]
    (desk.home / "trust.json").write_bytes(write_trust(TrustFile(tuple(moved))))
    refused(desk, "sign", asked, "--key", "registrar", "--yes", code="E101", en="your trust file", zh="信任文件")


# -- what is handed in


def test_signatures_that_are_no_good_are_not_taken(asked: Path, desk: Office, site: Office):
    desk.ok("sign", asked, "--key", "registrar", "--yes")
    before = site.rows()["outbox"]
    good = asked.with_name(asked.name.replace(".sign.", ".signed."))
    original = good.read_text("utf-8")

    def one(document: Any) -> Any:
        return document["signatures"][0]

    edits = [
        (_set(one, "signature", "0x" + "11" * 65), "E101", "the signature is not 0x", "签名不是"),
        (_set(one, "signature", "zz"), "E200", "it is not 0x", "十六进制"),
        (_set(one, "digest", "ab" * 32), "E101", "not what was asked", "不是所要求的"),
        (_set(one, "signer", "0x" + "ab" * 20), "E101", "not what was asked", "不是所要求的"),
        (_set(one, "id", "sig_" + "A" * 22), "E102", "There is no request", "没有签名请求"),
        (lambda d: d["signatures"].clear(), "E200", "it holds nothing", "没有内容"),
        (lambda d: d.update(format="x"), "E200", "not of the format", "不是"),
    ]
    for edit, code, en, zh in edits:
        good.write_text(original, "utf-8")
        refused(site, "submit", _edited(good, edit), code=code, en=en, zh=zh)
    good.write_text(original, "utf-8")
    assert site.json("submit", good)["credentials"]
    assert site.json("submit", good)["credentials"]  # handed in twice: the bundles again, and nothing else
    assert site.rows()["outbox"] == before + 1


def test_a_request_is_no_signature(asked: Path, site: Office):
    with site.nothing_written():
        refused(site, "submit", asked, code="E101", en="not signed yet", zh="还没有签名")
        assert "chopmark sign" in site.run("submit", asked, lang="en").err


def test_what_is_shown_before_signing_is_in_one_language(asked: Path, desk: Office):
    assert "凭证" not in desk.ok("sign", asked, "--key", "registrar", "--check", lang="en").out
    assert "凭证 " in desk.ok("sign", asked, "--key", "registrar", "--check", lang="zh").out


def test_a_request_is_refused_by_its_file(asked: Path, site: Office):
    (request,) = json.loads(asked.read_bytes())["requests"]
    said = site.json("refuse", asked, asked)
    assert [(one["id"], one["state"]) for one in said] == [(request["id"], "refused")]
    assert site.run("refuse", "gone.sign.json", "--json").error == "E101"


def test_a_worker_writes_what_is_asked_and_goes_on_when_it_is_signed(asked: Path, desk: Office, site: Office):
    answer = site.run("worker", lang="zh")
    assert answer.code == 3
    assert "等待签名 1 项" in answer.out
    (again,) = site.home.glob("*.sign.json")
    assert again.read_bytes() == asked.read_bytes()
    back = signed(site, desk, again)
    assert site.ok("submit", back).code == 0
    assert site.run("worker").code == 0


def test_another_key_takes_over_what_waits(asked: Path, desk: Office, site: Office):
    newer = LocalSigner(os.urandom(32))
    site.ok("key", "add", "night", "0x" + newer.address.hex())
    desk.ok("sign", asked, "--key", "registrar", "--yes")
    good = asked.with_name(asked.name.replace(".sign.", ".signed."))
    assert site.run("worker").code == 3
    refused(site, "submit", good, code="E101", en="the request is closed", zh="该请求已作废")
    (again,) = site.home.glob("*.sign.json")
    document = json.loads(again.read_text("utf-8"))
    assert _message(document)["signer"] == "0x" + newer.address.hex()
    assert _message(document)["root"] == _message(json.loads(asked.read_text("utf-8")))["root"]


def test_signing_needs_neither_a_chain_nor_a_database(desk: Office, asked: Path):
    out = desk.json("sign", asked, "--key", "registrar", "--yes", "--out", desk.home)
    (file,) = out
    (one,) = file["requests"]
    assert one["count"] == len(one["commitments"]) == 1
    assert Path(file["signed"]).exists()
    assert not (desk.home / "site.db").exists()


def test_a_batch_with_one_wrong_credential_is_refused_and_the_others_are_asked_for_anew(site: Office, desk: Office):
    sheet = site.sheet([{"certificate_number": number(n)} for n in (301, 302, 303)])
    first = waits(site, *DEGREE, "--sheet", sheet, "--issuer", "night", "--yes")
    asked = json.loads(first.read_bytes())
    (request,) = asked["requests"]
    public_id = request["id"]
    wrong = next(row["commitment"] for row in _kept(site) if row["number"].endswith("302"))
    unknown = site.run("refuse", "sig_" + "A" * 22, "--json")
    assert (unknown.code, unknown.error) == (2, "E102")
    said = site.json("refuse", public_id, "--wrong", wrong)
    assert [(one["id"], one["state"]) for one in said] == [(public_id, "refused")]
    assert site.json("refuse", public_id)[0]["state"] == "refused", "again changes nothing"
    first.unlink()
    # The wrong one is given again, as it should have been; the others wait as they were.
    assert site.run("worker", "--json").code == 3
    (second,) = site.home.glob("*.sign.json")
    (again,) = json.loads(second.read_bytes())["requests"]
    assert again["id"] != public_id
    desk.ok("sign", second, "--key", "registrar", "--yes")
    (signed,) = second.parent.glob("*.signed.json")
    site.ok("submit", signed)
    opened = [open_bundle(read_bundle((site.home / "bundles" / name).read_bytes())) for name in site.bundles()]
    assert len(opened) == 2
    assert wrong not in {one.commitment.hex() for one in opened}


def _kept(office: Office) -> list[dict[str, str]]:
    """What the site keeps of its credentials: commitment in hex and number."""
    with contextlib.closing(sqlite3.connect(office.home / "site.db")) as database:
        rows = database.execute("select hex(commitment), number from credentials where withdrawn = 0").fetchall()
    return [{"commitment": commitment.lower(), "number": number} for commitment, number in rows]
