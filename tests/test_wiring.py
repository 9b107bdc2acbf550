"""wiring: a site is made of its settings, and only as far as a command needs it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chopmark.core.ledger import NodeRole
from chopmark.core.trust import TrustFile, write_trust
from chopmark.errors import FormatError, InputError, StoreError, TrustError, UnknownThing, UsageError, WrongPassphrase
from chopmark.settings import load_settings
from chopmark.wiring import Site
from chopmark.wording import Language
from tests.fixtures.town import PASSPHRASE, UNIVERSITY, Office, Town


class Asked:
    """A person who is asked for passphrases."""

    def __init__(self, answer=PASSPHRASE):
        self.answer = answer
        self.questions: list[tuple[str, bool]] = []

    def __call__(self, name, *, new=False):
        self.questions.append((name, new))
        return self.answer


def site_of(home, asked=None, **options):
    return Site(load_settings(home=home, light_keystore=True, **options), asked or Asked())


def test_nothing_is_made_before_it_is_needed(tmp_path):
    site = site_of(tmp_path / "home")
    assert not site.has_store
    assert site.keystore.list() == ()
    assert not (tmp_path / "home").exists()
    assert site.store is site.store
    assert site.has_store
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        _ = site_of(tmp_path / "file" / "home").store
    assert "数据目录" in caught.value.say(Language.ZH)
    assert "--home" in caught.value.next_step(Language.EN)


def test_a_database_elsewhere_needs_no_home(tmp_path):
    site = site_of(tmp_path / "home", database=f"sqlite:///{tmp_path / 'other.db'}")
    assert site.has_store
    _ = site.store
    assert not (tmp_path / "home").exists()


def test_without_a_trust_file(tmp_path):
    with pytest.raises(TrustError) as caught:
        _ = site_of(tmp_path).trust
    assert "没有文件" in caught.value.say(Language.ZH)
    assert "--trust" in caught.value.next_step(Language.EN)
    (tmp_path / "trust.json").mkdir()
    with pytest.raises(TrustError, match="cannot be read"):
        _ = site_of(tmp_path).trust


def test_a_trust_file_with_a_key_twice(tmp_path):
    (tmp_path / "trust.json").write_text('{"format": "chopmark-trust-1", "chains": [], "chains": []}', encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        _ = site_of(tmp_path).trust
    assert "chains" in caught.value.say(Language.ZH)
    assert "出现两次" in caught.value.say(Language.ZH)


def test_which_chain_is_written_to(tmp_path, town: Town):
    chain = town.client.chain
    other = replace(chain, name="other", chain_id=7)
    trust = tmp_path / "trust.json"

    def said(*chains, **options):
        trust.write_bytes(write_trust(TrustFile(chains)))
        with pytest.raises(TrustError) as caught:
            _ = site_of(tmp_path, **options).home_registry
        return caught.value.say(Language.ZH)

    assert "devnet, other" in said(chain, other)
    assert "没有名为“{0}”的链" in said(chain, chain="{0}")
    assert "没有列出任何链" in said()
    trust.write_bytes(write_trust(TrustFile((chain, other))))
    assert site_of(tmp_path, chain="other").home_registry[0] == other
    trust.write_bytes(write_trust(TrustFile((chain,))))
    assert site_of(tmp_path).home_registry == (chain, chain.registries[0])


def test_a_database_belongs_to_one_chain(office: Office, town: Town):
    site = site_of(office.home)
    assert site.ledger is site.store
    other = replace(town.client.chain, genesis=b"\x07" * 32)
    (office.home / "trust.json").write_bytes(write_trust(TrustFile((other,))))
    with pytest.raises(StoreError, match="another chain"):
        _ = site_of(office.home).ledger


def test_a_passphrase_is_asked_for_once_and_not_for_a_name_that_is_none(office: Office):
    asked = Asked()
    site = site_of(office.home, asked)
    with pytest.raises(UnknownThing, match="no key “oriental”"):
        site.signer("oriental")
    assert asked.questions == []
    assert site.signer("oriental-key") is site.signer("oriental-key")
    assert asked.questions == [("oriental-key", False)]
    with pytest.raises(WrongPassphrase):
        site_of(office.home, Asked("wrong horse")).signer("oriental-key")


def test_a_new_key_asks_only_when_its_name_is_free(tmp_path):
    asked = Asked()
    site = site_of(tmp_path / "home", asked)
    address = site.new_key("work")
    assert asked.questions == [("work", True)]
    with pytest.raises(InputError, match="of this name already"):
        site.new_key("work")
    with pytest.raises(UsageError):
        site.new_key("../work")
    assert len(asked.questions) == 1
    assert site.key_address("work") == address
    assert site.key_name(address) == "work"
    assert site.key_name(b"\x01" * 20) == ""


def test_an_address_may_stand_for_a_key_that_is_elsewhere(tmp_path):
    site = site_of(tmp_path)
    assert site.key_address("0x" + "ab" * 20) == b"\xab" * 20
    for wrong in ("0x" + "ab" * 19, "0xAb" + "ab" * 19, "0x{0}"):
        with pytest.raises(FormatError) as caught:
            site.key_address(wrong)
        assert "地址" in caught.value.say(Language.ZH)


def test_the_desk_makes_an_institution_known_that_was_accredited_elsewhere(office: Office):
    with site_of(office.home).ledger.begin() as tx:
        kept = tx.nodes.get(UNIVERSITY)
        tx.nodes.add(replace(kept, alias="twin", node=None))
        tx.nodes.add(replace(kept, alias="other", node=None, profile=dict(kept.profile) | {"nameZh": "其他"}))
    with site_of(office.home).ledger.begin() as tx:
        tx.nodes.set_node(UNIVERSITY, None)
    desk = site_of(office.home).desk()
    assert {row.alias: row.node is not None for row in desk.nodes if row.role is NodeRole.ISSUER} == {
        UNIVERSITY: True,
        "twin": False,
        "other": False,
    }
    assert desk.node_of(UNIVERSITY) == kept.node


def test_the_light_keystore_is_for_demonstrations_only(tmp_path):
    strong = Site(load_settings(home=tmp_path), Asked())
    assert strong.keystore._scrypt_n == 1 << 17
    assert site_of(tmp_path).keystore._scrypt_n == 1 << 14
