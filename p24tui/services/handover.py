"""Handing a case over: offered, taken or declined, called for until somebody answers; the patient is told."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.ids import fresh_id
from p24tui.routine import handover
from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.case import Case, SuicideRisk
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.handover import Consent, HandoverPace, OfferState, Target
from p24tui.routine.hours import OpeningHours
from p24tui.routine.patient import shown
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule
from p24tui.services import note_debts, shift
from p24tui.services.access import right
from p24tui.services.change import WITHDRAWN, change, change_in, locked, taking_on
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.limits import limit
from p24tui.services.outbox import about_case, cancel_planned
from p24tui.services.phrases import phrase, said_to_patients
from p24tui.services.views import OfferLine, TargetLine
from p24tui.store import cases, events, handovers, messages, notes, people, read_log
from p24tui.store.duty_values import HandoverRow
from p24tui.store.engine import Tx
from p24tui.store.values import Author, CaseRow, Message, Note, Staff, Unit
from p24tui.system import System
from p24tui.text import clean_line, clean_text

PLACE = "tick:handovers"

OnShift = frozenset[tuple[str, str, Profession]]
"""Who is on shift: unit, HSA-id, and the profession they work in."""


@right("handover.offer")
def targets(system: System, actor: Actor, *, assessors_only: bool = False) -> tuple[TargetLine, ...]:
    """To whom the actor can hand over a case of their unit: professions and colleagues, also of every other unit.

    Their own unit comes first, and those on shift. ``assessors_only`` leaves psychologists and doctors (SU-2).
    """
    receivers = ASSESSORS if assessors_only else CLINICIANS
    with system.store.reading() as tx:
        units = people.all_units(tx)
        staff = [pair for pair in people.all_staff(tx) if pair[0].active and pair[0].profession in receivers]
        there = _there(tx, system, [unit.id for unit in units])
    found = [
        _target_line(target, unit, actor, there)
        for unit in units
        for target in _targets_of(unit, [member for member, unit_ids in staff if unit.id in unit_ids], actor)
    ]
    own = actor.unit_id
    return tuple(
        sorted(
            found,
            key=lambda one: (
                one.target.unit_id != own,
                one.unit_name,
                not one.on_shift,
                one.target.staff_id is not None,
                one.target.words,
            ),
        )
    )


def _there(tx: Tx, system: System, unit_ids: Collection[str]) -> OnShift:
    """Who is on shift at these units now; whoever is lost is left out at once."""
    return frozenset(
        (one.shift.unit_id, one.shift.staff_id, one.shift.profession) for one in shift.on_shift_in(tx, system, unit_ids)
    )


@right("handover.offer")
def offer(
    system: System,
    actor: Actor,
    case_id: str,
    version: int,
    target: Target,
    message: str,
    consent: Consent,
    *,
    takes_on: bool = False,
) -> Case:
    """Offer a case to a profession or a person; it stays the actor's until somebody has taken it.

    ``takes_on`` lets what nobody has be taken on for it. The message stays as a note, whatever becomes of the offer.

    Raises ``Refused`` where the rules forbid it, ``Stale``, and ``BadInput`` where the person does not work there.
    """
    now, said = system.clock.now(), clean_text(message).strip()
    with system.store.writing() as tx:
        known_unit(tx, target.unit_id)
        known = target if target.staff_id is None else _person(tx, target.unit_id, target.staff_id)
        ground = handover.ground(locked(tx, case_id).case, known.profession, consent)
        rule_id = ground or "CH-11"

        def decide(row: CaseRow) -> Case | Refusal:
            return handover.offer(row.case, actor, row.patient.protection, known, consent, now)

        after = change_in(
            tx,
            system,
            actor,
            case_id,
            "handover.offered",
            taking_on(actor, decide) if takes_on else decide,
            version=version,
            rule=rule_id,
            to=known.words,
            to_unit=known.unit_id,
            consent=consent.state.value,
            how=consent.how or "",
            agreed_at=consent.at.isoformat() if consent.at else "",
            ground=ground,
        )
        row = HandoverRow(
            id=fresh_id(),
            case_id=case_id,
            unit_id=after.unit_id,
            from_staff=after.owner_id or "",
            from_name=actor.name,
            from_profession=actor.profession or "",
            to_unit=known.unit_id,
            to_profession=known.profession,
            to_staff=known.staff_id,
            to_name=known.name,
            message=said,
            consent=consent.state,
            consent_how=consent.how or "",
            consent_at=consent.at,
            ground=ground,
            rule=rule_id,
            offered_at=now,
        )
        handovers.add(tx, row)
        if said and actor.staff_id:  # else nobody could read it once the offer is answered, taken back or taken over
            notes.add(tx, Note(row.id, case_id, actor.staff_id, actor.name, said, now))
        _tell_other_unit(tx, row, now)
        return after


@right("handover.answer")
def accept(system: System, actor: Actor, case_id: str, offer_id: str) -> Case:
    """Take a case that is offered. The patient is told by a message; the sender remains as a guest.

    Raises ``Refused`` where the offer no longer stands, or is not the actor's to take.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        before = locked(tx, case_id)
        row = _standing(tx, case_id, offer_id)
        _person(tx, row.to_unit, actor.staff_id)
        handovers.answer(tx, case_id, OfferState.ACCEPTED, actor, now)
        told = fresh_id()
        after = change_in(
            tx,
            system,
            actor,
            case_id,
            "handover.accepted",
            lambda found: handover.accept(found.case, row.target, actor, found.patient.protection),
            rule=row.rule,
            message_id=told,
            sender=row.from_name,
            triage=handover.is_triage(_profession(row.from_profession), actor.profession),
        )
        who = ", ".join(filter(None, [clean_line(actor.name), said_to_patients(actor.profession)]))
        text = phrase("handover-done", patient=clean_line(before.patient.name), mottagare=who)
        messages.add(tx, Message(told, case_id, Author.SYSTEM, None, "", text, now, now))
        handovers.be_guest(tx, case_id, row.from_staff, now)
        if handover.is_triage(_profession(row.from_profession), actor.profession):
            note_debts.owe_triage(tx, before.case, row.from_staff, row.from_name, now)
        if actor.staff_id:
            handovers.no_guest(tx, case_id, actor.staff_id)
        if after.unit_id != before.case.unit_id:
            cancel_planned(tx, actor, now, "other-unit", about_case(case_id))
        return after


