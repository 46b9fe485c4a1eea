"""Closing for the day: no case is left that nobody has looked at, and every patient knows (CH-5 to CH-7)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.assessment import is_urgent
from p24tui.routine.case import Case, CaseState, SuicideRisk, Urgency, Video
from p24tui.routine.chat import claim, handed_with_risk, has_unread, is_over, may_handle, may_handle_case
from p24tui.routine.decision import Refusal
from p24tui.routine.holding import may_hold
from p24tui.routine.hours import OpeningHours, closes_for_day, day_openings, last_closing, local_day
from p24tui.routine.protection import Protection
from p24tui.routine.rule import rule


class Level(IntEnum):
    """How near closing is: nothing to say yet, a fact, something to notice, a warning, an alarm."""

    NONE = 0
    FACT = 1
    NOTICE = 2
    WARNING = 3
    ALARM = 4


class Standing(StrEnum):
    """Where an open case stands in the closing check. Everything up to ``LEFT`` wants something done.

    ``TOLD``: the patient knows that the unit closes. ``RESTS``: it is held to a later day, or its
    suicide risk is followed until a time of its own.
    """

    SUICIDE = "suicide"
    URGENT = "urgent"
    UNREAD = "unread"
    LEFT = "left"
    TOLD = "told"
    RESTS = "rests"


DONE = frozenset({Standing.TOLD, Standing.RESTS})

UNSETTLES = frozenset(
    {
        *("case.received", "case.updated", "case.reopened", "message.received", "form.received"),
        *("case.released", "case.returned", "case.owner-lost", "handover.accepted", "deed.undone"),
        *("risk.suspicion", "risk.overdue", "risk.visited", "case.closed-down"),
    }
)
"""What makes a signature worth nothing where it happens between it and closing: somebody must look again."""


_RESTED = (CaseState.HELD, CaseState.DUE)


class Remaining(Struct, frozen=True):
    """A case that is left open at closing, and who has it."""

    case_id: str
    owner_id: str


@rule("CH-5")
def level(minutes_left: float, warnings: Collection[int]) -> Level:
    """How loud closing is when it is so many minutes away.

    ``warnings`` are the unit's minutes: the first is a fact and the last an alarm; of what lies between, the last warns
    and what comes before that is to be noticed.
    """
    passed = sum(minutes_left <= minutes for minutes in warnings)
    if passed in (0, len(warnings)):
        return Level.ALARM if passed else Level.NONE
    if passed == 1:
        return Level.FACT
    return Level.WARNING if passed == len(warnings) - 1 else Level.NOTICE


@rule("CH-7")
def closing_at_hand(hours: OpeningHours, now: datetime, ahead: timedelta) -> datetime | None:
    """The closing that is to be signed (UTC): the day's last one from ``ahead`` before it, until the next opening.

    None while the unit is open and that is further off, and for a unit that has not been open within 400 days.
    """
    closes = closes_for_day(hours, now)
    if closes is not None and closes - ahead <= now:
        return closes
    has_opened = any(opens <= now for opens, _closes in day_openings(hours, local_day(now)))
    return None if has_opened else last_closing(hours, now)


@rule("CH-5", "CH-7", "SU-2")
def standing(case: Case, day: date) -> Standing:
    """Where an open case stands in the closing check of a local day: the gravest that is left to do."""
    if handed_with_risk(case) or not _is_in_hand(case):
        return Standing.SUICIDE
    if is_urgent(case):
        return Standing.URGENT
    if has_unread(case) or is_unseen(case):
        return Standing.UNREAD
    if case.suicide is SuicideRisk.FOLLOWED:
        return Standing.RESTS
    if case.video is not Video.NONE:
        return Standing.LEFT  # it is on, or half ended: whoever was told waits for its end (VI-14)
    if case.state in _RESTED and case.held_until is not None and case.held_until > day:
        return Standing.RESTS  # where its day has come meanwhile, that is after the one that is closed
    if case.told_closing_at is not None and local_day(case.told_closing_at) >= day:
        return Standing.TOLD
    return Standing.LEFT


@rule("CH-7", "SE-4", "SU-2")
def may_keep(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """Whether this person may keep the case for the next weekday: as they may let it rest, once it is theirs."""
    theirs = claim(case, actor, protection) if case.owner_id is None else case
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    return theirs if isinstance(theirs, Refusal) else may_hold(theirs, actor)


@rule("CH-7")
def is_unseen(case: Case) -> bool:
    """Whether nobody has looked at the case at all: it may have come without a word that could be unread."""
    untouched = case.opened_at is None and case.owner_id is None and case.answered_at is None
    return case.state is CaseState.NEW and untouched and case.urgency is Urgency.UNSAID


def _is_in_hand(case: Case) -> bool:
    """Whether no suicide risk is at hand, it is followed, or a psychologist or doctor has taken it on and is there."""
    taken_on = case.suicide is SuicideRisk.TAKEN_ON and case.owner_id is not None and case.owner_lost_at is None
    return taken_on or case.suicide in (SuicideRisk.NONE, SuicideRisk.FOLLOWED)


@rule("CH-5", "CH-7", "SU-2")
def may_tell(case: Case, actor: Actor, protection: Protection, day: date) -> Refusal | None:
    """Whether this person may tell the patient that the unit closes: any clinician may, whoever has the case.

    It is no answer to what nobody has read, to what a clinician calls urgent, or to suicide risk; and once a day is
    enough.
    """
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if case.suicide is not SuicideRisk.NONE:
        return Refusal("SU-2", "closing-suicide")
    match standing(case, day):
        case Standing.URGENT:
            return Refusal("CH-7", "closing-urgent")
        case Standing.UNREAD:
            return Refusal("CH-7", "unread")
        case Standing.TOLD:
            return Refusal("CH-5", "closing-told")
        case Standing.RESTS:
            return Refusal("CH-5", "closing-rests")
    return None


@rule("CH-4", "CH-5", "CH-7")
def may_tell_among_many(case: Case, actor: Actor, protection: Protection, day: date) -> Refusal | None:
    """The same where many are told at once: priority 1 is never among them, whatever has been said of it."""
    if refusal := may_tell(case, actor, protection, day):
        return refusal
    return Refusal("CH-7", "closing-priority") if case.priority == 1 else None


@rule("CH-5")
def tell(case: Case, actor: Actor, protection: Protection, day: date, now: datetime) -> Case | Refusal:
    """The patient is told at the closing of ``day``. Who waits for an answer still does, from when they did."""
    return may_tell(case, actor, protection, day) or replace(case, told_closing_at=now)


@rule("CH-6", "CH-7", "SE-3", "SU-9")
def may_end_with_day(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """Whether the case may be ended with a day added: only where it is the patient who has not answered.

    What is urgent, and suicide risk, is not left so (SU-9).
    """
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if case.suicide is not SuicideRisk.NONE:
        return Refusal("SU-9", "closing-suicide")
    if is_urgent(case):
        return Refusal("CH-7", "closing-urgent")
    return None if case.state is CaseState.WAITING else Refusal("CH-6", "patient-waits")


@rule("CH-7", "VI-13")
def may_close_on(unheld: int) -> Refusal | None:
    """Whether a unit's closing may be signed: not while a booked video visit was to have begun and nobody held it."""
    return Refusal("CH-7", "sign-visits") if unheld else None


@rule("CH-7", "SU-2")
def may_sign(cases: Iterable[Case], actor: Actor, day: date) -> tuple[Remaining, ...] | Refusal:
    """What remains, and who has it, where the closing of this local day may be signed.

    ``cases`` are all of the unit's open ones. A suicide risk that nobody has taken on, an urgent case and an unread
    word are dealt with first; what else is left has somebody who has it.
    """
    if refusal := may_handle(actor, Protection.NONE):
        return refusal
    remaining: list[Remaining] = []
    found: set[str] = set()
    for one in cases:
        where = standing(one, day)
        if where in DONE:
            continue
        found.add(where if where is not Standing.LEFT else "owned" if one.owner_id else "left")
        if one.owner_id:
            remaining.append(Remaining(one.id, one.owner_id))
    for where, refusal in _IN_THE_WAY.items():
        if where in found:
            return refusal
    return tuple(remaining)


_IN_THE_WAY = {
    Standing.SUICIDE: Refusal("SU-2", "sign-suicide"),
    Standing.URGENT: Refusal("CH-7", "sign-urgent"),
    Standing.UNREAD: Refusal("CH-7", "sign-unread"),
    Standing.LEFT: Refusal("CH-7", "sign-left"),
}
