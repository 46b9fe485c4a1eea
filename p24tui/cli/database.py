"""``p24tui db``: the database itself, as whoever owns it looks after it."""

import click

from p24tui.cli.base import echo_json, running
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.services import database_roles


@click.group(help=_("Databasen: roller och radskydd i PostgreSQL."))
def db() -> None:
    pass


@db.command(help=_("Visa vars och ens databasroll, gör rollerna (--apply) eller granska dem (--check)."))
@click.option("--apply", "applies", is_flag=True, help=_("Gör roller, rättigheter och radskydd som de ska vara."))
@click.option("--check", "checks", is_flag=True, help=_("Säg allt som inte är som det ska; då är slutkoden 1."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def roles(applies: bool, checks: bool, as_json: bool) -> None:
    if applies and checks:
        raise BadInput("database-apply-or-check")
    if checks:
        _check(as_json=as_json)
        return
    with running() as system:
        people = database_roles.apply(system) if applies else database_roles.of_people(system)
    if as_json:
        echo_json([
            {"hsa_id": one.staff_id, "name": one.name, "role": one.role, "active": one.active, "exists": one.exists}
            for one in people
        ])  # fmt: skip
        return
    for one in people:
        marks = ["" if one.active else _("(inte aktiv)"), "" if one.exists else _("(saknas)")]
        click.echo(f"{one.role:<40}{one.name:<28}{'  '.join(filter(None, marks))}".rstrip())


def _check(*, as_json: bool) -> None:
    with running() as system:
        found = database_roles.check(system)
    if as_json:
        echo_json([{"what": one.what, "found": one.found, "wanted": one.wanted} for one in found])
    elif not found:
        click.echo(_("Roller, rättigheter och radskydd är som de ska."))
    else:
        for one in found:
            is_, should_be = one.found or _("saknas"), one.wanted or _("ska bort")
            click.echo(f"{one.what}: {is_} → {should_be}")
    if found:
        click.get_current_context().exit(1)
