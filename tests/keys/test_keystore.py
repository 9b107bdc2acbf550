"""The keystore opens what it should and refuses everything else, without a secret in what it says (FAULTS 41)."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from chopmark.errors import ChopmarkError, KeystoreError, UnknownThing, UsageError, WrongPassphrase
from chopmark.keys.keyfile import SCRYPT_N_LEAST
from chopmark.keys.keystore import SCRYPT_N, Keystore
from chopmark.wording import Language

PASSPHRASE = "correct horse 电池 staple"
SECRET = bytes.fromhex("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6")
ADDRESS = bytes.fromhex("90f79bf6eb2c4f870365e785982e1f101e93b906")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keystore(folder: Path) -> Keystore:
    """As light as it may be, with one key."""
    keystore = Keystore(folder, scrypt_n=SCRYPT_N_LEAST)
    keystore.create("registrar", PASSPHRASE, private_key=SECRET)
    return keystore


def test_a_key_comes_back(keystore: Keystore) -> None:
    signer = keystore.open("registrar", PASSPHRASE)
    assert signer.address == keystore.address("registrar") == ADDRESS
    assert [(key.name, key.address, key.trouble) for key in keystore.list()] == [("registrar", ADDRESS, None)]


def test_a_new_key_is_another_each_time(keystore: Keystore) -> None:
    assert keystore.create("a", PASSPHRASE) != keystore.create("b", PASSPHRASE)


def test_only_the_owner_can_read_it(folder: Path, keystore: Keystore) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_the_file_is_what_every_wallet_opens(folder: Path, keystore: Keystore) -> None:
    text = (folder / "registrar.json").read_text("utf-8")
    assert Account.decrypt(text, PASSPHRASE) == SECRET
    assert json.loads(text)["crypto"]["kdf"] == "scrypt"


def test_the_default_derivation_is_costly(folder: Path) -> None:
    Keystore(folder).create("cold", PASSPHRASE, private_key=SECRET)
    params = json.loads((folder / "cold.json").read_text())["crypto"]["kdfparams"]
    assert params["n"] * params["r"] >= 2**20
    assert params["n"] == SCRYPT_N >= 2**17
    assert Keystore(folder).open("cold", PASSPHRASE).address == ADDRESS


def test_a_folder_that_is_not_there_has_no_keys(folder: Path) -> None:
    assert Keystore(folder).list() == ()
    assert not folder.exists()


def said(error: ChopmarkError) -> str:
    return " ".join(
        [
            str(error),
            repr(error),
            repr(error.facts),
            json.dumps(error.as_json()),
            repr(error.__cause__),
            repr(error.__context__),
        ]
    )


def assert_no_secret(text: str) -> None:
    for secret in (PASSPHRASE, "wrong passphrase", SECRET.hex(), repr(SECRET), str(int.from_bytes(SECRET, "big"))):
        assert secret not in text


# Opening what must not be opened.


def test_wrong_passphrase(keystore: Keystore) -> None:
    with pytest.raises(WrongPassphrase) as caught:
        keystore.open("registrar", "wrong passphrase")
    assert "口令不对" in caught.value.say(Language.ZH)
    assert_no_secret(said(caught.value))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o620, 0o700 | 0o001])
def test_a_file_that_others_can_reach(folder: Path, keystore: Keystore, mode: int) -> None:
    (folder / "registrar.json").chmod(mode)
    with pytest.raises(KeystoreError) as caught:
        keystore.open("registrar", PASSPHRASE)
    assert f"{mode:04o}" in caught.value.say(Language.EN)
    assert "chmod 600" in caught.value.next_step(Language.ZH)


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o777])
def test_a_folder_that_others_can_enter(folder: Path, keystore: Keystore, mode: int) -> None:
    folder.chmod(mode)
    for attempt in (lambda: keystore.open("registrar", PASSPHRASE), lambda: keystore.create("another", PASSPHRASE)):
        with pytest.raises(KeystoreError, match="others can enter"):
            attempt()
    assert not (folder / "another.json").exists()


def test_a_symbolic_link(folder: Path, keystore: Keystore, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    (folder / "registrar.json").rename(outside)
    (folder / "registrar.json").symlink_to(outside)
    with pytest.raises(KeystoreError, match="symbolic link"):
        keystore.open("registrar", PASSPHRASE)
    (folder / "dangling.json").symlink_to(tmp_path / "nothing")
    with pytest.raises(KeystoreError, match="symbolic link"):
        keystore.open("dangling", PASSPHRASE)


def test_what_is_no_regular_file(folder: Path, keystore: Keystore) -> None:
    (folder / "dir.json").mkdir()
    os.mkfifo(folder / "pipe.json", 0o600)
    for name in ("dir", "pipe"):
        with pytest.raises(KeystoreError):
            keystore.open(name, PASSPHRASE)
    assert [key.name for key in keystore.list() if key.trouble] == ["dir", "pipe"]


def change(folder: Path, **parts: Any) -> None:
    path = folder / "registrar.json"
    document = json.loads(path.read_text())
    for place, value in parts.items():
        target, *names = document, *place.split("__")
        for name in names[:-1]:
            target = target[name]
        target[names[-1]] = value
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    "parts",
    [
        {"crypto__kdfparams__n": 4096},
        {"crypto__kdfparams__n": 1},
        {"crypto__kdfparams__p": 0},
        {"crypto__kdfparams__dklen": 16},
        {
            "crypto__kdf": "pbkdf2",
            "crypto__kdfparams": {"c": 10_240, "dklen": 32, "prf": "hmac-sha256", "salt": "00" * 16},
        },
        {"crypto__kdf": "pbkdf2", "crypto__kdfparams": {"c": 1, "dklen": 32, "prf": "hmac-sha256", "salt": "00"}},
    ],
)
def test_weak_key_derivation(folder: Path, keystore: Keystore, parts: dict[str, Any]) -> None:
    change(folder, **parts)
    with pytest.raises(KeystoreError, match="weakly protected"):
        keystore.open("registrar", PASSPHRASE)


@pytest.mark.parametrize(
    "parts",
    [
        {"crypto__kdfparams__n": 2**40},
        {"crypto__kdfparams__p": 10_000},
        {"crypto__kdfparams__n": "16384"},
        {"crypto__kdfparams__n": True},
        {"crypto__kdfparams": []},
        {"crypto__kdf": "none"},
        {"crypto": None},
        {"version": 1},
        {"version": 4},
        {"address": "zz"},
        {"address": ""},
        {"address": None},
        {"address": "00" * 20},
        {"crypto__ciphertext": "zz"},
        {"crypto__cipher": "rot13"},
        {"crypto__cipherparams": {}},
        {"crypto__kdfparams__salt": "x"},
    ],
)
def test_a_damaged_file(folder: Path, keystore: Keystore, parts: dict[str, Any]) -> None:
    change(folder, **parts)
    with pytest.raises(KeystoreError) as caught:
        keystore.open("registrar", PASSPHRASE)
    assert_no_secret(said(caught.value))


@pytest.mark.parametrize("keep", [0, 1, 40, 200, -2])
def test_a_truncated_file(folder: Path, keystore: Keystore, keep: int) -> None:
    path = folder / "registrar.json"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(KeystoreError, match="not complete JSON"):
        keystore.open("registrar", PASSPHRASE)
    [listed] = keystore.list()
    assert listed.trouble is not None


@pytest.mark.parametrize("data", [b"[]", b"null", b"3", b"\xff\xfe", b'{"version": 3}', b" " * (1 << 17)])
def test_a_file_that_is_something_else(folder: Path, keystore: Keystore, data: bytes) -> None:
    (folder / "registrar.json").write_bytes(data)
    with pytest.raises(KeystoreError):
        keystore.open("registrar", PASSPHRASE)


def test_the_address_outside_must_be_the_key_inside(folder: Path, keystore: Keystore) -> None:
    change(folder, address="11" * 20)
    with pytest.raises(KeystoreError, match="its address is not that of the key inside"):
        keystore.open("registrar", PASSPHRASE)


# Names.


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../registrar",
        "a/b",
        "/etc/passwd",
        "a\\b",
        "a\0b",
        ".hidden",
        "-x",
        "a b",
        "a\n",
        "x" * 65,
        "e\u0301",
        "a{0}",
    ],
)
def test_names_that_lead_elsewhere_are_refused(folder: Path, keystore: Keystore, name: str) -> None:
    for attempt in (
        lambda: keystore.create(name, PASSPHRASE),
        lambda: keystore.address(name),
        lambda: keystore.open(name, PASSPHRASE),
    ):
        with pytest.raises(UsageError):
            attempt()
    assert [path.name for path in folder.iterdir()] == ["registrar.json"]


@pytest.mark.parametrize("name", ["教务处", "a.b-c_d", "2026", "É"])
def test_names_of_people_and_offices(keystore: Keystore, name: str) -> None:
    assert keystore.create(name, PASSPHRASE) == keystore.address(name)


def test_an_unknown_name_suggests_the_near_ones(keystore: Keystore) -> None:
    keystore.create("authority", PASSPHRASE)
    with pytest.raises(UnknownThing) as caught:
        keystore.open("registar", PASSPHRASE)
    assert caught.value.facts["known"] == "registrar"


# Creating.


@pytest.mark.parametrize("passphrase", ["", "1234567", "一二三四五六七"])
def test_a_short_passphrase(folder: Path, keystore: Keystore, passphrase: str) -> None:
    with pytest.raises(UsageError):
        keystore.create("new", passphrase)
    assert not (folder / "new.json").exists()


def test_a_key_is_never_overwritten(folder: Path, keystore: Keystore) -> None:
    before = (folder / "registrar.json").read_bytes()
    with pytest.raises(KeystoreError, match="already"):
        keystore.create("registrar", PASSPHRASE)
    assert (folder / "registrar.json").read_bytes() == before


@pytest.mark.parametrize("secret", [b"\0" * 32, b"\xff" * 32, b"\1" * 31, b"\1" * 33])
def test_bytes_that_are_no_key(folder: Path, keystore: Keystore, secret: bytes) -> None:
    with pytest.raises(KeystoreError) as caught:
        keystore.create("bad", PASSPHRASE, private_key=secret)
    assert secret.hex() not in said(caught.value)
    assert not (folder / "bad.json").exists()


def test_one_of_many_who_take_the_same_name_gets_it(folder: Path, keystore: Keystore) -> None:
    made: list[bytes] = []

    def create() -> None:
        with suppress(KeystoreError):
            made.append(keystore.create("same", PASSPHRASE))

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [keystore.address("same")]
    assert sorted(path.name for path in folder.iterdir()) == ["registrar.json", "same.json"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeystoreError):
        Keystore(tmp_path / "file" / "keys").create("a", PASSPHRASE)


def test_no_secret_in_logs_or_representations(keystore: Keystore, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        signer = keystore.open("registrar", PASSPHRASE)
    text = caplog.text + repr(signer) + str(signer) + repr(keystore) + repr(keystore.list()) + repr(vars(Keystore))
    assert_no_secret(text)
    assert repr(signer) == f"LocalSigner(0x{ADDRESS.hex()})"


def test_importing_the_keystore_is_quick() -> None:
    """eth-account (0.4 s) comes with the first signature."""
    code = "import sys, chopmark.keys.keystore, chopmark.keys.signer; sys.exit('eth_account' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
