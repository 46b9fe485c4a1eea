"""Settings that would make the console fall silent are said, not taken."""

from pathlib import Path

import pytest

from p24tui import settings
from p24tui.errors import BadInput
from p24tui.explain import explain


def loaded(home: Path, alert_by: str) -> settings.Settings:
    return settings.load({"P24TUI_HOME": str(home), "P24TUI_ALERT_BY": alert_by})


def test_the_ways_of_an_alarm_may_stand_with_spaces(tmp_path: Path) -> None:
    assert loaded(tmp_path, "bell, notify").alerts == {"bell", "notify"}
    assert settings.load({"P24TUI_HOME": str(tmp_path)}).alerts == {"bell", "notify", "colour"}


def test_a_way_of_an_alarm_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        loaded(tmp_path, "bel,notify")
    assert "alert_by: bel" in explain(error.value)


@pytest.mark.parametrize(
    "written",
    [b"database = " + b"[" * 3000, b"intake_port = " + b"9" * 5000, b"x = \xff", b"x = 1979-02-30", b"x ="],
    ids=["nested", "number", "letters", "day", "nothing"],
)
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, written: bytes) -> None:
    """Nesting and numbers that Python's reader gives up on were found by ``python -m tests.fuzz settings``."""
    (tmp_path / settings.FILE_NAME).write_bytes(written)
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path)})
    assert settings.FILE_NAME in explain(error.value)


@pytest.mark.parametrize("path", ["~nobody-here/x", "x\x00y"])
@pytest.mark.parametrize("name", sorted({"home", *settings.PATHS}))
def test_a_path_that_there_cannot_be_is_said(tmp_path: Path, name: str, path: str) -> None:
    """Found by ``python -m tests.fuzz settings``: the home folder of nobody ended in a traceback."""
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path), f"P24TUI_{name.upper()}": path})
    assert f"{name}: " in explain(error.value)
