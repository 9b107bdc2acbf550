"""``chopmark verify --site URL``: one's own verdicts, shown as ever; below them what the site says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.remote.saying import note, note_findings, out
from chopmark.cli.remote.site import connect

if TYPE_CHECKING:
    from chopmark.client import Verification
    from chopmark.core.finding import Finding


def verify(paths: Sequence[Path], declared: Sequence[str], kind: str) -> int:
    """Verify with the site's help; the exit code."""
    from chopmark.cli.terminal import plain
    from chopmark.cli.verdicts import SKIPPED, show
    from chopmark.kinds import all_kinds
    from chopmark.services.verify.materials import Limits

    settings = T.settings
    limits = Limits(settings.max_file_bytes, settings.max_files)
    done = connect().verify(list(paths), list(declared), kind=kind, limits=limits)
    for name, why in done.skipped:
        reason, shown = SKIPPED[why], plain(name)
        note(f"跳过 {shown}：{reason.zh}", f"Skipped {shown}: {reason.en}")
    if T.json:
        for each in done:
            T.answer(each.as_json())
        _note_whole(done)
        return done.exit_code
    show([each.own for each in done], {each.code: each for each in all_kinds()})
    _say_site(done)
    return done.exit_code


def _say_site(done: Verification) -> None:
    """What the site says beside one's own verdicts."""
    out("")
    if done.trouble is not None:
        out(
            f"站点没有回答，以上为自行核验：{done.trouble.code} {done.trouble.say(T.language)}",
            f"The site did not answer; the above is one's own check: {done.trouble.code} {done.trouble.say(T.language)}",
        )
    else:
        out(f"站点 {done.site} 的说法：", f"What the site {done.site} says:")
    _say("", done.differences)
    for each in done:
        # That it was silent stands above, once for all.
        _say(each.name, [found for found in (*each.differences, *each.remarks) if found.code != "S016"])
    if not done.all_differences and done.trouble is None:
        out("  没有与自行核验相矛盾之处", "  nothing that contradicts one's own check")


def _say(name: str, findings: Sequence[Finding]) -> None:
    for found in findings:
        before = f"{name}: " if name else ""
        out(f"  {found.code} {before}{found.say(T.language)}")
        if step := found.next_step(T.language):
            out(f"       → {step}")


def _note_whole(done: Verification) -> None:
    """With ``--json``: what is about no single material, where it does not disturb the lines."""
    note_findings(done.differences)
    if done.trouble is not None:
        note(f"{done.trouble.code} {done.trouble.say(T.language)}")
