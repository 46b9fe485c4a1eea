"""Suicide risk in a case: each step is stated by a person, kept for good, and moves the case as the rules say (SU)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from p24tui import assets
from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.routine import acting_outside, risk_path, suicide
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, RiskLevel, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.documentation import Cause
from p24tui.routine.hours import OpeningHours
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
from p24tui.routine.risk_path import RiskPace
from p24tui.routine.risk_words import names_any
from p24tui.routine.rule import rule
from p24tui.services import note_debts
from p24tui.services.access import right
from p24tui.services.change import change_in, locked, permitted, taking_on
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.limits import limit
from p24tui.services.views import Reach, RiskView
from p24tui.store import cases, events, read_log, risk_entries
from p24tui.store.engine import Tx
from p24tui.store.values import CaseRow, RiskRow
from p24tui.system import System
from p24tui.text import clean_line, clean_text
from p24tui.words.risk import entry_of

E = TypeVar("E", bound=Entry)

PLACE = "tick:suicide-risk"
LOOK = "reach"
"""The kind of reading that a look at how to reach somebody is (AP-4)."""


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
@right("risk.read")
def read(system: System, actor: Actor, case_id: str) -> RiskView:
    """What has been stated of a case of the unit, where it stands, and what ending still lacks.

    That it was read is committed before it is returned. Of a protected person it says who acted, and no words.
    Raises ``BadInput`` where the unit has no such case.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id)
        read_log.log_reading(tx, actor, now, "risk", case_id=case_id, patient_id=row.patient.id)
        stated, hours = stated_in(tx, case_id), known_unit(tx, row.case.unit_id).hours
    lacks = risk_path.missing(row.case, course_of(stated), row.patient.protection, pace(now))
    if is_protected(row.patient.protection):
        stated = tuple(filter(None, map(_of_protected, stated)))
    return RiskView(row.case, shown(row.patient, local_date(now)), hours, stated, lacks, _refused(row, actor))


@rule("SU-1", "SU-2", "SU-3", "SU-4", "SU-5", "SU-6", "SU-7", "SU-8", "SU-9", "SU-11", "SU-12", "SU-13", "AP-4")
@right("risk.state")
def state(system: System, actor: Actor, case_id: str, version: int | None, said: Entry) -> Case:
    """State something of suicide risk: the step that it is, taken as its rule allows, and kept for good.

    A suspicion and an assessment take on what nobody has. Raises ``Refused`` where a rule says no, ``Stale`` where the
    patient or a colleague came in between, and ``BadInput`` for an unknown rung.
    """
    said = _cleaned(said)
    if isinstance(said, Assessment) and said.rung not in {
        "",
        *(one["id"] for one in assets.load("suicide.toml")["rung"]),
    }:
        raise BadInput("no-rung", rung=clean_line(said.rung, 40))
    with system.store.writing() as tx:
        return _state_in(tx, system, actor, case_id, version, said)


@rule("AP-4", "LO-1")
@right("risk.state")
def look(system: System, actor: Actor, case_id: str, why: str) -> Reach:
    """How to reach a protected person with suspected suicide risk: once, by name, with a reason, and logged.

    That it was looked at is committed before anything is returned. Raises ``Refused`` where it may not be.
    """
    said, now = _cleaned(Looked(why)), system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        course = course_in(tx, case_id)
        refusal = acting_outside.may_look(row.case, course, actor, row.patient.protection, said.why, now, pace(now))
        permitted(refusal, who=course.looked.name if course.looked else "")
        read_log.log_reading(tx, actor, now, LOOK, case_id=case_id, patient_id=row.patient.id)
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
        _state_in(tx, system, tick, case_id, None, Overdue())
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
    calls = read.suicide is SuicideRisk.NONE and risk_path.is_suspected(read, protection)
    return replace(read, suicide=SuicideRisk.AWAITING) if calls else read


@rule("PR-1", "AP-4")
def closed_down(tx: Tx, actor: Actor, before: Case, now: datetime) -> None:
    """The patient has turned out to be protected, where anything was said of suicide risk: it is acted on anew."""
    if before.suicide is not SuicideRisk.NONE or before.risk is not RiskLevel.UNSAID or before.risk_words:
        risk_entries.add(tx, before.id, now, "closed-down", actor, {})


