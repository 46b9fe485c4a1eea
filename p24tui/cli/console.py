"""Opening the console: the wizard where nothing is set up, then the desk."""

import os
import sys
from contextlib import ExitStack
from functools import partial

from p24tui import bootstrap, settings
from p24tui.cli.setup import first_set_up
from p24tui.errors import BadInput
from p24tui.services import setup, staff, units
from p24tui.settings import Settings
from p24tui.system import System


def open_console(chosen: Settings, *, asks_who: bool) -> None:
    """Run the console. ``asks_who`` lets it ask which of the staff one is.

    Raises ``BadInput`` without a terminal.
    """
    require_terminal()
    try:
        _open_desk(chosen, asks_who=asks_who)
    except BadInput as error:
        if error.reason != "not-set-up":
            raise
        if _run_wizard(chosen):
            _open_desk(settings.load(), asks_who=asks_who)


def run_desk(system: System, staff_id: str, unit_id: str, *, asks_who: bool, banner: str = "") -> None:
    """Show the desk of a unit until the person leaves it, with the jobs running behind it."""
    from p24tui.tui.app import P24App

    if not unit_id:
        raise BadInput("which-unit")
    unit = units.find_unit(system, unit_id)
    place = bootstrap.place("console")
    actor = None if asks_who else staff.acting(system, staff_id, unit_id, place)
    with ExitStack() as running:
        everybody = staff.staff_of(system, unit_id)
        jobs = partial(_start_jobs, system, place, running)
        P24App(system, unit, everybody, place, actor=actor, banner=banner, when_shown=jobs).run()


def _open_desk(chosen: Settings, *, asks_who: bool) -> None:
    with bootstrap.running(chosen) as system:
        if not setup.is_set_up(system):
            raise BadInput("not-set-up", path=str(chosen.home))
        bootstrap.log_to_file(chosen)
        run_desk(system, chosen.staff, chosen.unit, asks_who=asks_who)


def _start_jobs(system: System, place: str, running: ExitStack) -> None:
    """Start what acts by the clock, until ``running`` is left."""
    from p24tui.jobs.clockwork import Clockwork

    clockwork = Clockwork(system, place)
    clockwork.start()
    running.callback(clockwork.stop)


def require_terminal() -> None:
    """Raises ``BadInput`` where standard input or output is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        raise BadInput("no-terminal")


def _run_wizard(chosen: Settings) -> bool:
    from p24tui.tui.setup import SetUpApp

    return bool(SetUpApp(lambda values: first_set_up(chosen, values), chosen.theme).run())
