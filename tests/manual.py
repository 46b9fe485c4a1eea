"""The manual's table of keys is the program's own: ``python -m tests.manual [--write]``.

Without ``--write`` it says which manual is stale and ends with 1. With it, the tables are written anew.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from p24tui import i18n
from p24tui.i18n import _
from p24tui.tui.key_table import KEYS
from p24tui.tui.screens.help import PLACES

DOCS = Path(__file__).resolve().parent.parent / "docs"
MANUALS = {"sv": DOCS / "manual.sv.md", "en": DOCS / "manual.en.md"}

BEGIN = "<!-- keys: python -m tests.manual --write -->"
END = "<!-- /keys -->"

HEADINGS = {
    "sv": ("tangent", "vad den gör", "namn i inställningarna"),
    "en": ("key", "what it does", "name in settings"),
}


def table(language: str) -> str:
    """Every key of the shipped table, place by place, in Markdown."""
    i18n.use_language(language)
    try:
        return "\n".join(_lines(language))
    finally:
        i18n.use_language("sv")


def with_table(manual: str, language: str) -> str:
    """The manual with the table between its marks. Raises ``ValueError`` where it has no marks."""
    before, _begin, rest = manual.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table(language)}\n{END}{after}"


def stale() -> list[Path]:
    """The manuals whose table is another than the program's."""
    return [path for language, path in MANUALS.items() if _read(path) != with_table(_read(path), language)]


def write() -> None:
    """Bring every table up to date."""
    for language, path in MANUALS.items():
        path.write_text(with_table(_read(path), language), encoding="utf-8")


def _lines(language: str) -> Iterator[str]:
    for where, title in PLACES.items():
        yield f"\n**{_(title)}**\n"
        yield f"| {' | '.join(HEADINGS[language])} |"
        yield "|---|---|---|"
        for row in KEYS:
            if where in row.where:
                yield f"| `{row.names}` | {_(row.help)} | `{row.setting}` |"
    yield ""


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main() -> int:
    if "--write" in sys.argv[1:]:
        write()
    found = stale()
    for path in found:
        print(f"stale: {path.relative_to(DOCS.parent)}; run python -m tests.manual --write", file=sys.stderr)
    print(f"manual: {len(KEYS)} keys, {len(found)} stale")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
