"""The small questions: the second step of an ending, and until when a case is held and why."""

from datetime import date

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.times import day_of


class ConfirmEndScreen(ModalScreen[bool]):
    """The second step of CH-12. Nothing has ended until it says yes."""

    BINDINGS = [Binding("enter", "confirm", show=False), Binding("escape", "withdraw", show=False)]

    def __init__(self, name: str, consequence: str) -> None:
        super().__init__()
        self._name = name
        self._consequence = consequence

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Avsluta ärendet för {name}?").format(name=self._name)
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            yield Static(self._consequence, markup=False)
            yield Static(_("Inget är avslutat förrän du bekräftar."), classes="dialog-note")
            yield Static(_("Enter avsluta   Esc låt vara öppet"), classes="dialog-keys")

    def action_confirm(self) -> None:
        self.dismiss(True)

    def action_withdraw(self) -> None:
        self.dismiss(False)


class Hold(Struct, frozen=True):
    """Until when, and why."""

    until: date
    reason: str


class HoldScreen(ModalScreen[Hold | None]):
    """Asks for the day and the reason; ``until`` is filled in, the next day that is staffed."""

    AUTO_FOCUS = "#hold-reason"
    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, name: str, until: date, today: date) -> None:
        super().__init__()
        self._name = name
        self._until = until
        self._today = today

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Låt ärendet för {name} vila").format(name=self._name)
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            with Grid(classes="form"):
                yield Label(_("Till morgonen den"))
                yield Field(self._until.isoformat(), id="hold-until")
                yield Label(_("Varför"))
                yield Field(placeholder=_("till exempel: tid erbjuds i morgon"), id="hold-reason")
            yield Static("", id="hold-problem", classes="dialog-problem")
            yield Static(_("Ett svar från patienten väcker ärendet."), classes="dialog-note")
            yield Static(_("Enter spara   Esc låt bli"), classes="dialog-keys")

    def on_input_submitted(self) -> None:
        reason = self.query_one("#hold-reason", Field).value.strip()
        try:
            until = day_of(self.query_one("#hold-until", Field).value, self._today)
        except BadInput as error:
            self._say(explain(error))
            return
        if not reason:
            self._say(_("Skriv varför ärendet vilar, så att den som tar upp det vet."))
            return
        self.dismiss(Hold(until, reason))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _say(self, words: str) -> None:
        self.query_one("#hold-problem", Static).update(Content(words))
