"""``p24tui demo``: a throw-away unit whose patients write and answer while one watches."""

from datetime import time

import click

from p24tui.cli.base import settings_in_force
from p24tui.cli.console import require_terminal, run_desk
from p24tui.errors import BadInput
from p24tui.i18n import _


@click.command(help=_("Prova på en påhittad enhet: patienter skriver och svarar medan du tittar. Inget sparas."))
@click.option("--seed", default=1, show_default=True, help=_("Samma tal ger samma dag."))
@click.option("--at", "at", default="08:05", show_default=True, metavar="HH:MM", help=_("När på dagen det börjar."))
@click.option("--speed", type=click.FloatRange(0.1, 600), default=1.0, show_default=True, help=_("Hur fort tiden går."))
def demo(seed: int, at: str, speed: float) -> None:
    try:
        starts = time.fromisoformat(at)
    except ValueError as error:
        raise BadInput("demo-time", value=at) from error
    require_terminal()
    from p24tui.demo import day

    click.echo(_("Demoenheten öppnar …"))
    with day.running(settings_in_force(), seed=seed, at=starts, speed=speed) as system:
        settings = system.settings
        run_desk(system, settings.staff, settings.unit, asks_who=False, banner=_("DEMO"))
