"""The table in ``docs/beside-the-peers.md``, made from what was measured."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.peers.rounds import FIGURES, Measured

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "beside-the-peers.md"
BEGIN = "<!-- measured: begin; python -m tests.peers --write -->"
END = "<!-- measured: end -->"
OURS, FLOOR = "p24tui", "one label"
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """A program of the table."""

    name: str
    version: str
    written_in: str
    content: str
    measured: Measured


def table(columns: Iterable[Column]) -> str:
    """What was measured, a program a column, each with its version, what it is written in and what it lists."""
    programs = list(columns)
    rows = [
        ["", *(one.name for one in programs)],
        ["---", *("---:" for _one in programs)],
        ["version", *(one.version for one in programs)],
        ["written in", *(one.written_in for one in programs)],
        ["lists", *(one.content for one in programs)],
    ]
    for figure, (what, unit) in FIGURES.items():
        rows.append([f"{what}, {unit}", *(told(figure, one.measured.value(figure)) for one in programs)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def told(figure: str, value: float | None) -> str:
    """A value as the table has it: milliseconds and per cent below ten with a decimal."""
    if value is None:
        return NOTHING
    return f"{value:.1f}" if value < 10 and figure != "memory" else f"{value:,.0f}"


def behind(columns: Iterable[Column]) -> list[str]:
    """Where the console is behind a program in Python, or behind aerc at a key; a sentence each."""
    programs = list(columns)
    (ours,) = [one for one in programs if one.name == OURS]
    found = []
    for figure, (what, _unit) in FIGURES.items():
        mine = ours.measured.value(figure)
        for one in programs:
            counts = one.name != FLOOR and (
                one.written_in == "Python" or (one.name == "aerc" and figure.startswith("key"))
            )
            other = one.measured.value(figure)
            if counts and one is not ours and mine is not None and other is not None and mine > other:
                found.append(f"{what}: {told(figure, mine)}, and {one.name} {told(figure, other)}")
    return found


def section(columns: Iterable[Column], machine: str, missing: Mapping[str, str]) -> str:
    """All that stands between the marks."""
    programs = list(columns)
    parts = [machine, table(programs)]
    if missing:
        parts.append("\n".join(["Not measured:", "", *(f"- {name}: {why}." for name, why in missing.items())]))
    if late := behind(programs):
        parts.append("\n".join(["Behind:", "", *(f"- {one}." for one in late)]))
    return "\n\n".join(parts)


def put(document: str, between: str) -> str:
    """The document with another section between its marks."""
    before, _begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError("the document has no two marks")
    return f"{before}{BEGIN}\n{between}\n{END}{after}"
