"""The order of the list (CH-3, CH-10, H6)."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.case import Case, CaseState, ContactKind, RiskLevel, SuicideRisk
from p24tui.routine.queue import order_key
from tests.routine.cases import NOW, any_case, case


def ordered(*cases: Case, message_after: int = 3) -> list[str]:
    return [one.id for one in sorted(cases, key=lambda one: order_key(one, message_after))]


def waiting(id: str, minutes: int, **facts: object) -> Case:
    return case(id=id, waiting_since=NOW - timedelta(minutes=minutes), **facts)


@pytest.mark.rule("CH-3", "CH-13", "SU-2")
@pytest.mark.hazard("H6")
def test_the_whole_order_from_top_to_bottom() -> None:
    right = [
        waiting("suicide", 1, priority=5, suicide=SuicideRisk.AWAITING),
        waiting("no-priority", 1, priority=None),
        waiting("one-long", 9, priority=1),
        waiting("one", 2, priority=1),
        waiting("two", 500, priority=2),
        waiting("three", 1, priority=3),
        waiting("message-long", 90, kind=ContactKind.MESSAGE, priority=None),
        waiting("message", 3, kind=ContactKind.MESSAGE, priority=None),
        waiting("four", 4000, priority=4),
        waiting("five", 4000, priority=5),
        waiting("ended", 9000, priority=1, state=CaseState.ENDED),
    ]
    mixed = right[:]
    random.Random(1).shuffle(mixed)
    assert ordered(*mixed) == [one.id for one in right]


@pytest.mark.rule("CH-10")
@pytest.mark.parametrize(("after", "place"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)])
def test_a_message_without_triage_stands_where_the_unit_wants_it(after: int, place: int) -> None:
    triaged = [waiting(str(priority), 1, priority=priority) for priority in range(1, 6)]
    message = waiting("message", 1, kind=ContactKind.MESSAGE, priority=None)
    assert ordered(message, *triaged, message_after=after).index("message") == place


@pytest.mark.rule("CH-10")
def test_a_message_is_no_failed_triage() -> None:
    message = waiting("message", 1, kind=ContactKind.MESSAGE, priority=None, has_form=False)
    failed = waiting("failed", 1, priority=None, has_form=True)
    assert ordered(message, failed, waiting("one", 1, priority=1)) == ["failed", "one", "message"]


def test_suicide_risk_that_a_doctor_has_taken_on_goes_by_its_priority() -> None:
    taken = waiting("taken", 1, priority=4, suicide=SuicideRisk.TAKEN_ON)
    assert ordered(taken, waiting("two", 1, priority=2)) == ["two", "taken"]


@pytest.mark.rule("SU-2", "SU-7", "SU-13")
@pytest.mark.hazard("H8")
def test_raised_suicide_risk_comes_before_lower_risk_and_before_every_other_patient() -> None:
    followed = {"suicide": SuicideRisk.FOLLOWED, "risk": RiskLevel.MODERATE, "risk_due_at": NOW}
    right = [
        waiting("lost", 2, priority=5, suicide=SuicideRisk.TAKEN_ON, owner_lost_at=NOW),
        waiting("awaits", 1, priority=5, suicide=SuicideRisk.AWAITING, risk=RiskLevel.MODERATE),
        waiting("high", 1, priority=5, suicide=SuicideRisk.TAKEN_ON, risk=RiskLevel.HIGH),
        waiting("moderate", 9, priority=None, suicide=SuicideRisk.TAKEN_ON, risk=RiskLevel.MODERATE),
        waiting("followed", 3, priority=4, **followed),
        case(id="followed-quiet", waiting_since=None, **followed),
        waiting("no-priority", 5000, priority=None),
        waiting("one", 5000, priority=1),
        waiting("unassessed", 1, priority=2, suicide=SuicideRisk.TAKEN_ON),
        waiting("two", 0, priority=2),
        waiting("low", 5000, priority=3, risk=RiskLevel.LOW),
        waiting("ended", 9, suicide=SuicideRisk.AWAITING, risk=RiskLevel.HIGH, state=CaseState.ENDED),
    ]
    for seed in range(9):
        mixed = right[:]
        random.Random(seed).shuffle(mixed)
        assert ordered(*mixed) == [one.id for one in right]


@pytest.mark.rule("SU-7")
@pytest.mark.parametrize("level", [RiskLevel.UNSAID, RiskLevel.NO_SUSPICION, RiskLevel.LOW])
def test_a_level_without_suicide_risk_at_hand_moves_nobody(level: RiskLevel) -> None:
    assert order_key(case(risk=level)) == order_key(case())
    assert order_key(case(risk=RiskLevel.MODERATE)) == order_key(case())


def test_a_patient_who_waits_for_nothing_comes_after_those_who_wait() -> None:
    assert ordered(case(id="quiet", waiting_since=None), waiting("waits", 0)) == ["waits", "quiet"]
    assert ordered(case(id="quiet", waiting_since=None), waiting("waits", 1)) == ["waits", "quiet"]


@pytest.mark.rule("CH-3", "CH-10")
@pytest.mark.hazard("H6")
@given(st.lists(any_case(), max_size=12, unique_by=lambda one: one.id), st.randoms())
def test_any_order_of_arrival_gives_one_list(cases: list[Case], chance: random.Random) -> None:
    arrived = cases[:]
    chance.shuffle(arrived)
    assert ordered(*arrived) == ordered(*cases)


@given(any_case(), any_case())
def test_only_the_same_id_can_be_equal(one: Case, other: Case) -> None:
    if order_key(one) == order_key(other):
        assert one.id == other.id
