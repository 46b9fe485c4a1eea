"""What one does with a case at the desk: open it, take it on, write, hold it, end it."""

from p24tui import services
from p24tui.clock import local_date
from p24tui.i18n import _
from p24tui.routine import chat as routine_chat
from p24tui.routine.case import Case, CaseState
from p24tui.routine.protection import is_protected
from p24tui.services.views import OpenCase
from p24tui.store.values import Doing
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.dialogs import ConfirmEndScreen, Hold, HoldScreen
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation

ON_A_CASE = frozenset({"open_case", "claim", "release", "hold", "end", "next_unread", "next_unowned"})
"""Actions that a single letter leads to."""


class CaseDeeds(DeskParts):
    """The section of the desk that acts on a case."""

    def put_away(self) -> None:
        """The console is about to close: what is being typed is kept."""
        if (draft := self._composer.unkept()) is not None:
            self._keep_draft(*draft)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a case is on its way, what one types ahead is for the patient and must not act on the list."""
        return not (self._entering and action in ON_A_CASE)

    def action_open_case(self) -> None:
        line = self._list.cursor_line
        if line is not None:
            self._list.see_arrivals()
            self._header.arrived = self._live.arrivals
            self._open(line.case)

    def _open(self, case: Case) -> None:
        self._entering = True
        actor = self._as(case.unit_id)
        self._writes.run(lambda: services.cases.open_case(self._system, actor, case.id), self._enter_case)

    def _enter_case(self, opened: OpenCase) -> None:
        self._entering = False
        self._show_case(opened)
        self._in_case = True
        self._arrange_panes()
        self._whereabouts.be(opened.line.case, Doing.VIEWING)
        (self._composer if self._composer.display else self._conversation).focus()

    def _show_case(self, opened: OpenCase) -> None:
        self._pane.show(opened, self._actor, self._system.clock.now())

    def action_back(self) -> None:
        self._composer.keep_draft()
        self._in_case = False
        self._arrange_panes()
        self._list.focus()
        if self._one_pane:
            self._whereabouts.leave()

    def action_write(self) -> None:
        if self._composer.display:
            self._composer.focus()
        else:
            self.action_claim()

    def action_claim(self) -> None:
        def claimed(case: Case) -> None:
            self._say(_("Du har tagit emot ärendet."))
            self._open(case)

        if (case := self._chosen()) is not None:
            self._entering = True
            actor = self._as(case.unit_id)
            self._writes.run(lambda: services.chat.claim(self._system, actor, case.id, case.version), claimed)

    def action_release(self) -> None:
        if (case := self._chosen()) is not None:
            self._composer.keep_draft()
            actor = self._as(case.unit_id)
            self._writes.run(
                lambda: services.chat.release(self._system, actor, case.id, case.version),
                lambda _case: self._say(_("Ärendet är tillbaka i kön.")),
            )
            self._conversation.focus() if self._in_case else self._list.focus()

    def action_send(self) -> None:
        self._composer.send()

    def on_composer_sent(self, message: Composer.Sent) -> None:
        line = self._line(message.case_id)
        if line is None:
            return
        case = line.case

        def sent(_case: Case) -> None:
            message.composer.sent(message.case_id, message.message_id)
            self._say(_("Skickat."))

        actor = self._as(case.unit_id)
        text, message_id = message.text, message.message_id
        self._writes.run(
            lambda: services.chat.answer(self._system, actor, case.id, case.version, text, message_id), sent
        )

    def on_composer_draft_changed(self, message: Composer.DraftChanged) -> None:
        self._keep_draft(message.case_id, message.text)
        if (line := self._line(message.case_id)) is not None:
            self._whereabouts.be(line.case, Doing.TYPING if message.text else Doing.VIEWING)

    def _keep_draft(self, case_id: str, text: str) -> None:
        self._writes.run(lambda: services.chat.save_draft(self._system, self._actor, case_id, text))

    def action_hold(self) -> None:
        if (case := self._chosen()) is None:
            return
        actor = self._as(case.unit_id)

        def held(answer: Hold | None) -> None:
            if answer is not None:
                self._writes.run(
                    lambda: services.chat.hold(self._system, actor, case.id, case.version, answer.until, answer.reason),
                    lambda _case: self._say(_("Ärendet vilar till {day}.").format(day=answer.until.isoformat())),
                )

        today = local_date(self._system.clock.now())
        self.app.push_screen(HoldScreen(self._patient_name(case), today), held)

    def action_end(self) -> None:
        if (case := self._chosen()) is None:
            return
        self._composer.keep_draft()
        actor = self._as(case.unit_id)
        self._writes.run(
            lambda: services.ending.request_end(self._system, actor, case.id, case.version), self._ask_to_confirm
        )

    def _ask_to_confirm(self, case: Case) -> None:
        actor = self._as(case.unit_id)

        def answered(confirmed: bool | None) -> None:
            if confirmed:
                self._writes.run(
                    lambda: services.ending.confirm_end(self._system, actor, case.id, case.version), self._ended
                )
            else:
                self._writes.run(lambda: services.ending.keep_open(self._system, actor, case.id))

        self.app.push_screen(ConfirmEndScreen(self._patient_name(case), self._consequence(case)), answered)

    def _consequence(self, case: Case) -> str:
        line = self._line(case.id)
        if line is not None and is_protected(line.patient.protection):
            return _("Personen får veta att vård söks på 1177.se, per telefon eller på mottagningen.")
        if case.state is CaseState.WAITING:
            return _("Patienten har inte svarat: en dag läggs till, så att hen kan svara hela dagen i morgon.")
        return _("Skriver patienten igen öppnas ärendet av sig självt.")

    def _ended(self, case: Case) -> None:
        self._say(_("Ärendet är avslutat."))
        opened = self._pane.case
        if opened is not None and opened.id == case.id:
            self._whereabouts.leave()
            self._pane.clear()
            self.action_back()

    def on_key(self) -> None:
        if isinstance(self.focused, Conversation):
            self._somebody_is_there()

    def on_composer_touched(self) -> None:
        self._somebody_is_there()

    def _somebody_is_there(self) -> None:
        """A key in the open case shows it: what the patient wrote meanwhile has been read."""
        case = self._pane.case
        if case is not None and case.unread and routine_chat.reads(case, self._actor):
            actor = self._as(case.unit_id)
            self._writes.run(lambda: services.cases.mark_read(self._system, actor, case.id))
