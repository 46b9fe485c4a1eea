"""Taking a Patient and a RelatedPerson."""

from msgspec.structs import replace

from p24tui.gateways.fhir.model import Kind, SentGuardian, SentPatient
from p24tui.ids import stable_id
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection, is_protected, strictest
from p24tui.routine.proxy import Guardian
from p24tui.services.guardians import hidden, leave_visits, numbers
from p24tui.services.intake.outcome import Verdict
from p24tui.services.intake.taking import Taken, Taking, digest
from p24tui.services.protections import put_patient, with_protection
from p24tui.store import intake, people
from p24tui.store.values import PatientRecord

NAMELESS = "Namn saknas"


def take_patient(taking: Taking, sent: SentPatient) -> Taken:
    """A person is one patient, by identity number, whichever source sends them.

    Raises ``Unusable`` where the same id came with another identity number.
    """
    said = digest(sent.number.value, sent.name, sent.born, sent.mobile, sent.flagged)
    patient_id = stable_id("patient", sent.number.value)
    known = taking.known()
    if known is not None and known.stored_as != patient_id:
        raise taking.refused("identifier", "the same id came earlier with another identity number")
    before = people.patient(taking.tx, id=patient_id)
    if taking.says_nothing_new(known, said):
        _look_again(taking, before)
        return Taken(Verdict.DUPLICATE, patient_id)
    after = _merged(taking, before, patient_id, sent)
    put_patient(taking.tx, taking.system, taking.actor(), after)
    taking.remember(patient_id, said)
    if before is None:
        taking.tell_of_patient("patient.received", after, [])
        return Taken(Verdict.CREATED, patient_id)
    if changed := _changed(before.patient, after.patient):
        taking.tell_of_patient("patient.updated", after, changed)
    return Taken(Verdict.CREATED if known is None else Verdict.UPDATED, patient_id)


def _look_again(taking: Taking, record: PatientRecord | None) -> None:
    """The source says nothing new, but the person-data service may."""
    looked_up = taking.protections.of(record.patient.number) if record else None
    if record and looked_up not in (None, Protection.UNKNOWN):
        after = with_protection(record, record.flagged, looked_up, taking.now)
        if after.patient.protection != record.patient.protection:
            taking.protect(record, record.flagged)


def take_guardian(taking: Taking, sent: SentGuardian) -> Taken:
    """A guardian of a patient. One with protected personal data is kept without name and number.

    Raises ``Unusable`` where the patient is not known, or the same id came for another person.
    """
    number = sent.number.value
    patient_id = taking.resolve(sent.patient, Kind.PATIENT)
    stored_as = f"{patient_id}/{number}"
    known = taking.known()
    if known is not None and known.stored_as != stored_as:
        raise taking.refused("identifier", "the same id came earlier for another patient or another identity number")
    said = digest(patient_id, number, sent.name, sent.relationship, sent.flagged)
    if taking.says_nothing_new(known, said):
        return Taken(Verdict.DUPLICATE, taking.id())
    before = people.guardian(taking.tx, patient_id, numbers(number))
    people.drop_guardian(taking.tx, patient_id, numbers(number))
    after = _guardian(taking, sent, before)
    people.put_guardian(taking.tx, patient_id, after)
    if is_protected(after.protection):
        leave_visits(taking.tx, patient_id, number, taking.now)
    taking.remember(stored_as, said)
    record = people.patient(taking.tx, id=patient_id)
    assert record is not None
    taking.tell_of_patient("guardian.received" if known is None else "guardian.updated", record, [])
    return Taken(Verdict.CREATED if known is None else Verdict.UPDATED, taking.id())


def _guardian(taking: Taking, sent: SentGuardian, before: Guardian | None) -> Guardian:
    """What is now known of the guardian; the mobile and who is primary are the staff's to say (VI-7)."""
    number = sent.number.value
    protection = strictest(sent.flagged, taking.protections.of(number) or Protection.UNKNOWN)
    if is_protected(protection):
        return hidden(number, sent.relationship, protection)
    known = before or Guardian(number, sent.name)
    return replace(known, number=number, name=sent.name, relationship=sent.relationship, protection=protection)


def _merged(taking: Taking, before: PatientRecord | None, patient_id: str, sent: SentPatient) -> PatientRecord:
    """What is now known of the patient.

    A source's own words replace its earlier ones. Where others speak of the same person too, nothing that they
    said is taken away by silence, least of all a flag.
    """
    flagged, mobile = sent.flagged, sent.mobile
    if before is None:
        unasked = Patient(patient_id, sent.number.value, sent.name or NAMELESS, sent.born, Protection.UNKNOWN, mobile)
        record = PatientRecord(unasked, sent.number.kind, flagged, None)
    else:
        names = taking.head.names
        if not intake.only_name_of(taking.tx, patient_id, taking.source, Kind.PATIENT, names):
            flagged, mobile = strictest(before.flagged, flagged), mobile or before.patient.mobile
        name, born = sent.name or before.patient.name, sent.born or before.patient.born
        record = replace(before, patient=replace(before.patient, name=name, born=born, mobile=mobile))
    return with_protection(record, flagged, taking.protections.of(sent.number.value), taking.now)


def _changed(before: Patient, after: Patient) -> list[str]:
    return [name for name in ("name", "born", "mobile", "protection") if getattr(before, name) != getattr(after, name)]
