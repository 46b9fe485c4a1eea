"""What a rule says when it says no."""

from msgspec import Struct


class Refusal(Struct, frozen=True):
    """A step that a rule forbids: the rule's id, and a key for the reason (screens turn it into a sentence)."""

    rule: str
    reason: str
