"""The commands of the command line, by what they print: of each that prints what others have written, both streams."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from click.testing import CliRunner

from p24tui.cli import make_root
from tests.hostile.checks import HostileError, check
from tests.world import PEOPLE, UNIT

MARIA, EVA = PEOPLE["maria"][0], PEOPLE["eva"][0]

PRINTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "cases": ((), ("--json",)),
    "intake quarantine": ((),),
    "intake quarantine list": ((), ("--json",), ("--all",)),
    "intake quarantine show": (("{quarantined}",),),
    "intake token": (("--list",), ("--list", "--json")),
    "log anchor": ((),),
    "log unit": ((UNIT,),),
    "log verify": ((), ("--json",)),
    "report": ((), ("--json",), ("--csv",)),
    "roster": ((), ("--json",), ("--week", "2026-48")),
    "roster export": ((),),
    "roster gaps": ((), ("--json",)),
    "shift": ((), ("--json",)),
    "sms": ((), ("--json",)),
    "sms texts": ((), ("--json",)),
    "staff": ((), ("--json",)),
    "staff role": ((MARIA,),),
    "storage": ((), ("--json",)),
    "unit": ((), ("--json",)),
    "unit after-hours": ((UNIT,), (UNIT, "--json")),
    "unit hours": ((UNIT,), (UNIT, "--json")),
    "unit lock-after": ((UNIT,),),
    "unit protection": ((UNIT,),),
    "unit warnings": ((UNIT,),),
}
"""With which arguments; what a command repeats of its arguments alone stands in ``REPEATS``."""

REPEATS: dict[str, tuple[str, ...]] = {
    "intake load": ("{text}",),
    "intake quarantine show": ("{text}",),
    "intake quarantine retry": ("{text}",),
    "intake quarantine settle": ("{text}",),
    "intake token": ("{text}",),
    "backup": ("{text}", "--passphrase-stdin"),
    "log anchor": ("--accept-restore", "--reason", "{text}"),
    "log export": ("--from", "{text}"),
    "log patient": ("{text}",),
    "log sample": ("--seed", "{text}", "--from", "{text}"),
    "log staff": ("{text}",),
    "log unit": ("{text}",),
    "log unusual": ("--from", "{text}"),
    "patient": ("{text}",),
    "report": ("--day", "{text}"),
    "restore": ("{text}", "--passphrase-stdin"),
    "roster": ("--week", "{text}"),
    "roster add": ("{text}", "{text}", "{text}", "{text}"),
    "roster copy": ("{text}", "{text}"),
    "roster drop": ("{text}",),
    "roster export": ("-", "--from", "{text}"),
    "roster import": ("{text}",),
    "sms set": ("{text}", "{text}"),
    "sms times": ("--morning", "{text}"),
    "staff add": ("{text}", "--name", "{text}", "--profession", "nurse"),
    "staff change": (MARIA, "--email", "{text}"),
    "staff password": ("{text}",),
    "staff role": ("{text}",),
    "unit add": ("{text}", "--name", "{text}"),
    "unit after-hours": ("{text}",),
    "unit change": (UNIT, "--hours", "{text}"),
    "unit day": (UNIT, "{text}", "{text}"),
    "unit eves": ("{text}", "open"),
    "unit hours": (UNIT, "{text}"),
    "unit lock-after": ("{text}",),
    "unit protection": ("{text}",),
    "unit warnings": ("{text}",),
}
"""What says back what was typed; a terminal shows what is pasted into it only as its program does."""

OTHERS = frozenset({
    "", "db", "db roles", "demo", "doctor", "gateway", "gateway test", "init", "intake", "intake mllp", "intake serve",
    "log", "log remove-old", "rules", "shift end", "shift start", "staff card", "storage purge", "web", "worker",
})  # fmt: skip
"""They print nothing of what people or other systems write, run until they are stopped, or only hold others."""


def all_commands() -> set[str]:
    """What can be typed, also the groups."""
    return set(_under(make_root(), ()))


def _under(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    yield " ".join(path)
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            assert found is not None
            yield from _under(found, (*path, name))


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Commands are Maria's, over the database that lies there."""
    before = dict(os.environ)
    os.environ.update(P24TUI_HOME=str(home), P24TUI_STAFF=MARIA, P24TUI_UNIT=UNIT)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(command: str, *arguments: str) -> None:
    """Raises ``HostileError`` where what it prints could act on a terminal, or where it breaks."""
    done = CliRunner().invoke(make_root(), (*command.split(), *arguments), prog_name="p24tui")
    where = f"p24tui {command} {ascii(arguments)[:80]}"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise HostileError(f"{where}: {done.exception!r}") from done.exception
    check(done.stdout, where, breaks="\r\n")
    check(done.stderr, f"{where}, stderr", breaks="\r\n")


def print_all(quarantined: str) -> int:
    """Every command that prints what others have written; how many were run."""
    ways = [(command, arguments) for command, found in PRINTS.items() for arguments in found]
    for command, arguments in ways:
        run(command, *(one.format(quarantined=quarantined) for one in arguments))
    return len(ways)


def repeat(text: str) -> None:
    """Every command that says back what was typed."""
    typed = text.replace("\x00", "").encode("utf-8", "ignore").decode()  # no argument can hold them
    for command, arguments in REPEATS.items():
        run(command, *(typed if one == "{text}" else one for one in arguments))
