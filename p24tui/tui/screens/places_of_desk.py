"""The places of the desk: going between them, and keeping the one that is shown up to date."""

from collections.abc import Callable
from datetime import date
from typing import Any

from textual.widget import Widget

from p24tui import services
from p24tui.clock import local_date
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine.case import Case
from p24tui.services.journal_views import OwedLine
from p24tui.services.registration_views import RegistrationDesk
from p24tui.services.views import OwnReads
from p24tui.store.values import Doing
from p24tui.tui.closing_page import closing_page
from p24tui.tui.key import Where
from p24tui.tui.key_table import ACTIONS, KEYS
from p24tui.tui.places import (
    PLACE_RIGHTS,
    Page,
    Place,
    log_page,
    waiting_page,
)
from p24tui.tui.registration_page import patients_of, registration_page
from p24tui.tui.screens.breaking_glass import BreakingGlass
from p24tui.tui.screens.log_control import CONTROL_ACTIONS, LogControl, Shown
from p24tui.tui.screens.overviewing import OVERVIEW_ACTIONS, Overviewing
from p24tui.tui.screens.registering_contacts import ContactRegistration
from p24tui.tui.screens.visiting import Visiting
from p24tui.tui.widgets.place import PlaceList

IN_ANY_PLACE = frozenset(
    {
        *(place.action for place in Place),
        *("open_row", "help", "quit", "command_palette", "next_case", "previous_case"),
        *("acknowledge", "go_to_alarm", "answer_colleague", "take_responsibility", "outgoing"),
        *("show_hours", "show_roster", "show_shift", "break_glass", "review_break_glass"),
        *OVERVIEW_ACTIONS,
    }
)
"""Actions of the table of keys that are open in every place."""

AT_PLACES = {
    place: frozenset(key.action for key in KEYS if where in key.where)
    for place, where in (
        (Place.CLOSING, Where.CLOSING),
        (Place.REGISTRATION, Where.REGISTRATION),
        (Place.VIDEO, Where.VIDEO),
    )
}
"""Those of a place; what is of the closing check or of the video visits alone is open nowhere else."""

AT_VIDEO_ALONE = frozenset(key.action for key in KEYS if key.where == (Where.VIDEO,))
"""Those of them that act on the row there, and are open nowhere else."""


IN_LOG_CONTROL = frozenset({
    *CONTROL_ACTIONS,
    *(place.action for place in Place),
    *("help", "quit", "command_palette", "show_hours", "show_roster", "show_shift", "review_break_glass"),
})  # fmt: skip
"""What is open to who controls the log there: nothing that leads into a case."""


