"""The roles of the database are made as they should be, and whatever is otherwise is found."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from msgspec import structs
from sqlalchemy import make_url, text

from p24tui.cli import make_root
from p24tui.errors import BadInput
from p24tui.jobs.clockwork import Clockwork
from p24tui.routine.case import SuicideRisk
from p24tui.routine.role import Role
from p24tui.services import database_roles, doctor, staff, ticks
from p24tui.services.doctor import Verdict
from p24tui.settings import Settings
from p24tui.store import database_roles as store_roles
from p24tui.store import presence
from p24tui.store.columns import metadata
from p24tui.store.connect import PERSON, database_address, role_of
from p24tui.store.engine import Store
from p24tui.store.row_security import (
    ACCESS,
    MINE,
    NONE,
    OF_CASE,
    OF_READ_CASE,
    OF_UNIT_OR_CASE,
    OF_VISIT,
    OWN,
    OWNER_ONLY,
)
from p24tui.store.schema import open_store
from p24tui.store.values import Doing
from tests.database_roles import GROUPS, PREFIX, engine_as
from tests.postgres import Server
from tests.world import PEOPLE, UNIT, World, make_world, make_world_again

pytestmark = pytest.mark.rule("NA-1", "LO-2")

MARIA, JOHAN = role_of(PREFIX, PEOPLE["maria"][0]), role_of(PREFIX, PEOPLE["johan"][0])


@pytest.fixture
def held(postgres_server: Server, roles_template: str, tmp_path: Path) -> Iterator[World]:
    """A database with its roles in force, as its owner has it."""
    with postgres_server.fresh(roles_template) as url, make_world_again(tmp_path, url) as one:
        database_roles.apply(one.system)  # who may connect is no part of the copy
        yield one


def run(world: World, *statements: str) -> None:
    with world.system.store.writing() as tx:
        for statement in statements:
            tx.connection.exec_driver_sql(statement)


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with world.system.store.reading() as tx:
        return [tuple(row) for row in tx.connection.execute(text(query))]


def wrong(world: World) -> dict[str, tuple[str, str]]:
    return {one.what: (one.found, one.wanted) for one in database_roles.check(world.system)}


def test_no_table_is_forgotten() -> None:
    """Whoever adds a table says here who may do what with it, or the database's owner alone has it."""
    assert ACCESS.keys() | OWNER_ONLY.keys() == metadata.tables.keys()
    assert not ACCESS.keys() & OWNER_ONLY.keys()


def test_every_table_is_held_by_row_security_also_against_its_owner(held: World) -> None:
    query = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND relrowsecurity AND relforcerowsecurity"
    )
    assert {name for (name,) in rows(held, query)} == metadata.tables.keys()
    policed = {(table, name) for table, name in rows(held, "SELECT tablename, policyname FROM pg_policies")}
    for table, access in ACCESS.items():
        for deed in access.staff.split():
            assert (table, f"staff_{deed.lower()}") in policed
        assert ((table, "intake") in policed) == (access.intake != NONE)
        assert ((table, "worker") in policed) == (access.worker != NONE)


@pytest.mark.parametrize("table", ["events", "read_log", "changes", "messages", "notes"])
def test_what_is_on_record_can_be_added_and_read_by_people_and_nothing_else(held: World, table: str) -> None:
    may = "has_table_privilege('{}', '{}', '{}')"
    for group in GROUPS:
        found = {
            deed: rows(held, "SELECT " + may.format(group, table, deed))[0][0]
            for deed in ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
        }
        assert not any(found.values()), (group, found)


def test_doing_it_again_changes_nothing(held: World) -> None:
    assert wrong(held) == {}
    database_roles.apply(held.system)
    assert wrong(held) == {}


FAULTS = {
    "a table that is new": ("CREATE TABLE notes_too (text text)", "row security of notes_too"),
    "a policy that is gone": ("DROP POLICY staff_select ON messages", "policy staff_select on messages"),
    "a policy too many": ("CREATE POLICY also ON cases TO PUBLIC USING (true)", "policy also on cases"),
    "a policy that says more": ("ALTER POLICY staff_select ON cases USING (true)", "policy staff_select on cases"),
    "row security that is off": ("ALTER TABLE visits DISABLE ROW LEVEL SECURITY", "row security of visits"),
    "row security not for the owner": ("ALTER TABLE visits NO FORCE ROW LEVEL SECURITY", "row security of visits"),
    "a privilege too many": (f"GRANT DELETE ON events TO {GROUPS.staff}", f"grant on events to {GROUPS.staff}"),
    "a privilege of one column": (
        f"GRANT UPDATE (text) ON notes TO {GROUPS.staff}",
        f"grant on notes.text to {GROUPS.staff}",
    ),
    "a privilege for everybody": ("GRANT SELECT ON patients TO PUBLIC", "grant on patients to PUBLIC"),
    "a privilege of one person": (f'GRANT SELECT ON patients TO "{MARIA}"', f"grant on patients to {MARIA}"),
    "a privilege that is gone": (
        f"REVOKE INSERT ON events FROM {GROUPS.worker}",
        f"grant on events to {GROUPS.worker}",
    ),
    "tables of their own": (
        f"GRANT CREATE ON SCHEMA public TO {GROUPS.staff}",
        f"grant on schema public to {GROUPS.staff}",
    ),
    "a function that says more": (
        "CREATE OR REPLACE FUNCTION p24_units() RETURNS text[] LANGUAGE sql AS 'SELECT array_agg(id) FROM units'",
        "function p24_units()",
    ),
    "somebody as somebody else": (
        (
            f"UPDATE database_roles SET role = 'x' WHERE role = '{MARIA}'; "
            f"UPDATE database_roles SET role = '{MARIA}' WHERE role = '{JOHAN}'"
        ),
        f"person {JOHAN}",
    ),
}


