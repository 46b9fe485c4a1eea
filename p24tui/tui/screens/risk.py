"""Suicide risk in a case: where it stands, what has been stated, what ending lacks, and the steps there are."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from p24tui.errors import Refused
from p24tui.explain import explain
from p24tui.i18n import N_, _
from p24tui.routine.case import CaseState, RiskLevel, SuicideRisk
from p24tui.routine.risk_course import Assessment, Booking, Decision, Entry, Prolonged, Safety, Wrote, course_of
from p24tui.routine.risk_path import is_suspected
from p24tui.services.views import RiskView
from p24tui.text import clean_line
from p24tui.tui.screens.steps import StepsScreen, step_lines
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.risk import standing_words, stated_words


class Step(StrEnum):
    """What one can do about suicide risk."""

    SUSPECT = "suspect"
    NO_SUSPICION = "no-suspicion"
    HAND_OVER = "hand-over"
    ASSESS = "assess"
    SAFETY = "safety"
    BOOK = "book"
    VISITED = "visited"
    DECIDE = "decide"
    CALL = "call"
    PROLONG = "prolong"
    HAND_ON = "hand-on"
    LOOK = "look"


STEPS = {
    Step.SUSPECT: (N_("Misstänk suicidrisk"), "SU-2"),
    Step.NO_SUSPICION: (N_("Ingen misstanke om suicidrisk"), "SU-1"),
    Step.HAND_OVER: (N_("Lämna över till psykolog eller läkare"), "SU-2"),
    Step.ASSESS: (N_("Samlad bedömning, signeras"), "SU-3"),
    Step.SAFETY: (N_("Känns det tryggt att fortsätta online? Patientens svar"), "SU-5"),
    Step.BOOK: (N_("Besök på mottagning inom två dagar"), "SU-6"),
    Step.VISITED: (N_("Besöket har ägt rum, eller patienten kom inte"), "SU-7"),
    Step.DECIDE: (N_("Individuellt beslut: helg, eller patienten vill inte"), "SU-8"),
    Step.CALL: (N_("Telefonsamtal, eller försök"), "SU-9"),
    Step.PROLONG: (N_("Förläng chatten"), "SU-9"),
    Step.HAND_ON: (N_("Beredskapsjour eller 112 har tagit över"), "SU-11"),
    Step.LOOK: (N_("Se hur personen nås: en gång, och det loggas"), "AP-4"),
}

OWNERS_STEPS: dict[Step, type[Entry]] = {
    Step.ASSESS: Assessment,
    Step.SAFETY: Safety,
    Step.BOOK: Booking,
    Step.DECIDE: Decision,
    Step.PROLONG: Prolonged,
}
"""The steps of the one who has the case, and what they state."""


def steps_for(view: RiskView) -> tuple[Step, ...]:
    """The steps that lead on from where the risk stands, in the order of the routine."""
    case, course = view.case, course_of(view.stated)
    if case.state is CaseState.ENDED:
        return ()
    if view.patient.protected:
        return (Step.LOOK, Step.CALL, Step.HAND_ON) if is_suspected(case, view.patient.protection) else ()
    if case.wrong_patient_at is not None:
        at_risk = case.suicide is not SuicideRisk.NONE
        return (Step.CALL, Step.HAND_ON) if at_risk else (Step.SUSPECT, Step.NO_SUSPICION)
    if case.suicide is SuicideRisk.NONE:
        if case.risk is RiskLevel.LOW:
            said = (Step.NO_SUSPICION,) if case.risk_words else ()
            return (Step.SAFETY, Step.CALL, *said, Step.SUSPECT, Step.ASSESS, Step.HAND_ON)
        return (Step.SUSPECT, Step.NO_SUSPICION, Step.ASSESS)
    match case.risk:
        case RiskLevel.MODERATE:
            visit = (Step.VISITED, Step.BOOK) if course.visit else (Step.BOOK,)
            return (*visit, Step.DECIDE, Step.CALL, Step.PROLONG, Step.HAND_ON, Step.ASSESS, Step.HAND_OVER)
        case RiskLevel.HIGH:
            return (Step.HAND_ON, Step.CALL, Step.ASSESS, Step.HAND_OVER)
    return (Step.ASSESS, Step.HAND_OVER, Step.CALL, Step.HAND_ON)


class Chosen(Struct, frozen=True):
    """The step that one takes, from what one saw."""

    step: Step
    view: RiskView


class RiskScreen(StepsScreen[Chosen]):
    """Digits choose a step. The newest that was stated stands last, in sight."""

    def __init__(self, view: RiskView, now: datetime) -> None:
        super().__init__("risk-stated")
        self._view = view
        self._now = now
        self._steps = steps_for(view)
        self.outcomes = tuple(Chosen(step, view) for step in self._steps)

    def compose(self) -> ComposeResult:
        patient, case = self._view.patient, self._view.case
        with Dialog(classes="wide", id="risk-dialog"):
            name = clean_line(patient.name) if patient.name else _("skyddad person")
            yield Static(Content.styled(_("Suicidrisk · {name}").format(name=name), "bold"))
            standing = standing_words(case, course_of(self._view.stated), self._now)
            at_risk = case.suicide is not SuicideRisk.NONE
            yield Static(Content.styled(standing, "bold $error" if at_risk else ""), id="risk-standing")
            yield Static(self._lacks(), id="risk-missing")
            with self.scrolled:
                yield Static(self._said(), id="risk-entries")
            with VerticalScroll(classes="choices", can_focus=False):
                yield Static(step_lines(STEPS[one] for one in self._steps), id="risk-steps")
            yield Static(self.keys, classes="dialog-keys")

    def on_mount(self) -> None:
        self.scrolled.scroll_end(animate=False)

    def _lacks(self) -> Content:
        if self._view.case.state is CaseState.ENDED:
            return Content("")
        missing = self._view.missing
        if missing is None:
            return Content.styled(_("Suicidrisken hindrar inte att ärendet avslutas."), "$success")
        words = explain(Refused(missing.rule, missing.reason))
        return Content.assemble((_("Innan det avslutas ({rule}): ").format(rule=missing.rule), "bold $warning"), words)

    def _said(self) -> Content:
        if not self._view.stated:
            return Content.styled(_("Inget är antecknat om suicidrisk än."), "$foreground 70%")
        said = [one for one in self._view.stated if not isinstance(one.entry, Wrote)]  # that stands in the chat
        return Content("\n").join(Content(stated_words(one, self._now)) for one in said)
