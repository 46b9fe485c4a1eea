"""Opening the console: the wizard where nothing is set up, then the desk."""

import os
import sys

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
    if not _is_set_up(chosen):
        if not _run_wizard(chosen):
            return
        chosen = settings.load()
    bootstrap.log_to_file(chosen)
    with bootstrap.running(chosen) as system:
        run_desk(system, chosen.staff, chosen.unit, asks_who=asks_who)


def run_desk(system: System, staff_id: str, unit_id: str, *, asks_who: bool, banner: str = "") -> None:
    """Show the desk of a unit until the person leaves it, with the jobs running behind it."""
    from p24tui.jobs.clockwork import Clockwork
    from p24tui.tui.app import P24App

    if not unit_id:
        raise BadInput("which-unit")
    unit = units.find_unit(system, unit_id)
    place = bootstrap.place("console")
    actor = None if asks_who else staff.acting(system, staff_id, unit_id, place)
    clockwork = Clockwork(system, place)
    clockwork.start()
    try:
        P24App(system, unit, staff.staff_of(system, unit_id), place, actor=actor, banner=banner).run()
    finally:
        clockwork.stop()


def require_terminal() -> None:
    """Raises ``BadInput`` where standard input or output is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        raise BadInput("no-terminal")


def _is_set_up(chosen: Settings) -> bool:
    try:
        with bootstrap.running(chosen) as system:
            return setup.is_set_up(system)
    except BadInput as error:
        if error.reason != "not-set-up":
            raise
    return False


def _run_wizard(chosen: Settings) -> bool:
    from p24tui.tui.setup import SetUpApp

    return bool(SetUpApp(lambda values: first_set_up(chosen, values), chosen.theme).run())
