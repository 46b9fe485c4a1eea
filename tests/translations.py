"""Every translation is complete and fits the source: ``python -m tests.translations [--write]``.

Without ``--write`` it says what is wrong and ends with 1. With it, each language's ``p24tui.po`` gets the sentences
that are new in the source, to be translated by hand, and loses those that are gone; then ``p24tui.mo`` is compiled
from it. A language of ``p24tui.i18n`` that has no such files yet gets them.
"""

import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from p24tui.i18n import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "p24tui"
LOCALE = ROOT / "assets" / "locale"
TRANSLATED = LANGUAGES[1:]

KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
COMMENT_TAG = "Translators:"
HEADER = "# The {name} of p24tui; the Swedish sentences stand in the source itself."
HEADERS = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}


class LanguageCatalog(Catalog):
    """A catalogue whose file depends on its messages alone, not on when and by what it was written."""

    def __init__(self, language: str = "en") -> None:
        header = HEADER.format(name=Locale.parse(language).english_name)
        super().__init__(language, header_comment=header, project="p24tui", version="", fuzzy=False, charset="utf-8")

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self._get_mime_headers() if name in HEADERS]


def sentences(source: Path = SOURCE) -> Catalog:
    """What the source says in Swedish, not yet translated."""
    found = LanguageCatalog()
    for _file, _line, message, comments, _context in sorted(
        extract_from_dir(source, keywords=KEYWORDS, comment_tags=(COMMENT_TAG,)), key=str
    ):
        found.add(message, auto_comments=comments)
    return found


def files(language: str) -> tuple[Path, Path]:
    """Where a language's sentences are translated, and what the program reads."""
    folder = LOCALE / language / "LC_MESSAGES"
    return folder / "p24tui.po", folder / "p24tui.mo"


def translated(language: str) -> Catalog:
    """What has been translated into the language so far."""
    po, _mo = files(language)
    if not po.exists():
        return LanguageCatalog(language)
    with po.open("rb") as file:
        return read_po(file, locale=language)


def merged(wanted: Catalog, known: Catalog) -> Catalog:
    """The sentences of the source with the translations that are known of them."""
    catalogue = LanguageCatalog(str(known.locale))
    for message in _messages(wanted):
        catalogue.add(message.id, _translation(message, known), auto_comments=message.auto_comments)
    return catalogue


def problems(wanted: Catalog, known: Catalog) -> Iterator[str]:
    """Whatever keeps the translation from being complete."""
    for message in _messages(wanted):
        translation = _parts(_translation(message, known))
        if not any(translation):
            yield f"not translated: {message.id!r}"
        elif not all(translation):
            yield f"one of its plurals is not translated: {message.id!r}"
        elif not _same_placeholders(message, translation):
            yield f"other placeholders than the source: {message.id!r}"
    for message in _messages(known):
        if _find(wanted, message) is None:
            yield f"no longer in the source: {message.id!r}"
        if message.fuzzy:
            yield f"marked as fuzzy: {message.id!r}"
    for message in known.obsolete.values():
        yield f"marked as obsolete: {message.id!r}"


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def check(wanted: Catalog, language: str) -> list[str]:
    """What is wrong with a translation as it lies in ``assets``; nothing where it is whole."""
    known, (po, mo) = translated(language), files(language)
    found = list(problems(wanted, known))
    if not mo.exists() or mo.read_bytes() != compiled(merged(wanted, known)):
        found.append(f"{mo.name} is not what {po.name} compiles to")
    return [f"{language}: {one}" for one in found]


def write(wanted: Catalog, language: str) -> None:
    """Bring both files of a language up to date with the source."""
    catalogue, (po, mo) = merged(wanted, translated(language)), files(language)
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, catalogue, width=100, no_location=True, sort_output=True)
    mo.write_bytes(compiled(catalogue))


def _messages(catalogue: Catalog) -> list[Message]:
    return sorted((message for message in catalogue if message.id), key=lambda message: _parts(message.id))


def _find(catalogue: Catalog, message: Message) -> Message | None:
    found = catalogue.get(message.id)
    return found if found is not None and found.id == message.id else None


def _translation(message: Message, known: Catalog) -> str | list[str] | tuple[str, ...]:
    found = _find(known, message)
    if found is None or not found.string:
        return ("", "") if message.pluralizable else ""
    return found.string


def _parts(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _same_placeholders(message: Message, translation: tuple[str, ...]) -> bool:
    """A singular may leave out the number; every other sentence names what the source names."""
    wanted = set().union(*(_placeholders(part) for part in _parts(message.id)))
    named = [_placeholders(part) for part in translation]
    return all(one <= wanted for one in named) and named[-1] == wanted


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a lone brace: no format string
        return set()


def main() -> int:
    wanted = sentences()
    if "--write" in sys.argv[1:]:
        for language in TRANSLATED:
            write(wanted, language)
    found = [one for language in TRANSLATED for one in check(wanted, language)]
    for one in found:
        print(one, file=sys.stderr)
    print(f"translations: {len(_messages(wanted))} sentences, {', '.join(TRANSLATED)}, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
