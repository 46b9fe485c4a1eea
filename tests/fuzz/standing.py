"""A unit with its people behind an entrance, and what must hold of all that came to be stored in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, literal_column, select

from p24tui.store import tables
from p24tui.text import clean_text
from tests import stored
from tests.world import World, make_world, make_world_again

CONTENT = (*stored.CONTENT, tables.events, tables.quarantine)
"""What comes from outside is stored in these."""

_PLACE: ColumnElement[int] = literal_column("rowid")
_NEW = {
    table.name: select(_PLACE.label("place"), table).where(bindparam("seen") < _PLACE).order_by(_PLACE)
    for table in CONTENT
}


FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where databases are made: in memory where that can be, for each example waits for several commits."""


@contextmanager
def unit() -> Iterator[World]:
    """A world of its own in the embedded database."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=FOLDER) as folder:
        home = Path(folder)
        shutil.copytree(_peopled(), home, dirs_exist_ok=True)
        with make_world_again(home) as world:
            yield world


@cache
def _peopled() -> Path:
    """A home to be copied, for as long as the process lasts."""
    kept = tempfile.TemporaryDirectory(prefix="fuzz-", dir=FOLDER)
    _KEPT.append(kept)
    with make_world(Path(kept.name)):
        return Path(kept.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


class Stored:
    """Looks at what has been stored since it looked last: every word of it must be clean."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = {table.name: 0 for table in CONTENT}
        self.new()

    def new(self) -> dict[str, list[dict[str, Any]]]:
        """The rows that are new, by table."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self._world.system.store.reading() as tx:
            for name, query in _NEW.items():
                rows = tx.connection.execute(query, {"seen": self._seen[name]}).all()
                if rows:
                    self._seen[name] = rows[-1][0]
                    found[name] = [dict(row._mapping) for row in rows]
        _check_clean(found, "stored")
        return found

    def rows(self, table: Table) -> int:
        """How many rows a table has."""
        with self._world.system.store.reading() as tx:
            return tx.connection.execute(select(func.count()).select_from(table)).scalar_one()


def _check_clean(value: Any, where: str) -> None:
    match value:
        case str():
            assert clean_text(value) == value, f"{where} is not clean: {value[:200]!r}"
        case dict():
            for name, inner in value.items():
                _check_clean(str(name), where)
                _check_clean(inner, f"{where}.{name}")
        case list() | tuple():
            for inner in value:
                _check_clean(inner, where)


def check_sentence(said: str) -> None:
    """A refusal says something, in words that may be shown."""
    assert said.strip(), "it does not say why"
    assert clean_text(said) == said, f"it does not say it clean: {said!r}"
    assert "fault here" not in said, said
