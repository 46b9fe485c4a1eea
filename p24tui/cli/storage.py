"""``p24tui storage``: what lies in this machine's temporary storage, and emptying it."""

import click

from p24tui.cli.base import echo_json, make_sure, running
from p24tui.i18n import _, ngettext
from p24tui.routine.images import Exported
from p24tui.services import images
from p24tui.words.times import day_and_time


@click.group(invoke_without_command=True, help=_("Mellanlagringen av bilder på den här datorn."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.pass_context
def storage(ctx: click.Context, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    with running() as system:
        folder, found = str(system.storage.folder), images.lying_there(system)
    if as_json:
        echo_json({"folder": folder, "files": [{"name": name, **_facts(known)} for name, known in found]})
        return
    click.echo(folder)
    for name, known in found:
        click.echo(f"  {name}  {_said(known)}")
    if not found:
        click.echo(_("Inget ligger där."))


@storage.command("purge", help=_("Ta bort allt där, också det som inte är journalfört."))
@click.option("--yes", is_flag=True, help=_("Fråga inte först."))
def purge(yes: bool) -> None:
    with running() as system:
        left = sum(known is None or known.journalled_at is None for _name, known in images.lying_there(system))
        if left and not yes:
            words = ngettext("{count} fil är inte journalförd.", "{count} filer är inte journalförda.", left)
            make_sure(words.format(count=left) + " " + _("Ta bort ändå?"))
        gone = images.purge(system)
    click.echo(ngettext("{count} fil borttagen.", "{count} filer borttagna.", gone).format(count=gone))


def _facts(known: Exported | None) -> dict[str, object]:
    if known is None:
        return {"known": False}
    return {"known": True, "delete_at": known.delete_at, "journalled_at": known.journalled_at}


def _said(known: Exported | None) -> str:
    if known is None:
        return _("okänd")
    until = _("till {at}").format(at=day_and_time(known.delete_at))
    return until if known.journalled_at else _("{until}, ej journalförd").format(until=until)
