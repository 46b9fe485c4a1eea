"""A process that takes files out, journals some and removes some, over and over, until it is killed."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from p24tui.clock import SystemClock
from p24tui.gateways import storage_guard
from p24tui.gateways.temporary_storage import TemporaryStorage
from p24tui.services import images
from tests.world import World, make_world_again

KEPT = timedelta(seconds=3)
"""As if two hours were that."""


@dataclass(frozen=True)
class Work:
    """Where it works, and with which files."""

    home: Path
    attachment_ids: tuple[str, ...]


def with_guard(world: World) -> None:
    """By the machine's clock, in haste, and with a real guard."""
    world.system.clock = SystemClock()
    start = partial(storage_guard.start, looks_every=0.05)
    world.system.storage = TemporaryStorage(world.system.settings.storage_folder, start)
    images.kept = lambda _system: KEPT  # type: ignore[assignment]
    images.ARRIVES_WITHIN = timedelta()


def export(work: Work, told: Connection) -> None:
    """Say when it begins; then go on until it is killed."""
    with make_world_again(work.home) as world:
        with_guard(world)
        maria = world.actor("maria")
        told.send("begun")
        while True:
            for number, id in enumerate(work.attachment_ids):
                exported = images.export(world.system, maria, id)
                if number % 3 == 0:
                    images.journalled(world.system, maria, exported.id, "armen")
                if number % 5 == 4:
                    images.purge(world.system)
