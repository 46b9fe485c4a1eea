"""Who one is: how long a password waits, what it must be, when a console locks and for whom it opens (NA-1)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    may_unlock,
    must_lock,
    too_weak,
    wait_after,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
THROTTLE = Throttle(5, timedelta(seconds=30), timedelta(minutes=15))
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
