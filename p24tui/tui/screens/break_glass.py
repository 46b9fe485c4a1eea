"""Reading a case of another unit: the reason first, then the case and nothing to do with it; and reviewing one."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from p24tui.i18n import N_, _, ngettext
from p24tui.journal_text import form_text
from p24tui.routine.break_glass import BreakGlass
from p24tui.routine.patient import ShownPatient
from p24tui.services.break_glass import CaseElsewhere, ReadElsewhere, ToReview
from p24tui.store.values import Message
from p24tui.text import clean_line, clean_text
from p24tui.tui.places import Cell, Column, Page, Row
from p24tui.tui.screens.form import Choice, FormScreen, Line
from p24tui.tui.screens.list_dialog import ListDialog
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.access import GROUNDS, OUTCOMES, ground_words
from p24tui.words.cases import state_word
from p24tui.words.times import clock_time, moment, waited

NOTE = N_(
    "Bara när en patient behöver det och du inte arbetar på enheten. Läsningen loggas med orsaken, syns i ärendet, "
    "upphör av sig själv och granskas av någon annan."
)


def asks_why(answers: Mapping[str, str], problem: str = "") -> FormScreen:
    """Whose case one has to read, and why. ``answers`` are what was typed before, ``problem`` why it was not enough."""
    grounds = {one.value: _(words) for one, words in GROUNDS.items()}
    parts = (
        Line("number", _("Personnr"), answers.get("number", ""), "19500907-2553"),
        Choice("ground", _("Orsak"), grounds, answers.get("ground", "")),
        Line("words", _("Med egna ord"), answers.get("words", ""), _("varför just nu, och för vad")),
    )
    return FormScreen(_("Läs ett ärende på en annan enhet"), parts, _(NOTE), problem, _("öppna för läsning"))


def asks_finding(found: ToReview, answers: Mapping[str, str], problem: str = "") -> FormScreen:
    """What one has found of somebody's reading."""
    outcomes = {one.value: _(words).capitalize() for one, words in OUTCOMES.items()}
    one = found.one
    said = _("{name}, {unit}, läste {patient} från {at}.\n{ground}: {words}").format(
        name=clean_line(one.staff_name),
        unit=clean_line(found.from_unit),
        patient=name_of(found.patient),
        at=clock_time(one.begun_at),
        ground=ground_words(one.ground),
        words=clean_line(one.words, 500),
    )
    parts = (
        Choice("outcome", _("Läsningen är"), outcomes, answers.get("outcome", "")),
        Line("words", _("Med egna ord"), answers.get("words", ""), _("hur du vet det, och vad som görs")),
    )
    return FormScreen(_("Granska en läsning"), parts, said, problem, _("signera"))


def name_of(patient: ShownPatient) -> str:
    """The patient's name, or that it is a protected person."""
    return clean_line(patient.name) if patient.name else _("skyddad person")


class CasesElsewhereScreen(ListDialog[tuple[CaseElsewhere, ...], str]):
    """The patient's cases at other units; ends with the id of the one to read."""

    NAME = "elsewhere"

    def __init__(self, one: BreakGlass) -> None:
        super().__init__(_("Ärenden på andra enheter"))
        self._one = one

    def page(self, shown: tuple[CaseElsewhere, ...], now: datetime) -> Page:
        by_id = {one.line.case.id: one for one in shown}
        many = ngettext("{count} ärende", "{count} ärenden", len(shown)).format(count=len(shown))
        above: tuple[Cell, ...] = ((many, "strong"), (until_words(self._one), "unread"))

        def columns(_width: int) -> tuple[Column, ...]:
            return (Column(_("Kom in"), 17), Column(_("Enhet"), most=28), Column(_("Ärende")), Column(_("Läge"), 14))

        def row(id: str, _width: int) -> Row:
            one = by_id[id]
            case = one.line.case
            cells = (
                (moment(case.received_at, now), "quiet"),
                (clean_line(one.unit.name), ""),
                (clean_line(one.line.matter), ""),
                (state_word(case.state), "quiet"),
            )
            return Row(cells)

        return Page(above, columns, tuple(by_id), row, _("Inget finns kvar att läsa."))

    def advice(self) -> Content:
        return Content.styled(self._said, "bold $warning") if self._said else Content(ground_words(self._one.ground))

    def keys(self) -> Iterable[str]:
        return (_("Enter läs"), _("Esc stäng"))

    def action_open_row(self) -> None:
        if (id := self._list.cursor_id) is not None:
            self.dismiss(id)


