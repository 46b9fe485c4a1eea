"""What the commands share: the settings in force, a running system, who acts, and JSON on standard output."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from p24tui import bootstrap
from p24tui.cli import proof
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.role import Role
from p24tui.services import login, staff
from p24tui.settings import Settings
from p24tui.store.connect import PERSON
from p24tui.system import System
from p24tui.text import clean_line, clean_text


def settings_in_force() -> Settings:
    """The settings that the root command loaded."""
    found = click.get_current_context().find_object(Settings)
    assert found is not None
    return found


@contextmanager
def running(*, for_person: bool = False) -> Iterator[System]:
    """The system of the settings in force, for as long as the block lasts.

    Where it is ``for_person``, a database that is opened as a person waits until somebody has proven who they are.
    """
    settings = settings_in_force()
    with bootstrap.running(settings, open_later=for_person and PERSON in settings.database) as system:
        yield system


@contextmanager
def acting() -> Iterator[tuple[System, Actor]]:
    """The same for a command that somebody gives in their own name, and who they are. Raises as ``person`` does."""
    with running(for_person=True) as system:
        yield system, person(system)


def person(system: System) -> Actor:
    """Who acts: whoever proves by the login in force who they are, at the unit and in the role of the settings (NA-1).

    The database is theirs from then on. Raises ``BadInput`` where the settings do not say enough, or what they say does
    not fit the person, and ``Refused`` where they are not let in.
    """
    unit_id, role, place = unit_of(system), role_of(system.settings), bootstrap.place("cli")
    proven = proof.proven(system)
    system.person_changed(proven.staff_id)
    login.admit(system, proven, place)
    return staff.acting(system, proven.staff_id, unit_id, place, role)


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


def operator(system: System) -> Actor:
    """Whoever sets the program up: the operating system's user, who need not be staff."""
    import getpass

    try:
        name = getpass.getuser()
    except OSError:
        name = "?"
    return Actor(None, name, None, system.settings.unit, bootstrap.place("cli"))


def make_sure(question: str) -> None:
    """Ask it, with no as the answer of whoever only presses Enter. Raises ``click.Abort`` where it is not a yes.

    Each language has its own letter, which click's ``confirm`` does not know; y is taken in all of them.
    """
    yes, no = _("j"), _("n")
    typed: str = click.prompt(f"{question} [{yes}/{no.upper()}]", default=no, show_default=False)
    if typed.strip().lower() not in {yes, _("ja"), "y", "yes"}:
        raise click.Abort


def echo_json(value: Any) -> None:
    """Print as JSON; instants as ISO 8601 in UTC. JSON itself would let some control codes through to a terminal."""
    click.echo(clean_text(json.dumps(value, ensure_ascii=False, indent=2, default=_plain)))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(value)
