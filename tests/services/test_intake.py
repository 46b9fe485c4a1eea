"""What is sent in, taken: once, in any order, at any hour, and with a reason where it is not."""

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.person_data import Person
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import CaseState, ContactKind, SuicideRisk
from p24tui.routine.handover import Consent, ConsentState, ConsentWay, Target
from p24tui.routine.protection import Protection
from p24tui.services import cases, chat, ending, handover, intake, patient_side, queue
from p24tui.services.intake import Outcome, Verdict
from p24tui.store import messages, people, tables
from p24tui.store.values import CaseRow, PatientRecord
from tests import samples, stored
from tests.samples import Json, bundle, contact, encounter, form, guardian, message, patient
from tests.world import BERGA, UNIT, World, make_world, noted

SOURCE = "portal"


class Told:
    """A person-data service that says what it was told to, and counts how often it is asked."""

    def __init__(self, **protections: Protection) -> None:
        self.protections = protections
        self.asked: list[str] = []
        self.away = False

    def look_up(self, number: str) -> Person:
        self.check()
        self.asked.append(number)
        return Person(number, "Någon", self.protections.get(f"n{number}", Protection.NONE))

    def check(self) -> None:
        if self.away:
            raise Unavailable("person-data", "away")


def told(world: World, **protections: Protection) -> Told:
    service = Told(**protections)
    world.system = replace(world.system, person_data=service)
    return service


def send(world: World, *resources: Json, type: str = "batch", source: str = SOURCE, urls: bool = False) -> Outcome:
    sent = resources[0] if len(resources) == 1 and not type else bundle(*resources, type=type, urls=urls)
    return intake.load(world.system, source, samples.body(sent))


def post(world: World, resource: Json, source: str = SOURCE) -> Outcome:
    return intake.load(world.system, source, samples.body(resource))


def problems(outcome: Outcome) -> list[str]:
    return [f"{one.path}: {one.problem}" for one in outcome.rejected]


def only_row(world: World) -> CaseRow:
    lines = queue.open_list(world.system, world.actor("maria"), ended=True).lines
    assert len(lines) == 1
    return world.row(lines[0].case.id)


def record(world: World, number: str = samples.MARIA[0]) -> PatientRecord:
    with world.system.store.reading() as tx:
        found = people.patient(tx, number=number)
    assert found is not None
    return found


def texts(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case_id)]


def operator() -> Actor:
    return Actor(None, "tekniker", None, UNIT, "cli:test")


@pytest.mark.rule("CH-1", "CH-3")
def test_a_contact_becomes_a_case_with_all_that_came_along(world: World) -> None:
    told(world)
    outcome = send(world, *contact(), type="transaction")
    assert (outcome.accepted, outcome.duplicates, outcome.rejected) == (4, 0, ())
    row = only_row(world)
    case = row.case
    assert (row.patient.name, row.patient.number) == (samples.MARIA[1], samples.MARIA[0])
    assert (case.kind, case.priority, case.matter, case.state) == (ContactKind.TRIAGED, 3, "Hosta", CaseState.NEW)
    assert (case.unread, case.unread_free_text, case.has_form) == (1, 1, True)
    assert case.waiting_since == datetime(2026, 11, 23, 7, 40, tzinfo=UTC)
    assert texts(world, case.id) == ["Hej, jag hostar."]
    opened = cases.open_case(world.system, world.actor("maria"), case.id)
    assert [one.answer for one in opened.answers] == ["Ja", "Det gör ont"]
    assert [event.kind for event in opened.events][:3] == ["case.received", "form.received", "message.received"]


