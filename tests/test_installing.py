"""The guide for whoever installs names versions, files, commands and settings that there are."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from p24tui import __version__, settings
from p24tui.cli import make_root
from p24tui.store import health

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
BLOCKS = [re.sub(r"(?m)^ {1,4}", "", one) for one in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)]
LINES = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines()]
FILES = re.findall(r"\S+/settings\.toml <<'END'\n(.*?)^END$", "\n".join(LINES), re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """The words after each p24tui, as far as they are its own."""
    found = []
    for line in LINES:
        match = re.search(r"(?:^|[ /'])p24tui(?:-owner)? +([a-z].*)", re.sub(r"\$\([^)]*\)", "FILE", line))
        if match and not line.startswith(("Description=", "sed ", "    /etc/")):
            words = re.split(r"[<>|]", match[1])[0].rstrip().removesuffix("'")
            found.append(shlex.split(words))
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_of_the_guide_is_one_with_these_options(words: list[str]) -> None:
    command: click.Command = make_root()
    context = click.Context(command)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(context, words.pop(0))
        assert inner is not None
        command = inner
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_guide_has_commands_and_files() -> None:
    assert len(commands()) > 20
    assert len(FILES) == 6


@pytest.mark.parametrize("file", FILES)
def test_the_settings_of_the_guide_are_taken(file: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(file, encoding="utf-8")
    found = settings.load({"P24TUI_HOME": str(tmp_path)})
    for name, value in tomllib.loads(file).items():
        assert getattr(found, name) == value


def test_the_guide_installs_this_version_from_files_that_there_are() -> None:
    text = "\n".join(LINES)
    assert set(re.findall(r"/opt/p24tui/([0-9.]+)/|p24tui-([0-9.]+)-py3|ln -sfn ([0-9.]+) ", text)) == {
        (__version__, "", ""),
        ("", __version__, ""),
        ("", "", __version__),
    }
    for name in set(re.findall(r"(?<!/)\brequirements[a-z-]*\.lock", text)):
        assert (ROOT / name).is_file()


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv/desk/p24tui.db", "nfs4"), ("/mnt/the ward/p24tui.db", "cifs"), ("/home/desk/p24tui.db", None)],
)
def test_a_network_drive_is_known_by_its_mount(
    path: str, kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\nserver:/srv /srv nfs4 rw 0 0\n//nas/w /mnt/the\\040ward cifs rw 0 0\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(health, "_MOUNTS", mounts)
    assert health.network_file_system(Path(path)) == kind
