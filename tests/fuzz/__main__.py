"""``python -m tests.fuzz [TARGET …] --minutes 15 --seed 1``: one target after the other until nothing new comes."""

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.running import Progress, until_quiet
from tests.fuzz.targets import TARGETS, target

TELLS_EVERY = 15.0


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 1 where something was found, 130 where it was broken off."""
    asked = _asked(arguments)
    done: list[Progress] = []
    try:
        for name in asked.targets or TARGETS:
            done += [_run(name, asked)]
    except KeyboardInterrupt:
        print("\nbroken off")
        return 130
    return 1 if any(one.findings for one in done) else 0


def _run(name: str, asked: argparse.Namespace) -> Progress:
    told, said = 0.0, set[str]()

    def tell(progress: Progress) -> None:
        nonlocal told
        for kind in progress.findings.keys() - said:
            said.add(kind)
            print(f"  FOUND {kind}\n    {progress.findings[kind][:4000]}", flush=True)
        if time.monotonic() - told > TELLS_EVERY:
            told = time.monotonic()
            print(_line(progress), flush=True)

    tried = target(name)
    print(f"{name}: {tried.what}", flush=True)
    progress = until_quiet(
        tried,
        minutes=asked.minutes,
        at_most=asked.at_most,
        first_seed=asked.seed,
        kept_in=asked.kept_in,
        tell=tell,
    )
    print(f"{_line(progress)}: found {'something' if progress.findings else 'nothing'}", flush=True)
    return progress


def _line(progress: Progress) -> str:
    return (
        f"{progress.target.name}: {progress.examples} examples, {progress.lines} lines, "
        f"{len(progress.findings)} kinds of failure, {progress.lasted / 60:.1f} min, "
        f"nothing new for {progress.quiet_for / 60:.1f} ({progress.processor_since_new / 60:.1f} of the processor), "
        f"nothing found for {progress.nothing_found_for / 60:.1f}"
    )


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"one of: {', '.join(TARGETS)}; none: all of them")
    parser.add_argument("--minutes", type=float, default=15.0, help="how long nothing new has to come (15)")
    parser.add_argument("--at-most", type=float, default=120.0, help="minutes that a target may take in all (120)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round; each round takes the next (1)")
    parser.add_argument(
        "--kept-in", type=Path, default=Path(".fuzz"), help="folder that keeps what failed, to be tried first (.fuzz)"
    )
    asked = parser.parse_args(arguments)
    if unknown := [one for one in asked.targets if one not in TARGETS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
