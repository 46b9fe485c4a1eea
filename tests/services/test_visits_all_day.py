"""The whole day of a unit with forty video visits, by the clock from seven to six: what went out, to whom, and when.

VAS books them the day before and goes on changing its mind: some move, some are cancelled, one comes twice and one
late. There are a child, an interpreter, a patient who does not come, one who turns out to be protected, and twenty
minutes in which the SMS gateway does not answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import pytest
from msgspec import structs

from p24tui.clock import local
from p24tui.gateways.outgoing.model import Accepted, Answer, NotNow, Outgoing, Problem
from p24tui.ids import fresh_id
from p24tui.routine.hours import instant_of
from p24tui.routine.link import Role
from p24tui.routine.outgoing import Channel
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.visit import CallOutcome, VisitState
from p24tui.services import booking_tasks, ending, invitations, patients, visit_day, visit_list
from p24tui.services.intake.hl7 import take_hl7
from p24tui.services.invitations import Guest
from p24tui.services.visit_views import VisitLine
from p24tui.store import people
from p24tui.store.values import PatientRecord
from tests.outgoing import Persons, ScriptedGateway, send
from tests.siu import siu
from tests.visiting import MOTHER, checked, with_video
from tests.world import MONDAY_NINE, UNIT, World, noted

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
STEP = timedelta(minutes=5)
MANY = 40
CHILD, INTERPRETED, MOVED, CANCELLED, PROTECTED, ABSENT, TWICE, HELD = 3, 5, 7, 9, 11, 13, 15, 2
LATE, UNREGISTERED = MANY - 2, MANY - 1
"""Which visit of the forty is which; the last two are booked on the day itself."""

Sent = tuple[str, str, str]
"""When (day and time in Sweden), to whom, and how what went begins."""


@dataclass
class Ways(ScriptedGateway):
    """A gateway that remembers when it was handed what; between ``away`` and ``back`` it cannot be reached."""

    clock: Callable[[], datetime] = lambda: MONDAY_NINE
    away: datetime | None = None
    back: datetime | None = None
    sent: list[Sent] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Answer:
        now = self.clock()
        if self.away is not None and self.back is not None and self.away <= now < self.back:
            return NotNow(Problem.UNREACHABLE, STEP)
        self.sent.append((f"{local(now):%d %H.%M}", outgoing.to, outgoing.subject or _purpose(outgoing.text)))
        return Accepted(fresh_id())


def _purpose(text: str) -> str:
    begins = {
        "Du har ett bokat": "booked",
        "Ditt videobesök hos Vårdcentralen Åsen har": "moved",
        "I dag har": "today",
        "Ditt videobesök hos Vårdcentralen Åsen börjar": "soon",
    }
    return next(word for words, word in begins.items() if text.startswith(words))


def when(number: int) -> datetime:
    """Visit number so and so begins a quarter of an hour after the one before; the first at eight."""
    return instant_of(TUESDAY, time(8)) + number * timedelta(minutes=15)


def mobile(number: int) -> str:
    return MOTHER.mobile if number == CHILD else f"+46701740{600 + number + 20}"


def vas(at: datetime) -> str:
    """An instant as VAS writes it, in the time of Sweden."""
    return f"{local(at):%Y%m%d%H%M%S}"


class Day:
    """The unit, its forty patients, and what VAS says of them."""

    def __init__(self, world: World) -> None:
        self.world, self.said = world, 0
        self.sms = Ways(clock=world.clock.now, away=when(8), back=when(8) + timedelta(minutes=20))
        self.mail = Ways(clock=world.clock.now)
        world.system.gateways = {Channel.SMS: self.sms, Channel.EMAIL: self.mail}
        world.system.person_data = self.persons = Persons()
        world.system.settings = replace(world.system.settings, interpreter_mailbox="tolk@example.se")
        with_video(world)
        self.patients = [self._patient(number) for number in range(MANY)]

    def vas(self, number: int, event: str = "S12", at: datetime | None = None, control: str = "", **more: str) -> str:
        """VAS says something of a booking; the code that answers."""
        self.said += 1
        one = self.patients[number]
        body = siu(
            event,
            control or f"K{self.said}",
            f"B{number}",
            person=(one.number, one.name),
            at=vas(at or when(number)),
            said=vas(self.world.clock.now() + timedelta(seconds=self.said)),
            **more,
        )
        return take_hl7(self.world.system, "vas", body).code.value

    def until(self, instant: datetime) -> None:
        """Let the clock go, and everything be sent that falls due on the way."""
        while self.world.clock.now() < instant:
            self.world.clock.advance(STEP)
            send(self.world)

    def line(self, number: int) -> VisitLine:
        """The visit of one of the forty; one that was cancelled only where there is no other."""
        maria = self.world.actor("maria")
        lines = visit_list.of_day(self.world.system, maria, [UNIT], TUESDAY).lines
        theirs = [one for one in lines if one.visit.patient_id == self.patients[number].id]
        return max(theirs, key=lambda one: one.visit.state is not VisitState.CANCELLED)

    def _patient(self, number: int) -> Patient:
        born = date(2016, 5, 4) if number == CHILD else date(1961, 1, 1) + timedelta(days=number)
        one = Patient(fresh_id(), checked(f"{born:%Y%m%d}981"), f"Testperson {number}", born, Protection.NONE)
        one = one if number == CHILD else structs.replace(one, mobile=mobile(number))
        if number != UNREGISTERED:
            record = PatientRecord(one, "personnummer", Protection.NONE, self.world.clock.now())
            with self.world.system.store.writing() as tx:
                people.put_patient(tx, record, self.world.clock.now())
                if number == CHILD:
                    people.put_guardian(tx, one.id, MOTHER)
        return one


def hold(day: Day, number: int) -> None:
    """Maria holds a visit from its taking in to its end."""
    system, maria, visit = day.world.system, day.world.actor("maria"), day.line(number).visit
    taken, case = visit_day.take_in(system, maria, visit.id, visit.version)
    visit_day.start(system, maria, taken.id, taken.version)
    visit_day.start_video(system, maria, case.id)
    half, _unknown = visit_day.end_video(system, maria, case.id)
    visit_day.say_whether_came(system, maria, case.id, came=True)
    noted(system, maria, case.id)
    asked = ending.request_end(system, maria, case.id, half.version)
    ending.confirm_end(system, maria, case.id, asked.version)


def ring(day: Day, number: int) -> None:
    """Maria telephones a patient who has not come, and ends the visit as absent."""
    system, maria, visit = day.world.system, day.world.actor("maria"), day.line(number).visit
    visit_day.record_call(system, maria, visit.id, CallOutcome.NO_ANSWER)
    visit_day.end_absent(system, maria, visit.id, visit.version)


def play(day: Day) -> None:
    """What happens on the two days."""
    world, maria = day.world, day.world.actor("maria")
    for number in range(LATE):
        assert day.vas(number) == "AA"
    assert day.vas(1, control="K2") == "AA"  # what was sent is sent again
    send(world)
    day.until(instant_of(MONDAY, time(10)))
    interpreted = day.line(INTERPRETED).visit
    invitations.invite(world.system, maria, interpreted.id, Guest(role=Role.INTERPRETER))
    day.until(instant_of(MONDAY, time(17)))
    world.clock.instant = instant_of(TUESDAY, time(6, 55))
    day.persons.protected[day.patients[PROTECTED].number] = Protection.MARKED
    day.until(instant_of(TUESDAY, time(7, 30)))
    day.vas(CANCELLED, "S15")
    day.vas(TWICE, "S15")
    day.vas(UNREGISTERED)
    day.until(instant_of(TUESDAY, time(8, 15)))
    day.vas(TWICE)
    patients.register(world.system, maria, day.patients[UNREGISTERED].number, mobile(UNREGISTERED), name="Testperson")
    (task,) = visit_list.of_day(world.system, maria, [UNIT], TUESDAY).tasks
    booked = booking_tasks.try_again(world.system, maria, task.id)
    day.patients[UNREGISTERED] = structs.replace(day.patients[UNREGISTERED], id=booked.patient_id)
    send(world)
    day.until(instant_of(TUESDAY, time(8, 30)))
    hold(day, HELD)
    day.vas(MOVED, "S13", at=when(MOVED) + timedelta(hours=4))
    send(world)
    day.until(when(ABSENT) + 2 * STEP)
    ring(day, ABSENT)
    day.until(instant_of(TUESDAY, time(12)))
    day.vas(LATE)
    send(world)
    day.until(instant_of(TUESDAY, time(18)))


def expected() -> list[Sent]:
    """What is to have gone out by SMS, told without the program's own rules."""
    said: list[Sent] = []

    def to(number: int, day: date, at: time, purpose: str) -> None:
        said.append((f"{day:%d} {at:%H.%M}", mobile(number), purpose))

    for number in range(LATE):
        to(number, MONDAY, time(9), "booked")
        begins = local(when(number))
        before = local(when(number) - timedelta(minutes=15)).time()
        if number == PROTECTED:
            continue
        to(number, TUESDAY, time(7) if begins.time() < time(8, 45) else time(8), "today")
        if number == MOVED:
            to(number, TUESDAY, time(8, 30), "moved")
            to(number, TUESDAY, local(when(number) + timedelta(hours=4) - timedelta(minutes=15)).time(), "soon")
        elif number == CANCELLED:
            said.pop()  # it was cancelled before the day's reminder
        elif number == TWICE:
            said.pop()
            to(number, TUESDAY, time(8, 15), "booked")
            to(number, TUESDAY, before, "soon")
        else:
            away = time(10) <= before < time(10, 20)
            to(number, TUESDAY, time(10, 20) if away else before, "soon")
    return said


