"""Measure the real console.

    python -m tests.bench [--quick] [--only NAME,…] [--json FILE] [--check]

Prints a table: what was measured, its ratio to the least Textual program that was run in turn with it (or to what
the line says), the goal, whether it is reached, and how often it was measured. Ends with 1 where something that had
to be painted never was, and with ``--check`` also where a goal is missed.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from tests.bench import chains, changing, closing, figures, finding, model, opening, reminders, start, writing
from tests.bench.measuring import Bench, Result
from tests.bench.terminal import COLUMNS, ROWS, Unseen

FIGURES: dict[str, Callable[[Bench], Iterator[Result]]] = {
    "start": start.start,
    "keys": figures.keys,
    "open": figures.open_case,
    "idle": figures.idle,
    "cross": changing.cross,
    "load": changing.load,
    "size": model.size,
    "find": finding.find,
    "write": writing.write,
    "long": opening.open_long,
    "remind": reminders.reminders,
    "closing": closing.closing,
    "log": chains.log,
}

HEADING = ("figure", "what", "measured", "ratio", "goal", "", "n")


def main(arguments: list[str]) -> int:
    """Measure what is asked for; the exit code."""
    chosen = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(_machine(), flush=True)
    results: list[Result] = []
    failed: list[str] = []
    with ExitStack() as until:
        bench = Bench(chosen.quick, until)
        for name in chosen.only:
            began = time.perf_counter()
            try:
                results += FIGURES[name](bench)
            except Unseen as error:
                failed.append(name)
                print(f"{name}: {error}", file=sys.stderr)
            except Exception:  # noqa: BLE001 - one figure that cannot be had must not cost the others
                failed.append(name)
                traceback.print_exc()
            print(f"… {name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(results))
    for name in failed:
        print(f"{name}: FAILED, see above")
    if chosen.json:
        told = {"machine": _machine(), "quick": chosen.quick, "failed": failed, "results": [_told(r) for r in results]}
        chosen.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missed = any(result.reached is False for result in results)
    return 1 if failed or (chosen.check and missed) else 0


def table(results: list[Result]) -> str:
    """The results for people."""
    lines = [HEADING, *(_cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADING))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _cells(result: Result) -> tuple[str, ...]:
    unit = "" if result.ratio is not None else f" {result.unit}"
    return (
        result.figure,
        result.what,
        f"{result.value:.1f} {result.unit}",
        "–" if result.ratio is None else f"{result.ratio:.2f}",
        "–" if result.goal is None else f"≤ {result.goal:g}{unit}",
        {None: "", True: "reached", False: "MISSED"}[result.reached],
        str(result.n),
    )


def _told(result: Result) -> dict[str, object]:
    return {**asdict(result), "reached": result.reached}


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{platform.platform()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}, "
        f"Textual {version('textual')}, terminal {COLUMNS}x{ROWS}"
    )


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--only", type=_names, default=list(FIGURES), metavar="NAME,…", help=", ".join(FIGURES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--check", action="store_true", help="end with 1 where a goal is missed")
    return parser.parse_args(arguments)


def _names(given: str) -> list[str]:
    names = given.split(",")
    if unknown := set(names) - set(FIGURES):
        raise argparse.ArgumentTypeError(f"no such figure: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
