"""``p24tui log``: the logs of who has read and done what."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from msgspec import structs

from p24tui.cli import log_control
from p24tui.cli.base import echo_json, make_sure, operator, person, running
from p24tui.clock import local
from p24tui.gateways.seal_file import Restored
from p24tui.i18n import N_, _, ngettext
from p24tui.routine.actor import Actor
from p24tui.routine.role import Role
from p24tui.services import log_removal, log_restore, log_seals
from p24tui.services.log_control import acting
from p24tui.services.log_verify import Found, Tally, What, verify
from p24tui.system import System
from p24tui.text import clean_line

INTERRUPTED = 130
LONGEST = 200

FOUND = {
    What.CHANGED: N_("ändrad: raden säger inte det som skrevs"),
    What.MISSING: N_("borttagen: rader saknas"),
    What.RELINKED: N_("utbytt: raden följer inte på den före den"),
    What.ADDED: N_("tillagd: raden hör inte till kedjan"),
    What.ORDER: N_("omflyttad: raden har fel plats i ordningen"),
    What.CUT: N_("avkortad: kedjans sista rader saknas"),
    What.HEAD: N_("kedjans slut är ändrat"),
    What.REWRITTEN: N_("omskriven eller avkortad: kedjan är en annan än den som förseglades"),
    What.SEAL: N_("sigillet är ändrat"),
    What.SEALS_MISSING: N_("sigill saknas"),
    What.ANCHOR: N_("sigillet är ett annat i filen utanför databasen"),
    What.NO_ANCHOR: N_("inget sigill finns i filen utanför databasen: {path}"),
    What.REMOVED: N_("borttagen utan att det är antecknat, eller för tidigt"),
}

LOGS = {"events": N_("händelser"), "read_log": N_("läsningar"), "log_seals": N_("sigill")}


@click.group(help=_("Loggarna över vem som har läst och gjort vad."))
def log() -> None:
    pass


@log.command("verify", help=_("Kontrollera att ingen har ändrat loggarna. Slutar med 1 om något är ändrat."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def verify_log(as_json: bool) -> None:
    tally, findings = Tally(), list[Found]()
    with running() as system:
        path = str(log_seals.path(system.settings))
        try:
            for found in verify(system, tally, _teller()):
                findings.append(found)
                if not as_json:
                    _clear()
                    click.echo(_line(found, path))
            _clear()
        except KeyboardInterrupt:
            _clear()
            click.echo(_("Avbrutet. Inget är ändrat, men allt hann inte kontrolleras."), err=True)
            click.get_current_context().exit(INTERRUPTED)
    if as_json:
        told = {**asdict(tally), "restored": [structs.asdict(one) for one in tally.restored]}
        echo_json({**told, "seal_file": path, "found": [structs.asdict(found) for found in findings]})
    else:
        for line in _summary(tally, len(findings)):
            click.echo(line)
    if findings:
        click.get_current_context().exit(1)


@log.command("anchor", help=_("Hur filen med loggens sigill står mot databasen. Slutar med 1 om de säger olika saker."))
@click.option("--accept-restore", is_flag=True, help=_("Databasen är återställd: anteckna det i filen, och gå vidare."))
@click.option("--reason", default="", help=_("Varför den är återställd."))
def anchor(accept_restore: bool, reason: str) -> None:
    with running(for_person=True) as system:
        if accept_restore:
            click.echo(_restored(log_restore.accept(system, _restorer(system), reason)))
            return
        found = log_seals.standing(system)
    words = _("Filen: {path}. Sigill i filen till och med {anchored}, i databasen till och med {sealed}.")
    click.echo(words.format(path=clean_line(str(found.path), LONGEST), anchored=found.anchored, sealed=found.sealed))
    if not found.agrees:
        click.echo(_("✗ De säger olika saker. Kör p24tui log verify, och utred det."))
        click.get_current_context().exit(1)


def _restorer(system: System) -> Actor:
    """A log controller where somebody acts as one, else whoever runs the program."""
    return acting(system, person(system)) if system.settings.role == Role.LOG_CONTROLLER else operator(system)


@log.command("remove-old", help=_("Ta bort hela månader som inte behöver sparas längre. Att det gjordes antecknas."))
@click.option("--yes", is_flag=True, help=_("Fråga inte först."))
def remove_old(yes: bool) -> None:
    with running() as system:
        if not yes:
            make_sure(_("Det som är äldre än loggarna sparas tas bort för gott. Ta bort?"))
        removed = log_removal.remove_old(system, operator(system))
    for month, counts in removed.items():
        click.echo(
            _("{month}: borttaget ur händelserna {events}, ur läsningarna {reads}.").format(
                month=month, events=counts["events"], reads=counts["read_log"]
            )
        )
    if not removed:
        click.echo(_("Inget har varit förseglat länge nog att ta bort än."))


def _teller() -> Callable[[Tally], None]:
    """Tells on a terminal how far it has come, in one line that is written over until ``_clear`` takes it away."""
    if not sys.stderr.isatty():
        return lambda _tally: None

    def tell(tally: Tally) -> None:
        done = sum(tally.rows.values())
        click.echo(f"\r{done:,} / {max(done, tally.total):,}\x1b[K".replace(",", " "), nl=False, err=True)

    return tell


def _clear() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


def _line(found: Found, path: str) -> str:
    """Where, and what: ``läsningar embedded 17 (nr 204, 2026-11-23 16.32.07): ändrad …``."""
    place = _place(found.position, found.to)
    row = [_("nr {seq}").format(seq=found.seq)] if found.seq is not None else []
    row += [_time(found.at)] if found.at is not None else []
    log = _(LOGS[found.log]) if found.log in LOGS else found.log
    where = clean_line(" ".join(filter(None, [log, found.chain, place])), LONGEST)  # a chain's name may be anything
    beside = f" ({', '.join(row)})" if row else ""
    return f"✗ {where}{beside}: {_(FOUND[found.what]).format(path=path)}"


def _place(first: int, last: int | None) -> str:
    return f"{first}–{last}" if last and last != first else f"{first}"


def _time(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H.%M.%S}"


def _restored(one: Restored) -> str:
    words = _(
        "! Databasen är återställd: sigill {seals} är borta ur den, med det som skrevs då. Godtaget {at} av {by}: {why}"
    )
    said = {"at": clean_line(one.at), "by": clean_line(one.by), "why": clean_line(one.why)}
    return words.format(seals=_place(one.kept + 1, one.lost), **said)


def _summary(tally: Tally, found: int) -> list[str]:
    values: dict[str, Any] = {
        "rows": sum(tally.rows.values()),
        "chains": sum(tally.chains.values()),
        "seals": tally.seals,
        "anchored": tally.anchored,
        "unanchored": tally.unanchored,
    }
    lines = [
        _("Rader: {rows}. Kedjor: {chains}. Sigill: {seals}, varav i filen här: {anchored}.").format(**values),
    ]
    if tally.unanchored:
        lines.append(_("Sigill som inte är i filen här än: {unanchored}.").format(**values))
    if tally.sealed_to is not None:
        words = _("Senaste sigillet är från {at}; det som kom sedan är inte förseglat än.")
        lines.append(words.format(at=_time(tally.sealed_to)))
    lines += map(_restored, tally.restored)
    if found:
        lines.append(ngettext("{count} fel. Utred det.", "{count} fel. Utred dem.", found).format(count=found))
    else:
        lines.append(_("✓ Loggarna är som de skrevs."))
    return lines


for command in log_control.COMMANDS:
    log.add_command(command)
