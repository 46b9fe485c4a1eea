"""The roster on the screen: a week of who is responsible for the inflow, its gaps, and what one does with it."""

from collections.abc import Callable
from datetime import date, datetime, time

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.clock import local_date
from p24tui.i18n import _, ngettext
from p24tui.routine.hours import Span, instant_of
from p24tui.routine.roster import WEEK, Copying, monday_of
from p24tui.services.views import RosterWeek
from p24tui.text import clean_line
from p24tui.tui.roster_items import USUAL, RosterDay
from p24tui.tui.screens.roster_dialogs import CopyWeekScreen, HandScreen, RosterEntryScreen, RosterPut, week_words
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.roster_week import RosterWeekView
from p24tui.words.cases import LOST, profession_word
from p24tui.words.times import clock_time, span_words

NAMED = 3
"""How many of the gaps of the coming days are named."""


class Look(Struct, frozen=True):
    """Show the week that the screen is on now."""


class RosterDrop(Struct, frozen=True):
    """Take this entry off the roster."""

    id: str


class PlanCopy(Struct, frozen=True):
    """Say what copying the week that begins on ``monday`` to the one that begins on ``to`` would come to."""

    monday: date
    to: date


class CopyWeek(Struct, frozen=True):
    """Copy the week that begins on ``monday`` to the one that begins on ``to``."""

    monday: date
    to: date


class HandOver(Struct, frozen=True):
    """Hand the responsibility to the colleague with this HSA-id, now."""

    staff_id: str


RosterWish = Look | RosterPut | RosterDrop | PlanCopy | CopyWeek | HandOver


