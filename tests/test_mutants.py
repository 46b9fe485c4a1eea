"""The run over mutants makes the changes that it says, leaves alone what is no rule, and knows its tests."""

import ast

import pytest

from tests import mutants
from tests.in_its_place import ROOT

SOURCE = '''
"""A module."""

@rule("SU-1")
def may(case: Case, days: int = 2) -> Refusal | None:
    """Whether it may."""
    if case.owner is None and not case.unread:
        return Refusal("SU-1", "unread")
    return max(case, days + 1)
'''


def test_what_is_changed_and_what_is_left_alone() -> None:
    assert {one.name for one in mutants.mutants_of("suicide", SOURCE)} == {
        "may: 2 → 3",
        "may: if case.owner is None and (not case.unread) → never",
        "may: if case.owner is None and (not case.unread) → not",
        "may: case.owner is None and (not case.unread) → case.owner is None or not case.unread",
        "may: case.owner is None and (not case.unread) → not case.unread",
        "may: case.owner is None and (not case.unread) → case.owner is None",
        "may: case.owner is None → case.owner is not None",
        "may: not case.unread → case.unread",
        "may: return Refusal('SU-1', 'unread') → return None",
        "may: 'SU-1' → 'SU-1~'",
        "may: 'unread' → 'unread~'",
        "may: max(case, days + 1) → min(case, days + 1)",
        "may: days + 1 → days - 1",
        "may: 1 → 2",
    }


def test_every_mutant_is_one_change_to_what_can_be_run() -> None:
    made = mutants.mutants_of("suicide", SOURCE)
    assert len({one.code for one in made}) == len(made)
    for one in made:
        assert ast.dump(ast.parse(one.code)) != ast.dump(ast.parse(SOURCE))
        assert one.line


@pytest.mark.parametrize("module", mutants.TESTS)
def test_every_module_and_its_tests_are_there(module: str) -> None:
    assert (ROOT / "p24tui" / "routine" / f"{module}.py").exists()
    for name in mutants.TESTS[module]:
        assert (ROOT / "tests" / "routine" / f"test_{name}.py").exists()


def test_what_is_called_equivalent_is_a_mutant_and_says_why() -> None:
    for (module, change), because in mutants.equivalent().items():
        source = (ROOT / "p24tui" / "routine" / f"{module}.py").read_text(encoding="utf-8")
        assert change in {one.name for one in mutants.mutants_of(module, source)}
        assert because.endswith(".")
