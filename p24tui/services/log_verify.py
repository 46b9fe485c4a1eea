"""Whether the logs are as they were written: rows against chains, chains against seals, seals against their anchor."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from msgspec import Struct

from p24tui.clock import local_date
from p24tui.gateways import seal_file
from p24tui.gateways.seal_file import Restored
from p24tui.routine.log_keeping import kept_since, month_of
from p24tui.routine.rule import rule
from p24tui.services import log_seals as sealing
from p24tui.services.limits import limit_on
from p24tui.store import log_rows, log_seals
from p24tui.store.log_chain import BEFORE, ZERO
from p24tui.store.log_rows import Stored, Stump
from p24tui.store.log_seals import Head, Seal
from p24tui.system import System

PAGE = 200
"""Seals that are looked at at a time."""


class What(StrEnum):
    """What is not as it was written."""

    CHANGED = "changed"
    MISSING = "missing"
    RELINKED = "relinked"
    ADDED = "added"
    ORDER = "order"
    CUT = "cut"
    HEAD = "head"
    REWRITTEN = "rewritten"
    SEAL = "seal"
    SEALS_MISSING = "seals-missing"
    ANCHOR = "anchor"
    NO_ANCHOR = "no-anchor"
    REMOVED = "removed"


class Found(Struct, frozen=True):
    """One thing that is not as it was written, and where: ``position`` in the chain, up to ``to`` where it is several.

    ``log`` is ``log_seals`` for seals. ``seq`` and ``at`` are those of the row there, or of the last before it.
    """

    what: What
    log: str
    chain: str
    position: int
    seq: int | None = None
    at: datetime | None = None
    to: int | None = None


@dataclass(slots=True)
class Tally:
    """What has been looked at so far; ``unanchored`` are seals that this machine's anchor has not yet.

    ``restored`` is what the anchor tells of restored databases: each is a gap that somebody has accepted, and no fault.
    """

    total: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    chains: dict[str, int] = field(default_factory=dict)
    seals: int = 0
    anchored: int = 0
    unanchored: int = 0
    sealed_to: datetime | None = None
    restored: list[Restored] = field(default_factory=list)


@rule("LO-2")
def verify(system: System, tally: Tally, told: Callable[[Tally], object] = lambda _tally: None) -> Iterator[Found]:
    """Everything that is not as it was written, as it is found; ``told`` hears how far it has come.

    Reads page by page in constant memory, and writes nothing. Raises ``Unavailable`` where something cannot be read.
    """
    with system.store.reading() as tx:
        tally.total = sum(log_rows.count(tx, log) for log in log_rows.TABLES)
        removed = log_rows.stumps(tx)
    stumps = {(one.head.log, one.head.chain): one for one in removed}
    for log in log_rows.TABLES:
        yield from _Walk(system, log, stumps, tally, told).rows()
    yield from _seals(system, stumps, tally)
    yield from _removals(system, removed)


@dataclass(slots=True)
class _Walk:
    """Through the chains of one log."""

    system: System
    log: str
    stumps: dict[tuple[str, str], Stump]
    tally: Tally
    told: Callable[[Tally], object]

    def rows(self) -> Iterator[Found]:
        with self.system.store.reading() as tx:
            heads = log_rows.heads(tx, self.log)
        rows = (row for page in log_rows.chained(self.system.store, self.log) for row in self._counted(page))
        for chain, some in groupby(rows, key=lambda row: row.chain):
            self.tally.chains[self.log] = self.tally.chains.get(self.log, 0) + 1
            yield from self._chain(chain, some, heads.pop(chain, None))
        for head in heads.values():
            yield from self._chain(head.chain, (), head)
        for row in log_rows.unchained(self.system.store, self.log):
            yield self._at(What.ADDED, row)

    def _counted(self, page: list[Stored]) -> list[Stored]:
        self.tally.rows[self.log] = self.tally.rows.get(self.log, 0) + len(page)
        self.told(self.tally)
        return page

    def _chain(self, chain: str, rows: Iterable[Stored], head: Head | None) -> Iterator[Found]:
        """One chain from its stump, or its beginning, to its head as it was before."""
        stump = self.stumps.get((self.log, chain))
        position, digest = (stump.head.position, stump.head.hash) if stump else (0, ZERO)
        last: Stored | None = None
        for row in rows:
            if row.position <= position:
                yield self._at(What.ADDED, row)
                continue
            yield from self._row(row, position, digest, last)
            if head is not None and row.position == head.position and row.hash != head.hash:
                yield self._at(What.HEAD, row)
            position, digest, last = row.position, row.hash, row
        yield from self._end(chain, position, digest, last, head)

    def _row(self, row: Stored, position: int, digest: bytes, last: Stored | None) -> Iterator[Found]:
        if row.position > position + 1:
            to = row.position - 1
            yield Found(What.MISSING, self.log, row.chain, position + 1, *_seq_and_time(last), to)
        elif row.previous != digest:
            yield self._at(What.RELINKED, row)
        if row.hash != row.made:
            yield self._at(What.CHANGED, row)
        if last is not None and row.seq <= last.seq:
            yield self._at(What.ORDER, row)

    def _end(self, chain: str, position: int, digest: bytes, last: Stored | None, head: Head | None) -> Iterator[Found]:
        if head is not None and position < head.position:
            yield Found(What.CUT, self.log, chain, position + 1, *_seq_and_time(last), head.position)
        elif head is None or position > head.position:  # the chain may have grown meanwhile
            with self.system.store.reading() as tx:
                now = log_rows.head(tx, self.log, chain)
            if now is None or now.position < position or (now.position == position and now.hash != digest):
                yield Found(What.HEAD, self.log, chain, position, *_seq_and_time(last))
        elif last is None and digest != head.hash:
            yield Found(What.HEAD, self.log, chain, position)

    def _at(self, what: What, row: Stored) -> Found:
        return Found(what, self.log, row.chain, row.position, row.seq, row.at)


def _seq_and_time(row: Stored | None) -> tuple[int | None, datetime | None]:
    return (row.seq, row.at) if row else (None, None)


def _seals(system: System, stumps: dict[tuple[str, str], Stump], tally: Tally) -> Iterator[Found]:
    """The seals' own chain, the heads that each seals, and the lines that are anchored of them."""
    rewritten: set[tuple[str, str]] = set()
    anchor = _Anchor(system, tally)
    seq, digest = 0, ZERO
    while True:
        with system.store.reading() as tx:
            page = log_seals.after(tx, seq, PAGE)
        if not page:
            break
        for seal in page:
            if seal.seq > seq + 1:
                yield Found(What.SEALS_MISSING, "log_seals", "", seq + 1, at=seal.at, to=seal.seq - 1)
            elif seal.previous != digest or seal.hash != seal.made:
                yield Found(What.SEAL, "log_seals", "", seal.seq, at=seal.at)
            yield from anchor.beside(seal)
            seq, digest = seal.seq, seal.hash
        yield from _sealed_heads(system, page, stumps, rewritten)
        tally.seals += len(page)
        tally.sealed_to = page[-1].at
    yield from anchor.rest(seq)


