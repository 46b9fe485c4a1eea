"""However one comes in, the database is opened as oneself, and as nobody else who comes after (NA-1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from p24tui import bootstrap
from p24tui.cli import console
from p24tui.gateways.person_data import NoPersonData
from p24tui.routine.login import Means, Proven
from p24tui.services import login
from p24tui.settings import Settings
from p24tui.store.connect import database_address
from p24tui.store.engine import Store
from p24tui.store.schema import open_store
from p24tui.system import System
from tests.world import PEOPLE, World

pytestmark = pytest.mark.rule("NA-1")

MARIA, JOHAN = PEOPLE["maria"][0], PEOPLE["johan"][0]
AS_PERSON = "postgresql://{person}@/p24"


class Console:
    """Stands for the screen: it looks whose database is open."""

    def __init__(self, system: System, _people: object, _place: str, **_more: Any) -> None:
        self.system = system

    def run(self) -> None:
        _ = self.system.store


@pytest.fixture
def opened(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As whom the database is opened, in order, while a console runs; the machine's user is Maria."""
    as_whom: list[str] = []
    sqlcipher_world.is_system_user("maria", "mlind")

    def open_as(settings: Settings) -> Store:
        database_address(settings)  # raises where it names nobody
        as_whom.append(settings.staff)
        store = open_store(replace(settings, database=""))
        store.personal = True
        return store

    @contextmanager
    def running(settings: Settings, **_more: Any) -> Iterator[System]:
        system = System(settings, sqlcipher_world.clock, lambda: open_as(system.settings), NoPersonData())
        yield system
        system.close()

    monkeypatch.setattr(bootstrap, "running", running)
    monkeypatch.setattr(bootstrap, "log_to_file", lambda _settings: None)
    monkeypatch.setattr(console, "system_user", lambda: "mlind")
    monkeypatch.setattr("p24tui.tui.app.P24App", Console)
    return as_whom


@pytest.mark.parametrize(
    ("means", "database", "names", "expected"),
    [
        (Means.HANDOFF, AS_PERSON, JOHAN, [MARIA]),
        (Means.HANDOFF, AS_PERSON, "", [MARIA]),
        (Means.SYSTEM_USER, AS_PERSON, MARIA, [MARIA]),
        (Means.SYSTEM_USER, AS_PERSON, JOHAN, [JOHAN, MARIA]),
        (Means.SYSTEM_USER, "", JOHAN, [MARIA]),  # at once, before the database layer is loaded
    ],
)
def test_whoever_is_known_before_the_console_opens_opens_it_as_themselves(
    sqlcipher_world: World, opened: list[str], means: Means, database: str, names: str, expected: list[str]
) -> None:
    chosen = replace(sqlcipher_world.system.settings, database=database, staff=names, login="system-user")
    by_server = Proven(MARIA, "Maria Lind", means, sqlcipher_world.clock.now())
    console._open_desk(chosen, by_server if means is Means.HANDOFF else None)
    assert opened == expected


def test_whoever_logs_in_by_a_card_opens_it_as_themselves_and_so_does_who_comes_after(
    sqlcipher_world: World, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(self: Console) -> None:
        for staff_id in (MARIA, JOHAN):
            login.admit(self.system, Proven(staff_id, "", Means.CARD, sqlcipher_world.clock.now()), "console:test:7")
            self.system.person_changed("")

    monkeypatch.setattr(Console, "run", run)
    chosen = replace(sqlcipher_world.system.settings, database=AS_PERSON, staff="", login="card")
    console._open_desk(chosen, None)
    assert opened == [MARIA, JOHAN]
