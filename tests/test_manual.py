"""The check of the manual's table of keys finds what it is there to find."""

from dataclasses import replace

import pytest

from p24tui.tui.key_table import KEYS
from tests import manual


@pytest.fixture
def fresh() -> str:
    return manual.with_table(f"Före\n{manual.BEGIN}\n{manual.END}\nEfter\n", "sv")


def test_the_table_stands_between_its_marks_and_leaves_the_rest(fresh: str) -> None:
    assert fresh.startswith("Före\n")
    assert fresh.endswith("\nEfter\n")
    assert manual.with_table(fresh, "sv") == fresh


def test_every_key_stands_there(fresh: str) -> None:
    for row in KEYS:
        assert f"| `{row.names}` | {row.help} | `{row.setting}` |" in fresh


def test_a_key_that_has_changed_makes_it_stale(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "KEYS", (replace(KEYS[0], key="f12"), *KEYS[1:]))
    assert manual.with_table(fresh, "sv") != fresh


def test_a_manual_without_marks_is_said() -> None:
    with pytest.raises(ValueError, match="keys"):
        manual.with_table("Bara text", "sv")
