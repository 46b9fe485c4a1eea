"""``p24tui staff password``, and the first person's password: never on the command line, never echoed."""

import click

from p24tui import bootstrap
from p24tui.cli import proof
from p24tui.cli.base import operator, running
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.services import passwords


@click.command(
    help=_("Ge en person ett engångslösenord. Vid första inloggningen väljer personen ett eget, eller med --own.")
)
@click.argument("hsa_id", metavar="[HSA-ID]", required=False)
@click.option("--own", is_flag=True, help=_("Byt ditt eget: frågar efter det du har och två gånger efter det nya."))
def password(hsa_id: str | None, own: bool) -> None:
    if own == (hsa_id is not None):
        raise click.UsageError(_("Ange ett HSA-id, eller --own."))
    if hsa_id is None:
        _change_own()
        return
    with running() as system:
        one_time = passwords.give_one_time(system, operator(system), hsa_id)
    show_once(one_time)


def _change_own() -> None:
    """Whoever knows the password that a person has may choose them another one, as at the console."""
    with running(for_person=True) as system:
        staff_id = proof.named(system)
        old = proof.password_of(staff_id)
        wanted = proof.asked(_("Nytt lösenord"))
        if proof.asked(_("En gång till")) != wanted:
            raise BadInput("password-again")
        passwords.change(system, staff_id, old, wanted, bootstrap.place("cli"))
    click.echo(_("Lösenordet är bytt."))


def show_once(one_time: str) -> None:
    """The only time that it stands anywhere."""
    click.echo(_("Engångslösenord: {password}").format(password=one_time))
    click.echo(_("Det visas bara nu. Lämna det till personen, som väljer ett eget vid första inloggningen."))
