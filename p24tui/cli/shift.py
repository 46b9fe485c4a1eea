"""``p24tui shift``: who is on shift, and one's own shift begun and ended."""

import click

from p24tui.cli.base import acting, echo_json, running
from p24tui.i18n import _
from p24tui.routine.shift import ShiftKind
from p24tui.services import alerts, units
from p24tui.services import shift as services_shift
from p24tui.words.cases import profession_word
from p24tui.words.duty import shift_kind_word
from p24tui.words.times import moment


@click.group(invoke_without_command=True, help=_("Visa vilka som är på skift nu."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.pass_context
def shift(ctx: click.Context, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    with running() as system:
        names = {unit.id: unit.name for unit in units.all_units(system)}
        wanted = [system.settings.unit] if system.settings.unit else list(names)
        found = services_shift.on_shift(system, wanted)
        now = system.clock.now()
    if as_json:
        echo_json(
            [
                {
                    "unit": one.shift.unit_id,
                    "staff": one.shift.staff_id,
                    "name": one.name,
                    "profession": one.shift.profession.value,
                    "kind": one.shift.kind.value,
                    "started_at": one.shift.started_at,
                    "seen_at": one.shift.seen_at,
                }
                for one in found
            ]
        )
        return
    for one in found:
        role, kind = profession_word(one.shift.profession), shift_kind_word(one.shift.kind)
        since = _("sedan {at}").format(at=moment(one.shift.started_at, now))
        click.echo(
            f"{one.name:<24.24}  {role:<16}  {kind:<14}  {since:<24}  {names.get(one.shift.unit_id, '')}".rstrip()
        )
    if not found:
        click.echo(_("Ingen är på skift."))


@shift.command("start", help=_("Börja ditt skift, eller gå vidare med det som pågår."))
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ShiftKind]),
    default=ShiftKind.CHAT.value,
    help=_("Vad du gör på skiftet."),
)
def start(kind: str) -> None:
    does = ShiftKind(kind)
    with acting() as (system, who):
        begun = services_shift.start(system, who, does)
        if does is ShiftKind.RESPONSIBLE:
            alerts.take_responsibility(system, who)
        now = system.clock.now()
    minutes = int(services_shift.grace(now).total_seconds()) // 60
    words = _("Ditt skift ({kind}) pågår sedan {at}. Öppna konsolen: hörs ingen på {minutes} minuter går det förlorat.")
    click.echo(words.format(kind=shift_kind_word(begun.kind), at=moment(begun.started_at, now), minutes=minutes))


@shift.command("end", help=_("Avsluta ditt skift. Det går inte medan något pågår hos dig."))
def end() -> None:
    with acting() as (system, who):
        services_shift.end(system, who)
    click.echo(_("Ditt skift är avslutat; inget är kvar hos dig."))
