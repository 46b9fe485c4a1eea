"""What the desk is made of: its widgets, its two errand threads, and what all its sections need of them."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from p24tui import services
from p24tui.errors import P24Error, Refused, Unavailable
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.services.views import CaseLine, Duty, QueueView
from p24tui.store.values import Audience, Unit
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.tui.errands import Errands
from p24tui.tui.live_list import LiveList
from p24tui.tui.places import Place, places_of
from p24tui.tui.whereabouts import Whereabouts
from p24tui.tui.widgets.alarm_bar import AlarmBar
from p24tui.tui.widgets.ask_bar import AskBar
from p24tui.tui.widgets.case_pane import CasePane
from p24tui.tui.widgets.case_strip import CaseStrip
from p24tui.tui.widgets.conversation import Conversation
from p24tui.tui.widgets.desk_header import DeskHeader, Trouble, Unsaved
from p24tui.tui.widgets.duty_bar import DutyBar
from p24tui.tui.widgets.filter_bar import FilterBar
from p24tui.tui.widgets.frame import Beside, Frame
from p24tui.tui.widgets.key_bar import KeyBar
from p24tui.tui.widgets.list_note import ListNote
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.widgets.place import (
    ClosingList,
    LogControlList,
    PlaceList,
    PlaceNote,
    PlaceTabs,
    RegistrationList,
    VisitList,
)
from p24tui.tui.widgets.place_overview import PlaceOverview
from p24tui.tui.widgets.refusal_bar import RefusalBar
from p24tui.tui.widgets.search_line import SearchLine
from p24tui.words.access import role_word
from p24tui.words.cases import short_name

SAID_FOR = 4.0
"""Seconds for which it stands in the header that something is done."""


class DeskParts(Screen[None]):
    """Owns the errands; its widgets only show and say. The sections of the desk add what one can do.

    ``units`` are those that the person works for, the one that the console was opened on first.
    """

    BLANK = True  # its parts cover all of it
    VERTICAL_BREAKPOINTS = []  # it has classes of its own before anything stands on it: to style all anew takes time

    class FilterChanged(Message):
        """The list is to be read anew for what the filter asks for now."""

    class GoTo(Message):
        """One is to stand on this case, whatever the filter."""

        def __init__(self, case_id: str) -> None:
            super().__init__()
            self.case_id = case_id

    class ClaimWanted(Message):
        """One wants to write, and has to take the case on first."""

    class PhraseWanted(Message):
        """This text is to stand where one writes in the case, which is opened for it where it is not."""

        def __init__(self, case: Case, text: str) -> None:
            super().__init__()
            self.case = case
            self.text = text

    class RingWanted(Message):
        """So much has come that wants an answer of the person at this console."""

        def __init__(self, many: int) -> None:
            super().__init__()
            self.many = many

    class Enter(Message):
        """One is to be in this case."""

        def __init__(self, case: Case) -> None:
            super().__init__()
            self.case = case

    def __init__(self, system: System, units: tuple[Unit, ...], actor: Actor, banner: str = "") -> None:
        super().__init__()
        self._system = system
        self._units = units
        self._actor = actor
        self._reads = Errands(self, "reads", self._fail)
        self._writes = Errands(self, "writes", self._fail, self._wrote)
        self._heading_for = ""
        self._journey = 0
        self._in_case = False
        self._one_pane = False
        self._three_panes = False
        self._open_ids: list[str] = []
        self._unkept: dict[tuple[str, Audience], str] = {}
        self._own_versions: dict[str, int] = {}
        self._active = 0
        self._view: QueueView | None = None
        self._duties: Mapping[str, Duty] = {}
        self._whereabouts = Whereabouts(system, self._as, self._writes, self.call_after_refresh)
        self._places = places_of(actor.acts_as)
        self._has_list = Place.LIST in self._places
        role = role_word(actor.acts_as) if actor.acts_as else ""
        names = {unit.id: clean_line(unit.name) for unit in units}
        self._header = DeskHeader(names, actor.name, role, banner, in_office=actor.role is not None, id="header")
        self._live = LiveList(actor.staff_id)
        self._list = PatientList(self._live, system.clock.now(), id="patient-list")
        self._list.unit_names = {unit.id: short_name(clean_line(unit.name)) for unit in units}
        self._panes = (CasePane(id="case-pane"), CasePane(id="side-pane"))
        self._aside = Conversation(id="aside")
        self._case_strip = CaseStrip(id="case-strip")
        self._ask_bar = AskBar(id="ask-bar")
        self._place_tabs = PlaceTabs(self._places, actor.acts_as, id="place-tabs")
        self._place_note = PlaceNote(id="place-note")
        self._place_list = PlaceList(id="place-list")
        self._closing_list = ClosingList(id="closing-list")
        self._registration_list = RegistrationList(id="registration-list")
        self._visit_list = VisitList(id="visit-list")
        self._control_list = LogControlList(id="control-list")
        self._overview = PlaceOverview(id="overview")
        self._too_small = Static(id="too-small")
        self._list_note = ListNote(id="list-note")
        self._search_line = SearchLine(id="search-line")
        self._filter_bar = FilterBar(self._list.unit_names, id="filter-bar")
        self._alarm_bar = AlarmBar(id="alarm-bar")
        self._duty_bar = DutyBar(id="duty-bar")
        self._refusal_bar = RefusalBar(id="refusal-bar")
        self._key_bar = KeyBar(actor.acts_as, id="key-bar")

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._duty_bar
        yield self._alarm_bar
        yield self._ask_bar
        yield self._case_strip
        yield self._place_tabs
        with Beside(id="desk"):
            yield self._list
            yield from self._panes
            yield self._aside
        with Frame(id="place"):
            yield self._place_note
            yield self._place_list
            yield self._closing_list
            yield self._registration_list
            yield self._visit_list
            yield self._control_list
            yield self._overview
        yield self._too_small
        yield self._list_note
        yield self._search_line
        yield self._filter_bar
        yield self._refusal_bar
        yield self._key_bar

    @property
    def unit_ids(self) -> tuple[str, ...]:
        """The units that one works at here."""
        return tuple(unit.id for unit in self._units)

    def _shows(self, case_id: str) -> bool:
        """Whether a case stands on this screen, in the list or opened; another unit's may."""
        return self._live.line(case_id) is not None or any(pane.case_id == case_id for pane in self._panes)

    @property
    def _knows_unit(self) -> bool:
        """Whether how the unit stands may be told now: after the list, or at once to who has none and may know it."""
        return self._live.whole or (not self._has_list and Place.OVERVIEW in self._places)

    def _has_right(self, name: str) -> bool:
        """Whether one's role has the right; where it has not, it is said which have."""
        try:
            services.access.check(self._actor, name)
        except Refused as error:
            self._fail(error)
            return False
        return True

    @property
    def _pane(self) -> CasePane:
        """The pane that one is in, or was in last."""
        return self._panes[self._active]

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.settle()

    def _arrange_panes(self) -> None:
        """Side by side what there is room for, or the one that one is in: list, case, and its anamnesis or another."""
        left, right = self._panes
        self._list.display = not (self._one_pane and self._in_case)
        left.display = bool(left.case_id) and (self._in_case or not self._one_pane)
        right.display = bool(right.case_id) and self._three_panes
        self._aside.display = bool(left.case_id) and self._three_panes and not right.display

    async def idle(self) -> None:
        """Wait until every errand given so far has been carried out."""
        await self._writes.idle()
        await self._reads.idle()

    def _as(self, unit_id: str) -> Actor:
        """The person at the unit of the case that they do something in."""
        return replace(self._actor, unit_id=unit_id)

    def _chosen(self) -> Case | None:
        """The case that a key acts on: the open one while the focus is in it, else the one under the cursor."""
        if self.focused is self._closing_list:
            row = self._closing_list.cursor_row
            line = self._live.line(row.case.id) if row and row.case else None
            return line.case if line else None
        if self.focused is self._registration_list:
            row = self._registration_list.cursor_row
            return row.case if row else None
        if (pane := self._pane_of_focus()) is not None:
            return pane.case
        if self.focused is self._aside:
            return self._panes[0].case
        line = self._list.cursor_line
        return line.case if line else None

    def _takes_on(self, case: Case) -> bool:
        """Whether what one does with a case takes it on: in the closing check that nobody has it is no hindrance."""
        return self.focused is self._closing_list and case.owner_id is None

    def _pane_of_focus(self) -> CasePane | None:
        """The pane that has the focus."""
        focused = self.focused
        above = focused.ancestors_with_self if focused is not None else ()
        return next((one for one in above if isinstance(one, CasePane)), None)

    def put_away(self) -> None:
        """The console is about to close: what is being typed is kept."""
        self._keep_drafts()

    @property
    def would_lose_text(self) -> bool:
        """Whether something that has been typed cannot be saved just now."""
        lost = self._header.trouble is Trouble.DATABASE or self._header.unsaved is not None
        return bool(self._unkept) and lost

    def say_would_lose_text(self) -> None:
        """Why the console does not close at once."""
        words = _("Det du har skrivit kan inte sparas just nu. Vänta, eller stäng en gång till: då går det förlorat.")
        self._refusal_bar.say("", words)

    def _keep_drafts(self) -> None:
        """Whatever has been typed is kept, and remembered at once."""
        for pane in self._panes:
            for composer in pane.composers:
                if (draft := composer.unkept()) is not None:
                    composer.is_kept(*draft)
                    self._keep_draft(*draft, composer.audience)

    def _wrote(self, error: P24Error | None) -> None:
        """What comes of each write shows whether anything can be saved."""
        if isinstance(error, Unavailable) and error.part == "database":
            known = error.detail in list(Unsaved)
            self._header.unsaved = Unsaved(error.detail) if known else Unsaved.SILENT
        elif error is None or self._header.unsaved is Unsaved.WAITING:
            self._header.unsaved = None

    def _keep_draft(self, case_id: str, text: str, audience: Audience, *, again: bool = False) -> None:
        """Until it has been saved it is remembered here, should one come back to the case before.

        Why it is tried ``again`` has been said.
        """
        self._unkept[case_id, audience] = text

        def kept(_nothing: None) -> None:
            if self._unkept.get((case_id, audience)) == text:
                del self._unkept[case_id, audience]

        self._writes.run(
            lambda: services.chat.save_draft(self._system, self._actor, case_id, text, audience),
            kept,
            (lambda _error: None) if again else None,
        )

    def _keep_again(self) -> None:
        """The database is there again, or may be: what could not be saved is."""
        for (case_id, audience), text in list(self._unkept.items()):
            self._keep_draft(case_id, text, audience, again=True)

    def _still_here(self) -> Callable[[], bool]:
        """Asked later: whether one has neither gone elsewhere meanwhile nor begun something else."""
        journey, focused, screen = self._journey, self.focused, self.app.screen
        return lambda: journey == self._journey and focused is self.focused and self.app.screen is screen

    def _unit(self, unit_id: str) -> Unit | None:
        """One of one's units; none for any other."""
        return next((one for one in self._units if one.id == unit_id), None)

    def _line(self, case_id: str) -> CaseLine | None:
        """What is known here of a case: from the list, or where that has it no longer, from the open case."""
        line = self._live.line(case_id)
        for pane in self._panes:
            opened = pane.opened
            if opened is not None and pane.case_id == case_id:
                return opened.line if line is None or line.case.version < opened.line.case.version else line
        return line

    def _patient_name(self, case: Case) -> str:
        line = self._line(case.id)
        return clean_line(line.patient.name) if line and line.patient.name else _("skyddad person")

    def _say(self, words: str) -> None:
        """Say in the header that something is done, for a while; it covers nothing."""
        self._header.notice = words
        self.set_timer(SAID_FOR, lambda: self._unsay(words))

    def say_demo_login(self) -> None:
        """In a demo one is logged in without proving anything."""
        self._say(_("Demon loggade in dig utan att fråga vem du är."))

    def say_password_changed(self) -> None:
        """One has another password from now on."""
        self._say(_("Lösenordet är bytt."))

    def _unsay(self, words: str) -> None:
        if self._header.notice == words:
            self._header.notice = ""

    def _refuse(self, refusal: Refusal, owner: str = "") -> None:
        """Say why a rule says no, as where a service does; ``owner`` is who has the case."""
        self._fail(Refused(refusal.rule, refusal.reason, owner=owner))

    def _fail(self, error: P24Error) -> None:
        self._heading_for = ""
        rule = _("Regel {rule}").format(rule=error.rule) if isinstance(error, Refused) else ""
        case = self._chosen()
        self._refusal_bar.say(rule, explain(error), case.id if case else "")
