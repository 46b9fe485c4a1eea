"""A case whose patient turns out to be protected is handled no longer, whoever had it (PR-1)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from p24tui.routine import chat, ending
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk, Video
from p24tui.routine.closing_down import closed_down
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests.routine.cases import NOW, PACE, UNSAID, alert, any_case, case
from tests.routine.risks import LOW, NURSE, PSYCHOLOGIST, SUSPICION, course

TOMORROW = NOW.date() + timedelta(days=1)
BUSY: dict[str, Any] = {
    "owner_id": NURSE.staff_id,
    "ending_by": NURSE.staff_id,
    "asked_by": PSYCHOLOGIST.staff_id,
    "asked_by_name": PSYCHOLOGIST.name,
    "asked_at": NOW,
    "asked_reason": "jag har tid",
    "handed_to": "doctor",
    "handed_at": NOW,
    "handed_level": 2,
    "handed_called_at": NOW,
    "owner_lost_at": NOW,
}


@pytest.mark.rule("PR-1")
@pytest.mark.parametrize(
    ("state", "facts", "after"),
    [
        (CaseState.NEW, {}, CaseState.NEW),
        (CaseState.ONGOING, {}, CaseState.NEW),
        (CaseState.ONGOING, {"answered_at": NOW}, CaseState.ANSWERED),
        (CaseState.ONGOING, {"answered_at": NOW, "waiting_since": None}, CaseState.WAITING),
        (CaseState.WAITING, {"waiting_since": None}, CaseState.WAITING),
        (CaseState.ANSWERED, {}, CaseState.ANSWERED),
        (CaseState.DUE, {}, CaseState.DUE),
    ],
)
def test_nobody_has_it_any_longer_or_is_offered_it_or_asks_for_it(
    state: CaseState, facts: dict[str, Any], after: CaseState
) -> None:
    plain = case(state=state, unread=1, **facts)
    assert closed_down(replace(plain, **BUSY), NOW) == replace(plain, state=after)


@pytest.mark.rule("PR-1")
def test_what_rested_is_awake() -> None:
    held = case(state=CaseState.HELD, held_until=TOMORROW, held_reason="provsvar", held_by=NURSE.staff_id)
    assert closed_down(held, NOW) == case(state=CaseState.DUE)
    assert closed_down(replace(held, waiting_since=None), NOW).waiting_since == NOW


@pytest.mark.rule("PR-1", "AP-4", "SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("risk", sorted(set(SuicideRisk) - {SuicideRisk.NONE}))
@pytest.mark.parametrize("due", [None, NOW + timedelta(hours=3)])
def test_suspected_suicide_risk_calls_again_whoever_had_it_and_whatever_it_waited_for(
    risk: SuicideRisk, due: Any
) -> None:
    owner = None if risk is SuicideRisk.FOLLOWED else PSYCHOLOGIST.staff_id
    one = case(suicide=risk, owner_id=owner, risk=RiskLevel.MODERATE, risk_due_at=due, visit_by=TOMORROW)
    after = closed_down(one, NOW)
    assert (after.suicide, after.owner_id, after.risk_due_at) == (SuicideRisk.AWAITING, None, None)
    assert alert(after, None) is not None


@pytest.mark.rule("PR-1")
@given(any_case())
def test_what_has_ended_stays_so_and_what_has_not_is_open_to_be_ended_by_anyone(one: Case) -> None:
    after = closed_down(one, NOW)
    if one.state is CaseState.ENDED:
        assert after == one
        return
    assert after.owner_id is None
    assert after.state not in (CaseState.ENDED, CaseState.HELD, CaseState.ONGOING)
    assert (after.unread, after.priority) == (one.unread, one.priority)
    assert after.waiting_since == (one.waiting_since or (NOW if one.state is CaseState.HELD else None))
    assert closed_down(after, NOW) == after
    assert chat.claim(after, NURSE, Protection.MARKED) == Refusal("PR-1", "protected")
    outcome = ending.request_end(after, NURSE, Protection.MARKED, UNSAID, PACE)
    if one.suicide is SuicideRisk.NONE and not one.risk_words:
        assert isinstance(outcome, Case)
    else:
        assert outcome == Refusal("AP-4", "act-outside")


@pytest.mark.rule("PR-1", "SU-5")
def test_low_risk_that_was_assessed_does_not_keep_it() -> None:
    after = closed_down(case(risk=RiskLevel.LOW, owner_id=PSYCHOLOGIST.staff_id), NOW)
    assert isinstance(ending.request_end(after, NURSE, Protection.MARKED, course(SUSPICION, LOW), PACE), Case)


@pytest.mark.rule("PR-1", "AP-4")
@pytest.mark.hazard("H7", "H9")
def test_words_that_nobody_reads_from_now_on_call_for_somebody() -> None:
    assert closed_down(case(risk_words=True), NOW).suicide is SuicideRisk.AWAITING
    assert closed_down(case(), NOW).suicide is SuicideRisk.NONE
    held = case(risk_words=True, suicide=SuicideRisk.TAKEN_ON, owner_id=PSYCHOLOGIST.staff_id)
    assert closed_down(held, NOW).suicide is SuicideRisk.AWAITING


@pytest.mark.rule("PR-1", "VI-14")
@pytest.mark.hazard("H1", "H11")
def test_its_video_is_on_no_longer() -> None:
    assert closed_down(case(video=Video.ON), NOW).video is Video.OVER
    assert closed_down(case(video=Video.NONE), NOW).video is Video.NONE
