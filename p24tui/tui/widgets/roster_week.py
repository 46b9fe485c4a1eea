"""A week of the roster: in a wide window the days side by side on a scale of time, in a narrow one below each other."""

from datetime import date

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.services.views import RosterWeek
from p24tui.text import clean_line
from p24tui.tui import draw, look
from p24tui.tui.roster_items import RosterDay, RosterItem, days_of, scale_of
from p24tui.words.cases import LOST
from p24tui.words.times import clock_time, day_words

SIDE_BY_SIDE = 96
"""Cells from which the days stand side by side."""

HEADING = 2
"""Lines over the scale: the day, and when it is open."""

TIMES = 6
DATE = 12
SPAN = 14
NAME = 30
EDGE = "│"
"""On the left of every block, so that two beside or below each other are told apart without colour."""


class RosterWeekView(Widget, can_focus=True):
    """Values in, the cursor's moves out. It stands on an item, or on a day that has none."""

    BINDINGS = [
        ("down", "move(1)", ""),
        ("up", "move(-1)", ""),
        ("right", "day(1)", ""),
        ("left", "day(-1)", ""),
        ("home", "edge(0)", ""),
        ("end", "edge(-1)", ""),
    ]
    COMPONENT_CLASSES = {
        f"roster-week--{name}"
        for name in ("line", "open", "entry", "mine", "gone", "gap", "cursor", "heading", "today", "quiet")
    }

    class Moved(Message):
        """The cursor stands elsewhere."""

    class Chosen(Message):
        """One wants to do something with what was clicked."""

    def __init__(self, me: str | None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._me = me
        self._today: date | None = None
        self._days: tuple[RosterDay, ...] = ()
        self._day = 0
        self._item = 0
        self._top = 0

    @property
    def item(self) -> RosterItem | None:
        """What the cursor stands on; none on a day that has nothing."""
        day = self.day
        return day.items[self._item] if day is not None and day.items else None

    @property
    def day(self) -> RosterDay | None:
        """The day that the cursor stands on; none before there is a week."""
        return self._days[self._day] if self._days else None

    def show(self, week: RosterWeek, today: date) -> None:
        """Show this week: with the cursor where it was in the same one, else on the first thing that wants doing."""
        before, was = self.day, self.item
        self._today, self._days = today, days_of(week)
        if before is None or before.date not in [one.date for one in self._days]:
            self._stand_on_first(today)
        else:
            self._day = [one.date for one in self._days].index(before.date)
            keys = [one.key for one in self._days[self._day].items]
            self._item = keys.index(was.key) if was and was.key in keys else min(self._item, max(0, len(keys) - 1))
        self._moved()

    def action_move(self, step: int) -> None:
        """To the next item or the one before, over the days too."""
        if not self._days:
            return
        item = self._item + step
        if 0 <= item < len(self._days[self._day].items):
            self._item = item
        elif 0 <= self._day + step < len(self._days):
            self._day += step
            self._item = 0 if step > 0 else max(0, len(self._days[self._day].items) - 1)
        self._moved()

    def action_day(self, step: int) -> None:
        """To the day beside, on what lies nearest to the same time."""
        if not 0 <= self._day + step < len(self._days):
            return
        was = self.item
        self._day += step
        items = self._days[self._day].items
        near = was.first if was else 0
        self._item = min(range(len(items)), key=lambda n: abs(items[n].first - near), default=0)
        self._moved()

    def action_edge(self, end: int) -> None:
        self._day = 0 if end == 0 else max(0, len(self._days) - 1)
        self._item = 0
        self._moved()

    def on_click(self, event: events.Click) -> None:
        """One click moves the cursor there, another on the same acts."""
        offset = event.get_content_offset(self)
        found = None if offset is None else self._at(offset.x, offset.y)
        if found is None:
            return
        again = found == (self._day, self._item)
        self._day, self._item = found
        self._moved()
        if again and event.chain > 1:
            self.post_message(self.Chosen())

    def on_resize(self) -> None:
        self._scroll_into_view()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self._style("line")
        if not self._days:
            words = "  " + _("Hämtar …") if y == 1 else ""
            return draw.strip([(words, self._style("quiet"))], width, base)
        parts = self._beside(y) if self._is_wide else self._below(y)
        return draw.strip(parts, width, base)

    @property
    def _is_wide(self) -> bool:
        return self.size.width >= SIDE_BY_SIDE

    def _moved(self) -> None:
        self._scroll_into_view()
        self.refresh()
        self.post_message(self.Moved())

    def _stand_on_first(self, today: date) -> None:
        """On the first gap from today on, else on today, else on the first day."""
        self._day = next((n for n, one in enumerate(self._days) if one.date == today), 0)
        self._item = 0
        for n, day in enumerate(self._days):
            gap = next((at for at, one in enumerate(day.items) if one.entry is None and day.date >= today), None)
            if gap is not None:
                self._day, self._item = n, gap
                return

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"roster-week--{name}")

    def _look_of(self, item: RosterItem, day: int, index: int) -> Style:
        if (day, index) == (self._day, self._item):
            return self._style("cursor")
        if item.entry is None:
            return self._style("gap")
        if not item.entry.available:
            return self._style("gone")
        return self._style("mine" if item.entry.staff_id == self._me else "entry")

    # Below each other

    def _rows(self) -> list[tuple[int, int]]:
        """A line for each item, and one for a day without any."""
        return [(n, at) for n, day in enumerate(self._days) for at in range(max(1, len(day.items)))]

    def _below(self, y: int) -> list[tuple[str, Style]]:
        rows = self._rows()
        if not 0 <= self._top + y < len(rows):
            return []
        number, at = rows[self._top + y]
        day, on_cursor = self._days[number], rows[self._top + y] == (self._day, self._item)
        mark = look.CURSOR if on_cursor else " "
        date_style = self._style("today" if day.date == self._today else "heading")
        date_words = draw.fit(day_words(day.date) if at == 0 or y == 0 else "", DATE)
        if not day.items:
            words = day.name or _("stängt")
            style = self._style("cursor" if on_cursor else "quiet")
            return [(mark, style), (date_words, style if on_cursor else date_style), (f" {words}", style)]
        item = day.items[at]
        style = self._look_of(item, number, at)
        words = f"{draw.fit(_times(item), SPAN)}{draw.fit(_name(item), NAME)}"
        return [
            (mark, style if on_cursor else date_style),
            (date_words, style if on_cursor else date_style),
            (f" {words}", style),
        ]

    def _scroll_into_view(self) -> None:
        if self._is_wide or not self.size.height or not self._days:
            self._top = 0
            return
        row = self._rows().index((self._day, self._item))
        self._top = max(min(self._top, row), row - self.size.height + 1)
        self._top = max(0, min(self._top, len(self._rows()) - self.size.height))

    # Side by side

    @property
    def _column(self) -> int:
        return (self.size.width - TIMES) // len(self._days)

    def _beside(self, y: int) -> list[tuple[str, Style]]:
        if y < HEADING:
            parts = [(" " * TIMES, self._style("line"))]
            return parts + [self._heading(number, y) for number in range(len(self._days))]
        first, last, slot = scale_of(self._days, self.size.height - HEADING)
        minute = first + (y - HEADING) * slot
        if minute >= last:
            return []
        time = f"{minute // 60:02}.{minute % 60:02} " if minute % 60 == 0 else " " * TIMES
        parts = [(time, self._style("quiet"))]
        for number in range(len(self._days)):
            parts += self._cells(number, minute, slot)
        return parts

    def _heading(self, number: int, y: int) -> tuple[str, Style]:
        day, cells = self._days[number], self._column
        here = number == self._day and not day.items
        if y == 0:
            words, name = day_words(day.date), "today" if day.date == self._today else "heading"
        else:
            words, name = day.name or ", ".join(map(_opening, day.openings)) or _("stängt"), "quiet"
        mark = look.CURSOR if here else " "
        return f"{mark}{draw.fit(words, cells - 1)}", self._style("cursor" if here else name)

    def _cells(self, number: int, minute: int, slot: int) -> list[tuple[str, Style]]:
        """What stands in a day's column on the line that begins at this minute."""
        day, cells = self._days[number], self._column
        is_open = any(opens <= minute < closes for opens, closes in day.openings)
        ground = self._style("open" if is_open else "line")
        parts = [(" ", self._style("line"))]
        found = _items_on(day, minute, slot)
        if not found:
            return [*parts, (" " * (cells - 1), ground)]
        for place, index in enumerate(found):
            item = day.items[index]
            room = _share(cells - 1, len(found), place)
            mark = look.CURSOR if (number, index) == (self._day, self._item) else EDGE
            words = draw.fit(_block(item, minute, slot, room - 1), room - 1)
            parts.append((f"{mark}{words}", self._look_of(item, number, index)))
        return parts

    def _at(self, x: int, y: int) -> tuple[int, int] | None:
        """The day and item at this place."""
        if not self._days:
            return None
        if not self._is_wide:
            rows = self._rows()
            return rows[self._top + y] if 0 <= self._top + y < len(rows) else None
        number = (x - TIMES) // self._column
        if x < TIMES or not 0 <= number < len(self._days):
            return None
        day = self._days[number]
        first, _last, slot = scale_of(self._days, self.size.height - HEADING)
        found = _items_on(day, first + (y - HEADING) * slot, slot) if y >= HEADING else []
        if not found:
            return number, 0
        across = max(0, (x - TIMES) % self._column - 1)
        return number, found[min(len(found) - 1, across * len(found) // (self._column - 1))]


def _items_on(day: RosterDay, minute: int, slot: int) -> list[int]:
    """The items of the day that stand on the line that begins at this minute, from left to right."""
    return [
        index
        for index, item in enumerate(day.items)
        if (first := item.first // slot * slot) <= minute < max(first + slot, item.last // slot * slot)
    ]


def _share(cells: int, many: int, place: int) -> int:
    """How many of the cells the one at this place gets."""
    return cells * (place + 1) // many - cells * place // many


def _block(item: RosterItem, minute: int, slot: int, cells: int) -> str:
    """The words of a block on one of its lines: when on the first and who on the second, or both on the only one."""
    first = item.first // slot * slot
    lines = max(1, (item.last // slot * slot - first) // slot)
    times = _times(item) if cells >= len(_times(item)) else _short_times(item)
    if lines == 1:
        return f"{_short_times(item)} {_name(item)}"
    return {0: times, slot: _name(item)}.get(minute - first, "")


def _name(item: RosterItem) -> str:
    if item.entry is None:
        return LOST + " " + _("LUCKA")
    name = clean_line(item.entry.name)
    return name if item.entry.available else _("{name} (borta)").format(name=name)


def _times(item: RosterItem) -> str:
    return f"{clock_time(item.starts_at)}–{clock_time(item.ends_at)}"


def _short_times(item: RosterItem) -> str:
    return _times(item).replace(".00", "")


def _opening(span: tuple[int, int]) -> str:
    return "–".join(f"{minute // 60:02}.{minute % 60:02}" for minute in span)
