"""The guardians of a child: what is known of them, their mobile, and who is primary (VI-6, VI-7)."""

from datetime import datetime

from msgspec.structs import replace

from p24tui.errors import BadInput
from p24tui.gateways.person_data import look_up_protection
from p24tui.ids import stable_id
from p24tui.routine import phone
from p24tui.routine.actor import Actor
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.proxy import Guardian
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit
from p24tui.services import links
from p24tui.services.access import right
from p24tui.services.outbox import nobody
from p24tui.store import events, outbox, participants, people, visits
from p24tui.store.engine import Tx
from p24tui.system import System
from p24tui.text import clean_line

PROTECTED = "Skyddad person"


@rule("PR-1")
def hidden(number: str, relationship: str, protection: Protection) -> Guardian:
    """A guardian who is protected: neither name, number nor mobile is kept."""
    return Guardian(numbers(number)[1], PROTECTED, relationship, protection=protection)


def numbers(number: str) -> tuple[str, str]:
    """What a guardian may stand under: their number, or what takes its place where they are protected."""
    return number, stable_id("guardian", number)


@rule("PR-1", "PR-2")
def look_up(system: System, patient_id: str) -> None:
    """Ask about a child's guardians now, and keep what is learnt; one who is protected is hidden from then on."""
    with system.store.reading() as tx:
        before = [one for one in people.guardians_of(tx, patient_id) if not is_protected(one.protection)]
    looked_up = {one.number: look_up_protection(system.person_data, one.number) for one in before}
    changed = [one for one in before if looked_up[one.number] is not one.protection]
    if changed:
        with system.store.writing() as tx:
            for one in changed:
                put(tx, patient_id, replace(one, protection=looked_up[one.number]), system.clock.now())


@rule("PR-1")
def put(tx: Tx, patient_id: str, guardian: Guardian, now: datetime) -> None:
    """Keep what is known of a guardian; one who is protected is kept hidden, here and in the child's visits."""
    if not is_protected(guardian.protection) or guardian.name == PROTECTED:
        people.put_guardian(tx, patient_id, guardian)
        return
    people.drop_guardian(tx, patient_id, [guardian.number])
    people.put_guardian(tx, patient_id, hidden(guardian.number, guardian.relationship, guardian.protection))
    leave_visits(tx, patient_id, guardian.number, now)


@rule("PR-1", "VI-7", "VI-8")
def leave_visits(tx: Tx, patient_id: str, number: str, now: datetime) -> None:
    """A guardian who turns out to be protected is in none of the child's open visits, as proxy or guest.

    Name, number and mobile go, and no link of theirs leads anywhere. A visit whose proxy they were has none from now
    on, which staff see: they decide how the child is reached.
    """
    for one in visits.of_patient(tx, patient_id):
        visit = links.locked_with_case(tx, one.id)
        if visit is not None and visit.state in OPEN:
            _leave(tx, visit, number, now)


def _leave(tx: Tx, visit: Visit, number: str, now: datetime) -> None:
    for one in participants.of_visit(tx, visit.id):
        if one.number == number:
            participants.save(tx, replace(one, name=PROTECTED, number="", address="", revoked_at=one.revoked_at or now))
    for row in outbox.of_visit(tx, visit.id):
        if row.person_number == number:  # it fails when it is due, so that staff see that nobody was told
            outbox.change(tx, row.id, row.fence, (OutgoingState.QUEUED,), recipient="")
    if visit.proxy_number == number:
        visits.save(tx, replace(visit, proxy_number="", proxy_name="", mobile=""))
        by, said = nobody(visit.unit_id, "person-data"), {"visit": visit.id, "rule": "PR-1"}
        events.append(tx, by, now, "visit.proxy-gone", visit.case_id, unit_id=visit.unit_id, **said)


@rule("VI-7", "PR-1")
@right("patient.register")
def make_primary(system: System, actor: Actor, patient_id: str, number: str) -> list[str]:
    """Let another guardian be preselected from now on; the ids of the visits already booked, which keep their proxy.

    Raises ``BadInput`` where the child has no such guardian, or one who cannot be proxy.
    """
    with system.store.writing() as tx:
        chosen = _guardian(tx, patient_id, number)
        for one in people.guardians_of(tx, patient_id):
            if one.is_primary != (one.number == chosen.number):
                people.put_guardian(tx, patient_id, replace(one, is_primary=not one.is_primary))
        events.append(tx, actor, system.clock.now(), "guardian.primary", rule="VI-7", patient=patient_id)
        return [one.id for one in visits.of_patient(tx, patient_id) if one.proxy_number]


@rule("VI-1", "PR-1")
@right("patient.register")
def put_mobile(system: System, actor: Actor, patient_id: str, number: str, typed: str) -> Guardian:
    """Keep the mobile of a child's guardian, which is the one that counts where they are proxy.

    Raises ``BadInput`` where the child has no such guardian, or it is no mobile.
    """
    mobile = mobile_of(typed)
    with system.store.writing() as tx:
        after = replace(_guardian(tx, patient_id, number), mobile=mobile)
        people.put_guardian(tx, patient_id, after)
        for one in visits.of_patient(tx, patient_id, lock=True):
            if one.proxy_number == number:
                visits.save(tx, replace(one, mobile=mobile))
        events.append(tx, actor, system.clock.now(), "guardian.mobile", rule="VI-1", patient=patient_id)
        return after


def mobile_of(typed: str) -> str:
    """The mobile that somebody typed, in E.164. Raises ``BadInput`` where it is none."""
    number = phone.e164(typed)
    if not number or not phone.is_mobile(number):
        raise BadInput("mobile", value=clean_line(typed, 40))
    return number


def _guardian(tx: Tx, patient_id: str, number: str) -> Guardian:
    found = people.guardian(tx, patient_id, [number])
    if found is None or is_protected(found.protection):
        raise BadInput("no-guardian")
    return found
