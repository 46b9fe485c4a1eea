"""Reading beyond the units where one works, at the desk: begun with a reason, and reviewed by who may."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from p24tui import services
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.break_glass import BreakGlass, Ground, Outcome
from p24tui.tui.screens.desk_parts import DeskParts

if TYPE_CHECKING:
    from p24tui.services.break_glass import CaseElsewhere, ReadElsewhere, ToReview

Typed = Mapping[str, str]


class BreakingGlass(DeskParts):
    """The section of the desk that reads a case of another unit, and nothing more."""

    def action_break_glass(self) -> None:
        """Ask whose case, and why."""
        if self._has_right("break-glass.use"):
            self._ask_why({})

    def action_review_break_glass(self) -> None:
        """What others have read, and nobody has reviewed."""
        if self._has_right("break-glass.review"):
            self._show_reviews()

    def _look_at_reviews(self) -> None:
        """Whoever reviews is told of what ought to have been by now."""
        if not services.access.allows(self._actor.acts_as, "break-glass.review"):
            return
        system, ids = self._system, [unit.id for unit in self._units]

        def have(late: int) -> None:
            self._header.unreviewed = late

        self._reads.run(lambda: services.break_glass.overdue(system, ids), have, lambda _error: None)

    def _ask_why(self, typed: Typed, problem: str = "") -> None:
        from p24tui.tui.screens.break_glass import asks_why

        def asked(answers: Mapping[str, str | tuple[str, ...]] | None) -> None:
            if answers is not None:
                self._break_glass({name: str(said) for name, said in answers.items()})

        self.app.push_screen(asks_why(typed, problem), asked)

    def _break_glass(self, typed: Typed) -> None:
        if typed["ground"] not in set(Ground):
            self._ask_why(typed, _("Välj en orsak."))
            return
        system, actor = self._system, self._actor

        def failed(error: P24Error) -> None:
            self._ask_why(typed, explain(error))

        self._writes.run(
            lambda: services.break_glass.begin(system, actor, typed["number"], Ground(typed["ground"]), typed["words"]),
            self._show_elsewhere,
            failed,
        )

    def _show_elsewhere(self, one: BreakGlass) -> None:
        """What there is to read; back here from each case until one leaves."""
        from p24tui.tui.screens.break_glass import CasesElsewhereScreen

        system, actor = self._system, self._actor

        def have(found: "tuple[CaseElsewhere, ...]") -> None:
            screen = CasesElsewhereScreen(one)
            screen.show(found, system.clock.now())
            self.app.push_screen(screen, lambda id: self._read_elsewhere(one, id) if id else None)

        self._reads.run(lambda: services.break_glass.cases_of(system, actor, one.id), have)

    def _read_elsewhere(self, one: BreakGlass, case_id: str) -> None:
        from p24tui.tui.screens.break_glass import ReadElsewhereScreen

        system, actor = self._system, self._actor

        def have(found: "ReadElsewhere") -> None:
            screen = ReadElsewhereScreen(found, one, system.clock.now())
            self.app.push_screen(screen, lambda _nothing: self._show_elsewhere(one))

        self._reads.run(lambda: services.break_glass.read(system, actor, one.id, case_id), have)

    def _show_reviews(self) -> None:
        from p24tui.tui.screens.break_glass import ReviewsScreen

        system, actor, ids = self._system, self._actor, [unit.id for unit in self._units]

        def have(found: "tuple[ToReview, ...]") -> None:
            by_id = {one.one.id: one for one in found}
            screen = ReviewsScreen(_("Läsningar från andra enheter"))
            screen.show(found, system.clock.now())
            self.app.push_screen(screen, lambda id: self._review(by_id[id], {}) if id else None)

        self._reads.run(lambda: services.break_glass.to_review(system, actor, ids), have)

    def _review(self, found: "ToReview", typed: Typed, problem: str = "") -> None:
        from p24tui.tui.screens.break_glass import asks_finding

        def answered(answers: Mapping[str, str | tuple[str, ...]] | None) -> None:
            if answers is None:
                self._show_reviews()
            else:
                self._sign_review(found, {name: str(said) for name, said in answers.items()})

        self.app.push_screen(asks_finding(found, typed, problem), answered)

    def _sign_review(self, found: "ToReview", typed: Typed) -> None:
        if typed["outcome"] not in set(Outcome):
            self._review(found, typed, _("Välj om läsningen var befogad."))
            return
        system, outcome, words = self._system, Outcome(typed["outcome"]), typed["words"]
        here = next((unit.id for unit in self._units if unit.id in found.one.units), self._actor.unit_id)
        actor = self._as(here)

        def failed(error: P24Error) -> None:
            self._review(found, typed, explain(error))

        def signed(_after: BreakGlass) -> None:
            self._say(_("Granskningen är signerad."))
            self._look_at_reviews()
            self._show_reviews()

        self._writes.run(
            lambda: services.break_glass.review(system, actor, found.one.id, outcome, words), signed, failed
        )
