"""What doctor says of who can log in, who answers for a unit, and the seals of the log: each with what to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from p24tui.errors import BadInput
from p24tui.routine.role import Role
from p24tui.services import doctor, log_restore, log_seals, staff, ticks
from p24tui.services.doctor import LATE_AFTER, Verdict
from p24tui.store import login as stored_login
from p24tui.store.login import Password
from tests.database_roles import everybody_as_themselves
from tests.postgres import Server
from tests.services.test_log_restore import OPERATOR, WHY, restored, sealed
from tests.tampering import content
from tests.world import BERGA, PEOPLE, UNIT, World, make_world_again

GOOD, WARNING, BAD = Verdict.GOOD, Verdict.WARNING, Verdict.BAD


def said(world: World, name: str) -> tuple[Verdict, str]:
    """What it says of one thing."""
    return next((one.verdict, one.sentence) for one in doctor.examine(world.system) if one.name == name)


def with_settings(world: World, **values: Any) -> None:
    world.system.settings = replace(world.system.settings, **values)


def has_password(world: World, *names: str) -> None:
    with world.system.store.writing() as tx:
        for name in names:
            stored_login.put_password(tx, PEOPLE[name][0], Password("x", one_time=False, set_at=world.clock.now()))


@pytest.mark.rule("NA-1")
def test_who_has_no_password_cannot_log_in_by_one(world: World) -> None:
    verdict, sentence = said(world, "inloggning")
    assert (verdict, "Ingen kan logga in" in sentence) == (BAD, True)
    assert "p24tui staff password HSA-ID" in sentence
    has_password(world, "maria", "johan")
    verdict, sentence = said(world, "inloggning")
    assert (verdict, "3 av 5 aktiva kan inte logga in" in sentence) == (WARNING, True)
    assert not any(full_name in sentence for _id, full_name, _profession in PEOPLE.values())
    staff.put_staff(world.system, OPERATOR, staff.make_staff(*PEOPLE["eva"], active=False), (UNIT,))
    assert "2 av 4 aktiva" in said(world, "inloggning")[1], "who does not work here any longer needs none"
    has_password(world, "sara", "amir")
    assert said(world, "inloggning") == (GOOD, "4 aktiva kan logga in (password).")
    for name in ("johan", "sara", "amir"):
        staff.put_staff(world.system, OPERATOR, staff.make_staff(*PEOPLE[name], active=False), (UNIT,))
    assert said(world, "inloggning") == (GOOD, "1 aktiv kan logga in (password).")


@pytest.mark.rule("NA-1")
def test_where_nobody_can_log_in_the_way_is_named(world: World) -> None:
    for settings, what in (
        ({"login": "card"}, "card_roots"),
        ({"login": "card", "card_roots": "/etc/roots.pem"}, "card_library"),
        ({"login": "oidc"}, "staff_oidc"),
        ({"login": "system-user"}, "p24tui staff change HSA-ID --system-user"),
    ):
        with_settings(world, **settings)
        verdict, sentence = said(world, "inloggning")
        assert (verdict, what in sentence) == (BAD, True), sentence
    with_settings(world, web_address="https://konsol.example.se", login="card")  # the proxy reads the cards
    assert said(world, "inloggning")[0] is GOOD
    with_settings(world, login="system-user")
    world.is_system_user("maria", "mlind")
    verdict, sentence = said(world, "inloggning")
    assert (verdict, "4 av 5 aktiva" in sentence) == (WARNING, True)
    for name in PEOPLE:
        staff.put_staff(world.system, OPERATOR, staff.make_staff(*PEOPLE[name], active=False), (UNIT,))
    verdict, sentence = said(world, "inloggning")
    assert (verdict, "p24tui staff add" in sentence) == (BAD, True)


@pytest.mark.rule("LO-2")
def test_a_unit_without_a_head_or_a_log_controller_is_named(world: World) -> None:
    world.second_unit("eva")
    for unit_id in (UNIT, BERGA):
        staff.give_role(world.system, OPERATOR, PEOPLE["eva"][0], unit_id, Role.LOG_CONTROLLER)
    staff.give_role(world.system, OPERATOR, PEOPLE["eva"][0], BERGA, Role.HEAD)
    verdict, sentence = said(world, "uppdrag")
    assert verdict is WARNING
    assert "Vårdcentralen Åsen: verksamhetschef. Ge dem" in sentence
    assert "Berga" not in sentence
    staff.give_role(world.system, OPERATOR, PEOPLE["maria"][0], UNIT, Role.HEAD)
    assert said(world, "uppdrag")[0] is GOOD
    staff.put_staff(world.system, OPERATOR, staff.make_staff(*PEOPLE["maria"], active=False), (UNIT,))
    assert "Vårdcentralen Åsen: verksamhetschef" in said(world, "uppdrag")[1], "who does not work here any longer"


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_a_log_that_is_not_sealed_in_time_is_said(world: World) -> None:
    world.clock.advance(LATE_AFTER)
    assert said(world, "sigill")[0] is GOOD, "what has just happened"
    world.clock.advance(timedelta(seconds=1))
    verdict, sentence = said(world, "sigill")
    assert (verdict, "Kör p24tui worker" in sentence) == (WARNING, True)
    log_seals.keep(world.system)
    world.clock.advance(timedelta(days=7))
    assert said(world, "sigill") == (
        GOOD,
        f"Loggen är förseglad till 2026-11-23 08:10 (UTC), med filen {log_seals.path(world.system.settings)}.",
    ), "nothing has happened since"
    world.case()
    assert said(world, "sigill")[0] is GOOD, "what comes now is not late yet"
    world.clock.advance(LATE_AFTER + timedelta(seconds=1))
    assert said(world, "sigill")[0] is WARNING


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_an_anchor_that_is_gone_or_cannot_be_written_is_said(world: World, tmp_path: Path) -> None:
    sealed(world, 1)
    path = log_seals.path(world.system.settings)
    path.rename(tmp_path / "aside")
    verdict, sentence = said(world, "sigill")
    assert (verdict, str(path) in sentence) == (WARNING, True)
    assert not path.exists(), "doctor writes nothing"
    path.mkdir()
    verdict, sentence = said(world, "sigill")
    assert (verdict, "går inte att läsa eller skriva" in sentence) == (BAD, True)


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_a_database_that_is_older_than_its_anchor_is_said_with_the_way_on(world: World) -> None:
    sealed(world, 1)
    backup = content(world)
    sealed(world, 2)
    restored(world, backup)
    verdict, sentence = said(world, "sigill")
    assert (verdict, "p24tui log anchor --accept-restore" in sentence) == (BAD, True)
    assert "det sista 3, i databasen 1" in sentence
    log_restore.accept(world.system, OPERATOR, WHY)
    assert said(world, "sigill")[0] is GOOD
    with log_seals.path(world.system.settings).open("a") as file:
        file.write("1 x y\n")
    verdict, sentence = said(world, "sigill")
    assert (verdict, "p24tui log verify" in sentence) == (BAD, True)


@pytest.fixture
def as_people(postgres_server: Server, roles_template: str, tmp_path: Path) -> Iterator[World]:
    with (
        postgres_server.fresh(roles_template) as url,
        make_world_again(tmp_path, url) as one,
        everybody_as_themselves(one) as held,
    ):
        held.system.store.personal = True
        yield held


@pytest.mark.rule("LO-2")
def test_where_people_have_roles_of_their_own_the_worker_seals(as_people: World) -> None:
    world = as_people
    ticks.run(world.system, "log-seals", "console:there", lambda _system: 0)
    verdict, sentence = said(world, "sigill")
    assert (verdict, "Ingen p24tui worker går" in sentence) == (WARNING, True)
    ticks.run(world.system, "log-seals", "worker:server", lambda _system: 0)
    assert said(world, "sigill")[0] is GOOD
    assert said(world, "uppdrag")[0] is WARNING
    assert said(world, "inloggning")[0] is GOOD, "of a password only its owner knows"
    world.clock.advance(LATE_AFTER + timedelta(seconds=1))
    assert said(world, "sigill")[0] is WARNING


@pytest.mark.rule("LO-2")
def test_the_owner_of_the_database_has_no_anchor_to_miss_where_people_have_roles(
    postgres_server: Server, roles_template: str, tmp_path: Path
) -> None:
    with postgres_server.fresh(roles_template) as url, make_world_again(tmp_path, url) as world:
        log_seals.keep(world.system)
        log_seals.path(world.system.settings).unlink()
        verdict, sentence = said(world, "sigill")
        assert (verdict, "Ingen p24tui worker går" in sentence) == (WARNING, True)
        ticks.run(world.system, "log-seals", "worker:server", lambda _system: 0)
        assert said(world, "sigill") == (GOOD, "p24tui worker förseglar loggen.")


def test_what_a_services_role_cannot_see_is_no_fault(as_people: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_system: object) -> list[object]:
        raise BadInput("database-refuses")

    monkeypatch.setattr(staff, "all_staff", refused)
    assert said(as_people, "inloggning")[0] is BAD, "a person's own role sees what it should"
    as_people.system.store.personal = False
    verdict, sentence = said(as_people, "inloggning")
    assert (verdict, "Kör p24tui doctor som databasens ägare" in sentence) == (WARNING, True)


def test_jobs_that_stand_still_are_said_with_when_and_what_to_start(world: World) -> None:
    assert "Kör p24tui worker" in said(world, "klockan")[1]
    ticks.run(world.system, "log-seals", "worker:server", lambda _system: 0)
    assert said(world, "klockan")[0] is GOOD
    at = world.clock.now()
    world.clock.advance(LATE_AFTER + timedelta(seconds=1))
    words = f"Inget tidsstyrt har gått sedan {at:%Y-%m-%d %H:%M} (UTC). Kör p24tui worker, eller ha en konsol öppen."
    assert said(world, "klockan") == (WARNING, words)
