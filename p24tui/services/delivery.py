"""What became of what was handed over: reports, look-ups, and what a process that died left behind."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from p24tui.gateways.outgoing.model import Fate, Problem, Report
from p24tui.routine import outgoing as rules
from p24tui.routine.link import spent
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.rule import rule
from p24tui.services.outbox import letter, nobody, tell
from p24tui.store import outbox
from p24tui.store.engine import Tx
from p24tui.store.values import OutgoingRow
from p24tui.system import System

LOOKED_UP_APART = timedelta(minutes=1)
"""The least time between two look-ups of the same; they become fewer and fewer."""

MAY_BE_ANOTHER = timedelta(minutes=1), timedelta(minutes=11)
"""How long before and after something went another one to the same number may be the one that a gateway tells of."""

LOOKED_UP_FOR = timedelta(days=3)
"""How long something of which nobody knows is looked up; a report may come later still."""


def strand(system: System, limit: int = 100) -> int:
    """What a process that died was handing over is uncertain from now on; how much that was."""
    now = system.clock.now()
    with system.store.writing() as tx:
        left = outbox.stranded(tx, now, limit)
        _doubt(tx, left, now)
    return len(left)


@rule("SE-2")
def doubt_due(tx: Tx, now: datetime) -> int:
    """In a database that was restored, what is due may have gone already: it is uncertain; how much that was."""
    due = outbox.due(tx, now)
    _doubt(tx, due, now)
    return len(due)


def _doubt(tx: Tx, rows: Sequence[OutgoingRow], now: datetime) -> None:
    values = {"state": OutgoingState.UNCERTAIN, "problem": Problem.SILENCE.value, "try_at": now}
    for row in rows:
        outbox.change(tx, row.id, row.fence, (row.state,), changed_at=now, lease_until=None, **values)
        tell(tx, nobody(row.unit_id), row, now, "sms.uncertain", problem=Problem.SILENCE.value)


def hear(system: System, gateway: str, report: Report) -> bool:
    """Take a delivery report, in whatever order and however often it comes; whether it is about one of ours."""
    now = system.clock.now()
    with system.store.writing() as tx:
        row = outbox.one(tx, report.id, lock=True) if report.id else None
        if row is None and report.gateway_id:
            row = outbox.by_gateway_id(tx, gateway, report.gateway_id)
        if row is None:
            return False
        _take_report(tx, row, report, now)
        return True


def look_up(system: System, limit: int = 1) -> int:
    """Ask the gateways about what nobody knows the fate of, a little at a time; how much of it is known now.

    What is of use no longer keeps no link (H16).
    """
    now = system.clock.now()
    _forget_links(system, now)
    with system.store.reading() as tx:
        rows = outbox.to_look_up(tx, now, limit)
    return sum(_look_up(system, row, now) for row in rows)


def _forget_links(system: System, now: datetime) -> None:
    with system.store.reading() as tx:
        if not outbox.has_useless_links(tx, now):
            return
    with system.store.writing() as tx:
        outbox.forget_useless_links(tx, now)


def _take_report(tx: Tx, row: OutgoingRow, report: Report, now: datetime) -> None:
    other = bool(row.gateway_id and report.gateway_id and row.gateway_id != report.gateway_id)
    if other and report.fate is not Fate.DELIVERED:
        return  # about an earlier attempt
    failed = report.fate is Fate.FAILED
    delivered = report.fate is Fate.DELIVERED
    state = rules.after_report(row.state, delivered=delivered, failed=failed, may_have_gone=row.may_have_gone)
    if state is row.state:
        return
    problem = Problem.NOT_DELIVERED.value if failed else ""
    gateway_id = row.gateway_id or report.gateway_id
    values = {"state": state, "problem": problem, "gateway_id": gateway_id, "changed_at": now, "lease_until": None}
    if state in (OutgoingState.ACCEPTED, OutgoingState.DELIVERED):
        values["text"] = spent(row.text)
    outbox.change(tx, row.id, row.fence, (row.state,), **values)
    details = {"problem": problem} if problem else {}
    tell(tx, nobody(row.unit_id), row, now, f"sms.{state.value}", **details)


def _look_up(system: System, row: OutgoingRow, now: datetime) -> bool:
    gateway = system.gateways.get(row.channel)
    since = row.sent_at or row.changed_at
    report = None
    if gateway is not None and gateway.name == row.gateway and now - since < LOOKED_UP_FOR:
        report = gateway.look_up(letter(row), row.gateway_id, since)
    with system.store.writing() as tx:
        locked = outbox.one(tx, row.id, lock=True)
        if locked is None or locked.fence != row.fence:
            return False  # it goes once more meanwhile
        if report is None or not _is_ours(tx, row, report, since):
            later = now + max(LOOKED_UP_APART, (now - since) / 2)  # less and less often
            outbox.change(tx, row.id, row.fence, (OutgoingState.UNCERTAIN,), try_at=later)
            return False
        _take_report(tx, locked, report, now)
        return True


def _is_ours(tx: Tx, row: OutgoingRow, report: Report, since: datetime) -> bool:
    """Whether what was found can be no other message: another's id is not, and without an id of ours neither is what
    may as well be another one to the same number."""
    owner = outbox.by_gateway_id(tx, row.gateway, report.gateway_id) if report.gateway_id else None
    if owner is not None:
        return owner.id == row.id
    before, after = MAY_BE_ANOTHER
    return bool(row.gateway_id) or not outbox.another_went(tx, row, since - before, since + after)
