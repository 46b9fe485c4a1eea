"""Suicide risk in a case: each step is stated by a person, kept for good, and moves the case as the rules say (SU)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from p24tui import assets
from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.risk_words import entry_of
from p24tui.routine import suicide
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, RiskLevel, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.patient import shown
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.risk_course import (
    Assessment,
    Booking,
    Call,
    Course,
    Decision,
    Entry,
    HandedOn,
    Looked,
    NoSuspicion,
    Overdue,
    Prolonged,
    Safety,
    Stated,
    Suspicion,
    Visited,
    course_of,
    kind_of,
)
from p24tui.routine.risk_words import names_any
from p24tui.routine.rule import rule
from p24tui.routine.suicide import RiskPace
from p24tui.services.change import change_in, locked, permitted, taking_on
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.limits import limit
from p24tui.services.views import Reach, RiskView
from p24tui.store import cases, desk, events, risk_entries
from p24tui.store.engine import Tx
from p24tui.store.values import CaseRow, RiskRow
from p24tui.system import System
from p24tui.text import clean_line, clean_text

PLACE = "tick:suicide-risk"
LOOK = "reach"
"""The kind of reading that a look at how to reach somebody is (AP-4)."""

Decide = Callable[[CaseRow, Course], Case | Refusal]


def pace(now: datetime) -> RiskPace:
    """The limits in force."""
    return RiskPace(
        visit_days=limit("suicide_visit_within", now),
        recorded_within=timedelta(minutes=limit("suicide_visit_recorded", now)),
        prolonged_longest=timedelta(hours=limit("suicide_prolonged_longest", now)),
        calls=limit("suicide_calls", now),
        look_lasts=timedelta(minutes=limit("look_lasts", now)),
        decided_days=limit("suicide_decided_within", now),
    )


def stated_in(tx: Tx, case_id: str) -> tuple[Stated, ...]:
    """All that has been stated of a case, in order."""
    return tuple(map(_stated, risk_entries.of_case(tx, case_id)))


def course_in(tx: Tx, case_id: str) -> Course:
    """Where that has led."""
    return course_of(stated_in(tx, case_id))


@rule("LO-1", "PR-1")
def read(system: System, actor: Actor, case_id: str) -> RiskView:
    """What has been stated of a case of the unit, where it stands, and what ending still lacks.

    That it was read is committed before it is returned. Of a protected person it says who acted, and no words.
    Raises ``BadInput`` where the unit has no such case.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id)
        desk.log_reading(tx, actor, now, "risk", case_id=case_id, patient_id=row.patient.id)
        stated = stated_in(tx, case_id)
    lacks = suicide.missing(row.case, course_of(stated), row.patient.protection, pace(now))
    if is_protected(row.patient.protection):
        stated = tuple(filter(None, map(_of_protected, stated)))
    return RiskView(row.case, shown(row.patient, local_date(now)), stated, lacks)


@rule("SU-2")
def suspect(system: System, actor: Actor, case_id: str, version: int, why: str) -> Case:
    """Suspect suicide risk. What nobody has is taken on with it, and is the actor's until an assessor takes it.

    Raises ``Refused`` where it is known already, or ``Stale``.
    """
    said = Suspicion(_text(why))
    return _state(
        system,
        actor,
        case_id,
        version,
        said,
        "SU-2",
        lambda row, _course: suicide.suspect(row.case, actor, row.patient.protection, said),
        takes_on=True,
    )


@rule("SU-1")
def say_no_suspicion(system: System, actor: Actor, case_id: str, version: int, why: str = "") -> Case:
    """Say that there is no suspicion. Raises ``Refused`` where there is one, or something is unread, or ``Stale``."""
    return _state(
        system,
        actor,
        case_id,
        version,
        NoSuspicion(_text(why)),
        "SU-1",
        lambda row, _course: suicide.say_no_suspicion(row.case, actor, row.patient.protection),
    )


@rule("SU-3", "SU-4")
def assess(system: System, actor: Actor, case_id: str, version: int, said: Assessment) -> Case:
    """Sign the overall assessment. What nobody has is taken on with it.

    Raises ``Refused`` where the actor may not, or it is not whole, ``Stale``, or ``BadInput`` for an unknown rung.
    """
    if said.rung and said.rung not in {one["id"] for one in assets.load("suicide.toml")["rung"]}:
        raise BadInput("no-rung", rung=clean_line(said.rung, 40))
    cleaned = replace(
        said,
        risk_factors=_text(said.risk_factors),
        protective_factors=_text(said.protective_factors),
    )
    now = system.clock.now()
    return _state(
        system,
        actor,
        case_id,
        version,
        cleaned,
        "SU-3",
        lambda row, course: suicide.assess(row.case, course, actor, row.patient.protection, cleaned, now, pace(now)),
        takes_on=True,
    )


