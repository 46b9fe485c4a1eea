"""The file that stands for a gateway: whole lines on the disk, by several processes, and what a fault leaves behind."""

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from p24tui.clock import SetClock
from p24tui.errors import Unavailable
from p24tui.gateways.outgoing import file as file_module
from p24tui.gateways.outgoing.file import FileGateway
from p24tui.gateways.outgoing.model import (
    Accepted,
    Fate,
    Gateway,
    Invitation,
    NotNow,
    Outgoing,
    Problem,
    Report,
    Uncertain,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SMS = Outgoing("abc123", "+46701740605", "Hej!\nÅsa \ud83d\x00")
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="the file system has no such modes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outgoing.jsonl"


@pytest.fixture
def gateway(path: Path) -> FileGateway:
    return FileGateway(path, SetClock(NOW))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_what_is_sent_stands_in_the_file(gateway: FileGateway, path: Path) -> None:
    assert gateway.send(SMS) == Accepted("abc123", 1)
    invitation = Invitation("visit-1", 2, NOW, NOW + timedelta(minutes=15), cancelled=True)
    assert gateway.send(Outgoing("2", "maria@example.se", "Hej", "Ämne", invitation)) == Accepted("2", 1)
    assert lines(path) == [
        {
            "id": "abc123",
            "to": "+46701740605",
            "text": SMS.text,
            "subject": "",
            "invitation": None,
            "at": "2026-03-02T09:00:00+00:00",
        },
        {
            "id": "2",
            "to": "maria@example.se",
            "text": "Hej",
            "subject": "Ämne",
            "invitation": {
                "uid": "visit-1",
                "sequence": 2,
                "starts_at": "2026-03-02T09:00:00+00:00",
                "ends_at": "2026-03-02T09:15:00+00:00",
                "cancelled": True,
            },
            "at": "2026-03-02T09:00:00+00:00",
        },
    ]


def test_what_is_sent_twice_stands_there_twice(gateway: FileGateway, path: Path) -> None:
    gateway.send(SMS)
    gateway.send(SMS)
    assert [line["id"] for line in lines(path)] == ["abc123", "abc123"]


@on_posix
@pytest.mark.parametrize("before", [None, 0o644])
def test_only_its_owner_reads_the_file(gateway: FileGateway, path: Path, before: int | None) -> None:
    if before is not None:
        path.touch()
        path.chmod(before)
    gateway.send(SMS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_on_the_disk_before_it_is_accepted(
    gateway: FileGateway, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    right = os.fsync

    def sync(file: int) -> None:
        synced.append(os.fstat(file).st_ino)
        right(file)

    monkeypatch.setattr(os, "fsync", sync)
    gateway.send(SMS)
    assert path.stat().st_ino in synced
    if sys.platform != "win32":
        assert path.parent.stat().st_ino in synced, "nor is the name of a new file lost"


_WRITER = """
import sys
from pathlib import Path
from p24tui.clock import SystemClock
from p24tui.gateways.outgoing.file import FileGateway
from p24tui.gateways.outgoing.model import Accepted, Outgoing
gateway = FileGateway(Path(sys.argv[1]), SystemClock())
for number in range(50):
    id = f"{sys.argv[2]}-{number}"
    assert gateway.send(Outgoing(id, "+46701740605", "x" * 20_000)) == Accepted(id)
"""


def test_several_processes_and_threads_append_whole_lines(gateway: FileGateway, path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(path), str(n)]) for n in range(3)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: gateway.send(Outgoing(f"own-{n}", "", "y" * 20_000)), range(50)))
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    expected = [f"{n}-{number}" for n in (0, 1, 2, "own") for number in range(50)]
    assert sorted(line["id"] for line in lines(path)) == sorted(expected)


@pytest.mark.hazard("H13")
def test_what_is_in_the_file_was_taken_and_what_is_not_was_not(gateway: FileGateway, path: Path) -> None:
    assert gateway.look_up(SMS, "", NOW) is None
    gateway.send(SMS)
    assert gateway.look_up(SMS, "", NOW) == Report(Fate.TAKEN, "abc123", "abc123")
    assert gateway.look_up(Outgoing("other", "", ""), "", NOW) is None


