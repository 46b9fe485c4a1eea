"""The command line. Without a command it opens the console; each command is a few lines over a service."""

import sys
from importlib import import_module

import click

from p24tui import __version__, crash, i18n, settings
from p24tui.cli import click_words
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _

COMMANDS = {
    "backup": "p24tui.cli.backup:backup",
    "cases": "p24tui.cli.cases:cases",
    "db": "p24tui.cli.database:db",
    "demo": "p24tui.cli.demo:demo",
    "doctor": "p24tui.cli.doctor:doctor",
    "gateway": "p24tui.cli.sms:gateway",
    "init": "p24tui.cli.setup:init",
    "intake": "p24tui.cli.intake:intake",
    "log": "p24tui.cli.log:log",
    "patient": "p24tui.cli.patient:patient",
    "roster": "p24tui.cli.roster:roster",
    "report": "p24tui.cli.report:report",
    "restore": "p24tui.cli.backup:restore",
    "rules": "p24tui.cli.rules:rules",
    "shift": "p24tui.cli.shift:shift",
    "sms": "p24tui.cli.sms:sms",
    "staff": "p24tui.cli.setup:staff",
    "storage": "p24tui.cli.storage:storage",
    "unit": "p24tui.cli.setup:unit",
    "web": "p24tui.cli.web:web",
    "worker": "p24tui.cli.worker:worker",
}


class Root(click.Group):
    """Loads a command's module only when it is asked for, and says errors in words, with an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _colon, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except P24Error as error:
            click.echo(explain(error), err=True)
            ctx.exit(error.exit_code)


def main() -> None:
    """The entry of the program."""
    crash.install()
    _choose_language()
    make_root().main(prog_name="p24tui")


def make_root() -> Root:
    """The root command, in the language in use."""
    click_words.speak()
    return Root(
        "p24tui",
        callback=_open_console,
        invoke_without_command=True,
        help=_("Personalens konsol för chatt och video. Utan kommando öppnas konsolen."),
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_show_version,
                help=_("Visa versionen."),
            ),
            click.Option(["--staff"], metavar="HSA-ID", help=_("Vem kommandot utförs av.")),
            click.Option(
                ["--password-stdin"],
                is_flag=True,
                help=_("Läs lösenordet eller PIN-koden från första raden på standard in, i stället för att fråga."),
            ),
            click.Option(["--unit"], metavar="HSA-ID", help=_("Vilken enhet det gäller.")),
            click.Option(["--role"], metavar=_("ROLL"), help=_("I vilken roll: yrket, eller ett uppdrag på enheten.")),
        ],
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _choose_language() -> None:
    """Before the commands' own help is put together; a settings file that cannot be read is told of later."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        i18n.use_language(settings.load().lang)
    except P24Error:
        i18n.use_language("sv")


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"p24tui {__version__}")
        ctx.exit()


def _open_console(staff: str | None, unit: str | None, role: str | None, password_stdin: bool) -> None:
    """Open it where no command was given. ``password_stdin`` is for commands: ``cli.proof`` looks at it."""
    ctx = click.get_current_context()
    ctx.obj = settings.load(staff=staff, unit=unit, role=role)
    if ctx.invoked_subcommand is None:
        from p24tui.cli.console import open_console

        open_console(ctx.obj)
