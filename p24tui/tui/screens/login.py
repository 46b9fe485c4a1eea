"""The entrance: who one is, proven; and where there is a choice, at which unit one works and in which role (NA-1)."""

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui import services
from p24tui.i18n import _
from p24tui.routine.login import Means, Proven
from p24tui.routine.role import Role
from p24tui.services.login_views import Admitted
from p24tui.store.values import Staff, Unit
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.tui.screens.proving import ProvingScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.access import role_word
from p24tui.words.cases import profession_word


class LoginScreen(ProvingScreen[Admitted, Admitted | None]):
    """Log in; Esc goes back to where one came from. ``said`` is why one has to."""

    def __init__(self, system: System, place: str, means: Means, said: str = "", last: str = "") -> None:
        super().__init__(system, place, means, said=said)
        self._last = last

    def on_mount(self) -> None:
        """Where nobody can log in at all, that is said; while the database does not answer, one may try."""
        if self._means is Means.PASSWORD:
            nobody_has_one = services.passwords.nobody_has_one
            self._errands.run(lambda: nobody_has_one(self._system), self._say_who_gives_one, lambda _error: None)

    def _say_who_gives_one(self, nobody_has_one: bool) -> None:
        if nobody_has_one:
            words = _("Ingen har lösenord än. Den som sköter p24tui ger dig ett:\n{command}")
            self.say_lead(words.format(command="p24tui staff password HSA-ID"))

    def heading(self) -> Content:
        return Content.assemble(("P24", "bold $primary"), ("  " + _("Logga in"), "bold"))

    def keys(self) -> str:
        return _("Enter logga in   Esc stäng")

    def remembered(self) -> str:
        return self._last

    def follow(self, proven: Proven) -> Admitted:
        admitted = services.login.admit(self._system, proven, self._place)
        services.login.remember(self._system, proven)
        return admitted

    def done(self, result: Admitted) -> None:
        self.dismiss(result)

    def go_away(self) -> None:
        self.dismiss(None)


class Choice(Struct, frozen=True):
    """A unit to work at, and the role to work there in."""

    unit: Unit
    role: Role


class ChoiceScreen(Screen[Choice | None]):
    """Choose among several units and roles; Esc goes back."""

    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, name: str, choices: list[Choice], suggested: str) -> None:
        super().__init__()
        self._person = name
        self._choices = choices
        self._suggested = suggested

    def compose(self) -> ComposeResult:
        with Dialog():
            yield Static(Content.styled(clean_line(self._person), "bold"), classes="dialog-title")
            yield Static(_("Var arbetar du nu, och som vad?"))
            yield OptionList(*(self._option(one) for one in self._choices), id="choices", markup=False)
            yield Static(_("↑ ↓ välj   Enter börja   Esc tillbaka"), classes="dialog-keys")

    def on_mount(self) -> None:
        there = [number for number, one in enumerate(self._choices) if one.unit.id == self._suggested]
        for choices in self.query(OptionList):
            choices.highlighted = there[0] if there else 0
            choices.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index])

    def action_leave(self) -> None:
        self.dismiss(None)

    @staticmethod
    def _option(one: Choice) -> Option:
        return Option(Content.assemble((clean_line(one.unit.name), "bold"), f"  {role_word(one.role)}"))


class DemoScreen(Screen[Staff | None]):
    """In a demo one may be any of its people, who are nobody: choose one; Esc closes the console."""

    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, unit: Unit, staff: list[Staff], suggested: str, banner: str) -> None:
        super().__init__()
        self._unit = unit
        self._staff = staff
        self._suggested = suggested
        self._banner = banner

    def compose(self) -> ComposeResult:
        with Dialog():
            title = Content.assemble(
                (f"{self._banner}  " if self._banner else "", "bold $warning"), (clean_line(self._unit.name), "bold")
            )
            yield Static(title, classes="dialog-title")
            yield Static(_("Vem är du?"))
            yield OptionList(*(self._option(one) for one in self._staff), id="who", markup=False)
            yield Static(_("I demon loggar ingen in: allt här är påhittat."), classes="dialog-note")
            yield Static(_("↑ ↓ välj   Enter börja   Esc stäng"), classes="dialog-keys")

    def on_mount(self) -> None:
        ids = [one.id for one in self._staff]
        for people in self.query(OptionList):
            if self._suggested in ids:
                people.highlighted = ids.index(self._suggested)
            people.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._staff[event.option_index])

    def action_leave(self) -> None:
        self.dismiss(None)

    @staticmethod
    def _option(one: Staff) -> Option:
        words = Content.assemble(clean_line(one.name), (f"  {profession_word(one.profession)}", "$foreground 70%"))
        return Option(words, id=one.id)
