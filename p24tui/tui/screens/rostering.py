"""The roster at the desk: the week on the screen is kept up to date, and what one wants done is done."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from p24tui import services
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _, ngettext
from p24tui.routine.actor import Actor
from p24tui.services.views import RosterWeek
from p24tui.store.duty_values import Responsible
from p24tui.text import clean_line
from p24tui.tui.screens.desk_parts import DeskParts

if TYPE_CHECKING:  # its screens are loaded when they are first wanted
    from p24tui.routine.roster import Copying
    from p24tui.tui.screens.roster import RosterScreen, RosterWish
    from p24tui.tui.screens.roster_dialogs import RosterPut


class RosterDesk(DeskParts):
    """The section of the desk that shows and changes who is responsible for the inflow (CH-2)."""

    _roster: "RosterScreen | None" = None

    def action_show_roster(self) -> None:
        """The roster of the unit, this week, over whatever one is doing."""
        from p24tui.tui.screens.roster import RosterScreen

        self._keep_drafts()
        here = next(iter(self._live.filter.units), self._actor.unit_id)
        unit_ids = sorted((unit.id for unit in self._units), key=lambda id: id != here)
        screen = RosterScreen(tuple(unit_ids), self._actor.staff_id, self._system.clock.now(), self._roster_wish)
        self._roster = screen
        self.app.push_screen(screen, self._left_roster)
        self._read_roster()

    def _left_roster(self, _nothing: None) -> None:
        self._roster = None

    def _read_roster(self) -> None:
        """Read the week that is shown anew; it may have been changed on another console."""
        screen = self._roster
        if screen is None:
            return
        unit_id, monday = screen.unit_id, screen.monday

        def have(week: RosterWeek) -> None:
            if screen is self._roster:
                screen.show(week, self._system.clock.now())

        self._reads.run(lambda: services.roster.week_of(self._system, unit_id, monday), have, self._roster_failed)

    def _roster_wish(self, wish: "RosterWish") -> None:
        """Do what one wants of the roster that is shown."""
        from p24tui.tui.screens.roster import CopyWeek, HandOver, Look, PlanCopy, RosterDrop
        from p24tui.tui.screens.roster_dialogs import RosterPut

        screen = self._roster
        if screen is None:
            return
        actor, system = self._as(screen.unit_id), self._system
        match wish:
            case Look():
                self._read_roster()
            case RosterPut():
                self._put_in_roster(screen, actor, wish)
            case RosterDrop(id):
                self._change_roster(lambda: services.roster.drop(system, actor, id), lambda _entry: _("Borttaget."))
            case PlanCopy(monday, to):
                self._plan_copy(screen, monday, to)
            case CopyWeek(monday, to):
                self._change_roster(lambda: services.roster.copy_week(system, actor, monday, to), _copied_words)
            case HandOver(staff_id):
                self._change_roster(lambda: services.alerts.hand_responsibility(system, actor, staff_id), _handed_words)

    def _put_in_roster(self, screen: "RosterScreen", actor: Actor, put: "RosterPut") -> None:
        who_and_when: tuple[str, datetime, datetime] = (put.staff_id, put.starts_at, put.ends_at)

        def write() -> object:
            if put.id is None:
                return services.roster.add(self._system, actor, *who_and_when)
            return services.roster.change(self._system, actor, put.id, *who_and_when)

        def refused(error: P24Error) -> None:
            if screen is self._roster:
                screen.ask_again(put, explain(error))
            else:
                self._fail(error)

        self._change_roster(write, lambda _entry: _("Sparat."), refused)

    def _plan_copy(self, screen: "RosterScreen", monday: date, to: date) -> None:
        unit_id = screen.unit_id

        def planned(copying: "Copying") -> None:
            if screen is self._roster:
                screen.ask_copy(copying, monday, to)

        self._reads.run(
            lambda: services.roster.plan_copy(self._system, unit_id, monday, to), planned, self._roster_failed
        )

    def _change_roster(
        self,
        write: Callable[[], Any],
        said: Callable[[Any], str],
        refused: Callable[[P24Error], None] | None = None,
    ) -> None:
        def done(found: Any) -> None:
            self._say(said(found))
            if self._roster is not None:
                self._roster.say(said(found))
            self._read_roster()

        self._writes.run(write, done, refused or self._roster_failed)

    def _roster_failed(self, error: P24Error) -> None:
        if self._roster is not None:
            self._roster.say(explain(error))
        else:
            self._fail(error)


def _copied_words(copying: "Copying") -> str:
    many = len(copying.new)
    return ngettext("{count} pass kopierat.", "{count} pass kopierade.", many).format(count=many)


def _handed_words(now: Responsible) -> str:
    return _("{name} är chattansvarig nu.").format(name=clean_line(now.name))
