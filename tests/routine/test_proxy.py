"""The proxy of a child below 13: by the age on the day of the visit, one guardian, and never a protected one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.decision import Refusal
from p24tui.routine.protection import PROTECTED, Protection
from p24tui.routine.proxy import (
    Guardian,
    as_guest,
    choose_proxy,
    lacks_proxy,
    may_stay,
    needs_proxy,
    preselected,
    reached_at,
)
from p24tui.routine.visit import VisitKind, VisitState
from tests.routine.visits import visit

MOTHER = Guardian("196101182803", "Maria Ljungberg", "mor", "+46701740605", is_primary=True)
FATHER = Guardian("189002029800", "Albert Hammar", "far", "+46701740606")
HIDDEN = Guardian("hidden", "Skyddad person", protection=Protection.MARKED)
GUARDIAN_PROTECTED = Refusal("PR-1", "guardian-protected")
TWELVE = date(2013, 11, 24)
"""The day of birth of somebody who turns 13 on 24 November 2026."""


@pytest.mark.rule("VI-9", "VI-7")
@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    ("born", "day", "needs"),
    [
        (TWELVE, date(2026, 11, 23), True),
        (TWELVE, date(2026, 11, 24), False),
        (TWELVE, date(2026, 11, 25), False),
        (TWELVE, date(2025, 11, 24), True),
        (date(2012, 2, 29), date(2025, 2, 28), True),  # born on a leap day: 13 on 1 March
        (date(2012, 2, 29), date(2025, 3, 1), False),
        (date(1961, 1, 18), date(2026, 11, 23), False),
        (date(2026, 11, 23), date(2026, 11, 23), True),
    ],
)
def test_the_age_on_the_day_of_the_visit_counts(born: date, day: date, needs: bool) -> None:
    assert needs_proxy(born, day, 13) is needs


@pytest.mark.rule("VI-9")
def test_where_the_age_cannot_be_told_nobody_guesses() -> None:
    assert needs_proxy(None, date(2026, 11, 23), 13) == Refusal("VI-9", "age-unknown")


@pytest.mark.rule("VI-9")
@pytest.mark.hazard("H14")
@given(st.dates(date(2000, 1, 1), date(2026, 1, 1)), st.integers(0, 7000))
def test_once_thirteen_always_thirteen(born: date, later: int) -> None:
    day = born + timedelta(days=later)
    if needs_proxy(born, day, 13) is False:
        assert needs_proxy(born, day + timedelta(days=1), 13) is False


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.parametrize(
    ("guardians", "wanted", "chosen"),
    [
        ((FATHER, MOTHER), None, MOTHER),
        ((FATHER, MOTHER), FATHER.number, FATHER),
        ((FATHER,), None, FATHER),
        ((FATHER, HIDDEN), None, FATHER),
        ((replace(MOTHER, mobile=""), FATHER), None, Refusal("VI-1", "proxy-no-mobile")),
        ((MOTHER, FATHER), "200302022389", Refusal("VI-7", "not-guardian")),
        ((MOTHER, HIDDEN), "hidden", Refusal("PR-1", "guardian-protected")),
        ((HIDDEN,), None, Refusal("PR-1", "guardian-protected")),
        ((replace(MOTHER, protection=Protection.POPULATION), HIDDEN), None, Refusal("PR-1", "guardian-protected")),
        ((), None, Refusal("VI-6", "no-guardian")),
        ((), MOTHER.number, Refusal("VI-6", "no-guardian")),
    ],
)
def test_one_guardian_is_the_proxy_the_primary_unless_another_is_chosen(
    guardians: tuple[Guardian, ...], wanted: str | None, chosen: Guardian | Refusal
) -> None:
    assert choose_proxy(guardians, wanted) == chosen


def test_of_a_guardian_nothing_more_need_be_known() -> None:
    one = Guardian("a", "b")
    assert (one.relationship, one.mobile, one.is_primary, one.protection) == ("", "", False, Protection.NONE)


any_guardian = st.builds(
    Guardian,
    number=st.sampled_from("abc"),
    name=st.just("x"),
    mobile=st.sampled_from(["", "+46701740605"]),
    is_primary=st.booleans(),
    protection=st.sampled_from(Protection),
)


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H14")
@given(st.lists(any_guardian, max_size=4), st.none() | st.sampled_from("abcd"))
def test_nobody_protected_and_nobody_out_of_reach_is_ever_the_proxy(
    guardians: list[Guardian], wanted: str | None
) -> None:
    chosen = choose_proxy(guardians, wanted)
    if isinstance(chosen, Guardian):
        assert chosen.protection not in PROTECTED
        assert chosen.mobile
        assert wanted in (None, chosen.number)
    first = preselected(guardians)
    assert first is None or first.protection not in PROTECTED


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    ("guardians", "number", "refusal"),
    [
        ((MOTHER, FATHER), MOTHER.number, None),
        ((MOTHER, FATHER), FATHER.number, None),
        ((replace(MOTHER, mobile=""),), MOTHER.number, None),  # the visit has the mobile that it was booked with
        ((replace(MOTHER, protection=Protection.UNKNOWN),), MOTHER.number, None),
        ((FATHER,), MOTHER.number, Refusal("VI-7", "not-guardian")),
        ((), MOTHER.number, Refusal("VI-7", "not-guardian")),
        ((replace(MOTHER, protection=Protection.MARKED), FATHER), MOTHER.number, GUARDIAN_PROTECTED),
        ((MOTHER, FATHER), "", GUARDIAN_PROTECTED),
    ],
)
def test_a_proxy_stays_as_long_as_they_are_a_guardian_who_is_not_protected(
    guardians: tuple[Guardian, ...], number: str, refusal: Refusal | None
) -> None:
    assert may_stay(guardians, number) == refusal


@pytest.mark.rule("VI-8", "PR-1")
@pytest.mark.parametrize(
    ("number", "found"),
    [
        (FATHER.number, FATHER),
        (HIDDEN.number, GUARDIAN_PROTECTED),
        ("", Refusal("VI-8", "not-guardian")),
        ("200302022389", Refusal("VI-8", "not-guardian")),
    ],
)
def test_a_guest_who_is_called_a_guardian_is_one(number: str, found: Guardian | Refusal) -> None:
    assert as_guest((MOTHER, FATHER, HIDDEN), number) == found


@pytest.mark.rule("VI-7", "PR-1")
def test_a_childs_visit_without_a_proxy_is_one_that_nobody_joins() -> None:
    of_child = visit(kind=VisitKind.CHILD, proxy_number=MOTHER.number, proxy_name=MOTHER.name, mobile=MOTHER.mobile)
    gone = replace(of_child, proxy_number="", proxy_name="", mobile="")
    assert [lacks_proxy(one) for one in (of_child, gone, visit())] == [False, True, False]
    assert not lacks_proxy(replace(gone, state=VisitState.CANCELLED))
    assert not lacks_proxy(visit(kind=VisitKind.RELATIVE))


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H14")
def test_a_childs_own_mobile_is_never_used_for_its_visit() -> None:
    own = "+46701740699"
    of_child = visit(kind=VisitKind.CHILD, mobile=MOTHER.mobile)
    assert reached_at(of_child, own) == MOTHER.mobile
    assert reached_at(replace(of_child, mobile=""), own) == ""
    assert reached_at(visit(), own) == own
    assert reached_at(visit(mobile=MOTHER.mobile), own) == MOTHER.mobile
