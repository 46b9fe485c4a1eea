"""The two lines above everything: where one is, who one is, the time, open or closed, and how the queue stands."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.clock import local_date
from p24tui.i18n import _
from p24tui.routine.case import CaseState
from p24tui.services.queue import CaseLine
from p24tui.services.units import Openness
from p24tui.text import clean_line
from p24tui.words import LOST, clock_time, day_and_time

WIDE = 100
"""Columns from which the words stand in full."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases stand where. ``older`` came in before today, whatever their state."""

    new: int = 0
    ongoing: int = 0
    answered: int = 0
    waiting: int = 0
    held: int = 0
    older: int = 0


def count(lines: Iterable[CaseLine], now: datetime) -> Counts:
    """The counts of these lines."""
    today = local_date(now)
    states: Counter[CaseState] = Counter()
    older = 0
    for line in lines:
        states[line.case.state] += 1
        older += local_date(line.case.received_at) < today
    return Counts(
        states[CaseState.NEW],
        states[CaseState.ONGOING],
        states[CaseState.ANSWERED],
        states[CaseState.WAITING],
        states[CaseState.HELD] + states[CaseState.DUE],
        older,
    )


class DeskHeader(Widget):
    """Values in, two lines out. ``lost`` replaces the counts by an alarm: the list may be old."""

    now: reactive[datetime | None] = reactive(None)
    openness: reactive[Openness | None] = reactive(None)
    counts: reactive[Counts] = reactive(Counts())
    fresh_at: reactive[datetime | None] = reactive(None)
    lost: reactive[str] = reactive("")
    notice: reactive[str] = reactive("")

    def __init__(self, unit: str, name: str, profession: str, banner: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._unit = clean_line(unit)
        self._name = clean_line(name)
        self._person = f"{self._name} ({profession})" if profession else self._name
        self._banner = banner

    def render(self) -> RenderResult:
        width = self.size.width
        return Content("\n").join([self._place(width), self._state(width)])

    def _place(self, width: int) -> Content:
        now = "" if self.now is None else day_and_time(self.now)
        left = Content.assemble(
            (" P24 ", "bold $background on $primary"),
            (f" {self._banner} ", "bold $warning") if self._banner else "",
            (f" {self._unit}", "bold"),
            (f"   {self._name if width < WIDE else self._person}", "$foreground 80%"),
        )
        right = Content.assemble((now, ""), ("   ", ""), self._open_words(), (" ", ""))
        return _between(left, right, width)

    def _open_words(self) -> tuple[str, str]:
        if self.openness is None:
            return ("", "")
        at = self.openness.changes_at
        if self.openness.open:
            return (_("ÖPPET · stänger {at}").format(at=clock_time(at) if at else "–"), "bold $success")
        when = "–" if at is None or self.now is None else day_and_time(at)
        return (_("STÄNGT · öppnar {at}").format(at=when), "bold $warning")

    def _state(self, width: int) -> Content:
        if self.lost:
            at = clock_time(self.fresh_at) if self.fresh_at else "–"
            words = _("DATABASEN SVARAR INTE. Listan visar läget {at}. Det du skriver finns kvar.").format(at=at)
            return Content.assemble((f" {LOST} {words} ".ljust(width), "bold $background on $error"))
        one = self.counts
        parts = [
            (_("Nya"), one.new, "$primary"),
            (_("Pågår"), one.ongoing, ""),
            (_("Svar"), one.answered, "$accent"),
            (_("Väntar på patient") if width >= WIDE else _("Väntar"), one.waiting, ""),
            (_("Vilande"), one.held, ""),
            (_("Äldre"), one.older, "$warning"),
        ]
        left = Content.assemble(" ", *(_counted(word, many, style) for word, many, style in parts))
        right = Content.assemble(
            (self.notice or self._freshness(), "bold $accent" if self.notice else "$foreground 70%"), " "
        )
        return _between(left, right, width)

    def _freshness(self) -> str:
        return _("aktuell {at}").format(at=clock_time(self.fresh_at)) if self.fresh_at else ""


def _counted(word: str, many: int, style: str) -> Content:
    return Content.assemble(
        (f"{word} ", "$foreground 80%"), (f"{many}   ", f"bold {style}" if many else "$foreground 60%")
    )


def _between(left: Content, right: Content, width: int) -> Content:
    """Left and right on one line; what does not fit is cut from the left part."""
    room = max(0, width - right.cell_length - 1)
    if left.cell_length > room:
        left = left.truncate(room, ellipsis=True)
    return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)
