"""Who acts: the person, their profession, the unit and the place that a deed comes from."""

from enum import StrEnum

from msgspec import Struct

from p24tui.routine.role import Role


class Profession(StrEnum):
    """What a member of staff is; it decides what the routine allows them."""

    NURSE = "nurse"
    DOCTOR = "doctor"
    PSYCHOLOGIST = "psychologist"
    OTHER = "other"
    ADMINISTRATION = "administration"


ASSESSORS = frozenset({Profession.PSYCHOLOGIST, Profession.DOCTOR})
"""Those who may make the overall suicide-risk assessment (SU-3)."""


class Actor(Struct, frozen=True):
    """Whoever makes a service act.

    ``staff_id`` is the HSA-id of a person; a tick or a source has none, and its ``profession`` is none.
    ``place`` is where the deed comes from: ``console:HOST:PID``, ``cli:HOST``, ``intake:SOURCE``, ``tick:NAME``.
    ``role`` is what they have chosen to act as, where that is not their profession.
    """

    staff_id: str | None
    name: str
    profession: Profession | None
    unit_id: str
    place: str
    role: Role | None = None

    @property
    def acts_as(self) -> Role | None:
        """The role in which they act; none where it is no person."""
        if self.role is not None or self.profession is None:
            return self.role
        return Role(self.profession)
