"""The documents say what is true."""

import re
from dataclasses import Field, fields
from pathlib import Path

import pytest

from p24tui.cli import COMMANDS
from p24tui.settings import Settings

ROOT = Path(__file__).parent.parent
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
DOCS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


@pytest.mark.parametrize("key", [one for one in fields(Settings) if one.name != "home"], ids=lambda one: one.name)
def test_every_setting_is_described(key: Field[object]) -> None:
    (row,) = [line for line in SETTINGS.splitlines() if line.startswith(f"| `{key.name}` |")]
    assert f"`P24TUI_{key.name.upper()}`" in row
    assert key.metadata["doc"] in row


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_the_commands_named_in_the_readme_exist() -> None:
    blocks = "".join(re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL))
    named = set(re.findall(r"^p24tui (\w+)", blocks, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)
