"""The only place that asks what time it is. Instants are aware UTC; people see Europe/Stockholm."""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from typing import Protocol
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it was set, for tests and screenshots."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, step: timedelta) -> None:
        """Move the clock by ``step`` (which may be negative)."""
        self.instant += step


class PacedClock:
    """A clock that stood at ``start`` at the real instant ``begun`` and runs ``speed`` times as fast as the machine's.

    It has just begun unless ``begun`` says when. Another process that is told all three has the same time.
    """

    def __init__(self, start: datetime, speed: float = 1.0, begun: datetime | None = None) -> None:
        present = SystemClock().now()
        self.start = start.astimezone(UTC)
        self.speed = speed
        self.begun = present if begun is None else begun
        self._origin = time.monotonic() - (present - self.begun).total_seconds()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time.monotonic() - self._origin) * self.speed)


def local(instant: datetime) -> datetime:
    """The instant as people here read it: aware, in Europe/Stockholm."""
    return instant.astimezone(STOCKHOLM)


def local_date(instant: datetime) -> date:
    """The calendar day in Sweden on which the instant falls."""
    return local(instant).date()


def day_began(instant: datetime) -> datetime:
    """The midnight in Sweden, in UTC, with which the instant's day began."""
    return datetime.combine(local_date(instant), wall_time.min, STOCKHOLM).astimezone(UTC)
