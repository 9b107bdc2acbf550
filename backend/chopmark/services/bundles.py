# ruff: noqa: D102  (``ports`` says what the rooms of a transaction do)
"""Bundles: what holders keep, made from what the site kept, once the batch stands in a final block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, Protocol

from chopmark.core.batch import Batch, arrange
from chopmark.core.bundle import Anchor, Bundle
from chopmark.core.disclosure import open_disclosure
from chopmark.core.ledger import BatchRow, CredentialRow, Home
from chopmark.core.merkle import InclusionProof
from chopmark.errors import StoreError, UsageError
from chopmark.services.ports import KeptBatches, KeptCredentials, KeptFacts
from chopmark.wording import Wording


class Kept(Protocol):
    """The part of a store's transaction that bundles are made from."""

    @property
    def site(self) -> KeptFacts: ...
    @property
    def credentials(self) -> KeptCredentials: ...
    @property
    def batches(self) -> KeptBatches: ...


def bundle_of(tx: Kept, credential: CredentialRow) -> Bundle:
    """The bundle of one anchored credential, with all its disclosures; costs one pass over its batch.

    Raises ``UsageError`` if its batch stands in no final block yet, ``StoreError`` if the database contradicts itself.
    """
    return opener(tx, credential.batch_id)(credential)


def bundles_of_batch(tx: Kept, batch_id: int) -> Iterator[tuple[CredentialRow, Bundle]]:
    """Every credential of an anchored batch with its bundle, in the order of the leaves.

    Raises as ``bundle_of``, at once.
    """
    batch, tree, anchor = _anchored(tx, batch_id)
    rows = tx.credentials.of_batch(batch_id)
    if tuple(row.commitment for row in rows) != tree.commitments:
        raise _damaged(batch)
    proofs = (tree.proof(index) for index in range(tree.size))
    return ((row, _bundle(anchor, row, proof)) for row, proof in zip(rows, proofs, strict=True))


def opener(tx: Kept, batch_id: int | None) -> Callable[[CredentialRow], Bundle]:
    """What makes bundles of one anchored batch's credentials, in any order, also after ``tx`` has ended.

    The batch's tree is made once; payloads are not read. Raises as ``bundle_of``.
    """
    batch, tree, anchor = _anchored(tx, batch_id)

    def made(credential: CredentialRow) -> Bundle:
        index = credential.leaf_index if credential.leaf_index is not None else -1
        if not 0 <= index < batch.size or tree.commitments[index] != credential.commitment:
            raise _damaged(batch)
        return _bundle(anchor, credential, tree.proof(index))

    return made


def showing(bundle: Bundle, shown: Callable[[str], bool]) -> Bundle:
    """The same credential with fewer disclosures: those whose names are ``shown``. Its leaf and proof stay what they are."""
    return replace(bundle, disclosures=tuple(one for one in bundle.disclosures if shown(open_disclosure(one)[0])))


def _anchored(tx: Kept, batch_id: int | None) -> tuple[BatchRow, Batch, Anchor]:
    batch = None if batch_id is None else tx.batches.get(batch_id)
    if batch_id is None or batch is None or not batch.anchored:
        raise UsageError(why=_NOT_YET)
    home: Home | None = tx.site.home()
    tree = arrange(batch.kind, batch.issuer, tx.credentials.commitments_of(batch_id))
    if home is None or (tree.root, tree.size) != (batch.root, batch.size):
        raise _damaged(batch)
    return batch, tree, Anchor(home.chain_id, home.attestation_registry, batch.root)


def _bundle(anchor: Anchor, credential: CredentialRow, proof: InclusionProof) -> Bundle:
    return Bundle(anchor, credential.payload, tuple(sorted(credential.disclosures)), proof)


def _damaged(batch: BatchRow) -> StoreError:
    return StoreError(
        why=Wording(f"批次 {batch.id} 的内容与其根不符", f"the leaves of batch {batch.id} do not lead to its root"),
        fix_zh="请从备份恢复数据库",
        fix_en="Restore the database from a backup",
    )


_NOT_YET: Final = Wording(
    "该凭证尚未最终登记；运行 chopmark worker 后再取",
    "it is not registered finally yet; run chopmark worker, then ask again",
)
