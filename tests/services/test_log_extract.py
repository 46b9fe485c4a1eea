"""What leaves the log: the patient's extract as text and PDF, and FHIR AuditEvents."""

import io
import json
import stat
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from p24tui.clock import local_date
from p24tui.routine.actor import Actor
from p24tui.services import cases, log_control, log_extract, queue
from p24tui.text import clean_line
from tests.controlling import NUMBERS, a_day_of_reading, log_rows, make_controller, number_of, read
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World

pytestmark = pytest.mark.rule("LO-2")

MONDAY = local_date(MONDAY_NINE)
NAMES = "Åsa Öhrn-Şahin Łőrincz Ђорђе Γιώργος <b>fet</b> **stark** [länk](https://exempel.se)"


def words_of(pdf: bytes) -> str:
    """All that stands in the document, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def taken_out(world: World) -> tuple[Actor, str]:
    """A patient who was seen in a list, and whose case was opened."""
    one = world.case(name="Karin Öberg")
    queue.open_list(world.system, world.actor("johan"))
    world.clock.advance(timedelta(minutes=5))
    cases.open_case(world.system, world.actor("maria"), one.id)
    world.clock.advance(timedelta(minutes=5))
    view = queue.open_list(world.system, world.actor("maria"))
    queue.find_text(world.system, world.actor("maria"), view, "hostat")
    return make_controller(world), number_of(world, one)


@pytest.mark.rule("LO-1")
def test_the_patient_gets_to_know_when_and_at_which_unit_and_not_who(world: World) -> None:
    eva, number = taken_out(world)
    extract = log_extract.extract(world.system, eva, number)
    said = log_extract.extract_text(extract)
    assert said.splitlines()[-4:] == [
        "2026-11-23 09.10    Vårdcentralen Åsen                      i en sökning",
        "2026-11-23 09.10    Vårdcentralen Åsen                      i en lista",
        "2026-11-23 09.05    Vårdcentralen Åsen                      ärendet",
        "2026-11-23 09.00    Vårdcentralen Åsen                      i en lista",
    ]
    assert number in said
    assert "Karin Öberg" in said
    everything = said + words_of(log_extract.extract_pdf(extract))
    assert not any(name in everything for _id, name, _profession in PEOPLE.values())
    (row,) = log_rows(world, "export")
    assert (row.staff_id, row.why, row.view) == (PEOPLE["eva"][0], "control", "patient")


def test_the_paper_has_every_name_and_reads_nothing_as_markup(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    eva, number = taken_out(world)
    with world.system.store.writing() as tx:
        tx.connection.execute(text("UPDATE patients SET name = :name"), {"name": f"{NAMES}\x1b[31m\u202e"})
    pdf = log_extract.extract_pdf(log_extract.extract(world.system, eva, number))
    assert clean_line(NAMES).replace(" ", "") in words_of(pdf).replace(" ", "")
    assert "2026-11-23 09.05 Vårdcentralen Åsen ärendet" in words_of(pdf)
    assert b"/URI" not in pdf
    assert b"/JavaScript" not in pdf


def test_a_long_extract_goes_over_pages_that_each_say_which_they_are(sqlcipher_world: World) -> None:
    world, one = sqlcipher_world, sqlcipher_world.case(name="Karin Öberg")
    eva, number = make_controller(world), number_of(world, one)
    for _number in range(90):
        read(world, "maria", one)
    pdf = log_extract.extract_pdf(log_extract.extract(world.system, eva, number))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 3
    assert all(f"Sida {place} av 3" in page for place, page in enumerate(pages, 1))
    assert sum(page.count("2026-11-23 09.00") for page in pages) == 90 + 1  # and when it was made
    assert all("Enhet" in page for page in pages)


@pytest.mark.rule("IM-2")
@pytest.mark.parametrize(("pdf", "begins"), [(True, b"%PDF-"), (False, b"Utdrag ur loggen\n")])
def test_an_extract_goes_into_the_temporary_storage(sqlcipher_world: World, pdf: bool, begins: bytes) -> None:
    eva, number = taken_out(sqlcipher_world)
    path = log_extract.extract_to_storage(sqlcipher_world.system, eva, number, pdf=pdf)
    assert path.parent == sqlcipher_world.system.settings.storage_folder
    assert path.read_bytes().startswith(begins)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def audited(world: World, who: Actor) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_extract.audit_events(world.system, who, MONDAY, MONDAY)]


def codes(of: Any) -> list[str]:
    """The codes of a CodeableConcept, or a Coding's own."""
    return [one["code"] for one in of.get("coding", [of])]


