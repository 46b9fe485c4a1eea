"""The questions about the roster: who and when, whether a week is copied, and to whom the responsibility goes."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from p24tui.clock import local
from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.i18n import _, ngettext
from p24tui.routine.roster import Copying, span_of
from p24tui.store.duty_values import Responsible
from p24tui.store.values import Staff
from p24tui.text import clean_line
from p24tui.tui.screens.questions import YesNoScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.cases import profession_word
from p24tui.words.times import clock_time, day_of, day_words, parse_clock, span_words


class RosterPut(Struct, frozen=True):
    """This person is to be responsible then. ``id`` is the entry that is changed, none where it is a new one."""

    id: str | None
    staff_id: str
    starts_at: datetime
    ends_at: datetime


class RosterEntryScreen(ModalScreen[RosterPut | None]):
    """Who, which day, from when until when; ``problem`` says why it could not be so before."""

    AUTO_FOCUS = "#roster-who"
    BINDINGS = [Binding("ctrl+s", "save", show=False), Binding("escape", "leave", show=False)]

    def __init__(self, put: RosterPut, staff: tuple[Staff, ...], today: date, problem: str = "") -> None:
        super().__init__()
        self._put = put
        self._staff = staff
        self._today = today
        self._problem = problem

    def compose(self) -> ComposeResult:
        one = self._put
        ids = [member.id for member in self._staff]
        names = [(_named(member), member.id) for member in self._staff]
        with Dialog():
            title = _("Lägg in någon i bemanningen") if one.id is None else _("Ändra passet")
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            with Grid(classes="form"):
                yield Label(_("Vem"))
                value = one.staff_id if one.staff_id in ids else Select.NULL
                yield Select(names, value=value, prompt=_("välj"), compact=True, id="roster-who")
                yield Label(_("Dag"))
                yield Field(local(one.starts_at).date().isoformat(), id="roster-day")
                yield Label(_("Från"))
                yield Field(clock_time(one.starts_at), id="roster-from")
                yield Label(_("Till"))
                yield Field(clock_time(one.ends_at), id="roster-to")
            yield Static(_("Ett slut före början är dagen efter."), classes="dialog-note")
            yield Static(Content(self._problem), id="roster-problem", classes="dialog-problem")
            yield Static(_("Tab nästa fält   Ctrl+S spara   Esc låt bli"), classes="dialog-keys")

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        who = self.query_one("#roster-who", Select).value
        day, start, end = (self.query_one(f"#roster-{name}", Field).value for name in ("day", "from", "to"))
        if not isinstance(who, str):
            self._say(_("Välj vem det gäller."))
            return
        try:
            on = day_of(day, self._today)
        except BadInput as error:
            self._say(explain(error))
            return
        times = [parse_clock(start), parse_clock(end)]
        for typed, found in zip((start, end), times, strict=True):
            if found is None:
                self._say(_("{value} är inget klockslag. Skriv som 08.00.").format(value=clean_line(typed, 20)))
                return
        starts_at, ends_at = span_of(on, *(one for one in times if one is not None))
        self.dismiss(replace(self._put, staff_id=who, starts_at=starts_at, ends_at=ends_at))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _say(self, words: str) -> None:
        self.query_one("#roster-problem", Static).update(Content(words))


class TakeResponsibilityScreen(YesNoScreen):
    """Whether one takes the responsibility for the inflow from whoever has it."""

    def __init__(self, holders: str) -> None:
        super().__init__()
        self._holders = holders

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Ta över chattansvaret från {who}?").format(who=self._holders)
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            words = _("Larm ljuder då först hos dig, och du ser till att någon tar det som kommer in.")
            yield Static(words, markup=False)
            yield Static(_("Enter ta över   Esc låt bli"), classes="dialog-keys")


class CopyWeekScreen(ModalScreen[bool]):
    """What copying a week would come to. Nothing is copied until it says yes."""

    BINDINGS = [Binding("enter", "copy", show=False), Binding("escape", "leave", show=False)]

    def __init__(self, copying: Copying, monday: date, to: date) -> None:
        super().__init__()
        self._copying = copying
        self._weeks = (week_number(monday), week_number(to))

    def compose(self) -> ComposeResult:
        one = self._copying
        many = len(one.new)
        with Dialog():
            title = _("Kopiera vecka {start} till vecka {to}").format(start=self._weeks[0], to=self._weeks[1])
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            words = ngettext("{count} pass läggs till.", "{count} pass läggs till.", many)
            yield Static(Content.styled(words.format(count=many), "bold"))
            for line in self._left_out():
                yield Static(Content(line))
            said = _("Enter kopiera   Esc låt bli") if many else _("Inget att kopiera.   Esc tillbaka")
            yield Static(said, classes="dialog-keys")

    def action_copy(self) -> None:
        self.dismiss(bool(self._copying.new))

    def action_leave(self) -> None:
        self.dismiss(False)

    def _left_out(self) -> list[str]:
        """What is not copied, and why."""
        one = self._copying
        lines = []
        if one.there:
            words = ngettext("{count} finns redan och står kvar.", "{count} finns redan och står kvar.", len(one.there))
            lines.append(words.format(count=len(one.there)))
        if one.closed:
            words = _("{count} utelämnas: enheten är stängd då ({when}).")
            when = ", ".join(dict.fromkeys(span_words(entry.starts_at, entry.ends_at) for entry in one.closed))
            lines.append(words.format(count=len(one.closed), when=clean_line(when)))
        if one.gone:
            names = ", ".join(dict.fromkeys(clean_line(entry.name) for entry in one.gone))
            lines.append(_("{count} utelämnas: {names} arbetar inte här.").format(count=len(one.gone), names=names))
        return lines


class HandScreen(ModalScreen[str | None]):
    """To which colleague the responsibility goes now; ends with their HSA-id."""

    AUTO_FOCUS = "OptionList"
    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, staff: tuple[Staff, ...], responsible: Responsible | None) -> None:
        super().__init__()
        self._staff = [one for one in staff if responsible is None or one.id != responsible.staff_id]
        self._responsible = responsible

    def compose(self) -> ComposeResult:
        has_it = self._responsible
        with Dialog():
            title = _("Lämna över chattansvaret nu")
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            words = _("{name} har det nu.").format(name=clean_line(has_it.name)) if has_it else _("Ingen har det nu.")
            yield Static(Content(words))
            yield OptionList(*(Option(_named(one), id=one.id) for one in self._staff), id="who", markup=False)
            words = _("Det gäller tills nästa pass i bemanningen börjar, annars dagen ut. Överlämningen sparas.")
            yield Static(words, classes="dialog-note")
            yield Static(_("↑ ↓ välj   Enter lämna över   Esc låt bli"), classes="dialog-keys")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._staff[event.option_index].id)

    def action_leave(self) -> None:
        self.dismiss(None)


def week_number(monday: date) -> int:
    """The number of the week that begins on this Monday."""
    return monday.isocalendar().week


def week_words(monday: date) -> str:
    """The week and its dates, such as ``vecka 48, mån 23 nov – sön 29 nov 2026``."""
    sunday = monday + timedelta(days=6)
    words = _("vecka {week}, {start} – {end} {year}")
    return words.format(
        week=week_number(monday), start=day_words(monday), end=day_words(sunday), year=monday.isocalendar().year
    )


def _named(one: Staff) -> Content:
    return Content.assemble(clean_line(one.name), (f"  {profession_word(one.profession)}", "$foreground 70%"))
