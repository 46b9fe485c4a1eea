"""FHIR as a source would send it, about the official test persons; each piece can be bent out of shape."""

import json
from base64 import b64encode
from typing import Any

from tests.world import PEOPLE, UNIT

Json = dict[str, Any]

PERSONNUMMER = "http://electronichealth.se/identifier/personnummer"
HSA_ID = "urn:oid:1.2.752.29.4.19"
LABEL = "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"

MARIA = ("196101182803", "Maria Ljungberg")
JOHN = ("195009072553", "John Goode Johansson")
ALBERTINA = ("189002029800", "Albertina Hammar")
KATJA = ("200302022389", "Katja Hennig")


def patient(id: str = "p", person: tuple[str, str] = MARIA, **more: Any) -> Json:
    number, name = person
    return {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": PERSONNUMMER, "value": number}],
        "name": [{"use": "official", "text": name}],
        **more,
    }


def guardian(id: str = "g", of: str = "p", person: tuple[str, str] = ALBERTINA, **more: Any) -> Json:
    number, name = person
    return {
        "resourceType": "RelatedPerson",
        "id": id,
        "patient": {"reference": f"Patient/{of}"},
        "identifier": [{"system": PERSONNUMMER, "value": number}],
        "relationship": [{"text": "vårdnadshavare"}],
        "name": [{"text": name}],
        **more,
    }


def encounter(
    id: str = "e", of: str = "p", priority: str | None = "3", kind: str | None = "triaged", **more: Any
) -> Json:
    sent: Json = {
        "resourceType": "Encounter",
        "id": id,
        "status": "arrived",
        "class": {"code": "VR"},
        "subject": {"reference": f"Patient/{of}"},
        "serviceProvider": {"identifier": {"system": HSA_ID, "value": UNIT}},
        "reasonCode": [{"text": "Hosta"}],
        "period": {"start": "2026-11-23T07:40:00Z"},
    }
    if priority is not None:
        sent["priority"] = {"coding": [{"system": "urn:p24tui:triage-priority", "code": priority}]}
    if kind is not None:
        sent["type"] = [{"coding": [{"system": "urn:p24tui:contact-kind", "code": kind}]}]
    return {**sent, **more}


def message(
    id: str = "m", of: str = "e", text: str = "Hej, jag hostar.", sender: str = "Patient/p", **more: Any
) -> Json:
    return {
        "resourceType": "Communication",
        "id": id,
        "status": "completed",
        "encounter": {"reference": f"Encounter/{of}"},
        "sender": {"reference": sender},
        "sent": "2026-11-23T07:45:00Z",
        "payload": [{"contentString": text}],
        **more,
    }


def form(id: str = "q", of: str = "e", **more: Any) -> Json:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": id,
        "status": "completed",
        "encounter": {"reference": f"Encounter/{of}"},
        "authored": "2026-11-23T07:35:00Z",
        "item": [
            {"linkId": "1", "text": "Har du feber?", "answer": [{"valueBoolean": True}]},
            {"linkId": "2", "text": "Beskriv", "answer": [{"valueString": "Det gör ont"}]},
        ],
        **more,
    }


def participant(**actor: Any) -> Json:
    """One who takes part in a booking; what is none of the actor is left out."""
    return {"actor": {name: value for name, value in actor.items() if value is not None}, "status": "accepted"}


def appointment(id: str | None = "b1", person: tuple[str, str] = MARIA, **more: Any) -> Json:
    """A booked video visit on Wednesday at ten in Sweden; what is none is left out."""
    number, name = person
    sent: Json = {
        "resourceType": "Appointment",
        "id": id,
        "identifier": [{"system": "urn:vas", "value": "B1"}],
        "meta": {"lastUpdated": "2026-11-23T07:55:00Z"},
        "status": "booked",
        "appointmentType": {"coding": [{"code": "DIVL", "display": "Videobesök"}]},
        "start": "2026-11-25T09:00:00Z",
        "end": "2026-11-25T09:30:00Z",
        "participant": [
            participant(type="Patient", identifier={"system": PERSONNUMMER, "value": number}, display=name),
            participant(type="Practitioner", identifier={"system": HSA_ID, "value": PEOPLE["maria"][0]}),
            participant(type="Location", identifier={"system": HSA_ID, "value": UNIT}),
        ],
        **more,
    }
    return {name: value for name, value in sent.items() if value is not None}


def contact(number: int = 0, person: tuple[str, str] = MARIA, **more: Any) -> list[Json]:
    """A whole contact: patient, case, form and message."""
    p, e = f"p{number}", f"e{number}"
    return [
        patient(p, person),
        encounter(e, p, **more),
        form(f"q{number}", e),
        message(f"m{number}", e, sender=f"Patient/{p}"),
    ]


def file(data: bytes = b"bild", title: str = "utslag.jpg", content_type: str = "image/jpeg") -> Json:
    return {"contentType": content_type, "title": title, "data": b64encode(data).decode()}


def bundle(*resources: Json, type: str = "batch", urls: bool = False) -> Json:
    entries: list[Json] = []
    for index, resource in enumerate(resources):
        entry: Json = {"resource": resource}
        if urls:
            entry["fullUrl"] = f"urn:uuid:00000000-0000-4000-8000-{index:012}"
        entries.append(entry)
    return {"resourceType": "Bundle", "type": type, "entry": entries}


def body(sent: Json) -> bytes:
    return json.dumps(sent).encode()


def lines(*resources: Json) -> bytes:
    return b"\n".join(map(body, resources))
