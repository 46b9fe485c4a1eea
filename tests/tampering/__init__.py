"""Ways to change a log for whoever has every right to the database, and has taken its triggers off."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, text, update

from p24tui.services import log_seals as sealing
from p24tui.services.log_verify import Found, Tally, What, verify
from p24tui.store import events, log_seals, read_log, tables
from p24tui.store.engine import Tx
from p24tui.store.log_chain import COLUMNS, ZERO, linked, plain
from tests.world import World, make_world_again

KEPT = ("events", "read_log", "chain_heads", "sealed_heads", "log_seals", "log_stumps")
LOGS = ("events", "read_log")

Row = dict[str, Any]


@dataclass(slots=True)
class Tampered:
    """A world with chains of both logs, most of it sealed; what is done to it can be undone."""

    world: World
    content: dict[str, list[Row]]
    chance: random.Random

    def rows(self, log: str, chain: str) -> list[Row]:
        return sorted((r for r in self.content[log] if r["chain"] == chain), key=lambda row: row["chain_position"])

    def any_chain(self, *, least: int = 6) -> tuple[str, list[Row]]:
        """A log and the rows of one of its chains."""
        chains = sorted({(log, row["chain"]) for log in LOGS for row in self.content[log]})
        log, chain = self.chance.choice([one for one in chains if len(self.rows(*one)) >= least])
        return log, self.rows(log, chain)

    def sealed(self, log: str, chain: str) -> list[int]:
        """The places of this chain that are sealed."""
        heads = [head for seal in self.content["log_seals"] for head in seal["heads"]]
        return [position for of, name, position, _hash in heads if (of, name) == (log, chain)]


@contextmanager
def tampered_world(home: Path, url: str = "") -> Iterator[Tampered]:
    """A log that three consoles have written in a world that is there, with its triggers off."""
    with ExitStack() as stack:
        worlds = [stack.enter_context(make_world_again(home, url)) for _number in range(3)]
        _fill(worlds)
        with worlds[0].system.store.writing() as tx:
            triggers_off(tx)
        yield Tampered(worlds[0], content(worlds[0]), random.Random())


def _fill(worlds: list[World]) -> None:
    """Three consoles' rows, sealed twice; a few come after."""
    at = worlds[0].clock.now()
    for turn in range(3):
        for number, world in enumerate(worlds):
            at += timedelta(minutes=1)
            for name in ("maria", "johan"):
                actor = world.actor(name)
                with world.system.store.writing() as tx:
                    events.append(tx, actor, at, "note.written", number=number, turn=turn)
                    read_log.log_reading(tx, actor, at, "list", patients=[f"p{turn}{number}", name])
                    read_log.log_reading(tx, actor, at, "case", patient_id=f"p{turn}{number}", view=name)
        worlds[0].clock.instant = at
        if turn < 2:
            sealing.keep(worlds[0].system)


def look(world: World) -> list[Found]:
    """All that is found."""
    return list(verify(world.system, Tally()))


def triggers_off(tx: Tx) -> None:
    if tx.on_postgresql:
        for name in KEPT:
            tx.connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        return
    for (name,) in tx.connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        tx.connection.execute(text(f"DROP TRIGGER {name}"))


def content(world: World) -> dict[str, list[Row]]:
    with world.system.store.reading() as tx:
        of = tables.metadata.tables
        return {name: [dict(row._mapping) for row in tx.connection.execute(select(of[name]))] for name in KEPT}


def put_back(world: World, before: dict[str, list[Row]]) -> None:
    with world.system.store.writing() as tx:
        for name in KEPT:
            table = tables.metadata.tables[name]
            tx.connection.execute(delete(table))
            if before[name]:
                tx.connection.execute(insert(table), before[name])


def write(tx: Tx, log: str, row: Row, place: int | None = None) -> None:
    """Put a row in the place of the one with the number ``place``."""
    table = tables.metadata.tables[log]
    tx.connection.execute(update(table).where(table.c.seq == (place or row["seq"])).values(row))


def rehashed(log: str, row: Row, previous: bytes) -> Row:
    """The row after ``previous``, with a hash that fits."""
    parts = [log, row["chain"], str(row["chain_position"]), *(plain(row[name]) for name in COLUMNS[log])]
    return {**row, "previous_hash": previous, "hash": linked(previous, parts)}


def recompute(tx: Tx, log: str, rows: list[Row], previous: bytes) -> None:
    """Write these rows of a chain's end anew, each after the one before, and move its head there."""
    for row in rows:
        anew = rehashed(log, row, previous)
        write(tx, log, anew)
        previous = anew["hash"]
    head = tables.chain_heads
    same = (head.c.log == log) & (head.c.chain == rows[-1]["chain"])
    values = {"position": rows[-1]["chain_position"], "hash": previous}
    tx.connection.execute(update(head).where(same).values(values))


