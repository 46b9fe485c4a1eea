"""Opening the database: keys, versions, and what is said where it cannot be used."""

import os
import re
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from p24tui.errors import BadInput, Unavailable
from p24tui.explain import explain
from p24tui.settings import Settings
from p24tui.store import connect
from p24tui.store.connect import FILE_NAME, connect_sqlcipher
from p24tui.store.key import FILE_NAME as KEY_FILE
from p24tui.store.schema import open_store
from tests.world import World, make_world


def made(home: Path) -> Settings:
    settings = Settings(home=home)
    open_store(settings, create=True).close()
    return settings


def refusal(settings: Settings) -> BadInput:
    with pytest.raises(BadInput) as error:
        open_store(settings).close()
    assert explain(error.value)
    return error.value


def failing(world: World, *statements: str) -> Unavailable:
    """The error that these statements end in."""

    def write() -> None:
        with world.system.store.writing() as tx:
            for statement in statements:
                tx.connection.exec_driver_sql(statement)

    with pytest.raises(Unavailable) as error:
        write()
    return error.value


def test_what_is_stored_is_encrypted(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.case(text="Det trycker i bröstet")
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("p24tui.db*"))
    assert b"SQLite format 3" not in raw
    assert b"trycker" not in raw


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_key_lies_in_a_file_of_ones_own(tmp_path: Path) -> None:
    settings = made(tmp_path)
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch("[0-9a-f]{64}\n", path.read_text())
    path.chmod(0o644)
    assert refusal(settings).reason == "key-readable"


def test_a_wrong_key_is_said(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (tmp_path / KEY_FILE).write_text("0" * 64 + "\n")
    assert refusal(settings).reason == "wrong-key"


def test_a_lost_key_is_said_and_no_new_one_made(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (tmp_path / KEY_FILE).unlink()
    for _try in range(2):
        with pytest.raises(BadInput, match="key-missing"):
            open_store(settings, create=True)
    assert not (tmp_path / KEY_FILE).exists()


def test_the_key_may_come_from_the_environment(tmp_path: Path) -> None:
    key = "ab" * 32
    open_store(Settings(home=tmp_path, key_from="environment", key=key), create=True).close()
    assert not (tmp_path / KEY_FILE).exists()
    open_store(Settings(home=tmp_path, key_from="environment", key=key)).close()
    assert refusal(Settings(home=tmp_path, key_from="environment", key="cd" * 32)).reason == "wrong-key"
    assert "abab" not in repr(Settings(home=tmp_path, key_from="environment", key=key))


def test_nothing_there_is_said(tmp_path: Path) -> None:
    assert refusal(Settings(home=tmp_path)).reason == "not-set-up"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"this is no database" * 500)
    assert refusal(settings).reason == "wrong-key"
    assert (tmp_path / FILE_NAME).read_bytes().startswith(b"this is no database")


def test_a_damaged_database_is_said(tmp_path: Path) -> None:
    settings = made(tmp_path)
    path = tmp_path / FILE_NAME
    damaged = bytearray(path.read_bytes())
    damaged[5000:9000] = bytes(4000)
    path.write_bytes(damaged)
    assert refusal(settings).reason in ("wrong-key", "database-corrupt")


def test_a_database_of_a_newer_program_is_refused(world: World) -> None:
    with world.system.store.writing() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    error = refusal(world.system.settings)
    assert (error.reason, error.details["found"]) == ("database-newer", "9999")


def test_a_locked_database_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p24tui.store.connect.BUSY_TIMEOUT", 0.1)
    with make_world(tmp_path) as world:
        assert world.system.store.path is not None
        assert world.system.store.key is not None
        other = connect_sqlcipher(world.system.store.path, world.system.store.key)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(Unavailable) as error, world.system.store.writing():
                pass
        finally:
            other.close()
    assert error.value.detail == "locked"


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match="home-not-writable"):
        open_store(Settings(home=tmp_path / "file" / "inner"), create=True)


def test_a_database_that_is_read_only_says_so(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        assert failing(world, "PRAGMA query_only = ON", "DELETE FROM drafts").detail == "readonly"


@pytest.mark.hazard("H22")
def test_a_database_that_was_read_only_is_written_to_again_without_a_restart(tmp_path: Path) -> None:
    """What SQLite opens on a read-only disk stays so when the disk no longer is: it is not opened there at all."""
    with make_world(tmp_path) as world:
        world.system.store.close()
        with pytest.MonkeyPatch.context() as disk:
            disk.setattr(os, "access", lambda _path, _mode: False)
            with pytest.raises(Unavailable) as error, world.system.store.reading():
                pass
            assert error.value.detail == "readonly"
        world.case()


def test_a_full_disk_loses_nothing_and_says_so(tmp_path: Path) -> None:
    """SQLite's own limit of pages stands for the disk: the write fails the same way, in the middle."""
    with make_world(tmp_path) as world:
        case = world.case()
        with world.system.store.reading() as tx:
            pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        fill = "CREATE TABLE filler AS SELECT randomblob(1000000)"
        assert failing(world, f"PRAGMA max_page_count = {pages}", fill).detail == "full"
        assert world.row(case.id).case == case


def test_a_server_that_is_not_there_says_so(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database="postgresql://127.0.0.1:9/none")
    with pytest.raises(Unavailable) as error:
        open_store(settings)
    assert error.value.part == "database"


@pytest.mark.parametrize(
    "address", ["what?", "postgresql://u:hemligt@host:port/p24", "mysql://u:hemligt@host/p24", "pg+no://u:hemligt@host"]
)
def test_an_address_that_is_none_says_so_and_is_not_shown(tmp_path: Path, address: str) -> None:
    error = refusal(Settings(home=tmp_path, database=address))
    assert error.reason == "database-address"
    assert "hemligt" not in explain(error) + str(error)
    assert error.__cause__ is None


def test_what_the_database_says_of_what_was_to_be_written_is_not_passed_on(world: World) -> None:
    error = failing(world, "SELECT hemligt")
    assert error.part == "database"
    assert "hemligt" not in str(error) + error.detail


@pytest.mark.hazard("H24")
def test_the_embedded_database_is_as_durable_as_can_be(sqlcipher_world: World) -> None:
    with sqlcipher_world.system.store.reading() as tx:
        asked = {
            name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
        version = tx.connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert asked == {"journal_mode": "wal", "synchronous": 2}
    assert tuple(map(int, version.split("."))) > (3, 51, 2)  # before that WAL could corrupt
    assert connect.VERSION
