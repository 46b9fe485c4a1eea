"""The whole database goes into one encrypted file while everybody works, and comes out of it as it was."""

import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from p24tui.errors import BadInput, P24Error
from p24tui.gateways.outgoing.model import Accepted
from p24tui.routine.actor import Actor
from p24tui.routine.outgoing import OutgoingState
from p24tui.services import backup
from p24tui.services import log_seals as sealing
from p24tui.services.backup import Stage
from p24tui.services.log_verify import Tally, What, verify
from p24tui.settings import Settings
from p24tui.store import backup as store_backup
from p24tui.store import database_roles, events
from p24tui.store.connect import FILE_NAME, connect_sqlcipher
from p24tui.store.schema import open_store
from p24tui.system import System
from tests.database_roles import PREFIX
from tests.outgoing import queued, send, stored, with_gateway
from tests.postgres import Server, programs
from tests.world import UNIT, World, make_world_again

PASSPHRASE = "hellre flera ord än 'ett'"
OPERATOR = Actor(None, "root", None, UNIT, "cli:test:1")


@pytest.fixture(autouse=True)
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """``pg_dump`` is the server's own."""
    monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[System]:
    """A system with no database yet, of the world's kind."""
    settings = replace(world.system.settings, home=tmp_path / "elsewhere", key_from="file")
    if not settings.database:
        yield _system(world, settings)
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.fresh() as url:
        yield _system(world, replace(settings, database=url))


def _system(world: World, settings: Settings) -> System:
    system = replace(world.system, settings=settings, open_store=lambda: open_store(system.settings))
    return system


def _untold(_stage: Stage, _done: int, _all: int) -> None:
    pass


def _save(world: World, path: Path) -> backup.Saved:
    return backup.save(world.system, OPERATOR, path, PASSPHRASE, _untold)


