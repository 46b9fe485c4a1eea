"""Taking part in a demo from another terminal: finding it, and playing one of its patients."""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import time_machine

from p24tui import assets, bootstrap
from p24tui.clock import PacedClock, SetClock, local_date
from p24tui.demo import content
from p24tui.demo.day import prepare
from p24tui.demo.playing import (
    FILE_NAME,
    Demo,
    PlayedPatient,
    announced,
    choose,
    guardian_of,
    is_played,
    joined,
    make_demo,
    play,
    running_demo,
)
from p24tui.demo.script import Script
from p24tui.errors import BadInput, Unavailable
from p24tui.ids import fresh_id
from p24tui.intake.beside import serving
from p24tui.routine.case import CaseState
from p24tui.services import cases, chat, intake, patient_side
from p24tui.services.patient_side import SourceCase
from p24tui.settings import Settings
from p24tui.store.values import Author
from p24tui.system import System
from tests import samples
from tests.samples import ALBERTINA, KATJA, MARIA, Json
from tests.world import MONDAY_NINE, World, make_world

SOURCE = "demo"
AT_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EIGHT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path / "demo") as one:
        yield one


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The ordinary home of whoever runs the demo."""
    return tmp_path / "home"


def demo_at(address: str, token: str, system: System) -> Demo:
    return make_demo(system.settings, PacedClock(MONDAY_NINE), address, token, seed=1, training=True)


@contextmanager
def demo_running(world: World, source: str = SOURCE) -> Iterator[Demo]:
    token = intake.make_token(world.system, source)
    with serving(world.system) as address:
        yield demo_at(address, token, world.system)


@contextmanager
def playing(demo: Demo, world: World, case: str = "demo-1") -> Iterator[PlayedPatient]:
    person = PlayedPatient(demo, case, world.clock)
    try:
        yield person
    finally:
        person.close()


def sends(world: World, name: str, person: tuple[str, str] = MARIA, **more: Json) -> SourceCase:
    """A patient of the demo makes contact; their case as the source knows it."""
    sent = [samples.patient(name, person, **more), samples.encounter(name, name)]
    sent.append(samples.message(f"{name}-0", name, sender=f"Patient/{name}"))
    intake.load(world.system, SOURCE, samples.body(samples.bundle(*sent)))
    return next(one for one in patient_side.open_cases(world.system, SOURCE) if one.name == name)


def answers(world: World, case: SourceCase, text: str) -> None:
    """A nurse takes the case on and writes."""
    maria = world.actor("maria")
    claimed = chat.claim(world.system, maria, case.id, world.row(case.id).case.version)
    chat.answer(world.system, maria, case.id, claimed.version, text, fresh_id())


def test_a_demo_is_found_while_it_runs_and_not_after(world: World, home: Path) -> None:
    with demo_running(world) as demo:
        with announced(home, demo):
            assert running_demo(home) == demo
            assert demo.pid == os.getpid()
        assert list(home.iterdir()) == []
        assert running_demo(home) is None


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_record_is_its_owners_alone(world: World, home: Path) -> None:
    with announced(home, demo_at("http://127.0.0.1:9", "p24_x", world.system)):
        assert stat.S_IMODE((home / FILE_NAME).stat().st_mode) == 0o600


def test_what_a_dead_process_left_is_no_demo(world: World, home: Path) -> None:
    with demo_running(world) as demo:
        pass
    with announced(home, demo):
        assert running_demo(home) is None


def test_another_intake_at_the_same_address_is_no_demo(world: World, home: Path) -> None:
    with demo_running(world) as demo:
        other = replace(demo, token="p24_another")
        with announced(home, other):
            assert running_demo(home) is None


@pytest.mark.parametrize("written", ["", "{", '{"home": "x"}'])
def test_a_broken_record_is_no_demo(home: Path, written: str) -> None:
    home.mkdir()
    (home / FILE_NAME).write_text(written)
    assert running_demo(home) is None


def test_a_demo_that_ends_leaves_the_record_of_one_that_began_later(world: World, home: Path) -> None:
    first = demo_at("http://127.0.0.1:9", "p24_first", world.system)
    with announced(home, first):
        later = announced(home, replace(first, token="p24_later"))
        later.__enter__()
    assert (home / FILE_NAME).exists()
    later.__exit__(None, None, None)
    assert not (home / FILE_NAME).exists()


def found(home: Path) -> str:
    """Which demo is found, by its address."""
    demo = running_demo(home)
    return demo.address if demo is not None else ""


def test_the_one_that_still_runs_is_found_when_a_later_one_has_ended(world: World, home: Path) -> None:
    with demo_running(world) as first, announced(home, first):
        with demo_running(world, "second") as second, announced(home, second):
            assert found(home) == second.address
        assert found(home) == first.address
        second_ends, third_ends = ExitStack(), ExitStack()
        second_ends.enter_context(announced(home, second_ends.enter_context(demo_running(world, "second"))))
        third = third_ends.enter_context(demo_running(world, "third"))
        third_ends.enter_context(announced(home, third))
        second_ends.close()
        assert found(home) == third.address
        third_ends.close()
        assert found(home) == first.address
    assert list(home.iterdir()) == []


def test_where_the_last_one_was_killed_the_one_before_it_is_found(world: World, home: Path) -> None:
    with demo_running(world) as first, announced(home, first):
        killed = announced(home, demo_at("http://127.0.0.1:9", "p24_killed", world.system))
        killed.__enter__()
        assert found(home) == first.address
        with announced(home, demo_at("http://127.0.0.1:9", "p24_next", world.system)):
            kept = msgspec.json.decode((home / FILE_NAME).read_bytes())
            assert kept["before"]["address"] == first.address  # and what is dead is not kept
            assert kept["before"]["before"] is None


def test_a_demo_runs_where_its_record_cannot_be_written(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with announced(tmp_path / "file", demo_at("http://127.0.0.1:9", "p24_x", world.system)):
        pass
    assert (tmp_path / "file").read_bytes() == b""


def test_two_processes_of_a_demo_have_the_same_time_of_day() -> None:
    begun = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    with time_machine.travel(begun, tick=False):
        first = PacedClock(EIGHT, 60)
    with time_machine.travel(begun + timedelta(seconds=90), tick=False):
        later = PacedClock(first.start, first.speed, first.begun).now() - EIGHT
    assert timedelta(minutes=90) <= later < timedelta(minutes=100)


def test_joining_opens_the_demos_own_database_and_no_other(world: World, home: Path) -> None:
    case = sends(world, "demo-1")
    chosen = Settings(home=home, database="postgresql://real.example/care", lang="en", theme="light")
    demo = demo_at("http://127.0.0.1:9", "p24_x", world.system)
    with joined(chosen, demo) as system:
        assert patient_side.open_cases(system, SOURCE) == (case,)
        assert (system.settings.database, system.settings.lang, system.settings.theme) == ("", "en", "light")
        assert abs(system.clock.now() - MONDAY_NINE) < timedelta(minutes=1)


def test_a_case_is_chosen_by_the_beginning_of_its_id_or_of_the_name() -> None:
    maria, marta, hidden = (
        SourceCase(id, f"demo-{id}", name, "Vårdcentralen Åsen", "Hosta", CaseState.NEW)
        for id, name in (("abcd", "Maria Ljungberg"), ("abxy", "Märta Ek"), ("qrst", ""))
    )
    three = (maria, marta, hidden)
    assert choose(three, "ABC") is maria
    assert choose(three, "MÄR") is marta
    assert choose(three, "qr") is hidden
    with pytest.raises(BadInput) as several:
        choose(three, "ab")
    assert several.value.details["found"] == "Maria Ljungberg (abcd), Märta Ek (abxy)"
    for typed in ("ljung", "zz", " "):
        with pytest.raises(BadInput, match="no-such-patient"):
            choose(three, typed)


@pytest.mark.rule("PR-1")
def test_the_patients_side_knows_its_own_open_cases_and_names_nobody_who_is_protected(world: World) -> None:
    world.case(name="Någon Annan")
    sends(world, "demo-1")
    label = {"security": [{"system": samples.LABEL, "code": "sekretessmarkering"}]}
    sends(world, "demo-2", ALBERTINA, meta=label)
    known = {one.name: one for one in patient_side.open_cases(world.system, SOURCE)}
    assert set(known) == {"demo-1", "demo-2"}
    assert (known["demo-1"].patient_name, known["demo-1"].matter) == ("Maria Ljungberg", "Hosta")
    assert (known["demo-2"].patient_name, known["demo-2"].matter) == ("", "")


def test_own_messages_are_what_the_patient_wrote_and_nothing_else(world: World) -> None:
    case = sends(world, "demo-1")
    answers(world, case, "Hur länge har du hostat?")
    assert [one.text for one in patient_side.own_messages(world.system, SOURCE, "demo-1")] == ["Hej, jag hostar."]
    with pytest.raises(BadInput, match="no-case"):
        patient_side.own_messages(world.system, "portal", "demo-1")


def test_patient_and_staff_write_to_each_other_through_the_intake(world: World) -> None:
    case = sends(world, "demo-1")
    other = sends(world, "demo-2", KATJA)
    with demo_running(world) as demo, playing(demo, world) as person:
        assert person.hear() == ()
        answers(world, other, "Till någon annan.")
        answers(world, case, "Hur länge har du hostat?")
        (heard,) = person.hear()
        assert (heard.text, heard.sent_at) == ("Hur länge har du hostat?", MONDAY_NINE)
        assert heard.sender == "Maria Lind, Vårdcentralen Åsen"
        assert person.hear() == ()
        world.clock.advance(timedelta(minutes=3))
        id = fresh_id()
        assert person.say(id, "En vecka.").sent_at == MONDAY_NINE + timedelta(minutes=3)
        world.clock.advance(timedelta(minutes=1))
        assert person.say(id, "En vecka.").sent_at == MONDAY_NINE + timedelta(minutes=3)
    opened = cases.open_case(world.system, world.actor("maria"), case.id)
    assert [(one.author, one.text) for one in opened.messages][1:] == [
        (Author.STAFF, "Hur länge har du hostat?"),
        (Author.PATIENT, "En vecka."),
    ]
    assert opened.line.case.state is CaseState.ANSWERED


def test_for_a_child_the_guardian_writes(world: World) -> None:
    case = sends(world, "demo-1")
    guardian = samples.guardian("demo-1-guardian", "demo-1", ALBERTINA)
    intake.load(world.system, SOURCE, samples.body(guardian))
    with demo_running(world) as demo:
        person = PlayedPatient(demo, "demo-1", world.clock, "RelatedPerson/demo-1-guardian")
        person.say(fresh_id(), "Han sover nu.")
        person.close()
    opened = cases.open_case(world.system, world.actor("maria"), case.id)
    assert (opened.messages[-1].author_name, opened.messages[-1].text) == ("Albertina Hammar", "Han sover nu.")


def test_the_demo_knows_whose_guardian_writes(world: World) -> None:
    demo = demo_at("http://127.0.0.1:9", "p24_x", world.system)
    stories = content.load(demo.seed).stories
    child = next(one.id for one in stories if one.guardian)
    adult = next(one.id for one in stories if not one.guardian)
    assert guardian_of(demo, child) == f"RelatedPerson/{child}-guardian"
    assert guardian_of(demo, adult) == ""


def test_an_intake_that_is_silent_or_refuses_is_said(world: World) -> None:
    sends(world, "demo-1")
    with demo_running(world) as demo:
        with playing(demo, world, "demo-9") as stranger, pytest.raises(BadInput, match="message-refused"):
            stranger.say(fresh_id(), "Hallå?")
        alone = playing(demo, world)
        person = alone.__enter__()
    for ask in (person.hear, lambda: person.say(fresh_id(), "Hallå?")):
        with pytest.raises(Unavailable, match="intake"):
            ask()
    alone.__exit__(None, None, None)


def test_a_case_is_played_from_when_somebody_plays_it(tmp_path: Path) -> None:
    assert not is_played(tmp_path, "demo-1")
    play(tmp_path, "demo-1")
    play(tmp_path, "demo-1")
    assert is_played(tmp_path, "demo-1")
    assert not is_played(tmp_path, "demo-2")


def test_a_patient_whom_a_person_plays_gets_no_words_from_the_script(tmp_path: Path) -> None:
    later = AT_TEN + timedelta(hours=3)
    with demo_day(tmp_path / "one") as (system, script):
        before = written(system)
        script.look(later)
        after = written(system)
    writes = [case for case, many in before.items() if after.get(case, many) > many]
    assert writes
    with demo_day(tmp_path / "other") as (system, script):
        for case in writes:
            play(system.settings.home, case)
        script.look(later)
        after = written(system)
    still_open = [case for case in writes if case in after]
    assert still_open
    assert {case: after[case] for case in still_open} == {case: before[case] for case in still_open}


@contextmanager
def demo_day(home: Path) -> Iterator[tuple[System, Script]]:
    """A demo day at ten o'clock, with its script, moved by hand."""
    today = content.load(1)
    person_data = str(assets.path("demo-persons.json"))
    settings = Settings(home=home, unit=today.unit_id, person_data=person_data, booking_by_hand=True)
    clock = SetClock(AT_TEN - timedelta(days=7))
    with bootstrap.running(settings, create=True, clock=clock) as system:
        script = prepare(system, clock, today, local_date(AT_TEN), AT_TEN)
        script.look(AT_TEN)
        yield system, script


def written(system: System) -> dict[str, int]:
    """How many messages the patient of each open case has written, by the source's name of the case."""
    names = [one.name for one in patient_side.open_cases(system, SOURCE)]
    return {name: len(patient_side.own_messages(system, SOURCE, name)) for name in names}
