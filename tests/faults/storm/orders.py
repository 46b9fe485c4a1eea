"""What every process of the storm is told, and what it does first."""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from p24tui import bootstrap
from p24tui.clock import PacedClock
from p24tui.jobs.clockwork import Clockwork
from p24tui.services import sending
from p24tui.store import connect
from tests.world import MONDAY_NINE

BUSY = 1.5
"""Seconds that a write waits for another process's, where the program waits for five."""

LEASE = timedelta(seconds=6)
TICKS_EVERY = 2
BUG = 70
"""What a process ends with that meets something nobody foresaw."""

SOURCE = "portal"
BOOKINGS = "vas"

LOADED_EARLY = (
    "httpx",
    "phonenumbers",
    "psycopg",
    "sqlcipher3.dbapi2",
    "sqlalchemy.dialects.postgresql",
    "p24tui.cli.console",
    "p24tui.cli.intake",
    "p24tui.cli.worker",
    "p24tui.gateways.outgoing.elks",
    "p24tui.intake.mllp",
    "p24tui.intake.serve",
    "p24tui.tui.app",
    "tests.faults.storm.patients",
    "tests.faults.storm.staff",
)
"""What each process would import for itself otherwise."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Where everything is. ``begun`` is when it was Monday, nine o'clock."""

    environment: dict[str, str]
    database: str
    home: Path
    acknowledged: Path
    output: Path
    intake: str
    token: str
    mllp: int
    begun: datetime
    seed: str


def obey(orders: Orders, name: str, run: Callable[..., None], *given: Any) -> None:
    """What a new process does: it gets a session, an output, an environment and a clock of its own, and runs."""
    os.setsid()
    output = _say_to(orders.output / name)
    os.environ.update(orders.environment)
    for module in LOADED_EARLY:  # nothing to do where they were loaded before the fork
        import_module(module)
    hurry(orders.begun)
    try:
        run(orders, name, *given)
    except Exception:  # noqa: BLE001 - it is to be seen, and not by whoever forked it
        os.write(output, traceback.format_exc().encode())
        sys.exit(BUG)


def hurry(begun: datetime) -> None:
    """The program's own clock, and waits that a round can afford, for as long as this process lives."""
    ticks = vars(Clockwork)["ticks"].fget
    patch.object(bootstrap, "SystemClock", lambda: PacedClock(MONDAY_NINE, 1.0, begun)).start()
    patch.object(connect, "BUSY_TIMEOUT", BUSY).start()
    patch.object(sending, "LEASE", LEASE).start()
    patch.object(sending, "HANDED_OVER_WITHIN", LEASE / 4).start()
    hurried = property(lambda self: tuple(replace(one, every=min(one.every, TICKS_EVERY)) for one in ticks(self)))
    patch.object(Clockwork, "ticks", hurried).start()


def program(_orders: Orders, _name: str, *arguments: str) -> None:
    """The program itself, as it is started from the command line."""
    from p24tui import cli

    sys.argv = ["p24tui", *arguments]
    cli.main()


def console(orders: Orders, name: str, terminal: str, *arguments: str) -> None:
    """The program on a terminal, which is this session's from now on."""
    side = os.open(terminal, os.O_RDWR)
    for number, (name_of, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        os.dup2(side, number)
        stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process lasts
        vars(sys).update({name_of: stream, f"__{name_of}__": stream})
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    program(orders, name, *arguments)


def _say_to(path: Path) -> int:
    output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    return output
