"""``p24tui cases``: the patient list on standard output."""

import click

from p24tui.cli.base import acting, echo_json
from p24tui.clock import local_date
from p24tui.i18n import _, ngettext
from p24tui.routine.case import CaseState
from p24tui.services import queue
from p24tui.services.views import CaseLine
from p24tui.text import clean_line
from p24tui.words.cases import priority_mark, state_word
from p24tui.words.times import waited


@click.command(help=_("Skriv ut patientlistan i ordning. Prioriteten är en indikator, ingen bedömning."))
@click.option("--today", is_flag=True, help=_("Bara ärenden som kom in i dag; äldre öppna räknas upp ändå."))
@click.option("--open", "only_open", is_flag=True, help=_("Bara ärenden som inte är avslutade."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def cases(today: bool, only_open: bool, as_json: bool) -> None:
    with acting() as (system, actor):
        view = queue.open_list(system, actor, ended=not only_open)
        now = system.clock.now()
        day = local_date(now)
        kept = [line for line in view.lines if not today or local_date(line.case.received_at) == day]
        if as_json:
            echo_json([_fields(line) for line in kept])
        else:
            for line in kept:
                name = clean_line(line.patient.name) or _("Skyddad person")
                click.echo(
                    f"{priority_mark(line.case):>2}  {waited(line.case.waiting_since, now):>7}  "
                    f"{name:<24.24}  {clean_line(line.matter):<28.28}  "
                    f"{state_word(line.case.state):<18}  {clean_line(line.owner) or '–'}"
                )
        older = sum(
            line.case.state is not CaseState.ENDED and local_date(line.case.received_at) < day for line in view.lines
        )
        if today and older:
            words = ngettext(
                "Dessutom finns {count} äldre öppet ärende: p24tui cases --open",
                "Dessutom finns {count} äldre öppna ärenden: p24tui cases --open",
                older,
            )
            click.echo(words.format(count=older), err=True)


def _fields(line: CaseLine) -> dict[str, object]:
    return {
        "id": line.case.id,
        "priority": line.case.priority,
        "state": line.case.state.value,
        "patient": line.patient.name or None,
        "matter": line.matter or None,
        "owner": line.owner or None,
        "waiting_since": line.case.waiting_since,
        "unread": line.case.unread,
    }
