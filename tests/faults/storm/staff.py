"""Staff who claim, write, remind, hand over and end through the services, each in a process of their own."""

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from p24tui import bootstrap, settings
from p24tui.errors import Refused, Stale, Unavailable
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, CaseState
from p24tui.routine.documentation import Way
from p24tui.routine.handover import Consent, ConsentState, ConsentWay, Target
from p24tui.services import cases, chat, documentation, ending, handover, queue, reminders
from p24tui.services.views import CaseLine
from p24tui.system import System
from tests.faults.storm.acknowledged import Acknowledged, Log, What
from tests.faults.storm.orders import Orders
from tests.world import PEOPLE, UNIT

DEEDS_A_LOOK = 4
"""How much one does before one looks at the list again; so what one knows of a case may be old."""

BREATH = (0.05, 0.25)
"""Seconds that one waits before one looks again."""

COLLEAGUES = ("johan", "sara", "amir")


@dataclass(slots=True)
class Person:
    """Somebody at work."""

    system: System
    actor: Actor
    log: Log
    chance: random.Random

    def look(self) -> list[CaseLine]:
        """The list, as it is shown, and that it was."""
        view = queue.open_list(self.system, self.actor)
        self._acknowledge(What.READING, view.id)
        return list(view.lines)

    def read(self, case_id: str) -> None:
        """Open a case."""
        cases.open_case(self.system, self.actor, case_id)
        self._acknowledge(What.READING, "", case_id)

    def act(self, line: CaseLine) -> None:
        """Do what is next in this case. Raises what the services raise."""
        case = line.case
        if case.owner_id == self.actor.staff_id:
            self._go_on(case)
        elif case.owner_id is None and not line.patient.protected:
            self._did("case.claimed", chat.claim(self.system, self.actor, case.id, case.version))

    def take_offers(self) -> None:
        """Answer what is offered to me."""
        for one in handover.offers_for(self.system, self.actor, [UNIT]):
            if self.chance.random() < 0.7:
                case = handover.accept(self.system, self.actor, one.row.case_id, one.row.id)
                self._did("handover.accepted", case)
            else:
                case = handover.decline(self.system, self.actor, one.row.case_id, one.row.id, "Fullt upp")
                self._did("handover.declined", case)

    def _go_on(self, case: Case) -> None:
        if case.unread or case.unread_free_text:
            self.read(case.id)
        if case.handed_at is not None:
            return
        if case.state is not CaseState.WAITING:
            self._answer(case)
        else:
            self.chance.choice((self._remind, self._offer, self._offer, self._end, self._release))(case)

    def _answer(self, case: Case) -> None:
        id = fresh_id()
        text = f"Svar {id}"
        chat.save_draft(self.system, self.actor, case.id, text[:10])
        after = chat.answer(self.system, self.actor, case.id, case.version, text, id)
        self._acknowledge(What.ANSWER, id, case.id)
        self._did("message.sent", after)

    def _remind(self, case: Case) -> None:
        row = reminders.remind(self.system, self.actor, case.id)
        self._acknowledge(What.REMINDER, row.id, case.id)

    def _offer(self, case: Case) -> None:
        to = self.chance.choice([name for name in COLLEAGUES if PEOPLE[name][0] != self.actor.staff_id])
        staff_id, name, profession = PEOPLE[to]
        target = Target(UNIT, profession, staff_id, name) if self.chance.random() < 0.5 else Target(UNIT, profession)
        agreed = Consent(ConsentState.GIVEN, ConsentWay.CHAT, self.system.clock.now())
        after = handover.offer(self.system, self.actor, case.id, case.version, target, "Kan du ta den?", agreed)
        self._did("handover.offered", after)

    def _end(self, case: Case) -> None:
        documentation.settle(self.system, self.actor, case.id, Way.IN_VAS, "", fresh_id())
        asked = ending.request_end(self.system, self.actor, case.id, case.version)
        self._did("ending.requested", asked)
        self._did("case.ended", ending.confirm_end(self.system, self.actor, case.id, asked.version))

    def _release(self, case: Case) -> None:
        self._did("case.released", chat.release(self.system, self.actor, case.id, case.version))

    def _did(self, kind: str, after: Case) -> None:
        staff, place = self.actor.staff_id or "", self.actor.place
        self.log.add(Acknowledged(What.DEED, kind, case=after.id, staff=staff, place=place, version=after.version))

    def _acknowledge(self, what: What, id: str, case_id: str = "") -> None:
        staff, place = self.actor.staff_id or "", self.actor.place
        self.log.add(Acknowledged(what, id, case=case_id, staff=staff, place=place))


def work(orders: Orders, name: str, who: str) -> None:
    """Be at work until one is killed, whatever becomes of the database."""
    _for_ever(orders, name, who, _work_a_while)


def read(orders: Orders, name: str, who: str) -> None:
    """Look at the list and open cases, again and again."""
    _for_ever(orders, name, who, _read_a_while)


def _for_ever(orders: Orders, name: str, who: str, a_while: Callable[[Person], None]) -> None:
    staff_id, full_name, profession = PEOPLE[who]
    chance, log = random.Random(f"{orders.seed}:{name}:{os.getpid()}"), Log(orders.acknowledged, name)
    actor = Actor(staff_id, full_name, Profession(profession), UNIT, f"console:storm:{name}:{os.getpid()}")
    while True:
        with suppress(Unavailable), bootstrap.running(settings.load()) as system:
            person = Person(system, actor, log, chance)
            while True:
                try:
                    a_while(person)
                except Unavailable:  # the screen says so, and one tries again
                    time.sleep(0.05)
        time.sleep(0.1)


def _work_a_while(person: Person) -> None:
    lines = person.look()
    with suppress(Refused, Stale):
        person.take_offers()
    mine = [one for one in lines if one.case.owner_id == person.actor.staff_id]
    free = [one for one in lines if one.case.owner_id is None and not one.patient.protected]
    some = mine[:6] + free[:6]
    person.chance.shuffle(some)
    for line in some[:DEEDS_A_LOOK]:
        with suppress(Refused, Stale):
            person.act(line)
        time.sleep(person.chance.uniform(0.005, 0.05))
    time.sleep(person.chance.uniform(*BREATH))


def _read_a_while(person: Person) -> None:
    lines = person.look()
    for line in person.chance.sample(lines, min(3, len(lines))):
        person.read(line.case.id)
        time.sleep(person.chance.uniform(0.02, 0.1))
    time.sleep(person.chance.uniform(*BREATH))
