"""What the demo's patients say: read from ``assets/demo.toml``, varied by a seed."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from p24tui import assets


@dataclass(frozen=True, slots=True)
class Member:
    """One of the demo unit's staff."""

    name: str
    hsa_id: str
    profession: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a patient answers, that many seconds after staff have written."""

    after: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a form and its answer."""

    question: str
    kind: str
    answer: str


@dataclass(frozen=True, slots=True)
class Relative:
    """A child's guardian."""

    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One patient's day: when they write (minutes after the start), what, and what they answer."""

    minutes: float
    number: str
    name: str
    mobile: str
    kind: str
    matter: str
    way_in: str
    e_id: str
    text: str
    protection: str = "none"
    priority: int | None = None
    suicide_risk: bool = False
    replies: tuple[Reply, ...] = ()
    form: tuple[Row, ...] = ()
    guardian: Relative | None = None

    @property
    def at(self) -> timedelta:
        """When the patient writes, counted from the start."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Content:
    """The unit, its people and the patients' stories, in the order in which they write."""

    unit_name: str
    unit_id: str
    staff: tuple[Member, ...]
    stories: tuple[Story, ...]


def load(seed: int) -> Content:
    """The demo's content. The same seed gives the same day; another one shifts who comes when."""
    raw = assets.load("demo.toml")
    chance = random.Random(seed)
    stories = [msgspec.convert(_shifted(one, chance), Story) for one in raw["case"]]
    staff = msgspec.convert(raw["staff"], tuple[Member, ...])
    ordered = tuple(sorted(stories, key=lambda story: story.minutes))
    return Content(raw["unit"]["name"], raw["unit"]["hsa_id"], staff, ordered)


def _shifted(case: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The case with its time moved by up to a fifth; who already waits goes on waiting."""
    return {**case, "minutes": case["minutes"] * chance.uniform(0.8, 1.2)}
