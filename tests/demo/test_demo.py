"""The demo's day as it is when one starts in it and as it goes on: believable, the same each time, out of the way."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from p24tui import assets
from p24tui.clock import STOCKHOLM, SetClock, local
from p24tui.demo import content, day
from p24tui.demo.colleagues import LEFT_ALONE
from p24tui.demo.script import Script, working_day
from p24tui.gateways.outgoing.file import FileGateway
from p24tui.gateways.person_data import FilePersonData
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.hours import is_open, parse_hours
from p24tui.routine.outgoing import Channel
from p24tui.routine.risk_course import kind_of
from p24tui.routine.visit import VisitState
from p24tui.services import cases, chat, presence, queue, staff, takeover, visit_list
from p24tui.services.views import CaseLine, OpenCase
from p24tui.settings import Settings
from p24tui.store.values import Author, Doing
from p24tui.system import System
from tests.routine.cases import alert
from tests.world import UNIT, World, make_world_again

MONDAY = date(2026, 11, 23)
EMMA = "Emma Wallin"
OPEN_DAYS = parse_hours("mon-fri 08:00-17:00")


@dataclass(slots=True)
class Day:
    """A demo's day with a clock that stands, moved by hand."""

    world: World
    script: Script

    def look(self) -> None:
        """Let all that is due happen."""
        self.script.look(self.world.clock.now())

    def go_on(self, minutes: float, step: float = 1.0) -> None:
        """Let time pass, looking every ``step`` minutes."""
        until = self.world.clock.now() + timedelta(minutes=minutes)
        while self.world.clock.now() < until:
            self.world.clock.advance(timedelta(minutes=step))
            self.look()

    def lines(self) -> dict[str, CaseLine]:
        """Every case by its patient's name; a protected person has none."""
        listed = queue.open_list(self.world.system, self.maria, ended=True)
        return {line.patient.name: line for line in listed.lines}

    def case(self, name: str) -> Case:
        return self.lines()[name].case

    def opened(self, name: str) -> OpenCase:
        return cases.look_again(self.world.system, self.maria, self.case(name).id)

    @property
    def maria(self) -> Actor:
        return self.world.actor("maria")


@contextmanager
def demo_day(home: Path, seed: int = 1, at: time = time(8, 5)) -> Iterator[tuple[World, Day]]:
    """A demo unit on a Monday, at a time of it."""
    with make_world_again(home, person_data=FilePersonData(assets.path("demo-persons.json"))) as world:
        starts = datetime.combine(MONDAY, at, STOCKHOLM)
        past = SetClock(starts - timedelta(days=7))
        sms = {Channel.SMS: FileGateway(home / "sms.jsonl", past)}
        stage = System(world.system.settings, past, lambda: world.system.store, world.system.person_data, sms)
        script = day.prepare(stage, past, content.load(seed), MONDAY, starts)
        script.look(starts)
        world.clock.instant = starts.astimezone(UTC)
        yield world, Day(world, script)


