"""Taking a case over from a colleague: who may, when, and what becomes of suspected suicide risk."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine import takeover
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.chat import answer
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests.routine.cases import NOW, actor, any_case, case

ME = "SE2321000016-ML01"
JOHAN = Actor("SE2321000016-JB02", "Johan Berg", Profession.NURSE, "SE2321000016-ASEN", "console:test:2")
AMIR = Actor("SE2321000016-AK04", "Amir Karimi", Profession.PSYCHOLOGIST, "SE2321000016-ASEN", "console:test:3")
PATIENCE = timedelta(seconds=120)
pytestmark = pytest.mark.rule("CH-11")


def done(decision: Case | Refusal) -> Case:
    assert isinstance(decision, Case), decision
    return decision


def asked(**facts: object) -> Case:
    return done(takeover.ask(case(owner_id=ME, **facts), JOHAN, Protection.NONE, "Hon ringde mig", NOW))


def test_asking_changes_nothing_but_that_it_is_asked() -> None:
    after = asked()
    assert (after.owner_id, after.asked_by, after.asked_by_name, after.asked_at, after.asked_reason) == (
        *(ME, JOHAN.staff_id, "Johan Berg", NOW, "Hon ringde mig"),
    )
    assert done(takeover.withdraw(after, JOHAN)) == case(owner_id=ME)


@pytest.mark.parametrize(
    ("facts", "who", "reason", "refused"),
    [
        ({}, JOHAN, "varför", Refusal("CH-11", "unclaimed")),
        ({"owner_id": ME}, actor(), "varför", Refusal("CH-11", "yours")),
        ({"owner_id": ME}, JOHAN, "  ", Refusal("CH-11", "ask-reason")),
        ({"owner_id": ME, "asked_by": AMIR.staff_id}, JOHAN, "varför", Refusal("CH-11", "asked")),
        ({"owner_id": ME, "state": CaseState.ENDED}, JOHAN, "varför", Refusal("CH-12", "ended")),
        (
            {"owner_id": ME},
            actor(Profession.ADMINISTRATION, "SE2321000016-EN05"),
            "varför",
            Refusal("CH-4", "not-clinician"),
        ),
    ],
)
def test_when_it_cannot_be_asked_for(facts: dict[str, object], who: Actor, reason: str, refused: Refusal) -> None:
    assert takeover.ask(case(**facts), who, Protection.NONE, reason, NOW) == refused


@pytest.mark.rule("PR-1")
def test_nobody_takes_over_a_protected_persons_case() -> None:
    refused = Refusal("PR-1", "protected")
    assert takeover.ask(case(owner_id=ME), JOHAN, Protection.MARKED, "varför", NOW) == refused
    assert takeover.take(case(owner_id=ME), AMIR, Protection.POPULATION, NOW, PATIENCE) == refused


def test_only_the_owner_answers() -> None:
    assert takeover.let_go(asked(), JOHAN, Profession.NURSE) == Refusal("CH-11", "owned")
    assert takeover.keep(asked(), JOHAN) == Refusal("CH-11", "owned")
    assert takeover.keep(case(owner_id=ME), actor()) == Refusal("CH-11", "not-asked")
    assert takeover.withdraw(asked(), AMIR) == Refusal("CH-11", "not-asked")


def test_the_owner_lets_go_or_keeps() -> None:
    gone = done(takeover.let_go(asked(), actor(), Profession.NURSE))
    assert (gone.owner_id, gone.asked_by, gone.asked_reason) == (JOHAN.staff_id, None, "")
    assert done(takeover.keep(asked(), actor())) == case(owner_id=ME)


def test_a_case_does_not_go_to_one_who_has_left() -> None:
    assert takeover.let_go(asked(), actor(), None) == Refusal("CH-4", "not-clinician")


@pytest.mark.parametrize(("seconds", "refused"), [(0, True), (119, True), (120, False), (3600, False)])
def test_a_silent_owner_is_waited_for(seconds: int, refused: bool) -> None:
    outcome = takeover.take(asked(), JOHAN, Protection.NONE, NOW + timedelta(seconds=seconds), PATIENCE)
    if refused:
        assert outcome == Refusal("CH-11", "ask-wait")
    else:
        assert done(outcome).owner_id == JOHAN.staff_id


def test_without_asking_nobody_takes_it() -> None:
    assert takeover.take(case(owner_id=ME), JOHAN, Protection.NONE, NOW, PATIENCE) == Refusal("CH-11", "ask-first")
    assert takeover.take(asked(), AMIR, Protection.NONE, NOW + PATIENCE, PATIENCE) == Refusal("CH-11", "ask-first")


@pytest.mark.rule("SU-2")
def test_a_psychologist_takes_suicide_risk_from_a_nurse_at_once() -> None:
    risk = case(owner_id=ME, suicide=SuicideRisk.AWAITING)
    taken = done(takeover.take(risk, AMIR, Protection.NONE, NOW, PATIENCE))
    assert (taken.owner_id, taken.suicide) == (AMIR.staff_id, SuicideRisk.TAKEN_ON)
    assert takeover.take(risk, JOHAN, Protection.NONE, NOW, PATIENCE) == Refusal("CH-11", "ask-first")


@pytest.mark.rule("SU-2")
def test_suicide_risk_waits_again_when_a_nurse_gets_it_back() -> None:
    risk = done(
        takeover.ask(
            case(owner_id=AMIR.staff_id, suicide=SuicideRisk.TAKEN_ON), JOHAN, Protection.NONE, "Känner henne", NOW
        )
    )
    assert done(takeover.let_go(risk, AMIR, Profession.NURSE)).suicide is SuicideRisk.AWAITING


@pytest.mark.rule("SU-2")
@given(any_case(), st.sampled_from([JOHAN, AMIR, actor()]), st.integers(0, 500))
def test_whatever_happens_there_is_one_owner_and_risk_is_with_an_assessor_or_waits(
    one: Case, who: Actor, seconds: int
) -> None:
    outcome = takeover.take(one, who, Protection.NONE, NOW + timedelta(seconds=seconds), PATIENCE)
    if isinstance(outcome, Case):
        assert outcome.owner_id == who.staff_id
        assert outcome.asked_by is None
        assert (outcome.suicide is SuicideRisk.TAKEN_ON) == (one.suicide is not SuicideRisk.NONE and who is AMIR)
        assert outcome.waiting_since == one.waiting_since


def test_the_old_owner_writes_no_more_in_it() -> None:
    gone = done(takeover.let_go(asked(), actor(), Profession.NURSE))
    assert answer(gone, actor(), Protection.NONE, NOW) == Refusal("CH-11", "owned")
