"""Plots in block characters: columns of what came in, the waits as a bar, and a line of eight heights."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from textual.content import Content

from p24tui.clock import local
from p24tui.i18n import _
from p24tui.routine.period import Length
from p24tui.services.report_views import Slot, Waits
from p24tui.tui import draw
from p24tui.words.times import WEEKDAYS

BARS = "▁▂▃▄▅▆▇█"
NO_BAR = "·"
URGENT = "▒"
TO_MEDIAN, TO_NINTH, TO_LONGEST = "█", "▒", "░"

ROWS = 4
"""Lines that the highest column takes."""

WIDEST = 8
"""Cells of a column at most, with the gap after it."""

Part = tuple[str, str]


def bars(counts: Sequence[int]) -> str:
    """One bar for each count, the highest for the largest."""
    most = max(counts, default=0)
    return "".join(BARS[-(-count * len(BARS) // most) - 1] if count else NO_BAR for count in counts)


def columns(slots: Sequence[Slot], length: Length, width: int) -> Iterator[Content]:
    """A column for each slot with its name below, and above how many, and how many of them are urgent.

    What is urgent fills it from the bottom, to the nearest line. Numbers are left out where they have no room.
    """
    cell = max(2, min(WIDEST, (width - 1) // len(slots)))
    numbers = [str(one.cases) if one.cases else "" for one in slots]
    if max(map(len, numbers)) < cell:
        yield _row(numbers, cell, "$foreground 80%")
        if any(urgent := [f"{URGENT}{one.urgent}" if one.urgent else "" for one in slots]):
            yield _row([one if len(one) < cell else one[1:] for one in urgent], cell, "$error")
    most = max(1, *(one.cases for one in slots))
    for row in reversed(range(ROWS)):
        parts = [part for one in slots for part in _cell(one, most, row, cell)]
        yield Content.assemble(" ", *parts)
    yield _row([_name(one, length) for one in slots], cell, "$foreground 60%")


def waits(waits: Waits, longest: timedelta, cells: int) -> list[Part]:
    """A bar of so many cells: up to the median, from there up to nine of ten, and from there up to the longest."""
    edges = [_cells(one, longest, cells) for one in (waits.median, waits.ninth, waits.longest)]
    median, ninth, all_ = edges
    return [
        (TO_MEDIAN * median, "$primary"),
        (TO_NINTH * (ninth - median), "$primary"),
        (TO_LONGEST * (all_ - ninth), "$foreground 60%"),
        (" " * (cells - all_), ""),
    ]


def _cells(one: timedelta, longest: timedelta, cells: int) -> int:
    return max(1, round(cells * (one / longest))) if longest and one else 0


def _cell(slot: Slot, most: int, row: int, cell: int) -> list[Part]:
    """What stands in one line of a column."""
    height = -(-slot.cases * ROWS * len(BARS) // most)
    filled = min(len(BARS), height - row * len(BARS))
    urgent = round(slot.urgent * ROWS / most)
    if filled > 0 and row < urgent:
        return [(URGENT * (cell - 1), "$error"), (" ", "")]
    if filled > 0:
        return [(BARS[filled - 1] * (cell - 1), "$primary"), (" ", "")]
    nothing = NO_BAR if row == 0 else ""
    return [(nothing.ljust(cell), "$foreground 60%")]


def _name(slot: Slot, length: Length) -> str:
    at = local(slot.begins)
    if length is Length.DAY:
        return f"{at.hour:02}"
    return f"{_(WEEKDAYS[at.weekday()])} {at.day}" if length is Length.WEEK else str(at.day)


def _row(words: Sequence[str], cell: int, style: str) -> Content:
    """A word under each column; only some of them where all have no room."""
    every = -(-(max(map(len, words)) + 1) // cell)
    shown = [draw.fit(word, every * cell) for word in words[::every]]
    return Content.styled(" " + "".join(shown).rstrip(), style)
