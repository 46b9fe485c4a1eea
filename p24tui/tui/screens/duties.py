"""How one's units stand as wholes, at the desk: the countdown to closing, and what about a unit calls."""

import time
from collections.abc import Mapping
from datetime import datetime

from p24tui import services
from p24tui.i18n import _, ngettext
from p24tui.routine.alert import AlertPace, rings
from p24tui.routine.closing import Level, level
from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.services.duty import Duty
from p24tui.store.values import Unit
from p24tui.tui.keys import key_name
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.words import moment

LOOKED_AT_EVERY = 30.0
"""Seconds between looks at how the units stand, where nothing has been heard of them."""

LOOKED_AT_APART = 2.0
"""Seconds between two looks while much changes."""

Said = tuple[Level, str, str]
"""How loud, what, and the action that one takes."""


class Duties(DeskParts):
    """The section of the desk that keeps an eye on the unit as a whole."""

    _duties_are_old = True
    _duties_at = float("-inf")
    _unit_rang_at: datetime | None = None
    _called_before: frozenset[UnitAlert] = frozenset()

    def _look_at_duties(self, *, at_once: bool = False) -> None:
        """Looked at each second: how the units stand is read anew where it is time to, or ``at_once``."""
        passed = time.monotonic() - self._duties_at
        waits = 0.0 if at_once else LOOKED_AT_APART if self._duties_are_old else LOOKED_AT_EVERY
        if not self._live.whole or passed < waits:
            return
        self._duties_at, self._duties_are_old = time.monotonic(), False
        ids = [unit.id for unit in self._units]

        def look() -> tuple[Mapping[str, Duty], AlertPace]:
            return services.duty.duty_of(self._system, ids), services.alerts.pace(self._system)

        self._reads.run(look, self._have_duties, lambda _error: None)

    def _have_duties(self, found: tuple[Mapping[str, Duty], AlertPace]) -> None:
        before = self._duties
        self._duties, pace = found
        self._say_duties()
        self._ring_for_units(pace)
        if before != self._duties:
            self._place_is_old = True

    def _say_duties(self) -> None:
        """What the bar says: the gravest first, and as loud as that."""
        now = self._system.clock.now()
        said = sorted((one for unit in self._units for one in self._said_of(unit, now)), key=lambda one: -one[0])
        self._duty_bar.loudness = said[0][0] if said else Level.NONE
        self._duty_bar.key = self._key_for(said[0][2]) if said else ""
        self._duty_bar.said = tuple(words for _level, words, _action in said)
        self._header.closing = {
            unit.id: (self._loudness(unit, now), self._minutes_left(unit, now)) for unit in self._units
        }

    def _said_of(self, unit: Unit, now: datetime) -> list[Said]:
        found = self._duties.get(unit.id)
        if found is None:
            return []
        said = [self._called(unit, one, now) for one in found.alerts if self._is_said(one, found)]
        loudness = self._loudness(unit, now)
        if loudness and found.signed is None:
            said.append((loudness, self._closes_words(unit, now), "show_closing"))
        return said

    def _is_said(self, alert: UnitAlert, found: Duty) -> bool:
        """A gap in the roster that somebody has seen is not said any longer; what is wrong now is, until it is not."""
        return alert.reason is not UnitReason.GAP or alert in found.unseen

    def _called(self, unit: Unit, alert: UnitAlert, now: datetime) -> Said:
        at, name = moment(alert.since, now), self._name_of(unit)
        match alert.reason:
            case UnitReason.UNSIGNED:
                words = _("{unit}STÄNGNINGEN ÄR INTE SIGNERAD: stängde {at}").format(unit=name, at=at)
                return Level.ALARM, words, "show_closing"
            case UnitReason.NOBODY:
                words = _("{unit}INGEN ÄR CHATTANSVARIG sedan {at}").format(unit=name, at=at)
                return Level.ALARM, words, "take_responsibility"
            case UnitReason.GAP:
                return Level.WARNING, _("{unit}ingen är schemalagd {at}").format(unit=name, at=at), "show_roster"

    def _closes_words(self, unit: Unit, now: datetime) -> str:
        found = self._live.at_closing(unit.id)
        minutes = self._minutes_left(unit, now) or 0
        cases = ngettext("{count} öppet", "{count} öppna", found.cases).format(count=found.cases)
        unread = ngettext("{count} oläst", "{count} olästa", found.unread).format(count=found.unread)
        urgent = ngettext("{count} brådskande", "{count} brådskande", found.urgent).format(count=found.urgent)
        words = _("{unit}stänger om {minutes} min: {cases}, {unread}, {urgent}")
        said = words.format(unit=self._name_of(unit), minutes=minutes, cases=cases, unread=unread, urgent=urgent)
        return said[:1].upper() + said[1:]

    def _name_of(self, unit: Unit) -> str:
        """The unit's name before what is said of it, where one works for several."""
        return f"{self._list.unit_names[unit.id]}: " if len(self._units) > 1 else ""

    def _key_for(self, action: str) -> str:
        words = {"show_closing": _("stängningskontroll"), "take_responsibility": _("ta ansvaret")}
        return f"{key_name(action)} {words.get(action, _('bemanning'))}"

    def _minutes_left(self, unit: Unit, now: datetime) -> int | None:
        """Whole minutes to the closing that is at hand, begun ones counted; none where there is none or it has been."""
        found = self._duties.get(unit.id)
        if found is None or found.closes_at is None or now >= found.closes_at:
            return None
        return -int((now - found.closes_at).total_seconds() // 60)

    def _loudness(self, unit: Unit, now: datetime) -> Level:
        found = self._duties.get(unit.id)
        if found is None or found.closes_at is None or now >= found.closes_at:
            return Level.NONE
        return level((found.closes_at - now).total_seconds() / 60, found.warnings)

    def _ring_for_units(self, pace: AlertPace) -> None:
        """Sound for what nobody has seen, as for a case that calls."""
        calling = frozenset(
            one for found in self._duties.values() for one in found.unseen if one.reason is not UnitReason.GAP
        )
        now = self._system.clock.now()
        if rings(self._unit_rang_at, len(calling), bool(calling - self._called_before), now, pace):
            self._unit_rang_at = now
            self._ring(len(calling))
        self._called_before = calling

    def _ring(self, many: int) -> None:
        """By bell and by the terminal's own notice, as chosen. That names nobody: it may show on a locked screen."""
        chosen = self._system.settings.alerts
        if "bell" in chosen:
            self.app.bell()
        if "notify" in chosen and (driver := self.app._driver) is not None:
            words = ngettext("{count} ärende kräver uppmärksamhet", "{count} ärenden kräver uppmärksamhet", many)
            driver.write(f"\x1b]9;p24tui: {words.format(count=many)}\x07")
            driver.flush()

    def on_desk_parts_ring_wanted(self, message: DeskParts.RingWanted) -> None:
        self._ring(message.many)

    def _unseen_of_units(self) -> list[UnitAlert]:
        """What calls at one's units and nobody has acknowledged."""
        return [one for found in self._duties.values() for one in found.unseen]