def test_what_is_not_as_it_should_be_is_found_and_put_right(held: World) -> None:
    run(held, *(statement for statement, _what in FAULTS.values()))
    found = wrong(held)
    assert {what for _statement, what in FAULTS.values()} - found.keys() == set()
    assert wrong(held) == found  # to look changes nothing
    database_roles.apply(held.system)
    assert wrong(held) == {"row security of notes_too": ("off", "on forced")}  # what is not ours it does not touch


ROLE_FAULTS = {
    f"role {MARIA}": (f'ALTER ROLE "{MARIA}" BYPASSRLS', f'ALTER ROLE "{MARIA}" NOBYPASSRLS'),
    f"role {JOHAN}": (f'ALTER ROLE "{JOHAN}" NOLOGIN', f'ALTER ROLE "{JOHAN}" LOGIN'),
    f"role {GROUPS.intake}": (f"ALTER ROLE {GROUPS.intake} LOGIN", f"ALTER ROLE {GROUPS.intake} NOLOGIN"),
    f"role {GROUPS.staff}": (f"ALTER ROLE {GROUPS.staff} SUPERUSER", f"ALTER ROLE {GROUPS.staff} NOSUPERUSER"),
    f"member {MARIA} of {GROUPS.worker}": (
        f'GRANT {GROUPS.worker} TO "{MARIA}"',
        f'REVOKE {GROUPS.worker} FROM "{MARIA}"',
    ),
    f"member {GROUPS.staff} of pg_read_all_data": (
        f"GRANT pg_read_all_data TO {GROUPS.staff}",
        f"REVOKE pg_read_all_data FROM {GROUPS.staff}",
    ),
}


def test_a_role_that_may_more_is_found_and_put_right(held: World) -> None:
    try:
        run(held, *(statement for statement, _undo in ROLE_FAULTS.values()))
        assert wrong(held).keys() == ROLE_FAULTS.keys()
        database_roles.apply(held.system)
        assert wrong(held) == {}
    finally:
        run(held, *(undo for _statement, undo in ROLE_FAULTS.values()))  # roles are the whole server's


def test_whoever_comes_gets_a_role_and_whoever_leaves_cannot_log_in(held: World) -> None:
    operator = held.source
    come = staff.make_staff(f"SE2321000016-{secrets.token_hex(4).upper()}", "Nils Ny", "nurse")
    staff.put_staff(held.system, operator, come, (UNIT,))
    role = role_of(PREFIX, come.id)
    assert wrong(held)[f"role {role}"] == ("", "there login")
    database_roles.apply(held.system)
    assert (come.id, "Nils Ny", role, True, True) in [
        (one.staff_id, one.name, one.role, one.active, one.exists) for one in database_roles.of_people(held.system)
    ]
    staff.put_staff(held.system, operator, structs.replace(come, active=False), (UNIT,))
    assert wrong(held) == {f"role {role}": ("there login", "there")}
    database_roles.apply(held.system)
    assert rows(held, f"SELECT rolcanlogin FROM pg_roles WHERE rolname = '{role}'") == [(False,)]


def test_an_upgrade_closes_what_is_new_where_people_have_roles(held: World) -> None:
    run(held, "DROP POLICY staff_select ON visits", "ALTER TABLE visits DISABLE ROW LEVEL SECURITY")
    with held.system.store.writing() as tx:
        store_roles.renew(tx, PREFIX)
    assert wrong(held) == {}


def test_an_upgrade_makes_no_roles_where_there_are_none(
    postgres_server: Server, peopled_template: str, tmp_path: Path
) -> None:
    with postgres_server.fresh(peopled_template) as url, make_world_again(tmp_path, url) as one:
        with one.system.store.writing() as tx:
            store_roles.renew(tx, PREFIX)
        assert rows(one, "SELECT 1 FROM pg_policies") == []


