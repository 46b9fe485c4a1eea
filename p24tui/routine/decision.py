"""What a rule says when it says no."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that a rule forbids: the rule's id, and a key for the reason (screens turn it into a sentence)."""

    rule: str
    reason: str
