"""Telephone numbers: in E.164 where they are numbers, and as people write them."""

import pytest

from p24tui.routine import phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("070-174 06 05", "+46701740605"),
        ("0701740605", "+46701740605"),
        ("+46 (0)70-174 06 05", "+46701740605"),
        ("0046701740605", "+46701740605"),
        ("+47 406 12 345", "+4740612345"),
        ("08-12 34 56", "+468123456"),
        ("070-1", ""),
        ("", ""),
        ("ring mig", ""),
        ("112", ""),
        ("+46701740605; rm -rf", ""),
        ("+4670174060512345", ""),
    ],
)
def test_a_number_is_kept_in_e164_or_not_at_all(typed: str, number: str) -> None:
    assert phone.e164(typed) == number


def test_a_mobile_is_told_from_a_telephone_on_a_wall() -> None:
    assert phone.is_mobile("+46701740605")
    assert not phone.is_mobile("+468123456")


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+46701740605", "070-174 06 05"), ("+4740612345", "+47 40 61 23 45"), ("", ""), ("ring mig", "ring mig")],
)
def test_a_number_is_shown_as_people_write_it(number: str, shown: str) -> None:
    assert phone.shown(number) == shown