def _sealed_heads(
    system: System, page: list[Seal], stumps: dict[tuple[str, str], Stump], rewritten: set[tuple[str, str]]
) -> Iterator[Found]:
    """Whether the rows at the heads that were sealed are those; of a chain the first that is not."""
    heads: list[tuple[Seal, Head]] = []
    for seal in page:
        try:
            heads += [(seal, head) for head in seal.sealed()]
        except ValueError:
            yield Found(What.SEAL, "log_seals", "", seal.seq, at=seal.at)
    with system.store.reading() as tx:
        known = {log: log_rows.hashes(tx, log, _places(heads, log)) for log in log_rows.TABLES}
    for seal, head in heads:
        chain, stump = (head.log, head.chain), stumps.get((head.log, head.chain))
        if stump is not None and head.position <= stump.head.position:
            if _removed_early(seal, head, stump) and chain not in rewritten:
                rewritten.add(chain)
                yield Found(What.REMOVED, head.log, head.chain, head.position, at=seal.at)
        elif known.get(head.log, {}).get((head.chain, head.position)) != head.hash and chain not in rewritten:
            rewritten.add(chain)
            yield Found(What.REWRITTEN, head.log, head.chain, head.position, at=seal.at)


def _places(heads: list[tuple[Seal, Head]], log: str) -> set[tuple[str, int]]:
    return {(head.chain, head.position) for _seal, head in heads if head.log == log}


