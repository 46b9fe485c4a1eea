"""What the intake says, as FHIR: outcomes, the answers to Bundles, staff's messages, and what it can do.

Sources: https://hl7.org/fhir/R4/operationoutcome.html, bundle.html, communication.html, capabilitystatement.html.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from p24tui.gateways.fhir.model import Issue, Kind, Severity
from p24tui.gateways.fhir.refs import HSA_ID

Json = dict[str, Any]

MESSAGE_KIND = "urn:p24tui:message-kind"
AUTOMATIC = "automatic"


class Answer(Struct, frozen=True):
    """A message to the patient. ``case_names`` are the source's own names of its case.

    ``automatic`` says that nobody of the staff has written it.
    """

    id: str
    case_names: tuple[str, ...]
    unit_id: str
    unit_name: str
    author: str
    text: str
    sent_at: datetime
    automatic: bool = False


def outcome(issues: Iterable[Issue], code: str = "invalid") -> Json:
    """An OperationOutcome: each issue with its place and its sentence."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(one, code) for one in issues] or [_ALL_WELL]}


def response_entry(status: str, location: str, issues: Sequence[Issue]) -> Json:
    """The answer to one entry of a Bundle."""
    response: Json = {"status": status}
    if location:
        response["location"] = location
    if issues:
        response["outcome"] = outcome(issues)
    return {"response": response}


def response_bundle(type: str, entries: list[Json]) -> Json:
    """The answer to a Bundle, entry by entry."""
    return _with_entries({"resourceType": "Bundle", "type": type}, entries)


def communication(answer: Answer) -> Json:
    """A message from staff, or an automatic one, as the patient's side reads it."""
    display = f"{answer.author}, {answer.unit_name}" if answer.author else answer.unit_name
    said: Json = {
        "resourceType": "Communication",
        "id": answer.id,
        "status": "completed",
        "encounter": _reference(answer.case_names),
        "sent": timestamp(answer.sent_at),
        "sender": {
            "type": "Organization",
            "identifier": {"system": HSA_ID, "value": answer.unit_id},
            "display": display,
        },
        "payload": [{"contentString": answer.text}],
    }
    if answer.automatic:
        said["category"] = [{"coding": [{"system": MESSAGE_KIND, "code": AUTOMATIC}]}]
    return said


def is_automatic(communication: Json) -> bool:
    """Whether a message that was read back says that nobody of the staff has written it."""
    codings = [coding for one in communication.get("category", ()) for coding in one.get("coding", ())]
    return {"system": MESSAGE_KIND, "code": AUTOMATIC} in codings


def searchset(answers: Sequence[Answer], self_url: str, next_url: str) -> Json:
    """A page of messages. ``next`` is where to ask for what comes after them, at once or later."""
    links = [{"relation": "self", "url": self_url}, {"relation": "next", "url": next_url}]
    entries: list[Json] = [{"resource": communication(one), "search": {"mode": "match"}} for one in answers]
    return _with_entries({"resourceType": "Bundle", "type": "searchset", "link": links}, entries)


def capabilities(version: str, at: datetime, base: str) -> Json:
    """A CapabilityStatement."""
    taken = [{"type": kind.value, "interaction": [{"code": "create"}]} for kind in Kind if kind != Kind.ORGANIZATION]
    for one in taken:
        if one["type"] == Kind.MESSAGE:
            one["interaction"] = [{"code": "create"}, {"code": "search-type"}]
            one["searchParam"] = [{"name": "encounter", "type": "reference"}, {"name": "after", "type": "string"}]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": timestamp(at),
        "kind": "instance",
        "software": {"name": "p24tui", "version": version},
        "implementation": {"description": "p24tui intake", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A bearer token for each source"},
                "resource": taken,
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def timestamp(at: datetime) -> str:
    """An instant as FHIR writes it, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_ALL_WELL: Json = {"severity": "information", "code": "informational", "diagnostics": "All was taken."}


def _with_entries(bundle: Json, entries: list[Json]) -> Json:
    """FHIR's JSON has no empty lists."""
    return {**bundle, "entry": entries} if entries else bundle


def _issue(issue: Issue, code: str) -> Json:
    said: Json = {
        "severity": issue.severity.value,
        "code": code if issue.severity is Severity.ERROR else "informational",
        "diagnostics": issue.problem,
    }
    if issue.path:
        said["expression"] = [issue.path]
    return said


def _reference(names: Iterable[str]) -> Json:
    """The case by the names that the source has given it."""
    said: Json = {}
    for name in names:
        system, bar, value = name.rpartition("|")
        if bar:
            said["identifier"] = {"system": system, "value": value} if system else {"value": value}
        else:
            said["reference"] = name
    return said
