"""What to try on the running site: commands to copy."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from _demo.folder import Folder
from _demo.founding import REVOKED_ROW
from _demo.materials import Materials
from _demo.say import Voice
from _demo.site import Site
from _demo.tokens import REVIEWER


def try_next(site: Site, voice: Voice) -> None:
    """Print the commands, with paths as they are typed in the working folder."""
    say, folder, materials = voice.line, site.folder, site.materials
    first, revoked = materials.printed(0), materials.printed(REVOKED_ROW)
    bundle = folder.bundles / f"{first.stem}.chopmark.json"
    say()
    say("另开一个终端，在本目录先执行：", "In another terminal, in this folder, first:")
    say(f'  export CHOPMARK_HOME={shown(folder.home)} PATH={shown(Path(sys.prefix) / "bin")}:"$PATH"')
    say("然后可以试试：", "Then try:")
    tries: Sequence[tuple[str, str, Sequence[str | Path]]] = (
        ("核验一份原件", "verify an original", ("verify", first)),
        (
            "核验一份扫描件（凭证包 + 填报姓名）",
            "verify a scan, with its bundle and the declared name",
            ("verify", materials.scan, bundle, "--declared", f"holder_name={materials.rows[0].name}"),
        ),
        ("核验已撤销的证书", "verify a revoked certificate", ("verify", revoked)),
        ("核验未登记的证书", "verify one that nobody registered", ("verify", materials.stranger)),
        (
            "再次登记同一名单（不会重复登记）",
            "register the same list again (nothing happens twice)",
            _again(folder, materials),
        ),
        ("审计：一份凭证的来龙去脉", "audit: the life of a credential", ("audit", "credential", _number(materials))),
        ("审计：以链为准重建并比对", "audit: rebuild from the chain and compare", ("audit", "rebuild")),
    )
    for zh, en, words in tries:
        say(f"  # {zh}", f"  # {en}")
        say("  chopmark " + " ".join(shown(word) for word in words))
    say(
        f"别的系统用 HTTP（令牌在 {shown(folder.tokens)}）：",
        f"Other systems speak HTTP (tokens: {shown(folder.tokens)}):",
    )
    for zh, en, line in over_http(site):
        say(f"  # {zh}", f"  # {en}")
        say(f"  {line}")
    say()


def over_http(site: Site) -> Sequence[tuple[str, str, str]]:
    """Lines for a shell that put the same questions to the service: with curl, and by a remote `chopmark`."""
    url, token, file = site.service.url, shown(site.tokens.path(REVIEWER)), shown(site.materials.printed(0))
    bearer = f'-H "Authorization: Bearer $(cat {token})"'
    return (
        ("能否服务", "is it ready", f"curl -s {url}/readyz"),
        ("核验一份原件", "verify an original", f"curl -s {bearer} -F file=@{file} {url}/api/v1/verifications"),
        (
            "同上，由 chopmark 提问并自行复核",
            "the same by chopmark, which checks the answer itself",
            f"chopmark --site {url} --token-file {token} verify {file}",
        ),
    )


def _again(folder: Folder, materials: Materials) -> Sequence[str | Path]:
    sheet = materials.sheets[0]
    issuer = ("--issuer", sheet.issuer, "--bundles", folder.bundles)
    return ("register", "--sheet", sheet.path, "--files", sheet.files, "--kind", sheet.kind, *issuer, "--yes")


def _number(materials: Materials) -> str:
    return materials.rows[REVOKED_ROW].certificate_number


def shown(word: str | Path) -> str:
    """A word as it is typed: a path relative to the working folder if that is shorter, quoted if the shell needs it."""
    if isinstance(word, Path):
        relative = os.path.relpath(word)
        word = relative if len(relative) < len(str(word)) else str(word)
    if re.fullmatch(r"[\w@%+=:,./·-]+", word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
