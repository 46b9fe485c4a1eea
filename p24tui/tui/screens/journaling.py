"""The section of the desk for documentation: what is owed, writing and signing the note, the anamnesis report (DO)."""

import os
from collections.abc import Mapping

from p24tui import services
from p24tui.errors import P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.ids import fresh_id
from p24tui.journal_text import vas
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.documentation import NoteText, Way
from p24tui.services.journal_views import AnamnesisReport, Filed, JournalView, Signed
from p24tui.text import clean_line
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.form import Answers, FormScreen, Text
from p24tui.tui.screens.journal import (
    AnamnesisScreen,
    Chosen,
    JournalScreen,
    SignedScreen,
    Step,
    Taken,
    filed_words,
    name_in,
    own_note,
    report_text,
)
from p24tui.tui.screens.note import NoteScreen, note_of
from p24tui.tui.screens.seen import SeenScreen

WRITING = frozenset({Step.WRITE, Step.IN_VAS, Step.NOTHING})
"""Steps that only whoever assesses takes."""


class Journaling(DeskParts):
    """What is written is kept as a draft by case and person; a note that is refused comes again as it was written."""

    def action_journal(self) -> None:
        if (case := self._chosen()) is not None:
            self._keep_drafts()
            self._show_journal(case, self._author(case))

    def put_away(self) -> None:
        """What stands in a note is kept too."""
        super().put_away()
        for screen in self.app.screen_stack:
            if isinstance(screen, NoteScreen):
                screen.keep_now()

    def _author(self, case: Case) -> Actor:
        """The person at the case's unit, where it is theirs; of a case that has left it they write for their own."""
        return self._as(case.unit_id) if self._unit(case.unit_id) else self._actor

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
        if chosen.step in WRITING and actor.profession not in CLINICIANS:  # before anything has been typed
            self._refuse(Refusal("CH-4", "not-clinician"))
            return
        match chosen.step:
            case Step.WRITE:
                self._write_for_record(view, actor, fresh_id())
            case Step.IN_VAS:
                self._settle_record(view, actor, Way.IN_VAS, "", fresh_id())
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
        title = _("Anteckning (DO-4) · {name}").format(name=name_in(view))

        def keep(text: NoteText) -> None:
            self._writes.run(lambda: services.documentation.save_draft(self._system, actor, case.id, text))

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._sign(view, actor, note_of(view, said), note_id)

        self.app.push_screen(NoteScreen(title, view, types, codes, keep, problem), answered)

    def _sign(self, view: JournalView, actor: Actor, text: NoteText, note_id: str) -> None:
        case, here = view.line.case, self._still_here()

        def failed(error: P24Error) -> None:
            if here() and isinstance(error, Refused) and error.reason == "note-newer":
                read = services.documentation.read
                self._reads.run(
                    lambda: read(self._system, actor, case.id),
                    lambda fresh: self._write_for_record(fresh, actor, note_id, error) if here() else self._fail(error),
                )
            elif here():
                again = services.documentation.with_text(view, text)
                self._write_for_record(again, actor, note_id, error)
            else:
                self._fail(error)

        def signed(done: Signed) -> None:
            self._say(_("Anteckningen är signerad."))
            self._show_signed(done, view, actor)

        self._writes.run(
            lambda: services.documentation.sign(self._system, actor, case.id, text, note_id), signed, failed
        )

    def _show_signed(self, done: Signed, view: JournalView, actor: Actor) -> None:
        """It is copied as it is shown; where the terminal has no clipboard, it lies in the temporary storage."""
        case_id, deeds = view.line.case.id, services.documentation
        by_file = not has_clipboard(os.environ) or self._system.settings.copy_by == "file"
        if not by_file:
            self._writes.run(lambda: deeds.copied(self._system, actor, done.note.id))

        def put() -> Filed:
            filed = deeds.to_file(self._system, actor, case_id, "anteckning", done.text)
            deeds.copied(self._system, actor, done.note.id)
            return filed

        def file() -> None:
            self._writes.run(
                put,
                lambda filed: screen.say(filed_words(filed)),
                lambda error: screen.say(explain(error)),
            )

        screen = SignedScreen(done, name_in(view), file, by_file=by_file)
        self.app.push_screen(screen)

    def _copy_again(self, view: JournalView, actor: Actor) -> None:
        note = own_note(view, actor.staff_id)
        if note is not None:
            done = services.documentation.as_signed(note, view.answered)
            self._show_signed(done, view, actor)

    def _ask_why_nothing(self, view: JournalView, actor: Actor, why: str = "", problem: str = "") -> None:
        title = _("Inget mer hör till journalen (DO-1) · {name}").format(name=name_in(view))
        note = _("Det sparas med ditt namn. Finns det något att anteckna, skriv anteckningen i stället.")
        parts = [Text("why", _("Varför"), why, _("till exempel: patienten tackade bara för svaret"))]

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._settle_record(view, actor, Way.NOTHING, str(said["why"]), fresh_id())

        self.app.push_screen(FormScreen(title, parts, note, problem), answered)

    def _settle_record(self, view: JournalView, actor: Actor, way: Way, why: str, note_id: str) -> None:
        case, told, here = view.line.case, view.documented.told, self._still_here()

        def failed(error: P24Error) -> None:
            if here() and way is Way.NOTHING:
                self._ask_why_nothing(view, actor, why, explain(error))
            elif here():
                self._show_journal(case, actor, explain(error))
            else:
                self._fail(error)

        words = _("Antecknat: den finns i VAS.") if way is Way.IN_VAS else _("Antecknat: inget mer hör till journalen.")
        self._writes.run(
            lambda: services.documentation.settle(self._system, actor, case.id, way, why, note_id, told),
            lambda _done: self._say(words),
            failed,
        )

    def _show_report(self, case: Case, actor: Actor) -> None:
        here = self._still_here()

        def show(report: AnamnesisReport) -> None:
            if here():
                self.app.push_screen(AnamnesisScreen(report), lambda taken: self._take_report(report, actor, taken))

        self._reads.run(lambda: services.documentation.anamnesis_report(self._system, actor, case.id), show)

    def _take_report(self, report: AnamnesisReport, actor: Actor, taken: Taken | None) -> None:
        """It is logged before it leaves the program."""
        if taken is None:
            return
        words, case, name = report_text(report, taken.parts), report.line.case, report.line.patient.name

        def copy(_done: None) -> None:
            self.app.copy_to_clipboard(words)
            self._say(_("Rapporten är kopierad. Klistra in den under Aktuellt och läs igenom den."))

        def show(filed: Filed) -> None:
            if filed.is_open:
                self._say(_("Rapporten är öppnad: skriv ut den där. Filen tas bort av sig själv."))
            else:
                title = _("Anamnesrapport · {name}").format(name=clean_line(name))
                self.app.push_screen(SeenScreen(title, filed_words(filed)))

        if taken.to_print:
            to_file = services.documentation.to_file
            self._writes.run(lambda: to_file(self._system, actor, case.id, "anamnesrapport", words, to_open=True), show)
        else:
            report_taken = services.documentation.report_taken
            self._writes.run(lambda: report_taken(self._system, actor, case.id, taken.parts), copy)


def has_clipboard(environ: Mapping[str, str]) -> bool:
    """Whether the terminal may pass a text on to the clipboard (OSC 52): a console of Linux has none at all."""
    return environ.get("TERM", "") not in {"", "dumb", "linux"}
