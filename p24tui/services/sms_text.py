"""What an SMS says: the program's text or the unit's own, filled in with the unit's name and the link and no more."""

from functools import cache, lru_cache

from p24tui import assets
from p24tui.errors import BadInput
from p24tui.gateways.outgoing import gsm
from p24tui.gateways.outgoing.gsm import Size
from p24tui.routine.actor import Actor
from p24tui.routine.outgoing import Purpose
from p24tui.routine.phrase import fill, unfilled
from p24tui.services.access import right
from p24tui.services.known import known_unit
from p24tui.store import events, reminders
from p24tui.store.engine import Tx
from p24tui.store.values import Unit
from p24tui.system import System
from p24tui.text import clean_line

LANGUAGES = ("sv", "en")
"""What patients can be written to in, the usual one first."""

PLACEHOLDERS = frozenset({"unit", "link"})
MOST_PARTS = 3
"""How many SMS a text may become."""


@cache
def library() -> dict[tuple[Purpose, str], str]:
    """The texts that come with the program, by purpose and language."""
    texts = assets.load("sms.toml")["text"]
    return {(Purpose(one["purpose"]), lang): one[lang] for one in texts for lang in LANGUAGES}


def text_for(tx: Tx, system: System, unit: Unit, purpose: Purpose, lang: str = LANGUAGES[0], *, link: str = "") -> str:
    """What goes out for this purpose from a unit; without a ``link`` it is where patients log in."""
    known = library() | reminders.texts(tx, unit.id)
    return _filled(system, unit, known[purpose, lang], link)


@lru_cache(maxsize=256)
def size(text: str) -> Size:
    """How long a text is as SMS, and how many it becomes."""
    return gsm.size(text)


def texts_of(system: System, unit_id: str) -> dict[tuple[Purpose, str], str]:
    """The texts in force at a unit with their placeholders, by purpose and language."""
    with system.store.reading() as tx:
        return library() | reminders.texts(tx, unit_id)


def purpose(typed: str) -> Purpose:
    """The purpose that somebody typed. Raises ``BadInput`` where no text is for it."""
    known = sorted({one.value for one, _lang in library()})
    if typed not in known:
        raise BadInput("sms-purpose", purpose=clean_line(typed, 40), known=", ".join(known))
    return Purpose(typed)


@right("unit.change")
def put_text(system: System, actor: Actor, unit_id: str, purpose: Purpose, lang: str, text: str) -> str:
    """Let a unit have a text of its own; an empty one lets the program's stand again. The filled-in text is returned.

    Raises ``BadInput`` where there is no such unit, the text has no link or another placeholder than the two, or is too
    long.
    """
    cleaned, now = clean_line(text, 1000), system.clock.now()
    with system.store.writing() as tx:
        unit = known_unit(tx, unit_id)
        filled = _checked(system, unit, cleaned) if cleaned else _filled(system, unit, library()[purpose, lang])
        reminders.put_text(tx, unit_id, purpose, lang, cleaned, actor.name, now)
        events.append(tx, actor, now, "unit.sms-text", unit_id=unit_id, purpose=purpose.value, lang=lang, text=cleaned)
    return filled


def _checked(system: System, unit: Unit, text: str) -> str:
    used = set(unfilled(text))
    if "link" not in used or used - PLACEHOLDERS:
        raise BadInput("sms-placeholders", used=", ".join(sorted(used)) or "–")
    filled = _filled(system, unit, text)
    if (parts := gsm.size(filled).parts) > MOST_PARTS:
        raise BadInput("sms-length", parts=parts, most=MOST_PARTS)
    return filled


def _filled(system: System, unit: Unit, text: str, link: str = "") -> str:
    return fill(text, {"unit": clean_line(unit.name), "link": link or system.settings.sms_link})
