"""Bookings from VAS as HL7 and as FHIR: taken once, in any order, answered clearly, and never lost."""

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hl7
import pytest
from click.testing import CliRunner, Result

from p24tui.cli import make_root
from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.person_data import Person
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Visit, VisitState
from p24tui.services import intake
from p24tui.services.intake import Outcome, Verdict
from p24tui.store import tables, visits
from tests import samples, stored
from tests.samples import appointment, bundle, guardian, participant, patient
from tests.siu import STAFF, ail, cancelled, message, moved, msh, pid, sch, siu
from tests.world import BERGA, UNIT, World

VAS = "vas"
TEN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ELEVEN = "202611251100"
MOBILE = [{"system": "phone", "use": "mobile", "value": "070-174 06 07"}]


class Asked:
    """A person-data service where nobody is protected, which keeps whom it was asked about."""

    def __init__(self) -> None:
        self.numbers: list[str] = []

    def look_up(self, number: str) -> Person:
        self.numbers.append(number)
        return Person(number, "Någon", Protection.NONE)

    def check(self) -> None:
        pass


@pytest.fixture
def asked(world: World) -> Asked:
    service = Asked()
    world.system = replace(world.system, person_data=service)
    return service


@pytest.fixture
def feed(world: World, asked: Asked) -> World:
    """A world in which Maria is registered with her mobile."""
    fhir(world, patient(telecom=MOBILE))
    asked.numbers.clear()
    return world


def fhir(world: World, *resources: samples.Json, source: str = VAS) -> Outcome:
    return intake.load(world.system, source, samples.body(bundle(*resources)))


def take(world: World, body: bytes) -> hl7.Message:
    return hl7.parse(intake.take_hl7(world.system, VAS, body).message, encoding="iso-8859-1")


def code(world: World, body: bytes) -> str:
    return str(take(world, body)["MSA.1"])


def moved_appointment() -> samples.Json:
    """The booking, an hour later, said a minute later."""
    return appointment(start="2026-11-25T10:00:00Z", end=None, meta={"lastUpdated": "2026-11-23T07:56:00Z"})


def booked(world: World, booking: str = "B1") -> Visit | None:
    with world.system.store.reading() as tx:
        return visits.booked_as(tx, VAS, booking)


def only_visit(world: World) -> Visit:
    (row,) = stored.rows(world, tables.visits)
    with world.system.store.reading() as tx:
        found = visits.one(tx, row["id"])
    assert found is not None
    return found


def tasks(world: World) -> list[str]:
    return [row["problem"] for row in stored.rows(world, tables.booking_tasks) if row["settled_at"] is None]


