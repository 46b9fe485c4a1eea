"""The temporary storage: its owner's alone, and emptied by itself whatever happens to the console (H18)."""

import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.clock import SetClock, SystemClock
from p24tui.errors import BadInput, P24Error, Unavailable
from p24tui.explain import explain
from p24tui.explain.images import STORAGE_PROBLEMS
from p24tui.gateways import storage_guard, temporary_storage, viewer
from p24tui.gateways.temporary_storage import GUARDED, MARK, TemporaryStorage
from tests.world import seems_guarded

pytestmark = [
    pytest.mark.rule("IM-1", "IM-2"),
    pytest.mark.hazard("H18"),
    pytest.mark.skipif(os.name != "posix", reason="refused on Windows, which has its own test"),
]

KEPT = timedelta(hours=2)
ID = "abcdefghijklmnopqrstuvwxyz"
WITHIN = 20.0


@pytest.fixture
def clock() -> SetClock:
    return SetClock(SystemClock().now())


@pytest.fixture
def storage(tmp_path: Path, clock: SetClock) -> TemporaryStorage:
    made = TemporaryStorage(tmp_path / "home" / "storage", seems_guarded, clock)
    made.prepare()
    return made


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock that nobody sets, set by the test."""
    now = [1000.0]
    monkeypatch.setattr(temporary_storage, "_passed", lambda: now[0])
    return now


def put(storage: TemporaryStorage, title: str = "Arm.png", data: bytes = b"image") -> str:
    name = storage.name_for(ID, title, "png", KEPT)
    storage.put(data, name)
    return name


def names(storage: TemporaryStorage) -> list[str]:
    return [one.name for one in storage.files()]


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


class TestTheFolder:
    def test_only_its_owner_reads_the_folder_and_what_is_in_it(self, storage: TemporaryStorage) -> None:
        before = os.umask(0)
        try:
            name = put(storage)
        finally:
            os.umask(before)
        assert stat.S_IMODE(storage.folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(one.stat().st_mode) for one in storage.folder.iterdir()} == {0o600}
        assert (storage.folder / name).read_bytes() == b"image"

    def test_one_that_others_may_read_is_closed_to_them(self, storage: TemporaryStorage) -> None:
        storage.folder.chmod(0o777)
        storage.prepare()
        assert stat.S_IMODE(storage.folder.stat().st_mode) == 0o700

    def test_what_cannot_be_closed_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "usb").mkdir()
        (tmp_path / "usb").chmod(0o755)
        monkeypatch.setattr(os, "fchmod", lambda *_: None)  # as on a file system that has no owners
        self.refused(tmp_path / "usb", "storage-open")

    def test_a_link_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
        self.refused(tmp_path / "link", "storage-link")
        assert list((tmp_path / "elsewhere").iterdir()) == []

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        self.refused(tmp_path / "file", "storage-link")

    def test_anothers_is_refused(self, storage: TemporaryStorage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: storage.folder.stat().st_uid + 1)
        self.refused(storage.folder, "storage-owner")

    @pytest.mark.parametrize(("mode", "fits"), [(0o777, False), (0o1777, True), (0o755, True)])
    def test_nobody_else_may_move_it_away(self, tmp_path: Path, mode: int, fits: bool) -> None:
        above = tmp_path / "shared"
        above.mkdir()
        above.chmod(mode)
        if fits:
            TemporaryStorage(above / "x" / "storage", seems_guarded).prepare()
        else:
            self.refused(above / "x" / "storage", "storage-above")

    def test_a_folder_with_other_things_in_it_is_not_emptied(self, tmp_path: Path) -> None:
        (tmp_path / "documents").mkdir()
        (tmp_path / "documents" / "thesis.odt").write_text("dear to somebody")
        self.refused(tmp_path / "documents", "storage-not-empty")
        os.utime(tmp_path / "documents" / "thesis.odt", (0, 0))
        storage = TemporaryStorage(tmp_path / "documents", seems_guarded)
        assert (storage.files(), storage.sweep(KEPT).removed, storage.purge().removed) == ([], (), ())
        assert (tmp_path / "documents" / "thesis.odt").exists()

    def test_what_is_ours_goes_also_where_the_folder_is_no_longer_fit(
        self, storage: TemporaryStorage, clock: SetClock
    ) -> None:
        put(storage)
        (storage.folder / "other").write_text("")
        (storage.folder / MARK).unlink()
        storage.folder.chmod(0o777)
        storage.folder.parent.chmod(0o777)
        clock.advance(KEPT)
        assert len(storage.sweep(KEPT).removed) == 1
        self.refused(storage.folder, "storage-above")

    def test_where_no_folder_can_be_made_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        self.refused(tmp_path / "file" / "storage", "storage-unusable")

    def test_on_windows_it_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "win32")
        self.refused(tmp_path / "storage", "storage-windows")
        assert TemporaryStorage(tmp_path / "storage", seems_guarded).files() == []

    def test_every_reason_is_said_in_words(self) -> None:
        for reason in STORAGE_PROBLEMS:
            said = explain(BadInput(reason, path="/a", above="/", problem="x"))
            assert "{" not in said
            assert reason not in said

    @staticmethod
    def refused(folder: Path, reason: str) -> None:
        with pytest.raises(BadInput) as error:
            TemporaryStorage(folder, seems_guarded).prepare()
        assert error.value.reason == reason


class TestNames:
    @given(
        title=st.text(max_size=200) | st.sampled_from(["../../etc/passwd", "..", ".", "/", "a\0b", "-rf", "CON.png"])
    )
    def test_no_title_leads_anywhere(self, title: str) -> None:
        name = TemporaryStorage(Path("/nowhere"), seems_guarded).name_for(ID, title, "png", KEPT)
        assert Path(name).name == name
        assert name.endswith(".png")
        assert name.count(".") == 1
        assert name[0].isdigit()
        assert len(name.encode()) < 200
        assert temporary_storage._deadline(name) is not None

    def test_something_of_the_title_is_kept(self) -> None:
        name = TemporaryStorage(Path("/nowhere"), seems_guarded).name_for(ID, "Hö arm, övre.JPEG", "jpg", KEPT)
        assert name.endswith("-abcdefgh-Hö-arm-övre.jpg")


class TestWriting:
    def test_what_is_there_already_is_not_written_over(self, storage: TemporaryStorage) -> None:
        name = put(storage)
        (storage.folder / (name + ".part")).symlink_to("/etc/passwd")
        with pytest.raises(Unavailable):
            storage.put(b"other", name)
        assert Path("/etc/passwd").exists()

    @pytest.mark.parametrize(("number", "detail"), [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EIO, None)])
    def test_on_a_full_disk_nothing_is_left_and_that_is_said(
        self, storage: TemporaryStorage, monkeypatch: pytest.MonkeyPatch, number: int, detail: str | None
    ) -> None:
        def full(_file: int, _data: bytes) -> int:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(Unavailable) as error:
            put(storage)
        assert (error.value.part, error.value.detail) == ("storage", detail or os.strerror(number))
        assert names(storage) == []

    def test_a_file_system_that_lets_others_read_gets_nothing(
        self, storage: TemporaryStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened = os.open

        def careless(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            file = opened(path, flags, mode, dir_fd=dir_fd)
            if flags & os.O_EXCL:
                os.fchmod(file, 0o644)
            return file

        monkeypatch.setattr(os, "open", careless)
        with pytest.raises(Unavailable):
            put(storage)
        assert names(storage) == []


class TestSweep:
    @pytest.mark.parametrize(
        ("minutes", "left"), [(119, 1), (120, 0), (100_000, 0), (-100_000, 1)], ids=["before", "at", "ahead", "back"]
    )
    def test_by_the_clock_on_the_wall(
        self, storage: TemporaryStorage, clock: SetClock, minutes: int, left: int
    ) -> None:
        put(storage)
        clock.advance(timedelta(minutes=minutes))
        storage.sweep(KEPT)
        assert len(names(storage)) == left

    def test_a_clock_set_back_keeps_nothing_that_is_watched(
        self, storage: TemporaryStorage, clock: SetClock, passed: list[float]
    ) -> None:
        put(storage)
        storage.sweep(KEPT)
        clock.advance(timedelta(days=-400))
        passed[0] += KEPT.total_seconds() - 1
        assert storage.sweep(KEPT).removed == ()
        passed[0] += 1
        assert len(storage.sweep(KEPT).removed) == 1

    def test_whatever_else_lies_there_goes_too_and_no_link_is_followed(
        self, storage: TemporaryStorage, tmp_path: Path, clock: SetClock
    ) -> None:
        (tmp_path / "precious").write_text("kept")
        (storage.folder / "copy of the viewer.png").write_bytes(b"image")
        (storage.folder / "link").symlink_to(tmp_path / "precious")
        (storage.folder / "to-folder").symlink_to(tmp_path)
        (storage.folder / "folder" / "in it").mkdir(parents=True)
        (storage.folder / "folder" / "out").symlink_to(tmp_path)
        (storage.folder / "29991231T235959Z-abcdefgh-x.png").write_bytes(b"a name that lies")
        clock.advance(KEPT + timedelta(minutes=1))
        assert len(storage.sweep(KEPT).removed) == 5
        assert [one.name for one in storage.folder.iterdir()] == [MARK]
        assert (tmp_path / "precious").read_text() == "kept"

    def test_what_a_crash_left_half_written_goes_within_a_minute(
        self, storage: TemporaryStorage, clock: SetClock
    ) -> None:
        half = storage.name_for(ID, "x", "png", KEPT) + ".part"
        (storage.folder / half).write_bytes(b"half an im")
        assert storage.sweep(KEPT).removed == ()
        clock.advance(timedelta(minutes=2))
        assert storage.sweep(KEPT).removed == (half,)

    def test_what_cannot_be_removed_hinders_nothing_else(
        self, storage: TemporaryStorage, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stuck, other = put(storage), storage.name_for("z" * 26, "z", "png", KEPT)
        storage.put(b"", other)
        unlink = os.unlink

        def refuse(name: str, *, dir_fd: int | None = None) -> None:
            if name == stuck:
                raise PermissionError(errno.EPERM, "no")
            unlink(name, dir_fd=dir_fd)

        monkeypatch.setattr(os, "unlink", refuse)
        clock.advance(KEPT)
        swept = storage.sweep(KEPT)
        assert (swept.removed, swept.stuck) == ((other,), (stuck,))

    def test_without_a_folder_there_is_nothing(self, tmp_path: Path) -> None:
        storage = TemporaryStorage(tmp_path / "none", seems_guarded)
        assert (storage.files(), storage.sweep(KEPT).removed, storage.purge().removed) == ([], (), ())
        assert not (tmp_path / "none").exists()


class TestTheGuard:
    """As a process of its own, with the machine's clock."""

    def test_it_removes_what_is_due_when_whoever_put_it_there_is_killed(self, tmp_path: Path) -> None:
        code = (
            "import os, sys, functools\n"
            "from datetime import timedelta\n"
            "from pathlib import Path\n"
            "from p24tui.gateways import storage_guard\n"
            "from p24tui.gateways.temporary_storage import TemporaryStorage\n"
            "start = functools.partial(storage_guard.start, looks_every=0.05)\n"
            "storage, kept = TemporaryStorage(Path(sys.argv[1]), start), timedelta(seconds=2)\n"
            "storage.prepare()\n"
            "with storage.guarded(kept):\n"
            "    storage.put(b'image', storage.name_for('a' * 26, 'x', 'png', kept))\n"
            "    os.kill(os.getpid(), 9)\n"
        )
        folder = tmp_path / "storage"
        root = str(Path(storage_guard.__file__).parents[2])
        done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=root, check=False, capture_output=True)
        assert done.returncode == -9, done.stderr
        storage = TemporaryStorage(folder, seems_guarded)
        assert len(names(storage)) == 1
        wait_for(lambda: names(storage) == [])
        wait_for(lambda: not has_guard(storage))  # it has ended, for nothing is left

    def test_there_is_one_of_them_and_it_stays_while_something_is_put_there(self, tmp_path: Path) -> None:
        started = []

        def start(folder: Path, kept: timedelta) -> bool:
            started.append(folder)
            return storage_guard.start(folder, kept, looks_every=0.05)

        storage = TemporaryStorage(tmp_path / "storage", start)
        storage.prepare()
        with storage.guarded(KEPT), storage.guarded(KEPT):
            time.sleep(0.3)  # it has looked, and nothing lies there yet
            assert has_guard(storage)
            put(storage)
        assert len(started) == 1
        assert storage_guard.start(storage.folder, KEPT, looks_every=0.05)  # another ends by itself
        storage.purge()
        wait_for(lambda: not has_guard(storage))

    def test_where_none_comes_nothing_is_put_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(temporary_storage, "GUARD_COMES_WITHIN", 0.1)
        for guard in (lambda *_: True, lambda *_: False):
            storage = TemporaryStorage(tmp_path / "storage", guard)
            storage.prepare()
            with pytest.raises(Unavailable) as error, storage.guarded(KEPT):
                pytest.fail("not guarded")
            assert "går inte att starta" in explain(error.value)

    def test_it_goes_on_where_it_cannot_look_and_ends_where_the_folder_is_gone(
        self, storage: TemporaryStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[P24Error | OSError] = [Unavailable("storage"), OSError(errno.EIO, "no"), FileNotFoundError()]

        def look(_kept: timedelta) -> None:
            raise said.pop(0)

        monkeypatch.setattr(storage, "sweep", look)
        storage_guard.watch(storage, KEPT, 0.0)
        assert said == []

    def test_another_guard_is_left_alone(self, storage: TemporaryStorage, monkeypatch: pytest.MonkeyPatch) -> None:
        assert seems_guarded(storage.folder, KEPT)
        monkeypatch.setattr(temporary_storage, "_held_within", lambda mark, seconds: temporary_storage._held(mark))
        monkeypatch.setattr(storage, "sweep", lambda _kept: pytest.fail("it has no right to"))
        storage_guard.watch(storage, KEPT, 0.0)


def has_guard(storage: TemporaryStorage) -> bool:
    with storage._opened() as at:
        return (storage.folder / GUARDED).exists() and storage._has_guard(at)


class TestTheViewer:
    def test_it_is_given_the_file_and_nothing_else(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        opener = tmp_path / ("open" if sys.platform == "darwin" else "xdg-open")
        opener.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/given\n')
        opener.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        assert viewer.open_file(tmp_path / "-x y.png", {"DISPLAY": ":0"})
        wait_for(lambda: (tmp_path / "given").exists() and (tmp_path / "given").read_text() != "")
        assert (tmp_path / "given").read_text() == f"{tmp_path}/-x y.png\n"

    @pytest.mark.parametrize("environ", [{}, {"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}])
    def test_where_nobody_would_see_it_nothing_is_opened(self, tmp_path: Path, environ: dict[str, str]) -> None:
        if environ or sys.platform != "darwin":
            assert not viewer.open_file(tmp_path / "x.png", environ)


def test_the_guard_starts_with_nothing_but_pythons_own(tmp_path: Path) -> None:
    seen = "import p24tui.gateways.storage_guard; print(*{one.partition('.')[0] for one in sys.modules})"
    root = str(Path(storage_guard.__file__).parents[2])
    code = f"import sys; sys.path.insert(0, {root!r}); {seen}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    found = {name for name in done.stdout.split() if not name.startswith("_")}
    assert found <= sys.stdlib_module_names | {"p24tui", "tzdata"}


@pytest.fixture(autouse=True)
def no_guard_left(tmp_path: Path) -> Iterator[None]:
    """Whatever guard a test has started ends with its folder's files."""
    yield
    for folder in tmp_path.rglob("storage"):
        TemporaryStorage(folder, partial(seems_guarded)).purge()
