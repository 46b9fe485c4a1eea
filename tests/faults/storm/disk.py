"""The disk that the database lies on: small, in memory, and so that it can be filled up and made read-only."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

FILLER = "filler"
_CHUNKS = (1 << 20, 1 << 12, 1)


class Disk:
    """A folder; ``mounted`` where it is a disk of its own. Where it is not it cannot be filled, nor shut."""

    def __init__(self, folder: Path, megabytes: int, *, mounted: bool) -> None:
        self.folder = folder
        self.mounted = mounted
        folder.mkdir()
        if mounted:
            _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder))

    def fill(self) -> None:
        """Leave no byte."""
        with (self.folder / FILLER).open("wb", buffering=0) as file:
            for size in _CHUNKS:
                chunk = bytes(size)
                with suppress(OSError):
                    while os.write(file.fileno(), chunk) == size:
                        pass

    def empty(self) -> None:
        """Take away what it was filled with."""
        (self.folder / FILLER).unlink(missing_ok=True)

    def shut(self) -> bool:
        """Make it read-only; whether that could be done: not while anybody has a file open for writing."""
        try:
            _mount("-o", "remount,ro", str(self.folder))
        except subprocess.CalledProcessError:
            return False
        return True

    def open(self) -> None:
        """Let it be written to again."""
        _mount("-o", "remount,rw", str(self.folder))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
