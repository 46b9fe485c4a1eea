"""What the desk is made of: its widgets, its two errand threads, and what all its sections need of them."""

from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from p24tui.errors import P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.services.views import CaseLine, QueueView
from p24tui.store.values import Unit
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.tui.errands import Errands
from p24tui.tui.live_list import LiveList
from p24tui.tui.whereabouts import Whereabouts
from p24tui.tui.widgets.alarm_bar import AlarmBar
from p24tui.tui.widgets.case_pane import CasePane
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation
from p24tui.tui.widgets.desk_header import DeskHeader
from p24tui.tui.widgets.filter_bar import FilterBar
from p24tui.tui.widgets.key_bar import KeyBar
from p24tui.tui.widgets.list_note import ListNote
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.widgets.refusal_bar import RefusalBar
from p24tui.tui.widgets.search_line import SearchLine
from p24tui.words import profession_word, short_name

SAID_FOR = 4.0
"""Seconds for which it stands in the header that something is done."""


class DeskParts(Screen[None]):
    """Owns the errands; its widgets only show and say. The sections of the desk add what one can do.

    ``units`` are those that the person works for, the one that the console was opened on first.
    """

    class FilterChanged(Message):
        """The list is to be read anew for what the filter asks for now."""

    class GoTo(Message):
        """One is to stand on this case, whatever the filter."""

        def __init__(self, case_id: str) -> None:
            super().__init__()
            self.case_id = case_id

    def __init__(self, system: System, units: tuple[Unit, ...], actor: Actor, banner: str = "") -> None:
        super().__init__()
        self._system = system
        self._units = units
        self._actor = actor
        self._reads = Errands(self, "reads", self._fail)
        self._writes = Errands(self, "writes", self._fail)
        self._entering = False
        self._in_case = False
        self._one_pane = False
        self._view: QueueView | None = None
        self._whereabouts = Whereabouts(system, self._as, self._writes)
        profession = profession_word(actor.profession) if actor.profession else ""
        names = {unit.id: clean_line(unit.name) for unit in units}
        self._header = DeskHeader(names, actor.name, profession, banner, id="header")
        self._live = LiveList(actor.staff_id)
        self._list = PatientList(self._live, system.clock.now(), id="patient-list")
        self._list.unit_names = {unit.id: short_name(clean_line(unit.name)) for unit in units}
        self._pane = CasePane(id="case-pane")
        self._too_small = Static(id="too-small")
        self._list_note = ListNote(id="list-note")
        self._search_line = SearchLine(id="search-line")
        self._filter_bar = FilterBar(self._list.unit_names, id="filter-bar")
        self._alarm_bar = AlarmBar(id="alarm-bar")
        self._refusal_bar = RefusalBar(id="refusal-bar")
        self._key_bar = KeyBar(id="key-bar")

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._alarm_bar
        with Horizontal(id="desk"):
            yield self._list
            yield self._pane
        yield self._too_small
        yield self._list_note
        yield self._search_line
        yield self._filter_bar
        yield self._refusal_bar
        yield self._key_bar

    @property
    def _composer(self) -> Composer:
        return self._pane.composer

    @property
    def _conversation(self) -> Conversation:
        return self._pane.conversation

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.settle()

    def _arrange_panes(self) -> None:
        """The list and the open case side by side, or where there is no room, the one that one is in."""
        self._list.display = not (self._one_pane and self._in_case)
        self._pane.display = self._pane.case is not None and (self._in_case or not self._one_pane)

    async def idle(self) -> None:
        """Wait until every errand given so far has been carried out."""
        await self._writes.idle()
        await self._reads.idle()

    def _as(self, unit_id: str) -> Actor:
        """The person at the unit of the case that they do something in."""
        return replace(self._actor, unit_id=unit_id)

    def _chosen(self) -> Case | None:
        """The case that a key acts on: the open one while the focus is in it, else the one under the cursor."""
        if isinstance(self.focused, Conversation | Composer):
            return self._pane.case
        line = self._list.cursor_line
        return line.case if line else None

    def _line(self, case_id: str) -> CaseLine | None:
        """What is known here of a case: from the list, or where that has it no longer, from the open case."""
        opened = self._pane.opened
        if opened is not None and opened.line.case.id == case_id:
            line = self._live.line(case_id)
            return opened.line if line is None or line.case.version < opened.line.case.version else line
        return self._live.line(case_id)

    def _patient_name(self, case: Case) -> str:
        line = self._line(case.id)
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
