"""Appointment read: what each element becomes, and where something cannot be used."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.gateways.booking import SentBooking
from p24tui.gateways.fhir import write
from p24tui.gateways.fhir.appointment import IN_FORCE, NOT_IN_FORCE, read_appointment
from p24tui.gateways.fhir.element import Element, Reading
from p24tui.gateways.fhir.model import SentAppointment, Unusable
from p24tui.routine.identity import IdentityNumber, NumberKind
from tests import samples
from tests.samples import Json, appointment, participant
from tests.world import BERGA, PEOPLE, UNIT

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
MARIA = IdentityNumber(samples.MARIA[0], NumberKind.PERSONNUMMER)
STAFF = PEOPLE["maria"][0]


def read(resource: Json, organizations: dict[str, str] | None = None) -> tuple[SentAppointment, list[str]]:
    """What is sent, and where something was noted."""
    reading = Reading(NOW)
    sent = read_appointment(Element(resource, "Appointment", reading), organizations or {})
    return sent, [one.path for one in reading.issues]


def said(**more: Any) -> SentBooking:
    return read(appointment(**more))[0].booking


def with_actors(*actors: Json, **more: Any) -> Json:
    return appointment(participant=[participant(**one) for one in actors], **more)


UNIT_ACTOR = {"type": "Location", "identifier": {"system": samples.HSA_ID, "value": UNIT}}
PATIENT_ACTOR = {"type": "Patient", "identifier": {"system": samples.PERSONNUMMER, "value": samples.MARIA[0]}}


@pytest.mark.rule("VI-2")
def test_a_booking_becomes_what_it_says() -> None:
    sent, noted = read(appointment())
    assert noted == []
    assert sent.booking == SentBooking(
        booking_id="urn:vas|B1",
        said_at=datetime(2026, 11, 23, 7, 55, tzinfo=UTC),
        cancelled=False,
        unit_id=UNIT,
        number=MARIA,
        name="Maria Ljungberg",
        starts_at=TEN,
        ends_at=TEN + timedelta(minutes=30),
        contact_type="DIVL",
        holder_id=STAFF,
    )
    assert sent.patient is not None
    assert sent.proxy is None


class TestBooking:
    def test_it_is_called_by_its_identifier_else_its_id(self) -> None:
        assert said(identifier=[]).booking_id == "Appointment/b1"
        with pytest.raises(Unusable, match="neither identifier nor id"):
            said(identifier=[], id=None)

    @pytest.mark.parametrize("status", [*IN_FORCE, *NOT_IN_FORCE])
    def test_what_holds_no_longer_is_cancelled(self, status: str) -> None:
        assert said(status=status).cancelled is (status in NOT_IN_FORCE)

    def test_of_one_that_is_cancelled_only_what_it_is_called_is_wanted(self) -> None:
        sent, noted = read({"resourceType": "Appointment", "id": "b1", "status": "cancelled"})
        assert noted == []
        assert (sent.booking.cancelled, sent.booking.starts_at, sent.booking.unit_id) == (True, None, "")

    @pytest.mark.rule("VI-2")
    @pytest.mark.parametrize(
        "more",
        [
            {"appointmentType": {"coding": [{"code": "divl"}]}},
            {"appointmentType": {"text": "DIVL"}},
            {"appointmentType": {"coding": [{"code": "FOLLOWUP"}, {"code": "DIVL"}]}},
            {"appointmentType": None, "serviceType": [{"coding": [{"code": "52"}]}, {"coding": [{"code": "DIVL"}]}]},
        ],
    )
    def test_the_contact_type_is_a_code_of_the_type_or_the_service(self, more: Json) -> None:
        assert said(**more).contact_type == "DIVL"

    @pytest.mark.rule("VI-4")
    @pytest.mark.parametrize("reason", [{"coding": [{"code": "1"}, {"code": "ASAM"}]}, {"text": "asam"}])
    def test_the_reason_of_a_talk_with_a_relative(self, reason: Json) -> None:
        booking = said(reasonCode=[{"coding": [{"code": "KONTROLL"}]}, reason])
        assert (booking.reason, booking.is_video) == ("ASAM", False)

    def test_the_example_of_the_standard_is_of_no_unit_here(self) -> None:
        example = {
            "resourceType": "Appointment",
            "id": "example",
            "status": "booked",
            "serviceType": [{"coding": [{"code": "52", "display": "General Discussion"}]}],
            "appointmentType": {"coding": [{"code": "FOLLOWUP"}]},
            "reasonReference": [{"reference": "Condition/example"}],
            "start": "2013-12-10T09:00:00Z",
            "end": "2013-12-10T11:00:00Z",
            "participant": [
                {"actor": {"reference": "Patient/example", "display": "Peter James Chalmers"}, "status": "accepted"},
                {"actor": {"reference": "Practitioner/example"}, "status": "accepted"},
                {"actor": {"reference": "Location/1"}, "status": "accepted"},
            ],
        }
        with pytest.raises(Unusable, match="names no unit") as error:
            read(example)
        assert error.value.path == "Appointment.participant"
        booking = read({**example, "participant": [participant(**UNIT_ACTOR)]})[0].booking
        assert (booking.contact_type, booking.is_video) == ("FOLLOWUP", False)


class TestTimes:
    @pytest.mark.parametrize(
        "start", ["2026-11-25T09:00:00Z", "2026-11-25T10:00:00+01:00", "2026-11-25T10:00", "2026-11-25T09:00:00.000Z"]
    )
    def test_the_beginning(self, start: str) -> None:
        assert said(start=start).starts_at == TEN

    @pytest.mark.parametrize(
        ("more", "minutes"),
        [
            ({"end": "2026-11-25T09:45:00Z"}, 45),
            ({"end": None, "minutesDuration": 20}, 20),
            ({"end": "2026-11-25T08:00:00Z", "minutesDuration": 20}, 20),
            ({"end": "snart"}, None),
            ({"end": None}, None),
            ({"end": None, "minutesDuration": "20"}, None),
            ({"end": None, "minutesDuration": 10**9}, None),
            ({"end": None, "minutesDuration": True}, None),
        ],
    )
    def test_the_end(self, more: Json, minutes: int | None) -> None:
        assert said(**more).ends_at == (TEN + timedelta(minutes=minutes) if minutes else None)

    def test_when_it_was_said_is_never_later_than_now(self) -> None:
        assert said(meta={"lastUpdated": "2099-01-01T00:00:00Z"}).said_at == NOW
        assert said(meta={"lastUpdated": "nyss"}).said_at is None
        assert said(meta="trams").said_at is None
        assert said(meta=None).said_at is None


class TestPeople:
    @pytest.mark.rule("VI-5")
    def test_several_patients_are_a_group(self) -> None:
        katja = {"type": "Patient", "identifier": {"system": samples.PERSONNUMMER, "value": samples.KATJA[0]}}
        booking = read(with_actors(PATIENT_ACTOR, katja, UNIT_ACTOR))[0].booking
        assert (booking.patients, booking.number) == (2, None)
        assert read(with_actors(PATIENT_ACTOR, PATIENT_ACTOR, UNIT_ACTOR))[0].booking.patients == 1
        assert (
            read(with_actors({"reference": "Patient/1"}, {"reference": "Patient/2"}, UNIT_ACTOR))[0].booking.patients
            == 2
        )

    @pytest.mark.parametrize(
        ("actor", "number"),
        [
            (PATIENT_ACTOR, MARIA),
            ({**PATIENT_ACTOR, "type": None}, MARIA),
            ({"reference": "Patient/p", "identifier": PATIENT_ACTOR["identifier"]}, MARIA),
            ({"reference": f"Patient?identifier={samples.PERSONNUMMER}|19610118-2803"}, MARIA),
            ({"reference": "Patient/p"}, None),
            ({"type": "Patient", "identifier": {"system": samples.PERSONNUMMER, "value": "196101182804"}}, None),
            ({"type": "Patient", "identifier": {"system": "urn:mrn", "value": "4711"}}, None),
        ],
    )
    def test_the_patient_s_number_is_what_the_reference_carries(
        self, actor: Json, number: IdentityNumber | None
    ) -> None:
        sent = read(with_actors(actor, UNIT_ACTOR))[0]
        assert sent.booking.number == number
        assert sent.patient is not None

    def test_a_patient_within_the_appointment(self) -> None:
        inside = samples.patient("inside")
        sent, noted = read(with_actors({"reference": "#inside"}, UNIT_ACTOR, contained=[inside]))
        assert (sent.booking.number, sent.patient, noted) == (MARIA, None, [])

    def test_a_reference_that_says_not_to_what_may_be_the_patient(self) -> None:
        sent = read(with_actors({"reference": "urn:uuid:1"}, UNIT_ACTOR))[0]
        assert sent.patient is None
        assert [one.names for one in sent.untold] == [("urn:uuid:1",)]

    def test_without_a_patient_it_is_read_all_the_same(self) -> None:
        sent = read(with_actors(UNIT_ACTOR))[0]
        assert (sent.booking.number, sent.booking.patients, sent.patient) == (None, 1, None)
        words_alone = {"display": "Maria Ljungberg"}
        assert read(with_actors(words_alone, UNIT_ACTOR))[0].patient is None

    @pytest.mark.rule("VI-7")
    def test_one_proxy_is_named_or_none(self) -> None:
        proxy = {"type": "RelatedPerson", "identifier": {"system": samples.PERSONNUMMER, "value": samples.ALBERTINA[0]}}
        other = {"reference": "RelatedPerson/2"}
        assert read(with_actors(PATIENT_ACTOR, proxy, UNIT_ACTOR))[0].booking.proxy_number == samples.ALBERTINA[0]
        known = read(with_actors(PATIENT_ACTOR, other, UNIT_ACTOR))[0]
        assert known.proxy is not None
        sent, noted = read(with_actors(PATIENT_ACTOR, proxy, other, UNIT_ACTOR))
        assert (sent.booking.proxy_number, sent.proxy, noted) == ("", None, ["Appointment.participant"])


class TestUnitAndHolder:
    @pytest.mark.parametrize("type", ["Organization", "HealthcareService", "Location"])
    def test_the_unit_is_named_by_an_hsa_id(self, type: str) -> None:
        named = {**UNIT_ACTOR, "type": type}
        by_id = {"reference": f"{type}/{UNIT}"}
        inside = {"resourceType": type, "id": "u", "identifier": [{"system": samples.HSA_ID, "value": UNIT}]}
        assert read(with_actors(PATIENT_ACTOR, named))[0].booking.unit_id == UNIT
        assert read(with_actors(PATIENT_ACTOR, by_id))[0].booking.unit_id == UNIT
        assert read(with_actors(PATIENT_ACTOR, {"reference": "#u"}, contained=[inside]))[0].booking.unit_id == UNIT

    def test_an_organization_that_came_along_counts_before_a_place(self) -> None:
        sent = with_actors(UNIT_ACTOR, {"reference": "Organization/o"})
        assert read(sent, {"Organization/o": BERGA})[0].booking.unit_id == BERGA

    def test_a_room_without_an_hsa_id_is_passed_over(self) -> None:
        assert read(with_actors({"reference": "Location/1"}, UNIT_ACTOR))[0].booking.unit_id == UNIT

    @pytest.mark.parametrize("type", ["Practitioner", "PractitionerRole"])
    def test_the_holder(self, type: str) -> None:
        holder = {"type": type, "identifier": {"system": samples.HSA_ID, "value": STAFF}}
        assert read(with_actors(holder, UNIT_ACTOR))[0].booking.holder_id == STAFF
        sent, noted = read(
            with_actors({"type": type, "identifier": {"system": samples.HSA_ID, "value": "x"}}, UNIT_ACTOR)
        )
        assert (sent.booking.holder_id, noted) == ("", ["Appointment.participant[0].actor.identifier.value"])


@pytest.mark.rule("VI-1")
@pytest.mark.parametrize(
    ("more", "path", "problem"),
    [
        ({"status": None}, "status", "missing"),
        ({"status": "kanske"}, "status", '"kanske" is no status'),
        ({"status": 7}, "status", "string"),
        ({"appointmentType": None}, "appointmentType", "missing"),
        ({"appointmentType": "DIVL"}, "appointmentType", "object"),
        ({"reasonCode": "ASAM"}, "reasonCode", "list"),
        ({"start": None}, "start", "missing"),
        ({"start": "2026-11-25"}, "start", "no instant such as"),
        ({"start": "2026-13-45T25:00:00Z"}, "start", "no instant such as"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start", "no instant such as"),
        ({"participant": "alla"}, "participant", "list"),
        ({"participant": []}, "participant", "names no unit"),
        ({"participant": [{"actor": {"reference": "Location/1"}}]}, "participant", "names no unit"),
        ({"id": "för långt id med mellanslag"}, "id", "no FHIR id"),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(more: Json, path: str, problem: str) -> None:
    with pytest.raises(Unusable, match=problem) as error:
        said(**more)
    assert error.value.path == f"Appointment.{path}"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["DIVL", "#p", "Patient/1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["actor", "reference", "identifier", "system", "value", "coding", "code"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(appointment())), ANYTHING))
def test_nothing_whatever_ends_in_anything_but_a_value_or_a_reason(bent: Json) -> None:
    try:
        booking = read(appointment(**{"contained": [], **bent}))[0].booking
    except Unusable:
        return
    assert booking.cancelled or not booking.is_video or booking.starts_at


def test_that_it_is_taken_is_said() -> None:
    said_of = write.capabilities("1", NOW, "http://x/fhir")["rest"][0]["resource"]
    assert {"type": "Appointment", "interaction": [{"code": "create"}]} in said_of
