"""A region: its units and its people, and how much of everything a case leaves behind.

A smaller region is the same one after fewer days: as many units, people and open cases, and less that has been.
"""

from datetime import datetime, time, timedelta

from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.opening import Opening
from p24tui.services import staff, units
from p24tui.system import System
from tests.world import UNIT

UNITS = 60
STAFF = 400
OPEN = 5_000
"""Cases that are open, over all units: the last that came."""

A_DAY = 1_370
"""Cases that come in a day: a million in two years."""

MESSAGES = 10
"""Of a case, on average: from 4 to 16."""

PATIENTS_IN_TEN = 4
"""Patients for ten cases."""


def unit_id(number: int) -> str:
    """The HSA-id of a unit."""
    return UNIT if number == 0 else f"SE2321000016-U{number:03d}"


def staff_id(number: int) -> str:
    """The HSA-id of a member of staff."""
    return f"SE2321000016-C{number:04d}"


def profession(number: int) -> Profession:
    """One in six is a doctor, one in twelve a psychologist."""
    return Profession.DOCTOR if number % 6 == 1 else Profession.PSYCHOLOGIST if number % 12 == 3 else Profession.NURSE


def name(number: int) -> str:
    """What a member of staff is called."""
    return f"Testkollega {number:04d}"


def actor(number: int, place: str) -> Actor:
    """A member of staff at the unit where they work."""
    return Actor(staff_id(number), name(number), profession(number), unit_id(number % UNITS), place)


def open_up(system: System, now: datetime) -> None:
    """The units, open all day, and the people of each."""
    by = Actor(None, "test", None, UNIT, "cli:size")
    today = local_date(now)
    always = tuple((today + timedelta(days=day), (Opening(time(0), time(23, 59)),)) for day in range(3))
    for number in range(UNITS):
        unit = units.make_unit(unit_id(number), f"Vårdcentralen {number:02d}", "primary-care")
        units.put_unit(system, by, replace(unit, hours=replace(unit.hours, shortened=always)))
    for number in range(STAFF):
        member = staff.make_staff(staff_id(number), name(number), profession(number).value)
        staff.put_staff(system, by, member, (unit_id(number % UNITS),))
