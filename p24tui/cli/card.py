"""``p24tui staff card``: whose card is in the reader, for whoever sets a workstation up."""

import click

from p24tui.cli.base import running
from p24tui.clock import local_date
from p24tui.i18n import _
from p24tui.services import card as services_card
from p24tui.services.card import CardHolder
from p24tui.words.cases import profession_word


@click.command(
    "card", help=_("Läs kortet i läsaren: vems det är, och om den personen finns här. Frågar efter PIN-koden.")
)
def card() -> None:
    with running() as system:
        holder = services_card.holder(system)
        click.echo(f"{holder.name}, {holder.staff_id}")
        until = local_date(holder.until)
        click.echo(
            _("Certifikatet är utfärdat av {issuer} och gäller till {until}.").format(issuer=holder.issuer, until=until)
        )
        click.echo(_here(holder))
        system.card.read(click.prompt(_("PIN-kod för legitimering"), hide_input=True, err=True))
        if holder.may_log_in:
            click.echo(_("Kortet är äkta och går att logga in med här."))
        else:
            click.echo(_("Kortet är äkta, men personen kan inte logga in här."))


def _here(holder: CardHolder) -> str:
    member = holder.member
    if member is None:
        return _("Personen finns inte bland personalen. Lägg till med p24tui staff add {staff}.").format(
            staff=holder.staff_id
        )
    where = ", ".join(unit.name for unit in holder.units) or _("ingen enhet")
    here = f"{member.name}, {profession_word(member.profession)}, {where}"
    return here if member.active else here + " " + _("(inte aktiv)")
