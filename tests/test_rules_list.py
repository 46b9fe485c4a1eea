"""The list of the routine's rules is whole: every rule once, in both languages, each saying whose it is."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

RULES_FILE = Path(__file__).parent.parent / "assets" / "rules.toml"
RULES: list[dict[str, Any]] = tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))["rule"]

# How many rules each section of the routine has, in the routine's order.
COUNTS = {
    "NA": 5,
    "SH": 1,
    "VI": 14,
    "CH": 13,
    "SE": 5,
    "SU": 13,
    "PR": 3,
    "AP": 4,
    "DO": 4,
    "IM": 4,
    "RE": 8,
    "GA": 1,
    "LO": 2,
}
IDS = [f"{section}-{number}" for section, count in COUNTS.items() for number in range(1, count + 1)]
KINDS = {"enforce", "guide", "record"}
ORIGINS = {"routine", "law", "project"}


def languages(rule: dict[str, Any]) -> dict[str, str]:
    """Every Swedish and English text of a rule, by key."""
    return {key: text for key, text in rule.items() if key == "sv" or key == "en" or key.endswith(("_sv", "_en"))}


def test_ids_are_unique() -> None:
    ids = [rule["id"] for rule in RULES]
    assert len(ids) == len(set(ids))


def test_every_rule_is_there_in_the_routines_order() -> None:
    assert [rule["id"] for rule in RULES] == IDS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["id"]))
def test_a_rule_says_its_kind_and_whose_it_is(rule: dict[str, Any]) -> None:
    assert rule["kind"] in KINDS
    assert rule["origin"] in ORIGINS
    assert rule["section"].strip()
    # A built rule has no `open` at all; `open = false` would be a third way to say it.
    assert rule.get("open", True) is True


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["id"]))
def test_a_rule_is_written_in_both_languages_without_exclamation_marks(rule: dict[str, Any]) -> None:
    texts = languages(rule)
    assert {"sv", "en"} <= texts.keys()
    for key, text in texts.items():
        assert text.strip(), key
        assert "!" not in text, key
        twin = key[:-2] + ("en" if key.endswith("sv") else "sv")
        assert twin in texts, f"{key} lacks {twin}"
