"""From a file on disk to the patient list, by the commands alone."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from p24tui.demo import content, fhir
from p24tui.gateways.system_user import system_user
from p24tui.services import cases
from p24tui.store.values import Author
from tests.acceptance.test_cli import run
from tests.world import UNIT, World

STORY = next(story for story in content.load(1).stories if story.kind == "triaged" and story.priority == 1)


@pytest.fixture
def unit(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A unit that the commands work on."""
    settings = world.system.settings
    for name, value in (("HOME", settings.home), ("DATABASE", settings.database), ("UNIT", UNIT)):
        monkeypatch.setenv(f"P24TUI_{name}", str(value))
    monkeypatch.setenv("P24TUI_LOGIN", "system-user")
    world.is_system_user("maria", system_user())
    return world


def contact(id: str, at: datetime) -> fhir.Resource:
    return fhir.contact(STORY, id, UNIT, at)


def loaded(*files: Path) -> tuple[int, dict[str, object]]:
    done = run("intake", "load", *map(str, files), "--json")
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.rule("CH-3", "NA-2", "NA-4")
def test_what_is_loaded_stands_in_the_list(unit: World, tmp_path: Path) -> None:
    file = tmp_path / "contact.json"
    file.write_text(json.dumps(contact("a", unit.clock.now())), encoding="utf-8")
    assert loaded(file) == (0, {"accepted": 4, "duplicates": 0, "rejected": []})
    (line,) = json.loads(run("cases", "--open", "--json").stdout)
    assert (line["patient"], line["matter"], line["priority"]) == (STORY.name, STORY.matter, 1)
    opened = cases.open_case(unit.system, unit.actor("maria"), line["id"])
    assert (opened.contact.e_id, opened.contact.way_in) == (STORY.e_id, STORY.way_in)
    written, *by_itself = opened.messages
    assert (written.author, written.text) == (Author.PATIENT, STORY.text)
    assert [one.author for one in by_itself] in ([], [Author.SYSTEM])  # at night it is answered at once
    assert [one.question for one in opened.answers] == [row.question for row in STORY.form]


def test_what_is_loaded_twice_is_stored_once(unit: World, tmp_path: Path) -> None:
    file = tmp_path / "contact.json"
    file.write_text(json.dumps(contact("a", unit.clock.now())), encoding="utf-8")
    loaded(file)
    assert loaded(file, file) == (0, {"accepted": 0, "duplicates": 8, "rejected": []})
    assert len(json.loads(run("cases", "--json").stdout)) == 1


def test_one_bad_file_stops_no_other(unit: World, tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good.ndjson", tmp_path / "bad.json", tmp_path / "none.json"
    entries = contact("a", unit.clock.now())["entry"]
    good.write_text("\n".join(json.dumps(one["resource"]) for one in entries), encoding="utf-8")
    bad.write_text('{"resourceType": "Patient"', encoding="utf-8")
    code, said = loaded(bad, none, good)
    assert (code, said["accepted"]) == (1, 4)
    rejected = said["rejected"]
    assert isinstance(rejected, list)
    assert [Path(one["source"]).name for one in rejected] == ["bad.json", "none.json"]
    assert all(set(one) == {"source", "path", "problem"} and one["problem"] for one in rejected)
    assert "bad.json" in run("intake", "quarantine").output or "file" in run("intake", "quarantine").output


@pytest.mark.hazard("H6")
def test_a_case_whose_priority_is_unusable_stands_on_top(unit: World, tmp_path: Path) -> None:
    broken = contact("broken", unit.clock.now())
    encounter = next(one["resource"] for one in broken["entry"] if one["resource"]["resourceType"] == "Encounter")
    encounter["priority"]["coding"][0]["code"] = "7"
    for name, bundle in (("broken", broken), ("right", contact("right", unit.clock.now()))):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(bundle), encoding="utf-8")
        assert loaded(file)[0] == 0
    assert [one["priority"] for one in json.loads(run("cases", "--open", "--json").stdout)] == [None, 1]


def test_a_token_lets_a_source_in_and_is_shown_once(unit: World) -> None:
    token = run("intake", "token", "1177").output.strip()
    assert len(token) >= 32
    listed = run("intake", "token", "--list").output
    assert "1177" in listed
    assert token not in listed
