"""Reads the patient list, and then only what has changed: one read at a time, however much changes meanwhile."""

from collections.abc import Callable, Collection

from msgspec.structs import replace

from p24tui import services
from p24tui.errors import P24Error
from p24tui.routine.actor import Actor
from p24tui.services.views import CaseLine, OpenCase, QueueView
from p24tui.system import System
from p24tui.tui.errands import Errands

APART_PER_CASE = 0.02
APART_AT_MOST = 0.5
"""Seconds from what one reading has brought to the next: the more it brought, the more is changing."""

Found = tuple[tuple[CaseLine, ...], tuple[OpenCase, ...], frozenset[str]]
"""Lines that may have changed, cases on the screen as they are now, and what belongs to another unit."""


class ListReader:
    """Hands what it has read to ``show_all`` and ``show_changes``, and why it could not read to ``failed``.

    ``show_changes`` returns how many lines were other than before: a feed may tell of the same change twice.
    ``open_cases`` are those on the screen, which are read again when they have changed. ``later`` calls a function
    after so many seconds: where much changes, readings keep a little apart, so that the keys get their turn in between.
    """

    def __init__(
        self,
        system: System,
        actor: Actor,
        unit_ids: tuple[str, ...],
        errands: Errands,
        *,
        open_cases: Callable[[], Collection[str]],
        show_all: Callable[[QueueView], None],
        show_changes: Callable[[Found], int],
        failed: Callable[[P24Error], None],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._system = system
        self._actor = actor
        self._unit_ids = unit_ids
        self._errands = errands
        self._open_cases = open_cases
        self._show_all = show_all
        self._show_changes = show_changes
        self._failed = failed
        self._later = later
        self._view: QueueView | None = None
        self._view_id = ""
        self._shown: set[str] = set()
        self._pending: set[str] = set()
        self._reading_all = False
        self._reading = False

    @property
    def is_busy(self) -> bool:
        """Whether anything is being read, or soon will be."""
        return self._reading or self._reading_all

    def go_on_from(self, first: QueueView) -> None:
        """A first screen is shown already: the whole list, once it has been read, takes its place."""
        self._note(first)

    def read_all(self, *, ended: bool = False) -> None:
        """Read the whole list. A reading that is under way is enough, where it reads as much."""
        if not self._reading_all or ended:
            self._reading_all = True
            self._errands.run(lambda: self._read_all(ended), self._have_all, self._could_not)

    def read_changes(self, case_ids: frozenset[str]) -> None:
        """Read these cases, or wait with them until the read that is under way has come back."""
        self._pending |= case_ids - {""}
        if not self._reading:
            self._read_pending()

    def _read_pending(self) -> None:
        self._reading = bool(self._pending) and self._view is not None
        if not self._reading or self._view is None:
            return
        view, wanted, self._pending = self._view, self._pending, set()
        again = wanted.intersection(self._open_cases())
        self._errands.run(lambda: self._read(view, wanted, again), self._have_changes, self._could_not)

    def _read_all(self, ended: bool) -> QueueView:
        return services.queue.open_list(
            self._system,
            self._actor,
            unit_ids=self._unit_ids,
            ended=ended,
            view=self._view_id,
            shown_patients=frozenset(self._shown),
        )

    def _read(self, view: QueueView, wanted: set[str], opened: set[str]) -> Found:
        lines = services.queue.arrivals(self._system, self._actor, view, self._shown, wanted)
        elsewhere = frozenset(wanted - {line.case.id for line in lines})
        again = tuple(
            services.cases.look_again(self._system, replace(self._actor, unit_id=line.case.unit_id), line.case.id)
            for line in lines
            if line.case.id in opened
        )
        return lines, again, elsewhere

    def _have_all(self, view: QueueView) -> None:
        self._reading_all = False
        self._view = view
        self._note(view)
        self._show_all(view)

    def _note(self, view: QueueView) -> None:
        """Which list this is, and whom it has shown: they are on record."""
        self._view_id = view.id
        self._shown |= {line.case.patient_id for line in view.lines}

    def _have_changes(self, found: Found) -> None:
        self._shown |= {line.case.patient_id for line in found[0]}
        changed = self._show_changes(found)
        # never at once: a timer of no seconds would never come
        self._later(min(APART_PER_CASE * max(1, changed), APART_AT_MOST), self._read_pending)

    def _could_not(self, error: P24Error) -> None:
        self._reading = self._reading_all = False
        self._failed(error)
