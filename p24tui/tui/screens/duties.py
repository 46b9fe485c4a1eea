"""How one's units stand as wholes, at the desk: the countdown to closing, and what about a unit calls."""

import time
from collections.abc import Mapping
from datetime import datetime

from p24tui import services
from p24tui.i18n import _, ngettext
from p24tui.routine.closing import Level, level
from p24tui.routine.unit_alert import CAN_WAIT, UnitAlert, UnitReason
from p24tui.services.views import Duty
from p24tui.store.values import Unit
from p24tui.tui.role_keys import may_press
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.words.duty import unit_alert_words

LOOKED_AT_EVERY = 30.0
"""Seconds between looks at how the units stand, where nothing has been heard of them."""

LOOKED_AT_APART = 2.0
"""Seconds between two looks while much changes."""

CALLS = {
    UnitReason.NOBODY: (Level.ALARM, "take_responsibility"),
    UnitReason.UNSIGNED: (Level.ALARM, "show_closing"),
    UnitReason.GAP: (Level.WARNING, "show_roster"),
    UnitReason.UNREMOVED: (Level.WARNING, "show_registration"),
}
"""How loud a unit's alert is, and the action that one takes."""

Said = tuple[Level, str, str]
"""How loud, what, and the action that one takes."""


class Duties(DeskParts):
    """The section of the desk that keeps an eye on the unit as a whole."""

    _duties_are_old = True
    _duties_at = float("-inf")
    _alarmed: frozenset[str] = frozenset()

    def _look_at_duties(self, *, at_once: bool = False) -> None:
        """Looked at each second: how the units stand is read anew where it is time to, or ``at_once``."""
        passed = time.monotonic() - self._duties_at
        waits = 0.0 if at_once else LOOKED_AT_APART if self._duties_are_old else LOOKED_AT_EVERY
        if not self._knows_unit or passed < waits:
            return
        self._duties_at, self._duties_are_old = time.monotonic(), False
        ids = [unit.id for unit in self._units]

        self._reads.run(lambda: services.duty.duty_of(self._system, ids), self._have_duties, lambda _error: None)

    def _have_duties(self, found: Mapping[str, Duty]) -> None:
        before, self._duties = self._duties, found
        self._say_duties()
        if before != found:
            self._place_is_old = True

    def _say_duties(self) -> None:
        """What the bar says: the gravest first, and as loud as that."""
        now = self._system.clock.now()
        of_units = (one for unit in self._units for one in self._said_of(unit, now))
        said = sorted((*of_units, *self._said_besides(now)), key=lambda one: -one[0])
        self._duty_bar.loudness = said[0][0] if said else Level.NONE
        actions = (action for _level, _words, action in said if may_press(self._actor.acts_as, action))
        self._duty_bar.action = next(actions, "")
        self._duty_bar.said = tuple(words for _level, words, _action in said)
        self._ring_at_last_warning(now)
        self._header.closing = {unit.id: self._at_hand(unit, now) for unit in self._units}

    def _said_besides(self, now: datetime) -> list[Said]:
        """What else the bar is to say."""
        return []

    def _ring_at_last_warning(self, now: datetime) -> None:
        """Sound once, when closing is so near that it alarms and nobody has signed."""
        alarms = {
            unit.id
            for unit in self._units
            if self._at_hand(unit, now)[0] is Level.ALARM and self._duties[unit.id].signed is None
        }
        if alarms - self._alarmed:
            self.post_message(self.RingWanted(len(alarms)))
        self._alarmed = frozenset(alarms)

    def _said_of(self, unit: Unit, now: datetime) -> list[Said]:
        found = self._duties.get(unit.id)
        if found is None:
            return []
        said = [self._called(unit, one, now) for one in found.alerts if self._is_said(one, found)]
        loudness, minutes = self._at_hand(unit, now)
        if loudness and minutes is not None and found.signed is None:
            said.append((loudness, self._closes_words(unit, minutes), "show_closing"))
        return said

    def _is_said(self, alert: UnitAlert, found: Duty) -> bool:
        """What can wait is not said any longer once somebody has seen it; what is wrong now is, until it is not."""
        return alert.reason not in CAN_WAIT or alert in found.unseen

    def _called(self, unit: Unit, alert: UnitAlert, now: datetime) -> Said:
        loudness, action = CALLS[alert.reason]
        words = unit_alert_words(alert, now)
        return loudness, self._name_of(unit) + (words.upper() if loudness is Level.ALARM else words), action

    def _closes_words(self, unit: Unit, minutes: int) -> str:
        found = self._live.at_closing(unit.id)
        cases = ngettext("{count} öppet", "{count} öppna", found.cases).format(count=found.cases)
        unread = ngettext("{count} oläst", "{count} olästa", found.unread).format(count=found.unread)
        urgent = ngettext("{count} brådskande", "{count} brådskande", found.urgent).format(count=found.urgent)
        words = _("{unit}stänger om {minutes} min: {cases}, {unread}, {urgent}")
        said = words.format(unit=self._name_of(unit), minutes=minutes, cases=cases, unread=unread, urgent=urgent)
        return said[:1].upper() + said[1:]

    def _name_of(self, unit: Unit) -> str:
        """The unit's name before what is said of it, where one works for several."""
        return f"{self._list.unit_names[unit.id]}: " if len(self._units) > 1 else ""

    def _at_hand(self, unit: Unit, now: datetime) -> tuple[Level, int | None]:
        """How near the closing that is at hand is, and whole minutes to it, begun ones counted.

        Neither where none is at hand, or it has been.
        """
        found = self._duties.get(unit.id)
        if found is None or found.closes_at is None or now >= found.closes_at:
            return Level.NONE, None
        seconds = (found.closes_at - now).total_seconds()
        return level(seconds / 60, found.warnings), -int(-seconds // 60)

    def _unseen_of_units(self) -> list[UnitAlert]:
        """What calls at one's units and nobody has acknowledged."""
        return [one for found in self._duties.values() for one in found.unseen]

    @property
    def _calling_of_units(self) -> frozenset[UnitAlert]:
        """What of that is heard, as a case that calls is; what can wait is only said."""
        return frozenset(one for one in self._unseen_of_units() if one.reason not in CAN_WAIT)
