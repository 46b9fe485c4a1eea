"""The patient list: a virtual list that draws only the lines one sees, and whose cursor stays on its case."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import zip_longest

from msgspec import Struct
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from p24tui.i18n import _
from p24tui.routine.case import CaseState
from p24tui.routine.chat import has_unread
from p24tui.routine.visit import is_half_ended
from p24tui.services.views import CaseLine, QueueView
from p24tui.store.values import Doing
from p24tui.text import clean_line
from p24tui.tui import draw, look
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings, key_name
from p24tui.tui.live_list import LiveList
from p24tui.words.cases import SUICIDE, TRIAGE_FAILED, TYPING, VIEWING, mark_to_keep, priority_mark, state_marks
from p24tui.words.duty import guarantee_mark
from p24tui.words.times import waited


class Columns(Struct, frozen=True):
    """The widths of the columns in cells; a column of no width is not drawn."""

    patient: int
    matter: int
    state: int
    owner: int
    unit: int = 0


WAITED = 6
PRIORITY = 2
AGE = 4
UNIT = 10
UNIT_NARROW = 5

MATTER = 60
"""Cells that a matter gets at most; what is over goes to the state."""

WIDE = 110
"""Cells from which a held case says why, and who is in a case stands there by name."""

STEPS = {"down": 1, "up": -1}
"""The keys that move the cursor by a line. No settings can take them (``NEEDED``)."""


def columns(width: int, *, several_units: bool = False) -> Columns:
    """The columns for a list of this width: the narrower it is, the fewer cells the names and words get."""
    state, owner = (15, 7) if width < 76 else (18, 9) if width < WIDE else (30, 18)
    unit = 0 if not several_units else UNIT if width >= 100 else UNIT_NARROW
    left = width - (1 + PRIORITY + 1 + WAITED + 2 + AGE + 1 + 1 + state + 1 + owner + (unit and unit + 1))
    patient = max(8, min(28, left // 2))
    matter = max(0, min(MATTER, left - patient))
    return Columns(patient, matter, state + max(0, left - patient - matter), owner, unit)


class PatientList(ScrollView, can_focus=True):
    """The unit's cases in their order.

    Values come in by ``show`` and ``put``; ``cursor_id`` says where one stands.
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

    def __init__(self, live: LiveList, now: datetime, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.live = live
        self.unit_names: dict[str, str] = {}
        self._now = now
        self._strips: dict[tuple[str, bool], Strip] = {}
        self._styles: dict[str, Style] = {}
        self._cursor: str | None = None
        self._clicked: str | None = None
        self._loaded = False

    @property
    def cursor_id(self) -> str | None:
        """The case that the cursor stands on."""
        return self._cursor

    @property
    def cursor_line(self) -> CaseLine | None:
        """That case's line."""
        return self.live.line(self._cursor)

    def show(self, view: QueueView, now: datetime) -> None:
        """A list read anew. The cursor stays on its case where that is still there."""
        self.live.show(view, now)
        self._now = now
        self._loaded = True
        self.rearrange()

    def rearrange(self) -> None:
        """Another filter or search: the cursor stays on its case where that is still shown."""
        self._strips.clear()
        self._stay(0)
        self._resize()
        self._scroll_into_view()
        self.refresh()

    def put(self, lines: Collection[CaseLine], now: datetime, *, reading: str | None = None) -> bool:
        """Lines that are new or have changed; what has ended goes. Returns whether anything has come in.

        The cursor's case stays where it stands on the screen, whatever comes in above it. What comes in to the case
        that somebody is ``reading`` is no news.
        """
        self._now = now
        with self._changing({line.case.id for line in lines}):
            return self.live.put(lines, reading=reading)

    def drop(self, case_ids: Collection[str]) -> None:
        """These cases have gone to another unit."""
        with self._changing(set(case_ids)):
            self.live.drop(case_ids)

    @contextmanager
    def _changing(self, changed: set[str]) -> Iterator[None]:
        """These lines change; the cursor stays on its case, and the case where it stood on the screen."""
        before, cursor = self._in_sight(), self.live.index(self._cursor)
        top = int(self.scroll_offset.y)
        yield
        for id in changed:
            self._strips.pop((id, False), None)
            self._strips.pop((id, True), None)
        self._stay(cursor or 0)
        self._resize()
        self._keep_offset(0 if cursor is None else cursor - top)
        self._repaint_rows(before, changed)

    def see_arrivals(self) -> None:
        """Somebody has looked at what is in sight: it is marked as new no longer."""
        seen = self.live.arrived.keys() & set(self._in_sight())
        for id in seen:
            del self.live.arrived[id]
            self._strips.pop((id, False), None)
        if seen:
            self.refresh()

    def tick(self, now: datetime) -> None:
        """Time has passed: the waits that show are drawn anew, and what came in yesterday has become older."""
        self._now = now
        self._strips.clear()
        if self.live.tick(now):
            self.rearrange()
        self.refresh()

    def move_to(self, case_id: str) -> None:
        """Put the cursor on a case that the list has."""
        if case_id in self.live:
            self._stand_on(case_id)

    def action_move(self, step: int) -> None:
        self._go_to(self._index() + step)

    def action_page(self, step: int) -> None:
        self._go_to(self._index() + step * max(1, self._visible_rows - 1))

    def action_edge(self, end: int) -> None:
        self._go_to(0 if end == 0 else len(self.live) - 1)

    def on_key(self, event: events.Key) -> None:
        """The keys that are pressed most act at once: the way up, to where bindings are looked for, takes longer."""
        if step := STEPS.get(event.key):
            event.stop()
            self.action_move(step)

    def on_click(self, event: events.Click) -> None:
        """One click moves the cursor, another on the same case opens it: never one that has come under the pointer."""
        offset = event.get_content_offset(self)
        row = -1 if offset is None or offset.y == 0 else offset.y - 1 + int(self.scroll_offset.y)
        if not 0 <= row < len(self.live):
            return
        before, self._clicked = self._clicked, self.live.id_at(row)
        again = before == self._clicked == self._cursor
        self._go_to(row)
        if again:
            self.call_later(self.run_action, "screen.open_case")

    def on_resize(self) -> None:
        self._strips.clear()
        self._resize()
        self._scroll_into_view()
        self.refresh()  # it may have been painted already, with lines of the old width

    def notify_style_update(self) -> None:
        self._strips.clear()
        self._styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return self._heading()
        index = y - 1 + int(self.scroll_offset.y)
        if index >= len(self.live):
            return self._below(y)
        id = self.live.id_at(index)
        look_key = (id, id == self._cursor)
        found = self._strips.get(look_key)
        if found is None:
            found = self._strips[look_key] = self._draw(id, on_cursor=look_key[1])
        return found

    @property
    def _visible_rows(self) -> int:
        return max(1, self.size.height - 1)

    def _repaint_rows(self, before: list[str], changed: set[str]) -> None:
        """Paint anew from the first to the last row that shows another case than before, or a changed one."""
        after = self._in_sight()
        pairs = enumerate(zip_longest(before, after), start=1)
        rows = [row for row, (old, new) in pairs if old != new or new in changed]
        if rows:
            width = self.scrollable_content_region.width
            self.refresh(Region(0, rows[0], width, rows[-1] - rows[0] + 1))
        elif not after:
            self.refresh()

    def _in_sight(self) -> list[str]:
        top = int(self.scroll_offset.y)
        return self.live.ids(top, top + self._visible_rows)

    def _index(self) -> int:
        return self.live.index(self._cursor) or 0

    def _stay(self, near: int) -> None:
        """Stand on the case that has taken the place of one that is no longer shown."""
        if self._cursor not in self.live:
            last = len(self.live) - 1
            self._stand_on(None if last < 0 else self.live.id_at(max(0, min(near, last))))

    def _keep_offset(self, offset: int) -> None:
        """Let the cursor's case stay where it stood on the screen."""
        top = self._index() - offset
        if 0 <= offset < self._visible_rows and int(self.scroll_offset.y) > 0:
            self.scroll_to(y=max(0, top), animate=False, immediate=True)
        self._scroll_into_view()

    def _go_to(self, index: int) -> None:
        if len(self.live):
            self._stand_on(self.live.id_at(max(0, min(index, len(self.live) - 1))))

    def _stand_on(self, id: str | None) -> None:
        before, self._cursor = self._cursor, id
        if before == id:
            return
        self._scroll_into_view()
        for one in (before, id):
            index = self.live.index(one)
            if index is not None:
                row = index - int(self.scroll_offset.y) + 1
                if 0 < row <= self._visible_rows:
                    self.refresh(Region(0, row, self.scrollable_content_region.width, 1))

    def _scroll_into_view(self) -> None:
        if not self.size.height:
            return  # it stands where it stood when it is shown again
        index, top = self._index(), int(self.scroll_offset.y)
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True)
        elif index >= top + self._visible_rows:
            self.scroll_to(y=index - self._visible_rows + 1, animate=False, immediate=True)

    def _resize(self) -> None:
        """Tell how long the list is. Its scrollbar is always there, so the screen is not laid out anew for it."""
        height = len(self.live) + 1
        self.set_reactive(PatientList.virtual_size, Size(self.scrollable_content_region.width, height))
        self.vertical_scrollbar.window_virtual_size = height

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"patient-list--{name}")
        return self._styles[name]

    def _columns(self, width: int) -> Columns:
        return columns(width, several_units=len(self.unit_names) > 1)

    def _heading(self) -> Strip:
        style, width = self._style("heading"), self.scrollable_content_region.width
        widths = self._columns(width)
        words = (
            " ",
            draw.fit(_("P"), PRIORITY + 1),
            draw.fit_right(_("Väntat"), WAITED) + "  ",
            draw.fit(_("Patient"), widths.patient + AGE) + " ",
            draw.fit(_("Ärende"), widths.matter) + " ",
            draw.fit(_("Enhet"), widths.unit) + " " if widths.unit else "",
            draw.fit(_("Läge"), widths.state) + " ",
            draw.fit(_("Hos"), widths.owner),
        )
        return draw.strip([("".join(words), style)], width, style)

    def _below(self, y: int) -> Strip:
        style = self._style("line")
        said = [] if len(self.live) else self._empty()
        if 0 <= y - 2 < len(said):
            words = f"  {said[y - 2]}"
            return draw.strip([(words, self._style("empty"))], self.scrollable_content_region.width, style)
        return Strip.blank(self.scrollable_content_region.width, style)

    def _empty(self) -> list[str]:
        if not self._loaded:
            return [_("Hämtar listan …")]
        hidden, key = self.live.hidden.cases, key_name("show_all")
        if self.live.words:
            return [
                _("Inget hittades för ”{words}”.").format(words=clean_line(" ".join(self.live.words), 40)),
                _("Sökt i namn, nummer, ärende och text."),
                _("{count} visas inte; {key} visar alla.").format(count=hidden, key=key),
            ]
        if hidden:
            return [_("Inget passar. {count} visas inte; {key} visar alla.").format(count=hidden, key=key)]
        return [_("Inga ärenden väntar.")]

    def _draw(self, id: str, *, on_cursor: bool) -> Strip:
        line = self.live.line(id)
        assert line is not None
        case, width = line.case, self.scrollable_content_region.width
        widths = self._columns(width)
        base = self._style("cursor") if on_cursor else self._style("line")
        urgent = base if on_cursor else self._style("urgent")
        unread = base if on_cursor else self._style("unread")
        quiet = base if on_cursor else self._style("quiet")
        mark = priority_mark(case)
        urgently = mark in (SUICIDE, TRIAGE_FAILED, "1")
        age = "" if line.patient.age is None else str(line.patient.age)
        name = line.patient.name or _("Skyddad person")
        state_style = urgent if urgently or is_half_ended(case) else unread if has_unread(case) else base
        text = base if case.waiting_since is not None else quiet
        arrived = (look.ARRIVED, unread) if id in self.live.arrived else (" ", base)
        wide = width >= WIDE
        unit = self.unit_names.get(case.unit_id, "")
        promised = guarantee_mark(line.guarantee, self._now)
        parts = [
            (look.CURSOR, urgent) if on_cursor else arrived,
            (draw.fit(mark, PRIORITY) + " ", urgent if urgently else base),
            (draw.fit_right(waited(case.waiting_since, self._now), WAITED) + "  ", text),
            (draw.fit(name, widths.patient), text),
            (draw.fit_right(age, AGE) + " ", quiet),
            (draw.fit(line.matter, widths.matter) + " ", text),
            (draw.fit(unit, widths.unit) + " " if widths.unit else "", quiet),
            (draw.fit(_state(line, promised, why=wide), widths.state, keep=mark_to_keep(case)) + " ", state_style),
            (draw.fit(_whose(line, by_name=wide), widths.owner), base if line.owner or line.present else quiet),
        ]
        return draw.strip(parts, width, base)


def _state(line: CaseLine, promised: str, *, why: bool) -> str:
    """How the case stands; first that one has handed it over, and follows it."""
    guest = _("gäst") + " " if line.guest and line.case.state is not CaseState.ENDED else ""
    return guest + state_marks(line.case, promised=promised, why=why)


def _whose(line: CaseLine, *, by_name: bool) -> str:
    """Who has the case, and who else is in it: a pen for whoever types, a ring for whoever looks."""
    owner = _first_name(line.owner) if line.owner else "–"
    owners_mark = ""
    others = []
    for one in line.present[:3]:
        mark = TYPING if one.doing is Doing.TYPING else VIEWING
        if one.staff_id == line.case.owner_id:
            owners_mark = mark
        else:
            others.append(f"{mark} {_first_name(one.name)}" if by_name else mark)
    return " ".join(filter(None, [owner, owners_mark, *others]))


def _first_name(name: str) -> str:
    return name.split(" ")[0]
