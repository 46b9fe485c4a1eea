"""The only place where the parts are put together: settings, engine, services, entrances."""

import logging
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from p24tui import crash, i18n
from p24tui.clock import Clock, SystemClock
from p24tui.errors import BadInput
from p24tui.gateways import video
from p24tui.gateways.e_id import EId, NoEId
from p24tui.gateways.outgoing.configured import gateways
from p24tui.gateways.person_data import FilePersonData, NoPersonData, PersonData
from p24tui.gateways.staff_login import Card, NoCard, NoStaffIdp, StaffIdp
from p24tui.i18n import _
from p24tui.routine.login import Proven
from p24tui.settings import Settings
from p24tui.system import System

if TYPE_CHECKING:
    from p24tui.store.engine import Store

_ADDRESS = re.compile(r"\Ahttps?:|://", re.IGNORECASE)


@contextmanager
def running(
    settings: Settings, *, create: bool = False, clock: Clock | None = None, open_later: bool = False
) -> Iterator[System]:
    """A system for as long as the block lasts. ``create`` makes its database where there is none.

    Raises ``BadInput`` where the database cannot be used; with ``open_later`` that waits until it is first used.
    """
    i18n.use_language(settings.lang)
    clock = clock or SystemClock()
    system = System(
        settings,
        clock,
        lambda: _open_store(system.settings, create),
        _person_data(settings),
        gateways(settings, clock),
        video.from_settings(settings, clock),
        _e_id(settings, clock),
        _card(settings, clock),
        _staff_idp(settings, clock),
    )
    try:
        if not open_later:
            _ = system.store
        yield system
    finally:
        system.close()


def _open_store(settings: Settings, create: bool) -> "Store":
    from p24tui.store.schema import open_store

    return open_store(settings, create=create, told=_tell_upgrade)


def _tell_upgrade(done: float, steps: int) -> None:
    """On standard error: each step in one line that is written over, or without a terminal the first and the last."""
    terminal = sys.stderr.isatty()
    if not terminal and 0 < done < steps:
        return
    words = _("Databasen uppgraderas: {done} av {steps} steg är klara. Avbryts det är den som den var.")
    if part := done % 1:
        words += " " + _("Nästa är gjort till {percent} %.").format(percent=round(part * 100))
    if done == steps:
        words = _("Databasen är uppgraderad.")
    start, end = ("\r", "\x1b[K\n" if done == steps else "\x1b[K") if terminal else ("", "\n")
    sys.stderr.write(start + words.format(done=int(done), steps=steps) + end)
    sys.stderr.flush()


def place(entrance: str) -> str:
    """Where deeds of this process come from: the entrance, the machine, the process."""
    return f"{entrance}:{platform.node() or 'localhost'}:{os.getpid()}"


def log_to_file(settings: Settings) -> None:
    """Send the program's log to a file of the home folder, never to the terminal that shows the console.

    Raises ``BadInput`` where the folder cannot be written.
    """
    path = settings.home / "p24tui.log"
    try:
        path.touch(mode=0o600)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise BadInput("home-not-writable", path=str(settings.home), problem=error.strerror or "") from error
    crash.log_to(handler)


def certificate_check(settings: Settings, clock: Clock) -> Callable[[bytes], Proven]:
    """What looks at the certificate (PEM) of a card that a proxy has seen; it raises ``Refused`` where it says no."""
    from p24tui.gateways import card

    return card.certificate_check(settings, clock)


def _person_data(settings: Settings) -> PersonData:
    if not settings.person_data:
        return NoPersonData()
    if _ADDRESS.search(settings.person_data):
        from p24tui.gateways.person_data_http import from_settings

        return from_settings(settings)
    return FilePersonData(Path(settings.person_data).expanduser())


def _e_id(settings: Settings, clock: Clock) -> EId:
    if not settings.e_id:
        return NoEId()
    from p24tui.gateways.e_id_http import from_settings

    return from_settings(settings, clock)


def _card(settings: Settings, clock: Clock) -> Card:
    if not settings.card_library:
        return NoCard()
    from p24tui.gateways.card import from_settings

    return from_settings(settings, clock)


def _staff_idp(settings: Settings, clock: Clock) -> StaffIdp:
    if not settings.staff_oidc:
        return NoStaffIdp()
    from p24tui.gateways.staff_oidc import from_settings

    return from_settings(settings, clock)
