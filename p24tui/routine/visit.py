"""The video visit: booked, taken in, begun, on video and off it, ended; or cancelled, or the patient never came."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, Video
from p24tui.routine.chat import is_over, may_handle_case, owned_by
from p24tui.routine.decision import Refusal
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule


class VisitState(StrEnum):
    """Where a visit stands. Whether the video is on is the case's to say: ``Case.video``."""

    BOOKED = "booked"
    TAKEN_IN = "taken-in"
    STARTED = "started"
    ENDED = "ended"
    ABSENT = "absent"
    CANCELLED = "cancelled"


OPEN = frozenset({VisitState.BOOKED, VisitState.TAKEN_IN, VisitState.STARTED})
"""States in which a visit is to take place, or does."""


class VisitKind(StrEnum):
    """Whom the visit is with: a patient, a child below 13 by its proxy (VI-7), or a relative alone (VI-4)."""

    PATIENT = "patient"
    CHILD = "child"
    RELATIVE = "relative"


class Summons(StrEnum):
    """Which summons was chosen in VAS, and how it goes (VI-3): posted, or saved so that 1177 shows it."""

    ADULT_POSTED = "adult-posted"
    ADULT_SAVED = "adult-saved"
    CHILD_POSTED = "child-posted"
    CHILD_SAVED = "child-saved"

    @property
    def of_child(self) -> bool:
        return self in (Summons.CHILD_POSTED, Summons.CHILD_SAVED)


class Visit(Struct, frozen=True, kw_only=True):
    """A video visit. Instants are UTC; ``version`` rises with every write.

    ``holder_id`` is who is to hold it, or does. A child's ``proxy_number`` and ``proxy_name`` are those of the guardian
    chosen at booking, and stay whatever becomes of the child's guardians (VI-7), but where the proxy turns out to be
    protected. ``mobile`` is where its SMS go: empty stands for the patient's own. ``reason`` is what it is about.
    ``case_id`` is its chat, from when it is taken in. ``came`` is what its holder has said of whether the patient came,
    where that had to be asked. ``source`` and ``booking_id`` say which booking of which system it is, ``said_at`` when
    that last spoke of it.
    """

    id: str
    unit_id: str
    patient_id: str
    starts_at: datetime
    ends_at: datetime
    state: VisitState = VisitState.BOOKED
    kind: VisitKind = VisitKind.PATIENT
    holder_id: str | None = None
    proxy_number: str = ""
    proxy_name: str = ""
    mobile: str = ""
    reason: str = ""
    summons: Summons | None = None
    summons_by: str = ""
    summons_at: datetime | None = None
    case_id: str | None = None
    taken_in_at: datetime | None = None
    started_at: datetime | None = None
    video_at: datetime | None = None
    came: bool | None = None
    ended_at: datetime | None = None
    source: str = ""
    booking_id: str | None = None
    said_at: datetime | None = None
    version: int = 1

    @property
    def has_reminders(self) -> bool:
        """Whether the patient, or the proxy, is reminded of it: a talk with a relative is not the patient's (VI-4)."""
        return self.kind is not VisitKind.RELATIVE


class CallOutcome(StrEnum):
    """What came of telephoning a patient who was absent or could not join."""

    NO_ANSWER = "no-answer"
    VOICEMAIL = "voicemail"
    WRONG_NUMBER = "wrong-number"
    JOINS = "joins"
    BY_TELEPHONE = "by-telephone"
    NEW_TIME = "new-time"


class VisitCall(Struct, frozen=True):
    """A telephone call to the patient of a visit, or an attempt. ``at`` is UTC, ``number`` as it was dialled."""

    at: datetime
    staff_id: str
    name: str
    number: str
    outcome: CallOutcome


@rule("VI-1", "PR-1")
def may_book(patient: Patient, mobile: str) -> Refusal | None:
    """Whether a video visit may be booked: whoever joins can be reached by SMS, and the patient is not protected.

    ``mobile`` is the patient's own, or the proxy's.
    """
    if is_protected(patient.protection):
        return Refusal("PR-1", "protected")
    if not mobile:
        return Refusal("VI-1", "no-mobile")
    return None


@rule("VI-2")
def may_book_by_hand(kind: VisitKind, *, allowed: bool) -> Refusal | None:
    """Whether a visit is booked here and not in VAS: where the unit has no feed, or it is a relative's (VI-4)."""
    return None if allowed or kind is VisitKind.RELATIVE else Refusal("VI-2", "booked-in-vas")


@rule("VI-3")
def may_summon(kind: VisitKind, summons: Summons | None) -> Refusal | None:
    """Whether the summons that was chosen in VAS is the right one; there always is one, but not for a relative."""
    if kind is VisitKind.RELATIVE:
        return None
    if summons is None:
        return Refusal("VI-3", "summons-missing")
    if summons.of_child != (kind is VisitKind.CHILD):
        return Refusal("VI-3", "summons-child" if kind is VisitKind.CHILD else "summons-adult")
    return None


