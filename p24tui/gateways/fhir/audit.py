"""AuditEvent: that somebody has read of a patient, as IHE's Basic Audit Log Patterns say it.

Sources: https://profiles.ihe.net/ITI/BALP/StructureDefinition-IHE.BasicAudit.PatientRead.html and
https://hl7.org/fhir/R4/auditevent.html. A reading of nobody in particular, such as of an empty list, is a Read.
"""

from datetime import datetime

from msgspec import Struct

from p24tui.gateways.fhir.refs import HSA_ID, NUMBERS
from p24tui.gateways.fhir.write import Json, timestamp
from p24tui.routine.identity import NumberKind

PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
TERMS = "http://terminology.hl7.org/CodeSystem/"
OURS = "urn:p24tui:"
PROGRAM = "p24tui"

MACHINE_NAME = "1"
"""FHIR's word for what kind of address a machine's name is."""

PURPOSES = {
    "break-glass": ("BTG", "break the glass"),
    "control": ("HOPERAT", "healthcare operations"),
    "operation": ("HSYSADMIN", "health system administration"),
}
TREATMENT = ("TREAT", "treatment")
"""HL7's purposes of use, by our own grounds."""


class Audited(Struct, frozen=True):
    """A reading of one patient; ``patient_id`` is empty where it was of nobody, ``case_id`` where it was of no case."""

    id: str
    at: datetime
    kind: str
    staff_id: str
    reader: str
    role: str
    unit_id: str
    unit: str
    place: str
    case_id: str
    why: str
    patient_id: str = ""
    number: tuple[str, NumberKind] | None = None


def audit_event(one: Audited) -> Json:
    """The reading as an AuditEvent."""
    return {
        "resourceType": "AuditEvent",
        "id": one.id,
        "meta": {"profile": [PROFILES + ("PatientRead" if one.patient_id else "Read")]},
        "type": _coding(TERMS + "audit-event-type", "rest", "Restful Operation"),
        "subtype": [
            _coding("http://hl7.org/fhir/restful-interaction", "read", "read"),
            {"system": OURS + "reading", "code": one.kind},
        ],
        "action": "R",
        "recorded": timestamp(one.at),
        "outcome": "0",
        "purposeOfEvent": [_purpose(one.why)],
        "agent": [
            _machine("110152", "Destination Role ID", one.place or PROGRAM, _machine_name(one.place)),
            _machine("110153", "Source Role ID", PROGRAM, PROGRAM),
            _user(one),
        ],
        "source": {
            "observer": {"type": "Organization", **_named(HSA_ID, one.unit_id, one.unit)},
            "type": [_coding(TERMS + "security-source-type", "4", "Application Server")],
        },
        "entity": [_data(one), *([_patient(one)] if one.patient_id else [])],
    }


def _coding(system: str, code: str, display: str) -> Json:
    return {"system": system, "code": code, "display": display}


def _named(system: str, value: str, display: str) -> Json:
    """By identifier and in words; FHIR has no empty texts."""
    said: Json = {"identifier": {"system": system, "value": value}} if value else {}
    return {**said, "display": display} if display else said


def _machine(code: str, display: str, who: str, address: str) -> Json:
    return {
        "type": {"coding": [_coding(DICOM, code, display)]},
        "who": {"display": who},
        "requestor": False,
        "network": {"address": address, "type": MACHINE_NAME},
    }


def _machine_name(place: str) -> str:
    """The machine of ``console:HOST:PID``."""
    _entrance, _colon, rest = place.partition(":")
    return rest.partition(":")[0] or PROGRAM


def _user(one: Audited) -> Json:
    """Who read. What the machine has done by itself has no HSA-id."""
    kind = _coding(TERMS + "v3-ParticipationType", "IRCP", "information recipient")
    said: Json = {"type": {"coding": [kind]}}
    if one.role:
        said["role"] = [{"coding": [{"system": OURS + "role", "code": one.role}]}]
    who = _named(HSA_ID, one.staff_id, one.reader or PROGRAM)
    return {**said, "who": {"type": "Practitioner", **who} if one.staff_id else who, "requestor": True}


def _purpose(why: str) -> Json:
    """Why they might: HL7's purpose of use, and our own ground beside it."""
    purpose = PURPOSES.get(why.partition(":")[0], TREATMENT)
    return {"coding": [_coding(TERMS + "v3-ActReason", *purpose), {"system": OURS + "why", "code": why}]}


def _data(one: Audited) -> Json:
    case: Json = {"type": "Encounter", "identifier": {"system": OURS + "case", "value": one.case_id}}
    return {
        "what": case if one.case_id else {"display": one.kind},
        "type": _coding(TERMS + "audit-entity-type", "2", "System Object"),
        "role": _coding(TERMS + "object-role", "4", "Domain Resource"),
    }


def _patient(one: Audited) -> Json:
    """Whom it was of: by their identity number where it is known."""
    identifier = {"system": OURS + "patient", "value": one.patient_id}
    if one.number is not None:
        value, kind = one.number
        identifier = {"system": next(system for system, one in NUMBERS.items() if one is kind), "value": value}
    return {
        "what": {"type": "Patient", "identifier": identifier},
        "type": _coding(TERMS + "audit-entity-type", "1", "Person"),
        "role": _coding(TERMS + "object-role", "1", "Patient"),
    }
