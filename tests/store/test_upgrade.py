"""A database of every earlier version is brought up to date with all that is in it, whatever happens meanwhile."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, text

from p24tui import bootstrap
from p24tui.clock import SetClock
from p24tui.errors import BadInput
from p24tui.gateways.person_data import NoPersonData
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Suspicion
from p24tui.services import backup, cases, chat, log_seals, queue, suicide
from p24tui.services.log_verify import Found, Tally, What, verify
from p24tui.settings import Settings
from p24tui.store import backup as store_backup
from p24tui.store import dump, schema
from p24tui.store.connect import VERSION
from p24tui.store.engine import open_engine
from p24tui.store.schema import open_store
from p24tui.system import System
from tests import earlier
from tests.earlier import CHAINED, EARLIER, LOGS, OF_THE_CHAIN, REVISIONS, Rows
from tests.faults.processes import PROCESSES
from tests.outgoing import MOBILE, queued, waited_for, with_gateway
from tests.postgres import Server
from tests.services.test_handover import offered
from tests.visiting import book
from tests.world import MONDAY_NINE, UNIT, World, make_world

PROTECTED = "Skyddad Person"
PASSPHRASE = "hellre flera ord än ett"
OPERATOR = Actor(None, "root", None, UNIT, "cli:test:1")

CHANGES_ON_PURPOSE = {CHAINED: dict.fromkeys(LOGS, OF_THE_CHAIN)}
"""What a revision writes into rows that were there: from 0013 on each row of the logs has its place in a chain."""


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What a unit has in its database while people are at work."""
    home = tmp_path_factory.mktemp("living")
    with make_world(home) as world:
        maria = world.actor("maria")
        with_gateway(world)
        world.case(text="Hej! Jag är öm i örat. 🙂")
        world.case(name=PROTECTED, protection=Protection.MARKED)
        queued(world, waited_for(world))
        offered(world)
        drafted = chat.claim(world.system, maria, (one := world.case()).id, one.version)
        chat.save_draft(world.system, maria, drafted.id, "Hej, du skrev att…")
        risky = chat.claim(world.system, maria, (one := world.case(matter="Nedstämdhet")).id, one.version)
        suicide.state(world.system, maria, risky.id, risky.version, Suspicion("orkar inte leva"))
        book(world, world.patient("Besökaren", mobile=MOBILE).id, MONDAY_NINE + timedelta(hours=2))
        settings = world.system.settings
    return earlier.everything(settings)


def _system(settings: Settings) -> System:
    return System(settings, SetClock(MONDAY_NINE), lambda: open_store(settings), NoPersonData())


def _made(settings: Settings, revision: str, living: Rows) -> list[Table]:
    """Such a database, full; which tables it has."""
    with closing(earlier.make(settings, revision)) as store:
        with store.writing() as tx:
            tables = earlier.fill(tx, revision, living)
        if revision >= CHAINED:
            log_seals.seal(replace(_system(settings), open_store=lambda: store))
    return tables


def _content(settings: Settings, tables: list[Table]) -> Rows:
    with closing(open_engine(settings, create=False)) as store:
        return earlier.content(store, tables)


@pytest.mark.parametrize("revision", EARLIER)
def test_from_every_earlier_version_nothing_is_lost_and_work_goes_on(
    tmp_path: Path, database_url: str, revision: str, living: Rows
) -> None:
    settings = Settings(home=tmp_path, database=database_url, unit=UNIT)
    tables = _made(settings, revision, living)
    before = _content(settings, tables)
    assert [name for name, rows in before.items() if not rows] == []
    with closing(_system(settings)) as system:
        with system.store.reading() as tx:
            assert schema.version(tx) == VERSION
            assert earlier.broken_references(tx) == []
        after = _content(settings, tables)
        assert _without_changes(after, revision) == _without_changes(before, revision)
        assert _altered(system) == []
        _work_goes_on(World(system, SetClock(MONDAY_NINE)), living)
        assert _altered(system) == []


def _altered(system: System) -> list[Found]:
    """What is not as it was written; that there is no anchor, and of what has been removed no record, is as made."""
    return [one for one in verify(system, Tally()) if one.what not in (What.NO_ANCHOR, What.REMOVED)]


