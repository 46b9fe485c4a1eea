"""What is written down on a case: what is owed, what was settled, and the steps there are (DO)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from p24tui.i18n import N_, _
from p24tui.routine.documentation import Cause, Scope, Way, unnoted
from p24tui.services.journal_views import AnamnesisReport, Filed, JournalView, ReportPart, Signed
from p24tui.store.journal_values import JournalNote
from p24tui.text import clean_line, clean_text
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.screens.steps import StepsScreen, step_lines
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.times import moment


class Step(StrEnum):
    """What one can do about the record."""

    WRITE = "write"
    IN_VAS = "in-vas"
    NOTHING = "nothing"
    COPY = "copy"
    REPORT = "report"


STEPS: Mapping[Step, tuple[str, str]] = {
    Step.WRITE: (N_("Skriv anteckningen"), "DO-4"),
    Step.IN_VAS: (N_("Den är redan skriven i VAS"), "DO-1"),
    Step.NOTHING: (N_("Inget mer hör till journalen"), "DO-1"),
    Step.COPY: (N_("Kopiera din signerade anteckning igen"), "DO-2"),
    Step.REPORT: (N_("Anamnesrapport"), "DO-2"),
}

SCOPES = {Scope.BOTH: N_("anamnes och bedömning"), Scope.ASSESSMENT: N_("din egen bedömning")}

CAUSES = {
    Cause.ASSESSED: N_("du har bedömt ärendet"),
    Cause.RISK_ASSESSED: N_("du har bedömt suicidrisken"),
    Cause.TRIAGED: N_("du lämnade över ärendet, vilket är triage"),
}

WAYS = {Way.NOTE: N_("antecknade"), Way.IN_VAS: N_("har antecknat i VAS"), Way.NOTHING: N_("inget hör till journalen")}


class Chosen(Struct, frozen=True):
    """The step that one takes, from what one saw."""

    step: Step
    view: JournalView


def name_in(view: JournalView) -> str:
    """Whose case it is: one that has ended is not in the list."""
    return clean_line(view.line.patient.name) or _("skyddad person")


def own_note(view: JournalView, staff_id: str | None) -> JournalNote | None:
    """The note that this person signed last on the case."""
    own = [one for one in view.notes if one.staff_id == staff_id and one.way is Way.NOTE]
    return own[-1] if own else None


def steps_for(view: JournalView, staff_id: str | None) -> tuple[Step, ...]:
    """The steps there are: on the wrong patient none, of a protected one only that it stands in VAS (AP-3, PR-1)."""
    if view.line.case.wrong_patient_at is not None:
        return ()
    if view.line.patient.protected:
        return (Step.IN_VAS,)
    copy = (Step.COPY,) if own_note(view, staff_id) else ()
    return (Step.WRITE, Step.IN_VAS, Step.NOTHING, *copy, Step.REPORT)


class JournalScreen(StepsScreen[Chosen]):
    """Digits choose a step. The newest that was settled stands last, in sight."""

    def __init__(self, view: JournalView, staff_id: str | None, now: datetime, problem: str = "") -> None:
        super().__init__("journal-notes")
        self._view = view
        self._staff_id = staff_id
        self._now = now
        self._problem = problem
        self._steps = steps_for(view, staff_id)
        self.outcomes = tuple(Chosen(step, view) for step in self._steps)

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="journal-dialog"):
            yield Static(Content.styled(_("Anteckning · {name}").format(name=name_in(self._view)), "bold"))
            standing = self._standing()
            if standing.plain:
                yield Static(standing, id="journal-standing")
            with self.scrolled:
                yield Static(self._said())
            yield Static(Content.styled(self._problem, "bold $warning"), id="journal-problem")
            with VerticalScroll(classes="choices", can_focus=False):
                yield Static(step_lines(STEPS[one] for one in self._steps), id="journal-steps")
            yield Static(self.keys, classes="dialog-keys")

    def on_mount(self) -> None:
        self.scrolled.scroll_end(animate=False)
        self.query("#journal-problem").set(display=bool(self._problem))

    def _standing(self) -> Content:
        if self._view.line.case.wrong_patient_at is not None:
            return Content.styled(_("OBS FEL PATIENT: inget mer dokumenteras i ärendet."), "bold $error")
        owed = self._view.documented.debt_of(self._staff_id)
        if owed is not None:
            words = _("Du ska anteckna {what}: {why} ({at}).")
            said = words.format(what=_(SCOPES[owed.scope]), why=_(CAUSES[owed.cause]), at=moment(owed.since, self._now))
            return Content.styled(said, "bold $warning")
        if self._view.is_begun:
            return Content.styled(_("Du har en anteckning som inte är signerad."), "bold $warning")
        if unnoted(self._view.documented) is not None:
            return Content.styled(_("Något i ärendet är inte antecknat än."), "bold $warning")
        if self._view.documented.debts:
            return Content(_("En kollega har en anteckning kvar att skriva."))
        if self._problem or not self._view.notes:
            return Content("")  # that one owes nothing does not mean that nothing is lacking
        return Content.styled(_("Du har ingen anteckning kvar att skriva."), "$success")

    def _said(self) -> Content:
        if not self._view.notes:
            return Content.styled(_("Inget är antecknat än."), "$foreground 70%")
        return Content("\n").join(Content(note_words(one, self._now)) for one in self._view.notes)


def note_words(note: JournalNote, now: datetime) -> str:
    """What was settled: when, by whom and how, and what was written."""
    head = f"{moment(note.signed_at, now)}  {clean_line(note.author_name)} {_(WAYS[note.way])}"
    if note.way is not Way.NOTE:
        return f"{head}: {clean_line(note.why)}" if note.why else head
    copied = _("kopierad {at}").format(at=moment(note.copied_at, now)) if note.copied_at else _("inte kopierad än")
    text = clean_text(note.assessment)
    return f"{head} ({note.note_type}, {copied})\n  " + text.replace("\n", "\n  ")


class SignedScreen(ScrolledScreen[None]):
    """A signed note as it goes into VAS: on the clipboard, and as a file for a terminal that has none.

    ``file`` puts it into the temporary storage, and then has ``say`` told where. With ``by_file`` it does so at once.
    """

    BINDINGS = [
        Binding("c", "copy", show=False),
        Binding("f", "file", show=False),
        Binding("enter", "leave", show=False),
    ]

    def __init__(self, signed: Signed, name: str, file: Callable[[], None], *, by_file: bool) -> None:
        super().__init__("signed-text")
        self._signed = signed
        self._name = name
        self._file = file
        self._by_file = by_file
        self._note = Static(id="signed-note")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="signed-dialog"):
            title = _("Signerad · {name}") if self._by_file else _("Signerad och kopierad · {name}")
            yield Static(Content.styled(title.format(name=self._name), "bold"))
            with self.scrolled:
                yield Static(Content(self._signed.text))
            yield self._note
            yield Static(_("c kopiera igen   f som fil   ↑ ↓ rulla   Enter klart"), classes="dialog-keys")

    def on_mount(self) -> None:
        if self._by_file:
            self.action_file()
        else:
            self.say(_("Klistra in den i VAS. Kommer inget med: f lägger den som fil i mellanlagringen."))
            self.action_copy()

    def say(self, words: str) -> None:
        """Say this under the text."""
        self._note.update(Content(words))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._signed.text)

    def action_file(self) -> None:
        self._file()


PARTS = {ReportPart.FORM: N_("Formulär"), ReportPart.CHAT: N_("Chatt"), ReportPart.FILES: N_("Bilagor")}


class Taken(Struct, frozen=True):
    """Parts of the report that are to be copied, or as a file that one can print."""

    parts: tuple[ReportPart, ...]
    to_print: bool


class AnamnesisScreen(ScrolledScreen[Taken]):
    """The anamnesis report of a case. Digits choose parts; ends with those that are to leave the program."""

    BINDINGS = [
        *(Binding(str(digit), f"choose({digit})", show=False) for digit in range(1, 4)),
        Binding("c", "take(False)", show=False),
        Binding("u", "take(True)", show=False),
    ]

    def __init__(self, report: AnamnesisReport) -> None:
        super().__init__("report-text")
        self._report = report
        self._wanted = set(report.parts)
        self._body = Static()
        self._choice = Static()

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="report-dialog"):
            title = _("Anamnesrapport · {name}").format(name=clean_line(self._report.line.patient.name))
            yield Static(Content.styled(title, "bold"))
            yield self._choice
            with self.scrolled:
                yield self._body
            yield Static(
                _("Siffra ta med eller utelämna   c kopiera   u skriv ut   Esc tillbaka"), classes="dialog-keys"
            )

    def on_mount(self) -> None:
        self._paint()

    def action_choose(self, digit: int) -> None:
        parts = list(self._report.parts)
        if digit <= len(parts):
            self._wanted ^= {parts[digit - 1]}
            self._paint()

    def action_take(self, to_print: bool) -> None:
        wanted = tuple(one for one in self._report.parts if one in self._wanted)
        if wanted:
            self.dismiss(Taken(wanted, to_print))

    def _paint(self) -> None:
        marks = [
            Content.styled(
                f" {digit} {'●' if part in self._wanted else '○'} {_(PARTS[part])} ",
                "bold" if part in self._wanted else "",
            )
            for digit, part in enumerate(self._report.parts, 1)
        ]
        self._choice.update(Content(" ").join(marks) if marks else Content(_("Ärendet har inget att visa.")))
        self._body.update(Content("\n\n").join(self._part(one) for one in self._report.parts))

    def _part(self, part: ReportPart) -> Content:
        style = "" if part in self._wanted else "$foreground 60%"
        return Content.assemble((f"{_(PARTS[part])}\n", f"bold {style}"), (self._report.parts[part], style))


def filed_words(filed: Filed) -> str:
    """Where a text lies, on lines of their own: one copies them."""
    words = _("I mellanlagringen, tas bort av sig själv: {path}")
    return words.format(path=f"\n{filed.path.parent}/\n{filed.path.name}")


def report_text(report: AnamnesisReport, parts: tuple[ReportPart, ...]) -> str:
    """These parts as they are copied."""
    return "\n\n".join(report.parts[one] for one in parts)
