"""What happens on the demo's day: read from ``assets/demo.toml``, varied by a seed."""

import random
from collections.abc import Sequence
from datetime import time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from p24tui import assets

T = TypeVar("T")

SHIFT = 6.0
"""Minutes by which a seed moves the moment at which somebody writes, at most."""


class Chance(Struct, frozen=True):
    """Chance that depends on the seed and on what it is asked about, and on nothing else."""

    seed: int

    def between(self, low: float, high: float, *about: object) -> float:
        """A number from ``low`` to ``high``."""
        return self._source(about).uniform(low, high)

    def one_of(self, choices: Sequence[T], *about: object) -> T:
        """One of the choices."""
        return self._source(about).choice(choices)

    def _source(self, about: tuple[object, ...]) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *about))))


class Member(Struct, frozen=True):
    """One of the demo unit's staff; ``key`` is what the stories call them."""

    key: str
    name: str
    hsa_id: str
    profession: str


class Duty(Struct, frozen=True):
    """Who is responsible for the inflow, on which working days (0 is the demo's), between which times of day."""

    days: tuple[int, ...]
    who: str
    starts: time
    ends: time


class Reply(Struct, frozen=True):
    """What a patient answers, that many seconds after staff have written; ``files`` are images sent along."""

    after: float
    text: str
    files: tuple[str, ...] = ()


class Row(Struct, frozen=True):
    """One question of a form and its answer; that to a ``date`` is how many days ago it was."""

    question: str
    kind: str
    answer: str


class Relative(Struct, frozen=True):
    """A child's guardian."""

    number: str
    name: str


class Hold(Struct, frozen=True):
    """Until which working day, counted from the one on which it is held, why, and after how many answers."""

    days: int
    reason: str
    after: int


class BookedVisit(Struct, frozen=True):
    """A video visit that staff book after so many answers: how many days later, at which time of day."""

    days: int
    at: time
    after: int


class VisitOfDay(Struct, frozen=True, kw_only=True):
    """A video visit of the demo's day, booked the day before.

    The patient ``comes`` so many minutes from its time, before it where that is negative, or never. It ``lasts``
    minutes. ``proxy`` is a child's guardian who joins. One whose patient is not ``is_registered`` is booked in VAS.
    """

    number: str
    name: str
    mobile: str
    at: time
    lasts: int
    holder: str
    reason: str
    comes: float | None = None
    proxy: str = ""
    proxy_mobile: str = ""
    interpreter: bool = False
    is_registered: bool = True


class FoundRisk(Struct, frozen=True):
    """Moderate suicide risk, as it is assessed after so many answers, and the visit that day: when and where."""

    after: int
    rung: str
    risk_factors: str
    protective_factors: str
    visit: time
    where: str


class Outcome(StrEnum):
    """What staff do when all has been said."""

    END = "end"
    STAY = "stay"


class Story(Struct, frozen=True, kw_only=True):
    """One patient's matter: when they write, what, what they answer, and what staff do if nobody else does it.

    ``day`` is the working day, 0 the demo's own and -1 the one before it; ``at`` the time since its midnight.
    ``claimed_after`` and ``outcome_after`` are minutes. After ``hands_over_after`` answers ``staff`` gives the case
    back and ``then_staff`` goes on. ``again`` is what the patient writes after the case has ended.
    """

    id: str
    day: int = 0
    at: timedelta
    number: str
    name: str
    mobile: str
    kind: str
    matter: str
    way_in: str
    e_id: str
    text: str
    files: tuple[str, ...] = ()
    protection: str = "none"
    priority: int | None = None
    suicide_risk: bool = False
    replies: tuple[Reply, ...] = ()
    form: tuple[Row, ...] = ()
    guardian: Relative | None = None
    again: Reply | None = None
    staff: str = ""
    then_staff: str = ""
    hands_over_after: int = 0
    claimed_after: float | None = None
    answers: tuple[str, ...] = ()
    outcome: Outcome = Outcome.END
    outcome_after: float | None = None
    hold: Hold | None = None
    visit: BookedVisit | None = None
    risk: FoundRisk | None = None


class Content(Struct, frozen=True):
    """The unit, its people and the patients' stories, in the order in which they write."""

    chance: Chance
    unit_name: str
    unit_id: str
    staff: tuple[Member, ...]
    roster: tuple[Duty, ...]
    stories: tuple[Story, ...]
    visits: tuple[VisitOfDay, ...]


def load(seed: int) -> Content:
    """The demo's content. The same seed gives the same day; another one shifts who comes, when, and what they say."""
    raw = assets.load("demo.toml")
    chance = Chance(seed)
    numbered = [(f"demo-{number}", case) for number, case in enumerate(raw["case"])]
    stories = [_story(id, case, chance) for id, case in numbered if _comes(id, case, chance)]
    staff = msgspec.convert(raw["staff"], tuple[Member, ...])
    ordered = tuple(sorted(stories, key=lambda story: (story.day, story.at, story.id)))
    roster = msgspec.convert(raw["roster"], tuple[Duty, ...])
    visits = msgspec.convert(raw["visit"], tuple[VisitOfDay, ...])
    return Content(chance, raw["unit"]["name"], raw["unit"]["hsa_id"], staff, roster, ordered, visits)


def _comes(id: str, case: dict[str, Any], chance: Chance) -> bool:
    return not case.get("sometimes") or chance.between(0, 1, id, "comes") < 0.6


def _story(id: str, case: dict[str, Any], chance: Chance) -> Story:
    """The case with its time moved, and one of the ways in which it can go."""
    left_out = ("sometimes", "variants", "at")
    wall = time.fromisoformat(case["at"])
    shift = chance.between(-SHIFT, SHIFT, id, "at")
    values = {name: value for name, value in case.items() if name not in left_out}
    values["at"] = timedelta(hours=wall.hour, minutes=wall.minute, seconds=round(shift * 60)).total_seconds()
    values["text"] = chance.one_of([case["text"], *case.get("variants", ())], id, "text")
    values["staff"] = chance.one_of(case.get("staff", [""]), id, "staff")
    return msgspec.convert({"id": id, **values}, Story, strict=False)
