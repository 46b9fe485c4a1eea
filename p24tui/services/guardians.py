"""The guardians of a child: what is known of them, their mobile, and who is primary (VI-6, VI-7)."""

from dataclasses import replace

from p24tui.errors import BadInput
from p24tui.gateways.person_data import look_up_protection
from p24tui.ids import stable_id
from p24tui.routine import phone
from p24tui.routine.actor import Actor
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.proxy import Guardian
from p24tui.routine.rule import rule
from p24tui.store import events, people, visits
from p24tui.store.engine import Tx
from p24tui.system import System
from p24tui.text import clean_line

PROTECTED = "Skyddad person"


@rule("PR-1")
def hidden(number: str, relationship: str, protection: Protection) -> Guardian:
    """A guardian who is protected: neither name, number nor mobile is kept."""
    return Guardian(stable_id("guardian", number), PROTECTED, relationship, protection=protection)


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
                put(tx, patient_id, replace(one, protection=looked_up[one.number]))


def put(tx: Tx, patient_id: str, guardian: Guardian) -> None:
    """Keep what is known of a guardian; one who is protected is kept hidden."""
    if is_protected(guardian.protection) and guardian.name != PROTECTED:
        people.drop_guardian(tx, patient_id, [guardian.number])
        guardian = hidden(guardian.number, guardian.relationship, guardian.protection)
    people.put_guardian(tx, patient_id, guardian)


@rule("VI-7", "PR-1")
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
