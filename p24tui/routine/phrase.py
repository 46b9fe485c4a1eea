"""Placeholders: what somebody has yet to fill in before a text may go to a patient."""

import re
from collections.abc import Mapping

from p24tui.routine.decision import Refusal
from p24tui.routine.rule import rule

PLACEHOLDER = re.compile(r"\{([\w-]+)\}")
"""A word of letters, digits, - and _ between braces. Other braces are the writer's own."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the placeholders that have a value filled in. The others stay; a value is never filled itself."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def unfilled(text: str) -> tuple[str, ...]:
    """The names of the placeholders that nobody has filled in, in the order in which they first occur."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


@rule("SE-1")
def may_send(text: str) -> Refusal | None:
    """Whether the text is for a patient to read: not while something in it is still to be filled in."""
    return Refusal("SE-1", "unfilled") if unfilled(text) else None
