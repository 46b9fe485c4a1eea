"""The documents say what is true."""

import json
import re
from dataclasses import Field, fields
from pathlib import Path
from urllib.parse import unquote

import pytest

from p24tui.cli import make_root
from p24tui.settings import Settings
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.desk_parts import DeskParts
from tests import documents

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "p24tui"
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PAGE = pytest.mark.parametrize("page", documents.PAGES, ids=lambda page: page.name)
ELSEWHERE = {"P24TUI_REAL_INPUT"}
"""What is asked of the environment elsewhere than in the settings."""


@pytest.mark.parametrize("key", [one for one in fields(Settings) if one.name != "home"], ids=lambda one: one.name)
def test_every_setting_is_described(key: Field[object]) -> None:
    (row,) = [line for line in SETTINGS.splitlines() if line.startswith(f"| `{key.name}` |")]
    assert f"`P24TUI_{key.name.upper()}`" in row
    assert key.metadata["doc"] in row


@PAGE
def test_a_page_is_rendered_and_nothing_of_its_marks_is_left(page: Path) -> None:
    assert documents.rendered(page).startswith(("<h1>", "<!--"))
    for token in documents.tokens(page):
        if token.type in {"html_block", "html_inline"}:
            assert re.fullmatch(r"\s*<!--.*-->\s*", token.content, re.DOTALL), token.content
        if token.type == "text":
            assert not re.search(r"\]\(|\*\*|`", token.content), token.content


@PAGE
def test_links_lead_somewhere_and_pictures_are_there(page: Path) -> None:
    for target in documents.targets(page):
        where, _hash, anchor = unquote(target).partition("#")
        if where.startswith(("http:", "https:")):
            continue
        at = (page.parent / where).resolve() if where else page
        assert at.exists(), target
        assert not anchor or anchor in documents.anchors(at), target


@PAGE
def test_every_command_and_option_exists(page: Path) -> None:
    root = make_root()
    for line in documents.code(page):
        for arguments in documents.calls(line, "p24tui"):
            assert documents.not_known(root, arguments) is None, line


@PAGE
def test_every_check_that_is_run_by_python_exists_with_its_options(page: Path) -> None:
    for line in documents.code(page):
        for module, *arguments in documents.calls(line, "python -m"):
            if not module.startswith("tests."):
                continue
            source = documents.said_by(module)
            assert "__main__" in source or "def main" in source, line
            for word in arguments:
                assert not word.startswith("--") or f'"{word.partition("=")[0]}"' in source, line


@PAGE
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = {f"P24TUI_{one.name.upper()}" for one in fields(Settings)} | ELSEWHERE
    named = {name for line in documents.code(page) for name in re.findall(r"\bP24TUI_[A-Z0-9_]+\b", line)}
    assert named <= known


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("p24tui roster gaps --unit X", ["roster", "gaps", "--unit", "X"]),
        ("P24TUI_LANG=fi /opt/bin/p24tui demo | less", ["demo"]),
        ("sudo -u p24tui p24tui worker   # all night", ["worker"]),
    ],
)
def test_a_call_is_found_in_a_line(line: str, found: list[str]) -> None:
    assert found in list(documents.calls(line, "p24tui"))


@pytest.mark.parametrize(
    ("arguments", "unknown"),
    [
        (["demo", "--at", "16:10"], None),
        (["--role", "head"], None),
        (["dmeo"], "dmeo"),
        (["roster", "holes"], "holes"),
        (["demo", "--when=16:10"], "--when=16:10"),
    ],
)
def test_what_the_program_does_not_have_is_found(arguments: list[str], unknown: str | None) -> None:
    assert documents.not_known(make_root(), arguments) == unknown


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
