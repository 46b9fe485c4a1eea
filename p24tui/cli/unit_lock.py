"""``p24tui unit lock-after``: when a unit's consoles lock."""

import click

from p24tui.cli.base import operator, running
from p24tui.i18n import _, ngettext
from p24tui.services import unit_settings


@click.command("lock-after", help=_("Visa eller ändra efter hur många minuter utan tangent en konsol låser sig."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.argument("minutes", metavar=_("[MINUTER]"), required=False, type=int)
def lock_after(hsa_id: str, minutes: int | None) -> None:
    with running() as system:
        if minutes is not None:
            unit_settings.put_lock_after(system, operator(system), hsa_id, minutes)
        applies = unit_settings.lock_after(system, hsa_id)
    words = ngettext("lås: efter {count} minut utan tangent", "lås: efter {count} minuter utan tangent", applies)
    click.echo(words.format(count=applies))
