"""From suspicion to a psychologist's or doctor's assessment, and what low risk wants (SU-1 to SU-5)."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from p24tui.routine import acting_outside, suicide
from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Assessment, Basis, Course, Safety, Suspicion
from tests.routine.cases import NOW, PACE, UNSAID, any_case, case
from tests.routine.risks import (
    ADMINISTRATOR,
    AT_HIGH,
    AT_LOW,
    AT_MODERATE,
    BOOKED,
    CAME,
    DAY,
    DOCTOR,
    HIGH,
    HOUR,
    LOW,
    MIDWIFE,
    MODERATE,
    NO_ANSWER,
    NURSE,
    PROLONGED,
    PSYCHOLOGIST,
    REFUSES,
    SAFE,
    SUSPICION,
    TO_112,
    VISIT,
    course,
    moderate,
    suspected,
    taken,
)

NONE = Protection.NONE

Step = Callable[[Case, Actor, Protection], Case | Refusal]


def by_owner(facts: Callable[[], Case], at: Course, decide: Callable[..., Case | Refusal], *rest: Any) -> Any:
    return pytest.param(facts, lambda one, who, known: decide(one, at, who, known, *rest), id=decide.__name__)


def decide_anyhow(one: Case, at: Course, who: Actor, known: Protection) -> Case | Refusal:
    return suicide.decide(one, at, who, known, REFUSES, closed_within=False)


OWNERS_STEPS = [
    by_owner(suspected, UNSAID, suicide.assess, MODERATE, NOW, PACE),
    by_owner(lambda: suspected(risk=RiskLevel.LOW), AT_LOW, suicide.say_safe, SAFE),
    by_owner(moderate, AT_MODERATE, suicide.book, VISIT, NOW, PACE),
    by_owner(moderate, AT_MODERATE, decide_anyhow),
    by_owner(moderate, AT_MODERATE, suicide.prolong, PROLONGED, NOW, PACE),
]
ANYBODYS_STEPS = [
    pytest.param(case, lambda one, who, known: suicide.suspect(one, who, known, SUSPICION), id="suspect"),
    pytest.param(case, suicide.say_no_suspicion, id="say_no_suspicion"),
    pytest.param(
        moderate, lambda one, who, known: suicide.visited(one, BOOKED, who, known, CAME, VISIT.at), id="visited"
    ),
]


@pytest.mark.rule("SU-1", "SU-2", "SU-3", "PR-1", "CH-4", "AP-3")
@pytest.mark.parametrize(("facts", "step"), OWNERS_STEPS + ANYBODYS_STEPS)
def test_no_step_is_taken_in_what_has_ended_or_is_not_handled_here_or_by_an_administrator(
    facts: Callable[[], Case], step: Step
) -> None:
    one = facts()
    assert isinstance(step(one, PSYCHOLOGIST, NONE), Case)
    assert isinstance(step(one, PSYCHOLOGIST, Protection.UNKNOWN), Case)
    assert step(replace(one, state=CaseState.ENDED), PSYCHOLOGIST, NONE) == Refusal("CH-12", "ended")
    for protection in (Protection.MARKED, Protection.POPULATION):
        assert step(one, PSYCHOLOGIST, protection) == Refusal("PR-1", "protected")
    marked = step(replace(one, wrong_patient_at=NOW), PSYCHOLOGIST, NONE)
    says = one.risk is RiskLevel.UNSAID and one.owner_id is None  # what may be suspected, or not, is always said
    assert isinstance(marked, Case) if says else marked == Refusal("AP-1", "wrong-patient")
    assert step(one, replace(ADMINISTRATOR, staff_id=one.owner_id), NONE) == Refusal("CH-4", "not-clinician")


@pytest.mark.rule("CH-11")
@pytest.mark.parametrize(("facts", "step"), OWNERS_STEPS)
def test_what_the_one_who_has_the_case_does_nobody_else_does(facts: Callable[[], Case], step: Step) -> None:
    assert step(facts(), DOCTOR, NONE) == Refusal("CH-11", "owned")
    assert step(replace(facts(), owner_id=None), DOCTOR, NONE) == Refusal("CH-11", "unclaimed")


# Suspicion


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("who", [NURSE, MIDWIFE, DOCTOR, PSYCHOLOGIST])
@pytest.mark.parametrize("owner", [None, NURSE, DOCTOR])
def test_any_clinician_suspects_and_it_waits_unless_it_is_an_assessor_who_has_the_case(
    who: Actor, owner: Actor | None
) -> None:
    one = case(owner_id=owner.staff_id if owner else None, ending_by=NURSE.staff_id, risk_words=True)
    after = taken(suicide.suspect(one, who, NONE, SUSPICION))
    mine = who is owner and who.profession in ASSESSORS
    assert after.suicide is (SuicideRisk.TAKEN_ON if mine else SuicideRisk.AWAITING)
    assert (after.owner_id, after.ending_by, after.risk_words) == (one.owner_id, None, False)


@pytest.mark.rule("SU-2")
@pytest.mark.parametrize("level", [RiskLevel.UNSAID, RiskLevel.NO_SUSPICION, RiskLevel.LOW])
def test_with_a_new_suspicion_all_begins_anew(level: RiskLevel) -> None:
    one = case(risk=level, risk_due_at=NOW, visit_by=NOW.date())
    after = taken(suicide.suspect(one, NURSE, NONE, SUSPICION))
    assert (after.risk, after.risk_due_at, after.visit_by) == (RiskLevel.UNSAID, None, None)


@pytest.mark.rule("SU-2")
@pytest.mark.parametrize("risk", sorted(set(SuicideRisk) - {SuicideRisk.NONE}))
def test_what_is_suspected_already_is_not_suspected_again(risk: SuicideRisk) -> None:
    assert suicide.suspect(case(suicide=risk), NURSE, NONE, SUSPICION) == Refusal("SU-2", "risk-known")


@pytest.mark.rule("SU-2")
@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_suspicion_says_why(why: str) -> None:
    assert suicide.suspect(case(), NURSE, NONE, Suspicion(why)) == Refusal("SU-2", "risk-why")


# No suspicion


@pytest.mark.rule("SU-1")
@pytest.mark.parametrize("who", [NURSE, MIDWIFE, DOCTOR, PSYCHOLOGIST])
@pytest.mark.parametrize("level", [RiskLevel.UNSAID, RiskLevel.NO_SUSPICION])
def test_any_clinician_says_that_there_is_no_suspicion_whoever_has_the_case(who: Actor, level: RiskLevel) -> None:
    one = case(mental_health=True, risk_words=True, risk=level, owner_id=DOCTOR.staff_id)
    after = taken(suicide.say_no_suspicion(one, who, NONE))
    assert after == replace(one, risk=RiskLevel.NO_SUSPICION, risk_words=False)


@pytest.mark.rule("SU-1", "SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("risk", sorted(set(SuicideRisk) - {SuicideRisk.NONE}))
@pytest.mark.parametrize("who", [NURSE, PSYCHOLOGIST])
def test_a_suspicion_is_never_said_away(risk: SuicideRisk, who: Actor) -> None:
    refused = Refusal("SU-1", "risk-suspected")
    assert suicide.say_no_suspicion(case(suicide=risk, risk_words=True), who, NONE) == refused


@pytest.mark.rule("SU-1", "SU-3")
def test_an_assessment_is_never_said_away_but_words_after_it_can_be_read_and_answered_for() -> None:
    low = case(risk=RiskLevel.LOW)
    assert suicide.say_no_suspicion(low, NURSE, NONE) == Refusal("SU-1", "risk-assessed")
    after = taken(suicide.say_no_suspicion(replace(low, risk_words=True), NURSE, NONE))
    assert (after.risk, after.risk_words) == (RiskLevel.LOW, False)


@pytest.mark.rule("SU-1", "SU-3")
@pytest.mark.parametrize("facts", [{"unread": 1}, {"unread_free_text": 1}])
def test_whoever_says_something_of_the_risk_has_read_everything(facts: dict[str, int]) -> None:
    assert suicide.say_no_suspicion(case(**facts), NURSE, NONE) == Refusal("SU-1", "risk-unread")
    refused = Refusal("SU-3", "risk-unread")
    assert suicide.assess(suspected(**facts), UNSAID, PSYCHOLOGIST, NONE, LOW, NOW, PACE) == refused


# Assessment


@pytest.mark.rule("SU-3")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("profession", Profession)
@pytest.mark.parametrize("said", [LOW, MODERATE, HIGH])
def test_only_a_psychologist_or_doctor_assesses(profession: Profession, said: Assessment) -> None:
    who = replace(PSYCHOLOGIST, profession=profession)
    outcome = suicide.assess(suspected(), UNSAID, who, NONE, said, NOW, PACE)
    assert isinstance(outcome, Case) is (profession in ASSESSORS)
    if profession in (Profession.NURSE, Profession.OTHER):
        assert outcome == Refusal("SU-3", "not-assessor")


@pytest.mark.rule("SU-3", "SU-4")
@pytest.mark.parametrize(
    ("lacking", "refused"),
    [
        ({"level": RiskLevel.UNSAID}, Refusal("SU-3", "assessment-level")),
        ({"level": RiskLevel.NO_SUSPICION}, Refusal("SU-3", "assessment-level")),
        ({"basis": ()}, Refusal("SU-3", "assessment-basis")),
        ({"rung": ""}, Refusal("SU-4", "assessment-rung")),
        ({"risk_factors": " "}, Refusal("SU-4", "assessment-factors")),
        ({"protective_factors": ""}, Refusal("SU-4", "assessment-factors")),
    ],
)
def test_an_assessment_is_whole_or_not_made(lacking: dict[str, Any], refused: Refusal) -> None:
    said = replace(MODERATE, **lacking)
    assert suicide.assess(suspected(), UNSAID, DOCTOR, NONE, said, NOW, PACE) == Refusal("CH-11", "owned")
    assert suicide.assess(suspected(), UNSAID, PSYCHOLOGIST, NONE, said, NOW, PACE) == refused


@pytest.mark.rule("SU-3")
@pytest.mark.parametrize(("has_form", "is_enough"), [(False, True), (True, False)])
def test_where_there_is_an_anamnesis_report_it_is_among_the_sources(has_form: bool, is_enough: bool) -> None:
    said = replace(LOW, basis=(Basis.JOURNAL, Basis.TELEPHONE))
    outcome = suicide.assess(suspected(has_form=has_form), UNSAID, PSYCHOLOGIST, NONE, said, NOW, PACE)
    assert isinstance(outcome, Case) is is_enough
    if not is_enough:
        assert outcome == Refusal("SU-3", "assessment-basis")
    assert isinstance(
        suicide.assess(suspected(has_form=has_form), UNSAID, PSYCHOLOGIST, NONE, LOW, NOW, PACE),
        Case,
    )


@pytest.mark.rule("SU-3", "SU-5")
def test_with_low_risk_the_case_goes_on_as_any_other() -> None:
    one = moderate(risk_due_at=NOW, ending_by=PSYCHOLOGIST.staff_id, risk_words=True)
    after = taken(suicide.assess(one, BOOKED, PSYCHOLOGIST, NONE, LOW, NOW, PACE))
    assert (after.suicide, after.risk, after.risk_due_at, after.visit_by) == (
        SuicideRisk.NONE,
        RiskLevel.LOW,
        None,
        None,
    )
    assert (after.ending_by, after.risk_words, after.owner_id) == (None, False, PSYCHOLOGIST.staff_id)


@pytest.mark.rule("SU-3", "SU-13")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize("before", [SuicideRisk.NONE, SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON])
def test_raised_risk_is_with_whoever_assessed_it_and_high_risk_waits_for_no_day(before: SuicideRisk) -> None:
    one = moderate(suicide=before, risk_due_at=NOW + DAY)
    high = taken(suicide.assess(one, BOOKED, PSYCHOLOGIST, NONE, HIGH, NOW, PACE))
    assert (high.suicide, high.risk, high.risk_due_at, high.visit_by) == (
        SuicideRisk.TAKEN_ON,
        RiskLevel.HIGH,
        None,
        None,
    )
    raised = taken(suicide.assess(one, AT_MODERATE, PSYCHOLOGIST, NONE, MODERATE, NOW, PACE))
    assert (raised.suicide, raised.risk, raised.risk_due_at) == (SuicideRisk.TAKEN_ON, RiskLevel.MODERATE, None)


@pytest.mark.rule("SU-6", "SU-7")
def test_a_visit_that_is_booked_stands_where_moderate_risk_is_assessed_again() -> None:
    one = moderate(risk_due_at=VISIT.at + HOUR)
    again = taken(suicide.assess(one, BOOKED, PSYCHOLOGIST, NONE, MODERATE, NOW + HOUR, PACE))
    assert again.risk_due_at == VISIT.at + HOUR


# Low risk


@pytest.mark.rule("SU-5")
@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (Safety(True), None),
        (Safety(False, "tid på mottagningen"), None),
        (Safety(False, " "), Refusal("SU-5", "safety-instead")),
        (Safety(False), Refusal("SU-5", "safety-instead")),
    ],
)
def test_the_answer_is_kept_and_where_it_does_not_feel_safe_what_is_done_instead(
    said: Safety, refused: Refusal | None
) -> None:
    one = case(risk=RiskLevel.LOW, owner_id=NURSE.staff_id)
    assert suicide.say_safe(one, AT_LOW, NURSE, NONE, said) == (refused or one)


@pytest.mark.rule("SU-5")
@pytest.mark.parametrize("at", [UNSAID, course(SUSPICION), AT_MODERATE, AT_HIGH])
def test_the_question_is_asked_where_the_risk_is_low(at: Course) -> None:
    assert suicide.say_safe(suspected(), at, PSYCHOLOGIST, NONE, SAFE) == Refusal("SU-5", "safety-not-low")


@pytest.mark.rule("SU-3")
@given(any_case())
def test_no_step_but_an_assessors_word_makes_suspected_risk_none(one: Case) -> None:
    one = replace(one, suicide=SuicideRisk.AWAITING, risk=RiskLevel.MODERATE, visit_by=NOW.date())
    for who in (NURSE, DOCTOR):
        mine = replace(one, owner_id=who.staff_id)
        tried = [
            suicide.suspect(mine, who, NONE, SUSPICION),
            suicide.say_no_suspicion(mine, who, NONE),
            suicide.say_safe(mine, AT_LOW, who, NONE, SAFE),
            suicide.book(mine, AT_MODERATE, who, NONE, replace(VISIT, at=NOW + HOUR), NOW, PACE),
            suicide.visited(mine, BOOKED, who, NONE, CAME, VISIT.at),
            suicide.decide(mine, AT_MODERATE, who, NONE, REFUSES, closed_within=True),
            suicide.prolong(mine, AT_MODERATE, who, NONE, PROLONGED, NOW, PACE),
            acting_outside.call(mine, AT_MODERATE, who, NONE, NO_ANSWER, NOW),
            acting_outside.hand_on(mine, AT_MODERATE, who, NONE, TO_112, NOW),
            suicide.fall_due(mine, AT_MODERATE, NOW, PACE),
        ]
        assert SuicideRisk.NONE not in {made.suicide for made in tried if isinstance(made, Case)}
