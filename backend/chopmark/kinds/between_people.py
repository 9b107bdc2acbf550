"""Who did how much, and in which place: figures and names of one credential that cannot all be right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from chopmark.core.normal import norm_name
from chopmark.kinds.kind import Claims
from chopmark.kinds.oddity import Oddity, facts_of
from chopmark.wording import Wording

_LOOKS_LIKE: Final = Wording("号码看来属于{document}", "the number looks like another sort: {document}")
_TOO_LOW: Final = Wording("名单只有{count}人", "the list has {count} names only")
_NOT_THERE: Final = Wording("名单第{rank}位是另一人", "place {rank} of the list is somebody else's")
_NOT_LISTED: Final = Wording("不在名单之中", "it is not on the list")
_MORE: Final = Wording("各部分合计{total}，超过总数", "the parts sum up to {total}, more than the whole")
_LESS: Final = Wording("各部分合计{total}，少于总数", "the parts sum up to {total}, less than the whole")
_NOT_AUTHOR: Final = Wording("“{name}”不在作者之中", "“{name}” is none of the authors")
_NO_JUDGEMENT: Final = Wording("预警只作提醒，不是判定", "a warning reminds and judges nobody")

_OTHER: Final = "其他"


def identity(claims: Claims, today: date) -> Iterator[Oddity]:
    """The number of an identity document must be one of the sort that is named."""
    named = claims.get("holder_id_type")
    if named in (None, _OTHER):
        return
    seen = facts_of("identity_document", claims.get("holder_id"), today).get("document")
    if seen and named != seen:
        yield Oddity("holder_id", "holder_id_type", _LOOKS_LIKE.filled(document=seen), refuses=True)


def team_rank(claims: Claims, today: date) -> Iterator[Oddity]:
    """A rank within the list of names, and at that place the holder."""
    del today
    team, rank, name = claims.get("team"), claims.get("rank"), claims.get("holder_name")
    if not isinstance(team, tuple):
        return
    names = [norm_name(each) for each in team]
    if isinstance(rank, int) and rank > len(names):
        yield Oddity("rank", "team", _TOO_LOW.filled(count=len(names)), refuses=True)
    elif isinstance(name, str) and isinstance(rank, int) and names[rank - 1] != norm_name(name):
        yield Oddity("holder_name", "rank", _NOT_THERE.filled(rank=rank), refuses=True)
    elif isinstance(name, str) and norm_name(name) not in names:
        yield Oddity("holder_name", "team", _NOT_LISTED, refuses=False)


def hours_sum(claims: Claims, today: date) -> Iterator[Oddity]:
    """Hours of public and of professional subjects make up the whole; some places count others besides."""
    del today
    hours, parts = claims.get("hours"), [claims.get("public_hours"), claims.get("professional_hours")]
    given = [part for part in parts if isinstance(part, int)]
    total, last = sum(given), "professional_hours" if isinstance(parts[1], int) else "public_hours"
    if isinstance(hours, int) and given and total > hours:
        yield Oddity("hours", last, _MORE.filled(total=total), refuses=True)
    elif isinstance(hours, int) and len(given) == len(parts) and total < hours:
        yield Oddity("hours", last, _LESS.filled(total=total), refuses=False)


def book_parts(claims: Claims, today: date) -> Iterator[Oddity]:
    """Parts of a book are their authors', and together not longer than the book."""
    authors, lines, words = claims.get("authors"), claims.get("contributions"), claims.get("words")
    if not isinstance(lines, tuple):
        return
    parts = [facts_of("contribution_line", line, today) for line in lines]
    names = {norm_name(each) for each in authors} if isinstance(authors, tuple) else set()
    strangers = [str(part["name"]) for part in parts if part and names and norm_name(str(part["name"])) not in names]
    if strangers:
        yield Oddity("contributions", "authors", _NOT_AUTHOR.filled(name=strangers[0]), refuses=False)
    total = sum(int(part["words"]) for part in parts if part)
    if isinstance(words, int) and total > words:
        yield Oddity("contributions", "words", _MORE.filled(total=total), refuses=True)


def list_grade(claims: Claims, today: date) -> Iterator[Oddity]:
    """A list that warns cannot ask for refusal: it says of itself that it is no judgement."""
    del today
    if claims.get("list_type") == "预警期刊" and claims.get("grade") == "不予认可":
        yield Oddity("grade", "list_type", _NO_JUDGEMENT, refuses=True)
