"""Registering a contact in VAS: decided once, and its watch post or message followed until it is removed (RE)."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from p24tui import assets
from p24tui.clock import day_began, local_date
from p24tui.errors import BadInput, Refused
from p24tui.ids import fresh_id
from p24tui.routine import registration as rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import Video
from p24tui.routine.patient import shown
from p24tui.routine.protection import is_protected
from p24tui.routine.registration import Codes, RegistrationState, Situation, Step, Wanted, Way
from p24tui.routine.rule import rule
from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.services import triage
from p24tui.services.access import right
from p24tui.services.change import allowed, permitted
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.limits import limit
from p24tui.services.read_log import log_list
from p24tui.services.registration_views import FollowedLine, RegistrationDesk, RegistrationView
from p24tui.services.views import CaseLine, EndedLine, line
from p24tui.store import cases, events, overview, people, read_log, registrations, visits
from p24tui.store.engine import Tx
from p24tui.store.registration_values import CareGiver, Registration
from p24tui.store.values import CaseRow
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.words.times import moment

RULES = {Way.WATCH_POST: "RE-4", Way.MESSAGE: "RE-5", Way.AN24: "RE-8", Way.NOTHING: "RE-1"}
EVENTS = {RegistrationState.CREATED: "made", RegistrationState.OWN: "own", RegistrationState.NOTHING: "nothing"}
LONGEST = 200
"""Characters of a reason for a visit."""


def codes(now: datetime) -> Codes:
    """VAS's words and what may be chosen, as they apply on the local day of ``now``."""
    today = local_date(now)
    dated = [one for one in assets.load("registration.toml")["codes"] if one["valid_from"] <= today]
    raw = max(dated, key=lambda one: one["valid_from"])
    an5, an24 = {"rule": "RE-7", **raw["an5"]}, {"rule": "RE-8", **raw["an24"]}
    return msgspec.convert({**raw, "an5": an5, "an24": an24}, Codes)


def old_after(now: datetime) -> timedelta:
    """How long a watch post or message may be in VAS before it calls."""
    return timedelta(hours=limit("registration_old", now))


