"""``p24tui log``: the logs of who has read and done what."""

import click

from p24tui.cli import log_control
from p24tui.i18n import _


@click.group(help=_("Loggarna över vem som har läst och gjort vad."))
def log() -> None:
    pass


for command in log_control.COMMANDS:
    log.add_command(command)
