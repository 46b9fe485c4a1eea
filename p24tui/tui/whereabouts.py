"""Which case this console is in, and what its person does there: told to the others while it lasts."""

from collections.abc import Callable

from msgspec import Struct

from p24tui import services
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.store.values import Doing
from p24tui.system import System
from p24tui.tui.errands import Errands

RENEW_EVERY = 20.0
"""Seconds between renewals; a presence lapses a good while later."""


class Spot(Struct, frozen=True):
    """In which case somebody is, as whom, and what they do there."""

    actor: Actor
    case_id: str
    doing: Doing


class Whereabouts:
    """A person is in one case at a time, or in none.

    ``acting`` gives the actor at a unit. ``later`` calls a function once the screen has been painted: what one goes to
    is shown before the others are told of it.
    """

    def __init__(
        self,
        system: System,
        acting: Callable[[str], Actor],
        errands: Errands,
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        self._system = system
        self._acting = acting
        self._errands = errands
        self._later = later
        self._there: Spot | None = None
        self._told: Spot | None = None

    def be(self, case: Case, doing: Doing) -> None:
        """Be in this case and do that."""
        self._move(Spot(self._acting(case.unit_id), case.id, doing))

    def leave(self) -> None:
        """Be in no case."""
        self._move(None)

    def renew(self) -> None:
        """Say it once more, before it lapses."""
        if (there := self._there) is not None:
            self._errands.run(
                lambda: services.presence.be_present(self._system, there.actor, there.case_id, there.doing)
            )

    def _move(self, there: Spot | None) -> None:
        if there != self._there:
            self._there = there
            self._later(self._tell)

    def _tell(self) -> None:
        """Where one is now; nothing is told where it is so already, or one has come back meanwhile."""
        left, self._told = self._told, self._there
        if left == self._there:
            return
        if left is not None and (self._there is None or self._there.case_id != left.case_id):
            self._errands.run(lambda: services.presence.leave(self._system, left.actor, left.case_id))
        self.renew()
