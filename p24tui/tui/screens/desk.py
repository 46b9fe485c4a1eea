"""The desk: the live patient list, and beside or over it the case that is open."""

import time
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from p24tui.clock import local_date
from p24tui.errors import P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _, ngettext
from p24tui.routine import chat as routine_chat
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.protection import is_protected
from p24tui.services import cases, chat, ending, presence, units
from p24tui.services.cases import OpenCase
from p24tui.services.queue import QueueView
from p24tui.store.desk import Doing
from p24tui.store.feed import Alive, Lost, Notice
from p24tui.store.people import Unit
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.tui.errands import Errands
from p24tui.tui.keys import Where
from p24tui.tui.list_reader import Found, ListReader
from p24tui.tui.screens.dialogs import ConfirmEndScreen, Hold, HoldScreen
from p24tui.tui.whereabouts import Whereabouts
from p24tui.tui.widgets.case_pane import CasePane
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation
from p24tui.tui.widgets.desk_header import DeskHeader, count
from p24tui.tui.widgets.key_bar import KeyBar
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.widgets.refusal_bar import RefusalBar
from p24tui.words import clock_time, profession_word

TWO_PANES = 100
"""Columns from which the list and the case stand side by side."""

SMALLEST = (60, 16)
"""Columns and lines under which nothing sensible can be shown."""

ON_A_CASE = frozenset({"open_case", "claim", "release", "hold", "end", "next_unread"})
"""Actions that a single letter leads to."""

SAID_FOR = 4.0
"""Seconds for which it stands in the header that something is done."""

SILENT_AFTER = 8.0
"""Seconds without a word from the feed after which the list is said to stand still (H22)."""


