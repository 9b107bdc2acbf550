"""Signatures for a site: the file that the signing machine reads, and handing in what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.remote.saying import out
from chopmark.cli.remote.site import connect

if TYPE_CHECKING:
    from chopmark.client import SiteClient
    from chopmark.client.answers import SigningRequest


def submit(files: Sequence[Path]) -> None:
    """Hand in signatures that were made offline; all files are read before any is sent."""
    from chopmark.services.delegation.request_file import read_file, read_signed_file

    signed = [one for path in files for one in read_signed_file(read_file(path), path.name)]
    site = connect()
    done = [site.sign(one.public_id, "0x" + one.signature.hex()) for one in signed]
    T.answer([{"id": each.id, "state": each.state} for each in done])
    for each in done:
        out(f"{each.id}  {each.state}")
    out(
        "签名已交给站点；重新运行原来的命令即可查看结果并取得凭证包",
        "The site has the signatures; run the original command again to see the result and get the bundles",
    )


def write_requests(site: SiteClient) -> list[Path]:
    """A file for each open request to register, in the current folder, for ``chopmark sign``.

    Requests about a status need all leaves of their batch, which only the site has: its operator writes those.
    """
    # A listing tells what a request is about; what is to be signed only the request itself.
    whole = (site.signing_request(each.id) for each in site.signing_requests())
    return [path for each in whole if (path := _write(site, each)) is not None]


def _write(site: SiteClient, request: SigningRequest) -> Path | None:
    import orjson

    from chopmark.core.typed_data import Attest, typed_data_of
    from chopmark.services.delegation.request_file import REQUEST_FORMAT, REQUEST_SUFFIX, read_request_file, write_file

    content, typed = request.document.get("content"), request.document.get("typed_data")
    if not isinstance(content, dict) or not isinstance(typed, dict):
        return None
    message = typed_data_of(typed).message
    if not isinstance(message, Attest):
        return None
    summary = {name: content.get(name) for name in ("verb", "kind", "count", "reason")}
    document = {
        "format": REQUEST_FORMAT,
        "issuer": {"id": message.issuer.hex(), "nameZh": site.me().institution, "nameEn": ""},
        "requests": [{"id": request.id, "content": summary, "typedData": typed}],
        "batches": [{"kind": message.kind, "commitments": content.get("commitments")}],
    }
    data = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    path = Path(f"{request.id}{REQUEST_SUFFIX}")
    read_request_file(data, path.name)  # what the signing machine would refuse is not written
    write_file(path, data)
    return path
