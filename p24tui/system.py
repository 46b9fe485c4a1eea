"""The parts that services work with, put together in one place by ``bootstrap``."""

from dataclasses import dataclass

from p24tui.clock import Clock
from p24tui.gateways.person_data import PersonData
from p24tui.settings import Settings
from p24tui.store.engine import Store


@dataclass(frozen=True, slots=True)
class System:
    """One running p24tui: its settings, its clock, its database and the world outside."""

    settings: Settings
    clock: Clock
    store: Store
    person_data: PersonData