@pytest.mark.rule("VI-2")
class TestHl7:
    def test_a_booking_becomes_a_visit(self, feed: World, asked: Asked) -> None:
        answer = take(feed, siu(control="K7"))
        assert (answer["MSA.1"], answer["MSA.2"]) == ("AA", "K7")
        visit = only_visit(feed)
        assert (visit.starts_at, visit.ends_at - visit.starts_at) == (TEN, timedelta(minutes=30))
        assert (visit.unit_id, visit.holder_id, visit.source, visit.booking_id) == (UNIT, STAFF, VAS, "B1")
        assert asked.numbers == [samples.MARIA[0]]

    def test_the_same_message_again_changes_nothing(self, feed: World, asked: Asked) -> None:
        take(feed, siu())
        before = stored.everything(feed), stored.rows(feed, tables.visits)
        feed.clock.advance(timedelta(minutes=5))
        assert code(feed, siu()) == "AA"
        assert (stored.everything(feed), stored.rows(feed, tables.visits)) == before
        assert asked.numbers == [samples.MARIA[0]]

    def test_an_old_message_that_comes_again_does_not_undo_what_came_since(self, feed: World) -> None:
        take(feed, siu())
        take(feed, moved("K2", ELEVEN, "20261123085600"))
        assert code(feed, siu()) == "AA"
        assert only_visit(feed).starts_at == TEN + timedelta(hours=1)

    def test_a_control_id_that_is_used_again_for_another_message_loses_nothing(self, feed: World) -> None:
        take(feed, siu())
        assert code(feed, moved("K1", ELEVEN, "20261123085600")) == "AA"
        assert only_visit(feed).starts_at == TEN + timedelta(hours=1)

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
    def test_in_whatever_order_they_come_the_last_that_was_said_counts(
        self, feed: World, order: tuple[int, ...]
    ) -> None:
        said = [
            siu(control="K1", said="20261123085500"),
            moved("K2", ELEVEN, "20261123085600"),
            moved("K3", "202611251500", "20261123085700"),
        ]
        for number in order:
            assert code(feed, said[number]) == "AA"
        assert only_visit(feed).starts_at == datetime(2026, 11, 25, 14, 0, tzinfo=UTC)

    @pytest.mark.parametrize("order", list(itertools.permutations(range(2))), ids=str)
    def test_a_cancellation_holds_before_and_after_the_booking(self, feed: World, order: tuple[int, ...]) -> None:
        said = [siu(), cancelled("K2", "20261123085600")]
        for number in order:
            assert code(feed, said[number]) == "AA"
        visit = booked(feed)
        assert visit is None or visit.state is VisitState.CANCELLED
        assert tasks(feed) == []

    def test_a_cancellation_need_name_nothing_but_the_booking(self, feed: World) -> None:
        take(feed, siu())
        assert code(feed, message(msh("S15", "K2", "20261123085600"), "SCH||B1")) == "AA"
        assert only_visit(feed).state is VisitState.CANCELLED

    def test_a_cancellation_of_what_has_not_come_need_not_say_where(self, feed: World) -> None:
        answer = take(feed, message(msh("S15", "K2", "20261123085600"), "SCH||B1"))
        assert str(answer.segment("MSA")) == "MSA|AA|K2"  # nothing is remarked on
        assert code(feed, siu()) == "AA"
        assert stored.rows(feed, tables.visits) == []
        assert tasks(feed) == []

    def test_a_booking_that_is_here_and_goes_to_a_unit_elsewhere_is_acknowledged(self, feed: World) -> None:
        take(feed, siu())
        assert code(feed, moved("K2", "202611251000", "20261123085600", unit=BERGA)) == "AA"
        assert only_visit(feed).state is VisitState.CANCELLED
        assert code(feed, moved("K3", ELEVEN, "20261123085700", unit=BERGA)) == "AA"
        assert intake.unsettled(feed.system) == []

    @pytest.mark.rule("VI-4")
    def test_a_visit_that_becomes_another_sort_of_contact_is_cancelled(self, feed: World) -> None:
        take(feed, siu())
        changed = message(msh("S14", "K2", "20261123085600"), sch(type="BESÖK", at=""), ail("SE2321000016-ANNAN"))
        assert code(feed, changed) == "AA"
        assert only_visit(feed).state is VisitState.CANCELLED

    @pytest.mark.rule("VI-4")
    @pytest.mark.parametrize(
        ("body", "place"),
        [
            (siu(reason="ASAM"), "SCH-7"),
            (siu(type="BESÖK", unit="SE2321000016-ANNAN"), "SCH-8"),
            (message(msh(), sch(type="TELEFON", at=""), ail()), "SCH-8"),
        ],
    )
    def test_what_is_not_carried_over_is_acknowledged_and_set_aside(
        self, feed: World, asked: Asked, body: bytes, place: str
    ) -> None:
        answer = take(feed, body)
        assert answer["MSA.1"] == "AA"
        assert str(answer["MSA.3"]).startswith(f"{place} is not") or "ASAM" in str(answer["MSA.3"])
        assert stored.rows(feed, tables.visits) == []
        assert tasks(feed) == []
        assert asked.numbers == []
        assert intake.unsettled(feed.system) == []

    @pytest.mark.rule("VI-1", "VI-5")
    @pytest.mark.parametrize(
        "body",
        [
            siu(person=samples.KATJA),
            message(msh(), sch(), pid(f3="4711"), ail()),
            message(msh(), sch(), ail()),
            message(msh(), sch(), pid(), ail(), pid(samples.KATJA)),
        ],
        ids=["not registered", "no number", "no patient", "group"],
    )
    def test_what_cannot_be_booked_is_a_task_for_staff(self, feed: World, body: bytes) -> None:
        assert code(feed, body) == "AA"
        assert stored.rows(feed, tables.visits) == []
        assert len(tasks(feed)) == 1

    def test_swedish_letters_in_iso_8859_1(self, feed: World) -> None:
        name = (samples.KATJA[0], "Åsa Öberg-Ärlig")
        head = msh(charset="8859/1").replace("|VAS|RH|", "|VÅS|RH|")
        answer = intake.take_hl7(feed.system, VAS, message(head, sch(), pid(name), ail(), encoding="iso-8859-1"))
        assert answer.code == "AA"
        assert "|P24|RH|VÅS|RH|".encode("iso-8859-1") in answer.message
        (task,) = stored.rows(feed, tables.booking_tasks)
        assert task["booking"]["name"] == "Åsa Öberg-Ärlig"


