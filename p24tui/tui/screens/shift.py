"""The shift: the question with which it begins, what would be left behind by ending it, and that it was lost."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui.i18n import _, ngettext
from p24tui.routine.case import SuicideRisk, Video
from p24tui.routine.chat import has_unread
from p24tui.routine.shift import Ongoing, ShiftKind
from p24tui.routine.visit import is_half_ended
from p24tui.services.views import OngoingLine, OngoingView
from p24tui.store.duty_values import Shift
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.tui.places import Cell, Column, Page, Row
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.lines import Lines
from p24tui.tui.widgets.place import PlaceList, PlaceNote
from p24tui.words.cases import priority_mark, profession_word, state_marks
from p24tui.words.duty import ongoing_words, shift_kind_word
from p24tui.words.times import moment, waited

WIDE_LIST = 90
"""Cells from which the list has room for the state of a case."""

OWN = frozenset({Ongoing.VISIT, Ongoing.OWNED})
"""What one has oneself, so that one can release, hold and end it."""


class Begin(Struct, frozen=True):
    """The shift that one begins."""

    unit_id: str
    kind: ShiftKind


class StartShiftScreen(ModalScreen[Begin | None]):
    """At which unit one works, and what one does; Esc only looks. ``units`` are names by id, the likely one first.

    ``responsible`` says in words who answers for each unit's inflow now; it is empty where nobody knows.
    """

    BINDINGS = [Binding("u", "next_unit", show=False), Binding("escape", "leave", show=False)]

    def __init__(self, units: Mapping[str, str], role: str, responsible: Mapping[str, str]) -> None:
        super().__init__()
        self._units = dict(units)
        self._unit_id = next(iter(units))
        self._role = role
        self._responsible = responsible
        self._where = Static(id="shift-unit")
        self._answers = Static(id="shift-responsible")

    def compose(self) -> ComposeResult:
        with Dialog():
            yield Static(Content.styled(_("Börja ditt skift"), "bold"), classes="dialog-title")
            yield self._where
            yield Static(_fact(_("Roll"), self._role))
            yield self._answers
            yield OptionList(*(self._option(kind) for kind in ShiftKind), id="shift-kinds", markup=False)
            words = _("När skiftet slutar ska inget ärende vara kvar hos dig. Hörs konsolen inte går de till kön.")
            yield Static(words, classes="dialog-note")
            unit = _("u enhet   ") if len(self._units) > 1 else ""
            keys = _("↑ ↓ välj   Enter börja   {unit}Esc bara titta, utan skift").format(unit=unit)
            yield Static(keys, classes="dialog-keys")

    def on_mount(self) -> None:
        self._show_unit()
        self.query(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Begin(self._unit_id, list(ShiftKind)[event.option_index]))

    def action_next_unit(self) -> None:
        ids = list(self._units)
        self._unit_id = ids[(ids.index(self._unit_id) + 1) % len(ids)]
        self._show_unit()

    def action_leave(self) -> None:
        self.dismiss(None)

    def _show_unit(self) -> None:
        self._where.update(_fact(_("Enhet"), self._units[self._unit_id]))
        self._answers.display = bool(said := self._responsible.get(self._unit_id, ""))
        self._answers.update(_fact(_("Ansvar"), said))

    @staticmethod
    def _option(kind: ShiftKind) -> Option:
        return Option(shift_kind_word(kind).capitalize(), id=kind)


class LostShiftScreen(ModalScreen[None]):
    """One's shift was lost while the console was silent; it says so until one has seen it."""

    BINDINGS = [Binding("enter,escape", "leave", show=False)]

    def __init__(self, heard: str, minutes: int) -> None:
        super().__init__()
        self._heard = heard
        self._minutes = minutes

    def compose(self) -> ComposeResult:
        with Dialog():
            yield Static(Content.styled(_("Ditt skift gick förlorat"), "bold $error"), classes="dialog-title")
            words = _(
                "Konsolen hördes inte på mer än {minutes} minuter, senast {heard}. Dina ärenden har gått tillbaka till "
                "kön, och de med suicidrisk larmar. Det du hade börjat skriva finns kvar i ärendena, inte skickat."
            )
            yield Static(Content(words.format(minutes=self._minutes, heard=self._heard)))
            yield Static(
                _("Ett nytt skift har börjat. Ta emot de ärenden som du går vidare med."), classes="dialog-note"
            )
            yield Static(_("Enter jag har sett det"), classes="dialog-keys")

    def action_leave(self) -> None:
        self.dismiss(None)


