"""The overview: how a day, a week or a month goes for one's units, and the inflow of late in the header."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from textual.message import Message

from p24tui import services
from p24tui.clock import local_date
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine.period import Length, Period, period_of
from p24tui.services.report_views import Report
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.words.times import period_words

OVERVIEW_ACTIONS = frozenset(f"overview_{name}" for name in ("day", "week", "month", "earlier", "later", "now", "unit"))
"""What one can do in the overview alone."""


READ_AGAIN = timedelta(minutes=1)
"""How old a week or a month that is not over may become on the screen: it takes long to read."""


class Overviewing(DeskParts):
    """The section of the desk that chooses what the overview is about, and has it read."""

    class PeriodChosen(Message):
        """The overview is to be read anew for what has been chosen."""

    _period: Period | None = None
    _overview_unit = ""
    _report_made_at: datetime | None = None

    def action_overview_day(self) -> None:
        self._show_period(period_of(Length.DAY, self._day_of_period()))

    def action_overview_week(self) -> None:
        self._show_period(period_of(Length.WEEK, self._day_of_period()))

    def action_overview_month(self) -> None:
        self._show_period(period_of(Length.MONTH, self._day_of_period()))

    def action_overview_earlier(self) -> None:
        self._show_period(self._shown_period.previous)

    def action_overview_later(self) -> None:
        """The next period, unless it has not begun."""
        later = self._shown_period.next
        if later.first > self._today:
            self._say(_("Längre fram finns inget än."))
        else:
            self._show_period(later)

    def action_overview_now(self) -> None:
        self._show_period(period_of(self._shown_period.length, self._today))

    def action_overview_unit(self) -> None:
        """All of one's units together, or the next one of them alone."""
        ids = ["", *(unit.id for unit in self._units)]
        if len(ids) <= 2:
            self._say(_("Du har en enhet."))
            return
        self._overview_unit = ids[(ids.index(self._overview_unit) + 1) % len(ids)]
        self._show_period(self._shown_period)

    @property
    def _today(self) -> date:
        return local_date(self._system.clock.now())

    @property
    def _shown_period(self) -> Period:
        """What the overview is about; today until one has chosen."""
        return self._period or period_of(Length.DAY, self._today)

    def _day_of_period(self) -> date:
        """A day of the period that is shown: today where that is one of them."""
        return self._today if self._shown_period.holds(self._today) else self._shown_period.first

    def _show_period(self, period: Period) -> None:
        """Show this one. Today is no choice of a day: after midnight it is another."""
        self._period = None if period == period_of(Length.DAY, self._today) else period
        self._overview.clear(period_words(period))
        self.post_message(self.PeriodChosen())

    def _overview_errand(self) -> Callable[[], Report]:
        """What is to be read for the overview as it has been chosen."""
        system, actor = self._system, self._actor
        period, unit_ids = self._shown_period, self._overview_units
        return lambda: services.report.report_of(system, actor, unit_ids, period)

    def _have_report(self, report: Report) -> None:
        """Show it, unless one has chosen something else meanwhile."""
        if (report.period, report.unit_ids) == (self._shown_period, self._overview_units):
            self._report_made_at = report.made_at
            self._overview.show(report, self._list.unit_names)

    @property
    def _overview_ages(self) -> bool:
        """Whether what is shown changes by what happens now: today at once, what is longer by the minute."""
        period, now = self._shown_period, self._system.clock.now()
        if not period.holds(local_date(now)):
            return False
        made_at = self._report_made_at
        return period.length is Length.DAY or made_at is None or now - made_at >= READ_AGAIN

    @property
    def _overview_units(self) -> tuple[str, ...]:
        return tuple(unit.id for unit in self._units if self._overview_unit in ("", unit.id))

    def _read_inflow(self) -> None:
        """The inflow of the last hours, for the header; where it cannot be read, the header says why already."""
        unit_ids = [unit.id for unit in self._units]
        system = self._system

        def have(inflow: tuple[int, ...]) -> None:
            self._header.inflow = inflow

        def failed(_error: P24Error) -> None:
            self._header.inflow = ()

        self._reads.run(lambda: services.report.inflow_lately(system, unit_ids), have, failed)
