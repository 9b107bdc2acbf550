"""HTTP as another system's program speaks it: the standard library alone, nothing of Chopmark's own."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

API: Final = "/api/v1"
_PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request was answered."""

    asked: str
    status: int
    headers: Message
    body: bytes

    @property
    def value(self) -> Any:
        """The JSON value of the body. Raises ``ValueError`` if it is none."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem, or nothing."""
        try:
            return str(self.value["code"])
        except (ValueError, LookupError, TypeError):
            return ""

    def tell(self) -> str:
        """All of it, for a person looking for a fault."""
        shown = self.body[:4000].decode("utf-8", "replace")
        return f"{self.asked}   → {self.status} {self.headers.get('Content-Type', '')}\n{shown}"


@dataclass(frozen=True, slots=True)
class Wire:
    """One caller of a service. ``token``: empty for a caller who shows none."""

    url: str
    token: str = ""
    language: str = "en"

    def __repr__(self) -> str:
        return f"Wire({self.url})"

    def get(self, path: str, **query: str | int) -> Reply:
        """GET below ``/api/v1``."""
        return self.send("GET", API + path + _query(query))

    def root(self, path: str) -> Reply:
        """GET what stands beside the API: health and figures."""
        return self.send("GET", path)

    def post(self, path: str, value: object, key: str = "", **query: str | int) -> Reply:
        """POST a JSON value. ``key``: the Idempotency-Key."""
        data = json.dumps(value, ensure_ascii=False).encode()
        return self.send("POST", API + path + _query(query), data, "application/json", key)

    def upload(
        self, path: str, files: Sequence[tuple[str, Path]], fields: Mapping[str, str], key: str = "", **query: str | int
    ) -> Reply:
        """POST a form. ``files``: part and file, whose own name is told."""
        boundary = secrets.token_hex(16)
        data = b"".join(
            [
                *(_part(boundary, f'name="{name}"', text.encode()) for name, text in fields.items()),
                *(_part(boundary, f'name="{n}"; filename="{f.name}"', f.read_bytes(), _OCTETS) for n, f in files),
                f"--{boundary}--\r\n".encode(),
            ]
        )
        return self.send("POST", API + path + _query(query), data, f"multipart/form-data; boundary={boundary}", key)

    def send(self, method: str, path: str, data: bytes | None = None, media_type: str = "", key: str = "") -> Reply:
        """Any request. Raises ``OSError`` if nobody answers."""
        headers = {"Accept-Language": self.language, "Authorization": f"Bearer {self.token}" if self.token else ""}
        headers |= {"Content-Type": media_type, "Idempotency-Key": key}
        given = {name: text for name, text in headers.items() if text}
        request = urllib.request.Request(self.url + path, data, given, method=method)  # noqa: S310 -- our own service
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:  # noqa: S310
                return Reply(f"{method} {path}", reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Reply(f"{method} {path}", refusal.code, refusal.headers, refusal.read())


_OCTETS: Final = "Content-Type: application/octet-stream\r\n"


def _part(boundary: str, disposition: str, content: bytes, more: str = "") -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n"
    return head.encode() + content + b"\r\n"


def _query(query: Mapping[str, str | int]) -> str:
    return "?" + urlencode(query, quote_via=quote) if query else ""
