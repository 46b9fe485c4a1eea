"""Placeholders: found, filled, and never sent to a patient."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.decision import Refusal
from p24tui.routine.phrase import fill, may_send, unfilled

NAMES = st.from_regex(r"[a-zåäöA-ZÅÄÖ0-9_-]{1,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hej.", ()),
        ("Hej {patient}. {unit} stänger, {patient}.", ("patient", "unit")),
        ("{råd} {mät-värde} {dag_2} {Åä}", ("råd", "mät-värde", "dag_2", "Åä")),
        ("{} { patient } {två ord} {a.b} {a!r} {öppen stängd} }{", ()),
        ("{{tid}}", ("tid",)),
        ("{rad\nbruten}", ()),
    ],
)
def test_a_placeholder_is_one_word_between_braces(text: str, names: tuple[str, ...]) -> None:
    assert unfilled(text) == names


def test_what_is_known_is_filled_in_and_the_rest_stays() -> None:
    text = "Hej {patient}. {unit} ringer {dag} { sic }."
    assert fill(text, {"patient": "Maria", "unit": "Åsen", "råd": "vila"}) == "Hej Maria. Åsen ringer {dag} { sic }."


def test_a_value_is_never_filled_itself() -> None:
    values = {"patient": "{unit}", "unit": r"\1 {patient}"}
    assert fill("Hej {patient} på {unit}.", values) == r"Hej {unit} på \1 {patient}."


@given(st.lists(st.tuples(st.text("ab {}\n"), NAMES)))
def test_when_every_placeholder_has_a_value_none_is_left(parts: list[tuple[str, str]]) -> None:
    text = "".join(f"{before}{{{name}}}" for before, name in parts)
    assert unfilled(fill(text, dict.fromkeys(unfilled(text), "i dag"))) == ()


@pytest.mark.rule("SE-1")
def test_a_text_with_something_to_fill_in_is_not_for_a_patient() -> None:
    assert may_send("Vi ringer dig {dag} klockan {tid}.") == Refusal("SE-1", "unfilled")
    assert unfilled("Vi ringer dig {dag} klockan {tid}.") == ("dag", "tid")


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize("text", ["Vi ringer dig i dag.", "", "{ }", "Mängden {1, 2, 3}"])
def test_other_braces_are_the_writers_own(text: str) -> None:
    assert may_send(text) is None
