"""A clinician's word on a case: how urgent it is, what is sought, and whether the medical assessment is made (CH-4)."""

from datetime import date

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from p24tui import services
from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.explain import explain
from p24tui.i18n import N_, _
from p24tui.routine.case import Case, Need, Urgency
from p24tui.routine.chat import may_handle
from p24tui.services.views import CaseLine
from p24tui.text import clean_line
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.duty import GUARANTEE, NEEDS, URGENCIES, assessment_words, guarantee_words
from p24tui.words.times import day_of

CHOICES: tuple[Urgency | Need, ...] = (Urgency.URGENT, Urgency.CAN_WAIT, Need.NEW, Need.RETURN, Need.TREATMENT)
"""What the digits choose, from 1; chosen again, nothing is said of it."""

DONE_DIGIT = len(CHOICES) + 1


class Assessment(Struct, frozen=True):
    """What one says of a case."""

    urgency: Urgency
    need: Need
    need_since: date | None
    is_assessed: bool


class AssessScreen(ScrolledScreen[Assessment]):
    """Digits choose, Enter says it. The priority that came is shown beside, and never changed."""

    BINDINGS = [
        *(Binding(str(digit), f"choose({digit})", show=False) for digit in range(1, DONE_DIGIT + 1)),
        Binding("enter", "save", show=False),
    ]

    def __init__(self, line: CaseLine, name: str, promised: str, today: date) -> None:
        super().__init__("assess-lines")
        case = line.case
        self._case = case
        self._patient = name
        self._promised = promised
        self._today = today
        self._urgency, self._need = case.urgency, case.need
        self._done = case.assessed_at is not None
        self._lines = Static()
        self._since = Field(
            case.need_since.isoformat() if case.need_since else "", placeholder=_("beslutad den, som 28 nov")
        )
        self._problem = Static(classes="dialog-problem")

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Bedöm ärendet för {name}").format(name=clean_line(self._patient))
            yield Static(Content.styled(title, "bold"))
            priority = self._case.priority or "–"
            yield Static(_("Prioriteten som kom är {priority}: en indikator, som står kvar.").format(priority=priority))
            with self.scrolled:
                yield self._lines
            yield self._since
            yield Static(self._promised, markup=False, classes="dialog-note")
            yield self._problem
            yield Static(_("1–6 välj   Enter spara   Esc låt bli"), classes="dialog-keys")

    def on_mount(self) -> None:
        self._paint()

    def action_choose(self, digit: int) -> None:
        if digit == DONE_DIGIT:
            self._done = self._case.assessed_at is not None or not self._done
            self._paint()
            return
        chosen = CHOICES[digit - 1]
        if isinstance(chosen, Urgency):
            self._urgency = Urgency.UNSAID if self._urgency is chosen else chosen
        else:
            self._need = Need.UNSAID if self._need is chosen else chosen
        self._paint()
        if self._need is Need.TREATMENT:
            self._since.focus()

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        since = None
        if self._need is Need.TREATMENT:
            try:
                since = day_of(self._since.value, self._today, has_been=True)
                if since > self._today:
                    raise Refused("GA-1", "need-ahead")
            except (BadInput, Refused) as error:
                self._problem.update(Content(explain(error)))
                return
        newly = self._done and self._case.assessed_at is None
        self.dismiss(Assessment(self._urgency, self._need, since, newly))

    def _paint(self) -> None:
        rows = [Content.styled(_("Hur brådskande"), "$foreground 75%")]
        for digit, choice in enumerate(CHOICES, 1):
            if choice is Need.NEW:
                rows.append(Content.styled(_("Vad som söks"), "$foreground 75%"))
            words = URGENCIES[choice] if isinstance(choice, Urgency) else NEEDS[choice]
            rows.append(_option(digit, _(words), choice in (self._urgency, self._need)))
        rows.append(Content.styled(_("Bedömningen"), "$foreground 75%"))
        rows.append(_option(DONE_DIGIT, _(MADE), self._done))
        self._lines.update(Content("\n").join(rows))
        self._since.display = self._need is Need.TREATMENT


MADE = N_("den medicinska bedömningen är gjord")


def _option(digit: int, words: str, chosen: bool) -> Content:
    mark = "●" if chosen else "○"
    return Content.styled(f"  {digit}  {mark} {words}", "bold" if chosen else "")


class Assessing(DeskParts):
    """The section of the desk in which clinicians say what they think of a case."""

    def action_assess(self) -> None:
        if (case := self._chosen()) is None:
            return
        actor, line = self._as(case.unit_id), self._line(case.id)
        if line is None:
            return
        if (refusal := may_handle(actor, line.patient.protection)) is not None:
            self._refuse(refusal)
            return
        now = self._system.clock.now()
        promised = f"{GUARANTEE} {guarantee_words(line.guarantee, now)}" if line.guarantee else ""

        def answered(said: Assessment | None) -> None:
            if said is not None:
                self._writes.run(
                    lambda: services.assessment.assess(
                        self._system,
                        actor,
                        case.id,
                        case.version,
                        said.urgency,
                        said.need,
                        need_since=said.need_since,
                        is_assessed=said.is_assessed,
                    ),
                    self._assessed,
                )

        self.app.push_screen(AssessScreen(line, self._patient_name(case), promised, local_date(now)), answered)

    def _assessed(self, after: Case) -> None:
        self._own_versions[after.id] = after.version
        self._say(_("Bedömt: {words}.").format(words=assessment_words(after.urgency, after.need)))
