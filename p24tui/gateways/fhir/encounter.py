"""Encounter: the case.

Source: https://hl7.org/fhir/R4/encounter.html. Only what makes it a case of ours is required: a patient and a unit.
Whatever else cannot be used is noted and left out, for a case in quarantine is a patient who waits unseen (H6).
"""

from collections.abc import Mapping
from datetime import datetime

from p24tui.gateways.fhir.element import Element, quote
from p24tui.gateways.fhir.model import Kind, SentCase, Unusable
from p24tui.gateways.fhir.people import flags
from p24tui.gateways.fhir.refs import HSA_ID, hsa_id, ref
from p24tui.routine.case import ContactKind
from p24tui.text import clean_line

PRIORITY = "urn:p24tui:triage-priority"
CONTACT_KIND = "urn:p24tui:contact-kind"
E_ID = "urn:p24tui:e-id"
E_ID_AT = "urn:p24tui:e-id-at"
WAY_IN = "urn:p24tui:way-in"
SUICIDE_RISK = "urn:p24tui:suicide-risk"
MENTAL_HEALTH = "urn:p24tui:mental-health"

PRIORITIES = {str(number): number for number in range(1, 6)}
E_IDS = ("bankid", "freja")
WAYS_IN = ("sms-link", "region", "1177")

TRIAGE_FAILED = "the case is taken as a triage that failed: without priority, marked and on top"


def read_case(resource: Element, organizations: Mapping[str, str]) -> SentCase:
    """``organizations`` gives the HSA-id of each Organization that came along, by each of its names.

    Raises ``Unusable`` where the Encounter names no unit or no patient.
    """
    if resource.text("status") == "entered-in-error":
        raise Unusable(resource.at("status"), "says that the Encounter was entered in error")
    unit_id = _unit(resource, organizations)
    patient = ref(resource, "subject", Kind.PATIENT)
    triaged, priority = _priority(resource)
    return SentCase(
        patient,
        unit_id,
        _kind(resource),
        triaged,
        priority,
        resource.lenient(_matter, ""),
        resource.lenient(_started, None),
        resource.lenient(lambda one: _code(one, E_ID, E_IDS), ""),
        resource.lenient(_e_id_at, None),
        resource.lenient(lambda one: _code(one, WAY_IN, WAYS_IN), ""),
        _yes(resource, SUICIDE_RISK),
        _yes(resource, MENTAL_HEALTH),
        flags(resource),
    )


def read_organization(resource: Element) -> str:
    """The HSA-id of an Organization. Raises ``Unusable`` where it has none."""
    for one in resource.children("identifier"):
        if one.text("system") == HSA_ID:
            return hsa_id(one.text("value"), one.at("value"))
    raise Unusable(resource.at("identifier"), f"has no HSA-id (system {HSA_ID})")


def _unit(resource: Element, organizations: Mapping[str, str]) -> str:
    provider = resource.child("serviceProvider")
    if provider is None:
        raise Unusable(resource.at("serviceProvider"), "is missing: this is no case of a unit here")
    identifier = provider.child("identifier")
    if identifier is not None and identifier.text("system") == HSA_ID:
        return hsa_id(identifier.text("value"), identifier.at("value"))
    reference = provider.text("reference").strip()
    if reference.startswith("#"):
        return _contained(resource, reference[1:], provider)
    id = reference.rpartition("/")[2]
    for name in (clean_line(reference), f"{Kind.ORGANIZATION}/{id}"):
        if name in organizations:
            return organizations[name]
    if reference.startswith("urn:") or not id:
        raise Unusable(provider.path, "names no unit: neither an HSA-id nor an Organization that came along")
    return hsa_id(id, provider.at("reference"))


def _contained(resource: Element, id: str, provider: Element) -> str:
    for one in resource.children("contained"):
        if one.text("id") == id:
            return read_organization(one)
    raise Unusable(provider.at("reference"), f"refers to {quote('#' + id)}, which is not contained")


def _priority(resource: Element) -> tuple[bool, int | None]:
    """Whether a priority was given at all, and which; none where it cannot be used."""
    if not resource.has("priority"):
        return False, None
    try:
        return True, _usable_priority(resource)
    except Unusable as error:
        resource.note(error.path.removeprefix(resource.path + "."), f"{error.problem}; {TRIAGE_FAILED}")
        return True, None


def _usable_priority(resource: Element) -> int:
    concept = resource.child("priority")
    assert concept is not None
    codings = concept.children("coding")
    ours = [one for one in codings if one.text("system") == PRIORITY]
    if not ours:
        place = codings[0].at("system") if codings else concept.at("coding")
        raise Unusable(place, f"has no code of the system {PRIORITY}")
    codes = {one.text("code"): one for one in ours}
    if len(codes) > 1:
        raise Unusable(concept.at("coding"), "has more than one priority")
    code, coding = codes.popitem()
    if code not in PRIORITIES:
        raise Unusable(coding.at("code"), f"{quote(code)} is no priority from 1 to 5")
    return PRIORITIES[code]


def _kind(resource: Element) -> ContactKind | None:
    """The kind of contact; none where it is not said. One that cannot be read is a triage: that is looked at first."""
    unreadable: ContactKind | None = ContactKind.TRIAGED
    return resource.lenient(_usable_kind, unreadable)


def _usable_kind(resource: Element) -> ContactKind | None:
    for concept in resource.children("type"):
        for coding in concept.children("coding"):
            if coding.text("system") == CONTACT_KIND:
                try:
                    return ContactKind(coding.text("code"))
                except ValueError as error:
                    said = quote(coding.text("code"))
                    problem = f"{said} is none of {', '.join(ContactKind)}; the case is taken as triaged"
                    raise Unusable(coding.at("code"), problem) from error
    return None


def _matter(resource: Element) -> str:
    said = [_words(one) for one in resource.children("reasonCode")]
    return clean_line("; ".join(dict.fromkeys(filter(None, said))))


def _words(concept: Element) -> str:
    if text := concept.line("text"):
        return text
    return next(filter(None, (coding.line("display") for coding in concept.children("coding"))), "")


def _started(resource: Element) -> datetime | None:
    period = resource.child("period")
    return period.moment("start") if period else None


def _code(resource: Element, url: str, allowed: tuple[str, ...]) -> str:
    extension = resource.extension(url)
    if extension is None:
        return ""
    code = extension.text("valueCode")
    if code not in allowed:
        raise Unusable(extension.at("valueCode"), f"{quote(code)} is none of {', '.join(allowed)}, and was left out")
    return code


def _e_id_at(resource: Element) -> datetime | None:
    extension = resource.extension(E_ID_AT)
    return extension.moment("valueDateTime") if extension else None


def _yes(resource: Element, url: str) -> bool:
    """Whether the source says yes to it, such as that the questionnaire suggests suicide risk; doubtful words count."""
    try:
        extension = resource.extension(url)
    except Unusable as error:
        resource.note("extension", error.problem)
        return False
    if extension is None:
        return False
    value = extension.value.get("valueBoolean")
    if not isinstance(value, bool):
        extension.note("valueBoolean", "is neither true nor false; it was taken as true")
        return True
    return value