def test_the_contact_in_the_documentation_is_taken(world: World) -> None:
    told(world)
    page = (Path(__file__).resolve().parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    outcome = intake.load(world.system, SOURCE, example.encode())
    assert (outcome.accepted, outcome.rejected, outcome.notes) == (3, (), ())
    row = only_row(world)
    assert (row.case.priority, row.patient.mobile) == (2, "+46701740607")
    opened = cases.open_case(world.system, world.actor("maria"), row.case.id)
    assert (opened.contact.e_id, opened.contact.way_in) == ("bankid", "1177")


@pytest.mark.rule("NA-2", "NA-4")
def test_e_id_and_way_in_are_kept_with_the_contact(world: World) -> None:
    told(world)
    extension = [
        {"url": "urn:p24tui:e-id", "valueCode": "freja"},
        {"url": "urn:p24tui:e-id-at", "valueDateTime": "2026-11-23T07:31:00Z"},
        {"url": "urn:p24tui:way-in", "valueCode": "region"},
    ]
    send(world, patient(), encounter(extension=extension))
    kept = cases.open_case(world.system, world.actor("maria"), only_row(world).case.id).contact
    assert (kept.e_id, kept.way_in, kept.source) == ("freja", "region", SOURCE)
    assert kept.e_id_at == datetime(2026, 11, 23, 7, 31, tzinfo=UTC)


@pytest.mark.hazard("H24")
def test_sent_twice_is_stored_once_and_says_so(world: World) -> None:
    told(world)
    sent = contact()
    send(world, *sent)
    before = stored.everything(world)
    world.clock.advance(timedelta(minutes=5))
    for again in (send(world, *sent), send(world, *reversed(sent)), *(post(world, one) for one in sent)):
        assert again.accepted == 0
        assert again.rejected == ()
    assert send(world, *sent, urls=True).duplicates == 4
    assert stored.everything(world) == before


@pytest.mark.hazard("H6")
@pytest.mark.parametrize("type", ["batch", "transaction"])
def test_the_order_of_a_bundle_means_nothing(tmp_path: Path, type: str) -> None:
    mobile = {"system": "phone", "use": "mobile", "value": "070-174 06 07"}
    sent = [
        *contact(0),
        guardian("g", "p0"),
        message("m9", "e0", "Ett till", "RelatedPerson/g"),
        encounter("e1", "p1", priority="9", kind=None),
        form("q1", "e1"),
        patient("p1", samples.MARIA, telecom=[mobile]),  # the same person once more
        patient("p1", samples.MARIA, name=[{"text": "Maria Nygift"}]),  # and again, under the same id
        message("refused", "nowhere") if type == "batch" else message("m8", "e0", "Tre", "Patient/p0"),
    ]
    rolls = random.Random(7)
    seen = []
    for turn in range(5):
        with make_world(tmp_path / str(turn)) as world:
            send(world, *sent, type=type)
            seen.append(stored.everything(world))
        rolls.shuffle(sent)
    assert [len(seen[0][name]) for name in ("patients", "cases", "guardians", "form_answers")] == [1, 2, 1, 4]
    assert all(one == seen[0] for one in seen)


@pytest.mark.hazard("H6")
def test_every_order_of_arrival_gives_one_result(world: World) -> None:
    told(world)
    sent = [patient(), encounter(priority=None, kind=None), form(), message()]
    results = []
    for number, order in enumerate(itertools.permutations(sent)):
        source = f"s{number}"
        for resource in order:
            post(world, resource, source)
        assert not [one for one in intake.unsettled(world.system) if one.source == source]
        case = next(row for row in stored.rows(world, tables.cases) if row["source"] == source)
        results.append(
            {name: case[name] for name in ("kind", "priority", "unread", "unread_free_text", "waiting_since")}
        )
    assert all(one == results[0] for one in results)
    assert results[0]["kind"] == ContactKind.TRIAGED


def test_references_in_every_form_find_their_way(world: World) -> None:
    told(world)
    entries: list[Json] = [
        {"fullUrl": "urn:uuid:1", "resource": {**patient(), "id": None}},
        {
            "fullUrl": "https://portal.example/fhir/Encounter/77",
            "resource": {**encounter(identifier=[{"system": "urn:portal", "value": "K-7"}]), "id": None},
        },
        {"fullUrl": "urn:uuid:3", "resource": {**message(), "id": "m"}},
        {
            "fullUrl": "urn:uuid:4",
            "resource": {
                "resourceType": "Organization",
                "identifier": [{"system": samples.HSA_ID, "value": UNIT}],
            },
        },
    ]
    entries[1]["resource"]["subject"] = {"reference": "urn:uuid:1"}
    entries[1]["resource"]["serviceProvider"] = {"reference": "urn:uuid:4"}
    entries[2]["resource"]["encounter"] = {"reference": "https://portal.example/fhir/Encounter/77"}
    entries[2]["resource"]["sender"] = {"reference": "urn:uuid:1"}
    body = samples.body({"resourceType": "Bundle", "type": "transaction", "entry": entries[::-1]})
    outcome = intake.load(world.system, SOURCE, body)
    assert problems(outcome) == []
    assert outcome.accepted == 3
    later = message("m2", text="Senare", sender="")
    later["encounter"] = {"identifier": {"system": "urn:portal", "value": "K-7"}}
    later["sender"] = {"identifier": {"system": samples.PERSONNUMMER, "value": "19610118-2803"}}
    assert post(world, later).accepted == 1
    assert only_row(world).case.unread == 2


def test_two_entries_of_one_name_are_not_mixed_up(world: World) -> None:
    told(world)
    one, other = patient("a"), patient("b", samples.KATJA)
    entries = [{"fullUrl": "urn:uuid:1", "resource": sent} for sent in (one, other)]
    case = encounter(subject={"reference": "urn:uuid:1"})
    entries.append({"fullUrl": "urn:uuid:2", "resource": case})
    outcome = intake.load(
        world.system, SOURCE, samples.body({"resourceType": "Bundle", "type": "batch", "entry": entries})
    )
    assert outcome.accepted == 2
    assert "may mean any of 2" in problems(outcome)[0]


def test_what_comes_before_what_it_refers_to_waits_and_is_taken_then(world: World) -> None:
    told(world)
    early = post(world, message())
    assert problems(early) == [
        "Communication.encounter: Encounter/e has not been received from this source; this is taken when it comes"
    ]
    assert problems(post(world, encounter())) == [
        "Encounter.subject: Patient/p has not been received from this source; this is taken when it comes"
    ]
    assert len(intake.unsettled(world.system)) == 2
    outcome = post(world, patient())
    assert (outcome.accepted, outcome.released) == (1, 2)
    assert intake.unsettled(world.system) == []
    assert only_row(world).case.unread == 1
    settled = intake.unsettled(world.system, settled=True)
    assert {one.settled_by for one in settled} == {"intake"}


def test_what_was_refused_in_a_bundle_can_be_tried_again_by_itself(world: World) -> None:
    told(world)
    elsewhere = "SE2321000016-NYAS"
    sent = contact()
    for one in sent:
        one["id"] = None
    sent[1]["subject"] = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}
    sent[1]["serviceProvider"] = {"reference": f"Organization/{elsewhere}"}
    for one in sent[2:]:
        one["encounter"] = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"}
    sent[3]["sender"] = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}
    outcome = send(world, *sent, urls=True)
    assert outcome.accepted == 1
    assert problems(outcome)[0] == (
        f"Bundle.entry[1].resource.serviceProvider: no unit here has the HSA-id {elsewhere}"
    )
    from p24tui.services import units

    units.put_unit(world.system, operator(), units.make_unit(elsewhere, "Nya Åsen", "primary-care"))
    again = intake.retry(world.system)
    assert sum(one.accepted + one.released for one in again) == 3
    assert intake.unsettled(world.system) == []
    assert len(stored.rows(world, tables.messages)) == 1


