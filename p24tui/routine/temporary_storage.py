"""How long a file lies in the temporary storage (IM-2).

The guard of that storage is started with nothing but Python's own: this imports no more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from p24tui.routine.rule import rule


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the temporary storage, as it lies there.

    ``delete_at`` is what its name says, none where the name is not one of ours. ``modified_at`` is the file system's
    word. ``seen_for`` is how long whoever looks has seen it, by a clock that nobody sets.
    """

    name: str
    delete_at: datetime | None
    modified_at: datetime
    seen_for: timedelta


@rule("IM-2")
def is_due(stored: Stored, now: datetime, kept: timedelta) -> bool:
    """Whether the file has lain there for as long as it may, by any of three clocks.

    Its name says when; the file system says since when, at the latest; and whoever looks has seen it for so long. So a
    clock that is set forward or back, and a name or time that somebody has changed, keep nothing for longer.
    """
    by_name = stored.delete_at is not None and stored.delete_at <= now
    return by_name or now - stored.modified_at >= kept or stored.seen_for >= kept
