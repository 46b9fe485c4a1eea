"""The content in ``assets/`` is whole: rules, limits, phrases, and the demo's people, who are nobody's."""

import json
import re
import tomllib
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from p24tui.routine.identity import parse_number

ASSETS = Path(__file__).parent.parent / "assets"
DEMO_DAY = date(2026, 11, 23)


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((ASSETS / name).read_text(encoding="utf-8"))


RULE_FILE = load("rules.toml")
RULES: list[dict[str, Any]] = RULE_FILE["rule"]
LIMITS: list[dict[str, Any]] = load("limits.toml")["limit"]
PHRASES: list[dict[str, str]] = load("phrases.toml")["phrase"]
DEMO: dict[str, Any] = load("demo.toml")
PERSONS: list[dict[str, Any]] = json.loads((ASSETS / "demo-persons.json").read_text(encoding="utf-8"))

SECTIONS = {
    "NA": ("Att nå Plattform24", 5),
    "SH": ("Avsluta arbetspass i Plattform24", 1),
    "VI": ("Hantering av videobesök", 14),
    "CH": ("Hantering av chatt", 13),
    "SE": ("Grundläggande service mot invånare", 5),
    "SU": ("Hantering av suicidal patient", 13),
    "PR": ("Skyddade personuppgifter", 3),
    "AP": ("Vårdkontakt för annan persons räkning", 4),
    "DO": ("Dokumentation", 4),
    "IM": ("Överföring och journalföring av bilder och formulär", 4),
    "RE": ("Registrering", 8),
    "GA": ("Den nationella vårdgarantin", 1),
    "LO": ("Loggkontroll", 2),
}
"""The routine's sections, in its order: heading, and how many rules each has."""

KINDS = {"enforce", "guide", "record"}
ORIGINS = {"routine", "law", "project"}
REQUIRED = {"id", "section", "kind", "origin", "sv", "en"}
OPTIONAL = {"open", "extension_sv", "extension_en", "law_sv", "law_en"}
EXTENDED = {
    *("SH-1", "VI-1", "VI-3", "VI-9", "CH-1", "CH-2", "CH-5", "CH-6", "CH-7", "CH-8", "CH-10", "CH-11"),
    *("SE-4", "SU-1", "SU-8", "SU-9", "AP-3", "GA-1", "LO-2"),
}
"""The rules that the project adds something of its own to."""

UNITS = {"seconds", "minutes", "hours", "days", "years", "calls", "tries", "characters", "patients"}

PHRASE_KEYS = {"id", "title_sv", "text_sv", "title_en", "text_en"}
KEYWORDS = {"keywords"}
PLACEHOLDERS = {"patient", "unit", "staff", "profession", "weekday", "opens"}
"""Those that the program fills in."""

FOR_STAFF = {"fråga", "vad", "mottagare", "dag", "tid", "råd", "tecken", "läkemedel"}
"""Those that staff fill in."""

CAPITALS = re.compile(r"(?<!e-)\b[A-ZÅÄÖ]{2,}\b")
ABBREVIATIONS = re.compile(
    r"\b(?:\w{1,3}\.\w{1,3}\b|(?:ang|bl|ca|dvs|exkl|ev|fr|inkl|jfr|kl|max|min|mvh|nr|obs|osv|pga|resp|ssk|st|t|tel|tfn"
    r"|tim|tom|ung|vc|vg|appt|approx|asap|dr|etc|incl|pls|tel|vs)\b)",
    re.IGNORECASE,
)
SEEK_ANEW = re.compile(
    r"\bsök\w* (?:vård )?(?:igen|på nytt|en gång till)|\bhör av dig (?:igen|på nytt)|\bny(?:tt)? (?:ärende|chatt)"
    r"|\b(?:seek|contact us|write to us|apply|start) (?:\w+ )?(?:again|anew)\b|\bnew (?:case|chat|request)\b",
    re.IGNORECASE,
)

