"""Who may come in, as the entrance shows it."""

from msgspec import Struct

from p24tui.routine.actor import Actor
from p24tui.routine.login import Proven
from p24tui.routine.role import Role
from p24tui.store.values import Staff, Unit


class Admitted(Struct, frozen=True):
    """Somebody who may come in: their units by name, and in which roles they may act at each, the usual one first."""

    member: Staff
    units: tuple[Unit, ...]
    roles: dict[str, tuple[Role, ...]]
    proven: Proven

    def units_as(self, role: Role) -> tuple[Unit, ...]:
        """The units at which they may act in a role."""
        return tuple(unit for unit in self.units if role in self.roles[unit.id])

    def acting(self, unit_id: str, role: Role, place: str) -> Actor:
        """Who they are at one of their units in one of their roles there. Raises ``KeyError`` for any other."""
        if role not in self.roles[unit_id]:
            raise KeyError(role)
        chosen = None if role == Role(self.member.profession) else role
        return Actor(self.member.id, self.member.name, self.member.profession, unit_id, place, chosen)
