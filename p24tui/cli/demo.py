"""``p24tui demo``: a throw-away unit whose patients write and answer while one watches, or while one practises."""

from datetime import time

import click

from p24tui.cli.base import settings_in_force
from p24tui.cli.console import require_terminal, run_demo
from p24tui.errors import BadInput
from p24tui.i18n import _


@click.command(help=_("Prova på en påhittad enhet: patienter skriver och svarar medan du tittar. Inget sparas."))
@click.option("--seed", default=1, show_default=True, help=_("Samma tal ger samma dag."))
@click.option("--at", "at", default="08:05", show_default=True, metavar="HH:MM", help=_("När på dagen det börjar."))
@click.option("--speed", type=click.FloatRange(0.1, 600), default=1.0, show_default=True, help=_("Hur fort tiden går."))
@click.option("--training", is_flag=True, help=_("Övning: välj vem i personalen du är. Alla bilder säger ÖVNING."))
@click.option("--join", is_flag=True, help=_("Öppna en konsol till i den demo som körs, som någon annan i personalen."))
def demo(seed: int, at: str, speed: float, training: bool, join: bool) -> None:
    try:
        starts = time.fromisoformat(at)
    except ValueError as error:
        raise BadInput("clock-time", value=at) from error
    require_terminal()
    if join:
        _join()
    else:
        _start(seed, starts, speed, training=training)


def _start(seed: int, at: time, speed: float, *, training: bool) -> None:
    from p24tui.demo import day

    click.echo(_("Demoenheten öppnar, med dagen fram till {at}. Det tar en stund …").format(at=f"{at:%H.%M}"))
    with day.running(settings_in_force(), seed=seed, at=at, speed=speed, training=training) as system:
        settings = system.settings
        run_demo(system, settings.staff, settings.unit, asks_who=training, banner=_banner(training))


def _join() -> None:
    from p24tui.demo import playing

    chosen = settings_in_force()
    running = playing.running_demo(chosen.home)
    if running is None:
        raise BadInput("no-demo-to-join")
    with playing.joined(chosen, running) as system:
        run_demo(system, "", running.unit, asks_who=True, banner=_banner(running.training))


def _banner(training: bool) -> str:
    return _("ÖVNING") if training else _("DEMO")