class ReadElsewhereScreen(ScrolledScreen[None]):
    """A case that one may read and do nothing with."""

    BINDINGS = [Binding("enter", "leave", show=False)]

    def __init__(self, found: ReadElsewhere, one: BreakGlass, now: datetime) -> None:
        super().__init__("elsewhere-text")
        self._found = found
        self._one = one
        self._now = now

    def compose(self) -> ComposeResult:
        found = self._found
        title = f"{name_of(found.line.patient)}  {clean_line(found.line.matter)}"
        with Dialog(classes="wide", id="read-elsewhere"):
            yield Static(Content.styled(title, "bold"))
            words = f"{clean_line(found.unit.name)} · {until_words(self._one)}"
            yield Static(Content.styled(words, "bold $warning"))
            with self.scrolled:
                yield Static(Content("\n\n").join(self._parts()))
            yield Static(_("Bara läsning. Ring enheten om något ska göras."), classes="dialog-note")
            yield Static(_("↑ ↓ rulla   Esc stäng"), classes="dialog-keys")

    def _parts(self) -> list[Content]:
        answers, messages = self._found.answers, self._found.messages
        form = [Content.styled(_("Anamnes"), "bold"), Content(clean_text(form_text(answers)))] if answers else []
        return [*form, *(self._message(one) for one in messages)]

    def _message(self, one: Message) -> Content:
        heading = f"{moment(one.sent_at, self._now)}  {clean_line(one.author_name)}"
        return Content.assemble((heading, "bold $foreground 75%"), f"\n{clean_text(one.text)}")


class ReviewsScreen(ListDialog[tuple[ToReview, ...], str]):
    """What others have read, to review; ends with the id of the one to review now."""

    NAME = "reviews"

    def page(self, shown: tuple[ToReview, ...], now: datetime) -> Page:
        by_id = {one.one.id: one for one in shown}
        late = sum(one.late for one in shown)
        many = ngettext("{count} att granska", "{count} att granska", len(shown)).format(count=len(shown))
        above: list[Cell] = [(many, "strong" if shown else "quiet")]
        if late:
            above.append((_("{count} skulle redan ha granskats").format(count=late), "urgent"))

        def columns(_width: int) -> tuple[Column, ...]:
            return (Column(_("När"), 17), Column(_("Vem"), most=24), Column(_("Patient"), most=24), Column(_("Orsak")))

        def row(id: str, _width: int) -> Row:
            found = by_id[id]
            one = found.one
            cells = (
                (moment(one.begun_at, now), "urgent" if found.late else "quiet"),
                (clean_line(one.staff_name), ""),
                (name_of(found.patient), ""),
                (ground_words(one.ground), "quiet"),
            )
            return Row(cells)

        return Page(tuple(above), columns, tuple(by_id), row, _("Inget är kvar att granska."))

    def advice(self) -> Content:
        if self._said:
            return Content.styled(self._said, "bold $warning")
        found = self._chosen()
        if found is None or self._shown is None:
            return Content("")
        long, said = waited(found.one.begun_at, self._shown[1]), clean_line(found.one.words, 500)
        words = _("{unit}, för {long} sedan: {words}")
        return Content(words.format(unit=clean_line(found.from_unit), long=long, words=said))

    def keys(self) -> Iterable[str]:
        return ((_("Enter granska"),) if self._chosen() is not None else ()) + (_("Esc stäng"),)

    def action_open_row(self) -> None:
        if (found := self._chosen()) is not None:
            self.dismiss(found.one.id)

    def _chosen(self) -> ToReview | None:
        id = self._list.cursor_id
        return next((one for one in self._shown[0] if one.one.id == id), None) if self._shown else None


def until_words(one: BreakGlass) -> str:
    """Until when one may read."""
    return _("läsning till {at}").format(at=clock_time(one.ends_at))
