"""``chopmark verify`` as a reviewer runs it: words, exit codes, JSON Lines, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chopmark.cli.app import TERMINAL, main
from chopmark.core.words import Op
from chopmark.wording import Language
from tests.fixtures import issued, paper
from tests.fixtures.world import World

pytestmark = pytest.mark.chain


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Chopmark = Callable[..., Ran]


@pytest.fixture
def chopmark(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Chopmark:
    """Runs a command in this process, in English, with the world's home folder."""
    for name in ("CHOPMARK_HOME", "CHOPMARK_TRUST", "CHOPMARK_LANG", "CHOPMARK_DATABASE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, lang: str = "en", home: Path | None = None) -> Ran:
        monkeypatch.setattr(TERMINAL, "_site", None)
        monkeypatch.setattr(TERMINAL, "json", False)
        monkeypatch.setattr(TERMINAL, "language", Language.EN)
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(["--home", str(home or world.home), "--lang", lang, *map(str, arguments)])
        told = capsys.readouterr()
        code = left.value.code
        return Ran(code if isinstance(code, int) else 0, told.out, told.err)

    return run


@pytest.fixture
def dossier(world: World, tmp_path: Path) -> Path:
    """One good, one altered, one scan without a bundle; the issuer's profile beside them."""
    good, altered = paper.certificate_pdf("good"), paper.certificate_pdf("altered")
    folder = tmp_path / "dossier"
    folder.mkdir()
    for name, data in (("good", good), ("altered", altered)):
        (folder / f"{name}.pdf.chopmark.json").write_bytes(world.issue(files=[data]).data)
    (folder / "good.pdf").write_bytes(good)
    (folder / "altered.pdf").write_bytes(paper.one_byte_changed(altered))
    (folder / "scan.jpg").write_bytes(paper.scan_jpeg())
    (folder / "issuer.profile.json").write_bytes(world.issuer.profile.document())
    return folder


def test_a_dossier(chopmark: Chopmark, dossier: Path) -> None:
    ran = chopmark("verify", dossier)
    assert ran.code == 1
    assert "✓ good.pdf  Verified (exact file)" in ran.out
    assert "Oriental University of Technology (No. 2, site https://oriental.example)" in ran.out
    assert "✗ altered.pdf  Mismatch" in ran.out
    assert "? scan.jpg  Cannot check now" in ran.out
    assert "3 materials: Verified 1 · Cannot check now 1 · Mismatch 1" in ran.out
    assert "Chain devnet (31337), as of block" in ran.out
    assert "→" in ran.out
    assert "fake" not in ran.out.lower()


def test_bundles_that_no_file_found_are_pointed_at(chopmark: Chopmark, dossier: Path) -> None:
    assert "belong to no file" not in chopmark("verify", dossier).out
    (dossier / "good.pdf").rename(dossier.parent / "elsewhere.pdf")
    ran = chopmark("verify", dossier)
    assert "Bundles that belong to no file here: 1; files without a bundle: 1." in ran.out
    assert "有 1 个凭证包不属于这里的任何文件" in chopmark("verify", dossier, lang="zh").out


def test_in_chinese(chopmark: Chopmark, dossier: Path) -> None:
    ran = chopmark("verify", dossier, lang="zh")
    assert "✓ good.pdf  已核实（文件逐字节一致）" in ran.out
    assert "东方理工大学（No. 2, 网址 https://oriental.example）" in ran.out
    assert "共 3 份材料：已核实 1 · 无法核验 1 · 不一致 1" in ran.out
    assert "北京时间" in ran.out
    assert "假" not in ran.out


def test_exit_codes(chopmark: Chopmark, dossier: Path) -> None:
    good = [dossier / "good.pdf", dossier / "good.pdf.chopmark.json"]
    assert chopmark("verify", *good).code == 0
    assert chopmark("verify", dossier / "scan.jpg").code == 3
    assert chopmark("verify", dossier / "scan.jpg", *good).code == 3
    assert chopmark("verify", dossier / "gone.pdf").code == 2
    assert chopmark("verify").code == 2


def test_json_lines(chopmark: Chopmark, dossier: Path, world: World) -> None:
    ran = chopmark("verify", dossier, "--json")
    assert ran.code == 1
    by_name = {line["material"]: line for line in ran.lines}
    assert {name: line["verdict"] for name, line in by_name.items()} == {
        "good.pdf": "verified",
        "altered.pdf": "mismatch",
        "scan.jpg": "cannot_check",
    }
    good = by_name["good.pdf"]
    assert good["verdict_text"] == {"zh": "已核实", "en": "Verified"}
    assert good["level"] == "exact"
    assert [each["part"] for each in good["fragments"]] == ["integrity", "status", "issuer", "holder", "rules", "risk"]
    assert good["attested"]["holder_name"] == "王莉"
    assert good["issuer"]["number"] == 2
    assert good["read_at"]["chainId"] == 31337
    assert good["attestation"].startswith("eip155:31337:0x")
    assert by_name["scan.jpg"]["read_at"] is None
    finding = by_name["altered.pdf"]["fragments"][0]["findings"][0]
    assert finding["code"] == "V003"
    assert set(finding["message"]) == set(finding["next"]) == {"zh", "en"}


def test_declared_fields_by_label_or_name(chopmark: Chopmark, dossier: Path) -> None:
    good = [dossier / "good.pdf", dossier / "good.pdf.chopmark.json"]
    assert chopmark("verify", *good, "--declared", "姓名=王 莉", "--declared", "School=东方理工大学").code == 0
    ran = chopmark("verify", *good, "--declared", "holder_name=王丽", lang="zh")
    assert ran.code == 1
    assert "第2字：丽≠莉" in ran.out
    assert "V007 姓名与申报人不符" in ran.out
    one = chopmark("verify", dossier, "--declared", "good.pdf:holder_name=王丽", "--json")
    verdicts = {line["material"]: [c["equal"] for c in line["comparisons"]] for line in one.lines}
    assert verdicts == {"good.pdf": [False], "altered.pdf": [], "scan.jpg": []}


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("nonsense=1", "it is not a field of Degree"),
        ("holder_name", "not of the form field=value"),
        ("=x", "not of the form"),
        ("nobody.pdf:holder_name=x", "there is no such material"),
    ],
)
def test_a_declaration_that_means_nothing(chopmark: Chopmark, dossier: Path, declared: str, said: str) -> None:
    ran = chopmark("verify", dossier, "--declared", declared)
    assert ran.code == 2
    assert said in ran.err
    assert "→" in ran.err
    assert "Traceback" not in ran.err
    as_json = chopmark("verify", dossier, "--declared", declared, "--json")
    assert as_json.lines[0]["error"]["code"] == "E101"


