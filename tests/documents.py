"""The documents of the repository as they are read: Markdown, rendered, with what it names."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

import click
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")])

_SHELL_ENDS = {"|", "||", "&&", ";", "#", ">", ">>", "<", "&"}


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """All of a page, what stands within its paragraphs too."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return tuple(_flat(parser.parse(page.read_text(encoding="utf-8"))))


def rendered(page: Path) -> str:
    """The page in HTML."""
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(page.read_text(encoding="utf-8")))


def _flat(nested: list[Token]) -> Iterator[Token]:
    for token in nested:
        yield token
        yield from _flat(token.children or [])


def headings(page: Path) -> list[tuple[int, str]]:
    """Level and words of each heading, in order."""
    found = tokens(page)
    return [
        (int(token.tag[1]), found[at + 1].content) for at, token in enumerate(found) if token.type == "heading_open"
    ]


def anchors(page: Path) -> set[str]:
    """Where a link into the page may lead: each heading, as repositories on the web name it."""
    found: set[str] = set()
    for _level, words in headings(page):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", words)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(next(name for name in (slug, *(f"{slug}-{n}" for n in range(1, 99))) if name not in found))
    return found


def targets(page: Path) -> Iterator[str]:
    """What the page links to or shows."""
    for token in tokens(page):
        if token.type in {"link_open", "image"}:
            yield str(token.attrGet("href") or token.attrGet("src"))


def code(page: Path) -> Iterator[str]:
    """Every line of code on the page, and every piece within its sentences."""
    for token in tokens(page):
        if token.type == "code_inline":
            yield token.content.replace("\n", " ")
        elif token.type in {"fence", "code_block"}:
            yield from token.content.replace("\\\n", " ").splitlines()


def calls(line: str, program: str) -> Iterator[list[str]]:
    """The arguments of each call of a program in a line of code."""
    if line.startswith("Description="):  # of a service: a sentence
        return
    for found in re.finditer(rf"(?:^|(?<!-\w)[\s=(]|bin/){re.escape(program)}(?=\s)(?=([^`]*))", line):
        words = shlex.shlex(found[1], posix=True, punctuation_chars=";|&<>")
        words.whitespace_split = True
        words.quotes = '"'
        yield list(takewhile(lambda word: word not in _SHELL_ENDS, words))


def not_known(command: click.Command, arguments: list[str]) -> str | None:
    """The first command or option among the arguments that the program does not have."""
    words, options = iter(arguments), _options(command)
    for word in words:
        name, _equals, value = word.partition("=")
        if name.startswith("-") and name != "-":
            if name not in options:
                return word
            if options[name] and not value:
                next(words, None)
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z0-9][a-z0-9-]*", word):
            below = command.get_command(click.Context(command), word)
            if below is None:
                return word
            command, options = below, options | _options(below)
    return None


def _options(command: click.Command) -> dict[str, bool]:
    """The options of a command, and whether each takes a value."""
    found = {"--help": False}
    for one in command.params:
        if isinstance(one, click.Option):
            found |= dict.fromkeys([*one.opts, *one.secondary_opts], not one.is_flag and not one.count)
    return found


def said_by(module: str) -> str:
    """The source of a module that is run by ``python -m``, with what lies beside its ``__main__``."""
    at = ROOT.joinpath(*module.split("."))
    files = sorted(at.glob("*.py")) if at.is_dir() else [at.with_suffix(".py")]
    return "\n".join(one.read_text(encoding="utf-8") for one in files if one.exists())
