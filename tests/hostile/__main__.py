"""Hostile text through every place that it can reach: ``python -m tests.hostile [--payloads 2000] [--seed N]``.

Each payload by itself through every function by which text leaves; in every field by which it comes in, after which
nothing stored may hold it raw; and, put into the database past every gate, through the commands, the screens and a real
terminal. Says what it has done, and ends with 1 where hostile text had an effect. Ctrl+C leaves nothing behind.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar

from p24tui.services import intake
from tests.hostile import commands, entries, terminal
from tests.hostile.columns import LINES, TEXTS
from tests.hostile.gates import GATES, on_paper
from tests.hostile.payloads import corpus
from tests.hostile.poison import Harmless, Single, Source
from tests.hostile.screens import SIZES, Walks, Worlds
from tests.hostile.worlds import DAYS
from tests.world import make_world

ON_PAPER = 100
"""Payloads in one PDF."""

IN_TERMINAL = 100
"""Lines of the list in one terminal."""

REPEATED = 6
"""How many lines of payloads each command is given as arguments."""

P = ParamSpec("P")
R = TypeVar("R")

PARTS = ("gates", "entries", "commands", "terminal", "screens")


class Run:
    """One run: what was tried, and what went wrong."""

    def __init__(self, payloads: Sequence[str], folder: Path, rounds: int) -> None:
        self.payloads = payloads
        self.rounds = rounds
        self.found: list[str] = []
        self._folder = folder
        self._worlds = Worlds(folder)

    def carry_out(self, parts: Iterable[str]) -> None:
        for part in parts:
            began = time.monotonic()
            said = getattr(self, part)()
            print(f"{part}: {said}; {time.monotonic() - began:.0f} s", flush=True)

    def gates(self) -> str:
        for name, gate in GATES.items():
            for text in self.payloads:
                self._try(f"{name}, {ascii(text)[:80]}", gate, text)
        for start in range(0, len(self.payloads), ON_PAPER):
            self._try("PDF", on_paper, self.payloads[start : start + ON_PAPER])
        return f"{len(self.payloads)} payloads × {len(GATES) + 1} places"

    def entries(self) -> str:
        logged = entries.Logged()
        logging.getLogger().addHandler(logged)
        with make_world(self._folder / "entries") as world:
            token = intake.make_token(world.system, "test")
            for way in (entries.fhir, entries.hl7, entries.typed):
                self._try(way.__name__, way, world, self.payloads)
            stored = self._try("stored", entries.check_stored, world)
            answers = self._try("http", lambda: asyncio.run(entries.http(world, self.payloads, token)))
        logging.getLogger().removeHandler(logged)
        return (
            f"{len(self.payloads)} payloads by FHIR, HL7, HTTP and keyboard, {stored} stored values, {answers} answers"
        )

    def commands(self) -> str:
        source, ran = Source(self.payloads), 0
        for name in ("desk", "visits", "registration"):
            with (
                self._worlds.poisoned(DAYS[name], source) as (world, _reached),
                commands.at_home(world.system.settings.home),
            ):
                kept = [one.id for one in intake.unsettled(world.system)]
                ran += self._try(f"commands, {name}", commands.print_all, kept[0] if kept else "x") or 0
        with (
            self._worlds.poisoned(DAYS["desk"], source) as (world, _reached),
            commands.at_home(world.system.settings.home),
        ):
            for _number in range(REPEATED):
                self._try("arguments", commands.repeat, source.line())
        return f"{ran} that print, {REPEATED * len(commands.REPEATS)} that repeat an argument"

    def terminal(self) -> str:
        seen = written = 0
        for start in range(0, len(self.payloads), IN_TERMINAL):
            part = self.payloads[start : start + IN_TERMINAL]
            pair: list[terminal.Seen] = []
            for number, source in enumerate((Harmless(["Ett harmlöst ord"]), Single(part))):
                with make_world(self._folder / f"terminal{start}-{number}") as world:
                    pair += filter(None, [self._try("terminal", terminal.see, world, source, len(part))])
            if len(pair) == 2:
                self._try("terminal", terminal.compare, pair[1], pair[0])
                seen, written = seen + len(part), written + len(pair[1].written)
        return f"{seen} payloads as names and matters of a list, {written} bytes"

    def screens(self) -> str:
        source, walks, walked = Source(self.payloads), Walks(self._worlds), 0
        for number in range(self.rounds):
            for name, day in DAYS.items():
                for way in day.ways:
                    walk = walks.walk(name, way, source, SIZES[number % len(SIZES)], numbers=number % 2 == 1)
                    self._try(f"{name}, {way}", asyncio.run, walk)
                    walked += 1
                    print(f"  {walked} ways, {source.given} payloads: {name}, {way}", flush=True)
        missing = {
            f"{table}.{name}" for kind in (LINES, TEXTS) for table in kind for name in kind[table]
        } - walks.reached
        return f"{walked} ways, {source.given} payloads drawn behind them; no row for {', '.join(sorted(missing))}"

    def _try(self, where: str, does: Callable[P, R], *given: P.args, **named: P.kwargs) -> R | None:
        """Go on after what goes wrong: one run finds all of it."""
        try:
            return does(*given, **named)
        except Exception as error:  # noqa: BLE001 - a crash is what is looked for
            self.found.append(f"{where}: {type(error).__name__}: {error}"[:500])
            print(f"✗ {self.found[-1]}", flush=True)
            return None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--payloads", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="times through all screens, each at another size")
    parser.add_argument("--only", choices=PARTS, action="append")
    chosen = parser.parse_args(arguments)
    payloads = corpus(chosen.payloads, chosen.seed)
    print(f"{len(payloads)} payloads, seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(payloads, Path(folder), chosen.rounds)
        try:
            run.carry_out(chosen.only or PARTS)
        except KeyboardInterrupt:
            print("broken off", file=sys.stderr)
            return 130
    print(f"{len(run.found)} findings")
    return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
