"""The process that is killed: it sends what is due by the real gateway, over loopback, until it is told to stop.

Before it goes on it says what it does now, so that the last that a process said that was killed is what it did when it
died. It is forked from one that has imported everything, so that there can be hundreds.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

from p24tui import bootstrap, settings
from p24tui.clock import PacedClock
from p24tui.errors import P24Error
from p24tui.gateways.outgoing import elks
from p24tui.gateways.outgoing.model import Accepted, Answer, Outgoing
from p24tui.gateways.outgoing.report_address import report_address
from p24tui.routine.outgoing import Channel, OutgoingState
from p24tui.services import delivery, sending
from p24tui.store.outbox import Claimed
from p24tui.store.outbox_results import Result, Results
from p24tui.store.values import OutgoingRow
from tests.gateways.outgoing.elks_server import PASSWORD, USER
from tests.outgoing import Persons
from tests.world import MONDAY_NINE

SECRET = "a secret for the addresses of reports"
RUN_FOR = 1.0
"""Seconds after which a run ends, so that what is uncertain is looked up between two."""
SOON = timedelta(seconds=1)
"""How long an empty account is left alone here, where the program leaves it for minutes."""
LINGERS = 0.04
"""The most seconds for which it may stay where it is, so that it can be killed there."""


for _module in ("httpx", "phonenumbers", "psycopg", "sqlcipher3.dbapi2", "sqlalchemy.dialects.postgresql"):
    import_module(_module)  # what is imported late otherwise, by every claimant for itself


class Doing(StrEnum):
    """What a claimant does. ``RESTING`` is all that is between two rows or runs, such as freeing and looking up."""

    STARTING = "starting"
    RESTING = "resting"
    CLAIMING = "claiming"
    CLAIMED = "claimed"
    MARKING = "marking"
    MARKED = "marked, about to hand over"
    HANDING = "handing over"
    ANSWERED = "answered, not stored"
    STORING = "storing"
    STORED = "stored"
    TROUBLED = "troubled"


@dataclass(frozen=True)
class Told:
    """A line: what it does, with which row, and what the gateway's answer was."""

    doing: Doing
    id: str = ""
    answer: str = ""

    @property
    def line(self) -> bytes:
        return f"{self.doing.name} {self.id or '-'} {self.answer}".encode()


def told(line: bytes) -> Told:
    """What a line says."""
    name, id, answer = line.decode().split(" ", 2)
    return Told(Doing[name], "" if id == "-" else id, answer)


@dataclass(frozen=True)
class Orders:
    """What a claimant is told: where everything is, and how long things last, in seconds.

    ``begun`` is when it was Monday, nine o'clock; ``lingers`` how often (0 to 1) it stays where it is for a moment;
    ``errors`` is where it writes what goes wrong.
    """

    place: str
    environment: dict[str, str]
    server: str
    reports: str
    begun: datetime
    timeout: float
    lease: float
    lingers: float
    looks_up: bool
    seed: str
    errors: Path


class Voice:
    """Says what is done. Now and then it lingers there."""

    def __init__(self, parent: Connection, seed: str, lingers: float) -> None:
        self._parent = parent
        self._random = random.Random(seed)
        self._lingers = lingers

    def say(self, doing: Doing, id: str = "", answer: str = "") -> None:
        self._parent.send_bytes(Told(doing, id, answer).line)
        if self._random.random() < self._lingers:
            time.sleep(self._random.uniform(0, LINGERS))


class HeardElks(elks.Elks):
    """The real gateway; it says when it is asked and when it has answered."""

    voice: Voice

    def send(self, outgoing: Outgoing) -> Answer:
        self.voice.say(Doing.HANDING, outgoing.id)
        answer = super().send(outgoing)
        said = "" if isinstance(answer, Accepted) else answer.problem.value
        self.voice.say(Doing.ANSWERED, outgoing.id, said)
        return answer


class HeardSender(sending.Sender):
    """The real sender; it says what it does."""

    voice: Voice

    def _claim(self) -> list[Claimed]:
        self.voice.say(Doing.CLAIMING)
        claimed = super()._claim()
        self.voice.say(Doing.CLAIMED)
        return claimed

    def _begin(self, claimed: list[Claimed]) -> list[OutgoingRow]:
        self.voice.say(Doing.MARKING)
        ready = super()._begin(claimed)
        self.voice.say(Doing.MARKED)
        return ready


@contextmanager
def hurried(lease: timedelta) -> Iterator[None]:
    """Leases and waits that a run can afford, for as long as the block lasts."""
    with (
        patch.object(sending, "LEASE", lease),
        patch.object(sending, "HANDED_OVER_WITHIN", lease / 4),
        patch.object(sending, "WORKS_FOR", RUN_FOR),
        patch.object(elks, "_CREDITS_AFTER", SOON),
    ):
        yield


@contextmanager
def heard(voice: Voice) -> Iterator[None]:
    """Say when a result is being stored, and when it has been."""
    put = Results.put

    def put_and_say(self: Results, row: OutgoingRow, place: str, rule: str, result: Result, kind: str) -> None:
        voice.say(Doing.STORING, row.id)
        put(self, row, place, rule, result, kind)
        voice.say(Doing.STORED, row.id, OutgoingState(result.state).value)

    with patch.object(Results, "put", put_and_say):
        yield


def work(sender: HeardSender, voice: Voice, stop: threading.Event, *, looks_up: bool) -> None:
    """Send, and look up what is uncertain, until told to stop."""
    while not stop.is_set():
        voice.say(Doing.RESTING)
        try:
            done = sender.send_due()
            done += delivery.look_up(sender.system) if looks_up else 0
        except P24Error as error:  # as a tick of the program takes it
            voice.say(Doing.TROUBLED, answer=type(error).__name__)
            done = 0
        if not done:
            stop.wait(0.03)


def claim(orders: Orders, parent: Connection) -> None:
    """What the process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who looks on
    with orders.errors.open("w") as errors:
        os.dup2(errors.fileno(), 2)
    os.environ.update(orders.environment)
    stop = threading.Event()
    threading.Thread(target=_until_told, args=(parent, stop), daemon=True).start()
    voice = Voice(parent, orders.seed, orders.lingers)
    gateway = HeardElks(
        user=USER,
        password=PASSWORD,
        sender="Vardcentral",
        address=orders.server,
        report_to=partial(report_address, orders.reports, SECRET, elks.Elks.name),
        timeout=orders.timeout,
    )
    gateway.voice = voice
    clock = PacedClock(MONDAY_NINE, begun=orders.begun)
    with ExitStack() as until:
        until.enter_context(hurried(timedelta(seconds=orders.lease)))
        until.enter_context(heard(voice))
        system = until.enter_context(bootstrap.running(settings.load(orders.environment), clock=clock))
        system.gateways = {Channel.SMS: gateway}
        system.person_data = Persons()
        sender = HeardSender(system, orders.place, pause=timedelta(0))
        sender.voice = voice
        work(sender, voice, stop, looks_up=orders.looks_up)


def _until_told(parent: Connection, stop: threading.Event) -> None:
    """A parent that has died must leave no claimant behind."""
    with suppress(EOFError, OSError):
        parent.recv_bytes()
    stop.set()
