"""Registering a contact in VAS: whether it is to be, by which way, and followed until its watch post is gone (RE)."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Profession
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule
from p24tui.routine.visit import VisitKind, VisitState


class VisitType(StrEnum):
    """How the contact took place."""

    WRITTEN = "written"
    TELEPHONE = "telephone"
    VIDEO = "video"


class Way(StrEnum):
    """How a contact is registered.

    ``WATCH_POST`` (JO20) and ``MESSAGE`` tell those who register in AN5 (RE-3). ``AN24`` is by the staff member
    themself (RE-8). ``NOTHING``: it does not replace a visit, so it is not registered (RE-1).
    """

    WATCH_POST = "watch-post"
    MESSAGE = "message"
    AN24 = "an24"
    NOTHING = "nothing"


TOLD = (Way.WATCH_POST, Way.MESSAGE)
"""What is made in VAS for others to act on, and must be removed there (RE-6)."""


class RegistrationState(StrEnum):
    """Where a registration stands.

    ``CREATED``: the watch post or message is in VAS. ``REGISTERED``: so is the arrival, and the post is to be removed.
    ``REMOVED``: it is gone. ``OWN``: registered in AN24, with no post to remove. ``NOTHING``: nothing is registered.
    ``WITHDRAWN``: it was taken back before anything was registered.
    """

    CREATED = "created"
    REGISTERED = "registered"
    REMOVED = "removed"
    OWN = "own"
    NOTHING = "nothing"
    WITHDRAWN = "withdrawn"


FOLLOWED = (RegistrationState.CREATED, RegistrationState.REGISTERED)
"""What is followed: a watch post or message is in VAS still."""


class Step(StrEnum):
    """What one does with a registration."""

    REGISTER = "register"
    REMOVE = "remove"
    WITHDRAW = "withdraw"


class Choices(Struct, frozen=True):
    """What may be chosen in one of VAS's forms. ``rule`` says so."""

    rule: str
    visit_types: tuple[VisitType, ...]
    fee_types: tuple[str, ...]
    payments: tuple[str, ...]


class Codes(Struct, frozen=True):
    """VAS's own words for a registration, as data; ``visit_types`` has its words for each."""

    section: str
    watch_post_type: str
    message_subject: str
    visit_types: Mapping[VisitType, str]
    an5: Choices
    an24: Choices


class Situation(Struct, frozen=True):
    """What is known of a contact before anything is asked.

    ``profession`` is that of whoever registers, ``own`` whether the contact is theirs. ``triaged``: a nurse has handed
    it over, and it was taken on (RE-2). ``booked``: whether it was a booked visit that took place; none where it was
    no booked visit. ``by_video``: whether a video has been on.
    """

    protection: Protection = Protection.NONE
    wrong_patient: bool = False
    profession: Profession | None = Profession.NURSE
    own: bool = True
    triaged: bool = False
    booked: bool | None = None
    by_video: bool = False


class Answers(Struct, frozen=True):
    """What cannot be known, and so is asked; none where it has not been."""

    replaces: bool | None = None
    visit_type: VisitType | None = None
    always_free: bool | None = None


class Wanted(Struct, frozen=True):
    """How somebody wants a contact registered: the answers, and what goes into VAS's form.

    ``way`` is none where it follows from the answers; without ``care_giver_id`` it is whoever had the contact last, and
    without ``fee_type`` the only one there is. ``payment`` is for AN24 alone: in AN5 whoever registers chooses it.
    """

    answers: Answers
    way: Way | None = None
    new_visit: bool = False
    reason: str = ""
    care_giver_id: str | None = None
    fee_type: str | None = None
    payment: str | None = None


class Question(StrEnum):
    """What is asked next: the names of the answers."""

    REPLACES = "replaces"
    VISIT_TYPE = "visit-type"
    ALWAYS_FREE = "always-free"


class Nothing(Struct, frozen=True):
    """There is nothing to register for whoever asks, by this rule."""

    rule: str


class ToAN5(Struct, frozen=True):
    """Those who register in AN5 are told, by a watch post or a message (RE-3)."""


class InAN24(Struct, frozen=True):
    """The staff member registers it themself in AN24 (RE-8)."""


Outcome = Nothing | ToAN5 | InAN24


@rule("PR-1", "AP-3")
def may_register(situation: Situation) -> Refusal | None:
    """Whether the contact may be registered at all: not where it is not handled here."""
    if is_protected(situation.protection):
        return Refusal("PR-1", "protected")
    return Refusal("AP-3", "wrong-patient-locked") if situation.wrong_patient else None


@rule("RE-1", "RE-2", "RE-3", "RE-8")
def course(situation: Situation, answers: Answers) -> Question | Outcome | Refusal:
    """The next question, or where it ends. Only what cannot be known, and still makes a difference, is asked."""
    if refusal := may_register(situation):
        return refusal
    if situation.triaged and situation.profession is Profession.NURSE:
        return Nothing("RE-2")
    known = known_answers(situation, answers)
    if known.replaces is None:
        return Question.REPLACES
    if not known.replaces:
        return Nothing("RE-1")
    if known.visit_type is None:
        return Question.VISIT_TYPE
    if not asks_whether_free(situation, known.visit_type):
        return ToAN5()
    if known.always_free is None:
        return Question.ALWAYS_FREE
    return InAN24() if known.always_free else ToAN5()


def known_answers(situation: Situation, answers: Answers) -> Answers:
    """The answers with what is known already: whether a booked visit took place, and that it did so by video."""
    if situation.booked is None:
        return answers
    visit_type = VisitType.VIDEO if situation.by_video else answers.visit_type
    return replace(answers, replaces=situation.booked, visit_type=visit_type)


