"""Handing a case over: offered with the patient's consent, taken or declined, and the sender's until it is taken."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.alert import TO_ALL
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.chat import CLINICIANS, given, is_over, may_handle_case, owned_by
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import OpeningHours, is_open, next_staffed, staffed_between
from p24tui.routine.protection import Protection
from p24tui.routine.risk_path import RAISED
from p24tui.routine.rule import rule


class ConsentState(StrEnum):
    """Whether the patient has agreed to the handover."""

    GIVEN = "given"
    ASKED = "asked"
    MISSING = "missing"


class ConsentWay(StrEnum):
    """How the patient agreed."""

    CHAT = "chat"
    TELEPHONE = "telephone"
    VISIT = "visit"


class Consent(Struct, frozen=True):
    """The patient's consent, and where it is given, how and when (UTC)."""

    state: ConsentState
    how: ConsentWay | None = None
    at: datetime | None = None


NO_CONSENT = Consent(ConsentState.MISSING)


class Target(Struct, frozen=True):
    """To whom a case is offered: everybody of a profession at a unit, or one person there.

    ``profession`` is the person's where it is to one.
    """

    unit_id: str
    profession: Profession
    staff_id: str | None = None
    name: str = ""

    @property
    def words(self) -> str:
        """The person's name, else the profession's key."""
        return self.profession.value if self.staff_id is None else self.name


class OfferState(StrEnum):
    """What has become of an offer. Nothing but ``OFFERED`` can still be taken."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Offer(Struct, frozen=True):
    """A handover as it calls. ``level`` says for whom: those it is to, then the chat-responsible, then everybody."""

    offered_at: datetime
    called_at: datetime | None = None
    level: int = 0


class HandoverPace(Struct, frozen=True):
    """How long nobody may take an offer before it calls again, for the chat-responsible, and for everybody."""

    repeats: timedelta
    escalates: timedelta
    escalates_again: timedelta


@rule("CH-11", "SU-2")
def offer(
    case: Case, actor: Actor, protection: Protection, target: Target, consent: Consent, now: datetime
) -> Case | Refusal:
    """Offer the case to somebody. It stays the owner's, who may go on answering, until somebody has taken it.

    Suspected suicide risk goes to a psychologist or doctor, and waits for no consent.
    """
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if refusal := owned_by(case, actor):
        return refusal
    if case.handed_at is not None:
        return Refusal("CH-11", "handed")
    if target.staff_id is not None and target.staff_id == actor.staff_id:
        return Refusal("CH-11", "handed-self")
    if refusal := _may_receive(case, target.profession) or _consented(case, target.profession, consent, now):
        return refusal
    return replace(case, handed_to=target.words, handed_at=now, ending_by=None)


@rule("CH-11", "SU-2", "SU-9", "SU-11")
def ground(case: Case, receiver: Profession, consent: Consent) -> str:
    """The rule by which the case goes without the patient's consent; empty where that is given, or is needed.

    To a psychologist or doctor suspected risk goes at once, and that of a silent patient too; so does raised risk where
    the patient does not answer, and low risk then. To nobody else does anything go without consent.
    """
    if consent.state is ConsentState.GIVEN or receiver not in ASSESSORS:
        return ""
    is_silent = case.state is CaseState.WAITING
    if case.suicide is SuicideRisk.NONE:
        return "SU-9" if is_silent and case.risk is RiskLevel.LOW else ""
    if not is_silent:
        return "SU-2"
    return "SU-11" if case.risk in RAISED else "SU-9"


@rule("CH-11", "SU-2")
def accept(case: Case, target: Target, actor: Actor, protection: Protection) -> Case | Refusal:
    """Take the case that is offered. It is the receiver's from now on, at the unit that it was offered to."""
    if refusal := may_handle_case(case, actor, protection) or _answers(case, target, actor):
        return refusal
    if refusal := _may_receive(case, actor.profession):
        return refusal
    told = case.told_closing_at if target.unit_id == case.unit_id else None  # the other unit closes for itself
    theirs = given(case, actor.staff_id, actor.profession)
    return unoffered(replace(theirs, unit_id=target.unit_id, told_closing_at=told))


@rule("CH-11")
def decline(case: Case, target: Target, actor: Actor, reason: str) -> Case | Refusal:
    """Say no, and why. The case stays the sender's."""
    if refusal := _answers(case, target, actor):
        return refusal
    if not reason.strip():
        return Refusal("CH-11", "decline-reason")
    return unoffered(case)


