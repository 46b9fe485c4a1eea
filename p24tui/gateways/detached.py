"""Programs that have nothing to do with our terminal and outlive us."""

import subprocess
import threading
from collections.abc import Mapping, Sequence


def start(command: Sequence[str], environ: Mapping[str, str] | None = None) -> bool:
    """Start a program, in its own session and with no terminal. Whether it could be started.

    ``environ`` is all of its environment; without it, it has ours.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environ,
        )
    except OSError:
        return False
    threading.Thread(target=process.wait, name="detached", daemon=True).start()  # leaves no zombie behind
    return True
