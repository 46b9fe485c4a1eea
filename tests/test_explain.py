"""Whatever is refused, and whatever cannot be used, has a sentence."""

import ast
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from p24tui.errors import BadInput
from p24tui.explain import BAD_INPUT, REFUSALS, explain

PROGRAM = Path(__file__).parent.parent / "p24tui"

SENTENCES = {"Refusal": (1, REFUSALS), "Refused": (1, REFUSALS), "BadInput": (0, BAD_INPUT)}
"""What is raised or returned, by which of its arguments is the key, and where its sentences stand."""

FOR_PROGRAMS = {"cursor"}
"""What only a program can give wrongly, which the intake answers by itself."""


def test_every_key_in_the_source_has_its_sentence() -> None:
    missing = [one for path in sorted(PROGRAM.rglob("*.py")) for one in _without_sentence(path)]
    assert missing == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "mappen eller filen finns inte"),
        (errno.EACCES, "behörighet saknas"),
        (errno.ENOSPC, "disken är full"),
        (errno.EBADMSG, os.strerror(errno.EBADMSG)),
    ],
)
def test_what_the_system_says_of_a_file_is_said_in_the_language_in_use(number: int, words: str) -> None:
    error = BadInput("backup-not-written", path="/srv/x", problem=os.strerror(number))
    assert explain(error) == f"Det går inte att skriva /srv/x: {words}. Inget har ändrats."


def _without_sentence(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    if not any(f"{name}(" in source for name in SENTENCES):
        return  # reading a source takes its time
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SENTENCES:
            place, sentences = SENTENCES[node.func.id]
            for key in _words(node.args[place]) if len(node.args) > place else ():
                if key not in sentences and key not in FOR_PROGRAMS:
                    yield f"{path.relative_to(PROGRAM.parent)}:{node.lineno}: {key}"


def _words(given: ast.expr) -> Iterator[str]:
    """The keys as they stand there; none where a variable holds them."""
    if isinstance(given, ast.IfExp):
        yield from _words(given.body)
        yield from _words(given.orelse)
    elif isinstance(given, ast.Constant):
        yield str(given.value)
