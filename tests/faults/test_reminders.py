"""The short part of what ``python -m tests.faults.reminders`` proves at length; and that its check is not blind."""

from dataclasses import replace

import pytest

from p24tui.gateways.outgoing.model import Problem
from p24tui.routine.outgoing import OutgoingState
from tests.faults.checking import OF_NOBODY, Event, Evidence, Fault, Row, check, late_answers
from tests.faults.trial import Plan, trial

SHORT = Plan(
    kills=8,
    time_outs=15,
    claimants=3,
    seed=24,
    at_most=60.0,
    lease=1.0,
    at_once=40,
    by_http=20,
    lingers=0.1,
    real_lease=False,
)

GOOD = Evidence(
    wanted=("a", "b", "c", "d", "e"),
    rows={
        "a": Row(OutgoingState.DELIVERED),
        "b": Row(OutgoingState.FAILED, Problem.NOT_DELIVERED),
        "c": Row(OutgoingState.UNCERTAIN, Problem.SILENCE),
        "d": Row(OutgoingState.FAILED, Problem.ADDRESS),
        "e": Row(OutgoingState.CANCELLED, "by-hand"),
    },
    events=[
        *(Event(id, "sms.queued", "console:faults") for id in "abcde"),
        Event("a", "sms.postponed", "claimant:1"),
        Event("a", "sms.accepted", "claimant:2"),
        Event("a", "sms.delivered", OF_NOBODY),
        Event("b", "sms.uncertain", "claimant:1"),
        Event("b", "sms.failed", OF_NOBODY),
        Event("c", "sms.uncertain", OF_NOBODY),
        Event("d", "sms.failed", "claimant:1"),
        Event("e", "sms.cancelled", "console:faults"),
    ],
    taken=("a", "b"),
    not_now={"a": [True, False], "b": [False], "c": [False], "d": [False]},
)


def faults(evidence: Evidence) -> set[tuple[Fault, str]]:
    """What is found, and of which reminder."""
    return {(one.fault, one.id) for one in check(evidence)}


def standing(id: str, row: Row, *kinds: str) -> Evidence:
    """Good evidence but for how one stands, with that at the end of the history."""
    return replace(
        GOOD, rows={**GOOD.rows, id: row}, events=[*GOOD.events, *(Event(id, kind, OF_NOBODY) for kind in kinds)]
    )


@pytest.mark.slow
@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_claimants_that_are_killed_and_a_gateway_that_falls_silent_double_and_lose_nothing(database_url: str) -> None:
    with trial(SHORT, database_url) as one:
        outcome = one.run()
    assert outcome.found == []
    assert outcome.fell == []
    assert outcome.reached
    assert outcome.good
    assert sum(outcome.states.values()) > outcome.taken > 0


def test_the_check_finds_nothing_where_all_is_well() -> None:
    assert check(GOOD) == []


@pytest.mark.hazard("H13")
def test_the_check_sees_an_sms_that_went_twice() -> None:
    assert faults(replace(GOOD, taken=("a", "b", "a"))) == {(Fault.DUPLICATE, "a")}


@pytest.mark.hazard("H13")
def test_the_check_sees_a_reminder_that_is_lost() -> None:
    gone = {id: row for id, row in GOOD.rows.items() if id != "c"}
    assert faults(replace(GOOD, rows=gone)) == {(Fault.LOST, "c")}
    assert faults(replace(GOOD, taken=("b",))) == {(Fault.LOST, "a")}
    assert faults(standing("c", Row(OutgoingState.ACCEPTED), "sms.accepted")) == {(Fault.LOST, "c")}


@pytest.mark.parametrize("state", [OutgoingState.QUEUED, OutgoingState.SENDING])
def test_the_check_sees_a_reminder_that_stays_behind(state: OutgoingState) -> None:
    left = standing("c", Row(state), "sms.queued")
    assert faults(left) == {(Fault.LOST, "c")}
    assert faults(replace(left, broken_off=True)) == set()


def test_the_check_sees_a_report_that_was_not_heard() -> None:
    assert faults(standing("a", Row(OutgoingState.UNCERTAIN), "sms.uncertain")) == {(Fault.LOST, "a")}
    assert faults(replace(standing("a", Row(OutgoingState.UNCERTAIN), "sms.uncertain"), reported=False)) == set()


def test_the_check_sees_a_state_that_is_not_true() -> None:
    assert faults(replace(GOOD, taken=("a", "b", "e"))) == {(Fault.UNTRUE, "e")}
    assert faults(replace(GOOD, taken=("a", "b", "d"))) == {(Fault.UNTRUE, "d")}
    assert faults(replace(GOOD, taken=("a",))) == {(Fault.UNTRUE, "b")}
    assert faults(replace(GOOD, taken=("a", "b", "x"))) == {(Fault.UNTRUE, "x")}


def test_the_check_sees_a_history_that_ends_otherwise_than_the_row() -> None:
    assert faults(replace(GOOD, events=[one for one in GOOD.events if one.id != "e"])) == {(Fault.UNTRUE, "e")}
    assert faults(replace(GOOD, events=GOOD.events[:-1])) == {(Fault.UNTRUE, "e")}


@pytest.mark.hazard("H13")
def test_the_check_sees_that_what_was_uncertain_was_tried_again_though_nothing_went_twice() -> None:
    assert faults(replace(GOOD, not_now={**GOOD.not_now, "c": [False, False]})) == {(Fault.AGAIN, "c")}
    twice = [*GOOD.events, Event("b", "sms.failed", "claimant:3")]
    assert faults(replace(GOOD, events=twice)) == {(Fault.AGAIN, "b")}


def test_an_answer_that_comes_after_the_lease_is_counted_and_no_fault() -> None:
    late = [*GOOD.events, Event("c", "sms.failed", "claimant:1")]
    evidence = replace(GOOD, rows={**GOOD.rows, "c": Row(OutgoingState.FAILED, Problem.ADDRESS)}, events=late)
    assert check(evidence) == []
    assert late_answers(late) == 1
    assert late_answers(GOOD.events) == 0
