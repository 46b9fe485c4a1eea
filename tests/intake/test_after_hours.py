"""What a page asks before a patient sends, and what is said to who has sent: a real server on a real port."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from p24tui.services import units
from tests.intake.serving import client
from tests.routine.test_hours import at
from tests.samples import encounter, message, patient
from tests.services.test_intake import operator
from tests.world import UNIT, World

FRIDAY = at("2026-11-27", "17:01")


@pytest.fixture
def portal(sqlcipher_world: World) -> Iterator[httpx.Client]:
    sqlcipher_world.clock.instant = FRIDAY
    with client(sqlcipher_world.system) as one:
        yield one


def ask(portal: httpx.Client, **asked: str) -> dict[str, Any]:
    done = portal.get("/after-hours", params={"unit": UNIT, **asked})
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


@pytest.mark.rule("CH-8", "CH-9", "GA-1")
@pytest.mark.hazard("H4")
def test_while_it_is_closed_a_page_can_show_all_that_the_patient_needs(portal: httpx.Client) -> None:
    monday = {"at": "2026-11-30T08:00:00+01:00", "words": "måndag 30 november klockan 08.00"}
    said = ask(portal, priority="1")
    assert said.pop("paragraphs")[0].startswith("Det du har berättat kan behöva hjälp direkt. Ring 112 nu")
    assert said.pop("guarantee")["day"] == "2026-11-30"
    assert said == {
        "unit": {"hsa_id": UNIT, "name": "Vårdcentralen Åsen"},
        "lang": "sv",
        "open": False,
        "closes": None,
        "opens": monday,
        "heading": "Vårdcentralen Åsen har stängt just nu",
        "telephones": [
            {"number": "112", "href": "tel:112", "label": "Akut eller livshotande"},
            {"number": "1177", "href": "tel:1177", "label": "Råd om vård, dygnet runt"},
        ],
        "refers_to": ["112"],
        "may_send": True,
        "read_at": monday,
    }


@pytest.mark.rule("CH-8")
@pytest.mark.parametrize(
    ("asked", "refers_to", "first"),
    [
        ({"priority": "2"}, ["112", "1177"], "112"),
        ({"priority": "3"}, ["1177"], "1177"),
        ({"priority": "5"}, ["1177"], "1177"),
        ({"priority": "none"}, ["112", "1177"], "112"),
        ({}, ["112", "1177"], "112"),
        ({"priority": "5", "suicide-risk": "true"}, ["112"], "112"),
        ({"priority": "5", "suicide-risk": "false"}, ["1177"], "1177"),
    ],
)
def test_it_refers_by_severity(portal: httpx.Client, asked: dict[str, str], refers_to: list[str], first: str) -> None:
    said = ask(portal, **asked)
    assert said["refers_to"] == refers_to
    assert said["telephones"][0]["number"] == first
    assert len(said["telephones"]) == 2


@pytest.mark.rule("CH-1")
def test_while_it_is_open_it_says_until_when(portal: httpx.Client, sqlcipher_world: World) -> None:
    sqlcipher_world.clock.instant = at("2026-11-27", "10:00")
    said = ask(portal, lang="en", priority="1")
    assert said["closes"] == {"at": "2026-11-27T17:00:00+01:00", "words": "today at 17:00"}
    assert (said["open"], said["opens"], said["read_at"], said["may_send"]) == (True, None, None, True)
    assert (said["refers_to"], said["telephones"]) == ([], [])
    assert said["heading"] == "Vårdcentralen Åsen is open"
    assert said["paragraphs"] == ["You can send your case now. Staff are here until 17:00 today."]


@pytest.mark.rule("CH-8", "CH-9")
@pytest.mark.hazard("H4")
def test_in_summer_the_offset_is_summers_and_a_unit_without_hours_names_no_time(
    portal: httpx.Client, sqlcipher_world: World
) -> None:
    sqlcipher_world.clock.instant = at("2026-06-18", "18:00")
    assert ask(portal)["opens"]["at"] == "2026-06-22T08:00:00+02:00"
    never = units.make_unit("SE2321000016-BVC1", "BVC Åsen", "other", "mon-sun closed")
    units.put_unit(sqlcipher_world.system, operator(), never)
    said = ask(portal, unit=never.id)
    assert (said["opens"], said["read_at"], said["may_send"]) == (None, None, False)
    assert said["paragraphs"][0].startswith("Vi kan inte säga när vi öppnar igen.")


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"unit": "SE2321000016-NONE"}, 404, "no unit here"),
        ({"unit": ""}, 404, "no unit here"),
        ({"priority": "0"}, 400, "priority is one of none, 1, 2, 3, 4, 5"),
        ({"priority": "6"}, 400, "priority is"),
        ({"priority": ""}, 400, "priority is"),
        ({"priority": "hög"}, 400, "priority is"),
        ({"lang": "fi"}, 400, "lang is one of sv, en"),
        ({"suicide-risk": "ja"}, 400, "suicide-risk is"),
    ],
)
def test_a_question_that_is_none_is_said(portal: httpx.Client, asked: dict[str, str], status: int, said: str) -> None:
    refused = portal.get("/after-hours", params={"unit": UNIT, **asked})
    assert refused.status_code == status
    assert said in refused.json()["issue"][0]["diagnostics"]


def test_it_is_for_sources_alone_and_for_nobodys_cache(portal: httpx.Client) -> None:
    address = f"{portal.base_url}/after-hours?unit={UNIT}"
    assert httpx.get(address).status_code == 401
    assert portal.get(address).headers["cache-control"] == "no-store"
    assert portal.post(address).status_code == 405


@pytest.mark.rule("CH-8", "CH-9")
def test_who_sends_while_it_is_closed_hears_it_in_the_answer_and_reads_it_in_the_chat(world: World) -> None:
    world.clock.instant = FRIDAY
    with client(world.system) as portal:
        portal.post("/fhir/Patient", json=patient())
        done = portal.post("/fhir/Encounter", json=encounter(priority="2"))
        assert done.status_code == 201
        (issue,) = done.json()["issue"]
        assert (issue["severity"], issue["code"]) == ("information", "informational")
        assert issue["diagnostics"] == (
            "the unit is closed: the patient is referred to 112 and 1177, "
            "and this is read from 2026-11-30T08:00+01:00 on"
        )
        assert portal.post("/fhir/Encounter", json=encounter(priority="2")).json()["issue"] == [issue]
        portal.post("/fhir/Communication", json=message())
        (entry,) = portal.get("/fhir/Communication").json()["entry"]
    heard = entry["resource"]
    assert heard["category"] == [{"coding": [{"system": "urn:p24tui:message-kind", "code": "automatic"}]}]
    assert heard["sender"]["display"] == "Vårdcentralen Åsen"
    assert "måndag 30 november klockan 08.00" in heard["payload"][0]["contentString"]


def test_the_answer_in_the_documentation_is_the_real_one(portal: httpx.Client) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
    example = page.partition("## After hours")[2].partition("```json\n")[2].partition("```")[0]
    assert json.loads(example) == ask(portal, priority="3", lang="en")
