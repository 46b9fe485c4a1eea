"""The first lines of a person's list, read over a bare connection.

SQLAlchemy takes longer to load than all the rest of the console, so the first frame does without it: one query, plain
SQL for both databases. Tests hold it against the ordinary reading.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_type_hints

from msgspec import Struct

from p24tui.errors import BadInput
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case
from p24tui.routine.hours import OpeningHours
from p24tui.settings import Settings
from p24tui.store.connect import FILE_NAME, POSTGRESQL, VERSION, connect_sqlcipher, database_address
from p24tui.store.key import database_key
from p24tui.store.log_chain import chained, microseconds, plain
from p24tui.store.values import CASE_FIELDS, PATIENT_FIELDS, CaseRow, Staff, Unit, UnitKind, case_row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HINTS = get_type_hints(Case)
_INSTANTS = frozenset(name for name, hint in _HINTS.items() if hint in (datetime, datetime | None))
_DATES = frozenset(name for name, hint in _HINTS.items() if hint in (date, date | None)) | {"born"}
_FLAGS = frozenset(name for name, hint in _HINTS.items() if hint is bool)

# PostgreSQL has a word of its own by the name of the system_user column.
_STAFF = "SELECT id, name, profession, active FROM staff WHERE staff.system_user = ?"
_OFFICES = "SELECT role FROM staff_roles WHERE staff_id = ? LIMIT 1"
_UNITS = (
    "SELECT u.id, u.name, u.kind, u.hours, u.message_after FROM units u "
    "JOIN staff_units m ON m.unit_id = u.id WHERE m.staff_id = ? ORDER BY u.name"
)
_LINES = """
SELECT {columns}, s.name
FROM (
    SELECT c.* FROM cases c JOIN units u ON u.id = c.unit_id
    WHERE c.unit_id IN ({units}) AND c.state <> 'ended'
    ORDER BY
        CASE
            WHEN c.suicide = 'awaiting' OR (c.suicide <> 'none' AND c.owner_lost_at IS NOT NULL) THEN 0
            WHEN c.suicide <> 'none' AND c.risk = 'high' THEN 1
            WHEN c.suicide <> 'none' AND c.risk = 'moderate' THEN 2
            WHEN c.kind = 'triaged' AND c.priority IS NULL THEN 3
            WHEN c.no_times AND c.state <> 'held' AND c.priority IS DISTINCT FROM 1 THEN 9
            WHEN c.priority IS NULL THEN 4 * u.message_after + 6
            ELSE 4 * c.priority + 4
        END,
        c.waiting_since IS NULL, c.waiting_since, c.id
    LIMIT {limit}
) c
JOIN patients p ON p.id = c.patient_id
LEFT JOIN staff s ON s.id = c.owner_id
"""
_LOG = "INSERT INTO read_log ({columns}) VALUES ({marks})"


class FirstRows(Struct, frozen=True):
    """Who looks, their units, and the rows that come first, in no order."""

    member: Staff
    units: tuple[Unit, ...]
    rows: tuple[CaseRow, ...]


class BareConnection:
    """A connection without SQLAlchemy, with parameters written as ``?``."""

    def __init__(self, connection: Any, *, on_postgresql: bool) -> None:
        self._connection = connection
        self._on_postgresql = on_postgresql

    def rows(self, statement: str, *parameters: object) -> list[Sequence[Any]]:
        """What a query finds."""
        found: list[Sequence[Any]] = self._execute(statement, parameters).fetchall()
        return found

    def first_rows(self, system_user: str, limit: int) -> FirstRows | None:
        """What the person with that user sees first; none where there is none, or the schema is another one."""
        if self.rows("SELECT version_num FROM alembic_version") != [(VERSION,)]:
            return None
        members = self.rows(_STAFF, system_user)
        if not members or not members[0][3]:
            return None
        id, name, profession, _active = members[0]
        units = tuple(self._unit(row) for row in self.rows(_UNITS, id))
        if not units or self.rows(_OFFICES, id):  # who holds an office chooses what to act as
            return None
        columns = [*(f"c.{name}" for name in CASE_FIELDS), *(f"p.{name}" for name in PATIENT_FIELDS)]
        query = _LINES.format(columns=", ".join(columns), units=", ".join("?" * len(units)), limit=limit)
        rows = self.rows(query, *(unit.id for unit in units))
        return FirstRows(Staff(id, name, Profession(profession)), units, tuple(map(self._case_row, rows)))

    def log_list(self, at: datetime, member: Staff, unit_id: str, place: str, view: str, patients: set[str]) -> None:
        """Log that these patients are about to be shown, as ``read_log.log_reading`` does."""
        values: dict[str, Any] = {
            "at": at,
            "kind": "list",
            "staff_id": member.id,
            "actor": member.name,
            "profession": member.profession.value,
            "unit_id": unit_id,
            "place": place,
            "view": view,
            "case_id": None,
            "patient_id": None,
            "patients": sorted(patients),
        }
        if not self._on_postgresql:
            values = chained(self._connection.execute, "read_log", values)
            values["at"] = microseconds(at)
        values["patients"] = plain(values["patients"])
        statement = _LOG.format(columns=", ".join(values), marks=", ".join("?" * len(values)))
        self._execute(statement, tuple(values.values()))

    def _execute(self, statement: str, parameters: Sequence[object]) -> Any:
        marks = statement.replace("?", "%s") if self._on_postgresql else statement
        return self._connection.execute(marks, parameters)

    def _unit(self, row: Sequence[Any]) -> Unit:
        id, name, kind, hours, message_after = row
        data = json.loads(hours) if isinstance(hours, str) else hours
        return Unit(id, name, UnitKind(kind), OpeningHours.from_data(data), message_after)

    def _case_row(self, row: Sequence[Any]) -> CaseRow:
        names = (*CASE_FIELDS, *PATIENT_FIELDS, "owner")
        return case_row([self._value(name, value) for name, value in zip(names, row, strict=True)])

    def _value(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in _FLAGS:
            return bool(value)
        if name in _INSTANTS:
            return value.astimezone(UTC) if self._on_postgresql else _EPOCH + timedelta(microseconds=value)
        if name in _DATES and isinstance(value, str):
            return date.fromisoformat(value)
        return value


@contextmanager
def bare(settings: Settings) -> Iterator[BareConnection]:
    """A write transaction on the database of the settings; it is committed when the block ends.

    Raises whatever the driver raises, and ``BadInput`` for a key or file that cannot be used.
    """
    if settings.database:
        import psycopg

        url = database_address(settings).replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, **POSTGRESQL) as connection:
            yield BareConnection(connection, on_postgresql=True)
        return
    path = settings.home / FILE_NAME
    if not path.exists():
        raise BadInput("not-set-up", path=str(settings.home))
    connection = connect_sqlcipher(path, database_key(settings, create=False))
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield BareConnection(connection, on_postgresql=False)
        connection.execute("COMMIT")
    finally:
        connection.close()
