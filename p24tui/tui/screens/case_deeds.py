"""What one does with a case at the desk: open it, take it on, write, hold it, end it."""

from p24tui import services
from p24tui.clock import local_date
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.holding import may_hold
from p24tui.routine.hours import next_weekday
from p24tui.routine.protection import is_protected
from p24tui.tui.key_table import ACTIONS
from p24tui.tui.keys import key_name
from p24tui.tui.screens.dialogs import ConfirmEndScreen, Hold, HoldScreen
from p24tui.tui.screens.journaling import Journaling
from p24tui.tui.screens.open_cases import OpenCases
from p24tui.tui.screens.risking import Risking
from p24tui.tui.screens.writing import Writing
from p24tui.tui.screens.wrong_patient import WrongPatientScreen
from p24tui.tui.widgets.composer import Composer
from p24tui.words.cases import undone_words
from p24tui.words.times import day_words

ANY_TIME = frozenset({"back", "help", "quit", "command_palette", "next_case", "previous_case", "acknowledge"})
"""Actions of the table of keys that are open while a case is on its way."""

NOTED_FIRST = frozenset({"DO-1", "DO-3"})
"""Rules for which a case does not end before something is written down: one is led there at once."""


class CaseDeeds(Writing, Journaling, Risking, OpenCases):
    """The section of the desk that acts on a case."""

    _last_deed: tuple[Case, str] | None = None
    """The case, and what was said when it was done."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a case is on its way, what one types ahead is for the patient and must not act on the list.

        One sends from where one writes, with the recipient in sight, and nowhere else.
        """
        if action in ("send", "better"):
            return isinstance(self.focused, Composer)
        return not (self._heading_for and action in ACTIONS - ANY_TIME)

    def action_open_case(self) -> None:
        line = self._list.cursor_line
        if line is not None:
            self._list.see_arrivals()
            self._header.arrived = self._live.arrivals
            self._open(line.case)

    def action_back(self) -> None:
        """From what one writes to the case, from there to the list."""
        pane = self._pane_of_focus()
        self._heading_for = ""
        self._journey += 1  # wherever one was going, one stays
        self._keep_drafts()
        if pane is not None and isinstance(self.focused, Composer):
            pane.write_note(False)
            self.set_focus(pane.conversation)
            return
        self._in_case = False
        self._arrange_panes()
        self.set_focus(self._list)
        if self._one_pane:
            self._whereabouts.leave()

    def on_desk_parts_claim_wanted(self) -> None:
        self.action_claim()

    def action_claim(self) -> None:
        if (case := self._chosen()) is None:
            return
        actor = self._as(case.unit_id)
        if case.owner_id not in (None, actor.staff_id) and case.state is not CaseState.ENDED:
            self._take_over(case)
            return
        if case.owner_id is not None and case.owner_id == actor.staff_id:
            self._open(case)
            return
        here = self._still_here()

        def claimed(after: Case) -> None:
            self._heading_for = ""
            self._did(after, _("Du har tagit emot ärendet."))
            if here():
                self._open(after)

        self._heading_for = case.id
        self._writes.run(lambda: services.chat.claim(self._system, actor, case.id, case.version), claimed)

    def action_release(self) -> None:
        if (case := self._chosen()) is not None:
            self._release(case)
            if self.focused is not self._closing_list:
                self.set_focus(self._pane.conversation if self._in_case else self._list)

    def _release(self, case: Case) -> None:
        self._keep_drafts()
        actor = self._as(case.unit_id)
        self._writes.run(
            lambda: services.chat.release(self._system, actor, case.id, case.version),
            lambda after: self._did(after, _("Ärendet är tillbaka i kön.")),
        )

    def action_undo(self) -> None:
        """Undo what one did last with a case: at once while that stands there, else it is named first.

        Something else may have been done since that cannot be undone, so that another case than one means is meant.
        """
        if self._last_deed is None:
            self._say(_("Det finns inget att ångra."))
            return
        case, done = self._last_deed
        actor, name = self._as(case.unit_id), self._patient_name(case)
        asks = _("Det senaste som går att ångra gäller {name}: ”{done}” {key} en gång till ångrar just det.").format(
            name=name, done=done, key=key_name("undo")
        )
        if self._header.notice != _undoable(done) and self._refusal_bar.sentence != asks:
            self._refusal_bar.say("", asks)
            return

        def undone(deed: str) -> None:
            self._last_deed = None
            self._refusal_bar.clear()
            self._say(_("Ångrat för {name}: {deed}").format(name=name, deed=undone_words(deed)))

        self._writes.run(lambda: services.undo.undo(self._system, actor, case.id), undone)

    def _did(self, case: Case, words: str) -> None:
        """Done, and it can be undone for as long as nothing else happens to the case."""
        self._last_deed = case, words
        self._refusal_bar.clear()
        self._say(_undoable(words))

    def action_hold(self) -> None:
        if (case := self._chosen()) is not None:
            self._hold(case)

    def _hold(self, case: Case) -> None:
        actor, takes_on = self._as(case.unit_id), self._takes_on(case)

        def hold(answer: Hold) -> Case:
            return services.chat.hold(
                self._system, actor, case.id, case.version, answer.until, answer.reason, takes_on=takes_on
            )

        def held(answer: Hold | None) -> None:
            if answer is not None:
                self._writes.run(
                    lambda: hold(answer),
                    lambda after: self._did(after, _("Ärendet vilar till {day}.").format(day=day_words(answer.until))),
                )

        if not takes_on and (refusal := may_hold(case, actor)) is not None:
            self._refuse(refusal, self._owner_name(case))
            return
        if (unit := self._unit(case.unit_id)) is None:
            self._fail(BadInput("no-unit", unit=case.unit_id))  # one's own, at a unit that one no longer works for
            return
        today = local_date(self._system.clock.now())
        self.app.push_screen(HoldScreen(self._patient_name(case), next_weekday(unit.hours, today), today), held)

    def action_end(self) -> None:
        if (case := self._chosen()) is not None:
            self._end(case)

    def _end(self, case: Case) -> None:
        self._keep_drafts()
        actor, here = self._as(case.unit_id), self._still_here()

        def requested(after: Case) -> None:
            self._own_versions[after.id] = after.version
            if here():
                self._ask_to_confirm(after)
            else:
                self._say(_("Avslutet är begärt men inte bekräftat."))

        def failed(error: P24Error) -> None:
            if isinstance(error, Refused) and error.rule in NOTED_FIRST and here():
                self._show_journal(case, actor, explain(error))
            else:
                self._fail(error)

        takes_on = self._takes_on(case)
        self._writes.run(
            lambda: services.ending.request_end(self._system, actor, case.id, case.version, takes_on=takes_on),
            requested,
            failed,
        )

    def action_wrong_patient(self) -> None:
        """The contact is for somebody else: what will be said is shown first."""
        if (case := self._chosen()) is None:
            return
        actor = self._as(case.unit_id)
        self._keep_drafts()
        here, name = self._still_here(), self._patient_name(case)

        def read() -> dict[bool, str]:
            explained = services.wrong_patient.explanation
            return {child: explained(self._system, actor, case.id, for_child=child) for child in (False, True)}

        def ask(texts: dict[bool, str]) -> None:
            if here():
                self.app.push_screen(
                    WrongPatientScreen(name, texts), lambda answer: self._mark_wrong(case, actor, answer)
                )

        self._reads.run(read, ask)

    def _mark_wrong(self, case: Case, actor: Actor, for_child: bool | None) -> None:
        if for_child is None:
            return

        def marked(after: Case) -> None:
            self._own_versions[after.id] = after.version
            self._say(_("OBS FEL PATIENT är antecknat, ärendet är avslutat och låst."))
            self._is_over(after)

        self._writes.run(
            lambda: services.wrong_patient.mark(self._system, actor, case.id, case.version, for_child=for_child), marked
        )

    def _ask_to_confirm(self, case: Case) -> None:
        actor = self._as(case.unit_id)

        def answered(confirmed: bool | None) -> None:
            if confirmed:
                self._writes.run(
                    lambda: services.ending.confirm_end(self._system, actor, case.id, case.version), self._ended
                )
            else:
                self._writes.run(
                    lambda: services.ending.keep_open(self._system, actor, case.id),
                    lambda after: self._own_versions.update({after.id: after.version}),
                )

        self.app.push_screen(ConfirmEndScreen(self._patient_name(case), self._consequence(case)), answered)

    def _consequence(self, case: Case) -> str:
        line = self._line(case.id)
        if line is not None and is_protected(line.patient.protection):
            return _("Personen får veta att vård söks på 1177.se, per telefon eller på mottagningen.")
        if case.state is CaseState.WAITING:
            return _("Patienten har inte svarat: en dag läggs till, så att hen kan svara hela dagen i morgon.")
        return _("Skriver patienten igen öppnas ärendet av sig självt.")

    def _ended(self, case: Case) -> None:
        self._did(case, _("Ärendet är avslutat."))
        self._is_over(case)

    def _is_over(self, case: Case) -> None:
        self._forget_open(case.id)
        if self._one_pane and not self._in_case:
            self._list.focus()


def _undoable(words: str) -> str:
    """What is said when something is done that can be undone."""
    return _("{words}  {key} ångrar").format(words=words, key=key_name("undo"))
