"""The person-data service: what it tells, and that it fails closed in every way that it can fail (H2)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from p24tui.errors import Unavailable
from p24tui.gateways.person_data import (
    FilePersonData,
    Guardian,
    NoPersonData,
    Person,
    PersonData,
    look_up_protection,
)
from p24tui.routine.protection import Protection

JOHN = "195009072553"
MARIA = "196101182803"
KATJA = "200302022389"

PERSONS: list[dict[str, Any]] = [
    {"number": JOHN, "name": "John Goode Johansson", "protection": "sekretessmarkering"},
    {"number": MARIA, "name": "Maria Ljungberg", "protection": "none", "guardians": []},
    {
        "number": KATJA,
        "name": "Katja Hennig",
        "protection": "none",
        "guardians": [{"number": MARIA, "name": "Maria Ljungberg"}],
    },
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "persons.json"
    path.write_text(json.dumps(PERSONS), encoding="utf-8")
    return path


def assert_unknown(person_data: PersonData, number: str = MARIA) -> str:
    with pytest.raises(Unavailable) as caught:
        person_data.look_up(number)
    assert caught.value.part == "person-data"
    assert number not in str(caught.value)
    assert look_up_protection(person_data, number) is Protection.UNKNOWN
    return caught.value.detail


@pytest.mark.rule("PR-1")
def test_a_person_with_guardians_and_protection(path: Path) -> None:
    service = FilePersonData(path)
    guardian = Guardian(MARIA, "Maria Ljungberg")
    assert service.look_up(KATJA) == Person(KATJA, "Katja Hennig", Protection.NONE, (guardian,))
    assert service.look_up(JOHN).protection is Protection.MARKED
    assert look_up_protection(service, JOHN) is Protection.MARKED
    assert look_up_protection(service, MARIA) is Protection.NONE


def test_numbers_may_be_written_with_a_hyphen_in_the_file(path: Path) -> None:
    persons = [{"number": "19500907-2553", "name": "John", "protection": "skyddad-folkbokforing"}]
    path.write_text(json.dumps(persons), encoding="utf-8")
    assert FilePersonData(path).look_up(JOHN) == Person(JOHN, "John", Protection.POPULATION)


@pytest.mark.hazard("H23")
def test_names_are_cleaned(path: Path) -> None:
    guardians = [{"number": MARIA, "name": "\u202eMaria"}]
    persons = [{"number": JOHN, "name": "Jo\x1b[2Jhn\n", "protection": "none", "guardians": guardians}]
    path.write_text(json.dumps(persons), encoding="utf-8")
    person = FilePersonData(path).look_up(JOHN)
    assert person.name.isprintable()
    assert person.guardians == (Guardian(MARIA, "Maria"),)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1")
def test_a_flag_raised_while_running_is_seen_at_the_next_look(path: Path) -> None:
    service = FilePersonData(path)
    assert look_up_protection(service, MARIA) is Protection.NONE
    stat = path.stat()
    raised = [dict(one, protection="sekretessmarkering") for one in PERSONS]
    path.write_text(json.dumps(raised), encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert look_up_protection(service, MARIA) is Protection.MARKED


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1")
def test_a_change_of_the_same_size_at_the_same_time_is_seen(path: Path) -> None:
    person = {"number": MARIA, "name": "M", "protection": "unknown"}
    path.write_text(json.dumps([{**person, "name": "MMMM", "protection": "none"}]), encoding="utf-8")
    stat = path.stat()
    service = FilePersonData(path)
    assert look_up_protection(service, MARIA) is Protection.NONE
    path.write_text(json.dumps([person]), encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    assert look_up_protection(service, MARIA) is Protection.UNKNOWN


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
def test_nothing_set_up_means_unknown() -> None:
    assert_unknown(NoPersonData())


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
def test_a_person_not_in_the_file_is_unknown(path: Path) -> None:
    service = FilePersonData(path)
    for number in ("189002029800", "", "9" * 1_000_000, "\ud800"):
        with pytest.raises(Unavailable):
            service.look_up(number)
        assert look_up_protection(service, number) is Protection.UNKNOWN


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
def test_a_missing_file_or_a_folder_means_unknown(tmp_path: Path) -> None:
    assert_unknown(FilePersonData(tmp_path / "none.json"))
    assert_unknown(FilePersonData(tmp_path))
    assert_unknown(FilePersonData(tmp_path / "no\x00name"))


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
def test_a_file_that_may_not_be_read_means_unknown(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = FilePersonData(path)
    assert look_up_protection(service, MARIA) is Protection.NONE

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "cannot be read" in assert_unknown(service)


_FAULTY: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("cut off", json.dumps(PERSONS).encode()[:-20]),
    ("no JSON", b"number,name\n"),
    ("no list", json.dumps({"persons": PERSONS}).encode()),
    ("no object", b"[1]"),
    ("not UTF-8", json.dumps(PERSONS).encode().replace(b"Maria", b"M\xe5ria")),
    ("lone surrogate", json.dumps([dict(PERSONS[1], name="\ud800")]).encode()),
    ("too deep", b"[" * 100_000),
    ("deep in an unknown key", b'[{"x":' + b"[" * 100_000),
    ("no protection", json.dumps([{"number": MARIA, "name": "Maria"}]).encode()),
    ("protection misspelt", json.dumps([dict(PERSONS[1], protection="sekretess")]).encode()),
    ("protection null", json.dumps([dict(PERSONS[1], protection=None)]).encode()),
    (
        "protection twice",
        json.dumps(PERSONS[1:2]).replace('"none"', '"sekretessmarkering", "protection": "none"').encode(),
    ),
    ("no number", json.dumps([{"name": "Maria", "protection": "none"}]).encode()),
    ("a number as a number", json.dumps([dict(PERSONS[1], number=int(MARIA))]).encode()),
    ("an empty number", json.dumps([dict(PERSONS[1], number="")]).encode()),
    ("a number with a line break", json.dumps([dict(PERSONS[1], number=MARIA + "\n")]).encode()),
    ("guardians misshapen", json.dumps([dict(PERSONS[1], guardians=[MARIA])]).encode()),
    ("a person twice", json.dumps([PERSONS[1], dict(PERSONS[1], number="19610118-2803")]).encode()),
    ("one fault among good", json.dumps([*PERSONS, {"number": "189002029800"}]).encode()),
]


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
@pytest.mark.parametrize(("_name", "content"), _FAULTY, ids=[name for name, _ in _FAULTY])
def test_a_faulty_file_means_unknown_and_forgets_what_it_said(path: Path, _name: str, content: bytes) -> None:
    service = FilePersonData(path)
    assert look_up_protection(service, MARIA) is Protection.NONE
    path.write_bytes(content)
    assert_unknown(service)
    assert_unknown(service)
    path.unlink()
    assert_unknown(service)
    path.write_text(json.dumps(PERSONS), encoding="utf-8")
    assert look_up_protection(service, MARIA) is Protection.NONE


class BrokenPersonData:
    """An adapter with a fault of its own."""

    def look_up(self, number: str) -> Person:
        raise KeyError(number)

    def check(self) -> None:
        raise KeyError


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
def test_a_fault_in_an_adapter_means_unknown_and_logs_no_number(caplog: pytest.LogCaptureFixture) -> None:
    assert look_up_protection(BrokenPersonData(), JOHN) is Protection.UNKNOWN
    assert "KeyError" in caplog.text
    assert JOHN not in caplog.text
