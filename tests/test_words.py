"""What a column of the list says of a case."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.i18n import use_language
from p24tui.routine.case import Case, CaseState, RiskLevel, Video
from p24tui.routine.hours import instant_of
from p24tui.routine.risk_course import Assessment, Basis, Decision, InsteadOfVisit
from p24tui.words.cases import state_marks
from p24tui.words.events import event_words
from p24tui.words.risk import entry_words
from p24tui.words.times import MONTHS, MONTHS_IN_FULL, day_of, read_day, read_moment, time_words
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


@pytest.mark.parametrize("kind", ["case.held", "case.kept"])
def test_a_history_says_days_as_the_screens_do(kind: str) -> None:
    assert "till mån 30 nov:" in event_words(kind, {"until": "2026-11-30", "reason": "tid bokad"})


@pytest.mark.parametrize("until", ["", "i morgon", "2026-13-40"])
def test_a_history_shows_a_day_that_is_none_as_it_is_written(until: str) -> None:
    assert f"till {until}:" in event_words("case.held", {"until": until, "reason": "tid bokad"})


NO_INSTANTS = ["", "i morgon", "2026-13-40", "9999-12-31T23:59:59+00:00"]


@pytest.mark.parametrize("until", NO_INSTANTS)
def test_a_history_shows_a_reading_that_is_none_as_it_is_written(until: str) -> None:
    words = event_words("break-glass.begun", {"until": until, "ground": "okänd"})
    assert until in words
    assert "okänd" in words


@pytest.mark.parametrize("at", NO_INSTANTS[1:])
def test_a_history_shows_a_consent_that_is_none_as_it_is_written(at: str) -> None:
    assert f"Samtycke okänt {at}." in event_words("handover.offered", {"how": "okänt", "agreed_at": at})


NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)  # nine in the morning in Sweden
TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("typed", "day", "at"),
    [
        ("10.30", date(2026, 11, 27), time(10, 30)),
        ("2026-11-28 10.30", date(2026, 11, 28), time(10, 30)),
        ("28 nov 10.30", date(2026, 11, 28), time(10, 30)),
        ("28 november 10:30", date(2026, 11, 28), time(10, 30)),
        ("28 NOV. 1030", date(2026, 11, 28), time(10, 30)),
        ("29/11 10.30", date(2026, 11, 29), time(10, 30)),
        ("  29/11   8 ", date(2026, 11, 29), time(8)),
        ("3 mars 8", date(2027, 3, 3), time(8)),
        ("29 feb 10.30", date(2028, 2, 29), time(10, 30)),
        ("27 nov 08.00", date(2026, 11, 27), time(8)),
        ("26 nov 10.30", date(2027, 11, 26), time(10, 30)),
        ("i dag 10.30", date(2026, 11, 27), time(10, 30)),
        ("imorgon 8", date(2026, 11, 28), time(8)),
        ("28 nov 2027 10.30", date(2027, 11, 28), time(10, 30)),
        ("29/11 2027 10.30", date(2027, 11, 29), time(10, 30)),
    ],
)
def test_a_moment_is_typed_as_people_write_it(typed: str, day: date, at: time) -> None:
    assert read_moment(typed, NOW) == instant_of(day, at)


@pytest.mark.parametrize(
    "typed",
    ["", "28 nov", "29/11", "i dag", "imorgon",
     "29 11 10.30", "31 nov 10.30", "29/13 10.30", "28 nov 24.00", "nov 10.30", "28 no 10.30",
     "28 nov 2027", "29/11 2027", "29/11/27 10.30", "29 feb 2027 10.30", "²8 nov 10.30"],
)  # fmt: skip
def test_what_may_mean_another_time_is_no_moment(typed: str) -> None:
    assert read_moment(typed, NOW) is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [("26 nov 10.30", date(2026, 11, 26)), ("28/11 10.30", date(2026, 11, 28)), ("3 mars 10.30", date(2027, 3, 3))],
)
def test_what_has_been_is_of_the_year_that_brings_it_nearest(typed: str, day: date) -> None:
    """So that yesterday is not a year ahead, and a slip to tomorrow not a year ago."""
    assert read_moment(typed, NOW, has_been=True) == instant_of(day, time(10, 30))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("28 nov", date(2026, 11, 28)),
        (" 28  November. ", date(2026, 11, 28)),
        ("27/11", date(2026, 11, 27)),
        ("26/11", date(2027, 11, 26)),
        ("29/11 2026", date(2026, 11, 29)),
        ("26 nov 2026", date(2026, 11, 26)),
        ("idag", date(2026, 11, 27)),
        ("I dag", date(2026, 11, 27)),
        ("imorgon", date(2026, 11, 28)),
        ("i morgon", date(2026, 11, 28)),
        ("i går", date(2026, 11, 26)),
    ],
)
def test_a_day_alone_is_typed_as_people_write_it(typed: str, day: date) -> None:
    assert day_of(typed, TODAY) == read_day(typed, TODAY) == day


@pytest.mark.parametrize(("typed", "day"), [("26/11", date(2026, 11, 26)), ("3 mars", date(2027, 3, 3))])
def test_a_day_alone_that_has_been_is_the_nearest(typed: str, day: date) -> None:
    assert day_of(typed, TODAY, has_been=True) == day


@pytest.mark.parametrize(
    "typed",
    ["", "28", "29 11", "11/29", "31 nov", "på måndag", "i natt", "28 nov 10.30", "20261130", "2026-W48-1",
     "1926-11-30", "9999-12-31", "²8 nov"],
)  # fmt: skip
def test_what_is_no_day_is_refused_in_one_sentence(typed: str) -> None:
    assert read_day(typed, TODAY) is None
    with pytest.raises(BadInput) as refused:
        day_of(typed, TODAY)
    assert explain(refused.value) == f"{typed or '–'} är inget datum. Skriv som 28 nov, 28/11 eller 2026-11-28."


def test_a_day_alone_is_typed_in_english_too() -> None:
    use_language("en")
    try:
        assert read_day("3 may", TODAY) == read_day("3 maj", TODAY) == date(2027, 5, 3)
        assert read_day("Tomorrow", TODAY) == read_day("i morgon", TODAY) == TODAY + timedelta(days=1)
    finally:
        use_language("sv")


SHAPES: list[Callable[[date], str]] = [
    lambda day: f"{day.day} {MONTHS[day.month - 1]}",
    lambda day: f"{day.day} {MONTHS_IN_FULL[day.month - 1]}",
    lambda day: f"{day.day}/{day.month}",
    lambda day: f"{day.day}/{day.month} {day.year}",
    str,
]


@given(days=st.integers(0, 364), minute=st.integers(0, 24 * 60 - 1), shape=st.sampled_from(SHAPES))
def test_each_day_of_the_coming_year_is_read_in_every_shape(
    days: int, minute: int, shape: Callable[[date], str]
) -> None:
    day, at = TODAY + timedelta(days=days), time(*divmod(minute, 60))
    assert read_day(shape(day), TODAY) == day
    assert read_moment(f"{shape(day)} {at:%H.%M}", NOW) == instant_of(day, at)


def test_a_moment_is_typed_in_english_too() -> None:
    use_language("en")
    try:
        assert (
            read_moment("3 may 10.30", NOW)
            == read_moment("3 maj 10.30", NOW)
            == instant_of(date(2027, 5, 3), time(10, 30))
        )
    finally:
        use_language("sv")