REFUSED = {
    "trams": (b"trams", ""),
    "head": (b"MSH|^~\\&|VAS\r", "MSH^1^10"),
    "type": (message(msh().replace("SIU^S12^SIU_S12", "ADT^A01"), sch()), "MSH^1^9"),
    "charset": (message(msh(charset="KLINGON"), sch(), ail()), "MSH^1^18"),
    "lies": (message(msh(), sch(), pid(("196101182803", "Åsa")), ail(), encoding="iso-8859-1"), "MSH^1^18"),
    "no time": (message(msh(), sch(at=""), ail()), "SCH^1^11"),
    "no unit": (message(msh(), sch(), pid()), "AIL^1^3"),
    "unknown unit": (siu(unit=BERGA), "AIL^1^3"),
    "two": (siu() + siu("S13", "K2"), ""),
}


@pytest.mark.rule("VI-1")
class TestRefused:
    @pytest.mark.parametrize(("body", "place"), REFUSED.values(), ids=REFUSED)
    def test_what_can_never_be_taken_is_refused_and_kept(self, feed: World, body: bytes, place: str) -> None:
        for _turn in range(2):
            answer = take(feed, body)
            assert answer["MSA.1"] == "AR"
            assert str(answer["ERR"][0](2)) == place
            assert samples.MARIA[0] not in str(answer)
        (kept,) = intake.unsettled(feed.system)
        assert intake.look_at(feed.system, feed.actor("maria"), kept.id).body.strip() == body.strip()
        assert stored.rows(feed, tables.visits) == []

    def test_it_is_taken_from_quarantine_once_its_unit_is_here(self, feed: World) -> None:
        take(feed, siu(unit=BERGA))
        feed.second_unit()
        assert [one.accepted for one in intake.retry(feed.system)] == [1]
        assert intake.unsettled(feed.system) == []
        assert only_visit(feed).unit_id == BERGA

    def test_tried_again_it_does_not_undo_what_came_since(self, feed: World) -> None:
        """It does not say when it was made: then it is as old as its refusal."""
        take(feed, siu(unit=BERGA, said=""))
        feed.clock.advance(timedelta(minutes=5))
        feed.second_unit()
        take(feed, moved("K2", ELEVEN, "", unit=BERGA))
        feed.clock.advance(timedelta(minutes=5))
        intake.retry(feed.system)
        assert only_visit(feed).starts_at == TEN + timedelta(hours=1)

    def test_sent_again_and_taken_it_is_settled(self, feed: World) -> None:
        take(feed, siu(unit=BERGA))
        feed.second_unit()
        assert code(feed, siu(unit=BERGA)) == "AA"
        assert intake.unsettled(feed.system) == []

    @pytest.mark.hazard("H24")
    def test_nothing_is_acknowledged_without_the_database(self, feed: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*args: object, **kwargs: object) -> None:
            raise Unavailable("database", "full")

        for names in (("reading", "writing"), ("writing",)):
            for name in names:
                monkeypatch.setattr(type(feed.system.store), name, away)
            assert [code(feed, body) for body in (siu(), b"trams", siu("S99"))] == ["AE", "AE", "AE"]
            monkeypatch.undo()
        assert code(feed, siu()) == "AA"

    def test_a_fault_of_ours_is_kept_and_its_words_are_not_said(
        self, feed: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*args: object, **kwargs: object) -> None:
            raise KeyError("Maria Ljungberg")

        monkeypatch.setattr("p24tui.services.intake.hl7.take_booking", fail)
        answer = take(feed, siu())
        assert (answer["MSA.1"], str(answer["ERR"][0](3))) == ("AR", "207^Application internal error^HL70357")
        assert "Ljungberg" not in str(answer) + caplog.text
        monkeypatch.undo()
        assert [one.accepted for one in intake.retry(feed.system)] == [1]

    def test_a_fault_outside_what_is_kept_apart_asks_for_it_again(
        self, feed: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*args: object, **kwargs: object) -> None:
            raise KeyError("Maria Ljungberg")

        monkeypatch.setattr("p24tui.services.intake.hl7.numbers_of_booking", fail)
        assert code(feed, siu()) == "AE"
        assert "Ljungberg" not in caplog.text
        monkeypatch.undo()
        assert code(feed, siu()) == "AA"


