"""What the signer's own machine checks before it signs. It asks nobody: its trust file says which chain and contract count.

A request file is a stranger's word. Chain and contract are compared with the trust file, roots and sizes are worked out
anew from the leaves, the summary is compared with the message, and the deadline with the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.reasons import REASONS
from chopmark.core.reference import address_text, prefix
from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile
from chopmark.core.typed_data import Domain, TypedData
from chopmark.errors import InputError
from chopmark.services.delegation.content import Content
from chopmark.services.delegation.request_file import Asked, RequestFile, Signed, content_in
from chopmark.wording import Wording

LATEST_DAYS: Final = 31
"""A signature that is asked for longer than any site asks is refused: it would be a blank cheque."""


@dataclass(frozen=True, slots=True)
class ToSign:
    """One request that may be signed. ``typed``: what is signed, under the trust file's own chain and contract."""

    public_id: str
    typed: TypedData
    content: Content
    chain: TrustedChain

    @property
    def signer(self) -> bytes:
        """Address of the key that is asked."""
        return self.typed.message.signer

    @property
    def deadline(self) -> int:
        """The last second in which the signature counts."""
        return self.typed.message.deadline


def examine(file: RequestFile, trust: TrustFile, now: int) -> list[ToSign]:
    """All requests of a file, each checked. ``now``: unix seconds. Raises ``InputError`` for the first that is no good."""
    return [_examine(file, one, trust, now) for one in file.requests]


def require_signer(requests: Sequence[ToSign], key: bytes) -> None:
    """Raises ``InputError`` unless the key at this address is asked for every signature."""
    for one in requests:
        if one.signer != key:
            wanted, given = address_text(one.signer), address_text(key)
            why = _OTHER_KEY.filled(wanted=wanted, given=given)
            raise _refused(one.public_id, why, _USE_KEY.zh, _USE_KEY.en)


def sign_all(requests: Sequence[ToSign], key: bytes, sign: Callable[[bytes], bytes]) -> list[Signed]:
    """The signatures. ``key``: the signing key's address; ``sign``: signs 32 bytes.

    Raises ``InputError``, before anything is signed, if another key is asked.
    """
    require_signer(requests, key)
    return [Signed(one.public_id, one.typed.digest, key, sign(one.typed.digest)) for one in requests]


def _examine(file: RequestFile, asked: Asked, trust: TrustFile, now: int) -> ToSign:
    chain, registry = _trusted(asked, trust)
    message = asked.typed.message
    if prefix(message.issuer) != registry.prefix:
        raise _refused(asked.public_id, _OTHER_REGISTRY)
    content = content_in(file, asked)
    if content.reason is not None and content.reason not in REASONS:
        raise _refused(asked.public_id, _NO_REASON.filled(code=content.reason))
    if message.deadline < now:
        raise _refused(asked.public_id, _RAN_OUT, _ASK_ANEW.zh, _ASK_ANEW.en)
    if message.deadline > now + LATEST_DAYS * 86_400:
        raise _refused(asked.public_id, _TOO_LONG, _CLOCK.zh, _CLOCK.en)
    contract = registry.delegation.address if registry.delegation is not None else b""
    return ToSign(asked.public_id, TypedData(Domain(chain.chain_id, contract), message), content, chain)


def _trusted(asked: Asked, trust: TrustFile) -> tuple[TrustedChain, TrustedRegistry]:
    """The trust file's entry for the chain and the contract that a request names."""
    domain = asked.typed.domain
    chains = [chain for chain in trust.chains if chain.chain_id == domain.chain_id]
    if not chains:
        raise _refused(asked.public_id, _OTHER_CHAIN.filled(number=domain.chain_id), _TRUST.zh, _TRUST.en)
    for chain in chains:
        for registry in chain.registries:
            if registry.delegation is not None and registry.delegation.address == domain.contract:
                return chain, registry
    contract = address_text(domain.contract)
    raise _refused(asked.public_id, _OTHER_CONTRACT.filled(contract=contract), _TRUST.zh, _TRUST.en)


def _refused(public_id: str, why: Wording, fix_zh: str = "", fix_en: str = "") -> InputError:
    zh, en = fix_zh or "请勿签名；请向登记站点重新索取", fix_en or "Do not sign it; ask the site anew"
    return InputError(place=public_id, why=why, fix_zh=zh, fix_en=en)


_OTHER_CHAIN: Final = Wording("链 {number} 不在您的信任文件中", "your trust file does not name the chain {number}")
_OTHER_CONTRACT: Final = Wording(
    "代签合约 {contract} 不在您的信任文件中", "your trust file does not name the delegation contract {contract}"
)
_OTHER_REGISTRY: Final = Wording(
    "该机构不属于信任文件中的登记合约", "the institution is not of the registry that you trust"
)
_NO_REASON: Final = Wording("未知的原因代码 {code}", "an unknown reason, code {code}")
_RAN_OUT: Final = Wording("签名期限已过", "the time to sign it ran out")
_TOO_LONG: Final = Wording(
    f"签名期限超过 {LATEST_DAYS} 天", f"the signature would count for more than {LATEST_DAYS} days"
)
_OTHER_KEY: Final = Wording(
    "要求由 {wanted} 签名，而此密钥是 {given}", "it asks {wanted} to sign, and this key is {given}"
)
_USE_KEY: Final = Wording("请用 --key 指定该地址的密钥", "Name the key of that address with --key")
_ASK_ANEW: Final = Wording(
    "请站点运行 chopmark worker 后重新索取", "Let the site run chopmark worker, and ask for the file anew"
)
_CLOCK: Final = Wording("请检查本机时钟；若无误，请勿签名", "Check this machine's clock; if it is right, do not sign")
_TRUST: Final = Wording(
    "请向授权机构核实；若属实，请更新信任文件，否则请勿签名",
    "Ask the authority; if it is so, update the trust file, else do not sign",
)
