"""Patient and RelatedPerson.

Sources: https://hl7.org/fhir/R4/patient.html, https://hl7.org/fhir/R4/relatedperson.html, and the Swedish base
profiles for the systems of identity numbers and protection.
"""

from datetime import date

from p24tui.gateways.fhir.element import Element
from p24tui.gateways.fhir.model import Kind, SentGuardian, SentPatient, Unusable
from p24tui.gateways.fhir.refs import identity_number, ref
from p24tui.routine import phone
from p24tui.routine.identity import IdentityNumber
from p24tui.routine.protection import Protection, strictest
from p24tui.text import clean_line

LABELS = {
    "sekretessmarkering": Protection.MARKED,
    "skyddadfolkbokforing": Protection.POPULATION,
}
"""Codes in ``meta.security``, in small letters. They count whatever their system: a flag is never overlooked."""

_SET_ASIDE = ("old", "maiden", "nickname", "anonymous")


def read_patient(resource: Element) -> SentPatient:
    """Raises ``Unusable`` where the patient has no identity number that can be used."""
    number = identity_number(resource)
    return SentPatient(
        number,
        resource.lenient(_name, ""),
        resource.lenient(lambda one: _born(one, number), number.born),
        resource.lenient(_mobile, ""),
        flags(resource),
    )


def read_guardian(resource: Element) -> SentGuardian:
    """Raises ``Unusable`` where it has no patient, no name or no identity number that can be used."""
    patient = ref(resource, "patient", Kind.PATIENT)
    number = identity_number(resource)
    name = _name(resource)
    if not name:
        raise Unusable(resource.at("name"), "is missing")
    return SentGuardian(patient, number, name, resource.lenient(_relationship, ""), flags(resource))


def flags(resource: Element) -> Protection:
    """What the resource's own security labels say of protection."""
    meta = resource.child("meta")
    if meta is None:
        return Protection.NONE
    codes = [label.text("code").strip().casefold() for label in meta.children("security")]
    return strictest(Protection.NONE, *(LABELS[code] for code in codes if code in LABELS))


def _name(resource: Element) -> str:
    names = resource.children("name")
    usable = [one for one in names if one.text("use") not in _SET_ASIDE] or names
    usable.sort(key=lambda one: one.text("use") != "official")
    return next(filter(None, map(_name_text, usable)), "")


def _name_text(name: Element) -> str:
    if text := name.line("text"):
        return text
    given = name.value.get("given") or []
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise Unusable(name.at("given"), "must be a list of strings")
    return clean_line(" ".join([*given, name.text("family")]))


def _born(resource: Element, number: IdentityNumber) -> date | None:
    text = resource.text("birthDate")
    try:
        said = date.fromisoformat(text) if text else None
    except ValueError:
        said = None
        resource.note("birthDate", "is no whole date, and was left out")
    if number.born and said and said != number.born:
        resource.note("birthDate", "is another day than the identity number tells, which counts")
    return number.born or said


def _mobile(resource: Element) -> str:
    points = [one for one in resource.children("telecom") if one.text("system") in ("phone", "sms")]
    usable = [one for one in points if one.text("use") not in ("old", "work")]
    usable.sort(key=lambda one: one.text("use") != "mobile")
    found = (_e164(one) for one in usable if one.text("value").strip())
    return next(filter(None, found), "")


def _e164(point: Element) -> str:
    """The number in E.164; empty where it is none, or not a mobile."""
    number = phone.e164(point.text("value"))
    if not number:
        point.note("value", "is no telephone number, and was left out")
        return ""
    return number if point.text("use") == "mobile" or phone.is_mobile(number) else ""


def _relationship(resource: Element) -> str:
    for one in resource.children("relationship"):
        for text in (one.line("text"), *(coding.line("display") for coding in one.children("coding"))):
            if text:
                return text
    codes = [coding.line("code") for one in resource.children("relationship") for coding in one.children("coding")]
    return next(filter(None, codes), "")
