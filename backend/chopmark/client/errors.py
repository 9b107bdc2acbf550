"""What can go wrong between a caller and a site; never the token, never what was sent.

::

    SiteError               anything about a site
    ├── SiteRefused         the site answered with a problem (RFC 9457): its code, its sentences, its findings
    ├── SiteUnreachable     it did not answer: nobody knows
    ├── SiteNonsense        it answered something that is no answer of a Chopmark site
    ├── SiteContradicted    it said what the caller's own check refutes                                        exit 1
    ├── StillWaiting        it has not finished within the time given
    └── TokenUnusable       there is no usable token

"""

from __future__ import annotations

import re
from typing import Final

from chopmark.core.finding import Finding
from chopmark.errors import ChopmarkError
from chopmark.wording import Language, Wording

_CODE: Final = re.compile(r"[A-Z][0-9]{3}", re.ASCII)


class SiteError(ChopmarkError):
    """Anything about a site. ``status``: of its answer, 0 if there was none; ``findings``: what it found wrong."""

    code = "E700"
    wording = Wording("站点 {site} 出错：{why}", "The site {site} failed: {why}", "请稍后重试", "Try again later")
    status: int = 0
    findings: tuple[Finding, ...] = ()


class SiteRefused(SiteError):
    """A problem that the site told, in its own words: ``code``, sentences and next steps are the site's.

    ``errors``: which parts of a request have the wrong shape. ``request``: the site's name for the request, for its
    operator. ``retry_after``: seconds, None if the site names none.
    """

    def __init__(
        self,
        *,
        site: str,
        status: int,
        code: str,
        said: Wording,
        findings: tuple[Finding, ...] = (),
        errors: tuple[str, ...] = (),
        request: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.findings = findings
        self.errors = errors
        self.request = request
        self.retry_after = retry_after
        self.site = site
        self._said = said
        # The class has a code for what the site does not name; each problem has the site's.
        self.code = code if _CODE.fullmatch(code) else "E700"  # type: ignore[misc]
        # A site that is busy or cannot reach its chain leaves things open; a refusal closes them.
        self.exit_code = 3 if status in _OPEN else 2  # type: ignore[misc]
        super().__init__(site=site, status=status)

    def say(self, language: Language) -> str:
        """The site's sentence; with what is wrong with the request's shape, if that is it."""
        said = self._said.fact(language, {})
        return f"{said} ({'; '.join(self.errors)})" if self.errors else said

    def next_step(self, language: Language) -> str:
        """The site's remedy."""
        return self._said.next_step(language, {})


class SiteUnreachable(SiteError):
    """The site did not answer. Whether it got the request is not known; a write may be repeated with the same key."""

    code = "E701"
    exit_code = 3
    wording = Wording(
        "无法连接站点 {site}：{why}",
        "The site {site} cannot be reached: {why}",
        "请检查网址与网络后重跑；同一操作不会重复登记",
        "Check address and network, then run again; nothing is registered twice",
    )


class SiteNonsense(SiteError):
    """An answer that no Chopmark site gives: another program, a proxy's page, too much, a detour elsewhere."""

    code = "E702"
    exit_code = 3
    wording = Wording(
        "站点 {site} 的回答不可用：{why}",
        "The answer of the site {site} cannot be used: {why}",
        "请检查网址；若网址无误，请告知该站点的管理员",
        "Check the address; if it is right, tell the site's operator",
    )


class SiteContradicted(SiteError):
    """The site said what the caller's own files, trust and nodes refute. ``findings``: what, one by one (``S…``)."""

    code = "E703"
    exit_code = 1
    wording = Wording(
        "站点 {site} 的说法与自行核验不符：{why}",
        "What the site {site} says does not agree with one's own check: {why}",
        "以自行核验为准；请保留其回答并告知授权机构",
        "Go by your own check; keep the site's answer and tell the authority",
    )

    def __init__(self, *, site: str, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        said = Wording(
            "；".join(f"{found.code} {found.say(Language.ZH)}" for found in findings[:3]),
            "; ".join(f"{found.code} {found.say(Language.EN)}" for found in findings[:3]),
        )
        super().__init__(site=site, why=Wording("{zh}", "{en}").filled(zh=said.zh, en=said.en))


class StillWaiting(SiteError):
    """The site goes on with it, but not within the time given."""

    code = "E704"
    exit_code = 3
    wording = Wording(
        "站点 {site} 在 {seconds} 秒内没有完成 {name}（目前：{state}）",
        "The site {site} has not finished {name} within {seconds} s (now: {state})",
        "已受理的内容不会丢失，稍后再查",
        "What was accepted is safe; ask again later",
    )


class TokenUnusable(SiteError):
    """There is no usable token: a file that others can read, that is empty, or that is not there."""

    code = "E705"
    wording = Wording("令牌不可用：{why}", "The token cannot be used: {why}", "{fix_zh}", "{fix_en}")


_OPEN: Final = frozenset({408, 429, 500, 502, 503, 504})
