"""Let processes claim the same cases at the same moment: has any case two owners?

    python -m tests.faults.claims [--database sqlcipher|postgresql] [--claims 10000] [--processes 8] [--seed 1]

Prints figures. Ends with 1 where anything was found or so many claims were not contested; after Ctrl-C, which prints
what there is so far, with 130.
"""

import argparse
import logging
import sys
from collections import Counter
from functools import partial

from tests.faults.contender import Deed
from tests.faults.contest import Outcome, Plan, contest
from tests.faults.figures import DATABASES, INTERRUPTED, database, spread

SHOWN = 20


def main(arguments: list[str] | None = None) -> int:
    """Run it, print it; the code to end with."""
    options = _options(arguments)
    plan = Plan(options.claims, options.processes, options.seed, options.seconds_at_most)
    logging.disable(logging.WARNING)
    with database(options.database) as url, contest(plan, url) as one:
        one.tell = partial(print, file=sys.stderr, flush=True)
        outcome = one.run()
    print(_table(options.database, plan, outcome), flush=True)
    if outcome.interrupted:
        return INTERRUPTED
    return int(bool(outcome.found or outcome.fell) or outcome.contested < plan.claims)


def _table(name: str, plan: Plan, outcome: Outcome) -> str:
    tries = [one for one in outcome.told if one.deed is Deed.CLAIM]
    done = Counter(one.deed for one in outcome.told if one.version is not None)
    lines = [
        f"{name}, seed {plan.seed}, {plan.processes} processes, {outcome.seconds:.0f} s",
        f"{outcome.contested:8d}  contested claims of {plan.claims}",
        f"{len(tries):8d}  tries to claim",
        *(f"{done[deed]:8d}  {deed}" for deed in Deed),
        *(f"{many:8d}  told {problem}" for problem, many in Counter(one.problem for one in tries).items() if problem),
        f"          a claim took {spread([one.ended - one.began for one in tries if one.version is not None])}",
        f"          a refusal took {spread([one.ended - one.began for one in tries if one.version is None])}",
        f"{len(outcome.found):8d}  faults: two owners, a deed without its event or twice, a row against its history",
        *(f"          {one}" for one in [*outcome.found, *outcome.fell][:SHOWN]),
    ]
    return "\n".join(lines)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.claims")
    parser.add_argument("--database", choices=DATABASES, default="sqlcipher")
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds-at-most", type=float, default=3600.0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
