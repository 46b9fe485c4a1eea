"""The log of what was acknowledged, written by whoever got the acknowledgement, and durable before anything else."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class What(StrEnum):
    """What was acknowledged: ``DEED`` is the kind of an event, of which there may be several in a case."""

    CONTACT = "contact"
    MESSAGE = "message"
    BOOKING = "booking"
    ANSWER = "answer"
    DEED = "deed"
    REMINDER = "reminder"
    READING = "reading"
    REFUSED = "refused"
    """What must not be: something good was answered with a no."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One acknowledgement. ``id`` is the client's own name of it, ``stored`` what the program said it is stored as.

    ``version`` is the case's after a deed, ``place`` where the client is.
    """

    what: What
    id: str
    stored: str = ""
    case: str = ""
    staff: str = ""
    place: str = ""
    version: int = 0


class Log:
    """The file of one client, and of no other: what it was about to write when it was killed breaks off."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = os.open(folder / f"{name}-{os.getpid()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, *ones: Acknowledged) -> None:
        """Durable when this returns."""
        os.write(self._file, "".join(f"{json.dumps(asdict(one))}\n" for one in ones).encode())
        os.fsync(self._file)


@dataclass
class Reader:
    """All the files, as far as they have been read: what comes is read once."""

    folder: Path
    _at: dict[Path, int]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at = {}

    def sizes(self) -> dict[str, int]:
        """How long each file is, by its client's name."""
        return {path.stem: path.stat().st_size for path in self.folder.glob("*.jsonl")}

    def new(self) -> Iterator[Acknowledged]:
        """What has come since; a line that breaks off, for its client was killed, acknowledges nothing."""
        for path in sorted(self.folder.glob("*.jsonl")):
            with path.open("rb") as file:
                file.seek(self._at.get(path, 0))
                whole, _newline, _rest = file.read().rpartition(b"\n")
            if whole:
                self._at[path] = self._at.get(path, 0) + len(whole) + 1
                yield from _parsed(whole.split(b"\n"))


def _parsed(lines: Iterable[bytes]) -> Iterator[Acknowledged]:
    for line in lines:
        said = json.loads(line)
        yield Acknowledged(**{**said, "what": What(said["what"])})
