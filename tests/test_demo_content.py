"""The invented unit of the demo: only test persons, and every sort of case that the demo is to show."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from p24tui.gateways.person_data import FilePersonData
from p24tui.routine.identity import age_on, check_hsa_id, parse_number
from p24tui.routine.protection import Protection

ASSETS = Path(__file__).parent.parent / "assets"
TODAY = date(2026, 11, 23)
OFFICIAL = {"196101182803", "189002029800", "200302022389", "195009072553"}
TEST_BIRTH_NUMBERS = {"238", "239", "255", "280", "980", "981"}
MOBILES = {f"070-174 06 {last:02}" for last in range(5, 100)}
ANSWER_KINDS = {"boolean", "choice", "integer", "decimal", "date", "text"}

DEMO: dict[str, Any] = tomllib.loads((ASSETS / "demo.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = DEMO["case"]
GUARDIANS: list[dict[str, str]] = [case["guardian"] for case in CASES if "guardian" in case]
TRIAGED = [case for case in CASES if case["kind"] == "triaged"]

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
    assert len(CASES) == 24
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) >= OFFICIAL
    for number in numbers:
        assert parse_number(number, today=TODAY).value == number
        assert number in OFFICIAL or number[8:11] in TEST_BIRTH_NUMBERS


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
    assert -150 <= case["minutes"] <= -2 or 1 <= case["minutes"] <= 55
    assert case["text"]
    assert case["matter"]
    assert all(set(reply) == {"after", "text"} and reply["after"] > 0 and reply["text"] for reply in case["replies"])


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
        assert date.fromisoformat(answer) <= TODAY


def test_most_cases_wait_already_and_the_rest_come_one_by_one() -> None:
    minutes = [case["minutes"] for case in CASES]
    assert sum(one < 0 for one in minutes) == 13
    assert len(set(minutes)) == len(minutes)


def test_several_of_each_priority_and_one_that_is_missing() -> None:
    priorities = Counter(case.get("priority") for case in TRIAGED)
    assert all(priorities[priority] >= 3 for priority in range(1, 6))
    assert priorities[None] == 1


def test_the_messages_have_no_priority() -> None:
    messages = {case["matter"]: case.get("priority") for case in CASES if case["kind"] == "message"}
    assert messages == {"Förnya recept": None, "Kontakt med BVC": None, "Fråga om provsvar": None, "Intyg": None}


def test_one_patient_is_protected() -> None:
    marked = [(case["number"], case["name"]) for case in CASES if case["protection"] != "none"]
    assert marked == [("195009072553", "John Goode Johansson")]


def test_one_child_comes_with_a_guardian() -> None:
    children = [case for case in CASES if age(case["number"]) < 13]
    assert [case["guardian"] for case in children] == GUARDIANS
    assert len(children) == 1
    assert age(GUARDIANS[0]["number"]) >= 18


def test_one_form_suggests_suicide_risk() -> None:
    at_risk = [case for case in CASES if "suicide_risk" in case]
    assert [(case["suicide_risk"], case["kind"]) for case in at_risk] == [(True, "triaged")]


def test_one_writes_for_his_mother() -> None:
    writers = [case for case in CASES if "åt min mamma" in case["text"]]
    assert [case["name"] for case in writers] == ["Lars-Erik Nordin"]


def test_two_go_silent() -> None:
    assert sum(case["replies"] == [] for case in CASES) == 2


def test_the_person_data_agrees_with_the_cases() -> None:
    person_data = FilePersonData(ASSETS / "demo-persons.json")
    for case in CASES:
        person = person_data.look_up(case["number"])
        assert (person.name, person.protection) == (case["name"], Protection(case["protection"]))
        expected = [case["guardian"]] if "guardian" in case else []
        assert [{"number": one.number, "name": one.name} for one in person.guardians] == expected
    for guardian in GUARDIANS:
        assert person_data.look_up(guardian["number"]).name == guardian["name"]
