"""The feed: what one process writes, another hears of, at once and surely."""

import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from p24tui.services import chat
from p24tui.store import engine, events, pace
from p24tui.store.feed import Feed
from p24tui.store.schema import open_store
from p24tui.store.values import Alive, Change, Changed, Lost, Notice
from tests.proxy import door
from tests.world import BERGA, UNIT, World, make_world, make_world_again

SOON = 10.0

QUIET_AFTER = 2.0
"""Seconds, more than any commit takes from its first byte to its last."""


@contextmanager
def listening(world: World) -> Iterator["queue.Queue[Notice]"]:
    """A feed of another opening of the same database, as another process has it."""
    store = open_store(world.system.settings)
    heard: queue.Queue[Notice] = queue.Queue()
    feed = Feed(store, heard.put)
    try:
        yield heard
    finally:
        feed.stop()
        store.close()


def changed(heard: "queue.Queue[Notice]", case_id: str) -> bool:
    """Whether the feed says within reason that this case has changed."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        try:
            notice = heard.get(timeout=end - time.monotonic())
        except queue.Empty:
            return False
        if isinstance(notice, Changed) and case_id in notice.case_ids:
            return True
    return False


@pytest.mark.hazard("H22")
def test_a_write_elsewhere_is_heard(world: World) -> None:
    case = world.case()
    with listening(world) as heard:
        chat.claim(world.system, world.actor("maria"), case.id, case.version)
        assert changed(heard, case.id)


@pytest.mark.hazard("H22")
def test_what_is_heard_names_the_unit(world: World) -> None:
    case = world.case()
    with listening(world) as heard:
        chat.claim(world.system, world.actor("maria"), case.id, case.version)
        while not (isinstance(notice := heard.get(timeout=SOON), Changed) and notice.changes):
            pass
    assert notice.changes == {(UNIT, case.id)}
    assert notice.concerning((UNIT,), lambda _: False) == {case.id}
    assert notice.concerning((BERGA,), lambda _: False) == frozenset()
    assert notice.concerning((BERGA,), lambda one: one == case.id) == {case.id}


HSA_IDS = st.from_regex(r"SE[0-9]{10}-[A-Z0-9]{1,18}", fullmatch=True)
CASE_IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26) | st.just("")


@given(st.frozensets(st.tuples(HSA_IDS | st.just(""), CASE_IDS), min_size=1, max_size=300))
def test_what_is_told_is_what_is_heard_or_everything(changes: frozenset[Change]) -> None:
    payload = engine.told(changes)
    assert len(payload.encode()) < 8000, "PostgreSQL takes no more"
    said = engine.heard(payload)
    assert said.changes == changes or (said.everything and len(changes) > 100)


def test_an_older_console_tells_of_cases_alone_and_that_may_concern_anybody() -> None:
    said = engine.heard("aaaa,bbbb,")
    assert said.concerning((UNIT,), lambda _: False) == {"aaaa", "bbbb", ""}


def test_a_write_that_is_undone_is_not_heard(world: World) -> None:
    one, other = world.case(), world.case()
    with listening(world) as heard:
        with suppress(RuntimeError), world.system.store.writing() as tx:
            events.append(tx, world.source, world.clock.now(), "test", one.id)
            raise RuntimeError
        chat.claim(world.system, world.actor("maria"), other.id, other.version)
        said: list[frozenset[str]] = []
        while not any(other.id in ids for ids in said):
            notice = heard.get(timeout=SOON)
            said += [notice.case_ids] if isinstance(notice, Changed) else []
    assert not any(one.id in ids for ids in said)


def test_ones_own_write_is_heard_too(world: World) -> None:
    case = world.case()
    heard: queue.Queue[Notice] = queue.Queue()
    feed = Feed(world.system.store, heard.put)
    try:
        chat.claim(world.system, world.actor("maria"), case.id, case.version)
        assert changed(heard, case.id)
    finally:
        feed.stop()


@pytest.mark.hazard("H22")
@pytest.mark.parametrize("tells", [True, False], ids=["the system tells of writes", "it does not"])
def test_where_all_has_long_been_quiet_a_write_elsewhere_is_heard(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch, tells: bool
) -> None:
    monkeypatch.setattr(pace, "QUIET_AFTER", QUIET_AFTER)
    monkeypatch.setattr(pace, "WRITTEN_LOOK_EVERY", 6 * SOON)
    if not tells:
        monkeypatch.setattr(pace, "written", lambda _: None)
    case = sqlcipher_world.case()
    with listening(sqlcipher_world) as heard:
        assert isinstance(heard.get(timeout=SOON), Alive)
        time.sleep(1.1 * QUIET_AFTER)
        chat.claim(sqlcipher_world.system, sqlcipher_world.actor("maria"), case.id, case.version)
        assert changed(heard, case.id)
        ended = time.monotonic()
    assert time.monotonic() - ended < SOON, "and it ends at once"


def test_a_quiet_feed_says_that_it_is_alive(world: World) -> None:
    with listening(world) as heard:
        assert isinstance(heard.get(timeout=SOON), Alive)
        assert isinstance(heard.get(timeout=SOON), Alive)


@pytest.mark.hazard("H22")
def test_a_cut_connection_is_said_and_what_was_missed_is_told(
    fresh_postgres: str, postgres_url: str, tmp_path: Path
) -> None:
    with make_world(tmp_path, fresh_postgres) as world, listening(world) as heard:
        assert isinstance(heard.get(timeout=SOON), Alive)
        name = fresh_postgres.rpartition("/")[2].partition("?")[0]
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        while not isinstance(heard.get(timeout=SOON), Lost):
            pass
        case = world.case()
        assert changed(heard, case.id)


@pytest.mark.hazard("H22")
def test_a_connection_that_is_half_open_owes_an_answer_and_is_left_behind(fresh_postgres: str, tmp_path: Path) -> None:
    url = make_url(fresh_postgres)
    assert url.port is not None
    with make_world(tmp_path / "there", fresh_postgres) as there, door(url.port) as way:
        through = url.set(host="127.0.0.1", port=way.port).render_as_string(hide_password=False)
        heard: queue.Queue[Notice] = queue.Queue()
        with make_world_again(tmp_path / "here", through) as here:
            feed = Feed(here.system.store, heard.put)
            try:
                assert isinstance(heard.get(timeout=SOON), Alive)
                way.hold()
                end = time.monotonic() + SOON
                while feed.unanswered < 1.0:
                    assert time.monotonic() < end
                    time.sleep(0.05)
                way.open()
                while not isinstance(heard.get(timeout=3 * SOON), Lost):
                    pass
                case = there.case()
                assert changed(heard, case.id)
            finally:
                feed.stop()


def test_another_process_is_heard(world: World) -> None:
    """The very thing two consoles do: a write by a process of its own."""
    case = world.case()
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.world import PEOPLE, UNIT\n"
        "from p24tui import bootstrap; from p24tui.settings import Settings\n"
        "from p24tui.services import chat, staff\n"
        "with bootstrap.running(Settings(home=Path(sys.argv[1]), database=sys.argv[2], unit=UNIT)) as system:\n"
        "    maria = staff.acting(system, PEOPLE['maria'][0], UNIT, 'console:other')\n"
        f"    chat.claim(system, maria, sys.argv[3], {case.version})\n"
    )
    settings = world.system.settings
    with listening(world) as heard:
        argv = [sys.executable, "-c", code, str(settings.home), settings.database, case.id]
        subprocess.run(argv, check=True, timeout=60)
        assert changed(heard, case.id)
