"""A key that signs in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from chopmark.core.signature import recover
from chopmark.core.typed_data import TypedData
from chopmark.errors import KeystoreError
from chopmark.wording import Wording


class LocalSigner:
    """An opened secret key. Its representation shows the address only, and it cannot be pickled.

    The key stays in memory until the process ends: Python cannot wipe it. Raises ``KeystoreError`` for 32 bytes that are
    no key.
    """

    __slots__ = ("_account", "address")

    def __init__(self, private_key: bytes) -> None:
        from eth_account import Account

        try:
            self._account = Account.from_key(private_key)
        except Exception:  # noqa: BLE001  (from None: the libraries' faults may carry the key's bytes)
            raise KeystoreError(why=Wording("不是有效的私钥", "it is not a private key"), **_REMEDY) from None
        self.address: bytes = bytes.fromhex(self._account.address[2:])

    def sign(self, transaction: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Signs a transaction given as web3 does (``chainId``, ``nonce``, ``to``, ``data``, ``gas``, prices …).

        Returns the bytes to send and their hash. The sender is recovered from the signature before anything is
        handed out (FAULTS 43), so that a broken signing library cannot send for somebody else. Raises ``KeystoreError``.
        """
        from eth_account import Account

        signed = self._account.sign_transaction(dict(transaction))
        raw = bytes(signed.raw_transaction)
        if bytes.fromhex(Account.recover_transaction(raw)[2:]) != self.address:
            raise _broken()
        return raw, bytes(signed.hash)

    def sign_typed(self, data: TypedData) -> bytes:
        """Signs typed data (EIP-712), see ``sign_digest``. Raises ``FormatError`` for a value that its type cannot hold."""
        return self.sign_digest(data.digest)

    def sign_digest(self, digest: bytes) -> bytes:
        """Signs 32 bytes: 65 bytes r, s, v with a low s and v 27 or 28 (``core.signature``).

        The signer is recovered before anything is handed out, as in ``sign``. Raises ``KeystoreError``.
        """
        signature = bytes(self._account.unsafe_sign_hash(digest).signature)
        if recover(digest, signature) != self.address:
            raise _broken()
        return signature

    def __repr__(self) -> str:
        return f"LocalSigner(0x{self.address.hex()})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer holds a secret and is never serialised")


def _broken() -> KeystoreError:
    return KeystoreError(
        why=Wording("签名恢复出的地址与密钥不符", "the signature recovers to another address"),
        fix_zh="签名组件已损坏，请重新安装",
        fix_en="The signing library is broken; install it again",
    )


_REMEDY = {
    "fix_zh": "私钥为 32 字节，即 64 位十六进制",
    "fix_en": "A private key has 32 bytes, 64 hexadecimal digits",
}
