"""What break-glass opens to somebody with plain SQL: one patient's cases, to read, for an hour, and in the log."""

from collections.abc import Iterator

import psycopg
import pytest

from p24tui.routine.protection import PROTECTED
from p24tui.store.connect import role_of
from tests.breaking_in import breaks, writes
from tests.database_roles import PREFIX
from tests.postgres import Server
from tests.siege import LARS, MARIA, Siege, besieged
from tests.world import BERGA, UNIT

pytestmark = pytest.mark.rule("NA-1", "LO-1", "LO-2")

ME = role_of(PREFIX, MARIA)


@pytest.fixture(scope="module")
def siege(postgres_server: Server, roles_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    with besieged(postgres_server, roles_template, tmp_path_factory.mktemp("siege")) as one:
        yield one


@pytest.mark.hazard("H20")
def test_what_is_read_by_break_glass_is_logged_and_cannot_be_written(siege: Siege) -> None:
    berga = siege.rows[BERGA]
    case, patient = berga["cases"]["id"], berga["patients"]["id"]
    read = "SELECT text FROM messages WHERE case_id = %s"
    with siege.owner() as connection, connection.transaction(force_rollback=True):
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        assert connection.execute(read, [case]).fetchall() == []
        assert connection.execute(breaks(siege).encode()).fetchone() == ([BERGA],)
        assert connection.execute(read, [case]).fetchall() == [(berga["messages"]["text"],)]
        logged = "SELECT kind, why FROM read_log WHERE patient_id = %s AND staff_id = %s"
        assert connection.execute(logged, [patient, MARIA]).fetchall() == [("break-glass", "break-glass:glass")]
        lasts = "SELECT ends_at - begun_at = interval '1 hour' AND ends_at > now() FROM break_glass WHERE id = 'glass'"
        assert connection.execute(lasts.encode()).fetchone() == (True,)
        for table in ("notes", "drafts", "journal_notes", "risk_entries", "attachments", "events", "visits"):
            query = f"SELECT 1 FROM {table} WHERE case_id = %s"
            assert connection.execute(query.encode(), [case]).fetchall() == [], table
        for statement in writes(siege):
            try:
                with connection.transaction(force_rollback=True):
                    cursor = connection.execute(statement.encode())
                    assert cursor.rowcount == 0, statement
            except psycopg.errors.InsufficientPrivilege:
                continue
        connection.execute(b"RESET SESSION AUTHORIZATION")
        connection.execute(b"UPDATE break_glass SET ends_at = statement_timestamp() WHERE id = 'glass'")
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        assert connection.execute(read, [case]).fetchall() == []


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1", "H20")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("protection", sorted(PROTECTED))
def test_no_break_glass_opens_a_protected_persons_case(siege: Siege, protection: str, when: str) -> None:
    berga = siege.rows[BERGA]
    protect = "UPDATE patients SET protection = %s WHERE id = %s"
    with siege.owner() as connection, connection.transaction(force_rollback=True):
        if when == "before":
            connection.execute(protect, [protection, berga["patients"]["id"]])
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        began = connection.execute(breaks(siege).encode()).fetchone()
        assert began == (([] if when == "before" else [BERGA]),)
        connection.execute(b"RESET SESSION AUTHORIZATION")
        connection.execute(protect, [protection, berga["patients"]["id"]])
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        assert connection.execute("SELECT 1 FROM cases WHERE id = %s", [berga["cases"]["id"]]).fetchall() == []
        logged = connection.execute("SELECT 1 FROM read_log WHERE why = 'break-glass:glass'").fetchall()
        assert len(logged) == 1


@pytest.mark.parametrize("change", ["profession = 'administration'", "active = false"])
def test_who_may_not_break_the_glass_cannot(siege: Siege, change: str) -> None:
    with siege.owner() as connection, connection.transaction(force_rollback=True):
        connection.execute(f"UPDATE staff SET {change} WHERE id = '{MARIA}'".encode())
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(breaks(siege).encode())


SIGN = (
    "UPDATE break_glass SET reviewed_by = '{me}', reviewed_by_name = (SELECT name FROM staff WHERE id = '{me}'), "
    "reviewed_at = now(), outcome = 'justified', review_words = 'x' WHERE id = '{id}'"
)


def test_a_reading_is_signed_once_in_ones_own_name_and_never_ones_own(siege: Siege) -> None:
    unread = "reviewed_at = NULL, reviewed_by = NULL, outcome = NULL, review_words = ''"
    with siege.owner() as connection, connection.transaction(force_rollback=True):
        ids = {staff: siege.rows[unit]["break_glass"]["id"] for unit, staff in ((UNIT, MARIA), (BERGA, LARS))}
        connection.execute(f"UPDATE break_glass SET {unread}, units = '[\"{UNIT}\"]'".encode())
        connection.execute(f"INSERT INTO staff_roles VALUES ('{MARIA}', '{UNIT}', 'head')".encode())
        connection.execute(f'SET LOCAL SESSION AUTHORIZATION "{ME}"'.encode())
        assert connection.execute(SIGN.format(me=MARIA, id=ids[MARIA]).encode()).rowcount == 0
        for wrong in (SIGN.format(me=LARS, id=ids[LARS]), *refused_signatures(ids[LARS])):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(wrong.encode())
        assert connection.execute(SIGN.format(me=MARIA, id=ids[LARS]).encode()).rowcount == 1
        assert connection.execute(SIGN.format(me=MARIA, id=ids[LARS]).encode()).rowcount == 0
        assert connection.execute(b"UPDATE break_glass SET outcome = 'unjustified'").rowcount == 0


def refused_signatures(id: str) -> list[str]:
    whole = SIGN.format(me=MARIA, id=id)
    return [
        whole.replace("'justified'", "'fine'"),
        whole.replace("review_words = 'x'", "review_words = ''"),
        whole.replace("reviewed_at = now()", "reviewed_at = NULL"),
        whole.replace("reviewed_at = now()", "reviewed_at = now(), words = 'y'"),
        whole.replace(f"(SELECT name FROM staff WHERE id = '{MARIA}')", "'Somebody Else'"),
    ]
