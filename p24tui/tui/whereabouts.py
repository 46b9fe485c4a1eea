"""Which case this console is in, and what its person does there: told to the others while it lasts."""

from collections.abc import Callable

from p24tui import services
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.store.values import Doing
from p24tui.system import System
from p24tui.tui.errands import Errands

RENEW_EVERY = 20.0
"""Seconds between renewals; a presence lapses a good while later."""


class Whereabouts:
    """A person is in one case at a time, or in none. ``acting`` gives the actor at a unit."""

    def __init__(self, system: System, acting: Callable[[str], Actor], errands: Errands) -> None:
        self._system = system
        self._acting = acting
        self._errands = errands
        self._there: tuple[Actor, str] | None = None
        self._doing = Doing.VIEWING

    def be(self, case: Case, doing: Doing) -> None:
        """Be in this case and do that; nothing is told where it is so already."""
        there = (self._acting(case.unit_id), case.id)
        if self._there == there and self._doing is doing:
            return
        if self._there != there:
            self.leave()
        self._there, self._doing = there, doing
        self.renew()

    def renew(self) -> None:
        """Say it once more, before it lapses."""
        if self._there is not None:
            (actor, case_id), doing = self._there, self._doing
            self._errands.run(lambda: services.presence.be_present(self._system, actor, case_id, doing))

    def leave(self) -> None:
        """Be in no case."""
        if self._there is not None:
            (actor, case_id), self._there = self._there, None
            self._errands.run(lambda: services.presence.leave(self._system, actor, case_id))
