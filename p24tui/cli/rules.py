"""``p24tui rules``: every rule of the routine, where it is enforced and which tests prove it."""

import click

from p24tui.cli.base import echo_json
from p24tui.i18n import _
from p24tui.services import rules as services_rules


@click.command(help=_("Visa rutinens regler: var de upprätthålls och vad som prövar dem."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.option("--open", "only_open", is_flag=True, help=_("Bara de som inte är byggda ännu."))
def rules(as_json: bool, only_open: bool) -> None:
    listed = [one for one in services_rules.every_rule() if one.open or not only_open]
    if as_json:
        echo_json([
            {
                "id": one.id,
                "section": one.section,
                "kind": one.kind,
                "open": one.open,
                "text": one.text,
                "enforced": list(one.enforced),
                "tests": list(one.tests),
            }
            for one in listed
        ])  # fmt: skip
        return
    for one in listed:
        state = _("öppen") if one.open else _("{count} prov").format(count=len(one.tests))
        click.echo(f"{one.id:<7}{one.kind:<9}{state:<10}{', '.join(one.enforced) or '–'}")