class TestFiles:
    def load(self, world: World, body: bytes, name: str = "bokningar.hl7") -> Outcome:
        return intake.load_file(world.system, VAS, body, name=name)

    def test_a_batch_is_taken_message_by_message(self, feed: World) -> None:
        body = (
            b"FHS|^~\\&\rBHS|^~\\&\r" + siu() + siu("S99", "K2") + siu(control="K3", booking="B2") + b"BTS|3\rFTS|1\r"
        )
        outcome = self.load(feed, body)
        assert [one.verdict for one in outcome.results] == [Verdict.CREATED, Verdict.REFUSED, Verdict.CREATED]
        assert [one.path for one in outcome.rejected] == ["message[1].MSH-9"]
        again = self.load(feed, body.replace(b"\r", b"\n"), name="-")
        assert (again.accepted, again.duplicates, len(again.rejected)) == (0, 2, 1)
        assert len(intake.unsettled(feed.system)) == 1

    def test_what_is_no_message_is_kept(self, feed: World) -> None:
        outcome = self.load(feed, b"trams")
        assert outcome.rejected[0].problem.startswith("is no HL7 message")
        assert len(intake.unsettled(feed.system)) == 1
        assert sum(one.accepted for one in intake.retry(feed.system)) == 0
        assert len(intake.unsettled(feed.system)) == 1

    def test_fhir_is_known_from_it(self, feed: World) -> None:
        assert self.load(feed, samples.body(appointment()), name="a.json").accepted == 1

    def test_a_name_that_no_source_has_is_refused(self, feed: World) -> None:
        with pytest.raises(BadInput, match="source-name"):
            intake.load_file(feed.system, "Stor Källa", siu(), name="a.hl7")


