"""The video visits of a day at the desk: which day, what is shown of it, and what one does with the row."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from textual.message import Message

from p24tui import services
from p24tui.clock import local_date
from p24tui.i18n import _
from p24tui.routine.visit_step import Step
from p24tui.services.visit_views import InvitedLine, VisitDay, VisitLine
from p24tui.tui.screens.holding_visits import HoldingVisits
from p24tui.tui.screens.visit import NEXT, Chosen, VisitStep
from p24tui.tui.visit_page import INVITED, visit_page
from p24tui.words.times import clock_time, moment
from p24tui.words.visits import STATES

if TYPE_CHECKING:
    from p24tui.services.links import Answer  # the console starts without it

READ_EVERY = timedelta(seconds=30)
"""How old the visits on the screen may become: who waits, and who should have come, changes by the clock."""


class Visiting(HoldingVisits):
    """The section of the desk for the visits of a day, and for those of others that one is invited to."""

    class ReadAnew(Message):
        """The visits that are shown are to be read anew; ``other`` says that they are those of another day."""

        def __init__(self, *, other: bool = False) -> None:
            super().__init__()
            self.other = other

    _visit_day: VisitDay | None = None
    _visits_on: date | None = None
    _visits_shown: frozenset[str] = frozenset()
    _visits_read_at: datetime | None = None

    def action_visits_earlier(self) -> None:
        self._show_visits_of(self._visits_day - timedelta(days=1))

    def action_visits_later(self) -> None:
        self._show_visits_of(self._visits_day + timedelta(days=1))

    def action_visits_today(self) -> None:
        self._show_visits_of(None)

    def action_open_visit(self) -> None:
        """Open the visit of the row; where one is only invited to it, go into its video."""
        invited = {INVITED + one.participant.id: one for one in self._visit_day.invited} if self._visit_day else {}
        if (one := invited.get(self._visit_list.cursor_id)) is not None:
            self._join(one)
        elif (line := self._visit_of_row()) is not None:
            self._show_visit(line.visit.id, self._as(line.visit.unit_id))

    def action_visit_step(self) -> None:
        """Take the next step of the visit of the row."""
        if (line := self._visit_of_row()) is None:
            return
        if line.step in NEXT:
            self._take_visit_step(Chosen(NEXT[line.step], line), opened=False)
        elif line.step is Step.WAIT:
            words = _("Inget att göra än: länkarna leder in från {at}. Öppna besöket för att ta in det ändå.")
            self._say(words.format(at=clock_time(line.opens_at)))
        else:
            self._say(_("Besöket är över: {state}.").format(state=_(STATES[line.visit.state]).lower()))

    def action_visit_chat(self) -> None:
        if (line := self._visit_of_row()) is not None:
            self._take_visit_step(Chosen(VisitStep.CHAT, line), opened=False)

    def action_call_patient(self) -> None:
        if (line := self._visit_of_row()) is not None:
            self._take_visit_step(Chosen(VisitStep.CALL, line), opened=False)

    def _chosen_visit(self) -> VisitLine | None:
        """The visit that a step acts on."""
        return self._visit_at_hand or self._line_of_row()

    def _join(self, invited: InvitedLine) -> None:
        """Go into a visit that one is invited to as a colleague, once its video is on (VI-10)."""
        here, actor, id = self._still_here(), self._actor, invited.participant.id

        def answered(answer: "Answer") -> None:
            match answer:
                case services.links.Go():
                    self._enter_video(answer.address, here)
                case services.links.TooEarly():
                    at = moment(answer.opens_at, self._system.clock.now())
                    self._say(_("Det är för tidigt: du kan gå in från {at}.").format(at=at))
                case services.links.NotReady():
                    self._say(_("Videon är inte på. Den som håller besöket ser att du väntar."))
                case _:
                    self._say(_("Besöket är över, eller så gäller inbjudan inte längre."))

        self._writes.run(lambda: services.links.use_own(self._system, actor, id), answered)

    def _visits_changed(self) -> None:
        self.post_message(self.ReadAnew())

    def _line_of_row(self) -> VisitLine | None:
        lines = self._visit_day.lines if self._visit_day else ()
        return next((one for one in lines if one.visit.id == self._visit_list.cursor_id), None)

    def _visit_of_row(self) -> VisitLine | None:
        """The visit of the row; where it leads to none, that is said."""
        line = self._line_of_row()
        if line is None:
            self._say(_("Här finns inget besök."))
        return line

    @property
    def _visits_day(self) -> date:
        """The local day whose visits are shown: today, until one has chosen another."""
        return self._visits_on or local_date(self._system.clock.now())

    def _show_visits_of(self, day: date | None) -> None:
        """Today is no choice of a day: after midnight it is another."""
        today = local_date(self._system.clock.now())
        self._visits_on = None if day == today else day
        self.post_message(self.ReadAnew(other=True))

    def _forget_visits(self, *, their_day: bool) -> None:
        """One comes to the visits anew: to those of the day that one looked at last, or of today without that."""
        self._visit_day, self._visits_shown = None, frozenset()
        if their_day:
            self._visits_on = None

    def _visits_errand(self) -> Callable[[], VisitDay]:
        """What is to be read; read anew it is the same view, and only who has not been shown is logged."""
        day, known = self._visits_day, self._visit_day
        same = known is not None and known.day == day
        view, shown = (known.id, self._visits_shown) if known is not None and same else ("", frozenset[str]())
        system, actor, ids = self._system, self._actor, [unit.id for unit in self._units]
        self._visits_read_at = system.clock.now()  # also where it fails: it is not asked for again at once
        return lambda: services.visit_list.of_day(system, actor, ids, day, view=view, shown_patients=shown)

    def _have_visits(self, found: VisitDay) -> None:
        """Show them, unless one has gone to another day meanwhile."""
        if found.day != self._visits_day:
            return
        same = self._visit_day is not None and self._visit_day.id == found.id
        patients = frozenset(one.visit.patient_id for one in found.lines)
        self._visits_shown = self._visits_shown | patients if same else patients
        self._visit_day = found
        page = visit_page(found, self._list.unit_names, self._system.clock.now())
        self._place_note.cells = page.above
        self._visit_list.show(page)

    @property
    def _visits_are_old(self) -> bool:
        """Whether so much time has passed that other things stand there."""
        read_at = self._visits_read_at
        return read_at is None or abs(self._system.clock.now() - read_at) >= READ_EVERY