@right("handover.answer")
def decline(system: System, actor: Actor, case_id: str, offer_id: str, reason: str) -> Case:
    """Say no to a case that is offered, and why; the sender is told.

    Raises ``Refused`` where the offer no longer stands, is not the actor's to answer, or no reason is given.
    """
    now, said = system.clock.now(), clean_line(reason).strip()
    with system.store.writing() as tx:
        locked(tx, case_id)
        row = _standing(tx, case_id, offer_id)
        handovers.answer(tx, case_id, OfferState.DECLINED, actor, now, said)
        after = change_in(
            tx,
            system,
            actor,
            case_id,
            "handover.declined",
            lambda found: handover.decline(found.case, row.target, actor, said),
            rule=row.rule,
            reason=said,
        )
        _tell_other_unit(tx, row, now)
        return after


@right("handover.offer")
def withdraw(system: System, actor: Actor, case_id: str) -> Case:
    """Keep the case after all. Raises ``Refused`` where it is not offered any longer, or not the actor's."""
    return change(system, actor, case_id, WITHDRAWN, lambda row: handover.withdraw(row.case, actor), rule="CH-11")


@rule("LO-1", "PR-1")
@right("handover.answer")
def offers_for(
    system: System, actor: Actor, unit_ids: Collection[str], *, seen: Collection[str] = ()
) -> tuple[OfferLine, ...]:
    """What is offered to the actor at these units, the oldest first.

    That it was shown is committed before it is returned; ``seen`` are the ids of offers that are on record already.
    """
    if actor.staff_id is None or actor.profession is None:
        return ()
    now = system.clock.now()
    with system.store.reading() as tx:
        rows = handovers.to_take(tx, actor.staff_id, actor.profession, unit_ids)
        by_id = {one.case.id: one for one in cases.some(tx, {row.case_id for row in rows})} if rows else {}
        units = {unit.id: unit.name for unit in people.all_units(tx)} if rows else {}
    rows = [row for row in rows if not is_protected(by_id[row.case_id].patient.protection)]
    if fresh := [row for row in rows if row.id not in seen]:
        with system.store.writing() as tx:
            for unit_id in sorted({row.to_unit for row in fresh}):
                patients = {by_id[row.case_id].patient.id for row in fresh if row.to_unit == unit_id}
                read_log.log_reading(tx, replace(actor, unit_id=unit_id), now, "offers", patients=patients)
    return tuple(
        OfferLine(
            row,
            shown(by_id[row.case_id].patient, local_date(now)),
            by_id[row.case_id].case.matter,
            by_id[row.case_id].case.suicide is not SuicideRisk.NONE,
            units[row.unit_id],
        )
        for row in rows
    )


@right("case.read")
def of_case(system: System, actor: Actor, case_id: str) -> tuple[HandoverRow, ...]:
    """Every offer that there has been of a case, the oldest first. Raises ``BadInput`` where the unit has no such case.

    Of a protected person's there is nothing to see (PR-1).
    """
    with system.store.reading() as tx:
        row = case_of_unit(tx, actor, case_id)
        return () if is_protected(row.patient.protection) else tuple(handovers.of_case(tx, case_id))