OFFICIAL_NUMBERS = frozenset({
    *("189002029800", "194809132386", "195009072553", "195104172555", "195308072395", "195509132386", "196101182803"),
    *("196604072808", "197811012397", "198702072391", "198702192389", "198704202392", "198803042384", "198803162398"),
    *("198805192393", "198806242387", "198902252397", "199003212389", "199005162384", "199712022384", "199811172387"),
    *("200109172395", "200302022389", "200304232390", "201808032393"),
    *("193707219139", "194001079120", "194201199124", "194408139089", "194504269087", "194811172115", "194909162150"),
    *("195004302120", "195206142597", "195407312197", "195509292891", "195610132382", "195805223087", "195911172939"),
    *("196007212613", "196201082697", "196310262628", "196408073416", "196506232880", "196607113146", "196705203252"),
    *("196804159264", "197006121144", "197109259288", "197504049292", "197905209289", "197911109291", "198101079294"),
    *("198506012387", "198506232381", "198808112380", "199011162394", "199012042389", "199102142396", "199104112389"),
    *("199107092398", "199109212382", "199112032397", "199212252382", "199610202385", "199705162387", "199803042382"),
    *("199806152394", "199905022381", "199909282395", "200106052392", "200203302385", "200209042381", "200305082380"),
    *("201903142394", "202003182389"),
})  # fmt: skip
"""Numbers that Skatteverket has published as test numbers, and so will never give to anybody.

A valid number with a birth number that test numbers often have is not enough: before 1990 the same birth numbers were
given to people. Look a number up in the published list before it is added here.
"""


def texts(one: dict[str, Any], *keys: str) -> list[str]:
    return [one[key] for key in keys if key in one]


def check_sentences(text: str) -> None:
    assert text == text.strip()
    assert text.endswith(".")
    assert "  " not in text
    assert "\n" not in text


each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule["id"] for rule in RULES])
each_phrase = pytest.mark.parametrize("phrase", PHRASES, ids=[phrase["id"] for phrase in PHRASES])


def test_the_rules_say_which_routine_they_come_from() -> None:
    assert RULE_FILE["source"] == "Region Halland, Plattform24 – chatt och videobesök, version 2024-03-11"


def test_every_rule_of_the_routine_is_listed_once_and_in_its_order() -> None:
    wanted = [f"{prefix}-{number}" for prefix, (_, count) in SECTIONS.items() for number in range(1, count + 1)]
    assert [rule["id"] for rule in RULES] == wanted


@each_rule
def test_a_rule_is_well_formed(rule: dict[str, Any]) -> None:
    assert rule.keys() >= REQUIRED
    assert rule.keys() <= REQUIRED | OPTIONAL
    assert rule["kind"] in KINDS
    assert rule["origin"] in ORIGINS
    assert rule["section"] == SECTIONS[rule["id"].split("-")[0]][0]
    assert rule.get("open", True) is True  # a rule that is built has no such key


@each_rule
def test_a_rule_is_said_in_both_languages_in_a_few_sentences(rule: dict[str, Any]) -> None:
    for text in texts(rule, "sv", "en", "law_sv", "law_en", "extension_sv", "extension_en"):
        check_sentences(text)
        assert len(re.findall(r"[.?](?= |$)", text)) <= 3
    for part in ("law", "extension"):
        assert (f"{part}_sv" in rule) == (f"{part}_en" in rule)
    assert rule["sv"] != rule["en"]


def test_what_the_project_adds_is_kept_apart_from_the_routine() -> None:
    assert {rule["id"] for rule in RULES if "extension_sv" in rule} == EXTENDED
    assert {rule["id"] for rule in RULES if rule["origin"] == "project"} == {"SU-13", "AP-4"}
    assert {rule["id"] for rule in RULES if rule["origin"] == "law"} == {"LO-2"}
    assert {rule["id"] for rule in RULES if "law_sv" in rule} == {"GA-1"}


def test_a_rule_is_named_in_a_text_only_if_it_exists() -> None:
    known = {rule["id"] for rule in RULES}
    prefixes = "|".join(SECTIONS)
    for rule in RULES:
        for text in texts(rule, "sv", "en", "extension_sv", "extension_en"):
            assert set(re.findall(rf"\b(?:{prefixes})-\d+\b", text)) <= known


@pytest.mark.parametrize("limit", LIMITS, ids=[f"{limit['name']}-{limit['valid_from']}" for limit in LIMITS])
def test_a_limit_is_well_formed_and_its_rule_exists(limit: dict[str, Any]) -> None:
    assert set(limit) == {"name", "value", "unit", "rule", "valid_from"}
    assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*", limit["name"])
    assert type(limit["value"]) is int
    assert limit["value"] >= 0
    assert limit["unit"] in UNITS
    assert limit["rule"] in {rule["id"] for rule in RULES}
    assert type(limit["valid_from"]) is date


