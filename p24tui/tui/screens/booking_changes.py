"""A booked visit that moves, does not take place, or whose summons is confirmed (VI-3, VI-9)."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from p24tui import services
from p24tui.clock import local, local_date
from p24tui.i18n import _
from p24tui.routine.visit import Summons, Visit, VisitKind, may_summon, still_booked
from p24tui.services.visit_views import VisitLine
from p24tui.text import clean_line
from p24tui.tui.screens.booking_parts import (
    OutsideHours,
    Question,
    VisitParts,
    chosen,
    read_span,
    summons_options,
    text,
)
from p24tui.tui.screens.form import Answers, Choice, Line
from p24tui.tui.screens.questions import YesNoScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.times import clock_time, day_and_time


class AskCancelScreen(YesNoScreen):
    """The second step of cancelling. Nothing is cancelled until it says yes."""

    def __init__(self, line: VisitLine) -> None:
        super().__init__()
        self._line = line

    def compose(self) -> ComposeResult:
        visit = self._line.visit
        with Dialog():
            title = _("Avboka besöket {at} för {name}?").format(
                at=day_and_time(visit.starts_at), name=_name(self._line)
            )
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            yield Static(Content("\n").join(Content(words) for words in self._told()))
            yield Static(_("Enter avboka   Esc låt stå"), classes="dialog-keys")

    def _told(self) -> list[str]:
        visit = self._line.visit
        said = [_("Påminnelser som inte har gått stoppas, och inga länkar leder dit längre.")]
        said.append(_("De som är inbjudna med e-post får veta det. Patienten får inget sms om det: säg till hen."))
        if visit.booking_id is not None:
            said.append(_("Besöket är bokat i VAS: avboka det där också."))
        return said


class ChangingVisits(VisitParts):
    """The section of the desk where a booked visit is changed."""

    def action_move_visit(self) -> None:
        """Ask for another time."""
        line = self._still_booked_line()
        unit = self._unit(line.visit.unit_id) if line is not None else None
        if line is None or unit is None:
            return
        visit, actor, outside = line.visit, self._as(line.visit.unit_id), OutsideHours(unit.hours)

        def deed(said: Answers) -> Callable[[], Visit]:
            today = local_date(self._system.clock.now())
            starts_at, ends_at = read_span(text(said, "day"), text(said, "clock"), text(said, "minutes"), today)
            outside.warn_once(starts_at)
            return lambda: services.visits.move(self._system, actor, visit.id, starts_at, ends_at)

        self._keep_drafts()
        self._ask_and_do(move_question(line), deed, lambda after: self._moved(visit, after))

    def _moved(self, before: Visit, after: Visit) -> None:
        words = _("Flyttat till {at}.").format(at=day_and_time(after.starts_at))
        if after.kind is not before.kind:
            grown = _("Patienten har fyllt 13 år den dagen: ansluter själv, och ska ha kallelsen för vuxen.")
            child = _("Patienten är under 13 år den dagen: {name} är ombud, och kallelsen för barn behövs.")
            is_child = after.kind is VisitKind.CHILD
            words += " " + (child.format(name=clean_line(after.proxy_name)) if is_child else grown)
        self._say(words)
        self._visits_changed()

    def action_cancel_visit(self) -> None:
        """Cancel the visit, in two steps."""
        if (line := self._still_booked_line()) is None:
            return
        visit, actor = line.visit, self._as(line.visit.unit_id)

        def cancelled(after: Visit) -> None:
            self._say(_("Avbokat: {at}.").format(at=day_and_time(after.starts_at)))
            self._visits_changed()

        def answered(yes: bool | None) -> None:
            if yes:
                self._writes.run(lambda: services.visits.cancel(self._system, actor, visit.id), cancelled)

        self._keep_drafts()
        self.app.push_screen(AskCancelScreen(line), answered)

    def action_summons(self) -> None:
        """Confirm which summons was chosen in VAS."""
        if (line := self._still_booked_line()) is None:
            return
        visit, actor = line.visit, self._as(line.visit.unit_id)
        if visit.kind is VisitKind.RELATIVE:
            self._say(_("Ett anhörigsamtal har ingen kallelse."))
            return

        def deed(said: Answers) -> Callable[[], Visit]:
            summons = Summons(chosen(said, "summons"))
            return lambda: services.visits.confirm_summons(self._system, actor, visit.id, summons)

        def confirmed(_after: Visit) -> None:
            self._say(_("Kallelsen är bekräftad."))
            self._visits_changed()

        self._keep_drafts()
        self._ask_and_do(summons_question(line), deed, confirmed)

    def _still_booked_line(self) -> VisitLine | None:
        """The chosen visit, where it has yet to begin; else it is said why not."""
        line = self._chosen_visit()
        refusal = still_booked(line.visit) if line is not None else None
        if refusal is not None:
            self._refuse(refusal)
            return None
        return line


def move_question(line: VisitLine) -> Question:
    """Which day, when and for how long; filled in as it is."""
    visit = line.visit
    lasts = (visit.ends_at - visit.starts_at).total_seconds() // 60
    parts = (
        Line("day", _("Dag"), local(visit.starts_at).date().isoformat()),
        Line("clock", _("Klockan"), clock_time(visit.starts_at)),
        Line("minutes", _("Minuter"), f"{lasts:.0f}"),
    )
    said = [_("De som är inbjudna får veta den nya tiden. Länkarna gäller.")]
    if visit.kind is not VisitKind.RELATIVE:
        said = [
            _("Patienten eller ombudet får ett sms om den nya tiden, och de inbjudna får veta den. Länkarna gäller.")
        ]
        said.append(_("Åldern den nya dagen räknas: den som har fyllt 13 år har inget ombud (VI-9)."))
    if visit.booking_id is not None:
        said.append(_("Besöket är bokat i VAS: flytta det där också."))
    return Question(_("Flytta besöket för {name}").format(name=_name(line)), parts, "\n".join(said), _("flytta"))


def summons_question(line: VisitLine) -> Question:
    """Which of the fitting summonses was chosen."""
    visit = line.visit
    options = summons_options(visit.kind)
    fits = visit.summons is not None and may_summon(visit.kind, visit.summons) is None
    before = visit.summons.value if visit.summons is not None and fits else ""
    note = _("Kallelsen väljs alltid i VAS: utskriven om den postas, annars sparad så att 1177.se visar den (VI-3).")
    parts = (Choice("summons", _("Kallelse i VAS"), options, before),)
    return Question(_("Kallelsen till {name}").format(name=_name(line)), parts, note, _("bekräfta"))


def _name(line: VisitLine) -> str:
    return clean_line(line.patient.name) if line.patient.name else _("skyddad person")