class Places(LogControl, Overviewing, Visiting, ContactRegistration, BreakingGlass):
    """The section of the desk that shows another place instead of the list and the open case.

    Whatever puts the focus elsewhere, on the list or in a case, leads back there.
    """

    _place = Place.LIST
    _place_is_old = False
    _reading_place = False
    _came_from: Widget | None = None
    _was_in_case = False
    _registrations_shown: frozenset[str] = frozenset()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In another place nothing acts on the list's cursor, which one does not see there."""
        in_control = self._place is Place.LOG and self._controls_log
        if (action in CONTROL_ACTIONS and not in_control) or (in_control and action in ACTIONS - IN_LOG_CONTROL):
            return False
        elsewhere, closing = self._place is not Place.LIST, self._place is Place.CLOSING
        video = self._place is Place.VIDEO
        if action == "open_row" and (video or not elsewhere):
            return False
        if (action.startswith("closing_") and not closing) or (action in AT_VIDEO_ALONE and not video):
            return False
        here = AT_PLACES.get(self._place, frozenset())
        if elsewhere and action in ACTIONS - IN_ANY_PLACE - here - CONTROL_ACTIONS:
            return False
        if action in OVERVIEW_ACTIONS and self._place is not Place.OVERVIEW:
            return False
        return super().check_action(action, parameters)

    def action_show_list(self) -> None:
        """Back to the list and the open case, where one was."""
        if self._place is Place.LIST or not self._has_right(PLACE_RIGHTS[Place.LIST]):
            return
        self._in_case = self._was_in_case and bool(self._pane.case_id)
        self._leave_place()
        case = self._pane.case
        if case is not None and (self._in_case or not self._one_pane):
            self._whereabouts.be(case, Doing.VIEWING)
        back = self._came_from
        (back if back is not None and back.display and self._in_case else self._list).focus()

    def action_show_video(self) -> None:
        self._go_to_place(Place.VIDEO)

    def action_show_closing(self) -> None:
        self._go_to_place(Place.CLOSING)

    def action_show_registration(self) -> None:
        self._go_to_place(Place.REGISTRATION)

    def action_show_overview(self) -> None:
        self._go_to_place(Place.OVERVIEW)

    def action_show_log(self) -> None:
        self._go_to_place(Place.LOG)

    def action_open_row(self) -> None:
        """Go to the case that the row leads to: in the list where that has it, and into it."""
        row = self._rows.cursor_row if self._place not in (Place.LIST, Place.VIDEO, Place.OVERVIEW) else None
        if row is None or row.case is None:
            self._say(_("Här finns inget ärende att gå till."))
            return
        line = self._live.line(row.case.id)
        if line is not None:
            self.post_message(self.GoTo(row.case.id))
        self.post_message(self.Enter(line.case if line else row.case))

    def on_place_list_chosen(self, _message: PlaceList.Chosen) -> None:
        if self._place is Place.VIDEO:
            self.action_open_visit()
        elif self._rows is self._control_list:
            self.action_control_open()
        else:
            self.action_open_row()

    def _go_to_place(self, place: Place) -> None:
        if not self._has_right(PLACE_RIGHTS[place]):
            return
        self._keep_drafts()
        if self._place is Place.LIST:
            self._came_from, self._was_in_case, self._in_case = self.focused, self._in_case, False
            self._whereabouts.leave()
        to_today = place is Place.VIDEO and self._place is Place.VIDEO and self._visits_on is not None
        self._be_in(place)
        self._place_note.cells = ()
        self._rows.show(waiting_page(), anew=to_today)
        self._period = None
        self._forget_visits(their_day=to_today)
        self._overview.clear()
        self._place_note.display = place is not Place.OVERVIEW
        for widget in self._hearts:
            widget.display = widget is self._heart
        self._registration_desk, self._registrations_shown = None, frozenset()
        self._heart.focus()
        self._show_place()

    @property
    def _rows(self) -> PlaceList:
        """The rows of the place that is shown."""
        return {
            Place.CLOSING: self._closing_list,
            Place.REGISTRATION: self._registration_list,
            Place.VIDEO: self._visit_list,
            Place.LOG: self._control_list if self._controls_log else self._place_list,
        }.get(self._place, self._place_list)

    @property
    def _hearts(self) -> tuple[Widget, ...]:
        """What takes the keys in one place or another."""
        lists = (self._place_list, self._closing_list, self._registration_list, self._visit_list, self._control_list)
        return (*lists, self._overview)

    @property
    def _heart(self) -> Widget:
        """What takes the keys in the place that is shown."""
        return self._overview if self._place is Place.OVERVIEW else self._rows

    def _leave_place(self) -> None:
        """The list and the open case stand there again."""
        if self._place is not Place.LIST and self._has_list:
            self._be_in(Place.LIST)
            self._arrange_panes()

    def _be_in(self, place: Place) -> None:
        self._place = self._place_tabs.place = place
        self.set_class(place is not Place.LIST, "-place")

    def on_overviewing_period_chosen(self) -> None:
        self._show_place()

    def on_log_control_looked(self, message: LogControl.Looked) -> None:
        if self._place is Place.LOG:
            self._read(message.errand, self._have_looked)

    def on_visiting_read_anew(self, message: Visiting.ReadAnew) -> None:
        if self._place is not Place.VIDEO:
            return
        if message.other:
            self._rows.show(waiting_page(), anew=True)
        self._show_place()

    def _is_over(self, case: Case) -> None:
        """Whoever has ended a case from a place stays there."""
        if self._place is Place.LIST:
            super()._is_over(case)
            return
        focused = self.focused
        self._forget_open(case.id)
        self.set_focus(focused)

    def _freshen_place(self) -> None:
        """Looked at each second: where the list has changed, so has the place, but for what one has read oneself."""
        if self._place is Place.OVERVIEW and not self._overview_ages:
            return
        if self._place is Place.VIDEO and self._visits_are_old:
            self._place_is_old = True
        if self._place_is_old and self._place not in (Place.LIST, Place.LOG) and not self._reading_place:
            self._show_place()

    def _show_place(self) -> None:
        self._place_is_old = False
        if self._place is Place.CLOSING:
            self._show_closing()
        else:
            self._read_place()

    def _show_closing(self) -> None:
        """The closing check stands in memory; what the other places show is read."""
        if not self._live.whole:
            return
        lines, names, now = self._live.every_line_in_order, self._list.unit_names, self._system.clock.now()
        signed = [one.signed for one in self._duties.values() if one.signed]
        self._show_page(closing_page(lines, names, now, self._closing_days(), signed))

    def _closing_days(self) -> dict[str, date]:
        """The local day that is closed, by unit: today where no closing is at hand."""
        return {id: local_date(one.closes_at) for id, one in self._duties.items() if one.closes_at}

    def _show_page(self, page: Page) -> None:
        self._place_note.cells = page.above
        self._rows.show(page)

    def _read_place(self) -> None:
        unit_ids = [unit.id for unit in self._units]
        desk, shown = self._registration_desk, self._registrations_shown
        view = desk.id if desk is not None else ""
        system, actor = self._system, self._actor
        if self._place is Place.VIDEO:
            self._read(self._visits_errand(), self._have_visits)
        elif self._place is Place.REGISTRATION:

            def read() -> tuple[RegistrationDesk, tuple[OwedLine, ...]]:
                found = services.registration.of_units(system, actor, unit_ids, view=view, shown_patients=shown)
                seen = shown | patients_of(found)
                return found, services.documentation.owed(system, actor, unit_ids, found.id, seen)

            self._read(read, self._have_registrations)
        elif self._place is Place.OVERVIEW:
            self._read(self._overview_errand(), self._have_report)
        elif self._place is Place.LOG and self._controls_log:
            self._read(self._unusual_errand(), self._have_looked)
        elif self._place is Place.LOG:
            self._read(lambda: services.read_log.own_today(system, actor), self._have_own_reads)

    def _read(self, errand: Callable[[], Any], show: Callable[[Any], None]) -> None:
        """Read for the place that is shown; it comes too late where one has gone elsewhere meanwhile."""
        place, self._reading_place = self._place, True

        def have(found: Any) -> None:
            self._reading_place = False
            if self._place is place:
                show(found)

        def failed(error: P24Error) -> None:
            self._reading_place = False
            self._fail(error)

        self._reads.run(errand, have, failed)

    def _have_registrations(self, found: tuple[RegistrationDesk, tuple[OwedLine, ...]]) -> None:
        desk, owed = found
        self._registration_desk = desk
        self._registrations_shown |= patients_of(desk) | {one.line.case.patient_id for one in owed}
        now = self._system.clock.now()
        self._show_page(registration_page(desk, owed, self._list.unit_names, self._actor.staff_id, now))

    def _have_looked(self, shown: Shown) -> None:
        """Show it from its beginning, unless it is the same look with more under it."""
        anew = not self._goes_on(shown)
        page = self._control_page(shown)
        self._place_note.cells = page.above
        self._control_list.show(page, anew=anew)

    def _have_own_reads(self, own: OwnReads) -> None:
        self._show_page(log_page(own, self._list.unit_names, self._system.clock.now()))
