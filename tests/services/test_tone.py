"""The words of the tone check: every abbreviation and every way to ask is found, and the phrase library is not."""

import re
from typing import Any

import pytest

from p24tui import assets
from p24tui.routine.tone import Fault, Remark
from p24tui.services import tone
from p24tui.words.cases import remark_words

ASSET = assets.load("tone.toml")
ASKS: list[dict[str, Any]] = ASSET["seek_anew"]
PHRASES: list[dict[str, str]] = assets.load("phrases.toml")["phrase"]

each_ask = pytest.mark.parametrize("ask", ASKS, ids=[ask["pattern"] for ask in ASKS])


def faults(text: str, fault: Fault) -> list[tuple[str, str]]:
    return [(one.found, one.better) for one in tone.remarks(text) if one.fault is fault]


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize("short", ASSET["abbreviations"])
def test_every_abbreviation_is_found_in_a_sentence_and_at_its_start(short: str) -> None:
    full = ASSET["abbreviations"][short]
    assert faults(f"Tack, det är {short} bra.", Fault.ABBREVIATION) == [(short, full)]
    at_start = short[0].upper() + short[1:]
    assert faults(f"Tack.\n{at_start} är det bra.", Fault.ABBREVIATION) == [(at_start, full[0].upper() + full[1:])]


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize("short", ASSET["after_number"])
def test_an_abbreviation_after_a_number_is_found_only_there(short: str) -> None:
    assert faults(f"Det är 10 {short} kvar.", Fault.ABBREVIATION) == [(short, ASSET["after_number"][short])]
    assert faults(f"Det är {short} kvar.", Fault.ABBREVIATION) == []


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize("short", ASSET["before_number"])
def test_an_abbreviation_before_a_number_is_found_only_there(short: str) -> None:
    assert faults(f"Det är {short} 34 nu.", Fault.ABBREVIATION) == [(short, ASSET["before_number"][short])]
    assert faults(f"Det är {short} nu.", Fault.ABBREVIATION) == []


@pytest.mark.rule("SE-1")
def test_the_list_of_abbreviations_is_long_and_in_lower_case() -> None:
    every = [*ASSET["abbreviations"], *ASSET["after_number"], *ASSET["before_number"]]
    assert len(every) >= 80
    assert [short for short in every if short != short.lower()] == []


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize("word", ASSET["capitals"])
def test_what_is_always_written_in_capitals_is_left_alone(word: str) -> None:
    assert tone.remarks(f"Vi har talat om {word} med dig.") == ()


@pytest.mark.rule("SE-5")
@each_ask
def test_a_way_to_ask_has_examples_and_no_groups_of_its_own(ask: dict[str, Any]) -> None:
    assert ask["found"]
    assert ask["not_found"]
    assert re.compile(ask["pattern"]).groups == 0


@pytest.mark.rule("SE-5")
@each_ask
def test_a_way_to_ask_is_found_where_it_asks_and_only_there(ask: dict[str, Any]) -> None:
    for text in ask["found"]:
        assert [better.lower() for _, better in faults(text, Fault.SEEK_ANEW)] == [ask["better"]], text
    for text in ask["not_found"]:
        assert faults(text, Fault.SEEK_ANEW) == [], text


@pytest.mark.rule("SE-5")
@each_ask
def test_what_is_offered_is_not_marked_itself(ask: dict[str, Any]) -> None:
    for text in ask["found"]:
        (remark,) = [one for one in tone.remarks(text) if one.fault is Fault.SEEK_ANEW]
        assert faults(text[: remark.start] + remark.better + text[remark.end :], Fault.SEEK_ANEW) == []


@pytest.mark.rule("SE-5")
@pytest.mark.parametrize(
    "text",
    [
        "Vi har tyvärr inga tider i dag, sök igen i morgon.",
        "Du får söka en ny tid i morgon.",
        "Kom tillbaka i morgon.",
        "Ring oss i stället i morgon.",
        "Hör av dig igen i morgon.",
        "Återkom via appen.",
        "Starta en ny chatt.",
        "Skapa nytt ärende.",
    ],
)
def test_what_is_said_when_no_time_is_left_is_found(text: str) -> None:
    assert len(faults(text, Fault.SEEK_ANEW)) == 1


@pytest.mark.rule("SE-5")
@pytest.mark.parametrize(
    "text",
    [
        "Skriv här igen om du blir sämre.",
        "Blir du sämre när vi har stängt kan du ringa 1177. Är det akut, ring 112.",
        "Sök akut om du får svårt att andas, och sök vård direkt om febern kommer igen.",
        "Du behöver inte söka igen eller starta en ny chatt, ärendet ligger kvar hos oss.",
        "Vi hör av oss till dig i morgon och jag återkommer här på måndag.",
        "Har du sökt vård för det här tidigare?",
    ],
)
def test_safety_netting_and_the_same_chat_are_left_alone(text: str) -> None:
    assert tone.remarks(text) == ()


@pytest.mark.rule("SE-1", "SE-5")
@pytest.mark.parametrize("phrase", PHRASES, ids=[phrase["id"] for phrase in PHRASES])
def test_the_phrases_of_the_library_keep_the_tone(phrase: dict[str, str]) -> None:
    assert tone.remarks(phrase["title_sv"]) == ()
    assert tone.remarks(phrase["text_sv"]) == ()


@pytest.mark.rule("SE-1", "SE-5")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Svara ASAP.", '"ASAP": förkortning. Skriv hellre "så snart som möjligt".'),
        ("Ta t.ex. Alvedon.", '"t.ex": förkortning. Skriv hellre "till exempel".'),
        ("Hej!", "Utropstecken: skriv hellre punkt."),
        ("Jaså?!", "Utropstecken: ta bort det."),
        ("Svara NU", "Versaler kan läsas som att man ropar."),
        ("Sök igen.", 'Be inte patienten söka på nytt. Skriv hellre "Skriv här igen".'),
    ],
)
def test_a_remark_says_what_is_wrong_and_what_is_better(text: str, said: str) -> None:
    (remark,) = tone.remarks(text)
    assert remark_words(remark) == said


def test_a_remark_is_drawn_clean() -> None:
    remark = Remark(0, 6, Fault.ABBREVIATION, "t\x1b[31m", "till\nexempel")
    assert remark_words(remark) == '"t\ufffd[31m": förkortning. Skriv hellre "till exempel".'
