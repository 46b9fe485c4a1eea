"""What people write of times: opening hours, a day's openings, days and weeks, the time of day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from hypothesis import strategies as st

from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.routine import special_days
from p24tui.routine.hours import next_staffed, opens_next
from p24tui.routine.opening import BadHours, describe, parse_hours, parse_openings, rewrite_hours
from p24tui.routine.period import Length, read_period
from p24tui.services import units
from p24tui.words.hours import change_words, problem_words, read_openings, week_words
from p24tui.words.times import day_of, parse_clock
from tests.fuzz.bending import TIMES, odd_text
from tests.fuzz.standing import check_sentence, unit
from tests.fuzz.target import Check, Target
from tests.world import UNIT, World

DAYS = ("mon", "mon-fri", "sat,sun", "mon,wed-thu", "fri-mon", "mon-", "-", "tis", "eves", "2026-12-24", "2026-02-30",
        "0001-01-01", "9999-12-31", "٢٠٢٦-١٢-٢٤", "MON", "mon-mon", "")  # fmt: skip
TIMES_OF_DAY = (
    "08:00-17:00",
    "08:00-12:00,13:00-17:00",
    "closed",
    "open",
    "00:00-23:59",
    "00:00-24:00",
    "17-8",
    "8-17",
    "8.30–17",
    "08:00-08:00",
    "08:00-12:00,12:00-17:00",
    "٠٨:٠٠-١٧:٠٠",
    "25:00-26:00",
    "stängt",
    "-",
    ",",
    "08:00-12:00,",
    "08:00—17:00",
    "",
)
CLOCKS = ("8", "8.30", "08:30", "0830", "24", "2400", "8.3", "٨", "-1", "8:60", "99999")
WEEKS = ("2026-48", "2026-W53", "2026W1", "2025-53", "0000-01", "9999-53", "2026-00", "2026-11", "1999-12", "2199-12")

_part = st.builds("{} {}".format, st.sampled_from(DAYS), st.sampled_from(TIMES_OF_DAY))
_week = st.lists(st.one_of(_part, odd_text), max_size=6).map("; ".join)
texts = st.one_of(_week, st.sampled_from([*TIMES_OF_DAY, *TIMES, *CLOCKS, *WEEKS]), odd_text, _part)


@contextmanager
def opened() -> Iterator[Check]:
    with unit() as world:
        yield lambda example: check(world, example)


def check(world: World, text: str) -> None:
    """What is written is read, and reads back as itself, or is said to be none."""
    _check_hours(world, text)
    _check_stored(world, text)
    _check_openings(text)
    for length in Length:
        _check_period(length, text)
    try:
        day_of(text, local_date(world.clock.now()))
    except BadInput as error:
        check_sentence(explain(error))
    clock = parse_clock(text)
    assert clock is None or clock.second == 0


def _check_hours(world: World, text: str) -> None:
    now = world.clock.now()
    for read in (units.opening_hours, lambda one: rewrite_hours(parse_hours("mon-fri 08:00-17:00"), one)):
        try:
            hours = read(text)
        except BadInput as error:
            check_sentence(explain(error))
            continue
        except BadHours:
            continue
        assert parse_hours(describe(hours)) == hours, "it does not read back as itself"
        assert type(hours).from_data(hours.to_data()) == hours
        opens = opens_next(hours, now)
        assert opens is None or opens > now
        next_staffed(hours, now)
        list(week_words(hours))


def _check_stored(world: World, text: str) -> None:
    actor, today = world.actor("maria"), local_date(world.clock.now())
    before = units.find_unit(world.system, UNIT).hours
    try:
        after = units.write_hours(world.system, actor, UNIT, text).hours
    except BadInput as error:
        check_sentence(explain(error))
        assert units.find_unit(world.system, UNIT).hours == before, "it is refused, and changed all the same"
        return
    assert units.find_unit(world.system, UNIT).hours == after, "it does not read back as itself"
    for words in change_words(before, after, today):
        check_sentence(words)


def _check_openings(text: str) -> None:
    for read in (parse_openings, read_openings):
        try:
            openings = read(text)
        except BadHours as error:
            check_sentence(problem_words(error))
            continue
        assert parse_openings(",".join(map(str, openings)) or "closed") == openings
        hours = special_days.decide(parse_hours("mon-fri 08:00-17:00"), date(2026, 12, 1), openings)
        assert special_days.decided_for(hours, date(2026, 12, 1)) == openings


def _check_period(length: Length, text: str) -> None:
    try:
        period = read_period(length, text)
    except ValueError:
        return
    assert period.begins < period.ends
    assert period.next.previous == period
    assert sum((end - start for start, end in period.slots), timedelta()) == period.ends - period.begins


TARGET = Target("hours", "opening hours, days, weeks and times as people write them", texts, opened, 100)
