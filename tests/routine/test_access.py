"""One table says who may do what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.access import may
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.decision import Refusal
from p24tui.routine.role import OFFICES, Role

ROLES = st.sampled_from(Role)


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@given(role=ROLES, having=st.frozensets(ROLES))
def test_a_role_has_what_the_table_gives_it_and_nothing_else(role: Role, having: frozenset[Role]) -> None:
    refused = may(role, "case.read", {"case.read": having, "chat.send": frozenset(Role)})
    assert refused == (None if role in having else Refusal("NA-1", "role-may-not"))


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@given(having=st.frozensets(ROLES))
def test_the_program_itself_acts_in_no_role(having: frozenset[Role]) -> None:
    assert may(None, "case.read", {"case.read": having}) is None


@given(profession=st.sampled_from(Profession), office=st.sampled_from([None, *OFFICES]))
def test_one_acts_in_one_role_at_a_time(profession: Profession, office: Role | None) -> None:
    """An office does not bring along what one's profession may."""
    actor = Actor("SE2321000016-ML01", "Maria Lind", profession, "unit", "test", office)
    assert actor.acts_as == (office or Role(profession))
