"""The chat between patient and staff: claim, release, answer, and what the patient's own message does."""

from datetime import datetime

from msgspec.structs import replace

from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.case import Case, CaseState, SuicideRisk, Urgency, Video
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule

CLINICIANS = frozenset(Profession) - {Profession.ADMINISTRATION}
"""Those who answer patients: the assessment is always a clinician's (CH-4)."""


@rule("PR-1", "CH-4")
def may_handle(actor: Actor, protection: Protection) -> Refusal | None:
    """Whether this person may take part in the chat: a clinician may, and nobody where the patient is protected."""
    if is_protected(protection):
        return Refusal("PR-1", "protected")
    if actor.profession not in CLINICIANS:
        return Refusal("CH-4", "not-clinician")
    return None


@rule("PR-1", "AP-1")
def is_left(case: Case, protection: Protection) -> bool:
    """Whether the contact is not handled here at all: the person is protected, or somebody else was meant."""
    return is_protected(protection) or case.wrong_patient_at is not None


@rule("AP-1", "AP-3")
def may_handle_case(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """The same of one case: nobody goes on with one in which somebody else than the patient was meant."""
    if refusal := may_handle(actor, protection):
        return refusal
    return Refusal("AP-1", "wrong-patient") if case.wrong_patient_at is not None else None


def claim(case: Case, actor: Actor, protection: Protection) -> Case | Refusal:
    """Take the case on. One person has it at a time; it goes to another by release or handover (CH-11)."""
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if case.owner_id not in (None, actor.staff_id):
        return Refusal("CH-11", "owned")
    suicide = _risk_with(case, actor.profession)
    begun = case.state in (CaseState.NEW, CaseState.HELD, CaseState.DUE)
    state = CaseState.ONGOING if begun else case.state
    return _unheld(had(replace(case, owner_id=actor.staff_id, state=state, suicide=suicide)))


def release(case: Case, actor: Actor) -> Case | Refusal:
    """Give the case back to the queue, where it stands as before: nothing about the patient's waiting changes.

    While suspected suicide risk is being handed over, somebody has it until somebody else does (H7).
    """
    if refusal := owned_by(case, actor) or video_is_off(case):
        return refusal
    if refusal := handed_with_risk(case):
        return refusal
    return unasked(untaken(back_in_the_queue(replace(case, ending_by=None))))


def answer(case: Case, actor: Actor, protection: Protection, now: datetime) -> Case | Refusal:
    """Write to the patient: only the owner does. Nobody waits for us after it."""
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if refusal := owned_by(case, actor):
        return refusal
    answered = replace(
        case,
        state=CaseState.WAITING,
        waiting_since=None,
        answered_at=now,
        ending_by=None,
        no_times=False,
        told_closing_at=None,
    )
    return _unheld(had(answered))


@rule("CH-6", "SE-3")
def receive(case: Case, sent_at: datetime) -> Case:
    """The patient writes. That wakes the case whatever its state, and undoes a begun ending (H10).

    A case that has ended opens again without an owner, so that whoever is there sees it. The waiting time starts
    at the oldest message that has no answer.
    """
    waiting_since = sent_at if case.waiting_since is None else min(case.waiting_since, sent_at)
    reopened = case.state is CaseState.ENDED
    state = case.state if case.state in (CaseState.NEW, CaseState.ONGOING) else CaseState.ANSWERED
    woken = replace(
        case,
        state=state,
        owner_id=None if reopened else case.owner_id,
        urgency=Urgency.UNSAID if reopened and case.urgency is Urgency.CAN_WAIT else case.urgency,
        waiting_since=waiting_since,
        unread=case.unread + 1,
        ending_by=None,
        ended_at=None,
        answer_until=None,
        told_closing_at=None,
    )
    return _unheld(untaken(unfollowed(woken)))


def reads(case: Case, actor: Actor) -> bool:
    """Whether opening the case counts as reading it: the owner's opening does, and anyone's while nobody has it.

    A colleague who looks in leaves the owner's unread mark where it is.
    """
    return case.owner_id in (None, actor.staff_id)


def has_unread(case: Case) -> bool:
    """Whether anything of the patient's, a message or free text in a form, has been read by nobody."""
    return case.unread > 0 or case.unread_free_text > 0


def read(case: Case) -> Case:
    """The case with the patient's messages marked as read."""
    return replace(case, unread=0)


def read_free_text(case: Case) -> Case:
    """The case with the free text of its form marked as read: that does not follow from reading the chat."""
    return replace(case, unread_free_text=0)


@rule("PR-1", "AP-3")
def may_note(case: Case, protection: Protection) -> Refusal | None:
    """Whether staff may write to each other about the case here: anybody may, and nobody where it is protected.

    Nor where somebody else than the patient was meant: nothing more is written down there.
    """
    if is_protected(protection):
        return Refusal("PR-1", "protected")
    return Refusal("AP-3", "wrong-patient-locked") if case.wrong_patient_at is not None else None


def is_over(case: Case) -> Refusal | None:
    """Whether the case has ended; nothing is done in it then."""
    return Refusal("CH-12", "ended") if case.state is CaseState.ENDED else None


@rule("SU-3")
def assessor(actor: Actor) -> Refusal | None:
    """Whether this person may assess suicide risk, and decide on it: a psychologist or doctor."""
    return None if actor.profession in ASSESSORS else Refusal("SU-3", "not-assessor")


@rule("VI-14")
def video_is_off(case: Case) -> Refusal | None:
    """Whether no video is on: it is ended first, before the case ends, rests, or goes back to the queue."""
    return Refusal("VI-14", "video-on") if case.video is Video.ON else None


def owned_by(case: Case, actor: Actor) -> Refusal | None:
    """Whether the actor has the case; what only the owner does is refused to others."""
    if case.owner_id is None:
        return Refusal("CH-11", "unclaimed")
    if case.owner_id != actor.staff_id:
        return Refusal("CH-11", "owned")
    return None


@rule("SU-2")
def handed_with_risk(case: Case) -> Refusal | None:
    """Whether suspected suicide risk is being handed over: until that is taken the case neither ends nor is let go."""
    stands = case.suicide is not SuicideRisk.NONE and case.handed_at is not None
    return Refusal("SU-2", "suicide-handover") if stands else None


@rule("SU-2")
def untaken(case: Case) -> Case:
    """Suicide risk that a psychologist or doctor had taken on waits again where nobody has the case any longer.

    What is followed needs nobody until its time, unless the patient has written what nobody has read.
    """
    if case.owner_id is None and case.suicide is SuicideRisk.TAKEN_ON:
        quiet = case.risk_due_at is not None and not has_unread(case)
        return replace(case, suicide=SuicideRisk.FOLLOWED if quiet else SuicideRisk.AWAITING)
    return case


@rule("SU-7", "SU-9")
def unfollowed(case: Case) -> Case:
    """What was followed and nobody has calls for a psychologist or doctor: the patient has written."""
    return replace(case, suicide=SuicideRisk.AWAITING) if case.suicide is SuicideRisk.FOLLOWED else case


def back_in_the_queue(case: Case) -> Case:
    """The case with nobody who has it. An ongoing one stands as new, or with the one who has the word."""
    return replace(case, owner_id=None, state=_in_the_queue(case))


def _in_the_queue(case: Case) -> CaseState:
    if case.state is not CaseState.ONGOING:
        return case.state
    if case.answered_at is None:
        return CaseState.NEW
    return CaseState.WAITING if case.waiting_since is None else CaseState.ANSWERED


@rule("SH-1")
def had(case: Case) -> Case:
    """The case with somebody who has it and is there: that one before was lost calls no longer."""
    return replace(case, owner_lost_at=None)


def unasked(case: Case) -> Case:
    """The case with nobody asking to take it over."""
    return replace(case, asked_by=None, asked_by_name="", asked_at=None, asked_reason="")


def given(case: Case, staff_id: str | None, receiver: Profession | None) -> Case:
    """The case at a colleague. Suicide risk that a psychologist or doctor had taken on waits again at another's."""
    suicide = _risk_with(case, receiver)
    return unasked(had(replace(case, owner_id=staff_id, suicide=suicide, ending_by=None)))


def _risk_with(case: Case, profession: Profession | None) -> SuicideRisk:
    if case.suicide is SuicideRisk.NONE:
        return SuicideRisk.NONE
    return SuicideRisk.TAKEN_ON if profession in ASSESSORS else SuicideRisk.AWAITING


def _unheld(case: Case) -> Case:
    return replace(case, held_until=None, held_reason="", held_by=None)