class Step(StrEnum):
    """What one does with a row, or with the shift."""

    RELEASE = "release"
    HAND_OVER = "hand-over"
    HOLD = "hold"
    END = "end"
    OTHER_KIND = "other-kind"
    END_SHIFT = "end-shift"


class ShiftScreen(ModalScreen[str | None]):
    """One's shift, and what one would leave behind by ending it; ends with the id of a case to go to.

    ``take`` is told what one wants, and of which row.
    """

    BINDINGS = [
        Binding("x", "step('release')", show=False),
        Binding("l", "step('hand-over')", show=False),
        Binding("h", "step('hold')", show=False),
        Binding("a", "step('end')", show=False),
        Binding("c", "step('other-kind')", show=False),
        Binding("s", "step('end-shift')", show=False),
    ]

    def __init__(self, unit_name: str, shift: Shift, now: datetime, take: Callable[[Step, OngoingLine | None], None]):
        super().__init__()
        self._unit_name = unit_name
        self._shift = shift
        self._now = now
        self._take = take
        self._view: OngoingView | None = None
        self._stands_there = False
        self._said = ""
        self._facts = Static(id="shift-facts")
        self._note = PlaceNote()
        self._besides = PlaceNote(id="shift-besides")
        self._list = PlaceList()
        self._advice = Lines(id="shift-advice", classes="advice")
        self._keys = Lines(classes="dialog-keys")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide list-dialog", id="shift-dialog"):
            title = _("Ditt skift på {unit}").format(unit=self._unit_name)
            yield Static(Content.styled(title, "bold"))
            yield self._facts
            yield self._note
            yield self._besides
            yield self._list
            yield self._advice
            yield self._keys

    def on_mount(self) -> None:
        self._list.focus()
        self._stands_there = True
        self.show_shift(self._shift, self._now)
        self._paint(anew=True)

    @property
    def view(self) -> OngoingView | None:
        """What is shown now."""
        return self._view

    def show_shift(self, shift: Shift, now: datetime) -> None:
        """Show these facts of the shift."""
        self._shift, self._now = shift, now
        since = _("sedan {at} ({long})").format(at=moment(shift.started_at, now), long=waited(shift.started_at, now))
        words = f"{profession_word(shift.profession)} · {shift_kind_word(shift.kind)} · {since}"
        self._facts.update(Content.styled(words, "$foreground 80%"))

    def show(self, view: OngoingView, now: datetime) -> None:
        """Show what is left, with the cursor on the row it was on."""
        anew, self._view, self._now = self._view is None, view, now
        if self._stands_there:
            self._paint(anew=anew)

    def say(self, words: str) -> None:
        """Say why something was not done, where the advice stands, until one does something else."""
        self._said = words
        if self._stands_there:
            self._advise()

    def action_step(self, step: str) -> None:
        chosen, wanted = self._chosen(), Step(step)
        self.say("")
        if wanted is Step.END and self._view is not None and not self._view.lines:
            wanted = Step.END_SHIFT
        if wanted in (Step.END_SHIFT, Step.OTHER_KIND):
            self._take(wanted, None)
        elif chosen is not None and OWN.isdisjoint(chosen.left):
            self.say(_("Ärendet är inte ditt: öppna det, och spara eller töm anteckningen."))
        elif chosen is not None:
            self._take(wanted, chosen)

    def action_open_row(self) -> None:
        if (line := self._chosen()) is not None:
            self.dismiss(line.line.case.id)

    def on_place_list_chosen(self, _message: PlaceList.Chosen) -> None:
        self.action_open_row()

    def on_place_list_moved(self, _message: PlaceList.Moved) -> None:
        self.say("")

    def action_show_list(self) -> None:
        self.dismiss(None)

    def _paint(self, *, anew: bool) -> None:
        if self._view is not None:
            page = shift_page(self._view, self._now)
            self._note.cells = page.above
            self._besides.cells = besides = owed_besides(self._view)
            self._besides.display = bool(besides)
            self._list.show(page, anew=anew)
        self._advise()

    def _chosen(self) -> OngoingLine | None:
        id = self._list.cursor_id
        return next((one for one in self._view.lines if one.line.case.id == id), None) if self._view else None

    def _advise(self) -> None:
        chosen = self._chosen()
        words = advice(chosen) if chosen else ""
        self._advice.update(Content.styled(self._said, "bold $warning") if self._said else Content(words))
        self._keys.update(_keys_for(chosen))