def _removed_early(seal: Seal, head: Head, stump: Stump) -> bool:
    """Whether what was sealed was no such old row as may have been removed, or not the row that the stump says."""
    if head.position == stump.head.position and head.hash != stump.head.hash:
        return True
    return head.chain != BEFORE and seal.at > _kept_since(stump.removed_at)


def _kept_since(at: datetime) -> datetime:
    return kept_since(at, limit_on("read_log_kept", local_date(at)))


class _Anchor:
    """The lines outside the database, beside the seals as they come: every seal from the first line on has one."""

    def __init__(self, system: System, tally: Tally) -> None:
        path = sealing.path(system.settings)
        tally.restored = seal_file.restores(path)
        self._lines = seal_file.in_force(path)
        self._store = system.store
        self._tally = tally
        self._begun = False
        self._line = next(self._lines, "")

    def beside(self, seal: Seal) -> Iterator[Found]:
        """What the anchor says of this seal."""
        while self._line and (seal_file.number_of(self._line) or 0) < seal.seq:
            yield from self._stray()
        if self._line == seal.line:
            self._tally.anchored += 1
            self._take()
        elif not self._line:
            self._tally.unanchored += self._begun
        elif self._begun or seal_file.number_of(self._line) == seal.seq:
            yield Found(What.ANCHOR, "log_seals", "", seal.seq, at=seal.at)
            if seal_file.number_of(self._line) == seal.seq:
                self._take()

    def rest(self, seq: int) -> Iterator[Found]:
        """What the anchor has beyond the last seal that was read: a seal that has come meanwhile, or something else."""
        while self._line:
            with self._store.reading() as tx:
                newer = log_seals.one(tx, seal_file.number_of(self._line) or 0)
            if newer is not None and newer.seq > seq:
                yield from self.beside(newer)
            else:
                yield from self._stray()
        if seq and not self._begun:
            yield Found(What.NO_ANCHOR, "log_seals", "", seq)

    def _stray(self) -> Iterator[Found]:
        """A line of a seal that the database has not, or that is no such line."""
        number = seal_file.number_of(self._line)
        yield Found(What.ANCHOR if number is None else What.SEALS_MISSING, "log_seals", "", number or 0)
        self._take()

    def _take(self) -> None:
        self._begun, self._line = True, next(self._lines, "")


def _removals(system: System, removed: list[Stump]) -> Iterator[Found]:
    """Whether every removal is on record, of a month that was old enough, with the rows that the record says."""
    with system.store.reading() as tx:
        said = {_said(at, details) for at, details in log_rows.removals(tx)}
    by_month: dict[tuple[datetime, str], list[Stump]] = {}
    for one in removed:
        by_month.setdefault((one.removed_at, one.month), []).append(one)
    gone = [old.ends for _at, month in by_month if (old := month_of(month)) is not None]
    for (at, month), stumps in by_month.items():
        if any(at < ends for ends in gone):  # what was said of it is removed too
            continue
        rows = {log: sum(one.rows for one in stumps if one.head.log == log) for log in log_rows.TABLES}
        old = month_of(month)
        if _said(at, {"month": month, **rows}) not in said or old is None or old.ends > _kept_since(at):
            head = stumps[0].head
            yield Found(What.REMOVED, head.log, head.chain, head.position, at=at)


def _said(at: datetime, details: dict[str, object]) -> tuple[object, ...]:
    return (at, details.get("month"), *(details.get(log) for log in log_rows.TABLES))
