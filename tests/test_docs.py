"""The documents say what is true."""

import json
import re
from dataclasses import Field, fields
from pathlib import Path

import pytest

from p24tui.cli import COMMANDS
from p24tui.settings import Settings
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.desk_parts import DeskParts

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "p24tui"
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
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


def test_the_picture_of_the_floors_has_every_part_of_the_program() -> None:
    (picture,) = re.findall(r"^```\n(cli.*?)^```", ARCHITECTURE, re.DOTALL | re.MULTILINE)
    drawn = {word for line in picture.splitlines() for word in re.split(r"[ |]+", re.split(r" {4,}", line)[0])}
    parts = {one.stem for one in PROGRAM.iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()}
    assert drawn == parts - {"__init__", "__main__"}


def test_the_columns_begin_in_files_that_are_there_and_none_is_left_out() -> None:
    rows = re.findall(r"^\| ([A-Z]{2}), .*?\| (.*?) \| (.*?) \| (.*?) \|$", ARCHITECTURE, re.MULTILINE)
    for _section, *cells in rows:
        for folder, names in zip(("routine", "services", "tui/screens"), cells, strict=True):
            for name in names.split(", "):
                assert (PROGRAM / folder / f"{name}.py").exists(), name
    rules = re.findall(r'^id = "([A-Z]{2})-', (ROOT / "assets" / "rules.toml").read_text("utf-8"), re.MULTILINE)
    assert list(dict.fromkeys(section for section, *_cells in rows)) == list(dict.fromkeys(rules))


def test_the_files_that_the_architecture_names_are_there() -> None:
    for path in re.findall(r"`((?:tests|assets|[a-z]+)/[\w./]+\.(?:py|toml|json|sql))`", ARCHITECTURE):
        assert any((ROOT / base / path).exists() for base in ("", "p24tui", "p24tui/tui")), path


def test_the_sections_of_the_desk_are_those_of_the_architecture() -> None:
    said = re.search(r"\*\*The desk's sections\.\*\*(.*?)\n\n", ARCHITECTURE, re.DOTALL)
    assert said is not None
    sections = {one.__module__.rpartition(".")[2] for one in DeskScreen.__mro__ if issubclass(one, DeskParts)}
    assert set(re.findall(r"`(\w+)`", said[1])) == sections - {"desk", "desk_parts"}


def test_the_commands_named_in_the_readme_exist() -> None:
    blocks = "".join(re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL))
    named = set(re.findall(r"^p24tui (\w+)", blocks, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)


def test_the_hazard_log_names_the_tests_that_prove_its_controls() -> None:
    proofs = json.loads((ROOT / "assets" / "proofs.json").read_text(encoding="utf-8"))["hazards"]
    log = (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (H\d+)\n(.*?)(?=^## |\Z)", log, re.DOTALL | re.MULTILINE))
    assert len(sections) == 24
    for hazard, words in sections.items():
        files = {Path(one.split("::")[0]).relative_to("tests") for one in proofs.get(hazard, [])}
        assert _proof(words) == files, hazard


def _proof(section: str) -> set[Path]:
    """The test files that a section of the hazard log names, each in the folder that stands before it."""
    found = set()
    for said in re.findall(r"\*\*Proof:\*\*(.*?)(?=\n\n|\Z)", section, re.DOTALL):
        for part in said.split("·"):
            folder = part.split(":")[0].strip() if ":" in part else "."
            found |= {Path(folder, name) for name in re.findall(r"`(test_\w+\.py)`", part)}
    return found
