"""HL7's times and durations. A time without an offset is what clocks in Sweden show."""

import re
from datetime import UTC, datetime, timedelta

import hl7

from p24tui.clock import STOCKHOLM

_TIME = re.compile(r"\d{12}(?:\d\d(?:\.\d{1,6})?)?([+-]\d{4})?", re.ASCII)
_AMOUNT = re.compile(r"\d{1,5}(?:\.\d{1,3})?", re.ASCII)
_CODED = re.compile(r"([SMHD])(\d{1,5})", re.ASCII)

_UNITS = {
    timedelta(seconds=1): ("S", "SEC", "SECOND", "SECONDS"),
    timedelta(minutes=1): ("", "M", "MIN", "MINUTE", "MINUTES"),
    timedelta(hours=1): ("H", "HR", "HOUR", "HOURS"),
    timedelta(days=1): ("D", "DAY", "DAYS"),
}
_LENGTH = {name: length for length, names in _UNITS.items() for name in names}

LONGEST = timedelta(days=1)
"""How long a visit may be said to last."""


def instant(text: str) -> tuple[datetime, bool]:
    """The instant in UTC, and whether Swedish clocks show it twice, of which this is the first.

    A time to the minute or finer is wanted. Raises ``ValueError``, with a sentence, for what is none, and for a time
    that Swedish clocks pass over when they are put forward.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("is no date and time such as 202611240930")
    try:
        at = hl7.parse_datetime(text)
        first, second = (_in_sweden(at, fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError) as error:
        raise ValueError("is a date and time that there is not") from error
    if not match[1] and first.astimezone(STOCKHOLM).replace(tzinfo=None) != at:
        raise ValueError("is a time that Swedish clocks are put forward over")
    return first, first != second


def _in_sweden(at: datetime, fold: int) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=STOCKHOLM, fold=fold)


def length(amount: str, unit: str) -> timedelta | None:
    """A duration by its number and unit (minutes where none is said); none where it is not said, or cannot be meant."""
    size = _LENGTH.get(unit.upper())
    if size is None or not _AMOUNT.fullmatch(amount):
        return None
    return _possible(float(amount) * size)


def coded_length(text: str) -> timedelta | None:
    """A duration as a TQ writes it, such as ``M30``."""
    match = _CODED.fullmatch(text.upper())
    return _possible(int(match[2]) * _LENGTH[match[1]]) if match else None


def _possible(found: timedelta) -> timedelta | None:
    return found if timedelta(0) < found <= LONGEST else None
