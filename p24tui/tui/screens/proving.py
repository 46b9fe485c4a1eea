"""Proving who one is, by the means that the unit has: what the login and the lock have in common (NA-1)."""

from collections.abc import Callable
from threading import Event
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Label, Static

from p24tui import services
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.gateways.browser import Opened
from p24tui.i18n import N_, _
from p24tui.routine.login import Means, Proven
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.tui.errands import Errands
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field, Secret

Result = TypeVar("Result")
Ends = TypeVar("Ends")

LEAD = {
    Means.CARD: N_("Sätt ditt kort i läsaren och skriv kortets PIN-kod."),
    Means.HANDOFF: N_("Enter laddar om sidan, och kortet prövas på nytt. Det du har skrivit finns kvar."),
    Means.OIDC: N_("Du loggar in i webbläsaren. Enter öppnar den."),
}


class ProvingScreen(Screen[Ends], Generic[Result, Ends]):
    """Asks for what proves it, and looks at it in a thread. ``who`` is known already, or none.

    A screen says what ``follow`` makes of it in the same thread, and what is ``done`` with that on the screen.
    """

    BINDINGS = [Binding("escape", "leave", show=False), Binding("enter", "prove", show=False)]

    AUTO_FOCUS = ""

    class Opening(Message, bubble=False):
        """The provider's address has been opened, or has to be opened by hand."""

        def __init__(self, address: str, opened: Opened) -> None:
            super().__init__()
            self.address = address
            self.opened = opened

    def __init__(self, system: System, place: str, means: Means, who: str = "", said: str = "") -> None:
        super().__init__()
        self._system = system
        self._place = place
        self._means = means
        self._who = who
        self._said = said
        self._busy = False
        self._given_up = Event()
        self._errands = Errands(self, "login", self._failed)
        self._lead = Static("", id="proving-lead")
        self._new = Grid(classes="form", id="new-password")
        self._problem = Static(Content(said), id="problem", classes="dialog-problem")

    def compose(self) -> ComposeResult:
        with Dialog(id="proving"):
            yield Static(self.heading(), classes="dialog-title")
            yield self._lead
            with Grid(classes="form", id="proof"):
                yield from self._fields()
            if self._means is Means.PASSWORD:
                with self._new:
                    yield Label(_("Nytt lösenord"))
                    yield Secret(id="new")
                    yield Label(_("En gång till"))
                    yield Secret(id="again")
            yield self._problem
            yield Static(self.keys(), classes="dialog-keys")

    def on_mount(self) -> None:
        self.say_lead(self.lead())
        self._new.display = False
        self.query("#proof").set(display=self._means in (Means.PASSWORD, Means.CARD))
        self._focus_first_empty()

    def on_unmount(self) -> None:
        self._given_up.set()
        self._errands.finish()

    def heading(self) -> Content:
        """What stands first."""
        raise NotImplementedError

    def lead(self) -> str:
        """What is asked for."""
        return _(LEAD[self._means]) if self._means in LEAD else ""

    def say_lead(self, words: str) -> None:
        """Let that stand over the fields."""
        self._lead.update(Content(words))
        self._lead.display = bool(words)

    def keys(self) -> str:
        """The keys that do something."""
        raise NotImplementedError

    def follow(self, proven: Proven) -> Result:
        """What comes of it that they have proven who they are. Raises ``P24Error`` where nothing does."""
        raise NotImplementedError

    def done(self, result: Result) -> None:
        """They are in."""
        raise NotImplementedError

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.settle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if (after := self._next_empty(event.input)) is not None:
            self.set_focus(after)
        else:
            self.action_prove()

    def action_prove(self) -> None:
        """Look at what has been typed; where nothing is, it is left alone."""
        if self._busy or self._next_empty(None) is not None:
            return
        try:
            prove = self._how()
        except P24Error as error:
            self._failed(error)
            return
        self._busy = True
        self._say(self._meanwhile(), "quiet")
        self._errands.run(lambda: self.follow(prove()), self._succeeded)

    def _how(self) -> Callable[[], Proven]:
        """What has to be done, in the thread, to know who it is."""
        system, place = self._system, self._place
        match self._means:
            case Means.CARD:
                pin = self._typed("pin")
                return lambda: services.login.by_card(system, pin)
            case Means.OIDC:
                self._given_up.clear()
                return lambda: services.login.by_browser(system, self._tell_of_address, self._given_up.is_set)
        who, password, wanted = self._who or self._typed("staff"), self._typed("password"), self._typed("new")
        if not self._new.display:
            return lambda: services.passwords.prove(system, who, password, place)
        if wanted != self._typed("again"):
            raise BadInput("password-again")
        return lambda: services.passwords.change(system, who, password, wanted, place)

    def _fields(self) -> ComposeResult:
        if self._means is Means.CARD:
            yield Label(_("PIN-kod"))
            yield Secret(id="pin", max_length=16)
        elif self._means is Means.PASSWORD:
            if not self._who:
                yield Label(_("Ditt HSA-id"))
                yield Field(self.remembered(), id="staff", placeholder="SE2321000016-XXXX", max_length=40)
            yield Label(_("Lösenord"))
            yield Secret(id="password")

    def remembered(self) -> str:
        """Who logged in here last."""
        return ""

    def _succeeded(self, result: Result) -> None:
        self._busy = False
        self._say("")
        self.done(result)

    def _failed(self, error: P24Error) -> None:
        """What is secret is typed anew, but for a password that was right and has to be changed."""
        self._busy = False
        if isinstance(error, Refused) and error.reason == "password-one-time":
            self._new.display = True
            self._say(explain(error), "quiet")
            self.set_focus(self.query_one("#new", Field))
            return
        still_right = self._new.display and not (isinstance(error, Refused) and error.reason.startswith("login-"))
        for secret in self.query(Secret):
            if not (still_right and secret.id == "password"):
                secret.value = ""
        self._say(self._why_not(error))
        self._focus_first_empty()

    def _why_not(self, error: P24Error) -> str:
        """Why not; an HSA-id is spoken of only where it was asked for."""
        if self._who and isinstance(error, Refused) and error.reason == "login-wrong":
            return _("Lösenordet stämmer inte. Försök igen.")
        return explain(error)

    def _tell_of_address(self, address: str, opened: Opened) -> None:
        """Called in the thread."""
        self.post_message(self.Opening(address, opened))

    def on_proving_screen_opening(self, message: Opening) -> None:
        if message.opened is Opened.NOWHERE:
            words = _("Öppna adressen i en webbläsare på den här datorn:")
            self._say("", "quiet")
            self._problem.update(Content.assemble(words, "\n", (clean_line(message.address, 4000), "$primary")))

    def _meanwhile(self) -> str:
        return _("Logga in i webbläsaren. Esc avbryter.") if self._means is Means.OIDC else _("Ett ögonblick …")

    def _say(self, words: str, look: str = "") -> None:
        self._problem.set_class(look == "quiet", "-quiet")
        self._problem.update(Content(words))

    def _typed(self, name: str) -> str:
        found = self.query(f"#{name}").results(Field)
        return next((field.value for field in found), "")

    def _shown(self) -> list[Field]:
        return [field for field in self.query(Field) if all(one.display for one in field.ancestors_with_self)]

    def _next_empty(self, after: Input | None) -> Field | None:
        """The first field that is empty, or the first one below."""
        shown = self._shown()
        below = shown[shown.index(after) + 1 :] if isinstance(after, Field) else shown
        return next((field for field in below if not field.value), None)

    def _focus_first_empty(self) -> None:
        """At once: whoever types as soon as the screen stands there is not to lose a letter."""
        if (field := self._next_empty(None)) is not None:
            self.set_focus(field)

    def action_leave(self) -> None:
        """Break off what is going on; where nothing is, one goes away."""
        if self._busy:
            self._given_up.set()
        else:
            self.go_away()

    def go_away(self) -> None:
        """Nobody proves anything here."""
        raise NotImplementedError
