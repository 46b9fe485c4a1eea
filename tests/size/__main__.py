"""A region on one PostgreSQL: fill it, and measure it beside a tenth of it.

    python -m tests.size fill ADDRESS --cases 1000000    the schema, and so many cases, into an empty database
    python -m tests.size measure TENTH WHOLE             the figures of two filled databases, in turn
    python -m tests.size mix ADDRESS                     what a real console asks in a minute, of an empty database

The addresses are of databases on one server, as a superuser; ``mix`` wants pg_stat_statements loaded there.
"""

import argparse
import sys

from tests.size import figures, mix
from tests.size.filling import fill


def main() -> int:
    """Carry out what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.size", description="A region on one PostgreSQL.")
    commands = parser.add_subparsers(dest="command", required=True)
    filling = commands.add_parser("fill", help="put so many cases into an empty database")
    filling.add_argument("address")
    filling.add_argument("--cases", type=int, default=1_000_000)
    measuring = commands.add_parser("measure", help="the figures of two filled databases")
    measuring.add_argument("tenth")
    measuring.add_argument("whole")
    measuring.add_argument("--consoles", type=int, default=400)
    measuring.add_argument("--seconds", type=int, default=120)
    commands.add_parser("mix", help="what a real console asks in a minute").add_argument("address")
    asked = parser.parse_args()
    if asked.command == "fill":
        print(f"{asked.cases:,} cases in {fill(asked.address, asked.cases):.0f} s", flush=True)
    elif asked.command == "measure":
        figures.measure(asked.tenth, asked.whole, asked.consoles, asked.seconds)
    else:
        mix.measure(asked.address)
    return 0


if __name__ == "__main__":
    sys.exit(main())
