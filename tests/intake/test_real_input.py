"""What others wrote, taken as it is: the files of a folder that ``P24TUI_REAL_INPUT`` names."""

import json
import os
from pathlib import Path

import pytest

from p24tui.gateways.person_data import NoPersonData
from p24tui.routine.protection import Protection
from p24tui.services import intake
from p24tui.services.intake import Verdict
from p24tui.store import people, tables
from tests import stored
from tests.world import World

FOLDER = os.environ.get("P24TUI_REAL_INPUT", "")

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="NOT TESTED ON REAL INPUT: P24TUI_REAL_INPUT names no folder of FHIR files"
)

PERSONS = {
    "195009072553": ("John Bob Goode Johansson", Protection.MARKED),
    "196101182803": ("Maria Birgitta Ljungberg", Protection.UNKNOWN),
    "189002029800": ("Albertina VGR Hammar", Protection.UNKNOWN),
    "200302022389": ("Katja Hennig", Protection.UNKNOWN),
}


def files() -> list[Path]:
    return sorted(one for one in Path(FOLDER).rglob("*") if one.suffix in (".json", ".ndjson"))


def test_the_folder_has_files() -> None:
    assert files()


@pytest.mark.parametrize("file", files() if FOLDER else [], ids=lambda file: file.name)
def test_each_file_is_taken_or_refused_with_a_reason(world: World, file: Path) -> None:
    outcome = intake.load(world.system, "real", file.read_bytes(), name=file.name)
    assert outcome.results
    for one in outcome.results:
        assert one.verdict in (Verdict.CREATED, Verdict.REFUSED)
        assert (one.verdict is Verdict.REFUSED) == bool(one.issues)
    for rejection in outcome.rejected:
        assert rejection.source == file.name
        assert rejection.path
        assert len(rejection.problem.split()) > 3
        assert "fault" not in rejection.problem
    assert len(intake.unsettled(world.system)) == len(outcome.rejected)


def test_all_of_them_in_one_bundle(world: World) -> None:
    entries = [{"resource": json.loads(file.read_bytes())} for file in files()]
    body = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    outcome = intake.load(world.system, "real", body)
    assert len(outcome.results) == len(entries)


@pytest.mark.rule("PR-1")
def test_the_test_persons_come_in_as_they_stand(world: World) -> None:
    assert isinstance(world.system.person_data, NoPersonData)
    for file in files():
        intake.load(world.system, "real", file.read_bytes(), name=file.name)
    found = {row["number"] for row in stored.rows(world, tables.patients)}
    if not found & set(PERSONS):
        pytest.skip("NOT TESTED ON REAL INPUT: the folder holds none of the official test persons")
    with world.system.store.reading() as tx:
        for number in found & set(PERSONS):
            record = people.patient(tx, number=number)
            assert record is not None
            assert (record.patient.name, record.patient.protection) == PERSONS[number]
    assert stored.rows(world, tables.cases) == []
