"""The desk: the live patient list, and beside or over it the case that is open."""

import asyncio
import time
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from p24tui import services
from p24tui.errors import P24Error, Unavailable
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.hours import openness
from p24tui.services.views import QueueView
from p24tui.store.values import Alive, Lost, Notice, Position, Unit
from p24tui.system import System
from p24tui.tui.key import Where
from p24tui.tui.list_reader import Found, ListReader
from p24tui.tui.screens.alarms import Alarms
from p24tui.tui.screens.closing import ClosingCheck
from p24tui.tui.screens.duties import Duties
from p24tui.tui.screens.finding import Finding
from p24tui.tui.screens.hours_of_desk import HoursDesk
from p24tui.tui.screens.imaging import Imaging
from p24tui.tui.screens.places_of_desk import Places
from p24tui.tui.screens.reminding import Reminding
from p24tui.tui.screens.rostering import RosterDesk
from p24tui.tui.screens.shifting import Shifting
from p24tui.tui.unheard import unheard
from p24tui.tui.whereabouts import RENEW_EVERY
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation
from p24tui.tui.widgets.desk_header import Trouble, Unsaved
from p24tui.tui.widgets.key_bar import next_step, refused
from p24tui.tui.window import SMALLEST, THREE_PANES, TWO_PANES, classes

SILENT_AFTER = 8.0
"""Seconds without a word from the feed after which the list is said to stand still (H22)."""

SLOW_AFTER = 1.25
"""Seconds after which it is said that what one has done is not saved yet."""

LOOKED_EVERY = 0.25
"""Seconds between looks at whether an answer is overdue."""

FALLBACK_EVERY = 5.0
"""Seconds between readings of the whole list while nothing is heard from the feed."""

COUNTED_APART = 0.5
"""Seconds between two tellings of how the queue stands, while much changes."""


