"""What a killed run of the demonstration left behind is ended; nobody else's process is."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from _demo.left_behind import end_left_behind


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose command names a folder of ours."""
    command = [sys.executable, "-c", "input()", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as started:
        yield started
        started.kill()


def test_the_process_of_the_record_is_ended(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    record = tmp_path / "service.pid"
    record.write_text(str(process.pid), encoding="ascii")
    # Somebody takes note of its end, as init does for one whose parent is gone.
    waiting = threading.Thread(target=process.wait)
    waiting.start()
    assert end_left_behind(record, tmp_path) == process.pid
    waiting.join(5)
    assert process.returncode == -15


def test_a_process_that_got_the_number_later_is_left_alone(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    record = tmp_path / "service.pid"
    record.write_text(str(process.pid), encoding="ascii")
    assert end_left_behind(record, tmp_path / "another") == 0
    assert process.poll() is None


@pytest.mark.parametrize("content", ["", "no number", "0"])
def test_a_record_that_says_nothing_ends_nothing(content: str, tmp_path: Path) -> None:
    record = tmp_path / "service.pid"
    record.write_text(content, encoding="ascii")
    assert end_left_behind(record, tmp_path) == 0
    assert end_left_behind(tmp_path / "none", tmp_path) == 0
