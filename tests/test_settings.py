"""settings: options over environment over the home folder's file over defaults."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chopmark.errors import InputError, UsageError
from chopmark.settings import load_settings
from chopmark.store import Store
from chopmark.wording import Language


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in list(os.environ):
        if name.upper().startswith("CHOPMARK_"):
            monkeypatch.delenv(name)


def test_defaults(monkeypatch):
    monkeypatch.setenv("HOME", "/home/registrar")
    settings = load_settings()
    assert settings.home == Path("/home/registrar/.chopmark")
    assert settings.trust_path == settings.home / "trust.json"
    assert settings.database_url == "sqlite:////home/registrar/.chopmark/site.db"
    assert settings.max_file_bytes == 50 << 20
    assert settings.lang is None
    assert not settings.light_keystore


def test_each_source_gives_way_to_the_one_above(tmp_path, monkeypatch):
    (tmp_path / "settings.toml").write_text('chain = "file"\nmax_file_mb = 7\nlang = "zh"\n', encoding="utf-8")
    assert load_settings(home=tmp_path).chain == "file"
    monkeypatch.setenv("CHOPMARK_CHAIN", "environment")
    monkeypatch.setenv("CHOPMARK_HOME", str(tmp_path))
    settings = load_settings(home=None)
    assert (settings.chain, settings.max_file_mb, settings.lang) == ("environment", 7, Language.ZH)
    assert load_settings(chain="option").chain == "option"


def test_an_empty_variable_does_not_count(monkeypatch, tmp_path):
    monkeypatch.setenv("CHOPMARK_HOME", "")
    monkeypatch.setenv("CHOPMARK_PASSPHRASE_FILE", "")
    assert load_settings().home.name == ".chopmark"
    assert load_settings().passphrase_file is None


def test_a_tilde_is_the_users_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/registrar")
    monkeypatch.setenv("CHOPMARK_TRUST", "~/trust.json")
    assert load_settings(home=Path("~/site")).home == Path("/home/registrar/site")
    assert load_settings().trust_path == Path("/home/registrar/trust.json")


def test_variables_of_others_do_not_matter(monkeypatch):
    monkeypatch.setenv("CHOPMARK_FAILPOINT", "")
    monkeypatch.setenv("CHOPMARK_SOMETHING", "x")
    load_settings()


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("max_file_mb = 0", "max_file_mb 的值不可用"),
        ('rpc_timeout = "soon"', "rpc_timeout 的值不可用"),
        ('lang = "fr"', "lang 的值不可用"),
        ('databse = "x"', "没有名为“databse”的设置项"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, zh):
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_settings(home=tmp_path)
    assert zh in caught.value.say(Language.ZH)
    assert caught.value.say(Language.EN).startswith("Wrong usage: ")


def test_a_wrong_value_is_not_repeated(monkeypatch):
    monkeypatch.setenv("CHOPMARK_RPC_TIMEOUT", "hunter2")
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value.as_json())


@pytest.mark.parametrize("data", [b"= broken", b"\xff\xfe", b"x = {"])
def test_a_file_that_is_no_toml(tmp_path, data):
    (tmp_path / "settings.toml").write_bytes(data)
    with pytest.raises(InputError) as caught:
        load_settings(home=tmp_path)
    assert "settings.toml" in caught.value.say(Language.ZH)
    assert caught.value.next_step(Language.EN)


@pytest.mark.parametrize("name", ["h%41", "h?1", "我的 家 #x", "a&b=c"])
def test_a_home_of_any_name_keeps_its_database_inside(tmp_path, name):
    home = tmp_path / name
    home.mkdir()
    with Store.open(load_settings(home=home).database_url):
        assert (home / "site.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]
