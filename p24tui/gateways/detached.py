"""Programs that have nothing to do with our terminal and outlive us."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence

_SECRETIVE = ("P24TUI_", "PG")
"""How the names begin of what is said to us, or to the driver of the database, and to no other program."""


def start(command: Sequence[str], environ: Mapping[str, str] | None = None) -> bool:
    """Start a program, in its own session and with no terminal. Whether it could be started.

    ``environ`` is all of its environment; without it, it has ours, but for what may be secret there.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_without_secrets(os.environ) if environ is None else environ,
        )
    except OSError:
        return False
    threading.Thread(target=process.wait, name="detached", daemon=True).start()  # leaves no zombie behind
    return True


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(_SECRETIVE)}
