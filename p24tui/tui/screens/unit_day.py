"""A day that is not as the week: closed, with openings of its own, or as usual again."""

from datetime import date

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.hours import BadHours, OpeningHours
from p24tui.routine.opening import Openings
from p24tui.routine.special_days import decide, decided_for, plan
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.hours import day_words, holiday_words, openings_words, problem_words, read_openings
from p24tui.words.times import no_day, read_day

WRONG = "!"


class DayDecided(Struct, frozen=True):
    """What is decided for a day alone: its openings, empty where it is closed, none where it is as usual."""

    day: date
    openings: Openings | None


class DayScreen(ModalScreen[DayDecided | None]):
    """Asks for a day and for its openings. ``hours`` are the unit's as they would be without it."""

    BINDINGS = [Binding("escape", "leave", show=False), Binding("ctrl+s", "save", show=False)]

    def __init__(self, hours: OpeningHours, day: date | None, today: date) -> None:
        super().__init__()
        self._hours = hours
        self._given = day
        self._today = today
        self._date = Field(str(day or ""), placeholder=_("till exempel 23 dec"), id="day-date")
        self._what = Field(self._first_words(), placeholder=_("stängt, som vanligt, 08.00-12.00"), id="day-hours")
        self._beside_date = Static(classes="dialog-problem")
        self._beside_what = Static(classes="dialog-problem")
        self._about = Static(classes="dialog-note")

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Stäng en dag, eller ge den egna tider") if self._given is None else _("Ändra dagen")
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            with Grid(classes="form", id="day-form"):
                yield Label(_("Datum"))
                yield self._date
                yield Label("")
                yield self._beside_date
                yield Label(_("Tider"))
                yield self._what
                yield Label("")
                yield self._beside_what
            yield self._about
            yield Static(_("Allt sparas sedan med Ctrl+S."), classes="dialog-note")
            yield Static(_("Enter klar   Esc låt bli"), classes="dialog-keys")

    def on_mount(self) -> None:
        (self._date if self._given is None else self._what).focus()
        self._tell()

    def on_input_changed(self) -> None:
        self._beside_date.update("")
        self._beside_what.update("")
        self._tell()

    def on_input_submitted(self, event: Field.Submitted) -> None:
        if event.input is self._date and self._day() is not None:
            self._what.focus()
        else:
            self.action_save()

    def action_save(self) -> None:
        day, openings, problem = self._day(), None, ""
        try:
            openings = self._openings()
        except BadHours as error:
            problem = problem_words(error)
        self._beside_what.update(beside(problem))
        if day is None:
            self._beside_date.update(beside(explain(no_day(self._date.value))))
            self._date.focus()
        elif day < self._today:
            self._beside_date.update(beside(_("dagen har redan varit och går inte att ändra")))
            self._date.focus()
        elif problem:
            self._what.focus()
        else:
            self.dismiss(DayDecided(day, openings))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _first_words(self) -> str:
        decided = None if self._given is None else decided_for(self._hours, self._given)
        return "" if decided is None else openings_words(decided)

    def _day(self) -> date | None:
        return read_day(self._date.value, self._today)

    def _openings(self) -> Openings | None:
        """None where the day is to be as usual. Raises ``BadHours``."""
        typed = self._what.value.strip()
        return None if typed.lower() in {_("som vanligt"), _("vanligt")} else read_openings(typed)

    def _tell(self) -> None:
        """What the day is, and what applies on it as usual."""
        day = self._day()
        if day is None:
            self._about.update("")
            return
        usual = plan(decide(self._hours, day, None), day)
        name = holiday_words(usual.name)
        said = _("{day} är {name}. Som vanligt: {what}.") if name else _("{day}. Som vanligt: {what}.")
        what = openings_words(usual.openings)
        self._about.update(Content(said.format(day=day_words(day, self._today), name=name, what=what)))


def beside(problem: str, otherwise: str = "") -> Content:
    """What stands beside a field: what is wrong with it, in word, mark and colour, else what else there is to say."""
    if problem:
        return Content.styled(f"{WRONG} {problem}", "bold $error")
    return Content.styled(otherwise, "$foreground 70%")
