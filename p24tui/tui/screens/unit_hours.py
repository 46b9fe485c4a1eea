"""A unit's hours: its week, the eves, holidays and single days, and when it is warned before closing."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from p24tui.i18n import _
from p24tui.routine.closing_warnings import EARLIEST, FEWEST, LATEST, MOST, warnings_in_order
from p24tui.routine.hours import BadHours, OpeningHours
from p24tui.routine.opening import Openings
from p24tui.routine.special_days import DayPlan, decide, decided_for, standing_out
from p24tui.services.views import UnitSettings
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.tui.screens.unit_day import DayDecided, DayScreen, beside
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.hours import (
    DAYS,
    applies_words,
    change_words,
    day_words,
    openings_words,
    problem_words,
    read_openings,
    warnings_words,
)

SHOWN_DAYS = 8 * 7
"""Days ahead whose holidays and eves are shown; what is decided for a day alone is shown however far ahead."""


class _Row(NamedTuple):
    """A line of the form as it stands: what was typed means, or what is wrong with it."""

    openings: Openings
    problem: str


class UnitHoursScreen(ModalScreen[None]):
    """Shows the hours of one of the units at a time. Nothing is saved until all of it is right, and then at once.

    ``save`` is told what was known and what is wanted instead; it answers by ``saved``, ``changed_by`` or ``say``.
    """

    AUTO_FOCUS = "#hours-0"
    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("ctrl+n", "new_day", show=False, priority=True),
        Binding("delete", "usual_day", show=False),
        Binding("ctrl+pagedown", "next_unit(1)", show=False, id="next_case"),
        Binding("ctrl+pageup", "next_unit(-1)", show=False, id="previous_case"),
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
    ]

    def __init__(
        self,
        units: tuple[UnitSettings, ...],
        at: int,
        today: date,
        save: Callable[[UnitSettings, UnitSettings], None],
    ) -> None:
        super().__init__()
        self._units = list(units)
        self._at = at
        self._today = today
        self._save = save
        self._hours = self._known.unit.hours
        self._rows: tuple[DayPlan, ...] = ()
        self._said = ""
        self._sure = ""
        self._saving = False
        self._filled = False
        self._fields = [Field(id=f"hours-{n}", select_on_focus=False) for n in range(len(DAYS))]
        self._beside = [Static(classes="hours-beside") for _day in DAYS]
        self._eves = Select(
            [(_("stängt"), True), (_("öppet som veckan i övrigt"), False)],
            value=self._hours.closed_eves,
            allow_blank=False,
            compact=True,
            id="hours-eves",
        )
        self._warnings = Field(id="hours-warnings", select_on_focus=False)
        self._beside_warnings = Static(classes="hours-beside")
        self._title = Static(id="hours-title")
        self._list = OptionList(id="hours-days", markup=False)
        self._preview = Static(id="hours-preview")
        self._keys = Static(id="hours-keys")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="hours-dialog"):
            yield self._title
            with Grid(classes="form", id="hours-form"):
                for name, field, said in zip(DAYS, self._fields, self._beside, strict=True):
                    yield Label(_(name))
                    yield field
                    yield said
                yield Label(_("aftnar"))
                yield self._eves
                yield Static(beside("", _("påsk, midsommar, jul och nyår")), classes="hours-beside")
                yield Label(_("varnas"))
                yield self._warnings
                yield self._beside_warnings
            weeks = _("Helgdagar, aftnar och egna dagar, {count} veckor framåt").format(count=SHOWN_DAYS // 7)
            yield Static(Content.styled(weeks, "bold"), id="hours-heading")
            yield self._list
            yield self._preview
            yield self._keys

    def on_mount(self) -> None:
        self._fill()

    def saved(self, now: UnitSettings) -> None:
        """It is saved, and stands like this."""
        self._saving = False
        self._units[self._at] = now
        if self.is_current:
            self.dismiss(None)

    def changed_by(self, name: str, now: UnitSettings) -> None:
        """Somebody else has changed it meanwhile: what one has typed stays, and is compared with what applies now."""
        self._units[self._at] = now
        words = _("{name} har ändrat sedan du öppnade. Inget är sparat. Ctrl+S sparar ditt i stället:")
        self.say(words.format(name=clean_line(name) or _("Någon annan")))

    def say(self, words: str) -> None:
        """Say why it was not saved; it stands until something is changed."""
        self._saving = False
        self._said = words
        self._look()

    def action_save(self) -> None:
        wrong = self._wrong_field()
        if wrong is not None:
            wrong.focus()
            self.say(_("Inget är sparat: rätta först det som är markerat."))
        elif self._wanted() == self._known:
            self.say(_("Det finns inget att spara: inget är ändrat."))
        elif not self._saving:
            self._saving = True
            self._save(self._known, self._wanted())

    def action_leave(self) -> None:
        """What has been changed is thrown away only by a second press."""
        if self._may_leave("leave", _("Det är inte sparat. Esc en gång till kastar ändringarna, Ctrl+S sparar.")):
            self.dismiss(None)

    def action_next_unit(self, step: int) -> None:
        """Show the next unit; what has been changed in this one is thrown away only by a second press."""
        words = _("Det är inte sparat. En gång till kastar ändringarna, Ctrl+S sparar.")
        if len(self._units) > 1 and not self._saving and self._may_leave("unit", words):
            self._at = (self._at + step) % len(self._units)
            self._fill()

    def action_new_day(self) -> None:
        self._edit(None)

    def action_usual_day(self) -> None:
        """Let the day under the cursor be as usual again."""
        day = self._day_under_cursor()
        if day is None:
            return
        if decided_for(self._hours, day) is None:
            self.say(_("Dagen är redan som vanligt."))
        else:
            self._have_day(DayDecided(day, None))

    def action_step(self, step: int) -> None:
        """Up and down lead from line to line of the form."""
        if step < 0:
            self.focus_previous()
        else:
            self.focus_next()

    def on_input_changed(self) -> None:
        self._changed()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def on_select_changed(self) -> None:
        self._changed()

    def on_option_list_option_selected(self) -> None:
        self._edit(self._day_under_cursor())

    def on_descendant_focus(self) -> None:
        self._show_keys()

    @property
    def _known(self) -> UnitSettings:
        """The unit that is shown, as it was read."""
        return self._units[self._at]

    def _fill(self) -> None:
        """Show the unit as it is."""
        self._filled = True
        self._said = self._sure = ""
        self._hours = self._known.unit.hours
        for field, openings in zip(self._fields, self._hours.weekly, strict=True):
            field.value = openings_words(openings)
        self._eves.value = self._hours.closed_eves
        self._warnings.value = ", ".join(map(str, self._known.warnings))
        place = ""
        if len(self._units) > 1:
            several = _("{number} av {count} · {key} nästa enhet")
            place = several.format(number=self._at + 1, count=len(self._units), key=key_name("next_case"))
        title = Content.assemble(
            (_("Öppettider"), "bold"), "   ", (clean_line(self._known.unit.name), "bold $primary"), f"   {place}"
        )
        self._title.update(title)
        self._look()

    def _changed(self) -> None:
        self._said = self._sure = ""
        self._look()

    def _week(self) -> list[_Row]:
        """What is typed for the days of the week; where it is wrong the day stays as it was."""
        return [
            _row(field.value, before) for field, before in zip(self._fields, self._known.unit.hours.weekly, strict=True)
        ]

    def _wanted(self) -> UnitSettings:
        weekly = tuple(row.openings for row in self._week())
        hours = replace(self._hours, weekly=weekly, closed_eves=bool(self._eves.value))
        warnings = _minutes(self._warnings.value) or self._known.warnings
        return UnitSettings(replace(self._known.unit, hours=hours), warnings)

    def _wrong_field(self) -> Field | None:
        """The first field with something wrong in it."""
        for field, row in zip(self._fields, self._week(), strict=True):
            if row.problem:
                return field
        return self._warnings if _minutes(self._warnings.value) is None else None

    def _look(self) -> None:
        """Say beside each line what is wrong or what it was, and below what would change."""
        if not self._filled:
            return
        for row, before, said in zip(self._week(), self._known.unit.hours.weekly, self._beside, strict=True):
            was = "" if row.openings == before else _("var {what}").format(what=openings_words(before))
            said.update(beside(row.problem, was))
        bounds = {"fewest": FEWEST, "most": MOST, "latest": LATEST, "earliest": EARLIEST}
        wrong = _("{fewest}–{most} fallande tal mellan {earliest} och {latest}").format(**bounds)
        problem = wrong if _minutes(self._warnings.value) is None else ""
        self._beside_warnings.update(beside(problem, _("min före stängning, sista larmar")))
        self._list_days(self._wanted().unit.hours)
        self._preview.update(self._preview_words())

    def _preview_words(self) -> Content:
        if self._wrong_field() is not None:
            return Content.styled(self._said or _("Rätta det som är markerat. Inget är sparat."), "bold $error")
        changes = list(_changes(self._known, self._wanted(), self._today))
        if not changes:
            return Content.styled(self._said, "bold $warning") if self._said else beside("", _("Inget är ändrat."))
        words = self._said or _("Ändras:")
        room = 2 * max(20, self._preview.size.width) - len(words) - 1
        return Content.assemble((words, "bold $warning"), " ", _fitting(changes, room))

    def _list_days(self, hours: OpeningHours) -> None:
        rows = standing_out(hours, self._today, SHOWN_DAYS)
        at = self._day_under_cursor()
        changed = {row.day for row in rows if self._is_changed(row.day)}
        self._rows = rows
        none = Option(
            Content(_("Inga: alla dagar är som veckan. Ctrl+N stänger en dag eller ger den egna tider.")), disabled=True
        )
        self._list.set_options([Option(_day_line(row, self._today, row.day in changed)) for row in rows] or [none])
        days = [row.day for row in rows]
        if days:
            self._list.highlighted = days.index(at) if at in days else min(self._list.highlighted or 0, len(days) - 1)

    def _is_changed(self, day: date) -> bool:
        return decided_for(self._hours, day) != decided_for(self._known.unit.hours, day)

    def _day_under_cursor(self) -> date | None:
        index = self._list.highlighted
        return self._rows[index].day if index is not None and index < len(self._rows) else None

    def _edit(self, day: date | None) -> None:
        self.app.push_screen(DayScreen(self._wanted().unit.hours, day, self._today), self._have_day)

    def _have_day(self, decided: DayDecided | None) -> None:
        if decided is None:
            return
        self._hours = decide(self._hours, decided.day, decided.openings)
        self._changed()
        days = [row.day for row in self._rows]
        if decided.day in days:
            self._list.highlighted = days.index(decided.day)

    def _may_leave(self, how: str, words: str) -> bool:
        changed = self._wrong_field() is not None or self._wanted() != self._known
        if not changed or self._sure == how:
            return True
        self.say(words)
        self._sure = how
        return False

    def _show_keys(self) -> None:
        keys = [_("Ctrl+S spara"), _("Ctrl+N ny dag"), _("Esc tillbaka")]
        if self.focused is self._list:
            keys = [_("Enter ändra"), _("Delete som vanligt"), *keys]
        else:
            keys = [_("Tab nästa fält"), *keys]
        self._keys.update("  ".join(keys))  # a third blank between them would not leave room for all at 80 columns


def _row(typed: str, before: Openings) -> _Row:
    try:
        return _Row(read_openings(typed), "")
    except BadHours as error:
        return _Row(before, problem_words(error))


def _minutes(typed: str) -> tuple[int, ...] | None:
    """The warnings that are typed, with commas or spaces between; none where they cannot be."""
    words = re.split(r"[\s,]+", typed.strip())
    if not all(re.fullmatch(r"[0-9]{1,3}", word) for word in words):
        return None
    minutes = tuple(map(int, words))
    return minutes if warnings_in_order(minutes) else None


def _day_line(row: DayPlan, today: date, is_changed: bool) -> Content:
    words = f"{day_words(row.day, today):<13} {applies_words(row)}"
    return Content.assemble((words, "bold" if is_changed else ""), (_("   ändras"), "$warning") if is_changed else "")


def _changes(known: UnitSettings, wanted: UnitSettings, today: date) -> Iterator[str]:
    """What saving means, one sentence for each thing."""
    yield from change_words(known.unit.hours, wanted.unit.hours, today)
    if known.warnings != wanted.warnings:
        yield warnings_words(wanted.warnings)


def _fitting(changes: list[str], room: int) -> str:
    """As many of the changes as there is room for, and how many more there are."""
    said: list[str] = []
    for number, one in enumerate(changes):
        left = len(changes) - number
        if said and len(" · ".join([*said, one])) > room - len(_(" och {count} till").format(count=left)):
            return " · ".join(said) + _(" och {count} till").format(count=left)
        said.append(one)
    return " · ".join(said)
