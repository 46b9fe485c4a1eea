"""``p24tui backup`` and ``p24tui restore``: the whole database in an encrypted file, and out of it again."""

import sys
from pathlib import Path

import click

from p24tui import bootstrap
from p24tui.cli import proof
from p24tui.cli.base import operator, running, settings_in_force
from p24tui.errors import BadInput
from p24tui.i18n import N_, _, ngettext
from p24tui.services import backup as services_backup
from p24tui.services.backup import Stage, Told

INTERRUPTED = 130
MB = 1_000_000

STAGES = {
    Stage.COPY: N_("kopierar"),
    Stage.RESTORE: N_("återställer"),
    Stage.CHECK: N_("kontrollerar loggarna"),
}

PASSPHRASE_STDIN = click.option("--passphrase-stdin", is_flag=True, help=_("Läs lösenfrasen från standard in."))


@click.command(
    help=_("Skriv hela databasen till en krypterad fil, medan alla arbetar, och pröva att den går att återställa.")
)
@click.argument("file", metavar=_("FIL"), type=click.Path(path_type=Path))
@PASSPHRASE_STDIN
@click.option("--no-try", is_flag=True, help=_("Pröva inte att återställa den."))
def backup(file: Path, passphrase_stdin: bool, no_try: bool) -> None:
    services_backup.look_free(file)
    with running() as system:
        passphrase = _passphrase(stdin=passphrase_stdin, twice=True)
        try:
            saved = services_backup.save(system, operator(system), file, passphrase, _teller(), tries=not no_try)
        except KeyboardInterrupt:
            _interrupted(_("Avbrutet. Ingen säkerhetskopia är skriven."))
    _clear()
    words = _("Skriven: {file}, {size} MB, {rows} rader.")
    click.echo(words.format(file=file, size=f"{saved.size / MB:.1f}".replace(".", ","), rows=saved.rows))
    if not saved.tried:
        click.echo(_("INTE prövad: ingen vet om den går att återställa."), err=True)
        return
    click.echo(_("Prövad: den är återställd på annan plats och har samma rader."))
    if saved.altered:
        words = ngettext(
            "Loggarna är ändrade på {count} ställe, i databasen som i kopian. Kör p24tui log verify.",
            "Loggarna är ändrade på {count} ställen, i databasen som i kopian. Kör p24tui log verify.",
            saved.altered,
        )
        click.echo(words.format(count=saved.altered), err=True)


@click.command(help=_("Gör databasen av en säkerhetskopia. Alla konsoler ska vara stängda."))
@click.argument("file", metavar=_("FIL"), type=click.Path(path_type=Path))
@PASSPHRASE_STDIN
@click.option("--replace", is_flag=True, help=_("Ställ databasen som finns åt sidan, under ett annat namn."))
def restore(file: Path, passphrase_stdin: bool, replace: bool) -> None:
    services_backup.look(file)
    passphrase = _passphrase(stdin=passphrase_stdin, twice=False)
    with bootstrap.running(settings_in_force(), open_later=True) as system:
        try:
            actor = operator(system)
            aside = services_backup.restore(system, actor, file, passphrase, _teller(), replaces=replace)
        except KeyboardInterrupt:
            _interrupted(_("Avbrutet. Databasen är som den var."))
    _clear()
    click.echo(_("Återställd av {file}.").format(file=file))
    if aside:
        click.echo(_("Den som fanns före är kvar som {name}.").format(name=aside))
    click.echo(_("Kör p24tui doctor och p24tui log verify innan någon arbetar i den."))


def _passphrase(*, stdin: bool, twice: bool) -> str:
    """From standard input or, hidden, from the terminal; never from the arguments, which others can read.

    Raises ``BadInput`` where nobody can type, or nothing comes.
    """
    if stdin:
        return proof.from_standard_input()
    if not proof.at_terminal():
        raise BadInput("backup-no-terminal")
    typed: str = click.prompt(_("Lösenfras"), hide_input=True, err=True)
    if twice and typed != click.prompt(_("En gång till"), hide_input=True, err=True):
        raise BadInput("backup-passphrase-differs")
    return typed


def _teller() -> Told:
    """Tells on a terminal how far it has come, in one line that is written over."""
    if not sys.stderr.isatty():
        return lambda _stage, _done, _all: None

    def tell(stage: Stage, done: int, total: int) -> None:
        so_far = f"{min(100, done * 100 // total)} %" if total else f"{done / MB:.0f} MB"
        click.echo(f"\r{_(STAGES[stage])} {so_far}\x1b[K", nl=False, err=True)

    return tell


def _clear() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


def _interrupted(said: str) -> None:
    _clear()
    click.echo(said, err=True)
    click.get_current_context().exit(INTERRUPTED)
