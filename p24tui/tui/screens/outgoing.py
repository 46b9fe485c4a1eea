"""What goes out by SMS: the question before a reminder goes, and the list of what is planned or has to be decided."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import _, ngettext
from p24tui.routine import phone
from p24tui.routine.outgoing import TO_DECIDE, OutgoingState
from p24tui.services.views import OutgoingLine, OutgoingView, Preview
from p24tui.store.values import OutgoingRow
from p24tui.text import clean_line, clean_text
from p24tui.tui.places import Cell, Column, Page, Row
from p24tui.tui.screens.list_dialog import ListDialog
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.cases import outgoing_problem_words, outgoing_state_word, purpose_words
from p24tui.words.times import moment, short_moment

WIDE_LIST = 90
"""Cells from which the list has room for names in full, and for why something has not gone."""


class RemindScreen(ModalScreen[str | None]):
    """Who is reminded, at which number, with what text, and when it goes; ends with the language to send it in."""

    BINDINGS = [
        Binding("enter", "send", show=False),
        Binding("l", "other_language", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, preview: Preview, now: datetime) -> None:
        super().__init__()
        self._preview = preview
        self._now = now
        self._lang = next(iter(preview.texts))
        self._shown_text = Static(markup=False, id="remind-text")
        self._length = Static(markup=False, classes="dialog-note")

    def compose(self) -> ComposeResult:
        one = self._preview
        with Dialog():
            title = _("Påminn {name} med sms").format(name=clean_line(one.patient_name))
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            yield Static(self._line(_("Till"), phone.shown(one.number)))
            yield Static(self._line(_("Går"), self._goes()))
            yield Static(self._line(_("Förra"), _last_words(one.last, self._now)))
            yield self._shown_text
            yield self._length
            yield Static(self._way(), markup=False, classes="dialog-way")
            yield Static(_("Enter skicka   l svenska/engelska   Esc skicka inte"), classes="dialog-keys")

    def on_mount(self) -> None:
        self._show_text()

    def action_send(self) -> None:
        self.dismiss(self._lang)

    def action_other_language(self) -> None:
        languages = list(self._preview.texts)
        self._lang = languages[(languages.index(self._lang) + 1) % len(languages)]
        self._show_text()

    def action_leave(self) -> None:
        self.dismiss(None)

    def _show_text(self) -> None:
        size = self._preview.sizes[self._lang]
        self._shown_text.update(Content(clean_text(self._preview.texts[self._lang])))
        parts = ngettext("{count} sms", "{count} sms", size.parts).format(count=size.parts)
        self._length.update(_("{characters} tecken, {parts}").format(characters=size.characters, parts=parts))

    def _goes(self) -> str:
        if self._preview.goes_at <= self._now:
            return _("nu")
        return _("{at}, när enheten har öppnat").format(at=moment(self._preview.goes_at, self._now))

    def _way(self) -> str:
        if not self._preview.gateway:
            return _("Ingen väg för sms är inställd: påminnelsen väntar här tills det finns en.")
        if self._preview.stays:
            return _("Inget lämnar datorn: sms skrivs i en fil.")
        return _("Går med {gateway}. Skyddade personuppgifter kontrolleras igen när det går.").format(
            gateway=self._preview.gateway
        )

    @staticmethod
    def _line(word: str, said: str) -> Content:
        return Content.assemble((f"{word:<7}", "$foreground 75%"), (said, "bold"))


class Decision(StrEnum):
    """What one wants of a row."""

    CANCEL = "cancel"
    AGAIN = "again"
    SETTLE = "settle"


class OutgoingScreen(ListDialog[OutgoingView, str]):
    """What is planned, and what has to be decided; ends with the id of a case to go to.

    ``decide`` is told what one wants of a row. ``of_one`` says that all is one patient's, whom the title names.
    """

    NAME = "outgoing"
    BINDINGS = [
        Binding("x", "decide('cancel')", show=False),
        Binding("o", "decide('again')", show=False),
        Binding("k", "decide('settle')", show=False),
    ]

    def __init__(
        self,
        title: str,
        unit_names: Mapping[str, str],
        decide: Callable[[OutgoingRow, Decision], None],
        *,
        of_one: bool,
        stays: bool,
    ) -> None:
        super().__init__(title)
        self._unit_names = unit_names
        self._decide = decide
        self._of_one = of_one
        self._stays = stays

    @property
    def view(self) -> OutgoingView | None:
        """What is shown now."""
        return self._shown[0] if self._shown else None

    def page(self, shown: OutgoingView, now: datetime) -> Page:
        names = {} if self._of_one else self._unit_names
        return outgoing_page(shown, names, now, of_one=self._of_one, stays=self._stays)

    def advice(self) -> Content:
        line = self._chosen()
        words = advice(line.row, self._shown[1]) if line and self._shown else ""
        return Content.styled(self._said, "bold $warning") if self._said else Content(words)

    def keys(self) -> Iterable[str]:
        line = self._chosen()
        return keys_for(line.row if line else None)

    def action_decide(self, decision: str) -> None:
        self.forget()
        if (line := self._chosen()) is not None:
            self._decide(line.row, Decision(decision))

    def action_open_row(self) -> None:
        line = self._chosen()
        if line is not None and line.row.case_id is not None:
            self.dismiss(line.row.case_id)
        elif line is not None:
            self.say(_("Det gäller ett videobesök, som inte har något ärende i listan."))

    def _chosen(self) -> OutgoingLine | None:
        id = self._list.cursor_id
        return next((one for one in self.view.lines if one.row.id == id), None) if self.view else None


def outgoing_page(
    view: OutgoingView, unit_names: Mapping[str, str], now: datetime, *, of_one: bool, stays: bool
) -> Page:
    """What goes out as a page: what has to be decided comes first."""
    by_id = {one.row.id: one for one in view.lines}
    undecided = sum(one.row.is_undecided for one in view.lines)
    planned = sum(one.row.state is OutgoingState.QUEUED for one in view.lines)
    words = ngettext("{count} att avgöra", "{count} att avgöra", undecided).format(count=undecided)
    above: list[Cell] = [(words, "urgent" if undecided else "quiet")]
    above.append((ngettext("{count} planerat", "{count} planerade", planned).format(count=planned), "strong"))
    if stays:
        above.append((_("inget lämnar datorn: sms blir en fil"), "unread"))
    several = len(unit_names) > 1 and not of_one

    def columns(width: int) -> tuple[Column, ...]:
        unit = (Column(_("Enhet"), 10 if width >= WIDE_LIST else 5),) if several else ()
        return (
            Column(_("När"), 13),
            *(() if of_one else (Column(_("Patient"), 26 if width >= WIDE_LIST else 20),)),
            *unit,
            Column(_("Vad"), 17),
            Column(_("Läge")),
        )

    def row(id: str, width: int) -> Row:
        why = of_one or width >= WIDE_LIST
        return _row(by_id[id], unit_names if several else {}, now, of_one=of_one, why=why)

    return Page(tuple(above), columns, tuple(by_id), row, _("Inget är planerat, och inget behöver avgöras."))


def advice(row: OutgoingRow, now: datetime) -> str:
    """To which number, why and by whom, and what one may do about it."""
    number = phone.shown(row.recipient) if row.recipient else ""
    visit = _("besöket {at}").format(at=moment(row.visit_at, now)) if row.visit_at else ""
    by = _("av {name}").format(name=clean_line(row.queued_by_name))
    problem = outgoing_problem_words(row.problem)
    who = " · ".join(filter(None, [number, visit, by, problem]))
    if row.settled_at is not None and row.state in TO_DECIDE:
        words = _("Avgjort av {name}.").format(name=clean_line(row.settled_by))
    elif row.state is OutgoingState.UNCERTAIN:
        words = _(
            "Ingen vet om det gick fram, och det skickas inte igen av sig självt. "
            "Fråga patienten, och skicka igen bara om hen inte har fått det."
        )
    elif row.state is OutgoingState.FAILED:
        words = _("Det gick säkert inte fram. Rätta felet och skicka igen, eller ring patienten och låt det vara.")
    elif row.state is OutgoingState.QUEUED:
        words = _("Det går av sig självt när tiden är inne. Tryck x om det inte ska gå.")
    else:
        words = ""
    return f"{who}\n{words}"


def keys_for(row: OutgoingRow | None) -> list[str]:
    """The keys that do something with a row."""
    keys = []
    if row is not None and row.case_id is not None:
        keys.append(_("Enter ärendet"))
    if row is not None and row.state is OutgoingState.QUEUED:
        keys.append(_("x stoppa"))
    if row is not None and row.is_undecided:
        keys += [_("o skicka igen"), _("k låt vara")]
    return [*keys, _("Esc tillbaka")]


def _last_words(row: OutgoingRow | None, now: datetime) -> str:
    if row is None:
        return _("ingen tidigare påminnelse")
    at = moment(row.at, now)
    return f"{at}, {outgoing_state_word(row.state)}"


def _row(line: OutgoingLine, unit_names: Mapping[str, str], now: datetime, *, of_one: bool, why: bool) -> Row:
    row = line.row
    look = "urgent" if row.is_undecided else "quiet" if row.state is OutgoingState.CANCELLED else ""
    state = outgoing_state_word(row.state)
    if row.problem and why:
        state = f"{state}: {outgoing_problem_words(row.problem)}"
    name: tuple[Cell, ...] = () if of_one else ((line.patient.name or _("Skyddad person"), ""),)
    unit: tuple[Cell, ...] = ((unit_names.get(row.unit_id, ""), "quiet"),) if unit_names else ()
    cells = ((short_moment(row.at, now), "quiet"), *name, *unit, (purpose_words(row.purpose), ""), (state, look))
    return Row(cells)
