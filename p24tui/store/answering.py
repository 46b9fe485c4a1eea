"""A connection to PostgreSQL on which an answer is waited for so long and no longer.

Where something on the way forgets a connection or stands still, nothing is refused and nothing ever comes.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")

SOON = 5.0
"""Seconds within which a connection that works answers what is nothing to look for."""

AT_LAST = 35.0
"""Seconds within which any statement is answered: the database ends it by itself a little earlier."""


class AnsweringConnection(psycopg.Connection[Any]):
    """Raises ``OperationalError`` and is closed where no answer comes within ``answers_within`` seconds.

    None is for as long as it takes; a server that is gone is then noticed by the connection alone.
    """

    answers_within: float | None = SOON

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """What every question waits by; whoever waits for notices says for how long."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.answers_within)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # what it may still say is the answer to something else
            raise psycopg.OperationalError("no answer") from None
