"""Reminders by SMS: to a patient who does not answer, and before a video visit. When one may go, and when no longer."""

from datetime import datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.chat import is_over, may_handle_case, owned_by
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import (
    STOCKHOLM,
    OpeningHours,
    day_openings,
    instant_of,
    local_day,
    next_staffed,
    staffed_until,
)
from p24tui.routine.outgoing import Planned, Purpose, Sending
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection, is_protected, may_receive_sms, strictest
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit, VisitState

ASKED_AGAIN_AFTER = timedelta(minutes=1)
"""How long a reminder waits for protection that could not be learnt."""

CLOSED = "closed"
"""Why a reminder waits that goes in staffed time alone."""

_AT_ONCE = (Purpose.INVITATION, Purpose.VISIT_NOW)
"""What somebody asks for there and then, while they wait for it."""

_DAY = timedelta(days=1)
_DAYS_AHEAD = 30


class ReminderTimes(Struct, frozen=True):
    """When a unit's reminders go.

    The last one of a visit goes ``soon_before`` it, that of its day at the wall time ``morning``, and at least
    ``apart`` from the last. None goes before ``day_begins`` or from ``night_begins`` on. One to a silent patient is of
    use for ``kept`` of staffed time.
    """

    soon_before: timedelta
    morning: time
    apart: timedelta
    day_begins: time
    night_begins: time
    kept: timedelta


class Go(Struct, frozen=True):
    """It may go now, to this number (E.164) or address."""

    number: str


class Wait(Struct, frozen=True):
    """Not yet: it is looked at again then (UTC). ``reason`` is a key."""

    until: datetime
    reason: str


class Drop(Struct, frozen=True):
    """It is no longer wanted. ``reason`` is a key."""

    reason: str


class Fail(Struct, frozen=True):
    """It is wanted and cannot go: staff must know. ``reason`` is a key."""

    reason: str


Decision = Go | Wait | Drop | Fail