class RosterScreen(ModalScreen[None]):
    """A week of one unit's roster. ``wish`` is told what one wants; the desk shows what came of it.

    ``unit_ids`` are those that the person works for, the one that it begins with first.
    """

    BINDINGS = [
        Binding("n", "add", show=False),
        Binding("enter", "change", show=False),
        Binding("x,delete", "drop", show=False),
        Binding("c", "copy", show=False),
        Binding("g", "hand", show=False),
        Binding("pageup", "week(-1)", show=False),
        Binding("pagedown", "week(1)", show=False),
        Binding("t", "this_week", show=False),
        Binding("u", "unit", show=False),
        Binding("escape,f8", "leave", show=False),
    ]

    def __init__(
        self, unit_ids: tuple[str, ...], me: str | None, now: datetime, wish: Callable[[RosterWish], None]
    ) -> None:
        super().__init__()
        self._unit_ids = unit_ids
        self._me = me
        self._now = now
        self._wish = wish
        self.unit_id = unit_ids[0]
        self.monday = monday_of(local_date(now))
        self._week: RosterWeek | None = None
        self._said = ""
        self._dropping = ""
        self._title = Static(id="roster-title")
        self._duty = Static(id="roster-duty")
        self._ahead = Static(id="roster-ahead")
        self._view = RosterWeekView(me, id="roster-week")
        self._advice = Static(id="roster-advice")
        self._keys = Static(id="roster-keys", classes="dialog-keys")

    def compose(self) -> ComposeResult:
        with Dialog(id="roster-dialog"):
            yield self._title
            yield self._duty
            yield self._ahead
            yield self._view
            yield self._advice
            yield self._keys

    def on_mount(self) -> None:
        self._view.focus()
        self._head()

    def _show_keys(self) -> None:
        """The keys, none of them broken over two lines."""
        keys = [
            _("n ny"), _("Enter ändra"), _("x ta bort"), _("c kopiera till nästa vecka"), _("g lämna över ansvaret"),
            _("PgUp PgDn vecka"), _("t denna vecka"), *([_("u enhet")] if len(self._unit_ids) > 1 else []),
            _("Esc tillbaka"),
        ]  # fmt: skip
        lines = [""]
        for key in keys:
            longer = f"{lines[-1]}   {key}" if lines[-1] else key
            lines[-1:] = [longer] if len(longer) <= self._keys.size.width else [lines[-1], key]
        self._keys.update(Content("\n".join(filter(None, lines))))

    def show(self, week: RosterWeek, now: datetime) -> None:
        """Show this, where it is what the screen is on; the cursor stays on what it was on."""
        if (week.unit.id, week.monday) != (self.unit_id, self.monday):
            return
        self._week, self._now = week, now
        self._view.show(week, local_date(now))
        self._head()

    def say(self, words: str) -> None:
        """Say what was done or why not, where the advice stands, until one moves on."""
        self._said = words
        self._advise()

    def ask_again(self, put: RosterPut, problem: str) -> None:
        """It could not stand so: what was typed is there again, with the reason."""
        self._ask(put, problem)

    def ask_copy(self, copying: Copying, monday: date, to: date) -> None:
        """Show what copying would come to, and copy where one says so; nothing where one has gone on."""
        if monday != self.monday:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._wish(CopyWeek(monday, to))

        self.app.push_screen(CopyWeekScreen(copying, monday, to), answered)

    def action_add(self) -> None:
        day = self._view.day
        if self._week is None or day is None:
            return
        start, end = self._free_span(day)
        ids = [one.id for one in self._week.staff]
        self._ask(RosterPut(None, self._me if self._me in ids else "", start, end))

    def action_change(self) -> None:
        item = self._view.item
        if item is None or item.entry is None:
            self.action_add()
        else:
            one = item.entry
            self._ask(RosterPut(one.id, one.staff_id, one.starts_at, one.ends_at))

    def action_drop(self) -> None:
        """The first press asks, the second does it."""
        item = self._view.item
        if item is None or item.entry is None:
            self.say(_("Här finns inget pass att ta bort."))
        elif self._dropping == item.entry.id:
            self._dropping = ""
            self._wish(RosterDrop(item.entry.id))
        else:
            name, when = clean_line(item.entry.name), span_words(item.starts_at, item.ends_at)
            self.say(_("Ta bort {name} {when}? x en gång till tar bort passet.").format(name=name, when=when))
            self._dropping = item.entry.id

    def action_copy(self) -> None:
        self._wish(PlanCopy(self.monday, self.monday + WEEK))

    def action_hand(self) -> None:
        if self._week is None:
            return

        def chosen(staff_id: str | None) -> None:
            if staff_id is not None:
                self._wish(HandOver(staff_id))

        self.app.push_screen(HandScreen(self._week.staff, self._week.responsible), chosen)

    def action_week(self, step: int) -> None:
        self._go(self.unit_id, self.monday + step * WEEK)

    def action_this_week(self) -> None:
        self._go(self.unit_id, monday_of(local_date(self._now)))

    def action_unit(self) -> None:
        ids = self._unit_ids
        self._go(ids[(ids.index(self.unit_id) + 1) % len(ids)], self.monday)

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_roster_week_view_moved(self) -> None:
        self._said = self._dropping = ""
        self._advise()

    def on_roster_week_view_chosen(self) -> None:
        self.action_change()

    def on_resize(self) -> None:
        self._show_keys()

    def _go(self, unit_id: str, monday: date) -> None:
        self.unit_id, self.monday = unit_id, monday
        self._said = self._dropping = ""
        self._wish(Look())

    def _ask(self, put: RosterPut, problem: str = "") -> None:
        def answered(put: RosterPut | None) -> None:
            if put is not None:
                self._wish(put)

        staff = self._week.staff if self._week else ()
        self.app.push_screen(RosterEntryScreen(put, staff, local_date(self._now), problem), answered)

    def _free_span(self, day: RosterDay) -> Span:
        """When somebody who is put in is likely to be wanted: the gap, else the opening, of the day."""
        on = self._view.item
        gaps = [one for one in day.items if one.entry is None]
        if on in gaps or gaps:
            gap = on if on is not None and on in gaps else gaps[0]
            return gap.starts_at, gap.ends_at
        first, last = (day.openings[0][0], day.openings[-1][1]) if day.openings else USUAL
        return _instant(day, first), _instant(day, last)

    def _head(self) -> None:
        """Which week of which unit, who has the responsibility now, and which gaps come."""
        week = self._week
        name = clean_line(week.unit.name) if week else ""
        words = [(_("Bemanning"), "bold"), (f"  {name}   ", "bold"), (week_words(self.monday), "$foreground 80%")]
        self._title.update(Content.assemble(*words))
        if week is None:
            return
        self._duty.update(self._duty_words(week))
        self._ahead.update(_ahead_words(week.ahead))
        self._advise()

    def _duty_words(self, week: RosterWeek) -> Content:
        if week.responsible is None:
            return Content.styled(_("Just nu: ingen är chattansvarig"), "bold $warning")
        one = week.responsible
        until = _until_words(one.until)
        words = _("Just nu: {name}, chattansvarig {until}").format(name=clean_line(one.name), until=until)
        return Content.styled(words.rstrip(), "$foreground 80%")

    def _advise(self) -> None:
        if self._said:
            self._advice.update(Content.styled(self._said, "bold $warning"))
            return
        item = self._view.item
        if item is None:
            words = _("Ingen är inlagd den här dagen. n lägger in någon.") if self._view.day else ""
        elif item.entry is None:
            words = _("▲ LUCKA {when}: enheten är öppen och ingen är inlagd. Enter lägger in någon.")
            words = words.format(when=span_words(item.starts_at, item.ends_at))
        else:
            one = item.entry
            role = profession_word(one.profession)
            words = f"{span_words(item.starts_at, item.ends_at)}  {clean_line(one.name)} ({role})"
            if not one.available:
                words += _("  arbetar inte längre här, så passet räknas inte")
        self._advice.update(Content(words))


def _ahead_words(gaps: tuple[Span, ...]) -> Content:
    """The gaps of the coming days, the first of them by name."""
    if not gaps:
        return Content.styled(_("✓ Inga luckor de närmaste sju dagarna"), "$success")
    named = ", ".join(span_words(*gap) for gap in gaps[:NAMED])
    many = ngettext("{count} lucka", "{count} luckor", len(gaps)).format(count=len(gaps))
    words = _("{many} de närmaste sju dagarna: {named}").format(many=many, named=named)
    return Content.styled(f"{LOST} {words}{' …' if len(gaps) > NAMED else ''}", "bold $error")


def _until_words(until: datetime | None) -> str:
    """Until when; nothing where it is until the day ends."""
    if until is None or clock_time(until) == "00.00":
        return _("dagen ut")
    return _("till {at}").format(at=clock_time(until))


def _instant(day: RosterDay, minute: int) -> datetime:
    return instant_of(day.date, time(minute // 60, minute % 60))
