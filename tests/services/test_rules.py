"""The list of rules holds: every rule that is not open has code and proof (the routine's own kinds aside)."""

import re
from functools import cache
from pathlib import Path

import pytest

import p24tui
from p24tui.routine import rule as marks
from p24tui.services.rules import RuleEntry, every_rule

PROGRAM = Path(p24tui.__file__).parent
BUILT = [one for one in every_rule() if not one.open]


@pytest.mark.parametrize("one", BUILT, ids=lambda one: one.id)
def test_a_rule_that_is_built_has_code_and_proof(one: RuleEntry) -> None:
    assert one.enforced, f"{one.id}: no function carries @rule({one.id!r})"
    assert one.tests, f"{one.id}: no test is marked with it"


def test_every_mark_names_a_rule_that_exists() -> None:
    known = {one.id for one in every_rule()}
    assert marks.marked() <= known


@pytest.mark.parametrize("one", BUILT, ids=lambda one: one.id)
def test_what_decides_a_rule_is_asked_by_somebody(one: RuleEntry) -> None:
    assert [place for place in one.enforced if place.rpartition(".")[2] not in _used()] == []


@cache
def _used() -> frozenset[str]:
    """Every word of the program but where it is defined, or quoted in a description."""
    sources = (path.read_text(encoding="utf-8") for path in PROGRAM.rglob("*.py"))
    return frozenset(word for source in sources for word in re.findall(r"(?<!def )\b\w+\b(?!`)", source))
