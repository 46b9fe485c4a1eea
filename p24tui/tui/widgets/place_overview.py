"""The overview: the day's inflow as bars, and how the open cases stand, in numbers alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from p24tui.clock import local
from p24tui.i18n import _, ngettext
from p24tui.services.views import Overview, Standing
from p24tui.tui import draw
from p24tui.tui.key_table import Where
from p24tui.tui.keys import bindings
from p24tui.words import MARKS, state_word, waited

BARS = "▁▂▃▄▅▆▇█"
NO_BAR = "·"
HOURS = 24
HOUR = 3
"""Cells of an hour."""

TABLE = 38
"""Cells of a table; as many stand side by side as there is room for."""

NUMBER = 5
WAIT = 8


class PlaceOverview(VerticalScroll, can_focus=True):
    """Values in by ``show``."""

    BINDINGS = [*bindings(Where.PLACE)]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._overview: Overview | None = None
        self._now: datetime | None = None
        self._shown = Static()

    def compose(self) -> ComposeResult:
        yield self._shown

    def show(self, overview: Overview, now: datetime) -> None:
        """Show these numbers."""
        self._overview, self._now = overview, now
        self._paint()

    def clear(self) -> None:
        """Show none until they have been read."""
        self._overview = None
        self._shown.update(Content(_("  Hämtar …")))

    def on_resize(self) -> None:
        self._paint()

    def _paint(self) -> None:
        if self._overview is not None and self._now is not None:
            width = self.scrollable_content_region.width
            self._shown.update(Content("\n").join(overview_lines(self._overview, self._now, width)))


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, and for each sort how many there are and the longest wait."""

    title: str
    standings: Mapping[str, Standing]


def overview_lines(overview: Overview, now: datetime, width: int) -> list[Content]:
    """The overview in a width of so many cells."""
    return [*_inflow(overview, now), Content(""), *_side_by_side(list(_tables(overview)), now, width)]


def bars(counts: list[int]) -> str:
    """One bar for each count, the highest for the largest."""
    most = max(counts, default=0)
    return "".join(BARS[-(-count * len(BARS) // most) - 1] if count else NO_BAR for count in counts)


def _inflow(overview: Overview, now: datetime) -> Iterator[Content]:
    hours = range(local(now).hour + 1)
    counts = [overview.inflow.get(hour, 0) for hour in hours]
    words = ngettext("{count} ärende har kommit in idag", "{count} ärenden har kommit in idag", sum(counts))
    unread = ngettext("{count} ärende med något oläst", "{count} ärenden med något oläst", overview.unread)
    yield Content.assemble(
        (f" {words.format(count=sum(counts))}", "bold"),
        (" · ", "$foreground 60%"),
        (unread.format(count=overview.unread), "bold $accent" if overview.unread else "$foreground 70%"),
    )
    yield _hours([str(count) if count else "" for count in counts], "$foreground 80%")
    yield _hours([bar * 2 if bar != NO_BAR else bar for bar in bars(counts)], "$primary")
    yield _hours([f"{hour:02}" for hour in range(HOURS)], "$foreground 60%")


def _hours(cells: list[str], style: str) -> Content:
    return Content.styled(" " + "".join(draw.fit_right(cell, HOUR - 1) + " " for cell in cells), style)


def _tables(overview: Overview) -> Iterator[Table]:
    yield Table(_("Öppna efter läge"), {state_word(state): one for state, one in overview.states.items()})
    marks = {f"{mark}  {_(MARKS[mark])}": one for mark, one in overview.priorities.items()}
    yield Table(_("Öppna efter prio"), marks)
    yield Table(_("Vem som har dem"), {name or _("ingen"): one for name, one in overview.owners.items()})


def _side_by_side(tables: list[Table], now: datetime, width: int) -> Iterator[Content]:
    many = max(1, min(len(tables), width // TABLE))
    for start in range(0, len(tables), many):
        if start:
            yield Content("")
        drawn = [list(_table(table, now)) for table in tables[start : start + many]]
        blank = Content(" " * TABLE)
        yield from (Content("").join(line) for line in zip_longest(*drawn, fillvalue=blank))


def _table(table: Table, now: datetime) -> Iterator[Content]:
    yield Content.styled(_line(table.title, _("antal"), _("längst")), "bold $foreground 60%")
    for name, one in table.standings.items():
        style = "" if one.cases else "$foreground 60%"
        wait = waited(one.since, now) if one.cases else ""
        yield Content.styled(_line(name, str(one.cases), wait), style)


def _line(name: str, number: str, wait: str) -> str:
    words = draw.fit(name, TABLE - NUMBER - WAIT - 3)
    return f" {words}{draw.fit_right(number, NUMBER)}{draw.fit_right(wait, WAIT)}  "
