"""``p24tui unit after-hours``: where a unit refers patients while it is closed."""

import click

from p24tui.cli.base import echo_json, operator, running
from p24tui.i18n import _
from p24tui.routine.after_hours import RefersTo, Severity
from p24tui.services import after_hours as services_after_hours
from p24tui.services import units as services_units
from p24tui.words.duty import refers_to_words, severity_words

USUAL = "usual"


@click.command(
    "after-hours",
    help=_(
        "Visa eller ändra vart enheten hänvisar den som hör av sig när den har stängt. ALLVAR är prioriteten 1–5, "
        "failed (triage utan prioritet), message (utan triage) eller suicide; usual återställer det vanliga."
    ),
)
@click.argument("hsa_id", metavar="HSA-ID")
@click.argument("severity", metavar=_("[ALLVAR"), required=False, type=click.Choice([one.value for one in Severity]))
@click.argument(
    "to", metavar="112|1177|both|usual]", required=False, type=click.Choice([*(one.value for one in RefersTo), USUAL])
)
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def after_hours(hsa_id: str, severity: str | None, to: str | None, as_json: bool) -> None:
    if severity is not None and to is None:
        raise click.UsageError(_("Säg också vart: 112, 1177, both eller usual."))
    with running() as system:
        unit = services_units.find_unit(system, hsa_id)
        if severity is not None:
            refers_to = None if to == USUAL else RefersTo(to or "")
            services_after_hours.put_referral(system, operator(system), unit.id, Severity(severity), refers_to)
        found = services_after_hours.referrals(system, unit.id)
    if as_json:
        echo_json([{"severity": one.value, "refers_to": to.value, "own": own} for one, (to, own) in found.items()])
        return
    for one, (refers, own) in found.items():
        mark = "  " + _("(enhetens eget)") if own else ""
        click.echo(f"{one.value:<9}{severity_words(one):<32}{refers_to_words(refers)}{mark}")
