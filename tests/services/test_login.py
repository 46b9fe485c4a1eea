"""Logging in: passwords that nobody guesses or reads, who is let in, and what is recorded of it (NA-1)."""

import logging
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from msgspec.structs import replace
from sqlalchemy import select

from p24tui.errors import BadInput, Refused
from p24tui.explain import explain
from p24tui.gateways.person_data import NoPersonData
from p24tui.routine.actor import Profession
from p24tui.routine.login import Means, Proven
from p24tui.routine.role import Role
from p24tui.services import login, passwords, staff, unit_settings
from p24tui.store.engine import Store
from p24tui.store.schema import open_store
from p24tui.store.tables import events, login_tries
from p24tui.store.tables import passwords as password_table
from p24tui.system import System
from tests.world import BERGA, PEOPLE, UNIT, World

MARIA, JOHAN = PEOPLE["maria"][0], PEOPLE["johan"][0]
PASSWORD = "korrekt häst batteri"
PLACE = "console:here:7"


@pytest.fixture(autouse=True)
def _cheap_passwords(cheap_passwords: None) -> None:
    """Argon2 as it is takes long by intent."""


def choose(world: World, name: str = "maria") -> None:
    passwords.choose(world.system, world.source, PEOPLE[name][0], PASSWORD)


def why(world: World, staff_id: str = MARIA, password: str = "fel lösenord", place: str = PLACE) -> str:
    """Why somebody is not let in by a password."""
    with pytest.raises(Refused) as refused:
        passwords.prove(world.system, staff_id, password, place)
    assert refused.value.rule == "NA-1"
    assert explain(refused.value) != refused.value.reason
    return refused.value.reason


