"""The list in memory: every line, those that the filter shows in their order, and how many stand where.

It takes in one changed line in the same time whether there are a thousand or a hundred thousand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from msgspec import Struct
from sortedcontainers import SortedList

from p24tui.clock import day_began
from p24tui.i18n import _
from p24tui.routine.assessment import is_urgent
from p24tui.routine.case import Case, CaseState
from p24tui.routine.chat import has_unread
from p24tui.routine.list_filter import ListFilter, passes
from p24tui.routine.queue import OrderKey, risk_awaits
from p24tui.routine.visit import is_half_ended
from p24tui.services.views import CaseLine, QueueView
from p24tui.store.values import Unit

Nearness = tuple[datetime, str]
"""When a deadline of the care guarantee is near, and of which case."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Counts(Struct, frozen=True):
    """How many open cases stand where. ``older`` came in before today, whatever their state.

    Of those that are ``half_ended`` the video has been ended and the visit has not (H11).
    """

    new: int = 0
    ongoing: int = 0
    answered: int = 0
    waiting: int = 0
    held: int = 0
    older: int = 0
    half_ended: int = 0


class AtClosing(Struct, frozen=True):
    """How many of a unit's cases are open, hold something unread, are urgent."""

    cases: int
    unread: int
    urgent: int


@dataclass(slots=True)
class Hidden:
    """How many open cases the filter and the search leave out (H3)."""

    cases: int = 0
    older: int = 0
    suicide: int = 0

    def count(self, case: Case, step: int, today_began: datetime) -> None:
        """Count a case in (1) or out (-1)."""
        if case.state is not CaseState.ENDED:
            self.cases += step
            self.older += step * (case.received_at < today_began)
            self.suicide += step * risk_awaits(case)


class Arrival(Enum):
    """What has come in."""

    CASE = "case"
    ANSWER = "answer"


