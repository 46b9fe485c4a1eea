"""Taking an Appointment: a booking, whose patient may stand beside it in the parcel or have come before it."""

from collections.abc import Iterable

from msgspec.structs import replace

from p24tui.errors import BadInput
from p24tui.gateways.booking import RELATIVE, VIDEO, SentBooking
from p24tui.gateways.fhir.model import Issue, Kind, Ref, SentAppointment, Severity
from p24tui.gateways.fhir.refs import NUMBERS
from p24tui.routine.identity import IdentityNumber, NumberKind
from p24tui.services.intake.bookings import take_booking
from p24tui.services.intake.outcome import Verdict
from p24tui.services.intake.taking import Taken, Taking, awaited, digest
from p24tui.store import people


def take_appointment(taking: Taking, sent: SentAppointment) -> Taken:
    """A booking, or news of one. What was said of it before and after is told apart by when it was said.

    One whose patient has not been received is taken as a task for staff, and once more when the patient comes. Raises
    ``Unusable`` where the unit is not known here.
    """
    known = taking.known()
    booking = with_people(taking, sent)
    booking_id = known.stored_as if known else booking.booking_id
    said_at = booking.said_at or taking.refused_at or taking.now
    booking = replace(booking, booking_id=booking_id, said_at=said_at)
    looked_up = taking.protections.of(booking.number.value) if booking.number else None
    try:
        verdict, id = take_booking(taking.tx, taking.system, taking.source, booking, taking.now, looked_up=looked_up)
    except BadInput as error:
        if error.reason != "no-unit":
            raise
        raise taking.refused("participant", unknown_unit(booking)) from error
    taking.remember(booking_id, digest(booking))
    _say(taking, sent, booking, verdict)
    return Taken(verdict, id)


def unknown_unit(booking: SentBooking) -> str:
    """What to say to the source of a booking whose unit is not here."""
    return f"no unit here has the HSA-id {booking.unit_id}" if booking.unit_id else "names no unit by its HSA-id"


def with_people(taking: Taking, sent: SentAppointment) -> SentBooking:
    """The booking with the numbers of the patient and of the one who helps, wherever those are known from."""
    booking = sent.booking
    if booking.number is None and booking.patients == 1:
        refs = [sent.patient] if sent.patient else sent.untold
        found = dict.fromkeys(number for number in (_patient_number(taking, ref) for ref in refs) if number)
        number = next(iter(found)) if len(found) == 1 else None
        booking = replace(booking, number=number, patients=max(1, len(found)))
    if not booking.proxy_number:
        refs = [sent.proxy] if sent.proxy else sent.untold
        booking = replace(booking, proxy_number=_only(_guardian_number(taking, ref) for ref in refs))
    return booking


def _patient_number(taking: Taking, ref: Ref) -> IdentityNumber | None:
    """The number of the patient that a reference means, in the parcel or from before; none where it is not known."""
    target = taking.index.find(ref, Kind.PATIENT)
    if target is not None and target.head is not None:
        return _number_of(target.head.names[0])
    patient_id = taking.try_to_resolve(ref, Kind.PATIENT)
    record = people.patient(taking.tx, id=patient_id) if patient_id else None
    return IdentityNumber(record.patient.number, NumberKind(record.number_kind)) if record else None


def _number_of(name: str) -> IdentityNumber | None:
    """The number that a patient goes by, which was read when its resource was."""
    system, _bar, value = name.rpartition("|")
    return IdentityNumber(value, NUMBERS[system]) if system in NUMBERS else None


def _guardian_number(taking: Taking, ref: Ref) -> str:
    stored_as = taking.try_to_resolve(ref, Kind.GUARDIAN)
    return stored_as.rpartition("/")[2] if stored_as else ""


def _only(found: Iterable[str]) -> str:
    """The one that is said; empty where none is, or several."""
    distinct = set(filter(None, found))
    return distinct.pop() if len(distinct) == 1 else ""


def _say(taking: Taking, sent: SentAppointment, booking: SentBooking, verdict: Verdict) -> None:
    """What the source is to know of a booking that was taken but has not become a visit."""
    is_set_aside = verdict is Verdict.NOTED and not booking.cancelled
    if is_set_aside and booking.contact_type != VIDEO:
        taking.note("appointmentType", f"is not {VIDEO}: it was noted, and nothing is made of it")
    elif is_set_aside and booking.reason == RELATIVE:
        taking.note("reasonCode", f"is {RELATIVE}: it was noted, and nothing is made of it")
    is_visit = booking.is_video and not booking.cancelled and booking.patients == 1
    if is_visit and booking.number is None and sent.patient is not None:
        name = sent.patient.names[-1]
        taking.issues.append(Issue(sent.patient.path, awaited(Kind.PATIENT, name), Severity.ERROR))
