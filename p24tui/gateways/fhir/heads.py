"""The head of each resource of a parcel: enough to know what refers to what, and in which order to take them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from msgspec import Struct

from p24tui.gateways.fhir.appointment import read_appointment
from p24tui.gateways.fhir.communication import read_message
from p24tui.gateways.fhir.element import Element, Reading, quote
from p24tui.gateways.fhir.encounter import read_case, read_organization
from p24tui.gateways.fhir.form import read_form
from p24tui.gateways.fhir.model import Kind, Sent, Unusable
from p24tui.gateways.fhir.parcel import Entry, Parcel, Piece
from p24tui.gateways.fhir.people import read_guardian, read_patient
from p24tui.gateways.fhir.refs import bundle_names, identity_number, own_names, ref
from p24tui.text import clean_line

METHODS = ("", "POST", "PUT")

_ORDER = tuple(Kind)
_LAST = datetime.max.replace(tzinfo=UTC)


class Head(Struct, frozen=True):
    """What a resource is and is called.

    ``names`` are the source's own, the first of them its own id; ``bundle_names`` hold within the parcel only.
    ``number`` is a patient's, ``hsa_id`` an Organization's, ``case_names`` what a form calls its case. ``order``
    sorts what others refer to before what refers to it, and makes the order in the parcel mean nothing.
    """

    piece: Piece
    kind: Kind
    names: tuple[str, ...]
    bundle_names: tuple[str, ...]
    order: tuple[int, datetime, str, str, str]
    number: str = ""
    hsa_id: str = ""
    case_names: tuple[str, ...] = ()


def read_head(parcel: Parcel, piece: Piece, reading: Reading) -> Head:
    """Raises ``Unusable`` for what is no resource, of no type that is taken, or has no name to know it by."""
    entry = parcel.entry(piece)
    resource, kind = open_resource(entry, piece, reading)
    if entry.method not in METHODS:
        raise Unusable(f"{piece.path}.request.method", f"{quote(entry.method)} is not done here: only POST and PUT")
    number = identity_number(resource) if kind in (Kind.PATIENT, Kind.GUARDIAN) else None
    names = () if kind is Kind.ORGANIZATION else own_names(resource, kind, entry.full_url, number)
    within = bundle_names(entry.full_url)
    if kind is Kind.ORGANIZATION and resource.text("id"):
        within += (f"{kind}/{resource.text('id')}",)
    return Head(
        piece,
        kind,
        names,
        within,
        _order(resource, kind, names, parcel, piece),
        number.value if number and kind is Kind.PATIENT else "",
        resource.lenient(read_organization, "") if kind is Kind.ORGANIZATION else "",
        ref(resource, "encounter", Kind.CASE).names if kind is Kind.FORM else (),
    )


def labels(parcel: Parcel, piece: Piece) -> tuple[Kind | None, tuple[str, ...]]:
    """The type and the names of a piece that has no head, as far as they can be told: others may refer to it."""
    try:
        entry = parcel.entry(piece)
        kind = Kind(entry.resource["resourceType"])
    except (Unusable, ValueError):
        return None, ()
    id = entry.resource.get("id")
    names = (f"{kind}/{clean_line(id)}",) if isinstance(id, str) else ()
    return kind, names + bundle_names(entry.full_url)


def content_digest(parcel: Parcel, piece: Piece) -> str:
    """What a piece says, whatever envelope it came in; its bytes where it cannot be read."""
    try:
        return digest_of(parcel.entry(piece).resource)
    except Unusable:
        return sha256(parcel.raw(piece)).hexdigest()


def digest_of(resource: dict[str, Any]) -> str:
    """What a resource says, however it is laid out."""
    return sha256(json.dumps(resource, sort_keys=True, default=str).encode()).hexdigest()


def open_resource(entry: Entry, piece: Piece, reading: Reading) -> tuple[Element, Kind]:
    """The resource itself, and its type. Raises ``Unusable`` for a type that is not taken."""
    type = entry.resource["resourceType"]
    path = f"{piece.path}.resource" if piece.path else clean_line(type, 60)
    try:
        kind = Kind(type)
    except ValueError as error:
        raise Unusable(path, f"{quote(type)} is no resource type that is taken here") from error
    return Element(entry.resource, path, reading), kind


def read(resource: Element, kind: Kind, organizations: Mapping[str, str]) -> Sent:
    """What a resource says, all of it. Raises ``Unusable`` where it cannot be taken."""
    match kind:
        case Kind.PATIENT:
            return read_patient(resource)
        case Kind.GUARDIAN:
            return read_guardian(resource)
        case Kind.CASE:
            return read_case(resource, organizations)
        case Kind.FORM:
            return read_form(resource)
        case Kind.MESSAGE:
            return read_message(resource)
        case Kind.BOOKING:
            return read_appointment(resource, organizations)
        case Kind.ORGANIZATION:
            raise AssertionError("an Organization is never taken by itself")


def _order(
    resource: Element, kind: Kind, names: tuple[str, ...], parcel: Parcel, piece: Piece
) -> tuple[int, datetime, str, str, str]:
    """By type, then when it was sent, then what it is called; of two versions of one the later last.

    Where neither tells two apart, lines stand as they came, and entries of a Bundle by their content.
    """
    sent = {Kind.MESSAGE: "sent", Kind.FORM: "authored"}.get(kind)
    at = Element(resource.value, resource.path, Reading(resource.reading.now)).moment(sent) if sent else None
    meta = resource.value.get("meta")
    updated = str(meta.get("lastUpdated", "")) if isinstance(meta, dict) else ""
    tie = f"{piece.position:09}" if piece.line else sha256(parcel.raw(piece)).hexdigest()
    return _ORDER.index(kind), at or _LAST, names[0] if names else "", updated, tie
