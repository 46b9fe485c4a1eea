"""Drawing text in terminal cells. Everything from outside is cleaned here once more before it is drawn (H23)."""

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from p24tui.text import clean_line

ELLIPSIS = "…"


def fit(text: str, cells: int, *, keep: str = "") -> str:
    """One line of exactly that many cells: padded, or cut with an ellipsis; ``keep`` is moved up rather than cut."""
    if cells <= 0:
        return ""
    line = clean_line(text)
    if cell_len(line) <= cells:
        return line + " " * (cells - cell_len(line))
    cut = set_cell_size(line, cells - 1) + ELLIPSIS
    if keep in cut or keep not in line:
        return cut
    return set_cell_size(line, max(0, cells - 1 - cell_len(keep))) + ELLIPSIS + keep


def fit_right(text: str, cells: int) -> str:
    """The same, with the padding on the left."""
    return " " * max(0, cells - cell_len(text)) + text if cell_len(text) <= cells else fit(text, cells)


def strip(parts: list[tuple[str, Style]], width: int, fill: Style) -> Strip:
    """A line of the widget's width from cleaned, fitted parts."""
    segments = [Segment(text, style) for text, style in parts if text]
    return Strip(segments).adjust_cell_length(width, fill)
