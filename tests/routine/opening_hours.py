"""Opening hours of every shape, for tests of the calendar and of how it is written."""

from datetime import date, time

from hypothesis import settings
from hypothesis import strategies as st

from p24tui.routine.hours import Opening, OpeningHours, parse_hours

OFFICE = parse_hours("mon-fri 08:00-12:00,13:00-17:00")
ALWAYS = parse_hours("mon-sun 00:00-23:59; eves open")
NEVER = parse_hours("mon-sun closed")

no_deadline = settings(deadline=None)  # the first look at a holiday loads the library

days = st.dates(date(2020, 1, 1), date(2050, 12, 31))
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


def as_openings(times: list[time]) -> tuple[Opening, ...]:
    """Openings with gaps between, from an even number of different times."""
    ordered = sorted(times)
    return tuple(Opening(*pair) for pair in zip(ordered[::2], ordered[1::2], strict=False))


def openings(least: int = 0) -> st.SearchStrategy[tuple[Opening, ...]]:
    return st.lists(minutes, min_size=2 * least, max_size=6, unique=True).map(as_openings)


@st.composite
def opening_hours(draw: st.DrawFn) -> OpeningHours:
    shortened = draw(st.dictionaries(days, openings(1), max_size=3))
    closed = draw(st.frozensets(days, max_size=3))
    return OpeningHours(
        weekly=tuple(draw(openings()) for _ in range(7)),
        closed_eves=draw(st.booleans()),
        shortened=tuple(sorted((day, one) for day, one in shortened.items() if day not in closed)),
        closed_days=closed,
    )


any_hours = st.one_of(opening_hours(), st.sampled_from([OFFICE, ALWAYS, NEVER]))
