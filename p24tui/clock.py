"""The only place that asks what time it is. Instants are aware UTC; people see Europe/Stockholm."""

import time
from datetime import UTC, date, datetime, timedelta
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
    """A clock that starts at ``start`` and runs ``speed`` times as fast as the machine's, for the demo."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._origin = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self._speed)


def local(instant: datetime) -> datetime:
    """The instant as people here read it: aware, in Europe/Stockholm."""
    return instant.astimezone(STOCKHOLM)


def local_date(instant: datetime) -> date:
    """The calendar day in Sweden on which the instant falls."""
    return local(instant).date()
