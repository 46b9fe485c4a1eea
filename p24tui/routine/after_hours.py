"""A patient who makes contact while the unit is closed: where they are referred, and when what they sent is read.

Instants are aware UTC. A lunch break is closed time too.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from p24tui.routine.case import Case, SuicideRisk
from p24tui.routine.hours import OpeningHours, is_open, opens_next, staffed_since
from p24tui.routine.queue import triage_failed
from p24tui.routine.rule import rule


class Severity(StrEnum):
    """How severe a contact is, by what came with it: no assessment (CH-4).

    The triage's priority; ``FAILED``, a triage whose priority is missing; ``MESSAGE``, a contact without triage;
    ``SUICIDE``, suspected suicide risk, whatever else is known.
    """

    SUICIDE = "suicide"
    PRIORITY_1 = "1"
    PRIORITY_2 = "2"
    PRIORITY_3 = "3"
    PRIORITY_4 = "4"
    PRIORITY_5 = "5"
    FAILED = "failed"
    MESSAGE = "message"


_MOMENT = timedelta(microseconds=1)

EMERGENCY_NUMBER = "112"
ADVICE_NUMBER = "1177"


class RefersTo(StrEnum):
    """Where one is referred by telephone, the gravest first."""

    EMERGENCY = "112"
    BOTH = "both"
    ADVICE = "1177"

    @property
    def named(self) -> tuple[str, ...]:
        """The numbers that one is referred to."""
        return (EMERGENCY_NUMBER, ADVICE_NUMBER) if self is RefersTo.BOTH else (self.value,)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Both numbers, the one to ring first before the other: whoever gets worse must know both."""
        return (ADVICE_NUMBER, EMERGENCY_NUMBER) if self is RefersTo.ADVICE else (EMERGENCY_NUMBER, ADVICE_NUMBER)

    @property
    def as_grave(self) -> tuple["RefersTo", ...]:
        """This and every graver one: who has been told one of them need not be told this."""
        every = tuple(RefersTo)
        return every[: every.index(self) + 1]


class Referral(Struct, frozen=True):
    """What applies to a contact while the unit is closed.

    ``may_send`` says that the patient may choose to send all the same (CH-9). ``read_at`` is when the unit opens next,
    none where it never does.
    """

    refers_to: RefersTo
    may_send: bool
    read_at: datetime | None

    @property
    def rule(self) -> str:
        """The rule that it follows."""
        return "CH-9" if self.may_send else "CH-8"


@rule("CH-8")
def severity_of(case: Case) -> Severity:
    """How severe a case is, by what is known of it. Suicide risk counts also where somebody has taken it on."""
    if case.suicide is not SuicideRisk.NONE:
        return Severity.SUICIDE
    return Severity.FAILED if triage_failed(case) else severity_of_priority(case.priority)


def severity_of_priority(priority: int | None) -> Severity:
    """How severe a contact of this priority is; none is a contact without triage. One out of range is none at all."""
    if priority is None:
        return Severity.MESSAGE
    return Severity(str(priority)) if 1 <= priority <= 5 else Severity.FAILED


@rule("CH-1", "CH-8", "CH-9")
def referral(
    severity: Severity, hours: OpeningHours, mapping: Mapping[Severity, RefersTo], now: datetime, *, primary_care: bool
) -> Referral | None:
    """What a patient is told who makes contact now; none while the unit is open.

    A severity that the mapping does not know is referred to both. At a primary care unit (vårdcentral) one may always
    send, whatever the priority. Raises ``ValueError`` for a naive time.
    """
    if is_open(hours, now):
        return None
    return Referral(mapping.get(severity, RefersTo.BOTH), primary_care, opens_next(hours, now))


def closed_since(hours: OpeningHours, now: datetime) -> datetime | None:
    """When the unit that is closed now last closed; none where it has not been open for 400 days."""
    last_moment = staffed_since(hours, now, _MOMENT)
    return None if last_moment is None else last_moment + _MOMENT


@rule("CH-1")
def somebody_answers(case: Case, since: datetime | None, now: datetime, within: timedelta) -> bool:
    """Whether staff who work on after closing are in a conversation with the patient: then none is broken into.

    They have answered after ``since``, when the unit closed, and not longer ago than ``within``.
    """
    answered = case.answered_at
    return answered is not None and (since is None or answered >= since) and now - answered < within