@rule("LO-1", "PR-1", "RE-6")
@right("registration.read")
def situation(system: System, actor: Actor, case_id: str) -> RegistrationView:
    """What is known of how a contact is registered, or may be. That it was read is committed before it is returned.

    Raises ``BadInput`` where neither the case nor its registration is of the actor's unit.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        standing = registrations.standing(tx, case_id)
        row = cases.one(tx, case_id)
        unit_id = standing.unit_id if standing is not None else row.case.unit_id if row is not None else ""
        if row is None or actor.unit_id not in (unit_id, row.case.unit_id):
            raise BadInput("no-case", case=case_id)
        read_log.log_reading(tx, actor, now, "registration", case_id=case_id, patient_id=row.patient.id)
        known, care_givers = _known(tx, actor, row)
        free, way = registrations.last_made_by(tx, actor.staff_id or "", unit_id)
        protected = is_protected(row.patient.protection)
        return RegistrationView(
            case_id,
            shown(row.patient, local_date(now)),
            "" if protected else row.case.matter,
            unit_id,
            known_unit(tx, unit_id).name,
            known,
            None if standing is None else _shown(standing, protected=protected),
            care_givers,
            free,
            way or Way.WATCH_POST,
            codes(now),
            rules.may_register(known),
        )


@rule("RE-1", "RE-2", "RE-3", "RE-6", "RE-8")
@right("registration.write")
def make(system: System, actor: Actor, case_id: str, wanted: Wanted) -> Registration:
    """Record how a contact is registered: that the post is in VAS, that it was registered in AN24, or that it is not.

    Raises ``Refused`` where a rule says no, and where the contact has a registration, with who made it and when.
    """
    now, staff_id = system.clock.now(), _person(actor)
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        known, care_givers = _known(tx, actor, row)
        permitted(rules.may_register(known))
        _none_stands(tx, case_id, now)
        way = allowed(rules.way_of(rules.course(known, wanted.answers), wanted.way))
        made = Registration(
            id=fresh_id(),
            case_id=case_id,
            unit_id=row.case.unit_id,
            way=way,
            state=rules.first_state(way),
            made_by=staff_id,
            made_by_name=actor.name,
            made_at=now,
        )
        if way is not Way.NOTHING:
            made = _filled(made, wanted, known, care_givers, codes(now))
        if way is Way.AN24:
            made = replace(made, registered_by=staff_id, registered_by_name=actor.name, registered_at=now)
        registrations.add(tx, made)
        kind = f"registration.{EVENTS[made.state]}"
        events.append(tx, actor, now, kind, case_id, unit_id=made.unit_id, rule=RULES[way], way=way.value)
        return made


@rule("RE-6", "RE-7")
@right("registration.write")
def registered(system: System, actor: Actor, registration_id: str, fee_type: str, payment: str) -> Registration:
    """The arrival is registered in AN5, with this fee type and payment; now the post is to be removed."""
    choices = codes(system.clock.now()).an5

    def done(one: Registration, staff_id: str, now: datetime) -> Registration:
        permitted(rules.permitted(choices, one.visit_type, fee_type, payment))
        return replace(
            one,
            fee_type=fee_type,
            payment=payment,
            registered_by=staff_id,
            registered_by_name=actor.name,
            registered_at=now,
        )

    return _take(system, actor, registration_id, Step.REGISTER, "registered", done)


@rule("RE-6")
@right("registration.write")
def removed(system: System, actor: Actor, registration_id: str) -> Registration:
    """The watch post or message is gone from VAS: nothing is left to follow."""

    def done(one: Registration, staff_id: str, now: datetime) -> Registration:
        return replace(one, removed_by=staff_id, removed_by_name=actor.name, removed_at=now)

    return _take(system, actor, registration_id, Step.REMOVE, "removed", done)


@rule("RE-6")
@right("registration.write")
def withdraw(system: System, actor: Actor, registration_id: str, why: str) -> Registration:
    """It was not to be so: taken back before anything was registered, and another may be made."""
    said = clean_line(why, LONGEST)

    def done(one: Registration, staff_id: str, now: datetime) -> Registration:
        return replace(one, withdrawn_by=staff_id, withdrawn_by_name=actor.name, withdrawn_at=now, why=said)

    permitted(rules.may_withdraw(said))
    return _take(system, actor, registration_id, Step.WITHDRAW, "withdrawn", done, why=said)


@rule("LO-1", "PR-1", "RE-3", "RE-6")
@right("registration.read")
def of_units(
    system: System, actor: Actor, unit_ids: Collection[str], *, view: str = "", shown_patients: Collection[str] = ()
) -> RegistrationDesk:
    """What these units have in VAS still, and what has ended there and nobody has decided on.

    That it was shown, and which patients, is committed before it is returned. ``view`` is the id of one that is read
    anew: then only patients that it has not shown before are logged, as arrivals.
    """
    now = system.clock.now()
    since = day_began(now) - timedelta(days=limit("registration_undecided", now))
    with system.store.reading() as tx:
        followed = registrations.followed(tx, unit_ids)
        undecided = registrations.undecided(tx, unit_ids, since)
        ended_by = overview.ended_since(tx, unit_ids, since)
        rows = {row.case.id: row for row in cases.some(tx, {*undecided, *(one.case_id for one in followed)})}
        units = {unit.id: unit for unit in people.all_units(tx)}
    fresh = [row for row in rows.values() if row.patient.id not in shown_patients]
    if fresh or not view:
        with system.store.writing() as tx:
            kind, view = ("arrivals", view) if view else ("registrations", fresh_id())
            log_list(tx, actor, now, kind, fresh, view)
    lines = {id: line(row, units[row.case.unit_id], now) for id, row in rows.items()}
    ended = [EndedLine(lines[id], ended_by.get(id, "")) for id in undecided if id in lines]
    ended.sort(key=lambda one: (one.line.case.ended_at or now, one.line.case.id), reverse=True)
    posts = (_followed(one, rows[one.case_id], lines[one.case_id], now) for one in followed)
    return RegistrationDesk(view, tuple(posts), tuple(ended))


@rule("RE-6")
def alerts_in(tx: Tx, unit_id: str, now: datetime) -> tuple[UnitAlert, ...]:
    """What calls at a unit because a watch post or message has been in VAS for too long (H19)."""
    oldest = registrations.oldest_followed(tx, unit_id)
    called = rules.called_at(() if oldest is None else (oldest,), now, old_after(now))
    return () if called is None else (UnitAlert(unit_id, UnitReason.UNREMOVED, called),)


def _known(tx: Tx, actor: Actor, row: CaseRow) -> tuple[Situation, tuple[CareGiver, ...]]:
    """What can be known of a contact, and on whom it can be registered."""
    triaged = bool(triage.receivers(tx, row.case.id))
    on_record = registrations.care_givers(tx, row.case.id)
    able = [one for one in on_record if rules.may_be_care_giver(one.profession, triaged=triaged)]
    mine = any(one.staff_id == actor.staff_id for one in able)
    able.sort(key=lambda one: one.staff_id != actor.staff_id)
    profession = actor.profession
    if not mine and profession is not None and rules.may_be_care_giver(profession, triaged=triaged):
        mine = not able
        able.append(CareGiver(_person(actor), actor.name, profession))
    visit = visits.of_case(tx, row.case.id)
    known = Situation(
        protection=row.patient.protection,
        wrong_patient=row.case.wrong_patient_at is not None,
        profession=actor.profession,
        own=mine,
        triaged=triaged,
        booked=None if visit is None else rules.took_place(visit.kind, visit.state),
        by_video=row.case.video is not Video.NONE,
    )
    return known, tuple(able)


def _filled(
    made: Registration, wanted: Wanted, known: Situation, care_givers: tuple[CareGiver, ...], words: Codes
) -> Registration:
    """With what goes into VAS's form, where that may be so."""
    reason = clean_line(wanted.reason, LONGEST)
    permitted(rules.complete(made.way, reason))
    answers = rules.known_answers(known, wanted.answers)
    care_giver = _care_giver(made, wanted, care_givers)
    free = answers.always_free if answers.visit_type and rules.asks_whether_free(known, answers.visit_type) else None
    fee_type, payment = "", ""
    if made.way is Way.AN24:
        only = words.an24.fee_types
        fee_type, payment = wanted.fee_type or (only[0] if len(only) == 1 else ""), wanted.payment or ""
        permitted(rules.permitted(words.an24, answers.visit_type, fee_type, payment))
    return replace(
        made,
        new_visit=wanted.new_visit,
        reason=reason,
        visit_type=answers.visit_type,
        care_giver_id=care_giver.staff_id,
        care_giver=care_giver.name,
        always_free=free,
        fee_type=fee_type,
        payment=payment,
    )


