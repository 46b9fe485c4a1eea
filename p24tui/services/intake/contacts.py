"""Taking an Encounter: a new case, or what a source tells of it later."""

from typing import Any

from msgspec.structs import replace

from p24tui.gateways.fhir.model import Kind, SentCase
from p24tui.routine import chat
from p24tui.routine.after_hours import severity_of
from p24tui.routine.case import Case, CaseState, ContactKind, RiskLevel, SuicideRisk, Urgency
from p24tui.routine.protection import Protection
from p24tui.routine.rule import rule
from p24tui.services import suicide
from p24tui.services.change import locked
from p24tui.services.intake.outcome import Verdict
from p24tui.services.intake.referring import refer, say_closed
from p24tui.services.intake.taking import Taken, Taking, digest
from p24tui.services.known import known_unit
from p24tui.store import cases, events, handovers, intake, people
from p24tui.store.engine import Tx
from p24tui.store.values import Contact, Unit

RECEIVED = "case.received"
KIND_ASSUMED = "kind_assumed"


@rule("CH-1", "CH-9", "CH-10", "NA-2", "NA-4")
def take_case(taking: Taking, sent: SentCase) -> Taken:
    """A new case, taken at any hour of any day, or news of one.

    Raises ``Unusable`` where the unit or the patient is not known here.
    """
    unit = people.unit(taking.tx, sent.unit_id)
    if unit is None:
        raise taking.refused("serviceProvider", f"no unit here has the HSA-id {sent.unit_id}")
    patient_id = taking.resolve(sent.patient, Kind.PATIENT)
    said = digest(patient_id, *_said(sent))
    known = taking.known()
    if taking.says_nothing_new(known, said):
        assert known is not None
        say_closed(taking, _unit_of(taking, known.stored_as), known.stored_as)
        return Taken(Verdict.DUPLICATE, known.stored_as)
    if known is None:
        case_id, is_contact = taking.id(), True
        _add(taking, sent, case_id, patient_id)
        verdict = Verdict.CREATED
    else:
        case_id = known.stored_as
        verdict, is_contact = _update(taking, sent, case_id, patient_id)
    taking.remember(case_id, said)
    if record := people.patient(taking.tx, id=patient_id):
        taking.protect(record, sent.flagged)
    where = _unit_of(taking, case_id)
    if is_contact:
        refer(taking, where, case_id)
    say_closed(taking, where, case_id)
    return Taken(verdict, case_id)


def _unit_of(taking: Taking, case_id: str) -> Unit:
    """The unit that has the case now: staff may have handed it over to another than the source names."""
    return known_unit(taking.tx, locked(taking.tx, case_id).case.unit_id)


def kind_was_assumed(tx: Tx, case_id: str) -> bool:
    """Whether the source has not said what kind of contact the case is."""
    received = (event for event in events.of_case(tx, case_id) if event.kind == RECEIVED)
    return any(event.details.get(KIND_ASSUMED) for event in received)


def _add(taking: Taking, sent: SentCase, case_id: str, patient_id: str) -> None:
    """The new case, with the e-ID that was used and the way in that was taken."""
    kind = _kind(taking, sent)
    if kind is ContactKind.TRIAGED and sent.priority is None and not sent.triaged:
        taking.note("priority", "is missing; the case is taken as a triage that failed: marked and on top")
    case = Case(
        id=case_id,
        unit_id=sent.unit_id,
        patient_id=patient_id,
        kind=kind,
        matter=sent.matter,
        received_at=taking.now,
        priority=sent.priority,
        suicide=SuicideRisk.AWAITING if sent.suicide_risk else SuicideRisk.NONE,
        waiting_since=min(sent.started or taking.now, taking.now),
    )
    contact = Contact(taking.source, taking.head.names[0], sent.e_id, sent.e_id_at, sent.way_in)
    known = _protection(taking, patient_id)
    case = suicide.flagged(replace(case, mental_health=sent.mental_health), [sent.matter], known)
    cases.add(taking.tx, case, contact)
    if sent.suicide_risk:
        suicide.suspected_by_form(taking.tx, taking.actor(sent.unit_id), case_id, taking.now)
    assumed: dict[str, Any] = {KIND_ASSUMED: True} if sent.kind is None else {}
    taking.event(RECEIVED, case_id, sent.unit_id, **assumed)


def _protection(taking: Taking, patient_id: str) -> Protection:
    record = people.patient(taking.tx, id=patient_id)
    return record.patient.protection if record else Protection.UNKNOWN


