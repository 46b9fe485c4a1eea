"""The parts that services work with, put together in one place by ``bootstrap``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING

from p24tui.clock import Clock
from p24tui.gateways.e_id import EId, NoEId
from p24tui.gateways.outgoing.model import Gateway
from p24tui.gateways.person_data import PersonData
from p24tui.gateways.staff_login import Card, NoCard, NoStaffIdp, StaffIdp
from p24tui.gateways.storage_guard import start
from p24tui.gateways.temporary_storage import TemporaryStorage
from p24tui.gateways.video import NoVideo, Video
from p24tui.routine.outgoing import Channel
from p24tui.settings import Settings

if TYPE_CHECKING:
    from p24tui.store.engine import Store


@dataclass(slots=True)
class System:
    """One running p24tui: its settings, its clock, its database, its temporary storage and the world outside."""

    settings: Settings
    clock: Clock
    open_store: "Callable[[], Store]"
    person_data: PersonData
    gateways: Mapping[Channel, Gateway] = field(default_factory=dict)
    video: Video = field(default_factory=NoVideo)
    e_id: EId = field(default_factory=NoEId)
    card: Card = field(default_factory=NoCard)
    staff_idp: StaffIdp = field(default_factory=NoStaffIdp)
    storage: TemporaryStorage = field(init=False)
    _opening: Lock = field(default_factory=Lock, init=False, repr=False)
    _store: "Store | None" = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.storage = TemporaryStorage(self.settings.storage_folder, start)

    @property
    def store(self) -> "Store":
        """The database, opened when it is first asked for. Raises ``BadInput`` where it cannot be used."""
        with self._opening:
            if self._store is None:
                self._store = self.open_store()
            return self._store

    def person_changed(self, staff_id: str) -> None:
        """Who uses it is somebody else, or nobody yet: the database is let go of, and opened anew when it is needed.

        Where people have database roles of their own, that is as theirs.
        """
        if staff_id != self.settings.staff:
            self.settings = replace(self.settings, staff=staff_id)
            self._let_go()

    def close(self) -> None:
        """Let go of the gateways, and of the database where it has been opened."""
        for gateway in self.gateways.values():
            gateway.close()
        self._let_go()

    def _let_go(self) -> None:
        with self._opening:
            store, self._store = self._store, None
        if store is not None:
            store.close()
