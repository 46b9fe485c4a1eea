"""Let the whole program work while everything befalls it, round after round; then: is anything lost, or done twice?

    python -m tests.faults.storm [--database sqlcipher|postgresql] [--rounds 25] [--seed 1] [--state FILE]

With ``--state`` it goes on where an earlier call ended, until there are so many rounds in all. Prints a table. Ends
with 1 where anything was found; after Ctrl-C, which prints what there is so far, with 130.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.storm import alone
from tests.faults.storm.checking import Fault
from tests.faults.storm.siege import ROUNDS_A_DATABASE, ground, siege
from tests.faults.storm.state import Totals, load
from tests.faults.storm.strikes import EVERYWHERE, ON_POSTGRESQL

MODULE = "tests.faults.storm"
INTERRUPTED = 130
TOLD_EVERY = 10.0
SHOWN = 20


def main(arguments: list[str]) -> int:
    """Run it, print it; the code to end with."""
    options = _options(arguments)
    if not options.alone and (command := alone.command(MODULE, [*arguments, "--alone"], options.database)):
        os.execv(command[0], command)
    totals = load(options.state, options.database, options.seed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(INTERRUPTED))
    interrupted = False
    try:
        _run(options, totals)
    except KeyboardInterrupt:
        interrupted = True
    print(table(totals), _verdict(totals, interrupted=interrupted), sep="\n", flush=True)
    return INTERRUPTED if interrupted else int(not totals.good)


def _run(options: argparse.Namespace, totals: Totals) -> None:
    tells_at = time.monotonic() + TOLD_EVERY
    with ExitStack() as until:
        folder = alone.memory() if options.alone else Path(until.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # the server's user looks for its folder there
        on = until.enter_context(ground(folder, options.database, mounted=options.alone))
        while totals.rounds < options.rounds:
            with siege(on, totals) as one:
                one.begin()
                for _number in range(min(ROUNDS_A_DATABASE, options.rounds - totals.rounds)):
                    one.round(totals.rounds)
                    if options.state is not None:
                        totals.save(options.state)
                    if time.monotonic() > tells_at:
                        tells_at = time.monotonic() + TOLD_EVERY
                        print(_progress(totals, options.rounds), file=sys.stderr, flush=True)
                one.end()
                if options.state is not None:
                    totals.save(options.state)


def table(totals: Totals) -> str:
    """What has come of it, for people."""
    lines = [f"{totals.database}, seed {totals.seed}"]
    lines += [_line(name, count) for name, count in sorted(totals.strikes.items(), key=lambda one: -one[1])]
    known = {**EVERYWHERE, **(ON_POSTGRESQL if totals.database == "postgresql" else {})}
    lines += [_line(f"{name}: not tried", totals.not_tried[name]) for name in known if totals.not_tried[name]]
    lines += [_line("strikes in all", totals.strikes.total())]
    lines += [_line(f"acknowledged: {name}", count) for name, count in sorted(totals.acknowledged.items())]
    lines += [_line("acknowledged in all", totals.acknowledged.total()), _line("SMS taken by the gateway", totals.sms)]
    lines += [_line(fault.value, totals.faults[fault.value]) for fault in Fault]
    lines += [_line("rounds", totals.rounds)]
    lines += [f"{totals.slowest:8.1f}  seconds until everybody had got something done again, at the most"]
    lines += [f"{totals.seconds:8.1f}  seconds"]
    lines += [f"  {one}" for one in totals.found[:SHOWN]]
    return "\n".join(lines)


def _verdict(totals: Totals, *, interrupted: bool) -> str:
    if not totals.good:
        return "NOT GOOD"
    return "broken off, nothing found so far" if interrupted else "nothing lost, nothing twice"


def _line(what: str, count: int) -> str:
    return f"{count:8d}  {what}"


def _progress(totals: Totals, rounds: int) -> str:
    faults = totals.faults.total()
    acknowledged = totals.acknowledged.total()
    return f"{totals.rounds:5d} of {rounds} rounds, {acknowledged} acknowledged, {faults} found"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.storm")
    parser.add_argument("--database", choices=("sqlcipher", "postgresql"), default="sqlcipher")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, metavar="FILE", help="where it is kept how far it has come, to go on")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