def test_a_person_never_upgrades_the_database(held: World) -> None:
    run(held, "UPDATE alembic_version SET version_num = '0015'")
    owner, url = held.system.store, make_url(held.system.settings.database)
    password = secrets.token_hex(8)
    run(held, f"ALTER ROLE \"{MARIA}\" PASSWORD '{password}'")
    address = url.set(username="PERSON", password=password).render_as_string(False).replace("PERSON", PERSON)
    with pytest.raises(BadInput, match="database-older"):
        open_store(replace(held.system.settings, database=address))
    assert owner.personal is False


def test_an_owner_who_is_no_superuser_does_as_well(postgres_server: Server, tmp_path: Path) -> None:
    name, password = f"owner_{secrets.token_hex(4)}", secrets.token_hex(8)
    with postgres_server.fresh() as url:
        database = make_url(url).database
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD '{password}'".encode())
            connection.execute(f"ALTER DATABASE {database} OWNER TO {name}".encode())
        as_owner = make_url(url).set(username=name, password=password).render_as_string(False)
        prefix = f"t{secrets.token_hex(4)}"
        with make_world(tmp_path, as_owner) as world:
            world.case(matter="Hosta")
            world.system.settings = replace(world.system.settings, database_roles=prefix)
            database_roles.apply(world.system)
            assert wrong(world) == {}
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'SET SESSION AUTHORIZATION "{role_of(prefix, PEOPLE["maria"][0])}"'.encode())
            assert connection.execute("SELECT matter FROM cases").fetchall() == [("Hosta",)]


def test_two_databases_of_one_server_have_roles_of_their_own(held: World) -> None:
    """Else a person of the one could connect to the other."""
    assert role_of("p24", "SE2321000016-ML01") == "p24_se2321000016-ml01"
    assert role_of("p24_try", "SE2321000016-ML01") == "p24_try_se2321000016-ml01"
    stranger = f"stranger_{secrets.token_hex(4)}"
    run(held, f"CREATE ROLE {stranger} LOGIN")
    query = f"SELECT has_database_privilege('{stranger}', current_database(), 'CONNECT')"
    assert rows(held, query) == [(False,)]


def test_the_address_names_the_person(tmp_path: Path) -> None:
    address = "postgresql://{person}@db/p24?sslcert=/etc/p24/{person}.crt"
    settings = Settings(home=tmp_path, database=address, staff="SE2321000016-ML01")
    role = "p24_se2321000016-ml01"
    assert database_address(settings) == f"postgresql://{role}@db/p24?sslcert=/etc/p24/{role}.crt"
    assert database_address(replace(settings, database="postgresql://p24@db/p24")) == "postgresql://p24@db/p24"
    with pytest.raises(BadInput, match="who-acts"):
        database_address(replace(settings, staff=""))


def command(world: World, *arguments: str) -> tuple[int, str]:
    settings = world.system.settings
    environment = {
        "P24TUI_HOME": str(settings.home),
        "P24TUI_DATABASE": settings.database,
        "P24TUI_DATABASE_ROLES": settings.database_roles,
    }
    result = CliRunner().invoke(make_root(), ["db", "roles", *arguments], env=environment)
    return result.exit_code, result.output


def test_the_command_makes_the_roles_lists_them_and_says_what_is_wrong(held: World) -> None:
    assert command(held, "--check") == (0, "Roller, rättigheter och radskydd är som de ska.\n")
    run(held, "DROP POLICY staff_select ON messages")
    code, said = command(held, "--check")
    assert (code, "policy staff_select on messages: saknas → " in said) == (1, True)
    code, said = command(held, "--check", "--json")
    assert (code, [one["what"] for one in json.loads(said)]) == (1, ["policy staff_select on messages"])
    assert command(held, "--apply")[0] == 0
    assert command(held, "--check", "--json") == (0, "[]\n")
    code, said = command(held, "--json")
    assert {"hsa_id": PEOPLE["maria"][0], "name": "Maria Lind", "role": MARIA, "active": True, "exists": True} in (
        json.loads(said)
    )
    assert command(held, "--apply", "--check")[0] == BadInput.exit_code


@pytest.mark.parametrize("prefix", ["P24", "p 24", "1p", "p" * 17, 'p"; DROP ROLE x; --', "_p"])
def test_what_names_begin_with_is_a_plain_word(held: World, prefix: str) -> None:
    held.system.settings = replace(held.system.settings, database_roles=prefix)
    with pytest.raises(BadInput, match="database-roles-prefix"):
        database_roles.apply(held.system)


def test_nobody_but_the_owner_makes_roles(held: World) -> None:
    held.system._store = Store(engine_as(held.system.store, MARIA), None, None, personal=True)
    try:
        for deed in (database_roles.apply, database_roles.check):
            with pytest.raises(BadInput, match="database-not-owner"):
                deed(held.system)
    finally:
        held.system.store.close()


