"""``p24tui worker``: what acts by the clock, without a screen, for servers."""

import logging
import signal
import threading

import click

from p24tui import bootstrap, crash
from p24tui.cli.base import running
from p24tui.i18n import _


@click.command(help=_("Kör det tidsstyrda utan skärm, på en server. Avsluta med Ctrl+C eller SIGTERM."))
def worker() -> None:
    from p24tui.jobs.clockwork import Clockwork

    crash.log_to(logging.StreamHandler())
    stopped = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stopped.set())
    with running() as system:
        clockwork = Clockwork(system, bootstrap.place("worker"))
        clockwork.start()
        try:
            click.echo(_("Det tidsstyrda går: {names}.").format(names=", ".join(one.name for one in clockwork.ticks)))
            stopped.wait()
        finally:
            clockwork.stop()
    click.echo(_("Det tidsstyrda är avslutat; inget var halvgjort."))
