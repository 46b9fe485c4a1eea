"""``p24tui log patient``, ``staff``, ``unit``, ``unusual``, ``sample`` and ``export``: log control from the command line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import click

from p24tui.cli.base import acting
from p24tui.clock import local, local_date
from p24tui.errors import BadInput
from p24tui.i18n import _, ngettext
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.services import log_control, log_extract
from p24tui.services.log_control_views import LogLine, LogView
from p24tui.services.log_control_words import reasons_words, why_words
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.words.cases import reading_words
from p24tui.words.times import day_of

FROM = _("Från och med dagen.")
TO = _("Till och med dagen.")


@contextmanager
def controlling() -> Iterator[tuple[System, Actor]]:
    """The running system, and the person as log controller. Raises ``Refused`` where they are none."""
    with acting() as (system, actor):
        yield system, log_control.acting(system, actor)


@click.command("patient", help=_("Vem som har läst om en patient; med --pdf eller --text patientens eget utdrag."))
@click.argument("number", metavar=_("NUMMER"))
@click.option("--from", "first", metavar="2026-11-23", help=FROM)
@click.option("--to", "last", metavar="2026-11-23", help=TO)
@click.option("--pdf", type=click.Path(path_type=Path), metavar=_("FIL"), help=_("Skriv utdraget hit, som PDF."))
@click.option("--text", "as_text", is_flag=True, help=_("Skriv ut utdraget som text."))
def patient(number: str, first: str | None, last: str | None, pdf: Path | None, as_text: bool) -> None:
    with controlling() as (system, actor):
        days = _day(system, first), _day(system, last)
        if pdf is None and not as_text:
            _show_pages(system, actor, log_control.by_patient(system, actor, number, *days))
            return
        extract = log_extract.extract(system, actor, number, *days)
    if as_text:
        click.echo(log_extract.extract_text(extract), nl=False)
    if pdf is not None:
        _write(pdf, log_extract.extract_pdf(extract))
        click.echo(_("Sparat: {name}").format(name=clean_line(str(pdf))))


@click.command("staff", help=_("Vad en medarbetare har läst, det senaste först."))
@click.argument("staff_id", metavar="HSA-ID")
@click.option("--from", "first", metavar="2026-11-23", help=FROM)
@click.option("--to", "last", metavar="2026-11-23", help=TO)
def staff(staff_id: str, first: str | None, last: str | None) -> None:
    with controlling() as (system, actor):
        _show_pages(
            system, actor, log_control.by_person(system, actor, staff_id, _day(system, first), _day(system, last))
        )


@click.command("unit", help=_("Vad som har lästs på en enhet under dagar, det senaste först; utan dagar i dag."))
@click.argument("unit_id", metavar="HSA-ID")
@click.option("--from", "first", metavar="2026-11-23", help=FROM)
@click.option("--to", "last", metavar="2026-11-23", help=TO)
def unit(unit_id: str, first: str | None, last: str | None) -> None:
    with controlling() as (system, actor):
        today = local_date(system.clock.now())
        begins, ends = _day(system, first) or _day(system, last) or today, _day(system, last) or today
        _show_pages(system, actor, log_control.by_unit(system, actor, unit_id, begins, ends))


@click.command(
    "unusual", help=_("Läsningar som sticker ut, de tyngsta först. Utan dagar gäller det den senaste tiden.")
)
@click.option("--from", "first", metavar="2026-11-23", help=FROM)
@click.option("--to", "last", metavar="2026-11-23", help=TO)
def unusual(first: str | None, last: str | None) -> None:
    with controlling() as (system, actor):
        view = log_control.unusual(system, actor, _day(system, first), _day(system, last))
    _show(view)
    words = ngettext("{count} läsning är genomgången.", "{count} läsningar är genomgångna.", view.considered)
    click.echo(words.format(count=view.considered), err=True)


@click.command("sample", help=_("Ett stickprov ur dagar som är slut. Samma frö och dagar ger samma läsningar."))
@click.option("--from", "first", metavar="2026-11-23", help=FROM)
@click.option("--to", "last", metavar="2026-11-23", help=TO)
@click.option("--count", type=int, default=log_control.SAMPLE, show_default=True, help=_("Hur många."))
@click.option("--seed", default="", help=_("Fröet som det dras med; utan blir det ett nytt."))
def sample(first: str | None, last: str | None, count: int, seed: str) -> None:
    with controlling() as (system, actor):
        yesterday = local_date(system.clock.now()) - timedelta(days=1)
        ends = _day(system, last) or yesterday
        view = log_control.sample(system, actor, _day(system, first) or ends, ends, count, seed or fresh_id()[:8])
    _show(view)
    click.echo(_("Frö: {seed}").format(seed=view.criteria.seed), err=True)


@click.command("export", help=_("Loggen som FHIR AuditEvent (IHE BALP), en läsning på varje rad."))
@click.option("--from", "first", metavar="2026-11-23", required=True, help=FROM)
@click.option("--to", "last", metavar="2026-11-23", required=True, help=TO)
def export(first: str, last: str) -> None:
    with controlling() as (system, actor):
        for line in log_extract.audit_events(system, actor, _on(system, first), _on(system, last)):
            click.echo(line)


COMMANDS = (patient, staff, unit, unusual, sample, export)


def _day(system: System, typed: str | None) -> date | None:
    return None if typed is None else _on(system, typed)


def _on(system: System, typed: str) -> date:
    return day_of(typed, local_date(system.clock.now()), has_been=True)


def _show_pages(system: System, actor: Actor, first: LogView) -> None:
    view: LogView | None = first
    while view is not None:
        _show(view)
        view = log_control.look(system, actor, view.criteria, view.next) if view.next else None


def _show(view: LogView) -> None:
    for line in view.lines:
        click.echo("  ".join(filter(None, _fields(line))).rstrip())


def _fields(line: LogLine) -> Iterator[str]:
    yield f"{local(line.at):%Y-%m-%d %H.%M.%S}"
    yield f"{line.reader or '–':<24}"
    yield f"{line.unit:<24}"
    yield f"{reading_words(line.kind):<28}"
    yield f"{whom(line):<36}"
    yield f"{why_words(line.why):<14}"
    yield reasons_words(line.reasons)
    yield line.place


def whom(line: LogLine) -> str:
    """Whom a reading was of."""
    if line.protected:
        return _("Skyddad person")
    if line.number:
        return f"{line.patient} {line.number}"
    return ngettext("{count} patient", "{count} patienter", line.listed).format(count=line.listed)


def _write(path: Path, data: bytes) -> None:
    """A file that only its owner can read. Raises ``BadInput`` where there is one, or it cannot be written."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise BadInput("no-file", path=clean_line(str(path)), problem=error.strerror or "") from error
