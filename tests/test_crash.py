"""What is written of an error that nobody foresaw: its kind and its places, and nothing that it was about."""

import logging
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from p24tui import bootstrap, crash
from p24tui.errors import BadInput, P24Error, Refused, Stale, Unavailable
from p24tui.settings import Settings

PATIENT = "Hemlingsson 19610118-0001"


def falls() -> None:
    patient = PATIENT
    raise ValueError(patient)


def falls_because() -> None:
    try:
        falls()
    except ValueError as error:
        raise KeyError(PATIENT) from error


def falls_while() -> None:
    try:
        falls()
    except ValueError:
        raise BadInput("no-such-patient", typed=PATIENT)  # noqa: B904 - so that one hangs on the other


def falls_in_group() -> None:
    raise ExceptionGroup(PATIENT, [caught(falls), caught(falls_because)])


def caught(deed: Callable[[], None]) -> Exception:
    try:
        deed()
    except Exception as error:  # noqa: BLE001 - whatever it raises is what the test is about
        return error
    raise AssertionError("it did not fall")


pytestmark = pytest.mark.hazard("H1")

FALLS = (falls, falls_because, falls_while, falls_in_group)


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """All that ``install`` sets, as it was afterwards."""
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    monkeypatch.setattr(logging, "lastResort", logging.StreamHandler())
    crash.install()
    yield
    logging.captureWarnings(False)


def line(name: str, message: object, *args: object, error: Exception | None = None) -> str:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, "p24tui/somewhere.py", 7, message, args, exc_info, "work")
    return crash.LogFormatter().format(record)


@pytest.mark.parametrize("deed", FALLS)
def test_a_report_has_kinds_and_places_and_nothing_else(deed: Callable[[], None]) -> None:
    told = crash.report(caught(deed))
    assert "Hemlingsson" not in told
    assert f"{__name__}:{falls.__code__.co_firstlineno + 2} falls" in told or deed is falls_in_group
    assert deed.__name__ in told
    assert "\nValueError\n" in told


def test_an_error_that_came_of_itself_is_told_once() -> None:
    first, second = caught(falls), caught(falls_because)
    first.__context__, second.__context__ = second, first
    assert crash.trace(first).splitlines().count("KeyError") == 1


def test_an_error_without_end_is_told_in_few_lines() -> None:
    def again() -> None:
        again()

    assert len(crash.trace(caught(again)).splitlines()) == crash.MOST_FRAMES + 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("CH-11", "owned", owner=PATIENT), "Refused (CH-11: owned)"),
        (BadInput("no-such-patient", typed=PATIENT), "BadInput (no-such-patient)"),
        (Unavailable("database", "full"), "Unavailable (database: full)"),
        (Stale(PATIENT, PATIENT), "Stale (changed by someone)"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_our_own_errors_are_told_by_their_keys(error: P24Error, said: str) -> None:
    assert crash.kind(error) == said
    assert line("p24tui.jobs", "tick failed: %s", error).endswith(f"p24tui.jobs tick failed: {said}")


@pytest.mark.parametrize("deed", FALLS)
@pytest.mark.parametrize("name", ["p24tui.services", "uvicorn.error", "root"])
def test_no_text_of_an_error_comes_into_the_log(name: str, deed: Callable[[], None]) -> None:
    error = caught(deed)
    told = line(name, "it fell: %s", error, error=error)
    assert "Hemlingsson" not in told
    assert deed.__name__ in told


@pytest.mark.parametrize("name", ["sqlalchemy.engine.Engine", "httpx", "psycopg.pool", "smpplib.client", "asyncio"])
def test_of_the_lines_of_libraries_only_their_place_is_kept(name: str) -> None:
    for told in (line(name, f"with {PATIENT}"), line(name, "with %s", PATIENT), line(name, "%(a)s", {"a": PATIENT})):
        assert told.endswith(f" ERROR {name} somewhere:7 work")


def test_what_another_handler_gets_is_not_changed() -> None:
    record = logging.LogRecord("httpx", logging.INFO, "a.py", 1, "%s", ("here",), None)
    crash.LogFormatter().format(record)
    assert record.getMessage() == "here"


@pytest.mark.usefixtures("hooks")
def test_what_ends_the_program_is_said_in_words_and_saved_for_its_owner_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = caught(falls_because)
    sys.excepthook(type(error), error, error.__traceback__)
    (path,) = tmp_path.glob("crash-*.log")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(path) in said
    assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "falls_because" in path.read_text(encoding="utf-8")
    assert "Hemlingsson" not in said + path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("hooks")
def test_few_reports_are_kept_and_the_newest_is_among_them(tmp_path: Path) -> None:
    paths = [crash.save(caught(falls)) for _one in range(crash.KEPT + 3)]
    assert sorted(tmp_path.glob("crash-*.log")) == paths[3:]


@pytest.mark.usefixtures("hooks")
def test_where_nothing_can_be_saved_the_report_itself_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path / "file"))
    error = caught(falls)
    sys.excepthook(type(error), error, error.__traceback__)
    said = capsys.readouterr().err
    assert "här nedanför" in said
    assert said.splitlines()[-1].endswith(" falls")
    assert "Hemlingsson" not in said


def test_a_log_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="home-not-writable"):
        bootstrap.log_to_file(Settings(home=tmp_path / "nowhere"))


@pytest.mark.usefixtures("hooks")
def test_the_keyboard_ends_it_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert (capsys.readouterr().err, list(tmp_path.glob("crash-*"))) == ("", [])


@pytest.mark.usefixtures("hooks")
def test_a_thread_that_falls_and_what_cannot_be_raised_come_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    fallen = threading.Thread(target=falls, name="feed")
    fallen.start()
    fallen.join()

    class Falls:
        def __del__(self) -> None:
            falls()

    Falls()
    thread, lost = caplog.messages
    assert thread.startswith("the thread feed has ended: ValueError\n")
    assert lost.startswith("an error came where none can be raised: ValueError\n")
    assert "Hemlingsson" not in caplog.text


def test_a_long_row_of_errors_is_told_in_part_and_never_by_python_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    error: Exception = ValueError("Ali Hemlingsson")
    for _number in range(3000):
        later = ValueError("Ali Hemlingsson")
        later.__context__ = error
        error = later
    assert crash.trace(error).count("ValueError") == crash.MOST_ERRORS
    monkeypatch.setattr(crash, "save", lambda _error: 1 / 0)
    crash._end(ValueError, error, None)
    assert capsys.readouterr().err == "p24tui: ValueError\n"