def test_what_is_declared_of_another_kind_is_not_passed_over(chopmark: Chopmark, world: World, tmp_path: Path) -> None:
    done = world.issue(kind="paper", claims={"title": "论文", "authors": ("王莉",)})
    (tmp_path / "x.chopmark.json").write_bytes(done.data)
    assert chopmark("verify", tmp_path).code == 0
    ran = chopmark("verify", tmp_path, "--kind", "degree", "--declared", "holder_name=李四")
    assert ran.code == 3
    assert "V021" in ran.out
    assert "degree:holder_name" in ran.out
    assert chopmark("verify", tmp_path, "--kind", "degree").code == 2
    twice = chopmark("verify", tmp_path, "--declared", "title=甲", "--declared", "题名=乙")
    assert twice.code == 2
    assert "title=甲" in twice.err
    assert "题名=乙" in twice.err


def test_a_private_field_is_told_to_differ_and_no_more(chopmark: Chopmark, world: World, tmp_path: Path) -> None:
    done = world.issue(claims={**issued.CLAIMS, "holder_id": "11010519491231002X"})
    (tmp_path / "x.chopmark.json").write_bytes(done.data)
    for form in ((), ("--json",)):
        ran = chopmark("verify", tmp_path, "--declared", "holder_id=110105194912310021", *form)
        assert ran.code == 1
        assert "character 18" not in ran.out