@rule("CH-11")
def withdraw(case: Case, actor: Actor) -> Case | Refusal:
    """The sender keeps the case after all."""
    if refusal := owned_by(case, actor):
        return refusal
    return Refusal("CH-11", "not-handed") if case.handed_at is None else unoffered(case)


@rule("RE-2")
def is_triage(sender: Profession | None, receiver: Profession | None) -> bool:
    """Whether a handover that was accepted equals triage: a nurse's, to a doctor or psychologist.

    Then no nurse visit is registered, but the receiver's contact alone.
    """
    return sender is Profession.NURSE and receiver in ASSESSORS


@rule("CH-11")
def fits(target: Target, actor: Actor) -> bool:
    """Whether the offer is to this person, where they act now."""
    if actor.unit_id != target.unit_id or actor.staff_id is None:
        return False
    return actor.profession is target.profession if target.staff_id is None else actor.staff_id == target.staff_id


@rule("CH-11")
def kept(before: Case, after: Case) -> Case:
    """What a deed has made of the case, offered only while whoever offers it has it."""
    return after if after.owner_id == before.owner_id else unoffered(after)


def unoffered(case: Case) -> Case:
    """The case offered to nobody."""
    return replace(case, handed_to="", handed_at=None, handed_level=0, handed_called_at=None)


@rule("CH-11", "SU-2")
def level(one: Offer, case: Case, now: datetime, hours: OpeningHours, pace: HandoverPace) -> int:
    """For whom an offer calls by now: 0 those it is to, 1 the chat-responsible too, 2 everybody. It never sinks.

    Staffed time of the unit that has the case counts, with suicide risk and where the unit is never staffed any time.
    """
    waited = _waited(one.offered_at, case, now, hours)
    reached = TO_ALL if waited >= pace.escalates_again else 1 if waited >= pace.escalates else 0
    return max(one.level, reached)


@rule("CH-11", "SU-2")
def calls(one: Offer, case: Case, now: datetime, hours: OpeningHours, pace: HandoverPace) -> bool:
    """Whether it is time to call for somebody: at a new level, and again and again until the offer is answered.

    Nobody is called for while the unit is closed, but with suicide risk.
    """
    if not _at_any_hour(case, now, hours) and not is_open(hours, now):
        return False
    if level(one, case, now, hours, pace) > one.level:
        return True
    return _waited(one.called_at or one.offered_at, case, now, hours) >= pace.repeats


def warnings(target: Target, unit_id: str, *, on_shift: bool) -> tuple[str, ...]:
    """What is unusual about handing a case of this unit to them; it stops nobody, and the graver comes first."""
    said = ("other-unit" if target.unit_id != unit_id else "", "" if on_shift else "not-on-shift")
    return tuple(filter(None, said))


def _waited(since: datetime, case: Case, now: datetime, hours: OpeningHours) -> timedelta:
    return now - since if _at_any_hour(case, since, hours) else staffed_between(hours, since, now)


def _at_any_hour(case: Case, now: datetime, hours: OpeningHours) -> bool:
    return case.suicide is not SuicideRisk.NONE or next_staffed(hours, now) is None


def _answers(case: Case, target: Target, actor: Actor) -> Refusal | None:
    if case.handed_at is None:
        return Refusal("CH-11", "not-handed")
    if case.owner_id == actor.staff_id:
        return Refusal("CH-11", "yours")
    return None if fits(target, actor) else Refusal("CH-11", "not-for-you")


def _may_receive(case: Case, receiver: Profession | None) -> Refusal | None:
    """Whether the case may go to this profession: risk that nobody has taken on goes to those who can (SU-2)."""
    if receiver not in CLINICIANS:
        return Refusal("CH-4", "receiver")
    if case.suicide is SuicideRisk.AWAITING and receiver not in ASSESSORS:
        return Refusal("SU-2", "suicide-receiver")
    return None


def _consented(case: Case, receiver: Profession, consent: Consent, now: datetime) -> Refusal | None:
    if consent.state is ConsentState.GIVEN:
        known = consent.how is not None and consent.at is not None and consent.at <= now
        return None if known else Refusal("CH-11", "consent-when")
    return None if ground(case, receiver, consent) else Refusal("CH-11", "consent")
