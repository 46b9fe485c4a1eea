"""How long the logs are kept, and when a month of them may be removed (LO-2)."""

from datetime import date, datetime

from p24tui.routine.decision import Refusal
from p24tui.routine.period import Length, Period, period_of
from p24tui.routine.rule import rule


def kept_since(now: datetime, years: int) -> datetime:
    """The instant before which nothing need be kept: so many years ago, the 28th of February where there is no 29th."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def month_of(written: str) -> Period | None:
    """The month that a record names; none where it is none."""
    try:
        return period_of(Length.MONTH, date.fromisoformat(f"{written}-01"))
    except ValueError:
        return None


@rule("LO-2")
def may_remove(last: int, sealed: int, anchored: int) -> Refusal | None:
    """Whether a chain may lose its start up to ``last``: sealed to there at least, by seals anchored outside."""
    if sealed < last:
        return Refusal("LO-2", "log-not-sealed")
    if anchored < last:
        return Refusal("LO-2", "log-not-anchored")
    return None
