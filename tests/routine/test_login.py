"""Who one is: how long a password waits, what it must be, when a console locks and for whom it opens (NA-1)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.actor import Actor, Profession
from p24tui.routine.decision import Refusal
from p24tui.routine.login import (
    Means,
    PasswordRules,
    Proven,
    Session,
    Throttle,
    Tries,
    is_over,
    may_go_on,
    may_unlock,
    must_lock,
    one_less,
    one_more,
    too_weak,
    wait_after,
)
from p24tui.routine.role import Role

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
THROTTLE = Throttle(5, timedelta(seconds=30), timedelta(minutes=15), DAY)
MACHINE = replace(THROTTLE, free=200)
RULES = PasswordRules(12, frozenset({"sommaren2026", "lösenord1234"}))
SOON = timedelta(seconds=1)
MARIA = Proven("SE2321000016-ML01", "Maria Lind", Means.PASSWORD, NOW)
SESSION = Session(
    "s", Actor(MARIA.staff_id, MARIA.name, Profession.NURSE, "SE2321000016-ASEN", "console:test:1"), MARIA, NOW
)


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("wrong", "seconds"),
    [
        (0, 0),
        (1, 0),
        (4, 0),
        (5, 30),
        (6, 60),
        (7, 120),
        (8, 240),
        (9, 480),
        (10, 900),
        (11, 900),
        (10_000, 900),
    ],
)
def test_after_five_that_were_wrong_each_waits_twice_as_long(wrong: int, seconds: int) -> None:
    assert wait_after(Tries(wrong, NOW), THROTTLE, NOW) == timedelta(seconds=seconds)
    assert wait_after(Tries(wrong, NOW), THROTTLE, NOW + timedelta(seconds=seconds)) == timedelta()


@given(st.integers(0, 1000), st.timedeltas(timedelta(days=-3), timedelta(days=3)))
def test_no_wait_is_longer_than_the_longest_and_it_always_ends(wrong: int, since: timedelta) -> None:
    waits = wait_after(Tries(wrong, NOW - since), THROTTLE, NOW)
    assert timedelta() <= waits <= THROTTLE.longest
    if since >= THROTTLE.longest:
        assert not waits


@given(st.integers(0, 40), st.timedeltas(timedelta(), timedelta(hours=1)))
def test_one_more_that_is_wrong_never_makes_the_wait_shorter(wrong: int, since: timedelta) -> None:
    one, two = (wait_after(Tries(wrong + more, NOW - since), THROTTLE, NOW) for more in (0, 1))
    assert one <= two


def test_what_was_never_wrong_waits_for_nothing() -> None:
    assert wait_after(Tries(), THROTTLE, NOW) == timedelta()


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("wrong", "since", "left"),
    [
        (0, DAY, 0),
        (200, timedelta(), 200),
        (200, timedelta(seconds=431), 200),
        (200, timedelta(seconds=432), 199),
        (200, timedelta(hours=12), 100),
        (200, DAY, 0),
        (7, DAY, 0),
        (250, DAY, 50),
        (250, 2 * DAY, 0),
        (200, -DAY, 200),  # the clock was set back
    ],
)
def test_time_forgives_in_a_day_as_many_as_are_free(wrong: int, since: timedelta, left: int) -> None:
    assert one_more(Tries(wrong, NOW - since), MACHINE, NOW) == Tries(left + 1, NOW)


def counted(times: list[datetime], throttle: Throttle) -> tuple[Tries, list[datetime]]:
    """The count after tries at these times, and when one was looked at."""
    tries, looked_at = Tries(), []
    for now in times:
        if not wait_after(tries, throttle, now):
            tries = one_more(tries, throttle, now)
            looked_at.append(now)
    return tries, looked_at


@given(st.lists(st.timedeltas(timedelta(), timedelta(hours=3)), max_size=80), st.integers(1, 8))
def test_in_no_day_is_one_looked_at_more_often_than_the_waits_allow(gaps: list[timedelta], free: int) -> None:
    """As many as are free, as many as are forgiven, and one after each wait: none is shorter than the first."""
    throttle, times, now = Throttle(free, timedelta(hours=1), timedelta(hours=4), DAY), [], NOW
    for gap in gaps:
        now += gap
        times.append(now)
    _tries, looked_at = counted(times, throttle)
    for begin in looked_at:
        within = [one for one in looked_at if begin <= one < begin + DAY]
        assert len(within) <= 2 * free + 24


@given(st.lists(st.integers(432, 40_000), max_size=400))
def test_a_machine_at_which_few_mistype_never_makes_anybody_wait(gaps: list[int]) -> None:
    times, now = [], NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        times.append(now)
    _tries, looked_at = counted(times, MACHINE)
    assert looked_at == times


@given(st.integers(0, 300), st.timedeltas(timedelta(), DAY), st.permutations(range(4)), st.integers(0, 4))
def test_tries_at_once_that_were_right_leave_the_count_as_it_was(
    wrong: int, since: timedelta, order: list[int], right: int
) -> None:
    """In whatever order it comes out; each that was wrong is one more."""
    before = tries = Tries(wrong, NOW - since)
    begun = []
    for _number in order:
        after = one_more(tries, MACHINE, NOW)
        begun.append((tries, after))
        tries = after
    most = tries.wrong
    for number in order[:right]:
        tries = one_less(tries, *begun[number])
    assert tries == before or tries.wrong == most - right


def test_one_that_was_right_alone_leaves_no_trace() -> None:
    before = Tries(203, NOW - timedelta(hours=1))
    after = one_more(before, MACHINE, NOW)
    assert one_less(after, before, after) == before
    assert one_less(one_more(after, MACHINE, NOW), before, after) == after


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "password-short"),
        ("elva tecken", "password-short"),
        ("korrekt häst batteri", ""),
        ("Maria Lind 1234", "password-personal"),
        ("  mArIaLiNd!!!!!", "password-personal"),
        ("se2321000016-ml01", "password-personal"),
        ("jag heter ML01 här", "password-personal"),
        ("Sommaren 2026", "password-common"),
        ("LÖSENORD1234", "password-common"),
        ("aaaaaaaaaaaa", "password-common"),
        ("ababababababab", "password-common"),
        ("abcabcabcabcd", ""),
    ],
)
def test_what_a_password_must_be(password: str, reason: str) -> None:
    refused = too_weak(password, MARIA.name, MARIA.staff_id, RULES)
    assert refused == (Refusal("NA-1", reason) if reason else None)


@given(st.text(max_size=60))
def test_no_password_of_fewer_characters_is_taken(password: str) -> None:
    assert len(password) >= RULES.least or too_weak(password, "Maria", "SE1-X", RULES) is not None


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("passed", "locks"),
    [
        (timedelta(), False),
        (timedelta(minutes=5) - SOON, False),
        (timedelta(minutes=5), True),
        (timedelta(days=2), True),
        (-timedelta(minutes=1), False),  # the clock was set back a little
        (-timedelta(minutes=5), True),  # by so much that nobody knows how long it has been
    ],
)
def test_it_locks_when_nobody_has_touched_it_for_so_long(passed: timedelta, locks: bool) -> None:
    assert must_lock(NOW, NOW + passed, timedelta(minutes=5)) is locks


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("passed", "over"),
    [(timedelta(hours=12) - SOON, False), (timedelta(hours=12), True), (timedelta(hours=-12), True)],
)
def test_one_is_logged_in_for_twelve_hours_at_most(passed: timedelta, over: bool) -> None:
    assert is_over(SESSION, NOW + passed, timedelta(hours=12)) is over


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("means", Means)
def test_only_the_same_person_unlocks_by_whatever_proves_it(means: Means) -> None:
    assert may_unlock(SESSION, Proven(MARIA.staff_id, "Maria L.", means, NOW)) is None
    johan = Proven("SE2321000016-JB02", "Maria Lind", means, NOW)
    assert may_unlock(SESSION, johan) == Refusal("NA-1", "login-other")


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("office", "roles", "goes_on"),
    [
        (None, {"asen": [Role.NURSE], "berga": [Role.NURSE, Role.HEAD]}, True),
        (None, {"asen": [Role.NURSE], "berga": [Role.HEAD]}, False),
        (None, {"asen": [Role.NURSE]}, False),
        (None, {"berga": [Role.NURSE]}, False),
        (None, {"asen": [Role.DOCTOR], "berga": [Role.DOCTOR]}, False),
        (None, {}, False),
        (Role.HEAD, {"asen": [Role.NURSE, Role.HEAD], "berga": [Role.HEAD]}, True),
        (Role.HEAD, {"asen": [Role.NURSE], "berga": [Role.NURSE, Role.HEAD]}, False),
    ],
)
def test_a_session_goes_on_in_a_role_that_one_has_at_each_of_its_units(
    office: Role | None, roles: dict[str, list[Role]], goes_on: bool
) -> None:
    session = replace(SESSION, actor=replace(SESSION.actor, unit_id="asen", role=office))
    refused = may_go_on(session, ("asen", "berga"), roles)
    assert refused == (None if goes_on else Refusal("NA-1", "login-taken-away"))
    assert may_go_on(session, (), {"asen": roles.get("asen", [])}) is None or not goes_on