class LiveList:
    """What one person sees of the list. ``staff_id`` is who that is, for the filter on one's own cases."""

    def __init__(self, staff_id: str | None) -> None:
        self._staff_id = staff_id
        self._units: Mapping[str, Unit] = {}
        self._now = datetime.min.replace(tzinfo=UTC)
        self._today_began = datetime.min.replace(tzinfo=UTC)
        self._filter = ListFilter()
        self._words: tuple[str, ...] = ()
        self._found_in_text: frozenset[str] = frozenset()
        self._lines: dict[str, CaseLine] = {}
        self._keys: dict[str, OrderKey] = {}
        self._folded: dict[str, str] = {}
        self._everything: SortedList[OrderKey] = SortedList()
        self._order: SortedList[OrderKey] = SortedList()
        self._drawing_near: SortedList[Nearness] = SortedList()
        self._shown: set[str] = set()
        self._tally = _Tally(self._today_began)
        self._open = Hidden()
        self._hidden = Hidden()
        self.whole = False
        self.arrived: dict[str, Arrival] = {}

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, case_id: object) -> bool:
        return case_id in self._shown

    @property
    def filter(self) -> ListFilter:
        """What is asked for."""
        return self._filter

    @property
    def words(self) -> tuple[str, ...]:
        """What is searched for, folded."""
        return self._words

    @property
    def counts(self) -> Counts:
        """How the open cases of the filter's units stand, whatever else it leaves out."""
        return self._tally.counts(self._filter.units)

    def at_closing(self, unit_id: str) -> AtClosing:
        """What of a unit's cases matters at closing, whatever the filter."""
        return self._tally.at_closing(unit_id)

    @property
    def hidden(self) -> Hidden:
        """How many open cases are left out."""
        return self._hidden

    @property
    def lines(self) -> Iterator[CaseLine]:
        """The lines that are shown, in order."""
        return (self._lines[key[-1]] for key in self._order)

    @property
    def every_line(self) -> Iterable[CaseLine]:
        """All lines, shown or not, in no order."""
        return self._lines.values()

    @property
    def every_line_in_order(self) -> Iterator[CaseLine]:
        """All lines, shown or not, in the order of the list."""
        return (self._lines[key[-1]] for key in self._everything)

    def line(self, case_id: str | None) -> CaseLine | None:
        """The line of a case, shown or not."""
        return self._lines.get(case_id or "")

    def id_at(self, index: int) -> str:
        """The case on a line that is shown."""
        id: str = self._order[index][-1]
        return id

    def ids(self, start: int, end: int) -> list[str]:
        """The cases on these lines."""
        return [key[-1] for key in self._order.islice(max(0, start), min(end, len(self._order)))]

    def index(self, case_id: str | None) -> int | None:
        """The line on which a case is shown; none where it is not."""
        return self._order.bisect_left(self._keys[case_id]) if case_id in self._shown else None

    def show(self, view: QueueView, now: datetime) -> None:
        """Take in a list read anew. What a whole list lacked before has come in meanwhile."""
        if self.whole:
            for line in view.lines:
                self._note_arrival(line)
        self.whole = view.since is not None
        self._units, self._now = view.units, now
        self._lines = {line.case.id: line for line in view.lines}
        self._keys = {id: self._key(line) for id, line in self._lines.items()}
        self._folded = {id: _fold(line) for id, line in self._lines.items()}
        self.arrived = {id: arrival for id, arrival in self.arrived.items() if id in self._lines}
        self._everything = SortedList(self._keys.values())
        self._drawing_near = SortedList(_nearness(line) for line in view.lines if self._will_be_near(line))
        self._today_began = day_began(now)
        self._count_all()
        self._arrange()

    @property
    def arrivals(self) -> tuple[int, int]:
        """How many cases, and how many answers, have come in and nobody here has looked at."""
        cases = sum(one is Arrival.CASE for one in self.arrived.values())
        return cases, len(self.arrived) - cases

    def put(self, lines: Iterable[CaseLine], *, reading: str | None = None) -> bool:
        """Take in lines that are new or have changed; whether a case or an answer has come in by it.

        What comes in to the case that somebody is ``reading`` is no news.
        """
        before = len(self.arrived)
        for line in lines:
            if line.case.id != reading:
                self._note_arrival(line)
            if (known := self._lines.get(line.case.id)) is not None:
                self._take_out(known)
            ended = line.case.state is CaseState.ENDED
            if not ended or self._filter.ended:
                self._take_in(line)
            else:
                self.arrived.pop(line.case.id, None)
        return len(self.arrived) > before

    def drop(self, case_ids: Iterable[str]) -> None:
        """These cases have gone to another unit."""
        for id in case_ids:
            if (known := self._lines.get(id)) is not None:
                self._take_out(known)
                self.arrived.pop(id, None)

    def tick(self, now: datetime) -> bool:
        """Time has passed; whether the list is another by it: a deadline is near, or another day has begun."""
        moved = self._let_draw_near(now)
        if day_began(now) == self._today_began:
            return moved
        self._today_began = day_began(now)
        self._count_all()
        self._arrange()
        return True

    def choose(self, chosen: ListFilter) -> None:
        """Show what this filter lets through."""
        self._filter = chosen
        if not chosen.ended:
            for line in [one for one in self._lines.values() if one.case.state is CaseState.ENDED]:
                self._take_out(line)
        self._arrange()

    def search(self, typed: str) -> None:
        """Show only cases with every one of these words in name, number or matter."""
        self._words = tuple(_word(one) for one in typed.casefold().split())
        self._found_in_text = frozenset()
        self._arrange()

    def found_in_text(self, case_ids: frozenset[str]) -> None:
        """Show these as well: what is searched for stands in their messages."""
        self._found_in_text = case_ids
        self._arrange()

    def _note_arrival(self, line: CaseLine) -> None:
        """Remember that a case or an answer has come in, where one has."""
        known = self._lines.get(line.case.id)
        if line.case.state is CaseState.ENDED or (known is not None and line.case.unread <= known.case.unread):
            return
        self.arrived.setdefault(line.case.id, Arrival.CASE if known is None else Arrival.ANSWER)

    def _arrange(self) -> None:
        """Choose anew which lines are shown."""
        if self._filter == ListFilter() and not self._words:
            self._order = self._everything.copy()
            self._shown = set(self._lines)
            self._hidden = Hidden()
            return
        found: Iterable[OrderKey] = self._everything
        for word in self._words:
            found = [key for key in found if word in self._folded[key[-1]] or key[-1] in self._found_in_text]
        if self._filter != ListFilter():
            found = [key for key in found if self._passes(self._lines[key[-1]])]
        self._order = SortedList(found)
        self._shown = {key[-1] for key in self._order}
        self._hidden = replace(self._open)
        for id in self._shown:
            self._hidden.count(self._lines[id].case, -1, self._today_began)

    def _count_all(self) -> None:
        self._tally, self._open = _Tally(self._today_began), Hidden()
        for line in self._lines.values():
            self._count(line.case, 1)

    def _count(self, case: Case, step: int) -> None:
        self._tally.add(case, step)
        self._open.count(case, step, self._today_began)

    def _let_draw_near(self, now: datetime) -> bool:
        """Place anew what has come near its deadline of the care guarantee since the last time (GA-1)."""
        self._now = now
        near: list[CaseLine] = []
        while self._drawing_near and self._drawing_near[0][0] <= now:
            line = self._lines[self._drawing_near.pop(0)[1]]
            near.append(line)
        for line in near:
            self._take_out(line)
            self._take_in(line)
        return bool(near)

    def _will_be_near(self, line: CaseLine) -> bool:
        promised = line.guarantee
        return promised is not None and promised.near_at is not None and promised.near_at > self._now

    def _take_in(self, line: CaseLine) -> None:
        id, key = line.case.id, self._key(line)
        self._lines[id], self._keys[id], self._folded[id] = line, key, _fold(line)
        self._everything.add(key)
        if self._will_be_near(line):
            self._drawing_near.add(_nearness(line))
        self._count(line.case, 1)
        if self._shows(line):
            self._shown.add(id)
            self._order.add(key)
        else:
            self._hidden.count(line.case, 1, self._today_began)

    def _take_out(self, line: CaseLine) -> None:
        id = line.case.id
        key = self._keys.pop(id)
        del self._lines[id], self._folded[id]
        self._everything.remove(key)
        self._drawing_near.discard(_nearness(line))
        self._count(line.case, -1)
        if id in self._shown:
            self._shown.remove(id)
            self._order.remove(key)
        else:
            self._hidden.count(line.case, -1, self._today_began)

    def _key(self, line: CaseLine) -> OrderKey:
        return line.order_key(self._units[line.case.unit_id].message_after, self._now)

    def _shows(self, line: CaseLine) -> bool:
        """Whether the search and the filter let the line through; what the messages hold, as a whole, counts too."""
        id = line.case.id
        sought = id in self._found_in_text or all(word in self._folded[id] for word in self._words)
        return sought and self._passes(line)

    def _passes(self, line: CaseLine) -> bool:
        return passes(self._filter, line.case, self._staff_id, self._today_began)


