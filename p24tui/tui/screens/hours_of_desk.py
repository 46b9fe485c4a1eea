"""Opening hours at the desk: showing and saving what a unit has decided."""

from p24tui import services
from p24tui.clock import local_date
from p24tui.errors import P24Error, Stale
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.services.views import UnitSettings
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.unit_hours import UnitHoursScreen


class HoursDesk(DeskParts):
    """The section of the desk that shows and changes when the units are open, and when they are warned of closing."""

    def action_show_hours(self) -> None:
        """The hours of the case's unit, else of the first one; the others that one works for are a key away."""
        ids, here, case = [unit.id for unit in self._units], self._still_here(), self._chosen()
        at = ids.index(case.unit_id) if case is not None and case.unit_id in ids else 0

        def show(found: tuple[UnitSettings, ...]) -> None:
            if here():
                today = local_date(self._system.clock.now())
                screen = UnitHoursScreen(
                    found, at, today, lambda known, wanted: self._save_hours(screen, known, wanted)
                )
                self.app.push_screen(screen)

        self._keep_drafts()
        self._reads.run(lambda: services.unit_settings.of_units(self._system, ids), show)

    def _save_hours(self, screen: UnitHoursScreen, known: UnitSettings, wanted: UnitSettings) -> None:
        actor = self._as(known.unit.id)

        def saved(now: UnitSettings) -> None:
            if screen.is_running:
                screen.saved(now)
            self._say(_("Öppettiderna är sparade."))

        def failed(error: P24Error) -> None:
            if isinstance(error, Stale) and screen.is_running:
                self._compare_hours(screen, known.unit.id, error.by)
            else:
                self._hours_failed(screen, error)

        self._writes.run(lambda: services.unit_settings.save(self._system, actor, known, wanted), saved, failed)

    def _compare_hours(self, screen: UnitHoursScreen, unit_id: str, by: str) -> None:
        """Somebody else has changed the unit: what it is now is read, for whoever has it open to decide on."""
        self._reads.run(
            lambda: services.unit_settings.of_units(self._system, [unit_id]),
            lambda found: screen.changed_by(by, found[0]) if screen.is_running else None,
            lambda error: self._hours_failed(screen, error),
        )

    def _hours_failed(self, screen: UnitHoursScreen, error: P24Error) -> None:
        """Said where one looks: the hours may have been left while they were saved."""
        if screen.is_running:
            screen.say(explain(error))
        else:
            self._fail(error)
