"""Phrases: texts for patients, ready to send. A library comes with the program; units and their staff make more."""

import re
from datetime import datetime
from functools import cache

from msgspec.structs import replace

from p24tui import assets
from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.hours import opens_next
from p24tui.routine.phrase import fill, unfilled
from p24tui.services.access import right
from p24tui.services.patient_time import WEEKDAYS, moment_words
from p24tui.services.views import CaseLine, Phrase, PhraseKind
from p24tui.store import events, phrases
from p24tui.store.engine import Tx
from p24tui.store.phrases import StoredPhrase
from p24tui.store.values import Unit
from p24tui.system import System
from p24tui.text import clean_line, clean_text
from p24tui.words.cases import PROFESSIONS

LONGEST_TITLE = 60
LONGEST_TEXT = 4000

KNOWN = ("patient", "unit", "staff", "profession", "weekday", "opens")
"""The gaps that are filled in; all others are for staff."""

_SAID_TO_PATIENTS = frozenset({Profession.NURSE, Profession.DOCTOR, Profession.PSYCHOLOGIST})


@cache
def library() -> tuple[Phrase, ...]:
    """The phrases that come with the program, in Swedish, in the order of its file."""
    return tuple(
        Phrase(one["id"], one["title_sv"], one["text_sv"].strip(), PhraseKind.LIBRARY, one.get("keywords", ""))
        for one in assets.load("phrases.toml")["phrase"]
    )


def phrase(id: str, **placeholders: str) -> str:
    """The text of a phrase of the library with its placeholders filled in.

    Raises ``KeyError`` where there is no such phrase, or a placeholder is left over.
    """
    texts = {one.id: one.text for one in library()}
    text = fill(texts[id], placeholders)
    if left := unfilled(text):
        raise KeyError(*left)
    return text


@right("list.read")
def all_phrases(system: System, actor: Actor) -> tuple[Phrase, ...]:
    """The actor's own phrases, then the unit's, both by title, then the library's.

    Who has replaced a phrase sees the one that stands for it: their own before the unit's, and that before the
    library's.
    """
    with system.store.reading() as tx:
        stored = phrases.for_person(tx, actor.unit_id, actor.staff_id)
    made = sorted(map(_phrase, stored), key=lambda one: (one.kind is PhraseKind.UNIT, one.title.casefold(), one.id))
    standing: dict[str, Phrase] = {}
    for one in (*made, *library()):
        standing.setdefault(one.replaces or one.id, one)
    return tuple(standing.values())


def in_force(tx: Tx, actor: Actor, id: str) -> str:
    """The text of a phrase of the library as it stands here: the unit's own where it has one, with its placeholders."""
    unit_s = [one for one in phrases.for_person(tx, actor.unit_id, None) if one.replaces == id]
    return unit_s[0].text if unit_s else next(one.text for one in library() if one.id == id)


def find(among: tuple[Phrase, ...], typed: str) -> tuple[Phrase, ...]:
    """The phrases in which every typed word is found, the best first; all of them where nothing is typed.

    Best is where the words begin words of the title or keywords, then where they stand in the title, then in the text.
    """
    words = clean_text(typed).casefold().split()
    ranked = [(max((_rank(one, word) for word in words), default=0), one) for one in among]
    return tuple(one for rank, one in sorted(ranked, key=lambda pair: pair[0]) if rank < _NOT_FOUND)


def cleaned(phrase: Phrase) -> Phrase:
    """The phrase as it may be kept. Raises ``BadInput`` for an empty title, or a text that is empty or too long."""
    title, text = clean_line(phrase.title, LONGEST_TITLE).strip(), clean_text(phrase.text).strip()
    if not title:
        raise BadInput("phrase-title")
    if not text:
        raise BadInput("phrase-text")
    if len(text) > LONGEST_TEXT:
        raise BadInput("phrase-length", length=len(text), most=LONGEST_TEXT)
    return replace(phrase, title=title, text=text)


