"""What click says at the command line is in the interface's language, and an upgrade that says more is noticed."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from p24tui import i18n
from p24tui.cli import _choose_language, make_root
from p24tui.cli.base import make_sure
from p24tui.cli.click_words import COUNTED, KINDS, MODULES, USAGE, WORDS

SAID = [
    (
        ["--help"],
        ["Användning: p24tui [FLAGGOR] [KOMMANDO] [ARGUMENT]...", "Flaggor:", "Kommandon:", "Visa den här texten."],
        ["Usage: p24tui [OPTIONS] [COMMAND] [ARGS]...", "Options:", "Commands:", "Show this message and exit."],
    ),
    (["restore"], ["Fel: Argument saknas: 'FIL'.", "Hjälp: p24tui restore"], ["Error: Missing argument 'FILE'."]),
    (["--nothing"], ["Flaggan '--nothing' finns inte."], ["No such option '--nothing'."]),
    (["--unitt", "x"], ["Menade du '--unit'?"], ["Did you mean '--unit'?"]),
    (["nothing"], ["Kommandot 'nothing' finns inte."], ["No such command 'nothing'."]),
    (["doctor", "x"], ["Ett argument är för mycket (x)"], ["Got unexpected extra argument (x)"]),
    (["--unit"], ["Flaggan '--unit' ska ha ett värde."], ["Option '--unit' requires an argument."]),
    (["demo", "--speed", "x"], ["'x' är inget tal"], ["'x' is not a valid"]),
    (["demo", "--speed", "0"], ["0.0 ligger inte inom 0.1<=x<=600."], ["0.0 is not in the range 0.1<=x<=600."]),
    (["demo", "--help"], ["--seed HELTAL", "--speed TAL", "förval: 1.0"], ["--seed INTEGER", "default: 1.0"]),
    (["log", "--help"], ["p24tui log [FLAGGOR] KOMMANDO [ARGUMENT]..."], ["p24tui log [OPTIONS] COMMAND [ARGS]..."]),
    (["backup", "--help"], ["p24tui backup [FLAGGOR] FIL"], ["p24tui backup [OPTIONS] FILE"]),
    (
        ["staff", "add", "x", "--profession", "smed"],
        ["Ogiltigt värde för '--profession': 'smed' är inget av 'nurse', "],
        ["Invalid value for '--profession': 'smed' is not one of 'nurse', "],
    ),
]


@pytest.mark.parametrize(("args", "swedish", "english"), SAID, ids=lambda one: " ".join(one)[:20])
def test_what_is_wrong_with_a_command_is_said_in_the_language_in_use(
    args: list[str], swedish: list[str], english: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    for lang, wanted, unwanted in (("sv", swedish, english), ("en", english, swedish)):
        monkeypatch.setenv("P24TUI_LANG", lang)
        done = subprocess.run([sys.executable, "-m", "p24tui", *args], capture_output=True, text=True, check=False)
        said = " ".join((done.stdout + done.stderr).split())
        assert [one for one in wanted if one not in said] == [], said
        assert [one for one in unwanted if one in said] == [], said


@pytest.mark.parametrize(
    ("lang", "shown", "typed", "done"),
    [
        ("sv", "[j/N]", "j", True),
        ("sv", "[j/N]", "JA", True),
        ("sv", "[j/N]", "y", True),
        ("sv", "[j/N]", "", False),
        ("sv", "[j/N]", "jo då", False),
        ("en", "[y/N]", "y", True),
        ("en", "[y/N]", "j", False),
        ("en", "[y/N]", "n", False),
    ],
)
def test_a_question_takes_the_letters_of_the_language_in_use(lang: str, shown: str, typed: str, done: bool) -> None:
    i18n.use_language(lang)

    @click.command()
    def ask() -> None:
        make_sure("Ta bort?")
        click.echo("borta")

    said = CliRunner().invoke(ask, input=f"{typed}\n")
    assert f"Ta bort? {shown}: " in said.output
    assert (said.exit_code, "borta" in said.output) == ((0, True) if done else (1, False))


NEVER_SAID = {
    "deprecated",  # no command of ours is
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
    "Value must be an iterable.",  # mistakes in how a command is written, not given
    "Could not determine name for option with declarations {decls!r}",
    (
        "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
        "Did you mean to pass '--{name}'?"
    ),
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Invalid start character for option ({option})",
    "Missing {param_type}",
    "Missing parameter: {param_name}",
    "Choice({choices})",
    "Unknown color {colour!r}",
    "(dynamic)",  # kinds of options that we have none of
    "Do you want to continue?",
    "Confirm the action without prompting.",
    "%(prog)s, version %(version)s",
    "Show the version and exit.",
    "Press any key to continue...",
    "Repeat for confirmation",
    "{value!r} does not match the format {format}.",
    "{value!r} is not a valid boolean. Recognized values: {states}",
    "{len_type} values are required, but {len_value} was given.",
    "{value!r} is not a valid UUID.",
    "{name} {filename!r} is not executable.",
}


def test_click_says_nothing_that_we_do_not_know_of() -> None:
    """Where this fails after an upgrade: translate the new words in click_words.py, or see that nobody meets them."""
    known = (WORDS.keys() - {"required"}) | COUNTED.keys() | NEVER_SAID  # "required" is a value there
    assert {one for module in MODULES for one in said(module)} == known


NAMED_OTHERWISE = (click.Choice, click.Path, click.types.BoolParamType)  # by values, by the words above, and flags


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_what_stands_for_a_value_is_in_the_language_in_use(lang: str) -> None:
    """A new kind of value of click's has no name here until it is added to the kinds."""
    run = [sys.executable, "-c", "from tests.acceptance.test_click_words import print_named; print_named()"]
    done = subprocess.run(run, capture_output=True, text=True, check=True, env=os.environ | {"P24TUI_LANG": lang})
    named = set(done.stdout.split())
    english, swedish = {"OPTIONS", "FILE", "INTEGER", "DATE", "ROLE", "MINUTES"}, {"FIL", "HELTAL", "DATUM", "ROLL"}
    wanted, unwanted = (swedish, english) if lang == "sv" else (english, swedish)
    assert wanted - {"OPTIONS"} <= named
    assert not named & (unwanted | {"RANGE", "FLOAT"})


def print_named() -> None:
    """What stands for a value, word by word, in all commands; run in a process of its own for its language."""
    _choose_language()
    for command in commands():
        for one in command.params:
            assert type(one.type) in KINDS or isinstance(one.type, NAMED_OTHERWISE)
            click.echo(" ".join(re.findall(r"\w+", one.make_metavar(click.Context(command)))))


def commands() -> Iterator[click.Command]:
    """Every command, and the groups."""
    waiting: list[click.Command] = [make_root()]
    while waiting:
        yield (command := waiting.pop())
        if isinstance(command, click.Group):
            ctx = click.Context(command)
            waiting += filter(None, (command.get_command(ctx, name) for name in command.list_commands(ctx)))


def test_the_words_of_a_usage_line_are_those_that_click_has() -> None:
    made = [click.Command("x"), click.Group("x"), click.Group("x", invoke_without_command=True)]
    pieces = {word for one in made for piece in one.collect_usage_pieces(click.Context(one)) for word in piece.split()}
    assert pieces == USAGE.keys()


def said(module: ModuleType) -> Iterator[str]:
    """What a module of click has translated; of what is counted the singular."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext"}:
            words = node.args[0]
            if isinstance(words, ast.Constant):
                yield str(words.value)
