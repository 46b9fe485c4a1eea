"""What the page on adding things names is there: files, functions and tables in them, commands."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from p24tui.cli import COMMANDS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
WORDS = re.sub(r"^ *```.*?^ *```", "", PAGE, flags=re.DOTALL | re.MULTILINE)
"""The page without its excerpts, of what is made up there."""

MADE_UP = {"assets/locale/fi/LC_MESSAGES/p24tui.po"}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:p24tui|tests|assets|docs)/[\w./-]*)`", WORDS)) - MADE_UP))
def test_a_file_that_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("name", "path"), re.findall(r"`(\w+)`\s+in\s+`([\w./-]+\.\w+)`", WORDS))
def test_what_it_names_in_a_file_stands_there(name: str, path: str) -> None:
    assert re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8"))


def test_the_commands_that_it_names_exist() -> None:
    modules = set(re.findall(r"python -m (tests\.\w+)", PAGE))
    assert {one for one in modules if find_spec(one) is None} == set()
    assert set(re.findall(r"^ *(?:P24TUI_\S+ )?p24tui (\w+)", PAGE, re.MULTILINE)) <= set(COMMANDS)
    assert len(modules) > 3


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("def test_the_limits_are_", "tests/test_content.py"),
        ("def test_what_the_project_adds_is_kept_apart_", "tests/test_content.py"),
        ("_IN_LIST", "p24tui/tui/role_keys.py"),
        ("_BOTH", "p24tui/tui/key_table.py"),
        ("def action_hold", "p24tui/tui/screens/case_deeds.py"),
        ("holding.hold(", "p24tui/services/closing.py"),
        ('"gateway-address"', "p24tui/explain/__init__.py"),
        ('[right."phrase.change"]', "assets/roles.toml"),
        ("**shown.SCREENS", "tests/hostile/worlds.py"),
    ],
)
def test_where_its_examples_go_is_still_there(words: str, path: str) -> None:
    assert words in (ROOT / path).read_text(encoding="utf-8")