def owed_besides(view: OngoingView) -> tuple[Cell, ...]:
    """What one owes of cases that are with somebody else by now, or have ended: it stands on a place of its own."""
    owed: tuple[Cell, ...] = ()
    if view.owed:
        words = ngettext("{count} anteckning att skriva ({key})", "{count} anteckningar att skriva ({key})", view.owed)
        owed += ((words.format(count=view.owed, key=key_name("show_registration")), "urgent"),)
    if posts := view.registrations:
        words = ngettext("{count} post av dig är kvar i VAS", "{count} poster av dig är kvar i VAS", posts)
        owed += ((words.format(count=posts), "unread"),)
    return owed


def shift_page(view: OngoingView, now: datetime) -> Page:
    """What one would leave behind, as a page."""
    by_id = {one.line.case.id: one for one in view.lines}
    many = len(by_id)
    words = ngettext("{count} kvar innan skiftet kan avslutas", "{count} kvar innan skiftet kan avslutas", many)
    above: tuple[Cell, ...] = ((words.format(count=many), "urgent" if many else "quiet"),)
    if unread := sum(has_unread(one.line.case) for one in view.lines):
        above += ((ngettext("{count} oläst", "{count} olästa", unread).format(count=unread), "unread"),)

    def columns(width: int) -> tuple[Column, ...]:
        wide = width >= WIDE_LIST
        state = (Column(_("Läge"), 16),) if wide else ()
        name, left = Column(_("Patient"), 20 if wide else 18), Column(_("Kvar"), 31)
        return (Column(_("P"), 1), name, Column(_("Ärende")), *state, left)

    def row(id: str, width: int) -> Row:
        return _row(by_id[id], wide=width >= WIDE_LIST)

    return Page(above, columns, tuple(by_id), row, _("Inget är kvar: skiftet kan avslutas."))


def advice(one: OngoingLine) -> str:
    """Which step the routine wants for what is left in this case."""
    if Ongoing.OFFERED in one.left:
        return _(
            "Ingen har tagit emot överlämningen: ärendet är ditt tills någon gör det. Ta tillbaka den eller vänta."
        )
    if is_half_ended(one.line.case):
        return _(
            "Videon är avslutad men inte besöket: avsluta det med a, i två steg. Det kan också lämnas över, släppas "
            "eller vila; det syns som halvt avslutat tills det är avslutat."
        )
    if one.line.case.video is Video.ON:
        return _("Videon är på: öppna ärendet, och avsluta först videon och sedan besöket (VI-14).")
    if OWN.isdisjoint(one.left):
        return _("En anteckning som inte är sparad. Öppna ärendet, och spara eller töm den.")
    if one.line.case.suicide is not SuicideRisk.NONE:
        return _("Suicidrisk: det får inte vila. Lämna över det, eller släpp det: då larmar det tills någon har det.")
    if Ongoing.DRAFT in one.left:
        return _("Utkastet är inte skickat. Öppna och skicka det, eller släpp: den som öppnar ärendet ser utkastet.")
    return _("Avsluta ärendet, lämna över det, släpp det till kön, eller låt det vila till en dag.")


def _keys_for(one: OngoingLine | None) -> str:
    """The keys that do something now: with the row, and with the shift."""
    shift = _("s avsluta skiftet   c byt uppgift   Esc tillbaka")
    if one is None:
        return shift
    row = (
        _("Enter öppna") if OWN.isdisjoint(one.left) else _("Enter öppna   x släpp   l lämna över   h vila   a avsluta")
    )
    return f"{row}\n{shift}"


def _row(one: OngoingLine, *, wide: bool) -> Row:
    line, mark = one.line, priority_mark(one.line.case)
    name = clean_line(line.patient.name) or _("Skyddad person")
    state: tuple[Cell, ...] = ((state_marks(line.case), "unread" if has_unread(line.case) else ""),) if wide else ()
    urgent = line.case.suicide is not SuicideRisk.NONE
    left = (_left(one), "urgent" if urgent or is_half_ended(line.case) else "")
    return Row(((mark, "urgent" if urgent else ""), (name, ""), (line.matter, ""), *state, left), line.case)


def _left(one: OngoingLine) -> str:
    """What one would leave behind; first that a visit is half ended, or its video on (H11)."""
    case = one.line.case
    if not OWN.isdisjoint(one.left) and case.video is not Video.NONE:
        word = _("halvt avslutat besök") if is_half_ended(case) else _("videon är på")
        return ", ".join(filter(None, [word, ongoing_words(left for left in one.left if left not in OWN)]))
    return ongoing_words(one.left)


def _fact(word: str, said: str) -> Content:
    return Content.assemble((f"{word:<7}", "$foreground 75%"), (clean_line(said), "bold"))