def check_patient_read(event: dict[str, Any]) -> None:
    """What IHE.BasicAudit.PatientRead demands of an AuditEvent, line by line of the profile."""
    assert event["resourceType"] == "AuditEvent"
    assert event["meta"]["profile"] == [
        "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
    ]
    assert (event["type"]["system"], event["type"]["code"]) == (
        "http://terminology.hl7.org/CodeSystem/audit-event-type",
        "rest",
    )
    read = {"system": "http://hl7.org/fhir/restful-interaction", "code": "read", "display": "read"}
    assert read in event["subtype"]
    assert (event["action"], event["outcome"]) == ("R", "0")
    assert event["recorded"].endswith("Z")
    agents = {code: one for one in event["agent"] for code in codes(one["type"])}
    assert set(agents) == {"110152", "110153", "IRCP"}
    for machine in ("110152", "110153"):
        assert agents[machine]["who"]
        assert agents[machine]["network"]["address"]
        assert agents[machine]["requestor"] is False
        assert "media" not in agents[machine]
    assert agents["IRCP"]["who"]
    assert agents["IRCP"]["requestor"] is True
    assert not {"network", "media"} & set(agents["IRCP"])
    assert event["source"]["observer"]
    entities = {one["type"]["code"]: one for one in event["entity"]}
    assert len(entities) == len(event["entity"]) == 2
    assert (entities["2"]["role"]["code"], entities["1"]["role"]["code"]) == ("4", "1")
    assert entities["2"]["what"]
    assert entities["1"]["what"]["type"] == "Patient"
    assert entities["1"]["what"]["identifier"]["value"]


def no_empty(of: Any) -> bool:
    """FHIR's JSON has no empty lists, objects or texts."""
    if isinstance(of, dict):
        return bool(of) and all(map(no_empty, of.values()))
    return bool(of) and all(map(no_empty, of)) if isinstance(of, list) else of != ""


def test_a_reading_as_an_audit_event(world: World) -> None:
    found = a_day_of_reading(world)
    eva = make_controller(world)
    number_of(world, found["glass"])
    events = audited(world, eva)
    assert len(events) == 10, "five patients in a list, and five that were opened"
    assert len({event["id"] for event in events}) == 10
    for event in events:
        check_patient_read(event)
        assert no_empty(event)
    glass = events[-1]
    client, _server, user = glass["agent"]
    assert client["network"] == {"address": "test", "type": "1"}
    assert user["who"] == {
        "type": "Practitioner",
        "identifier": {"system": "urn:oid:1.2.752.29.4.19", "value": PEOPLE["maria"][0]},
        "display": "Maria Lind",
    }
    assert codes(glass["purposeOfEvent"][0]) == ["BTG", "break-glass:7"]
    assert glass["source"]["observer"]["identifier"]["value"] == UNIT
    assert glass["recorded"] == "2026-11-23T08:05:00.000Z"
    assert glass["entity"][1]["what"]["identifier"] == {
        "system": "http://electronichealth.se/identifier/personnummer",
        "value": NUMBERS[0],
    }


def test_a_reading_of_nobody_is_a_read(sqlcipher_world: World) -> None:
    queue.open_list(sqlcipher_world.system, sqlcipher_world.actor("maria"))
    sqlcipher_world.clock.advance(timedelta(minutes=1))
    (event,) = audited(sqlcipher_world, make_controller(sqlcipher_world))
    assert event["meta"]["profile"][0].endswith("IHE.BasicAudit.Read")
    assert [one["type"]["code"] for one in event["entity"]] == ["2"]


@pytest.mark.rule("LO-1")
def test_the_export_is_logged_before_any_of_it_comes_and_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_extract, "AT_ONCE", 2)
    found = a_day_of_reading(world)
    world.clock.advance(timedelta(minutes=1))
    eva = make_controller(world)
    lines = log_extract.audit_events(world.system, eva, MONDAY, MONDAY)
    assert log_rows(world, "export") == []
    next(lines)
    (first,) = log_rows(world, "export")
    assert set(first.patients) == {case.patient_id for case in found.values()}
    assert len(list(lines)) == 9
    assert log_control.by_unit(world.system, eva, UNIT, MONDAY, MONDAY).lines[0].kind == "export"


def test_the_export_holds_no_more_than_the_controllers_units(world: World) -> None:
    world.second_unit("maria")
    read(world, "maria", world.case(unit_id=BERGA))
    world.clock.advance(timedelta(minutes=1))
    assert len(audited(world, make_controller(world))) == 1, "who read it acted at this unit"
    assert audited(world, make_controller(world, "johan", BERGA)) == []
