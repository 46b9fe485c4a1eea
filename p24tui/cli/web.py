"""``p24tui web``: the console for browsers, behind the proxy that demands the card."""

from importlib.util import find_spec

import click

from p24tui import bootstrap
from p24tui.cli.base import settings_in_force
from p24tui.clock import SystemClock
from p24tui.errors import BadInput
from p24tui.i18n import _


@click.command(help=_("Öppna konsolen för webbläsare, bakom den proxy som kräver kortet. Avsluta med Ctrl+C."))
@click.option(
    "--behind-proxy", is_flag=True, help=_("Lyssna även utanför den egna maskinen, för en proxy på en annan.")
)
def web(behind_proxy: bool) -> None:
    if find_spec("textual_serve") is None:
        raise BadInput("web-missing")
    from p24tui.web.serve import serve

    settings, clock = settings_in_force(), SystemClock()
    check = bootstrap.certificate_check(settings, clock)
    serve(settings, check, clock, behind_proxy=behind_proxy, when_listening=_say_listening)
    click.echo(_("Konsolen för webbläsare är stängd."), err=True)


def _say_listening(where: str) -> None:
    click.echo(_("Konsolen för webbläsare lyssnar på {where}. Avsluta med Ctrl+C.").format(where=where))
