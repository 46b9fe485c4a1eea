"""``p24tui unit hours``, ``day``, ``eves`` and ``warnings``: when a unit is open, and when it is warned of closing."""

from datetime import date

import click

from p24tui.cli.base import echo_json, operator, running
from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.routine.opening import CLOSED, OPEN, BadHours, OpeningHours, Openings
from p24tui.routine.special_days import coming, plan
from p24tui.services import unit_settings, units
from p24tui.services.views import UnitSettings
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.words.hours import (
    applies_words,
    change_words,
    day_words,
    eves_words,
    problem_words,
    read_openings,
    warnings_words,
    week_words,
)
from p24tui.words.times import day_of

SHOWN_DAYS = 14
USUAL = "usual"


@click.command(
    help=_(
        "Visa enhetens öppettider, eller ändra dem. Nämns en veckodag är det hela veckan som skrivs; "
        "egna dagar och aftnar står kvar."
    )
)
@click.argument("hsa_id", metavar="HSA-ID")
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def hours(hsa_id: str, text: str | None, as_json: bool) -> None:
    with running() as system:
        before = units.find_unit(system, hsa_id).hours
        if text is not None:
            units.write_hours(system, operator(system), hsa_id, text)
        (found,) = unit_settings.of_units(system, [hsa_id])
        today = local_date(system.clock.now())
    if as_json:
        echo_json(_as_data(found, today))
    elif text is None:
        _show(found, today)
    else:
        _say_changes(before, found.unit.hours, today)


@click.command(help=_("Stäng en dag, ge den egna tider, eller låt den vara som vanligt: closed, usual, 08:00-12:00."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.argument("day", metavar=_("DATUM"))
@click.argument("what", metavar="closed|usual|08:00-12:00[,..]")
def day(hsa_id: str, day: str, what: str) -> None:
    with running() as system:
        today = local_date(system.clock.now())
        chosen = day_of(day, today)
        _decide(system, hsa_id, chosen, what.strip().lower())
        after = units.find_unit(system, hsa_id).hours
    click.echo(f"{day_words(chosen, today)}: {applies_words(plan(after, chosen))}")


@click.command(
    help=_("Håll stängt på påskafton, midsommarafton, julafton och nyårsafton, eller öppet som veckan i övrigt.")
)
@click.argument("hsa_id", metavar="HSA-ID")
@click.argument("what", metavar="open|closed", type=click.Choice([OPEN, CLOSED]))
def eves(hsa_id: str, what: str) -> None:
    with running() as system:
        before = units.find_unit(system, hsa_id).hours
        after = units.set_eves(system, operator(system), hsa_id, closed=what == CLOSED).hours
        today = local_date(system.clock.now())
    _say_changes(before, after, today)


@click.command(help=_("Visa eller ändra när enheten varnas före stängning, i minuter. Det sista talet är larmet."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.argument("minutes", metavar="60 30 15 5", type=int, nargs=-1)
def warnings(hsa_id: str, minutes: tuple[int, ...]) -> None:
    with running() as system:
        if minutes:
            unit_settings.put_closing_warnings(system, operator(system), hsa_id, minutes)
        (found,) = unit_settings.of_units(system, [hsa_id])
    click.echo(warnings_words(found.warnings))


COMMANDS = (hours, day, eves, warnings)
"""What stands under ``p24tui unit``."""


def _decide(system: System, hsa_id: str, day: date, what: str) -> None:
    actor = operator(system)
    if what in (USUAL, _("som vanligt")):
        units.usual_day(system, actor, hsa_id, day)
    elif openings := _openings(what):
        units.open_day(system, actor, hsa_id, day, openings)
    else:
        units.close_day(system, actor, hsa_id, day)


def _openings(what: str) -> Openings:
    try:
        return read_openings(what)
    except BadHours as error:
        raise BadInput("day-hours", problem=problem_words(error)) from error


def _show(found: UnitSettings, today: date) -> None:
    click.echo(clean_line(found.unit.name))
    rows = [*week_words(found.unit.hours), (_("aftnar"), eves_words(found.unit.hours))]
    for name, said in rows:
        click.echo(f"  {name:<12}{said}")
    click.echo(f"  {warnings_words(found.warnings)}")
    click.echo(_("De närmaste {count} dagarna").format(count=SHOWN_DAYS))
    for one in coming(found.unit.hours, today, SHOWN_DAYS):
        click.echo(f"  {day_words(one.day, today):<12}{applies_words(one)}")


def _say_changes(before: OpeningHours, after: OpeningHours, today: date) -> None:
    for words in change_words(before, after, today):
        click.echo(words)
    if before == after:
        click.echo(_("Inget har ändrats: det var redan så."))


def _as_data(found: UnitSettings, today: date) -> dict[str, object]:
    days = [
        {
            "date": str(one.day),
            "openings": [str(opening) for opening in one.openings],
            "ground": one.ground.value,
            "name": one.name,
        }
        for one in coming(found.unit.hours, today, SHOWN_DAYS)
    ]
    return {"hours": found.unit.hours.to_data(), "warnings": list(found.warnings), "days": days}
