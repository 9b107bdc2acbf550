"""What an issuer may still say about a registered credential: revoked, suspended, resumed, replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chopmark.core.disclosure import TWIN, read_disclosure
from chopmark.core.ledger import BatchRow, CredentialRow
from chopmark.core.transaction import BlockRef
from chopmark.core.words import KeyRecord, Role
from chopmark.errors import KeyError_, UsageError
from chopmark.kinds import Kind, Value, find_kind
from chopmark.services.register import Drafted, FileBinder, compose_drafts
from chopmark.services.register.form import draft_one
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.ledger import NewCredential

ROLE_WORDS: Final = {
    Role.ATTEST: Wording("登记", "register"),
    Role.STATUS: Wording("变更状态", "change a status"),
}


def require_key(name: str, key: KeyRecord | None, role: Role, head: BlockRef) -> None:
    """Refuse, before anything is written, a key that the chain would refuse.

    ``key``: what the registry holds of it, None if it was never added. Raises ``KeyError_`` with what is the case and what to do.
    """
    if key is None:
        why = Wording(f"“{name}”还不是该机构的密钥", f"“{name}” is not a key of this institution yet")
        fix = Wording("请用管理密钥运行 chopmark key add", "Run chopmark key add with the controller's key")
    elif key.retired or key.compromised_since:
        why = Wording(f"“{name}”已停用或报失", f"“{name}” is retired or reported compromised")
        fix = Wording("请换用有效的密钥", "Use a live key")
    elif role not in key.roles:
        why = Wording(f"“{name}”没有{ROLE_WORDS[role].zh}的权限", f"“{name}” may not {ROLE_WORDS[role].en}")
        fix = Wording("请换用有此权限的密钥", "Use a key with that role")
    elif key.added > head.time:
        why = Wording(f"“{name}”尚未生效", f"“{name}” is not in force yet")
        fix = Wording("稍后重试", "Try again later")
    else:
        return
    raise KeyError_(why=why, fix_zh=fix.zh, fix_en=fix.en)


def require_registered(rows: Sequence[CredentialRow], batches: Mapping[int, BatchRow]) -> None:
    """Refuse credentials that are not on the chain for good yet, and credentials of several issuers at once."""
    for row in rows:
        batch = batches.get(row.batch_id) if row.batch_id is not None else None
        if batch is None or not batch.anchored:
            raise UsageError(
                why=Wording(
                    f"“{row.label}”尚未完成登记，请先运行 chopmark worker",
                    f"“{row.label}” is not registered yet; run chopmark worker",
                )
            )
    if len({row.issuer for row in rows}) > 1:
        raise UsageError(
            why=Wording("一次只能处理同一机构的凭证", "credentials of one issuer at a time; name it with --issuer")
        )


def draft_successor(
    old: CredentialRow, given: Mapping[str, str], paths: Sequence[Path], binder: FileBinder, today: date
) -> Drafted:
    """The corrected credential: what is not given anew is taken over from the old one. Files are not taken over."""
    kind = find_kind(old.kind)
    claims = claims_of(old)
    merged = {name: _typed(value) for name, value in claims.items()} | dict(given)
    drafted = draft_one(kind, merged, paths, binder, today)
    if drafted.ok and all(d.claims == claims for d in drafted.drafts) and not paths:
        raise UsageError(why=Wording("内容没有变化", "nothing is changed"))
    return drafted


def compose_successor(old: CredentialRow, kind: Kind, drafted: Drafted, now: int) -> NewCredential:
    """The corrected credential, blinded, naming what it replaces."""
    return next(compose_drafts(kind, old.issuer, drafted.drafts, now, replaces=old.commitment))


def claims_of(row: CredentialRow) -> dict[str, Value]:
    """The claims of a registered credential, as the issuer gave them."""
    opened = (read_disclosure(encoded) for encoded in row.disclosures)
    return {d.name: d.value for d in opened if not d.name.startswith(TWIN) and isinstance(d.value, str | int | tuple)}


def _typed(value: Value) -> str:
    """A claim as a person would type it into a form."""
    return "；".join(value) if isinstance(value, tuple) else str(value)