def test_what_the_database_refuses_is_said_and_nothing_is_written(held: World) -> None:
    owner = held.system.store
    held.system._store = Store(engine_as(owner, MARIA), None, None, personal=True)
    maria = staff.make_staff(PEOPLE["maria"][0], "Maria Lind", "doctor")
    technician = structs.replace(held.actor("maria"), role=Role.TECHNICIAN)
    try:
        with pytest.raises(BadInput, match="database-refuses"):
            staff.put_staff(held.system, technician, maria, (UNIT,))
    finally:
        held.system.store.close()
        held.system._store = owner
    assert maria not in dict(staff.all_staff(held.system))


def test_the_embedded_database_has_no_roles(sqlcipher_world: World) -> None:
    with pytest.raises(BadInput, match="database-no-roles"):
        database_roles.check(sqlcipher_world.system)


def test_doctor_says_whether_row_security_is_in_force(held: World, sqlcipher_world: World) -> None:
    def found(world: World) -> tuple[Verdict, str]:
        return next((one.verdict, one.sentence) for one in doctor.examine(world.system) if one.name == "databasroller")

    assert found(sqlcipher_world)[0] is Verdict.GOOD
    assert "gäller inte" in found(held)[1]
    owner = held.system.store
    held.system._store = Store(engine_as(owner, MARIA), None, None, personal=True)
    verdict, sentence = found(held)
    held.system.store.close()
    assert (verdict, "ser bara sina enheters rader" in sentence) == (Verdict.GOOD, True)


@pytest.mark.parametrize("role", [GROUPS.worker, MARIA])
def test_all_that_acts_by_the_clock_may_do_what_it_does(held: World, role: str) -> None:
    """In the worker, and in a console, whose clock is held to the units of whoever is logged in."""
    case, now = held.case(suicide=SuicideRisk.AWAITING), held.clock.now()
    with held.system.store.writing() as tx:
        presence.be_present(tx, held.actor("johan"), case.id, Doing.VIEWING, now - timedelta(minutes=1))
    held.system._store = Store(engine_as(held.system.store, role), None, None, personal=role not in GROUPS)
    clockwork = Clockwork(held.system, "worker:test")
    try:
        for tick in clockwork.ticks:
            ticks.run(held.system, tick.name, "worker:test", tick.run)
        assert {one.name for one in ticks.every(held.system)} == {tick.name for tick in clockwork.ticks}
        assert not any(ticks.fails(one) for one in ticks.every(held.system))
    finally:
        held.system.store.close()
    assert rows(held, "SELECT 1 FROM presence") == []


SEEN = {
    "true": "every row",
    "false": "none",
    OWN: "own units",
    ACCESS["login_tries"].sees: "one's own, and of machines",
    MINE: "one's own",
    OF_CASE: "cases seen",
    OF_READ_CASE: "cases seen, and read by break-glass",
    OF_UNIT_OR_CASE: "own units, cases seen",
    OF_VISIT: "visits seen",
    ACCESS["cases"].sees: "own units, of others as said above, and read by break-glass",
    ACCESS["visits"].sees: "own units, those one takes part in, of cases seen",
    ACCESS["handovers"].sees: "from or to own units, of cases seen",
    ACCESS["patients"].sees: "of cases and visits seen, looked up by number, read or reviewed by break-glass",
    ACCESS["guardians"].sees: "patients seen",
    ACCESS["visit_links"].sees: "visits seen",
    ACCESS["read_log"].sees: "one's own, and of units whose log one controls",
    ACCESS["log_checks"].sees: "of units whose log one controls",
    ACCESS["break_glass"].sees: "one's own, and of units where one reviews",
}


def access_table() -> str:
    """The table of ``docs/database.md``."""

    def letters(deeds: str, columns: tuple[str, ...] = ()) -> str:
        may = "".join(deed[0] for deed in deeds.split()) or "–"
        return f"{may} (U: {', '.join(columns)})" if columns else may

    lines = ["| table | people | rows that people see | intake | worker |", "|---|---|---|---|---|"]
    lines += [
        f"| `{table}` | {letters(one.staff, one.changes)} | {SEEN[one.sees] if one.staff else '–'} "
        f"| {letters(one.intake)} | {letters(one.worker)} |"
        for table, one in sorted(ACCESS.items())
    ]
    lines += [f"| `{table}` | – | – ({why}) | – | – |" for table, why in sorted(OWNER_ONLY.items())]
    return "\n".join(lines)


def test_the_document_says_who_may_do_what() -> None:
    document = (Path(__file__).parents[2] / "docs" / "database.md").read_text(encoding="utf-8")
    said = document.split("<!-- access -->\n")[1].split("\n<!-- /access -->")[0]
    assert said == access_table()
