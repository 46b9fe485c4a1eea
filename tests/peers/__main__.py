"""Measure the console beside programs of its kind.

    python -m tests.peers [--write] [--only NAME,…] [--rounds N] [--cache FOLDER]

Fetches each peer the first time, measures all in turn, and prints the table of ``docs/beside-the-peers.md``; with
``--write`` it is put there. Ends with 1 where nothing could be measured of the console. Linux only.
"""

import argparse
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

import p24tui
from p24tui.clock import SystemClock, local_date
from tests.bench.filled import filled
from tests.bench.measuring import CASES
from tests.bench.terminal import COLUMNS, ROWS, Unseen
from tests.peers import driving
from tests.peers.driving import NOT_MEASURED, PEERS, Driven, Peer
from tests.peers.having import CannotBeHad, without_network
from tests.peers.rounds import Measured, measure
from tests.peers.table import DOCUMENT, FLOOR, OURS, Column, put, section

BUSY = """\
**The machine did much else meanwhile.** Times are longer than they are alone, near values cannot be told apart, and
what computes in several threads suffers most. Versions and memory hold better than the rest."""
"""What stands above a table that was measured where more programs than cores wanted to run."""


@dataclass(slots=True)
class Run:
    """What is measured, and what of it could not be."""

    columns: list[tuple[Column, Driven]] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=lambda: dict(NOT_MEASURED))

    def add(self, column: Column, driven: Driven) -> None:
        """One more program."""
        self.columns.append((column, driven))

    def leave_out(self, name: str, why: str) -> None:
        """What cannot be measured is said and costs the others nothing."""
        print(f"{name}: {why}", file=sys.stderr, flush=True)
        self.missing[name] = why
        self.columns = [one for one in self.columns if one[0].name != name]


def main(arguments: list[str]) -> int:
    """Measure what is asked for; the exit code."""
    chosen = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as until:
        run = Run()
        _add_ours(run, until)
        for peer in PEERS:
            if peer.name in chosen.only:
                _add(run, peer, chosen.cache, _folder(until))
            else:
                run.leave_out(peer.name, "it was not asked for in this run")
        loads = list(_measure(run, chosen.rounds))
    columns = [column for column, _driven in run.columns]
    if not any(column.name == OURS and column.measured.rounds for column in columns):
        return 1
    made = section(columns, _machine(chosen.rounds, loads), run.missing)
    print(made)
    if chosen.write:
        DOCUMENT.write_text(put(DOCUMENT.read_text(encoding="utf-8"), made), encoding="utf-8")
    return 0


def _add_ours(run: Run, until: ExitStack) -> None:
    on = until.enter_context(filled(_folder(until), count=CASES))
    ours = Column(OURS, p24tui.__version__, "Python", f"{CASES:,} cases", Measured())
    floor = Column(FLOOR, f"Textual {version('textual')}", "Python", "nothing", Measured())
    run.add(ours, driving.ours(on))
    run.add(floor, driving.floor())


def _add(run: Run, peer: Peer, cache: Path, folder: Path) -> None:
    try:
        had = peer.have(cache)
    except CannotBeHad as error:
        run.leave_out(peer.name, str(error))
        return
    column = Column(peer.name, had.version, peer.written_in, f"{peer.count:,} {peer.lists}", Measured())
    run.add(column, peer.drive(had, folder))


def _measure(run: Run, rounds: int) -> Iterator[float]:
    """Each program in turn, and again; the machine's load before each round. What is seen first only warms up."""
    apart = without_network()
    for number in range(1 + rounds):
        yield os.getloadavg()[0]
        for column, driven in list(run.columns):
            try:
                found = measure(driven, apart, warming=number == 0)
            except Unseen as error:
                print(error, file=sys.stderr)
                run.leave_out(column.name, str(error).splitlines()[0].partition(": ")[2].partition(". The")[0])
                continue
            if number:
                column.measured.rounds.append(found)
        print(f"… round {number} of {rounds}", file=sys.stderr, flush=True)


def _folder(until: ExitStack) -> Path:
    return Path(until.enter_context(tempfile.TemporaryDirectory(prefix="p24-peers-")))


def _machine(rounds: int, loads: list[float]) -> str:
    """When and where."""
    cores = os.cpu_count() or 1
    told = (
        f"{local_date(SystemClock().now())}, {platform.system()}, {cores} cores, "
        f"load {min(loads):.1f}–{max(loads):.1f}, Python {platform.python_version()}, {COLUMNS}×{ROWS}, "
        f"rounds: {rounds}."
    )
    return told if max(loads) <= cores else f"{told}\n\n{BUSY}"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.peers")
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCUMENT.name}")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is measured")
    parser.add_argument("--cache", type=Path, default=user_cache_path("p24tui-peers"), metavar="FOLDER")
    names = [peer.name for peer in PEERS]
    parser.add_argument("--only", type=lambda given: given.split(","), default=names, metavar="NAME,…")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
