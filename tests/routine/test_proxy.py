"""The proxy of a child below 13: by the age on the day of the visit, one guardian, and never a protected one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.decision import Refusal
from p24tui.routine.protection import PROTECTED, Protection
from p24tui.routine.proxy import Guardian, choose_proxy, needs_proxy, preselected

MOTHER = Guardian("196101182803", "Maria Ljungberg", "mor", "+46701740605", is_primary=True)
FATHER = Guardian("189002029800", "Albert Hammar", "far", "+46701740606")
HIDDEN = Guardian("hidden", "Skyddad person", protection=Protection.MARKED)
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
