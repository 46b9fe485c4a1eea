"""The patient list: a virtual list that draws only the lines one sees, and whose cursor stays on its case."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from p24tui.i18n import _
from p24tui.routine.case import CaseState
from p24tui.routine.queue import OrderKey, order_key
from p24tui.services.queue import CaseLine, QueueView
from p24tui.store.desk import Doing
from p24tui.tui import draw, look
from p24tui.tui.keys import Where, bindings
from p24tui.words import SUICIDE, TRIAGE_FAILED, TYPING, VIEWING, priority_mark, state_marks, waited


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns in cells."""

    patient: int
    matter: int
    state: int
    owner: int


WAITED = 6
PRIORITY = 2
AGE = 4


def columns(width: int) -> Columns:
    """The columns for a list of this width: the narrower it is, the fewer cells the names and words get."""
    state, owner = (15, 7) if width < 76 else (18, 9) if width < 110 else (26, 18)
    left = width - (1 + PRIORITY + 1 + WAITED + 2 + AGE + 1 + 1 + state + 1 + owner)
    patient = max(8, min(28, left // 2))
    return Columns(patient, max(0, left - patient), state, owner)


class PatientList(ScrollView, can_focus=True):
    """The unit's cases in their order.

    Values come in by ``show`` and ``put``; out go ``Chosen`` and ``Moved``.
    """

    BINDINGS = [
        ("down", "move(1)", ""),
        ("up", "move(-1)", ""),
        ("pagedown", "page(1)", ""),
        ("pageup", "page(-1)", ""),
        ("home", "edge(0)", ""),
        ("end", "edge(-1)", ""),
        *bindings(Where.LIST),
    ]
    COMPONENT_CLASSES = {
        "patient-list--line",
        "patient-list--cursor",
        "patient-list--heading",
        "patient-list--urgent",
        "patient-list--unread",
        "patient-list--quiet",
        "patient-list--empty",
    }

    class Moved(Message):
        """The cursor has come to stand on another case, or on none."""

        def __init__(self, patient_list: "PatientList", case_id: str | None) -> None:
            super().__init__()
            self.patient_list = patient_list
            self.case_id = case_id

        @property
        def control(self) -> "PatientList":
            return self.patient_list

    def __init__(self, now: datetime, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._message_after = 3
        self._lines: dict[str, CaseLine] = {}
        self._keys: dict[str, OrderKey] = {}
        self._order: list[OrderKey] = []
        self._strips: dict[tuple[str, bool], Strip] = {}
        self._cursor: str | None = None
        self._loaded = False

    @property
    def cursor_id(self) -> str | None:
        """The case that the cursor stands on."""
        return self._cursor

    @property
    def cursor_line(self) -> CaseLine | None:
        """That case's line."""
        return self._lines.get(self._cursor or "")

    @property
    def lines(self) -> list[CaseLine]:
        """Every line, in order."""
        return [self._lines[key[-1]] for key in self._order]

    def line_of(self, case_id: str) -> CaseLine | None:
        """The line of a case that the list has."""
        return self._lines.get(case_id)

    def show(self, view: QueueView, now: datetime) -> None:
        """A list read anew. The cursor stays on its case where that is still there."""
        self._now = now
        self._message_after = view.message_after
        self._lines = {line.case.id: line for line in view.lines}
        self._keys = {id: self._key(line) for id, line in self._lines.items()}
        self._order = sorted(self._keys.values())
        self._strips.clear()
        self._loaded = True
        if self._cursor not in self._lines:
            self._stand_on(self._order[0][-1] if self._order else None)
        self._resize()
        self.refresh()

    def put(self, lines: Iterable[CaseLine], now: datetime) -> list[str]:
        """Lines that are new or have changed; what has ended goes. Returns the ids of those that are new."""
        self._now = now
        new = []
        offset = self._cursor_offset()
        for line in lines:
            id = line.case.id
            if id not in self._lines and line.case.state is not CaseState.ENDED:
                new.append(id)
            self._take_out(id)
            if line.case.state is not CaseState.ENDED:
                self._lines[id] = line
                self._keys[id] = key = self._key(line)
                insort(self._order, key)
        self._resize()
        self._keep_offset(offset)
        self.refresh()
        return new

    def tick(self, now: datetime) -> None:
        """Time has passed: the waits that show are drawn anew."""
        self._now = now
        self._strips.clear()
        self.refresh()

    def move_to(self, case_id: str) -> None:
        """Put the cursor on a case that the list has."""
        if case_id in self._keys:
            self._stand_on(case_id)

    def action_move(self, step: int) -> None:
        self._go_to(self._index() + step)

    def action_page(self, step: int) -> None:
        self._go_to(self._index() + step * max(1, self._visible_rows - 1))

    def action_edge(self, end: int) -> None:
        self._go_to(0 if end == 0 else len(self._order) - 1)

    def on_click(self, event: events.Click) -> None:
        row = event.y - 1 + int(self.scroll_offset.y)
        if event.y > 0 and row < len(self._order):
            self._go_to(row)
            if event.chain == 2:
                self.call_later(self.run_action, "screen.open_case")

    def on_resize(self) -> None:
        self._strips.clear()
        self._resize()

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return self._heading()
        index = y - 1 + int(self.scroll_offset.y)
        if index >= len(self._order):
            return self._below(y)
        id = self._order[index][-1]
        look_key = (id, id == self._cursor)
        found = self._strips.get(look_key)
        if found is None:
            found = self._strips[look_key] = self._draw(self._lines[id], on_cursor=look_key[1])
        return found

    @property
    def _visible_rows(self) -> int:
        return max(1, self.size.height - 1)

    def _key(self, line: CaseLine) -> OrderKey:
        return order_key(line.case, self._message_after)

    def _take_out(self, id: str) -> None:
        self._strips.pop((id, False), None)
        self._strips.pop((id, True), None)
        if (key := self._keys.pop(id, None)) is None:
            return
        index = bisect_left(self._order, key)
        del self._order[index]
        del self._lines[id]

    def _index(self) -> int:
        key = self._keys.get(self._cursor or "")
        return 0 if key is None else bisect_left(self._order, key)

    def _cursor_offset(self) -> int:
        """How far below the first line one sees the cursor stands."""
        return self._index() - int(self.scroll_offset.y)

    def _keep_offset(self, offset: int) -> None:
        """Let the cursor's case stay where it stood on the screen, whatever came in above it."""
        if self._cursor is not None and self._cursor not in self._keys:
            near = min(max(0, offset + int(self.scroll_offset.y)), len(self._order) - 1)
            self._stand_on(self._order[near][-1] if self._order else None)
        top = self._index() - offset
        if 0 <= offset < self._visible_rows and int(self.scroll_offset.y) > 0:
            self.scroll_to(y=max(0, top), animate=False, immediate=True)
        self._scroll_into_view()

    def _go_to(self, index: int) -> None:
        if self._order:
            self._stand_on(self._order[max(0, min(index, len(self._order) - 1))][-1])

    def _stand_on(self, id: str | None) -> None:
        before, self._cursor = self._cursor, id
        if before == id:
            return
        self._scroll_into_view()
        for one in (before, id):
            if one in self._keys:
                row = bisect_left(self._order, self._keys[one]) - int(self.scroll_offset.y) + 1
                if 0 < row <= self._visible_rows:
                    self.refresh(Region(0, row, self.scrollable_content_region.width, 1))
        self.post_message(self.Moved(self, id))

    def _scroll_into_view(self) -> None:
        index, top = self._index(), int(self.scroll_offset.y)
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True)
        elif index >= top + self._visible_rows:
            self.scroll_to(y=index - self._visible_rows + 1, animate=False, immediate=True)

    def _resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._order) + 1)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"patient-list--{name}")

    def _heading(self) -> Strip:
        style = self._style("heading")
        widths = columns(self.scrollable_content_region.width)
        words = (
            " ",
            draw.fit(_("P"), PRIORITY + 1),
            draw.fit_right(_("Väntat"), WAITED) + "  ",
            draw.fit(_("Patient"), widths.patient + AGE) + " ",
            draw.fit(_("Ärende"), widths.matter) + " ",
            draw.fit(_("Läge"), widths.state) + " ",
            draw.fit(_("Hos"), widths.owner),
        )
        return draw.strip([("".join(words), style)], self.scrollable_content_region.width, style)

    def _below(self, y: int) -> Strip:
        style = self._style("line")
        if not self._order and y == 2:
            words = _("  Inga ärenden väntar.") if self._loaded else _("  Hämtar listan …")
            return draw.strip([(words, self._style("empty"))], self.scrollable_content_region.width, style)
        return Strip.blank(self.scrollable_content_region.width, style)

    def _draw(self, line: CaseLine, *, on_cursor: bool) -> Strip:
        case, widths = line.case, columns(self.scrollable_content_region.width)
        base = self._style("cursor") if on_cursor else self._style("line")
        urgent = base if on_cursor else self._style("urgent")
        unread = base if on_cursor else self._style("unread")
        quiet = base if on_cursor else self._style("quiet")
        mark = priority_mark(case)
        urgently = mark in (SUICIDE, TRIAGE_FAILED, "1")
        age = "" if line.patient.age is None else str(line.patient.age)
        name = line.patient.name or _("Skyddad person")
        state_style = urgent if urgently else unread if case.unread or case.unread_free_text else base
        waits = case.waiting_since is not None
        parts = [
            (look.CURSOR if on_cursor else " ", urgent if on_cursor else base),
            (draw.fit(mark, PRIORITY) + " ", urgent if urgently else base),
            (draw.fit_right(waited(case.waiting_since, self._now), WAITED) + "  ", base if waits else quiet),
            (draw.fit(name, widths.patient), base if waits else quiet),
            (draw.fit_right(age, AGE) + " ", quiet),
            (draw.fit(line.matter, widths.matter) + " ", base if waits else quiet),
            (draw.fit(state_marks(case), widths.state) + " ", state_style),
            (draw.fit(_owner(line), widths.owner), base if line.owner else quiet),
        ]
        return draw.strip(parts, self.scrollable_content_region.width, base)


def _owner(line: CaseLine) -> str:
    """Who has the case, and who is in it: a pen for whoever types, a ring for whoever looks."""
    marks = "".join(TYPING if one.doing is Doing.TYPING else VIEWING for one in line.present[:2])
    first = line.owner.split(" ")[0] if line.owner else "–"
    return f"{first} {marks}".rstrip()
