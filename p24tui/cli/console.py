"""Opening the console: the wizard where nothing is set up, then the login, or the desk at once."""

import gc
import os
import sys
from contextlib import ExitStack
from functools import partial

from p24tui import bootstrap, settings
from p24tui.clock import SystemClock
from p24tui.errors import BadInput, Refused
from p24tui.gateways import handoff
from p24tui.gateways.system_user import system_user
from p24tui.routine.actor import Actor
from p24tui.routine.login import Means, Proven
from p24tui.services import first_screen
from p24tui.services.login_views import Admitted
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


def open_console(chosen: Settings) -> None:
    """Run the console; in a browser for the person whom the server has started it for.

    Raises ``BadInput`` without a terminal, and ``Refused`` (NA-1) where whoever is handed over, or the operating
    system's user, is nobody here.
    """
    proven = handoff.proven_by_handoff(SystemClock())
    if proven is None:
        require_terminal()
    elif not chosen.web_address:  # no server for browsers starts consoles here
        raise Refused("NA-1", "handoff")
    gc.disable()  # until the list stands there
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES_PER_SECOND))
    for name in TELL_ALL:
        os.environ.pop(name, None)
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        _open_desk(chosen, proven)
    except BadInput as error:
        if error.reason != "not-set-up" or proven is not None:
            raise
        if _run_wizard(chosen):
            _open_desk(settings.load(unit=chosen.unit or None), None)


def run_demo(system: System, staff_id: str, unit_id: str, *, asks_who: bool, banner: str) -> None:
    """Show the desk of a demo's unit. One is logged in without proving anything, as the person that is named, or as
    the one that one chooses where it ``asks_who``.
    """
    from p24tui.cli.base import role_of
    from p24tui.services import staff

    place = bootstrap.place("console")
    everybody = staff.people_of(system, unit_id)
    actor = proven = None
    if not asks_who:
        actor = staff.acting(system, staff_id, unit_id, place, role_of(system.settings))
        proven = Proven(staff_id, actor.name, Means.DEMO, system.clock.now())
        everybody = staff.where_they_act(system, actor, everybody)
    _run(system, place, everybody, actor=actor, proven=proven, banner=banner, begins_shift=True)


def _open_desk(chosen: Settings, proven: Proven | None) -> None:
    with bootstrap.running(chosen, open_later=True) as system:
        place = bootstrap.place("console")
        if proven is None and chosen.login == "system-user" and _open_at_once(system, place):
            return
        if proven is not None:
            system.person_changed(proven.staff_id)
        from p24tui.services import login, setup

        if not setup.is_set_up(system):
            raise BadInput("not-set-up", path=str(chosen.home))
        bootstrap.log_to_file(chosen)
        if proven is None and chosen.login == "system-user":
            proven = login.of_system_user(system, system_user())
            system.person_changed(proven.staff_id)
        admitted = login.admit(system, proven, place) if proven is not None else None
        _run(system, place, {}, admitted=admitted)


def _open_at_once(system: System, place: str) -> bool:
    """Show the first frame before the database layer is loaded, where who one is stands fast and nothing is to choose."""
    first = first_screen.read(system.settings, system.clock, place, system_user())
    if first is None:
        return False
    bootstrap.log_to_file(system.settings)
    _run(system, place, {first.member: first.units}, actor=first.actor, proven=first.proven, first=first.view)
    return True


def _run(
    system: System,
    place: str,
    people: dict[Staff, tuple[Unit, ...]],
    *,
    actor: Actor | None = None,
    proven: Proven | None = None,
    admitted: Admitted | None = None,
    first: QueueView | None = None,
    banner: str = "",
    begins_shift: bool = False,
) -> None:
    from p24tui.tui.app import P24App

    if actor is not None:
        system.person_changed(actor.staff_id or "")
    with ExitStack() as running:
        rest = partial(_start_the_rest, system, place, running)
        P24App(
            system,
            people,
            place,
            actor=actor,
            proven=proven,
            admitted=admitted,
            first=first,
            banner=banner,
            asks_for_shift=not begins_shift,
            begins_shift=begins_shift,
            when_shown=rest,
            when_left=running.close,
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

    def set_up(values: dict[str, str]) -> None:
        first_set_up(chosen, values, values["password"])

    return bool(SetUpApp(set_up, chosen.theme, asks_for_password=chosen.login == "password").run())
