"""Look with strace: is what is acknowledged on the disk before the acknowledgement goes out?

    python -m tests.faults.fsync [--database sqlcipher|postgresql] [--messages 20]

Contacts over HTTP, bookings over MLLP and what a nurse sends from her console, each in p24tui's own process. With the
embedded database the flush of its file is looked for; with PostgreSQL the answer to COMMIT, and in the server, with
the settings of one that somebody needs, the flush of its log before that answer. Ends with 1 where anything went out
before, and with 2 where strace may not look here.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from p24tui.clock import SystemClock
from p24tui.gateways.hl7.framing import frame
from p24tui.gateways.system_user import system_user
from p24tui.routine.shift import ShiftKind
from p24tui.services import chat, intake, shift
from tests import postgres
from tests.acceptance.start_console import Terminal
from tests.faults import traced
from tests.faults.figures import DATABASES, spread
from tests.faults.traced import Acknowledged, Durable, acknowledged, calls
from tests.samples import bundle, contact, patient
from tests.siu import siu
from tests.world import UNIT, World, make_world

P24TUI = [sys.executable, "-m", "p24tui"]
WAL = "p24tui.db-wal"
ENDS_WITHIN = 60.0
FAR = "203011251000"
"""A time to come by the machine's clock."""


@dataclass
class Seen:
    """What was acknowledged by which way in, and what was seen in PostgreSQL itself."""

    by_way: dict[str, list[Acknowledged]] = field(default_factory=dict)
    commits: int = 0
    hasty: int = 0
    on_postgresql: bool = False

    def good(self, messages: int) -> bool:
        """Whether so many were acknowledged by each way, each after it was durable."""
        enough = all(len(found) == messages for found in self.by_way.values())
        durable = all(one.after is not None for found in self.by_way.values() for one in found)
        flushed = self.commits >= messages * len(self.by_way) if self.on_postgresql else True
        return enough and durable and flushed and not self.hasty