def _steps_from(revision: str) -> int:
    """A step for each later revision, and one until all of it is durable."""
    return len(REVISIONS) - REVISIONS.index(revision)


def _without_changes(rows: Rows, revision: str) -> Rows:
    later = [changed for since, changed in CHANGES_ON_PURPOSE.items() if revision < since]
    return {
        name: [
            {column: value for column, value in row.items() if not any(column in one.get(name, ()) for one in later)}
            for row in of_table
        ]
        for name, of_table in rows.items()
    }


def _work_goes_on(world: World, living: Rows) -> None:
    """Every case is listed and opens with what was said in it; one is answered, and its patient answers."""
    maria = world.actor("maria")
    listed = {line.case.id for line in queue.open_list(world.system, maria).lines}
    assert listed == {row["id"] for row in living["cases"]}
    protected = {row["id"] for row in living["patients"] if row["protection"] != Protection.NONE}
    for row in living["cases"]:
        opened = cases.open_case(world.system, maria, row["id"])
        if row["patient_id"] in protected:
            assert not opened.messages
            continue
        said = [one["text"] for one in living["messages"] if one["case_id"] == row["id"]]
        assert [one.text for one in opened.messages] == said
        if row["owner_id"] is None:
            mine = chat.claim(world.system, maria, row["id"], world.row(row["id"]).case.version)
            chat.answer(world.system, maria, mine.id, mine.version, "Hur mår du nu?", fresh_id())
            world.writes(mine.id)


def _open_until(settings: Settings, step: int) -> None:
    """As another process: bring the database up to date, and be killed after so many steps."""

    def told(done: float, _steps: int) -> None:
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    open_store(settings, told=told).close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.hazard("H24")
def test_a_process_that_is_killed_at_any_step_leaves_all_as_it_was_and_the_next_goes_on(
    tmp_path: Path, database_url: str, living: Rows
) -> None:
    settings = Settings(home=tmp_path, database=database_url, unit=UNIT)
    tables = _made(settings, EARLIER[0], living)
    before = _content(settings, tables)
    for step in range(1, len(EARLIER) + 1):
        process = PROCESSES.Process(target=_open_until, args=(settings, step))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
    with closing(open_engine(settings, create=False)) as store, store.reading() as tx:
        assert schema.version(tx) == EARLIER[0]
    assert _content(settings, tables) == before
    with closing(_system(settings)) as system:
        _work_goes_on(World(system, SetClock(MONDAY_NINE)), living)


def test_who_breaks_it_off_has_the_database_as_it_was(tmp_path: Path, database_url: str, living: Rows) -> None:
    settings = Settings(home=tmp_path, database=database_url, unit=UNIT)
    tables = _made(settings, "0012", living)
    before, steps = _content(settings, tables), []

    def interrupted(done: float, of: int) -> None:
        steps.append((done, of))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_store(settings, told=interrupted)
    assert steps == [(done, _steps_from("0012")) for done in range(4)]
    assert _content(settings, tables) == before


