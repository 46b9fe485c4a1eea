"""Opening the console: the wizard where nothing is set up, then the desk."""

import gc
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from p24tui import bootstrap, settings
from p24tui.clock import SystemClock
from p24tui.errors import BadInput
from p24tui.gateways import handoff
from p24tui.routine.actor import Actor
from p24tui.services import first_screen
from p24tui.services.views import QueueView
from p24tui.settings import Settings
from p24tui.store.values import Staff, Unit
from p24tui.system import System

FRAMES_PER_SECOND = 250
"""A key pressed right after something else was painted waits for the next frame at most."""

TELL_ALL = ("TEXTUAL", "TEXTUAL_LOG")
"""What makes Textual write every key and event to a file, or to whoever listens on a port."""

SWITCH_INTERVAL = 0.0003
"""Seconds after which the threads that read make way for the one that paints."""


def open_console(chosen: Settings, *, asks_who: bool) -> None:
    """Run the console. ``asks_who`` lets it ask which of the staff one is.

    In a browser it is the person whom the server has started it for, and asks nobody.
    Raises ``BadInput`` without a terminal.
    """
    proven = handoff.proven_by_handoff(SystemClock())
    if proven is None:
        require_terminal()
    else:
        chosen, asks_who = replace(chosen, staff=proven.staff_id), False
    gc.disable()  # until the list stands there
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES_PER_SECOND))
    for name in TELL_ALL:
        os.environ.pop(name, None)
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        _open_desk(chosen, asks_who=asks_who)
    except BadInput as error:
        if error.reason != "not-set-up" or proven is not None:
            raise
        if _run_wizard(chosen):
            _open_desk(settings.load(), asks_who=asks_who)


def run_desk(
    system: System, staff_id: str, unit_id: str, *, asks_who: bool, banner: str = "", begins_shift: bool = False
) -> None:
    """Show the desk of a unit until the person leaves it, with the jobs running behind it.

    Whoever has no shift is asked for one, unless it ``begins_shift`` by itself.
    """
    from p24tui.cli.base import role_of
    from p24tui.services import staff

    if not unit_id:
        raise BadInput("which-unit")
    place = bootstrap.place("console")
    everybody = staff.people_of(system, unit_id)
    actor = None
    if not asks_who:
        actor = staff.acting(system, staff_id, unit_id, place, role_of(system.settings))
        everybody = staff.where_they_act(system, actor, everybody)
    _run(system, everybody, place, actor=actor, banner=banner, begins_shift=begins_shift)


def _open_desk(chosen: Settings, *, asks_who: bool) -> None:
    with bootstrap.running(chosen, open_later=True) as system:
        first = None if asks_who else first_screen.read(chosen, system.clock, bootstrap.place("console"))
        if first is not None:
            bootstrap.log_to_file(chosen)
            _run(system, {first.member: first.units}, first.actor.place, actor=first.actor, first=first.view)
            return
        from p24tui.services import setup

        if not setup.is_set_up(system):
            raise BadInput("not-set-up", path=str(chosen.home))
        bootstrap.log_to_file(chosen)
        run_desk(system, chosen.staff, chosen.unit, asks_who=asks_who)


def _run(
    system: System,
    people: dict[Staff, tuple[Unit, ...]],
    place: str,
    *,
    actor: Actor | None,
    first: QueueView | None = None,
    banner: str = "",
    begins_shift: bool = False,
) -> None:
    from p24tui.tui.app import P24App

    with ExitStack() as running:
        rest = partial(_start_the_rest, system, place, running)
        P24App(
            system,
            people,
            place,
            actor=actor,
            first=first,
            banner=banner,
            asks_for_shift=not begins_shift,
            begins_shift=begins_shift,
            when_shown=rest,
        ).run()


def _start_the_rest(system: System, place: str, running: ExitStack) -> None:
    """Start what acts by the clock, until ``running`` is left, and let the collector of garbage work again.

    What is loaded by now stays, so the collector need not go through it; and it works often, so that no pause is long.
    """
    from p24tui.jobs.clockwork import Clockwork

    clockwork = Clockwork(system, place)
    clockwork.start()
    running.callback(clockwork.stop)
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 5, 50)
    gc.enable()


def require_terminal() -> None:
    """Raises ``BadInput`` where standard input or output is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        raise BadInput("no-terminal")


def _run_wizard(chosen: Settings) -> bool:
    from p24tui.cli.setup import first_set_up
    from p24tui.tui.setup import SetUpApp

    return bool(SetUpApp(lambda values: first_set_up(chosen, values), chosen.theme).run())