def _count(system: System, table: str = "messages") -> int:
    with system.store.reading() as tx:
        return int(tx.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_what_was_there_is_there_again(world: World, elsewhere: System, tmp_path: Path) -> None:
    for number in range(5):
        world.case(name=f"Patient {number}")
    sealing.keep(world.system)
    saved = _save(world, tmp_path / "backup")
    assert saved.tried
    assert saved.altered == 0
    backup.restore(elsewhere, OPERATOR, tmp_path / "backup", PASSPHRASE, _untold)
    with closing(elsewhere):
        assert _count(elsewhere) == 5
        with elsewhere.store.reading() as tx:
            kinds = list(tx.connection.scalars(text("SELECT kind FROM events ORDER BY seq DESC LIMIT 2")))
        assert kinds == ["database.restored", "database.backed-up"]
        assert [one.what for one in verify(elsewhere, Tally())] == [What.NO_ANCHOR]


@pytest.mark.hazard("H24")
def test_it_is_of_one_moment_while_others_write(
    world: World, elsewhere: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_backup, "PAGES", 20)
    world.case()
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            world.case()
            wrote.set()
            time.sleep(0.005)  # whoever writes without a pause keeps every other writer out

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(30)
        _save(world, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    backup.restore(elsewhere, OPERATOR, tmp_path / "backup", PASSPHRASE, _untold)
    with closing(elsewhere):
        # Each message has its case and its event, and none came in half.
        assert _count(elsewhere, "cases") == _count(elsewhere, "messages")
        assert _count(elsewhere, "events WHERE kind = 'case.received'") == _count(elsewhere, "cases")
        assert 1 <= _count(elsewhere, "cases") < _count(world.system, "cases")


@pytest.mark.rule("LO-1")
def test_that_it_was_done_is_on_record_before_anything_is_read(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise BadInput("backup-failed", path="x")

    monkeypatch.setattr(events, "append", refuse)
    with pytest.raises(BadInput):
        _save(world, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_the_file_tells_nothing_without_the_passphrase(world: World, elsewhere: System, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    world.case(name="Karin Öberg", text="hemligt-ord")
    _save(world, path)
    assert b"hemligt-ord" not in path.read_bytes()
    assert b"SQLite format" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name == "nt"
    with pytest.raises(BadInput, match="backup-passphrase"):
        backup.restore(elsewhere, OPERATOR, path, PASSPHRASE + "x", _untold)
    with pytest.raises(BadInput, match="backup-passphrase-short"):
        backup.save(world.system, OPERATOR, tmp_path / "other", "för kort", _untold)


def test_nothing_is_written_over(world: World, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    _save(world, path)
    before = path.read_bytes()
    with pytest.raises(BadInput, match="backup-exists"):
        _save(world, path)
    assert path.read_bytes() == before
    with pytest.raises(BadInput, match=r"backup-(database-there|not-empty)"):
        backup.restore(world.system, OPERATOR, path, PASSPHRASE, _untold)


def test_breaking_it_off_leaves_nothing_behind(world: World, tmp_path: Path) -> None:
    def interrupt(_stage: Stage, _done: int, _all: int) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt):
        backup.save(world.system, OPERATOR, folder / "backup", PASSPHRASE, interrupt)
    assert list(folder.iterdir()) == []
    _save(world, folder / "backup")
    assert [one.name for one in folder.iterdir()] == ["backup"]


def test_a_backup_that_cannot_be_restored_whole_is_not_called_one(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = store_backup.rows
    monkeypatch.setattr(store_backup, "rows", lambda settings: rows(settings) | {"messages": 7})
    with pytest.raises(BadInput, match="backup-failed"):
        _save(world, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    assert (tmp_path / "backup.failed").exists()


def test_altered_logs_are_said(world: World, tmp_path: Path) -> None:
    from tests.tampering import triggers_off

    world.case()
    with world.system.store.writing() as tx:
        triggers_off(tx)
        tx.connection.execute(text("UPDATE events SET actor = 'någon annan' WHERE seq = 1"))
    assert _save(world, tmp_path / "backup").altered >= 1


def test_a_damaged_file_changes_nothing(world: World, elsewhere: System, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    world.case()
    _save(world, path)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(BadInput, match="backup-damaged"):
        backup.restore(elsewhere, OPERATOR, path, PASSPHRASE, _untold)
    assert not (elsewhere.settings.home / FILE_NAME).exists()
    with pytest.raises(P24Error):
        _count(elsewhere)
    elsewhere.close()


def test_the_database_before_is_put_aside(sqlcipher_world: World, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    _save(sqlcipher_world, path)
    sqlcipher_world.case()
    system = _system(sqlcipher_world, sqlcipher_world.system.settings)
    with pytest.raises(BadInput, match="backup-in-use"):  # the world has it open
        backup.restore(system, OPERATOR, path, PASSPHRASE, _untold, replaces=True)
    assert _count(sqlcipher_world.system) == 1
    key = sqlcipher_world.system.store.key
    assert key is not None
    sqlcipher_world.system.close()
    aside = backup.restore(system, OPERATOR, path, PASSPHRASE, _untold, replaces=True)
    with closing(system):
        assert _count(system) == 0
    with closing(connect_sqlcipher(system.settings.home / aside, key)) as before:
        assert before.execute("SELECT count(*) FROM messages").fetchone() == (1,)


def test_each_kind_of_database_has_its_own_backups(sqlcipher_world: World, fresh_postgres: str, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    _save(sqlcipher_world, path)
    other = _system(sqlcipher_world, replace(sqlcipher_world.system.settings, database=fresh_postgres))
    with pytest.raises(BadInput, match="backup-other-kind"):
        backup.restore(other, OPERATOR, path, PASSPHRASE, _untold)


@pytest.mark.rule("LO-2")
def test_where_people_have_database_roles_they_have_them_again(
    postgres_server: Server, roles_template: str, tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    with (
        postgres_server.fresh(roles_template) as url,
        postgres_server.fresh() as other,
        make_world_again(tmp_path, url) as world,
    ):
        _save(world, path)
        system = _system(world, replace(world.system.settings, database=other))
        backup.restore(system, OPERATOR, path, PASSPHRASE, _untold)
        with closing(system):
            assert database_roles.differences(system.store, PREFIX) == []


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_what_was_due_in_it_is_not_sent_again(world: World, elsewhere: System, tmp_path: Path) -> None:
    gateway = with_gateway(world, Accepted("gw-1"))
    due = queued(world)
    _save(world, tmp_path / "backup")
    send(world)
    assert len(gateway.handed) == 1
    backup.restore(elsewhere, OPERATOR, tmp_path / "backup", PASSPHRASE, _untold)
    with closing(elsewhere):
        elsewhere.gateways = world.system.gateways
        restored = World(elsewhere, world.clock)
        assert stored(restored, due.id).state is OutgoingState.UNCERTAIN
        send(restored)
    assert len(gateway.handed) == 1
