"""The person-data service (Personuppgiftstjänsten): a person's name, guardians and protection.

It fails closed (PR-1, PR-2): what cannot be learnt is ``Unavailable``, its protection ``UNKNOWN``.
"""

import json
import logging
import re
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from p24tui.errors import Unavailable
from p24tui.routine.protection import Protection
from p24tui.routine.rule import rule
from p24tui.text import clean_line

PART = "person-data"

_HYPHENATED = re.compile(r"\A(\d{8})-(\d{4})\Z", re.ASCII)
_log = logging.getLogger(__name__)

NUMBER = r"\A[0-9A-Z-]+\Z"
Number = Annotated[str, msgspec.Meta(pattern=NUMBER)]
T = TypeVar("T")

FAULTS = (msgspec.MsgspecError, ValueError, RecursionError)
"""What ``parsed`` raises. Their text may hold what stood there."""


class Guardian(Struct, frozen=True):
    """A guardian (vårdnadshavare) of a child."""

    number: Number
    name: str


class Person(Struct, frozen=True):
    """What the service tells of a person. ``number`` is 12 digits, or a reserve number in capitals."""

    number: Number
    name: str
    protection: Protection
    guardians: tuple[Guardian, ...] = ()


NOT_SET_UP = "no person-data service is set up"


class PersonData(Protocol):
    """Something that can be asked about persons."""

    def look_up(self, number: str) -> Person:
        """The person with that number. Raises ``Unavailable`` where that cannot be learnt."""
        ...

    def check(self) -> None:
        """Raises ``Unavailable`` where the service cannot be asked at all."""
        ...


class NoPersonData:
    """No service is set up: nothing can be learnt of anybody."""

    def look_up(self, number: str) -> Person:
        raise Unavailable(PART, NOT_SET_UP)

    def check(self) -> None:
        raise Unavailable(PART, NOT_SET_UP)


class FilePersonData:
    """A JSON file that stands for the service: a list of persons, parsed again whenever it has changed.

    The shape: ``[{"number": "195009072553", "name": "…", "protection": "sekretessmarkering",
    "guardians": [{"number": "196101182803", "name": "…"}]}]``; only ``guardians`` may be left out.
    A file with any fault is not used at all, nor is what it said before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[bytes, dict[str, Person]] | None = None

    def look_up(self, number: str) -> Person:
        """The person with that number.

        Raises ``Unavailable`` where the file is missing, unreadable or faulty, or the person is not in it.
        """
        person = self._persons().get(number)
        if person is None:
            raise Unavailable(PART, "the person is not in the file")
        return person

    def check(self) -> None:
        self._persons()

    def _persons(self) -> dict[str, Person]:
        # The content is compared, not its time: two changes within one tick of the disk's clock look alike.
        content = self._content()
        if self._read is None or self._read[0] != content:
            self._read = (content, _parse(content))
        return self._read[1]

    def _content(self) -> bytes:
        try:
            if not self._path.is_file():
                raise Unavailable(PART, f"{self._path} is missing or no file")
            return self._path.read_bytes()
        except (OSError, ValueError) as error:
            raise Unavailable(PART, f"{self._path} cannot be read: {type(error).__name__}") from error


@rule("PR-1", "PR-2")
def look_up_protection(person_data: PersonData, number: str) -> Protection:
    """What the service says of the person's protection; ``UNKNOWN`` where it is silent. Never raises."""
    try:
        return person_data.look_up(number).protection
    except Unavailable as error:
        _log.warning("%s", error)
    except Exception as error:  # noqa: BLE001 - a fault in an adapter must not pass for "not protected"
        _log.error("%s: %s", PART, type(error).__name__)  # its text may hold personal data
    return Protection.UNKNOWN


@rule("PR-1", "PR-2")
def parsed(content: bytes, shape: type[T]) -> T:
    """JSON from outside as ``shape``. Raises one of ``FAULTS`` where it is not that, whole and unambiguous."""
    found = msgspec.json.decode(content, type=shape)
    # Of a key that stands twice the last one would count, and a protection could hide behind a "none".
    json.loads(content.decode("utf-8"), object_pairs_hook=_each_key_once)
    return found


def cleaned(person: Person) -> Person:
    """The person with numbers without hyphens, and names that may be stored and drawn."""
    guardians = tuple(Guardian(_joined(one.number), clean_line(one.name)) for one in person.guardians)
    return Person(_joined(person.number), clean_line(person.name), person.protection, guardians)


def _parse(content: bytes) -> dict[str, Person]:
    try:
        listed = parsed(content, list[Person])
    except FAULTS as error:
        raise Unavailable(PART, f"the file is not a list of persons: {error}") from error
    persons = {person.number: person for person in map(cleaned, listed)}
    if len(persons) != len(listed):
        raise Unavailable(PART, "the file has a person twice")
    return persons


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _joined(number: str) -> str:
    return _HYPHENATED.sub(r"\1\2", number)
