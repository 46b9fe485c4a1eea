"""How a unit's opening hours are written: as values, as plain data in the store, and as a line of text."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from itertools import chain, groupby, pairwise
from typing import Any, Self

from msgspec import Struct

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = "closed"
EVES = "eves"
OPEN = "open"

_NEVER = f"{WEEKDAYS[0]}-{WEEKDAYS[-1]} {CLOSED}"
_TIME = re.compile(r"\d\d:\d\d", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class BadHours(ValueError):
    """Opening hours that cannot be used: a sentence, a key as ``reason``, what was wrong as ``text``.

    Keys: ``time``, ``date``, ``day``, ``order`` (closes before it opens), ``overlap``, ``twice``, ``key``
    (unknown or missing), ``shape``.
    """

    def __init__(self, reason: str, text: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.text = text


class Opening(Struct, frozen=True):
    """One stretch of staffed time in a day, in Swedish wall time to the minute, up to ``closes``."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        for one in (self.opens, self.closes):
            if one != time(one.hour, one.minute):
                raise BadHours("time", str(one), f"{one} is not a wall time to the minute")
        if self.closes <= self.opens:
            raise BadHours("order", str(self), f"{self} does not close later the same day than it opens")

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


Openings = tuple[Opening, ...]


class OpeningHours(Struct, frozen=True):
    """A unit's opening hours.

    ``weekly`` has seven entries, Monday first; they do not count on public holidays, nor on the usual eves
    where ``closed_eves``. ``shortened`` are days with openings of their own, which count even on a holiday.
    ``closed_days`` are closed in any case. Raises ``BadHours`` where it contradicts itself.
    """

    weekly: tuple[Openings, ...]
    closed_eves: bool = True
    shortened: tuple[tuple[date, Openings], ...] = ()
    closed_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.weekly) != len(WEEKDAYS):
            raise BadHours("shape", str(len(self.weekly)), "a week has seven days of opening hours")
        for openings in (*self.weekly, *(openings for _, openings in self.shortened)):
            _check_order(openings)
        days = [day for day, _ in self.shortened]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise BadHours("twice", "", "days with openings of their own must come in order, each once")
        for day, openings in self.shortened:
            if not openings:
                raise BadHours("shape", str(day), f"{day} has no openings; a day without any is a closed day")
            if day in self.closed_days:
                raise BadHours("twice", str(day), f"{day} is said to be both open and closed")

    @classmethod
    def from_data(cls, data: Any) -> Self:
        """The opening hours in plain data, as ``to_data`` writes it. Weekdays left out are closed.

        Raises ``BadHours``, a ``ValueError``, with a sentence that says what is wrong.
        """
        _check_keys(_mapping(data, "opening hours"), ("weekly", "closed_eves", "special", "closed"))
        if "weekly" not in data:
            raise BadHours("key", "weekly", 'opening hours lack "weekly"')
        weekly = _mapping(data["weekly"], '"weekly"')
        _check_keys(weekly, WEEKDAYS)
        closed_eves = data.get("closed_eves", True)
        if not isinstance(closed_eves, bool):
            raise BadHours("shape", str(closed_eves), '"closed_eves" is either true or false')
        special = _mapping(data.get("special", {}), '"special"')
        closed = _list(data.get("closed", []), '"closed"')
        return cls(
            weekly=tuple(_openings(weekly.get(name, [])) for name in WEEKDAYS),
            closed_eves=closed_eves,
            shortened=tuple(sorted((_date(day), _openings(value)) for day, value in special.items())),
            closed_days=frozenset(_date(day) for day in closed),
        )

    def to_data(self) -> dict[str, Any]:
        """The opening hours as plain data that JSON can hold."""
        named = zip(WEEKDAYS, self.weekly, strict=True)
        return {
            "weekly": {name: _pairs(openings) for name, openings in named if openings},
            "closed_eves": self.closed_eves,
            "special": {str(day): _pairs(openings) for day, openings in self.shortened},
            "closed": [str(day) for day in sorted(self.closed_days)],
        }


def parse_hours(text: str) -> OpeningHours:
    """The opening hours in one line of text: parts with ``;`` between, each a day and what applies on it.

    ``mon-fri 08:00-12:00,13:00-17:00; sat 10:00-14:00; 2026-12-23 08:00-12:00; 2026-12-28 closed; eves open``
    is an example; ``mon,wed-thu`` works too. Weekdays left out are closed, and so are the usual eves.
    Raises ``BadHours``, a ``ValueError``, with a sentence that says what is wrong.
    """
    said = _read(text)
    if not said.weekly:
        raise BadHours("day", text, f"no day of the week is mentioned; never open is {_NEVER!r}")
    return OpeningHours.from_data(said.over({}))


def rewrite_hours(hours: OpeningHours, text: str) -> OpeningHours:
    """The opening hours with what the line of text says; what it leaves out stays as it is.

    A text that mentions a day of the week says the whole week. Raises ``BadHours`` as ``parse_hours`` does.
    """
    return OpeningHours.from_data(_read(text).over(hours.to_data()))


def parse_openings(text: str) -> Openings:
    """A day's openings, such as ``08:00-12:00,13:00-17:00``; none where the day is ``closed``.

    Raises ``BadHours``, a ``ValueError``, with a sentence that says what is wrong.
    """
    spans = _day("".join(text.lower().split()))
    found = _openings(spans)
    _check_order(found)
    return found


