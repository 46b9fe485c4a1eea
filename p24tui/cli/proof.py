"""Who somebody at the command line is, proven by the login in force, as at the console (NA-1)."""

import sys

import click

from p24tui import bootstrap
from p24tui.errors import BadInput, Refused
from p24tui.gateways.browser import Opened
from p24tui.gateways.system_user import system_user
from p24tui.i18n import _
from p24tui.routine.login import Means, Proven
from p24tui.services import login, passwords
from p24tui.system import System
from p24tui.text import clean_line


def proven(system: System) -> Proven:
    """Who acts. It is whoever has proven it: whom the settings name counts only where a password has to be somebody's.

    Raises ``BadInput`` where nobody can be asked here, and as each login does.
    """
    match Means(system.settings.login):
        case Means.SYSTEM_USER:
            return login.of_system_user(system, system_user())
        case Means.CARD:
            return login.by_card(system, asked(_("PIN-kod för legitimering")))
        case Means.OIDC:
            return _by_browser(system)
    return _by_password(system)


def asked(prompt: str) -> str:
    """Something secret: the next line of standard input with ``--password-stdin``, else what is typed, unseen.

    Raises ``BadInput`` where nobody can type, or nothing comes.
    """
    if by_standard_input():
        return from_standard_input()
    if not at_terminal():
        raise BadInput("proof-no-terminal")
    return str(click.prompt(prompt, hide_input=True, err=True))


def by_standard_input() -> bool:
    """Whether what is secret comes by standard input."""
    return bool(click.get_current_context().find_root().params.get("password_stdin"))


def from_standard_input() -> str:
    """The next line of standard input. Raises ``BadInput`` where there is none."""
    typed = sys.stdin.readline().rstrip("\r\n")
    if not typed:
        raise BadInput("no-password")
    return typed


def named(system: System) -> str:
    """Whom the settings name. Raises ``BadInput`` where that is nobody."""
    if not system.settings.staff:
        raise BadInput("who-acts")
    return system.settings.staff


def password_of(staff_id: str) -> str:
    """The person's password, asked for."""
    return asked(_("Lösenord för {staff}").format(staff=clean_line(staff_id, 40)))


def _by_password(system: System) -> Proven:
    staff_id = named(system)
    try:
        return passwords.prove(system, staff_id, password_of(staff_id), bootstrap.place("cli"))
    except Refused as refused:
        if refused.reason == "password-one-time":  # here no new one is asked for
            raise Refused(refused.rule, "password-one-time-cli") from None
        raise


def _by_browser(system: System) -> Proven:
    """A script has no browser: it would wait for minutes, for nobody."""
    if by_standard_input() or not at_terminal():
        raise BadInput("proof-by-browser")
    return login.by_browser(system, _tell_of_address, lambda: False)


def _tell_of_address(address: str, opened: Opened) -> None:
    if opened is Opened.NOWHERE:
        click.echo(_("Öppna adressen i en webbläsare på den här datorn:"), err=True)
        click.echo(clean_line(address, 4000), err=True)
    click.echo(_("Logga in i webbläsaren. Ctrl+C avbryter."), err=True)


def at_terminal() -> bool:
    """Whether somebody can be asked. Standard input may be a file then: what is secret is typed at the terminal."""
    return sys.stdin.isatty() or sys.stderr.isatty()
