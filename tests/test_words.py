"""What a column of the list says of a case."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from p24tui.routine.case import Case, CaseState, RiskLevel, Video
from p24tui.routine.risk_course import Assessment, Basis, Decision, InsteadOfVisit
from p24tui.words.cases import state_marks
from p24tui.words.risk import entry_words
from p24tui.words.times import time_words
from tests.routine.cases import actor, case


@pytest.mark.rule("CH-12")
@pytest.mark.hazard("H11")
@pytest.mark.parametrize(
    "one",
    [
        *(case(state=state) for state in CaseState if state is not CaseState.ENDED),
        case(unread=2),
        case(video=Video.OVER),
    ],
    ids=lambda one: f"{one.state}-{one.unread}-{one.video}",
)
@pytest.mark.parametrize("why", [True, False])
def test_between_the_two_steps_of_an_ending_it_says_that_it_is_not_done(one: Case, why: bool) -> None:
    assert "ej klart" not in state_marks(one, why=why)
    assert "AVSLUTAS, ej klart" in state_marks(replace(one, ending_by=actor().staff_id), why=why)


def test_a_longer_wait_never_looks_shorter() -> None:
    said = [time_words(timedelta(minutes=minutes)) for minutes in (0, 99, 100, 119, 120, 179, 180, 2879, 2880)]
    assert said == ["0 min", "99 min", "2 tim", "2 tim", "2 tim", "2 tim", "3 tim", "47 tim", "2 dgr"]


@pytest.mark.rule("SU-3")
@pytest.mark.parametrize(("typed", "shown"), [("ensam", "ensam."), ("ensam. ", "ensam."), ("ensam?", "ensam?")])
def test_what_was_typed_about_suicide_risk_ends_with_one_stop(typed: str, shown: str) -> None:
    assessed = entry_words(Assessment(RiskLevel.HIGH, (Basis.CHAT,), "suicidal-thoughts", typed, typed))
    assert f"Riskfaktorer: {shown} Skyddsfaktorer: {shown} Bygger på chatten" in assessed
    assert entry_words(Decision(InsteadOfVisit.REFUSES, typed, "Syster är där.")).endswith(f": {shown} Syster är där.")


@pytest.mark.rule("SE-4")
@pytest.mark.parametrize("state", [CaseState.DUE, CaseState.ANSWERED])
def test_that_a_time_is_to_be_offered_says_no_day(state: CaseState) -> None:
    """A patient who answers the same evening wakes the case, and the time was promised for the day after."""
    marks = state_marks(case(no_times=True, state=state))
    assert "ERBJUD TID" in marks
    assert "I DAG" not in marks
