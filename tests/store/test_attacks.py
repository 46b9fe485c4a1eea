"""What somebody gets with their own login to the database and plain SQL: nothing of another unit, no change to a log.

Each attack is a line; it may be refused or find nothing, and afterwards every row is what it was. That each could have
gone otherwise is shown by taking controls out, one after the other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from p24tui.store.columns import metadata
from p24tui.store.connect import role_of
from p24tui.store.row_security import ACCESS
from tests.breaking_in import breaking
from tests.database_roles import GROUPS, PREFIX
from tests.postgres import Server
from tests.siege import LARS, MARIA, SECRET, Siege, besieged
from tests.world import BERGA, UNIT

pytestmark = pytest.mark.rule("NA-1", "LO-1", "LO-2")

ME, OTHER = role_of(PREFIX, MARIA), role_of(PREFIX, LARS)
OPEN = {name for name, access in ACCESS.items() if access.sees == "true"}
"""Tables in which nothing is a unit's or a patient's own: everybody may read them."""


@pytest.fixture(scope="module")
def siege(postgres_server: Server, roles_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    with besieged(postgres_server, roles_template, tmp_path_factory.mktemp("siege")) as one:
        yield one


@dataclass(frozen=True, slots=True)
class Loot:
    """What an attack brought: rows or a count of changed ones, and every word the server said."""

    found: list[Any]
    changed: int
    words: str


def attack(siege: Siege, statements: str) -> Loot:
    """Run statements one after the other on one connection, each whatever became of the one before."""
    found: list[Any] = []
    said: list[str] = []
    changed = 0
    with siege.attacker() as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        for statement in statements.split(";;"):
            try:
                cursor = connection.cursor()
                if "TO STDOUT" in statement:
                    with cursor.copy(statement.encode()) as copy:
                        found += [row for row in copy.rows() if SECRET in str(row)]
                    continue
                cursor.execute(statement.encode())
                if cursor.description is not None:
                    found += cursor.fetchall()
                elif re.match(r"\s*(INSERT|UPDATE|DELETE|MERGE)", statement):
                    changed += cursor.rowcount
            except psycopg.Error as error:
                said.append(str(error))
    return Loot(found, changed, " ".join([*said, str(found)]))


@pytest.mark.parametrize("table", sorted(metadata.tables.keys() - OPEN))
def test_no_table_shows_another_units_row(siege: Siege, table: str) -> None:
    loot = attack(siege, f"SELECT t::text FROM {table} t")
    assert SECRET not in loot.words
    assert BERGA not in loot.words or table == "events"  # in which stands that the unit was made


def test_of_their_own_units_rows_somebody_sees_what_is_there(siege: Siege) -> None:
    """Else all of this would prove nothing."""
    closed = {
        *("database_roles", "patient_meetings", "intake_sources", "intake_received", "quarantine"),
        *("chain_heads", "sealed_heads", "log_seals", "log_stumps", "log_checks", "login_tries"),
    }
    for table in sorted(metadata.tables.keys() - closed):
        assert attack(siege, f"SELECT t::text FROM {table} t").found, table


READING = {
    "join": f"SELECT m.text FROM cases c JOIN messages m ON m.case_id = c.id WHERE c.unit_id = '{BERGA}'",
    "lateral": f"SELECT x.text FROM units u, LATERAL (SELECT m.text FROM messages m, cases c "
    f"WHERE c.id = m.case_id AND c.unit_id = u.id) x WHERE u.id = '{BERGA}'",
    "union": f"SELECT text FROM messages WHERE text LIKE '{SECRET}%' UNION SELECT text FROM notes "
    f"WHERE text LIKE '{SECRET}%'",
    "count": f"SELECT 1 FROM cases WHERE unit_id = '{BERGA}' HAVING count(*) > 0",
    "whole row": f"SELECT to_json(c) FROM cases c WHERE to_json(c)::text LIKE '%{BERGA}%'",
    "returning": f"UPDATE cases SET version = version WHERE unit_id = '{BERGA}' RETURNING matter",
    "for update": f"SELECT id FROM cases WHERE unit_id = '{BERGA}' FOR UPDATE",
    "patient by name": f"SELECT number FROM patients WHERE name LIKE '{SECRET}%'",
    "function": f"SELECT u FROM unnest(p24_units()) u WHERE u = '{BERGA}'",
    "function of one case": f"SELECT 1 WHERE p24_sees('{BERGA}', '{SECRET} cases.id')",
    "function of a number": "SELECT 1 WHERE p24_meet('%') OR p24_meet('191212121212')",
    "xml of a table": "SELECT x FROM query_to_xml('SELECT text FROM messages', true, true, '') x "
    f"WHERE x::text LIKE '%{SECRET}%'",
    "copy a table": "COPY messages TO STDOUT;; COPY (SELECT * FROM cases) TO STDOUT",
    "copy to a program": "COPY messages TO PROGRAM 'cat';; COPY messages TO '/tmp/stolen'",
    "cursor": f"DO $$ DECLARE m record; BEGIN FOR m IN EXECUTE 'SELECT text FROM messages' LOOP "
    f"IF m.text LIKE '{SECRET[:8]}%' THEN RAISE NOTICE 'got %', m.text; END IF; END LOOP; END $$",
    "leaky cast": "SELECT 1 FROM messages WHERE text::int = 1 AND author_name <> ''",
    "leaky division": f"SELECT 1 / (text LIKE '{SECRET[:8]}%')::int FROM messages WHERE author_id = '{LARS}'",
    "statistics": "SELECT most_common_vals, histogram_bounds FROM pg_stats "
    "WHERE tablename IN ('messages', 'cases', 'patients')",
    "raw statistics": "SELECT stavalues1 FROM pg_statistic",
    "plan": f"EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM messages WHERE text >= '{SECRET[:4]}'",
    "set role": f'SET ROLE postgres;; SET ROLE "{OTHER}";; SET ROLE {GROUPS.worker};; SET ROLE {GROUPS.staff};; '
    f"SELECT text FROM messages WHERE text LIKE '{SECRET}%'",
    "set session authorization": f'SET SESSION AUTHORIZATION "{OTHER}";; '
    f"SELECT text FROM messages WHERE text LIKE '{SECRET}%'",
    "row security off": "SET row_security = off;; SELECT text FROM messages",
    "variables": f"SET p24.person = '{LARS}';; SET p24.unit = '{BERGA}';; SET application_name = '{OTHER}';; "
    f"SELECT text FROM messages WHERE text LIKE '{SECRET}%'",
    "search path": f"SET search_path = pg_temp, public;; CREATE TEMP TABLE staff_units AS "
    f"SELECT '{MARIA}' AS staff_id, '{BERGA}' AS unit_id;; SELECT text FROM messages WHERE text LIKE '{SECRET}%'",
    "own function": "CREATE FUNCTION public.peek() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS "
    "'SELECT text FROM messages';; SELECT public.peek()",
    "own schema": "CREATE SCHEMA mine;; CREATE TABLE mine.stolen AS SELECT * FROM messages",
    "own view": "CREATE VIEW public.peek AS SELECT * FROM messages;; SELECT * FROM public.peek",
    "own operator": "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
    "own cast": "CREATE CAST (text AS integer) WITH INOUT AS IMPLICIT",
    "large objects": "SELECT lo_import('/etc/passwd');; SELECT lo_export(1, '/tmp/stolen');; "
    "SELECT data FROM pg_largeobject",
    "files": "SELECT pg_read_file('/etc/passwd');; SELECT pg_ls_dir('.');; SELECT pg_read_binary_file('PG_VERSION');; "
    "CREATE TABLE public.passwd (line text)",
    "other server": "CREATE EXTENSION dblink;; CREATE EXTENSION postgres_fdw;; SELECT dblink('', 'SELECT 1')",
    "other people's queries": f"SELECT query FROM pg_stat_activity WHERE query LIKE '%{SECRET}%' AND usename <> user",
    "other people's logins": "SELECT rolpassword FROM pg_authid;; SELECT passwd FROM pg_shadow",
    "others' reading": f"SELECT actor FROM read_log WHERE staff_id <> '{MARIA}'",
}


@pytest.mark.hazard("H20")
@pytest.mark.parametrize("statements", [pytest.param(sql, id=name) for name, sql in READING.items()])
def test_no_way_of_reading_finds_another_units_row(siege: Siege, statements: str) -> None:
    before = siege.everything()
    loot = attack(siege, statements)
    if "EXPLAIN" not in statements:  # whose answer is a plan, in which only our own words may stand
        assert loot.found == []
    assert SECRET not in loot.words.replace(SECRET[:4] + "'", "")
    assert siege.everything() == before


def forged(siege: Siege) -> dict[str, str]:
    """Attacks that write. Rows are as the unit's own, but for what is said here."""
    own, berga = siege.rows[UNIT], siege.rows[BERGA]
    case, theirs = own["cases"]["id"], berga["cases"]["id"]
    return {
        **breaking(siege),
        "join a unit": f"INSERT INTO staff_units VALUES ('{MARIA}', '{BERGA}');; "
        f"UPDATE staff_units SET unit_id = '{BERGA}' WHERE staff_id = '{MARIA}'",
        "be a doctor": f"UPDATE staff SET profession = 'doctor' WHERE id = '{MARIA}'",
        "be somebody else": f"UPDATE database_roles SET staff_id = '{LARS}' WHERE role = '{ME}';; "
        f"INSERT INTO database_roles VALUES ('x', '{MARIA}')",
        "an event as somebody else": siege.insert("events", UNIT, staff_id=LARS, chain="x"),
        "an event as nobody": siege.insert("events", UNIT, staff_id=None, chain="x"),
        "an event at another unit": siege.insert("events", staff_id=MARIA, chain="x"),
        "a reading as somebody else": siege.insert("read_log", UNIT, staff_id=LARS, chain="x"),
        "a reading as nobody": siege.insert("read_log", UNIT, staff_id=None, chain="x"),
        "a message as somebody else": siege.insert("messages", UNIT, id="x", author_id=LARS),
        "a message as the patient": siege.insert("messages", UNIT, id="x", author="patient", author_id=None),
        "a message in another unit's case": siege.insert("messages", id="x", author_id=MARIA),
        "a note as somebody else": siege.insert("notes", UNIT, id="x", staff_id=LARS),
        "a draft as somebody else": siege.insert("drafts", UNIT, staff_id=LARS),
        "a note for the record as somebody else": siege.insert("journal_notes", UNIT, id="x", staff_id=LARS),
        "a risk entry as somebody else": siege.insert("risk_entries", UNIT, staff_id=LARS),
        "a closing as somebody else": siege.insert("closings", UNIT, id="x", staff_id=LARS),
        "a registration as somebody else": siege.insert("registrations", UNIT, id="x", made_by=LARS),
        "an SMS of another unit": siege.insert("outbox", id="x", about="x"),
        "delete events": "DELETE FROM events",
        "delete the read log": "DELETE FROM read_log",
        "delete changes": "DELETE FROM changes",
        "change events": "UPDATE events SET actor = 'x'",
        "change the read log": "UPDATE read_log SET patient_id = NULL",
        "truncate": "TRUNCATE events;; TRUNCATE read_log CASCADE;; TRUNCATE messages CASCADE",
        "drop": "DROP TABLE events CASCADE;; DROP FUNCTION p24_units() CASCADE",
        "change a message": f"UPDATE messages SET text = 'x' WHERE case_id = '{case}'",
        "delete a message": f"DELETE FROM messages WHERE case_id = '{case}'",
        "change a note": "UPDATE notes SET text = 'x';; DELETE FROM notes",
        "change a signed note": "UPDATE journal_notes SET assessment = 'x';; DELETE FROM journal_notes",
        "delete a case": f"DELETE FROM cases WHERE id = '{case}'",
        "move a case here": f"UPDATE cases SET unit_id = '{UNIT}' WHERE id = '{theirs}'",
        "move a case away": f"UPDATE cases SET unit_id = '{BERGA}' WHERE id = '{case}'",
        "offer oneself a case": siege.insert("handovers", id="x", from_staff=MARIA, to_unit=UNIT, to_staff=MARIA),
        "offer it as one's unit's": siege.insert("handovers", UNIT, id="x", case_id=theirs, to_unit=UNIT),
        "point an offer elsewhere": f"UPDATE handovers SET case_id = '{theirs}', to_unit = '{UNIT}'",
        "a visit in another unit's case": siege.insert("visits", UNIT, id="x", booking_id="x", case_id=theirs),
        "a visit of another unit's patient": siege.insert(
            "visits", UNIT, id="x", booking_id="x", patient_id=berga["patients"]["id"]
        ),
        "point a visit elsewhere": f"UPDATE visits SET case_id = '{theirs}'",
        "a case of another unit's patient": siege.insert(
            "cases", UNIT, id="x", source_id="x", patient_id=berga["patients"]["id"]
        ),
        "give a case another patient": f"UPDATE cases SET patient_id = '{berga['patients']['id']}'",
        "register another unit's case": siege.insert("registrations", UNIT, id="x", case_id=theirs),
        "point a registration elsewhere": f"UPDATE registrations SET case_id = '{theirs}'",
        "be a guest": siege.insert("case_guests", staff_id=MARIA),
        "be in a case": siege.insert("presence", staff_id=MARIA, place="x"),
        "invite oneself": siege.insert("participants", id="x", staff_id=MARIA),
        "take it over by a conflict": siege.insert("cases", unit_id=UNIT)
        + " ON CONFLICT (id) DO UPDATE SET unit_id = excluded.unit_id",
        "merge": f"MERGE INTO cases c USING units u ON c.unit_id = u.id WHEN MATCHED AND u.id = '{BERGA}' "
        f"THEN UPDATE SET unit_id = '{UNIT}'",
        "hours of another unit": f"UPDATE units SET name = 'x' WHERE id = '{BERGA}'",
        "alter policies": "ALTER POLICY staff_select ON messages USING (true);; DROP POLICY staff_select ON messages;; "
        "CREATE POLICY mine ON messages USING (true)",
        "alter tables": "ALTER TABLE messages DISABLE ROW LEVEL SECURITY;; ALTER TABLE events DISABLE TRIGGER ALL;; "
        "ALTER TABLE cases OWNER TO CURRENT_USER",
        "triggers and rules": "CREATE TRIGGER t AFTER INSERT ON messages EXECUTE FUNCTION "
        "suppress_redundant_updates_trigger();; CREATE RULE r AS ON INSERT TO events DO INSTEAD NOTHING",
        "no triggers": "SET session_replication_role = replica;; DELETE FROM events",
        "alter functions": "CREATE OR REPLACE FUNCTION public.p24_person() RETURNS text LANGUAGE sql AS "
        f"'SELECT ''{LARS}''';; ALTER FUNCTION public.p24_units() SET search_path = pg_temp",
        "alter roles": f'ALTER ROLE "{ME}" SUPERUSER;; ALTER ROLE "{ME}" BYPASSRLS;; ALTER ROLE "{OTHER}" NOLOGIN;; '
        f'CREATE ROLE mine LOGIN;; GRANT {GROUPS.worker} TO "{ME}";; GRANT pg_read_all_data TO "{ME}"',
        "number events anew": "SELECT setval('events_seq_seq', 1000000);; ALTER SEQUENCE events_seq_seq RESTART",
        "a prepared transaction": f"BEGIN;; DELETE FROM drafts WHERE case_id = '{theirs}';; PREPARE TRANSACTION 'mine'",
        "end somebody's session": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> user "
        "AND pg_terminate_backend(pid)",
        "the server's settings": "ALTER SYSTEM SET fsync = off;; SELECT pg_reload_conf() WHERE pg_reload_conf()",
    }


