"""``p24tui staff password``, and the first person's password: never on the command line, never echoed."""

import sys

import click

from p24tui.cli.base import operator, running
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.services import passwords


@click.command(help=_("Ge en person ett engångslösenord. Vid första inloggningen väljer personen ett eget."))
@click.argument("hsa_id", metavar="HSA-ID")
def password(hsa_id: str) -> None:
    with running() as system:
        one_time = passwords.give_one_time(system, operator(system), hsa_id)
    show_once(one_time)


def show_once(one_time: str) -> None:
    """The only time that it stands anywhere."""
    click.echo(_("Engångslösenord: {password}").format(password=one_time))
    click.echo(_("Det visas bara nu. Lämna det till personen, som väljer ett eget vid första inloggningen."))


def from_standard_input() -> str:
    """The first line of standard input. Raises ``BadInput`` where there is none."""
    typed = sys.stdin.readline().rstrip("\r\n")
    if not typed:
        raise BadInput("no-password")
    return typed