class DeskScreen(Screen[None]):
    """Owns the errands; its widgets only show and say."""

    class Shown(Message):
        """The list stands on the screen for the first time."""

    def __init__(self, system: System, unit: Unit, actor: Actor, banner: str = "") -> None:
        super().__init__()
        self._system = system
        self._actor = actor
        self._reads = Errands(self, "reads", self._fail)
        self._writes = Errands(self, "writes", self._fail)
        self._arrived = 0
        self._heard_at = time.monotonic()
        self._minute = -1
        self._fitted = (0, 0)
        self._entering = False
        self._whereabouts = Whereabouts(system, actor, self._writes)
        profession = profession_word(actor.profession) if actor.profession else ""
        self._header = DeskHeader(unit.name, actor.name, profession, banner, id="header")
        self._list = PatientList(system.clock.now(), id="patient-list")
        self._pane = CasePane(id="case-pane")
        self._too_small = Static(id="too-small")
        self._refusal_bar = RefusalBar(id="refusal-bar")
        self._key_bar = KeyBar(id="key-bar")
        self._reader = ListReader(
            system,
            actor,
            self._reads,
            open_id=lambda: self._pane.case.id if self._pane.case else None,
            show_all=self._show_list,
            show_changes=self._show_changes,
            failed=self._reading_failed,
        )

    @property
    def _composer(self) -> Composer:
        return self._pane.composer

    @property
    def _conversation(self) -> Conversation:
        return self._pane.conversation

    def compose(self) -> ComposeResult:
        yield self._header
        with Horizontal(id="desk"):
            yield self._list
            yield self._pane
        yield self._too_small
        yield self._refusal_bar
        yield self._key_bar

    def on_mount(self) -> None:
        self.add_class("-no-case", "-list-shown")
        self._list.border_title = _("Patientlista · prio är en indikator")
        self._list.focus()
        self._tick()
        self.set_interval(1.0, self._tick)
        self.set_interval(presence.RENEW_EVERY, self._whereabouts.renew)
        self._reader.read_all()

    def put_away(self) -> None:
        """The console is about to close: what is being typed is kept."""
        if (draft := self._composer.unkept()) is not None:
            self._writes.run(lambda: chat.save_draft(self._system, self._actor, *draft))

    async def idle(self) -> None:
        """Wait until every errand given so far has been carried out."""
        await self._writes.idle()
        await self._reads.idle()

    def on_unmount(self) -> None:
        self._reads.finish()
        self._writes.run(lambda: presence.leave(self._system, self._actor))
        self._writes.finish()

    def on_resize(self) -> None:
        self._fit_window()

    def _fit_window(self) -> None:
        """One pane or two, or that the window is too small; looked at each second too, should a resize be lost."""
        if self._fitted == self.app.size:
            return
        self._fitted = width, height = self.app.size
        self.set_class(width < TWO_PANES, "-one-pane")
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-too-small")
        words = _("Fönstret är för litet: {width}×{height}.\nMinst {least} behövs. Inget har gått förlorat.")
        small = words.format(width=width, height=height, least=f"{SMALLEST[0]}×{SMALLEST[1]}")
        self._too_small.update(Content(small))

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.settle()

    def hear(self, notice: Notice) -> None:
        """What the change feed says."""
        if isinstance(notice, Lost):
            self._header.lost = notice.problem or "?"
            return
        self._heard_at = time.monotonic()
        if self._header.lost or not self._reader.has_read:
            self._header.lost = ""
            self._reader.read_all()
        if isinstance(notice, Alive):
            self._header.fresh_at = self._system.clock.now()
        elif notice.everything:
            self._reader.read_all()
        else:
            self._reader.read_changes(notice.case_ids)
            if "" in notice.case_ids:
                self._read_openness()

    def _show_list(self, view: QueueView) -> None:
        if self._header.fresh_at is None:
            self.call_after_refresh(self.post_message, self.Shown())
        self._list.show(view, self._system.clock.now())
        self._count()

    def _show_changes(self, found: Found) -> None:
        lines, opened = found
        now = self._system.clock.now()
        if new := self._list.put(lines, now):
            self._announce(len(new), now)
        if opened is not None:
            self._show_case(opened)
        self._count()

    def _reading_failed(self, error: P24Error) -> None:
        """Said in the header, where it stays; when the feed has the database again, the list is read anew."""
        self._header.lost = str(error)

    def _announce(self, many: int, now: datetime) -> None:
        """Say in words that something has come in; the cursor does not move for it."""
        self._arrived += many
        words = ngettext("{count} nytt ärende {at}", "{count} nya ärenden {at}", self._arrived)
        self._header.notice = "● " + words.format(count=self._arrived, at=clock_time(now))

    def _count(self) -> None:
        now = self._system.clock.now()
        self._header.fresh_at = now
        self._header.counts = count(self._list.lines, now)

    def _tick(self) -> None:
        now = self._system.clock.now()
        self._fit_window()
        self._header.now = now
        if now.minute != self._minute:
            self._minute = now.minute
            self._list.tick(now)
            self._read_openness()
        if time.monotonic() - self._heard_at > SILENT_AFTER and not self._header.lost:
            self._header.lost = "silent"

    def _read_openness(self) -> None:
        """The hours may have been changed on another console."""
        self._reads.run(
            lambda: units.openness(units.find_unit(self._system, self._actor.unit_id).hours, self._system.clock.now()),
            self._show_openness,
            self._reading_failed,
        )

    def _show_openness(self, openness: units.Openness) -> None:
        self._header.openness = openness

    def action_open_case(self) -> None:
        case_id = self._list.cursor_id
        if case_id is not None:
            self._entering = True
            self._arrived = 0
            self._header.notice = ""
            self._writes.run(lambda: cases.open_case(self._system, self._actor, case_id), self._enter_case)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a case is on its way, what one types ahead is for the patient and must not act on the list."""
        return not (self._entering and action in ON_A_CASE)

    def _enter_case(self, opened: OpenCase) -> None:
        self._entering = False
        self._show_case(opened)
        self.remove_class("-no-case", "-list-shown")
        self.add_class("-case-open")
        self._whereabouts.be(opened.line.case.id, Doing.VIEWING)
        (self._composer if self._composer.display else self._conversation).focus()

    def _show_case(self, opened: OpenCase) -> None:
        self._pane.show(opened, self._actor, self._system.clock.now())

    def action_back(self) -> None:
        self._composer.keep_draft()
        self.remove_class("-case-open")
        self.add_class("-list-shown")
        self._list.focus()
        if self.has_class("-one-pane"):
            self._whereabouts.leave()

    def action_write(self) -> None:
        composer = self._composer
        if composer.display:
            composer.focus()
        else:
            self.action_claim()

    def action_next_unread(self) -> None:
        patient_list = self._list
        ids = [line.case.id for line in patient_list.lines if line.case.unread or line.case.unread_free_text]
        if not ids:
            self._say(_("Inget oläst."))
            return
        here = patient_list.cursor_id
        following = ids[(ids.index(here) + 1) % len(ids)] if here in ids else ids[0]
        patient_list.move_to(following)
        patient_list.focus()

    def action_claim(self) -> None:
        def claimed(case: Case) -> None:
            self._say(_("Du har tagit emot ärendet."))
            self._writes.run(lambda: cases.open_case(self._system, self._actor, case.id), self._enter_case)

        if (case := self._chosen()) is not None:
            self._entering = True
            self._writes.run(lambda: chat.claim(self._system, self._actor, case.id, case.version), claimed)

    def action_release(self) -> None:
        if (case := self._chosen()) is not None:
            self._composer.keep_draft()
            self._writes.run(
                lambda: chat.release(self._system, self._actor, case.id, case.version),
                lambda _case: self._say(_("Ärendet är tillbaka i kön.")),
            )
            self._list.focus() if self.has_class("-list-shown") else self._conversation.focus()

    def action_send(self) -> None:
        self._composer.send()

    def on_composer_sent(self, message: Composer.Sent) -> None:
        case = self._case(message.case_id)
        if case is None:
            return

        def sent(_case: Case) -> None:
            message.composer.sent(message.case_id, message.message_id)
            self._say(_("Skickat."))

        self._writes.run(
            lambda: chat.answer(self._system, self._actor, case.id, case.version, message.text, message.message_id),
            sent,
        )

    def on_composer_draft_changed(self, message: Composer.DraftChanged) -> None:
        self._writes.run(lambda: chat.save_draft(self._system, self._actor, message.case_id, message.text))
        self._whereabouts.be(message.case_id, Doing.TYPING if message.text else Doing.VIEWING)

    def action_hold(self) -> None:
        if (case := self._chosen()) is None:
            return

        def held(answer: Hold | None) -> None:
            if answer is not None:
                self._writes.run(
                    lambda: chat.hold(self._system, self._actor, case.id, case.version, answer.until, answer.reason),
                    lambda _case: self._say(_("Ärendet vilar till {day}.").format(day=answer.until.isoformat())),
                )

        today = local_date(self._system.clock.now())
        self.app.push_screen(HoldScreen(self._patient_name(case), today), held)

    def action_end(self) -> None:
        if (case := self._chosen()) is None:
            return
        self._composer.keep_draft()
        self._writes.run(
            lambda: ending.request_end(self._system, self._actor, case.id, case.version), self._ask_to_confirm
        )

    def _ask_to_confirm(self, case: Case) -> None:
        def answered(confirmed: bool | None) -> None:
            if confirmed:
                self._writes.run(
                    lambda: ending.confirm_end(self._system, self._actor, case.id, case.version), self._ended
                )
            else:
                self._writes.run(lambda: ending.keep_open(self._system, self._actor, case.id))

        self.app.push_screen(ConfirmEndScreen(self._patient_name(case), self._consequence(case)), answered)

    def _consequence(self, case: Case) -> str:
        line = self._list.line_of(case.id)
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
            self.add_class("-no-case")
            self.action_back()

    def action_help(self) -> None:
        self.app.run_worker(self.app.run_action("help"))

    def on_key(self) -> None:
        if isinstance(self.focused, Conversation):
            self._somebody_is_there()

    def on_composer_touched(self) -> None:
        self._somebody_is_there()

    def _somebody_is_there(self) -> None:
        """A key in the open case shows it: what the patient wrote meanwhile has been read."""
        case = self._pane.case
        if case is not None and case.unread and routine_chat.reads(case, self._actor):
            self._writes.run(lambda: cases.mark_read(self._system, self._actor, case.id))

    def on_descendant_focus(self) -> None:
        bar = self._key_bar
        if isinstance(self.focused, Composer):
            bar.where = Where.COMPOSER
        elif isinstance(self.focused, Conversation):
            bar.where = Where.CASE
        else:
            bar.where = Where.LIST

    def _chosen(self) -> Case | None:
        """The case that a key acts on: the open one while the focus is in it, else the one under the cursor."""
        if isinstance(self.focused, Conversation | Composer):
            return self._pane.case
        line = self._list.cursor_line
        return line.case if line else None

    def _case(self, case_id: str) -> Case | None:
        """The newest that is known of a case here."""
        opened = self._pane.case
        line = self._list.line_of(case_id)
        found = [one for one in (opened, line.case if line else None) if one is not None and one.id == case_id]
        return max(found, key=lambda one: one.version) if found else None

    def _patient_name(self, case: Case) -> str:
        line = self._list.line_of(case.id)
        return clean_line(line.patient.name) if line and line.patient.name else _("skyddad person")

    def _say(self, words: str) -> None:
        """Say in the header that something is done, for a while; it covers nothing."""
        self._header.notice = words
        self.set_timer(SAID_FOR, lambda: self._unsay(words))

    def _unsay(self, words: str) -> None:
        if self._header.notice == words:
            self._header.notice = ""

    def _fail(self, error: P24Error) -> None:
        self._entering = False
        rule = _("Regel {rule}").format(rule=error.rule) if isinstance(error, Refused) else ""
        self._refusal_bar.say(rule, explain(error))
