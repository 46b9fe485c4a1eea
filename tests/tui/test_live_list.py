"""The list in memory: the same whatever the order in which changes come, and it hides nobody quietly (CH-7, H3, H6)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.guarantee import Guarantee, Why
from p24tui.routine.list_filter import Age, ListFilter
from p24tui.routine.patient import ShownPatient
from p24tui.routine.protection import Protection
from p24tui.routine.queue import order_key
from p24tui.services import units
from p24tui.services.views import CaseLine, QueueView
from p24tui.tui.live_list import Counts, Hidden, LiveList
from tests.routine.cases import NOW, UNIT, any_case, case
from tests.routine.test_list_filter import any_filter
from tests.world import BERGA

MARIA = "SE2321000016-ML01"
UNITS = {id: units.make_unit(id, "Vårdcentralen", "primary-care") for id in (UNIT, BERGA)}


def line(one: Case, name: str = "Karin Öberg", number: str = "196101182803") -> CaseLine:
    return CaseLine(one, ShownPatient(name, number, 65, Protection.NONE), one.matter, "")


def live(*lines: CaseLine, chosen: ListFilter | None = None) -> LiveList:
    found = LiveList(MARIA)
    found.choose(chosen or ListFilter())
    found.show(QueueView("v", (UNIT,), lines, UNITS, (0, 0)), NOW)
    return found


def shown(found: LiveList) -> list[str]:
    return [one.case.id for one in found.lines]


states = st.tuples(any_case(), st.integers(-3, 1)).map(
    lambda pair: replace(pair[0], received_at=NOW + timedelta(days=pair[1]))
)


@pytest.mark.rule("CH-3", "CH-7", "CH-10")
@pytest.mark.hazard("H3", "H6")
@settings(max_examples=300)
@given(st.lists(states, max_size=25), st.lists(states, max_size=40), any_filter)
def test_taking_in_changes_one_by_one_is_the_same_as_reading_anew(
    before: list[Case], changes: list[Case], chosen: ListFilter
) -> None:
    start = {one.id: one for one in before if one.state is not CaseState.ENDED or chosen.ended}
    found = live(*map(line, start.values()), chosen=chosen)
    after = dict(start)
    for one in changes:
        found.put([line(one)])
        after[one.id] = one
    kept = {id: one for id, one in after.items() if one.state is not CaseState.ENDED or chosen.ended}
    anew = live(*map(line, kept.values()), chosen=chosen)
    assert shown(found) == shown(anew)
    assert found.counts == anew.counts
    assert found.hidden == anew.hidden
    assert [found.index(id) for id in shown(found)] == list(range(len(found)))
    assert shown(found) == sorted(shown(found), key=lambda id: order_key(kept[id], 3))


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
def test_what_today_hides_is_counted() -> None:
    days = [replace(case(id=f"d{days}"), received_at=NOW - timedelta(days=days)) for days in range(11)]
    found = live(*map(line, days), chosen=ListFilter(age=Age.TODAY))
    assert shown(found) == ["d0"]
    assert found.hidden == Hidden(cases=10, older=10, suicide=0)
    assert found.counts.older == 10


@pytest.mark.hazard("H3")
def test_a_search_that_hides_suicide_risk_says_so() -> None:
    found = live(line(case(id="s", suicide=SuicideRisk.AWAITING), "Erik Lund"), line(case(id="k")))
    found.search("karin")
    assert shown(found) == ["k"]
    assert found.hidden == Hidden(cases=1, older=0, suicide=1)


@pytest.mark.parametrize(
    ("typed", "hit"),
    [
        ("karin", True),
        ("ÖBERG", True),
        ("öberg karin", True),
        ("hosta", True),
        ("610118-2803", True),
        ("19610118", True),
        ("2803", True),
        ("berg hosta 1961", True),
        ("karim", False),
        ("karin feber", False),
        ("  ", True),
        (".*", False),
    ],
)
def test_search(typed: str, hit: bool) -> None:
    found = live(line(case()))
    found.search(typed)
    assert bool(len(found)) is hit


def test_a_protected_person_is_found_by_what_stands_in_the_place_of_the_name() -> None:
    protected = CaseLine(case(id="p"), ShownPatient("", "", None, Protection.MARKED), "", "")
    found = live(protected, line(case(id="k")))
    found.search("skyddad")
    assert shown(found) == ["p"]


def test_what_stands_in_messages_is_found_too_until_one_searches_for_something_else() -> None:
    found = live(line(case(id="a")), line(case(id="b")))
    found.search("trapp")
    found.found_in_text(frozenset({"b"}))
    assert shown(found) == ["b"]
    found.search("trappa")
    assert shown(found) == []


@pytest.mark.rule("CH-7")
def test_at_midnight_todays_cases_become_older() -> None:
    found = live(line(case()), chosen=ListFilter(age=Age.TODAY))
    assert not found.tick(NOW + timedelta(hours=1))
    assert len(found) == 1
    assert found.tick(NOW + timedelta(days=1))
    assert len(found) == 0
    assert found.counts == Counts(new=1, older=1)
    assert local_date(NOW) < local_date(NOW + timedelta(days=1))


def test_counts_are_of_the_units_that_one_looks_at() -> None:
    away = replace(case(id="b"), unit_id="SE2321000016-BERGA")
    found = live(line(case(id="a")), line(away), chosen=ListFilter(units=frozenset({UNIT})))
    assert found.counts == Counts(new=1)
    assert found.hidden.cases == 1


@pytest.mark.hazard("H22")
def test_what_came_in_while_the_list_could_not_be_read_has_come_in() -> None:
    known, answered = case(id="a"), case(id="b", state=CaseState.WAITING)
    found = live(line(known), line(answered))
    assert found.arrivals == (0, 0)
    now = [line(known), line(replace(answered, state=CaseState.ANSWERED, unread=1)), line(case(id="c"))]
    found.show(QueueView("v", (UNIT,), tuple(now), UNITS, (0, 1)), NOW)
    assert found.arrivals == (1, 1)
    found.show(QueueView("v", (UNIT,), tuple(now[:2]), UNITS, (0, 2)), NOW)
    assert found.arrivals == (0, 1)


def test_the_rest_of_the_list_behind_the_first_screen_has_not_come_in() -> None:
    found = LiveList(MARIA)
    found.show(QueueView("v", (UNIT,), (line(case(id="a")),), UNITS), NOW)
    found.show(QueueView("v", (UNIT,), (line(case(id="a")), line(case(id="b"))), UNITS, (0, 0)), NOW)
    assert found.arrivals == (0, 0)


@pytest.mark.rule("GA-1")
@pytest.mark.parametrize("late", [False, True])
def test_a_case_moves_up_among_its_equals_when_its_deadline_draws_near(late: bool) -> None:
    near = Guarantee(Why.CONTACT, NOW + timedelta(hours=4), NOW + timedelta(minutes=30))
    found = live(line(case(id="a", waiting_since=NOW - timedelta(hours=1))), line(case(id="c", priority=2)))
    slow = replace(line(case(id="b")), guarantee=near)
    found.put([slow])
    assert shown(found) == ["c", "a", "b"]
    assert not found.tick(NOW + timedelta(minutes=29))
    assert found.tick(NOW + timedelta(minutes=30))
    assert shown(found) == ["c", "b", "a"]
    assert not found.tick(NOW + timedelta(minutes=31))
    found.put([replace(slow, guarantee=replace(near, near_at=NOW + timedelta(hours=1 if late else 0)))])
    assert shown(found) == (["c", "a", "b"] if late else ["c", "b", "a"])


def test_what_has_ended_goes_at_once_when_it_is_no_longer_asked_for() -> None:
    found = live(line(case(id="a")), line(case(id="e", state=CaseState.ENDED)), chosen=ListFilter(ended=True))
    assert shown(found) == ["a", "e"]
    found.choose(ListFilter())
    assert shown(found) == ["a"]
    assert found.hidden == Hidden()
