"""A demo day: the throw-away unit is made, its intake opens, its patients write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from p24tui import assets, bootstrap
from p24tui.clock import STOCKHOLM, Clock, PacedClock, SystemClock, local_date
from p24tui.demo import content
from p24tui.demo.content import Content
from p24tui.demo.patients import Patients
from p24tui.intake.beside import serving
from p24tui.routine.actor import Actor
from p24tui.routine.hours import next_weekday, openings_on
from p24tui.services import intake, setup, staff, units
from p24tui.settings import Settings
from p24tui.system import System

SOURCE = "demo"
MORNING = time(8, 5)


@contextmanager
def running(chosen: Settings, *, seed: int, at: time, speed: float) -> Iterator[System]:
    """A demo day for as long as the block lasts: nothing of it is kept, and nothing leaves the machine."""
    with TemporaryDirectory(prefix="p24tui-demo-", ignore_cleanup_errors=True) as home:
        day = content.load(seed)
        settings = _settings(chosen, Path(home), day)
        bootstrap.log_to_file(settings)
        clock = PacedClock(_start(at), speed)
        with bootstrap.running(settings, create=True, clock=clock) as system:
            _make_unit(system, day)
            with _patients(system, day, clock):
                yield system


def _settings(chosen: Settings, home: Path, day: Content) -> Settings:
    return replace(
        Settings(home=home),
        unit=day.unit_id,
        staff=day.staff[0].hsa_id,
        lang=chosen.lang,
        theme=chosen.theme,
        person_data=str(assets.path("demo-persons.json")),
    )


def _start(at: time) -> datetime:
    """Today at that time, or on the next day on which a unit is usually open."""
    usual = units.opening_hours(units.USUAL_HOURS)
    today = local_date(SystemClock().now())
    day = today if openings_on(usual, today) else next_weekday(usual, today)
    return datetime.combine(day, at, STOCKHOLM)


def _make_unit(system: System, day: Content) -> None:
    operator = Actor(None, SOURCE, None, day.unit_id, bootstrap.place(SOURCE))
    members = [staff.make_staff(one.hsa_id, one.name, one.profession) for one in day.staff]
    setup.set_up(system, operator, units.make_unit(day.unit_id, day.unit_name, "primary-care"), members[0])
    for one in members[1:]:
        staff.put_staff(system, operator, one, (day.unit_id,))


@contextmanager
def _patients(system: System, day: Content, clock: Clock) -> Iterator[None]:
    token = intake.make_token(system, SOURCE)
    start = clock.now()
    with serving(system) as address:
        patients = Patients(day, clock, start, address, token)
        patients.start()
        try:
            yield
        finally:
            patients.stop()
