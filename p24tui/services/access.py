"""Who may do and see what: ``assets/roles.toml`` says it, and every deed that somebody does carries its right."""

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import ParamSpec, TypeVar, cast

from p24tui import assets
from p24tui.errors import Refused
from p24tui.routine.access import RoleTable, may
from p24tui.routine.actor import Actor
from p24tui.routine.role import Role
from p24tui.words.access import role_word

P = ParamSpec("P")
R = TypeVar("R")

_deeds: dict[str, str] = {}


def right(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a deed with the right that it takes: whoever lacks it is refused before anything is read.

    The deed has a parameter that is an ``Actor``. Raises ``KeyError`` at once for a right that is not in the table.
    """
    roles = table()[name]

    def mark(deed: Callable[P, R]) -> Callable[P, R]:
        kinds = list(deed.__annotations__.items())
        place, who = next((place, one) for place, (one, kind) in enumerate(kinds) if kind is Actor)
        _deeds[f"{deed.__module__}.{deed.__qualname__}"] = name

        @wraps(deed)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = cast("Actor", args[place] if len(args) > place else kwargs[who])
            role = actor.acts_as
            if role is not None and role not in roles:
                check(actor, name)
            return deed(*args, **kwargs)

        return checked

    return mark


def check(actor: Actor, name: str) -> None:
    """Raises ``Refused`` where the actor's role has no such right; it says which roles have it."""
    refusal = may(actor.acts_as, name, table())
    if refusal is None or actor.acts_as is None:
        return
    roles = [role_word(one) for one in Role if one in table()[name]]
    raise Refused(refusal.rule, refusal.reason, right=name, role=role_word(actor.acts_as), roles=", ".join(roles))


def allows(role: Role | None, name: str) -> bool:
    """Whether the role has the right, for who only wants to know what to offer."""
    return may(role, name, table()) is None


@cache
def table() -> RoleTable:
    """The roles that have each right."""
    rights = assets.load("roles.toml")["right"]
    return {name: frozenset(map(Role, one["roles"])) for name, one in rights.items()}


def deeds() -> Mapping[str, str]:
    """The right of each deed loaded so far, by ``module.function``."""
    return _deeds
