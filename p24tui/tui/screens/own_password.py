"""One's own password, changed at the desk: the old one, the new one, and the new one again (NA-1)."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from p24tui import services
from p24tui.errors import BadInput, P24Error, Refused, Unavailable
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.login import Proven, Session
from p24tui.system import System
from p24tui.tui.errands import Errands
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Secret

OF_OLD = frozenset({"login-wrong", "login-wait", "password-old"})
"""Why the password that one has was not taken; whatever else is refused, it is the new one."""


class OwnPasswordScreen(ModalScreen[bool]):
    """Ends with whether the password has been changed. What was refused is said under the field that it is about."""

    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, system: System, session: Session) -> None:
        super().__init__()
        self._system = system
        self._session = session
        self._busy = False
        self._errands = Errands(self, "own-password", self._failed)
        self._old = Secret(id="old-password")
        self._new = Secret(id="wanted-password")
        self._again = Secret(id="wanted-again")
        self._wrong_old = Static(id="wrong-old", classes="dialog-problem")
        self._wrong_new = Static(id="wrong-new", classes="dialog-problem")

    def compose(self) -> ComposeResult:
        with Dialog(id="own-password"):
            yield Static(Content.styled(_("Byt ditt lösenord"), "bold"), classes="dialog-title")
            with Grid(classes="form"):
                yield Label(_("Nuvarande lösenord"))
                yield self._old
            yield self._wrong_old
            with Grid(classes="form"):
                yield Label(_("Nytt lösenord"))
                yield self._new
                yield Label(_("En gång till"))
                yield self._again
            yield self._wrong_new
            yield Static(_("Enter byt   Esc låt bli"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.set_focus(self._old)

    def on_unmount(self) -> None:
        self._errands.finish()

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.settle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to what is empty; where nothing is, the password is changed."""
        event.stop()
        fields = (self._old, self._new, self._again)
        empty = next((field for field in fields if not field.value), None)
        if empty is not None:
            self.set_focus(empty)
        elif not self._busy:
            self._change()

    def action_leave(self) -> None:
        """What is being changed is changed: then one hears of it."""
        if not self._busy:
            self.dismiss(False)

    def _change(self) -> None:
        old, wanted, again = (field.value for field in (self._old, self._new, self._again))
        if wanted != again:
            self._failed(BadInput("password-again"))
            return
        system, whose, place = self._system, self._session.proven.staff_id, self._session.actor.place
        self._busy = True
        self._say("", "")
        self._errands.run(lambda: services.passwords.change(system, whose, old, wanted, place), self._changed)

    def _changed(self, _proven: Proven) -> None:
        self.dismiss(True)

    def _failed(self, error: P24Error) -> None:
        """What was wrong is typed anew, and nothing else."""
        self._busy = False
        of_old = isinstance(error, Refused) and error.reason in OF_OLD
        for field in (self._old,) if of_old else (self._new, self._again):
            if not isinstance(error, Unavailable):
                field.value = ""
        wrong = isinstance(error, Refused) and error.reason == "login-wrong"
        words = _("Det är inte ditt lösenord nu.") if wrong else explain(error)
        self._say(*((words, "") if of_old else ("", words)))
        self.set_focus(self._old if of_old else self._new)

    def _say(self, of_old: str, of_new: str) -> None:
        self._wrong_old.update(Content(of_old))
        self._wrong_new.update(Content(of_new))
