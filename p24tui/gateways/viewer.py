"""The system's own viewer for a file, where there is one that this person would see."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from p24tui.gateways.browser import has_screen
from p24tui.gateways.detached import start
from p24tui.routine.rule import rule


@rule("IM-1")
def open_file(path: Path, environ: Mapping[str, str] | None = None) -> bool:
    """Open a file of the temporary storage in what this workstation shows such files with; does not wait for it.

    False where nobody would see it: say where the file lies.
    """
    if not has_screen(os.environ if environ is None else environ):
        return False
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    found = shutil.which(opener)
    return found is not None and start([found, str(path.absolute())])
