"""The tone of an answer while somebody writes it."""

from functools import cache

from p24tui import assets
from p24tui.routine import tone
from p24tui.routine.tone import Ask, Remark, ToneWords


@cache
def words() -> ToneWords:
    """The words that the tone is checked by, from the assets."""
    asset = assets.load("tone.toml")
    return ToneWords(
        abbreviations=asset["abbreviations"],
        after_number=asset["after_number"],
        before_number=asset["before_number"],
        capitals=frozenset(asset["capitals"]),
        asks=tuple(Ask(_whole(one["pattern"], asset["parts"]), one["better"]) for one in asset["seek_anew"]),
        not_asked=_whole(asset["not_asked"], asset["parts"]),
    )


def make_ready() -> None:
    """Compile what the tone is checked by. It takes a tenth of a second, too long for a first letter."""
    ready = words()
    _ = ready.full_words, ready.with_own_stop, ready.abbreviation_pattern, ready.ask_pattern, ready.not_asked_pattern


def remarks(text: str) -> tuple[Remark, ...]:
    """What in an answer breaks the tone (SE-1) or asks the patient to seek care anew (SE-5)."""
    return tone.remarks(text, words())


def _whole(pattern: str, parts: dict[str, str]) -> str:
    """The pattern with its ``<parts>`` put in."""
    for name, part in parts.items():
        pattern = pattern.replace(f"<{name}>", f"(?:{part})")
    return pattern
