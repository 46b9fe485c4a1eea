"""Closing for the day: telling patients, one or many, keeping what had no times, and signing that none is forgotten."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from p24tui.clock import local_date
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.ids import fresh_id, stable_id
from p24tui.routine import chat, closing, holding
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import next_weekday
from p24tui.routine.phrase import may_send, unfilled
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule
from p24tui.services import phrases
from p24tui.services.access import right
from p24tui.services.change import allowed, change_in, permitted, taking_on
from p24tui.services.ending import end_in
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.limits import limit
from p24tui.services.views import Told, line
from p24tui.store import cases, closings, events, feed, messages, people, visits
from p24tui.store.duty_values import Closing, LeftOpen
from p24tui.store.engine import Tx
from p24tui.store.values import Author, CaseRow, Message, Unit
from p24tui.system import System

PHRASE = "closing"
ENDED_PHRASE = "closing-ended"
NO_TIMES_PHRASE = "no-times-today"
UNSIGNED = "closing.unsigned"

PAUSE = 0.006
"""Seconds to wait between two of many: so every other console goes on as if nothing happened."""

_log = logging.getLogger(__name__)


@right("closing.do")
def text_for(system: System, actor: Actor, case_ids: Iterable[str], phrase_id: str = PHRASE) -> dict[str, str]:
    """What each of these patients would be told, by case. Nothing is sent."""
    with system.store.reading() as tx:
        unit = known_unit(tx, actor.unit_id)
        found = cases.some(tx, list(case_ids))
        return {row.case.id: _text(tx, system, actor, unit, row, phrase_id) for row in found}


@right("closing.do")
def tell(system: System, actor: Actor, case_id: str, version: int | None = None) -> Case:
    """Tell the patient that the unit closes for the day (CH-5). Whoever has the case still has it.

    Raises ``Refused`` where that is no answer to the case, or the patient has been told today, or ``Stale``.
    """
    with system.store.writing() as tx:
        return _tell(tx, system, actor, case_id, version, among_many=False)


@right("closing.do")
def tell_many(
    system: System,
    actor: Actor,
    case_ids: Iterable[str],
    heed: Callable[[Told], bool] = lambda _told: True,
) -> list[Told]:
    """Tell many, each in a transaction of its own, and what came of each.

    ``heed`` hears of each as it is done and says whether to go on. What is interrupted, or broken off, can be begun
    again: nobody is told twice (CH-5).
    """
    results = []
    for case_id in case_ids:
        told = Told(case_id)
        try:
            with system.store.writing() as tx:
                _tell(tx, system, actor, case_id, None, among_many=True)
        except P24Error as error:
            told = Told(case_id, error)
        results.append(told)
        if not heed(told):
            break
    return results


@rule("SE-4")
@right("closing.do")
def keep_for_tomorrow(system: System, actor: Actor, case_id: str, version: int) -> Case:
    """There were no times: the patient is told, and the case is the first task of the next day that is staffed.

    What nobody has is taken on for it. Raises ``Refused`` or ``Stale``.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        row, unit = case_of_unit(tx, actor, case_id, lock=True), known_unit(tx, actor.unit_id)
        until = next_weekday(unit.hours, local_date(now))
        text = _text(tx, system, actor, unit, row, NO_TIMES_PHRASE)

        permitted(chat.may_handle(actor, row.patient.protection))

        def decide(row: CaseRow) -> Case | Refusal:
            return holding.hold(row.case, actor, until, _REASON, local_date(now), no_times=True)

        id = stable_id(NO_TIMES_PHRASE, case_id, str(local_date(now)))
        told_before = messages.one(tx, id) is not None
        case = change_in(
            tx,
            system,
            actor,
            case_id,
            "case.kept",
            taking_on(actor, decide),
            version=version,
            rule="SE-4",
            message_id=None if told_before else id,
            until=until.isoformat(),
        )
        if not told_before:
            messages.add(tx, Message(id, case_id, Author.STAFF, actor.staff_id, actor.name, text, now, now))
        return case


@rule("CH-5", "CH-6", "SE-3")
@right("closing.do")
def end_with_day(system: System, actor: Actor, case_id: str, version: int) -> Case:
    """Tell a patient who has not answered that the chat is ended, and end it with the day that they can answer in.

    Both steps of CH-12 are taken here: whoever calls has asked. Raises ``Refused`` where the patient has answered, or
    the case may not end, or ``Stale``.
    """
    with system.store.writing() as tx:
        row, unit = case_of_unit(tx, actor, case_id, lock=True), known_unit(tx, actor.unit_id)
        text = _text(tx, system, actor, unit, row, ENDED_PHRASE)
        permitted(closing.may_end_with_day(row.case, actor, row.patient.protection))
        return end_in(tx, system, actor, case_id, version, text)


