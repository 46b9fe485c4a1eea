"""Storing what became of what was handed over: each result on its own, durable before the next is handed over.

This is what limits how much can go out in a second, so on PostgreSQL the row, its event and its place in the change log
are one statement, which is one round trip and one commit. The consoles are told once for several: a commit that
notifies lets no other commit beside it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection

from p24tui.routine.actor import Actor
from p24tui.routine.outgoing import OutgoingState
from p24tui.store import events, outbox
from p24tui.store.engine import Store
from p24tui.store.values import Change, OutgoingRow

IN_FLIGHT = (OutgoingState.SENDING, OutgoingState.UNCERTAIN)
"""States in which an answer of the gateway is news; what a report has told meanwhile stands."""

_STATEMENT = """
WITH changed AS (
    UPDATE outbox SET state = %(state)s, problem = %(problem)s, try_at = %(try_at)s, changed_at = %(changed_at)s,
        sent_at = %(sent_at)s, gateway_id = %(gateway_id)s, parts = %(parts)s, text = %(text)s, lease_until = NULL
    WHERE id = %(id)s AND fence = %(fence)s AND state IN ('sending', 'uncertain')
    RETURNING unit_id, case_id
), event AS (
    INSERT INTO events (at, kind, case_id, unit_id, staff_id, actor, profession, place, rule, details)
    SELECT %(changed_at)s, %(kind)s, case_id, unit_id, NULL, 'p24tui', '', %(place)s, %(rule)s, %(details)s::json
    FROM changed
    RETURNING seq, unit_id, case_id
)
INSERT INTO changes (xid, at, unit_id, case_id, event_seq)
SELECT pg_current_xact_id()::text::bigint, %(changed_at)s, unit_id, case_id, seq FROM event
"""


class Result(Struct, frozen=True):
    """What is written of an answer: the columns of the outbox by their names."""

    state: OutgoingState
    problem: str
    changed_at: datetime
    try_at: datetime
    sent_at: datetime | None
    gateway_id: str
    parts: int
    text: str


class Results:
    """Where the results of one run go. ``put`` returns when they are durable."""

    def __init__(self, store: Store, connection: Connection | None) -> None:
        self._store = store
        self._connection = connection
        self.changed: set[Change] = set()

    def put(self, row: OutgoingRow, place: str, rule: str, result: Result, kind: str) -> None:
        """Store the result, where nothing has been heard of the row meanwhile, and what happened, if anything has."""
        if self._connection is None or not kind:
            self._put(row, Actor(None, "p24tui", None, row.unit_id, place), rule, result, kind)
            return
        values = {name: getattr(result, name) for name in Result.__struct_fields__}
        about = {"id": row.id, "fence": row.fence, "kind": kind, "place": place, "rule": rule}
        details = json.dumps(_details(row, result))
        if self._connection.exec_driver_sql(_STATEMENT, {**values, **about, "details": details}).rowcount:
            self.changed.add((row.unit_id, row.case_id or ""))

    def _put(self, row: OutgoingRow, actor: Actor, rule: str, result: Result, kind: str) -> None:
        at, unit_id = result.changed_at, row.unit_id
        with self._store.writing() as tx:
            new = outbox.change(tx, row.id, row.fence, IN_FLIGHT, lease_until=None, **asdict(result))
            if new and kind:
                events.append(tx, actor, at, kind, row.case_id, unit_id=unit_id, rule=rule, **_details(row, result))


def _details(row: OutgoingRow, result: Result) -> dict[str, str]:
    return {"sms": row.id, "purpose": row.purpose.value, "problem": result.problem}


@contextmanager
def results(store: Store) -> Iterator[Results]:
    """Where results go for as long as the block lasts; the consoles are told at its end.

    Raises ``Unavailable`` where the database cannot be reached.
    """
    if store.path is not None:
        yield Results(store, None)
        return
    with store.single_writes() as connection:
        found = Results(store, connection)
        try:
            yield found
        finally:
            store.tell(found.changed)
