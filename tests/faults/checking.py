"""What is looked at when all is at rest: was anything sent twice, and is anything lost, or told of as it was not?

It goes by plain values: how the rows stand, what the history says, and what the server was asked and took.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from p24tui.gateways.outgoing.model import Problem
from p24tui.routine.outgoing import OutgoingState

OF_NOBODY = "tick:outbox"
"""Where what is heard, looked up or freed is written from."""

STATE_AFTER = {
    "sms.queued": OutgoingState.QUEUED,
    "sms.postponed": OutgoingState.QUEUED,
    "sms.accepted": OutgoingState.ACCEPTED,
    "sms.delivered": OutgoingState.DELIVERED,
    "sms.failed": OutgoingState.FAILED,
    "sms.uncertain": OutgoingState.UNCERTAIN,
    "sms.cancelled": OutgoingState.CANCELLED,
}
ON_ITS_WAY = frozenset({OutgoingState.QUEUED, OutgoingState.SENDING})
HELD_FOR_TAKEN = frozenset({OutgoingState.ACCEPTED, OutgoingState.DELIVERED})


class Fault(StrEnum):
    """What must not be. ``UNTRUE`` is a state that does not say what became of it, ``AGAIN`` a second attempt at
    something of which nobody knew.
    """

    DUPLICATE = "duplicate"
    LOST = "lost"
    UNTRUE = "untrue"
    AGAIN = "again"


@dataclass(frozen=True)
class Row:
    """How a reminder stands."""

    state: OutgoingState
    problem: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened to a reminder, and where from."""

    id: str
    kind: str
    place: str


@dataclass(frozen=True)
class Finding:
    """A fault, of which reminder, and how it is seen."""

    fault: Fault
    id: str
    seen: str


@dataclass(frozen=True)
class Evidence:
    """All that is known at the end.

    ``wanted`` are the reminders that were put there; ``taken`` the ids that the server took, one for each SMS;
    ``not_now`` says for each request about a reminder, in order, whether the answer let it come again. ``broken_off``
    is a run that ended with something still on its way; ``reported`` one in which all that was taken was reported.
    """

    wanted: Collection[str]
    rows: Mapping[str, Row]
    events: Sequence[Event]
    taken: Sequence[str]
    not_now: Mapping[str, Sequence[bool]]
    reported: bool = True
    broken_off: bool = False


def check(evidence: Evidence) -> list[Finding]:
    """Everything that must not be."""
    times = Counter(evidence.taken)
    told: defaultdict[str, list[Event]] = defaultdict(list)
    for event in evidence.events:
        told[event.id].append(event)
    found = [Finding(Fault.DUPLICATE, id, f"taken {count} times") for id, count in times.items() if count > 1]
    found += [Finding(Fault.UNTRUE, id, "taken, and nobody wanted it") for id in times.keys() - set(evidence.wanted)]
    found += [
        Finding(Fault.UNTRUE, id, "a row that nobody wanted") for id in evidence.rows.keys() - set(evidence.wanted)
    ]
    for id in evidence.wanted:
        found += (Finding(fault, id, seen) for fault, seen in _of_one(evidence, id, times[id] > 0, told[id]))
    return found


def late_answers(events: Sequence[Event]) -> int:
    """How often a claimant's answer came after its row had been freed as a dead one's: slow, and no fault."""
    freed: set[str] = set()
    late = 0
    for event in events:
        if event.kind == "sms.uncertain" and event.place == OF_NOBODY:
            freed.add(event.id)
        elif event.id in freed and event.place != OF_NOBODY:
            late += 1
            freed.discard(event.id)
    return late


def _of_one(evidence: Evidence, id: str, taken: bool, told: Sequence[Event]) -> Iterator[tuple[Fault, str]]:
    row = evidence.rows.get(id)
    if row is None:
        yield Fault.LOST, "the row is gone"
        return
    yield from _state(row, taken, evidence)
    yield from _history(row, told)
    if not all(evidence.not_now.get(id, ())[:-1]):
        yield Fault.AGAIN, "the gateway was asked again, after what was no answer or a final one"


def _state(row: Row, taken: bool, evidence: Evidence) -> Iterator[tuple[Fault, str]]:
    """Whether the state says what the server knows."""
    state = row.state
    if state in ON_ITS_WAY:
        if not evidence.broken_off:
            yield Fault.LOST, f"still {state}"
    elif state in HELD_FOR_TAKEN and not taken:
        yield Fault.LOST, f"{state}, and the server never had it"
    elif not taken:
        if row.problem == Problem.NOT_DELIVERED:
            yield Fault.UNTRUE, "not delivered, and the server never had it"
    elif state is OutgoingState.CANCELLED or (state is OutgoingState.FAILED and row.problem != Problem.NOT_DELIVERED):
        yield Fault.UNTRUE, f"{state} ({row.problem}), and the server had it"
    elif evidence.reported and state in (OutgoingState.ACCEPTED, OutgoingState.UNCERTAIN):
        yield Fault.LOST, f"{state}, and what became of it has been reported"


def _history(row: Row, told: Sequence[Event]) -> Iterator[tuple[Fault, str]]:
    """Whether the history ends as the row stands, and nothing that was uncertain was tried again."""
    kinds = [one.kind for one in told]
    if not told:
        yield Fault.UNTRUE, "nothing in the history"
    elif STATE_AFTER.get(kinds[-1]) is not row.state and row.state is not OutgoingState.SENDING:
        yield Fault.UNTRUE, f"{row.state}, and the history ends with {kinds[-1]}"
    if any(_is_second_answer(told, at) for at in range(1, len(told))):
        yield Fault.AGAIN, f"a claimant had it once more: {kinds}"


def _is_second_answer(told: Sequence[Event], at: int) -> bool:
    """Whether a claimant wrote what became of it though one had already written that nobody knows.

    One whose row was freed as a dead one's may come late with its answer: that is still the first.
    """
    before = [one for one in told[:at] if one.kind == "sms.uncertain" and one.place != OF_NOBODY]
    return bool(before) and told[at].place != OF_NOBODY
