"""A folder of encrypted keys, one file each, named by people.

>>> keystore = Keystore(folder)                     # doctest: +SKIP
>>> keystore.create("registrar", passphrase)        # doctest: +SKIP
>>> signer = keystore.open("registrar", passphrase) # doctest: +SKIP
"""

from __future__ import annotations

import os
import secrets
import stat
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from chopmark.errors import KeystoreError, UnknownThing, UsageError
from chopmark.keys import keyfile
from chopmark.keys.signer import LocalSigner
from chopmark.wording import Wording

SCRYPT_N = 1 << 17
"""128 MiB and about half a second: what guessing one passphrase costs."""

PASSPHRASE_LEAST = 8
NAME_LIMIT = 64
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One key of the folder. ``trouble``: why it cannot be used; then the address may be empty."""

    name: str
    address: bytes
    trouble: KeystoreError | None = None


class Keystore:
    """The keys under ``folder``, which is made with the first key, for its owner alone (0700; files 0600).

    ``scrypt_n`` is lowered only for keys that protect nothing, in tests and on development networks.
    """

    def __init__(self, folder: Path, scrypt_n: int = SCRYPT_N) -> None:
        self._folder = folder
        self._scrypt_n = scrypt_n

    def create(self, name: str, passphrase: str, *, private_key: bytes | None = None) -> bytes:
        """Stores a new key, or an imported one, and returns its address.

        The file appears whole or not at all, and an existing one is never replaced. Raises ``UsageError`` for a name
        or passphrase that will not do, ``KeystoreError`` for a name that is taken and a folder that cannot be used.
        """
        path = self._path(name)
        if len(passphrase) < PASSPHRASE_LEAST:
            raise UsageError(why=_TOO_SHORT)
        self._make_folder()
        if path.exists():
            raise _taken(name)
        secret = private_key or _new_secret()
        signer = LocalSigner(secret)
        self._publish(path, keyfile.encrypt(secret, passphrase, self._scrypt_n), name)
        return signer.address

    def list(self) -> tuple[StoredKey, ...]:
        """All keys by name; one that cannot be used is listed with its trouble."""
        return tuple(self._stored(name) for name in self._names())

    def address(self, name: str) -> bytes:
        """The address of a key, without its passphrase. Raises ``UnknownThing``, ``KeystoreError``."""
        return self._read(name).address

    def open(self, name: str, passphrase: str) -> LocalSigner:
        """The signer of a key. Raises ``UnknownThing``, ``WrongPassphrase``, ``KeystoreError``."""
        return self._read(name).open(passphrase)

    def _read(self, name: str) -> keyfile.Keyfile:
        path = self._path(name)
        if not os.path.lexists(path):
            raise self._unknown(name)
        self._check_folder()
        return keyfile.read(path, name)

    def _stored(self, name: str) -> StoredKey:
        try:
            return StoredKey(name, self._read(name).address)
        except KeystoreError as trouble:
            return StoredKey(name, b"", trouble)

    def _names(self) -> tuple[str, ...]:
        with suppress(FileNotFoundError):
            found = [entry.stem for entry in self._folder.iterdir() if entry.suffix == _SUFFIX]
            return tuple(sorted(name for name in found if _is_name(name)))
        return ()

    def _path(self, name: str) -> Path:
        if not _is_name(name):
            raise UsageError(why=_BAD_NAME.filled(name=name[:NAME_LIMIT], limit=NAME_LIMIT))
        return self._folder / f"{name}{_SUFFIX}"

    def _unknown(self, name: str) -> UnknownThing:
        names = self._names()
        near = get_close_matches(name, names, n=3) or names[:10]
        return UnknownThing(what=Wording("密钥", "key"), name=name, known=", ".join(near) or "—")

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fault:
            raise _folder_trouble(self._folder, fault) from None
        self._check_folder()

    def _check_folder(self) -> None:
        facts = self._folder.stat()
        if facts.st_mode & 0o077:
            mode = f"{stat.S_IMODE(facts.st_mode):04o}"
            raise KeystoreError(
                why=_OPEN_FOLDER.filled(mode=mode),
                fix_zh=f"chmod 700 {self._folder}",
                fix_en=f"chmod 700 {self._folder}",
            )

    def _publish(self, path: Path, data: bytes, name: str) -> None:
        """Writes beside the place and links into it: the link fails if the name was taken meanwhile."""
        draft = path.with_name(f".{secrets.token_hex(8)}.draft")
        try:
            number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(number)
                os.link(draft, path)
            finally:
                draft.unlink(missing_ok=True)
            self._sync_folder()
        except FileExistsError:
            raise _taken(name) from None
        except OSError as fault:
            raise _folder_trouble(self._folder, fault) from None

    def _sync_folder(self) -> None:
        number = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _is_name(name: str) -> bool:
    plain = all(char.isalnum() or char in "._-" for char in name)
    return plain and 0 < len(name) <= NAME_LIMIT and name[0].isalnum() and unicodedata.normalize("NFC", name) == name


def _new_secret() -> bytes:
    """32 bytes from the system's source, drawn again in the one case of 2**128 that is no key."""
    while True:
        secret = secrets.token_bytes(32)
        if 0 < int.from_bytes(secret, "big") < _ORDER:
            return secret


_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""Order of the group of secp256k1 (SEC 2, 2.4.1)."""


def _taken(name: str) -> KeystoreError:
    return KeystoreError(
        why=Wording("已有名为“{name}”的密钥", "there is a key named “{name}” already").filled(name=name),
        fix_zh="请另取名称；旧密钥不会被覆盖",
        fix_en="Choose another name; a key is never overwritten",
    )


def _folder_trouble(folder: Path, fault: OSError) -> KeystoreError:
    return KeystoreError(
        why=_UNWRITABLE.filled(folder=folder, reason=fault.strerror),
        fix_zh="请检查目录、权限与磁盘空间",
        fix_en="Check the folder, its mode and the free space",
    )


_BAD_NAME = Wording(
    "密钥名“{name}”不可用：须为字母、数字或 . _ -，不以符号开头，至多 {limit} 字",
    "“{name}” is no name for a key: letters, digits and . _ -, a letter or digit first, at most {limit}",
)
_TOO_SHORT = Wording(f"口令至少 {PASSPHRASE_LEAST} 个字符", f"a passphrase has at least {PASSPHRASE_LEAST} characters")
_OPEN_FOLDER = Wording("密钥目录权限为 {mode}，他人可进入", "the key folder has mode {mode}: others can enter it")
_UNWRITABLE = Wording("密钥目录 {folder} 无法写入（{reason}）", "the key folder {folder} cannot be written ({reason})")