def test_a_retry_never_overwrites_what_came_later(world: World) -> None:
    told(world)
    send(world, patient(), encounter(serviceProvider={"reference": "Organization/SE2321000016-NONE"}))
    world.clock.advance(timedelta(minutes=1))
    post(world, patient(name=[{"text": "Maria Nygift"}]))
    intake.retry(world.system)
    assert record(world).patient.name == "Maria Nygift"


def test_all_or_nothing_takes_nothing_where_one_is_refused(world: World) -> None:
    told(world)
    sent = [*contact(), patient("x", identifier=[{"system": samples.PERSONNUMMER, "value": "196101182804"}])]
    outcome = send(world, *sent, type="transaction")
    assert (outcome.accepted, outcome.duplicates) == (0, 0)
    assert [one.path for one in outcome.rejected] == ["Bundle.entry[4].resource.identifier[0].value"]
    assert stored.rows(world, tables.patients) == []
    assert len(intake.unsettled(world.system)) == 1
    assert send(world, *sent[:4], type="transaction").accepted == 4


def test_a_transaction_that_fails_while_it_is_written_leaves_nothing(world: World) -> None:
    told(world)
    sent = [*contact(), message("late", "unknown", sender="Patient/p0")]
    outcome = send(world, *sent, type="transaction")
    assert outcome.accepted == 0
    assert stored.rows(world, tables.patients) == []
    assert len(outcome.rejected) == 1
    world.clock.advance(timedelta(minutes=1))
    outcome = send(world, patient("p0"), encounter("unknown", "p0"))
    assert (outcome.accepted, outcome.released) == (2, 4)


def test_a_batch_takes_what_it_can(world: World) -> None:
    told(world)
    sent = [*contact(0), patient("x", identifier=[]), {"resourceType": "Appointment"}, *contact(1, samples.KATJA)]
    outcome = send(world, *sent)
    assert outcome.accepted == 8
    assert [one.path for one in outcome.rejected] == ["Bundle.entry[4].resource.identifier", "Bundle.entry[5].resource"]
    assert [one.verdict for one in outcome.results][4:6] == [Verdict.REFUSED, Verdict.REFUSED]


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "GET"])
def test_only_what_adds_is_done(world: World, method: str) -> None:
    told(world)
    sent = bundle(patient())
    sent["entry"][0]["request"] = {"method": method, "url": "Patient/p"}
    assert "only POST and PUT" in problems(intake.load(world.system, SOURCE, samples.body(sent)))[0]


def test_lines_are_taken_each_by_itself(world: World) -> None:
    told(world)
    body = samples.lines(*contact()[::-1]) + b'\n{"resourceType":'
    outcome = intake.load(world.system, SOURCE, body, name="fil.ndjson")
    assert outcome.accepted == 4
    assert [(one.source, one.path) for one in outcome.rejected] == [("fil.ndjson:5", "")]


def test_a_later_line_is_the_newer_one(world: World) -> None:
    told(world)
    body = samples.lines(patient(name=[{"text": "Maria Ett"}]), patient(name=[{"text": "Maria Två"}]))
    outcome = intake.load(world.system, SOURCE, body)
    assert [one.verdict for one in outcome.results] == [Verdict.CREATED, Verdict.UPDATED]
    assert record(world).patient.name == "Maria Två"


