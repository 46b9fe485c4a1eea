"""The change feed: tells a process, soon after the commit, which cases have changed, whoever changed them.

It invalidates and is never the truth: what it names is read again. Within the process a write's own signal is
enough. From other processes SQLite tells by ``PRAGMA data_version`` and the change log, PostgreSQL by NOTIFY, with
a slow poll behind both, so that a lost notice only delays.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, tuple_

from p24tui.errors import P24Error
from p24tui.store.connect import POSTGRESQL, connect_sqlcipher
from p24tui.store.engine import CHANNEL, Store, Tx, heard
from p24tui.store.intake import OLDEST_RUNNING, START
from p24tui.store.pace import Pace
from p24tui.store.tables import changes
from p24tui.store.values import Alive, Changed, Lost, Notice, Position

POLL_EVERY = 2.0
"""Seconds between polls of the change log behind NOTIFY, and between tries to reach a lost database."""

_LATEST = 5000
_STOP_WITHIN = 0.5
_log = logging.getLogger(__name__)


class Feed:
    """A thread that hands notices to ``listener`` (called in that thread) until ``stop``.

    ``since`` is the place in the change log from which it tells; without it, from now on.
    """

    def __init__(self, store: Store, listener: Callable[[Notice], None], since: Position | None = None) -> None:
        self._store = store
        self._listener = listener
        self._stopped = threading.Event()
        self._position: Position = _now(store) if since is None else since
        self._asked_at: float | None = None
        self._pace: Pace | None = None
        self._forget = store.when_written(lambda changed: listener(Changed(changed)))
        run = self._follow_postgresql if store.path is None else self._follow_sqlite
        self._thread = threading.Thread(target=self._keep_on, args=(run,), name="feed", daemon=True)
        self._thread.start()

    @property
    def unanswered(self) -> float:
        """For how many seconds PostgreSQL has been owing an answer; none where it has given them all."""
        asked_at = self._asked_at
        return 0.0 if asked_at is None else time.monotonic() - asked_at

    def stop(self) -> None:
        """End the thread and wait for it; once is enough."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        if self._pace is not None:
            self._pace.wake()
        self._forget()
        self._thread.join(timeout=5)

    def _keep_on(self, follow: Callable[[], None]) -> None:
        lost = False
        while not self._stopped.is_set():
            try:
                if lost:
                    self._catch_up()
                follow()
            except Exception as error:  # noqa: BLE001 - whatever happened, it is said and tried again
                if not lost:
                    _log.warning("feed lost: %s", type(error).__name__)
                lost = True
                detail = error.detail if hasattr(error, "detail") else type(error).__name__
                self._listener(Lost(str(detail)))
                self._stopped.wait(POLL_EVERY if isinstance(error, P24Error) else POLL_EVERY / 2)

    def _follow_sqlite(self) -> None:
        assert self._store.path is not None
        assert self._store.key is not None
        connection = connect_sqlcipher(self._store.path, self._store.key)
        try:
            look = connection.cursor()
            seen = _data_version(look)
            self._catch_up()
            with Pace(self._store.path.with_name(f"{self._store.path.name}-wal")) as self._pace:
                said_at = -POLL_EVERY
                while not self._stopped.is_set():
                    if (version := _data_version(look)) != seen:
                        seen = version
                        self._pace.found(self._catch_up())
                    if time.monotonic() - said_at >= POLL_EVERY:
                        said_at = time.monotonic()
                        self._reach()
                        self._listener(Alive())
                    self._pace.rest()
        finally:
            connection.close()

    def _follow_postgresql(self) -> None:
        from p24tui.store.answering import AnsweringConnection

        url = self._store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with AnsweringConnection.connect(url, autocommit=True, **POSTGRESQL) as connection:
            while not self._stopped.is_set():
                with self._asking():
                    connection.execute(f"LISTEN {CHANNEL}")  # again each time: whether it can still be heard on it
                    self._catch_up()
                self._listener(Alive())
                polled = time.monotonic()
                while (left := polled + POLL_EVERY - time.monotonic()) > 0 and not self._stopped.is_set():
                    for notice in connection.notifies(timeout=min(left, _STOP_WITHIN), stop_after=1):
                        self._listener(heard(notice.payload))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self._asked_at = time.monotonic()
        try:
            yield
        finally:
            self._asked_at = None

    def _reach(self) -> None:
        with self._store.reading() as tx:
            end_of_log(tx)

    def _catch_up(self) -> int:
        """Tell of all that the change log has after our place in it; how much that was."""
        with self._store.reading() as tx:
            rows = _after(tx, self._position)
        if not rows:
            return 0
        self._position = rows[-1][0]
        changed = frozenset((unit_id, case_id or "") for _, unit_id, case_id in rows)
        self._listener(Changed(changed, everything=len(rows) >= _LATEST))
        return len(rows)


def _after(tx: Tx, position: Position) -> list[tuple[Position, str, str | None]]:
    query = (
        select(changes.c.xid, changes.c.seq, changes.c.unit_id, changes.c.case_id)
        .where(tuple_(changes.c.xid, changes.c.seq) > tuple_(*position))
        .order_by(changes.c.xid, changes.c.seq)
        .limit(_LATEST)
    )
    if tx.on_postgresql:
        query = query.where(changes.c.xid < OLDEST_RUNNING)
    return [((xid, seq), unit_id, case_id) for xid, seq, unit_id, case_id in tx.connection.execute(query)]


def _now(store: Store) -> Position:
    with store.reading() as tx:
        return end_of_log(tx)


def end_of_log(tx: Tx) -> Position:
    """The place in the change log after which everything is yet to be told."""
    if tx.on_postgresql:  # before everything that a transaction now running may still add
        return tx.connection.execute(select(OLDEST_RUNNING)).scalar_one(), -1
    query = select(changes.c.xid, changes.c.seq).order_by(changes.c.xid.desc(), changes.c.seq.desc()).limit(1)
    row = tx.connection.execute(query).first()
    return START if row is None else (row[0], row[1])


def _data_version(cursor: Any) -> int:
    return int(cursor.execute("PRAGMA data_version").fetchone()[0])
