"""The invented unit of the demo and its day: only test persons, and every sort of case that it is to show."""

import re
import tomllib
from collections import Counter
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from p24tui.gateways.person_data import FilePersonData
from p24tui.routine.identity import age_on, check_hsa_id, parse_number
from p24tui.routine.protection import Protection
from tests.test_content import ABBREVIATIONS, CAPITALS, SEEK_ANEW

ASSETS = Path(__file__).parent.parent / "assets"
TODAY = date(2026, 11, 23)
MOBILES = {f"070-174 06 {last:02}" for last in range(5, 100)}
ANSWER_KINDS = {"boolean", "choice", "integer", "decimal", "date", "text"}

DEMO: dict[str, Any] = tomllib.loads((ASSETS / "demo.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = DEMO["case"]
GUARDIANS: list[dict[str, str]] = [case["guardian"] for case in CASES if "guardian" in case]
TRIAGED = [case for case in CASES if case["kind"] == "triaged"]
ANSWERS = [(case["name"], text) for case in CASES for text in case.get("answers", ())]
TIME_OF_DAY = re.compile(r"\b\d{1,2}\.\d\d\b")
PNG = b"\x89PNG\r\n\x1a\n"

each_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


def age(number: str) -> int:
    born = parse_number(number, today=TODAY).born
    assert born is not None
    return age_on(born, TODAY)


def test_the_day_is_a_monday() -> None:
    assert TODAY.isoweekday() == 1


def test_the_unit_and_its_staff() -> None:
    ids = [DEMO["unit"]["hsa_id"], *(one["hsa_id"] for one in DEMO["staff"])]
    assert [check_hsa_id(one) for one in ids] == ids
    assert len(set(ids)) == len(ids)
    assert [(one["name"], one["profession"]) for one in DEMO["staff"]] == [
        ("Maria Lind", "nurse"),
        ("Johan Berg", "nurse"),
        ("Fatima Rashid", "nurse"),
        ("Sara Holm", "doctor"),
        ("Amir Karimi", "psychologist"),
        ("Eva Nyström", "administration"),
    ]


def test_every_number_is_a_distinct_test_number() -> None:
    numbers = [person["number"] for person in [*CASES, *GUARDIANS]]
    assert len(CASES) >= 60
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert parse_number(number, today=TODAY).value == number
        assert age(number) < 100


def test_every_mobile_is_one_that_nobody_has() -> None:
    mobiles = [case["mobile"] for case in CASES]
    assert set(mobiles) <= MOBILES
    assert len(set(mobiles)) == len(mobiles)


@each_case
def test_a_case_says_only_what_the_demo_reads(case: dict[str, Any]) -> None:
    assert case["kind"] in {"triaged", "message"}
    assert case["way_in"] in {"sms-link", "region", "1177"}
    assert case["e_id"] in {"bankid", "freja"}
    assert case["protection"] in {"none", "sekretessmarkering"}
    assert case.get("priority") in {None, 1, 2, 3, 4, 5}
    assert time(6, 30) <= time.fromisoformat(case["at"]) <= time(17, 10)
    assert case.get("day", 0) in {0, -1, -2}
    assert case["text"]
    assert case["matter"]
    for reply in case["replies"]:
        assert reply.keys() >= {"after", "text"}
        assert reply.keys() <= {"after", "text", "files"}
        assert reply["after"] > 0
        assert reply["text"]


@each_case
def test_what_staff_write_fits_what_the_patient_answers(case: dict[str, Any]) -> None:
    staff, answers = case.get("staff", [""]), case.get("answers", [])
    keys = {one["key"] for one in DEMO["staff"] if one["profession"] != "administration"}
    assert set(staff) <= keys | {""}
    assert bool(answers) <= bool(any(staff))
    assert len(case["replies"]) in {len(answers), len(answers) - 1} or not answers
    assert case.get("then_staff", "sara") in keys
    assert case.get("hold", {"after": 0})["after"] <= len(answers)


@pytest.mark.rule("SE-1", "SE-5")
@pytest.mark.parametrize(("name", "text"), ANSWERS)
def test_staff_write_as_the_routine_wants(name: str, text: str) -> None:
    said = TIME_OF_DAY.sub("", text)
    assert "!" not in said
    assert not CAPITALS.search(said)
    assert not ABBREVIATIONS.search(said)
    assert not SEEK_ANEW.search(said)
    assert text.endswith((".", "?"))


def test_every_image_is_one_and_small() -> None:
    files = {file for case in CASES for one in (case, *case["replies"]) for file in one.get("files", ())}
    assert len(files) >= 3
    for file in files:
        data = (ASSETS / "demo" / file).read_bytes()
        assert data.startswith(PNG)
        assert len(data) < 5_000


@each_case
def test_a_form_belongs_to_triage_alone(case: dict[str, Any]) -> None:
    form = case["form"]
    if case["kind"] == "message":
        assert form == []
        return
    assert 4 <= len(form) <= 9
    assert sum(row["kind"] == "text" for row in form) in {1, 2}
    assert len({row["question"] for row in form}) == len(form)
    for row in form:
        assert row["kind"] in ANSWER_KINDS
        assert row["question"]
        check_answer(row["kind"], row["answer"])


def check_answer(kind: str, answer: str) -> None:
    assert answer
    if kind == "boolean":
        assert answer in {"true", "false"}
    elif kind == "integer":
        int(answer)
    elif kind == "decimal":
        float(answer)
    elif kind == "date":
        assert int(answer) >= 0  # days ago


def hours(first: int, last: int) -> int:
    """How many write from one hour of the day until another."""
    today = (time.fromisoformat(case["at"]).hour for case in CASES if not case.get("day"))
    return sum(first <= hour < last for hour in today)


def test_the_day_has_a_rush_in_the_morning_and_a_second_wave_after_lunch() -> None:
    assert hours(7, 10) > 2 * hours(10, 13)
    assert hours(13, 15) / 2 > hours(10, 13) / 3
    assert hours(15, 18) >= 5
    assert len([case for case in CASES if case.get("day")]) >= 4


def test_several_of_each_priority_and_one_that_is_missing() -> None:
    priorities = Counter(case.get("priority") for case in TRIAGED)
    assert all(priorities[priority] >= 3 for priority in range(1, 6))
    assert priorities[None] == 1


def test_the_messages_have_no_priority() -> None:
    messages = [case for case in CASES if case["kind"] == "message"]
    assert len(messages) >= 8
    assert all("priority" not in case for case in messages)


def test_one_patient_is_protected() -> None:
    marked = [(case["number"], case["name"]) for case in CASES if case["protection"] != "none"]
    assert marked == [("195009072553", "John Goode Johansson")]


def test_children_come_with_a_guardian() -> None:
    children = [case for case in CASES if age(case["number"]) < 13]
    assert [case["guardian"] for case in children] == GUARDIANS
    assert len(children) >= 2
    assert all(age(one["number"]) >= 18 for one in GUARDIANS)


def test_one_form_suggests_suicide_risk() -> None:
    at_risk = [case for case in CASES if "suicide_risk" in case]
    assert [(case["suicide_risk"], case["kind"]) for case in at_risk] == [(True, "triaged")]


def test_one_writes_for_his_mother() -> None:
    writers = [case for case in CASES if "åt min mamma" in case["text"]]
    assert [case["name"] for case in writers] == ["Lars-Erik Nordin"]


def test_some_go_silent_one_of_them_after_one_answer() -> None:
    talkative = [case for case in CASES if "suicide_risk" not in case]
    silent = {
        case["name"]: len(case["replies"]) for case in talkative if len(case.get("answers", ())) > len(case["replies"])
    }
    assert silent == {"Mehmet Yilmaz": 0, "Dragan Petrović": 1, "Kerstin Lundmark": 1}


def test_two_write_again_when_their_case_has_ended_and_some_are_held() -> None:
    assert sum("again" in case for case in CASES) == 2
    assert sum("hold" in case for case in CASES) == 3


def test_the_person_data_agrees_with_the_cases() -> None:
    person_data = FilePersonData(ASSETS / "demo-persons.json")
    for case in CASES:
        person = person_data.look_up(case["number"])
        assert (person.name, person.protection) == (case["name"], Protection(case["protection"]))
        expected = [case["guardian"]] if "guardian" in case else []
        assert [{"number": one.number, "name": one.name} for one in person.guardians] == expected
    for guardian in GUARDIANS:
        assert person_data.look_up(guardian["number"]).name == guardian["name"]


def test_the_visits_of_the_day_are_of_people_whom_the_person_data_knows() -> None:
    person_data = FilePersonData(ASSETS / "demo-persons.json")
    keys = {member["key"] for member in DEMO["staff"]}
    for visit in DEMO["visit"]:
        person = person_data.look_up(visit["number"])
        assert (person.name, person.protection) == (visit["name"], Protection.NONE)
        assert visit["holder"] in keys
        assert visit.get("proxy", "") in {"", *(one.number for one in person.guardians)}
        assert {visit["mobile"], visit.get("proxy_mobile", "")} - {""} <= MOBILES
