"""Which of the unit's staff one is. It is no login, and says so."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui.i18n import _
from p24tui.store.values import Staff, Unit
from p24tui.text import clean_line
from p24tui.words import profession_word


class WhoScreen(Screen[Staff | None]):
    """Choose a person; Esc closes the console. ``banner`` is a word such as the demo's, which stands first."""

    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, unit: Unit, staff: list[Staff], suggested: str, banner: str = "") -> None:
        super().__init__()
        self._unit = unit
        self._staff = staff
        self._suggested = suggested
        self._banner = banner

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title(), classes="dialog-title")
            yield Static(_("Vem är du?"))
            yield OptionList(*(self._option(one) for one in self._staff), id="who", markup=False)
            yield Static(
                _("Detta är ingen inloggning: vad du gör och läser loggas på den du väljer."),
                classes="dialog-note",
            )
            yield Static(_("↑ ↓ välj   Enter börja   Esc stäng"), classes="dialog-keys")

    def on_mount(self) -> None:
        ids = [one.id for one in self._staff]
        if self._suggested in ids:
            self.query_one(OptionList).highlighted = ids.index(self._suggested)
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._staff[event.option_index])

    def action_leave(self) -> None:
        self.dismiss(None)

    def _title(self) -> Content:
        banner = (f"{self._banner}  ", "bold $warning") if self._banner else ""
        return Content.assemble(banner, (clean_line(self._unit.name), "bold"))

    @staticmethod
    def _option(one: Staff) -> Option:
        words = Content.assemble(clean_line(one.name), (f"  {profession_word(one.profession)}", "$foreground 70%"))
        return Option(words, id=one.id)
