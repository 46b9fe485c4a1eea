"""``p24tui worker``: what acts by the clock, without a screen, for servers."""

import logging
import signal
from queue import SimpleQueue

import click

from p24tui import bootstrap, crash
from p24tui.cli.base import running
from p24tui.i18n import _


@click.command(help=_("Kör det tidsstyrda utan skärm, på en server. Avsluta med Ctrl+C eller SIGTERM."))
def worker() -> None:
    from p24tui.jobs.clockwork import Clockwork

    crash.log_to(logging.StreamHandler())
    told: SimpleQueue[int] = SimpleQueue()  # a signal that comes while one waits for an Event would wait for its lock
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda number, _frame: told.put(number))
    with running() as system:
        clockwork = Clockwork(system, bootstrap.place("worker"))
        clockwork.start()
        try:
            click.echo(_("Det tidsstyrda går: {names}.").format(names=", ".join(one.name for one in clockwork.ticks)))
            told.get()
        finally:
            clockwork.stop()
    click.echo(_("Det tidsstyrda är avslutat; inget var halvgjort."))
