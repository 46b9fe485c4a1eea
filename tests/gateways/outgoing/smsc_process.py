"""A real SMSC, by the npm package ``smpp``, in a process of its own that ends with us whatever happens.

The package is installed once, outside the checkout, into the cache of whoever runs the tests.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Any

import platformdirs

FOLDER = Path(__file__).parent / "smsc"

USER, PASSWORD = "vardcentralen", "hemligt"

WITHIN = 5.0
"""Seconds that a test waits for something to happen that should."""

_INSTALLS_WITHIN = 180.0


class NoSmscError(Exception):
    """There is no SMSC here that can be started."""


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

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._events.append(json.loads(line))
                self._changed.notify_all()


def installed() -> Path:
    """The folder ``node_modules`` with the package. Raises ``NoSmscError`` where it cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NoSmscError("neither node nor npm may be missing")
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("p24tui-tests")) / f"smsc-{lock}"
    if not folder.exists():
        _install(npm, folder)
    return folder / "node_modules"


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
    try:
        yield Smsc(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(WITHIN)
        process.stdout.close()


def _install(npm: str, folder: Path) -> None:
    """Install beside, then move: several test processes may do so at once, and one may be killed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="smsc-", dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / name, made)
        try:
            subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=made,
                check=True,
                capture_output=True,
                timeout=_INSTALLS_WITHIN,
            )
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or b""
            raise NoSmscError(f"npm ci failed: {said.decode(errors='replace')[-500:] or error}") from error
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():  # else another was faster
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
