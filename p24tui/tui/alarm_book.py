"""Which cases call for attention and have not been seen by anybody, and when this console first knew."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from p24tui.routine.alert import Alert, AlertPace, Reason, alert, is_heard, rings
from p24tui.services.views import CaseLine

GRAVEST_FIRST = tuple(Reason)

LOOKED_ANEW_AFTER = timedelta(seconds=5)
"""How late an alert may reach those who are not responsible, though nothing in the list has changed."""


class AlarmBook:
    """Kept line by line as the list changes. ``me`` is the person at this console."""

    def __init__(self, me: str | None, pace: AlertPace) -> None:
        self._me = me
        self._pace = pace
        self._calls: dict[str, Alert] = {}
        self._first_seen: dict[Alert, datetime] = {}
        self._units: dict[str, str] = {}
        self._last_ring: datetime | None = None
        self._rung: frozenset[Alert] = frozenset()
        self._heard: list[Alert] = []
        self._heard_at: datetime | None = None

    def put(self, lines: Iterable[CaseLine], unread_before: Mapping[str, datetime | None], now: datetime) -> None:
        """These cases as they are now. ``unread_before`` is, by unit, since when a message may lie unread."""
        self._heard_at = None
        for line in lines:
            case = line.case
            before = self._calls.pop(case.id, None)
            call = alert(case, unread_before.get(case.unit_id))
            if call is not None and not _seen(line, call):
                self._calls[case.id] = call
                self._units[case.id] = case.unit_id
                self._first_seen.setdefault(call, now)
            if before is not None and before != call:
                self._first_seen.pop(before, None)

    def forget_all(self) -> None:
        """The list is read anew: only what it says calls. When each was first seen stays known."""
        self._calls.clear()

    def heard(self, responsible: Mapping[str, str], now: datetime) -> list[Alert]:
        """What this console is to say, the gravest and oldest first. ``responsible`` gives a unit's responsible."""
        if self._heard_at is None or not timedelta() <= now - self._heard_at < LOOKED_ANEW_AFTER:
            self._heard = self._find_heard(responsible, now)
            self._heard_at = now
        return self._heard

    def _find_heard(self, responsible: Mapping[str, str], now: datetime) -> list[Alert]:
        calls = [
            call
            for case_id, call in self._calls.items()
            if is_heard(
                self._first_seen[call],
                now,
                me=self._me,
                responsible=responsible.get(self._units[case_id]),
                pace=self._pace,
            )
        ]
        return sorted(calls, key=lambda call: (GRAVEST_FIRST.index(call.reason), call.since, call.case_id))

    def units_of(self, calls: Iterable[Alert]) -> dict[str, str]:
        """The unit of each of these cases."""
        return {call.case_id: self._units[call.case_id] for call in calls}

    def rings(self, calls: Iterable[Alert], now: datetime) -> bool:
        """Whether it is time to sound for these; if so that is remembered."""
        heard = frozenset(calls)
        if not rings(self._last_ring, len(heard), bool(heard - self._rung), now, self._pace):
            return False
        self._last_ring, self._rung = now, heard
        return True


def _seen(line: CaseLine, call: Alert) -> bool:
    return any(one.reason is call.reason and one.since == call.since for one in line.acknowledged)
