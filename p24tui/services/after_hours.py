"""While a unit is closed: where patients are referred, what they are told, and when what they send is read."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from p24tui import assets
from p24tui.clock import local_date
from p24tui.ids import stable_id
from p24tui.routine import after_hours as routine
from p24tui.routine.actor import Actor
from p24tui.routine.after_hours import Referral, RefersTo, Severity
from p24tui.routine.hours import openness
from p24tui.routine.phrase import fill
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.patient_time import clock_words, day_words, moment_words
from p24tui.services.phrases import phrase
from p24tui.services.sms_text import LANGUAGES
from p24tui.store import after_hours, events, messages
from p24tui.store.engine import Tx
from p24tui.store.values import Author, CaseRow, Message, Unit, UnitKind
from p24tui.system import System
from p24tui.text import clean_line

KIND = "case.referred"
PHRASE = "after-hours"
PROTECTED = "protected"
"""The phrase that a protected person gets instead: it names no unit (PR-3)."""

A_MOMENT = timedelta(milliseconds=1)
"""An automatic answer comes that much after what it answers, so that it is read after it."""


class Telephone(Struct, frozen=True):
    """A number to ring, and for what."""

    number: str
    label: str


class Told(Struct, frozen=True):
    """What a page can show a patient before they send. ``changes_at`` is when the unit closes, or opens (UTC).

    ``referral`` is none while it is open. ``assessed_by`` is the last day of the care guarantee in primary care for
    whoever makes contact now (GA-1), which ``guarantee`` says in words; elsewhere none is promised.
    """

    unit: Unit
    open: bool
    changes_at: datetime | None
    referral: Referral | None
    heading: str
    paragraphs: tuple[str, ...]
    telephones: tuple[Telephone, ...]
    assessed_by: date | None
    guarantee: str


def usual(now: datetime) -> dict[Severity, RefersTo]:
    """Where one is referred by severity where the unit has not decided otherwise, as it applies on the day."""
    today = local_date(now)
    dated = [one for one in assets.load("after_hours.toml")["referral"] if one["valid_from"] <= today]
    dated.sort(key=lambda one: one["valid_from"])
    return {Severity(one["severity"]): RefersTo(one["refers_to"]) for one in dated}


def referrals(system: System, unit_id: str) -> dict[Severity, tuple[RefersTo, bool]]:
    """Where a unit refers by severity, and whether it has decided that for itself.

    Raises ``BadInput`` where there is no such unit.
    """
    with system.store.reading() as tx:
        known_unit(tx, unit_id)
        own = after_hours.of_unit(tx, unit_id)
    mapping = usual(system.clock.now()) | own
    return {one: (mapping.get(one, RefersTo.BOTH), one in own) for one in Severity}


@right("unit.change")
def put_referral(system: System, actor: Actor, unit_id: str, severity: Severity, refers_to: RefersTo | None) -> None:
    """Let a unit refer patients of this severity so; none lets what is usual apply again.

    Raises ``BadInput`` where there is no such unit.
    """
    said = None if refers_to is None else refers_to.value
    with system.store.writing() as tx:
        known_unit(tx, unit_id)
        after_hours.put(tx, unit_id, severity, refers_to)
        now = system.clock.now()
        events.append(tx, actor, now, "unit.after-hours", unit_id=unit_id, severity=severity.value, refers_to=said)


def told(system: System, unit_id: str, severity: Severity, lang: str = LANGUAGES[0]) -> Told:
    """What a patient is told who is about to make contact with a unit now.

    Raises ``BadInput`` where there is no such unit, ``KeyError`` for another language than ``LANGUAGES``.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        unit = known_unit(tx, unit_id)
        referral = _referral(tx, unit, severity, now)
    stands = openness(unit.hours, now)
    texts, values = _texts(lang), _values(unit, referral, now, lang)
    if referral is None:
        assert stands.changes_at is not None  # whatever is open closes the same day
        paragraphs = [fill(texts["staffed"], values | {"closes": clock_words(stands.changes_at, lang)})]
    else:
        paragraphs = _with_advice(fill(texts[_sending(referral)], values), referral, lang)
    in_days = timedelta(days=limit("care_guarantee_assessment", now))
    assessed_by = local_date(now) + in_days if unit.kind is UnitKind.PRIMARY_CARE else None
    return Told(
        unit=unit,
        open=referral is None,
        changes_at=stands.changes_at,
        referral=referral,
        heading=fill(texts["open" if referral is None else "closed"], values),
        paragraphs=tuple(paragraphs),
        telephones=_telephones(referral.refers_to.numbers if referral else (), texts),
        assessed_by=assessed_by,
        guarantee=fill(texts["guarantee"], {"day": day_words(assessed_by, lang)}) if assessed_by else "",
    )


