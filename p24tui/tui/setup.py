"""The first run: a short wizard that asks for the unit and for oneself, and nothing more."""

from collections.abc import Callable
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Label, Select, Static

from p24tui.errors import BadInput, P24Error
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.actor import Profession
from p24tui.store.values import UnitKind
from p24tui.tui import look
from p24tui.tui.raising_app import RaisingApp
from p24tui.tui.textual_words import say_how_to_quit
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field, Secret
from p24tui.tui.window import HEIGHTS
from p24tui.words.cases import profession_word

SetUp = Callable[[dict[str, str]], None]


class SetUpScreen(Screen[None]):
    """One form. What does not fit is said under it, and everything typed stays."""

    AUTO_FOCUS = "#unit-name"
    BINDINGS = [Binding("escape", "leave", show=False), Binding("ctrl+s", "save", show=False)]

    def compose(self) -> ComposeResult:
        kinds = [
            (_("vårdcentral"), UnitKind.PRIMARY_CARE.value),
            (_("annan mottagning"), UnitKind.OTHER.value),
        ]
        app = self.app
        assert isinstance(app, SetUpApp)
        professions = [(profession_word(one), one.value) for one in Profession]
        with Dialog():
            yield Static(Content.styled(_("Välkommen till p24tui"), "bold"), classes="dialog-title")
            yield Static(_("Två saker behövs: vilken enhet det gäller, och vem du är. Mer kan läggas till efteråt."))
            with VerticalScroll(id="set-up-form", can_focus=False), Grid(classes="form"):
                yield Label(_("Enhetens namn"))
                yield Field(id="unit-name", placeholder=_("Vårdcentralen …"))
                yield Label(_("Enhetens HSA-id"))
                yield Field(id="unit-hsa-id", placeholder="SE2321000016-XXXX")
                yield Label(_("Slag av enhet"))
                yield Select(kinds, value=kinds[0][1], allow_blank=False, id="unit-kind", compact=True)
                yield Label(_("Ditt namn"))
                yield Field(id="staff-name")
                yield Label(_("Ditt HSA-id"))
                yield Field(id="staff-hsa-id", placeholder="SE2321000016-XXXX")
                if app.asks_for_password:
                    yield Label(_("Ditt lösenord"))
                    yield Secret(id="password", placeholder=_("några ord efter varandra"))
                    yield Label(_("En gång till"))
                    yield Secret(id="again")
                yield Label(_("Ditt yrke"))
                yield Select(professions, value=professions[0][1], allow_blank=False, id="profession", compact=True)
            yield Static("", id="problem", classes="dialog-problem")
            yield Button(_("Spara och öppna"), variant="primary", id="save", compact=True)
            yield Static(_("Tab nästa fält   Ctrl+S spara   Esc stäng"), classes="dialog-keys")

    def on_button_pressed(self) -> None:
        self.action_save()

    def on_input_submitted(self) -> None:
        """Enter goes on to the next field, as Tab does."""
        self.focus_next()

    def action_save(self) -> None:
        """What is empty is asked for first, in the order in which it stands there."""
        for label, field in zip(self.query(Label), self.query(".form > Field, .form > Select"), strict=True):
            if isinstance(field, Field) and not field.value.strip():
                self._say(_("Fyll i: {what}.").format(what=label.visual))
                field.focus()
                return
        self._save()

    def _save(self) -> None:
        values = {one.id: one.value for one in self.query(Field) if one.id}
        values |= {one.id: str(one.value) for one in self.query(Select) if one.id}
        app = self.app
        assert isinstance(app, SetUpApp)
        try:
            values.setdefault("password", "")
            if values["password"] != values.pop("again", ""):
                raise BadInput("password-again")
            if app.asks_for_password and not values["password"]:
                raise BadInput("choose-password")
            app.set_up(values)
        except P24Error as error:
            self._say(explain(error))
        else:
            app.exit(True)

    def _say(self, words: str) -> None:
        self.query_one("#problem", Static).update(Content(words))

    def action_leave(self) -> None:
        self.app.exit(False)


class SetUpApp(RaisingApp[bool]):
    """Runs the wizard; ``set_up`` gets the values by the names of the flags of ``p24tui init``."""

    TITLE = "p24tui"
    CSS_PATH = [Path("screens") / "dialogs.tcss"]
    VERTICAL_BREAKPOINTS = HEIGHTS
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, set_up: SetUp, theme: str, *, asks_for_password: bool = False) -> None:
        super().__init__()
        self.asks_for_password = asks_for_password
        self.set_up = set_up
        for one in look.THEMES:
            self.register_theme(one)
        self.theme = theme

    def on_mount(self) -> None:
        self.push_screen(SetUpScreen())

    def action_help_quit(self) -> None:
        say_how_to_quit(self)
