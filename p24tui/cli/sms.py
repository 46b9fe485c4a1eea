"""``p24tui sms`` and ``p24tui gateway``: what is sent, by which way, and whether that way can be used."""

from datetime import time

import click
from msgspec.structs import asdict

from p24tui.cli.base import echo_json, operator, running, unit_of
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.services import gateways as services_gateways
from p24tui.services import outbox as services_outbox
from p24tui.services import reminders, sms_text
from p24tui.services import units as services_units
from p24tui.services.gateways import Check
from p24tui.words.cases import outgoing_problem_words


@click.group(invoke_without_command=True, help=_("Visa hur utskicken står, och enhetens texter och tider för dem."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.pass_context
def sms(ctx: click.Context, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    with running() as system:
        stands = {unit.id: services_outbox.standing(system, [unit.id]) for unit in services_units.all_units(system)}
    if as_json:
        echo_json([{"unit": id, **asdict(one)} for id, one in stands.items()])
        return
    for id, one in stands.items():
        words = _("osäkra {uncertain}, misslyckade {failed}, planerade {planned}, försenade {overdue}")
        said = words.format(uncertain=one.uncertain, failed=one.failed, planned=one.planned, overdue=one.overdue)
        click.echo(f"{id:<32}{said}  {outgoing_problem_words(one.problem) if one.problem else ''}".rstrip())


@sms.command("texts", help=_("Visa enhetens texter. {unit} och {link} fylls i."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def texts(as_json: bool) -> None:
    with running() as system:
        found = sms_text.texts_of(system, unit_of(system))
    if as_json:
        echo_json([{"purpose": one.value, "lang": lang, "text": text} for (one, lang), text in found.items()])
        return
    for (one, lang), text in found.items():
        click.echo(f"{one.value:<14}{lang}  {text}")


@sms.command("set", help=_("Ge enheten en egen text; en tom text återställer programmets."))
@click.argument("purpose", metavar=_("SYFTE"))
@click.argument("text", metavar=_("TEXT"))
@click.option("--lang", type=click.Choice(sms_text.LANGUAGES), default=sms_text.LANGUAGES[0], help=_("Språk."))
def set_text(purpose: str, text: str, lang: str) -> None:
    with running() as system:
        filled = sms_text.put_text(system, operator(system), unit_of(system), sms_text.purpose(purpose), lang, text)
    size = sms_text.size(filled)
    click.echo(_("Sparat ({characters} tecken, {parts} sms): {text}").format(
        characters=size.characters, parts=size.parts, text=filled
    ))  # fmt: skip


@sms.command("times", help=_("Visa eller ändra när enhetens påminnelser om videobesök går."))
@click.option("--before", type=click.IntRange(1, 240), help=_("Minuter före besöket."))
@click.option("--morning", metavar="HH:MM", help=_("När på morgonen samma dag."))
def times(before: int | None, morning: str | None) -> None:
    try:
        at = time.fromisoformat(morning) if morning else None
    except ValueError as error:
        raise BadInput("clock-time", value=morning) from error
    with running() as system:
        found = reminders.put_times(system, operator(system), unit_of(system), before, at)
    minutes = int(found.soon_before.total_seconds()) // 60
    words = _("{before} minuter före besöket, och samma dag kl. {morning} (tidigast när enheten öppnar).")
    click.echo(words.format(before=minutes, morning=found.morning.isoformat(timespec="minutes").replace(":", ".")))


@click.group(help=_("Vägarna ut: sms och e-post."))
def gateway() -> None:
    pass


@gateway.command("test", help=_("Pröva om vägarna ut går att använda. Inget skickas till någon."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
def test(as_json: bool) -> None:
    with running() as system:
        checks = services_gateways.check(system)
    if as_json:
        echo_json([asdict(one) for one in checks])
    else:
        for one in checks:
            click.echo(f"{'✓' if one.works else '✗'} {one.channel.value:<6} {one.gateway:<10} {_said(one)}")
        if not checks:
            click.echo(_("Ingen väg ut är inställd. Sätt sms eller mail i inställningarna; inget skickas tills dess."))
    if not checks or not all(one.works for one in checks):
        click.get_current_context().exit(1)


def _said(one: Check) -> str:
    if not one.works:
        return outgoing_problem_words(one.said)
    return one.said if one.leaves_machine else _("{said} (inget lämnar datorn)").format(said=one.said)
