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
from chopmark.errors import InputError, KeystoreError, UsageError
from chopmark.kinds import Given, Kind, Value, find_kind
from chopmark.services.register import Draft, Drafted, FileBinder, compose_drafts
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

    ``key``: what the registry holds of it, None if it was never added. Raises ``KeystoreError`` with what is the case and what to do.
    """
    if key is None:
        why, fix = _NOT_ADDED, _ADD
    elif key.compromised_since:
        why, fix = _COMPROMISED, _ADD_ANOTHER
    elif key.retired:
        why, fix = _RETIRED, _ADD_ANOTHER
    elif role not in key.roles:
        why, fix = _NO_ROLE, _ADD_ROLE
    elif key.added > head.time:
        why, fix = _TOO_EARLY, _LATER
    else:
        return
    raise KeystoreError(why=why.filled(name=name, role=ROLE_WORDS[role]), fix_zh=fix.zh, fix_en=fix.en)


def require_delegate(alias: str, key: KeyRecord | None, head: BlockRef) -> None:
    """Refuse, before anything is written, to go through a delegation that the institution has not admitted.

    ``key``: what the registry holds of the delegation contract as a key of the institution. Raises ``KeystoreError``.
    """
    if key is not None and key.is_live and Role.DELEGATE in key.roles and key.added <= head.time:
        return
    raise KeystoreError(
        why=_NO_DELEGATE.filled(alias=alias),
        fix_zh=f"请用管理密钥运行 chopmark key add {alias} --delegation；已运行的，稍后重试",
        fix_en=f"Run chopmark key add {alias} --delegation with the controller's key; if that was done, try again shortly",
    )


def require_registered(rows: Sequence[CredentialRow], batches: Mapping[int, BatchRow]) -> None:
    """Refuse credentials that are not on the chain for good yet, and credentials of several issuers at once."""
    for row in rows:
        batch = batches.get(row.batch_id) if row.batch_id is not None else None
        if batch is None or not batch.anchored:
            raise InputError(
                place=row.label,
                why=Wording("尚未完成登记", "it is not registered yet"),
                fix_zh="请先运行 chopmark worker",
                fix_en="First run chopmark worker",
            )
    if len({row.issuer for row in rows}) > 1:
        raise UsageError(
            why=Wording(
                "一次只能处理同一机构的凭证，请用 --issuer 指定",
                "credentials of one issuer at a time; name it with --issuer",
            )
        )


def draft_successor(
    old: CredentialRow, given: Mapping[str, Given], paths: Sequence[Path], binder: FileBinder, today: date
) -> Drafted:
    """The corrected credential: what is not given anew is taken over from the old one. Files are not taken over."""
    kind = find_kind(old.kind)
    claims = claims_of(old)
    merged: dict[str, Given] = {**claims, **given}
    return draft_one(kind, merged, paths, binder, today)


def require_changed(old: CredentialRow, draft: Draft) -> None:
    """Refuse a correction that corrects nothing: the same claims and no file, or the same files."""
    if draft.fingerprint == old.fingerprint or (not draft.files and draft.claims == claims_of(old)):
        raise InputError(
            place=old.label,
            why=Wording("内容没有变化", "nothing is changed"),
            fix_zh="请用 --field 字段=值 给出要更正的内容，或给出新文件",
            fix_en="Say what is corrected with --field name=value, or name a new file",
        )


def compose_successor(old: CredentialRow, kind: Kind, drafted: Drafted, now: int) -> NewCredential:
    """The corrected credential, blinded, naming what it replaces."""
    return next(compose_drafts(kind, old.issuer, drafted.drafts, now, replaces=old.commitment))


def claims_of(row: CredentialRow) -> dict[str, Value]:
    """The claims of a registered credential, as the issuer gave them."""
    opened = (read_disclosure(encoded) for encoded in row.disclosures)
    return {d.name: d.value for d in opened if not d.name.startswith(TWIN) and isinstance(d.value, str | int | tuple)}


_NO_DELEGATE: Final = Wording(
    "“{alias}”尚未接受代签合约，不能由他人代为发送",
    "“{alias}” has not admitted the delegation contract, so nobody can send for it",
)
_NOT_ADDED: Final = Wording("“{name}”还不是该机构的密钥", "“{name}” is not a key of this institution yet")
_COMPROMISED: Final = Wording("“{name}”已报失", "“{name}” is reported compromised")
_RETIRED: Final = Wording("“{name}”已停用", "“{name}” is retired")
_NO_ROLE: Final = Wording("“{name}”没有{role}的权限", "“{name}” may not {role}")
_TOO_EARLY: Final = Wording("“{name}”尚未生效", "“{name}” is not in force yet")
_ADD: Final = Wording(
    "请用管理密钥运行 chopmark key add 机构 密钥；已运行的，稍后重试",
    "Run chopmark key add ISSUER NAME with the controller's key; if that was done, try again shortly",
)
_ADD_ANOTHER: Final = Wording(
    "请新建密钥（chopmark key new），再用 chopmark key add 加入机构",
    "Make a new key (chopmark key new) and give it to the institution with chopmark key add",
)
_ADD_ROLE: Final = Wording("请换用有此权限的密钥", "Use a key with that role")
_LATER: Final = Wording("请稍后重试", "Try again later")