def recorded(world: World) -> list[tuple[str, str | None, dict[str, object]]]:
    with world.system.store.reading() as tx:
        query = select(events.c.kind, events.c.staff_id, events.c.details).order_by(events.c.seq)
        found = [tuple(row) for row in tx.connection.execute(query)]
    return [one for one in found if one[0].startswith(("session.", "login.", "staff.password"))]


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_who_knows_the_password_is_known(world: World) -> None:
    choose(world)
    proven = passwords.prove(world.system, MARIA.lower(), PASSWORD, PLACE)
    assert proven == Proven(MARIA, "Maria Lind", Means.PASSWORD, world.clock.now())
    decomposed = PASSWORD.replace("ä", "a\N{COMBINING DIAERESIS}")
    assert passwords.prove(world.system, MARIA, decomposed, PLACE).staff_id == MARIA


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("who", [MARIA, JOHAN, "SE2321000016-NOBODY", "hemligt lösenord", "", "SE\x00"])
def test_an_unknown_person_is_refused_in_the_same_words_and_what_they_typed_is_kept_nowhere(
    world: World, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    choose(world)
    with caplog.at_level(logging.DEBUG):
        assert why(world, who) == "login-wrong"
    ((kind, staff_id, details),) = [one for one in recorded(world) if one[0] == "login.refused"]
    assert (kind, staff_id) == ("login.refused", None)
    assert details["staff"] == (who if who in (MARIA, JOHAN) else None)
    with world.system.store.reading() as tx:
        kept = str(tx.connection.execute(select(login_tries)).all()) + str(recorded(world))
    for typed in ("hemligt", "fel lösenord"):
        assert typed not in kept + caplog.text


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that are checked."""
    seen: list[str] = []

    def fits(hashed: str, _password: str) -> bool:
        seen.append(hashed)
        return False

    monkeypatch.setattr(passwords, "_fits", fits)
    return seen


def test_an_unknown_person_takes_as_long_as_a_known_one(world: World, checked: list[str]) -> None:
    """Each is one check of a hash of the same cost."""
    real = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(PASSWORD)
    with world.system.store.writing() as tx:
        row = {"staff_id": MARIA, "hash": real, "one_time": False, "set_at": world.clock.now()}
        tx.connection.execute(password_table.insert().values(row))
    for who in (MARIA, JOHAN, "SE2321000016-NOBODY", "?"):
        why(world, who)
    known, *others = [extract_parameters(one) for one in checked]
    assert others == [known] * 3
    assert known == RFC_9106_LOW_MEMORY


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_a_one_time_password_opens_nothing_but_the_choice_of_another(world: World) -> None:
    one_time = passwords.give_one_time(world.system, world.source, MARIA)
    assert why(world, password=one_time) == "password-one-time"
    for wanted, reason in (
        (one_time, "password-same"),
        ("kort", "password-short"),
        ("Maria Lind 1", "password-personal"),
    ):
        with pytest.raises(Refused) as refused:
            passwords.change(world.system, MARIA, one_time, wanted, PLACE)
        assert refused.value.reason == reason
    assert passwords.change(world.system, MARIA, one_time, PASSWORD, PLACE).staff_id == MARIA
    assert passwords.prove(world.system, MARIA, PASSWORD, PLACE).staff_id == MARIA
    assert why(world, password=one_time) == "login-wrong"
    given = [details for kind, _by, details in recorded(world) if kind == "staff.password-set"]
    assert given == [{"staff": MARIA, "one_time": True}, {"staff": MARIA, "one_time": False}]


def test_a_one_time_password_does_not_lie_about_for_long(world: World) -> None:
    one_time = passwords.give_one_time(world.system, world.source, MARIA)
    world.clock.instant += timedelta(hours=72, seconds=1)
    assert why(world, password=one_time) == "password-old"


def test_nobody_who_is_not_there_gets_a_password(world: World) -> None:
    member = staff.make_staff(*PEOPLE["johan"], active=False)
    staff.put_staff(world.system, world.source, member, (UNIT,))
    for who in (JOHAN, "SE2321000016-NOBODY"):
        with pytest.raises(BadInput):
            passwords.give_one_time(world.system, world.source, who)


def proven(world: World, name: str = "maria", means: Means = Means.CARD) -> Proven:
    return Proven(PEOPLE[name][0], PEOPLE[name][1], means, world.clock.now())


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_who_is_let_in_has_their_units_and_their_profession(world: World) -> None:
    world.second_unit("maria")
    admitted = login.admit(world.system, proven(world), PLACE)
    assert [unit.id for unit in admitted.units] == [BERGA, UNIT]
    assert admitted.roles == {UNIT: (Role.NURSE,), BERGA: (Role.NURSE,)}
    actor = admitted.acting(BERGA, Role.NURSE, PLACE)
    assert (actor.staff_id, actor.unit_id, actor.profession, actor.role) == (MARIA, BERGA, Profession.NURSE, None)
    for unit_id, role in ((UNIT, Role.DOCTOR), ("SE2321000016-X", Role.NURSE)):
        with pytest.raises(KeyError):
            admitted.acting(unit_id, role, PLACE)


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_who_is_not_let_in(world: World) -> None:
    johan, sara = (staff.make_staff(*PEOPLE[name], active=name != "johan") for name in ("johan", "sara"))
    staff.put_staff(world.system, world.source, johan, (UNIT,))
    staff.put_staff(world.system, world.source, sara, ())
    stranger = Proven("SE2321000016-NY99", "Någon Annan", Means.OIDC, world.clock.now())
    for one, reason in (
        (stranger, "login-unknown"),
        (proven(world, "johan"), "login-inactive"),
        (proven(world, "sara"), "login-no-unit"),
    ):
        with pytest.raises(Refused) as refused:
            login.admit(world.system, one, PLACE)
        assert (refused.value.rule, refused.value.reason) == ("NA-1", reason)
        assert one.name in explain(refused.value)
    assert [details["reason"] for _kind, _by, details in recorded(world)] == [
        "login-unknown",
        "login-inactive",
        "login-no-unit",
    ]


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_a_session_is_recorded_from_its_beginning_to_its_end(world: World) -> None:
    system, actor = world.system, world.actor("maria")
    session = login.begin_session(system, actor, proven(world))
    login.lock(system, session, "idle")
    with pytest.raises(Refused, match="login-other"):
        login.unlock(system, session, proven(world, "johan"))
    login.unlock(system, session, proven(world))
    login.end(system, session, "left")
    assert recorded(world) == [
        ("session.started", MARIA, {"session": session.id, "means": "card"}),
        ("session.locked", MARIA, {"session": session.id, "why": "idle"}),
        ("session.unlocked", MARIA, {"session": session.id, "means": "card"}),
        ("session.ended", MARIA, {"session": session.id, "why": "left"}),
    ]


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_who_has_left_the_unit_does_not_unlock(world: World) -> None:
    session = login.begin_session(world.system, world.actor("maria"), proven(world))
    staff.put_staff(world.system, world.source, staff.make_staff(*PEOPLE["maria"], active=False), (UNIT,))
    with pytest.raises(Refused, match="login-inactive"):
        login.unlock(world.system, session, proven(world))


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_the_systems_user_is_one_person_and_nobody_elses(world: World) -> None:
    maria, johan = (staff.make_staff(*PEOPLE[name], system_user="mlind") for name in ("maria", "johan"))
    staff.put_staff(world.system, world.source, maria, (UNIT,))
    staff.put_staff(world.system, world.source, maria, (UNIT,))
    with pytest.raises(BadInput, match="system-user-taken"):
        staff.put_staff(world.system, world.source, johan, (UNIT,))
    found = login.of_system_user(world.system, "mlind")
    assert (found.staff_id, found.means) == (MARIA, Means.SYSTEM_USER)
    for nobody in ("jberg", "", "MLIND"):
        with pytest.raises(Refused, match="login-system-user"):
            login.of_system_user(world.system, nobody)


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_a_unit_says_when_its_consoles_lock(world: World) -> None:
    system, eva = world.system, world.source
    assert unit_settings.lock_after(system, UNIT) == 5
    assert unit_settings.put_lock_after(system, eva, UNIT, 30) == 30
    assert unit_settings.put_lock_after(system, eva, UNIT, 1) == 1
    for minutes in (0, -1, 31):
        with pytest.raises(BadInput, match="lock-after"):
            unit_settings.put_lock_after(system, eva, UNIT, minutes)
    assert login.lock_after(system, UNIT) == timedelta(minutes=1)
    with pytest.raises(BadInput, match="no-unit"):
        unit_settings.put_lock_after(system, eva, BERGA, 3)


def test_who_logged_in_last_on_the_machine_is_remembered(sqlcipher_world: World) -> None:
    system = sqlcipher_world.system
    assert login.remembered(system) == system.settings.staff
    login.remember(system, replace(proven(sqlcipher_world, "johan"), means=Means.PASSWORD))
    assert login.remembered(system) == JOHAN
    login.remember(system, proven(sqlcipher_world, "sara"))  # by a card nothing has to be typed
    assert login.remembered(system) == JOHAN
    (system.settings.home / login.LAST).write_bytes(b"\xff\x1b]0;x\x07")
    assert login.remembered(system) == system.settings.staff


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_the_database_is_opened_anew_for_whoever_comes_next(sqlcipher_world: World) -> None:
    opened: list[str] = []
    settings = sqlcipher_world.system.settings

    def open_anew() -> Store:
        opened.append(system.settings.staff)
        return open_store(settings)

    system = System(settings, sqlcipher_world.clock, open_anew, NoPersonData())
    first = system.store
    system.person_changed(settings.staff)
    assert system.store is first
    system.person_changed("")
    system.person_changed(JOHAN)
    assert system.store is system.store is not first
    assert opened == [settings.staff, JOHAN]
    system.close()


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_who_no_longer_holds_the_role_does_not_unlock(world: World) -> None:
    staff.give_role(world.system, world.source, MARIA, UNIT, Role.LOG_CONTROLLER)
    session = login.begin_session(world.system, replace(world.actor("maria"), role=Role.LOG_CONTROLLER), proven(world))
    login.unlock(world.system, session, proven(world))
    staff.take_role(world.system, world.source, MARIA, UNIT, Role.LOG_CONTROLLER)
    with pytest.raises(Refused, match="login-taken-away"):
        login.unlock(world.system, session, proven(world))


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("taken", ["office", "unit", "other unit", "profession", "person"])
def test_an_open_session_ends_when_what_it_began_with_is_taken_away(world: World, taken: str) -> None:
    system, maria = world.system, staff.make_staff(*PEOPLE["maria"])
    world.second_unit("maria")
    for unit_id in (UNIT, BERGA):
        staff.give_role(system, world.source, MARIA, unit_id, Role.LOG_CONTROLLER)
    actor = world.actor("maria")
    session = login.begin_session(
        system, replace(actor, role=Role.LOG_CONTROLLER) if taken == "office" else actor, proven(world)
    )
    login.look_again(system, session, (UNIT, BERGA))
    match taken:
        case "office":
            staff.take_role(system, world.source, MARIA, BERGA, Role.LOG_CONTROLLER)
        case "unit":
            staff.put_staff(system, world.source, maria, (BERGA,))
        case "other unit":
            staff.put_staff(system, world.source, maria, (UNIT,))
        case "profession":
            staff.put_staff(system, world.source, replace(maria, profession=Profession.ADMINISTRATION), (UNIT, BERGA))
        case "person":
            staff.put_staff(system, world.source, replace(maria, active=False), (UNIT, BERGA))
    with pytest.raises(Refused, match="login-taken-away") as refused:
        login.look_again(system, session, (UNIT, BERGA))
    assert explain(refused.value) != refused.value.reason


def test_whether_anybody_has_a_password(world: World) -> None:
    system = world.system
    assert passwords.nobody_has_one(system)
    choose(world, "johan")
    assert not passwords.nobody_has_one(system)
    staff.put_staff(system, world.source, staff.make_staff(*PEOPLE["johan"], active=False), (UNIT,))
    assert passwords.nobody_has_one(system)  # who has left does not log in by it
