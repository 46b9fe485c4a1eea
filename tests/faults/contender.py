"""One of the processes that want the same cases: it tries, says what it was told, and now and then lets go again."""

import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError

from p24tui import bootstrap
from p24tui.errors import Refused, Stale, Unavailable
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case
from p24tui.services import chat
from p24tui.settings import Settings
from p24tui.store import cases
from p24tui.system import System
from tests.world import UNIT

LETS_GO = 0.25
ANSWERS = 0.15
TRIES_AGAIN = 0.25
"""How often (0 to 1) who has a case gives it back or writes in it, and who was refused looks and tries once more."""

PATIENCE = 120.0
"""Seconds for which one waits for the others; a machine that is busy with other things is meant."""

for _module in ("psycopg", "sqlcipher3.dbapi2", "sqlalchemy.dialects.postgresql"):
    import_module(_module)  # what is imported late otherwise, by every process for itself


class Deed(StrEnum):
    """What was tried, by the event that it leaves."""

    CLAIM = "case.claimed"
    RELEASE = "case.released"
    ANSWER = "message.sent"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a try. ``version`` is the case's after it, none where it was not done; all go by one clock."""

    case_id: str
    deed: Deed
    staff_id: str
    began: float
    ended: float
    version: int | None = None
    problem: str = ""


def contender(number: int) -> Actor:
    """Who the process acts as: a nurse of their own at a console of their own."""
    return Actor(
        f"SE2321000016-C{number:03d}", f"Sköterska {number}", Profession.NURSE, UNIT, f"console:claims:{number}"
    )


def contend(home: Path, database: str, number: int, seed: int, gate: Barrier, parent: Connection) -> None:
    """Try to claim each case of each batch, at the same moment as all others; tell what came of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who looks on
    chance = random.Random(f"{seed}:{number}")
    with (
        bootstrap.running(Settings(home=home, database=database, unit=UNIT)) as system,
        suppress(EOFError, OSError, BrokenBarrierError),
    ):
        while batch := parent.recv():
            told: list[Told] = []
            for case_id, version in batch:
                gate.wait(PATIENCE)
                _want(system, contender(number), case_id, version, chance, told)
            parent.send(told)


def _want(system: System, actor: Actor, case_id: str, version: int, chance: random.Random, told: list[Told]) -> None:
    """Try to get the case. Who has got it now and then gives it back or answers; who has not, looks and tries again."""
    owned = _try(Deed.CLAIM, actor, case_id, told, lambda: chat.claim(system, actor, case_id, version))
    if owned is None and chance.random() < TRIES_AGAIN:
        with system.store.reading() as tx:
            row = cases.one(tx, case_id)
        assert row is not None
        now = row.case.version
        owned = _try(Deed.CLAIM, actor, case_id, told, lambda: chat.claim(system, actor, case_id, now))
    if owned is None:
        return
    mine, then = owned.version, chance.random()
    if then < LETS_GO:
        _try(Deed.RELEASE, actor, case_id, told, lambda: chat.release(system, actor, case_id, mine))
    elif then < LETS_GO + ANSWERS:
        _try(Deed.ANSWER, actor, case_id, told, lambda: chat.answer(system, actor, case_id, mine, "Hej!", fresh_id()))


def _try(deed: Deed, actor: Actor, case_id: str, told: list[Told], attempt: Callable[[], Case]) -> Case | None:
    began = time.monotonic()
    case, problem = None, ""
    try:
        case = attempt()
    except (Refused, Stale, Unavailable) as error:
        problem = type(error).__name__
    version = case.version if case is not None else None
    told.append(Told(case_id, deed, actor.staff_id or "", began, time.monotonic(), version, problem))
    return case
