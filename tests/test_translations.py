"""The check of the translation finds what it is there to find."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from p24tui import assets, i18n
from p24tui.settings import Settings
from p24tui.words.risk import rungs
from tests import translations

SOURCE = """
from p24tui.i18n import N_, _, ngettext
LATER = N_("Ny")
HELLO = _("Hej {name}")
COUNT = ngettext("{count} svar", "{count} flera svar", 2)
"""


@pytest.fixture
def wanted(tmp_path: Path) -> Catalog:
    (tmp_path / "said.py").write_text(SOURCE, encoding="utf-8")
    return translations.sentences(tmp_path)


@pytest.fixture
def known() -> Catalog:
    catalogue = translations.LanguageCatalog()
    catalogue.add("Ny", "New")
    catalogue.add("Hej {name}", "Hello {name}")
    catalogue.add(("{count} svar", "{count} flera svar"), ("One answer", "{count} answers"))
    return catalogue


def test_a_whole_translation_has_no_problem(wanted: Catalog, known: Catalog) -> None:
    assert list(translations.problems(wanted, known)) == []


def test_a_new_sentence_is_found(wanted: Catalog, known: Catalog) -> None:
    known.delete("Ny")
    assert list(translations.problems(wanted, known)) == ["not translated: 'Ny'"]


def test_an_empty_plural_is_found(wanted: Catalog, known: Catalog) -> None:
    known["{count} svar"].string = ("One answer", "")
    assert "one of its plurals" in next(translations.problems(wanted, known))


def test_a_sentence_that_is_gone_is_found(wanted: Catalog, known: Catalog) -> None:
    known.add("Borta", "Gone")
    assert list(translations.problems(wanted, known)) == ["no longer in the source: 'Borta'"]


def test_a_guess_is_found(wanted: Catalog, known: Catalog) -> None:
    known["Ny"].flags.add("fuzzy")
    assert list(translations.problems(wanted, known)) == ["marked as fuzzy: 'Ny'"]


@pytest.mark.parametrize("translation", ["Hello", "Hello {nam}", "Hello {name} {age}"])
def test_another_placeholder_is_found(wanted: Catalog, known: Catalog, translation: str) -> None:
    known["Hej {name}"].string = translation
    assert list(translations.problems(wanted, known)) == ["other placeholders than the source: 'Hej {name}'"]


def test_what_is_compiled_depends_on_the_messages_alone(wanted: Catalog, known: Catalog) -> None:
    once = translations.compiled(translations.merged(wanted, known))
    assert once == translations.compiled(translations.merged(wanted, known))
    assert b"Date" not in once
    assert b"Hello {name}" in once


def test_no_sentence_hides_in_a_format_string() -> None:
    """What stands quoted inside the braces of an f-string is not found by the extraction."""
    hidden = re.compile(r"""f(["']).*\{[^}"']*_\(["']""")
    for source in (Path(__file__).parent.parent / "p24tui").rglob("*.py"):
        assert not hidden.search(source.read_text(encoding="utf-8")), source


def test_a_language_with_three_plurals_wants_them_all(wanted: Catalog) -> None:
    polish = translations.LanguageCatalog("pl")
    polish.add("Ny", "Nowa")
    polish.add("Hej {name}", "Cześć {name}")
    polish.add(("{count} svar", "{count} flera svar"), ("odpowiedź", "{count} odpowiedzi", ""))
    assert "one of its plurals" in next(translations.problems(wanted, polish))
    polish["{count} svar"].string = ("odpowiedź", "{count} odpowiedzi", "{count} odpowiedzi")
    assert list(translations.problems(wanted, translations.merged(wanted, polish))) == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_language_of_the_settings_is_spoken(language: str) -> None:
    i18n.use_language(language)
    assert i18n.language() == language
    assert (i18n._("Patientlista") == "Patientlista") == (language == "sv")
    assert all(rungs().values())
    (setting,) = (one for one in fields(Settings) if one.name == "lang")
    assert re.search(rf"\b{language}\b", setting.metadata["doc"])


def test_an_unknown_language_leaves_swedish() -> None:
    i18n.use_language("en")
    i18n.use_language("xx")
    assert (i18n.language(), i18n._("Patientlista")) == ("sv", "Patientlista")


def test_every_folder_of_a_translation_is_a_language_of_the_settings() -> None:
    assert {one.name for one in assets.path("locale").iterdir()} == set(translations.TRANSLATED)
