"""Swedish identity numbers of persons, and the HSA-ids of staff and units."""

import re
from datetime import date
from enum import StrEnum

from msgspec import Struct

LONGEST_INPUT = 40
CENTURY = 100
COORDINATION_DAY = 60
"""What a samordningsnummer adds to the day of birth."""

_NUMBER = re.compile(r"(\d\d)?(\d\d)(\d{4})([-+]?)(\d{4})", re.ASCII)
_TWELVE = re.compile(r"\d{12}", re.ASCII)
_HSA_ID = re.compile(r"SE\d{10}-[A-Z0-9]+", re.ASCII)
_LONGEST_HSA_ID = 31


class NumberKind(StrEnum):
    """What sort of number it is; a region decides by itself what its reserve numbers look like."""

    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    RESERVNUMMER = "reservnummer"


class BadNumber(ValueError):
    """An identity number that is none. The text is a sentence in English; ``reason`` is a key.

    Keys: ``format``, ``date`` (no such day), ``future`` (born after today), ``checksum``, ``kind`` (it is of
    another kind than was said), ``reserve-pattern`` (the configured pattern is no regular expression).
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class IdentityNumber(Struct, frozen=True):
    """A number that identifies a person. ``value`` has 12 digits, or is the reserve number in capitals."""

    value: str
    kind: NumberKind

    @property
    def born(self) -> date | None:
        """The day of birth; none where the number does not tell it (reserve number, unknown day)."""
        return None if self.kind is NumberKind.RESERVNUMMER else _born(self.value)


def parse_number(
    text: str, *, today: date, kind: NumberKind | None = None, reserve_pattern: str | None = None
) -> IdentityNumber:
    """The identity number that the text says, of any kind unless ``kind`` is given.

    Ten digits get their century from ``today``: with ``+`` the person turns 100 or more this year, otherwise
    less. A reserve number is whatever ``reserve_pattern`` matches in full, letters large or small; without a
    pattern there are none. Raises ``BadNumber``, whose text never repeats the number.
    """
    text = text.strip()
    if len(text) > LONGEST_INPUT:
        raise BadNumber("format", "an identity number is not that long")
    if kind is NumberKind.RESERVNUMMER:
        return _reserve_number(text, reserve_pattern)
    try:
        number = _birth_number(text, today)
    except BadNumber:
        if kind is not None or not reserve_pattern:
            raise
        return _reserve_number(text, reserve_pattern)
    if kind not in (None, number.kind):
        raise BadNumber("kind", f"the number is a {number.kind}, not a {kind}")
    return number


def show_number(value: str) -> str:
    """The number as people write it, ``19500907-2553``; a reserve number as it stands."""
    return f"{value[:8]}-{value[8:]}" if _TWELVE.fullmatch(value) else value


def age_on(born: date, day: date) -> int:
    """How many whole years old a person is on that day; negative before birth.

    Who was born on 29 February turns a year older on 1 March where the year has no such day.
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_hsa_id(text: str) -> str:
    """The HSA-id in capitals: SE, ten digits, a hyphen, letters A to Z and digits; at most 31 characters.

    Raises ``ValueError`` where it is none.
    """
    hsa_id = text.strip()
    hsa_id = hsa_id.upper() if hsa_id.isascii() else hsa_id
    if len(hsa_id) > _LONGEST_HSA_ID or not _HSA_ID.fullmatch(hsa_id):
        raise ValueError("an HSA-id is SE, ten digits, a hyphen, then letters or digits: SE2321000016-1003")
    return hsa_id


def _birth_number(text: str, today: date) -> IdentityNumber:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise BadNumber("format", "an identity number is 12 digits, or 10 with - or + before the last four")
    century, year, month_day, sign, last = match.groups()
    full_year = century + year if century else f"{_year(int(year), sign, today):04}"
    value = full_year + month_day + last
    born = _born(value)
    if int(full_year) > today.year or (born is not None and born > today):
        raise BadNumber("future", "the identity number tells a day of birth that has not come")
    if not _is_checked(value, born):
        raise BadNumber("checksum", "the last digit of the identity number does not fit the others")
    is_coordination = int(value[6:8]) >= COORDINATION_DAY
    return IdentityNumber(value, NumberKind.SAMORDNINGSNUMMER if is_coordination else NumberKind.PERSONNUMMER)


def _reserve_number(text: str, pattern: str | None) -> IdentityNumber:
    if not pattern:
        raise BadNumber("format", "no reserve numbers are taken here: no pattern for them is set")
    try:
        match = re.fullmatch(pattern, text, re.IGNORECASE | re.ASCII)
    except re.error as error:
        raise BadNumber("reserve-pattern", f"the pattern of reserve numbers is faulty: {error}") from error
    if not text or match is None:
        raise BadNumber("format", "the number does not look like the region's reserve numbers")
    return IdentityNumber(text.upper(), NumberKind.RESERVNUMMER)


def _year(two_digits: int, sign: str, today: date) -> int:
    latest = today.year - CENTURY if sign == "+" else today.year
    return latest - (latest - two_digits) % CENTURY


def _born(value: str) -> date | None:
    """The day of birth in 12 digits. Raises ``BadNumber`` where there is no such day."""
    year, month, day = int(value[:4]), int(value[4:6]), int(value[6:8])
    is_coordination = day >= COORDINATION_DAY
    if is_coordination:
        day -= COORDINATION_DAY
    try:
        if is_coordination and 0 in (month, day):  # how Skatteverket says that month or day is unknown
            date(year, month or 1, day or 1)
            return None
        return date(year, month, day)
    except ValueError as error:
        raise BadNumber("date", "the identity number tells a day of birth that does not exist") from error


def _is_checked(value: str, born: date | None) -> bool:
    if born is None:  # the library refuses an unknown day of birth
        return value[8:11] != "000" and _weighted_sum(value[2:]) % 10 == 0
    from personnummer import personnummer

    return bool(personnummer.valid(value))


def _weighted_sum(digits: str) -> int:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in doubled)
