"""``p24tui unit protection``: for how long a unit keeps what the person-data service says of somebody's protection."""

import click

from p24tui.cli.base import operator, running
from p24tui.i18n import _, ngettext
from p24tui.services import unit_settings


@click.command(
    help=_(
        "Visa eller ändra hur många minuter ett svar från personuppgiftstjänsten gäller när patienten skriver igen. "
        "Vid ny kontakt, bokning och varje utskick frågas tjänsten alltid på nytt."
    )
)
@click.argument("hsa_id", metavar="HSA-ID")
@click.argument("minutes", metavar=_("[MINUTER]"), required=False, type=int)
def protection(hsa_id: str, minutes: int | None) -> None:
    with running() as system:
        if minutes is not None:
            unit_settings.put_protection_kept(system, operator(system), hsa_id, minutes)
        kept = unit_settings.protection_kept(system, hsa_id)
    click.echo(_kept_words(kept))


def _kept_words(minutes: int) -> str:
    if minutes == 0:
        return _("skydd: svaret sparas inte, tjänsten frågas varje gång patienten skriver")
    words = ngettext("skydd: svaret gäller i {count} minut", "skydd: svaret gäller i {count} minuter", minutes)
    return words.format(count=minutes)
