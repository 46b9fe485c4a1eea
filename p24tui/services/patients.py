"""Patients as staff register them: found by their whole identity number, made the first time (VI-1, VI-6)."""

from collections.abc import Collection
from datetime import date, datetime

from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused, Unavailable
from p24tui.gateways.person_data import Person, look_up_protection
from p24tui.ids import stable_id
from p24tui.routine import proxy
from p24tui.routine.actor import Actor
from p24tui.routine.identity import BadNumber, IdentityNumber, parse_number
from p24tui.routine.patient import Patient, shown
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.proxy import Guardian
from p24tui.routine.rule import rule
from p24tui.services import guardians, visits
from p24tui.services.access import right
from p24tui.services.limits import limit
from p24tui.services.protections import put_patient, with_protection
from p24tui.services.visit_views import Profile
from p24tui.store import events, people, read_log
from p24tui.store import visits as stored_visits
from p24tui.store.engine import Tx
from p24tui.store.values import PatientRecord
from p24tui.system import System
from p24tui.text import clean_line

PROFILE = "profile"
"""The kind of reading that a look at a patient's profile is."""

LONGEST_NAME = 200


def number_of(system: System, typed: str) -> IdentityNumber:
    """The whole identity number that somebody typed. Raises ``BadInput`` where it is none."""
    try:
        today, pattern = local_date(system.clock.now()), system.settings.reserve_number or None
        return parse_number(typed, today=today, reserve_pattern=pattern)
    except BadNumber as error:
        raise BadInput("identity-number", why=error.reason) from error


@rule("VI-1", "VI-6", "PR-1", "LO-1")
@right("patient.read")
def find(system: System, actor: Actor, typed: str) -> Profile | None:
    """The patient with this whole identity number; none where nobody is registered with it ("Inga patienter hittade").

    Protection is asked for now. That it was read is committed before it is returned. Raises ``Refused`` where the
    patient is protected, ``BadInput`` where it is no identity number.
    """
    number = number_of(system, typed)
    with system.store.reading() as tx:
        record = people.patient(tx, number=number.value)
    if record is None:
        return None
    visits.look_up(system, actor, record.patient.id)
    return profile(system, actor, record.patient.id)


@rule("LO-1", "PR-1", "VI-6", "VI-7")
@right("patient.read")
def profile(system: System, actor: Actor, patient_id: str) -> Profile:
    """A patient with guardians and booked visits; logged before it is returned. Raises ``Refused`` or ``BadInput``."""
    now = system.clock.now()
    with system.store.writing() as tx:
        record = people.patient(tx, id=patient_id)
        if record is None:
            raise BadInput("no-patient")
        read_log.log_reading(tx, actor, now, PROFILE, patient_id=patient_id)
        found = _profile(tx, record, now)
    if found.patient.protected:
        raise Refused("PR-1", "protected-booking")
    return found


@rule("VI-1", "VI-6", "PR-1")
@right("patient.register")
def register(
    system: System, actor: Actor, typed: str, mobile: str, *, name: str = "", born: date | None = None
) -> Profile:
    """Make the user account of somebody who is not here: name and guardians come from the person-data service.

    ``mobile`` is required, but for a child, who is reached by its proxy. ``name`` and ``born`` count only where the
    service or the number cannot say. Somebody who is here already gets the mobile. Raises ``Refused`` where the person
    is protected, ``BadInput`` where something cannot be used.
    """
    number, now = number_of(system, typed), system.clock.now()
    person = _person(system, number)
    told_name = clean_line(person.name if person else "", LONGEST_NAME) or clean_line(name, LONGEST_NAME)
    if person is not None and is_protected(person.protection):
        raise Refused("PR-1", "protected-booking")
    if not told_name:
        raise BadInput("patient-name")
    born = number.born or born
    if born is not None and born > local_date(now):
        raise BadInput("bad-birth", value=born.isoformat())
    theirs = person.guardians if person else ()
    asked = {one.number: look_up_protection(system.person_data, one.number) for one in theirs}
    reached = "" if not mobile.strip() and _is_child(born, now) else guardians.mobile_of(mobile)
    with system.store.writing() as tx:
        before = people.patient(tx, number=number.value)
        patient_id = before.patient.id if before else stable_id("patient", number.value)
        unasked = Patient(patient_id, number.value, told_name, born, Protection.UNKNOWN, reached)
        record = before or PatientRecord(unasked, number.kind, Protection.NONE, None)
        kept = replace(
            record.patient, name=told_name, born=born or record.patient.born, mobile=reached or record.patient.mobile
        )
        looked_up = person.protection if person else Protection.UNKNOWN
        put_patient(tx, system, actor, with_protection(replace(record, patient=kept), record.flagged, looked_up, now))
        events.append(tx, actor, now, "patient.registered", rule="VI-1", patient=patient_id, new=before is None)
        for one in theirs:
            _put_guardian(tx, patient_id, one.number, clean_line(one.name, LONGEST_NAME), asked[one.number])
    _hide_in_visits(system, patient_id, [number for number, said in asked.items() if is_protected(said)])
    guardians.look_up(system, patient_id)
    return profile(system, actor, patient_id)


def _person(system: System, number: IdentityNumber) -> Person | None:
    """What the person-data service says; none where it is silent, or there is none."""
    try:
        return system.person_data.look_up(number.value)
    except Unavailable:
        return None


@rule("VI-6", "PR-1")
def _put_guardian(tx: Tx, patient_id: str, number: str, name: str, looked_up: Protection) -> None:
    """Keep a guardian who is told of; one who is hidden stays so until it is known that they are not protected."""
    stands_under = guardians.numbers(number)
    known = people.guardian(tx, patient_id, stands_under) or Guardian(number, name)
    if is_protected(looked_up) or (is_protected(known.protection) and looked_up is not Protection.NONE):
        kind = looked_up if is_protected(looked_up) else known.protection
        after = guardians.hidden(number, known.relationship, kind)
    else:
        after = replace(known, number=number, name=name, protection=looked_up)
    people.drop_guardian(tx, patient_id, stands_under)
    people.put_guardian(tx, patient_id, after)


def _hide_in_visits(system: System, patient_id: str, protected: Collection[str]) -> None:
    """Visits are locked before patients, as in every deed: so it is a transaction of its own."""
    if protected:
        with system.store.writing() as tx:
            for number in protected:
                guardians.leave_visits(tx, patient_id, number, system.clock.now())


def _is_child(born: date | None, now: datetime) -> bool:
    child = proxy.needs_proxy(born, local_date(now), limit("proxy_below_age", now))
    return child is True


def _profile(tx: Tx, record: PatientRecord, now: datetime) -> Profile:
    patient = record.patient
    theirs = tuple(people.guardians_of(tx, patient.id))
    primary = proxy.preselected(theirs)
    hidden = is_protected(patient.protection)
    return Profile(
        patient_id=patient.id,
        number="" if hidden else patient.number,
        patient=shown(patient, local_date(now)),
        born=None if hidden else patient.born,
        mobile="" if hidden else patient.mobile,
        guardians=() if hidden else theirs,
        preselected=primary.number if primary and not hidden else "",
        booked=() if hidden else tuple(stored_visits.of_patient(tx, patient.id)),
    )