class DeskScreen(ClosingCheck, Places, Shifting, Reminding, Imaging, HoursDesk, RosterDesk, Finding, Alarms, Duties):
    """Keeps the list in step with the database, and says so when it cannot.

    ``first`` is what is shown at once, before the database layer is loaded: the lines that come first.
    """

    BINDINGS = [Binding("escape", "back", show=False)]
    """Where nothing has the focus; else the widget that has it says what Esc does."""

    class Loaded(Message):
        """What one sees first stands there. ``since`` is where in the change log the feed goes on; none: from now."""

        def __init__(self, since: Position | None) -> None:
            super().__init__()
            self.since = since

    def __init__(
        self,
        system: System,
        units: tuple[Unit, ...],
        actor: Actor,
        banner: str = "",
        first: QueueView | None = None,
    ) -> None:
        super().__init__(system, units, actor, banner)
        self._first = first
        self._heard_at = time.monotonic()
        self._read_at = time.monotonic()
        self._counted_at = 0.0
        self._counts_due = False
        self._arrived_at: datetime | None = None
        self._minute: datetime | None = None
        self._fitted = (0, 0)
        self.set_class("colour" in system.settings.alerts, "-colour")
        self._reader = ListReader(
            system,
            actor,
            tuple(unit.id for unit in units),
            self._reads,
            open_cases=lambda: [pane.case_id for pane in self._panes],
            show_all=self._show_list,
            show_changes=self._show_changes,
            failed=self._reading_failed,
            later=self.set_timer,
        )

    def compose(self) -> ComposeResult:
        self.update_classes(classes(*self.app.size), update=False)  # nothing stands there that had to be styled anew
        yield from super().compose()

    def on_mount(self) -> None:
        self._arrange_panes()
        self._entitle()
        self._list.focus()
        self._tick()
        if self._first is not None:
            self._reader.go_on_from(self._first)
            now = self._system.clock.now()
            self._list.show(self._first, now)
            self._header.freshen(now)
        self.set_interval(1.0, self._tick)
        self.set_interval(LOOKED_EVERY, self._look_at_writes)
        self.set_interval(RENEW_EVERY, self._whereabouts.renew)
        self.call_after_refresh(self._reader.read_all if self._has_list else self._begin_elsewhere)

    def on_unmount(self) -> None:
        self._reads.finish()
        self._writes.run(lambda: services.presence.leave(self._system, self._actor))
        self._writes.finish()

    async def idle(self) -> None:
        """Wait until every errand given so far has been carried out, and all that has changed has been read."""
        await super().idle()
        while self._reader.is_busy:
            await asyncio.sleep(0.01)
        await super().idle()
        if self._counts_due:
            self._count()
        if self._place_is_old:
            self._freshen_place()
            await super().idle()
        if self._offers_are_old:
            self._read_offers()
            await super().idle()

    def on_resize(self) -> None:
        """What was typed before it may still be on its way to the box in focus, and comes first."""
        (self.focused or self).call_later(self._fit_window)

    def _fit_window(self) -> None:
        """One pane or two, or that the window is too small; looked at each second too, should a resize be lost."""
        if self._fitted == self.app.size:
            return
        self._fitted = width, height = self.app.size
        self._one_pane = width < TWO_PANES
        self._three_panes_or_not(width >= THREE_PANES)
        self.update_classes(classes(width, height))
        self._arrange_panes()
        words = _("Fönstret är för litet: {width}×{height}.\nMinst {least} behövs. Inget har gått förlorat.")
        small = words.format(width=width, height=height, least=f"{SMALLEST[0]}×{SMALLEST[1]}")
        self._too_small.update(Content(small))

    def hear(self, notice: Notice) -> None:
        """What the change feed says."""
        if isinstance(notice, Lost):
            self._header.trouble = Trouble.DATABASE
            return
        if isinstance(notice, Alive):
            self._feed_is_alive()
            return
        concern = notice.concerning(self.unit_ids, self._shows)
        if not notice.everything and not concern:  # in a region nearly all that happens does so at another unit
            return
        self._sending_is_old = self._offers_are_old = self._duties_are_old = self._place_is_old = True
        self._storage_is_old = True
        self._shift_may_be_old()
        if notice.everything:
            self._read_all()
        else:
            self._reader.read_changes(concern)
        if notice.everything or "" in concern:
            self._read_units()

    def _feed_is_alive(self) -> None:
        """Only this says so: that something has changed may be a signal of this very process."""
        self._heard_at = time.monotonic()
        self._header.freshen(self._system.clock.now())
        if self._header.trouble is not None:
            self._header.trouble = None
            self._keep_again()
            self._read_all()
        elif self._writes.waited:
            pass  # it will show whether anything can be saved
        elif self._header.unsaved is not None:
            self._save_again()
        else:
            self._keep_again()  # another write may have shown that all is well before what is typed was tried anew

    def _save_again(self) -> None:
        """Whether anything is saved again shows in what waits to be, in a sign of life, or in a list that is logged."""
        self._keep_again()
        if self._shift is not None and not self._beating:
            self._say_that_one_is_there(self._shift, self._system.clock.now())
        self._read_all()

    def _look_at_writes(self) -> None:
        if self._writes.waited > SLOW_AFTER and self._header.unsaved is None:
            self._header.unsaved = Unsaved.WAITING

    def _read_all(self) -> None:
        self._read_at = time.monotonic()
        if not self._has_list:
            self._place_is_old = True
            return
        self._reader.read_all(ended=self._live.filter.ended)

    def on_desk_parts_filter_changed(self) -> None:
        self._read_all()

    def _begin_elsewhere(self) -> None:
        """Whoever may not see the list stands in the first place they have, and nothing of a patient is read for it."""
        self._go_to_place(self._places[0])
        self._look_at_duties()
        self.post_message(self.Loaded(None))

    def _show_list(self, view: QueueView) -> None:
        was_whole, self._view = self._live.whole, view
        before, now = self._live.arrivals, self._system.clock.now()
        self._look_for_questions(view.lines)
        self._list.show(view, now)
        self._reader.read_changes(frozenset(pane.case_id for pane in self._panes))
        self._show_strip()
        if self._live.arrivals != before:
            self._arrived_at = now
        if not was_whole and view.since is not None:
            self._reads.run(
                lambda: (services.alerts.pace(self._system), services.alerts.unread_limit(self._system)),
                lambda limits: self._start_alarms(*limits),
            )
            self._look_at_duties()
            self._read_inflow()
            self.call_after_refresh(self.post_message, self.Loaded(view.since))
        if self._is_silent():
            self._header.trouble = Trouble.FEED
        elif self._header.trouble is Trouble.DATABASE:
            self._header.trouble = None
        if not self._unkept and self._shift is None:  # nothing else would show that all is well again
            self._wrote(None)
        self._age_alarms()
        self._count()

    def _show_changes(self, found: Found) -> int:
        """Show what is other than before; returns how many lines that were."""
        read, opened, elsewhere = found
        lines = [line for line in read if self._live.line(line.case.id) != line]
        now = self._system.clock.now()
        self._look_for_questions(lines)
        reading = self._pane.case_id if self._in_case else None
        if self._list.put(lines, now, reading=reading):
            self._arrived_at = now
        if gone := [id for id in elsewhere if self._live.line(id) is not None]:
            self._look_for_gone(gone)
            self._list.drop(gone)
            for id in set(gone).intersection(self._open_ids):
                self._forget_open(id)
            self._forget_alarms()
        for one in opened:
            self._show_again(one)
        self._say_next_step()
        self._show_strip()
        self._look_for_alarms(lines)
        self._count(soon=True)
        return len(lines) + len(gone)

    def _reading_failed(self, error: P24Error) -> None:
        """Said in the header, where it stays; when the database is there again, the list is read anew.

        A reading is logged first: what cannot be written is not shown either.
        """
        if isinstance(error, Unavailable) and error.detail in list(Unsaved):
            self._wrote(error)
        else:
            self._header.trouble = Trouble.DATABASE

    def _count(self, *, soon: bool = False) -> None:
        """Say how the queue stands; ``soon`` waits for the next second where it has just been said."""
        self._counts_due = self._place_is_old = True
        if soon and time.monotonic() - self._counted_at < COUNTED_APART:
            return
        self._counted_at, self._counts_due = time.monotonic(), False
        self._header.freshen(self._system.clock.now())
        self._header.counts = self._live.counts if self._live.whole else None
        self._header.arrived_at = self._arrived_at
        self._header.arrived = self._live.arrivals
        self._entitle()
        self._sound()

    def _tick(self) -> None:
        now = self._system.clock.now()
        self._fit_window()
        self._header.tick(now)
        if (minute := now.replace(second=0, microsecond=0)) != self._minute:
            self._minute = minute
            self._list.tick(now)
            self._show_openness()
            self._age_alarms()
            self._place_is_old = True
            self._say_duties()
            self._watch_roster()
            self._look_at_reviews()
            if self._knows_unit:
                self._read_inflow()
        if self._counts_due:
            self._count()
        self._freshen_place()
        self._look_at_sending()
        self._look_at_duties()
        self._look_at_storage()
        self._look_at_shift()
        self._look_at_offers()
        self._sound()
        if self._is_silent() and self._header.trouble is None:
            self._header.trouble = Trouble.DATABASE  # until a reading shows that only the feed is lost
        if self._header.trouble is not None and time.monotonic() - self._read_at > FALLBACK_EVERY:
            self._read_all()

    def _is_silent(self) -> bool:
        return time.monotonic() - self._heard_at > SILENT_AFTER

    def _read_units(self) -> None:
        """Hours and who is responsible may have been changed on another console."""
        ids = [unit.id for unit in self._units]
        self._reads.run(
            lambda: tuple(services.units.find_unit(self._system, id) for id in ids),
            self._have_units,
            self._reading_failed,
        )
        self._watch_roster()

    def _watch_roster(self) -> None:
        """By the clock somebody else becomes responsible, and what was to come has come."""
        if self._knows_unit:
            self._read_responsible()
        self._read_roster()

    def _have_units(self, units: tuple[Unit, ...]) -> None:
        has_other_hours = [unit.hours for unit in units] != [unit.hours for unit in self._units]
        self._units = units
        self._show_openness()
        if has_other_hours:  # deadlines draw near by them
            self._read_all()

    def _show_openness(self) -> None:
        now = self._system.clock.now()
        self._header.openness = {unit.id: openness(unit.hours, now) for unit in self._units}

    def on_key(self, event: events.Key) -> None:
        """A key that does nothing here says where it does something; not what one types ahead of a case."""
        if self._heading_for or not (words := unheard(event.key, self.where, self._actor.acts_as)):
            return
        bound = self.active_bindings.get(event.key)  # asked last, for it asks of every key whether it acts here
        if bound is None or not bound.enabled:
            self._say(words)

    def on_descendant_focus(self) -> None:
        if self.focused not in self._hearts:
            self._leave_place()
        if (pane := self._pane_of_focus()) is not None:
            self._be_in_pane(pane)
        where = self.where
        self._key_bar.where = where
        self._say_next_step()
        typing = where not in (Where.LIST, Where.CASE, Where.CLOSING)
        self._alarm_bar.typing = self._ask_bar.typing = self._duty_bar.typing = typing

    def _say_next_step(self) -> None:
        """What one does with the open case while one is in it; log control says that for itself."""
        opened = self._pane.opened if self.where is Where.CASE else None
        self._key_bar.refused = refused(opened)
        if self.where is not Where.LOG_CONTROL:
            self._key_bar.next_step = next_step(opened)

    @property
    def where(self) -> Where:
        """Where the keys act now."""
        if isinstance(self.focused, Composer):
            return Where.COMPOSER
        if isinstance(self.focused, Conversation):
            return Where.CASE
        places: dict[Widget | None, Where] = {
            self._search_line: Where.EVERYWHERE,
            self._filter_bar: Where.EVERYWHERE,
            self._closing_list: Where.CLOSING,
            self._registration_list: Where.REGISTRATION,
            self._visit_list: Where.VIDEO,
            self._control_list: Where.LOG_CONTROL,
            self._overview: Where.OVERVIEW,
            self._place_list: Where.PLACE,
        }
        return places.get(self.focused, Where.LIST)
