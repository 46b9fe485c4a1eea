"""The names that resources go by, and references to them in every usual form."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from p24tui.gateways.fhir.element import Element, Reading, quote
from p24tui.gateways.fhir.model import Kind, Ref, Unusable
from p24tui.ids import stable_id
from p24tui.routine.identity import BadNumber, IdentityNumber, NumberKind, check_hsa_id, parse_number
from p24tui.text import clean_line

HSA_ID = "urn:oid:1.2.752.29.4.19"
NUMBERS = {
    "http://electronichealth.se/identifier/personnummer": NumberKind.PERSONNUMMER,
    "http://electronichealth.se/identifier/samordningsnummer": NumberKind.SAMORDNINGSNUMMER,
    "http://electronichealth.se/identifier/nationelltReservnummer": NumberKind.RESERVNUMMER,
}
"""Identifier systems of identity numbers, the one that is preferred first."""

LONGEST_NAME = 255

_UNCUT = 100_000  # a name that is cut could be taken for another

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_TYPE_AND_ID = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})", re.ASCII)
_TYPE = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[^/]+", re.ASCII)
_HISTORY = re.compile(r"/_history/[^/]*\Z")


def token(system: str, value: str) -> str:
    """An identifier as one name: ``system|value``."""
    return f"{clean_line(system, _UNCUT)}|{clean_line(value, _UNCUT)}"


def number_token(number: IdentityNumber) -> str:
    """An identity number as one name."""
    system = next(system for system, kind in NUMBERS.items() if kind is number.kind)
    return token(system, number.value)


def own_names(resource: Element, kind: Kind, full_url: str, number: IdentityNumber | None = None) -> tuple[str, ...]:
    """What the source calls this resource: its identifier, its id, or the urn of its Bundle entry.

    The first is the source's own id. Raises ``Unusable`` where there is none: sent again it could not be known.
    """
    names = [number_token(number)] if number else [name for name in (_identifier(resource),) if name]
    id = resource.text("id")
    if id and not _ID.fullmatch(id):
        raise Unusable(resource.at("id"), f"{quote(id)} is no FHIR id")
    if id:
        names.append(f"{kind}/{id}")
    if not names:
        names += bundle_names(full_url)[-1:]
    if not names:
        raise Unusable(resource.path, "has neither identifier nor id: sent again it could not be told from another")
    if max(map(len, names)) > LONGEST_NAME:
        raise Unusable(resource.at("identifier"), f"is longer than {LONGEST_NAME} characters")
    return tuple(names)


def bundle_names(full_url: str) -> tuple[str, ...]:
    """What other entries of the same Bundle may call an entry besides: its fullUrl, and the id that ends it."""
    if not full_url:
        return ()
    match = _TYPE_AND_ID.fullmatch(full_url)
    exact = clean_line(full_url, _UNCUT)
    return (exact, f"{match[1]}/{match[2]}") if match else (exact,)


def optional_ref(element: Element, name: str, kind: Kind) -> Ref | None:
    """The reference of that name; none where it is absent or only words."""
    child = element.child(name)
    if child is None or not (child.has("reference") or child.has("identifier")):
        return None
    return ref(element, name, kind)


def ref(element: Element, name: str, kind: Kind) -> Ref:
    """The reference of that name to a resource of one type. Raises ``Unusable`` where it is none."""
    child = element.child(name)
    if child is None:
        raise Unusable(element.at(name), f"is missing: the {kind} that it belongs to")
    names: list[str] = []
    if text := child.text("reference").strip():
        names += _names_in(text, child, kind)
    identifier = child.child("identifier")
    if identifier is not None and identifier.has("value"):
        names.append(_logical(identifier.text("system"), identifier.text("value"), element.reading))
    if not names:
        raise Unusable(child.path, f"refers to no {kind}: it has neither reference nor identifier")
    return Ref(child.path, tuple(dict.fromkeys(names)))


def number_in(name: str) -> str:
    """The identity number that a name consists of; empty where it is another."""
    system, _bar, value = name.rpartition("|")
    return value if system in NUMBERS else ""


def number_among(names: Iterable[str], reading: Reading) -> IdentityNumber | None:
    """The first of the names that is an identity number, as such; none where none of them is a valid one."""
    for name in names:
        system, _bar, value = name.rpartition("|")
        try:
            if system in NUMBERS:
                kind, pattern = NUMBERS[system], reading.reserve_pattern
                return parse_number(value, today=reading.today, kind=kind, reserve_pattern=pattern)
        except BadNumber:
            continue
    return None


def label(kind: Kind, name: str) -> str:
    """What to call a resource in a sentence: never by an identity number."""
    if number_in(name):
        return f"the {kind} with that identity number ({stable_id(name)[:8]})"
    return name if name.startswith(f"{kind}/") else f"{kind} {name}"


def referred(resource: object) -> set[str]:
    """The names in every reference within a resource, to whatever type."""
    found: set[str] = set()
    waiting = [resource]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            text = value.get("reference")
            if isinstance(text, str):
                found.update(bundle_names(_HISTORY.sub("", text.strip())))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def type_of_ref(element: Element) -> str:
    """The resource type that a reference says it is to; empty where it does not say."""
    if declared := element.text("type"):
        return declared.rpartition("/")[2]
    text = _HISTORY.sub("", element.text("reference").strip())
    path, question, _query = text.partition("?")
    match = _TYPE.fullmatch(path)
    return match[1] if match else path if question else ""


def hsa_id(value: str, path: str) -> str:
    """An HSA-id. Raises ``Unusable`` where it is none."""
    try:
        return check_hsa_id(value)
    except ValueError as error:
        raise Unusable(path, f"{quote(value)} is no HSA-id: {error}") from error


def identity_number(resource: Element) -> IdentityNumber:
    """The identity number among a person's identifiers; a personnummer before any other.

    Raises ``Unusable`` where there is none, it is none, or there are two of a kind.
    """
    found: dict[NumberKind, tuple[IdentityNumber, str]] = {}
    for one in resource.children("identifier"):
        kind = NUMBERS.get(one.text("system"))
        if kind is None or one.text("use") == "old":
            continue
        number = _number(one, kind)
        if found.setdefault(kind, (number, one.path))[0] != number:
            raise Unusable(one.path, f"is another {kind} than {found[kind][1]}")
    for kind in NUMBERS.values():
        if kind in found:
            return found[kind][0]
    raise Unusable(resource.at("identifier"), f"has no identity number of a system taken here: {', '.join(NUMBERS)}")


def _number(one: Element, kind: NumberKind) -> IdentityNumber:
    reading = one.reading
    try:
        return parse_number(one.text("value"), today=reading.today, kind=kind, reserve_pattern=reading.reserve_pattern)
    except BadNumber as error:
        raise Unusable(one.at("value"), str(error)) from error


def _identifier(resource: Element) -> str:
    # QuestionnaireResponse and Bundle have one identifier, the others a list.
    value: Any = resource.value.get("identifier")
    found = resource.children("identifier") if isinstance(value, list) else [resource.child("identifier")]
    for one in found:
        if one is not None and one.text("value").strip():
            return token(one.text("system"), one.text("value"))
    return ""


def _names_in(text: str, child: Element, kind: Kind) -> list[str]:
    text = _HISTORY.sub("", text)
    if text.startswith("#"):
        raise Unusable(child.path, f"refers to a contained resource: send the {kind} as a resource of its own")
    said = type_of_ref(child)
    if said and said != kind:
        raise Unusable(child.path, f"refers to {quote(said)}, where a {kind} is wanted")
    path, question, query = text.partition("?")
    if question:
        return _conditional(query, child)
    match = _TYPE_AND_ID.fullmatch(path)
    exact = clean_line(text, _UNCUT)
    return [exact, f"{kind}/{match[2]}"] if match else [exact]


def _conditional(query: str, child: Element) -> list[str]:
    values = parse_qs(query).get("identifier", [])
    if len(values) != 1:
        raise Unusable(child.path, "is a conditional reference by something else than one identifier")
    system, bar, value = values[0].rpartition("|")
    return [_logical(system if bar else "", value, child.reading)]


def _logical(system: str, value: str, reading: Reading) -> str:
    kind = NUMBERS.get(system)
    if kind is not None:
        try:
            parsed = parse_number(value, today=reading.today, kind=kind, reserve_pattern=reading.reserve_pattern)
            return number_token(parsed)
        except BadNumber:
            pass
    return token(system, value)
