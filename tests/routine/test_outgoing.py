"""What goes out, from state to state: reports come twice, out of order, or never."""

from itertools import permutations, product

import pytest

from p24tui.routine.outgoing import HAS_GONE, OutgoingState, after_report

TAKEN, DELIVERED, FAILED = (False, False), (True, False), (False, True)


def heard(state: OutgoingState, *reports: tuple[bool, bool]) -> OutgoingState:
    for delivered, failed in reports:
        state = after_report(state, delivered=delivered, failed=failed)
    return state


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("order", list(permutations([TAKEN, DELIVERED, DELIVERED, FAILED])))
def test_what_was_delivered_is_delivered_in_whatever_order_reports_come(order: tuple[tuple[bool, bool], ...]) -> None:
    for state in OutgoingState:
        assert heard(state, *order) is OutgoingState.DELIVERED


@pytest.mark.hazard("H13")
def test_no_report_lets_anything_go_once_more() -> None:
    for state, report in product(OutgoingState, (TAKEN, DELIVERED, FAILED)):
        after = heard(state, report)
        assert after is state or after is not OutgoingState.QUEUED


def test_a_failure_counts_only_for_what_was_handed_over() -> None:
    assert heard(OutgoingState.QUEUED, FAILED) is OutgoingState.QUEUED
    assert heard(OutgoingState.CANCELLED, FAILED) is OutgoingState.CANCELLED
    assert {heard(state, FAILED) for state in HAS_GONE - {OutgoingState.DELIVERED}} == {OutgoingState.FAILED}


def test_that_it_was_taken_settles_what_nobody_knew() -> None:
    assert heard(OutgoingState.UNCERTAIN, TAKEN) is OutgoingState.ACCEPTED
    assert heard(OutgoingState.SENDING, TAKEN) is OutgoingState.ACCEPTED
    assert heard(OutgoingState.FAILED, TAKEN) is OutgoingState.FAILED