class Look:
    """A world whose processes are looked at."""

    def __init__(self, path: str, world: World, home: Path, database: str, messages: int) -> None:
        self._path = path
        self._world = world
        self._home = home
        self._messages = messages
        self._durable: Durable = traced.committed if database else traced.flushed(WAL)
        given = {"P24TUI_HOME": str(home), "P24TUI_UNIT": UNIT, "P24TUI_LOGIN": "system-user"}
        ports = {"P24TUI_INTAKE_PORT": "0", "P24TUI_MLLP_PORT": "0"}
        self._environment = traced.environment(given | ports | ({"P24TUI_DATABASE": database} if database else {}))

    def by_http(self) -> list[Acknowledged]:
        """Contacts, each in a request of its own."""
        token = intake.make_token(self._world.system, "portal")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
        with self._serving("http", "intake", "serve") as (address, into):
            base = f"http://{address.removeprefix('http://').removesuffix('/fhir.')}"
            with httpx.Client(base_url=base, headers=headers, timeout=ENDS_WITHIN, trust_env=False) as client:
                for number in range(self._messages):
                    sent = bundle(*contact(number), type="transaction")
                    client.post("/fhir", json=sent).raise_for_status()
        return self._found(into, "POST /fhir", r"HTTP/1\.1 200")

    def by_mllp(self) -> list[Acknowledged]:
        """Bookings, each answered before the next."""
        intake.load_file(self._world.system, "vas", self._patient(), name="patient")
        with self._serving("mllp", "intake", "mllp") as (address, into):
            host, port = address.removesuffix(".").rsplit(":", 1)
            with socket.create_connection((host, int(port)), ENDS_WITHIN) as connection:
                for number in range(self._messages):
                    connection.sendall(frame(siu(control=f"K{number}", booking=f"B{number}", at=FAR)))
                    while not connection.recv(65536).endswith(b"\x1c\r"):
                        pass
        return self._found(into, r"MSH\|", r"MSA\|AA\|")

    def by_console(self) -> list[Acknowledged]:
        """What a nurse sends, one after the other; it says so on the screen."""
        world, maria = self._world, self._world.actor("maria")
        world.system.clock = world.clock = SystemClock()  # type: ignore[assignment]
        shift.start(world.system, maria, ShiftKind.CHAT)
        world.is_system_user("maria", system_user())
        case = world.case(name="Ali Noor", priority=1, unread=0)
        chat.claim(world.system, maria, case.id, case.version)
        into = self._home / "console.strace"
        with Terminal(P24TUI, environment=self._environment) as console:
            console.see("Ali Noor")
            console.press("t")
            console.see("Svar till Ali Noor")
            with traced.attached(self._path, into, console.pid):
                for number in range(self._messages):
                    text = f"Svar nummer {number}."
                    console.press(text)
                    console.see(text)
                    console.rest()
                    console.press("\x13")
                    console.see("Skickat.")
                    console.wait_until_gone("Skickat.")
            console.press("\x11")
            console.see("igen stänger ändå")
            console.press("\x11")
            console.end()
        return self._found(into, r'^\d+<[^>]*>, "\\23"', r"Skickat\.")

    def _found(self, into: Path, asked: str, said: str) -> list[Acknowledged]:
        with into.open(encoding="utf-8", errors="replace") as lines:
            return list(acknowledged(calls(lines), asked, said, self._durable))

    @contextmanager
    def _serving(self, name: str, *command: str) -> Iterator[tuple[str, Path]]:
        """Where the server that is looked at says that it listens, and where what is seen of it goes."""
        into = self._home / f"{name}.strace"
        looked_at = [*traced.command(self._path, into), *P24TUI, *command]
        with subprocess.Popen(looked_at, env=self._environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                line = process.stdout.readline()
                yield next(word for word in line.split() if "127.0.0.1" in word), into
            finally:
                traced.end(process.pid)
                process.wait(ENDS_WITHIN)

    @staticmethod
    def _patient() -> bytes:
        from tests.samples import body

        mobile = [{"system": "phone", "use": "mobile", "value": "070-174 06 07"}]
        return body(bundle(patient(telecom=mobile)))


WAYS = {"HTTP": Look.by_http, "MLLP": Look.by_mllp, "console": Look.by_console}


def look(
    path: str,
    database: str,
    messages: int,
    ways: Sequence[str] = tuple(WAYS),
    tell: Callable[[str, list[Acknowledged]], None] = lambda _way, _found: None,
) -> Seen:
    """Do it all, with a database of one's own; ``tell`` is told what was seen of each way in."""
    seen = Seen(on_postgresql=database == "postgresql")
    with ExitStack() as until:
        home = Path(until.enter_context(tempfile.TemporaryDirectory(prefix="p24-fsync-")))
        url, server = "", None
        if seen.on_postgresql:
            server = until.enter_context(postgres.running(settings=postgres.DURABLE))
            url = until.enter_context(server.fresh())
        world = until.enter_context(make_world(home, url))
        one = Look(path, world, home, url, messages)
        with ExitStack() as attached:
            if server is not None:
                pid = int((server.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
                attached.enter_context(traced.attached(path, home / "server.strace", pid))
            for name in ways:
                seen.by_way[name] = WAYS[name](one)
                tell(name, seen.by_way[name])
        if server is not None:
            with (home / "server.strace").open(encoding="utf-8", errors="replace") as lines:
                seen.commits, seen.hasty = traced.hasty_commits(calls(lines))
    return seen


def main(arguments: list[str] | None = None) -> int:
    """Run it, print it; the code to end with."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fsync")
    parser.add_argument("--database", choices=DATABASES, default="sqlcipher")
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--only", default=",".join(WAYS), help="some of the ways in")
    options = parser.parse_args(arguments)
    if (path := traced.strace()) is None:
        print("strace is not here, or may not look at processes", file=sys.stderr)
        return 2

    def tell(way: str, found: list[Acknowledged]) -> None:
        after = [one.after for one in found if one.after is not None]
        print(f"{options.database}, {way}: {len(found)} acknowledged, {len(after)} of them after it was durable")
        print(f"  by {spread(after)}", flush=True)

    seen = look(path, options.database, options.messages, options.only.split(","), tell)
    if seen.on_postgresql:
        print(f"{seen.commits:5d}  commits answered by the server, {seen.hasty} of them before its log was flushed")
    return int(not seen.good(options.messages))


if __name__ == "__main__":
    sys.exit(main())