def _kind(taking: Taking, sent: SentCase) -> ContactKind:
    """What the source said. A triage that cannot be read is one; so is nothing said, where a priority or form hints."""
    if sent.triaged and sent.priority is None:
        return ContactKind.TRIAGED
    if sent.kind is not None:
        return sent.kind
    return ContactKind.TRIAGED if sent.triaged or taking.index.has_form(taking.head) else ContactKind.MESSAGE


def _update(taking: Taking, sent: SentCase, case_id: str, patient_id: str) -> tuple[Verdict, bool]:
    """News of a case: the matter, a priority that comes late, a suicide risk. Owner and state are the staff's.

    So is the unit, once they have handed the case over to another: the source goes on naming the one that it knows.
    The second says whether the case is known to be of another severity now, which makes it news from the patient.
    """
    before = locked(taking.tx, case_id).case
    if before.patient_id != patient_id:
        raise taking.refused("subject", "the same Encounter came earlier for another patient")
    if sent.unit_id not in {before.unit_id, *handovers.units_left(taking.tx, case_id)}:
        raise taking.refused("serviceProvider", "the same Encounter came earlier for another unit")
    after = replace(
        before,
        matter=sent.matter or before.matter,
        priority=sent.priority or before.priority,
        kind=_kind_now(taking, sent, before),
        suicide=SuicideRisk.AWAITING if _newly_at_risk(sent, before) else before.suicide,
        urgency=Urgency.UNSAID if _is_graver(sent, before) else before.urgency,
        mental_health=before.mental_health or sent.mental_health,
    )
    if _newly_at_risk(sent, before):  # what was said of it before says no more
        after = replace(after, risk=RiskLevel.UNSAID, risk_due_at=None, visit_by=None)
        suicide.suspected_by_form(taking.tx, taking.actor(before.unit_id), case_id, taking.now)
    if _newly_at_risk(sent, before) and before.state in (CaseState.ENDED, CaseState.HELD):
        # What has ended or rests is looked at by nobody: it opens as by a word from the patient (SU-9).
        after = chat.receive(after, taking.now)
    words = [after.matter] if after.matter != before.matter else []
    after = suicide.flagged(after, words, _protection(taking, patient_id))
    news = ("matter", "priority", "kind", "suicide", "mental_health", "risk_words")
    changed = [name for name in news if getattr(before, name) != getattr(after, name)]
    changed += _update_contact(taking, sent, case_id)
    if not changed:
        return Verdict.DUPLICATE, False
    taking.save(before, after)
    taking.event("case.updated", case_id, before.unit_id, changed=changed)
    return Verdict.UPDATED, severity_of(after) is not severity_of(before)


def _is_graver(sent: SentCase, before: Case) -> bool:
    """Whether what a clinician has said, that it can wait, was said of something less grave than this."""
    if before.urgency is not Urgency.CAN_WAIT:
        return False
    more_urgent = sent.priority is not None and (before.priority is None or sent.priority < before.priority)
    return more_urgent or _newly_at_risk(sent, before)


def _newly_at_risk(sent: SentCase, before: Case) -> bool:
    return sent.suicide_risk and before.suicide is SuicideRisk.NONE


def _kind_now(taking: Taking, sent: SentCase, before: Case) -> ContactKind:
    if sent.triaged and sent.priority is None and before.priority is None:
        return ContactKind.TRIAGED
    if sent.kind is not None:
        return sent.kind
    return ContactKind.TRIAGED if sent.triaged and kind_was_assumed(taking.tx, before.id) else before.kind


def _update_contact(taking: Taking, sent: SentCase, case_id: str) -> list[str]:
    before = cases.contact(taking.tx, case_id)
    after = replace(
        before,
        e_id=sent.e_id or before.e_id,
        e_id_at=sent.e_id_at or before.e_id_at,
        way_in=sent.way_in or before.way_in,
    )
    changed = [name for name in ("e_id", "e_id_at", "way_in") if getattr(before, name) != getattr(after, name)]
    if changed:
        intake.put_contact(taking.tx, case_id, after.e_id, after.e_id_at, after.way_in)
    return changed


def _said(sent: SentCase) -> tuple[object, ...]:
    return (
        sent.unit_id,
        sent.kind,
        sent.triaged,
        sent.priority,
        sent.matter,
        sent.started,
        sent.e_id,
        sent.e_id_at,
        sent.way_in,
        sent.suicide_risk,
        sent.mental_health,
        sent.flagged,
    )
