"""The guard of a temporary storage: a small process that outlives us and removes what is due (IM-2, H18).

It is started with the first file, is the only one at its folder, and ends when nothing is left there. A console that is
killed or hangs leaves it behind. It has no database, no environment of ours, and no library but Python's own.
"""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import p24tui
from p24tui.errors import P24Error
from p24tui.gateways import detached
from p24tui.gateways.temporary_storage import TemporaryStorage

LOOKS_EVERY = 5.0
"""Seconds between two looks at what is due."""

_CODE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {module} import main; main(sys.argv[1:])"


def start(folder: Path, kept: timedelta, looks_every: float = LOOKS_EVERY) -> bool:
    """Start a guard for the folder; whether it could be started. One that finds another there ends at once."""
    root = str(Path(p24tui.__file__).resolve().parent.parent)
    given = (root, str(folder), str(kept.total_seconds()), str(looks_every))
    command = (sys.executable, "-I", "-S", "-c", _CODE.format(module=__name__), *given)
    return detached.start(command, {"LC_ALL": "C.UTF-8"})


def main(given: Sequence[str]) -> None:
    """What the process does: the folder, and how long files are kept there and how often it looks, in seconds."""
    folder, kept, looks_every = given
    watch(TemporaryStorage(Path(folder), start), timedelta(seconds=float(kept)), float(looks_every))


def watch(storage: TemporaryStorage, kept: timedelta, looks_every: float) -> None:
    """Remove what is due, until nothing is left; at once where another guard is there, or no folder."""
    try:
        with storage.as_guard() as leave:
            while leave is not None and not _is_done(storage, kept, leave):
                time.sleep(looks_every)
    except FileNotFoundError:
        return


def _is_done(storage: TemporaryStorage, kept: timedelta, leave: Callable[[], bool]) -> bool:
    """Look once. What cannot be removed now is tried again; only a folder that is gone ends the watch early."""
    try:
        storage.sweep(kept)
        return leave()
    except FileNotFoundError:
        raise
    except (OSError, P24Error):
        return False
