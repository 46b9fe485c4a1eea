"""Which cases call for attention and have not been seen by anybody, and which of them this console is to say."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sortedcontainers import SortedList

from p24tui.routine.alert import Alert, AlertPace, Reason, alerts, is_heard, rings
from p24tui.routine.unit_alert import UnitAlert
from p24tui.services.views import CaseLine

GRAVITY = {reason: place for place, reason in enumerate(Reason)}
"""The gravest first."""

Place = tuple[int, datetime, str]


class AlarmBook:
    """Kept up line by line as the list changes. ``me`` is the person at this console."""

    def __init__(self, me: str | None, pace: AlertPace) -> None:
        self._me = me
        self._pace = pace
        self._responsible: Mapping[str, str] = {}
        self._calls: dict[str, tuple[Alert, datetime]] = {}
        self._unseen: dict[str, tuple[Alert, ...]] = {}
        self._heard: SortedList[Place] = SortedList()
        self._waiting: SortedList[tuple[datetime, str]] = SortedList()
        self._last_ring: datetime | None = None
        self._news = False
        self._units: frozenset[UnitAlert] = frozenset()

    def put(self, lines: Iterable[CaseLine], unread_before: Mapping[str, datetime | None], now: datetime) -> None:
        """These cases as they are now. ``unread_before`` is, by unit, since when a message may lie unread."""
        for line in lines:
            case = line.case
            calls = alerts(case, unread_before.get(case.unit_id), _near_since(line, unread_before, now))
            unseen = tuple(one for one in calls if not _seen(line, one))
            call = unseen[0] if unseen else None
            before = self._calls.get(case.id)
            if before is not None and before[0] != call:
                self._forget(case.id)
            if call is not None and case.id not in self._calls:
                self._calls[case.id] = (call, now)
                self._let_hear(case.id, now)
            if unseen:
                self._unseen[case.id] = unseen

    def keep(self, case_ids: Iterable[str]) -> None:
        """The list has been read anew: what calls and is not in it any longer is forgotten."""
        for case_id in self._calls.keys() - set(case_ids):
            self._forget(case_id)

    def give_responsibility(self, responsible: Mapping[str, str], now: datetime) -> None:
        """Who is responsible, by unit: they hear first."""
        self._responsible = responsible
        self._heard.clear()
        self._waiting.clear()
        for case_id in self._calls:
            self._let_hear(case_id, now)

    def escalate(self, now: datetime) -> None:
        """Time has passed: what the responsible person has not answered is heard here too."""
        while self._waiting and self._waiting[0][0] + self._pace.escalates <= now:
            _first_seen, case_id = self._waiting.pop(0)
            self._let_hear(case_id, now)

    def heard(self, limit: int | None = None) -> list[Alert]:
        """What this console is to say, the gravest and oldest first."""
        return [self._calls[place[-1]][0] for place in self._heard[:limit]]

    def unseen(self, case_ids: Iterable[str]) -> list[Alert]:
        """All that calls in these cases, of which the gravest is said: who has seen that has seen the case."""
        return [call for case_id in case_ids for call in self._unseen.get(case_id, ())]

    def __len__(self) -> int:
        return len(self._heard)

    def hear_units(self, calling: frozenset[UnitAlert]) -> None:
        """What calls at units as wholes: every console hears that at once, in the same breath as its cases."""
        self._news = self._news or bool(calling - self._units)
        self._units = calling

    def rings(self, now: datetime) -> bool:
        """Whether it is time to sound; if so that is remembered."""
        if not rings(self._last_ring, len(self._heard) + len(self._units), self._news, now, self._pace):
            return False
        self._last_ring, self._news = now, False
        return True

    def _let_hear(self, case_id: str, now: datetime) -> None:
        call, first_seen = self._calls[case_id]
        responsible = None if call.everywhere else self._responsible.get(call.unit_id)
        if is_heard(first_seen, now, me=self._me, responsible=responsible, pace=self._pace):
            self._heard.add(_place(call))
            self._news = True
        else:
            self._waiting.add((first_seen, case_id))

    def _forget(self, case_id: str) -> None:
        call, first_seen = self._calls.pop(case_id)
        del self._unseen[case_id]
        self._heard.discard(_place(call))
        self._waiting.discard((first_seen, case_id))


def _near_since(line: CaseLine, unread_before: Mapping[str, datetime | None], now: datetime) -> datetime | None:
    """Since when the case's deadline is near, while the unit is open and it can still be kept."""
    promised = line.guarantee
    if promised is None or promised.due_at is None or unread_before.get(line.case.unit_id) is None:
        return None
    return promised.near_at if promised.is_near(now) and now < promised.due_at else None


def _place(call: Alert) -> Place:
    return (GRAVITY[call.reason], call.since, call.case_id)


def _seen(line: CaseLine, call: Alert) -> bool:
    return any(one.reason is call.reason and one.since == call.since for one in line.acknowledged)
