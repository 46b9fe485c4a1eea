"""A contact on somebody else's behalf: explained, ended, marked and locked, in one deed (AP-1 to AP-3)."""

from p24tui.clock import local_date
from p24tui.ids import fresh_id, stable_id
from p24tui.routine import wrong_patient
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.routine.rule import rule
from p24tui.services import suicide
from p24tui.services.access import right
from p24tui.services.change import Decide, allowed, change_in, locked
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.limits import limit_on
from p24tui.services.outbox import about_case, cancel_planned
from p24tui.services.phrases import phrase
from p24tui.store import messages, people
from p24tui.store.engine import Tx
from p24tui.store.values import Author, CaseRow, FormAnswer, Message
from p24tui.system import System
from p24tui.text import clean_line

PHRASES = {False: "log-in-yourself", True: "wrong-patient-child"}
"""What explains it: that the one who needs care logs in, or for one's own child that one does so as its proxy."""


@right("case.lock")
def explanation(system: System, actor: Actor, case_id: str, *, for_child: bool = False) -> str:
    """What the patient would be told.

    Raises ``Refused`` where ``mark`` would as the case is now, ``BadInput`` where the unit has no such case.
    """
    with system.store.reading() as tx:
        row = case_of_unit(tx, actor, case_id)
        allowed(_decision(tx, system, actor, case_id)(row), owner=row.owner)
        return _text(tx, row, for_child=for_child)


@rule("AP-1", "AP-2", "AP-3")
@right("case.lock")
def mark(system: System, actor: Actor, case_id: str, version: int, *, for_child: bool = False) -> Case:
    """Explain it, write OBS FEL PATIENT in the anamnesis, end the case and lock it; what is planned is cancelled.

    ``for_child`` explains how a guardian becomes proxy for their child. Raises ``Refused`` where it may not be done, as
    where the contact is a proxy's already, or ``Stale``.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        before = locked(tx, case_id)
        decide, told = _decision(tx, system, actor, case_id), fresh_id()
        after = change_in(
            tx, system, actor, case_id, "case.wrong-patient", decide, version=version, rule="AP-3", message_id=told
        )
        text = _text(tx, before, for_child=for_child)
        messages.add(tx, Message(told, case_id, Author.STAFF, actor.staff_id, actor.name, text, now, now))
        messages.add_answers(tx, [_anamnesis(case_id)])
        cancel_planned(tx, actor, now, "wrong-patient", about_case(case_id))
        return after


def _decision(tx: Tx, system: System, actor: Actor, case_id: str) -> Decide:
    """What the rule says of a case that somebody marks now."""
    now, course = system.clock.now(), suicide.course_in(tx, case_id)

    def decide(row: CaseRow) -> Case | Refusal:
        protection, by_proxy = row.patient.protection, _is_proxy(tx, system, row)
        return wrong_patient.mark(row.case, actor, protection, course, suicide.pace(now), now, by_proxy=by_proxy)

    return decide


def _is_proxy(tx: Tx, system: System, row: CaseRow) -> bool:
    today = local_date(system.clock.now())
    guardians = len(people.guardians_of(tx, row.patient.id))
    return wrong_patient.is_let_through(row.patient.born, guardians, today, limit_on("proxy_below_age", today))


def _text(tx: Tx, row: CaseRow, *, for_child: bool) -> str:
    unit = known_unit(tx, row.case.unit_id)
    return phrase(PHRASES[for_child], patient=clean_line(row.patient.name), unit=clean_line(unit.name))


def _anamnesis(case_id: str) -> FormAnswer:
    form_id = stable_id(case_id, "wrong-patient")
    return FormAnswer(case_id, form_id, 0, 0, "", "Anamnes", "string", wrong_patient.ANAMNESIS, False)