def _care_giver(made: Registration, wanted: Wanted, care_givers: tuple[CareGiver, ...]) -> CareGiver:
    """On whom it is registered: in AN24 on whoever registers it."""
    id = made.made_by if made.way is Way.AN24 else wanted.care_giver_id
    found = next((one for one in care_givers if id in (None, one.staff_id)), None)
    if found is None:
        raise Refused("RE-7", "registration-care-giver")
    return found


def _none_stands(tx: Tx, case_id: str, now: datetime) -> None:
    """Raises ``Refused`` where the contact has a registration already (RE-6)."""
    one = registrations.standing(tx, case_id)
    if one is not None:
        permitted(rules.may_make(one.state), by=one.made_by_name, at=moment(one.made_at, now))


def _take(
    system: System,
    actor: Actor,
    registration_id: str,
    step: Step,
    kind: str,
    done: Callable[[Registration, str, datetime], Registration],
    **details: Any,
) -> Registration:
    """Take a step with a registration of the actor's unit, one at a time."""
    now, staff_id = system.clock.now(), _person(actor)
    with system.store.writing() as tx:
        found = registrations.one(tx, registration_id)
        if found is None or found.unit_id != actor.unit_id:
            raise BadInput("no-registration")
        cases.one(tx, found.case_id, lock=True)
        one = registrations.one(tx, registration_id)
        assert one is not None
        by, at = _last_step(one)
        state = allowed(rules.after(one.state, step), by=by, at=moment(at, now))
        saved = replace(done(one, staff_id, now), state=state)
        registrations.save(tx, saved)
        said = {"way": one.way.value, **details}
        events.append(tx, actor, now, f"registration.{kind}", one.case_id, unit_id=one.unit_id, rule="RE-6", **said)
        return saved


def _last_step(one: Registration) -> tuple[str, datetime]:
    """Who did the last that was done with it, and when."""
    steps = (
        (one.withdrawn_by_name, one.withdrawn_at),
        (one.removed_by_name, one.removed_at),
        (one.registered_by_name, one.registered_at),
    )
    return next(((name, at) for name, at in steps if at is not None), (one.made_by_name, one.made_at))


def _followed(one: Registration, row: CaseRow, shown_line: CaseLine, now: datetime) -> FollowedLine:
    safe = _shown(one, protected=is_protected(row.patient.protection))
    return FollowedLine(safe, shown_line, rules.is_old(one.made_at, now, old_after(now)))


def _shown(one: Registration, *, protected: bool) -> Registration:
    """Of a protected person there is no reason (PR-1)."""
    return replace(one, reason="", why="") if protected else one


def _person(actor: Actor) -> str:
    if actor.staff_id is None:
        raise BadInput("who-acts")
    return actor.staff_id