@rule("RE-8")
def asks_whether_free(situation: Situation, visit_type: VisitType) -> bool:
    """Whether AN24 is possible: for one's own contact in writing, and only clinicians have contacts of their own."""
    return situation.own and situation.profession in CLINICIANS and visit_type is VisitType.WRITTEN


@rule("RE-1", "RE-7")
def took_place(kind: VisitKind, state: VisitState) -> bool | None:
    """Whether the booked visit whose chat the contact is took place; none where that cannot be said.

    A talk with a relative is booked on the patient, and no visit by itself.
    """
    if kind is VisitKind.RELATIVE:
        return None
    if state in (VisitState.ABSENT, VisitState.CANCELLED):
        return False
    return True if state is VisitState.ENDED else None


@rule("RE-2")
def may_be_care_giver(profession: Profession, *, triaged: bool) -> bool:
    """Whether a contact can be registered on somebody of this profession: never on the nurse who has triaged it."""
    return profession in CLINICIANS and not (triaged and profession is Profession.NURSE)


@rule("RE-7", "RE-8")
def permitted(
    choices: Choices, visit_type: VisitType | None, fee_type: str | None, payment: str | None
) -> Refusal | None:
    """Whether these go together in the form that the choices are of; what is none has not been chosen yet."""
    if visit_type is not None and visit_type not in choices.visit_types:
        return Refusal(choices.rule, "registration-visit-type")
    if fee_type is not None and fee_type not in choices.fee_types:
        return Refusal(choices.rule, "registration-fee-type")
    if payment is not None and payment not in choices.payments:
        return Refusal(choices.rule, "registration-payment")
    return None


@rule("RE-1", "RE-3", "RE-8")
def way_of(outcome: Question | Outcome | Refusal, wanted: Way | None) -> Way | Refusal:
    """The way by which a contact is registered that has come out so; a nurse who has triaged registers none (RE-2)."""
    match outcome:
        case Refusal():
            return outcome
        case Question():
            return Refusal("RE-1", "registration-unanswered")
        case Nothing("RE-2"):
            return Refusal("RE-2", "nurse-handed-over")
        case Nothing():
            return Way.NOTHING
        case InAN24():
            return Way.AN24
        case ToAN5():
            return wanted if wanted in TOLD else Refusal("RE-3", "registration-way")


@rule("RE-3", "RE-4", "RE-5", "RE-7", "RE-8")
def complete(way: Way, reason: str) -> Refusal | None:
    """Whether all stands there that VAS wants of it."""
    told = {Way.WATCH_POST: "RE-4", Way.MESSAGE: "RE-5", Way.AN24: "RE-8"}
    if way is Way.NOTHING:
        return None
    return None if reason.strip() else Refusal(told[way], "registration-reason")


@rule("RE-6")
def first_state(way: Way) -> RegistrationState:
    """How a registration begins."""
    if way in TOLD:
        return RegistrationState.CREATED
    return RegistrationState.OWN if way is Way.AN24 else RegistrationState.NOTHING


@rule("RE-6")
def may_make(standing: RegistrationState | None) -> Refusal | None:
    """Whether a contact may be registered, which has had this: there is one for each, until it is withdrawn."""
    if standing in (None, RegistrationState.WITHDRAWN):
        return None
    return Refusal("RE-6", "already-registered")


@rule("RE-6")
def after(state: RegistrationState, step: Step) -> RegistrationState | Refusal:
    """Where a registration stands after a step: created, registered, removed; or withdrawn before it is registered."""
    if state is RegistrationState.WITHDRAWN:
        return Refusal("RE-6", "registration-withdrawn")
    match step:
        case Step.REGISTER:
            if state is RegistrationState.CREATED:
                return RegistrationState.REGISTERED
            return Refusal("RE-6", "already-arrived" if state in _ARRIVED else "nothing-followed")
        case Step.REMOVE:
            if state is RegistrationState.REGISTERED:
                return RegistrationState.REMOVED
            return Refusal("RE-6", _NOT_REMOVED[state])
        case Step.WITHDRAW:
            if state in _ARRIVED:
                return Refusal("RE-6", "already-arrived")
            return RegistrationState.WITHDRAWN


@rule("RE-6")
def may_withdraw(why: str) -> Refusal | None:
    """Whether a registration may be taken back for this reason."""
    return None if why.strip() else Refusal("RE-6", "withdraw-reason")


_ARRIVED = (RegistrationState.REGISTERED, RegistrationState.REMOVED, RegistrationState.OWN)
_NOT_REMOVED = {
    RegistrationState.CREATED: "not-arrived",
    RegistrationState.REMOVED: "already-removed",
    RegistrationState.OWN: "nothing-followed",
    RegistrationState.NOTHING: "nothing-followed",
}


def next_step(state: RegistrationState) -> Step | None:
    """What is to be done next, if anything."""
    return {RegistrationState.CREATED: Step.REGISTER, RegistrationState.REGISTERED: Step.REMOVE}.get(state)


@rule("RE-6")
def is_old(made_at: datetime, now: datetime, old_after: timedelta) -> bool:
    """Whether what is followed has been there for so long that it calls."""
    return now - made_at >= old_after


@rule("RE-6")
def called_at(made: Collection[datetime], now: datetime, old_after: timedelta) -> datetime | None:
    """When the oldest of what is followed last called: when it became old, and again each time it has aged as much."""
    oldest = min(made, default=now)
    if not is_old(oldest, now, old_after):
        return None
    return oldest + (now - oldest) // old_after * old_after
