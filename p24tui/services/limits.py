"""The routine's numbers, as they apply on a day: dated data, not constants in code."""

from datetime import date, datetime

from p24tui import assets
from p24tui.clock import local_date


def limit(name: str, now: datetime) -> int:
    """The value of a limit on the local day of ``now``. Raises ``KeyError`` where it has none that day."""
    return limit_on(name, local_date(now))


def limit_on(name: str, today: date) -> int:
    """The value of a limit on a local day. Raises ``KeyError`` where it has none that day."""
    dated = [one for one in assets.load("limits.toml")["limit"] if one["name"] == name and one["valid_from"] <= today]
    if not dated:
        raise KeyError(name)
    return int(max(dated, key=lambda one: one["valid_from"])["value"])
