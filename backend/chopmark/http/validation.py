"""What pydantic says about a request, in our words: the place and the rule, never the value.

Its own sentences may quote what was sent; so a sentence is chosen by the rule's name, and of the rule's facts only limits
and choices, which are ours, are said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chopmark.http.problems import WrongShape
from chopmark.wording import Wording

MOST: Final = 100
"""Errors that are told."""
PLACE: Final = 120
"""Characters of a place."""

_ANY: Final = Wording("值不可用", "the value cannot be used")
_RULES: Final[Mapping[str, Wording]] = {
    "missing": Wording("缺少该项", "it is missing"),
    "extra_forbidden": Wording("没有这一项", "there is no such member"),
    "string_type": Wording("应为文本", "it must be text"),
    "string_too_short": Wording("至少 {min_length} 个字符", "it must have at least {min_length} characters"),
    "string_too_long": Wording("最多 {max_length} 个字符", "it may have at most {max_length} characters"),
    "string_pattern_mismatch": Wording("格式不符：{pattern}", "it must match {pattern}"),
    "int_type": Wording("应为整数", "it must be a whole number"),
    "int_parsing": Wording("应为整数", "it must be a whole number"),
    "int_from_float": Wording("应为整数", "it must be a whole number"),
    "bool_type": Wording("应为 true 或 false", "it must be true or false"),
    "bool_parsing": Wording("应为 true 或 false", "it must be true or false"),
    "list_type": Wording("应为数组", "it must be an array"),
    "dict_type": Wording("应为对象", "it must be an object"),
    "model_attributes_type": Wording("应为对象", "it must be an object"),
    "model_type": Wording("应为对象", "it must be an object"),
    "too_short": Wording("至少 {min_length} 项", "it must have at least {min_length} items"),
    "too_long": Wording("最多 {max_length} 项", "it may have at most {max_length} items"),
    "greater_than_equal": Wording("应不小于 {ge}", "it must be at least {ge}"),
    "greater_than": Wording("应大于 {gt}", "it must be more than {gt}"),
    "less_than_equal": Wording("应不大于 {le}", "it must be at most {le}"),
    "less_than": Wording("应小于 {lt}", "it must be less than {lt}"),
    "enum": Wording("可选：{expected}", "it must be one of: {expected}"),
    "literal_error": Wording("可选：{expected}", "it must be one of: {expected}"),
    "datetime_parsing": Wording("应为 RFC 3339 时间", "it must be an RFC 3339 time"),
    "datetime_from_date_parsing": Wording("应为 RFC 3339 时间", "it must be an RFC 3339 time"),
    "timezone_aware": Wording("时间应带时区", "the time must have a zone"),
    "date_parsing": Wording("应为 年-月-日", "it must be year-month-day"),
    "date_from_datetime_parsing": Wording("应为 年-月-日", "it must be year-month-day"),
    "json_invalid": Wording("不是 JSON", "it is no JSON"),
}
_FACTS: Final = frozenset({"min_length", "max_length", "pattern", "ge", "gt", "le", "lt", "expected"})


def wrong_shape(errors: Sequence[Mapping[str, Any]]) -> WrongShape:
    """The error for what pydantic found."""
    return WrongShape([(place(error["loc"]), _rule(error)) for error in errors[:MOST]])


def place(parts: Sequence[object]) -> str:
    """Where in the request, as ``body.credentials.3.kind``; names that a caller made up are shortened and made plain."""
    whole = ".".join(str(part) for part in parts) or "body"
    return "".join(char if char.isprintable() else "?" for char in whole[:PLACE])


def _rule(error: Mapping[str, Any]) -> Wording:
    context = error.get("ctx") or {}
    facts = {name: value for name, value in context.items() if name in _FACTS}
    return _RULES.get(error["type"], _ANY).filled(**facts)
