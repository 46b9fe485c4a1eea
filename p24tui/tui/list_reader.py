"""Reads the patient list, and then only what has changed: one read at a time, however much changes meanwhile."""

from collections.abc import Callable

from p24tui.errors import P24Error
from p24tui.routine.actor import Actor
from p24tui.services import cases, queue
from p24tui.services.cases import OpenCase
from p24tui.services.queue import CaseLine, QueueView
from p24tui.system import System
from p24tui.tui.errands import Errands

Found = tuple[tuple[CaseLine, ...], OpenCase | None]


class ListReader:
    """Hands what it has read to ``show_all`` and ``show_changes``, and why it could not read to ``failed``.

    ``open_id`` names the case that is open, which is read again when it has changed.
    """

    def __init__(
        self,
        system: System,
        actor: Actor,
        errands: Errands,
        *,
        open_id: Callable[[], str | None],
        show_all: Callable[[QueueView], None],
        show_changes: Callable[[Found], None],
        failed: Callable[[P24Error], None],
    ) -> None:
        self._system = system
        self._actor = actor
        self._errands = errands
        self._open_id = open_id
        self._show_all = show_all
        self._show_changes = show_changes
        self._failed = failed
        self._view = ""
        self._shown: set[str] = set()
        self._pending: set[str] = set()
        self._reading = False

    @property
    def has_read(self) -> bool:
        """Whether the list has been read at all."""
        return bool(self._view)

    def read_all(self) -> None:
        """Read the whole list."""
        self._errands.run(lambda: queue.open_list(self._system, self._actor), self._have_all, self._failed)

    def read_changes(self, case_ids: frozenset[str]) -> None:
        """Read these cases, or wait with them until the read that is under way has come back."""
        self._pending |= case_ids - {""}
        if self._reading or not self._pending or not self._view:
            return
        self._reading = True
        wanted, self._pending = self._pending, set()
        open_id = self._open_id()
        again = open_id if open_id in wanted else None
        self._errands.run(lambda: self._read(wanted, again), self._have_changes, self._could_not)

    def _read(self, wanted: set[str], open_id: str | None) -> Found:
        lines = queue.arrivals(self._system, self._actor, self._view, self._shown, wanted)
        return lines, cases.look_again(self._system, self._actor, open_id) if open_id else None

    def _have_all(self, view: QueueView) -> None:
        self._view = view.id
        self._shown = {line.case.patient_id for line in view.lines}
        self._show_all(view)

    def _have_changes(self, found: Found) -> None:
        self._reading = False
        self._shown |= {line.case.patient_id for line in found[0]}
        self._show_changes(found)
        self.read_changes(frozenset())

    def _could_not(self, error: P24Error) -> None:
        self._reading = False
        self._failed(error)
