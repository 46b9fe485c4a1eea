"""What reminders are tried with: a gateway that answers as it is told, and a person-data service of one's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.model import Accepted, Answer, Outgoing, Report
from p24tui.gateways.person_data import PART, Person
from p24tui.routine.case import Case
from p24tui.routine.outgoing import Channel, OutgoingState
from p24tui.routine.protection import Protection
from p24tui.services import chat, reminders
from p24tui.services.sending import Sender
from p24tui.store import outbox
from p24tui.store.values import OutgoingRow
from tests.world import World

MOBILE = "+46701740605"
"""One of the numbers that are kept for fiction."""


@dataclass
class ScriptedGateway:
    """Answers with what ``answers`` holds, then with what is given last; remembers what it was handed."""

    answers: list[Answer] = field(default_factory=list)
    name: str = "scripted"
    leaves_machine: bool = False
    handed: list[Outgoing] = field(default_factory=list)
    before: Callable[[Outgoing], None] = lambda _outgoing: None
    known: dict[str, Report] = field(default_factory=dict)

    def send(self, outgoing: Outgoing) -> Answer:
        self.before(outgoing)
        self.handed.append(outgoing)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0] if self.answers else None
        return answer or Accepted(f"gw-{outgoing.id}")

    def look_up(self, outgoing: Outgoing, gateway_id: str, since: datetime) -> Report | None:
        return self.known.get(outgoing.id)

    def listen(self, heard: Callable[[Report], None]) -> None:
        pass

    def check(self) -> str:
        return "scripted"

    def close(self) -> None:
        pass


@dataclass
class Persons:
    """A person-data service: everybody is unprotected but those that are named; ``silent`` it says nothing."""

    protected: dict[str, Protection] = field(default_factory=dict)
    silent: bool = False

    def look_up(self, number: str) -> Person:
        self.check()
        return Person(number, "", self.protected.get(number, Protection.NONE))

    def check(self) -> None:
        if self.silent:
            raise Unavailable(PART, "silent")


def with_gateway(world: World, *answers: Answer) -> ScriptedGateway:
    """Let SMS go by a gateway that answers so, and protection be known."""
    gateway = ScriptedGateway(list(answers))
    world.system.gateways = {Channel.SMS: gateway}
    world.system.person_data = Persons()
    return gateway


def persons(world: World) -> Persons:
    """The person-data service of the world."""
    assert isinstance(world.system.person_data, Persons)
    return world.system.person_data


def waited_for(world: World, who: str = "maria", mobile: str = MOBILE) -> Case:
    """A case in which staff have written and wait for the patient."""
    actor = world.actor(who)
    case = world.case(mobile=mobile, unread=0)
    claimed = chat.claim(world.system, actor, case.id, case.version)
    return chat.answer(world.system, actor, case.id, claimed.version, "Hur mår du nu?", f"m-{case.id}")


def queued(world: World, case: Case | None = None) -> OutgoingRow:
    """A reminder that is due now."""
    return reminders.remind(world.system, world.actor("maria"), (case or waited_for(world)).id)


def send(world: World, place: str = "tick:test") -> int:
    """One run of a process that sends."""
    return Sender(world.system, place, pause=timedelta(0)).send_due()


def stored(world: World, id: str) -> OutgoingRow:
    """The row as it stands."""
    with world.system.store.reading() as tx:
        row = outbox.one(tx, id)
    assert row is not None
    return row


def rows_of(world: World, patient_id: str) -> list[OutgoingRow]:
    """All that goes out, or has gone, because of a patient."""
    with world.system.store.reading() as tx:
        return outbox.of_patient(tx, patient_id, "SE2321000016-ASEN", 1000)


def states(world: World, patient_id: str) -> list[tuple[str, OutgoingState]]:
    """Why and how far, in order of time."""
    return [(row.purpose.value, row.state) for row in rows_of(world, patient_id)]
