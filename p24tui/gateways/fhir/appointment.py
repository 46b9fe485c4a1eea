"""Appointment: a booking.

Source: https://hl7.org/fhir/R4/appointment.html. Of one that no longer holds only what it is called is wanted.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from p24tui.gateways.booking import RELATIVE, VIDEO, SentBooking
from p24tui.gateways.fhir.element import Element, instant, quote
from p24tui.gateways.fhir.encounter import read_organization
from p24tui.gateways.fhir.model import Kind, Ref, SentAppointment, Unusable
from p24tui.gateways.fhir.refs import (
    HSA_ID,
    NUMBERS,
    hsa_id,
    identity_number,
    number_among,
    optional_ref,
    own_names,
    type_of_ref,
)
from p24tui.routine.identity import IdentityNumber
from p24tui.text import clean_line

IN_FORCE = ("booked", "arrived", "checked-in", "fulfilled")
NOT_IN_FORCE = ("cancelled", "noshow", "entered-in-error", "proposed", "pending", "waitlist")
"""What has no time that holds is as good as cancelled."""

UNITS = ("Organization", "HealthcareService", "Location")
"""Who among the participants tells which unit it is, the one that is preferred first."""

HOLDERS = ("Practitioner", "PractitionerRole")

LONGEST_MINUTES = 24 * 60

_TO_THE_MINUTE = re.compile(r"T\d\d:\d\d", re.ASCII)


class _Actor(Struct, frozen=True):
    """Who takes part. ``type`` is empty where it is not said what they are.

    ``contained`` is the resource itself where it came within the Appointment, ``ref`` the reference where it is one to
    a patient, a guardian or nobody knows whom, and ``number`` the identity number where that came along and is valid.
    """

    element: Element
    type: str
    contained: Element | None
    ref: Ref | None
    number: IdentityNumber | None


def read_appointment(resource: Element, organizations: Mapping[str, str]) -> SentAppointment:
    """``organizations`` gives the HSA-id of each Organization that came along, by each of its names.

    Raises ``Unusable`` where it does not say its status, where one that holds does not say its unit or what sort of
    contact it is, and where a video visit does not say when it begins.
    """
    cancelled = _is_cancelled(resource)
    contact_type = _contact_type(resource)
    if not contact_type and not cancelled:
        raise Unusable(resource.at("appointmentType"), "is missing: it does not say what sort of contact it is")
    actors = _actors(resource)
    patients = _distinct(actors, Kind.PATIENT)
    patient = patients[0] if len(patients) == 1 else None
    proxy = _proxy(resource, actors)
    must_begin = contact_type == VIDEO and not cancelled
    starts_at = _start(resource) if must_begin else resource.moment("start")
    booking = SentBooking(
        booking_id=own_names(resource, Kind.BOOKING, "")[0],
        said_at=resource.lenient(_said_at, None),
        cancelled=cancelled,
        unit_id=_unit(resource, actors, organizations, needed=not cancelled),
        number=patient.number if patient else None,
        name=patient.element.line("display") if patient else "",
        patients=max(1, len(patients)),
        starts_at=starts_at,
        ends_at=resource.lenient(lambda one: _end(one, starts_at), None),
        contact_type=contact_type,
        reason=_code(resource.children("reasonCode"), RELATIVE),
        holder_id=_holder(actors),
        proxy_number=proxy.number.value if proxy and proxy.number else "",
    )
    untold = tuple(one.ref for one in actors if not one.type and one.ref is not None)
    return SentAppointment(booking, patient.ref if patient else None, proxy.ref if proxy else None, untold)


def _is_cancelled(resource: Element) -> bool:
    status = resource.text("status")
    if not status:
        raise Unusable(resource.at("status"), "is missing")
    if status not in IN_FORCE + NOT_IN_FORCE:
        raise Unusable(resource.at("status"), f"{quote(status)} is no status of an Appointment")
    return status in NOT_IN_FORCE


def _contact_type(resource: Element) -> str:
    """``DIVL`` where the type or a service type says that, else the first code; empty where they say nothing."""
    kind = resource.child("appointmentType")
    return _code([*([kind] if kind is not None else []), *resource.children("serviceType")], VIDEO)


def _code(concepts: list[Element], wanted: str) -> str:
    """The wanted code where a concept says it, else the first that any of them says, in capitals."""
    said = [coding.line("code").upper() for one in concepts for coding in one.children("coding")]
    said += [one.line("text").upper() for one in concepts]
    return wanted if wanted in said else next(filter(None, said), "")


def _said_at(resource: Element) -> datetime | None:
    """When this was said, never later than now."""
    meta = resource.child("meta")
    at = meta.moment("lastUpdated") if meta is not None else None
    return min(at, resource.reading.now) if at is not None else None


def _start(resource: Element) -> datetime:
    text = resource.text("start")
    if not text:
        raise Unusable(resource.at("start"), "is missing: it does not say when it begins")
    try:
        if _TO_THE_MINUTE.search(text):
            return instant(text)
    except (ValueError, OverflowError):
        pass
    raise Unusable(resource.at("start"), f"{quote(text)} is no instant such as 2026-11-24T09:30:00+01:00")


def _end(resource: Element, starts_at: datetime | None) -> datetime | None:
    """What is said as the end, else what the duration makes it."""
    ends_at = resource.moment("end")
    minutes = resource.value.get("minutesDuration")
    if starts_at is None or (ends_at is not None and ends_at > starts_at):
        return ends_at
    if ends_at is not None:
        resource.note("end", "is not after the start, and was left out")
    if type(minutes) is int and 0 < minutes <= LONGEST_MINUTES:
        return starts_at + timedelta(minutes=minutes)
    return None


def _actors(resource: Element) -> list[_Actor]:
    """Everybody who takes part and is told of by more than words."""
    contained = {f"#{one.text('id')}": one for one in resource.children("contained")}
    actors = [(one, one.child("actor")) for one in resource.children("participant")]
    return [
        _actor(participant, element, contained.get(element.text("reference").strip()))
        for participant, element in actors
        if element is not None and (element.has("reference") or element.has("identifier"))
    ]


def _actor(participant: Element, element: Element, contained: Element | None) -> _Actor:
    if contained is not None:
        type = contained.text("resourceType")
        number = contained.lenient(identity_number, None) if type in (Kind.PATIENT, Kind.GUARDIAN) else None
        return _Actor(element, type, contained, None, number)
    type = type_of_ref(element) or _type_by_number(element)
    if type not in (Kind.PATIENT, Kind.GUARDIAN, ""):
        return _Actor(element, type, None, None, None)
    ref = participant.lenient(lambda one: optional_ref(one, "actor", Kind(type or Kind.PATIENT)), None)
    return _Actor(element, type, None, ref, number_among(ref.names, element.reading) if ref else None)


def _type_by_number(element: Element) -> str:
    """Who has an identity number and is not said to be somebody else is the patient."""
    identifier = element.child("identifier")
    return Kind.PATIENT if identifier is not None and identifier.text("system") in NUMBERS else ""


def _distinct(actors: list[_Actor], kind: Kind) -> list[_Actor]:
    """Those of one type, each once."""
    found: dict[object, _Actor] = {}
    for one in actors:
        if one.type == kind:
            found.setdefault(one.number or (one.ref.names if one.ref else one.element.path), one)
    return list(found.values())


def _proxy(resource: Element, actors: list[_Actor]) -> _Actor | None:
    """The one who helps the patient; none where nobody is said, or several, which is noted."""
    found = _distinct(actors, Kind.GUARDIAN)
    if len(found) > 1:
        resource.note("participant", "names several RelatedPersons, of whom one is to help: they were left out")
    return found[0] if len(found) == 1 else None


def _holder(actors: list[_Actor]) -> str:
    """The HSA-id of who is to hold it; empty where it is not said."""
    return next(filter(None, (_hsa_id(one, {}) for one in actors if one.type in HOLDERS)), "")


def _unit(resource: Element, actors: list[_Actor], organizations: Mapping[str, str], *, needed: bool) -> str:
    """The HSA-id of the unit. Raises ``Unusable`` where it is ``needed`` and nobody tells it."""
    places = sorted((one for one in actors if one.type in UNITS), key=lambda one: UNITS.index(one.type))
    found = next(filter(None, (_hsa_id(one, organizations) for one in places)), "")
    if needed and not found:
        raise Unusable(resource.at("participant"), f"names no unit: no {', '.join(UNITS)} with an HSA-id ({HSA_ID})")
    return found


def _hsa_id(actor: _Actor, organizations: Mapping[str, str]) -> str:
    """The HSA-id of a unit or a member of staff; empty where it is not said or, which is noted, where it is none."""
    return actor.element.lenient(lambda _: _said_hsa_id(actor, organizations), "")


def _said_hsa_id(actor: _Actor, organizations: Mapping[str, str]) -> str:
    """By the identifier, the resource itself, an Organization that came along, or a reference whose id is one."""
    if actor.contained is not None:
        return read_organization(actor.contained)
    identifier = actor.element.child("identifier")
    if identifier is not None and identifier.text("system") == HSA_ID:
        return hsa_id(identifier.text("value"), identifier.at("value"))
    reference = clean_line(actor.element.text("reference"))
    id = reference.rpartition("/")[2]
    for name in (reference, f"{actor.type}/{id}"):
        if name in organizations:
            return organizations[name]
    return hsa_id(id, actor.element.at("reference")) if id.upper().startswith("SE") else ""