@right("phrase.change")
def put_phrase(system: System, actor: Actor, phrase: Phrase) -> Phrase:
    """Make a phrase of the actor's own or the unit's, as its ``kind`` says, or change the one with its id.

    What is changed in a phrase of the library, or for oneself in one of the unit's, is a new phrase that stands
    for it. Raises ``BadInput`` for what ``cleaned`` does not pass or a phrase that is somebody else's, and ``Refused``
    where the unit's are not the actor's to change.
    """
    staff_id = _person(actor)
    written = cleaned(phrase)
    now = system.clock.now()
    with system.store.writing() as tx:
        _may_keep(actor, phrase.kind)
        before = _stored(tx, actor, phrase.id)
        own = written.kind is PhraseKind.OWN
        id, replaces = written.id or fresh_id(), written.replaces
        if _is_library(written.id) or (own and before is not None and before.staff_id is None):
            id, replaces = fresh_id(), written.replaces or written.id
        holder = staff_id if own else None
        after = StoredPhrase(id, actor.unit_id, holder, replaces, written.title, written.text)
        phrases.put(tx, after, staff_id, now)
        _record(tx, actor, now, "phrase.changed", after)
    return _phrase(after)


@right("phrase.change")
def drop_phrase(system: System, actor: Actor, phrase_id: str) -> None:
    """Forget a phrase of the actor's own, or of the unit's; what it stood for is there again.

    Raises ``BadInput`` for a phrase of the library or one that is not there, and ``Refused`` where the unit's are
    not the actor's to change.
    """
    _person(actor)
    if _is_library(phrase_id):
        raise BadInput("library-phrase")
    with system.store.writing() as tx:
        before = _stored(tx, actor, phrase_id)
        if before is None:
            raise BadInput("no-phrase")
        _may_keep(actor, _kind(before))
        phrases.drop(tx, phrase_id)
        _record(tx, actor, system.clock.now(), "phrase.dropped", before)


def filled(text: str, line: CaseLine, unit: Unit, actor: Actor, now: datetime) -> str:
    """The text of a phrase with what is known: patient, unit, staff, profession, today's weekday, the next opening.

    What it does not know is left to be filled in, a protected person's name among it (PR-1).
    """
    opens = opens_next(unit.hours, now) if "{opens}" in text else None
    values = (
        clean_line(line.patient.name),
        clean_line(unit.name),
        clean_line(actor.name),
        said_to_patients(actor.profession),
        WEEKDAYS[local_date(now).weekday()],
        moment_words(opens, now) if opens else "",
    )
    done = fill(text, {name: value for name, value in zip(KNOWN, values, strict=True) if value})
    return clean_text(done)  # what stands beside a gap may join what fills it: what one sees is what is sent


def said_to_patients(profession: Profession | None) -> str:
    """The profession as patients are told it, in Swedish; empty for one that says nothing to them."""
    return PROFESSIONS[profession] if profession in _SAID_TO_PATIENTS else ""


_NOT_FOUND = 3


def _rank(one: Phrase, word: str) -> int:
    if re.search(rf"(?<!\w){re.escape(word)}", f"{one.title} {one.keywords}".casefold()):
        return 0
    if word in one.title.casefold():
        return 1
    return 2 if word in one.text.casefold() else _NOT_FOUND


def _person(actor: Actor) -> str:
    if actor.staff_id is None:
        raise BadInput("who-acts")
    return actor.staff_id


def _may_keep(actor: Actor, kind: PhraseKind) -> None:
    if kind is PhraseKind.LIBRARY:
        raise BadInput("library-phrase")
    if kind is PhraseKind.UNIT and actor.profession not in CLINICIANS:
        raise Refused("CH-4", "not-clinician")


def _stored(tx: Tx, actor: Actor, phrase_id: str) -> StoredPhrase | None:
    """The phrase with this id, if any. Raises ``BadInput`` where it is neither the actor's nor their unit's."""
    found = phrases.one(tx, phrase_id)
    if found is None or found.staff_id == actor.staff_id:
        return found
    if found.staff_id is None and found.unit_id == actor.unit_id:
        return found
    raise BadInput("no-phrase")


def _is_library(phrase_id: str) -> bool:
    return any(one.id == phrase_id for one in library())


def _kind(stored: StoredPhrase) -> PhraseKind:
    return PhraseKind.UNIT if stored.staff_id is None else PhraseKind.OWN


def _phrase(stored: StoredPhrase) -> Phrase:
    """The phrase as screens get it. It is found by the keywords of the one that it stands for."""
    keywords = next((one.keywords for one in library() if one.id == stored.replaces), "")
    return Phrase(stored.id, stored.title, stored.text, _kind(stored), keywords, stored.replaces)


def _record(tx: Tx, actor: Actor, at: datetime, event: str, stored: StoredPhrase) -> None:
    kind = _kind(stored).value
    events.append(tx, actor, at, event, phrase_id=stored.id, title=stored.title, phrase_kind=kind)
