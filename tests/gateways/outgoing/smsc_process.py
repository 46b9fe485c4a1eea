"""A real SMSC, by the npm package ``smpp``, in a process of its own that ends with us whatever happens.

The package is installed once, outside the checkout, into the cache of whoever runs the tests.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Any

FOLDER = Path(__file__).parent / "smsc"

USER, PASSWORD = "vardcentralen", "hemligt"

WITHIN = 5.0
"""Seconds that a test waits for something to happen that should."""


class Smsc:
    """A running SMSC. It tells what it sees as events, which are read in their order."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._changed = Condition()
        self._events: list[dict[str, Any]] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port: int = self.wait_for("listening")["port"]

    def tell(self, **told: Any) -> None:
        """Tell it what to do (see ``smsc.js``), and wait until it has understood."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        self.wait_for("told")

    def plan(self, *steps: dict[str, Any]) -> None:
        """Say what it is to do with the parts to come."""
        self.tell(plan=steps)

    def wait_for(self, event: str) -> dict[str, Any]:
        """The next event of the kind, which is then taken away. Fails where none comes within ``WITHIN``."""
        deadline = monotonic() + WITHIN
        with self._changed:
            while True:
                for one in self._events:
                    if one["event"] == event:
                        self._events.remove(one)
                        return one
                if not self._changed.wait(deadline - monotonic()):
                    raise AssertionError(f"no {event!r} came from the SMSC, but {self._events}")

    def seen(self, event: str) -> list[dict[str, Any]]:
        """The events of the kind that came until now and were not taken away."""
        self.tell()  # once it says that it has understood, all that it said before has been read
        with self._changed:
            return [one for one in self._events if one["event"] == event]

    def heard_out(self) -> None:
        """It has ended: wait until all that it said has been read."""
        self._reader.join(WITHIN)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._events.append(json.loads(line))
                self._changed.notify_all()


@contextmanager
def smsc(node_modules: Path, **options: str) -> Iterator[Smsc]:
    """An SMSC for the time of the block. ``key`` and ``cert`` are files, and make it speak TLS."""
    arguments = json.dumps({"user": USER, "password": PASSWORD, **options})
    process = subprocess.Popen(
        ["node", str(FOLDER / "smsc.js"), arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"NODE_PATH": str(node_modules)},
    )
    one: Smsc | None = None
    try:
        one = Smsc(process)
        yield one
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(WITHIN)
        if one is not None:
            one.heard_out()
        process.stdout.close()