def test_a_limit_has_one_value_and_one_unit_on_any_day() -> None:
    dated: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for limit in LIMITS:
        dated[limit["name"]].append(limit)
    for of_name in dated.values():
        assert len({(limit["unit"], limit["rule"]) for limit in of_name}) == 1
        assert all(earlier["valid_from"] < later["valid_from"] for earlier, later in pairwise(of_name))


def test_the_limits_are_the_routines_and_the_laws_and_the_alarms() -> None:
    assert {limit["name"]: (limit["value"], limit["unit"], limit["rule"]) for limit in LIMITS} == {
        "added_days": (1, "days", "CH-6"),
        "suicide_visit_within": (2, "days", "SU-6"),
        "proxy_below_age": (13, "years", "VI-9"),
        "temporary_storage": (2, "hours", "IM-2"),
        "care_guarantee_contact": (0, "days", "GA-1"),
        "care_guarantee_assessment": (3, "days", "GA-1"),
        "care_guarantee_specialist": (90, "days", "GA-1"),
        "care_guarantee_treatment": (90, "days", "GA-1"),
        "read_log_kept": (5, "years", "LO-2"),
        # ours, for the region to confirm
        "temporary_storage_warns": (20, "minutes", "IM-2"),
        "alert_unread_after": (30, "minutes", "CH-13"),
        "alert_repeats_every": (30, "seconds", "CH-3"),
        "alert_rings_apart": (10, "seconds", "CH-3"),
        "alert_escalates_after": (120, "seconds", "CH-2"),
        "takeover_waits": (120, "seconds", "CH-11"),
        "conversation_lives": (30, "minutes", "CH-8"),
        "suicide_visit_recorded": (60, "minutes", "SU-7"),
        "suicide_prolonged_longest": (24, "hours", "SU-9"),
        "suicide_calls": (2, "calls", "SU-9"),
        "suicide_decided_within": (7, "days", "SU-8"),
        "look_lasts": (10, "minutes", "AP-4"),
        "protection_kept": (1440, "minutes", "PR-1"),
        "handover_repeats": (5, "minutes", "CH-11"),
        "handover_escalates": (10, "minutes", "CH-11"),
        "handover_escalates_again": (20, "minutes", "CH-11"),
        "visit_soon_before": (15, "minutes", "NA-3"),
        "visit_morning": (7, "hours", "NA-3"),
        "visit_reminders_apart": (30, "minutes", "NA-3"),
        "visit_lasts": (30, "minutes", "VI-2"),
        "visit_absent_after": (5, "minutes", "VI-13"),
        "sms_day_begins": (6, "hours", "SE-2"),
        "sms_night_begins": (21, "hours", "SE-2"),
        "answer_reminder_kept": (8, "hours", "SE-2"),
        "care_guarantee_contact_near": (60, "minutes", "GA-1"),
        "care_guarantee_near": (240, "minutes", "GA-1"),
        "closing_signed_from": (60, "minutes", "CH-7"),
        "closing_warns_first": (60, "minutes", "CH-5"),
        "closing_warns_again": (30, "minutes", "CH-5"),
        "closing_warns_soon": (15, "minutes", "CH-7"),
        "closing_alarms": (5, "minutes", "CH-7"),
        "roster_seen_ahead": (7, "days", "CH-2"),
        "roster_entry_longest": (24, "hours", "CH-2"),
        "shift_grace": (10, "minutes", "SH-1"),
        "shift_seen_every": (20, "seconds", "SH-1"),
        "shift_longest": (12, "hours", "SH-1"),
        "registration_old": (24, "hours", "RE-6"),
        "registration_undecided": (7, "days", "RE-3"),
        "break_glass_lasts": (60, "minutes", "LO-1"),
        "break_glass_review_within": (24, "hours", "LO-2"),
        "password_least": (12, "characters", "NA-1"),
        "password_tries": (5, "tries", "NA-1"),
        "password_tries_of_person": (50, "tries", "NA-1"),
        "password_tries_of_machine": (200, "tries", "NA-1"),
        "password_tries_forgiven": (24, "hours", "NA-1"),
        "password_wait": (30, "seconds", "NA-1"),
        "password_wait_longest": (15, "minutes", "NA-1"),
        "one_time_password": (72, "hours", "NA-1"),
        "lock_after": (5, "minutes", "NA-1"),
        "lock_after_longest": (30, "minutes", "NA-1"),
        "session_longest": (12, "hours", "NA-1"),
        "login_by_browser": (5, "minutes", "NA-1"),
        "log_many_patients": (30, "patients", "LO-2"),
        "log_many_within": (10, "minutes", "LO-2"),
        "log_looked_back": (7, "days", "LO-2"),
    }


