"""Words to be read with suicide in mind, and words that place a matter within mental health. They judge nothing."""

import re
from collections.abc import Collection
from functools import cache

from p24tui.routine.rule import rule


@rule("SU-1", "SU-2")
def names_any(text: str, words: Collection[str]) -> bool:
    """Whether the text has any of these words or turns of phrase, in any case; ``*`` ends what a word begins with."""
    return bool(text and words) and _pattern(tuple(words)).search(text.casefold()) is not None


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for them all; blanks of any length stand between the words of a phrase."""
    alternatives = []
    for one in words:
        stem = r"\s+".join(map(re.escape, one.casefold().rstrip("*").split()))
        alternatives.append(stem if one.endswith("*") else rf"{stem}(?!\w)")
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})")
