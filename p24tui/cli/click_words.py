"""What click itself says of our commands, in the interface's language."""

from collections.abc import Mapping
from typing import Any

from click import core, decorators, exceptions, formatting, parser, termui, types

from p24tui.i18n import N_, _

MODULES = (core, decorators, exceptions, formatting, parser, termui, types)
"""The parts of click that speak while a command is read, and its help written."""

WORDS: Mapping[str, str] = {
    "Usage:": N_("Användning:"),
    "Options": N_("Flaggor"),
    "Commands": N_("Kommandon"),
    "Positional arguments": N_("Argument"),
    "Show this message and exit.": N_("Visa den här texten."),
    "default: {default}": N_("förval: {default}"),
    "env var: {var}": N_("miljövariabel: {var}"),
    "required": N_("krävs"),
    "Error: {message}": N_("Fel: {message}"),
    "Error: invalid input": N_("Fel: det svaret går inte att tolka"),
    "Error: The two entered values do not match.": N_("Fel: de två är inte lika."),
    "Aborted!": N_("Avbrutet."),
    "Try '{command} {option}' for help.": N_("Hjälp: {command} {option}"),
    "Missing command.": N_("Ett kommando saknas."),
    "Missing argument": N_("Argument saknas:"),
    "Missing option": N_("Flagga saknas:"),
    "Missing parameter": N_("Något saknas:"),
    "Choose from:\n\t{choices}": N_("Välj bland:\n\t{choices}"),
    "No such option {name!r}.": N_("Flaggan {name!r} finns inte."),
    "No such command {name!r}.": N_("Kommandot {name!r} finns inte."),
    "Option {name!r} does not take a value.": N_("Flaggan {name!r} tar inget värde."),
    "Argument {name!r} takes {nargs} values.": N_("Argumentet {name!r} tar {nargs} värden."),
    "Invalid value: {message}": N_("Ogiltigt värde: {message}"),
    "Invalid value for {param_hint}: {message}": N_("Ogiltigt värde för {param_hint}: {message}"),
    "{value} is not in the range {range}.": N_("{value} ligger inte inom {range}."),
    "{value!r} is not a valid {number_type}.": N_("{value!r} är inget tal som går att använda."),
    "{name} {filename!r} is a directory.": N_("{name} {filename!r} är en mapp."),
    "{name} {filename!r} is a file.": N_("{name} {filename!r} är en fil."),
    "{name} {filename!r} does not exist.": N_("{name} {filename!r} finns inte."),
    "{name} {filename!r} is not readable.": N_("{name} {filename!r} går inte att läsa."),
    "{name} {filename!r} is not writable.": N_("{name} {filename!r} går inte att skriva."),
    "Could not open file {filename!r}: {message}": N_("Filen {filename!r} går inte att öppna: {message}"),
    "file": N_("fil"),
    "directory": N_("mapp"),
    "path": N_("sökväg"),
    "unknown error": N_("okänt fel"),
}
"""By what click says in English."""

COUNTED: Mapping[str, tuple[str, str]] = {
    "Got unexpected extra argument ({args})": (
        N_("Ett argument är för mycket ({args})"),
        N_("Några argument är för mycket ({args})"),
    ),
    "Option {name!r} requires an argument.": (
        N_("Flaggan {name!r} ska ha ett värde."),
        N_("Flaggan {name!r} ska ha {nargs} värden."),
    ),
    "Takes {nargs} values but 1 was given.": (
        N_("Tar {nargs} värden, men fick ett."),
        N_("Tar {nargs} värden, men fick {len}."),
    ),
    "{value!r} is not {choice}.": (
        N_("{value!r} är inte {choice}."),
        N_("{value!r} är inget av {choices}."),
    ),
    "Did you mean {possibility}?": (
        N_("Menade du {possibility}?"),
        N_("(Menade du något av: {possibilities}?)"),
    ),
}
"""By its English singular: one, and several."""


USAGE: Mapping[str, str] = {
    "[OPTIONS]": N_("[FLAGGOR]"),
    "COMMAND": N_("KOMMANDO"),
    "[COMMAND]": N_("[KOMMANDO]"),
    "[ARGS]...": N_("[ARGUMENT]..."),
}
"""By the words of a usage line, for which click asks nobody."""

KINDS: Mapping[type[types.ParamType[Any]], str] = {
    types.StringParamType: N_("text"),
    types.IntParamType: N_("heltal"),
    types.IntRange: N_("heltal"),
    types.FloatParamType: N_("tal"),
    types.FloatRange: N_("tal"),
}
"""What is to be given, by the kinds of values for whose names click asks nobody."""


class _Formatter(formatting.HelpFormatter):
    """Writes a usage line in the language in use."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, " ".join(_(USAGE[word]) if word in USAGE else word for word in args.split()), prefix)


def speak() -> None:
    """Let click ask us for its words, each time that it says some.

    It asks the process's own gettext, whose language is the environment's; ours may be another.
    """
    for module in MODULES:
        vars(module).update(_=_said, ngettext=_counted)
    for kind, name in KINDS.items():
        kind.name = _(name)
    core.Context.formatter_class = _Formatter


def _said(message: str) -> str:
    return _(WORDS[message]) if message in WORDS else message


def _counted(one: str, many: str, count: int) -> str:
    if one not in COUNTED:
        return one if count == 1 else many
    return _(COUNTED[one][count != 1])