class TestNewContent:
    def test_a_patient_is_updated(self, world: World) -> None:
        told(world)
        send(world, *contact())
        outcome = post(world, patient("p0", name=[{"text": "Maria Nygift"}]))
        assert outcome.results[0].verdict is Verdict.UPDATED
        row = only_row(world)
        assert row.patient.name == "Maria Nygift"
        assert world.event_kinds(row.case.id)[-1] == "patient.updated"

    def test_what_we_do_not_keep_is_nothing_new(self, world: World) -> None:
        told(world)
        post(world, patient())
        again = post(world, patient(address=[{"city": "Åsen"}], meta={"lastUpdated": "2026-11-23T09:00:00Z"}))
        assert again.duplicates == 1

    def test_one_person_is_one_patient_whoever_sends_them(self, world: World) -> None:
        told(world)
        post(world, patient("a"), "portal")
        post(world, patient("b"), "app")
        post(world, patient("c", identifier=[{"system": samples.PERSONNUMMER, "value": "610118-2803"}]), "app")
        assert len(stored.rows(world, tables.patients)) == 1

    def test_another_person_under_the_same_id_is_refused(self, world: World) -> None:
        told(world)
        send(world, *contact())
        assert "another identity number" in problems(post(world, patient("p0", samples.KATJA)))[0]
        assert only_row(world).patient.name == samples.MARIA[1]

    @pytest.mark.hazard("H6")
    def test_a_priority_that_comes_late_is_taken(self, world: World) -> None:
        told(world)
        send(world, patient(), encounter(priority="9"))
        assert only_row(world).case.priority is None
        assert post(world, encounter(priority="2")).results[0].verdict is Verdict.UPDATED
        case = only_row(world).case
        assert (case.priority, case.kind) == (2, ContactKind.TRIAGED)
        post(world, encounter(priority="hög"))
        post(world, encounter(priority=None))
        assert only_row(world).case.priority == 2
        assert world.event_kinds(case.id).count("case.updated") == 1

    def test_news_of_a_case_leave_owner_and_state_to_staff(self, world: World) -> None:
        told(world)
        send(world, *contact())
        maria = world.actor("maria")
        case = only_row(world).case
        chat.claim(world.system, maria, case.id, case.version)
        post(world, encounter("e0", "p0", reasonCode=[{"text": "Hosta och feber"}]))
        after = only_row(world).case
        assert (after.matter, after.owner_id, after.state) == ("Hosta och feber", maria.staff_id, CaseState.ONGOING)

    @pytest.mark.parametrize(
        "bent", [{"of": "other"}, {"serviceProvider": {"reference": "Organization/SE2321000016-BVC1"}}]
    )
    @pytest.mark.hazard("H15")
    def test_a_case_never_moves_to_another_patient_or_unit(self, world: World, bent: dict[str, Any]) -> None:
        from p24tui.services import units

        told(world)
        units.put_unit(world.system, operator(), units.make_unit("SE2321000016-BVC1", "BVC", "other"))
        send(world, patient(), patient("other", samples.KATJA), encounter())
        assert "the same Encounter came earlier for another" in problems(post(world, encounter(**bent)))[0]

    @pytest.mark.parametrize("sent", [message(text="Ändrat"), form(item=[])])
    def test_what_was_written_is_a_record(self, world: World, sent: Json) -> None:
        told(world)
        send(world, patient(), encounter(), message(), form())
        before = stored.everything(world)
        assert "is a record" in problems(post(world, sent))[0]
        assert stored.everything(world) == before
        assert len(intake.unsettled(world.system)) == 1

    def test_an_e_id_that_is_told_late_is_kept(self, world: World) -> None:
        told(world)
        send(world, patient(), encounter())
        post(world, encounter(extension=[{"url": "urn:p24tui:e-id", "valueCode": "bankid"}]))
        opened = cases.open_case(world.system, world.actor("maria"), only_row(world).case.id)
        assert opened.contact.e_id == "bankid"


