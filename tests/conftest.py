"""What every test stands on: a clean environment, and both databases.

A test that takes ``database_url`` runs once on each database that the program keeps its data in.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from p24tui import i18n
from tests import postgres
from tests.database_roles import roles_template
from tests.world import peopled_home, peopled_template, sqlcipher_world, world

__all__ = ["peopled_home", "peopled_template", "roles_template", "sqlcipher_world", "world"]

KEPT = {"P24TUI_REAL_INPUT"}
"""Names in the environment that are meant for the tests themselves."""


ROOM = 8 << 30
"""Bytes that must be free in memory before temporary folders are put there."""


def _scrub_environment() -> None:
    """What the person who runs the tests has set must not change what the program does or how it looks."""
    for name in list(os.environ):
        if name in {"NO_COLOR", "COLORTERM", "FORCE_COLOR"} or (name.startswith("P24TUI_") and name not in KEPT):
            del os.environ[name]


_scrub_environment()

settings.register_profile("p24tui", deadline=None)
settings.register_profile("ci", parent=settings.get_profile("p24tui"), derandomize=True)
settings.register_profile("long", parent=settings.get_profile("p24tui"), max_examples=10_000)
settings.load_profile("ci" if os.environ.get("CI") else "p24tui")


def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders are in memory where there is room, as the tests' PostgreSQL is: a commit waits for no disk."""
    memory = postgres.MEMORY
    if config.option.basetemp or hasattr(config, "workerinput") or not postgres.has_room(ROOM):
        return
    if os.statvfs(memory).f_flag & os.ST_NOEXEC:  # tests run programs from there
        return
    folder = tempfile.mkdtemp(prefix="p24-tests-", dir=memory)
    config.option.basetemp = Path(folder, "all")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: going through it again and again took a fifth of the time of a test of a screen."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(autouse=True, scope="session")
def style_sheets_are_read_once() -> Iterator[None]:
    """Each console of a test reads the same style sheets anew: a seventh of what it costs to open one."""
    from textual.css.model import RuleSet
    from textual.css.stylesheet import Stylesheet

    read, known = Stylesheet._parse_rules, dict[tuple[object, ...], list[RuleSet]]()

    def read_once(sheet: Stylesheet, css: str, *more: Any, **named: Any) -> list[RuleSet]:
        key = (css, more, tuple(named.items()), tuple(sheet._variables.items()))
        if key not in known:
            known[key] = read(sheet, css, *more, **named)
        return known[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stylesheet, "_parse_rules", read_once)
        yield


@pytest.fixture(autouse=True, scope="session")
def a_key_is_waited_for_closely() -> Iterator[None]:
    """After a key the pilot looks whether the process is at rest, and sleeps 20 ms each time, whatever it costs."""
    from textual import _wait

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_wait, "SLEEP_GRANULARITY", 0.005)
        patched.setattr(_wait, "SLEEP_IDLE", 0.0005)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL of this test process, started when a test first asks for it."""
    try:
        with postgres.running() as server:
            yield server
    except postgres.NoPostgresError as error:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL is needed here: {error}", pytrace=False)
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")


@pytest.fixture(scope="session")
def postgres_url(postgres_server: postgres.Server) -> str:
    """The address of the server's own database, for what is to be done to the server as a whole."""
    return postgres_server.url()


@pytest.fixture
def fresh_postgres(postgres_server: postgres.Server) -> Iterator[str]:
    """The address of a new, empty PostgreSQL database."""
    with postgres_server.fresh() as url:
        yield url


@pytest.fixture(params=["sqlcipher", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """What ``P24TUI_DATABASE`` would be: empty for the embedded database, or a new PostgreSQL's address."""
    if request.param == "sqlcipher":
        return ""
    url: str = request.getfixturevalue("fresh_postgres")
    return url


@pytest.fixture(autouse=True)
def swedish() -> Iterator[None]:
    """The language is one for the whole process: whatever a test chooses, the next one begins in Swedish."""
    yield
    i18n.use_language("sv")


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as Textual and uvicorn do."""
    return "asyncio"


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at its least cost, for tests about something else: as it is, it takes long by intent."""
    import argon2

    from p24tui.services import passwords

    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
