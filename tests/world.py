"""A small unit to test in: a clock that stands, two nurses, a doctor, a psychologist, an administrator, and cases."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from p24tui.clock import SetClock, local_date
from p24tui.gateways.person_data import NoPersonData, PersonData
from p24tui.gateways.temporary_storage import TemporaryStorage
from p24tui.ids import fresh_id
from p24tui.routine import chat
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, ContactKind
from p24tui.routine.documentation import FormWay, Scope, Way
from p24tui.routine.hours import instant_of
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.services import documentation, roster, shift, staff, units
from p24tui.services.change import change_in
from p24tui.services.setup import set_up
from p24tui.settings import Settings
from p24tui.store import cases, events, journal, messages, people
from p24tui.store.journal_values import JournalNote
from p24tui.store.schema import open_store
from p24tui.store.tables import staff as staff_table
from p24tui.store.values import Author, CaseRow, Contact, FormAnswer, Message, PatientRecord
from p24tui.system import System
from tests.postgres import Server

UNIT = "SE2321000016-ASEN"
BERGA = "SE2321000016-BERGA"
"""Another unit, where only who is said to works."""

MONDAY_NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Nine o'clock in Sweden on a Monday in November."""

PEOPLE = {
    "maria": ("SE2321000016-ML01", "Maria Lind", Profession.NURSE),
    "johan": ("SE2321000016-JB02", "Johan Berg", Profession.NURSE),
    "sara": ("SE2321000016-SH03", "Sara Holm", Profession.DOCTOR),
    "amir": ("SE2321000016-AK04", "Amir Karimi", Profession.PSYCHOLOGIST),
    "eva": ("SE2321000016-EN05", "Eva Nyström", Profession.ADMINISTRATION),
}


@dataclass(slots=True)
class World:
    """A system with its unit and people; its methods let patients do things."""

    system: System
    clock: SetClock
    count: int = 0

    def actor(self, name: str, place: str = "") -> Actor:
        """One of the unit's people, at a console of their own."""
        staff_id, full_name, profession = PEOPLE[name]
        return Actor(staff_id, full_name, profession, UNIT, place or f"console:test:{name}")

    @property
    def source(self) -> Actor:
        """The patient's side."""
        return Actor(None, "test", None, UNIT, "intake:test")

    def patient(
        self, name: str = "Maria Ljungberg", protection: Protection = Protection.NONE, mobile: str = ""
    ) -> Patient:
        """A new patient."""
        self.count += 1
        patient = Patient(fresh_id(), f"19610118{self.count:04d}", name, date(1961, 1, 18), protection, mobile)
        record = PatientRecord(patient, "personnummer", protection, self.clock.now())
        with self.system.store.writing() as tx:
            people.put_patient(tx, record, self.clock.now())
        return patient

    def case(
        self,
        *,
        name: str = "Maria Ljungberg",
        matter: str = "Hosta",
        text: str = "Hej, jag har hostat i en vecka.",
        minutes_ago: int = 0,
        protection: Protection = Protection.NONE,
        mobile: str = "",
        answers: tuple[FormAnswer, ...] = (),
        documented: bool = True,
        **facts: Any,
    ) -> Case:
        """A case that a patient has just sent, with its first message.

        What they told is noted in VAS already, unless the test is about that (``documented``).
        """
        at = self.clock.now() - timedelta(minutes=minutes_ago)
        patient = self.patient(name, protection, mobile)
        facts = {"kind": ContactKind.TRIAGED, "priority": 3, "unread": 1, "waiting_since": at, **facts}
        self.count += 1
        id = f"case{self.count:022d}"
        facts = {"unit_id": UNIT, "opened_at": None if facts["unread"] else at, **facts}
        one = Case(id=id, patient_id=patient.id, matter=matter, received_at=at, **facts)
        with self.system.store.writing() as tx:
            cases.add(tx, one, Contact("test", one.id, "bankid", at, "1177"))
            messages.add(tx, Message(fresh_id(), one.id, Author.PATIENT, None, name, text, at, at))
            messages.add_answers(tx, [replace(answer, case_id=one.id) for answer in answers])
            events.append(tx, self.source, at, "case.received", one.id)
            if documented:
                journal.add(tx, self.noted_in_vas(one.id, at, journal.told(tx, one.id)))
        return one

    def noted_in_vas(self, case_id: str, at: datetime, told: int) -> JournalNote:
        """That Maria has seen to it that what the patient told stands in VAS."""
        staff_id, name, profession = PEOPLE["maria"]
        return JournalNote(
            id=fresh_id(),
            case_id=case_id,
            unit_id=UNIT,
            staff_id=staff_id,
            author_name=name,
            profession=profession,
            way=Way.IN_VAS,
            scope=Scope.BOTH,
            why="",
            vas_row="",
            clinic="",
            note_type="",
            journal_type="",
            current="",
            assessment="",
            reviewed=False,
            form_way=FormWay.NONE,
            form_result="",
            images=(),
            signed_at=at,
            told=told,
        )

    def writes(self, case_id: str, text: str = "Tack, det är bättre nu.", *, documented: bool = True) -> Case:
        """The patient writes in the case; it is noted in VAS as what they told first is."""
        now = self.clock.now()
        with self.system.store.writing() as tx:
            message = Message(fresh_id(), case_id, Author.PATIENT, None, "Patienten", text, now, now)
            messages.add(tx, message)
            if documented:
                journal.add(tx, self.noted_in_vas(case_id, now, journal.told(tx, case_id)))
            return change_in(
                tx,
                self.system,
                self.source,
                case_id,
                "message.received",
                lambda row: chat.receive(row.case, now),
                message_id=message.id,
            )

    def second_unit(self, *names: str) -> None:
        """Open another unit, where these people work too."""
        operator = Actor(None, "test", None, UNIT, "cli:test")
        units.put_unit(self.system, operator, units.make_unit(BERGA, "Vårdcentralen Berga", "primary-care"))
        for name in names:
            staff.put_staff(self.system, operator, staff.make_staff(*PEOPLE[name]), (UNIT, BERGA))

    def is_system_user(self, name: str, user: str) -> None:
        """Let the operating system's user be one of the people, and nobody else's any longer."""
        with self.system.store.writing() as tx:
            tx.connection.execute(update(staff_table).values(system_user=None))
            mine = staff_table.c.id == PEOPLE[name][0]
            tx.connection.execute(update(staff_table).where(mine).values(system_user=user))

    def rostered(self, name: str = "johan", days: int = 2) -> None:
        """One of the people is responsible for the inflow over the opening hours of today and the days after it."""
        staff_id, today = PEOPLE[name][0], local_date(self.clock.now())
        for day in (today + timedelta(days=number) for number in range(days)):
            span = instant_of(day, time(8)), instant_of(day, time(17))
            roster.add(self.system, self.actor(name), staff_id, *span)

    def row(self, case_id: str) -> CaseRow:
        """The case as it is stored."""
        with self.system.store.reading() as tx:
            row = cases.one(tx, case_id)
        assert row is not None
        return row

    def event_kinds(self, case_id: str) -> list[str]:
        """What has happened to the case, in order."""
        with self.system.store.reading() as tx:
            return [event.kind for event in events.of_case(tx, case_id)]