class TestKindAndPriority:
    @pytest.mark.rule("CH-10", "CH-4")
    @pytest.mark.hazard("H6")
    @pytest.mark.parametrize(
        ("priority", "kind", "with_form", "expected"),
        [
            ("2", None, False, (ContactKind.TRIAGED, 2)),
            (None, None, False, (ContactKind.MESSAGE, None)),
            (None, None, True, (ContactKind.TRIAGED, None)),
            (None, "triaged", False, (ContactKind.TRIAGED, None)),
            (None, "message", True, (ContactKind.MESSAGE, None)),
            ("7", "message", False, (ContactKind.TRIAGED, None)),
            ("7", "video", False, (ContactKind.TRIAGED, None)),
            (None, "video", False, (ContactKind.VIDEO, None)),
            ("4", "phone", False, (ContactKind.TRIAGED, 4)),
        ],
    )
    def test_what_a_case_is(
        self, sqlcipher_world: World, priority: str | None, kind: str | None, with_form: bool, expected: object
    ) -> None:
        world = sqlcipher_world
        sent = [patient(), encounter(priority=priority, kind=kind)] + ([form()] if with_form else [])
        send(world, *sent)
        case = only_row(world).case
        assert (case.kind, case.priority) == expected

    @pytest.mark.hazard("H6")
    def test_a_priority_that_cannot_be_read_is_said_and_recorded(self, world: World) -> None:
        told(world)
        outcome = send(world, patient(), encounter(priority="7"), type="transaction")
        assert outcome.rejected == ()
        assert [one.path for one in outcome.notes] == ["Bundle.entry[1].resource.priority.coding[0].code"]
        case = only_row(world).case
        opened = cases.open_case(world.system, world.actor("maria"), case.id)
        assert "Encounter.priority.coding[0].code" in opened.events[0].details["issues"][0]

    @pytest.mark.rule("SU-2", "SU-9")
    @pytest.mark.hazard("H7")
    def test_suicide_risk_awaits_and_opens_what_has_ended(self, world: World) -> None:
        told(world)
        at_risk = [{"url": "urn:p24tui:suicide-risk", "valueBoolean": True}]
        send(world, patient(), encounter())
        maria = world.actor("maria")
        case = only_row(world).case
        chat.claim(world.system, maria, case.id, case.version)
        noted(world.system, maria, case.id)
        first = ending.request_end(world.system, maria, case.id, only_row(world).case.version)
        ending.confirm_end(world.system, maria, case.id, first.version)
        post(world, encounter(extension=at_risk))
        after = only_row(world).case
        assert (after.suicide, after.state, after.owner_id) == (SuicideRisk.AWAITING, CaseState.ANSWERED, None)
        post(world, encounter(extension=[], reasonCode=[{"text": "Annat"}]))
        assert only_row(world).case.suicide is SuicideRisk.AWAITING


class TestWaiting:
    @pytest.mark.parametrize(
        ("start", "sent", "waits"),
        [
            ("2026-11-23T07:00:00Z", "2026-11-23T07:30:00Z", 60),
            ("2026-11-23T07:30:00Z", "2026-11-23T07:00:00Z", 60),
            ("2026-11-24T07:00:00Z", "2027-01-01T07:00:00Z", 0),
            ("trams", "trams", 0),
        ],
    )
    def test_it_starts_at_the_earliest_and_never_ahead(
        self, sqlcipher_world: World, start: str, sent: str, waits: int
    ) -> None:
        world = sqlcipher_world
        send(world, patient(), encounter(period={"start": start}), message(sent=sent))
        waiting_since = only_row(world).case.waiting_since
        assert waiting_since == world.clock.now() - timedelta(minutes=waits)

    @pytest.mark.rule("CH-1", "CH-9")
    @pytest.mark.hazard("H4")
    @pytest.mark.parametrize("priority", ["1", "5", None])
    def test_it_is_taken_at_any_hour(self, world: World, priority: str | None) -> None:
        told(world)
        for number, at in enumerate(("2026-12-25T01:00:00Z", "2026-11-28T23:30:00Z", "2026-11-23T08:00:00Z")):
            world.clock.instant = datetime.fromisoformat(at)
            assert send(world, *contact(number, priority=priority), type="transaction").accepted >= 3
        assert len(queue.open_list(world.system, world.actor("maria")).lines) == 3

    @pytest.mark.rule("CH-6")
    @pytest.mark.hazard("H10")
    def test_a_message_opens_the_ended_case(self, world: World) -> None:
        told(world)
        send(world, *contact())
        maria = world.actor("maria")
        case = only_row(world).case
        chat.claim(world.system, maria, case.id, case.version)
        cases.open_case(world.system, maria, case.id)
        cases.read_free_text(world.system, maria, case.id)
        chat.answer(world.system, maria, case.id, only_row(world).case.version, "Hur mår du?", fresh_id())
        noted(world.system, maria, case.id)
        first = ending.request_end(world.system, maria, case.id, only_row(world).case.version)
        ending.confirm_end(world.system, maria, case.id, first.version)
        assert post(world, message("m2", "e0", "Sämre", "Patient/p0")).accepted == 1
        after = only_row(world).case
        assert (after.state, after.owner_id, after.unread) == (CaseState.ANSWERED, None, 1)

    def test_a_form_in_a_case_under_way_is_news(self, world: World) -> None:
        told(world)
        send(world, patient(), encounter(), message())
        maria = world.actor("maria")
        case = only_row(world).case
        chat.claim(world.system, maria, case.id, case.version)
        cases.open_case(world.system, maria, case.id)
        chat.answer(world.system, maria, case.id, only_row(world).case.version, "Fyll i detta", fresh_id())
        post(world, form())
        after = only_row(world).case
        assert (after.state, after.unread, after.unread_free_text) == (CaseState.ANSWERED, 1, 1)


