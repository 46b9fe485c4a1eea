"""Take the database from under a real console: how soon is it said, and does it go on by itself?

    python -m tests.faults.lost_database [--database sqlcipher|postgresql] [--rounds 3]

PostgreSQL is cut off, left half open, and killed and started again; the embedded file is held by another process, its
disk filled, and made read-only. Each time a nurse is writing: what she types stays, what seems sent is sent, and sent
once. Prints how long it took until the screen said so, and until all was well again. Ends with 1 where it took more
than two seconds from when it could be known, or anything was lost; what cannot be tried here is said.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy.engine import make_url

from p24tui.clock import SystemClock
from p24tui.gateways.system_user import system_user
from p24tui.routine.shift import ShiftKind
from p24tui.services import shift
from p24tui.store import messages
from p24tui.store.values import Author
from tests.acceptance.start_console import Terminal, Unseen
from tests.faults.figures import DATABASES, INTERRUPTED, spread
from tests.faults.strikes import CannotTry, Strike, embedded_strikes, server_strikes
from tests.faults.traced import environment
from tests.world import UNIT, World, make_world

KNOWN_WITHIN = 2.0
"""Seconds from when it can be known until it is said."""

WRITTEN = "Hej Ali"
MORE = " igen"


def strike(world: World, url: str, one: Strike) -> tuple[float, float]:
    """One round: seconds until it is said, and from the healing until all is well. Raises ``Unseen``."""
    clocked = replace(world.system, clock=SystemClock())
    shift.start(clocked, world.actor("maria"), ShiftKind.CHAT)
    case = world.case(name="Ali Noor", priority=1, unread=0)
    given = {"P24TUI_HOME": str(world.system.settings.home), "P24TUI_UNIT": UNIT, "P24TUI_LOGIN": "system-user"}
    command = [sys.executable, "-m", "p24tui"]
    with Terminal(command, environment=environment(given | ({"P24TUI_DATABASE": url} if url else {}))) as console:
        console.see("Ali Noor")
        console.see("aktuell")
        console.press("t")
        console.see("Svar till Ali Noor")
        console.press(WRITTEN)
        console.see(WRITTEN)
        console.rest(1.5)  # the draft is kept
        one.hit()
        struck = time.monotonic()
        if one.by_writing:
            console.press(MORE + "\x13")
        console.see(one.words)
        said = time.monotonic() - struck
        if not one.by_writing:
            console.press(MORE)
        console.see(WRITTEN + MORE)
        one.heal()
        healed = time.monotonic()
        console.wait_until_gone(one.words)
        well = time.monotonic() - healed
        if not _sent(world, case.id):
            console.see(WRITTEN + MORE)
            console.press("\x13")
            console.see("Skickat.")
        console.press("\x11")
        console.rest(1.0)
    if (sent := _sent(world, case.id)) != [WRITTEN + MORE]:
        raise Unseen(f"sent was {sent}")
    return said, well


def _sent(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case_id) if one.author is Author.STAFF]


@contextmanager
def worlds(name: str, home: Path) -> Iterator[tuple[World, str, list[Strike]]]:
    """A world, where its console finds the database, and what can strike it."""
    with ExitStack() as until:
        if name == "sqlcipher":
            strikes = until.enter_context(embedded_strikes(home))
            world = until.enter_context(make_world(home))
            url = ""
        else:
            real, strikes, way = until.enter_context(server_strikes())
            world = until.enter_context(make_world(home, real))
            url = make_url(real).set(host="127.0.0.1", port=way.port).render_as_string(hide_password=False)
        world.is_system_user("maria", system_user())
        yield world, url, strikes


def main(arguments: list[str] | None = None) -> int:
    """Run it, print it; the code to end with."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.lost_database")
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    said: defaultdict[str, list[float]] = defaultdict(list)
    well: defaultdict[str, list[float]] = defaultdict(list)
    bad: list[str] = []
    try:
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
            with (
                tempfile.TemporaryDirectory(prefix="p24-lost-") as home,
                worlds(options.database, Path(home)) as (world, url, strikes),
            ):
                for one in strikes:
                    try:
                        at, after = strike(world, url, one)
                    except CannotTry as error:
                        print(f"NOT TRIED: {one.name}: {error}", file=sys.stderr, flush=True)
                        continue
                    except Unseen as error:
                        bad.append(f"{one.name}: {error}")
                        one.heal()
                        continue
                    said[one.name].append(at)
                    well[one.name].append(after)
                    allowed = KNOWN_WITHIN + one.known_after
                    if at > allowed:
                        bad.append(f"{one.name}: said after {at:.1f} s of {allowed:.1f}")
    except KeyboardInterrupt:
        return INTERRUPTED
    for name, times in said.items():
        print(f"{options.database}, {name}\n  said after {spread(times)}\n  well again after {spread(well[name])}")
    print("\n".join(bad) or "nothing lost, nothing shown as sent that was not, all in time")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
