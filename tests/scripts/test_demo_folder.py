"""The folder of a demonstration site: one user at a time, marks that survive, old data set aside and never lost."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import pytest

from _demo.folder import Folder, Taken
from _demo.running import run
from _demo.say import Voice


def test_a_second_user_is_told_who_has_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "site")
    with folder.alone():
        folder.running_at("http://127.0.0.1:1")
        with pytest.raises(Taken) as taken, Folder(tmp_path / "site").alone():
            pass
        assert taken.value.by.endswith(" http://127.0.0.1:1")
    with Folder(tmp_path / "site").alone():
        pass


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert run(tmp_path / "file", 0, 0, Voice("zh")) == 2
    assert "不是文件夹" in capsys.readouterr().err
    assert run(tmp_path / "file", 0, 0, Voice("en")) == 2
    assert "is no folder" in capsys.readouterr().err


def test_what_is_finished_is_remembered_and_added_to(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.done == {}
    folder.finish(registered_by_block=7)
    folder.finish(ready=True)
    assert Folder(tmp_path).done == {"edition": 1, "registered_by_block": 7, "ready": True}


@pytest.mark.parametrize("content", ["", "[]", "{", '{"edition": 0, "ready": true}'])
def test_a_mark_that_says_nothing_counts_as_nothing_finished(tmp_path: Path, content: str) -> None:
    (tmp_path / "ready.json").write_text(content, encoding="utf-8")
    assert Folder(tmp_path).done == {}


def test_the_passphrase_is_for_its_owner_and_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.furnish()
    first = folder.passphrase.read_text(encoding="utf-8")
    folder.furnish()
    assert folder.passphrase.read_text(encoding="utf-8") == first
    assert stat.S_IMODE(folder.passphrase.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.home.stat().st_mode) == 0o700


def test_the_trust_file_follows_the_port(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.furnish()
    folder.trust.write_text(
        json.dumps({"chains": [{"name": "devnet", "rpc": ["http://127.0.0.1:1"]}]}), encoding="utf-8"
    )
    folder.point_trust_to("http://127.0.0.1:2")
    assert json.loads(folder.trust.read_text(encoding="utf-8"))["chains"][0] == {
        "name": "devnet",
        "rpc": ["http://127.0.0.1:2"],
    }


def test_old_data_are_set_aside_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.furnish()
    folder.chain.mkdir()
    (folder.chain / "state.json").write_text("{}", encoding="utf-8")
    folder.finish(ready=True)
    aside = folder.set_aside(dt.datetime(2026, 11, 22, 10, 30, tzinfo=dt.UTC))
    assert aside.name == "old-20261122-103000"
    assert (aside / "chain" / "state.json").exists()
    assert (aside / "home" / "settings.toml").exists()
    assert folder.done == {}
    assert not folder.home.exists()
