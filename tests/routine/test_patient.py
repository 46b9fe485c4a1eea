"""What of a patient may be shown (PR-1)."""

from datetime import date

import pytest

from p24tui.routine.patient import Patient, ShownPatient, shown
from p24tui.routine.protection import Protection

TODAY = date(2026, 11, 23)


def patient(protection: Protection) -> Patient:
    return Patient("p", "195009072553", "John Goode Johansson", date(1950, 9, 7), protection, "+46701740605")


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1")
@pytest.mark.parametrize("protection", [Protection.MARKED, Protection.POPULATION])
def test_a_protected_person_has_no_name_number_or_age(protection: Protection) -> None:
    assert shown(patient(protection), TODAY) == ShownPatient("", "", None, protection)


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.UNKNOWN])
def test_others_are_shown_with_their_age(protection: Protection) -> None:
    assert shown(patient(protection), TODAY) == ShownPatient("John Goode Johansson", "195009072553", 76, protection)
