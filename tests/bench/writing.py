"""The figure for writing: each letter of an answer until it is painted, while another process changes the database."""

import random
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice

from tests.bench.changing import Load
from tests.bench.figures import ENTER
from tests.bench.measuring import Bench, Result, console, percentile, spread
from tests.bench.terminal import Terminal

NEXT_UNOWNED, CLAIM = b"o", b"t"
FIELD = [sys.executable, "-m", "tests.bench.field"]
WRITE_GOAL = 5.0

ANSWER = (
    "Hej Åsa! Tack för ditt meddelande. Ta tabl. 500 mg 1 ggr/dag till fm och em, dvs. i två veckor. Det är VIKTIGT "
    "att du vilar nu, bl.a. på natten!! Får du feber, ont i bröstet osv. så hör av dig PÅ EN GÅNG. Vi tar även CRP "
    "och ev. ett EKG på besöket, ca kl. 10 på torsdag. Återkom om du inte blir bättre! Hälsningar, Maria "
)
"""Fictional. Full of what breaks the tone, so that marks and what is said about them come and go."""

_PACE = (0.08, 0.15)
"""Seconds between two keys of somebody who types fast."""

_BLOCK = 20
"""Keys typed in one program before it is the other one's turn."""

_TAIL = 12
"""So many letters before the cursor tell which of them have been painted."""

_COMPOSER = re.compile(r"│││(.*?)[ \u2580-\u259f]*││$", re.MULTILINE)
"""The lines within its frame, without the scroll bar at their end."""

_FIELD = re.compile(r"▊ (.*)▎")

_chance = random.Random(8)


@dataclass(slots=True)
class _Sheet:
    """Where one types in a program: ``place`` finds its lines on the screen, ``typed`` is what stands there."""

    terminal: Terminal
    place: re.Pattern[str]
    typed: str = ""

    def type(self, text: str) -> list[float]:
        """Milliseconds from each letter's key until the letter is painted; a space has nothing to paint."""
        pressed, tails = [], []
        self.terminal.shown()
        for letter in text:
            self.terminal.drain()
            at = self.terminal.press(letter.encode())
            self.typed = (self.typed + letter).replace(" ", "")
            if letter != " ":
                pressed.append(at)
                tails.append(self.typed[-_TAIL:])
            self.terminal.rest(_chance.uniform(*_PACE))
        self.terminal.rest(1.0)
        return [(painted - at) * 1000 for at, painted in zip(pressed, self._painted(tails), strict=True)]

    def _painted(self, tails: Sequence[str]) -> list[float]:
        """When each was the end of what stands there; a frame that shows a later one shows those before it too."""
        painted: list[float] = []
        for at in self.terminal.frames():
            awaited = tails[len(painted) : len(painted) + _TAIL]
            shown = self._shown()
            if shown in awaited:
                painted += [at] * (awaited.index(shown) + 1)
        if len(painted) < len(tails):
            raise self.terminal.unseen(f"{tails[len(painted)]} where one types")
        return painted

    def _shown(self) -> str:
        lines = self.place.findall(self.terminal.display())
        return "".join("".join(lines).split())[-_TAIL:]


def write(bench: Bench) -> Iterator[Result]:
    """An answer typed into a case of one's own, at rest and under a load, against a field typed into in turn."""
    many = bench.times(300, 120)
    with console(bench.sqlcipher) as terminal, _field() as other:
        _take_a_case(terminal)
        composer, field = _Sheet(terminal, _COMPOSER), _Sheet(other, _FIELD)
        text = cycle(ANSWER[1:])
        first, _other = (sheet.type(ANSWER[0]) for sheet in (composer, field))
        rest: list[float] = []
        least: list[float] = []
        for _ in range(many // _BLOCK):
            keys = "".join(islice(text, _BLOCK))
            rest += composer.type(keys)
            least += field.type(keys)
        terminal.press(ENTER)  # a paragraph of its own
        with Load(bench.sqlcipher) as changing:
            terminal.rest(2.0)
            cpu, since = terminal.cpu_seconds(), terminal.now()
            loaded = composer.type("".join(islice(cycle(ANSWER), many)))
            percent = 100 * (terminal.cpu_seconds() - cpu) / (terminal.now() - since)
            rate = changing.end()
        if "SE-1" not in terminal.shown():
            raise terminal.unseen("what there is to say about the tone")
    load = {"changes_per_second": rate, "cpu_percent": percent}
    for taken, when, goal in ((loaded, f"{rate:.0f} changes/s", WRITE_GOAL), (rest, "rest", None)):
        numbers = {**spread(taken), **spread(least, "field_"), **(load if taken is loaded else {})}
        for number in (50, 99):
            measured = percentile(taken, number)
            ratio = measured / percentile(least, number)
            what = f"a letter of an answer to paint at {when}, p{number} (ratio: to a field's)"
            yield Result("write", what, "ms", measured, len(taken), ratio, goal if number == 99 else None, numbers)
    yield Result("write", "the first letter of all", "ms", first[0], 1)


@contextmanager
def _field() -> Iterator[Terminal]:
    """The least program that one types into, at rest."""
    with Terminal(FIELD) as terminal:
        terminal.wait(lambda output: "▊".encode() in output, "the field")
        terminal.rest(1.0)
        yield terminal


def _take_a_case(terminal: Terminal) -> None:
    """Go to a case that nobody has, open it and take it on: one stands where one writes then."""
    for key in (NEXT_UNOWNED, ENTER):
        terminal.press(key)
        terminal.rest(1.0)
    terminal.stroke(CLAIM, lambda output: b"Svar till" in output, "where one writes")
    terminal.rest(1.0)
