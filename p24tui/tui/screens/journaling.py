"""The section of the desk for documentation: what is owed, writing and signing the note, the anamnesis report (DO)."""

from p24tui import services
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.ids import fresh_id
from p24tui.journal_text import vas
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.documentation import NoteText, Way
from p24tui.services.journal_views import AnamnesisReport, JournalView, ReportPart, Signed
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.form import Answers, FormScreen, Text
from p24tui.tui.screens.journal import (
    AnamnesisScreen,
    Chosen,
    JournalScreen,
    SignedScreen,
    Step,
    own_note,
    report_text,
)
from p24tui.tui.screens.note import NoteScreen, note_of


class Journaling(DeskParts):
    """What is written is kept as a draft by case and person; a note that is refused comes again as it was written."""

    def action_journal(self) -> None:
        if (case := self._chosen()) is not None:
            self._keep_drafts()
            self._show_journal(case, self._as(case.unit_id))

    def _show_journal(self, case: Case, actor: Actor, problem: str = "") -> None:
        here = self._still_here()

        def show(view: JournalView) -> None:
            if here():
                screen = JournalScreen(view, actor.staff_id, self._system.clock.now(), problem)
                self.app.push_screen(screen, lambda chosen: self._take_journal_step(chosen, actor))

        self._reads.run(lambda: services.documentation.read(self._system, actor, case.id), show)

    def _take_journal_step(self, chosen: Chosen | None, actor: Actor) -> None:
        if chosen is None:
            return
        case, view = chosen.view.line.case, chosen.view
        match chosen.step:
            case Step.WRITE:
                self._write_for_record(view, actor, fresh_id())
            case Step.IN_VAS:
                self._settle_record(case, actor, Way.IN_VAS, "", fresh_id())
            case Step.NOTHING:
                self._ask_why_nothing(view, actor)
            case Step.COPY:
                self._copy_again(view, actor)
            case Step.REPORT:
                self._show_report(case, actor)

    def _write_for_record(self, view: JournalView, actor: Actor, note_id: str, problem: P24Error | None = None) -> None:
        case = view.line.case
        types = services.documentation.note_types(self._system.settings)
        codes = tuple(one["code"] for one in vas()["journal_type"])
        title = _("Anteckning (DO-4) · {name}").format(name=self._patient_name(case))

        def keep(text: NoteText) -> None:
            self._writes.run(lambda: services.documentation.save_draft(self._system, actor, case.id, text))

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._sign(view, actor, note_of(view, said), note_id)

        self.app.push_screen(NoteScreen(title, view, types, codes, keep, problem), answered)

    def _sign(self, view: JournalView, actor: Actor, text: NoteText, note_id: str) -> None:
        case, here = view.line.case, self._still_here()

        def failed(error: P24Error) -> None:
            if here():
                again = services.documentation.with_text(view, text)
                self._write_for_record(again, actor, note_id, error)
            else:
                self._fail(error)

        def signed(done: Signed) -> None:
            self._say(_("Anteckningen är signerad."))
            self._copied(done, actor)
            self.app.push_screen(SignedScreen(done, self._patient_name(case)))

        self._writes.run(
            lambda: services.documentation.sign(self._system, actor, case.id, text, note_id), signed, failed
        )

    def _copied(self, done: Signed, actor: Actor) -> None:
        self._writes.run(lambda: services.documentation.copied(self._system, actor, done.note.id))

    def _copy_again(self, view: JournalView, actor: Actor) -> None:
        note = own_note(view, actor.staff_id)
        if note is not None:
            done = services.documentation.as_signed(note, view.answered)
            self._copied(done, actor)
            self.app.push_screen(SignedScreen(done, self._patient_name(view.line.case)))

    def _ask_why_nothing(self, view: JournalView, actor: Actor, problem: str = "") -> None:
        title = _("Inget mer hör till journalen (DO-1) · {name}").format(name=self._patient_name(view.line.case))
        note = _("Det sparas med ditt namn. Finns det något att anteckna, skriv anteckningen i stället.")
        parts = [Text("why", _("Varför"), "", _("till exempel: patienten tackade bara för svaret"))]

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._settle_record(view.line.case, actor, Way.NOTHING, str(said["why"]), fresh_id())

        self.app.push_screen(FormScreen(title, parts, note, problem), answered)

    def _settle_record(self, case: Case, actor: Actor, way: Way, why: str, note_id: str) -> None:
        here = self._still_here()

        def failed(error: P24Error) -> None:
            if here():
                self._show_journal(case, actor, explain(error))
            else:
                self._fail(error)

        words = _("Antecknat: den finns i VAS.") if way is Way.IN_VAS else _("Antecknat: inget mer hör till journalen.")
        self._writes.run(
            lambda: services.documentation.settle(self._system, actor, case.id, way, why, note_id),
            lambda _done: self._say(words),
            failed,
        )

    def _show_report(self, case: Case, actor: Actor) -> None:
        here = self._still_here()

        def show(report: AnamnesisReport) -> None:
            if here():
                self.app.push_screen(AnamnesisScreen(report), lambda parts: self._take_report(report, actor, parts))

        self._reads.run(lambda: services.documentation.anamnesis_report(self._system, actor, case.id), show)

    def _take_report(self, report: AnamnesisReport, actor: Actor, parts: tuple[ReportPart, ...] | None) -> None:
        """It is logged before it leaves the program."""
        if not parts:
            return
        text = report_text(report, parts)

        def copy(_done: None) -> None:
            self.app.copy_to_clipboard(text)
            self._say(_("Rapporten är kopierad. Klistra in den under Aktuellt i VAS, och läs igenom den där."))

        case_id = report.line.case.id
        self._writes.run(
            lambda: services.documentation.report_taken(self._system, actor, case_id, parts, printed=False), copy
        )