WRITING = sorted(
    forged(Siege("", "", {unit: {table: {"id": ""} for table in metadata.tables} for unit in (UNIT, BERGA)}))
)


@pytest.mark.hazard("H20")
@pytest.mark.parametrize("name", WRITING)
def test_no_way_of_writing_changes_what_is_not_ones_own_to_change(siege: Siege, name: str) -> None:
    before = siege.everything()
    loot = attack(siege, forged(siege)[name])
    assert loot.changed == 0, loot.words
    assert loot.found == []
    assert siege.everything() == before


CONTROLS = {
    "row security": ("ALTER TABLE messages DISABLE ROW LEVEL SECURITY", READING["union"]),
    "its policy for reading": ("ALTER POLICY staff_select ON cases USING (true)", READING["join"]),
    "the fixed search path": (
        (
            "ALTER FUNCTION p24_units() RESET search_path;; GRANT TEMPORARY ON DATABASE {database} TO PUBLIC;; "
            "CREATE OR REPLACE FUNCTION p24_units() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER AS "
            "'SELECT array_agg(unit_id) FROM staff_units WHERE staff_id = public.p24_person()'"
        ),
        READING["search path"],
    ),
    "session_user": (
        (
            "CREATE OR REPLACE FUNCTION p24_person() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS "
            "$$SELECT current_setting('p24.person', true)$$"
        ),
        READING["variables"],
    ),
    "that others' functions are not to be made": (
        (
            f'GRANT CREATE ON SCHEMA public TO "{ME}";; ALTER TABLE cases NO FORCE ROW LEVEL SECURITY;; '
            f'ALTER ROLE "{ME}" BYPASSRLS'
        ),
        READING["own view"],
    ),
    "membership in one group": (f'GRANT pg_read_all_data TO "{ME}"', READING["raw statistics"]),
    "column privileges": (f"GRANT UPDATE ON handovers TO {GROUPS.staff}", "point an offer elsewhere"),
    "no deleting": (
        (
            "ALTER TABLE events DISABLE TRIGGER USER;; "
            f"GRANT DELETE ON events TO {GROUPS.staff};; CREATE POLICY staff_delete ON events FOR DELETE USING (true)"
        ),
        "delete events",
    ),
    "the check of who writes": ("ALTER POLICY staff_insert ON messages WITH CHECK (true)", "a message as the patient"),
    "no changing of who reads for how long": (
        f"GRANT UPDATE ON break_glass TO {GROUPS.staff};; ALTER TABLE break_glass DISABLE ROW LEVEL SECURITY",
        "read for longer",
    ),
    "the check of where a case goes": ("ALTER POLICY staff_update ON cases WITH CHECK (true)", "move a case away"),
    "the check of what a visit is about": (
        "ALTER POLICY staff_insert ON visits WITH CHECK (true)",
        "a visit in another unit's case",
    ),
    "no writing of who works where": (
        (
            f"GRANT SELECT, INSERT, UPDATE ON staff_units TO {GROUPS.staff};; "
            "ALTER TABLE staff_units DISABLE ROW LEVEL SECURITY"
        ),
        "join a unit",
    ),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_without_its_control_an_attack_succeeds(name: str, siege: Siege, postgres_server: Server) -> None:
    without, by = CONTROLS[name]
    try:
        with siege.copied(postgres_server) as other:
            with other.owner() as connection:
                for statement in without.format(database=connection.info.dbname).split(";;"):
                    connection.execute(statement.encode())
            before = other.everything()
            loot = attack(other, forged(other).get(by, by))
            assert loot.found or loot.changed or other.everything() != before, loot.words
    finally:
        with siege.owner() as connection:  # roles are the whole server's
            connection.execute(f'ALTER ROLE "{ME}" NOBYPASSRLS'.encode())
            connection.execute(f'REVOKE pg_read_all_data FROM "{ME}"'.encode())


def refusal(siege: Siege, statement: str) -> str:
    with siege.attacker() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(statement.encode())
    return str(refused.value)


@pytest.mark.parametrize("table", ["notes", "messages", "drafts", "presence", "events"])
def test_what_is_refused_does_not_say_whether_a_case_is_there(siege: Siege, table: str) -> None:
    """A foreign key would tell a case that is not there from one that may not be seen; the policy comes first."""
    own = {"author_id": MARIA} if table == "messages" else {"staff_id": MARIA}
    key = {"id": "x"} if table in ("notes", "messages") else {}
    said = refusal(siege, siege.insert(table, **own, **key))
    assert said == refusal(siege, siege.insert(table, **own, **key, case_id="nowhere"))
    assert "row-level security" in said


def test_a_number_that_is_known_finds_its_patient_and_that_stands_in_the_log(siege: Siege) -> None:
    """What is left open, as in the console itself: and it leaves a row that nobody can take away."""
    number = siege.rows[BERGA]["patients"]["number"]
    with siege.owner() as connection, connection.transaction(force_rollback=True):
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        assert not connection.execute("SELECT 1 FROM patients WHERE number = %s", [number]).fetchall()
        connection.execute("SELECT p24_meet(%s)", [number])
        assert connection.execute("SELECT 1 FROM patients WHERE number = %s", [number]).fetchall() == [(1,)]
        logged = "SELECT kind, place FROM read_log WHERE staff_id = %s AND patient_id = %s"
        patient_id = siege.rows[BERGA]["patients"]["id"]
        assert connection.execute(logged, [MARIA, patient_id]).fetchall() == [("profile", "database")]
        assert not connection.execute("SELECT 1 FROM cases WHERE patient_id = %s", [patient_id]).fetchall()


def test_what_is_told_to_everybody_who_listens_holds_ids_alone(siege: Siege) -> None:
    with siege.attacker() as connection:
        connection.execute("LISTEN p24tui")
        with siege.owner() as owner:
            owner.execute("SELECT pg_notify('p24tui', %s)", [siege.rows[BERGA]["cases"]["id"]])
        (notice,) = connection.notifies(timeout=60, stop_after=1)
        query = "SELECT 1 FROM cases WHERE id = %s"
        assert connection.execute(query, [notice.payload]).fetchall() == []


def test_whoever_has_left_sees_nothing_at_once(siege: Siege) -> None:
    with siege.owner() as connection, connection.transaction(force_rollback=True):
        connection.execute("UPDATE staff SET active = false WHERE id = %s", [MARIA])
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        for table in sorted(ACCESS.keys() - OPEN):
            with connection.transaction(force_rollback=True):
                try:
                    assert connection.execute(f"SELECT 1 FROM {table}".encode()).fetchall() == []
                except psycopg.errors.InsufficientPrivilege:
                    continue
