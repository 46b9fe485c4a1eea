"""Protected personal data: what is known of it, and what it forbids."""

from enum import StrEnum

from p24tui.routine.decision import Refusal
from p24tui.routine.rule import rule


class Protection(StrEnum):
    """What is known of a person's protection. ``UNKNOWN`` (nobody could say) never counts as ``NONE``."""

    NONE = "none"
    MARKED = "sekretessmarkering"
    POPULATION = "skyddad-folkbokforing"
    UNKNOWN = "unknown"


_STRICTNESS = (Protection.NONE, Protection.UNKNOWN, Protection.MARKED, Protection.POPULATION)


PROTECTED = frozenset({Protection.MARKED, Protection.POPULATION})
"""Those who are known to be protected, and so are not handled here."""


@rule("PR-1")
def is_protected(protection: Protection) -> bool:
    """Whether the person is known to be protected, and so is not handled here."""
    return protection in PROTECTED


@rule("PR-1")
def strictest(first: Protection, *more: Protection) -> Protection:
    """What several sources say, together: a protection outweighs ``UNKNOWN``, which outweighs ``NONE``."""
    return max((first, *more), key=_STRICTNESS.index)


@rule("PR-2")
def may_receive_sms(protection: Protection) -> Refusal | None:
    """Whether an SMS may go to the person: only where it is known that they are not protected."""
    if is_protected(protection):
        return Refusal("PR-2", "protected")
    if protection is not Protection.NONE:
        return Refusal("PR-2", "protection-unknown")
    return None
