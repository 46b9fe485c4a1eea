"""How 46elks behaves while reminders are handed over: mostly well, and at random as badly as a gateway can."""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from p24tui.clock import Clock
from tests.gateways.outgoing.elks_server import (
    BROKEN_JSON_BUT_TAKEN,
    CUT_OFF_BUT_TAKEN,
    DRIPS_BUT_TAKEN,
    FAULT,
    NO_ANSWER_BUT_TAKEN,
    NO_CREDITS,
    NORMAL,
    SILENT,
    SILENT_BUT_TAKEN,
    Behaviour,
    ElksServer,
    Request,
    Taken,
    elks_server,
    refused,
)


@dataclass(frozen=True)
class Treatment:
    """One way to treat a request, and how many of a hundred are treated so."""

    name: str
    behaviour: Behaviour
    share: int
    hangs: bool = False
    """The client's time runs out on it."""
    not_now: bool = False
    """It says that nothing was taken, and that the client may come again."""


ACCEPTS = Treatment("accepts", NORMAL, 54)
HANGS = Treatment("hangs, not taken", SILENT, 11, hangs=True)
TREATMENTS = (
    ACCEPTS,
    HANGS,
    Treatment("hangs, taken", SILENT_BUT_TAKEN, 12, hangs=True),
    Treatment("drips, taken", DRIPS_BUT_TAKEN, 1, hangs=True),
    Treatment("no answer, taken", NO_ANSWER_BUT_TAKEN, 3),
    Treatment("answer cut off, taken", CUT_OFF_BUT_TAKEN, 3),
    Treatment("answer broken, taken", BROKEN_JSON_BUT_TAKEN, 1),
    Treatment("503, taken", Behaviour(503, b"Service unavailable"), 3),
    Treatment("503, not taken", refused(503, "Service unavailable"), 3),
    Treatment("429", refused(429, "Too many requests", {"Retry-After": "1"}), 5, not_now=True),
    Treatment("403, no credits", NO_CREDITS, 2, not_now=True),
    Treatment("400", refused(400, "Invalid to number"), 2),
)


class BadGateway:
    """The server, and what it was asked about which reminder, in order."""

    def __init__(self, server: ElksServer, seed: int) -> None:
        self.server = server
        self.asked: defaultdict[str, list[Treatment]] = defaultdict(list)
        self.only: Treatment | None = None
        """Where it is set, every request is treated so."""
        self._random = random.Random(f"gateway:{seed}")
        server.behave(self._behave)

    @property
    def taken(self) -> list[Taken]:
        """What it has taken, in order."""
        return list(self.server.accepted)

    def hung_on(self, id: str) -> bool:
        """Whether the last request about this reminder was let hang."""
        asked = self.asked.get(id)
        return asked is not None and asked[-1].hangs

    def _behave(self, request: Request) -> Behaviour:
        """Called under the server's lock, before anything is taken."""
        if request.method != "POST":  # somebody looks something up
            return self._random.choices((NORMAL, SILENT, FAULT), (90, 5, 5))[0]
        chosen = self.only or self._random.choices(TREATMENTS, [one.share for one in TREATMENTS])[0]
        self.asked[id_in(request.fields["whendelivered"])].append(chosen)
        return chosen.behaviour


def id_in(whendelivered: str) -> str:
    """Our id of a message, from the address for its reports."""
    return unquote(urlsplit(whendelivered).path.rpartition("/")[2])


@contextmanager
def bad_gateway(clock: Clock, seed: int) -> Iterator[BadGateway]:
    """A gateway for as long as the block lasts."""
    with elks_server(clock) as server:
        yield BadGateway(server, seed)
