"""What is drawn in cells is cleaned once more, whatever the store holds (H23)."""

import pytest
from rich.cells import cell_len

from p24tui.text import REPLACEMENT
from p24tui.tui.draw import fit, fit_right

HOSTILE = ["\x1b[2J", "\x9b31m", "\x1b]52;c;aGVq\x07", "\u202eolle", "\u2066x", "a\nb", "\x00", "\U000e0041", "\ud800"]


@pytest.mark.hazard("H23")
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("cells", [3, 20])
def test_what_is_drawn_holds_no_control_code_and_has_its_width(text: str, cells: int) -> None:
    drawn = fit(text, cells)
    assert cell_len(drawn) == cells
    assert all(one.isprintable() for one in drawn)
    drawn.encode()


@pytest.mark.hazard("H23")
def test_what_cannot_be_shown_is_seen_to_be_missing() -> None:
    assert fit("\x1b[2J", 6) == f"{REPLACEMENT}[2J  "
    assert fit_right("7", 3) == "  7"
    assert fit("för långt", 4) == "för…"


def test_a_mark_that_must_be_seen_is_moved_up_rather_than_cut() -> None:
    assert fit("BRÅDSK NY ● oläst", 17, keep="●") == "BRÅDSK NY ● oläst"
    assert fit("BRÅDSK NY ● oläst", 14, keep="●") == "BRÅDSK NY ● o…"
    assert fit("BRÅDSK NY ● oläst", 11, keep="●") == "BRÅDSK NY…●"
    assert fit("BRÅDSK NY", 6, keep="●") == "BRÅDS…"