class TestWhoWrites:
    def test_a_guardian_writes_for_the_child(self, world: World) -> None:
        told(world)
        send(world, patient(), guardian(), encounter(), message(sender="RelatedPerson/g"))
        assert stored.rows(world, tables.messages)[0]["author_name"] == samples.ALBERTINA[1]

    @pytest.mark.hazard("H6")
    def test_words_from_somebody_related_but_unknown_are_not_kept_waiting(self, world: World) -> None:
        told(world)
        outcome = send(world, patient(), encounter(), message(sender="RelatedPerson/okänd"))
        assert outcome.accepted == 3
        assert stored.rows(world, tables.messages)[0]["author_name"] == "Närstående"
        assert outcome.notes

    @pytest.mark.hazard("H15", "H21")
    @pytest.mark.parametrize("sender", ["Patient/other", "RelatedPerson/g"])
    def test_nobody_writes_in_another_patients_case(self, world: World, sender: str) -> None:
        told(world)
        other = patient("other", samples.KATJA)
        outcome = send(world, patient(), other, guardian(of="other"), encounter(), message(sender=sender))
        assert "another patient" in problems(outcome)[0]
        assert stored.rows(world, tables.messages) == []

    @pytest.mark.hazard("H15")
    def test_a_subject_that_is_another_patient_is_refused(self, world: World) -> None:
        told(world)
        other = patient("other", samples.KATJA)
        bent: Json = {"subject": {"reference": "Patient/other"}}
        outcome = send(world, patient(), other, encounter(), message(**bent), form(**bent))
        assert [one.path.rpartition(".")[2] for one in outcome.rejected] == ["subject", "subject"]

    def test_another_sources_case_is_not_there(self, world: World) -> None:
        told(world)
        send(world, *contact(), source="portal")
        outcome = post(world, message("m5", "e0", sender="Patient/p0"), "other")
        assert "has not been received from this source" in problems(outcome)[0]


class TestAttachments:
    def test_they_are_stored_with_their_message(self, world: World) -> None:
        told(world)
        payload = [{"contentString": "Se bild"}, {"contentAttachment": samples.file(b"\x00\xff" * 500)}]
        send(world, patient(), encounter(), message(payload=payload))
        (kept,) = stored.rows(world, tables.attachments)
        assert (kept["size"], kept["title"], kept["data"]) == (1000, "utslag.jpg", b"\x00\xff" * 500)

    @pytest.mark.hazard("H6")
    def test_one_that_cannot_be_taken_is_said_to_everybody(self, world: World) -> None:
        told(world)
        payload = [{"contentString": "Se bild"}, {"contentAttachment": {"url": "https://example.org/x.jpg"}}]
        outcome = send(world, patient(), encounter(), message(payload=payload))
        assert outcome.accepted == 3
        assert [one.path for one in outcome.rejected] == ["Bundle.entry[2].resource.payload[1].contentAttachment.url"]
        assert texts(world, only_row(world).case.id) == [
            "Se bild",
            "En bilaga kunde inte tas emot. Skicka den gärna en gång till.",
        ]
        assert len(intake.unsettled(world.system)) == 1
        page = patient_side.answers(world.system, SOURCE)
        assert [answer.text for _cursor, answer in page.answers] == [
            "En bilaga kunde inte tas emot. Skicka den gärna en gång till."
        ]
        again = send(world, patient(), encounter(), message(payload=payload))
        assert (again.accepted, again.duplicates, len(again.rejected)) == (0, 3, 1)