def pace(now: datetime) -> HandoverPace:
    """How long nobody may take an offer."""
    names = ("handover_repeats", "handover_escalates", "handover_escalates_again")
    return HandoverPace(*(timedelta(minutes=limit(name, now)) for name in names))


@rule("CH-11", "SU-2")
def call(system: System) -> int:
    """Call for somebody where nobody has answered an offer, each in a transaction of its own; how many called.

    What is offered of somebody who has come to be protected can be taken by nobody, and is withdrawn.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        offered = handovers.every_standing(tx)
        found = {row.case.id: row for row in cases.some(tx, [one.case_id for one in offered])}
        hours = {unit.id: unit.hours for unit in people.all_units(tx)} if offered else {}
        due = [one for one in offered if _is_due(one, found[one.case_id], hours, now)]
    return sum(_call(system, one) for one in due)


def _is_due(row: HandoverRow, found: CaseRow, hours: Mapping[str, OpeningHours], now: datetime) -> bool:
    if is_protected(found.patient.protection):
        return True
    return handover.calls(row.offer, found.case, now, hours[found.case.unit_id], pace(now))


def _call(system: System, known: HandoverRow) -> bool:
    now = system.clock.now()
    with system.store.writing() as tx:
        found = locked(tx, known.case_id)
        row = handovers.standing(tx, known.case_id)
        if row is None or row.id != known.id:
            return False
        case, tick = found.case, Actor(None, "p24tui", None, found.case.unit_id, PLACE)
        if is_protected(found.patient.protection):
            handovers.answer(tx, case.id, OfferState.WITHDRAWN, tick, now, "protected")
            change_in(tx, system, tick, case.id, WITHDRAWN, lambda one: handover.unoffered(one.case), rule="PR-1")
            _tell_other_unit(tx, row, now)
            return True
        hours = known_unit(tx, case.unit_id).hours
        if not handover.calls(row.offer, case, now, hours, pace(now)):
            return False
        level = handover.level(row.offer, case, now, hours, pace(now))
        handovers.save_call(tx, row.id, level, now)
        if level:
            cases.save_call(tx, replace(case, handed_level=level, handed_called_at=now))
        if level > row.level or row.called_at is None:
            events.append(tx, tick, now, "handover.called", case.id, unit_id=case.unit_id, rule=row.rule, level=level)
        else:
            events.announce(tx, now, case.unit_id, case.id)
        _tell_other_unit(tx, row, now)
        return True


def _profession(kept: str) -> Profession | None:
    return Profession(kept) if kept else None


def _standing(tx: Tx, case_id: str, offer_id: str) -> HandoverRow:
    """The offer, while it stands: never one that has been made since."""
    row = handovers.standing(tx, case_id)
    if row is None or row.id != offer_id:
        raise Refused("CH-11", "not-handed")
    return row


def _person(tx: Tx, unit_id: str, staff_id: str | None) -> Target:
    """Somebody who works at the unit. Raises ``BadInput`` where they do not."""
    found = people.staff_member(tx, staff_id) if staff_id else None
    if found is None or not found[0].active:
        raise BadInput("no-staff", staff=staff_id or "")
    member, unit_ids = found
    if unit_id not in unit_ids:
        raise BadInput("not-of-unit", staff=member.name, unit=unit_id)
    return Target(unit_id, member.profession, member.id, member.name)


def _tell_other_unit(tx: Tx, row: HandoverRow, now: datetime) -> None:
    """The consoles of the unit that it is offered to show no line of it yet, but the offer."""
    if row.to_unit != row.unit_id:
        events.announce(tx, now, row.to_unit, row.case_id)


def _targets_of(unit: Unit, members: Collection[Staff], actor: Actor) -> list[Target]:
    others = [one for one in members if one.id != actor.staff_id]
    professions = sorted({one.profession for one in others})
    return [
        *(Target(unit.id, profession) for profession in professions),
        *(Target(unit.id, one.profession, one.id, one.name) for one in others),
    ]


def _target_line(target: Target, unit: Unit, actor: Actor, there: OnShift) -> TargetLine:
    present = _is_there(target, frozenset(one for one in there if one[1] != actor.staff_id))
    return TargetLine(target, unit.name, present, handover.warnings(target, actor.unit_id, on_shift=present))


def _is_there(target: Target, there: OnShift) -> bool:
    if target.staff_id is not None:
        return any(one[:2] == (target.unit_id, target.staff_id) for one in there)
    return any((unit_id, one) == (target.unit_id, target.profession) for unit_id, _id, one in there)
