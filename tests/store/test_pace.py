"""A file that is written ends the waiting for it, and is never opened for that."""

import sys
import threading
import time
from pathlib import Path

import pytest

from p24tui.store import pace
from p24tui.store.pace import Pace, Written, written

LONG = 60.0
"""Seconds that nobody waits for."""

AT_ONCE = 5.0
"""Seconds that a busy machine may take for what happens at once."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "p24.db-wal"
    path.write_bytes(b"frame")
    return path


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"frame")


@pytest.mark.hazard("H22")
def test_a_write_ends_the_waiting_and_one_before_it_too(log: Path) -> None:
    written = Written(log)
    try:
        later = threading.Timer(0.05, append, [log])
        later.start()
        assert written.wait(LONG)
        later.join()
        append(log)
        assert written.wait(LONG), "what was written while nobody waited"
        log.read_bytes()
        assert not written.wait(0.01), "a file that is read is not written"
    finally:
        written.close()


def test_the_file_is_never_opened(log: Path) -> None:
    written = Written(log)
    try:
        assert not any(each.samefile(log) for each in Path("/proc/self/fd").iterdir() if each.exists())
    finally:
        written.close()


def test_whoever_waits_can_be_woken_and_not_once_it_is_closed(log: Path) -> None:
    written = Written(log)
    written.wake()
    assert written.wait(LONG)
    written.close()
    written.wake()


def test_what_cannot_be_watched_is_not(tmp_path: Path) -> None:
    assert written(tmp_path / "none") is None


@pytest.mark.hazard("H22")
def test_where_all_is_quiet_one_rests_until_something_is_written(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "QUIET_AFTER", 0.0)
    monkeypatch.setattr(pace, "WRITTEN_LOOK_EVERY", LONG)
    with Pace(log) as rests:
        began = time.monotonic()
        append(log)
        rests.rest()
        assert time.monotonic() - began < AT_ONCE
        rests.wake()
        rests.rest()
        assert time.monotonic() - began < AT_ONCE


def test_the_more_one_found_the_longer_one_rests(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rested: list[float] = []
    monkeypatch.setattr("p24tui.store.pace.time.sleep", rested.append)
    with Pace(log) as rests:
        for changes in (0, 1, 5, 5000):
            rests.found(changes)
            rests.rest()
        rests.rest()
    assert rested == [0.025, 0.025, 0.1, 0.25, 0.025]
