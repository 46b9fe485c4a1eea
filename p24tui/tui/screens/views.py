"""Saved views: choose one by its number, save what is shown now under a name, forget one."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui.i18n import N_, _
from p24tui.routine.list_filter import Age, ListFilter
from p24tui.services.views import SavedView
from p24tui.text import clean_line
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.cases import filter_words

STANDING = (
    (N_("Alla öppna"), ListFilter()),
    (N_("I dag"), ListFilter(age=Age.TODAY)),
    (N_("Äldre öppna"), ListFilter(age=Age.OLDER)),
    (N_("Mina"), ListFilter(mine=True)),
    (N_("Olästa"), ListFilter(unread=True)),
)
"""The views that everybody has."""


class ViewsScreen(ModalScreen[ListFilter | SavedView | str | None]):
    """Ends with a filter to show, a view to save, the name of a view to forget, or nothing."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("s", "name", show=False),
        Binding("delete", "forget", show=False),
        *(Binding(str(n), f"choose({n})", show=False) for n in range(1, 10)),
    ]

    def __init__(self, saved: tuple[SavedView, ...], now: ListFilter, unit_names: dict[str, str]) -> None:
        super().__init__()
        self._saved = saved
        self._now = now
        self._unit_names = unit_names
        self._filters = [*(chosen for _name, chosen in STANDING), *(one.filter for one in saved)]

    def compose(self) -> ComposeResult:
        names = [*(_(name) for name, _chosen in STANDING), *(clean_line(one.name) for one in self._saved)]
        with Dialog():
            yield Static(Content.styled(_("Vyer"), "bold"), classes="dialog-title")
            yield OptionList(*(self._option(n, name) for n, name in enumerate(names)), id="views", markup=False)
            yield Field(placeholder=_("Namn på vyn"), id="view-name")
            yield Static(_("1–9 Enter visa   s spara som vy   Delete glöm   Esc tillbaka"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query("#view-name").set(display=False)
        self.query(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._filters[event.option_index])

    def on_input_submitted(self, event: Field.Submitted) -> None:
        if event.value.strip():
            self.dismiss(SavedView(event.value.strip(), self._now))

    def action_choose(self, number: int) -> None:
        if number <= len(self._filters):
            self.dismiss(self._filters[number - 1])

    def action_name(self) -> None:
        field = self.query_one("#view-name", Field)
        field.display = True
        field.focus()

    def action_forget(self) -> None:
        """Only one's own can be forgotten."""
        index = self.query_one(OptionList).highlighted
        if index is not None and index >= len(STANDING):
            self.dismiss(self._saved[index - len(STANDING)].name)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _option(self, index: int, name: str) -> Option:
        words = filter_words(self._filters[index], self._unit_names)
        return Option(Content.assemble((f"{index + 1}  {name}", "bold"), f"  –  {words}"))