class TestProtection:
    @pytest.mark.rule("PR-1", "PR-2")
    @pytest.mark.hazard("H1", "H2")
    @pytest.mark.parametrize(
        ("flag", "looked_up", "protection"),
        [
            (None, Protection.NONE, Protection.NONE),
            (None, Protection.MARKED, Protection.MARKED),
            ("sekretessmarkering", Protection.NONE, Protection.MARKED),
            ("sekretessmarkering", Protection.POPULATION, Protection.POPULATION),
            ("sekretessmarkering", None, Protection.MARKED),
            (None, None, Protection.UNKNOWN),
        ],
    )
    def test_the_strictest_of_flag_and_look_up_counts(
        self, sqlcipher_world: World, flag: str | None, looked_up: Protection | None, protection: Protection
    ) -> None:
        world = sqlcipher_world
        service = told(world, **{f"n{samples.MARIA[0]}": looked_up or Protection.NONE})
        service.away = looked_up is None
        meta = {"security": [{"system": samples.LABEL, "code": flag}]} if flag else {}
        post(world, patient(meta=meta))
        found = record(world)
        assert found.patient.protection is protection
        assert (found.checked_at is None) == (looked_up is None)

    @pytest.mark.rule("PR-1")
    @pytest.mark.hazard("H2")
    def test_a_known_protection_outlives_a_service_that_is_silent(self, world: World) -> None:
        service = told(world, **{f"n{samples.MARIA[0]}": Protection.POPULATION})
        post(world, patient())
        service.away = True
        post(world, patient(name=[{"text": "Ny"}]))
        assert record(world).patient.protection is Protection.POPULATION

    @pytest.mark.rule("PR-1")
    @pytest.mark.hazard("H2")
    def test_each_new_case_is_looked_up_anew(self, world: World) -> None:
        service = told(world)
        send(world, *contact())
        service.protections[f"n{samples.MARIA[0]}"] = Protection.MARKED
        post(world, encounter("e2", "p0"))
        line = queue.open_list(world.system, world.actor("maria")).lines[0]
        assert line.patient.protected
        assert line.patient.name == ""

    @pytest.mark.rule("PR-1")
    @pytest.mark.hazard("H2")
    def test_a_patient_who_writes_after_a_day_is_looked_up_anew(self, world: World) -> None:
        service = told(world)
        send(world, *contact())
        asked = len(service.asked)
        post(world, message("m2", "e0", sender="Patient/p0"))
        assert len(service.asked) == asked
        world.clock.advance(timedelta(days=1))
        service.protections[f"n{samples.MARIA[0]}"] = Protection.MARKED
        post(world, message("m3", "e0", sender="Patient/p0"))
        assert record(world).patient.protection is Protection.MARKED
        assert "patient.updated" in world.event_kinds(only_row(world).case.id)

    @pytest.mark.rule("PR-1")
    def test_a_flag_is_not_taken_away_by_another_source(self, world: World) -> None:
        told(world)
        flagged = {"security": [{"code": "sekretessmarkering"}]}
        post(world, patient(meta=flagged), "a")
        post(world, patient(name=[{"text": "Annan"}]), "b")
        assert record(world).patient.protection is Protection.MARKED
        post(world, patient("q", samples.KATJA, meta=flagged), "a")
        post(world, patient("q", samples.KATJA), "a")
        assert record(world, samples.KATJA[0]).patient.protection is Protection.NONE

    @pytest.mark.rule("PR-1")
    def test_a_label_on_the_case_counts_too(self, world: World) -> None:
        told(world)
        send(world, patient(), encounter(meta={"security": [{"code": "skyddadFolkbokforing"}]}))
        assert record(world).patient.protection is Protection.POPULATION

    @pytest.mark.rule("PR-1")
    def test_a_guardian_who_is_protected_has_neither_name_nor_number(self, world: World) -> None:
        service = told(world)
        send(world, patient(), guardian(), encounter(), message(sender="RelatedPerson/g"))
        service.protections[f"n{samples.ALBERTINA[0]}"] = Protection.MARKED
        post(world, guardian(relationship=[{"text": "mamma"}]))
        (kept,) = stored.rows(world, tables.guardians)
        assert kept["name"] == "Skyddad person"
        assert samples.ALBERTINA[0] not in str(kept)
        post(world, message("m2", sender="RelatedPerson/g"))
        assert {one["author_name"] for one in stored.rows(world, tables.messages)} == {
            samples.ALBERTINA[1],
            "Skyddad person",
        }

    def test_everybody_is_asked_about_once_in_a_parcel(self, world: World) -> None:
        service = told(world)
        send(world, *contact(0), *contact(1), encounter("e7", "p0"))
        assert service.asked == [samples.MARIA[0]]


