"""The language of phrases: what is filled in, what is left to fill in, and what units and staff write of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.routine.phrase import fill, may_send, unfilled
from p24tui.services import phrases, units
from p24tui.services.views import CaseLine, Phrase, PhraseKind, line
from p24tui.text import clean_text
from tests.fuzz.bending import odd_text
from tests.fuzz.standing import check_sentence, unit
from tests.fuzz.target import Check, Target
from tests.world import UNIT, World

KNOWN = ("patient", "unit", "staff", "profession", "weekday", "opens")
NAMES = (*KNOWN, "fråga", "tid", "a-b", "_", "٣", "", "patient}", "{patient", "0", "x" * 500, "patient ", "\u200d", "ﬁ")

_pieces = st.one_of(
    st.sampled_from(NAMES).map("{{{}}}".format),
    st.sampled_from(["{", "}", "{{", "}}", "{}", "\\1", "\\g<0>", "%(patient)s", "{patient!r}", "{0.__class__}"]),
    odd_text,
)
texts = st.lists(_pieces, max_size=12).map("".join)


@dataclass(frozen=True, slots=True)
class Written:
    """A phrase that somebody writes, and what fills it in."""

    title: str
    text: str
    values: dict[str, str]
    name: str
    searched: str


written = st.builds(
    Written,
    texts,
    texts,
    st.dictionaries(st.sampled_from(NAMES), texts, max_size=4),
    odd_text,
    st.one_of(texts, odd_text),
)


@dataclass(slots=True)
class _Desk:
    world: World
    line: CaseLine


@contextmanager
def opened() -> Iterator[Check]:
    with unit() as world:
        desk = _Desk(world, line(world.row(world.case().id), None, world.clock.now()))
        yield lambda example: check(desk, example)


def check(desk: _Desk, written: Written) -> None:
    """What must hold of a phrase."""
    _check_filled(written)
    _check_for_patient(desk, written)
    _check_kept(desk.world, written)
    library = phrases.library()
    assert set(phrases.find(library, written.searched)) <= set(library)


def _check_filled(written: Written) -> None:
    left = unfilled(written.text)
    done = fill(written.text, written.values)
    assert bool(may_send(written.text)) == bool(left)
    assert len(set(left)) == len(left)
    plain = {name: value for name, value in written.values.items() if not set("{}") & set(value)}
    if plain == written.values and not any(value in written.text for value in ("{{", "}}")):
        assert not set(unfilled(done)) & set(written.values), "what has a value is still to be filled in"
    assert fill(written.text, {}) == written.text


def _check_for_patient(desk: _Desk, written: Written) -> None:
    world, actor = desk.world, desk.world.actor("maria")
    patient = replace(desk.line.patient, name=written.name)
    here = units.find_unit(world.system, UNIT)
    text = phrases.filled(clean_text(written.text), replace(desk.line, patient=patient), here, actor, world.clock.now())
    assert clean_text(text) == text, "what was clean is not any longer"


def _check_kept(world: World, written: Written) -> None:
    actor = world.actor("maria")
    try:
        kept = phrases.put_phrase(world.system, actor, Phrase("", written.title, written.text, PhraseKind.OWN))
    except BadInput as error:
        check_sentence(explain(error))
        return
    assert kept.text == clean_text(written.text).strip()
    assert kept in phrases.all_phrases(world.system, actor), "it does not read back as itself"
    assert phrases.cleaned(kept) == kept
    phrases.drop_phrase(world.system, actor, kept.id)
    assert kept not in phrases.all_phrases(world.system, actor)


TARGET = Target("phrases", "phrases with their placeholders, kept and filled in", written, opened, 60)
