"""Whom to look up in the person-data service before a resource is taken."""

from p24tui.gateways.booking import SentBooking
from p24tui.gateways.fhir.model import Kind, Ref, Sent, SentAppointment, SentCase, SentGuardian, SentPatient
from p24tui.services.intake.appointments import with_people
from p24tui.services.intake.taking import Taking
from p24tui.services.protections import is_stale
from p24tui.services.unit_settings import protection_kept_in
from p24tui.store import cases, people


def numbers_to_look_up(taking: Taking, sent: Sent) -> list[str]:
    """Identity numbers of those concerned: in a new contact always, in one under way when it is time again."""
    match sent:
        case SentPatient() | SentGuardian():
            return [sent.number.value]
        case SentCase():
            return _of_patient(taking, sent.patient)
        case SentAppointment():
            return numbers_of_booking(with_people(taking, sent))
        case _:
            return _of_case(taking, sent.case)


def numbers_of_booking(booking: SentBooking) -> list[str]:
    """The patient of a booking that may become a visit here; of nothing else is anybody asked about."""
    is_visit = booking.is_video and not booking.cancelled and booking.patients == 1
    return [booking.number.value] if is_visit and booking.number else []


def _of_patient(taking: Taking, patient: Ref) -> list[str]:
    target = taking.index.find(patient, Kind.PATIENT)
    if target is not None and target.head is not None:
        return [target.head.number]
    patient_id = taking.try_to_resolve(patient, Kind.PATIENT)
    record = people.patient(taking.tx, id=patient_id) if patient_id else None
    return [record.patient.number] if record else []


def _of_case(taking: Taking, case: Ref) -> list[str]:
    target = taking.index.find(case, Kind.CASE)
    if target is not None and target.head is not None:
        return []  # looked up with the case, which is in the same parcel
    case_id = taking.try_to_resolve(case, Kind.CASE)
    row = cases.one(taking.tx, case_id) if case_id else None
    record = people.patient(taking.tx, id=row.patient.id) if row else None
    if row is None or record is None:
        return []
    kept = protection_kept_in(taking.tx, row.case.unit_id, taking.now)
    return [record.patient.number] if is_stale(record, taking.now, kept) else []
