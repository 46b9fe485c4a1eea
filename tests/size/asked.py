"""What a console asks of the database, written down once per deed, as a script that pgbench asks for many consoles.

The statements are those of the program's own services, as they reached the driver, with their transactions. What is
another for each console and case is a variable: it is looked up in two tables that ``prepare`` makes (``SIZE_TABLES``).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import event

from p24tui import ids
from p24tui.store.engine import told
from p24tui.system import System
from tests.size.filling import plain
from tests.size.region import UNITS, actor

PLACE = "console:size:{number}"
XID = "xid"
"""The place in the change log from which a feed reads."""

SIZE_TABLES = """
DROP TABLE IF EXISTS size_console, size_case;
DELETE FROM presence WHERE place LIKE 'console:size:%';
CREATE UNLOGGED TABLE size_case AS
    SELECT id AS case_id, patient_id, unit_id AS unit, row_number() OVER (PARTITION BY unit_id ORDER BY id) AS number,
        owner_id IS NULL AND handed_at IS NULL AS free
    FROM cases WHERE state <> 'ended';
CREATE UNIQUE INDEX ON size_case (unit, number);
CREATE UNLOGGED TABLE size_console (number int PRIMARY KEY, staff text, name text, unit text, place text, own text);
"""
"""The open cases of each unit, numbered; and the consoles, each with a case of its own to write in."""

_OWN = """
UPDATE size_console SET own = free.case_id
FROM (SELECT case_id, unit, row_number() OVER (PARTITION BY unit ORDER BY number) AS number
      FROM size_case WHERE free) AS free
WHERE free.unit = size_console.unit AND free.number = size_console.number / %s + 1
"""

_ANY_CASE = """\\set number random(1, 80)
SELECT staff, unit, place, name, case_id, patient_id FROM size_console JOIN size_case USING (unit)
WHERE size_console.number = :client_id AND size_case.number = :number \\gset"""

_OWN_CASE = """SELECT staff, size_console.unit, place, name, cases.id AS case_id, cases.patient_id, cases.version
FROM size_console JOIN cases ON cases.id = size_console.own WHERE size_console.number = :client_id \\gset"""

_LATE_CHANGES = f"SELECT max(xid) - 60 AS {XID} FROM changes \\gset"
"""Where a feed that polled two seconds ago goes on: the region makes some thirty changes a second."""

_FRESH = "SELECT substr(md5(random()::text || clock_timestamp()), 1, 26) AS {name} \\gset"
_VERSION = re.compile(r"version(_\d+)?")


@dataclass(slots=True)
class Script:
    """What one deed asks, told with the values of one console; ``version`` is that of the case when it began."""

    known: Mapping[object, str]
    began: datetime
    version: int | None = None
    made: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The script, with what it looks up first."""
        head = [_ANY_CASE if self.version is None else _OWN_CASE]
        head += [_LATE_CHANGES] if XID in self.known.values() else []
        head += [_FRESH.format(name=f"fresh{number}") for number in range(len(self.made))]
        head += [f"\\set version{more} :version + {more}" for more in range(1, 6) if self.version is not None]
        return "\n".join([*head, *self.lines]) + "\n"

    def add(self, statement: str, values: Mapping[str, object]) -> None:
        """One more statement."""
        written = {name: self._written(name, value) for name, value in values.items()}
        self.lines.append(" ".join((statement % written).split("\n")) + ";")

    def _written(self, name: str, value: object) -> str:
        value = value.value if isinstance(value, Enum) else value
        if type(value) in (str, int) and value in self.known:
            return f":{self.known[value]}"
        if isinstance(value, str) and value in self.made:
            return f":fresh{self.made.index(value)}"
        if value == told({(self._value("unit"), self._value("case_id"))}):
            return "(:unit || ':' || :case_id)"
        if isinstance(value, datetime) and abs(value - self.began) < timedelta(days=1):
            return f"(now() + interval '{(value - self.began).total_seconds():.0f} s')"
        if type(value) is int and self.version is not None and _VERSION.fullmatch(name) and value >= self.version:
            return f":version{value - self.version or ''}"
        if isinstance(value, str) and ":" in value:  # pgbench looks for its variables in texts too
            return "U&'{}'".format(value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\003a"))
        return sql.Literal(value).as_string(None)

    def _value(self, variable: str) -> str:
        return next(str(value) for value, name in self.known.items() if name == variable)


@contextmanager
def written_down(system: System, script: Script) -> Iterator[None]:
    """Write down what the block asks of PostgreSQL."""
    engine, letters = system.store.engine, ids._letters  # every id that is made comes through there

    def statement(_connection: object, _cursor: object, text: str, values: Any, _context: object, _many: bool) -> None:
        script.add(text, values)

    def make(raw: bytes) -> str:
        script.made.append(letters(raw))
        return script.made[-1]

    begins, commits = (lambda _: script.lines.append("BEGIN;")), (lambda _: script.lines.append("COMMIT;"))
    hooks: list[tuple[str, Callable[..., None]]] = [
        ("before_cursor_execute", statement),
        ("begin", begins),
        ("commit", commits),
    ]
    for name, hook in hooks:
        event.listen(engine, name, hook)
    ids._letters = make
    try:
        yield
    finally:
        ids._letters = letters
        for name, hook in hooks:
            event.remove(engine, name, hook)


def prepare(url: str, consoles: int) -> None:
    """Make ``SIZE_TABLES`` in a filled database."""
    with psycopg.connect(plain(url)) as connection:
        connection.execute(SIZE_TABLES.encode())
        for number in range(consoles):
            place = PLACE.format(number=number)
            by = actor(number, place)
            row = (number, by.staff_id, by.name, by.unit_id, place)
            connection.execute("INSERT INTO size_console VALUES (%s, %s, %s, %s, %s)", row)
        connection.execute(_OWN, [UNITS])
        (without,) = connection.execute("SELECT count(*) FROM size_console WHERE own IS NULL").fetchone() or (0,)
    if without:
        raise RuntimeError(f"{without} consoles have no case of their own to write in")
