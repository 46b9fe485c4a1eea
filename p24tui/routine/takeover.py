"""Taking a case over from a colleague who has it: asked for, answered or waited out, and always told (CH-11)."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.case import Case
from p24tui.routine.chat import CLINICIANS, given, is_over, may_handle_case, owned_by, unasked
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.routine.queue import risk_awaits
from p24tui.routine.rule import rule


@rule("CH-11", "SH-1", "SU-2")
def is_free_to_take(case: Case, actor: Actor) -> bool:
    """Whether a case may go to this person unasked: suspected suicide risk, to a psychologist or doctor.

    Taken on by another psychologist or doctor it may not, but where that one is lost (SH-1).
    """
    return risk_awaits(case) and actor.profession in ASSESSORS


@rule("CH-11")
def ask(case: Case, actor: Actor, protection: Protection, reason: str, now: datetime) -> Case | Refusal:
    """Ask the owner to let one have the case, and say why. Until they answer, it stays theirs."""
    if refusal := _may_have(case, actor, protection):
        return refusal
    if case.asked_by not in (None, actor.staff_id):
        return Refusal("CH-11", "asked")
    if not reason.strip():
        return Refusal("CH-11", "ask-reason")
    return replace(case, asked_by=actor.staff_id, asked_by_name=actor.name, asked_at=now, asked_reason=reason.strip())


@rule("CH-11", "SU-2")
def let_go(case: Case, owner: Actor, receiver: Profession | None) -> Case | Refusal:
    """The owner lets whoever asked have the case. ``receiver`` is that person's profession, none if they have left."""
    if refusal := _answers(case, owner):
        return refusal
    if receiver not in CLINICIANS:
        return Refusal("CH-4", "not-clinician")
    return given(case, case.asked_by, receiver)


@rule("CH-11")
def keep(case: Case, owner: Actor) -> Case | Refusal:
    """The owner keeps the case; whoever asked is told."""
    if refusal := _answers(case, owner):
        return refusal
    return unasked(case)


@rule("CH-11")
def withdraw(case: Case, actor: Actor) -> Case | Refusal:
    """Whoever asked does so no longer."""
    if case.asked_by is None or case.asked_by != actor.staff_id:
        return Refusal("CH-11", "not-asked")
    return unasked(case)


@rule("CH-11", "SU-2")
def take(case: Case, actor: Actor, protection: Protection, now: datetime, patience: timedelta) -> Case | Refusal:
    """Have the case without an answer: ``patience`` after one asked, or at once where it is free to take."""
    if refusal := _may_have(case, actor, protection):
        return refusal
    if not is_free_to_take(case, actor):
        if case.asked_by is None or case.asked_at is None or case.asked_by != actor.staff_id:
            return Refusal("CH-11", "ask-first")
        if now - case.asked_at < patience:
            return Refusal("CH-11", "ask-wait")
    return given(case, actor.staff_id, actor.profession)


def _may_have(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if case.owner_id is None:
        return Refusal("CH-11", "unclaimed")
    if case.owner_id == actor.staff_id:
        return Refusal("CH-11", "yours")
    return None


def _answers(case: Case, owner: Actor) -> Refusal | None:
    if refusal := owned_by(case, owner):
        return refusal
    return Refusal("CH-11", "not-asked") if case.asked_by is None else None
