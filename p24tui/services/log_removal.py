"""Removing months of the logs that need not be kept any longer: under record, and only what is sealed and whole."""

from datetime import datetime
from typing import Any

from p24tui.clock import local_date
from p24tui.errors import Refused
from p24tui.routine.actor import Actor
from p24tui.routine.log_keeping import kept_since, may_remove
from p24tui.routine.period import Length, Period, period_of
from p24tui.routine.rule import rule
from p24tui.services import log_seals as sealing
from p24tui.services.access import right
from p24tui.services.change import permitted
from p24tui.services.limits import limit
from p24tui.services.log_verify import Tally, verify
from p24tui.store import events, log_rows, log_seals
from p24tui.store.log_chain import BEFORE
from p24tui.store.log_rows import Old
from p24tui.system import System

Chain = tuple[str, str]


@right("log.remove")
@rule("LO-2")
def remove_old(system: System, actor: Actor) -> dict[str, dict[str, int]]:
    """Remove the months that are old enough from the start of every chain; how many rows of each log, by month.

    Each month goes in a transaction of its own, with the event that says so and the stumps from which the chains go on.
    Raises ``Refused`` where there is none, where something in the logs is not as it was written, or where what would go
    is not sealed, or its seal not anchored.
    """
    now = system.clock.now()
    since = kept_since(now, limit("read_log_kept", now))
    ends = period_of(Length.MONTH, local_date(since)).begins
    with system.store.reading() as tx:
        oldest = log_rows.oldest(tx, ends)
    if oldest is None:
        raise Refused("LO-2", "log-none-old")
    if next(verify(system, Tally()), None) is not None:
        raise Refused("LO-2", "log-altered")
    long_sealed = _may_go(system, ends, since)
    removed = {}
    while oldest is not None:
        month = period_of(Length.MONTH, local_date(oldest))
        counts = _remove(system, actor, now, month, long_sealed)
        if any(counts.values()):
            removed[_name(month)] = counts
        with system.store.reading() as tx:
            oldest = log_rows.oldest(tx, ends, month.ends)
    return removed


def _may_go(system: System, ends: datetime, since: datetime) -> dict[Chain, int]:
    """How far the chains have been sealed for as long as rows are kept; what there was before chains, sealed at all."""
    anchored, sealed, long = sealing.anchored(system), dict[Chain, int](), dict[Chain, int]()
    outside = dict[Chain, int]()
    seq = 0
    while seals := _after(system, seq):
        for seal in seals:
            heads = {(head.log, head.chain): head.position for head in seal.sealed()}
            sealed |= heads
            if seal.seq <= anchored:
                outside |= heads
            if seal.at <= since:
                long |= heads
        seq = seals[-1].seq
    with system.store.reading() as tx:
        old = log_rows.older_than(tx, ends)
    for one in old:
        chain = (one.log, one.chain)
        permitted(may_remove(one.last, sealed.get(chain, 0), outside.get(chain, 0)))
    return long | {chain: position for chain, position in sealed.items() if chain[1] == BEFORE}


def _after(system: System, seq: int) -> list[log_seals.Seal]:
    with system.store.reading() as tx:
        return log_seals.after(tx, seq, sealing.PAGE)


def _remove(system: System, actor: Actor, now: datetime, month: Period, may_go: dict[Chain, int]) -> dict[str, int]:
    counts = dict.fromkeys(log_rows.TABLES, 0)
    with system.store.writing() as tx:
        for one in log_rows.older_than(tx, month.ends):
            last = min(one.last, may_go.get((one.log, one.chain), 0))
            if last >= one.first:
                old = Old(one.log, one.chain, one.first, last)
                counts[one.log] += log_rows.remove(tx, old, _name(month), now, actor.name)
        if any(counts.values()):
            details: dict[str, Any] = {"month": _name(month), **counts}
            events.append(tx, actor, now, log_rows.REMOVED, rule="LO-2", **details)
    return counts


def _name(month: Period) -> str:
    return f"{month.first:%Y-%m}"
