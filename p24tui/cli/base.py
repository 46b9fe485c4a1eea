"""What the commands share: the settings in force, a running system, who acts, and JSON on standard output."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import click

from p24tui import bootstrap
from p24tui.errors import BadInput
from p24tui.gateways.system_user import system_user
from p24tui.routine.actor import Actor
from p24tui.routine.period import Length, read_period
from p24tui.routine.role import Role
from p24tui.services import login, staff
from p24tui.settings import Settings
from p24tui.system import System
from p24tui.text import clean_line, clean_text


def settings_in_force() -> Settings:
    """The settings that the root command loaded."""
    found = click.get_current_context().find_object(Settings)
    assert found is not None
    return found


@contextmanager
def running(*, create: bool = False) -> Iterator[System]:
    """The system of the settings in force, for as long as the block lasts."""
    with bootstrap.running(settings_in_force(), create=create) as system:
        yield system


def person(system: System) -> Actor:
    """Who acts by the settings in force. Raises ``BadInput`` where they do not say, or name someone unknown.

    Where the operating system's user says who one is, it is them whatever else is named (NA-1): ``Refused`` is raised
    where that is nobody here.
    """
    settings = system.settings
    if settings.login == "system-user":
        proven = login.of_system_user(system, system_user())
        return staff.acting(system, proven.staff_id, unit_of(system), bootstrap.place("cli"), role_of(settings))
    if not settings.staff:
        raise BadInput("who-acts")
    return staff.acting(system, settings.staff, unit_of(system), bootstrap.place("cli"), role_of(settings))


def role_of(settings: Settings) -> Role | None:
    """The role of the settings; none where they name none. Raises ``BadInput`` where there is no such role."""
    if not settings.role:
        return None
    if settings.role not in set(Role):
        raise BadInput("no-role", role=clean_line(settings.role, 40), known=", ".join(Role))
    return Role(settings.role)


def unit_of(system: System) -> str:
    """The unit of the settings in force. Raises ``BadInput`` where they name none."""
    if not system.settings.unit:
        raise BadInput("which-unit")
    return system.settings.unit


def day_of(typed: str) -> date:
    """A day that somebody typed as ``2026-11-24``. Raises ``BadInput`` where it is none, or in another century."""
    try:
        return read_period(Length.DAY, typed.strip()).first
    except ValueError as error:
        raise BadInput("bad-date", value=clean_line(typed, 40)) from error


def operator(system: System) -> Actor:
    """Whoever sets the program up: the operating system's user, who need not be staff."""
    import getpass

    try:
        name = getpass.getuser()
    except OSError:
        name = "?"
    return Actor(None, name, None, system.settings.unit, bootstrap.place("cli"))


def echo_json(value: Any) -> None:
    """Print as JSON; instants as ISO 8601 in UTC. JSON itself would let some control codes through to a terminal."""
    click.echo(clean_text(json.dumps(value, ensure_ascii=False, indent=2, default=_plain)))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(value)
