"""``p24tui roster``: who is responsible for the inflow and when, with gaps, copying, and calendars in and out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from p24tui.cli import proof
from p24tui.cli.base import echo_json, operator, person, running, unit_of
from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.hours import HORIZON_DAYS, Span
from p24tui.routine.roster import RosterEntry, midnight, monday_of, span_of
from p24tui.services import roster as services_roster
from p24tui.services import roster_calendar
from p24tui.services.views import RosterWeek
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.words.duty import calendar_problem_words
from p24tui.words.times import day_and_time, day_of, parse_clock, span_words

SHORT = 8
"""Characters of an id that are shown; so many tell a unit's entries apart."""


@click.group(
    invoke_without_command=True, help=_("Visa en vecka av bemanningen: vem som har ansvar för det som kommer in.")
)
@click.option("--week", "typed", metavar=_("ÅR-VECKA"), help=_("Vilken vecka, som 2026-48. Annars denna."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.pass_context
def roster(ctx: click.Context, typed: str | None, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    with running() as system:
        monday = services_roster.parse_week(typed) if typed else monday_of(local_date(system.clock.now()))
        week = services_roster.week_of(system, unit_of(system), monday)
    if as_json:
        echo_json(_week_fields(week))
        return
    lines = [(one.starts_at, _line(one)) for one in week.entries]
    lines += [(start, _gap_line(start, end)) for start, end in week.gaps]
    for _start, line in sorted(lines):
        click.echo(line)
    if not lines:
        click.echo(_("Enheten är stängd hela veckan, och ingen är inlagd."))


@roster.command("add", help=_("Lägg in en person: HSA-ID DATUM FRÅN TILL, som SE…-ML01 2026-11-24 08:00 17:00."))
@click.argument("staff", metavar="HSA-ID")
@click.argument("day", metavar=_("DATUM"))
@click.argument("start", metavar=_("FRÅN"))
@click.argument("end", metavar=_("TILL"))
def add(staff: str, day: str, start: str, end: str) -> None:
    with _acting() as (system, actor):
        begins, ends = span_of(day_of(day, local_date(system.clock.now())), _time(start), _time(end))
        click.echo(_line(services_roster.add(system, actor, staff, begins, ends)))


@roster.command("drop", help=_("Ta bort ett pass. Id:t står först på raden när veckan visas; början räcker."))
@click.argument("typed", metavar="ID")
def drop(typed: str) -> None:
    with _acting() as (system, actor):
        entry = services_roster.find(system, unit_of(system), typed)
        dropped = services_roster.drop(system, actor, entry.id)
    click.echo(_("Borttaget: {line}").format(line=_line(dropped)))


@roster.command(
    "copy", help=_("Kopiera en vecka till en annan, som 2026-48 2026-49. Det som redan finns där står kvar.")
)
@click.argument("start", metavar=_("FRÅN"))
@click.argument("to", metavar=_("TILL"))
@click.option("--dry-run", is_flag=True, help=_("Visa vad som skulle kopieras, men ändra inget."))
def copy(start: str, to: str, dry_run: bool) -> None:
    first, second = services_roster.parse_week(start), services_roster.parse_week(to)
    if dry_run:
        with running() as system:
            copying = services_roster.plan_copy(system, unit_of(system), first, second)
    else:
        with _acting() as (system, actor):
            copying = services_roster.copy_week(system, actor, first, second)
    for one in copying.new:
        click.echo(span_words(one.starts_at, one.ends_at) + f"  {clean_line(one.name)}")
    words = _("nya {new}, fanns redan {there}, enheten stängd {closed}, personen borta {gone}").format(
        new=len(copying.new), there=len(copying.there), closed=len(copying.closed), gone=len(copying.gone)
    )
    click.echo(_("Inget ändrat: {said}").format(said=words) if dry_run else words)


@roster.command("import", help=_("Läs in en kalender (iCalendar). Det som inte går att använda räknas upp."))
@click.argument("file", metavar=_("FIL"))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def take_in(file: str, as_json: bool) -> None:
    data = _read(file)
    with _acting() as (system, actor):
        done = roster_calendar.import_calendar(system, actor, data)
    counts = {"added": done.added, "changed": done.changed, "dropped": done.dropped, "unchanged": done.unchanged}
    if as_json:
        unusable = [{"title": one.title, "at": one.at, "reason": one.reason} for one in done.unusable]
        echo_json({**counts, "unusable": unusable})
    else:
        click.echo(_("nya {added}, ändrade {changed}, borttagna {dropped}, oförändrade {unchanged}").format(**counts))
        for one in done.unusable:
            when = day_and_time(one.at) if one.at else "–"
            click.echo(f"✗ {when}  {one.title}: {calendar_problem_words(one.reason)}", err=True)
    if done.unusable:
        click.get_current_context().exit(1)


@roster.command("export", help=_("Skriv ut bemanningen som en kalender (iCalendar), till en fil eller standard ut."))
@click.argument("file", metavar=_("[FIL]"), default="-")
@click.option("--from", "start", metavar=_("DATUM"), help=_("Från och med. Annars från denna veckas måndag."))
@click.option("--to", "end", metavar=_("DATUM"), help=_("Till och med. Annars allt som är inlagt."))
def export(file: str, start: str | None, end: str | None) -> None:
    with running() as system:
        today = local_date(system.clock.now())
        first = day_of(start, today) if start else monday_of(today)
        last = day_of(end, today) if end else first + timedelta(days=HORIZON_DAYS)
        written = roster_calendar.export(system, unit_of(system), midnight(first), midnight(last + timedelta(days=1)))
    if file == "-":
        sys.stdout.buffer.write(written)
        return
    try:
        Path(file).write_bytes(written)
    except OSError as error:
        raise BadInput("no-file", path=clean_line(file), problem=error.strerror or str(error)) from error


@roster.command("gaps", help=_("Visa när ingen är inlagd fast enheten är öppen, en vecka framåt. Avslutar med 1 då."))
@click.option("--days", type=int, help=_("Antal dagar framåt."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def gaps(days: int | None, as_json: bool) -> None:
    with running() as system:
        unit_id = unit_of(system)
        found = services_roster.gaps(system, [unit_id], days).get(unit_id, ())
    if as_json:
        echo_json(_spans(found))
    else:
        for start, end in found:
            click.echo(_gap_line(start, end).strip())
        if not found:
            click.echo(_("Inga luckor."))
    if found:
        click.get_current_context().exit(1)


def _line(one: RosterEntry) -> str:
    gone = "" if one.available else _("  ▲ borta: räknas inte")
    return f"{one.id[:SHORT]}  {span_words(one.starts_at, one.ends_at):<24}  {clean_line(one.name)}{gone}"


def _gap_line(start: datetime, end: datetime) -> str:
    return f"{'':<{SHORT}}  {span_words(start, end):<24}  " + _("▲ LUCKA: ingen är inlagd")


def _week_fields(week: RosterWeek) -> dict[str, object]:
    entries = [
        {
            "id": one.id,
            "staff": one.staff_id,
            "name": one.name,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "available": one.available,
        }
        for one in week.entries
    ]
    responsible = week.responsible and {
        "staff": week.responsible.staff_id,
        "name": week.responsible.name,
        "since": week.responsible.since,
        "until": week.responsible.until,
    }
    return {
        "unit": week.unit.id,
        "monday": week.monday,
        "entries": entries,
        "gaps": _spans(week.gaps),
        "responsible_now": responsible,
    }


def _spans(spans: tuple[Span, ...]) -> list[dict[str, datetime]]:
    return [{"starts_at": start, "ends_at": end} for start, end in spans]


@contextmanager
def _acting() -> Iterator[tuple[System, Actor]]:
    """The person, once they have proven who they are; where the settings name nobody, whoever runs the command."""
    with running(for_person=True) as system:
        yield system, person(system) if system.settings.staff else operator(system)


def _time(typed: str) -> time:
    found = parse_clock(typed)
    if found is None:
        raise BadInput("clock-time", value=clean_line(typed, 40))
    return found


def _read(file: str) -> bytes:
    if file == "-":
        if proof.by_standard_input():
            raise BadInput("standard-input-taken")
        return sys.stdin.buffer.read(roster_calendar.LARGEST + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(roster_calendar.LARGEST + 1)
    except OSError as error:
        raise BadInput("no-file", path=clean_line(file), problem=error.strerror or str(error)) from error