class _Tally:
    """Counts of open cases, kept up as lines come and go."""

    def __init__(self, today_began: datetime) -> None:
        self._today_began = today_began
        self._states: Counter[tuple[str, CaseState]] = Counter()
        self._older: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._urgent: Counter[str] = Counter()
        self._half_ended: Counter[str] = Counter()

    def at_closing(self, unit_id: str) -> AtClosing:
        """What of a unit's cases matters at closing."""
        still_open = sum(many for (id, _state), many in self._states.items() if id == unit_id)
        return AtClosing(still_open, self._unread[unit_id], self._urgent[unit_id])

    def add(self, case: Case, step: int) -> None:
        """Count a case in (1) or out (-1)."""
        if case.state is CaseState.ENDED:
            return
        self._unread[case.unit_id] += step * has_unread(case)
        self._urgent[case.unit_id] += step * is_urgent(case)
        self._states[case.unit_id, case.state] += step
        self._older[case.unit_id] += step * (case.received_at < self._today_began)
        self._half_ended[case.unit_id] += step * is_half_ended(case)

    def counts(self, units: frozenset[str]) -> Counts:
        """How these units' cases stand, or all."""
        states: Counter[CaseState] = Counter()
        for (unit_id, state), many in self._states.items():
            if not units or unit_id in units:
                states[state] += many
        older = sum(many for unit_id, many in self._older.items() if not units or unit_id in units)
        half_ended = sum(many for unit_id, many in self._half_ended.items() if not units or unit_id in units)
        held = states[CaseState.HELD] + states[CaseState.DUE]
        return Counts(
            states[CaseState.NEW],
            states[CaseState.ONGOING],
            states[CaseState.ANSWERED],
            states[CaseState.WAITING],
            held,
            older,
            half_ended,
        )


def _nearness(line: CaseLine) -> Nearness:
    promised = line.guarantee
    return (promised.near_at if promised and promised.near_at else _NEVER, line.case.id)


def _fold(line: CaseLine) -> str:
    """What a search looks in; in the place of a name that nobody sees here, what stands in its place."""
    name = line.patient.name or _("Skyddad person")
    return f"{name}\n{line.patient.number}\n{line.matter}".casefold()


def _word(typed: str) -> str:
    """A word as it is looked for: an identity number without its hyphen."""
    digits = typed.replace("-", "").replace("+", "")
    return digits if digits.isdecimal() else typed
