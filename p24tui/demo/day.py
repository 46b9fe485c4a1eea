"""A demo day: the throw-away unit is made, what has happened by then happens, and the day goes on from there."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from p24tui import assets, bootstrap
from p24tui.clock import STOCKHOLM, Clock, PacedClock, SetClock, SystemClock, local_date
from p24tui.demo import content, playing
from p24tui.demo.content import Content
from p24tui.demo.patients import SOURCE
from p24tui.demo.script import Script, working_day
from p24tui.demo.visits import INTERPRETERS, JOIN, DemoVideo
from p24tui.errors import P24Error
from p24tui.gateways.outgoing.configured import gateways
from p24tui.intake.beside import serving
from p24tui.routine.actor import Actor
from p24tui.routine.hours import instant_of, next_weekday, openings_on
from p24tui.services import intake, roster, setup, staff, units
from p24tui.settings import Settings
from p24tui.system import System

LOOK_EVERY = 0.3
"""Seconds between looks at what is due."""

_log = logging.getLogger(__name__)


@contextmanager
def running(chosen: Settings, *, seed: int, at: time, speed: float, training: bool = False) -> Iterator[System]:
    """A demo day for as long as the block lasts: nothing of it is kept, and nothing leaves the machine.

    What happened before ``at`` is in the database with its right times. ``training`` is told to those who join.
    """
    with TemporaryDirectory(prefix="p24tui-demo-", ignore_cleanup_errors=True) as home:
        today = content.load(seed)
        settings = _settings(chosen, Path(home), today)
        bootstrap.log_to_file(settings)
        day = _day()
        starts = datetime.combine(day, at, STOCKHOLM)
        past = SetClock(datetime.combine(day - timedelta(days=7), time(7), STOCKHOLM))
        with bootstrap.running(settings, create=True, clock=past) as stage:
            script = prepare(stage, past, today, day, starts)
            token = intake.make_token(stage, SOURCE)
            script.look(starts)
            clock = PacedClock(starts, speed)
            system = System(
                settings, clock, lambda: stage.store, stage.person_data, gateways(settings, clock), DemoVideo()
            )
            with serving(system) as address, _playing(script, clock):
                demo = playing.make_demo(settings, clock, address, token, seed=seed, training=training)
                with playing.announced(chosen.home, demo):
                    yield system


def prepare(stage: System, clock: SetClock, today: Content, day: date, starts: datetime) -> Script:
    """Make the unit and its staff; the script of its day, of which nothing has happened yet."""
    operator = Actor(None, SOURCE, None, today.unit_id, bootstrap.place(SOURCE))
    members = [staff.make_staff(one.hsa_id, one.name, one.profession) for one in today.staff]
    setup.set_up(stage, operator, units.make_unit(today.unit_id, today.unit_name, "primary-care"), members[0])
    for one in members[1:]:
        staff.put_staff(stage, operator, one, (today.unit_id,))
    _put_up_roster(stage, operator, today, day)
    stage.video = DemoVideo()
    return Script(stage, clock, today, day, starts)


def _put_up_roster(stage: System, operator: Actor, today: Content, day: date) -> None:
    ids = {one.key: one.hsa_id for one in today.staff}
    hours = units.find_unit(stage, today.unit_id).hours
    for duty in today.roster:
        for number in duty.days:
            on = working_day(hours, day, number)
            roster.add(stage, operator, ids[duty.who], instant_of(on, duty.starts), instant_of(on, duty.ends))


def _settings(chosen: Settings, home: Path, today: Content) -> Settings:
    return replace(
        Settings(home=home),
        unit=today.unit_id,
        staff=today.staff[0].hsa_id,
        lang=chosen.lang,
        theme=chosen.theme,
        alert_by=chosen.alert_by,
        keys=chosen.keys,
        person_data=str(assets.path("demo-persons.json")),
        sms="file",
        mail="file",
        mail_sender="ingen@video.example",
        booking_by_hand=True,
        join_address=JOIN,
        patient_side=SOURCE,
        interpreter_mailbox=INTERPRETERS,
    )


def _day() -> date:
    """Today, or the next day on which a unit is usually open."""
    usual = units.opening_hours(units.USUAL_HOURS)
    today = local_date(SystemClock().now())
    return today if openings_on(usual, today) else next_weekday(usual, today)


@contextmanager
def _playing(script: Script, clock: Clock) -> Iterator[None]:
    """Let the script go on by the clock, in a thread of its own."""
    stopped = threading.Event()

    def play() -> None:
        while not stopped.wait(LOOK_EVERY):
            try:
                script.look(clock.now())
                script.be_there(clock.now())
            except P24Error as error:
                _log.warning("the demo's day stands still: %s", type(error).__name__)

    thread = threading.Thread(target=play, name="demo", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=5)