def test_the_phrases_that_the_routine_wants_are_there_once() -> None:
    ids = [phrase["id"] for phrase in PHRASES]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= {
        *("closing", "reminder", "no-times-today", "log-in-yourself", "safe-online", "protected", "after-hours"),
    }
    assert next(phrase["title_sv"] for phrase in PHRASES if phrase["id"] == "closing") == "Stängning"


@each_phrase
def test_a_phrase_has_both_languages_and_only_known_placeholders(phrase: dict[str, str]) -> None:
    assert set(phrase) - KEYWORDS == PHRASE_KEYS
    assert all(value.strip() for value in phrase.values())
    found = {
        language: {name for _, name, _, _ in Formatter().parse(phrase[f"text_{language}"]) if name is not None}
        for language in ("sv", "en")
    }
    assert found["sv"] == found["en"]
    assert found["sv"] <= PLACEHOLDERS | FOR_STAFF


def test_what_a_protected_person_is_told_names_no_unit() -> None:
    (protected,) = [phrase for phrase in PHRASES if phrase["id"] == "protected"]
    for text in texts(protected, "text_sv", "text_en"):
        assert "{" not in text
        assert "1177.se" in text
        assert "112" in text


@each_phrase
def test_a_phrase_keeps_the_tone_of_se_1_and_the_promise_of_se_5(phrase: dict[str, str]) -> None:
    for text in texts(phrase, "title_sv", "text_sv", "title_en", "text_en"):
        words = text.replace("1177.se", "")
        assert "!" not in words
        assert not CAPITALS.search(words)
        assert not ABBREVIATIONS.search(words)
        assert not SEEK_ANEW.search(words)


@pytest.mark.parametrize(
    "text",
    [
        "Ring oss kl 8",
        "ta t.ex. en alvedon",
        "MVH Maria",
        "tfn 010",
        "Obs att",
        "Svara ASAP",
        "etc",
        "Boka tid hos dr Holm",
    ],
)
def test_the_search_for_capitals_and_abbreviations_finds_them(text: str) -> None:
    assert CAPITALS.search(text) or ABBREVIATIONS.search(text)


@pytest.mark.parametrize(
    "text", ["Sök igen i morgon.", "Du får söka på nytt.", "Please seek care again.", "Starta ett nytt ärende"]
)
def test_the_search_for_a_wish_to_seek_anew_finds_it(text: str) -> None:
    assert SEEK_ANEW.search(text)


def numbers() -> set[str]:
    """Every identity number in the demo, whoever's it is."""
    found = {person["number"] for person in PERSONS}
    found |= {guardian["number"] for person in PERSONS for guardian in person.get("guardians", [])}
    found |= {case["number"] for case in DEMO["case"]}
    return found | {case["guardian"]["number"] for case in DEMO["case"] if "guardian" in case}


@pytest.mark.parametrize("number", sorted(numbers()))
def test_a_number_in_the_demo_is_a_published_test_number(number: str) -> None:
    assert number in OFFICIAL_NUMBERS
    assert parse_number(number, today=DEMO_DAY).value == number


def test_no_number_stands_in_a_text_of_the_demo() -> None:
    for case in DEMO["case"]:
        said = [case["text"], *(reply["text"] for reply in case["replies"]), *(row["answer"] for row in case["form"])]
        assert not any(re.search(r"\b\d{6}(?:\d\d)?[-+ ]?\d{4}\b", text) for text in said)


def test_every_telephone_number_in_the_demo_is_in_the_range_for_fiction() -> None:
    everything = (ASSETS / "demo.toml").read_text(encoding="utf-8")
    found = re.findall(r"\b0\d{1,3}-[\d ]{5,}\d", everything)
    assert found
    for one in found:
        digits = re.sub(r"\D", "", one)
        assert "0701740605" <= digits <= "0701740699"
