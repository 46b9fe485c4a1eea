"""``p24tui doctor``: what is wrong with this installation, and what to do."""

import click

from p24tui.cli.base import echo_json, running, settings_in_force
from p24tui.errors import P24Error, Unavailable
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.services import doctor as services_doctor
from p24tui.services.doctor import Finding, Verdict

MARKS = {Verdict.GOOD: "✓", Verdict.WARNING: "!", Verdict.BAD: "✗"}


@click.command(help=_("Undersök installationen och säg vad som är fel och vad man gör åt det."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def doctor(as_json: bool) -> None:
    try:
        with running() as system:
            findings = services_doctor.examine(system)
    except Unavailable as error:
        findings = [Finding(_("databas"), Verdict.BAD, services_doctor.without_database(settings_in_force(), error))]
    except P24Error as error:
        findings = [Finding(_("inställning"), Verdict.BAD, explain(error))]
    if as_json:
        echo_json([{"name": one.name, "verdict": one.verdict.value, "sentence": one.sentence} for one in findings])
    else:
        width = max(len(one.name) for one in findings)
        for one in findings:
            click.echo(f"{MARKS[one.verdict]} {one.name:<{width}} {one.sentence}")
    if any(one.verdict is Verdict.BAD for one in findings):
        click.get_current_context().exit(1)
