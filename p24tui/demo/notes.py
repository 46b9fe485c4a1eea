"""The notes that the demo's colleagues write before they end a case."""

from msgspec.structs import replace

from p24tui.ids import stable_id
from p24tui.routine.actor import Actor
from p24tui.routine.documentation import Scope
from p24tui.services import documentation
from p24tui.system import System

CURRENT = "Kontakt via video enligt bokning."
"""Where the patient has written nothing."""

ASSESSMENT = "Bedöms kunna skötas med egenvård enligt råden i chatten. Åter vid försämring."


def write_note(system: System, actor: Actor, case_id: str) -> None:
    """Look Aktuellt through, add an assessment and sign; of a protected person nothing is written here."""
    view = documentation.read(system, actor, case_id)
    if view.line.patient.protected or view.line.case.wrong_patient_at is not None:
        return
    current = view.text.current or (CURRENT if view.scope is Scope.BOTH else "")
    text = replace(view.text, reviewed=True, current=current, assessment=ASSESSMENT)
    note_id = stable_id("demo", "note", case_id, str(len(view.notes)))
    documentation.copied(system, actor, documentation.sign(system, actor, case_id, text, note_id).note.id)
