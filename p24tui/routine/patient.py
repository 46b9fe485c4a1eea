"""The patient, and what of a patient may be shown."""

from datetime import date

from msgspec import Struct

from p24tui.routine.identity import age_on
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule


class Patient(Struct, frozen=True):
    """A person who has sought care. ``number`` is a Swedish identity number, ``mobile`` is E.164 or empty."""

    id: str
    number: str
    name: str
    born: date | None
    protection: Protection
    mobile: str = ""


class ShownPatient(Struct, frozen=True):
    """What screens, lists, titles and exports get to see. Name, number and age are empty where protected."""

    name: str
    number: str
    age: int | None
    protection: Protection

    @property
    def protected(self) -> bool:
        return is_protected(self.protection)


@rule("PR-1")
def shown(patient: Patient, today: date) -> ShownPatient:
    """The patient as they may be shown: a protected person has neither name, number nor age anywhere."""
    if is_protected(patient.protection):
        return ShownPatient("", "", None, patient.protection)
    age = None if patient.born is None else age_on(patient.born, today)
    return ShownPatient(patient.name, patient.number, age, patient.protection)
