"""Kill claimants at every moment and let the gateway fall silent: is anything sent twice, or lost?

    python -m tests.faults.reminders [--database sqlcipher|postgresql] [--kills 300] [--timeouts 1000] [...]

Prints a table. Ends with 1 where anything was found, or where not so many kills and time-outs were reached; after
Ctrl-C, which prints what there is so far, with 130.
"""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests import postgres
from tests.faults.checking import Fault
from tests.faults.processes import AIMS, HELD
from tests.faults.trial import Outcome, Plan, trial

INTERRUPTED = 130
SHOWN = 20
"""How many of each fault are shown."""


def main(arguments: list[str] | None = None) -> int:
    """Run it, print it; the code to end with."""
    options = _options(arguments)
    plan = Plan(
        kills=options.kills,
        time_outs=options.timeouts,
        claimants=options.claimants,
        seed=options.seed,
        at_most=options.seconds_at_most,
        real_lease=not options.without_real_lease,
        looks_up=not options.without_look_ups,
    )
    logging.disable(logging.WARNING)
    with _database(options.database) as database, trial(plan, database) as one:
        one.tell = partial(print, file=sys.stderr, flush=True)
        outcome = one.run()
    print(_table(options.database, plan, outcome), flush=True)
    return INTERRUPTED if outcome.interrupted else int(not outcome.good)


@contextmanager
def _database(name: str) -> Iterator[str]:
    if name == "sqlcipher":
        yield ""
        return
    with postgres.running() as server, server.fresh() as url:
        yield url


def _table(database: str, plan: Plan, outcome: Outcome) -> str:
    lines = [f"{database}, seed {plan.seed}, {plan.claimants} claimants, look-ups {'on' if plan.looks_up else 'off'}"]
    killed = {**dict.fromkeys([*(one.value for one in AIMS), HELD], 0), **outcome.killed}
    lines += [_line(f"killed: {did}", count) for did, count in sorted(killed.items(), key=lambda one: -one[1])]
    lines += [
        _line("killed in all", sum(outcome.killed.values()), f"of {plan.kills}"),
        _line("time-outs", outcome.time_outs, f"of {plan.time_outs}"),
        _line("asked of the gateway", outcome.asked),
        _line("taken by it", outcome.taken),
        _line("reports heard", outcome.reported),
        *(_line(f"reminders {state}", count) for state, count in sorted(outcome.states.items())),
        _line("answers after the lease", outcome.late),
        _line("runs in trouble", outcome.troubled),
        _line("claimants that fell by themselves", len(outcome.fell)),
    ]
    if outcome.freed is not None:
        lines.append(f"{outcome.freed:8.1f}  seconds until a dead claimant's reminders had gone, by the real lease")
    counts = Counter(one.fault for one in outcome.found)
    lines += [_line({Fault.DUPLICATE: "duplicates"}.get(fault, fault.value), counts[fault]) for fault in Fault]
    lines.append(f"{outcome.seconds:8.1f}  seconds")
    lines += [f"  {one.fault}: {one.id}: {one.seen}" for one in outcome.found[:SHOWN]]
    lines += [f"  fell: {one}" for one in outcome.fell[:SHOWN]]
    end = "nothing twice, nothing lost" if outcome.good else "broken off" if outcome.broken_off else "NOT GOOD"
    return "\n".join([*lines, end])


def _line(what: str, count: int, more: str = "") -> str:
    return f"{count:8d}  {what} {more}".rstrip()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.reminders")
    parser.add_argument("--database", choices=("sqlcipher", "postgresql"), default="sqlcipher")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--timeouts", type=int, default=1000)
    parser.add_argument("--claimants", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds-at-most", type=float, default=1500.0)
    parser.add_argument("--without-real-lease", action="store_true", help="leave out the minute that it takes")
    parser.add_argument("--without-look-ups", action="store_true", help="leave what is uncertain to reports")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