@pytest.fixture(scope="module")
def noon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The day at half past twelve, only to be looked at."""
    with demo_day(tmp_path_factory.mktemp("noon"), at=time(12, 30)) as (_, today):
        yield today


Told = tuple[Case, str, list[tuple[object, ...]], list[tuple[object, ...]]]


def history(a_day: Day) -> list[Told]:
    """Every case with its owner, all that was said in it and all that happened to it."""
    told: list[Told] = []
    for line in queue.open_list(a_day.world.system, a_day.maria, ended=True).lines:
        opened = cases.look_again(a_day.world.system, a_day.maria, line.case.id)
        said: list[tuple[object, ...]] = [
            (one.id, one.author, one.author_name, one.text, one.sent_at, one.stored_at) for one in opened.messages
        ]
        done: list[tuple[object, ...]] = [(one.at, one.kind, one.actor, one.details) for one in opened.events]
        told.append((line.case, line.owner, said, done))
    return told


def deeds(told: list[Told]) -> Counter[object]:
    return Counter(kind for _, _, _, done in told for _, kind, *_ in done)


def calling(a_day: Day) -> list[str]:
    """Whose alarms nobody has seen."""
    half_an_hour_ago = a_day.world.clock.now() - timedelta(minutes=30)
    called = {name: (alert(line.case, half_an_hour_ago), line) for name, line in a_day.lines().items()}
    return [
        name
        for name, (one, line) in called.items()
        if one and (one.reason, one.since) not in [(seen.reason, seen.since) for seen in line.acknowledged]
    ]


def states(a_day: Day) -> Counter[CaseState]:
    return Counter(line.case.state for line in a_day.lines().values())


def test_a_seed_shifts_the_day_and_chooses_who_comes() -> None:
    assert content.load(1) == content.load(1)
    assert [one.at for one in content.load(1).stories] != [one.at for one in content.load(2).stories]
    assert len({len(content.load(seed).stories) for seed in range(1, 9)}) > 1
    assert (
        len({story.text for seed in range(1, 9) for story in content.load(seed).stories if "Wanja" in story.name}) == 2
    )
    assert content.load(1).unit_id == UNIT


def test_the_working_day_before_a_monday_is_a_friday() -> None:
    assert working_day(OPEN_DAYS, MONDAY, 0) == MONDAY
    assert working_day(OPEN_DAYS, MONDAY, -1) == date(2026, 11, 20)
    assert working_day(OPEN_DAYS, MONDAY, -2) == date(2026, 11, 19)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "at"), [(1, time(8, 5)), (2, time(16, 45))])
def test_the_same_seed_and_start_give_the_same_history(tmp_path: Path, seed: int, at: time) -> None:
    with demo_day(tmp_path / "one", seed, at) as (_, first), demo_day(tmp_path / "two", seed, at) as (_, second):
        for one in (first, second):
            one.go_on(20, step=10 if one is first else 0.5)  # however often one looks
        assert history(first) == history(second)


def test_what_happened_before_has_its_right_times(noon: Day) -> None:
    assert noon.case("Kerstin Lundmark").received_at.date() == date(2026, 11, 19)
    for line in noon.lines().values():
        opened = cases.look_again(noon.world.system, noon.maria, line.case.id)
        times = [event.at for event in opened.events]
        assert times == sorted(times)
        assert times[-1] <= noon.world.clock.now()
        for message in opened.messages:
            in_hours = time(8) <= local(message.sent_at).time() < time(17)
            assert message.author is not Author.STAFF or in_hours
            assert message.author is not Author.SYSTEM or not is_open(OPEN_DAYS, message.sent_at)


@pytest.mark.rule("SU-3", "SU-6")
def test_the_psychologist_has_assessed_and_booked_the_visit_by_noon(noon: Day) -> None:
    emma = noon.case("Emma Wallin")
    assert (emma.risk, emma.suicide) == (RiskLevel.MODERATE, SuicideRisk.TAKEN_ON)
    assert [kind_of(one.entry) for one in noon.opened("Emma Wallin").risk] == ["suspicion", "assessment", "booking"]


@pytest.mark.rule("SU-7")
def test_the_visit_has_been_recorded_when_the_day_ends(tmp_path: Path) -> None:
    with demo_day(tmp_path, at=time(16, 45)) as (_, today):
        said = [kind_of(one.entry) for one in today.opened("Emma Wallin").risk]
        assert said == ["suspicion", "assessment", "booking", "visited"]
        assert today.case("Emma Wallin").suicide is SuicideRisk.TAKEN_ON


@pytest.mark.rule("PR-1", "SU-1", "SE-4")
def test_in_the_morning_many_wait_and_hardly_anybody_has_begun(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (_, today):
        first, *others = queue.open_list(today.world.system, today.maria).lines
        assert (first.patient.name, first.case.suicide) == (EMMA, SuicideRisk.AWAITING)
        assert [line.case.priority for line in others if line.patient.protected] == [2]
        assert states(today)[CaseState.NEW] >= 15
        assert states(today)[CaseState.ENDED] <= 2
        assert today.case("Anders Wikström").state is CaseState.DUE
        assert today.case("Josefin Åberg").state is CaseState.ANSWERED  # it was written in the evening
        assert today.case("Kerstin Lundmark").state is CaseState.WAITING
        assert today.case("Hassan Nouri").state is CaseState.ANSWERED  # it had ended, and opened again
        assert today.case("Tomasz Kowalski").priority is None
        assert len(today.opened("Katja Hennig").attachments) == 1
        assert [one.name for one in today.opened("Elias Haddad").guardians] == ["Rana Haddad"]
        assert today.opened("Elias Haddad").messages[0].author_name == "Rana Haddad"


def test_at_noon_much_has_ended_and_some_is_the_users(noon: Day) -> None:
    found = states(noon)
    assert found[CaseState.ENDED] >= 25
    assert found[CaseState.NEW] >= 6
    owners = Counter(line.owner for line in noon.lines().values() if line.owner)
    assert owners["Maria Lind"] >= 2
    assert len(owners) >= 3
    emma = noon.lines()[EMMA]
    assert (emma.owner, emma.case.suicide) == ("Amir Karimi", SuicideRisk.TAKEN_ON)
    assert noon.case("Dragan Petrović").state is CaseState.WAITING
    assert calling(noon) == []  # what nobody has begun has been looked through, or its alarm seen
    ended_by = {
        event.actor
        for name, line in noon.lines().items()
        if line.case.state is CaseState.ENDED
        for event in noon.opened(name).events
        if event.kind == "case.ended"
    }
    assert ended_by >= {"Maria Lind", "Johan Berg", "Fatima Rashid", "Sara Holm"}


@pytest.mark.rule("CH-6", "PR-1", "SE-4")
def test_at_a_quarter_to_five_several_are_still_open(tmp_path: Path) -> None:
    with demo_day(tmp_path, at=time(16, 45)) as (_, today):
        lines = queue.open_list(today.world.system, today.maria).lines
        assert len(lines) >= 10
        assert [line.case.state for line in lines if line.patient.protected] == [CaseState.NEW]
        assert states(today)[CaseState.HELD] == 2
        dragan = today.case("Dragan Petrović")
        assert dragan.state is CaseState.ENDED
        assert dragan.answer_until is not None
        assert local(dragan.answer_until).date() == date(2026, 11, 25)  # all of the next day
        assert today.case("Hassan Nouri").state is CaseState.ENDED
        assert [one.kind for one in today.opened("Eva-Karin Öberg").events].count("case.ended") == 2


def test_time_goes_on_at_sixty_times_its_pace(tmp_path: Path) -> None:
    with demo_day(tmp_path, at=time(8, 30)) as (_, today):
        before = history(today)
        today.go_on(15, step=0.3)
        after = history(today)
        assert len(after) > len(before)
        kinds = deeds(after) - deeds(before)
        assert kinds["case.claimed"] >= 1
        assert kinds["message.sent"] >= 2
        assert kinds["message.received"] >= 2


def test_a_patient_answers_what_the_user_writes(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (world, today):
        case = today.case("Linnea Ekström")
        version = chat.claim(world.system, today.maria, case.id, case.version).version
        chat.answer(world.system, today.maria, case.id, version, "Hej, hur mår hon nu?", fresh_id())
        today.go_on(1)
        assert today.case("Linnea Ekström").state is CaseState.ANSWERED
        assert today.opened("Linnea Ekström").messages[-1].text.startswith("Åh vad bra!")


def deeds_of_others(a_day: Day, name: str) -> list[str]:
    return [event.kind for event in a_day.opened(name).events if event.place.startswith("demo:")]


@pytest.mark.rule("CH-11")
def test_colleagues_leave_alone_what_the_user_has(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (world, today):
        for name in (EMMA, "Annika Forsberg"):
            case = today.case(name)
            chat.claim(world.system, today.maria, case.id, case.version)
        today.go_on(150, step=5)
        assert {today.lines()[name].owner for name in (EMMA, "Annika Forsberg")} == {"Maria Lind"}
        assert deeds_of_others(today, EMMA) == deeds_of_others(today, "Annika Forsberg") == []


def test_colleagues_leave_alone_what_the_user_has_open(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (world, today):
        case = today.case(EMMA)
        for _ in range(60):
            presence.be_present(world.system, today.maria, case.id, Doing.VIEWING)
            today.go_on(1, step=0.5)
        assert today.case(EMMA).state is CaseState.NEW
        presence.leave(world.system, today.maria)
        today.go_on(45)
        assert today.lines()[EMMA].owner == "Amir Karimi"


def test_colleagues_leave_alone_for_a_while_what_the_user_has_released(tmp_path: Path) -> None:
    with demo_day(tmp_path, at=time(8, 28)) as (world, today):
        case = today.case(EMMA)
        version = chat.claim(world.system, today.maria, case.id, case.version).version
        today.go_on(10)
        chat.release(world.system, today.maria, case.id, version)
        today.go_on(LEFT_ALONE / timedelta(minutes=1) - 1)
        assert today.case(EMMA).owner_id is None
        today.go_on(15)
        assert today.lines()[EMMA].owner == "Amir Karimi"


def test_colleagues_help_with_what_the_user_does_not_get_to(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (_, today):
        assert today.case("Linnea Ekström").state is CaseState.NEW
        today.go_on(100, step=5)
        assert today.case("Linnea Ekström").state is CaseState.NEW
        today.go_on(90, step=5)
        assert today.case("Linnea Ekström").state is CaseState.ENDED


@pytest.mark.rule("PR-1")
def test_nobody_handles_the_protected_person(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (_, today):
        today.go_on(9 * 60, step=20)
        line = next(line for line in today.lines().values() if line.patient.protected)
        opened = cases.look_again(today.world.system, today.maria, line.case.id)
        assert line.case.state is CaseState.NEW
        by_itself = {"case.received", "case.referred", "form.received", "message.received"}  # it came before opening
        assert {event.kind for event in opened.events} == by_itself


@pytest.mark.rule("CH-11")
def test_a_colleague_lets_go_of_a_case_that_is_asked_for(tmp_path: Path) -> None:
    with demo_day(tmp_path, at=time(12, 30)) as (world, today):
        case = today.case("Kerstin Lundmark")
        takeover.ask(world.system, today.maria, case.id, case.version, "Jag känner henne sedan tidigare")
        today.go_on(2)
        assert today.lines()["Kerstin Lundmark"].owner == "Maria Lind"


def test_a_colleague_gives_way_to_a_person_who_is_the_same(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (world, today):
        members = content.load(1).staff
        amir = next(one.hsa_id for one in members if one.key == "amir")
        actor = staff.acting(world.system, amir, UNIT, "console:elsewhere")
        presence.be_present(world.system, actor, today.case("Katja Hennig").id, Doing.VIEWING)
        today.go_on(1, step=0.5)
        today.go_on(3 * 60, step=5)
        assert today.case(EMMA).state is CaseState.NEW


def test_the_demo_runs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with day.running(Settings(home=tmp_path), seed=3, at=time(8, 5), speed=60) as system:
        actor = staff.acting(system, system.settings.staff, system.settings.unit, "console:test")
        assert len(queue.open_list(system, actor).lines) >= 18
        assert local(system.clock.now()).time() >= time(8, 5)
    assert not system.settings.home.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.rule("VI-13", "VI-14")
def test_the_visits_of_the_day_are_held_by_colleagues_and_the_users_are_left_to_the_user(noon: Day) -> None:
    seen = visit_list.of_day(noon.world.system, noon.maria, [UNIT], MONDAY)
    states = {line.patient.name: line.visit.state for line in seen.lines}
    assert states["Stig Löfgren"] is VisitState.ENDED
    assert states["Lennart Kvist"] is VisitState.ABSENT
    assert states["Frida Hallgren"] is VisitState.BOOKED
    saga = next(line for line in seen.lines if line.patient.name == "Saga Lindholm")
    assert saga.visit.proxy_name == "Petra Lindholm"
    assert [task.problem for task in seen.tasks] == ["no-patient"]
