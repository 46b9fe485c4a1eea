"""Hostile texts: the Big List of Naughty Strings, what is known to have deceived people, and a grammar of ECMA-48.

The list is Max Woolf's (MIT, ``blns.LICENSE``). Of what is generated the same seed gives the same texts.
"""

import json
import random
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

NAUGHTY: tuple[str, ...] = tuple(json.loads((Path(__file__).parent / "blns.json").read_text(encoding="utf-8")))

NAMED: dict[str, list[str]] = json.loads((Path(__file__).parent / "known.json").read_text(encoding="utf-8"))
"""What has deceived people or programs: controls of terminals, what one does not see, what looks like our own words,
what a library, a template or a shell might take for its own, ends of lines and formulas, and lone surrogates."""

LONG = (
    *("\x1b[" + "9" * 3000 + "C", "\x1b[" + ";".join("1" * 100) + "m", "\x1b]0;" + "A" * 3000),
    *("\u202e" * 200, "A" + "\u0335\u0321\u0489" * 200, "A" * 199 + "\x1b", "A" * 200 + "\u202e", "\n" * 500),
    *("A" * 5000, "å" * 5000, "ord " * 2000, "😀" * 1500, ("a" * 79 + "\n") * 60),
)

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

_TEXT = st.text(st.sampled_from("HACKED ÖPPET 0123456789;?"), max_size=12)
_PARAMETERS = st.text(st.sampled_from("0123456789;:<=>?"), max_size=9)
_BETWEEN = st.text(st.sampled_from(" !\"#$%&'()*+,-./"), max_size=2)
_END = st.sampled_from([BEL, ST, "\x9c", "", "\x18", ESC])


def _control_sequences() -> st.SearchStrategy[str]:
    final = st.characters(min_codepoint=0x40, max_codepoint=0x7E)
    return st.builds("{}{}{}{}".format, st.sampled_from(["\x1b[", "\x9b"]), _PARAMETERS, _BETWEEN, final)


def _control_strings(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    begin = st.sampled_from(["\x1b]", "\x9d", "\x1bP", "\x90", "\x1b_", "\x9f", "\x1b^", "\x9e", "\x1bX", "\x98"])
    command = st.sampled_from(
        ["0;", "2;", "52;c;", "8;;https://evil.example/", "4;1;?", "1337;", "$qm", "Ga=T;", "q", "+q", ""]
    )
    return st.builds("{}{}{}{}".format, begin, command, inner, _END)


def ecma48() -> st.SearchStrategy[str]:
    """Text among controls of both forms, and sequences and strings that are whole, broken off or within each other."""
    control = st.sampled_from([chr(one) for one in (*range(0x20), *range(0x7F, 0xA0))])
    escape = st.builds("\x1b{}{}".format, _BETWEEN, st.characters(min_codepoint=0x30, max_codepoint=0x7E))
    whole = st.one_of(_control_sequences(), _control_strings(_TEXT), escape, control)
    nested = st.one_of(whole, _control_strings(whole), st.builds("{}{}".format, whole, _TEXT))
    piece = st.one_of(nested, _TEXT, st.builds(lambda one, cut: one[:cut], nested, st.integers(1, 6)))
    return st.lists(piece, min_size=1, max_size=5).map("".join).filter(bool)


def generated(count: int, number: int) -> list[str]:
    """So many different texts of the grammar."""
    found: dict[str, None] = {}

    @seed(number)
    @settings(
        max_examples=count * 2,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(ecma48())
    def draw(text: str) -> None:
        found[text] = None

    draw()
    return list(found)[:count]


KNOWN: tuple[str, ...] = tuple(dict.fromkeys((*(one for group in NAMED.values() for one in group), *LONG, *NAUGHTY)))


def corpus(count: int, number: int) -> tuple[str, ...]:
    """So many different payloads: all that is known and the rest generated, or, of few, a choice of both."""
    chosen = random.Random(number)
    known = chosen.sample(KNOWN, min(len(KNOWN), count * 2 // 3))
    made = [one for one in generated(count, number) if one not in set(known)]
    found = (known + made)[:count]
    chosen.shuffle(found)
    return tuple(found)


def halves(payloads: Iterable[str]) -> list[tuple[str, str]]:
    """Each as it comes in two pieces, the first of which ends in the midst of a sequence where there is one."""
    return [(one[: (cut := one.find(ESC) + 1 or len(one) // 2)], one[cut:]) for one in payloads]
