"""Who one is, and by what that was proven (NA-1)."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.decision import Refusal
from p24tui.routine.role import Role
from p24tui.routine.rule import rule

_DOUBLINGS = 32
"""More would be no wait that anybody has set."""

_DIFFERENT = 4
"""Characters that are not the same."""

_TELLING = 4
"""Characters from which a part of a name or an HSA-id is one that could be guessed."""


class Means(StrEnum):
    """By what somebody has proven who they are."""

    CARD = "card"
    OIDC = "oidc"
    PASSWORD = "password"
    SYSTEM_USER = "system-user"
    HANDOFF = "handoff"
    DEMO = "demo"


KNOWN_BEFORE = frozenset({Means.SYSTEM_USER, Means.HANDOFF})
"""Means by which one is known before the console opens: it is for nobody else, and cannot ask again."""


class Proven(Struct, frozen=True):
    """Somebody who has proven who they are. ``staff_id`` is their HSA-id; ``at`` is UTC."""

    staff_id: str
    name: str
    means: Means
    at: datetime


class Session(Struct, frozen=True):
    """Somebody at a console, from when they have proven who they are until they leave it."""

    id: str
    actor: Actor
    proven: Proven
    started_at: datetime


class Tries(Struct, frozen=True):
    """How often the password was wrong: for a person at a machine, for the person anywhere, or at the machine."""

    wrong: int = 0
    last_wrong_at: datetime | None = None


class Throttle(Struct, frozen=True):
    """So many tries are free; then one waits, twice as long after each that is wrong, but never longer than that.

    Time forgives: in ``forgiven`` as many as are free, evenly.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgiven: timedelta


class PasswordRules(Struct, frozen=True):
    """What a password must be: so long, and none of those that everybody tries first."""

    least: int
    common: frozenset[str]


@rule("NA-1")
def wait_after(tries: Tries, throttle: Throttle, now: datetime) -> timedelta:
    """For how long no password is taken; nothing where one may try now.

    A clock that has been set back does not make the wait longer than it was.
    """
    beyond = _still_wrong(tries, throttle, now) - throttle.free
    if beyond < 0 or tries.last_wrong_at is None:
        return timedelta()
    waits = throttle.longest
    if beyond < _DOUBLINGS:
        waits = min(throttle.first * 2**beyond, throttle.longest)
    return min(max(tries.last_wrong_at + waits - now, timedelta()), waits)


@rule("NA-1")
def one_more(tries: Tries, throttle: Throttle, now: datetime) -> Tries:
    """The count with one more that is wrong, or may be."""
    return Tries(_still_wrong(tries, throttle, now) + 1, now)


@rule("NA-1")
def one_less(tries: Tries, before: Tries, counted: Tries) -> Tries:
    """The count without one that was right after all: as ``before``, where it is still as it was ``counted`` then."""
    return before if tries == counted else replace(tries, wrong=max(tries.wrong - 1, 0))


@rule("NA-1")
def too_weak(password: str, name: str, staff_id: str, rules: PasswordRules) -> Refusal | None:
    """Why this may not be the person's password."""
    folded = _folded(password)
    if len(password) < rules.least:
        return Refusal("NA-1", "password-short")
    if any(part in folded for part in _of_person(name, staff_id)):
        return Refusal("NA-1", "password-personal")
    if folded in rules.common or len(set(folded)) < _DIFFERENT:
        return Refusal("NA-1", "password-common")
    return None


@rule("NA-1")
def must_lock(last_sign: datetime, now: datetime, lock_after: timedelta) -> bool:
    """Whether nobody has touched the console for so long; also where its clock has been set back by as much."""
    return abs(now - last_sign) >= lock_after


@rule("NA-1")
def is_over(session: Session, now: datetime, longest: timedelta) -> bool:
    """Whether one has to log in anew."""
    return abs(now - session.started_at) >= longest


@rule("NA-1")
def may_unlock(session: Session, proven: Proven) -> Refusal | None:
    """Only the one whom it locked out comes back to what stands there."""
    return None if proven.staff_id == session.proven.staff_id else Refusal("NA-1", "login-other")


def _still_wrong(tries: Tries, throttle: Throttle, now: datetime) -> int:
    """How many of them time has not forgiven."""
    passed = max(now - tries.last_wrong_at, timedelta()) if tries.last_wrong_at is not None else timedelta()
    return max(tries.wrong - passed * throttle.free // throttle.forgiven, 0)


@rule("NA-1")
def may_go_on(session: Session, unit_ids: Collection[str], roles: Mapping[str, Collection[Role]]) -> Refusal | None:
    """Only who still acts in that role, at each of the units that the session is at, goes on.

    ``roles`` are those that the person has now, by unit; none where they are no longer staff.
    """
    theirs = all(session.actor.acts_as in roles.get(unit_id, ()) for unit_id in (session.actor.unit_id, *unit_ids))
    return None if theirs else Refusal("NA-1", "login-taken-away")


def _of_person(name: str, staff_id: str) -> list[str]:
    """What anybody would guess of them: the name without its spaces, and the HSA-id, whole or its end."""
    parts = [_folded(name), _folded(staff_id), _folded(staff_id.rpartition("-")[2])]
    return [part for part in parts if len(part) >= _TELLING]


def _folded(text: str) -> str:
    return "".join(text.casefold().split())
