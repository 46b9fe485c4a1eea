"""Who acts: the person, their profession, the unit and the place that a deed comes from."""

from dataclasses import dataclass
from enum import StrEnum


class Profession(StrEnum):
    """What a member of staff is; it decides what the routine allows them."""

    NURSE = "nurse"
    DOCTOR = "doctor"
    PSYCHOLOGIST = "psychologist"
    OTHER = "other"
    ADMINISTRATION = "administration"


ASSESSORS = frozenset({Profession.PSYCHOLOGIST, Profession.DOCTOR})
"""Those who may make the overall suicide-risk assessment (SU-3)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever makes a service act.

    ``staff_id`` is the HSA-id of a person; a tick or a source has none, and its ``profession`` is none.
    ``place`` is where the deed comes from: ``console:HOST:PID``, ``cli:HOST``, ``intake:SOURCE``, ``tick:NAME``.
    """

    staff_id: str | None
    name: str
    profession: Profession | None
    unit_id: str
    place: str
