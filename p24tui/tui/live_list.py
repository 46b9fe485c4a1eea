"""The list in memory: every line, those that the filter shows in their order, and how many stand where.

It takes in one changed line in the same time whether there are a thousand or a hundred thousand.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from p24tui.clock import STOCKHOLM, local_date
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.list_filter import ListFilter, passes
from p24tui.routine.queue import OrderKey, order_key
from p24tui.services.views import CaseLine, QueueView

OLDER, HIDDEN, HIDDEN_OLDER, HIDDEN_SUICIDE = "older", "hidden", "hidden-older", "hidden-suicide"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open cases stand where. ``older`` came in before today, whatever their state."""

    new: int = 0
    ongoing: int = 0
    answered: int = 0
    waiting: int = 0
    held: int = 0
    older: int = 0


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many open cases the filter and the search leave out (H3)."""

    cases: int = 0
    older: int = 0
    suicide: int = 0


class LiveList:
    """What one person sees of the list. ``staff_id`` is who that is, for the filter on one's own cases."""

    def __init__(self, staff_id: str | None) -> None:
        self._staff_id = staff_id
        self._message_after: dict[str, int] = {}
        self._today_began = datetime.min.replace(tzinfo=UTC)
        self._filter = ListFilter()
        self._words: tuple[str, ...] = ()
        self._found_in_text: frozenset[str] = frozenset()
        self._lines: dict[str, CaseLine] = {}
        self._keys: dict[str, OrderKey] = {}
        self._order: list[OrderKey] = []
        self._tally: Counter[str] = Counter()
        self.whole = False
        self.arrived: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, case_id: object) -> bool:
        return case_id in self._keys

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
        states = {state: self._tally[state] for state in CaseState}
        held = states[CaseState.HELD] + states[CaseState.DUE]
        new, ongoing = states[CaseState.NEW], states[CaseState.ONGOING]
        return Counts(new, ongoing, states[CaseState.ANSWERED], states[CaseState.WAITING], held, self._tally[OLDER])

    @property
    def hidden(self) -> Hidden:
        """How many open cases are left out."""
        return Hidden(self._tally[HIDDEN], self._tally[HIDDEN_OLDER], self._tally[HIDDEN_SUICIDE])

    @property
    def lines(self) -> Iterator[CaseLine]:
        """The lines that are shown, in order."""
        return (self._lines[key[-1]] for key in self._order)

    @property
    def every_line(self) -> Iterable[CaseLine]:
        """All lines, shown or not, in no order."""
        return self._lines.values()

    def line(self, case_id: str | None) -> CaseLine | None:
        """The line of a case, shown or not."""
        return self._lines.get(case_id or "")

    def id_at(self, index: int) -> str:
        """The case on a line that is shown."""
        return self._order[index][-1]

    def ids(self, start: int, end: int) -> list[str]:
        """The cases on these lines."""
        return [key[-1] for key in self._order[max(0, start) : end]]

    def index(self, case_id: str | None) -> int | None:
        """The line on which a case is shown; none where it is not."""
        key = self._keys.get(case_id or "")
        return None if key is None else bisect_left(self._order, key)

    def show(self, view: QueueView, now: datetime) -> None:
        """Take in a list read anew."""
        self.whole = view.since is not None
        self._message_after = view.message_after
        self._lines = {line.case.id: line for line in view.lines}
        self._today_began = _midnight(now)
        self._arrange()

    def put(self, lines: Iterable[CaseLine]) -> list[str]:
        """Take in lines that are new or have changed; returns the ids of the open cases among them that are new."""
        new = []
        for line in lines:
            id = line.case.id
            known = self._lines.pop(id, None)
            if known is not None:
                self._count(known, -1, shown=id in self._keys)
                self._take_out(id)
            ended = line.case.state is CaseState.ENDED
            if ended and not self._filter.ended:
                self.arrived.pop(id, None)
                continue
            if known is None and not ended:
                new.append(id)
            self._lines[id] = line
            shown = self._shows(line)
            self._count(line, 1, shown=shown)
            if shown:
                self._keys[id] = key = self._key(line)
                insort(self._order, key)
        return new

    def tick(self, now: datetime) -> bool:
        """Time has passed; whether another day has begun, so that what is older has changed."""
        if _midnight(now) == self._today_began:
            return False
        self._today_began = _midnight(now)
        self._arrange()
        return True

    def choose(self, chosen: ListFilter) -> None:
        """Show what this filter lets through."""
        self._filter = chosen
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

    def _arrange(self) -> None:
        self._tally.clear()
        self._keys = {}
        for id, line in self._lines.items():
            shown = self._shows(line)
            self._count(line, 1, shown=shown)
            if shown:
                self._keys[id] = self._key(line)
        self._order = sorted(self._keys.values())

    def _take_out(self, id: str) -> None:
        if (key := self._keys.pop(id, None)) is not None:
            del self._order[bisect_left(self._order, key)]

    def _key(self, line: CaseLine) -> OrderKey:
        return order_key(line.case, self._message_after.get(line.case.unit_id, 0))

    def _shows(self, line: CaseLine) -> bool:
        if not passes(self._filter, line.case, self._staff_id, self._today_began):
            return False
        return not self._words or line.case.id in self._found_in_text or _has(line, self._words)

    def _count(self, line: CaseLine, step: int, *, shown: bool) -> None:
        case = line.case
        if case.state is CaseState.ENDED:
            return
        older = case.received_at < self._today_began
        if not self._filter.units or case.unit_id in self._filter.units:
            self._tally[case.state] += step
            self._tally[OLDER] += step * older
        if not shown:
            self._tally[HIDDEN] += step
            self._tally[HIDDEN_OLDER] += step * older
            self._tally[HIDDEN_SUICIDE] += step * _awaits(case)


def _awaits(case: Case) -> bool:
    return case.suicide is SuicideRisk.AWAITING


def _has(line: CaseLine, words: tuple[str, ...]) -> bool:
    text = f"{line.patient.name}\n{line.patient.number}\n{line.matter}".casefold()
    return all(word in text for word in words)


def _word(typed: str) -> str:
    """A word as it is looked for: an identity number without its hyphen."""
    digits = typed.replace("-", "").replace("+", "")
    return digits if digits.isdecimal() else typed


def _midnight(now: datetime) -> datetime:
    return datetime.combine(local_date(now), time.min, STOCKHOLM).astimezone(UTC)
