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
