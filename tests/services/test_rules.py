"""The list of rules holds: every rule that is not open has code and proof (the routine's own kinds aside)."""

import pytest

from p24tui.routine import rule as marks
from p24tui.services.rules import RuleEntry, every_rule

BUILT = [one for one in every_rule() if not one.open]


@pytest.mark.parametrize("one", BUILT, ids=lambda one: one.id)
def test_a_rule_that_is_built_has_code_and_proof(one: RuleEntry) -> None:
    assert one.enforced, f"{one.id}: no function carries @rule({one.id!r})"
    assert one.tests, f"{one.id}: no test is marked with it"


def test_every_mark_names_a_rule_that_exists() -> None:
    known = {one.id for one in every_rule()}
    assert marks.marked() <= known
