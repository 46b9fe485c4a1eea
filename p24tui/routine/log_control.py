"""Checking the read log (LO-2): which readings are unusual and why, a sample that anyone can draw again, signing."""

import hashlib
import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from p24tui.routine.actor import Actor
from p24tui.routine.decision import Refusal
from p24tui.routine.rule import rule

BY_READING = frozenset({"case.read"})
"""Kinds of event that come of opening a case, and so are no sign of a care relation."""

BREAK_GLASS = "break-glass"
"""What the ground of a reading begins with where the glass was broken."""


class Reason(StrEnum):
    """Why a reading stands out. None of them says that it was wrong: they say where to look first."""

    PROTECTED = "protected"
    COLLEAGUE = "colleague"
    SURNAME = "surname"
    BREAK_GLASS = "break-glass"
    NO_CARE = "no-care"
    MANY = "many"
    OUTSIDE_HOURS = "outside-hours"


class CheckKind(StrEnum):
    """What a check is of."""

    UNUSUAL = "unusual"
    PATIENT = "patient"
    PERSON = "person"
    UNIT = "unit"
    SAMPLE = "sample"


class Outcome(StrEnum):
    """What came of a check; a check that goes on has none."""

    NOTHING = "nothing"
    ASKED = "asked"
    REPORTED = "reported"


class ReadFacts(Struct, frozen=True):
    """What is known of a reading of one patient. ``patient`` is empty for a protected person.

    ``in_care`` says that the reader has done something for the patient, or has the case; ``open`` that the unit was.
    """

    seq: int
    at: datetime
    staff_id: str
    reader: str
    patient_id: str
    patient: str
    why: str
    protected: bool
    in_care: bool
    open: bool


class Judged(Struct, frozen=True):
    """A reading that stands out: its reasons, the heaviest first, and what they weigh together."""

    seq: int
    reasons: tuple[Reason, ...]
    weight: int


@rule("LO-2")
def unusual(
    reads: Iterable[ReadFacts], staff: Collection[str], weights: Mapping[Reason, int], most: int, within: timedelta
) -> tuple[Judged, ...]:
    """The readings that stand out, the heaviest first and then the latest.

    ``staff`` are the names of all who work here. Who opens more than ``most`` patients ``within`` a time reads many.
    """
    known = {one.seq: one for one in reads}
    colleagues = {_plain(name) for name in staff}
    many = _of_many(known.values(), most, within)
    judged = (_judged(one, _reasons(one, colleagues, many), weights) for one in known.values())
    found = (one for one in judged if one.weight > 0)
    return tuple(sorted(found, key=lambda one: (one.weight, known[one.seq].at, one.seq), reverse=True))


@rule("LO-2")
def drawn(seqs: Iterable[int], seed: str, first: datetime, until: datetime, count: int) -> tuple[int, ...]:
    """A sample: the same readings for the same seed, time and count, whoever draws it and in whatever order they come.

    Each reading has its place by a hash of the seed, the time and its number in the log; the first ``count`` are taken.
    """
    begins = f"{seed}\n{first.timestamp():.6f}\n{until.timestamp():.6f}\n"

    def place(seq: int) -> tuple[bytes, int]:
        return hashlib.sha256(f"{begins}{seq}".encode()).digest(), seq

    return tuple(heapq.nsmallest(count, set(seqs), key=place))


@rule("LO-2")
def may_sign(actor: Actor, made_by: str, outcome: Outcome | None, words: str) -> Refusal | None:
    """A check is signed by whoever made it, with what came of it; of all but nothing there are words to say."""
    if made_by != actor.staff_id:
        return Refusal("LO-2", "check-not-yours")
    if outcome is None:
        return Refusal("LO-2", "check-outcome")
    if outcome is not Outcome.NOTHING and not words:
        return Refusal("LO-2", "check-words")
    return None


def _reasons(one: ReadFacts, colleagues: Collection[str], many: Collection[int]) -> Iterable[Reason]:
    patient = _plain(one.patient)
    if one.protected:  # and their name gives nothing away
        yield Reason.PROTECTED
    elif patient:
        if patient in colleagues:
            yield Reason.COLLEAGUE
        if _surnames(one.patient) & _surnames(one.reader):
            yield Reason.SURNAME
    if one.why.startswith(BREAK_GLASS):
        yield Reason.BREAK_GLASS
    if not one.in_care:
        yield Reason.NO_CARE
    if one.seq in many:
        yield Reason.MANY
    if not one.open:
        yield Reason.OUTSIDE_HOURS


def _judged(one: ReadFacts, reasons: Iterable[Reason], weights: Mapping[Reason, int]) -> Judged:
    heaviest = sorted(reasons, key=lambda reason: -weights[reason])
    return Judged(one.seq, tuple(heaviest), sum(weights[reason] for reason in heaviest))


def _of_many(reads: Iterable[ReadFacts], most: int, within: timedelta) -> set[int]:
    """The readings that lie within a time in which their reader opened more than so many patients."""
    of_reader: defaultdict[str, list[ReadFacts]] = defaultdict(list)
    for one in sorted(reads, key=lambda one: (one.at, one.seq)):
        of_reader[one.staff_id].append(one)
    found: set[int] = set()
    for own in of_reader.values():
        window: deque[ReadFacts] = deque()
        patients: Counter[str] = Counter()
        was_many = False
        for one in own:
            window.append(one)
            patients[one.patient_id] += 1
            while one.at - window[0].at > within:
                gone = window.popleft().patient_id
                patients[gone] -= 1
                if not patients[gone]:
                    del patients[gone]
            is_many = len(patients) > most
            if is_many:  # those before it are known already where it was many before
                found.update([one.seq] if was_many else (other.seq for other in window))
            was_many = is_many
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _surnames(name: str) -> set[str]:
    """The last name; of a double one each part. ``Lund, Erik`` is Lund as well."""
    before, comma, _given = _plain(name).partition(",")
    words = before.split() if comma else before.split()[1:][-1:]
    return {part for word in words for part in word.split("-") if len(part) > 1}