def test_of_a_step_that_takes_long_it_is_heard_how_far_it_has_come(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, heard = Settings(home=tmp_path, database=database_url, unit=UNIT), list[float]()
    with closing(earlier.make(settings, "0012")) as store, store.writing() as tx:
        read = {
            "kind": "case",
            "staff_id": "s",
            "actor": "a",
            "profession": "nurse",
            "unit_id": UNIT,
            "place": "p",
            "view": "",
            "patients": "[]",
        }
        columns = ", ".join(read)
        values = ", ".join(f":{name}" for name in read)
        many = [{**read, "seq": seq, "at": 0} for seq in range(5000)]
        at = "to_timestamp(:at)" if tx.on_postgresql else ":at"
        tx.connection.execute(text(f"INSERT INTO read_log (seq, at, {columns}) VALUES (:seq, {at}, {values})"), many)
    open_store(settings, told=lambda done, _steps: heard.append(done)).close()
    assert [one for one in heard if one % 1] == [pytest.approx(0.7), pytest.approx(0.9)]
    assert heard == sorted(heard)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    bootstrap._tell_upgrade(3.7, 6)
    assert "3 av 6 steg är klara. Avbryts det är den som den var. Nästa är gjort till 70 %." in capsys.readouterr().err


def _open(settings: Settings, told: Any) -> None:
    steps: list[float] = []
    open_store(settings, create=True, told=lambda done, _steps: steps.append(done)).close()
    told.put(steps)


def test_processes_that_start_at_once_migrate_once(tmp_path: Path, database_url: str, living: Rows) -> None:
    settings = Settings(home=tmp_path, database=database_url, unit=UNIT)
    _made(settings, "0012", living)
    told = PROCESSES.Queue()
    processes = [PROCESSES.Process(target=_open, args=(settings, told)) for _ in range(3)]
    for one in processes:
        one.start()
    heard = [told.get(timeout=120) for _ in processes]
    for one in processes:
        one.join(60)
        assert one.exitcode == 0
    assert [steps for steps in heard if len(steps) > 2] == [list(range(_steps_from("0012") + 1))]


def test_it_waits_for_whoever_holds_the_database(
    tmp_path: Path, database_url: str, living: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("p24tui.store.connect.BUSY_TIMEOUT", 0.1)
    monkeypatch.setattr(schema, "_LOCKED_FOR", 0.1)
    settings = Settings(home=tmp_path, database=database_url, unit=UNIT)
    _made(settings, "0015", living)
    held, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(open_engine(settings, create=False)) as store, store.writing() as tx:
            tx.connection.execute(text("UPDATE staff SET name = name"))
            held.set()
            assert not ended.wait(1.0)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert held.wait(30)
        open_store(settings).close()
        ended.set()
        holding.result()


def test_one_that_became_newer_meanwhile_is_refused(tmp_path: Path, database_url: str) -> None:
    settings = Settings(home=tmp_path, database=database_url, unit=UNIT)
    earlier.make(settings, "0015").close()

    def newer(done: float, _steps: int) -> None:
        if not done:
            with closing(open_engine(settings, create=False)) as store, store.writing() as tx:
                tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(BadInput, match="database-newer"):
        open_store(settings, told=newer)


def test_it_says_that_it_works_and_that_one_may_break_it_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, unit=UNIT)
    earlier.make(settings, "0014").close()
    with bootstrap.running(settings):
        pass
    assert capsys.readouterr().err.splitlines() == [
        f"Databasen uppgraderas: 0 av {_steps_from('0014')} steg är klara. Avbryts det är den som den var.",
        "Databasen är uppgraderad.",
    ]


@pytest.mark.parametrize("revision", [EARLIER[0], EARLIER[-1]])
def test_a_backup_of_an_earlier_version_is_restored_into_this_one(
    tmp_path: Path, database_url: str, revision: str, living: Rows, request: pytest.FixtureRequest
) -> None:
    settings = Settings(home=tmp_path, database=database_url, unit=UNIT)
    tables = _made(settings, revision, living)
    with closing(open_engine(settings, create=False)) as store:
        store_backup.save(store, settings, tmp_path / "backup", PASSPHRASE, lambda _done, _all: None)
    before = _content(settings, tables)
    with ExitStack() as places:
        there = replace(settings, home=tmp_path / "there")
        if database_url:
            server: Server = request.getfixturevalue("postgres_server")
            there = replace(there, database=places.enter_context(server.fresh()))
        with closing(_system(there)) as system:
            backup.restore(system, OPERATOR, tmp_path / "backup", PASSPHRASE, lambda *_: None)
            _work_goes_on(World(system, SetClock(MONDAY_NINE)), living)
        assert before["quarantine"] == _content(there, tables)["quarantine"]


def test_a_backup_of_a_newer_version_is_refused_and_nothing_is_made_of_it(
    world: World, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.system.store.writing() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    monkeypatch.setattr(dump, "VERSION", "9999")
    settings, path = world.system.settings, tmp_path / "backup"
    store_backup.save(world.system.store, settings, path, PASSPHRASE, lambda _done, _all: None)
    monkeypatch.undo()
    with ExitStack() as places:
        there = replace(settings, home=tmp_path / "there")
        if settings.database:
            server: Server = request.getfixturevalue("postgres_server")
            there = replace(there, database=places.enter_context(server.fresh()))
        with pytest.raises(BadInput, match="database-newer"):
            store_backup.restore(there, path, PASSPHRASE, lambda _done, _all: None)
        with closing(open_engine(there, create=True)) as store, store.reading() as tx:
            assert schema.version(tx) is None