def falsified(chance: random.Random, log: str, row: Row) -> Row:
    """The row with something else in one of its columns."""
    name = chance.choice([one for one in COLUMNS[log] if one != "seq"])
    value = row[name]
    if isinstance(value, datetime):
        other: Any = value + timedelta(microseconds=1)
    elif isinstance(value, dict):
        other = {**value, "": ""}
    elif isinstance(value, list):
        other = [*value, "någon"]
    elif name == "case_id" and log == "events":
        return {**row, "actor": row["actor"] + " "}  # there is no case to say
    else:
        other = None if name in ("staff_id", "patient_id") and value else (value or "") + "\u200b"
    return {**row, name: other}


Expected = tuple[What, str, int]
"""What is found, in which chain, and where."""


def edit(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    row = one.chance.choice(rows)
    write(tx, log, falsified(one.chance, log, row))
    return What.CHANGED, row["chain"], row["chain_position"]


def renumber(one: Tampered, tx: Tx) -> Expected:
    """The last row of all is shown after everything that comes."""
    log, rows = one.any_chain()
    write(tx, log, {**rows[-1], "seq": 10**9}, rows[-1]["seq"])
    return What.CHANGED, rows[-1]["chain"], rows[-1]["chain_position"]


def edit_with_its_hash(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    index = one.chance.randrange(len(rows) - 1)
    row = rows[index]
    write(tx, log, rehashed(log, falsified(one.chance, log, row), row["previous_hash"]))
    return What.RELINKED, row["chain"], rows[index + 1]["chain_position"]


def edit_the_last_with_its_hash(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    write(tx, log, rehashed(log, falsified(one.chance, log, rows[-1]), rows[-1]["previous_hash"]))
    return What.HEAD, rows[-1]["chain"], rows[-1]["chain_position"]


def remove(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    row = one.chance.choice(rows[:-1])
    table = tables.metadata.tables[log]
    tx.connection.execute(delete(table).where(table.c.seq == row["seq"]))
    return What.MISSING, row["chain"], row["chain_position"]


def remove_several(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    first, last = sorted(one.chance.sample(range(len(rows)), 2))
    table = tables.metadata.tables[log]
    tx.connection.execute(delete(table).where(table.c.seq.in_([row["seq"] for row in rows[first:last]])))
    return What.MISSING, rows[first]["chain"], rows[first]["chain_position"]


def remove_a_chain(one: Tampered, tx: Tx) -> Expected:
    """With its head: what is sealed remembers."""
    log, rows = one.any_chain()
    chain = rows[0]["chain"]
    _cut(tx, log, rows, 0)
    head = tables.chain_heads.c
    tx.connection.execute(delete(tables.chain_heads).where(head.log == log, head.chain == chain))
    return What.REWRITTEN, chain, one.sealed(log, chain)[0]


def edit_a_head(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    head = tables.chain_heads
    same = (head.c.log == log) & (head.c.chain == rows[0]["chain"])
    tx.connection.execute(update(head).where(same).values(hash=one.chance.randbytes(32)))
    return What.HEAD, rows[-1]["chain"], rows[-1]["chain_position"]


def swap(one: Tampered, tx: Tx) -> Expected:
    """Two rows change what they say with each other, and keep their places."""
    log, rows = one.any_chain()
    first, second = one.chance.sample(rows, 2)
    said = [name for name in COLUMNS[log] if name != "seq"]
    write(tx, log, {**first, **{name: second[name] for name in said}})
    write(tx, log, {**second, **{name: first[name] for name in said}})
    return What.CHANGED, first["chain"], min(first["chain_position"], second["chain_position"])


def cut(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    keep = one.chance.randrange(1, len(rows))
    _cut(tx, log, rows, keep)
    return What.CUT, rows[0]["chain"], rows[keep]["chain_position"]


def cut_with_the_head(one: Tampered, tx: Tx) -> Expected:
    """The head is set back too: what is sealed remembers."""
    log, rows = one.any_chain()
    sealed = one.sealed(log, rows[0]["chain"])
    keep = one.chance.randrange(1, sealed[-1])
    _cut(tx, log, rows, keep)
    recompute(tx, log, rows[keep - 1 : keep], rows[keep - 1]["previous_hash"])
    return What.REWRITTEN, rows[0]["chain"], next(place for place in sealed if place > keep)


def _cut(tx: Tx, log: str, rows: list[Row], keep: int) -> None:
    table = tables.metadata.tables[log]
    tx.connection.execute(delete(table).where(table.c.seq.in_([row["seq"] for row in rows[keep:]])))


def recompute_the_tail(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    sealed = one.sealed(log, rows[0]["chain"])
    index = one.chance.randrange(sealed[-1])
    falsify_from(one, tx, log, rows, index)
    return What.REWRITTEN, rows[0]["chain"], next(place for place in sealed if place > index)


def falsify_from(one: Tampered, tx: Tx, log: str, rows: list[Row], index: int) -> None:
    first = falsified(one.chance, log, rows[index])
    recompute(tx, log, [first, *rows[index + 1 :]], rows[index]["previous_hash"])


def add_outside_a_chain(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    of_chain = dict.fromkeys(("chain", "chain_position", "previous_hash", "hash"))
    tx.connection.execute(insert(tables.metadata.tables[log]).values({**rows[0], **of_chain, "seq": 10**9}))
    return What.ADDED, "None", 0


def add_at_the_end(one: Tampered, tx: Tx) -> Expected:
    log, rows = one.any_chain()
    more = {**rows[-1], "seq": 10**9, "chain_position": rows[-1]["chain_position"] + 1}
    tx.connection.execute(insert(tables.metadata.tables[log]).values(rehashed(log, more, rows[-1]["hash"])))
    return What.HEAD, more["chain"], more["chain_position"]


def edit_a_seal(one: Tampered, tx: Tx) -> Expected:
    seal = one.chance.choice(one.content["log_seals"])
    later = seal["at"] + timedelta(seconds=1)
    changes = ({"hash": ZERO}, {"at": later}, {"previous_hash": b"x"}, {"heads": seal["heads"][1:]})
    write(tx, "log_seals", {**seal, **one.chance.choice(changes)})
    return What.SEAL, "", seal["seq"]


def remove_the_first_seal(one: Tampered, tx: Tx) -> Expected:
    tx.connection.execute(delete(tables.log_seals).where(tables.log_seals.c.seq == 1))
    return What.SEALS_MISSING, "", 1


def remove_the_last_seal(one: Tampered, tx: Tx) -> Expected:
    tx.connection.execute(delete(tables.log_seals).where(tables.log_seals.c.seq == 2))
    return What.SEALS_MISSING, "", 2


def recompute_the_tail_and_the_seals(one: Tampered, tx: Tx) -> Expected:
    """Everything in the database fits; the line outside it does not."""
    log, rows = one.any_chain()
    sealed = one.sealed(log, rows[0]["chain"])
    index = one.chance.randrange(sealed[-1])
    falsify_from(one, tx, log, rows, index)
    table = tables.metadata.tables[log]
    previous, first = ZERO, 0
    for row in sorted(one.content["log_seals"], key=lambda row: int(row["seq"])):
        heads = []
        for head in row["heads"]:
            of, chain, place, _hash = head
            if (of, chain) != (log, rows[0]["chain"]):
                heads.append(head)
                continue
            found = select(table.c.hash).where(table.c.chain == chain, table.c.chain_position == place)
            heads.append([of, chain, place, tx.connection.execute(found).scalar_one().hex()])
            first = first or (row["seq"] if place > index else 0)
        seal = log_seals.Seal(row["seq"], row["at"], plain(heads) or "", previous, b"")
        write(tx, "log_seals", {**row, "heads": heads, "previous_hash": previous, "hash": seal.made})
        previous = seal.made
    return What.ANCHOR, "", first


def remove_as_if_old(one: Tampered, tx: Tx) -> Expected:
    """Young rows go, with a stump as if they had been old and nothing on record."""
    log, rows = one.any_chain()
    sealed = one.sealed(log, rows[0]["chain"])
    index = one.chance.randrange(sealed[0] - 1, len(rows))  # up to all of them
    table = tables.metadata.tables[log]
    tx.connection.execute(delete(table).where(table.c.seq.in_([row["seq"] for row in rows[: index + 1]])))
    stump = {"log": log, "chain": rows[0]["chain"], "position": index + 1, "hash": rows[index]["hash"]}
    about = {"month": "2021-01", "rows": index + 1, "removed_at": one.world.clock.now(), "removed_by": "root"}
    tx.connection.execute(insert(tables.log_stumps).values(stump | about))
    return What.REMOVED, rows[0]["chain"], sealed[0]


DEEDS: list[Callable[[Tampered, Tx], Expected]] = [
    edit,
    renumber,
    edit_with_its_hash,
    edit_the_last_with_its_hash,
    edit_a_head,
    remove,
    remove_several,
    remove_a_chain,
    swap,
    cut,
    cut_with_the_head,
    recompute_the_tail,
    add_outside_a_chain,
    add_at_the_end,
    edit_a_seal,
    remove_the_first_seal,
    remove_the_last_seal,
    recompute_the_tail_and_the_seals,
    remove_as_if_old,
]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was done, what was to be found of it, and what was."""

    deed: str
    seed: int
    expected: Expected
    found: list[Found]

    @property
    def is_named(self) -> bool:
        """Whether what was done was found where it was done."""
        return self.expected in [(one.what, one.chain, one.position) for one in self.found]


def try_one(one: Tampered, deed: Callable[[Tampered, Tx], Expected], seed: int) -> Tried:
    """Do it, look, and undo it."""
    one.chance.seed(seed)
    with one.world.system.store.writing() as tx:
        expected = deed(one, tx)
    found = look(one.world)
    put_back(one.world, one.content)
    return Tried(deed.__name__, seed, expected, found)