@rule("CH-7")
@right("closing.do")
def sign(system: System, actor: Actor) -> Closing:
    """Sign that every open case of the unit has been gone through: none is forgotten, or who has what remains.

    Raises ``Refused`` while something is in the way, and where no closing is at hand.
    """
    if actor.staff_id is None:
        raise BadInput("who-acts")
    now = system.clock.now()
    with system.store.writing() as tx:
        closes_at = at_hand(known_unit(tx, actor.unit_id), now)
        if closes_at is None:
            raise Refused("CH-7", "sign-early")
        unheld = visits.unheld(tx, actor.unit_id, now)
        permitted(closing.may_close_on(unheld), count=unheld)
        position = feed.end_of_log(tx)
        rows = [row for row in cases.of_units(tx, [actor.unit_id]) if row.case.received_at < closes_at]
        day = local_date(closes_at)
        remaining = allowed(closing.may_sign([row.case for row in rows], actor, day))
        owners = {row.case.id: row.owner for row in rows}
        left = tuple(LeftOpen(one.case_id, one.owner_id, owners[one.case_id]) for one in remaining)
        signed = Closing(fresh_id(), actor.unit_id, day, now, actor.staff_id, actor.name, left, position)
        closings.add(tx, signed)
        events.append(
            tx, actor, now, "closing.signed", rule="CH-7", day=day.isoformat(), open=len(rows), remaining=len(left)
        )
        return signed


def signed_of(tx: Tx, unit: Unit, closes_at: datetime) -> Closing | None:
    """Who has signed this closing; none where nobody has, or where something has happened since, before closing."""
    found = closings.latest(tx, unit.id, local_date(closes_at))
    return found if found is not None and holds(tx, found, closes_at) else None


@rule("CH-7")
def holds(tx: Tx, signed: Closing, closes_at: datetime) -> bool:
    """Whether what was signed is so still: nothing has happened between it and closing that somebody must look at."""
    return not closings.has_come_since(tx, signed, closing.UNSETTLES, closes_at)


def at_hand(unit: Unit, now: datetime) -> datetime | None:
    """The closing of the unit that is to be signed now (UTC), if any."""
    return closing.closing_at_hand(unit.hours, now, timedelta(minutes=limit("closing_signed_from", now)))


def unsigned_since(tx: Tx, unit: Unit, now: datetime) -> datetime | None:
    """When the unit closed, where nobody has signed that closing and it was in use by then; until it opens again."""
    closes_at = at_hand(unit, now)
    if closes_at is None or not closed_in_use(tx, unit, closes_at, now):
        return None
    return closes_at if signed_of(tx, unit, closes_at) is None else None


def closed_in_use(tx: Tx, unit: Unit, closes_at: datetime, now: datetime) -> bool:
    """Whether the unit has closed by now, and was in use by then."""
    return closes_at <= now and closings.was_in_use(tx, unit.id, closes_at)


@rule("CH-7")
def look_for_unsigned(system: System) -> int:
    """Record once of every unit that it has closed and nobody has signed; how many there were that it was new of."""
    now = system.clock.now()
    with system.store.reading() as tx:
        since = {unit: unsigned_since(tx, unit, now) for unit in people.all_units(tx)}
        late = {unit: at for unit, at in since.items() if at and not _is_noted(tx, unit.id, at)}
    for unit, at in late.items():
        _log.warning("unit %s has closed, and nobody has signed its closing check", unit.id)
        with system.store.writing() as tx:
            if not _is_noted(tx, unit.id, at):
                tick = Actor(None, "p24tui", None, unit.id, "tick:closing")
                events.append(tx, tick, now, UNSIGNED, rule="CH-7", day=local_date(at).isoformat())
    return len(late)


def _is_noted(tx: Tx, unit_id: str, since: datetime) -> bool:
    last = events.last_of_unit(tx, unit_id, (UNSIGNED,))
    return last is not None and last.at >= since


_REASON = "tid erbjuds"


def _tell(tx: Tx, system: System, actor: Actor, case_id: str, version: int | None, *, among_many: bool) -> Case:
    now = system.clock.now()
    row, unit = case_of_unit(tx, actor, case_id, lock=True), known_unit(tx, actor.unit_id)
    closes_at = at_hand(unit, now)
    if closes_at is None:
        raise Refused("CH-5", "closing-early")

    def decide(row: CaseRow) -> Case | Refusal:
        day = local_date(closes_at)
        if among_many and (refusal := closing.may_tell_among_many(row.case, actor, row.patient.protection, day)):
            return refusal
        return closing.tell(row.case, actor, row.patient.protection, day, now)

    text, id = _text(tx, system, actor, unit, row, PHRASE), fresh_id()
    case = change_in(tx, system, actor, case_id, "closing.told", decide, version=version, rule="CH-5", message_id=id)
    messages.add(tx, Message(id, case_id, Author.STAFF, actor.staff_id, actor.name, text, now, now))
    return case


def _text(tx: Tx, system: System, actor: Actor, unit: Unit, row: CaseRow, phrase_id: str) -> str:
    """The phrase as it goes to the patient. Raises ``Refused`` where a gap in it cannot be filled (SE-1)."""
    now = system.clock.now()
    text = phrases.filled(phrases.in_force(tx, actor, phrase_id), line(row, unit, now), unit, actor, now)
    if not is_protected(row.patient.protection):
        permitted(may_send(text), names=", ".join(unfilled(text)))
    return text
