"""The lock: nothing of a patient is left on the screen, and only the same person comes back to it (NA-1)."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from p24tui import services
from p24tui.i18n import _, ngettext
from p24tui.routine.login import Means, Proven, Session
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.tui.screens.proving import ProvingScreen
from p24tui.words.times import clock_time

UNLOCKED_BY_ENTER = frozenset({Means.DEMO})


class LockedScreen(ProvingScreen[None, None]):
    """Stands over everything. ``calling`` is how many alarms call: how many, and nothing of whom.

    It ends by ``unlock`` alone, which the console calls where the same person has proven who they are.
    """

    BINDINGS = [Binding("ctrl+n", "somebody_else", show=False)]

    calling: var[int] = var(0)

    def __init__(
        self,
        system: System,
        session: Session,
        means: Means,
        *,
        banner: str = "",
        unlock: Callable[[], None],
        somebody_else: Callable[[], None] | None,
    ) -> None:
        who = session.proven.staff_id if means is Means.PASSWORD else ""
        super().__init__(system, session.actor.place, means, who)
        self._session = session
        self._banner = banner
        self._unlock = unlock
        self._somebody_else = somebody_else
        self._alarms = Static("", id="locked-alarms")

    def compose(self) -> ComposeResult:
        yield self._alarms
        yield from super().compose()

    def watch_calling(self) -> None:
        words = ngettext("{count} larm kräver uppmärksamhet", "{count} larm kräver uppmärksamhet", self.calling)
        self._alarms.update(Content(f" {words.format(count=self.calling)} " if self.calling else ""))
        self._alarms.set_class(bool(self.calling), "-calling")

    def heading(self) -> Content:
        at, name = clock_time(self._system.clock.now()), clean_line(self._session.actor.name)
        banner = (f"{self._banner}  ", "bold $warning") if self._banner else ""
        since = _("Låst sedan {at}").format(at=at)
        return Content.assemble(banner, ("P24", "bold $primary"), (f"  {since}  ", "bold"), name)

    def lead(self) -> str:
        if self._means in UNLOCKED_BY_ENTER:
            return _("I demon räcker Enter för att låsa upp.")
        if self._means is Means.SYSTEM_USER:
            return _("Du har inget lösenord här, så konsolen går bara att lämna. Det du har skrivit finns kvar.")
        return super().lead() or _("Det du har skrivit finns kvar. Bara du kan låsa upp.")

    def keys(self) -> str:
        keys = [_("Enter lås upp")] if self._means is not Means.SYSTEM_USER else []
        if self._somebody_else is not None:
            keys.append(_("Ctrl+N någon annan"))
        return "   ".join([*keys, _("{key} lämna konsolen").format(key=key_name("quit"))])

    def action_prove(self) -> None:
        if self._means in UNLOCKED_BY_ENTER:
            self._unlock()
        elif self._means is Means.HANDOFF:
            self.app.open_url("/", new_tab=False)  # whoever then comes is handed on to a console of their own
        elif self._means is not Means.SYSTEM_USER:
            super().action_prove()

    def _how(self) -> Callable[[], Proven]:
        """Whoever is back waits for nobody else's guesses; but a new password is chosen as anywhere."""
        if self._means is not Means.PASSWORD or self._new.display:
            return super()._how()
        system, session, password = self._system, self._session, self._typed("password")
        return lambda: services.passwords.prove_again(system, session, password)

    def follow(self, proven: Proven) -> None:
        services.login.unlock(self._system, self._session, proven)

    def done(self, result: None) -> None:
        self._unlock()

    def go_away(self) -> None:
        """Esc leads nowhere from here."""

    def action_somebody_else(self) -> None:
        if self._somebody_else is not None and not self._busy:
            self._somebody_else()
