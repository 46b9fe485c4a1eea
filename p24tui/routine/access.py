"""Who may do what: the role in which one acts decides, by one table (NA-1)."""

from collections.abc import Mapping

from p24tui.routine.decision import Refusal
from p24tui.routine.role import Role
from p24tui.routine.rule import rule

RoleTable = Mapping[str, frozenset[Role]]
"""The roles that have each right."""


@rule("NA-1")
def may(role: Role | None, right: str, table: RoleTable) -> Refusal | None:
    """Whether somebody in this role has the right; without a role it is the program itself, bounded elsewhere."""
    if role is None or role in table[right]:
        return None
    return Refusal("NA-1", "role-may-not")
