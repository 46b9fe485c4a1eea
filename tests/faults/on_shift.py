"""The processes of the shift's trial: people at work who are killed or stopped, and ticks that look for the lost."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

from p24tui import bootstrap
from p24tui.errors import P24Error, Unavailable
from p24tui.routine.actor import Actor
from p24tui.routine.shift import ShiftKind
from p24tui.services import chat, shift
from p24tui.settings import Settings
from p24tui.store import cases
from p24tui.system import System
from tests.world import PEOPLE, UNIT

GRACE = timedelta(seconds=4)
BEATS_EVERY = 0.1
LOOKS_EVERY = 0.05


@dataclass(frozen=True)
class Place:
    """Where the processes meet: the home and the database."""

    home: Path
    database: str

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, database=self.database, unit=UNIT)


def short_grace(_now: datetime) -> timedelta:
    """The grace time of the trial, in place of the routine's minutes."""
    return GRACE


def draft_of(who: str, case_id: str) -> str:
    """What this person has begun to write in a case."""
    return f"Hej från {who} i {case_id}"


def work(at: Place, who: str, case_ids: tuple[str, ...], told: Connection) -> None:
    """Take these cases on, begin to write in each, and say that one is there until one is killed.

    Tells ``ready``, then ``lost`` where the shift was lost meanwhile, and begins another.
    """
    actor = Actor(PEOPLE[who][0], PEOPLE[who][1], PEOPLE[who][2], UNIT, f"console:faults:{who}")
    with patch.object(shift, "grace", short_grace), bootstrap.running(at.settings) as system:
        shift.start(system, actor, ShiftKind.CHAT)
        for case_id in case_ids:
            _take_on(system, actor, who, case_id)
        told.send("ready")
        while True:
            with suppress(Unavailable):  # a console says so, and tries again
                if shift.seen(system, actor) is None:
                    shift.start(system, actor, ShiftKind.CHAT)
                    told.send("lost")
            time.sleep(BEATS_EVERY)


def _take_on(system: System, actor: Actor, who: str, case_id: str) -> None:
    with system.store.reading() as tx:
        row = cases.one(tx, case_id)
    assert row is not None
    chat.claim(system, actor, case_id, row.case.version)
    chat.save_draft(system, actor, case_id, draft_of(who, case_id))
    shift.seen(system, actor)


def look_for_the_lost(at: Place, told: Connection) -> None:
    """Give up whoever is lost, again and again until told to stop; tells how many shifts that were."""
    lost, passed = 0, count(0, 3600)
    watch = shift.Watch(lambda: float(next(passed)))  # long enough ago for it at each look
    with patch.object(shift, "grace", short_grace), bootstrap.running(at.settings) as system:
        told.send(0)
        while not told.poll(LOOKS_EVERY):
            with suppress(P24Error):  # the other has the database just now
                lost += watch.give_up_lost(system)
    told.send(lost)
