"""Questions to the registries' views, each with the reading of its answer: many go to a node in one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chopmark.chain.abi import Value, decode
from chopmark.chain.artifacts import ATTESTATION_REGISTRY, ISSUER_REGISTRY, artifact
from chopmark.chain.contracts import call_data, kind_code
from chopmark.core.history import RegistryName
from chopmark.core.words import BatchRecord, GrantRecord, KeyRecord, NodeRecord, Standing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One view call: which contract (20 bytes), the call's data, and how its answer is read."""

    to: bytes
    data: bytes
    read: Callable[[bytes], T]


class Questions:
    """What can be asked of one pair of registries. Nothing is asked here: see ``ChainClient.read``."""

    def __init__(self, issuer_registry: bytes, attestation_registry: bytes) -> None:
        self._to = {ISSUER_REGISTRY: issuer_registry, ATTESTATION_REGISTRY: attestation_registry}

    def batch(self, issuer: bytes, root: bytes) -> Question[BatchRecord | None]:
        """The record of a root; None: this issuer never attested it."""
        return self._ask(BatchRecord.decode, ATTESTATION_REGISTRY, "batchWord", issuer, root)

    def status_word(self, issuer: bytes, root: bytes, word: int, plane: int) -> Question[int]:
        """Status bits of leaves 256 · ``word`` and on, in a plane (``core.words.Plane``)."""
        return self._ask(int, ATTESTATION_REGISTRY, "statusWord", issuer, root, word, int(plane))

    def key(self, node: bytes, address: bytes) -> Question[KeyRecord | None]:
        """The record of a node's key; None: it never was one."""
        return self._ask(KeyRecord.decode, ISSUER_REGISTRY, "keyWord", node, address)

    def grant(self, node: bytes, kind: str) -> Question[GrantRecord | None]:
        """A node's own accreditation; None: it never had one."""
        return self._ask(GrantRecord.decode, ISSUER_REGISTRY, "grantWord", node, kind_code(kind))

    def head(self, registry: RegistryName, node: bytes) -> Question[int]:
        """The word of a history's head."""
        contract = ISSUER_REGISTRY if registry == "issuer" else ATTESTATION_REGISTRY
        return self._ask(_word, contract, "head", node)

    def node(self, node: bytes) -> Question[NodeRecord | None]:
        """A node's controller, number of keys and registrar; None: there is no such node."""
        return self._ask(_node, ISSUER_REGISTRY, "node", node)

    def standing(self, node: bytes, kind: str) -> Question[tuple[Standing, bytes]]:
        """How a node stands for a kind at the block read, all above it included, and the node (32 bytes) that fails."""
        entry = artifact(ISSUER_REGISTRY).functions["standing"]

        def read(answer: bytes) -> tuple[Standing, bytes]:
            code, failing = decode(entry.outputs, answer)
            return Standing(code), failing

        return Question(self._to[ISSUER_REGISTRY], call_data(ISSUER_REGISTRY, "standing", node, kind_code(kind)), read)

    def profile(self, node: bytes) -> Question[bytes]:
        """Digest of a node's profile."""
        return self._ask(bytes, ISSUER_REGISTRY, "profile", node)

    def site(self, node: bytes) -> Question[str]:
        """Address of a node's site; bytes of it that are no UTF-8 show as escapes."""
        return self._ask(_text, ISSUER_REGISTRY, "site", node)

    def authority(self) -> Question[bytes]:
        """Address of the root authority."""
        return self._ask(bytes, ISSUER_REGISTRY, "authority")

    def serial(self) -> Question[int]:
        """Serial of the newest node; 0: none but the root authority."""
        return self._ask(int, ISSUER_REGISTRY, "nodeCount")

    def registry_id(self) -> Question[bytes]:
        """The issuer registry's own id."""
        return self._ask(bytes, ISSUER_REGISTRY, "registryId")

    def issuer_registry(self) -> Question[bytes]:
        """The issuer registry that the attestation registry asks."""
        return self._ask(bytes, ATTESTATION_REGISTRY, "issuerRegistry")

    def _ask(self, record: Callable[[Any], T], contract: str, function: str, *arguments: Value) -> Question[T]:
        outputs = artifact(contract).functions[function].outputs

        def read(answer: bytes) -> T:
            return record(decode(outputs, answer)[0])

        return Question(self._to[contract], call_data(contract, function, *arguments), read)


def _word(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _node(fields: tuple[bytes, bytes, int, int]) -> NodeRecord | None:
    controller, _, key_count, registrar = fields
    return NodeRecord(controller, key_count, registrar) if any(controller) else None