@pytest.mark.rule("NA-3", "VI-1", "VI-2", "VI-12", "VI-13", "VI-14", "PR-2")
@pytest.mark.hazard("H1", "H2", "H11", "H13", "H14")
def test_what_goes_out_on_a_day_of_forty_visits_to_whom_and_when(world: World) -> None:
    day = Day(world)
    play(day)
    day_of = [
        ("24 08.15", mobile(UNREGISTERED), "booked"),
        ("24 12.00", mobile(LATE), "booked"),
        ("24 17.15", mobile(LATE), "soon"),
        ("24 17.30", mobile(UNREGISTERED), "soon"),
    ]
    assert sorted(day.sms.sent) == sorted([*expected(), *day_of])
    assert day.mail.sent == [("23 10.05", "tolk@example.se", "Digital tolk till videobesök tis 24 nov 09.15")]
    states = {number: day.line(number).visit.state for number in range(MANY)}
    odd = {number: state for number, state in states.items() if state is not VisitState.BOOKED}
    assert odd == {
        HELD: VisitState.ENDED,
        CANCELLED: VisitState.CANCELLED,
        PROTECTED: VisitState.CANCELLED,
        ABSENT: VisitState.ABSENT,
    }
    assert not [one for one in day.sms.sent if one[1] == mobile(PROTECTED) and one[0] >= "24"]