class TestQuarantine:
    def test_everything_refused_is_kept_byte_for_byte(self, world: World) -> None:
        body = b'  {"resourceType": "Appointment",\n "start": "nu"}'
        intake.load(world.system, SOURCE, body)
        intake.load(world.system, SOURCE, body)
        (one,) = intake.unsettled(world.system)
        kept = intake.look_at(world.system, operator(), one.id[:8])
        assert kept.body == body.strip()
        read = stored.rows(world, tables.read_log)
        assert [(row["kind"], row["view"], row["actor"], row["why"]) for row in read] == [
            ("quarantine", one.id, "tekniker", "operation")  # who looks after the intake cares for nobody
        ]

    def test_it_is_settled_by_a_name_and_kept(self, world: World) -> None:
        post(world, {"resourceType": "Appointment"})
        (one,) = intake.unsettled(world.system)
        intake.settle(world.system, operator(), one.id)
        assert intake.unsettled(world.system) == []
        (kept,) = intake.unsettled(world.system, settled=True)
        assert kept.settled_by == "tekniker"
        with pytest.raises(BadInput, match="quarantine-settled"):
            intake.settle(world.system, operator(), one.id)
        post(world, {"resourceType": "Appointment"})
        assert len(intake.unsettled(world.system)) == 1

    @pytest.mark.parametrize("typed", ["", "zzzz", " "])
    def test_an_id_that_is_none_is_said(self, world: World, typed: str) -> None:
        for act in (intake.settle, intake.look_at):
            with pytest.raises(BadInput, match="quarantined"):
                act(world.system, operator(), typed)

    def test_what_is_sent_again_and_taken_is_settled(self, world: World) -> None:
        told(world)
        post(world, message())
        send(world, patient(), encounter(), message())
        assert intake.unsettled(world.system) == []
        assert only_row(world).case.unread == 1

    def test_a_fault_of_ours_costs_one_resource(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        told(world)

        def fail(*args: object) -> None:
            raise KeyError("Maria")

        monkeypatch.setattr("p24tui.services.intake.writings._with_form", fail)
        outcome = send(world, *contact())
        assert outcome.accepted == 3
        assert problems(outcome) == ["Bundle.entry[2].resource: could not be taken because of a fault here (KeyError)"]
        assert stored.rows(world, tables.form_answers) == []
        monkeypatch.undo()
        assert sum(one.accepted for one in intake.retry(world.system)) == 1


@pytest.mark.hazard("H24")
def test_nothing_is_acknowledged_without_the_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise Unavailable("database", "full")

    monkeypatch.setattr(type(world.system.store), "writing", away)
    for sent in (contact()[0], {"resourceType": "Appointment"}):
        with pytest.raises(Unavailable):
            post(world, sent)
    with pytest.raises(Unavailable):
        intake.load(world.system, SOURCE, b"trams")


class TestSources:
    def test_a_token_is_shown_once_and_only_its_hash_is_kept(self, world: World) -> None:
        token = intake.make_token(world.system, SOURCE)
        assert intake.source_of(world.system, token) == SOURCE
        assert token not in str(stored.rows(world, tables.sources))
        assert intake.source_of(world.system, token + "x") is None
        renewed = intake.make_token(world.system, SOURCE)
        assert intake.source_of(world.system, token) is None
        intake.revoke(world.system, SOURCE)
        assert intake.source_of(world.system, renewed) is None
        assert [(name, active) for name, _at, active in intake.all_sources(world.system)] == [(SOURCE, False)]

    def test_names_that_are_none_are_said(self, world: World) -> None:
        for name in ("", "Portal", "a b", "å", "x" * 65):
            with pytest.raises(BadInput, match="source-name"):
                intake.make_token(world.system, name)
            with pytest.raises(BadInput, match="source-name"):
                intake.load(world.system, name, b"{}")
        with pytest.raises(BadInput, match="no-source"):
            intake.revoke(world.system, "ingen")


class TestReadingBack:
    def answered(self, world: World, count: int = 3, number: int = 0) -> str:
        send(world, *contact(number))
        maria = world.actor("maria")
        case = next(line.case for line in queue.open_list(world.system, maria).lines if line.case.owner_id is None)
        version = chat.claim(world.system, maria, case.id, case.version).version
        for turn in range(count):
            version = chat.answer(world.system, maria, case.id, version, f"Svar {turn}", fresh_id()).version
        return case.id

    def test_staffs_messages_come_in_order_page_by_page(self, world: World) -> None:
        told(world)
        self.answered(world)
        first = patient_side.answers(world.system, SOURCE, limit=2)
        assert ([answer.text for _cursor, answer in first.answers], first.full) == (["Svar 0", "Svar 1"], True)
        second = patient_side.answers(world.system, SOURCE, first.after, limit=2)
        assert [answer.text for _cursor, answer in second.answers] == ["Svar 2"]
        last = patient_side.answers(world.system, SOURCE, second.after)
        assert (last.answers, last.after) == ((), second.after)
        assert first.answers[0][1].author == "Maria Lind"
        assert "Encounter/e0" in first.answers[0][1].case_names

    def test_one_case_alone_and_no_other_source(self, world: World) -> None:
        told(world)
        self.answered(world, 1, 0)
        self.answered(world, 1, 1)
        for name in ("e1", "Encounter/e1"):
            assert len(patient_side.answers(world.system, SOURCE, case=name).answers) == 1
        assert patient_side.answers(world.system, "other").answers == ()
        with pytest.raises(BadInput, match="no-case"):
            patient_side.answers(world.system, "other", case="e1")

    @pytest.mark.parametrize("cursor", ["x", "!!!", "MS4", "LTEuMg", "MS4y" * 90])
    def test_a_cursor_that_is_none_is_said(self, world: World, cursor: str) -> None:
        with pytest.raises(BadInput, match="cursor"):
            patient_side.answers(world.system, SOURCE, cursor)


@pytest.mark.rule("CH-11")
def test_a_case_that_was_handed_to_another_unit_still_hears_its_source(world: World) -> None:
    post(world, patient())
    send(world, encounter(), message(text="Hej"))
    world.second_unit("sara")
    case = only_row(world).case
    maria, sara = world.actor("maria"), structs.replace(world.actor("sara"), unit_id=BERGA)
    case = chat.claim(world.system, maria, case.id, case.version)
    agreed = Consent(ConsentState.GIVEN, ConsentWay.CHAT, world.clock.now())
    handover.offer(world.system, maria, case.id, case.version, Target(BERGA, Profession.DOCTOR), "", agreed)
    (offered,) = handover.offers_for(world.system, sara, [BERGA])
    handover.accept(world.system, sara, case.id, offered.row.id)
    assert not problems(post(world, encounter(priority="1")))
    assert not problems(post(world, message(id="later", text="Det har blivit värre")))
    row = world.row(case.id)
    assert (row.case.unit_id, row.case.priority, row.owner) == (BERGA, 1, "Sara Holm")
    assert "Det har blivit värre" in texts(world, case.id)
