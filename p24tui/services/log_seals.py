"""Sealing the logs: each minute the heads of their chains are joined, and the seal is anchored outside the database."""

from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from p24tui.errors import BadInput
from p24tui.gateways import seal_file
from p24tui.routine.rule import rule
from p24tui.settings import Settings
from p24tui.store import log_rows, log_seals
from p24tui.system import System

FILE_NAME = "log-seals"

APART = timedelta(seconds=30)
"""However many processes there are, seals are not closer together."""

PAGE = 500
"""Seals that are anchored at a time."""


class Standing(Struct, frozen=True):
    """This machine's anchor beside the database: the number of the last seal of each, 0 where there is none.

    ``there`` says whether there is a file, ``agrees`` whether the database has what it says; ``at`` is the last seal's.
    """

    path: Path
    there: bool
    agrees: bool
    anchored: int
    sealed: int
    at: datetime | None


def keep(system: System) -> int:
    """Seal what has moved, and anchor what is not anchored here yet; how many seals that were.

    Raises ``Unavailable`` where an anchor cannot be written, which the next run makes good, and ``BadInput`` where the
    anchor and the database say different things. Where people have database roles of their own, the worker seals.
    """
    if system.store.personal:
        return 0
    return seal(system) + anchor(system)


@rule("LO-2")
def seal(system: System) -> int:
    """Join the heads that have moved since the last seal in a new one; how many seals there are more of."""
    now = system.clock.now()
    with system.store.writing() as tx:
        if not log_seals.alone(tx):
            return 0
        last = log_seals.last(tx)
        if last is not None and timedelta() <= now - last.at < APART:
            return 0
        heads = log_seals.moved(tx)
        if heads:
            log_seals.add(tx, now, heads)
    return 1 if heads else 0


@rule("LO-2")
def anchor(system: System) -> int:
    """Write the seals that this machine's file has not yet to its end, and to syslog where that is set; how many.

    Every machine's file has all seals from its first line on; a new one begins with the newest, whose hash holds all
    before it.
    """
    count = 0
    with seal_file.held(path(system.settings)) as file:
        seq = _goes_on_after(system, file.last_line())
        while seals := _after(system, seq):
            lines = [seal.line for seal in seals]
            if system.settings.seal_syslog:
                seal_file.tell_syslog(lines)
            file.append(lines)
            seq, count = seals[-1].seq, count + len(seals)
    return count


def anchored(system: System) -> int:
    """The number of the last seal that is anchored here, 0 where none is. Raises as ``anchor`` does."""
    with seal_file.held(path(system.settings)) as file:
        line = file.last_line()
        return _goes_on_after(system, line) if line else 0


def standing(system: System) -> Standing:
    """How the anchor stands to the database. Raises ``Unavailable`` where it cannot be read or written."""
    where, line = path(system.settings), ""
    if there := where.exists():
        with seal_file.held(where) as file:
            line = file.last_line()
    agreed_to = agreed(system, line)
    restored = seal_file.restored_in(line)
    anchored = restored.kept if restored else seal_file.number_of(line) or 0
    with system.store.reading() as tx:
        newest = log_seals.last(tx)
    last = (newest.seq, newest.at) if newest else (0, None)
    return Standing(where, there, agreed_to is not None, anchored, *last)


def unsealed_since(system: System) -> datetime | None:
    """When the oldest row was written that no seal holds yet; none where all is sealed."""
    with system.store.reading() as tx:
        return log_rows.unsealed_since(tx)


def path(settings: Settings) -> Path:
    """The file in which seals are anchored."""
    return Path(settings.seal_file).expanduser() if settings.seal_file else settings.home / FILE_NAME


def agreed(system: System, line: str) -> int | None:
    """The number after which seals are missing in a file that ends with this line; none where the database differs."""
    restored = seal_file.restored_in(line)
    if restored is not None and not restored.after:
        return 0
    line = restored.after if restored is not None else line
    with system.store.reading() as tx:
        if not line:
            newest = log_seals.last(tx)
            return newest.seq - 1 if newest else 0
        seal = log_seals.one(tx, seal_file.number_of(line) or 0)
    return seal.seq if seal is not None and seal.line == line else None


def _goes_on_after(system: System, line: str) -> int:
    seq = agreed(system, line)
    if seq is None:
        number = seal_file.number_of(line)
        raise BadInput("seal-differs", path=str(path(system.settings)), seal="?" if number is None else number)
    return seq


def _after(system: System, seq: int) -> list[log_seals.Seal]:
    with system.store.reading() as tx:
        return log_seals.after(tx, seq, PAGE)
