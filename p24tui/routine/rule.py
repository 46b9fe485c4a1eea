"""The mark that ties a function to the rules of the routine that it enforces."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

_places: defaultdict[str, list[str]] = defaultdict(list)


def rule(*ids: str) -> Callable[[F], F]:
    """Mark a function as the place where the rules with these ids (``"CH-12"``) are enforced."""

    def mark(function: F) -> F:
        for one in ids:
            _places[one].append(f"{function.__module__}.{function.__qualname__}")
        return function

    return mark


def places(rule_id: str) -> tuple[str, ...]:
    """Where a rule is enforced: ``module.function`` of every function loaded so far that carries its id."""
    return tuple(sorted(_places.get(rule_id, ())))


def marked() -> frozenset[str]:
    """The ids that any function loaded so far carries."""
    return frozenset(_places)