@rule("SU-5")
def say_safe(system: System, actor: Actor, case_id: str, version: int, said: Safety) -> Case:
    """Keep the patient's answer to whether it feels safe to continue online. Raises ``Refused`` or ``Stale``."""
    cleaned = replace(said, instead=_text(said.instead))
    return _state(
        system,
        actor,
        case_id,
        version,
        cleaned,
        "SU-5",
        lambda row, course: suicide.say_safe(row.case, course, actor, row.patient.protection, cleaned),
    )


@rule("SU-6")
def book(system: System, actor: Actor, case_id: str, version: int, said: Booking) -> Case:
    """Record the booked visit in person. Raises ``Refused`` where it is too late, or not called for, or ``Stale``."""
    cleaned = replace(said, whom=_line(said.whom), where=_line(said.where))
    now = system.clock.now()
    return _state(
        system,
        actor,
        case_id,
        version,
        cleaned,
        "SU-6",
        lambda row, course: suicide.book(row.case, course, actor, row.patient.protection, cleaned, now, pace(now)),
    )


@rule("SU-7")
def record_visit(system: System, actor: Actor, case_id: str, version: int, said: Visited) -> Case:
    """Record that the visit took place, or that the patient did not come. Raises ``Refused`` or ``Stale``."""
    cleaned = replace(said, note=_text(said.note))
    now = system.clock.now()
    return _state(
        system,
        actor,
        case_id,
        version,
        cleaned,
        "SU-7",
        lambda row, course: suicide.visited(row.case, course, actor, row.patient.protection, cleaned, now),
    )


@rule("SU-8")
def decide(system: System, actor: Actor, case_id: str, version: int, said: Decision) -> Case:
    """Record an individual decision in the place of the visit. Raises ``Refused`` or ``Stale``."""
    cleaned = replace(said, decision=_text(said.decision), reason=_text(said.reason))
    now = system.clock.now()
    with system.store.writing() as tx:
        case, days = locked(tx, case_id).case, pace(now).visit_days
        first = case.visit_by - timedelta(days=days) if case.visit_by else local_date(now)
        closed_within = suicide.is_closed_within(known_unit(tx, case.unit_id).hours, first, days)

        def decided(row: CaseRow, course: Course) -> Case | Refusal:
            protection = row.patient.protection
            return suicide.decide(row.case, course, actor, protection, cleaned, closed_within=closed_within)

        return state_in(tx, system, actor, case_id, cleaned, "SU-8", decided, version=version)


@rule("SU-9")
def prolong(system: System, actor: Actor, case_id: str, version: int, said: Prolonged) -> Case:
    """Keep the chat of a silent patient until then. Raises ``Refused`` or ``Stale``."""
    cleaned = replace(said, reason=_text(said.reason))
    now = system.clock.now()
    return _state(
        system,
        actor,
        case_id,
        version,
        cleaned,
        "SU-9",
        lambda row, course: suicide.prolong(row.case, course, actor, row.patient.protection, cleaned, now, pace(now)),
    )


@rule("SU-9", "AP-4")
def record_call(system: System, actor: Actor, case_id: str, said: Call) -> Case:
    """Record an attempt by telephone. It is a fact, so no version is asked for. Raises ``Refused``."""
    cleaned = replace(said, note=_text(said.note))
    now = system.clock.now()
    return _state(
        system,
        actor,
        case_id,
        None,
        cleaned,
        "SU-9",
        lambda row, course: suicide.call(row.case, course, actor, row.patient.protection, cleaned, now),
    )


@rule("SU-11", "SU-12", "SU-13", "AP-4")
def hand_on(system: System, actor: Actor, case_id: str, said: HandedOn) -> Case:
    """Record that the on-call service or 112 has taken over. It is a fact, as a call is. Raises ``Refused``."""
    cleaned = replace(said, whom=_line(said.whom), why=_text(said.why))
    now = system.clock.now()
    return _state(
        system,
        actor,
        case_id,
        None,
        cleaned,
        "SU-11",
        lambda row, course: suicide.hand_on(row.case, course, actor, row.patient.protection, cleaned, now),
    )


@rule("AP-4", "LO-1")
def look(system: System, actor: Actor, case_id: str, why: str) -> Reach:
    """How to reach a protected person with suspected suicide risk: once, by name, with a reason, and logged.

    That it was looked at is committed before anything is returned. Raises ``Refused`` where it may not be.
    """
    said, now = Looked(_text(why)), system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        course = course_in(tx, case_id)
        refusal = suicide.may_look(row.case, course, actor, row.patient.protection, said.why, now, pace(now))
        permitted(refusal, who=course.looked.name if course.looked else "")
        desk.log_reading(tx, actor, now, LOOK, case_id=case_id, patient_id=row.patient.id)
        risk_entries.add(tx, case_id, now, "looked", actor, _details(said))
        where = {"unit_id": row.case.unit_id, "rule": "AP-4"}
        events.append(tx, actor, now, "risk.looked", case_id, **where, stated=_details(Looked("")))
    return Reach(row.patient.name, row.patient.number, row.patient.mobile)


