"""``python -m tests.tampering --runs 1000 --seed 1 --database postgresql``: tamper with a log at random, and look.

Ends with 0 where all was found and its place named, with 1 where something was not, with 130 where it was interrupted;
what was done until then is told all the same.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from tests import postgres
from tests.tampering import DEEDS, Tampered, Tried, look, tampered_world, try_one
from tests.world import make_world


@dataclass(slots=True)
class Result:
    """How often each kind was tried, found, and found where it was done; ``missed`` are those that were not."""

    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    missed: list[Tried] = field(default_factory=list)

    def add(self, one: Tried) -> None:
        self.tried[one.deed] += 1
        self.found[one.deed] += bool(one.found)
        self.named[one.deed] += one.is_named
        self.missed += [] if one.is_named else [one]

    def lines(self) -> Iterator[str]:
        yield f"{'kind':<36}{'tried':>7}{'found':>7}{'place named':>13}"
        for kind in sorted(self.tried):
            yield f"{kind:<36}{self.tried[kind]:>7}{self.found[kind]:>7}{self.named[kind]:>13}"
        yield f"{'all':<36}{self.tried.total():>7}{self.found.total():>7}{self.named.total():>13}"
        yield from (f"missed: {one.deed} (seed {one.seed}): {one.expected}, but {one.found}" for one in self.missed)


@contextmanager
def _made(database: str) -> Iterator[Tampered]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="p24-tampered-")))
        url = ""
        if database == "postgresql":
            url = stack.enter_context(stack.enter_context(postgres.running()).fresh())
        with make_world(home, url):
            pass
        yield stack.enter_context(tampered_world(home, url))


def main(arguments: Sequence[str] | None = None) -> int:
    """Try so many at random; 0 where all were found and their places named, 1 where not, 130 where interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.tampering", description="Tamper with a log, and look.")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlcipher", "postgresql"), default="sqlcipher")
    asked = parser.parse_args(arguments)
    chance, result, interrupted = random.Random(asked.seed), Result(), False
    with _made(asked.database) as one:
        untouched = look(one.world) == []
        try:
            for number in range(asked.runs):
                result.add(try_one(one, chance.choice(DEEDS), chance.getrandbits(32)))
                if sys.stderr.isatty():
                    click.echo(f"\r{number + 1} / {asked.runs}", nl=False, err=True)
        except KeyboardInterrupt:
            interrupted = True
        else:
            untouched = untouched and look(one.world) == []
    click.echo("\n".join([f"{asked.database}, seed {asked.seed}", *result.lines()]))
    if not untouched:
        click.echo("something was found where nothing had been done")
    if interrupted:
        return 130
    return 1 if result.missed or not untouched else 0


if __name__ == "__main__":
    sys.exit(main())
