"""A place in a resource: what stands there, and what to call it in a sentence to the source."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from msgspec import Struct

from p24tui.clock import STOCKHOLM, local_date
from p24tui.gateways.fhir.model import Issue, Severity, Unusable
from p24tui.text import clean_line

T = TypeVar("T")

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)

QUOTED = 60
"""How much of a value a sentence repeats."""


@dataclass(slots=True)
class Reading:
    """What the mapping needs to know besides the resource, and the issues that it gathers on the way."""

    now: datetime
    reserve_pattern: str | None = None
    issues: list[Issue] = field(default_factory=list)

    @property
    def today(self) -> date:
        return local_date(self.now)


class Element(Struct, frozen=True):
    """An element of a resource. Its methods raise ``Unusable`` where something has the wrong shape."""

    value: dict[str, Any]
    path: str
    reading: Reading

    def at(self, name: str) -> str:
        """What an element in here is called."""
        return f"{self.path}.{name}"

    def has(self, name: str) -> bool:
        """Whether there is such an element."""
        return self.value.get(name) is not None

    def child(self, name: str) -> "Element | None":
        """The element of that name; none where it is absent."""
        value = self.value.get(name)
        return None if value is None else self._element(value, self.at(name))

    def children(self, name: str) -> list["Element"]:
        """The elements of that name, which may occur many times."""
        values = self.value.get(name)
        if values is None:
            return []
        if not isinstance(values, list):
            raise Unusable(self.at(name), "must be a list")
        return [self._element(value, f"{self.at(name)}[{index}]") for index, value in enumerate(values)]

    def text(self, name: str) -> str:
        """The string of that name as it was sent; empty where it is absent."""
        value = self.value.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Unusable(self.at(name), "must be a string")
        return value

    def line(self, name: str, limit: int = 200) -> str:
        """The same, cleaned and on one line."""
        return clean_line(self.text(name), limit)

    def moment(self, name: str) -> datetime | None:
        """The instant of that name, in UTC; none where it is absent or, which is noted, where it is none."""
        try:
            text = self.text(name)
            return instant(text) if text else None
        except (Unusable, ValueError, OverflowError):
            self.note(name, "is no date and time that can be used, and was left out")
            return None

    def extension(self, url: str) -> "Element | None":
        """The first extension with that address."""
        return next((one for one in self.children("extension") if one.value.get("url") == url), None)

    def note(self, name: str, problem: str, severity: Severity = Severity.INFORMATION) -> None:
        """Something for the source to know about the element of that name."""
        self.reading.issues.append(Issue(self.at(name) if name else self.path, problem, severity))

    def lenient(self, read: "Callable[[Element], T]", otherwise: T) -> T:
        """What ``read`` makes of this; where it cannot, that is noted and it is ``otherwise``."""
        try:
            return read(self)
        except Unusable as error:
            self.reading.issues.append(Issue(error.path, error.problem))
            return otherwise

    def _element(self, value: object, path: str) -> "Element":
        if not isinstance(value, dict):
            raise Unusable(path, "must be an object")
        return Element(value, path, self.reading)


def instant(text: str) -> datetime:
    """The instant that a FHIR date or dateTime says; a date is its first moment, without a zone it is in Sweden.

    Raises ``ValueError`` for a year or month alone, which say too little, and for what is none.
    """
    text = text.strip()
    if _DATE.fullmatch(text):
        at = datetime.combine(date.fromisoformat(text), time.min, STOCKHOLM)
    elif _DATE_TIME.fullmatch(text):
        at = datetime.fromisoformat(text)
    else:
        raise ValueError("no instant")
    return (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def quote(value: object) -> str:
    """A value that was sent, as a sentence may repeat it."""
    return f'"{clean_line(str(value), QUOTED)}"'
