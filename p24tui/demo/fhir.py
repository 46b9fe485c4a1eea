"""The demo's patients as FHIR R4 resources, as any source would send them: see ``docs/intake.md``."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from p24tui import assets
from p24tui.clock import local_date
from p24tui.demo.content import Relative, Row, Story

Resource = dict[str, Any]

_NUMBER = "http://electronichealth.se/identifier/personnummer"
_LABEL = "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"
_HSA_ID = "urn:oid:1.2.752.29.4.19"


def contact(story: Story, id: str, unit_id: str, at: datetime) -> Resource:
    """All that comes with a new contact: the patient, the case, the form, the first message."""
    resources = [_patient(story, id), _encounter(story, id, unit_id, at)]
    sender = ""
    if story.guardian is not None:
        resources.append(_guardian(story.guardian, id))
        sender = f"RelatedPerson/{id}-guardian"
    if story.form:
        resources.append(_form(story.form, id, at))
    resources.append(message(id, f"{id}-0", story.text, at, files=story.files, sender=sender))
    entries = [{"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def message(case: str, id: str, text: str, at: datetime, *, files: Sequence[str] = (), sender: str = "") -> Resource:
    """One message in a case, from its patient unless another ``sender`` is said; ``files`` are images of the demo."""
    return {
        "resourceType": "Communication",
        "id": id,
        "status": "completed",
        "subject": {"reference": f"Patient/{case}"},
        "encounter": {"reference": f"Encounter/{case}"},
        "sender": {"reference": sender or f"Patient/{case}"},
        "sent": at.isoformat(),
        "payload": [{"contentString": text}, *map(_image, files)],
    }


def _image(name: str) -> Resource:
    data = b64encode(assets.path("demo", name).read_bytes()).decode()
    return {"contentAttachment": {"contentType": "image/png", "title": name, "data": data}}


def _patient(story: Story, id: str) -> Resource:
    *given, family = story.name.split(" ")
    patient: Resource = {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": _NUMBER, "value": story.number}],
        "name": [{"use": "official", "family": family, "given": given, "text": story.name}],
        "telecom": [{"system": "phone", "use": "mobile", "value": story.mobile}],
        "birthDate": f"{story.number[:4]}-{story.number[4:6]}-{story.number[6:8]}",
    }
    if story.protection != "none":
        patient["meta"] = {"security": [{"system": _LABEL, "code": story.protection}]}
    return patient


def _guardian(guardian: Relative, id: str) -> Resource:
    return {
        "resourceType": "RelatedPerson",
        "id": f"{id}-guardian",
        "identifier": [{"system": _NUMBER, "value": guardian.number}],
        "patient": {"reference": f"Patient/{id}"},
        "relationship": [{"text": "vårdnadshavare"}],
        "name": [{"text": guardian.name}],
    }


def _encounter(story: Story, id: str, unit_id: str, at: datetime) -> Resource:
    extensions: list[Resource] = [
        {"url": "urn:p24tui:e-id", "valueCode": story.e_id},
        {"url": "urn:p24tui:way-in", "valueCode": story.way_in},
    ]
    if story.suicide_risk:
        extensions.append({"url": "urn:p24tui:suicide-risk", "valueBoolean": True})
    encounter: Resource = {
        "resourceType": "Encounter",
        "id": id,
        "identifier": [{"system": "urn:p24tui:demo", "value": id}],
        "status": "arrived",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"},
        "type": [{"coding": [{"system": "urn:p24tui:contact-kind", "code": story.kind}]}],
        "subject": {"reference": f"Patient/{id}"},
        "serviceProvider": {"identifier": {"system": _HSA_ID, "value": unit_id}},
        "reasonCode": [{"text": story.matter}],
        "period": {"start": at.isoformat()},
        "extension": extensions,
    }
    if story.priority is not None:
        encounter["priority"] = {"coding": [{"system": "urn:p24tui:triage-priority", "code": str(story.priority)}]}
    return encounter


def _form(form: tuple[Row, ...], id: str, at: datetime) -> Resource:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"{id}-form",
        "status": "completed",
        "encounter": {"reference": f"Encounter/{id}"},
        "subject": {"reference": f"Patient/{id}"},
        "authored": at.isoformat(),
        "item": [
            {"linkId": str(number), "text": row.question, "answer": [_answer(row, at)]}
            for number, row in enumerate(form, start=1)
        ],
    }


def _answer(row: Row, at: datetime) -> Resource:
    match row.kind:
        case "boolean":
            return {"valueBoolean": row.answer == "true"}
        case "integer":
            return {"valueInteger": int(row.answer)}
        case "decimal":
            return {"valueDecimal": float(row.answer)}
        case "date":
            return {"valueDate": (local_date(at) - timedelta(days=int(row.answer))).isoformat()}
        case "choice":
            return {"valueCoding": {"display": row.answer}}
        case _:
            return {"valueString": row.answer}
