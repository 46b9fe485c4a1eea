"""Two units with a row in every table, and the secret of the second, which an attacker of the first is after."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Json
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, LargeBinary, Table, make_url

from p24tui.routine.actor import Actor
from p24tui.services import staff
from p24tui.store.columns import metadata
from p24tui.store.connect import role_of
from tests.database_roles import PREFIX, apply_roles
from tests.postgres import Server
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, make_world_again

MARIA = PEOPLE["maria"][0]
LARS = "SE2321000016-LN09"
"""A doctor at Berga alone."""

SECRET = "hemligt-ord-i-berga"
OWN = "eget-ord-i-asen"

Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Siege:
    """The database, its rows by unit and table, and Maria's own login."""

    owner_url: str
    attacker_url: str
    rows: dict[str, Rows]

    def owner(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.owner_url, autocommit=True)

    def attacker(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.attacker_url, autocommit=True)

    def insert(self, table: str, unit: str = BERGA, **changes: Any) -> str:
        """A statement that adds a row like the one that the unit has, with these changes."""
        values = {**self.rows[unit][table], **changes}
        composed = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Literal(_driven(value)) for value in values.values()),
        )
        return composed.as_string(None)

    @contextmanager
    def copied(self, server: Server) -> Iterator["Siege"]:
        """The same in a database of its own, in which a control may be taken out."""
        with server.fresh(make_url(self.owner_url).database or "") as url:
            name = make_url(url).database
            yield replace(
                self,
                owner_url=url,
                attacker_url=make_url(self.attacker_url).set(database=name).render_as_string(False),
            )

    def everything(self) -> dict[str, list[Any]]:
        """Every row of every table, as its owner sees them."""
        with self.owner() as connection:
            return {
                table: connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1".encode()).fetchall()
                for table in metadata.tables
            }


@contextmanager
def besieged(server: Server, template: str, folder: Path) -> Iterator[Siege]:
    """A database with both units' rows, and a password for Maria's own role."""
    password = secrets.token_hex(8)
    with server.fresh(template) as url:
        with make_world_again(folder, url) as world:
            world.second_unit()
            operator = Actor(None, "test", None, UNIT, "cli:test")
            staff.put_staff(world.system, operator, staff.make_staff(LARS, "Lars Norén", "doctor"), (BERGA,))
            apply_roles(world.system.store)
        rows = {UNIT: _filled(UNIT, MARIA, OWN), BERGA: _filled(BERGA, LARS, SECRET)}
        attacker = role_of(PREFIX, MARIA)
        siege = Siege(url, make_url(url).set(username=attacker, password=password).render_as_string(False), rows)
        with siege.owner() as connection:
            connection.execute(f"ALTER ROLE \"{attacker}\" PASSWORD '{password}'".encode())
            for unit in rows:
                for table in metadata.sorted_tables:
                    if table.name not in THERE_ALREADY:
                        connection.execute(siege.insert(table.name, unit).encode())
            connection.execute(b"ANALYZE")
        yield siege


THERE_ALREADY = {"units", "staff", "staff_units", "database_roles"}


NAMES = {"case_id": "cases", "patient_id": "patients", "message_id": "messages"}
"""Columns that refer to another table by their name alone."""


def _filled(unit_id: str, staff_id: str, word: str) -> Rows:
    rows: Rows = {
        "units": {"id": unit_id},
        "staff": {"id": staff_id},
        "staff_units": {"staff_id": staff_id, "unit_id": unit_id},
        "database_roles": {"role": role_of(PREFIX, staff_id), "staff_id": staff_id},
    }
    same = {"unit_id": unit_id, "staff_id": staff_id, "author_id": staff_id, "to_staff": staff_id, "author": "staff"}
    for table in metadata.sorted_tables:
        if table.name not in rows:
            rows[table.name] = {
                column.name: same.get(column.name, _value(table, column, rows, word))
                for column in table.columns
                if not (column.primary_key and column.name == "seq" and column.autoincrement is not False)
            }
    return rows


def _value(table: Table, column: Column[Any], rows: Rows, word: str) -> Any:
    """Something that fits the column; what refers to another table, by its name too, to the unit's row there."""
    for key in column.foreign_keys:
        return rows[key.column.table.name][key.column.name]
    if column.name == "seq":  # one that is numbered by hand, for each unit another
        return sum(map(ord, word))
    if column.name in NAMES:
        return f"{word} {NAMES[column.name]}.id"
    kind = column.type
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, DateTime) or type(kind).__name__ == "Instant":
        return MONDAY_NINE
    if isinstance(kind, Date):
        return date(2026, 11, 23)
    if isinstance(kind, Integer):
        return 7
    if isinstance(kind, LargeBinary):
        return f"{word} {table.name}.{column.name}".encode()
    if isinstance(kind, JSON):
        return {"kept": word}
    return "offered" if (table.name, column.name) == ("handovers", "state") else f"{word} {table.name}.{column.name}"


def _driven(value: Any) -> Any:
    return Json(value) if isinstance(value, dict) else value