@rule("SE-2", "PR-1", "PR-2")
def may_remind(case: Case, actor: Actor, patient: Patient) -> Refusal | None:
    """Whether whoever has the case may remind the patient now that they are waited for."""
    if refusal := may_handle_case(case, actor, patient.protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if refusal := owned_by(case, actor):
        return refusal
    if not is_waited_for(case):
        return Refusal("SE-2", "nothing-to-remind")
    if refusal := may_receive_sms(patient.protection):
        return refusal
    return None if patient.mobile else Refusal("VI-1", "no-mobile")


@rule("SE-2")
def is_waited_for(case: Case) -> bool:
    """Whether staff have written and wait for the patient, who has not answered: any message of theirs ends it."""
    return case.state is not CaseState.ENDED and case.answered_at is not None and case.waiting_since is None


@rule("SE-2")
def answer_reminder(now: datetime, hours: OpeningHours, times: ReminderTimes) -> Planned | None:
    """The reminder to a silent patient: at once in staffed time, else when the unit opens; none if it never does."""
    due = goes_at(Purpose.ANSWER, now, hours, times)
    if due is None:
        return None
    return Planned(Purpose.ANSWER, due, staffed_until(hours, due, times.kept) or due + times.kept)


@rule("NA-3")
def visit_reminders(
    visit_at: datetime, now: datetime, hours: OpeningHours, times: ReminderTimes, *, moved: bool = False
) -> tuple[Planned, ...]:
    """The reminders of a visit that is booked, or ``moved``, at ``now``: those that still make sense, each once.

    One says that it is booked, one comes on its day in the morning, one just before. Where the first can go only on the
    day itself, that is the day's reminder too; where the last has gone, the others are of no use.
    """
    soon = _soon(visit_at, now, hours, times)
    last = soon.due_at if soon else visit_at
    first = _first(Purpose.VISIT_MOVED if moved else Purpose.VISIT_BOOKED, visit_at, now, last, hours, times)
    on_the_day = first is not None and local_day(first.due_at) == local_day(visit_at)
    today = None if on_the_day else _today(visit_at, now, last, hours, times)
    if first is not None and today is not None:
        first = replace(first, expires_at=today.due_at)
    return tuple(one for one in (first, today, soon) if one is not None)


@rule("NA-3", "SE-2", "PR-2")
def decide(
    one: Sending,
    patient: Patient,
    number: str,
    hours: OpeningHours,
    times: ReminderTimes,
    now: datetime,
    *,
    other: Protection = Protection.NONE,
    case: Case | None = None,
    visit: Visit | None = None,
) -> Decision:
    """What is to be done with a reminder at the moment of sending; everything is looked at anew.

    ``number`` is the patient's mobile in E.164, empty where there is none that is valid, or the address of who is
    invited. ``other`` is the protection of who gets it instead of the patient: where they are protected it never goes,
    and staff must see that nobody has been told. Protection that is not known blocks it, and it waits.
    """
    if is_protected(patient.protection):
        return Drop("protected")
    if (reason := _not_wanted(one, case, visit)) is not None:
        return Drop(reason)
    if is_protected(other):
        return Fail("protected")
    if now >= one.expires_at:
        return Drop("next-one") if _is_followed(one) else Fail("too-late")
    if not number:
        return Fail("no-mobile")
    if (refusal := may_receive_sms(strictest(patient.protection, other))) is not None:
        return Wait(now + ASKED_AGAIN_AFTER, refusal.reason)
    at = goes_at(one.purpose, max(now, one.due_at), hours, times, one.visit_at)
    if at is None or at >= one.expires_at:
        return Drop("next-one") if _is_followed(one) else Fail("too-late")
    return Wait(at, CLOSED) if at > now else Go(number)


def goes_at(
    purpose: Purpose, at: datetime, hours: OpeningHours, times: ReminderTimes, visit_at: datetime | None = None
) -> datetime | None:
    """The first instant from ``at`` on at which it may go: in staffed time, and never at night.

    On the day of a visit staff are there for it, so its reminders go by day whatever the opening hours. None if the
    unit does not open within 400 days.
    """
    if purpose in _AT_ONCE:
        return at
    if visit_at is not None and local_day(at) == local_day(visit_at):
        return by_day(at, times)
    for _ in range(_DAYS_AHEAD):
        staffed = next_staffed(hours, by_day(at, times))
        if staffed is None or by_day(staffed, times) == staffed:
            return staffed
        at = staffed
    return None


def _is_followed(one: Sending) -> bool:
    """Whether the visit has another reminder when this one is of no use any longer."""
    return one.visit_at is not None and one.expires_at < one.visit_at


def _not_wanted(one: Sending, case: Case | None, visit: Visit | None) -> str | None:
    if one.calls_off:
        return None
    if one.purpose is Purpose.ANSWER:
        if case is None or case.state is CaseState.ENDED:
            return "ended"
        return None if is_waited_for(case) else "answered"
    if visit is None or visit.state is VisitState.CANCELLED:
        return "visit-cancelled"
    if visit.state not in OPEN:
        return "visit-over"
    if one.purpose is Purpose.INVITATION:
        return None  # one for an earlier time is cancelled by the move
    if visit.came and one.purpose is not Purpose.VISIT_NOW:
        return "visit-over"  # it was held before its time
    return None if visit.starts_at == one.visit_at else "visit-moved"


def _soon(visit_at: datetime, now: datetime, hours: OpeningHours, times: ReminderTimes) -> Planned | None:
    due = visit_at - times.soon_before
    if due < now:
        return None
    at = goes_at(Purpose.VISIT_SOON, due, hours, times, visit_at)
    return Planned(Purpose.VISIT_SOON, at, visit_at) if at is not None and at < visit_at else None


def _first(
    purpose: Purpose, visit_at: datetime, now: datetime, last: datetime, hours: OpeningHours, times: ReminderTimes
) -> Planned | None:
    at = goes_at(purpose, now, hours, times, visit_at)
    return Planned(purpose, at, last) if at is not None and at < last else None


def _today(
    visit_at: datetime, now: datetime, last: datetime, hours: OpeningHours, times: ReminderTimes
) -> Planned | None:
    """In the morning of the visit's day, once the unit has opened where that is not too late."""
    day = local_day(visit_at)
    morning = by_day(instant_of(day, times.morning), times)
    latest = last - times.apart
    opens = [max(morning, start) for start, end in day_openings(hours, day) if end > morning]
    at = next((one for one in opens if one <= latest), morning)
    return Planned(Purpose.VISIT_TODAY, at, last) if now <= at <= latest else None


def by_day(at: datetime, times: ReminderTimes) -> datetime:
    """The first instant from ``at`` on that is not in the night."""
    wall, day = at.astimezone(STOCKHOLM).time(), local_day(at)
    if times.day_begins <= wall < times.night_begins:
        return at
    return instant_of(day if wall < times.day_begins else day + _DAY, times.day_begins)
