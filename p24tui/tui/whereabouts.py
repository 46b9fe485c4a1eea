"""Which case this console is in, and what its person does there: told to the others while it lasts."""

from p24tui.routine.actor import Actor
from p24tui.services import presence
from p24tui.store.desk import Doing
from p24tui.system import System
from p24tui.tui.errands import Errands


class Whereabouts:
    """A person is in one case at a time, or in none."""

    def __init__(self, system: System, actor: Actor, errands: Errands) -> None:
        self._system = system
        self._actor = actor
        self._errands = errands
        self._doing: tuple[str, Doing] | None = None

    def be(self, case_id: str, doing: Doing) -> None:
        """Be in this case and do that; nothing is told where it is so already."""
        if self._doing == (case_id, doing):
            return
        if self._doing is not None and self._doing[0] != case_id:
            self.leave()
        self._doing = (case_id, doing)
        self.renew()

    def renew(self) -> None:
        """Say it once more, before it lapses."""
        if self._doing is not None:
            case_id, doing = self._doing
            self._errands.run(lambda: presence.be_present(self._system, self._actor, case_id, doing))

    def leave(self) -> None:
        """Be in no case."""
        if self._doing is not None:
            case_id, self._doing = self._doing[0], None
            self._errands.run(lambda: presence.leave(self._system, self._actor, case_id))
