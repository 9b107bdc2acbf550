"""Where a site is: a web address without anything secret in it, encrypted unless it is this machine."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from chopmark.errors import UsageError
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """``base``: what paths are added to. ``shown``: scheme, host and port, for people."""

    base: str
    shown: str

    @classmethod
    def parse(cls, url: str, *, plain_http: bool = False) -> SiteAddress:
        """Read what somebody typed. ``plain_http``: allow an unencrypted way to another machine.

        Raises ``UsageError``.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or not url.isprintable():
            raise UsageError(why=_NO_ADDRESS)
        if parts.username is not None or parts.password is not None:
            raise UsageError(why=_NO_LOGIN)
        name = f"[{host}]" if ":" in host else host
        shown = f"{parts.scheme}://{name}" + (f":{port}" if port else "")
        if parts.scheme == "http" and not plain_http and not _is_here(host):
            raise UsageError(why=_PLAIN.filled(site=shown))
        return cls(shown + parts.path.rstrip("/"), shown)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_NO_ADDRESS: Final = Wording(
    "站点网址须形如 https://主机[:端口][/路径]", "the address of a site reads https://host[:port][/path]"
)
_NO_LOGIN: Final = Wording(
    "站点网址中不可写用户名、口令；请用令牌文件", "no user name or password goes into the address; use a token file"
)
_PLAIN: Final = Wording(
    "{site} 未加密：令牌与材料会被途中的人看到，请用 https://",
    "{site} is not encrypted: whoever is on the way sees token and materials; use https://",
)