@pytest.mark.rule("VI-2")
class TestFhir:
    def test_a_booking_becomes_a_visit(self, feed: World, asked: Asked) -> None:
        outcome = fhir(feed, appointment())
        assert (outcome.accepted, outcome.rejected, outcome.notes) == (1, (), ())
        visit = only_visit(feed)
        assert (visit.starts_at, visit.holder_id, visit.booking_id) == (TEN, STAFF, "urn:vas|B1")
        assert asked.numbers == [samples.MARIA[0]]
        assert fhir(feed, appointment()).duplicates == 1

    def test_it_follows_what_is_said_later_and_not_what_was_said_before(self, feed: World) -> None:
        later = moved_appointment()
        fhir(feed, appointment())
        fhir(feed, later)
        fhir(feed, appointment())
        assert only_visit(feed).starts_at == TEN + timedelta(hours=1)
        fhir(feed, appointment(status="cancelled", meta={"lastUpdated": "2026-11-23T07:57:00Z"}))
        assert only_visit(feed).state is VisitState.CANCELLED

    def test_of_two_versions_in_one_bundle_the_later_counts(self, feed: World) -> None:
        later = moved_appointment()
        fhir(feed, later, appointment())
        assert only_visit(feed).starts_at == TEN + timedelta(hours=1)

    def test_it_is_the_same_by_its_id_once_it_has_got_an_identifier(self, feed: World) -> None:
        fhir(feed, appointment(identifier=None))
        fhir(feed, appointment(start="2026-11-25T10:00:00Z", end=None))
        assert only_visit(feed).starts_at == TEN + timedelta(hours=1)

    @pytest.mark.parametrize("reference", ["Patient/p9", "urn:uuid:00000000-0000-4000-8000-000000000001"])
    def test_its_patient_may_stand_beside_it_in_any_order(self, world: World, asked: Asked, reference: str) -> None:
        to_unit = participant(type="Location", identifier={"system": samples.HSA_ID, "value": UNIT})
        sent = appointment(participant=[participant(reference=reference), to_unit])
        body = bundle(sent, patient("p9", telecom=MOBILE), urls=True)
        outcome = intake.load(world.system, VAS, samples.body(body))
        assert (outcome.accepted, outcome.rejected) == (2, ())
        assert len(stored.rows(world, tables.visits)) == 1
        assert asked.numbers == [samples.MARIA[0]]

    def test_its_patient_may_have_come_before(self, feed: World) -> None:
        to_unit = participant(type="Location", identifier={"system": samples.HSA_ID, "value": UNIT})
        fhir(feed, appointment(participant=[participant(reference="Patient/p"), to_unit]))
        assert len(stored.rows(feed, tables.visits)) == 1

    @pytest.mark.rule("VI-1")
    def test_a_booking_for_a_patient_who_comes_later_is_a_task_until_then(self, world: World, asked: Asked) -> None:
        to_unit = participant(type="Location", identifier={"system": samples.HSA_ID, "value": UNIT})
        outcome = fhir(world, appointment(participant=[participant(reference="Patient/p"), to_unit]))
        assert (outcome.accepted, len(tasks(world))) == (1, 1)
        assert "Patient/p has not been received" in outcome.rejected[0].problem
        world.clock.advance(timedelta(minutes=1))
        assert fhir(world, patient(telecom=MOBILE)).released == 1
        assert (len(stored.rows(world, tables.visits)), tasks(world)) == (1, [])
        assert intake.unsettled(world.system) == []

    @pytest.mark.rule("VI-1", "VI-5")
    def test_not_registered_and_groups_are_tasks(self, feed: World) -> None:
        katja = participant(type="Patient", identifier={"system": samples.PERSONNUMMER, "value": samples.KATJA[0]})
        fhir(feed, appointment("b2", samples.KATJA, identifier=None))
        group = appointment("b3", identifier=None)
        group["participant"].append(katja)
        assert fhir(feed, group).rejected == ()
        assert len(tasks(feed)) == 2
        assert stored.rows(feed, tables.visits) == []

    @pytest.mark.rule("VI-4")
    @pytest.mark.parametrize(
        ("more", "path"),
        [
            ({"reasonCode": [{"coding": [{"code": "ASAM"}]}]}, "reasonCode"),
            ({"appointmentType": {"coding": [{"code": "FOLLOWUP"}]}, "start": None}, "appointmentType"),
        ],
    )
    def test_what_is_not_carried_over_is_noted(self, feed: World, asked: Asked, more: samples.Json, path: str) -> None:
        outcome = fhir(feed, appointment(**more))
        assert [one.verdict for one in outcome.results] == [Verdict.NOTED]
        assert [one.path for one in outcome.notes] == [f"Bundle.entry[0].resource.{path}"]
        assert (stored.rows(feed, tables.visits), tasks(feed), asked.numbers) == ([], [], [])

    @pytest.mark.rule("VI-7")
    def test_the_proxy_is_known_by_reference_too(self, feed: World) -> None:
        child = ("201903142394", "Barnet")
        proxy = participant(reference="RelatedPerson/g")
        sent = appointment("b4", child, identifier=None)
        sent["participant"].append(proxy)
        outcome = fhir(feed, patient("c", child), guardian(of="c"), sent)
        assert outcome.rejected == ()
        (task,) = stored.rows(feed, tables.booking_tasks)  # the guardian's mobile is not known yet
        assert task["booking"]["proxy_number"] == samples.ALBERTINA[0]

    def test_an_unknown_unit_is_refused_and_taken_once_it_is_here(self, feed: World) -> None:
        sent = appointment()
        sent["participant"][-1] = participant(type="Location", identifier={"system": samples.HSA_ID, "value": BERGA})
        outcome = fhir(feed, sent)
        assert [(one.path, one.problem) for one in outcome.rejected] == [
            ("Bundle.entry[0].resource.participant", f"no unit here has the HSA-id {BERGA}")
        ]
        feed.second_unit()
        assert sum(one.accepted for one in intake.retry(feed.system)) == 1


def test_the_message_in_the_documentation_is_taken(feed: World) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
    example = page.partition("```hl7\n")[2].partition("```")[0]
    assert code(feed, example.encode("iso-8859-1")) == "AA"
    visit = only_visit(feed)
    assert (visit.starts_at, visit.holder_id) == (TEN, STAFF)


@pytest.fixture
def home(feed: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings = feed.system.settings
    monkeypatch.setenv("P24TUI_HOME", str(settings.home))
    if settings.database:
        monkeypatch.setenv("P24TUI_DATABASE", settings.database)
    return settings.home


def run(*args: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(make_root(), ["intake", *args], prog_name="p24tui", input=stdin)


def test_files_are_loaded_from_the_command_line(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "bokningar.hl7"
    far = "203011251000"  # the command's clock is the machine's
    file.write_bytes(siu(at=far) + siu(control="K2", booking="B2", unit=BERGA, at=far))
    done = run("load", str(file), "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["accepted"]) == (1, 1)
    assert said["rejected"] == [
        {"source": str(file), "path": "message[1].AIL-3", "problem": f"no unit here has the HSA-id {BERGA}"}
    ]
    done = run("load", "-", "--json", stdin=b"\x0b" + siu(at=far) + b"\x1c\r")
    assert json.loads(done.stdout) == {"accepted": 0, "duplicates": 1, "rejected": []}