@rule("VI-3")
def summoned(visit: Visit, summons: Summons, actor: Actor, now: datetime) -> Visit | Refusal:
    """The visit with its summons confirmed as chosen in VAS."""
    if visit.state is not VisitState.BOOKED:
        return Refusal("VI-3", "visit-begun")
    refusal = may_summon(visit.kind, summons)
    return refusal or replace(visit, summons=summons, summons_by=actor.name, summons_at=now)


def move(visit: Visit, starts_at: datetime, ends_at: datetime) -> Visit | Refusal:
    """The visit at another time."""
    return still_booked(visit) or replace(visit, starts_at=starts_at, ends_at=ends_at)


def cancel(visit: Visit, now: datetime) -> Visit | Refusal:
    """The visit that does not take place."""
    return still_booked(visit) or replace(visit, state=VisitState.CANCELLED, ended_at=now)


def still_booked(visit: Visit) -> Refusal | None:
    """Whether the visit has yet to begin."""
    if visit.state is VisitState.BOOKED:
        return None
    return Refusal("VI-1", "visit-cancelled" if visit.state is VisitState.CANCELLED else "visit-begun")


@rule("PR-1")
def dropped(visit: Visit, now: datetime) -> Visit:
    """The visit of somebody who turns out to be protected: it does not take place here, or goes on no longer."""
    over = VisitState.CANCELLED if visit.state is VisitState.BOOKED else VisitState.ENDED
    return replace(visit, state=over, ended_at=now) if visit.state in OPEN else visit


@rule("PR-1", "VI-1")
def take_in(visit: Visit, actor: Actor, protection: Protection, case_id: str, now: datetime) -> Visit | Refusal:
    """The first step on the day: whoever takes it in holds it, and it has a chat from now on."""
    if refusal := still_booked(visit):
        return refusal
    if is_protected(protection):
        return Refusal("PR-1", "protected")
    return replace(visit, state=VisitState.TAKEN_IN, holder_id=actor.staff_id, case_id=case_id, taken_in_at=now)


def start(visit: Visit, case: Case, actor: Actor, protection: Protection, now: datetime) -> Visit | Refusal:
    """The second step: the visit has begun."""
    if refusal := _may_hold(case, actor, protection):
        return refusal
    if visit.state is not VisitState.TAKEN_IN:
        return Refusal("VI-14", "visit-begun" if visit.state is VisitState.STARTED else "visit-not-open")
    return replace(visit, state=VisitState.STARTED, holder_id=actor.staff_id, started_at=now)


@rule("VI-14")
def start_video(case: Case, actor: Actor, protection: Protection) -> Case | Refusal:
    """The third step, and from any chat at any time: the video is on."""
    if refusal := _may_hold(case, actor, protection):
        return refusal
    if case.video is Video.ON:
        return Refusal("VI-14", "video-on-already")
    return replace(case, video=Video.ON)


@rule("VI-14")
def on_video(visit: Visit, actor: Actor, now: datetime) -> Visit:
    """The visit whose video has been started; one that had ended lives again, and who did not come before may now."""
    return replace(
        visit,
        state=VisitState.STARTED,
        holder_id=actor.staff_id,
        started_at=visit.started_at or now,
        video_at=visit.video_at or now,
        came=visit.came or None,
        ended_at=None,
    )


@rule("VI-14")
def end_video(case: Case, actor: Actor) -> Case | Refusal:
    """The first step of ending: the video is off, and the visit lives on as a chat (H11)."""
    if refusal := owned_by(case, actor):
        return refusal
    return replace(case, video=Video.OVER) if case.video is Video.ON else Refusal("VI-14", "video-off")


UNREAD_BY_PATIENTS = "visit"
"""The source of a chat that a visit has made where no patient's side is there to read it."""


@rule("VI-14")
def reaches(source: str) -> Refusal | None:
    """Whether what is written in a chat of this source reaches the patient; nobody is left to believe that it does."""
    return Refusal("VI-14", "chat-unread") if source == UNREAD_BY_PATIENTS else None


@rule("VI-14")
def is_half_ended(case: Case) -> bool:
    """Whether the video has been ended and the visit has not: that is to be seen wherever the case is (H11)."""
    return case.video is Video.OVER and case.state is not CaseState.ENDED


@rule("VI-13")
def attended(visit: Visit, *, came: bool) -> Visit | Refusal:
    """The visit with its holder's word on whether the patient came."""
    return replace(visit, came=came) if visit.state in OPEN else Refusal("VI-13", "visit-not-open")


@rule("VI-14")
def resumed(visit: Visit) -> Visit:
    """The visit whose chat lives again, because the ending was undone."""
    if visit.state not in (VisitState.ENDED, VisitState.ABSENT):
        return visit
    state = VisitState.STARTED if visit.started_at else VisitState.TAKEN_IN
    return replace(visit, state=state, ended_at=None)


def _may_hold(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    return may_handle_case(case, actor, protection) or is_over(case) or owned_by(case, actor)