def referral_of(tx: Tx, unit: Unit, row: CaseRow, now: datetime) -> Referral | None:
    """What applies to a contact in this case now; none while the unit is open, or staff answer in it all the same."""
    if (referral := _referral(tx, unit, routine.severity_of(row.case), now)) is None:
        return None
    lives = timedelta(minutes=limit("conversation_lives", now))
    since = routine.closed_since(unit.hours, now)
    return None if routine.somebody_answers(row.case, since, now, lives) else referral


@rule("CH-1", "CH-8", "CH-9", "PR-1", "PR-3")
def answer(tx: Tx, actor: Actor, unit: Unit, row: CaseRow, now: datetime) -> None:
    """Answer at once, automatically, a contact that comes in this case while the unit is closed.

    Once for each stretch of closed time, and once more where what is known since then refers to something graver. It
    is no answer of staff's: nothing of the case or of its place changes. A protected person is told what such a person
    is always told, and never which unit it is.
    """
    if (referral := referral_of(tx, unit, row, now)) is None:
        return
    since = routine.closed_since(unit.hours, now)
    protected = is_protected(row.patient.protection)
    told = (PROTECTED,) if protected else (*referral.refers_to.as_grave, PROTECTED)
    ids = {one: stable_id(PHRASE, row.case.id, since.isoformat() if since else "", one) for one in told}
    if messages.any_of(tx, ids.values()):
        return
    at = now + A_MOMENT * (len(RefersTo) + 2 - len(ids))  # the graver the later, where both come at once
    if protected:
        id, text, by, numbers = ids[PROTECTED], phrase(PROTECTED), "PR-3", RefersTo.BOTH.named
    else:
        id, text = ids[referral.refers_to], answer_text(unit, referral, now)
        by, numbers = referral.rule, referral.refers_to.named
    message = Message(id, row.case.id, Author.SYSTEM, None, "", text, at, now)
    messages.add(tx, message)
    said = {"numbers": ", ".join(numbers), "read_at": referral.read_at.isoformat() if referral.read_at else ""}
    events.append(tx, actor, now, KIND, row.case.id, unit_id=unit.id, message_id=id, rule=by, **said)


@rule("CH-8", "CH-9")
def answer_text(unit: Unit, referral: Referral, now: datetime, lang: str = LANGUAGES[0]) -> str:
    """What is answered to a contact while the unit is closed. It says nothing of the patient or of the matter."""
    received = _phrase(lang)[0] if referral.read_at else _texts(lang)["received_never"]
    paragraphs = _with_advice(fill(received, _values(unit, referral, now, lang)), referral, lang)
    return "\n\n".join(paragraphs)


def _referral(tx: Tx, unit: Unit, severity: Severity, now: datetime) -> Referral | None:
    mapping = usual(now) | after_hours.of_unit(tx, unit.id)
    return routine.referral(severity, unit.hours, mapping, now, primary_care=unit.kind is UnitKind.PRIMARY_CARE)


def _with_advice(said: str, referral: Referral, lang: str) -> list[str]:
    """The paragraphs: where one must ring at once, that comes first."""
    match referral.refers_to:
        case RefersTo.EMERGENCY:
            return [_texts(lang)["advice_112"], said]
        case RefersTo.BOTH:
            return [said, _texts(lang)["advice_both"]]
        case RefersTo.ADVICE:
            return [said, _phrase(lang)[1]]


def _sending(referral: Referral) -> str:
    name = "may_send" if referral.may_send else "may_not_send"
    return name if referral.read_at else f"{name}_never"


def _phrase(lang: str) -> tuple[str, str]:
    """The two paragraphs of the library's phrase, without its greeting: that it has come, and what to do till then."""
    text = next(one[f"text_{lang}"] for one in assets.load("phrases.toml")["phrase"] if one["id"] == PHRASE)
    received, advice = text.strip().partition("{patient}. ")[2].split("\n\n")
    return received, advice


def _texts(lang: str) -> Mapping[str, str]:
    texts: dict[str, str] = assets.load("after_hours.toml")[lang]
    return texts


def _values(unit: Unit, referral: Referral | None, now: datetime, lang: str) -> dict[str, str]:
    opens = referral.read_at if referral else None
    return {"unit": clean_line(unit.name), "opens": moment_words(opens, now, lang) if opens else ""}


def _telephones(numbers: Iterable[str], texts: Mapping[str, str]) -> tuple[Telephone, ...]:
    return tuple(Telephone(number, texts[f"label_{number}"]) for number in numbers)
