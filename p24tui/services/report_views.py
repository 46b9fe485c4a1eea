"""What a report holds: plain numbers over a period, with nothing in it about a patient; only staff are named."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from p24tui.routine.case import ContactKind
from p24tui.routine.period import Period
from p24tui.services.views import Overview


class Slot(Struct, frozen=True):
    """A piece of the period: the instant at which it begins (UTC), and how many cases came in during it.

    ``urgent`` of them are of priority 1, or suicide risk has been suspected in them.
    """

    begins: datetime
    cases: int
    urgent: int


class Inflow(Struct, frozen=True):
    """What came in: by hour or day, by the priority that came with it as the list marks it, and by kind of contact."""

    slots: tuple[Slot, ...]
    marks: Mapping[str, int]
    kinds: Mapping[ContactKind, int]

    @property
    def cases(self) -> int:
        """How many came in altogether."""
        return sum(one.cases for one in self.slots)

    @property
    def urgent(self) -> int:
        """How many of them are urgent."""
        return sum(one.urgent for one in self.slots)


class Waits(Struct, frozen=True):
    """How long those waited that have been answered: half of them at most ``median``, nine of ten ``ninth``."""

    median: timedelta
    ninth: timedelta
    longest: timedelta


class FirstAnswers(Struct, frozen=True):
    """How many of the cases that came in have been answered by staff, and how long they waited until then.

    ``waits`` is real time; ``staffed`` counts only the unit's opening hours. Both are none where nobody was answered.
    """

    answered: int
    unanswered: int
    waits: Waits | None
    staffed: Waits | None


class SameDay(Struct, frozen=True):
    """The first part of the care guarantee (GA-1): how many were answered the calendar day on which they made contact.

    ``missed`` were not; ``pending`` have not been yet, and the day is not over.
    """

    kept: int
    missed: int
    pending: int


class Flow(Struct, frozen=True):
    """What was done in the period, whenever the cases came in."""

    ended: int
    reopened: int
    messages_in: int
    messages_out: int


class Sent(Struct, frozen=True):
    """What went out: how often a gateway took something, and how often it was reported to have arrived.

    ``failed`` and ``uncertain`` have been so in the period and are so still.
    """

    taken: int
    delivered: int
    failed: int
    uncertain: int


class Recorded(Struct, frozen=True):
    """What became of what belongs in the record (DO-1): notes signed here, written in VAS itself, and what was nothing.

    ``owed`` is how many notes are still to be written now; ``waits`` how long those took that were owed.
    """

    signed: int
    in_vas: int
    nothing: int
    owed: int
    waits: Waits | None


class Registered(Struct, frozen=True):
    """How contacts were registered (RE): told to those who register, in AN24 by staff themselves, or not at all.

    ``left`` is how many posts are in VAS still, now; ``waits`` how long it took from making one to its removal.
    """

    told: int
    own: int
    nothing: int
    left: int
    waits: Waits | None


class Answering(Struct, frozen=True):
    """A member of staff who wrote to patients: in how many cases, and how many messages."""

    name: str
    cases: int
    messages: int


class UnitDay(Struct, frozen=True):
    """A day on which a unit is open, or has been closed with a signature.

    ``opening`` is how long it is open, ``unmanned`` how much of that has nobody in the roster (CH-2). ``signed`` says
    by whom and when the closing was signed (CH-7), for the last time; ``over`` that the unit has closed for the day.
    """

    unit_id: str
    day: date
    opening: timedelta
    unmanned: timedelta
    signed: tuple[str, datetime] | None
    over: bool


class Report(Struct, frozen=True):
    """How a period went for units, as far as is known at ``made_at``. ``now`` is how they stand, where it is today."""

    unit_ids: tuple[str, ...]
    period: Period
    made_at: datetime
    inflow: Inflow
    first_answers: FirstAnswers
    same_day: SameDay
    flow: Flow
    sent: Sent
    recorded: Recorded
    registered: Registered
    answering: tuple[Answering, ...]
    days: tuple[UnitDay, ...]
    now: Overview | None
