"""The demo: its patients come through the real intake, wait in the list, and answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from p24tui import assets
from p24tui.demo import content
from p24tui.demo.patients import Patients
from p24tui.gateways.person_data import FilePersonData
from p24tui.ids import fresh_id
from p24tui.intake.beside import serving
from p24tui.routine.case import CaseState, SuicideRisk
from p24tui.services import cases, chat, intake, queue
from tests.world import UNIT, World, make_world


@contextmanager
def demo_day(home: Path, seed: int = 1) -> Iterator[tuple[World, Patients]]:
    """A demo unit with a clock that stands, and its patients, moved by hand."""
    person_data = FilePersonData(assets.path("demo-persons.json"))
    with make_world(home, person_data=person_data) as world:
        token = intake.make_token(world.system, "demo")
        with serving(world.system) as address:
            yield world, Patients(content.load(seed), world.clock, world.clock.now(), address, token)


def names(world: World) -> list[str]:
    return [line.patient.name for line in queue.open_list(world.system, world.actor("maria")).lines]


def test_the_same_seed_gives_the_same_day() -> None:
    assert content.load(1) == content.load(1)
    assert [one.minutes for one in content.load(1).stories] != [one.minutes for one in content.load(2).stories]
    assert content.load(1).unit_id == UNIT


@pytest.mark.rule("PR-1")
def test_those_who_wait_stand_in_the_list_and_others_come(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (world, patients):
        patients.look()
        waiting = [story for story in content.load(1).stories if story.minutes <= 0]
        assert len(names(world)) == len(waiting)
        world.clock.advance(timedelta(hours=2))
        patients.look()
        lines = queue.open_list(world.system, world.actor("maria")).lines
        assert len(lines) == len(content.load(1).stories)
        assert lines[0].case.suicide is SuicideRisk.AWAITING
        assert [line.case.priority for line in lines if line.patient.protected]
        assert all(not line.patient.name for line in lines if line.patient.protected)


def test_a_patient_answers_what_staff_have_written(tmp_path: Path) -> None:
    with demo_day(tmp_path) as (world, patients):
        patients.look()
        story = next(one for one in content.load(1).stories if one.minutes <= 0 and one.replies)
        maria = world.actor("maria")
        lines = queue.open_list(world.system, maria).lines
        case = next(line.case for line in lines if line.patient.number == story.number)
        version = chat.claim(world.system, maria, case.id, case.version).version
        chat.answer(world.system, maria, case.id, version, "Hej, hur mår du nu?", fresh_id())
        patients.look()
        world.clock.advance(timedelta(seconds=story.replies[0].after + 1))
        patients.look()
        opened = cases.open_case(world.system, maria, case.id)
        assert opened.line.case.state is CaseState.ANSWERED
        assert opened.messages[-1].text == story.replies[0].text
