"""One key file: Web3 Secret Storage, version 3, read and written with the strictness that a secret deserves.

The encryption itself is eth-account's. This module decides what may be opened: a regular file (no link), nobody
else's, with a key derivation that resists guessing and yet cannot exhaust the machine.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from chopmark.errors import KeystoreError, WrongPassphrase
from chopmark.keys.signer import LocalSigner
from chopmark.wording import Wording

SCRYPT_N_LEAST = 1 << 14
PBKDF2_C_LEAST = 262_144
DERIVATION_MEMORY_MOST = 1 << 30
"""Bytes that scrypt may take (128 · N · r): a file must not be able to take the machine down."""
PBKDF2_C_MOST = 1 << 26
FILE_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Keyfile:
    """A key file as read: its address, and what opens it. The secret is still encrypted."""

    name: str
    address: bytes
    document: Mapping[str, Any]

    def open(self, passphrase: str) -> LocalSigner:
        """The signer inside.

        Raises ``WrongPassphrase``; ``KeystoreError`` if the key inside is not that of the address outside.
        """
        from eth_account import Account

        try:
            secret = bytes(Account.decrypt(dict(self.document), passphrase))
        except ValueError as fault:
            if "mac" in str(fault).lower():
                raise WrongPassphrase(name=self.name) from None
            raise damaged(self.name) from None
        except Exception:  # noqa: BLE001  (from None: nothing of what was decrypted may travel with the fault)
            raise damaged(self.name) from None
        signer = LocalSigner(secret)
        if signer.address != self.address:
            raise damaged(self.name, Wording("内外地址不一致", "its address is not that of the key inside"))
        return signer


def encrypt(private_key: bytes, passphrase: str, scrypt_n: int) -> bytes:
    """The bytes of a key file, scrypt with ``scrypt_n`` (r 8, p 1) and AES-128-CTR, as the format fixes them."""
    from eth_account import Account

    document = Account.encrypt(private_key, passphrase, kdf="scrypt", iterations=scrypt_n)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def read(path: Path, name: str) -> Keyfile:
    """Reads a key file without opening it. Raises ``KeystoreError`` naming what is wrong with it."""
    document = _parse(_contents(path, name), name)
    _check_derivation(document["crypto"], name)
    return Keyfile(name, _address(document, name), document)


def _contents(path: Path, name: str) -> bytes:
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        if path.is_symlink():
            raise _refused(
                Wording("“{name}”是符号链接", "“{name}” is a symbolic link").filled(name=name),
                "请放入文件本身",
                "Put the file itself there",
            ) from None
        raise _refused(
            Wording("无法读取“{name}”（{reason}）", "“{name}” cannot be read ({reason})").filled(
                name=name, reason=fault.strerror
            ),
            "请检查文件与权限",
            "Check the file and its mode",
        ) from None
    try:
        _check_mode(os.fstat(number), path, name)
        data = os.read(number, FILE_LIMIT + 1)  # a regular file gives all it has at once
    finally:
        os.close(number)
    if len(data) > FILE_LIMIT:
        raise damaged(name, Wording("文件过大", "it is too large"))
    return data


def _check_mode(facts: os.stat_result, path: Path, name: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise _refused(
            Wording("“{name}”不是普通文件", "“{name}” is no regular file").filled(name=name), "请移走", "Move it away"
        )
    if facts.st_mode & 0o077:
        mode = f"{stat.S_IMODE(facts.st_mode):04o}"
        raise _refused(
            Wording("“{name}”的权限为 {mode}，他人可读", "“{name}” has mode {mode}: others can read it").filled(
                name=name, mode=mode
            ),
            f"chmod 600 {path}；若可能已被他人读取，请更换该密钥",
            f"chmod 600 {path}; if somebody may have read it, replace the key",
        )
    if facts.st_uid not in (os.geteuid(), 0):
        raise _refused(
            Wording("“{name}”属于其他用户", "“{name}” belongs to another user").filled(name=name),
            f"chown {path}",
            f"chown {path}",
        )


def _parse(data: bytes, name: str) -> Mapping[str, Any]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise damaged(name, Wording("不是完整的 JSON", "it is not complete JSON")) from None
    if not isinstance(document, dict) or document.get("version") != 3 or not isinstance(document.get("crypto"), dict):
        raise damaged(name, Wording("不是第 3 版密钥文件", "it is no key file of version 3"))
    return document


def _address(document: Mapping[str, Any], name: str) -> bytes:
    try:
        address = bytes.fromhex(str(document["address"]).removeprefix("0x"))
    except (KeyError, ValueError):
        address = b""
    if len(address) != 20:
        raise damaged(name, Wording("没有地址", "it names no address"))
    return address


def _check_derivation(crypto: Mapping[str, Any], name: str) -> None:
    if crypto.get("cipher") != "aes-128-ctr":
        raise damaged(name, Wording("加密算法不可识别", "its cipher is not known"))
    kind, params = crypto.get("kdf"), crypto.get("kdfparams")
    numbers = {k: v for k, v in params.items() if type(v) is int} if isinstance(params, dict) else {}
    if kind == "scrypt" and {"n", "r", "p", "dklen"} <= numbers.keys():
        n, r, p = numbers["n"], numbers["r"], numbers["p"]
        weak = n < SCRYPT_N_LEAST or r < 1 or p < 1
        heavy = 128 * n * r > DERIVATION_MEMORY_MOST or p > 16
        said = f"scrypt N={n}"
    elif kind == "pbkdf2" and {"c", "dklen"} <= numbers.keys():
        weak, heavy = numbers["c"] < PBKDF2_C_LEAST, numbers["c"] > PBKDF2_C_MOST
        said = f"pbkdf2 c={numbers['c']}"
    else:
        raise damaged(name, Wording("密钥派生参数不可识别", "its key derivation is not known"))
    if weak or numbers["dklen"] != 32:
        raise _refused(
            Wording("“{name}”的口令保护过弱（{said}）", "“{name}” is weakly protected ({said})").filled(
                name=name, said=said
            ),
            "请用 chopmark key import 重新导入该私钥",
            "Import the private key again with chopmark key import",
        )
    if heavy:
        raise damaged(
            name, Wording("密钥派生参数过大（{said}）", "its key derivation is too heavy ({said})").filled(said=said)
        )


def damaged(name: str, why: Wording | None = None) -> KeystoreError:
    """The error for a key file that cannot be what it should be."""
    why = why or Wording("内容无法解密", "its content cannot be decrypted")
    return _refused(
        Wording("密钥文件“{name}”已损坏：{why}", "key file “{name}” is damaged: {why}").filled(name=name, why=why),
        "请从备份恢复该文件",
        "Restore the file from a backup",
    )


def _refused(why: Wording, fix_zh: str, fix_en: str) -> KeystoreError:
    return KeystoreError(why=why, fix_zh=fix_zh, fix_en=fix_en)
