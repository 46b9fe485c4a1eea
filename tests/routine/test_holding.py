"""Holding a case until a day."""

from datetime import date

import pytest

from p24tui.routine import chat, holding
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.decision import Refusal
from tests.routine.cases import NOW, actor, case

ME = "SE2321000016-ML01"
TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)


def held(**facts: object) -> Case:
    one = holding.hold(case(owner_id=ME, **facts), actor(), TOMORROW, "tid erbjuds i morgon", TODAY)
    assert isinstance(one, Case), one
    return one


@pytest.mark.rule("SE-4")
def test_a_hold_says_until_when_why_and_by_whom() -> None:
    one = held()
    assert (one.state, one.held_until, one.held_reason, one.held_by) == (
        CaseState.HELD,
        TOMORROW,
        "tid erbjuds i morgon",
        ME,
    )
    assert one.owner_id is None


@pytest.mark.rule("SE-4")
def test_a_hold_does_not_stop_the_waiting() -> None:
    assert held().waiting_since == case().waiting_since


@pytest.mark.rule("SE-4")
@pytest.mark.parametrize(
    ("facts", "until", "reason", "refusal"),
    [
        ({"owner_id": None}, TOMORROW, "x", Refusal("CH-11", "unclaimed")),
        ({"owner_id": ME, "state": CaseState.ENDED}, TOMORROW, "x", Refusal("CH-12", "ended")),
        ({"owner_id": ME, "unread": 1}, TOMORROW, "x", Refusal("CH-7", "unread")),
        ({"owner_id": ME}, TODAY, "x", Refusal("SE-4", "hold-past")),
        ({"owner_id": ME}, TOMORROW, "  ", Refusal("SE-4", "hold-reason")),
    ],
)
def test_a_hold_is_refused(facts: dict[str, object], until: date, reason: str, refusal: Refusal) -> None:
    assert holding.hold(case(**facts), actor(), until, reason, TODAY) == refusal


@pytest.mark.rule("SU-2", "SU-9")
@pytest.mark.hazard("H7", "H9")
@pytest.mark.parametrize("risk", sorted(set(SuicideRisk) - {SuicideRisk.NONE}))
@pytest.mark.parametrize("state", [CaseState.ONGOING, CaseState.WAITING, CaseState.ANSWERED])
def test_with_suicide_risk_it_never_rests_nor_where_the_patient_is_silent(risk: SuicideRisk, state: CaseState) -> None:
    one = case(owner_id=ME, suicide=risk, state=state)
    assert holding.hold(one, actor(), TOMORROW, "ringer i morgon", TODAY) == Refusal("SU-2", "suicide-hold")


@pytest.mark.rule("SE-4")
@pytest.mark.hazard("H3")
def test_its_day_comes_and_it_stands_in_the_list_again() -> None:
    one = held(waiting_since=None)
    assert not holding.hold_is_due(one, TODAY)
    assert holding.hold_is_due(one, TOMORROW)
    woken = holding.wake(one, NOW)
    assert (woken.state, woken.waiting_since, woken.held_reason) == (CaseState.DUE, NOW, "tid erbjuds i morgon")


def test_an_answer_ends_a_hold() -> None:
    woken = chat.receive(held(), NOW)
    assert (woken.state, woken.held_until, woken.held_by) == (CaseState.ANSWERED, None, None)
