"""``p24tui intake``: files and servers by which patients' contacts come in, and what could not be taken."""

import sys
from pathlib import Path

import click
from msgspec.structs import asdict

from p24tui.cli.base import echo_json, operator, running
from p24tui.i18n import _, ngettext
from p24tui.services import intake as services_intake
from p24tui.services.intake import Outcome, Rejection
from p24tui.system import System
from p24tui.text import clean_line, clean_text
from p24tui.words.times import day_and_time

SHORT_ID = 8
LONGEST = 1000
FILES = "file"
"""The source of what is loaded from files, unless another is named."""

BOOKINGS = "vas"
"""The source of what comes over MLLP, unless another is named."""


@click.group(help=_("Ta emot det patienterna skickar, och se vad som inte kunde tas emot."))
def intake() -> None:
    pass


@intake.command(help=_("Ta emot filer: FHIR (en resurs, en Bundle eller NDJSON) eller HL7. - är standard in."))
@click.argument("files", metavar=_("FIL…"), nargs=-1, required=True)
@click.option("--source", default=FILES, show_default=True, help=_("Vilken källa det kommer från."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def load(files: tuple[str, ...], source: str, as_json: bool) -> None:
    with running() as system:
        done = [_load(system, source, file) for file in files]
    accepted = sum(outcome.accepted for outcome, _unread in done)
    duplicates = sum(outcome.duplicates for outcome, _unread in done)
    rejected = [one for outcome, unread in done for one in (*outcome.rejected, *unread)]
    if as_json:
        echo_json({"accepted": accepted, "duplicates": duplicates, "rejected": [asdict(one) for one in rejected]})
    else:
        _say(done, accepted, duplicates, rejected)
    if rejected:
        click.get_current_context().exit(1)


@intake.command(help=_("Öppna mottagningen över HTTP. Avsluta med Ctrl+C."))
@click.option("--to-network", is_flag=True, help=_("Lyssna även utanför den egna maskinen, bakom en proxy med TLS."))
def serve(to_network: bool) -> None:
    from p24tui.intake.serve import serve as serve_intake

    with running() as system:
        try:
            serve_intake(system, to_network=to_network, when_listening=_say_listening)
        except KeyboardInterrupt:
            click.echo(_("Mottagningen är stängd."), err=True)


@intake.command(help=_("Ta emot bokningar som HL7 över MLLP. Avsluta med Ctrl+C."))
@click.option("--source", default=BOOKINGS, show_default=True, help=_("Vilken källa det kommer från."))
@click.option("--to-network", is_flag=True, help=_("Lyssna även utanför den egna maskinen, bakom en tunnel med TLS."))
def mllp(source: str, to_network: bool) -> None:
    from p24tui.intake.mllp import serve as serve_mllp

    with running() as system:
        serve_mllp(system, source, to_network=to_network, when_listening=_say_listening_for_bookings)
        click.echo(_("Mottagningen är stängd."), err=True)


@intake.command(help=_("Gör en nyckel (token) åt en källa; den visas bara nu och ersätter en tidigare."))
@click.argument("source", metavar=_("KÄLLA"), required=False)
@click.option("--revoke", is_flag=True, help=_("Stäng källan ute i stället."))
@click.option("--list", "listing", is_flag=True, help=_("Visa källorna."))
@click.option("--json", "as_json", is_flag=True, help=_("Listan som JSON."))
def token(source: str | None, revoke: bool, listing: bool, as_json: bool) -> None:
    if listing == (source is not None):
        raise click.UsageError(_("Ange en källa, eller --list."))
    with running() as system:
        if source is None:
            _list_sources(system, as_json)
        elif revoke:
            services_intake.revoke(system, source, operator(system))
            click.echo(_("Utestängd: {source}").format(source=source))
        else:
            click.echo(services_intake.make_token(system, source, operator(system)))


@intake.group(invoke_without_command=True, help=_("Visa och avgör det som inte kunde tas emot."))
@click.pass_context
def quarantine(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        ctx.invoke(quarantine_list)


@quarantine.command("list", help=_("Visa vad som ligger i karantän."))
@click.option("--all", "settled", is_flag=True, help=_("Även det som är avgjort."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def quarantine_list(settled: bool = False, as_json: bool = False) -> None:
    with running() as system:
        kept = services_intake.unsettled(system, settled=settled)
    if as_json:
        names = ("id", "source", "at", "path", "problem", "settled_at", "settled_by")
        echo_json([{name: getattr(one, name) for name in names} for one in kept])
        return
    for one in kept:
        mark = "  " + _("(avgjort: {by})").format(by=clean_line(one.settled_by or "")) if one.settled_at else ""
        where = clean_line(f"{one.path}: {one.problem}" if one.path else one.problem, LONGEST)
        click.echo(f"{one.id[:SHORT_ID]}  {day_and_time(one.at)}  {one.source}  {where}{mark}")
    if not kept:
        click.echo(_("Inget ligger i karantän."))


@quarantine.command("show", help=_("Visa det som skickades. Det loggas vem som läser."))
@click.argument("id", metavar="ID")
@click.option("--raw", is_flag=True, help=_("Byte för byte, till en fil eller ett annat program."))
def quarantine_show(id: str, raw: bool) -> None:
    with running() as system:
        kept = services_intake.look_at(system, operator(system), id)
    if raw and not sys.stdout.isatty():
        click.echo(kept.body, nl=False)
        return
    click.echo(f"{kept.id}\n{day_and_time(kept.at)}  {kept.source}")
    click.echo(clean_line(f"{kept.path}: {kept.problem}", LONGEST) + "\n")
    click.echo(clean_text(kept.body.decode(errors="replace")))


@quarantine.command("retry", help=_("Försök igen, med allt eller med dem som anges."))
@click.argument("ids", metavar="[ID…]", nargs=-1)
def quarantine_retry(ids: tuple[str, ...]) -> None:
    with running() as system:
        outcomes = services_intake.retry(system, ids)
        left = len(services_intake.unsettled(system))
    taken = sum(one.accepted + one.released for one in outcomes)
    click.echo(_("Mottaget: {taken}. Kvar i karantän: {left}.").format(taken=taken, left=left))


@quarantine.command("settle", help=_("Lägg undan för gott i ditt namn. Det sparas men tas inte emot."))
@click.argument("id", metavar="ID")
def quarantine_settle(id: str) -> None:
    with running() as system:
        settled = services_intake.settle(system, operator(system), id)
    click.echo(_("Avgjort: {id}").format(id=settled[:SHORT_ID]))


def _load(system: System, source: str, file: str) -> tuple[Outcome, tuple[Rejection, ...]]:
    """What became of one file; a file that cannot be read is one thing rejected, and the others go on."""
    name = clean_line(file, 1000)
    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        return Outcome(name, ()), (Rejection(name, "", problem),)
    return services_intake.load_file(system, source, body, name=name), ()


def _say(
    done: list[tuple[Outcome, tuple[Rejection, ...]]], accepted: int, duplicates: int, rejected: list[Rejection]
) -> None:
    for one in rejected:
        where = f"{one.source}: {one.path}" if one.path else one.source
        click.echo(f"{where}: {one.problem}", err=True)
    said = _("Mottaget: {accepted}. Redan känt: {duplicates}. Inte mottaget: {rejected}.")
    click.echo(said.format(accepted=accepted, duplicates=duplicates, rejected=len(rejected)))
    released = sum(outcome.released for outcome, _unread in done)
    if released:
        waited = ngettext(
            "{count} som väntade i karantän togs emot nu.", "{count} som väntade i karantän togs emot nu.", released
        )
        click.echo(waited.format(count=released))
    if rejected:
        click.echo(_("Det som inte togs emot ligger kvar: p24tui intake quarantine"))


def _say_listening(address: str) -> None:
    click.echo(_("Mottagningen lyssnar på {address}/fhir. Avsluta med Ctrl+C.").format(address=address))


def _say_listening_for_bookings(address: str) -> None:
    click.echo(_("Bokningar tas emot på {address}. Avsluta med Ctrl+C.").format(address=address))


def _list_sources(system: System, as_json: bool) -> None:
    sources = services_intake.all_sources(system)
    if as_json:
        echo_json([{"source": name, "made_at": at, "active": active} for name, at, active in sources])
        return
    for name, at, active in sources:
        shut_out = "" if active else _("utestängd")
        click.echo(f"{name:<24}{day_and_time(at)}" + (f"  ({shut_out})" if shut_out else ""))
