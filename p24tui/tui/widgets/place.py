"""A place of the desk: a line that says how much there is, and a list whose cursor stays on its row."""

from rich.style import Style
from textual import events
from textual.app import RenderResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from p24tui.routine.role import Role
from p24tui.text import clean_line
from p24tui.tui import draw, look
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings, key_name
from p24tui.tui.places import Cell, Column, Page, Place, Row, title_of, waiting_page

FULL_TITLES = 100
"""Columns from which the tabs have their whole titles."""

GAP = 1


class PlaceTabs(Widget):
    """The places one has, each with its key, on one line; they can be clicked."""

    place: reactive[Place] = reactive(Place.LIST)

    def __init__(self, places: tuple[Place, ...], role: Role | None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._places = places
        self._role = role

    def render(self) -> RenderResult:
        return Content.assemble(
            *(
                (label, "bold $background on $primary" if place is self.place else "$foreground 80%")
                for place, label in self._labels()
            )
        )

    def on_click(self, event: events.Click) -> None:
        at = 0
        for place, label in self._labels():
            at += len(label)
            if event.x < at:
                self.app.call_later(self.app.run_action, f"screen.{place.action}", self.screen)
                return

    def _labels(self) -> list[tuple[Place, str]]:
        short = self.size.width < FULL_TITLES
        titles = {place: title_of(place, self._role, short=short) for place in self._places}
        return [(place, f" {key_name(place.action)} {title} ") for place, title in titles.items()]


class PlaceNote(Widget):
    """How much there is in a place, on one line above it."""

    cells: reactive[tuple[Cell, ...]] = reactive(())

    STYLES = {
        "strong": "bold",
        "urgent": "bold $error",
        "unread": "bold $accent",
        "quiet": "$foreground 70%",
        "done": "bold $success",
    }

    def render(self) -> RenderResult:
        said = [Content.styled(clean_line(text), self.STYLES.get(style, "")) for text, style in self.cells]
        return Content.assemble(" ", Content.styled(" · ", "$foreground 60%").join(said))


MOVES: list[BindingType] = [
    ("down", "move(1)", ""),
    ("up", "move(-1)", ""),
    ("pagedown", "page(1)", ""),
    ("pageup", "page(-1)", ""),
    ("home", "edge(0)", ""),
    ("end", "edge(-1)", ""),
]


class PlaceList(ScrollView, can_focus=True):
    """The rows of a page. Only those in sight are made and drawn."""

    BINDINGS = [*MOVES, *bindings(Where.PLACE)]
    COMPONENT_CLASSES = {
        f"place-list--{name}" for name in ("line", "cursor", "heading", "urgent", "unread", "quiet", "empty")
    }

    class Chosen(Message):
        """One wants to go where the row under the cursor leads."""

    class Moved(Message):
        """The cursor stands on another row."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._page = waiting_page()
        self._index = 0
        self._left: tuple[tuple[str, ...], int] = (), 0
        self._seen_to = ""
        self._clicked = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The rows, in order."""
        return self._page.ids

    @property
    def cursor_id(self) -> str:
        """The id of the row that the cursor stands on; empty where there is none."""
        return self._page.ids[self._index] if self._page.ids else ""

    @property
    def cursor_row(self) -> Row | None:
        """The row that the cursor stands on."""
        return self._page.row(self.cursor_id, self._width) if self._page.ids else None

    def show(self, page: Page, *, anew: bool = False) -> None:
        """Show this page: from its beginning where it is opened ``anew``, else with the cursor on the row it was on.

        A page without rows, as while they are read, lets go of none: the next key must not meet another patient (H21).
        """
        offset = self._index - int(self.scroll_offset.y)
        if anew:
            self._left = (), 0
        elif self._page.ids:
            self._left = self._page.ids, self._index
        self._page = page
        before, at = self._left
        seen_to, self._seen_to = self._seen_to, ""  # what moves it later is not one's own deed
        if seen_to in before[at : at + 1] and _has_sunk(before, at, page.ids):
            before = (*before[:at], "", *before[at + 1 :])
        self._index = nearest(before, at, page.ids)
        self._resize()
        if self.scroll_offset.y > 0:
            self.scroll_to(y=max(0, self._index - offset), animate=False, immediate=True)
        self._stand_on(self._index)

    def has_seen_to(self, id: str) -> None:
        """One has done something about this row: where it sinks for that the cursor stays, and is on what is next."""
        self._seen_to = id

    def move_to(self, id: str) -> None:
        """Put the cursor on a row of the page."""
        if id in self._page.ids:
            self._stand_on(self._page.ids.index(id))

    def action_move(self, step: int) -> None:
        self._stand_on(self._index + step)

    def action_page(self, step: int) -> None:
        self._stand_on(self._index + step * max(1, self._visible_rows - 1))

    def action_edge(self, end: int) -> None:
        self._stand_on(0 if end == 0 else len(self._page.ids) - 1)

    def on_click(self, event: events.Click) -> None:
        """One click moves the cursor, another on the same row goes there: never one that has come under the pointer."""
        offset = event.get_content_offset(self)
        index = -1 if offset is None or offset.y == 0 else offset.y - 1 + int(self.scroll_offset.y)
        if not 0 <= index < len(self._page.ids):
            return
        before, self._clicked = self._clicked, self._page.ids[index]
        again = before == self._clicked == self.cursor_id
        self._stand_on(index)
        if again:
            self.post_message(self.Chosen())

    def on_resize(self) -> None:
        self._resize()
        self._scroll_into_view()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return self._heading()
        index = y - 1 + int(self.scroll_offset.y)
        if index < len(self._page.ids):
            return self._draw(index)
        words = f"  {self._page.empty}" if y == 2 and not self._page.ids else ""
        return draw.strip([(words, self._style("empty"))], self._width, self._style("line"))

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _visible_rows(self) -> int:
        return max(1, self.size.height - 1)

    def _stand_on(self, index: int) -> None:
        before, self._index = self._index, max(0, min(index, len(self._page.ids) - 1))
        self._scroll_into_view()
        self.refresh()
        if self._index != before:
            self.post_message(self.Moved())

    def _scroll_into_view(self) -> None:
        if not self.size.height:
            return
        top = int(self.scroll_offset.y)
        if self._index < top:
            self.scroll_to(y=self._index, animate=False, immediate=True)
        elif self._index >= top + self._visible_rows:
            self.scroll_to(y=self._index - self._visible_rows + 1, animate=False, immediate=True)

    def _resize(self) -> None:
        self.virtual_size = Size(self._width, len(self._page.ids) + 1)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"place-list--{name}")

    def _columns(self) -> list[tuple[Column, int]]:
        """The columns, each with as many cells as it gets."""
        columns = self._page.columns(self._width)
        shared = sum(not column.width for column in columns)
        left = self._width - 1 - sum(column.width + GAP for column in columns)
        sized = []
        for column in columns:
            cells = column.width
            if not cells:
                cells = max(0, min(column.most, -(-left // shared)))
                left, shared = left - cells, shared - 1
            sized.append((column, cells))
        return sized

    def _heading(self) -> Strip:
        style = self._style("heading")
        words = [_fitted(column.title, column, cells) for column, cells in self._columns()]
        return draw.strip([(" " + "".join(words), style)], self._width, style)

    def _draw(self, index: int) -> Strip:
        on_cursor = index == self._index
        base = self._style("cursor") if on_cursor else self._style("line")
        row = self._page.row(self._page.ids[index], self._width)
        parts = [(look.CURSOR if on_cursor else " ", base)]
        for (text, name), (column, cells) in zip(row.cells, self._columns(), strict=True):
            parts.append((_fitted(text, column, cells), base if on_cursor or not name else self._style(name)))
        return draw.strip(parts, self._width, base)


class ClosingList(PlaceList, inherit_bindings=False):
    """The closing check: its rows take what one does with a case at closing."""

    BINDINGS = [*MOVES, *bindings(Where.CLOSING)]


class RegistrationList(PlaceList, inherit_bindings=False):
    """What is to be registered: its rows take the next step with a contact."""

    BINDINGS = [*MOVES, *bindings(Where.REGISTRATION)]


class VisitList(PlaceList, inherit_bindings=False):
    """The video visits of a day: its rows take what one does with a visit."""

    BINDINGS = [*MOVES, *bindings(Where.VIDEO)]


class LogControlList(PlaceList, inherit_bindings=False):
    """Log control: its rows lead into no case."""

    BINDINGS = [*MOVES, *bindings(Where.LOG_CONTROL)]


def nearest(before: tuple[str, ...], at: int, after: tuple[str, ...]) -> int:
    """Where the row that was ``at`` among those ``before`` stands now; where it has gone, the nearest that has not."""
    where = {id: index for index, id in enumerate(after)}
    there = [index for index, id in enumerate(before) if id in where]
    if not there:
        return max(0, min(at, len(after) - 1))
    return where[before[min(there, key=lambda index: (abs(index - at), index < at))]]


def _has_sunk(before: tuple[str, ...], at: int, after: tuple[str, ...]) -> bool:
    """Whether the row that was ``at`` among those ``before`` stands below the one that was below it."""
    row, below = before[at], before[at + 1 : at + 2]
    return row in after and below != () and below[0] in after and after.index(below[0]) < after.index(row)


def _fitted(text: str, column: Column, cells: int) -> str:
    words = draw.fit_right(text, cells - 1) + " " if column.right else draw.fit(text, cells)
    return words + " " * GAP
