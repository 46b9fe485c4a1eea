"""The check of the translation finds what it is there to find."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

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
    catalogue = translations.EnglishCatalog()
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