_TORN = [b'{"id": "abc123", "to": "+467', b"{", b"\xff", b"[" * 100_000, b'["abc123"]', b'{"id": 1}', b"\0" * 10]


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("torn", _TORN, ids=range(len(_TORN)))
def test_a_torn_line_is_no_message_and_does_not_swallow_the_next(gateway: FileGateway, path: Path, torn: bytes) -> None:
    path.write_bytes(torn)
    assert gateway.look_up(SMS, "", NOW) is None
    assert gateway.send(SMS) == Accepted("abc123")
    assert gateway.look_up(SMS, "", NOW) == Report(Fate.TAKEN, "abc123", "abc123")
    assert path.read_bytes().startswith(torn + b"\n")


def full_disk(right: Callable[[int, bytes], int], room: int) -> Callable[[int, bytes], int]:
    def write(file: int, line: bytes) -> int:
        if room == 0:
            raise OSError(28, "No space left on device")
        return right(file, line[:room])

    return write


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("room", [0, 1, 20])
def test_on_a_full_disk_nothing_is_left_and_it_is_surely_not_taken(
    gateway: FileGateway, path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    gateway.send(Outgoing("1", "", ""))
    before = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full_disk(os.write, room))
        assert gateway.send(SMS) == NotNow(Problem.UNREACHABLE)
    assert path.read_bytes() == before
    assert gateway.send(SMS) == Accepted("abc123")


@pytest.mark.hazard("H13")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_device_is_no_file() -> None:
    assert FileGateway(Path("/dev/full"), SetClock(NOW)).send(SMS) == NotNow(Problem.UNREACHABLE)


@pytest.mark.hazard("H13")
def test_what_can_neither_be_written_nor_taken_out_is_uncertain(
    gateway: FileGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "write", full_disk(os.write, 20))
    monkeypatch.setattr(os, "ftruncate", refuse)
    assert gateway.send(SMS) == Uncertain(Problem.CUT_OFF)


@pytest.mark.hazard("H13")
def test_what_may_not_have_reached_the_disk_is_uncertain(gateway: FileGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    assert gateway.send(SMS) == Uncertain(Problem.FAULT)


@pytest.mark.hazard("H13")
def test_where_it_cannot_be_written_it_is_surely_not_taken(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "file", tmp_path / "no\x00name"):
        gateway = FileGateway(path, SetClock(NOW))
        assert gateway.send(SMS) == NotNow(Problem.UNREACHABLE)
        assert gateway.look_up(SMS, "", NOW) is None
        with pytest.raises(Unavailable) as caught:
            gateway.check()
        assert (caught.value.part, caught.value.detail) == ("file", Problem.UNREACHABLE)


@pytest.mark.hazard("H13")
def test_a_file_that_another_keeps_locked_is_waited_for_and_then_left(
    gateway: FileGateway, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = []
    with file_module._opened(path):
        monkeypatch.setattr(file_module, "ANSWERS_WITHIN", 0.05)
        assert gateway.send(SMS) == NotNow(Problem.BUSY)
        monkeypatch.setattr(file_module, "ANSWERS_WITHIN", 5.0)
        waiting = threading.Thread(target=lambda: answers.append(gateway.send(SMS)))
        waiting.start()
        waiting.join(0.05)
        assert answers == []
    waiting.join(5)
    assert answers == [Accepted("abc123")]


def test_the_check_says_where_the_file_is_and_writes_nothing(gateway: FileGateway, path: Path) -> None:
    assert gateway.check() == str(path)
    assert list(path.parent.iterdir()) == []
    gateway.send(SMS)
    before = path.read_bytes()
    assert gateway.check() == str(path)
    assert path.read_bytes() == before


def test_it_is_a_gateway_that_does_not_leave_the_machine(gateway: FileGateway) -> None:
    one: Gateway = gateway
    assert (one.name, one.leaves_machine) == ("file", False)
    one.listen(lambda _: None)
    one.close()