@rule("SU-6", "SU-7", "SU-9")
def call_due(system: System) -> int:
    """Call for somebody where what was followed has passed its time, each in its own transaction; how many did."""
    now = system.clock.now()
    with system.store.reading() as tx:
        due = [row.case.id for row in cases.with_risk_due(tx, now, local_date(now)) if suicide.is_due(row.case, now)]
    return sum(_call_due(system, case_id) for case_id in due)


def _call_due(system: System, case_id: str) -> bool:
    now = system.clock.now()
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        if not suicide.is_due(row.case, now):
            return False
        tick = Actor(None, "p24tui", None, row.case.unit_id, PLACE)
        state_in(
            tx,
            system,
            tick,
            case_id,
            Overdue(),
            "SU-7",
            lambda found, course: suicide.fall_due(found.case, course, now, pace(now)),
        )
        return True


@rule("SU-9")
def patient_wrote(tx: Tx, actor: Actor, case: Case, now: datetime) -> None:
    """The patient has written: what was tried because they were silent says no more."""
    if case.suicide is SuicideRisk.NONE and case.risk is RiskLevel.UNSAID:
        return
    course = course_in(tx, case.id)
    if course.calls or course.handed_on:
        risk_entries.add(tx, case.id, now, "wrote", actor, {})


def suspected_by_form(tx: Tx, actor: Actor, case_id: str, now: datetime) -> None:
    """The questionnaire suggests suicide risk."""
    risk_entries.add(tx, case_id, now, "suspicion", actor, _details(Suspicion("")))


@rule("SU-1", "AP-4")
def flagged(case: Case, texts: Sequence[str], protection: Protection) -> Case:
    """The case with what its words ask of whoever reads it: they judge nothing, and call for nobody.

    A protected person's words are read by nobody, so there they do call.
    """
    words = assets.load("suicide.toml")["words"]
    read = replace(
        case,
        risk_words=case.risk_words or any(names_any(text, words["risk"]) for text in texts),
        mental_health=case.mental_health or names_any(case.matter, words["mental_health"]),
    )
    calls = read.suicide is SuicideRisk.NONE and suicide.is_suspected(read, protection)
    return replace(read, suicide=SuicideRisk.AWAITING) if calls else read


@rule("PR-1", "AP-4")
def closed_down(tx: Tx, actor: Actor, before: Case, now: datetime) -> None:
    """The patient has turned out to be protected, where anything was said of suicide risk: it is acted on anew."""
    if before.suicide is not SuicideRisk.NONE or before.risk is not RiskLevel.UNSAID or before.risk_words:
        risk_entries.add(tx, before.id, now, "closed-down", actor, {})


def state_in(
    tx: Tx,
    system: System,
    actor: Actor,
    case_id: str,
    entry: Entry,
    rule_id: str,
    decide: Decide,
    *,
    version: int | None = None,
    takes_on: bool = False,
) -> Case:
    """State something within a transaction: the case as the rule makes it, the entry, and the event."""
    course = course_in(tx, case_id)
    kind = kind_of(entry)

    def decided(row: CaseRow) -> Case | Refusal:
        return decide(row, course)

    after = change_in(
        tx,
        system,
        actor,
        case_id,
        f"risk.{kind}",
        taking_on(actor, decided) if takes_on else decided,
        version=version,
        rule=rule_id,
        stated=_details(entry),
    )
    risk_entries.add(tx, case_id, system.clock.now(), kind, actor, _details(entry))
    return after


def _state(
    system: System,
    actor: Actor,
    case_id: str,
    version: int | None,
    entry: Entry,
    rule_id: str,
    decide: Decide,
    *,
    takes_on: bool = False,
) -> Case:
    with system.store.writing() as tx:
        return state_in(tx, system, actor, case_id, entry, rule_id, decide, version=version, takes_on=takes_on)


def _stated(row: RiskRow) -> Stated:
    profession = Profession(row.profession) if row.profession else None
    return Stated(entry_of(row.kind, row.details), row.at, row.staff_id, row.name, profession)


def _details(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(entry)
    return found


def _of_protected(one: Stated) -> Stated | None:
    """What is shown of an entry on a protected person: who looked, called or handed on, and no words about them."""
    match one.entry:
        case Looked():
            return replace(one, entry=Looked(""))
        case Call() as call:
            return replace(one, entry=replace(call, note=""))
        case HandedOn() as to:
            return replace(one, entry=replace(to, why=""))
    return None


def _line(typed: str) -> str:
    return clean_line(typed).strip()


def _text(typed: str) -> str:
    """What belongs to the record stays whole."""
    return clean_text(typed).strip()
