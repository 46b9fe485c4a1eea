"""Hostile text put into a database past every gate, so that what is left is what stands before the screen."""

import itertools
import json
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Table, select, text, update
from sqlalchemy.types import JSON

from p24tui.store.engine import Store, Tx
from p24tui.store.tables import metadata
from p24tui.words.events import EVENTS
from tests.hostile.columns import LINES, NUMBERS, TEXTS

LONGEST_LINE = 190
"""Within what a line is cut to, so that every payload in it is drawn."""

IN_A_TEXT = 40
"""Payloads in each thing that somebody has written."""

PARSED = frozenset({"until", "urgency", "need", "agreed_at", "level", "stated", "ground", "how", "triage"})
"""What an event says in keys that the program itself reads, and fails on where they are another's."""

WORDS = frozenset({
    "actor", "assessment", "author", "best", "care_giver", "clinic", "current", "decision", "display", "documented",
    "family", "image", "name", "note", "owner", "patient", "patient_name", "plan", "problem", "proxy_name", "reason",
    "recipient", "said", "shows", "text", "title", "to", "what", "where", "who", "whom", "why", "words",
})  # fmt: skip
"""The keys under which JSON holds text."""


class Source:
    """The payloads, over and over, as lines and as texts."""

    def __init__(self, payloads: Iterable[str]) -> None:
        self._payloads = list(payloads)
        self._next = itertools.cycle(self._payloads)
        self.given = 0

    def one(self) -> str:
        """The next one."""
        self.given += 1
        return next(self._next)

    def line(self) -> str:
        """As many as a line has room for, at least one."""
        found = self.one()
        while len(found) < LONGEST_LINE - 40:
            found = f"{found} {self.one()}"
        return found

    def text(self) -> str:
        """Many, each on a line of its own."""
        return "\n".join(self.one() for _number in range(IN_A_TEXT))


class Single(Source):
    """One payload on each line, so that it stands first where little of a line is seen."""

    def line(self) -> str:
        return self.one()


class Harmless(Source):
    """Words of the same form instead."""

    def line(self) -> str:
        return _plain(super().line())

    def text(self) -> str:
        return "\n".join(map(_plain, super().text().split("\n")))


def _plain(text: str) -> str:
    return "".join("a" if unicodedata.category(one)[0] in "LNPS" else " " for one in text).strip() or "a"


def storable(text: str) -> str:
    """What a column of text can hold at all: no driver takes a lone surrogate."""
    return text.encode("utf-8", "ignore").decode()


def poison(store: Store, source: Source, *, numbers: bool = False) -> list[str]:
    """Put hostile text wherever text of people stands. Which columns had a row for it."""
    reached = []
    with store.writing() as tx:
        _open_the_logs(tx)
        for table, name, make in _places(source, numbers=numbers):
            rows = tx.connection.execute(select(table)).mappings().all()
            for row in rows:
                value = _bad(dict(row), table, name, make)
                if value is not None:
                    this = [column == row[column.name] for column in table.primary_key]
                    tx.connection.execute(update(table).where(*this).values({name: value}))
            if rows:
                reached.append(f"{table.name}.{name}")
    return reached


def _open_the_logs(tx: Tx) -> None:
    """Logs are only added to; a text in them that is hostile was written by a program that let it through."""
    for (name,) in tx.connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        tx.connection.execute(text(f'DROP TRIGGER "{name}"'))


def _places(source: Source, *, numbers: bool) -> Iterator[tuple[Table, str, Callable[[], str]]]:
    for names, make in ((LINES, source.line), (TEXTS, source.text), (NUMBERS if numbers else {}, source.line)):
        for table, columns in names.items():
            for column in columns:
                yield metadata.tables[table], column, make


def _bad(row: Mapping[str, Any], table: Table, name: str, make: Callable[[], str]) -> Any:
    """The value with hostile text in it; none where there is nothing to change."""
    value = row[name]
    if not isinstance(table.c[name].type, JSON):
        return storable(make())
    if table.name == "events":
        return value | {key: make() for key in _placeholders(row["kind"])}
    bad = _bad_json(value, make)
    return bad if bad != value else None


def _bad_json(value: Any, make: Callable[[], str], key: str = "") -> Any:
    """Lone surrogates stay in it: JSON writes them as escapes."""
    if isinstance(value, dict):
        return {name: _bad_json(one, make, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_bad_json(one, make, key) for one in value]
    return make() if isinstance(value, str) and key in WORDS else value


def _placeholders(kind: str) -> set[str]:
    """What the sentence of an event has gaps for."""
    return {gap for _text, gap, _spec, _conversion in string.Formatter().parse(EVENTS.get(kind, "")) if gap} - PARSED


assert json.loads(json.dumps("\ud800")) == "\ud800"
