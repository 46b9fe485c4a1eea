"""What calls for attention at the desk: the responsible person's console sounds first, until it is seen."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from p24tui import services
from p24tui.errors import P24Error
from p24tui.i18n import _, ngettext
from p24tui.routine.actor import Actor
from p24tui.routine.alert import Alert, AlertPace
from p24tui.routine.hours import is_open, staffed_since
from p24tui.services.views import CaseLine
from p24tui.store.duty_values import Responsible
from p24tui.text import clean_line
from p24tui.tui.alarm_book import AlarmBook
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.duties import Duties
from p24tui.tui.screens.roster_dialogs import TakeResponsibilityScreen
from p24tui.words.cases import reason_words
from p24tui.words.times import waited

NAMED = 4
"""How many of the cases that call are named."""


class Alarms(Duties):
    """The section of the desk that calls. It is silent until the whole list is there."""

    _book: AlarmBook | None = None
    _unread_limit = timedelta()
    _unread_before: dict[str, datetime | None]
    _responsible: dict[str, Responsible] | None = None
    _named: tuple[Alert, ...] = ()

    @property
    def calling(self) -> int:
        """How many alarms call."""
        return len(self._book) + len(self._calling_of_units) if self._book is not None else 0

    def _start_alarms(self, pace: AlertPace, unread_limit: timedelta) -> None:
        self._book = AlarmBook(self._actor.staff_id, pace)
        self._unread_limit = unread_limit
        self._age_alarms()
        self._read_responsible()

    def _age_alarms(self) -> None:
        """A minute has passed, or the list has been read anew: every case is looked at."""
        if self._book is None:
            return
        now = self._system.clock.now()
        self._unread_before = {
            unit.id: staffed_since(unit.hours, now, self._unread_limit) if is_open(unit.hours, now) else None
            for unit in self._units
        }
        self._forget_alarms()
        self._look_for_alarms(self._live.every_line)
        self._sound()

    def _forget_alarms(self) -> None:
        """What the list no longer has does not call here."""
        if self._book is not None:
            self._book.keep(line.case.id for line in self._live.every_line)

    def _look_for_alarms(self, lines: Iterable[CaseLine]) -> None:
        if self._book is not None:
            self._book.put(lines, self._unread_before, self._system.clock.now())

    def _sound(self) -> None:
        """Show what calls, and sound where it is time to; looked at each second."""
        if self._book is None or self._responsible is None:
            return
        now = self._system.clock.now()
        self._book.escalate(now)
        self._book.hear_units(self._calling_of_units)
        self._named = tuple(self._book.heard(NAMED))
        self._alarm_bar.show(len(self._book), [self._in_words(call, now) for call in self._named])
        if self._book.rings(now):
            self._ring(len(self._book) + len(self._calling_of_units))

    def _in_words(self, call: Alert, now: datetime) -> str:
        line = self._live.line(call.case_id)
        name = line.patient.name if line and line.patient.name else _("Skyddad person")
        waits = line.case.waiting_since if line else None
        return f"{clean_line(name)}: {reason_words(call.reason, waited(waits or call.since, now))}"

    def _ring(self, many: int) -> None:
        """By bell and by the terminal's own notice, as chosen. That names nobody: it may show on a locked screen."""
        chosen = self._system.settings.alerts
        if "bell" in chosen:
            self.app.bell()
        if "notify" in chosen and (driver := self.app._driver) is not None:
            words = ngettext("{count} larm kräver uppmärksamhet", "{count} larm kräver uppmärksamhet", many)
            driver.write(f"\x1b]9;p24tui: {words.format(count=many)}\x07")
            driver.flush()

    def on_desk_parts_ring_wanted(self, message: DeskParts.RingWanted) -> None:
        self._ring(message.many)

    def action_acknowledge(self) -> None:
        """Say that one has seen what stands there and calls: it stops on every console.

        What the line has no room for has not been before anybody's eyes: it calls on, and stands there next.
        """
        units = self._unseen_of_units()
        shown = [call.case_id for call in self._named[: self._alarm_bar.shown]]
        unseen, many = self._book.unseen(shown) if self._book else [], len(shown) + len(units)
        if not many:
            self._say(_("Inget larmar."))
            return
        words = ngettext("{count} larm kvitterat.", "{count} larm kvitterade.", many).format(count=many)

        def acknowledge() -> None:
            services.alerts.acknowledge(self._system, self._actor, unseen)
            services.duty.acknowledge(self._system, self._actor, units)

        def acknowledged(_nothing: None) -> None:
            self._look_at_duties(at_once=True)
            self._say(words)

        self._writes.run(acknowledge, acknowledged)

    def action_go_to_alarm(self) -> None:
        """Go to the case that calls the loudest."""
        if not self._book:
            self._say(_("Inget larmar."))
            return
        self.post_message(self.GoTo(self._book.heard(1)[0].case_id))

    def action_take_responsibility(self) -> None:
        """Be the one who is responsible for the inflow of the units that one sees.

        Where a colleague is it, one is asked first: they would no longer hear what calls before the others do.
        """
        wanted = self._live.filter.units or {self._actor.unit_id}
        actors = [self._as(unit.id) for unit in self._units if unit.id in wanted]
        found = self._responsible or {}
        had_by = [found[actor.unit_id] for actor in actors if actor.unit_id in found]
        others = dict.fromkeys(clean_line(one.name) for one in had_by if one.staff_id != self._actor.staff_id)
        if others:
            screen = TakeResponsibilityScreen(", ".join(others))
            self.app.push_screen(screen, lambda yes: self._take_responsibility(actors) if yes else None)
        else:
            self._take_responsibility(actors)

    def _take_responsibility(self, actors: Sequence[Actor]) -> None:
        def take() -> None:
            for actor in actors:
                services.alerts.take_responsibility(self._system, actor)

        def taken(_nothing: None) -> None:
            self._say(_("Du är nu chattansvarig."))
            self._read_responsible()
            self._look_at_duties(at_once=True)

        self._writes.run(take, taken)

    def _read_responsible(self) -> None:
        """It may have been taken on another console."""
        unit_ids = [unit.id for unit in self._units]
        self._reads.run(
            lambda: services.alerts.responsible(self._system, unit_ids),
            self._show_responsible,
            self._responsible_unknown,
        )

    def _responsible_unknown(self, _error: P24Error) -> None:
        """Then it is better that every console sounds than none."""
        if self._responsible is None:
            self._have_responsible({})

    def _show_responsible(self, found: dict[str, Responsible]) -> None:
        self._header.responsible = found
        self._have_responsible(found)

    def _have_responsible(self, found: dict[str, Responsible]) -> None:
        self._responsible = found
        if self._book is not None:
            now = self._system.clock.now()
            self._book.give_responsibility({unit_id: one.staff_id for unit_id, one in found.items()}, now)
        self._sound()
