"""How often a password may be wrong: few times where one sits, and nobody makes a colleague wait (NA-1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from p24tui.errors import Refused
from p24tui.explain import explain
from p24tui.routine.actor import Actor
from p24tui.routine.login import Means, Proven, Session
from p24tui.services import login, password_tries, passwords
from p24tui.services.limits import limit
from tests.world import PEOPLE, UNIT, World

MARIA, JOHAN = PEOPLE["maria"][0], PEOPLE["johan"][0]
PASSWORD = "korrekt häst batteri"
OPERATOR = Actor(None, "test", None, UNIT, "cli:test")
HERE, THERE = "console:here:7", "console:there:7"


@pytest.fixture
def ten_anywhere(cheap_passwords: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person has ten free tries, and a machine twenty: else these tests would take long."""
    few = {"password_tries_of_person": 10, "password_tries_of_machine": 20}
    monkeypatch.setattr(passwords, "_NOBODYS", passwords._hasher().hash("ingens lösenord"))
    monkeypatch.setattr(password_tries, "limit", lambda name, now: few.get(name) or limit(name, now))


few = pytest.mark.usefixtures("ten_anywhere")


def have_password(world: World) -> None:
    passwords.choose(world.system, OPERATOR, MARIA, PASSWORD)


def proves(world: World, place: str = HERE, password: str = PASSWORD, who: str = MARIA) -> str:
    """Why somebody is not let in by a password; nothing where they are."""
    try:
        found = passwords.prove(world.system, who, password, place)
    except Refused as refused:
        return refused.reason if refused.rule == "NA-1" and explain(refused) != refused.reason else "in no words"
    return "" if found.staff_id == who else "somebody else"


def wrong(world: World, times: int, place: str = HERE, who: str = MARIA) -> list[str]:
    """What is said of so many wrong ones, each as soon as one need not wait for it."""
    said = []
    for _time in range(times):
        if (reason := proves(world, place, "fel lösenord", who)) == "login-wait":
            world.clock.advance(timedelta(minutes=15))
            reason = proves(world, place, "fel lösenord", who)
        said.append(reason)
    return said


@few
@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_after_five_that_are_wrong_even_the_right_one_waits(world: World) -> None:
    have_password(world)
    assert wrong(world, 5) == ["login-wrong"] * 5
    assert proves(world) == proves(world, "console:here:99") == "login-wait"
    world.clock.advance(timedelta(seconds=29))
    assert proves(world) == "login-wait"
    world.clock.advance(timedelta(seconds=1))
    assert proves(world, password="fel lösenord") == "login-wrong"
    world.clock.advance(timedelta(seconds=59))
    assert proves(world) == "login-wait"
    world.clock.advance(timedelta(seconds=1))
    assert proves(world) == ""
    assert wrong(world, 4) == ["login-wrong"] * 4  # and one begins anew
    assert proves(world) == ""


@few
@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_who_guesses_at_a_colleague_waits_alone(world: World) -> None:
    have_password(world)
    wrong(world, 5, THERE)
    assert proves(world, THERE) == "login-wait"
    assert proves(world, HERE) == ""  # at her own machine, and that she was right frees nobody there
    assert proves(world, THERE) == "login-wait"


@few
@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_guesses_from_everywhere_are_counted_together(world: World) -> None:
    have_password(world)
    for number in range(10):
        assert proves(world, f"console:machine{number}:1", "fel lösenord") == "login-wrong"
    assert proves(world, "console:another:1") == "login-wait"
    world.clock.advance(timedelta(seconds=30))
    assert proves(world, "console:another:1") == ""
    assert proves(world, "console:machine1:1", "fel lösenord") == "login-wrong"  # she was right: it begins anew


@few
@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_a_machine_waits_whoever_it_is_that_tries_there_and_a_right_one_does_not_free_it(world: World) -> None:
    have_password(world)
    for number in range(20):
        assert proves(world, f"console:here:{number}", "fel", f"SE2321000016-X{number}") == "login-wrong"
    assert proves(world) == "login-wait"
    assert proves(world, THERE) == ""
    world.clock.advance(timedelta(seconds=30))
    assert proves(world) == proves(world) == ""  # what was right made nobody wait again
    assert proves(world, HERE, "fel", "SE2321000016-Y") == "login-wrong"
    assert proves(world) == "login-wait"
    world.clock.advance(timedelta(days=1, hours=2))
    assert wrong(world, 1, who="SE2321000016-Z") == ["login-wrong"]
    assert proves(world) == ""


@few
@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_who_unlocks_waits_for_nobody_elses_guesses(world: World) -> None:
    have_password(world)
    proven = Proven(MARIA, "Maria Lind", Means.PASSWORD, world.clock.now())
    session = Session("s", world.actor("maria", HERE), proven, world.clock.now())
    for number in range(10):
        assert proves(world, f"console:machine{number}:1", "fel lösenord") == "login-wrong"
    for number in range(20):
        proves(world, HERE, "fel", f"SE2321000016-X{number}")
    assert proves(world) == "login-wait"
    again = passwords.prove_again(world.system, session, PASSWORD)
    assert again == proven
    login.unlock(world.system, session, again)
    assert proves(world) == "login-wait"  # which ended what was wrong of her here, and nothing else
    reasons = []
    for _number in range(6):
        with pytest.raises(Refused) as refused:
            passwords.prove_again(world.system, session, "fel lösenord")
        reasons.append(refused.value.reason)
    assert reasons == ["login-wrong"] * 5 + ["login-wait"]


@few
@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_many_tries_at_once_are_no_more_than_are_free(world: World) -> None:
    have_password(world)
    with ThreadPoolExecutor(8) as pool:
        here = list(pool.map(lambda number: proves(world, f"console:here:{number}", "fel"), range(12)))
        there = list(pool.map(lambda number: proves(world, f"console:machine{number}:1", "fel"), range(12)))
    assert here.count("login-wrong") == 5
    assert there.count("login-wrong") == 5  # the others of the ten


@few
@pytest.mark.rule("NA-1")
def test_many_who_know_their_passwords_come_in_at_once(world: World) -> None:
    """Where there is no row yet of the machine, nobody is there to wait for; and they make nobody wait."""
    for one in PEOPLE.values():
        passwords.choose(world.system, OPERATOR, one[0], PASSWORD)
    who = [one[0] for one in PEOPLE.values()]
    for _round in range(2):
        with ThreadPoolExecutor(8) as pool:
            came = list(pool.map(lambda number: proves(world, who=who[number % len(who)]), range(20)))
        assert came == [""] * 20
    assert wrong(world, 5) == ["login-wrong"] * 5  # nothing was left of them


@few
def test_a_new_one_time_password_ends_the_wait(world: World) -> None:
    have_password(world)
    wrong(world, 5)
    wrong(world, 5, THERE)
    one_time = passwords.give_one_time(world.system, OPERATOR, MARIA)
    assert proves(world, HERE, one_time) == proves(world, THERE, one_time) == "password-one-time"


@few
def test_a_new_password_ends_nobody_elses_wait(world: World) -> None:
    have_password(world)
    wrong(world, 5, who=JOHAN)
    have_password(world)
    assert proves(world, who=JOHAN) == "login-wait"
