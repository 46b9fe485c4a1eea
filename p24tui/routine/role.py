"""What somebody acts as: their profession, or an office that they hold at a unit; it decides what they may do."""

from enum import StrEnum


class Role(StrEnum):
    """A role; ``assets/roles.toml`` says what each may do and see. The first five are the professions."""

    NURSE = "nurse"
    DOCTOR = "doctor"
    PSYCHOLOGIST = "psychologist"
    OTHER = "other"
    ADMINISTRATION = "administration"
    HEAD = "head"
    LOG_CONTROLLER = "log-controller"
    TECHNICIAN = "technician"


OFFICES = (Role.HEAD, Role.LOG_CONTROLLER, Role.TECHNICIAN)
"""Those that are given at a unit; the others are what one is."""