class _Said(Struct, frozen=True):
    """What a line of text says: weekdays and dates with their openings as pairs, and whether the eves are closed."""

    weekly: dict[str, list[list[str]]]
    dates: dict[str, list[list[str]]]
    closed_eves: bool | None

    def over(self, data: dict[str, Any]) -> dict[str, Any]:
        """Plain data of opening hours, with this in place of what it says of the same."""
        special = {day: pairs for day, pairs in data.get("special", {}).items() if day not in self.dates}
        closed = [day for day in data.get("closed", []) if day not in self.dates]
        return {
            "weekly": self.weekly or data.get("weekly", {}),
            "special": special | {day: pairs for day, pairs in self.dates.items() if pairs},
            "closed": [*closed, *(day for day, pairs in self.dates.items() if not pairs)],
            "closed_eves": data.get("closed_eves", True) if self.closed_eves is None else self.closed_eves,
        }


def _read(text: str) -> _Said:
    weekly: dict[str, list[list[str]]] = {}
    dates: dict[str, list[list[str]]] = {}
    eves: list[bool] = []
    for when, what in _parts(text):
        if when == EVES:
            eves.append(_open_or_closed(what))
        elif when[:1].isdigit():
            _say_once(when, dates)
            dates[when] = _day(what)
        else:
            for name in chain.from_iterable(map(_day_names, when.split(","))):
                _say_once(name, weekly)
                weekly[name] = _day(what)
    if len(eves) > 1:
        raise BadHours("twice", EVES, "the eves are mentioned twice")
    return _Said(weekly, dates, eves[0] if eves else None)


def describe(hours: OpeningHours) -> str:
    """The opening hours as the line of text that ``parse_hours`` reads back."""
    parts = list(_describe_week(hours.weekly)) or [_NEVER]
    dated = {day: _text(openings) for day, openings in hours.shortened}
    dated.update(dict.fromkeys(hours.closed_days, CLOSED))
    parts.extend(f"{day} {what}" for day, what in sorted(dated.items()))
    if not hours.closed_eves:
        parts.append(f"{EVES} {OPEN}")
    return "; ".join(parts)


def _describe_week(weekly: tuple[Openings, ...]) -> Iterator[str]:
    for openings, group in groupby(range(len(weekly)), lambda number: weekly[number]):
        days = list(group)
        first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
        if openings:
            yield f"{first if first == last else f'{first}-{last}'} {_text(openings)}"


def _text(openings: Openings) -> str:
    return ",".join(str(one) for one in openings)


def _pairs(openings: Openings) -> list[list[str]]:
    return [[f"{one.opens:%H:%M}", f"{one.closes:%H:%M}"] for one in openings]


def _check_order(openings: Openings) -> None:
    for earlier, later in pairwise(openings):
        if later.opens <= earlier.closes:
            text = f"{earlier},{later}"
            raise BadHours("overlap", text, f"{earlier} and {later} overlap, touch or come in the wrong order")


def _check_keys(data: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in data:
        if key not in known:
            names = ", ".join(known)
            raise BadHours("key", str(key), f'"{key}" is not known in opening hours; known: {names}')


def _mapping(data: Any, name: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise BadHours("shape", name, f"{name} must be an object with keys")
    return data


def _list(data: Any, name: str) -> list[Any]:
    if not isinstance(data, list):
        raise BadHours("shape", name, f"{name} must be a list")
    return data


def _openings(data: Any) -> Openings:
    return tuple(sorted((_opening(pair) for pair in _list(data, "a day")), key=lambda one: one.opens))


def _opening(pair: Any) -> Opening:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise BadHours("shape", str(pair), f'{pair!r} is not a pair of times, such as ["08:00", "17:00"]')
    return Opening(_time(pair[0]), _time(pair[1]))


def _time(text: Any) -> time:
    if isinstance(text, str) and _TIME.fullmatch(text):
        hour, minute = int(text[:2]), int(text[3:])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise BadHours("time", str(text), f"{text!r} is not a time of day between 00:00 and 23:59, such as 08:00")


def _date(text: Any) -> date:
    if isinstance(text, str) and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise BadHours("date", str(text), f"{text!r} is not a date, such as 2026-12-23")


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for part in map(str.strip, text.lower().split(";")):
        when, _, what = part.partition(" ")
        if not what:
            raise BadHours("shape", part, f"{part!r} is not a day and its hours, such as mon-fri 08:00-17:00")
        yield when, "".join(what.split())


def _day(text: str) -> list[list[str]]:
    return [] if text == CLOSED else [span.split("-") for span in text.split(",")]


def _day_names(text: str) -> tuple[str, ...]:
    first, dash, last = text.partition("-")
    for name in (first, last) if dash else (first,):
        if name not in WEEKDAYS:
            raise BadHours("day", name, f"{name!r} is not a day; days are {', '.join(WEEKDAYS)}")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
    if end < start:
        raise BadHours("day", text, f"{text!r} runs backwards; a week starts on {WEEKDAYS[0]}")
    return WEEKDAYS[start : end + 1]


def _open_or_closed(text: str) -> bool:
    if text not in (OPEN, CLOSED):
        raise BadHours("shape", text, f"eves are either {OPEN} or {CLOSED}, not {text!r}")
    return text == CLOSED


def _say_once(name: str, said: Iterable[str]) -> None:
    if name in said:
        raise BadHours("twice", name, f"{name} is mentioned twice")