@contextmanager
def make_world(home: Path, database: str = "", person_data: PersonData | None = None) -> Iterator[World]:
    """A world of its own in an empty database."""
    with make_world_again(home, database, person_data) as one:
        people_up(one.system)
        yield one


@contextmanager
def make_world_again(home: Path, database: str = "", person_data: PersonData | None = None) -> Iterator[World]:
    """The same world as another process has it: nothing is put into the database."""
    settings = Settings(home=home, database=database, unit=UNIT, staff=PEOPLE["maria"][0], booking_by_hand=True)
    clock = SetClock(MONDAY_NINE)
    store = open_store(settings, create=True)
    try:
        system = System(settings, clock, lambda: store, person_data or NoPersonData())
        system.storage = TemporaryStorage(settings.storage_folder, seems_guarded)
        yield World(system, clock)
    finally:
        store.close()


def seems_guarded(folder: Path, _kept: timedelta) -> bool:
    """Stands for the guard of a temporary storage: it holds its post until the process ends, and removes nothing."""
    from p24tui.gateways import temporary_storage

    with TemporaryStorage(folder, seems_guarded)._opened() as at:
        return temporary_storage._held(temporary_storage._open_mark(at, temporary_storage.GUARDED))


def people_up(system: System) -> None:
    """The unit and its people."""
    operator = Actor(None, "test", None, UNIT, "cli:test")
    first, *others = PEOPLE.values()
    set_up(system, operator, units.make_unit(UNIT, "Vårdcentralen Åsen", "primary-care"), staff.make_staff(*first))
    for one in others:
        staff.put_staff(system, operator, staff.make_staff(*one), (UNIT,))


@pytest.fixture(scope="session")
def peopled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the unit and its people, to be copied: making the schema anew takes longer than most tests."""
    home = tmp_path_factory.mktemp("peopled")
    with make_world(home):
        return home


@pytest.fixture(scope="session")
def peopled_template(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the unit and its people, to be copied."""
    name = "p24_peopled"
    with make_world(tmp_path_factory.mktemp("peopled"), postgres_server.create(name)):
        return name


@pytest.fixture(params=["sqlcipher", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on each database in turn."""
    if request.param == "sqlcipher":
        yield request.getfixturevalue("sqlcipher_world")
        return
    server: Server = request.getfixturevalue("postgres_server")
    with (
        server.fresh(request.getfixturevalue("peopled_template")) as url,
        make_world_again(tmp_path, url) as one,
    ):
        yield one


@pytest.fixture
def sqlcipher_world(tmp_path: Path, peopled_home: Path) -> Iterator[World]:
    """A world on the embedded database alone."""
    shutil.copytree(peopled_home, tmp_path, dirs_exist_ok=True)
    with make_world_again(tmp_path) as one:
        yield one


def noted(system: System, actor: Actor, case_id: str) -> None:
    """What the patient has told, and this person's own assessment, stands in VAS."""
    documentation.settle(system, actor, case_id, Way.IN_VAS, "", fresh_id())


def give_up_lost(system: System) -> int:
    """What a process does whose watch has long seen every sign of life stand still: how many shifts were lost by it."""
    passed = count(0, 3600)
    watch = shift.Watch(lambda: float(next(passed)))
    return watch.give_up_lost(system) + watch.give_up_lost(system)
