"""Backing the whole database up while everybody works, trying what was written, and restoring it."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services import delivery
from p24tui.services.access import right
from p24tui.services.log_verify import Tally, What, verify
from p24tui.settings import Settings
from p24tui.store import backup, database_roles, dump, events, health
from p24tui.store.connect import FILE_NAME, database_address
from p24tui.store.engine import open_engine
from p24tui.system import System

FAILED = ".failed"
"""What stands at the end of the name of a file that could not be restored."""

SHORTEST = 15
"""Characters of a passphrase: it stands alone against whoever finds the file."""


class Stage(StrEnum):
    """What a backup is at."""

    COPY = "copy"
    RESTORE = "restore"
    CHECK = "check"


Told = Callable[[Stage, int, int], object]
"""Hears the stage, how much of it is done, and of how much; 0 where that is not known."""


class Saved(Struct, frozen=True):
    """How many rows and bytes were backed up, whether it was restored to try it, and in how many places the logs in it
    are not as they were written.
    """

    rows: int
    size: int
    tried: bool
    altered: int


@rule("LO-1")
@right("database.copy")
def save(system: System, actor: Actor, path: Path, passphrase: str, told: Told, *, tries: bool = True) -> Saved:
    """Back the database up to ``path``. That it was done is on record before the first row is read.

    ``tries`` restores the file somewhere else, counts its rows, and verifies its logs. Where that fails it raises
    ``BadInput``, and the file is kept under its name with ``.failed`` at the end. Raises ``BadInput`` also for a
    passphrase that is too short, or where the database is not all open to whoever asks.
    """
    if len(passphrase) < SHORTEST:
        raise BadInput("backup-passphrase-short", least=SHORTEST)
    with system.store.reading() as tx:
        if tx.personal or database_roles.in_force(tx):
            raise BadInput("database-not-owner")
    with system.store.writing() as tx:
        events.append(tx, actor, system.clock.now(), "database.backed-up", rule="LO-1", file=path.name)
    rows = backup.save(system.store, system.settings, path, passphrase, lambda *how_far: told(Stage.COPY, *how_far))
    altered = _try(system, path, passphrase, rows, told) if tries else 0
    return Saved(sum(rows.values()), path.stat().st_size, tries, altered)


@rule("LO-1")
@right("database.copy")
def restore(system: System, actor: Actor, path: Path, passphrase: str, told: Told, *, replaces: bool = False) -> str:
    """Make the database out of a backup, and put that on record; the name under which the one before is kept, if any.

    What is due in it to go out may have gone since: it is uncertain, and not sent (SE-2).

    ``replaces`` lets an embedded database that is there be put aside, unless a program has it open. Raises ``BadInput``
    where there is one otherwise, and where the file or the passphrase is not right: then nothing is changed.
    """
    settings, now = system.settings, system.clock.now()
    there = not settings.database and (settings.home / FILE_NAME).exists()
    aside = f"{FILE_NAME}.{now:%Y%m%dT%H%M%SZ}" if there and replaces else ""
    backup.restore(settings, path, passphrase, lambda *how_far: told(Stage.RESTORE, *how_far), aside=aside)
    with system.store.writing() as tx:
        events.append(tx, actor, now, "database.restored", rule="LO-1", file=path.name)
        delivery.doubt_due(tx, now)
        if tx.on_postgresql and database_roles.may_apply(tx):
            database_roles.renew(tx, settings.database_roles)
    return aside


def look_free(path: Path) -> None:
    """Look whether a backup may be written there, before a passphrase is asked for. Raises ``BadInput`` if not."""
    backup.look_free(path)


def look(path: Path) -> None:
    """Look whether the file may be a backup, before anybody is asked for its passphrase. Raises ``BadInput`` if not."""
    backup.look(path)


def _try(system: System, path: Path, passphrase: str, rows: Mapping[str, int], told: Told) -> int:
    """Restore it somewhere else and count; in how many places its logs are not as they were written."""
    with _elsewhere(system.settings, path.parent) as settings:
        backup.restore(settings, path, passphrase, lambda *how_far: told(Stage.RESTORE, *how_far))
        with closing(open_engine(settings, create=False)) as store:
            there = replace(system, settings=settings, open_store=lambda: store)
            if health.look(store).problems or backup.rows(settings) != rows:
                failed = path.with_name(path.name + FAILED)
                path.rename(failed)
                raise BadInput("backup-failed", path=str(failed))
            tally = Tally()
            found = verify(there, tally, lambda so_far: told(Stage.CHECK, sum(so_far.rows.values()), so_far.total))
            return sum(one.what is not What.NO_ANCHOR for one in found)


@contextmanager
def _elsewhere(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Settings of an empty place for a database, which is gone after the block."""
    with tempfile.TemporaryDirectory(prefix=".p24tui-", dir=folder) as home:
        there = replace(settings, home=Path(home), key_from="file", seal_file="", seal_syslog=False)
        if not settings.database:
            yield there
            return
        with dump.scratch(database_address(settings)) as address:
            yield replace(there, database=address)
