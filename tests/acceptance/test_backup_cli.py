"""``p24tui backup`` and ``restore`` as whoever looks after the program uses them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import World

PASSPHRASE = "hellre flera ord än ett"


def p24tui(home: Path, *words: str, typed: str = PASSPHRASE) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, "P24TUI_HOME": str(home), "P24TUI_LANG": "sv"}
    return subprocess.run(
        [sys.executable, "-m", "p24tui", *words],
        env=environ,
        input=typed + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_file_that_cannot_be_a_backup_is_said_before_the_passphrase_is_asked_for(tmp_path: Path) -> None:
    text, plain, empty = tmp_path / "text", tmp_path / "plain.db", tmp_path / "empty"
    text.write_text("hej")
    plain.write_bytes(b"SQLite format 3\0".ljust(8192, b"\0"))
    empty.touch()
    for file, said in (
        (tmp_path / "nowhere", "finns inte."),
        (tmp_path, "är ingen säkerhetskopia"),
        (text, "är ingen säkerhetskopia"),
        (plain, "är ingen säkerhetskopia"),
        (empty, "är ingen säkerhetskopia"),
        (tmp_path / ("x" * 300), "Det går inte att läsa"),
    ):
        done = p24tui(tmp_path / "home", "restore", str(file), typed="")
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert "Lösenfras" not in done.stderr


def test_where_no_backup_can_be_written_is_said_before_the_passphrase_is_asked_for(
    sqlcipher_world: World, tmp_path: Path
) -> None:
    home, there = sqlcipher_world.system.settings.home, tmp_path / "there.p24"
    there.touch()
    for file, said in (
        (there, "finns redan"),
        (tmp_path, "finns redan"),
        (tmp_path / "no" / "x.p24", "mappen eller filen finns inte. Inget har ändrats."),
        (there / "x.p24", "en del av sökvägen är ingen mapp. Inget har ändrats."),
        (tmp_path / ("x" * 300), "namnet är för långt. Inget har ändrats."),
    ):
        done = p24tui(home, "backup", str(file), typed="")
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert "Lösenfras" not in done.stderr


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_a_terminal_it_is_said_how_the_passphrase_is_given(
    sqlcipher_world: World, tmp_path: Path, command: str
) -> None:
    file = tmp_path / "x.p24"
    if command == "restore":
        file.write_bytes(os.urandom(8192))
    done = p24tui(sqlcipher_world.system.settings.home, command, str(file), typed="")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Här går det inte att fråga efter lösenfrasen. Kör kommandot i en terminal, eller ge den med "
        "--passphrase-stdin. Inget har ändrats.\n"
    )


@pytest.mark.slow
def test_a_home_is_backed_up_and_made_again(sqlcipher_world: World, tmp_path: Path) -> None:
    home, file, other = sqlcipher_world.system.settings.home, tmp_path / "natt.p24", tmp_path / "other"
    sqlcipher_world.case()
    said = p24tui(home, "backup", str(file), "--passphrase-stdin")
    assert (said.returncode, said.stderr) == (0, "")
    assert "Prövad" in said.stdout
    assert PASSPHRASE not in said.stdout

    again = p24tui(home, "backup", str(file), "--passphrase-stdin")
    assert again.returncode == 2
    assert "skrivs aldrig över" in again.stderr

    wrong = p24tui(other, "restore", str(file), "--passphrase-stdin", typed="en annan lösenfras")
    assert wrong.returncode == 2
    assert "Lösenfrasen passar inte" in wrong.stderr

    restored = p24tui(other, "restore", str(file), "--passphrase-stdin")
    assert (restored.returncode, restored.stderr) == (0, "")
    units = p24tui(other, "unit")
    assert "Vårdcentralen Åsen" in units.stdout
    assert sorted(one.name for one in other.iterdir())[:2] == ["p24tui.db", "p24tui.key"]

    there = p24tui(other, "restore", str(file), "--passphrase-stdin")
    assert there.returncode == 2
    assert "--replace" in there.stderr
    replaced = p24tui(other, "restore", str(file), "--passphrase-stdin", "--replace")
    assert replaced.returncode == 0
    assert "är kvar som p24tui.db.2" in replaced.stdout