def _refused(row: CaseRow, actor: Actor) -> dict[type[Entry], Refusal]:
    """Which of the owner's steps are not this person's to take, and why."""

    def may(kind: type[Entry]) -> Case | Refusal:
        def decide(row: CaseRow) -> Case | Refusal:
            return suicide.may_state(kind, row.case, actor, row.patient.protection) or row.case

        return taking_on(actor, decide)(row) if kind in _TAKE_ON else decide(row)

    answers = {kind: may(kind) for kind in suicide.OWNERS_STEPS}
    return {kind: answer for kind, answer in answers.items() if isinstance(answer, Refusal)}


class _Seen(Struct, frozen=True):
    """What a step is decided on."""

    case: Case
    course: Course
    actor: Actor
    protection: Protection
    now: datetime
    pace: RiskPace
    hours: OpeningHours


_Step = Callable[[_Seen, Any], Case | Refusal]

_STEPS: dict[type[Entry], tuple[str, _Step]] = {
    Suspicion: ("SU-2", lambda at, said: suicide.suspect(at.case, at.actor, at.protection, said)),
    NoSuspicion: ("SU-1", lambda at, _: suicide.say_no_suspicion(at.case, at.actor, at.protection)),
    Assessment: (
        "SU-3",
        lambda at, said: suicide.assess(at.case, at.course, at.actor, at.protection, said, at.now, at.pace),
    ),
    Safety: ("SU-5", lambda at, said: suicide.say_safe(at.case, at.course, at.actor, at.protection, said)),
    Booking: (
        "SU-6",
        lambda at, said: suicide.book(at.case, at.course, at.actor, at.protection, said, at.now, at.pace),
    ),
    Visited: ("SU-7", lambda at, said: suicide.visited(at.case, at.course, at.actor, at.protection, said, at.now)),
    Decision: (
        "SU-8",
        lambda at, said: suicide.decide(
            at.case, at.course, at.actor, at.protection, said, closed_within=_is_closed_within(at)
        ),
    ),
    Prolonged: (
        "SU-9",
        lambda at, said: suicide.prolong(at.case, at.course, at.actor, at.protection, said, at.now, at.pace),
    ),
    Call: ("SU-9", lambda at, said: acting_outside.call(at.case, at.course, at.actor, at.protection, said, at.now)),
    HandedOn: (
        "SU-11",
        lambda at, said: acting_outside.hand_on(at.case, at.course, at.actor, at.protection, said, at.now),
    ),
    Overdue: ("SU-7", lambda at, _: suicide.fall_due(at.case, at.course, at.now, at.pace)),
}
"""The rule that stands by each entry, and the step that it is."""

_TAKE_ON = (Suspicion, Assessment)
"""What takes on a case that nobody has."""


def _state_in(tx: Tx, system: System, actor: Actor, case_id: str, version: int | None, said: Entry) -> Case:
    """Within a transaction: the case as the step makes it, the event, and the entry."""
    now, kind = system.clock.now(), kind_of(said)
    rule_id, step = _STEPS[type(said)]
    course, hours = course_in(tx, case_id), known_unit(tx, locked(tx, case_id).case.unit_id).hours

    def decide(row: CaseRow) -> Case | Refusal:
        return step(_Seen(row.case, course, actor, row.patient.protection, now, pace(now), hours), said)

    after = change_in(
        tx,
        system,
        actor,
        case_id,
        f"risk.{kind}",
        taking_on(actor, decide) if isinstance(said, _TAKE_ON) else decide,
        version=version,
        rule=rule_id,
        stated=_details(said),
    )
    risk_entries.add(tx, case_id, now, kind, actor, _details(said))
    if isinstance(said, Assessment):
        note_debts.owe(tx, after, actor.staff_id, actor.name, Cause.RISK_ASSESSED, now)
    return after


def _is_closed_within(at: _Seen) -> bool:
    """Whether the unit is closed for a day of those within which the visit was to take place."""
    days = at.pace.visit_days
    first = at.case.visit_by - timedelta(days=days) if at.case.visit_by else local_date(at.now)
    return suicide.is_closed_within(at.hours, first, days)


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


def _cleaned(said: E) -> E:
    """The entry with its texts as they may be kept: whole, for they belong to the record."""
    one: Any = said
    texts = {name: text for name, text in asdict(one).items() if type(text) is str}
    cleaned: E = replace(one, **{name: clean_text(text).strip() for name, text in texts.items()})
    return cleaned
