"""What the filters show, and that none of them hides suicide risk (CH-7, H3)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.list_filter import Age, ListFilter, passes
from tests.routine.cases import NOW, UNIT, any_case, case

MIDNIGHT = NOW.replace(hour=0) - timedelta(hours=1)
MARIA = "SE2321000016-ML01"

any_filter = st.builds(
    ListFilter,
    age=st.sampled_from(Age),
    mine=st.booleans(),
    unread=st.booleans(),
    held=st.booleans(),
    ended=st.booleans(),
    units=st.frozensets(st.sampled_from([UNIT, "SE2321000016-BERGA"])),
    kinds=st.frozensets(st.sampled_from(ContactKind)),
)


def shown(chosen: ListFilter, **facts: Any) -> bool:
    one = case(**{key: value for key, value in facts.items() if key not in ("received_at", "unit_id")})
    placed = {key: value for key, value in facts.items() if key in ("received_at", "unit_id")}
    return passes(chosen, replace(one, **placed), MARIA, MIDNIGHT)


@pytest.mark.rule("CH-7")
@pytest.mark.parametrize(
    ("chosen", "facts", "is_shown"),
    [
        (ListFilter(), {}, True),
        (ListFilter(age=Age.TODAY), {"received_at": MIDNIGHT}, True),
        (ListFilter(age=Age.TODAY), {"received_at": MIDNIGHT - timedelta(seconds=1)}, False),
        (ListFilter(age=Age.OLDER), {"received_at": MIDNIGHT}, False),
        (ListFilter(age=Age.OLDER), {"received_at": MIDNIGHT - timedelta(days=9)}, True),
        (ListFilter(mine=True), {"owner_id": MARIA}, True),
        (ListFilter(mine=True), {"owner_id": None}, False),
        (ListFilter(unread=True), {"unread": 1}, True),
        (ListFilter(unread=True), {"unread_free_text": 1}, True),
        (ListFilter(unread=True), {"unread": 0}, False),
        (ListFilter(held=True), {"state": CaseState.HELD}, True),
        (ListFilter(held=True), {"state": CaseState.DUE}, True),
        (ListFilter(held=True), {"state": CaseState.NEW}, False),
        (ListFilter(units=frozenset({UNIT})), {}, True),
        (ListFilter(units=frozenset({UNIT})), {"unit_id": "other"}, False),
        (ListFilter(kinds=frozenset({ContactKind.MESSAGE})), {}, False),
        (ListFilter(kinds=frozenset({ContactKind.MESSAGE})), {"kind": ContactKind.MESSAGE, "priority": None}, True),
        (ListFilter(), {"state": CaseState.ENDED}, False),
        (ListFilter(ended=True), {"state": CaseState.ENDED}, True),
        (ListFilter(ended=True, mine=True), {"state": CaseState.ENDED}, False),
    ],
)
def test_each_filter(chosen: ListFilter, facts: dict[str, Any], is_shown: bool) -> None:
    assert shown(chosen, **facts) is is_shown


@pytest.mark.rule("CH-7", "SU-2")
@pytest.mark.hazard("H3", "H7")
@given(any_filter, any_case())
def test_no_filter_hides_suicide_risk_whoever_has_it(chosen: ListFilter, one: Case) -> None:
    if one.suicide is not SuicideRisk.NONE and one.state is not CaseState.ENDED:
        assert passes(chosen, one, MARIA, MIDNIGHT)


@given(any_case())
def test_without_a_filter_every_open_case_is_shown(one: Case) -> None:
    assert passes(ListFilter(), one, MARIA, MIDNIGHT) is (one.state is not CaseState.ENDED)


@pytest.mark.rule("SH-1", "SU-2")
@pytest.mark.hazard("H7", "H12")
def test_nor_the_risk_that_a_colleague_has_taken_on_is_there_or_not() -> None:
    facts = {"suicide": SuicideRisk.TAKEN_ON, "owner_id": "SE2321000016-AK01"}
    assert shown(ListFilter(mine=True), **facts)
    assert shown(ListFilter(mine=True), **facts, owner_lost_at=NOW)