def test_without_a_trust_file(chopmark: Chopmark, dossier: Path, tmp_path: Path) -> None:
    ran = chopmark("verify", dossier / "good.pdf", dossier / "good.pdf.chopmark.json", home=tmp_path / "empty")
    assert ran.code == 3
    assert "V001" in ran.out
    assert "V012" in ran.out
    assert "There is no trust file" in ran.err
    assert not (tmp_path / "empty").exists()  # looking leaves nothing behind


def test_a_trust_file_that_was_named_must_be_there(chopmark: Chopmark, dossier: Path, tmp_path: Path) -> None:
    ran = chopmark("--trust", tmp_path / "no.json", "verify", dossier)
    assert ran.code == 2
    assert "E300" in ran.err


def test_a_broken_trust_file(chopmark: Chopmark, dossier: Path, tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_text('{"format": "chopmark-trust-1"}')
    ran = chopmark("--trust", tmp_path / "trust.json", "verify", dossier)
    assert ran.code == 2
    assert "chains" in ran.err


def test_an_empty_folder(chopmark: Chopmark, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = chopmark("verify", tmp_path / "empty")
    assert ran.code == 2
    assert "nothing to verify" in ran.err


def test_both_sides_of_a_correction(chopmark: Chopmark, world: World, tmp_path: Path) -> None:
    old = world.issue(files=[b"old"])
    new = world.issue(files=[b"new"], replaces=old.credential.commitment)
    world.supersede(old, new)
    for name, done in (("old", old), ("new", new)):
        (tmp_path / f"{name}.txt").write_bytes(name.encode())
        (tmp_path / f"{name}.chopmark.json").write_bytes(done.data)
    ran = chopmark("verify", tmp_path)
    assert ran.code == 1
    assert "Superseded on" in ran.out
    assert "The new version was handed in too: new.txt" in ran.out


def test_a_long_list_ends_with_what_needs_attention(chopmark: Chopmark, world: World, tmp_path: Path) -> None:
    batch = world.attest([issued.credential(world.issuer.node, files=[bytes([n])]) for n in range(12)])
    world.change(Op.REVOKED, 1, batch[4])
    for number, done in enumerate(batch):
        (tmp_path / f"{number:02}.bin").write_bytes(bytes([number]))
        (tmp_path / f"{number:02}.bin.chopmark.json").write_bytes(done.data)
    ran = chopmark("verify", tmp_path)
    tail = ran.out[ran.out.index("Needs attention (1)") :]
    assert "✗ 04.bin  Revoked" in tail
    assert "05.bin" not in tail
    assert "12 materials: Verified 11 · Revoked 1" in tail


def test_names_never_steer_the_terminal(chopmark: Chopmark, tmp_path: Path) -> None:
    (tmp_path / "evil\x1b[2J\u202efdp.exe").write_bytes(b"x")
    out = chopmark("verify", tmp_path).out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "evil" in out


def test_skipped_links_are_told(chopmark: Chopmark, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert "Skipped loop: a link to a folder" in chopmark("verify", tmp_path).err


def test_a_node_that_is_down(chopmark: Chopmark, world: World, dossier: Path, tmp_path: Path) -> None:
    text = world.trust_path.read_text().replace(world.devnet.url, "http://127.0.0.1:1")
    (tmp_path / "down.json").write_text(text)
    ran = chopmark(
        "--trust", tmp_path / "down.json", "verify", dossier / "good.pdf", dossier / "good.pdf.chopmark.json"
    )
    assert ran.code == 3
    assert "result unknown, not failed" in ran.out
    assert "No chain was read" in ran.out


def test_a_locked_out_database_does_not_stop_a_check(chopmark: Chopmark, dossier: Path, tmp_path: Path) -> None:
    (tmp_path / "site.db").write_bytes(b"this is no database at all, and never was one; " * 40)
    ran = chopmark("--database", f"sqlite:///{tmp_path / 'site.db'}", "verify", dossier / "good.pdf")
    assert ran.code == 3
    assert "This site's database is not used" in ran.err
