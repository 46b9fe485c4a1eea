"""A list in a box: how much there is, rows, what one may do about the row under the cursor, and the keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.tui.places import Page
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.lines import Lines
from p24tui.tui.widgets.place import PlaceList, PlaceNote

Shown = TypeVar("Shown")
Ends = TypeVar("Ends")


class ListDialog(ModalScreen[Ends | None], Generic[Shown, Ends]):
    """What it shows is read by whoever opened it, and read anew as it changes; it ends by Esc.

    A screen says what ``page`` it makes of that, the advice on the row under the cursor and the keys that do something.
    """

    NAME: ClassVar[str]
    """What the ids in it begin with."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._shown: tuple[Shown, datetime] | None = None
        self._stands_there = False
        self._said = ""
        self._note = PlaceNote()
        self._list = PlaceList()
        self._advice = Lines(id=f"{self.NAME}-advice", classes="advice")
        self._keys = Lines(classes="dialog-keys")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide list-dialog", id=f"{self.NAME}-dialog"):
            yield Static(Content.styled(self._title, "bold"))
            yield self._note
            yield self._list
            yield self._advice
            yield self._keys

    def on_mount(self) -> None:
        self._list.focus()
        self._stands_there = True
        self._paint(anew=True)

    def page(self, shown: Shown, now: datetime) -> Page:
        """The rows, and what stands above them."""
        raise NotImplementedError

    def advice(self) -> Content:
        """What there is to say of the row under the cursor, and what was said last."""
        raise NotImplementedError

    def keys(self) -> Iterable[str]:
        """The keys that do something now."""
        raise NotImplementedError

    def forget(self) -> None:
        """One has moved on: what was said, and what was asked, is over."""
        self._said = ""

    def show(self, shown: Shown, now: datetime) -> None:
        """Show this, with the cursor on the row it was on."""
        anew, self._shown = self._shown is None, (shown, now)
        if self._stands_there:
            self._paint(anew=anew)

    def say(self, words: str) -> None:
        """Say what came of it, or why it was not done, where the advice stands, until one moves on."""
        self._said = words
        self._advise()

    def action_open_row(self) -> None:
        """What Enter does."""
        raise NotImplementedError

    def on_place_list_chosen(self, _message: PlaceList.Chosen) -> None:
        self.action_open_row()

    def on_place_list_moved(self, _message: PlaceList.Moved) -> None:
        self.forget()
        self._advise()

    def action_show_list(self) -> None:
        self.dismiss(None)

    def _paint(self, *, anew: bool) -> None:
        if self._shown is None:
            return
        page = self.page(*self._shown)
        self._note.cells = page.above
        self._list.show(page, anew=anew)
        self._advise()

    def _advise(self) -> None:
        self._advice.update(self.advice())
        self._keys.update("   ".join(self.keys()))
